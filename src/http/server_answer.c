/* SPDX-License-Identifier: MIT */
/*
 * Asks dispatch, and gives what it says to libmicrohttpd: an answer, a wait for one, a body that
 * goes on, or an end that is a fault.
 */
#include "base/memory.h"
#include "base/text.h"
#include "http/server_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* How much unread input is taken off a connection that is about to be closed. */
enum { LINGER_MAX = 64 * 1024 };

/* The buffer of a body that comes bit by bit, where chunks don't have one. */
enum { BLOCK_SIZE = 4096 };

/* --- Asking ----------------------------------------------------------------------------------- */

static void ask(struct mk_connection *c, struct mk_response *response)
{
    const struct mk_server *server = c->door->loop->server;

    if (c->request.fault == MK_REQUEST_FINE) {
        c->request.body = c->body;
        c->request.body_length = c->body_seen;
    }
    c->answered = true;
    mk_response_init(response);
    server->dispatch(server->context, &c->request, response);
    c->request.pending = response->later ? response->pending : NULL;
    response->close |= c->close_after || mk_server_stopping(server);
}

void mk_answer_abandon(struct mk_connection *connection)
{
    const struct mk_server *server = connection->door->loop->server;
    struct mk_response response;

    if (connection->request.pending == NULL)
        return;
    connection->request.is_abandoned = true;
    mk_response_init(&response);
    server->dispatch(server->context, &connection->request, &response);
    connection->request.pending = NULL;
    mk_response_done(&response);
}

/* --- Bodies ----------------------------------------------------------------------------------- */

/* In chunks, if the client knows them: the end of the connection is the end of the body else. */
static ssize_t read_feed(void *context, uint64_t position, char *out, size_t room)
{
    struct mk_connection *c = context;
    int64_t until = INT64_MAX;

    (void)position;
    if (c->lost)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (c->feed_last)
        return MHD_CONTENT_READER_END_OF_STREAM;
    c->feed_last = c->door->loop->stopping;
    ptrdiff_t got = c->feed.read(c->feed.state, out, room, &until);
    if (got < 0 || (got == 0 && c->feed_last))
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (got == 0)
        mk_later_park(c, until);
    else
        mk_loop_serve(c); /* it has taken all there was, and starts anew */
    return got;
}

static void end_feed(void *context)
{
    struct mk_connection *c = context;

    c->feed.done(c->feed.state);
    c->feed.state = NULL;
}

static struct MHD_Response *make_feed(struct mk_connection *c, struct mk_response *response)
{
    struct MHD_Response *out =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_feed, c, end_feed);

    if (out == NULL)
        return NULL;
    if (c->request.method == MK_HEAD) /* else a last chunk would follow the head */
        MHD_set_response_options(out, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    c->feed = response->feed;
    c->feed_last = false;
    response->feed.state = NULL; /* now ours */
    return out;
}

static struct MHD_Response *make_whole(struct mk_response *response)
{
    enum MHD_ResponseMemoryMode mode = response->static_body || response->body == NULL
                                           ? MHD_RESPMEM_PERSISTENT
                                           : MHD_RESPMEM_MUST_FREE;
    struct MHD_Response *out =
        MHD_create_response_from_buffer(response->body_length, response->body, mode);

    if (out != NULL)
        response->body = NULL; /* now theirs */
    return out;
}

/* The first half of a body. */
struct half {
    size_t length;
    char bytes[];
};

static ssize_t read_half(void *context, uint64_t position, char *out, size_t room)
{
    const struct half *half = context;

    if (position >= half->length)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = half->length - position;
    size_t size = left < room ? left : room;
    memcpy(out, half->bytes + position, size);
    return (ssize_t)size;
}

/*
 * A head that promises all of it. Of a feed, whose end nobody knows, there is not even a half. It
 * leaves as one block: more of them would look like turns in which nothing happens.
 */
