/* SPDX-License-Identifier: MIT */
/* The table of worlds with many threads at once; run under the thread sanitizer too. */
#include "core/worlds.h"

#include "support/bank.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdio.h>
#include <string.h>

enum { THREADS = 8, CLIENTS = 20, ROUNDS = 300 };

struct worker {
    pthread_t thread;
    int number;
    int successes;
    struct mk_world *seen[CLIENTS];
};

static struct mk_worlds *worlds;
static pthread_barrier_t barrier;
static struct worker workers[THREADS];

static void open_all(void)
{
    const struct mk_worlds_config config = { .world = { .start = BANK_NOW, .bank = bank_data() },
                                             .max_worlds = CLIENTS,
                                             .access_token = "fixed" };

    worlds = mk_worlds_new(&config);
    pthread_barrier_init(&barrier, NULL, THREADS);
    memset(workers, 0, sizeof(workers));
}

static void close_all(void)
{
    pthread_barrier_destroy(&barrier);
    mk_worlds_free(worlds);
}

/* All start at the same moment. MUST() and Check's asserts are for the main thread. */
static void run(void *(*work)(void *))
{
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
}

static int total_successes(void)
{
    int total = 0;

    for (int i = 0; i < THREADS; i++)
        total += workers[i].successes;
    return total;
}

static struct mk_world *enter(const char *id, const char *secret)
{
    struct mk_problem problem = { 0 };
    struct mk_caller caller = { .world = NULL };

    mk_worlds_sign_in(worlds, id, secret, &problem, &caller);
    return bank_borrow(caller.world);
}

/* Everybody signs everybody in, in another order, over and over; one client too many knocks too. */
static void *sign_in_many(void *context)
{
    struct worker *worker = context;

    pthread_barrier_wait(&barrier);
    for (int round = 0; round < ROUNDS; round++) {
        char id[32];
        int client = (round * 7 + worker->number * 3) % CLIENTS;
        snprintf(id, sizeof(id), "client-%d", client);
        struct mk_world *world = enter(id, "secret");
        bool same = worker->seen[client] == NULL || worker->seen[client] == world;
        worker->seen[client] = world;
        worker->successes += world != NULL && same;
        worker->successes -= enter(id, "wrong") != NULL;
    }
    return NULL;
}

START_TEST(threads__sign_in)
{
    run(sign_in_many);
    ck_assert_int_eq(total_successes(), THREADS * ROUNDS);
    for (int i = 0; i < CLIENTS; i++) {
        for (int j = 1; j < THREADS; j++)
            MUST(workers[j].seen[i] == workers[0].seen[i]);
        for (int j = 0; j < i; j++) {
            MUST(workers[0].seen[i] != workers[0].seen[j]);
            MUST(workers[0].seen[i]->handle != workers[0].seen[j]->handle);
        }
    }
    ck_assert_ptr_null(enter("one too many", "secret"));
}
END_TEST

/* Every thread comes first with a secret of its own: one of them is pinned, the others fail. */
static void *race_to_pin(void *context)
{
    struct worker *worker = context;
    char secret[2] = { (char)('a' + worker->number), '\0' };

    pthread_barrier_wait(&barrier);
    if (worker->number % 4 == 3) { /* makes the same world without a secret */
        struct mk_problem problem = { 0 };
        struct mk_caller caller = { .world = NULL };
        mk_worlds_bearer(worlds, "fixed", false, &problem, &caller);
        mk_world_release(caller.world);
        return NULL;
    }
    for (int i = 0; i < 20; i++)
        worker->successes += enter(MK_FIXED_CLIENT, secret) != NULL;
    return NULL;
}

START_TEST(threads__one_secret_is_pinned)
{
    int winners = 0;

    run(race_to_pin);
    for (int i = 0; i < THREADS; i++) {
        winners += workers[i].successes == 20;
        ck_assert(workers[i].successes == 20 || workers[i].successes == 0);
    }
    ck_assert_int_eq(winners, 1);
}
END_TEST

