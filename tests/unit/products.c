/* SPDX-License-Identifier: MIT */
/* Refreshes that calls ask for. Daily ones are in products_daily.c. */
#include "core/products.h"

#include "core/history.h"
#include "support/bank.h"
#include "unit/suites.h"

#define BIT(name) (1U << MK_PRODUCT_##name)
#define EVERY ((1U << MK_PRODUCT_COUNT) - 1)

static struct bank bank;
static struct mk_link *linked;
static struct mk_problem problem;

/* A link that was linked at BANK_NOW, on a clock that stands at its second day. */
static void open_bank(void)
{
    bank = bank_open();
    bank.world->settings.auto_refresh_span = 0;
    linked = bank_connected(&bank);
    problem = (struct mk_problem){ 0 };
    bank_wait(&bank, MK_DAY);
}

static void close_bank(void)
{
    bank_close(&bank);
}

static enum mk_err refresh(unsigned products)
{
    problem = (struct mk_problem){ 0 };
    return mk_products_refresh(bank.world, linked, products, &problem);
}

/* Lets time pass and brings the link up to date. */
static void pass(int64_t span)
{
    bank_wait(&bank, span);
    mk_products_settle(bank.world, linked);
}

static int64_t now(void)
{
    return mk_world_now(bank.world);
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

START_TEST(refresh__takes_its_time)
{
    ck_assert_int_eq(refresh(BIT(IDENTITY)), MK_OK);
    check_times(MK_PRODUCT_IDENTITY, DAY, 0);
    pass(MK_SECOND - 1);
    check_times(MK_PRODUCT_IDENTITY, DAY, 0);
    pass(1);
    check_times(MK_PRODUCT_IDENTITY, DAY, DAY + 1);
    check_times(MK_PRODUCT_ACCOUNTS, 0, 0);
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_IDENTITY), MK_PRODUCT_ERROR_NONE);
}
END_TEST

/* It ended when it ended, however late somebody looks. */
START_TEST(refresh__looked_at_late)
{
    refresh(BIT(IDENTITY));
    pass(MK_HOUR);
    check_times(MK_PRODUCT_IDENTITY, DAY, DAY + 1);
    pass(MK_HOUR);
    check_times(MK_PRODUCT_IDENTITY, DAY, DAY + 1);
}
END_TEST

/* Times are kept in whole seconds; a refresh takes its time to the nearest. */
START_TEST(refresh__between_seconds)
{
    bank_wait(&bank, MK_SECOND * 9 / 10);
    refresh(BIT(IDENTITY));
    pass(MK_SECOND);
    check_times(MK_PRODUCT_IDENTITY, DAY, 0);
    pass(MK_SECOND / 10);
    check_times(MK_PRODUCT_IDENTITY, DAY, DAY + 2);

    bank_wait(&bank, MK_SECOND * 3 / 10);
    refresh(BIT(IDENTITY));
    pass(MK_SECOND * 6 / 10);
    check_times(MK_PRODUCT_IDENTITY, DAY + 2, DAY + 2);
    pass(MK_SECOND * 2 / 10);
    check_times(MK_PRODUCT_IDENTITY, DAY + 2, DAY + 3);
}
END_TEST

START_TEST(refresh__at_once)
{
    bank.world->settings.refresh_span = 0;
    bank_wait(&bank, MK_SECOND / 2);
    ck_assert_int_eq(refresh(BIT(IDENTITY) | BIT(TRANSACTIONS)), MK_OK);
    check_times(MK_PRODUCT_IDENTITY, DAY, DAY);
    check_times(MK_PRODUCT_TRANSACTIONS, DAY, DAY);
    ck_assert_uint_eq(mk_history_count(linked), 2);
}
END_TEST

START_TEST(refresh__slow_persona)
{
    become("user_slow");
    refresh(BIT(ACCOUNTS));
    pass(29 * MK_SECOND);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, 0);
    pass(MK_SECOND);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 30);
}
END_TEST

/* The batch knows when it came; enrichment comes along. */
START_TEST(refresh__transactions)
{
    ck_assert_uint_eq(mk_history_count(linked), 1);
    refresh(BIT(TRANSACTIONS));
    ck_assert_uint_eq(mk_history_count(linked), 1);
    pass(MK_MINUTE);
    ck_assert_uint_eq(mk_history_count(linked), 2);
    struct mk_batch first = mk_history_batch(linked, 0);
    struct mk_batch second = mk_history_batch(linked, 1);
    ck_assert_int_eq(mk_history_moment(linked, &first), BANK_NOW);
    ck_assert_int_eq(mk_history_moment(linked, &second), BANK_NOW + MK_DAY + MK_SECOND);
    ck_assert_uint_eq(second.kind, MK_BATCH_FETCH);
    ck_assert_uint_eq(second.accounts, linked->accounts);
    check_times(MK_PRODUCT_TRANSACTIONS, DAY, DAY + 1);
    check_times(MK_PRODUCT_ENRICHMENT, DAY, DAY + 1);

    refresh(BIT(ENRICHMENT)); /* but transactions do not come with it */
    pass(MK_MINUTE);
    check_times(MK_PRODUCT_TRANSACTIONS, DAY, DAY + 1);
    check_times(MK_PRODUCT_ENRICHMENT, DAY + 60, DAY + 61);
    ck_assert_uint_eq(mk_history_count(linked), 2);
}
END_TEST

