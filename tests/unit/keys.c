/* SPDX-License-Identifier: MIT */
/* Which key a world signs with, and which are published, as its clock goes on. */
#include "core/keys.h"

#include "support/bank.h"
#include "unit/suites.h"

#include <stdlib.h>

static struct mk_signer *server;
static struct mk_world *world;

static struct mk_world *new_world(const char *client)
{
    const struct mk_world_config config = {
        .seed = 7, .deterministic = true, .start = BANK_NOW, .bank = bank_data(), .signer = server
    };

    return mk_world_new(&config, client, "secret");
}

static void open_world(void)
{
    server = mk_signer_seeded(7);
    world = new_world("tester");
}

static void close_world(void)
{
    mk_world_release(world);
    mk_signer_release(server);
}

static void expect_same(const struct mk_signer *is, const struct mk_signer *wanted)
{
    char kids[2][MK_KID_SIZE];

    mk_signer_kid(is, kids[0]);
    mk_signer_kid(wanted, kids[1]);
    ck_assert_str_eq(kids[0], kids[1]);
}

/* Who signs when the world's clock has gone on by this since its start. */
static struct mk_signer *signer_after(int64_t span)
{
    return mk_keys_signer(world, BANK_NOW + span);
}

static struct mk_signer *rotate(int64_t delay)
{
    struct mk_problem problem = { 0 };
    const struct mk_key *key = NULL;

    ck_assert_int_eq(mk_keys_rotate(world, delay, &problem, &key), MK_OK);
    ck_assert_int_eq(key->published, mk_world_now(world));
    ck_assert_int_eq(key->active, mk_world_now(world) + delay);
    return key->signer;
}

/* The published keys are these, in this order: numbers of their rotations. */
static void expect_published(const char *wanted)
{
    struct mk_text is = MK_TEXT(1000);

    for (size_t i = 0; i < world->keys.count; i++)
        mk_text_print(&is, "%u ", world->keys.items[i].number);
    ck_assert_str_eq(is.length == 0 ? "" : is.bytes, wanted);
    mk_text_done(&is);
}

START_TEST(keys__the_servers_at_first)
{
    ck_assert_ptr_eq(signer_after(0), server);
    expect_published("");
    ck_assert_int_eq(mk_keys_next(&world->keys), INT64_MAX);
    mk_keys_retire(&world->keys, INT64_MAX);
}
END_TEST

START_TEST(keys__published_before_first_use)
{
    struct mk_signer *key = rotate(MK_HOUR);

    expect_published("1 ");
    ck_assert_ptr_eq(signer_after(MK_HOUR - 1), server);
    ck_assert_ptr_eq(signer_after(MK_HOUR), key);
    ck_assert_ptr_eq(signer_after(1000 * MK_DAY), key); /* until it is replaced */
    ck_assert_int_eq(mk_keys_next(&world->keys), INT64_MAX);
}
END_TEST

/* A replaced one goes 24 h after the next has taken over, not after that was published. */
START_TEST(keys__retirement)
{
    const struct mk_keys *keys = &world->keys;
    int64_t end = BANK_NOW + MK_HOUR + MK_KEY_RETIREMENT;

    struct mk_signer *first = rotate(0);
    struct mk_signer *second = rotate(MK_HOUR);
    ck_assert_ptr_eq(signer_after(MK_HOUR - 1), first);
    ck_assert_ptr_eq(signer_after(MK_HOUR), second);
    ck_assert_int_eq(keys->items[0].retires, end);
    ck_assert_int_eq(keys->items[1].retires, MK_NEVER);
    ck_assert_int_eq(mk_keys_next(keys), end);
    mk_keys_retire(&world->keys, end - 1);
    expect_published("1 2 ");
    mk_keys_retire(&world->keys, end);
    expect_published("2 ");
    ck_assert_int_eq(mk_keys_next(keys), INT64_MAX);
    ck_assert_ptr_eq(signer_after(2 * MK_DAY), second);
}
END_TEST

/* A parcel that holds the key of a signature outlives the key. */
START_TEST(keys__held_by_others)
{
    struct mk_signer *held = mk_signer_hold(rotate(0));
    unsigned char signature[MK_SIGNATURE_SIZE];

    rotate(0);
    mk_keys_retire(&world->keys, BANK_NOW + MK_KEY_RETIREMENT);
    expect_published("2 ");
    ck_assert(mk_signer_sign_bytes(held, "m", 1, signature));
    mk_signer_release(held);
}
END_TEST

