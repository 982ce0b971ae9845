/* SPDX-License-Identifier: MIT */
/*
 * A request and its answer as plain data: all that the rest of the program knows of HTTP.
 *
 * The server fills a struct mk_request and calls the dispatch function; the test suite fills one
 * itself and needs no socket. Everything in a request is borrowed until dispatch returns. The
 * response's body is freed by whoever called dispatch, through mk_response_done().
 */
#ifndef MK_HTTP_MESSAGE_H
#define MK_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

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
};

enum { MK_RESPONSE_HEADERS_MAX = 12 };

struct mk_response {
    unsigned status;
    const char *content_type; /* a literal; NULL: no body */
    char *body;               /* from malloc(), or borrowed for ever when `static_body` is set */
    size_t body_length;
    bool static_body;
    bool close; /* ends the connection after the answer */
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