/* Of all that exchange one token, one gets the link. */
static char shared_token[MK_TOKEN_SIZE];

static void *race_to_exchange(void *context)
{
    struct worker *worker = context;
    struct mk_world *world = enter("client", "secret");
    struct mk_link *link;

    pthread_barrier_wait(&barrier);
    mk_world_lock(world);
    worker->successes = mk_linking_exchange(world, shared_token, &link) == MK_OK;
    mk_world_unlock(world);
    return NULL;
}

START_TEST(threads__exchange_once)
{
    struct mk_world *world = enter("client", "secret");

    for (int round = 0; round < 20; round++) {
        memset(workers, 0, sizeof(workers));
        struct mk_link *link =
            mk_links_add(&world->links, &world->ids, &world->secrets, mk_world_now(world));
        mk_link_token_write(link, shared_token);
        run(race_to_exchange);
        ck_assert_int_eq(total_successes(), 1);
    }
}
END_TEST

/*
 * A client's own life, with looks at the others' links in between: everybody sees what is finished,
 * and nobody another's link or bearer as its own.
 */
static void *live(void *context)
{
    struct worker *worker = context;
    struct bank bank = { .world = NULL };
    struct mk_choices choices = bank_defaults();
    struct mk_problem problem = { 0 };
    char id[MK_LINK_ID_SIZE] = EXAMPLE_ID;
    char token[MK_BEARER_SIZE];
    char name[32];

    snprintf(name, sizeof(name), "client-%d", worker->number);
    bank.world = enter(name, "secret");
    pthread_barrier_wait(&barrier);
    for (int round = 0; round < 100; round++) {
        struct mk_issues issues = { 0 };
        struct mk_caller caller = { .world = NULL };
        struct mk_link *link = NULL;

        mk_world_lock(bank.world);
        struct mk_session *session =
            mk_sessions_add(&bank.world->sessions, &bank.world->secrets, mk_world_now(bank.world));
        session->countries[session->country_count++] = MK_COUNTRY_US;
        session->customer_user_id = mk_copy(name);
        mk_linking_finish(bank.world, session, &choices, &issues, &problem, &link);
        mk_link_token_write(link, token);
        enum mk_err err = mk_linking_exchange(bank.world, token, &link);
        mk_link_id_write(link, id);
        mk_bearers_issue(&bank.world->bearers, &bank.world->secrets, bank.world->handle, NULL,
                         mk_real_now() + MK_BEARER_SECONDS * MK_SECOND, false, token);
        mk_world_unlock(bank.world);

        bool found = !mk_worlds_other_has_link(worlds, bank.world, id) &&
                     mk_worlds_other_has_link(worlds, NULL, id);
        bool known = mk_worlds_bearer(worlds, token, false, &problem, &caller) == MK_OK &&
                     bank_borrow(caller.world) == bank.world;
        worker->successes += err == MK_OK && found && known;
    }
    return NULL;
}

START_TEST(threads__live_side_by_side)
{
    run(live);
    ck_assert_int_eq(total_successes(), THREADS * 100);
    for (int i = 0; i < THREADS; i++) {
        char name[32];
        snprintf(name, sizeof(name), "client-%d", i);
        ck_assert_uint_eq(bank_borrow(mk_worlds_find(worlds, name))->links.store.count, 101);
    }
}
END_TEST

Suite *worlds_threads_suite(void)
{
    Suite *suite = suite_create("worlds_threads");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_all, close_all);
    tcase_set_timeout(all, 120); /* under valgrind */
    tcase_add_test(all, threads__sign_in);
    tcase_add_test(all, threads__one_secret_is_pinned);
    tcase_add_test(all, threads__exchange_once);
    tcase_add_test(all, threads__live_side_by_side);
    suite_add_tcase(suite, all);
    return suite;
}
