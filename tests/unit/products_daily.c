/* SPDX-License-Identifier: MIT */
/* Daily refreshes (core/products.c), which are made up for when somebody looks. */
#include "core/products.h"

#include "core/history.h"
#include "support/bank.h"
#include "unit/suites.h"

#define BIT(name) (1U << MK_PRODUCT_##name)
#define YEAR (365 * MK_DAY)

static struct bank bank;
static struct mk_link *linked;

static void open_bank(void)
{
    bank = bank_open();
    linked = bank_connected(&bank);
}

static void close_bank(void)
{
    bank_close(&bank);
}

static void pass(int64_t span)
{
    bank_wait(&bank, span);
    mk_products_settle(bank.world, linked);
}

static void refresh(unsigned products)
{
    struct mk_problem problem = { 0 };

    ck_assert_int_eq(mk_products_refresh(bank.world, linked, products, &problem), MK_OK);
}

/* Times as seconds after BANK_NOW. */
static void check_times(enum mk_product product, int64_t attempted, int64_t refreshed)
{
    ck_assert_int_eq(mk_link_attempted_at(linked, product), BANK_NOW + attempted * MK_SECOND);
    ck_assert_int_eq(mk_link_refreshed_at(linked, product), BANK_NOW + refreshed * MK_SECOND);
}

static void become(const char *username)
{
    size_t found = mk_persona_find(bank.personas, username);

    ck_assert_uint_lt(found, mk_persona_count(bank.personas));
    linked->persona = (uint8_t)found;
}

enum { DAY = 86400 };

/* Most links are looked at within their day, and stay small. */
START_TEST(daily__not_yet)
{
    pass(MK_DAY - 1);
    ck_assert_ptr_null(linked->history);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        check_times((enum mk_product)i, 0, 0);
}
END_TEST

START_TEST(daily__at_its_time)
{
    pass(MK_DAY);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        check_times((enum mk_product)i, DAY, 0);
    pass(MK_SECOND);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        check_times((enum mk_product)i, DAY, DAY + 1);
    ck_assert_uint_eq(mk_history_count(linked), 2);
}
END_TEST

/* However one looks, often or once, the same has happened. */
START_TEST(daily__made_up_for)
{
    static const int64_t steps[] = { MK_MINUTE, 7 * MK_HOUR, MK_DAY, 3 * MK_DAY, 10 * MK_DAY };
    int64_t left = 10 * MK_DAY + MK_HOUR;

    for (; left > 0; left -= steps[_i])
        pass(left < steps[_i] ? left : steps[_i]);
    check_times(MK_PRODUCT_ACCOUNTS, 10 * DAY, 10 * DAY + 1);
    ck_assert_uint_eq(mk_history_count(linked), 11);
    for (uint32_t i = 1; i < 11; i++) {
        struct mk_batch batch = mk_history_batch(linked, i);
        ck_assert_int_eq(mk_history_moment(linked, &batch), BANK_NOW + i * MK_DAY + MK_SECOND);
    }
}
END_TEST

/* A refresh that was asked for moves the product's next daily one. */
START_TEST(daily__after_a_refresh)
{
    pass(MK_HOUR);
    refresh(BIT(IDENTITY));
    pass(MK_DAY);
    check_times(MK_PRODUCT_IDENTITY, DAY + 3600, 3601);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 1);
    pass(MK_DAY);
    check_times(MK_PRODUCT_IDENTITY, 2 * DAY + 3600, DAY + 3601);
}
END_TEST

START_TEST(daily__only_what_was_fetched)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    session->products[MK_PRODUCT_TRANSACTIONS].asked = true;
    linked = bank_finish(&bank, session, &choices);
    bank_exchange(&bank, linked);
    pass(5 * MK_DAY + MK_HOUR);
    check_times(MK_PRODUCT_ACCOUNTS, 5 * DAY, 5 * DAY + 1);
    ck_assert_int_eq(mk_link_attempted_at(linked, MK_PRODUCT_TRANSACTIONS), MK_NEVER);
    ck_assert_int_eq(mk_link_attempted_at(linked, MK_PRODUCT_IDENTITY), MK_NEVER);
    ck_assert_uint_eq(mk_history_count(linked), 0);
}
END_TEST

START_TEST(daily__off)
{
    bank.world->settings.auto_refresh_span = 0;
    pass(100 * MK_DAY);
    check_times(MK_PRODUCT_ACCOUNTS, 0, 0);
    ck_assert_ptr_null(linked->history);
}
END_TEST

/* Refreshes that take longer than the time between them follow each other. */
START_TEST(daily__slower_than_the_gap)
{
    become("user_slow");
    bank.world->settings.auto_refresh_span = 10 * MK_SECOND;
    pass(100 * MK_SECOND);
    check_times(MK_PRODUCT_ACCOUNTS, 100, 100);
    ck_assert_uint_eq(mk_history_count(linked), 1 + 3);
    for (uint32_t i = 1; i <= 3; i++) {
        struct mk_batch batch = mk_history_batch(linked, i);
        ck_assert_int_eq(batch.seconds, (int32_t)(10 + 30 * i));
    }
}
END_TEST

