/* SPDX-License-Identifier: MIT */
/* Movements of a world's clock: from due time to due time, with and without waiting. */
#include "core/notices.h"
#include "core/products.h"
#include "support/bank.h"
#include "support/fake_courier.h"
#include "support/heard.h"
#include "unit/suites.h"

#define WEBHOOK "http://localhost:9/hook"
#define BIT(name) (1U << MK_PRODUCT_##name)

static struct bank bank;
static struct fake_courier courier;
static uint64_t after;

static void open_bank(void)
{
    bank = bank_open();
    courier = (struct fake_courier){ .world = bank.world };
    after = 0;
}

static void close_bank(void)
{
    fake_done(&courier);
    bank_close(&bank);
}

static const char *told(void)
{
    return heard(bank.world, &after, BANK_NOW);
}

static int64_t seconds(void)
{
    return (mk_world_now(bank.world) - BANK_NOW) / MK_SECOND;
}

/* As the courier: runs and takes until there is nothing to do at once. Returns what it took. */
static size_t drive(void)
{
    size_t taken = 0;

    for (bool goes_on = true; goes_on;) {
        bool has_more = mk_schedule_run(bank.world);
        bool has_parcel = fake_take(&courier);
        taken += has_parcel;
        goes_on = has_more || has_parcel;
    }
    return taken;
}

static void bring_all(unsigned status)
{
    while (courier.count > 0)
        fake_bring(&courier, 0, status);
}

/* The receiver answers everything at once. Returns the number of its answers. */
static size_t drive_and_bring(unsigned status)
{
    size_t brought = 0;

    while (drive() > 0) {
        brought += courier.count;
        bring_all(status);
    }
    return brought;
}

static bool is_on(void)
{
    return bank.world->schedule.advance.is_on;
}

/* A link with a webhook that has heard of its making. */
static struct mk_link *receiving(void)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    session->webhook = mk_copy(WEBHOOK);
    struct mk_link *link = bank_finish(&bank, session, &choices);
    bank_exchange(&bank, link);
    ck_assert_uint_eq(drive_and_bring(200), 3);
    told();
    return link;
}

static void refresh(struct mk_link *link)
{
    struct mk_problem problem = { 0 };

    ck_assert_int_eq(mk_products_refresh(bank.world, link, BIT(ACCOUNTS), &problem), MK_OK);
}

START_TEST(move__nothing_is_due)
{
    ck_assert_uint_eq(mk_schedule_advance(bank.world, MK_HOUR, _i == 1), 1);
    ck_assert_int_eq(seconds(), 0);
    ck_assert_int_eq(mk_schedule_destination(bank.world), BANK_NOW + MK_HOUR);
    ck_assert_int_eq(mk_schedule_wake_at(bank.world, false), 0);
    drive();
    ck_assert_int_eq(seconds(), 3600);
    ck_assert(!is_on());
    ck_assert_uint_eq(bank.world->schedule.advance.moves, 1);
    ck_assert_str_eq(told(), "3600:clock ");
    ck_assert_int_eq(mk_schedule_wake_at(bank.world, false), INT64_MAX);
    ck_assert_int_eq(mk_schedule_destination(bank.world), BANK_NOW + MK_HOUR);
}
END_TEST

/* Every event at its own time, also those of links without a webhook. */
START_TEST(move__runs_what_falls_due)
{
    struct mk_link *link = bank_connected(&bank);

    bank_bare_session(&bank);
    refresh(link);
    told();
    mk_schedule_advance(bank.world, MK_HOUR, true);
    drive();
    ck_assert_str_eq(told(), "1:accounts 3600:clock ");
    ck_assert_uint_eq(bank.world->sessions.store.count, 0);
    mk_schedule_advance(bank.world, 0, true);
    drive();
    ck_assert_str_eq(told(), "3600:clock ");
}
END_TEST

