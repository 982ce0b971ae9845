/* SPDX-License-Identifier: MIT */
/*
 * The sandbox that a test of the API works on: a fresh one for each test, from a checked fixture,
 * reached in memory or over libcurl. The same test bodies run over both.
 *
 * It is a real one, moneykit_sandbox_create() with the options of the command line. In memory it
 * has no server and requests go straight to mk_api_dispatch().
 */
#ifndef MK_TESTS_UNDER_TEST_H
#define MK_TESTS_UNDER_TEST_H

#include "sandbox.h"
#include "support/seen.h"

#include <check.h>

/* Like ck_assert_msg(), but silent while all is well: for loops and threads. */
#define require(condition, ...) \
    do { \
        if (!(condition)) \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)

struct under_test {
    enum transport transport;
    struct moneykit_sandbox *sandbox;
    struct mk_service *service;
    long failing_allocation; /* in memory: jansson's n-th of the next request fails; -1: none */
    bool allocation_failed;  /* it came to that */
    bool is_forced; /* answers are those of fault rules, which support/seen.h is not told */
};

extern struct under_test under_test;

/* Starts one; the options end with NULL. */
void start_sandbox(enum transport transport, const char *const *options);

/* Replaces it by one with these options over the same transport; the list ends with NULL. */
void restart_sandbox(const char *option, ...) __attribute__((sentinel));

/* Checks what has to hold at the end of every test, then ends the sandbox. */
void stop_sandbox(void);

/* The fixtures of all tests of the API. */
void setup_memory(void);
void setup_curl(void);
void setup_threads(void); /* the same with four event threads, so that calls really meet */
void teardown(void);

/* The world of a client that has made a call. */
struct mk_world *world_of(const char *client_id);

/* Moves the world's clock. */
void pass_seconds(const char *client_id, int64_t seconds);

/* Makes every access token of the client old. */
void expire_bearers(const char *client_id);

/* Notes the X-Request-Id of a reply; stop_sandbox() finds the ones that came twice. Any thread. */
void note_request_id(const char *id);

/*
 * Remembers a client's id for stop_sandbox(), which looks at every link of its world. Any thread.
 */
void note_client(const char *id);

#endif