/* They sign by the times of their activation, in whatever order they were asked for. */
START_TEST(keys__order)
{
    struct mk_signer *late = rotate(2 * MK_HOUR);
    struct mk_signer *early = rotate(MK_HOUR);
    struct mk_signer *now = rotate(0);
    struct mk_signer *after = rotate(0);

    expect_published("3 4 2 1 ");
    ck_assert_ptr_ne(now, after);
    ck_assert_ptr_eq(signer_after(0), after);
    ck_assert_ptr_eq(signer_after(MK_HOUR), early);
    ck_assert_ptr_eq(signer_after(2 * MK_HOUR), late);
    ck_assert_int_eq(world->keys.items[0].retires, BANK_NOW + MK_KEY_RETIREMENT);
    ck_assert_int_eq(world->keys.items[1].retires, BANK_NOW + MK_HOUR + MK_KEY_RETIREMENT);
    ck_assert_int_eq(world->keys.items[2].retires, BANK_NOW + 2 * MK_HOUR + MK_KEY_RETIREMENT);
    ck_assert_int_eq(world->keys.items[3].retires, MK_NEVER);
}
END_TEST

START_TEST(keys__limit)
{
    struct mk_problem problem = { 0 };
    const struct mk_key *key = NULL;

    for (unsigned i = 0; i < MK_KEYS_MAX; i++)
        rotate(0);
    ck_assert_int_eq(mk_keys_rotate(world, 0, &problem, &key), MK_UNAVAILABLE);
    ck_assert_str_eq(problem.message, "This world has 100 published keys, the most there can be.");
    ck_assert_ptr_null(key);
    ck_assert_uint_eq(world->keys.rotations, MK_KEYS_MAX);
    world->clock.frozen_at += MK_KEY_RETIREMENT;
    rotate(0);
    expect_published("100 101 ");
}
END_TEST

/* A world of the same seed has the same keys again; another client's has others. */
START_TEST(keys__repeat)
{
    struct mk_world *same = new_world("tester");
    struct mk_world *other = new_world("other");
    struct mk_problem problem = { 0 };
    const struct mk_key *key;
    char kids[2][MK_KID_SIZE];

    mk_signer_kid(rotate(0), kids[0]);
    ck_assert_int_eq(mk_keys_rotate(same, 0, &problem, &key), MK_OK);
    expect_same(key->signer, world->keys.items[0].signer);
    ck_assert_int_eq(mk_keys_rotate(other, 0, &problem, &key), MK_OK);
    mk_signer_kid(key->signer, kids[1]);
    ck_assert_str_ne(kids[0], kids[1]);
    mk_world_release(same);
    mk_world_release(other);
}
END_TEST

/* What a snapshot remembers makes the same keys in another client's world. */
START_TEST(keys__restore)
{
    struct mk_world *copy = new_world("other");
    const struct mk_key *keys;

    rotate(0);
    rotate(MK_HOUR);
    keys = world->keys.items;
    for (size_t i = 0; i < world->keys.count; i++) {
        struct mk_key remembered = keys[i];
        remembered.signer = NULL;
        ck_assert(mk_keys_restore(copy, &remembered));
    }
    ck_assert_uint_eq(copy->keys.count, 2);
    for (size_t i = 0; i < world->keys.count; i++) {
        expect_same(copy->keys.items[i].signer, keys[i].signer);
        ck_assert_int_eq(copy->keys.items[i].active, keys[i].active);
        ck_assert_int_eq(copy->keys.items[i].retires, keys[i].retires);
    }
    expect_same(mk_keys_signer(copy, BANK_NOW + MK_HOUR), signer_after(MK_HOUR));
    mk_world_release(copy);
}
END_TEST

/* A reset sets the clock back and keeps the keys: what signed before signs after. */
START_TEST(keys__reset)
{
    struct mk_world *fresh = new_world("tester");

    rotate(0);
    world->clock.frozen_at += 10 * MK_DAY;
    struct mk_signer *key = rotate(0);
    struct mk_signer *next = rotate(MK_HOUR);
    mk_world_take(world, fresh, false);
    ck_assert_int_eq(mk_world_now(world), BANK_NOW);
    expect_published("1 2 3 ");
    ck_assert_ptr_eq(signer_after(0), key);
    ck_assert_ptr_eq(signer_after(MK_HOUR - 1), key);
    ck_assert_ptr_eq(signer_after(MK_HOUR), next);
    ck_assert_int_eq(mk_keys_next(&world->keys), BANK_NOW + MK_KEY_RETIREMENT);
    mk_world_release(fresh);
}
END_TEST

Suite *keys_suite(void)
{
    Suite *suite = suite_create("keys");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, open_world, close_world);
    tcase_add_test(tcase, keys__the_servers_at_first);
    tcase_add_test(tcase, keys__published_before_first_use);
    tcase_add_test(tcase, keys__retirement);
    tcase_add_test(tcase, keys__held_by_others);
    tcase_add_test(tcase, keys__order);
    tcase_add_test(tcase, keys__limit);
    tcase_add_test(tcase, keys__repeat);
    tcase_add_test(tcase, keys__restore);
    tcase_add_test(tcase, keys__reset);
    suite_add_tcase(suite, tcase);
    return suite;
}