/* The clock stands while a webhook is out: a receiver sees the time at which it was sent. */
START_TEST(move__waits_for_deliveries)
{
    refresh(receiving());
    mk_schedule_advance(bank.world, 3 * MK_DAY, true);
    ck_assert_uint_eq(drive(), 1);
    ck_assert_int_eq(seconds(), 1);
    ck_assert(is_on());
    ck_assert_int_eq(mk_schedule_wake_at(bank.world, false), INT64_MAX);
    ck_assert_uint_eq(drive(), 0);
    ck_assert_int_eq(seconds(), 1);
    bring_all(200);
    ck_assert_int_eq(mk_schedule_wake_at(bank.world, false), 0);
    for (int64_t day = 1; day <= 2; day++) {
        ck_assert_uint_eq(drive(), 1);
        ck_assert_int_eq(seconds(), day * 86400 + 1);
        bring_all(200);
    }
    ck_assert_uint_eq(drive(), 0);
    ck_assert_int_eq(seconds(), 3 * 86400);
    ck_assert_str_eq(told(), "1:accounts 86401:accounts 172801:accounts 259200:clock ");
}
END_TEST

/* An advance of nothing waits for what is due. */
START_TEST(move__by_nothing)
{
    refresh(receiving());
    bank_wait(&bank, MK_SECOND);
    mk_schedule_advance(bank.world, 0, true);
    ck_assert_uint_eq(drive(), 1);
    ck_assert(is_on());
    bring_all(204);
    drive();
    ck_assert(!is_on());
    ck_assert_int_eq(seconds(), 1);
}
END_TEST

/* Retries are due times as all others. */
START_TEST(move__through_retries)
{
    static const int64_t times[] = { 1, 11, 31, 71, 151 };

    refresh(receiving());
    mk_schedule_advance(bank.world, 200 * MK_SECOND, true);
    for (size_t i = 0; i < MK_COUNT(times); i++) {
        ck_assert_uint_eq(drive(), 1);
        ck_assert_int_eq(seconds(), times[i]);
        ck_assert_uint_eq(courier.parcels[0].attempt, i + 1);
        bring_all(500);
    }
    ck_assert_uint_eq(drive(), 0);
    ck_assert_int_eq(seconds(), 200);
}
END_TEST

/* The caller gives up waiting: the rest goes on without the answers. */
START_TEST(move__in_a_hurry)
{
    refresh(receiving());
    mk_schedule_advance(bank.world, 2 * MK_DAY, true);
    ck_assert_uint_eq(drive(), 1);
    mk_schedule_hurry(bank.world);
    ck_assert_int_eq(mk_schedule_wake_at(bank.world, false), 0);
    drive();
    ck_assert(!is_on());
    ck_assert_int_eq(seconds(), 2 * 86400);
    ck_assert_str_eq(told(), "1:accounts 86401:accounts 172800:clock ");
    bring_all(200);
}
END_TEST

/* Without waiting the courier still takes each attempt at its time. */
START_TEST(move__does_not_wait)
{
    refresh(receiving());
    receiving(); /* to be refreshed the next day */
    mk_schedule_advance(bank.world, MK_DAY + MK_HOUR, false);
    ck_assert_uint_eq(drive(), 2);
    ck_assert(!is_on());
    ck_assert_int_eq(seconds(), 86400 + 3600);
    ck_assert_uint_eq(courier.count, 2);
    ck_assert_int_eq(courier.parcels[0].iat, BANK_NOW + MK_SECOND);
    ck_assert_int_eq(courier.parcels[1].iat, BANK_NOW + MK_DAY + MK_SECOND);
    bring_all(200);
}
END_TEST

/* A receiver without room holds up those who wait for it, and nobody else. */
START_TEST(move__receiver_without_room)
{
    refresh(receiving());
    courier.full = WEBHOOK;
    mk_schedule_advance(bank.world, MK_HOUR, true);
    ck_assert_uint_eq(drive(), 0);
    ck_assert_int_eq(seconds(), 1);
    mk_schedule_hurry(bank.world);
    drive();
    ck_assert_int_eq(seconds(), 3600);
    courier.full = NULL;
    ck_assert_uint_eq(drive_and_bring(200), 1);
}
END_TEST

