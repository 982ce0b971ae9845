/* SPDX-License-Identifier: MIT */
/*
 * How requests reach the sandbox under test: a function call, or HTTP by libcurl. What client.c and
 * events.c share; tests use those.
 */
#ifndef MK_TESTS_TRANSPORTS_H
#define MK_TESTS_TRANSPORTS_H

#include "http/message.h"
#include "support/client.h"

#include <curl/curl.h>
#include <pthread.h>

/* A request in memory. It has a bell, and the thread that asks waits for it. */
struct memory_call {
    struct mk_request request;
    struct mk_response response;
    struct mk_bell *bell; /* NULL: nobody wanted it */
    pthread_mutex_t lock; /* of the next two */
    pthread_cond_t rung;
    bool is_rung;
};

/* Asks until there is an answer. The headers are borrowed until memory_close(). */
void memory_open(struct memory_call *call, const struct ask *ask, const char *const *headers);

/* Until the bell is rung or the time has come (mk_monotonic_now()). */
void memory_wait(struct memory_call *call, int64_t until);

/* Ends the feed, if there is one, and forgets the bell. */
void memory_close(struct memory_call *call);

/* The head of its answer. */
void memory_read_head(const struct memory_call *call, struct reply *reply);

/* Sets everything up but for where the answer goes; the caller frees the list. */
struct curl_slist *curl_prepare(CURL *curl, const struct ask *ask, const char *const *headers);

/* A CURLOPT_HEADERFUNCTION; the context is a struct reply. */
size_t curl_take_line(char *bytes, size_t size, size_t count, void *context);

/* The header fields of an ask, those that the client adds among them; the list ends with NULL. */
void client_headers(const struct client *client, const struct ask *ask,
                    const char *headers[ASK_HEADERS_MAX + 3], struct mk_text *bearer);

#endif
