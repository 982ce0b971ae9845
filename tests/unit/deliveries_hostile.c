/* SPDX-License-Identifier: MIT */
/* Hostile modes of webhooks, and what the journal says of deliveries. */
#include "core/deliveries.h"

#include "support/fake_courier.h"
#include "unit/suites.h"

#define HOOK "http://localhost:1/hook"

static struct bank bank;
static struct mk_world *world;
static struct fake_courier courier;
static struct mk_link link_a;

static void open_all(void)
{
    bank = bank_open();
    world = bank.world;
    courier = (struct fake_courier){ .world = world };
    link_a = fake_link('a', HOOK);
}

static void close_all(void)
{
    fake_done(&courier);
    bank_close(&bank);
}

static struct mk_delivery *add(const char *body)
{
    return fake_add(world, &link_a, body, false);
}

static void set_mode(enum mk_hostility hostility, int64_t left)
{
    mk_deliveries_set_mode(&world->deliveries, hostility, MK_HOSTILITY_SPAN, left);
}

/* Two posts with one number; the next of the link waits for both, and one 2xx will do. */
START_TEST(duplicate__posts_twice)
{
    set_mode(MK_HOSTILE_DUPLICATE, 1);
    struct mk_delivery *delivery = add("1");
    add("2");
    ck_assert_uint_eq(fake_take_all(&courier), 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(courier.parcels[i].attempt, 1);
        ck_assert_str_eq(courier.parcels[i].body, "1");
        ck_assert_str_eq(courier.parcels[i].token, courier.parcels[0].token);
        ck_assert_uint_eq(courier.parcels[i].hostility, MK_HOSTILE_DUPLICATE);
    }
    fake_bring(&courier, 1, 200);
    ck_assert_uint_eq(delivery->state, MK_DELIVERY_SENDING);
    ck_assert_uint_eq(fake_take_all(&courier), 0);
    fake_bring(&courier, 0, 500);
    ck_assert_uint_eq(delivery->state, MK_DELIVERY_DELIVERED);
    ck_assert_uint_eq(delivery->attempt_count, 2);
    ck_assert_str_eq(fake_run(&courier, 200), "21 ");
}
END_TEST

START_TEST(duplicate__retries_are_too)
{
    set_mode(MK_HOSTILE_DUPLICATE, -1);
    struct mk_delivery *delivery = add("1");

    ck_assert_str_eq(fake_run(&courier, 500), "11 11 ");
    bank_wait(&bank, 10 * MK_SECOND);
    ck_assert_str_eq(fake_run(&courier, 500), "12 12 ");
    ck_assert_int_eq(delivery->due - mk_world_now(world), 20 * MK_SECOND);
}
END_TEST

/* Pairs change places, also when they are not made at once. */
START_TEST(reorder__in_pairs)
{
    set_mode(MK_HOSTILE_REORDER, -1);
    add("1");
    add("2");
    add("3");
    add("4");
    ck_assert_str_eq(fake_run(&courier, 200), "21 11 41 31 ");
    add("5");
    ck_assert_str_eq(fake_run(&courier, 200), "");
    add("6");
    ck_assert_str_eq(fake_run(&courier, 200), "61 51 ");
}
END_TEST

/* One that nobody follows goes when it has waited long enough. */
START_TEST(reorder__alone)
{
    set_mode(MK_HOSTILE_REORDER, -1);
    add("1");
    ck_assert_int_eq(mk_deliveries_next(&world->deliveries, INT64_MIN),
                     BANK_NOW + MK_HOSTILITY_SPAN);
    bank_wait(&bank, MK_HOSTILITY_SPAN - 1);
    ck_assert_str_eq(fake_run(&courier, 200), "");
    bank_wait(&bank, 1);
    ck_assert_str_eq(fake_run(&courier, 200), "11 ");
    add("2");
    ck_assert_str_eq(fake_run(&courier, 200), "");
}
END_TEST

/* Any next one of the link frees it, of another link none does. */
START_TEST(reorder__freed_by_others)
{
    struct mk_link link_b = fake_link('b', HOOK);

    set_mode(MK_HOSTILE_REORDER, 1);
    add("1");
    fake_add(world, &link_b, "b", false);
    ck_assert_str_eq(fake_run(&courier, 200), "b1 ");
    fake_add(world, &link_a, "t", true);
    add("2");
    ck_assert_str_eq(fake_run(&courier, 200), "t1 11 21 ");
    bank_wait(&bank, MK_HOUR);
    ck_assert_str_eq(fake_run(&courier, 200), "");
}
END_TEST

/* Late, and nobody waits for it. */
START_TEST(delay__of_one)
{
    mk_deliveries_set_mode(&world->deliveries, MK_HOSTILE_DELAY, 30 * MK_SECOND, 1);
    add("1");
    add("2");
    ck_assert_str_eq(fake_run(&courier, 200), "21 ");
    bank_wait(&bank, 30 * MK_SECOND - 1);
    ck_assert_str_eq(fake_run(&courier, 200), "");
    bank_wait(&bank, 1);
    ck_assert_str_eq(fake_run(&courier, 200), "11 ");
}
END_TEST