/* Granted and not fetched at linking. */
START_TEST(refresh__the_first_one)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    session->products[MK_PRODUCT_TRANSACTIONS].asked = true;
    linked = bank_finish(&bank, session, &choices);
    bank_exchange(&bank, linked);
    ck_assert_uint_eq(mk_history_count(linked), 0);
    refresh(BIT(TRANSACTIONS));
    ck_assert_int_eq(mk_link_refreshed_at(linked, MK_PRODUCT_TRANSACTIONS), MK_NEVER);
    ck_assert_uint_eq(mk_history_count(linked), 0);
    pass(MK_SECOND);
    check_times(MK_PRODUCT_TRANSACTIONS, DAY, DAY + 1);
    check_times(MK_PRODUCT_ENRICHMENT, DAY, DAY + 1);
    ck_assert_uint_eq(mk_history_count(linked), 1);
}
END_TEST

/* One under way goes on: the second call finds it started. */
START_TEST(refresh__under_way)
{
    become("user_slow");
    refresh(BIT(ACCOUNTS));
    pass(10 * MK_SECOND);
    ck_assert_int_eq(refresh(BIT(ACCOUNTS) | BIT(IDENTITY)), MK_OK);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, 0);
    check_times(MK_PRODUCT_IDENTITY, DAY + 10, 0);
    pass(MK_HOUR);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 30);
    check_times(MK_PRODUCT_IDENTITY, DAY + 10, DAY + 40);
}
END_TEST

/* A clock set back by years does not keep a refresh under way for years. */
START_TEST(refresh__clock_set_back)
{
    refresh(BIT(ACCOUNTS));
    pass(-MK_HOUR);
    ck_assert_int_eq(refresh(BIT(ACCOUNTS)), MK_OK);
    pass(MK_SECOND);
    check_times(MK_PRODUCT_ACCOUNTS, DAY - 3600, DAY - 3599);
}
END_TEST

START_TEST(refresh__nothing)
{
    ck_assert_int_eq(refresh(0), MK_OK);
    ck_assert_ptr_null(linked->history);
    linked->state = MK_STATE_ERROR;
    ck_assert_int_eq(refresh(0), MK_LINK_BAD_STATE);
}
END_TEST

/* Nothing of what was asked for begins when one of them may not. */
START_TEST(refresh__not_granted)
{
    linked->products[MK_PRODUCT_INVESTMENTS].granted = false;
    ck_assert_int_eq(refresh(EVERY), MK_LINK_FORBIDDEN);
    ck_assert_str_eq(problem.message, "The end user did not grant investments.");
    ck_assert_ptr_null(problem.link_error_code);
    linked->state = MK_STATE_ERROR;
    ck_assert_int_eq(refresh(EVERY), MK_LINK_FORBIDDEN);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        check_times((enum mk_product)i, 0, 0);
}
END_TEST

START_TEST(refresh__in_state_error)
{
    mk_products_disconnect(bank.world, linked, MK_LINK_ERROR_PROVIDER_ERROR);
    ck_assert_int_eq(linked->state, MK_STATE_ERROR);
    ck_assert_int_eq(refresh(BIT(ACCOUNTS)), MK_LINK_BAD_STATE);
    ck_assert_str_eq(problem.link_error_code, "provider_error");
    ck_assert_str_eq(problem.message, mk_link_unavailable(linked));
    check_times(MK_PRODUCT_ACCOUNTS, 0, 0);
}
END_TEST

/* A refresh that was under way when the connection was lost fails at its end. */
START_TEST(disconnect__under_way)
{
    refresh(BIT(ACCOUNTS) | BIT(TRANSACTIONS));
    mk_products_disconnect(bank.world, linked, MK_LINK_ERROR_AUTH_EXPIRED);
    mk_products_settle(bank.world, linked);
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ACCOUNTS), MK_PRODUCT_ERROR_NONE);
    pass(MK_SECOND);
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ACCOUNTS),
                     MK_PRODUCT_ERROR_AUTH_EXPIRED);
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_TRANSACTIONS),
                     MK_PRODUCT_ERROR_AUTH_EXPIRED);
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_IDENTITY), MK_PRODUCT_ERROR_NONE);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, 0);
    ck_assert_uint_eq(mk_history_count(linked), 1);
}
END_TEST

