/* SPDX-License-Identifier: MIT */
/*
 * A server with an echo behind it, and a client that writes and reads bytes: for tests of what
 * happens on the wire. All waits end by themselves; a test that waited in vain fails.
 */
#ifndef MK_TESTS_WIRE_H
#define MK_TESTS_WIRE_H

#include "base/memory.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { WIRE_PATIENCE_SECONDS = 20 };

/* How often the echo was asked. */
static atomic_uint wire_asked;

static inline void wire_text(struct mk_response *response, unsigned status, const char *text)
{
    response->status = status;
    response->content_type = "text/plain";
    response->body = mk_copy(text);
    response->body_length = strlen(text);
}

static inline const char *wire_or_none(const char *text)
{
    return text != NULL ? text : "-";
}

static inline void wire_describe(const struct mk_request *request, struct mk_response *response)
{
    size_t size = strlen(request->target) + 512;
    char *text = mk_alloc(size);

    snprintf(text, size, "%s %s authorization=%.80s type=%.80s repeated=%u length=%zu",
             mk_method_name(request->method), request->target,
             wire_or_none(request->header[MK_HEADER_AUTHORIZATION]),
             wire_or_none(request->header[MK_HEADER_CONTENT_TYPE]), request->repeated,
             request->body_length);
    wire_text(response, 200, text);
    free(text);
}

/* "/body" gives the body back, "/large" 8 MiB, "/empty" a 204, "/slow" takes 50 ms. */
static inline void wire_echo(void *context, const struct mk_request *request,
                             struct mk_response *response)
{
    static const unsigned statuses[] = { [MK_REQUEST_BODY_TOO_LARGE] = 413,
                                         [MK_REQUEST_HEAD_TOO_LARGE] = 431,
                                         [MK_REQUEST_MALFORMED] = 400 };

    (void)context;
    wire_asked++;
    mk_response_header(response, "X-Literal", "yes");
    mk_response_header_copy(response, "X-Copy", "copied");
    if (request->fault != MK_REQUEST_FINE) {
        wire_text(response, statuses[request->fault], "fault");
    } else if (strcmp(request->target, "/empty") == 0) {
        response->status = 204;
    } else if (strcmp(request->target, "/large") == 0) {
        wire_text(response, 200, "");
        response->body_length = (size_t)8 << 20;
        response->body = mk_resize(response->body, response->body_length, 1);
        memset(response->body, 'L', response->body_length);
    } else if (strcmp(request->target, "/body") == 0) {
        wire_text(response, 200, "");
        response->body_length = request->body_length;
        response->body = mk_resize(response->body, request->body_length, 1);
        if (request->body_length > 0)
            memcpy(response->body, request->body, request->body_length);
    } else {
        if (strcmp(request->target, "/slow") == 0)
            usleep(50000);
        wire_describe(request, response);
    }
}

/*
 * A server on a free port of 127.0.0.1 with an echo behind it, or what `config` wants; the test
 * ends when it can't start.
 */
static inline struct mk_server *wire_start(struct mk_server_config config)
{
    char error[MK_SERVER_ERROR_SIZE] = "";

    if (config.listen == NULL)
        config.listen = "127.0.0.1:0";
    if (config.dispatch == NULL)
        config.dispatch = wire_echo;
    struct mk_server *server = mk_server_start(&config, error);
    ck_assert_msg(server != NULL, "%s", error);
    return server;
}

/* A socket that gives up by itself, or -1 with errno. */
static inline int wire_try(const struct sockaddr *address, socklen_t length)
{
    struct timeval patience = { .tv_sec = WIRE_PATIENCE_SECONDS };
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(fd, address, length) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static inline int wire_try_port(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return wire_try((struct sockaddr *)&address, sizeof(address));
}

static inline int wire_try_port6(unsigned port)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };

    address.sin6_addr = in6addr_loopback;
    return wire_try((struct sockaddr *)&address, sizeof(address));
}

static inline int wire_try_path(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    return wire_try((struct sockaddr *)&address, sizeof(address));
}

static inline int wire_connect(const struct mk_server *server)
{
    int fd = wire_try_port(mk_server_port(server));

    ck_assert_msg(fd >= 0, "connect: %s", strerrorname_np(errno));
    return fd;
}

/* Returns whether all of it went out. */
static inline bool wire_send(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        length -= (size_t)sent;
    }
    return true;
}

static inline bool wire_say(int fd, const char *text)
{
    return wire_send(fd, text, strlen(text));
}

/* What came back: kept until wire_forget(). The head ends with its empty line. */
struct wire_reply {
    int status; /* 0: not a byte came; -1: less than a whole answer */
    char *bytes;
    char *body;
    size_t length;
    size_t body_length;
    bool close; /* it says Connection: close */
};

static inline void wire_forget(struct wire_reply *reply)
{
    free(reply->bytes);
    *reply = (struct wire_reply){ .status = 0 };
}

static inline bool wire_says(const struct wire_reply *reply, const char *line)
{
    return strstr(reply->bytes, line) != NULL;
}

/* Reads until `wanted` bytes are there or the connection ends. */
static inline bool wire_gather(int fd, struct wire_reply *reply, size_t wanted)
{
    while (reply->length < wanted) {
        ssize_t got = recv(fd, reply->bytes + reply->length, wanted - reply->length, 0);
        if (got <= 0)
            return false;
        reply->length += (size_t)got;
        reply->bytes[reply->length] = '\0';
    }
    return true;
}

/* One answer, and not a byte of the next; `head` when it answers a HEAD. */
static inline struct wire_reply wire_read_as(int fd, bool head)
{
    struct wire_reply reply = { .bytes = mk_alloc(65536) };

    reply.bytes[0] = '\0';
    while (strstr(reply.bytes, "\r\n\r\n") == NULL) {
        if (reply.length == 65535 || !wire_gather(fd, &reply, reply.length + 1)) {
            reply.status = reply.length > 0 ? -1 : 0;
            return reply;
        }
    }
    const char *field = strstr(reply.bytes, "Content-Length: ");
    reply.close = wire_says(&reply, "\r\nConnection: close\r\n");
    reply.status = (int)strtol(reply.bytes + 9, NULL, 10);
    size_t start = reply.length;
    size_t size = field != NULL && !head ? strtoul(field + 16, NULL, 10) : 0;
    reply.bytes = mk_resize(reply.bytes, start + size + 1, 1);
    if (!wire_gather(fd, &reply, start + size))
        reply.status = -1;
    reply.body = reply.bytes + start;
    reply.body_length = reply.length - start;
    return reply;
}

static inline struct wire_reply wire_read(int fd)
{
    return wire_read_as(fd, false);
}

/* Sends a request and reads its status; asserts that it begins like this. */
static inline void wire_expect(int fd, const char *request, int status, const char *body)
{
    ck_assert(wire_say(fd, request));
    struct wire_reply reply = wire_read(fd);
    ck_assert_int_eq(reply.status, status);
    ck_assert_msg(strncmp(reply.body, body, strlen(body)) == 0, "%s", reply.body);
    wire_forget(&reply);
}

/* Whether the other side has ended the connection in order: no bytes, no reset. */
static inline bool wire_ended(int fd)
{
    char byte;

    return recv(fd, &byte, 1, 0) == 0;
}

#endif
