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
#include <sys/socket.h>

/* A body that is too large is read and dropped up to this, so that its client sees the 413. */
#define DRAIN_MAX ((size_t)16 * 1024 * 1024)

/* Buffers up to these sizes are kept for the next request of the connection. */
enum { BODY_KEPT = 4096, TARGET_KEPT = 1024, BUFFER_MIN = 512 };

/* What a header field takes of the pool beside its text, and what an answer's head may need. */
enum { FIELD_COST = 64, ANSWER_ROOM = 1536 };

/* How much unread input is taken off a connection that is about to be closed. */
enum { LINGER_MAX = 64 * 1024 };

void mk_request_connection(void *context, struct MHD_Connection *mhd, void **connection,
                           enum MHD_ConnectionNotificationCode what)
{
    struct mk_door *door = context;
    struct mk_connection *c = *connection;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        c = mk_alloc_zero(1, sizeof(*c));
        c->door = door;
        c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        mk_loop_wait(c);
        door->connections++;
        *connection = c;
        return;
    }
    door->run_again |= door->connections >= door->loop->server->door_limit;
    door->connections--;
    mk_loop_forget(c);
    free(c->target);
    free(c->body);
    free(c);
    *connection = NULL;
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
    c->request = (struct mk_request){ .target = c->target };
    c->answered = false;
    c->head_read = false;
    c->chunked = false;
    c->expects = false;
    c->close_after = false;
    c->cookies = 0;
    c->body_seen = 0;
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
static int64_t body_length(const struct mk_connection *c)
{
    const char *text = c->request.header[MK_HEADER_CONTENT_LENGTH];
    int64_t length;

    if (text == NULL || c->chunked)
        return 0;
    return mk_read_integer(text, 0, INT64_MAX, &length) ? length : INT64_MAX;
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

    int64_t length = body_length(c);
    /* With two lengths, or a length beside chunks, the bytes that follow may be anything. */
    c->close_after = (request->repeated & 1u << MK_HEADER_CONTENT_LENGTH) != 0 ||
                     (c->chunked && request->header[MK_HEADER_CONTENT_LENGTH] != NULL);
    if (length <= (int64_t)MK_BODY_MAX) {
        grow(&c->body, &c->body_size, (size_t)length);
        return true;
    }
    request->fault = MK_REQUEST_BODY_TOO_LARGE;
    return !c->expects && length <= (int64_t)DRAIN_MAX;
}

/* False when there is no end in sight. */
static bool read_body(struct mk_connection *c, const char *data, size_t size)
{
    size_t seen = c->body_seen + size;

    if (seen > MK_BODY_MAX)
        c->request.fault = MK_REQUEST_BODY_TOO_LARGE;
    if (c->request.fault == MK_REQUEST_FINE) {
        if (seen > c->body_size)
            grow(&c->body, &c->body_size, 2 * seen < MK_BODY_MAX ? 2 * seen : MK_BODY_MAX);
        memcpy(c->body + c->body_seen, data, size);
    }
    c->body_seen = seen;
    return seen <= DRAIN_MAX;
}

static void make_answer(struct mk_connection *c, struct mk_response *response)
{
    struct mk_server *server = c->door->loop->server;

    if (c->request.fault == MK_REQUEST_FINE) {
        c->request.body = c->body;
        c->request.body_length = c->body_seen;
    }
    c->answered = true;
    mk_response_init(response);
    server->dispatch(server->context, &c->request, response);
    response->close |= c->close_after || mk_server_stopping(server);
}

static struct MHD_Response *translate(struct mk_response *response)
{
    enum MHD_ResponseMemoryMode mode = response->static_body || response->body == NULL
                                           ? MHD_RESPMEM_PERSISTENT
                                           : MHD_RESPMEM_MUST_FREE;
    struct MHD_Response *out =
        MHD_create_response_from_buffer(response->body_length, response->body, mode);

    if (out == NULL)
        return NULL;
    response->body = NULL; /* now theirs */
    if (response->content_type != NULL)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    for (size_t i = 0; i < response->header_count; i++)
        MHD_add_response_header(out, response->headers[i].name, response->headers[i].value);
    if (response->close)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONNECTION, "close");
    return out;
}

static enum MHD_Result answer(struct mk_connection *c, struct MHD_Connection *mhd)
{
    struct mk_response response;

    make_answer(c, &response);
    struct MHD_Response *out = translate(&response);
    mk_response_done(&response);
    if (out == NULL)
        return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(mhd, response.status, out);
    MHD_destroy_response(out);
    return queued;
}

static void print_answer(const struct mk_connection *c, const struct mk_response *response,
                         struct mk_text *text)
{
    mk_text_print(text, "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Length: %zu\r\n",
                  response->status, MHD_get_reason_phrase_for(response->status),
                  response->body_length);
    if (response->content_type != NULL)
        mk_text_print(text, "Content-Type: %s\r\n", response->content_type);
    for (size_t i = 0; i < response->header_count; i++)
        mk_text_print(text, "%s: %s\r\n", response->headers[i].name, response->headers[i].value);
    mk_text_add_literal(text, "\r\n");
    if (c->request.method != MK_HEAD && response->body_length > 0)
        mk_text_add(text, response->body, response->body_length);
}

/* Closing a socket with unread bytes resets it, and the reset may overtake the answer. */
static void take_rest(int fd)
{
    char bytes[4096];

    for (size_t i = 0; i < LINGER_MAX / sizeof(bytes); i++) {
        if (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
            return;
    }
}

/*
 * Answers past libmicrohttpd and makes it close the connection. It takes no answer in the middle of
 * a body, and an answer whose head does not fit what the request's head left of the pool ends the
 * connection without a word. One send is enough: the socket's buffer is still empty.
 */
static enum MHD_Result answer_and_close(struct mk_connection *c, struct MHD_Connection *mhd)
{
    struct mk_response response;
    struct mk_text text = MK_TEXT(MK_POOL_SIZE);

    make_answer(c, &response);
    print_answer(c, &response, &text);
    mk_response_done(&response);
    if (!text.failed && c->door->loop->server->tls)
        mk_tls_send(mhd, text.bytes, text.length);
    else if (!text.failed)
        send(c->fd, text.bytes, text.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    mk_text_done(&text);
    if (!c->door->loop->server->tls)
        take_rest(c->fd);
    return MHD_NO;
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
        return tight ? answer_and_close(c, mhd) : answer(c, mhd);
    }
    if (*size == 0)
        return answer(c, mhd);
    if (!read_body(c, data, *size))
        return answer_and_close(c, mhd);
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
    shrink(&c->body, &c->body_size, BODY_KEPT);
    shrink(&c->target, &c->target_size, TARGET_KEPT);
    mk_loop_wait(c);
}