static const struct {
    enum mk_hostility hostility;
    int64_t iat;
} spoiled[] = {
    { MK_HOSTILE_NONE, BANK_NOW },
    { MK_HOSTILE_STALE, BANK_NOW - 2 * MK_DAY },
    { MK_HOSTILE_UNKNOWN_KID, BANK_NOW },
    { MK_HOSTILE_TAMPERED, BANK_NOW },
};

/* The courier is told; retries are as bad, a replay is as it should be. */
START_TEST(spoiled__signatures)
{
    struct mk_problem problem = { 0 };

    set_mode(spoiled[_i].hostility, -1);
    struct mk_delivery *delivery = add("1");
    set_mode(MK_HOSTILE_NONE, -1);
    for (int i = 0; i < 2; i++) {
        ck_assert(fake_take(&courier));
        ck_assert_uint_eq(courier.parcels[0].hostility, spoiled[_i].hostility);
        ck_assert_int_eq(courier.parcels[0].iat, spoiled[_i].iat + i * 10 * MK_SECOND);
        ck_assert_str_eq(courier.parcels[0].body, "1");
        fake_bring(&courier, 0, 400);
        bank_wait(&bank, 10 * MK_SECOND);
    }
    ck_assert_int_eq(mk_deliveries_replay(world, delivery, &problem), MK_OK);
    ck_assert(fake_take(&courier));
    ck_assert_uint_eq(courier.parcels[0].hostility, MK_HOSTILE_NONE);
    ck_assert_int_eq(courier.parcels[0].iat, mk_world_now(world));
}
END_TEST

START_TEST(mode__counts)
{
    set_mode(MK_HOSTILE_STALE, 2);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(add("1")->hostility, i < 2 ? MK_HOSTILE_STALE : MK_HOSTILE_NONE);
    ck_assert_uint_eq(world->deliveries.hostility, MK_HOSTILE_NONE);
    ck_assert_int_eq(world->deliveries.hostility_left, -1);
    set_mode(MK_HOSTILE_STALE, -1);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(add("1")->hostility, MK_HOSTILE_STALE);
}
END_TEST

/* --- The journal ------------------------------------------------------------------------------ */

START_TEST(journal__of_deliveries)
{
    static const struct {
        enum mk_delivery_state state;
        uint32_t attempt;
        uint16_t answer;
    } wanted[] = { { MK_DELIVERY_QUEUED, 0, 0 },
                   { MK_DELIVERY_RETRYING, 1, 500 },
                   { MK_DELIVERY_RETRYING, 2, 0 },
                   { MK_DELIVERY_DELIVERED, 3, 204 } };
    struct mk_journal_reader reader = { 0 };
    struct mk_happening happening;
    uint64_t before = world->journal.last;
    const struct mk_delivery *delivery = add("1");

    for (size_t i = 1; i < MK_COUNT(wanted); i++) {
        fake_take(&courier);
        fake_bring(&courier, 0, wanted[i].answer);
        bank_wait(&bank, 40 * MK_SECOND);
    }
    for (size_t i = 0; i < MK_COUNT(wanted); i++) {
        ck_assert(mk_journal_next(&world->journal, before, &reader, &happening));
        ck_assert_uint_eq(happening.kind, MK_HAPPENED_DELIVERY);
        ck_assert_uint_eq(happening.state, wanted[i].state);
        ck_assert_uint_eq(happening.attempt, wanted[i].attempt);
        ck_assert_uint_eq(happening.answer, wanted[i].answer);
        ck_assert_uint_eq(happening.event, MK_NOTICE_STATE);
        ck_assert_mem_eq(happening.token, delivery->token, 16);
        ck_assert_mem_eq(happening.link, link_a.id, MK_SHORT_ID_LENGTH);
    }
    ck_assert(!mk_journal_next(&world->journal, before, &reader, &happening));
}
END_TEST

Suite *deliveries_hostile_suite(void)
{
    Suite *suite = suite_create("deliveries_hostile");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_all, close_all);
    tcase_add_test(all, duplicate__posts_twice);
    tcase_add_test(all, duplicate__retries_are_too);
    tcase_add_test(all, reorder__in_pairs);
    tcase_add_test(all, reorder__alone);
    tcase_add_test(all, reorder__freed_by_others);
    tcase_add_test(all, delay__of_one);
    tcase_add_loop_test(all, spoiled__signatures, 0, (int)MK_COUNT(spoiled));
    tcase_add_test(all, mode__counts);
    tcase_add_test(all, journal__of_deliveries);
    suite_add_tcase(suite, all);
    return suite;
}
