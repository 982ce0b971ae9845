/* SPDX-License-Identifier: MIT */
/*
 * A client of the sandbox under test: makes a call, checks what every reply has to have, and hands
 * it back as data.
 *
 *     struct client *alice = signed_in("alice");
 *     const struct reply *reply = post(alice, "/link-session/exchange-token",
 *                                      "{'exchangeable_token': '%s'}", token);
 *     ck_assert_uint_eq(reply->status, 201);
 *
 * In the bodies of the short calls an apostrophe stands for a quotation mark. A client is used by
 * one thread at a time and has one connection. Replies belong to it, until client_forget(); the
 * fixture frees the clients of the test.
 */
#ifndef MK_TESTS_CLIENT_H
#define MK_TESTS_CLIENT_H

#include "http/message.h"
#include "support/under_test.h"

#include <jansson.h>
#include <stdint.h>

enum { ASK_HEADERS_MAX = 12, REPLY_HEADERS_MAX = 24 };

struct client {
    char *id;
    char *secret;
    char *token;           /* NULL: not signed in */
    struct reply *replies; /* the last one first */
    void *curl;
    bool reconnects; /* over libcurl: each call has a connection of its own */
    struct client *previous;
};

/* A request. What is left zero has a default. */
struct ask {
    const char *method; /* GET */
    const char *target;
    const char *headers[ASK_HEADERS_MAX]; /* "Name: value", beside those that the client adds */
    const char *body;
    size_t length;            /* strlen(body) */
    bool anonymous;           /* the client leaves its credentials out */
    const char *content_type; /* of the reply's body: application/json */
    bool breaks;              /* the answer may break off: reply.ending says whether it did */
    int64_t listens;          /* microseconds: an event stream is read for so long (0: a moment) */
};

struct reply {
    size_t route;          /* position in mk_routes; mk_route_count: none */
    unsigned status;       /* 0: it broke off, and what follows is what came before */
    enum mk_ending ending; /* how */
    size_t header_count;
    struct {
        char *name;
        char *value;
    } headers[REPLY_HEADERS_MAX];
    char *body; /* NUL-ended; "" when there is none */
    size_t length;
    json_t *json; /* NULL when the body is none */
    struct reply *previous;
};

/* A client with the secret "secret-of-ID"; it has made no call yet. Any thread. */
struct client *client_new(const char *id);

/* Frees every client. */
void clients_free(void);

/* Frees the replies so far. */
void client_forget(struct client *client);

const struct reply *call(struct client *client, const struct ask *ask);

/* A call with these fields of struct ask. */
#define CALL(client, ...) call((client), &(const struct ask){ __VA_ARGS__ })

const struct reply *get(struct client *client, const char *target, ...)
    __attribute__((format(printf, 2, 3)));
const struct reply *post(struct client *client, const char *target, const char *body, ...)
    __attribute__((format(printf, 3, 4)));
const struct reply *patch(struct client *client, const char *target, const char *body, ...)
    __attribute__((format(printf, 3, 4)));
const struct reply *delete_(struct client *client, const char *target, ...)
    __attribute__((format(printf, 2, 3)));

/* The value of a header field, NULL when the reply has none. The name in any case. */
const char *header_of(const struct reply *reply, const char *name);

/* The member at a path of keys and indexes, "link.tags.0"; fails the test when there is none. */
const json_t *member(const struct reply *reply, const char *path);
const char *text_at(const struct reply *reply, const char *path);

/* printf() with each ' turned into "; the caller frees it. */
char *quoted(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Frees what a reply holds. */
void forget_reply(struct reply *reply);

/* The transports; they fill a zeroed reply. */
void ask_in_memory(const struct ask *ask, const char *const *headers, struct reply *reply);
void ask_over_curl(struct client *client, const struct ask *ask, const char *const *headers,
                   struct reply *reply);
void close_curl(void *curl);
void add_reply_header(struct reply *reply, const char *name, size_t name_length, const char *value,
                      size_t value_length);

#endif