/* One that ended before was a success, though nobody had looked yet. */
START_TEST(disconnect__after_the_end)
{
    refresh(BIT(ACCOUNTS));
    bank_wait(&bank, MK_MINUTE);
    mk_products_disconnect(bank.world, linked, MK_LINK_ERROR_AUTH_EXPIRED);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY + 1);
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ACCOUNTS), MK_PRODUCT_ERROR_NONE);
}
END_TEST

/* A fetch, as a relink makes it, takes the place of what was under way. */
START_TEST(fetch__ends_what_is_under_way)
{
    refresh(BIT(ACCOUNTS) | BIT(TRANSACTIONS));
    mk_products_fetch(linked, BIT(ACCOUNTS) | BIT(TRANSACTIONS), now());
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY);
    check_times(MK_PRODUCT_TRANSACTIONS, DAY, DAY);
    check_times(MK_PRODUCT_IDENTITY, 0, 0);
    pass(MK_HOUR);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, DAY);
    ck_assert_uint_eq(mk_history_count(linked), 2);
}
END_TEST

/* Each error in turn, then a success, and again; products of one refresh share it. */
START_TEST(flaky__errors_in_turn)
{
    int64_t refreshed = 0;

    become("user_flaky");
    for (int turn = 0; turn < 3 * (MK_PRODUCT_ERROR_COUNT + 1); turn++) {
        enum mk_product_error error = (enum mk_product_error)(turn % (MK_PRODUCT_ERROR_COUNT + 1));
        int64_t begin = (now() - BANK_NOW) / MK_SECOND;
        ck_assert_int_eq(refresh(BIT(ACCOUNTS) | BIT(TRANSACTIONS)), MK_OK);
        pass(MK_MINUTE);
        if (error == MK_PRODUCT_ERROR_NONE)
            refreshed = begin + 1;
        check_times(MK_PRODUCT_ACCOUNTS, begin, refreshed);
        check_times(MK_PRODUCT_TRANSACTIONS, begin, refreshed);
        ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ACCOUNTS), error);
        ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_TRANSACTIONS), error);
        ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ENRICHMENT), error);
        ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_IDENTITY), MK_PRODUCT_ERROR_NONE);
    }
    ck_assert_uint_eq(mk_history_count(linked), 1 + 3);
}
END_TEST

/* An old failure stands until the next try has ended; a fetch clears it. */
START_TEST(flaky__failure_stands)
{
    become("user_flaky");
    refresh(BIT(ACCOUNTS));
    pass(MK_MINUTE);
    refresh(BIT(ACCOUNTS));
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ACCOUNTS),
                     MK_PRODUCT_ERROR_RATE_LIMIT);
    mk_products_fetch(linked, BIT(ACCOUNTS), now());
    ck_assert_int_eq(mk_link_product_error(linked, MK_PRODUCT_ACCOUNTS), MK_PRODUCT_ERROR_NONE);
}
END_TEST

/* Every batch that a link may have; it stays readable, and its other products are refreshed. */
START_TEST(refresh__full_history)
{
    const struct mk_batch batch = { .kind = MK_BATCH_CORRECTION };

    while (mk_history_add(linked, batch, now()))
        ;
    ck_assert_int_eq(refresh(BIT(TRANSACTIONS) | BIT(IDENTITY)), MK_UNAVAILABLE);
    check_times(MK_PRODUCT_IDENTITY, 0, 0);
    check_times(MK_PRODUCT_TRANSACTIONS, 0, 0);
    ck_assert_int_eq(refresh(BIT(IDENTITY)), MK_OK);
    pass(MK_SECOND);
    check_times(MK_PRODUCT_IDENTITY, DAY, DAY + 1);
}
END_TEST

static const int64_t gaps[MK_PRODUCT_COUNT] = {
    [MK_PRODUCT_ACCOUNTS] = MK_HOUR,   [MK_PRODUCT_ACCOUNT_NUMBERS] = MK_DAY,
    [MK_PRODUCT_IDENTITY] = MK_DAY,    [MK_PRODUCT_TRANSACTIONS] = MK_HOUR,
    [MK_PRODUCT_INVESTMENTS] = MK_DAY, [MK_PRODUCT_ENRICHMENT] = MK_DAY,
};

START_TEST(limits__once_in_a_while)
{
    unsigned product = 1U << _i;

    bank.world->settings.has_rate_limits = true;
    for (int times = 0; times < 2; times++) {
        ck_assert_int_eq(refresh(product), MK_OK);
        ck_assert_int_eq(refresh(product), MK_RATE_LIMITED);
        ck_assert_int_eq(problem.retry_after, gaps[_i] / MK_SECOND);
        pass(gaps[_i] - MK_SECOND);
        ck_assert_int_eq(refresh(product), MK_RATE_LIMITED);
        ck_assert_int_eq(problem.retry_after, 1);
        pass(MK_SECOND);
    }
}
END_TEST