/* The failures of a flaky persona go on in the order of time. */
START_TEST(daily__flaky)
{
    become("user_flaky");
    for (int day = 1; day <= 2 * (MK_PRODUCT_ERROR_COUNT + 1); day++) {
        pass(MK_DAY + (day == 1 ? MK_SECOND : 0));
        ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_IDENTITY),
                         (day - 1) % (MK_PRODUCT_ERROR_COUNT + 1));
    }
    ck_assert_uint_eq(mk_history_count(linked), 1 + 2);
}
END_TEST

START_TEST(daily__not_while_disconnected)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    bank_wait(&bank, MK_DAY + MK_HOUR);
    mk_products_disconnect(bank.world, linked, MK_LINK_ERROR_AUTH_EXPIRED);
    pass(10 * MK_DAY);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 1);
    session->is_relink = true;
    mk_link_id_write(linked, session->relink_id);
    ck_assert_ptr_eq(bank_finish(&bank, session, &choices), linked);
    check_times(MK_PRODUCT_ACCOUNTS, 11 * DAY + 3600, 11 * DAY + 3600);
    ck_assert_uint_eq(mk_history_count(linked), 3);
    pass(MK_DAY + MK_SECOND);
    check_times(MK_PRODUCT_ACCOUNTS, 12 * DAY + 3600, 12 * DAY + 3601);
}
END_TEST

START_TEST(daily__other_states)
{
    struct mk_link *pending = bank_pending(&bank);

    mk_links_delete(&bank.world->links, linked, BANK_NOW);
    pass(5 * MK_DAY);
    check_times(MK_PRODUCT_ACCOUNTS, 0, 0);
    ck_assert_ptr_null(linked->history);
    linked = pending;
    pass(0);
    check_times(MK_PRODUCT_ACCOUNTS, 0, 0);
}
END_TEST

/* It shows what the documentation prints, until somebody asks for a refresh. */
START_TEST(daily__not_the_example)
{
    const int64_t printed = INT64_C(1676538851) * MK_SECOND;

    ck_assert_int_eq(mk_linking_exchange(bank.world, EXAMPLE_TOKEN, &linked), MK_OK);
    pass(10 * MK_DAY);
    ck_assert_int_eq(mk_link_synced_at(linked), printed);
    ck_assert_int_eq(mk_link_attempted_at(linked, MK_PRODUCT_ACCOUNTS), printed);
    refresh(BIT(ACCOUNTS));
    pass(MK_MINUTE);
    check_times(MK_PRODUCT_ACCOUNTS, 10 * DAY, 10 * DAY + 1);
    pass(10 * MK_DAY);
    check_times(MK_PRODUCT_ACCOUNTS, 10 * DAY, 10 * DAY + 1);
}
END_TEST

/* The clock may be moved as far as a link's times go. */
START_TEST(daily__sixty_eight_years)
{
    const int64_t days = INT32_MAX / DAY;

    pass(100 * YEAR);
    check_times(MK_PRODUCT_ACCOUNTS, days * DAY, days * DAY + 1);
    ck_assert_uint_eq(mk_history_count(linked), 1 + days);
    pass(100 * YEAR);
    ck_assert_uint_eq(mk_history_count(linked), 1 + days);
}
END_TEST

/* Of more than a link can hold the last ones happen; then its transactions stand still. */
START_TEST(daily__more_than_a_link_holds)
{
    bank.world->settings.auto_refresh_span = MK_SECOND;
    bank.world->settings.refresh_span = 0;
    pass(60 * YEAR);
    check_times(MK_PRODUCT_ACCOUNTS, 60 * 365 * DAY, 60 * 365 * DAY);
    ck_assert_uint_eq(mk_history_count(linked), MK_BATCHES_MAX);
    int64_t full_at = mk_link_refreshed_at(linked, MK_PRODUCT_TRANSACTIONS);
    struct mk_batch last = mk_history_batch(linked, MK_BATCHES_MAX - 1);
    ck_assert_int_eq(mk_history_moment(linked, &last), full_at);
    pass(MK_HOUR);
    check_times(MK_PRODUCT_ACCOUNTS, 60 * 365 * DAY + 3600, 60 * 365 * DAY + 3600);
    ck_assert_int_eq(mk_link_refreshed_at(linked, MK_PRODUCT_TRANSACTIONS), full_at);
}
END_TEST

/* A clock set back before the link was made: nothing happens until it has caught up. */
START_TEST(daily__clock_set_back)
{
    pass(MK_DAY + MK_HOUR);
    pass(-100 * MK_DAY);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 1);
    pass(100 * MK_DAY);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 1);
    ck_assert_uint_eq(mk_history_count(linked), 2);
}
END_TEST

Suite *products_daily_suite(void)
{
    Suite *suite = suite_create("products_daily");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, daily__not_yet);
    tcase_add_test(all, daily__at_its_time);
    tcase_add_loop_test(all, daily__made_up_for, 0, 5);
    tcase_add_test(all, daily__after_a_refresh);
    tcase_add_test(all, daily__only_what_was_fetched);
    tcase_add_test(all, daily__off);
    tcase_add_test(all, daily__slower_than_the_gap);
    tcase_add_test(all, daily__flaky);
    tcase_add_test(all, daily__not_while_disconnected);
    tcase_add_test(all, daily__other_states);
    tcase_add_test(all, daily__not_the_example);
    tcase_add_test(all, daily__sixty_eight_years);
    tcase_add_test(all, daily__more_than_a_link_holds);
    tcase_add_test(all, daily__clock_set_back);
    suite_add_tcase(suite, all);
    return suite;
}
