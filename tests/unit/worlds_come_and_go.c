/* SPDX-License-Identifier: MIT */
/* Worlds that are made elsewhere and put in, listed, and taken out again. */
#include "core/worlds.h"

#include "support/bank.h"
#include "support/must.h"
#include "unit/suites.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static const struct mk_client clients[] = { { .id = "a", .secret = "secret-a" } };
static struct mk_worlds *worlds;

static void open_with(const struct mk_client *only, size_t count)
{
    const struct mk_worlds_config config = {
        .world = { .deterministic = true, .start = BANK_NOW, .bank = bank_data() },
        .max_worlds = 3,
        .clients = only,
        .client_count = count,
    };

    mk_worlds_free(worlds);
    worlds = mk_worlds_new(&config);
}

static void open_worlds(void)
{
    open_with(NULL, 0);
}

static void close_worlds(void)
{
    mk_worlds_free(worlds);
    worlds = NULL;
}

static struct mk_world *enter(const char *id)
{
    struct mk_problem problem = { 0 };
    struct mk_caller caller = { .world = NULL };

    mk_worlds_sign_in(worlds, id, "secret", &problem, &caller);
    return caller.world == NULL ? NULL : bank_borrow(caller.world);
}

static enum mk_err add(const char *id, const char *secret, uint32_t handle)
{
    struct mk_problem problem = { 0 };
    struct mk_world *world = mk_world_new(mk_worlds_config(worlds), id, secret);

    world->handle = handle;
    enum mk_err err = mk_worlds_add(worlds, world, &problem);
    if (err != MK_OK)
        mk_world_release(world);
    return err;
}

START_TEST(add__a_world_from_elsewhere)
{
    enter("a");
    ck_assert_int_eq(add("b", "secret", 0), MK_OK);
    ck_assert_int_eq(add("b", "secret", 0), MK_WORLD_EXISTS);
    ck_assert_int_eq(add("a", "secret", 0), MK_WORLD_EXISTS);
    ck_assert_ptr_eq(enter("b"), bank_borrow(mk_worlds_find(worlds, "b")));
    ck_assert_uint_ne(enter("a")->handle, enter("b")->handle);
    ck_assert_int_eq(add("c", NULL, 0), MK_OK);
    ck_assert_int_eq(add("d", NULL, 0), MK_UNAVAILABLE);
    ck_assert_uint_eq(mk_worlds_count(worlds), 3);
}
END_TEST

/* Tokens of sessions name it: a loaded world keeps it, unless it is another one's. */
START_TEST(add__keeps_a_free_handle)
{
    ck_assert_int_eq(add("a", NULL, 1234), MK_OK);
    ck_assert_int_eq(add("b", NULL, 1234), MK_OK);
    struct mk_world *first = bank_borrow(mk_worlds_by_handle(worlds, 1234));
    struct mk_world *second = bank_borrow(mk_worlds_find(worlds, "b"));
    ck_assert_str_eq(first->client_id, "a");
    ck_assert_uint_ne(second->handle, 1234);
    ck_assert_uint_ne(second->handle, 0);
    ck_assert_ptr_eq(bank_borrow(mk_worlds_by_handle(worlds, second->handle)), second);
}
END_TEST

/* What comes with a state of its secrets goes on from there. */
START_TEST(add__draws_no_secret)
{
    struct mk_world *other = mk_world_new(mk_worlds_config(worlds), "a", NULL);

    ck_assert_int_eq(add("a", NULL, 0), MK_OK);
    ck_assert_uint_eq(mk_random_next(&bank_borrow(mk_worlds_find(worlds, "a"))->secrets),
                      mk_random_next(&other->secrets));
    mk_world_release(other);
}
END_TEST

START_TEST(add__only_configured_clients)
{
    open_with(clients, MK_COUNT(clients));
    ck_assert_int_eq(add("b", "secret-a", 0), MK_UNAUTHORIZED);
    ck_assert_int_eq(add("a", "wrong", 0), MK_UNAUTHORIZED);
    ck_assert_int_eq(add(MK_FIXED_CLIENT, NULL, 0), MK_UNAUTHORIZED);
    ck_assert_int_eq(add("a", "secret-a", 0), MK_OK);
}
END_TEST

START_TEST(remove__who_is_in_it_stays_in_it)
{
    struct mk_world *world = mk_world_hold(enter("a"));
    uint32_t handle = world->handle;

    struct mk_world *removed = mk_worlds_remove(worlds, "a");
    ck_assert_ptr_eq(removed, world);
    ck_assert(world->is_gone);
    ck_assert_ptr_null(mk_worlds_remove(worlds, "a"));
    ck_assert_ptr_null(mk_worlds_find(worlds, "a"));
    ck_assert_ptr_null(mk_worlds_by_handle(worlds, handle));
    ck_assert_uint_eq(mk_worlds_count(worlds), 0);
    mk_world_release(removed);
    ck_assert_str_eq(world->client_id, "a"); /* still held */
    ck_assert_ptr_ne(enter("a"), world);
    mk_world_release(world);
}
END_TEST

START_TEST(list__holds_each)
{
    struct mk_world **list;

    enter("a");
    enter("b");
    mk_world_release(mk_worlds_remove(worlds, "a"));
    size_t count = mk_worlds_list(worlds, INT64_MAX, &list);
    ck_assert_uint_eq(count, 1);
    struct mk_world *removed = mk_worlds_remove(worlds, "b");
    mk_world_release(removed);
    ck_assert_str_eq(list[0]->client_id, "b");
    mk_world_release(list[0]);
    free(list);
    count = mk_worlds_list(worlds, INT64_MAX, &list);
    ck_assert_uint_eq(count, 0);
    free(list);
}
END_TEST

static void come_and_go(int rounds)
{
    char id[32];

    for (int i = 0; i < rounds; i++) {
        snprintf(id, sizeof(id), "client-%d", i);
        MUST(enter(id) != NULL);
        mk_world_release(mk_worlds_remove(worlds, id));
    }
}

/* 10,000 worlds, one after the other, leave nothing behind. */
START_TEST(come_and_go__memory_is_flat)
{
    come_and_go(100);
    size_t before = mallinfo2().uordblks;
    come_and_go(10000);
    size_t after = mallinfo2().uordblks;
    ck_assert_uint_le(after, before + 4096);
}
END_TEST

Suite *worlds_come_and_go_suite(void)
{
    Suite *suite = suite_create("worlds_come_and_go");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_worlds, close_worlds);
    tcase_set_timeout(all, 120); /* under a sanitizer */
    tcase_add_test(all, add__a_world_from_elsewhere);
    tcase_add_test(all, add__keeps_a_free_handle);
    tcase_add_test(all, add__draws_no_secret);
    tcase_add_test(all, add__only_configured_clients);
    tcase_add_test(all, remove__who_is_in_it_stays_in_it);
    tcase_add_test(all, list__holds_each);
    tcase_add_test(all, come_and_go__memory_is_flat);
    suite_add_tcase(suite, all);
    return suite;
}
