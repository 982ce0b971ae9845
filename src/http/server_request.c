/* SPDX-License-Identifier: MIT */
/*
 * One request, as libmicrohttpd tells of it:
 *
 *     mk_request_begin   the target, before libmicrohttpd decodes and cuts it
 *     mk_request_handle  the head; then every piece of the body; then the end, which is answered
 *     mk_request_end     the answer has left, or the client has
 *
 * An answer to anything but the end costs the client its connection, so it waits for the end unless
 * there is no point in reading on.
 */
#include "base/memory.h"
#include "base/text.h"
#include "http/server_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A body that is too large is read and dropped up to this, so that its client sees the 413. */
#define DRAIN_MAX ((size_t)16 * 1024 * 1024)

/* Buffers up to these sizes are kept for the next request of the connection. */
enum { BODY_KEPT = 4096, TARGET_KEPT = 1024, BUFFER_MIN = 512 };

/* Who announces a body gets room for so much of it; for more, when it has come. */
enum { BODY_ON_TRUST = 64 * 1024 };

/* What a header field takes of the pool beside its text, and what an answer's head may need. */
enum { FIELD_COST = 64, ANSWER_ROOM = 1536 };

/* What is left of a request that was not answered, if anything. */
static void end_request(struct mk_connection *c)
{
    mk_later_forget_bell(c);
    memset(c->request.header, 0, sizeof(c->request.header)); /* they may be gone by now */
    mk_answer_abandon(c);
}

void mk_request_connection(void *context, struct MHD_Connection *mhd, void **connection,
                           enum MHD_ConnectionNotificationCode what)
{
    struct mk_door *door = context;
    struct mk_connection *c = *connection;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        c = mk_alloc_zero(1, sizeof(*c));
        c->door = door;
        c->mhd = mhd;
        c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        mk_loop_wait(c);
        door->connections++;
        *connection = c;
        return;
    }
    door->run_again |= door->connections >= door->loop->server->door_limit;
    door->connections--;
    end_request(c);
    mk_loop_forget(c);
    free(c->target);
    free(c->body);
    free(c);
    *connection = NULL;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Room for `size` bytes in a buffer that is kept between requests. */
static void grow(char **buffer, size_t *capacity, size_t size)
{
    if (size <= *capacity)
        return;
    *buffer = mk_resize(*buffer, size < BUFFER_MIN ? BUFFER_MIN : size, 1);
    *capacity = size < BUFFER_MIN ? BUFFER_MIN : size;
}

static void shrink(char **buffer, size_t *capacity, size_t most)
{
    if (*capacity <= most)
        return;
    free(*buffer);
    *buffer = NULL;
    *capacity = 0;
}

/*
 * Ends the text that libmicrohttpd takes for the query after its '?'. Left alone it would make a
 * record of each argument, and when those don't fit its pool, hang the connection in a busy loop.
 * The text lies in its read buffer, which is not const.
 */
static void hide_query(const char *target)
{
    char *query = strchr(target, '?');

    if (query != NULL && query[1] != '\0')
        query[1] = '\0';
}

void *mk_request_begin(void *context, const char *target, struct MHD_Connection *mhd)
{
    struct mk_connection *c =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    size_t size = strlen(target) + 1;

    (void)context;
    grow(&c->target, &c->target_size, size);
    memcpy(c->target, target, size);
    hide_query(target);
    c->request = (struct mk_request){ .target = c->target, .bell_of = mk_later_bell, .carrier = c };
    c->answered = false;
    c->head_read = false;
    c->chunked = false;
    c->expects = false;
    c->close_after = false;
    c->cookies = 0;
    c->body_seen = 0;
    c->body_most = 0;
    c->body_max = 0;
    mk_loop_serve(c);
    return c;
}

/* The fields that concern only us. */
static void note_field(struct mk_connection *c, const char *name, size_t length, const char *value,
                       size_t value_length)
{
    if (length == 6 && strncasecmp(name, "expect", length) == 0)
        c->expects = strcasecmp(value, "100-continue") == 0;
    if (length == 6 && strncasecmp(name, "cookie", length) == 0)
        c->cookies += value_length;
    if (length != 17 || strncasecmp(name, "transfer-encoding", length) != 0)
        return;
    c->chunked = true;
    if (strcasecmp(value, "chunked") != 0)
        c->request.fault = MK_REQUEST_MALFORMED; /* where would it end? */
}

static enum MHD_Result read_field(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t length, const char *value, size_t value_length)
{
    struct mk_connection *c = context;
    struct mk_request *request = &c->request;

    if (kind != MHD_HEADER_KIND)
        return MHD_YES;
    /* libmicrohttpd takes "Content-Length : 5" for some other field; a proxy may not. */
    if (length > 0 && (unsigned char)name[length - 1] <= ' ')
        request->fault = MK_REQUEST_MALFORMED;
    enum mk_header header = mk_header_find(name, length);
    if (header == MK_HEADER_COUNT)
        note_field(c, name, length, value, value_length);
    else if (request->header[header] == NULL)
        request->header[header] = value;
    else
        request->repeated |= 1u << header;
    return MHD_YES;
}

