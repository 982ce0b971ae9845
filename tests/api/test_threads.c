/* SPDX-License-Identifier: MIT */
/* Many at once on one thing: exactly one of them gets it. */
#include "api/tests.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 16, ROUNDS = 25 };

/* One thread: waits at the barrier, then makes its call and keeps the reply. */
struct runner {
    pthread_t thread;
    pthread_barrier_t *barrier;
    struct client *client;
    const struct ask *ask;
    const struct reply *reply;
};

static void *run(void *context)
{
    struct runner *runner = context;

    pthread_barrier_wait(runner->barrier);
    runner->reply = call(runner->client, runner->ask);
    return NULL;
}

/* All the runners' calls at once. */
static void run_each(struct runner *runners)
{
    pthread_barrier_t barrier;

    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        runners[i].barrier = &barrier;
        require(pthread_create(&runners[i].thread, NULL, run, &runners[i]) == 0, "no thread");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(runners[i].thread, NULL);
    pthread_barrier_destroy(&barrier);
}

/* The same call by all of them. */
static void run_all(struct runner *runners, const struct ask *ask)
{
    for (int i = 0; i < THREADS; i++)
        runners[i].ask = ask;
    run_each(runners);
}

static size_t count_status(const struct runner *runners, unsigned status)
{
    size_t count = 0;

    for (int i = 0; i < THREADS; i++)
        count += runners[i].reply->status == status;
    return count;
}

/* Runners of one client, each with a connection that is open already. */
static void make_runners(struct runner *runners, const struct client *client)
{
    for (int i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){ .client = client_new(client->id) };
        runners[i].client->token = mk_copy(client->token);
        expect_status(get(runners[i].client, "/livez"), 200);
    }
}

static void exchange_at_once(struct runner *runners, const char *token)
{
    char *body = quoted("{'exchangeable_token': '%s'}", token);
    const struct ask ask = { .method = "POST",
                             .target = "/link-session/exchange-token",
                             .body = body };

    run_all(runners, &ask);
    ck_assert_uint_eq(count_status(runners, 201), 1);
    ck_assert_uint_eq(count_status(runners, 400), THREADS - 1);
    for (int i = 0; i < THREADS; i++) {
        if (runners[i].reply->status == 400)
            expect_error(runners[i].reply, 400, "link_session_error.invalid_token_exchange");
        else
            expect_link_object(member(runners[i].reply, "link"));
    }
    free(body);
}

START_TEST(threads__one_token_is_exchanged_once)
{
    struct client *client = signed_in("alice");
    struct runner runners[THREADS];

    make_runners(runners, client);
    for (int round = 0; round < ROUNDS; round++)
        exchange_at_once(runners, text_at(connect_session(client, create_session(client, NONE)),
                                          "exchangeable_token"));
    exchange_at_once(runners, EXAMPLE_TOKEN);
    ck_assert_uint_eq(json_array_size(member(get(client, "/links"), "links")), ROUNDS + 1);
}
END_TEST

/* Finishing a session at once makes one link, whose token all of them get. */
START_TEST(threads__one_session_makes_one_link)
{
    struct client *client = signed_in("alice");
    struct runner runners[THREADS];

    make_runners(runners, client);
    for (int round = 0; round < ROUNDS; round++) {
        char *body = quoted("{'link_session_token': '%s'}", create_session(client, NONE));
        const struct ask ask = { .method = "POST", .target = "/sandbox/connect", .body = body };
        run_all(runners, &ask);
        ck_assert_uint_eq(count_status(runners, 201), THREADS);
        for (int i = 1; i < THREADS; i++)
            ck_assert_str_eq(runners[i].reply->body, runners[0].reply->body);
        free(body);
    }
}
END_TEST

/* A new client's first calls at once make one world, and pin one secret. */
START_TEST(threads__first_calls_make_one_world)
{
    struct runner runners[THREADS];
    struct client *client = signed_in("alice");

    make_runners(runners, client);
    for (int round = 0; round < ROUNDS; round++) {
        char *id = quoted("X-Client-Id: new-%d", round);
        char secrets[THREADS][40];
        struct ask asks[THREADS];
        for (int i = 0; i < THREADS; i++) {
            snprintf(secrets[i], sizeof(secrets[i]), "X-Client-Secret: %d", i % 2);
            asks[i] = (struct ask){ .target = "/links",
                                    .anonymous = true,
                                    .headers = { id, secrets[i] } };
            runners[i].ask = &asks[i];
        }
        run_each(runners);
        ck_assert_uint_eq(count_status(runners, 200), THREADS / 2);
        ck_assert_uint_eq(count_status(runners, 401), THREADS / 2);
        free(id);
    }
}
END_TEST

START_TEST(threads__one_link_is_deleted_once)
{
    struct client *client = signed_in("alice");
    struct runner runners[THREADS];

    make_runners(runners, client);
    for (int round = 0; round < ROUNDS; round++) {
        const char *id = text_at(connected_link(client, NONE), "link_id");
        const struct ask ask = { .method = "DELETE", .target = link_target(id) };
        run_all(runners, &ask);
        ck_assert_uint_eq(count_status(runners, 204), 1);
        ck_assert_uint_eq(count_status(runners, 410), THREADS - 1);
    }
}
END_TEST

void threads_tests(TCase *tcase)
{
    tcase_add_test(tcase, threads__one_token_is_exchanged_once);
    tcase_add_test(tcase, threads__one_session_makes_one_link);
    tcase_add_test(tcase, threads__first_calls_make_one_world);
    tcase_add_test(tcase, threads__one_link_is_deleted_once);
}