/* The longest wait of the products asked for, and none of them begins. */
START_TEST(limits__all_or_nothing)
{
    bank.world->settings.has_rate_limits = true;
    refresh(BIT(IDENTITY) | BIT(ACCOUNTS));
    pass(MK_MINUTE);
    ck_assert_int_eq(refresh(EVERY), MK_RATE_LIMITED);
    ck_assert_int_eq(problem.retry_after, DAY - 60);
    check_times(MK_PRODUCT_TRANSACTIONS, 0, 0);
    ck_assert_int_eq(refresh(BIT(ACCOUNTS) | BIT(TRANSACTIONS)), MK_RATE_LIMITED);
    ck_assert_int_eq(problem.retry_after, 3600 - 60);
    ck_assert_int_eq(refresh(BIT(TRANSACTIONS)), MK_OK); /* was not asked for yet */
    ck_assert_int_eq(refresh(BIT(ENRICHMENT)), MK_OK);   /* only came along */
}
END_TEST

/* Neither the fetch at linking, nor daily ones, nor another link's. */
START_TEST(limits__what_does_not_count)
{
    bank.world->settings.has_rate_limits = true;
    bank.world->settings.auto_refresh_span = MK_DAY;
    pass(0);
    check_times(MK_PRODUCT_ACCOUNTS, DAY, 0);
    ck_assert_int_eq(refresh(EVERY), MK_OK);
    linked = bank_connected(&bank);
    pass(MK_HOUR);
    ck_assert_int_eq(refresh(EVERY), MK_OK);
    pass(-MK_MINUTE); /* a clock set back forgets */
    ck_assert_int_eq(refresh(EVERY), MK_OK);
}
END_TEST

/* What the limits come after. */
START_TEST(limits__come_last)
{
    bank.world->settings.has_rate_limits = true;
    refresh(EVERY);
    linked->products[MK_PRODUCT_IDENTITY].granted = false;
    ck_assert_int_eq(refresh(EVERY), MK_LINK_FORBIDDEN);
    ck_assert_int_eq(problem.retry_after, 0);
    mk_products_disconnect(bank.world, linked, MK_LINK_ERROR_AUTH_EXPIRED);
    ck_assert_int_eq(refresh(BIT(ACCOUNTS)), MK_LINK_BAD_STATE);
    ck_assert_int_eq(problem.retry_after, 0);
}
END_TEST

START_TEST(sentences)
{
    for (int i = 0; i < MK_PRODUCT_ERROR_COUNT; i++) {
        ck_assert_ptr_nonnull(mk_product_error_message((enum mk_product_error)i));
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(mk_product_error_message((enum mk_product_error)i),
                             mk_product_error_message((enum mk_product_error)j));
    }
    ck_assert_ptr_null(mk_product_error_message(MK_PRODUCT_ERROR_NONE));
    for (int i = 0; i < MK_STATE_COUNT; i++) {
        linked->state = (uint8_t)i;
        ck_assert_int_eq(mk_link_unavailable(linked) != NULL, i == MK_STATE_ERROR);
    }
    linked->state = MK_STATE_CONNECTED;
}
END_TEST

Suite *products_suite(void)
{
    Suite *suite = suite_create("products");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, refresh__takes_its_time);
    tcase_add_test(all, refresh__looked_at_late);
    tcase_add_test(all, refresh__between_seconds);
    tcase_add_test(all, refresh__at_once);
    tcase_add_test(all, refresh__slow_persona);
    tcase_add_test(all, refresh__transactions);
    tcase_add_test(all, refresh__the_first_one);
    tcase_add_test(all, refresh__under_way);
    tcase_add_test(all, refresh__clock_set_back);
    tcase_add_test(all, refresh__nothing);
    tcase_add_test(all, refresh__not_granted);
    tcase_add_test(all, refresh__in_state_error);
    tcase_add_test(all, refresh__full_history);
    tcase_add_test(all, disconnect__under_way);
    tcase_add_test(all, disconnect__after_the_end);
    tcase_add_test(all, fetch__ends_what_is_under_way);
    tcase_add_test(all, flaky__errors_in_turn);
    tcase_add_test(all, flaky__failure_stands);
    tcase_add_loop_test(all, limits__once_in_a_while, 0, MK_PRODUCT_COUNT);
    tcase_add_test(all, limits__all_or_nothing);
    tcase_add_test(all, limits__what_does_not_count);
    tcase_add_test(all, limits__come_last);
    tcase_add_test(all, sentences);
    suite_add_tcase(suite, all);
    return suite;
}