static struct MHD_Response *make_half(const struct mk_response *response)
{
    bool has_feed = response->feed.state != NULL;
    size_t length = has_feed ? 0 : response->body_length / 2;
    struct half *half = mk_alloc(sizeof(*half) + length);

    half->length = length;
    if (length > 0)
        memcpy(half->bytes, response->body, length);
    struct MHD_Response *out = MHD_create_response_from_callback(
        has_feed ? MHD_SIZE_UNKNOWN : response->body_length, length + 1, read_half, half, free);
    if (out == NULL)
        free(half);
    return out;
}

static struct MHD_Response *translate(struct mk_connection *c, struct mk_response *response)
{
    struct MHD_Response *out;

    if (response->ending == MK_ENDING_TRUNCATED)
        out = make_half(response);
    else
        out = response->feed.state != NULL ? make_feed(c, response) : make_whole(response);
    if (out == NULL)
        return NULL;
    if (response->content_type != NULL)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    for (size_t i = 0; i < response->header_count; i++)
        MHD_add_response_header(out, response->headers[i].name, response->headers[i].value);
    if (response->close || response->ending == MK_ENDING_TRUNCATED)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONNECTION, "close");
    return out;
}

/* --- Answering -------------------------------------------------------------------------------- */

/*
 * Linux resets a connection that is told to forget its peer, and at once, so that nothing that is
 * sent or shut down later can reach the client. A unix socket knows no reset and just ends.
 */
static void reset(struct mk_connection *c)
{
    const struct linger nothing = { .l_onoff = 1, .l_linger = 0 };
    const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &nothing, sizeof(nothing));
    if (connect(c->fd, &nobody, sizeof(nobody)) != 0)
        shutdown(c->fd, SHUT_RDWR);
}

/* Returns whether libmicrohttpd has an answer to send. */
static bool queue(struct mk_connection *c, struct mk_response *response)
{
    if (response->ending == MK_ENDING_RESET) {
        reset(c);
        return false;
    }
    struct MHD_Response *out = translate(c, response);
    if (out == NULL)
        return false;
    enum MHD_Result queued = MHD_queue_response(c->mhd, response->status, out);
    MHD_destroy_response(out);
    return queued == MHD_YES;
}

enum MHD_Result mk_answer(struct mk_connection *connection)
{
    struct mk_response response;

    if (connection->lost)
        return MHD_NO;
    ask(connection, &response);
    if (response.later) {
        mk_later_park(connection, response.until);
        return MHD_YES;
    }
    bool queued = queue(connection, &response);
    mk_response_done(&response);
    return queued ? MHD_YES : MHD_NO;
}

void mk_answer_again(struct mk_connection *connection)
{
    struct mk_response response;

    ask(connection, &response);
    if (response.later) {
        mk_later_park(connection, response.until);
        return;
    }
    connection->lost = !queue(connection, &response);
    mk_response_done(&response);
    mk_later_resume(connection);
}

/* --- Past libmicrohttpd ----------------------------------------------------------------------- */

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
 * libmicrohttpd takes no answer in the middle of a body, and an answer whose head does not fit what
 * the request's head left of the pool ends the connection without a word. One send is enough: the
 * socket's buffer is still empty. What is wrong with the request is said at once or not at all.
 */
enum MHD_Result mk_answer_and_close(struct mk_connection *connection)
{
    bool tls = connection->door->loop->server->tls;
    struct mk_response response;
    struct mk_text text = MK_TEXT(MK_POOL_SIZE);

    ask(connection, &response);
    if (response.later)
        return MHD_NO;
    print_answer(connection, &response, &text);
    mk_response_done(&response);
    if (!text.failed && tls)
        mk_tls_send(connection->mhd, text.bytes, text.length);
    else if (!text.failed)
        send(connection->fd, text.bytes, text.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    mk_text_done(&text);
    if (!tls)
        take_rest(connection->fd);
    return MHD_NO;
}