/*
 * Whether the head is over our limit, or leaves too little of the pool for the head of an answer.
 */
static bool is_large(const struct mk_connection *c, struct MHD_Connection *mhd, size_t fields)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t size = info != NULL ? info->header_size : MK_POOL_SIZE;

    return size > MK_HEAD_MAX ||
           size + c->cookies + fields * FIELD_COST > MK_POOL_SIZE - ANSWER_ROOM;
}

/* Content-Length, which libmicrohttpd has found to be digits; 0 when something else counts. */
static size_t body_length(const struct mk_connection *c)
{
    const char *text = c->request.header[MK_HEADER_CONTENT_LENGTH];
    int64_t length;

    if (text == NULL || c->chunked)
        return 0;
    return mk_read_integer(text, 0, INT64_MAX, &length) ? (size_t)length : SIZE_MAX;
}

/* Asks for the limit of the route only where it makes a difference. */
static bool is_too_long(struct mk_connection *c, size_t size)
{
    const struct mk_server *server = c->door->loop->server;

    if (size <= MK_BODY_MAX || server->body_max == NULL)
        return size > MK_BODY_MAX;
    if (c->body_max == 0)
        c->body_max = server->body_max(server->context, c->request.method, c->target);
    return size > c->body_max;
}

/* Whether there is a space, a control character or nothing at all in the target. */
static bool is_bad_target(const char *target)
{
    const char *at = target;

    while ((unsigned char)*at > ' ' && *at != 0x7F)
        at++;
    return *at != '\0' || at == target;
}

/*
 * What libmicrohttpd would check too if it were told to be strict. But it would close the
 * connection without a word, or answer with two heads.
 */
static bool is_malformed(const struct mk_request *request, const char *version)
{
    if (is_bad_target(request->target))
        return true;
    return request->header[MK_HEADER_HOST] == NULL && strcmp(version, "HTTP/1.0") != 0;
}

/* Returns whether it makes sense to read on after the head. */
static bool read_head(struct mk_connection *c, struct MHD_Connection *mhd, const char *method,
                      const char *version)
{
    struct mk_request *request = &c->request;

    c->head_read = true;
    request->method = mk_method_read(method);
    int fields = MHD_get_connection_values_n(mhd, MHD_HEADER_KIND | MHD_COOKIE_KIND, read_field, c);
    if (is_malformed(request, version))
        request->fault = MK_REQUEST_MALFORMED;
    if (is_large(c, mhd, (size_t)fields))
        request->fault = MK_REQUEST_HEAD_TOO_LARGE;
    if (request->fault != MK_REQUEST_FINE)
        return false;

    size_t length = body_length(c);
    /* With two lengths, or a length beside chunks, the bytes that follow may be anything. */
    c->close_after = (request->repeated & 1u << MK_HEADER_CONTENT_LENGTH) != 0 ||
                     (c->chunked && request->header[MK_HEADER_CONTENT_LENGTH] != NULL);
    if (!is_too_long(c, length)) {
        grow(&c->body, &c->body_size, smaller(length, BODY_ON_TRUST));
        c->body_most = length;
        return true;
    }
    request->fault = MK_REQUEST_BODY_TOO_LARGE;
    return !c->expects && length <= DRAIN_MAX;
}

/* Twice what has come, but not more than will. */
static void make_room(struct mk_connection *c, size_t seen)
{
    size_t most = c->body_most > 0 ? c->body_most : 2 * seen;

    if (seen > c->body_size)
        grow(&c->body, &c->body_size, smaller(2 * seen, most));
}

/* False when there is no end in sight. */
static bool read_body(struct mk_connection *c, const char *data, size_t size)
{
    size_t seen = c->body_seen + size;

    if (is_too_long(c, seen))
        c->request.fault = MK_REQUEST_BODY_TOO_LARGE;
    if (c->request.fault == MK_REQUEST_FINE) {
        make_room(c, seen);
        memcpy(c->body + c->body_seen, data, size);
    }
    c->body_seen = seen;
    return c->request.fault == MK_REQUEST_FINE || seen <= DRAIN_MAX;
}

enum MHD_Result mk_request_handle(void *context, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **connection)
{
    struct mk_connection *c = *connection;

    (void)context;
    (void)url;
    c->door->loop->vain_turns = 0;
    if (!c->head_read) {
        if (read_head(c, mhd, method, version))
            return MHD_YES;
        bool tight = c->request.fault == MK_REQUEST_HEAD_TOO_LARGE;
        return tight ? mk_answer_and_close(c) : mk_answer(c);
    }
    if (*size == 0)
        return mk_answer(c);
    if (!read_body(c, data, *size))
        return mk_answer_and_close(c);
    *size = 0;
    return MHD_YES;
}

void mk_request_end(void *context, struct MHD_Connection *mhd, void **connection,
                    enum MHD_RequestTerminationCode how)
{
    struct mk_connection *c = *connection;

    (void)context;
    (void)mhd;
    (void)how;
    if (c == NULL)
        return;
    end_request(c);
    shrink(&c->body, &c->body_size, BODY_KEPT);
    shrink(&c->target, &c->target_size, TARGET_KEPT);
    mk_loop_wait(c);
}
