/* SPDX-License-Identifier: MIT */
/* What falls due, and in which order. Movements of the clock are in schedule_moves.c. */
#include "core/schedule.h"

#include "core/history.h"
#include "core/products.h"
#include "support/bank.h"
#include "support/heard.h"
#include "unit/suites.h"

#define WEBHOOK "http://localhost:9/hook"
#define BIT(name) (1U << MK_PRODUCT_##name)

static struct bank bank;
static uint64_t after;

static void open_bank(void)
{
    bank = bank_open();
    after = 0;
}

static void close_bank(void)
{
    bank_close(&bank);
}

static struct mk_link *connected(bool has_webhook)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    session->webhook = has_webhook ? mk_copy(WEBHOOK) : NULL;
    struct mk_link *link = bank_finish(&bank, session, &choices);
    bank_exchange(&bank, link);
    return link;
}

static void refresh(struct mk_link *link)
{
    struct mk_problem problem = { 0 };

    ck_assert_int_eq(mk_products_refresh(bank.world, link, BIT(IDENTITY), &problem), MK_OK);
}

/* As the courier does, who loses all attempts; returns the turns that it took. */
static unsigned run(void)
{
    unsigned turns = 1;

    for (; mk_schedule_run(bank.world); turns++)
        ck_assert_uint_lt(turns, 1000000);
    return turns;
}

static const char *told(void)
{
    return heard(bank.world, &after, BANK_NOW);
}

static int64_t next(void)
{
    int64_t moment = mk_schedule_next(bank.world);

    return moment == INT64_MAX ? -1 : (moment - BANK_NOW) / MK_SECOND;
}

enum { DAY = 86400 };

START_TEST(links__who_is_in)
{
    struct mk_link *silent = connected(false);

    ck_assert_uint_eq(bank.world->schedule.live, 0);
    ck_assert_int_eq(silent->scheduled, MK_NEVER_SECONDS);
    struct mk_link *link = connected(true);
    ck_assert_int_eq(link->scheduled, DAY);
    refresh(silent);
    ck_assert_int_eq(silent->scheduled, 1);
    ck_assert_uint_eq(bank.world->schedule.live, 2);
    bank_wait(&bank, MK_SECOND);
    run();
    ck_assert_int_eq(silent->scheduled, MK_NEVER_SECONDS);
    mk_link_set_webhook(silent, WEBHOOK);
    mk_schedule_link(bank.world, silent);
    ck_assert_int_eq(silent->scheduled, DAY); /* of the other products */
    mk_link_set_webhook(link, NULL);
    mk_schedule_link(bank.world, link);
    ck_assert_int_eq(link->scheduled, MK_NEVER_SECONDS);
    mk_linking_delete(bank.world, silent);
    ck_assert_uint_eq(bank.world->schedule.live, 0);
    ck_assert_uint_eq(bank.world->schedule.links.count, 0);
}
END_TEST

START_TEST(links__in_error)
{
    struct mk_link *link = connected(true);

    refresh(link);
    mk_products_disconnect(bank.world, link, MK_LINK_ERROR_AUTH_EXPIRED);
    ck_assert_int_eq(link->scheduled, 1);
    told();
    bank_wait(&bank, 10 * MK_DAY);
    run();
    ck_assert_str_eq(told(), "1:!identity ");
    ck_assert_int_eq(link->scheduled, MK_NEVER_SECONDS);
}
END_TEST

START_TEST(links__settings)
{
    struct mk_link *link = connected(true);

    mk_schedule_daily(bank.world, MK_HOUR);
    ck_assert_int_eq(link->scheduled, 3600);
    mk_schedule_daily(bank.world, 0);
    ck_assert_int_eq(link->scheduled, MK_NEVER_SECONDS);
    ck_assert_uint_eq(bank.world->schedule.live, 0);
    refresh(link);
    mk_schedule_links(bank.world);
    ck_assert_int_eq(link->scheduled, 1);
    ck_assert_uint_eq(bank.world->schedule.links.count, 1);
}
END_TEST

/* A link that nobody looks at does not make up for a time in which the setting was another one. */
START_TEST(links__settings_are_of_their_time)
{
    struct mk_link *link = connected(false);

    told();
    bank_wait(&bank, MK_DAY + MK_HOUR);
    mk_schedule_daily(bank.world, 0);
    ck_assert_int_eq(link->products[MK_PRODUCT_ACCOUNTS].refreshed, DAY + 1);
    bank_wait(&bank, 10 * MK_DAY);
    mk_schedule_daily(bank.world, MK_DAY);
    ck_assert_int_eq(link->products[MK_PRODUCT_ACCOUNTS].refreshed, DAY + 1);
    bank_wait(&bank, 2 * MK_DAY + MK_SECOND);
    mk_products_settle(bank.world, link);
    ck_assert_uint_eq(mk_history_count(link), 2 + 3);
    ck_assert_int_eq(link->products[MK_PRODUCT_ACCOUNTS].refreshed, 13 * DAY + 3600 + 1);
}
END_TEST

/* The heap is bounded by the links that are in it, however often they come and go. */
START_TEST(links__no_growth)
{
    struct mk_link *link = connected(true);
    struct mk_link *other = connected(true);

    for (int i = 0; i < 10000; i++) {
        mk_link_set_webhook(link, i % 2 == 0 ? NULL : WEBHOOK);
        mk_schedule_link(bank.world, link);
        if (i % 7 == 0)
            refresh(other);
        ck_assert_uint_lt(bank.world->schedule.links.count, 2 * 2 + 64 + 2);
    }
    ck_assert_uint_eq(bank.world->schedule.live, 2);
    ck_assert_int_eq(link->scheduled, DAY);
    ck_assert_int_eq(other->scheduled, 1);
    ck_assert_int_eq(next(), 0); /* its first webhook */
}
END_TEST

