/* SPDX-License-Identifier: MIT */
/*
 * A request and its answer as plain data: all that the rest of the program knows of HTTP.
 *
 * The server fills a struct mk_request and calls the dispatch function; the test suite fills one
 * itself and needs no socket. Everything in a request is borrowed until dispatch returns. The
 * response's body is freed by whoever called dispatch, through mk_response_done().
 *
 * An answer may come later: dispatch sets `later`, and is asked about the same request again when
 * the request's bell was rung or at the time it named, with what it left in `pending`. No thread
 * waits meanwhile. It is asked until it answers; with `is_abandoned` for the last time, when nobody
 * is there to read the answer.
 */
#ifndef MK_HTTP_MESSAGE_H
#define MK_HTTP_MESSAGE_H

#include "base/bell.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits of a request: name, value; the errors are rows of api/errors.c. */
#define MK_BODY_MAX ((size_t)1024 * 1024) /* over it: 413 */
#define MK_HEAD_MAX ((size_t)12 * 1024)   /* request line and headers together; over it: 431 */

enum mk_method {
    MK_GET,
    MK_HEAD,
    MK_POST,
    MK_PUT,
    MK_PATCH,
    MK_DELETE,
    MK_OPTIONS,
    MK_METHOD_COUNT,
    MK_METHOD_OTHER = MK_METHOD_COUNT, /* matches no route */
};

/* The header fields somebody reads; all others are dropped at the door. */
/* clang-format off */
#define MK_HEADERS(X) \
    X(ACCEPT_ENCODING, "accept-encoding") \
    X(AUTHORIZATION, "authorization") \
    X(CONTENT_LENGTH, "content-length") \
    X(CONTENT_TYPE, "content-type") \
    X(HOST, "host") \
    X(LAST_EVENT_ID, "last-event-id") \
    X(VERSION, "moneykit-version") \
    X(ORIGIN, "origin") \
    X(CLIENT_ID, "x-client-id") \
    X(CLIENT_SECRET, "x-client-secret") \
    X(CONNECT_WINDOW, "x-connect-window") \
    X(SANDBOX_CLIENT, "x-sandbox-client")

enum mk_header {
#define X(name, text) MK_HEADER_##name,
    MK_HEADERS(X)
#undef X
    MK_HEADER_COUNT
};
/* clang-format on */

/* What is wrong with the request before anybody looked at its meaning. */
enum mk_request_fault {
    MK_REQUEST_FINE,
    MK_REQUEST_BODY_TOO_LARGE,
    MK_REQUEST_HEAD_TOO_LARGE,
    MK_REQUEST_MALFORMED, /* not HTTP: no Host, a space in the target or a field name, ...; 400 */
};

struct mk_request {
    enum mk_method method;
    const char *target;                  /* as it came: neither decoded nor cut at a NUL escape */
    const char *header[MK_HEADER_COUNT]; /* NULL when absent */
    unsigned repeated;                   /* bit 1 << MK_HEADER_X: the field came more than once */
    enum mk_request_fault fault;
    const char *body; /* not NUL-ended; may be NULL when empty */
    size_t body_length;
    void *pending;     /* what dispatch left when it said `later`; NULL when first asked */
    bool is_abandoned; /* the client has gone, or the server stops: the last time */

    /* Whoever took the request makes its bell when somebody wants it: mk_request_bell(). */
    struct mk_bell *(*bell_of)(void *carrier);
    void *carrier;
};

/* The bell of this request, borrowed; hold it to keep it. */
struct mk_bell *mk_request_bell(const struct mk_request *request);

enum { MK_RESPONSE_HEADERS_MAX = 12 };

/* How an answer leaves. */
enum mk_ending {
    MK_ENDING_WHOLE,
    MK_ENDING_RESET,     /* the connection is reset instead: a fault */
    MK_ENDING_TRUNCATED, /* the head and half of the body, then the end: a fault */
};

/*
 * A body that goes on for as long as something happens. Called by one thread at a time; `done`
 * frees the state when the connection has ended.
 */
struct mk_feed {
    /*
     * Writes at most `room` bytes and returns their number; there may be room for only a hundred.
     * 0: nothing now, asked again when the request's bell was rung or at *ret_until
     * (mk_monotonic_now(); left alone: for ever). -1: that was all.
     */
    ptrdiff_t (*read)(void *state, char *out, size_t room, int64_t *ret_until);
    void (*done)(void *state);
    void *state; /* NULL: the response has no feed */
};

struct mk_response {
    unsigned status;
    const char *content_type; /* a literal; NULL: no body */
    char *body;               /* from malloc(), or borrowed for ever when `static_body` is set */
    size_t body_length;
    bool static_body;
    bool close;    /* ends the connection after the answer */
    bool later;    /* no answer yet; nothing else counts but: */
    int64_t until; /* asked again then at the latest, mk_monotonic_now() */
    void *pending; /* goes into the request then */
    enum mk_ending ending;
    struct mk_feed feed; /* the body, instead of the bytes above */
    size_t header_count;
    struct {
        const char *name;  /* a literal */
        const char *value; /* a literal, or inside `values` */
    } headers[MK_RESPONSE_HEADERS_MAX];
    size_t values_length;
    char values[1024];
};

/* Answers one request. Called on an event thread, many at a time when there are several. */
typedef void mk_dispatch(void *context, const struct mk_request *request,
                         struct mk_response *response);

/* An empty answer; everything else is written by dispatch. */
void mk_response_init(struct mk_response *response);

/* Frees the body; ends the feed, if nobody took it over by clearing its state. NULL is fine. */
void mk_response_done(struct mk_response *response);

/* Adds a header field with a literal value. Asserts that there is room: the number is ours. */
void mk_response_header(struct mk_response *response, const char *name, const char *literal);

/* Adds a header field whose value is copied; what does not fit in `values` is left out whole. */
void mk_response_header_copy(struct mk_response *response, const char *name, const char *value);

/* GET for "GET" and so on; MK_METHOD_OTHER for what no route uses. Case matters, as in RFC 9110. */
enum mk_method mk_method_read(const char *text);
const char *mk_method_name(enum mk_method method);

/* The header named `name` (any case), or MK_HEADER_COUNT for those nobody reads. */
enum mk_header mk_header_read(const char *name);
enum mk_header mk_header_find(const char *name, size_t length);
const char *mk_header_name(enum mk_header header);

#endif