START_TEST(move__two_at_once)
{
    ck_assert_uint_eq(mk_schedule_advance(bank.world, MK_HOUR, false), 1);
    ck_assert_uint_eq(mk_schedule_advance(bank.world, MK_MINUTE, true), 1);
    ck_assert(bank.world->schedule.advance.waits);
    drive();
    ck_assert_int_eq(seconds(), 3660);
    ck_assert_uint_eq(mk_schedule_advance(bank.world, MK_HOUR, false), 2);
    ck_assert(!bank.world->schedule.advance.waits);
    drive();
    ck_assert_int_eq(seconds(), 3660 + 3600);
    ck_assert_str_eq(told(), "3660:clock 7260:clock ");
}
END_TEST

/* Real time goes on under the movement; the span is the offset's. */
START_TEST(move__running_clock)
{
    struct mk_link *link = receiving();

    mk_schedule_freeze(bank.world, false);
    int64_t offset = bank.world->clock.offset;
    refresh(link);
    mk_schedule_advance(bank.world, MK_DAY, true);
    ck_assert_uint_eq(drive(), 1);
    ck_assert_int_ge(seconds(), 1);
    ck_assert_int_lt(seconds(), 60);
    bring_all(200);
    drive_and_bring(200);
    ck_assert(!is_on());
    ck_assert_int_eq(bank.world->clock.offset, offset + MK_DAY);
    ck_assert_int_ge(seconds(), 86400);
    ck_assert_int_lt(seconds(), 86400 + 60);
}
END_TEST

/* Stopped and let run in the middle, the clock still gets where it was to go. */
START_TEST(move__frozen_in_the_middle)
{
    refresh(receiving());
    mk_schedule_advance(bank.world, MK_HOUR, true);
    drive();
    mk_schedule_freeze(bank.world, true); /* it is */
    ck_assert_str_eq(told(), "1:accounts ");
    mk_schedule_freeze(bank.world, false);
    ck_assert_str_eq(told(), "1:clock ");
    int64_t left = mk_schedule_destination(bank.world) - BANK_NOW;
    ck_assert_int_ge(left, MK_HOUR);
    ck_assert_int_lt(left, MK_HOUR + MK_MINUTE);
    mk_schedule_freeze(bank.world, true);
    bring_all(200);
    drive();
    ck_assert_int_ge(seconds(), 3600);
    ck_assert_int_lt(seconds(), 3600 + 60);
    ck_assert(!is_on());
}
END_TEST

/* Ten years of daily refreshes give the lock up again and again. */
START_TEST(move__years)
{
    unsigned turns = 1;

    receiving();
    courier.full = WEBHOOK;
    mk_schedule_advance(bank.world, 3650 * MK_DAY, false);
    while (mk_schedule_run(bank.world))
        turns++;
    ck_assert_uint_ge(turns, 2 * 3650 / MK_SCHEDULE_STRIDE);
    ck_assert_int_eq(seconds(), INT64_C(3650) * 86400);
    ck_assert_uint_eq(bank.world->deliveries.made, 3 + 3650 - 1);
}
END_TEST

/* A reset ends it: the world that was moved is not there any more. */
START_TEST(move__reset)
{
    struct mk_world *fresh = mk_world_new(&bank.world->config, "tester", NULL);

    mk_schedule_advance(bank.world, MK_HOUR, true);
    mk_world_take(bank.world, fresh, false);
    mk_world_release(fresh);
    ck_assert(!is_on());
    ck_assert_uint_eq(drive(), 0);
    ck_assert_int_eq(seconds(), 0);
    ck_assert_uint_eq(bank.world->epoch, 1);
}
END_TEST

Suite *schedule_moves_suite(void)
{
    Suite *suite = suite_create("schedule_moves");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, move__nothing_is_due, 0, 2);
    tcase_add_test(all, move__runs_what_falls_due);
    tcase_add_test(all, move__waits_for_deliveries);
    tcase_add_test(all, move__by_nothing);
    tcase_add_test(all, move__through_retries);
    tcase_add_test(all, move__in_a_hurry);
    tcase_add_test(all, move__does_not_wait);
    tcase_add_test(all, move__receiver_without_room);
    tcase_add_test(all, move__two_at_once);
    tcase_add_test(all, move__running_clock);
    tcase_add_test(all, move__frozen_in_the_middle);
    tcase_add_test(all, move__years);
    tcase_add_test(all, move__reset);
    suite_add_tcase(suite, all);
    return suite;
}