/* However late the courier comes: by time, then in the order of making. */
START_TEST(run__in_the_order_of_time)
{
    struct mk_link *first = connected(true);
    struct mk_link *second = connected(false);
    struct mk_link *third = connected(true);

    bank_wait(&bank, MK_SECOND);
    refresh(third);
    bank_wait(&bank, MK_SECOND);
    bank.world->settings.refresh_span = 3 * MK_SECOND;
    refresh(first);
    bank.world->settings.refresh_span = MK_SECOND;
    refresh(second);
    told();
    bank_wait(&bank, MK_DAY + MK_HOUR);
    run();
    const char *text = told();
    ck_assert_int_eq(strncmp(text, "2:identity 3:identity 5:identity 86401:accounts ", 48), 0);
    ck_assert_ptr_nonnull(strstr(text, "86402:identity 86403:identity "));
    ck_assert_ptr_null(strstr(text, "86400:"));
}
END_TEST

/* Sessions, tokens, deleted links and keys go at their times, and wake nobody up. */
START_TEST(run__quiet_ends)
{
    struct mk_world *world = bank.world;
    struct mk_link *link = connected(false);

    mk_linking_delete(world, link);
    bank_wait(&bank, MK_SECOND);
    bank_pending(&bank);
    bank_wait(&bank, MK_SECOND);
    bank_bare_session(&bank);
    ck_assert_int_eq(next(), 1 + 1800);
    ck_assert_int_eq(mk_schedule_wake_at(world, false), INT64_MAX);
    bank_wait(&bank, 1800 * MK_SECOND);
    run();
    ck_assert_uint_eq(world->sessions.store.count, 0);
    ck_assert_uint_eq(world->links.store.count, 2); /* the example and the deleted one */
    ck_assert_int_eq(next(), 90 * DAY);
    bank_wait(&bank, 90 * MK_DAY);
    run();
    ck_assert_uint_eq(world->links.store.count, 1);
    ck_assert_int_eq(next(), -1);
}
END_TEST

/* A stride at a time, and all of it in the end. */
START_TEST(run__stride)
{
    enum { SESSIONS = 3 * MK_SCHEDULE_STRIDE + 10 };

    for (int i = 0; i < SESSIONS; i++)
        bank_bare_session(&bank);
    bank_wait(&bank, MK_HOUR);
    ck_assert(mk_schedule_run(bank.world));
    ck_assert_uint_eq(bank.world->sessions.store.count, SESSIONS - MK_SCHEDULE_STRIDE);
    ck_assert_uint_eq(run(), 3);
    ck_assert_uint_eq(bank.world->sessions.store.count, 0);
}
END_TEST

/* --- Waking the courier ----------------------------------------------------------------------- */

static void note_wake(void *context)
{
    (*(int *)context)++;
}

START_TEST(wake__frozen_clock)
{
    struct mk_world *world = bank.world;
    struct mk_link *link = connected(false);
    int wakes = 0;

    world->config.wake = note_wake;
    world->config.wake_context = &wakes;
    refresh(link);
    mk_schedule_note(world);
    ck_assert_int_eq(wakes, 0); /* it never gets there by itself */
    bank_wait(&bank, MK_SECOND);
    mk_schedule_note(world);
    ck_assert_int_eq(wakes, 1);
    ck_assert_int_eq(world->wake_at, 0);
    mk_schedule_note(world);
    ck_assert_int_eq(wakes, 1); /* it knows */
    run();
    ck_assert_int_eq(mk_schedule_wake_at(world, false), INT64_MAX);
    connected(true);
    ck_assert_int_eq(mk_schedule_wake_at(world, false), 0); /* a webhook */
}
END_TEST

START_TEST(wake__running_clock)
{
    struct mk_world *world = bank.world;
    struct mk_link *link = connected(false);
    int64_t now = mk_monotonic_now();
    int wakes = 0;

    mk_clock_freeze(&world->clock, false);
    world->config.wake = note_wake;
    world->config.wake_context = &wakes;
    mk_schedule_note(world);
    ck_assert_int_eq(wakes, 0);
    world->settings.refresh_span = MK_HOUR;
    refresh(link);
    mk_schedule_note(world);
    ck_assert_int_eq(wakes, 1);
    int64_t wait = world->wake_at - now;
    ck_assert_int_ge(wait, MK_HOUR - 2 * MK_SECOND);
    ck_assert_int_le(wait, MK_HOUR + MK_MINUTE);
    mk_clock_move(&world->clock, MK_HOUR);
    mk_schedule_note(world);
    ck_assert_int_eq(wakes, 2);
    ck_assert_int_le(world->wake_at - now, MK_MINUTE);
}
END_TEST

Suite *schedule_suite(void)
{
    Suite *suite = suite_create("schedule");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, links__who_is_in);
    tcase_add_test(all, links__in_error);
    tcase_add_test(all, links__settings);
    tcase_add_test(all, links__settings_are_of_their_time);
    tcase_add_test(all, links__no_growth);
    tcase_add_test(all, run__in_the_order_of_time);
    tcase_add_test(all, run__quiet_ends);
    tcase_add_test(all, run__stride);
    tcase_add_test(all, wake__frozen_clock);
    tcase_add_test(all, wake__running_clock);
    suite_add_tcase(suite, all);
    return suite;
}
