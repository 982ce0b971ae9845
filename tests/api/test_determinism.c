/* SPDX-License-Identifier: MIT */
/*
 * --deterministic: the same seed, clock and calls give the same bytes, over any transport and with
 * any number of threads. Another seed gives another bank, another client another world.
 */
#include "api/tests.h"

#include "api/routes.h"
#include "base/memory.h"
#include "support/found_ids.h"
#include "support/walk.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

enum { CROWD = 4 };

static void restart(enum transport transport, const char *seed, const char *threads)
{
    stop_sandbox();
    start_sandbox(transport, (const char *const[]){ "--deterministic", "--now=2026-03-10T08:30:00",
                                                    "--public-url=http://localhost:8080", seed,
                                                    threads, NULL });
}

/* A client that has walked a new sandbox over this test's transport. */
static struct client *walked(const char *seed)
{
    struct client *client = client_new("alice");

    restart(under_test.transport, seed, "--threads=1");
    walk(client);
    return client;
}

/* --- The same --------------------------------------------------------------------------------- */

/* The server's own, which differ by transport and by the second. */
static bool is_of_server(const char *name)
{
    return strcasecmp(name, "Date") == 0 || strcasecmp(name, "Content-Length") == 0 ||
           strcasecmp(name, "Connection") == 0;
}

/* Our headers from the first one on, as lines; the caller frees them. */
static char *headers_of(const struct reply *reply)
{
    struct mk_text lines = MK_TEXT(65536);

    for (size_t i = 0; i < reply->header_count; i++) {
        if (!is_of_server(reply->headers[i].name))
            mk_text_print(&lines, "%s: %s\n", reply->headers[i].name, reply->headers[i].value);
    }
    return mk_text_steal(&lines);
}

static void expect_same_headers(const struct reply *a, const struct reply *b)
{
    char *first = headers_of(a);
    char *second = headers_of(b);

    require(strstr(first, "X-Request-Id: ") != NULL, "%s", first);
    require(strcmp(first, second) == 0, "%s\nis not\n%s", first, second);
    free(first);
    free(second);
}

static void expect_same_answer(const struct reply *a, const struct reply *b)
{
    require(a->route == b->route, "another call");
    require(a->status == b->status && a->length == b->length &&
                memcmp(a->body, b->body, a->length) == 0,
            "%u %s\nis not\n%u %s", a->status, a->body, b->status, b->body);
}

/* The replies to both clients, one by one. */
static void expect_same(const struct client *first, const struct client *second, bool with_headers)
{
    const struct reply *a = first->replies;
    const struct reply *b = second->replies;

    for (; a != NULL && b != NULL; a = a->previous, b = b->previous) {
        expect_same_answer(a, b);
        if (with_headers)
            expect_same_headers(a, b);
    }
    ck_assert(a == NULL && b == NULL);
}

/* The third one's calls meet four event threads, each in its own connection. */
START_TEST(deterministic__same_bytes)
{
    struct client *first = walked("--seed=7");
    struct client *second = walked("--seed=7");
    struct client *third = client_new("alice");

    expect_same(first, second, true);
    restart(TRANSPORT_CURL, "--seed=7", "--threads=4");
    third->reconnects = true;
    walk(third);
    expect_same(first, third, true);
}
END_TEST

/* --- Others ----------------------------------------------------------------------------------- */

static json_t *ids_of(const struct client *client)
{
    json_t *ids = json_object();

    for (const struct reply *reply = client->replies; reply != NULL; reply = reply->previous)
        add_ids(reply->json, ids);
    return ids;
}

/* The last list of transactions that the client has read. */
static json_t *amounts_of(const struct client *client)
{
    const struct reply *reply = client->replies;
    json_t *amounts = json_array();
    size_t index;
    json_t *row;

    while (strcmp(mk_routes[reply->route].path, "/users/{id}/transactions") != 0)
        reply = reply->previous;
    json_array_foreach(member(reply, "transactions"), index, row)
        json_array_append(amounts, json_object_get(row, "amount"));
    ck_assert_uint_gt(json_array_size(amounts), 0);
    return amounts;
}

static void expect_other_data(const struct client *a, const struct client *b)
{
    json_t *ids = ids_of(a);
    json_t *other_ids = ids_of(b);
    json_t *amounts = amounts_of(a);
    json_t *other_amounts = amounts_of(b);
    const char *common = common_id(ids, other_ids);

    ck_assert_uint_gt(json_object_size(ids), 1000);
    ck_assert_msg(common == NULL, "both have %s", common);
    ck_assert(!json_equal(amounts, other_amounts));
    json_decref(ids);
    json_decref(other_ids);
    json_decref(amounts);
    json_decref(other_amounts);
}

START_TEST(deterministic__another_seed)
{
    expect_other_data(walked("--seed=7"), walked("--seed=8"));
}
END_TEST

static void *work(void *client)
{
    walk(client);
    return NULL;
}

/* Clients at once: each has the world that it has alone, and none has anything of another's. */
START_TEST(deterministic__worlds_at_once)
{
    static const char *const ids[CROWD] = { "alice", "bob", "Alice", "alice2" };
    struct client *alone = walked("--seed=7");
    struct client *crowd[CROWD];
    pthread_t threads[CROWD];

    restart(under_test.transport, "--seed=7", "--threads=4");
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = client_new(ids[i]);
        require(pthread_create(&threads[i], NULL, work, crowd[i]) == 0, "no thread");
    }
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    expect_same(alone, crowd[0], false);
    for (int i = 0; i < CROWD; i++) {
        for (int j = 0; j < i; j++)
            expect_other_data(crowd[i], crowd[j]);
    }
}
END_TEST

void determinism_tests(TCase *tcase)
{
    tcase_add_test(tcase, deterministic__same_bytes);
    tcase_add_test(tcase, deterministic__another_seed);
    tcase_add_test(tcase, deterministic__worlds_at_once);
}
