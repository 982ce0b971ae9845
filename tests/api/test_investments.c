/* SPDX-License-Identifier: MIT */
/*
 * GET /links/{id}/investments/holdings and .../transactions: pages, filters and dates. What the
 * numbers add up to: tests/unit/investments.c.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "support/refusals.h"

#include <stdlib.h>
#include <string.h>

#define ALL_COUNTRIES "'settings': {'countries': ['US', 'GB', 'CA']}"
#define EVER "start_date=1900-01-01"

/* The clock stands still at 2026-01-01T00:00:00. */
static struct client *frozen(void)
{
    restart_sandbox("--deterministic", NULL);
    return signed_in("alice");
}

static const struct reply *holdings_of(struct client *client, const char *id, const char *query)
{
    const struct reply *reply = get(client, "/links/%s/investments/holdings%s", id, query);

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 4);
    expect_link_object(member(reply, "link"));
    return reply;
}

static const struct reply *trades_of(struct client *client, const char *id, const char *query)
{
    const struct reply *reply = get(client, "/links/%s/investments/transactions?%s", id, query);

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 7);
    expect_link_object(member(reply, "link"));
    return reply;
}

/* Each security that a row names is listed, once. */
static void expect_securities(const struct reply *reply, const char *rows)
{
    size_t i;
    size_t j;
    json_t *row;
    json_t *security;

    json_array_foreach((json_t *)member(reply, rows), i, row) {
        const json_t *id = json_object_get(row, "security_id");
        size_t found = json_is_null(id) ? 1 : 0;
        json_array_foreach((json_t *)member(reply, "securities"), j, security)
            found += json_equal(id, json_object_get(security, "security_id")) ? 1 : 0;
        ck_assert_uint_eq(found, 1);
    }
}

static double money_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    ck_assert_msg(text != NULL, "%s", key);
    return strtod(text, NULL);
}

/* The account that the reply's holdings are of. */
static const json_t *brokerage_in(const struct reply *reply)
{
    size_t index;
    json_t *account;

    json_array_foreach((json_t *)member(reply, "accounts"), index, account) {
        if (strcmp(json_string_value(json_object_get(account, "account_type")),
                   "investment.brokerage") == 0)
            return account;
    }
    ck_abort_msg("no brokerage account");
}

START_TEST(investments__holdings)
{
    static const char *const cases[][2] = { { "chase", "USD" }, { "rbc", "CAD" } };
    struct client *client = frozen();

    for (size_t i = 0; i < MK_COUNT(cases); i++) {
        const char *id = link_at(client, cases[i][0], "user_rich", ALL_COUNTRIES);
        const struct reply *reply = holdings_of(client, id, "");
        const json_t *account = brokerage_in(reply);
        double sum = 0;
        size_t index;
        json_t *holding;

        ck_assert_uint_ge(json_array_size(member(reply, "holdings")), 9);
        expect_securities(reply, "holdings");
        json_array_foreach((json_t *)member(reply, "holdings"), index, holding) {
            ck_assert(json_equal(json_object_get(holding, "account_id"),
                                 json_object_get(account, "account_id")));
            ck_assert(
                is_time_text(json_string_value(json_object_get(holding, "price_datetime")), false));
            sum += money_at(holding, "value");
        }
        const json_t *balances = json_object_get(account, "balances");
        double current = json_number_value(json_object_get(balances, "current"));
        ck_assert_double_eq_tol(sum, current, 0.001);
        ck_assert_str_eq(json_string_value(json_object_get(balances, "currency")), cases[i][1]);
        ck_assert(is_short_id(text_at(reply, "securities.0.security_id"), "sec_"));
        expect_value(reply, "securities.0.close_date", "'2025-12-31'");
    }
}
END_TEST

START_TEST(investments__holdings_filter)
{
    struct client *client = frozen();
    const char *id = link_at(client, "chase", "user_rich", NONE);
    const struct reply *all = holdings_of(client, id, "");
    char *other = quoted("?account_ids=%s", text_at(all, "accounts.0.account_id"));
    char *same = quoted("?account_ids=%s,acc_none",
                        json_string_value(json_object_get(brokerage_in(all), "account_id")));

    const struct reply *reply = holdings_of(client, id, other);
    expect_value(reply, "holdings", "[]");
    expect_value(reply, "securities", "[]");
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    reply = holdings_of(client, id, same);
    ck_assert(json_equal(member(reply, "holdings"), member(all, "holdings")));
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    reply = holdings_of(client, id, "?account_ids=acc_none");
    expect_value(reply, "holdings", "[]");
    expect_value(reply, "accounts", "[]");
    free(other);
    free(same);
}
END_TEST

START_TEST(investments__trades)
{
    struct client *client = frozen();
    const char *id = link_at(client, "rbc", "user_rich", ALL_COUNTRIES);
    const struct reply *reply = trades_of(client, id, EVER "&size=1000");
    json_t *types = json_object();
    size_t index;
    json_t *trade;

    expect_securities(reply, "investment_transactions");
    expect_part(reply, "", "{'page': 1, 'size': 1000}");
    json_array_foreach((json_t *)member(reply, "investment_transactions"), index, trade) {
        double amount = money_at(trade, "amount");
        const json_t *quantity = json_object_get(trade, "quantity");
        ck_assert(is_short_id(
            json_string_value(json_object_get(trade, "investment_transaction_id")), "itx_"));
        json_object_set_new(types, json_string_value(json_object_get(trade, "type")), json_true());
        if (json_is_null(quantity))
            continue;
        double fees = json_is_null(json_object_get(trade, "fees")) ? 0 : money_at(trade, "fees");
        double paid = money_at(trade, "quantity") * money_at(trade, "price") + fees;
        ck_assert_double_eq_tol(amount, paid, 0.005001);
        ck_assert_int_eq(amount > 0, money_at(trade, "quantity") > 0);
    }
    ck_assert_uint_eq(json_object_size(types), 6);
    json_decref(types);
}
END_TEST

static void expect_total(const struct reply *reply, size_t total)
{
    expect_value(reply, "total", "%zu", total);
}

START_TEST(investments__pages)
{
    struct client *client = frozen();
    const char *id = link_at(client, "chase", "user_rich", NONE);
    const struct reply *all = trades_of(client, id, EVER "&size=1000");
    size_t total = json_array_size(member(all, "investment_transactions"));
    json_t *joined = json_array();

    expect_total(all, total);
    ck_assert_uint_gt(total, 100);
    for (size_t page = 1; page <= total / 40 + 2; page++) {
        char *query = quoted(EVER "&size=40&page=%zu", page);
        const struct reply *reply = trades_of(client, id, query);
        expect_total(reply, total);
        expect_part(reply, "", "{'page': %zu, 'size': 40}", page);
        expect_securities(reply, "investment_transactions");
        json_array_extend(joined, (json_t *)member(reply, "investment_transactions"));
        free(query);
    }
    ck_assert(json_equal(joined, member(all, "investment_transactions")));
    json_decref(joined);

    const struct reply *past = trades_of(client, id, EVER "&page=1000000");
    expect_value(past, "investment_transactions", "[]");
    expect_value(past, "securities", "[]");
    expect_value(past, "size", "50");
    expect_total(past, total);
}
END_TEST

/* The 90 days that end today, unless told; both ends belong to the range. */
START_TEST(investments__dates)
{
    struct client *client = frozen();
    const char *id = link_at(client, "chase", "user_rich", NONE);
    const struct reply *usual = trades_of(client, id, "size=1000");
    const struct reply *told =
        trades_of(client, id, "size=1000&start_date=2025-10-03&end_date=2026-01-01");
    const struct reply *day = trades_of(client, id, "start_date=2025-12-01&end_date=2025-12-01");
    const struct reply *before = trades_of(client, id, "end_date=2025-12-01");
    size_t index;
    json_t *trade;

    ck_assert(json_equal(member(usual, "investment_transactions"),
                         member(told, "investment_transactions")));
    ck_assert_uint_ge(json_array_size(member(usual, "investment_transactions")), 9);
    json_array_foreach((json_t *)member(day, "investment_transactions"), index, trade)
        ck_assert_str_eq(json_string_value(json_object_get(trade, "date")), "2025-12-01");
    expect_part(day, "investment_transactions.0", "{'type': 'transfer.in', 'amount': '-200.00'}");
    expect_value(day, "investment_transactions.0.security_id", "null");
    ck_assert(json_equal(member(before, "investment_transactions.0"),
                         member(day, "investment_transactions.0")));
    expect_total(trades_of(client, id, "start_date=1990-01-01&end_date=1990-12-31"), 0);
    expect_total(trades_of(client, id, "start_date=2100-01-01&end_date=9999-12-31"), 0);
}
END_TEST

START_TEST(investments__trades_filter)
{
    struct client *client = frozen();
    const char *id = link_at(client, "chase", "user_rich", NONE);
    const struct reply *all = trades_of(client, id, EVER);
    char *other = quoted(EVER "&account_ids=%s", text_at(all, "accounts.0.account_id"));
    char *same = quoted(EVER "&account_ids[]=%s",
                        json_string_value(json_object_get(brokerage_in(all), "account_id")));
    const struct reply *reply = trades_of(client, id, other);

    expect_total(reply, 0);
    expect_value(reply, "investment_transactions", "[]");
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    reply = trades_of(client, id, same);
    ck_assert(json_equal(member(reply, "total"), member(all, "total")));
    ck_assert(json_equal(member(reply, "investment_transactions"),
                         member(all, "investment_transactions")));
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    free(other);
    free(same);
}
END_TEST

START_TEST(investments__bad_queries)
{
    static const struct {
        const char *query;
        const char *issues;
    } cases[] = {
        { "page=0", "['query','page'] greater_than_equal\n" },
        { "size=0", "['query','size'] greater_than_equal\n" },
        { "size=1001", "['query','size'] less_than_equal\n" },
        { "size=x", "['query','size'] integer_type\n" },
        { "start_date=2026-02-30", "['query','start_date'] date_format\n" },
        { "end_date=soon", "['query','end_date'] date_format\n" },
        { "start_date=2026-01-02&end_date=2026-01-01", "['query','start_date'] date_order\n" },
        { "start_date=2026-01-02", "['query','start_date'] date_order\n" }, /* today is the 1st */
    };
    struct client *client = frozen();
    const char *id = link_at(client, "chase", "user_rich", NONE);

    for (size_t i = 0; i < MK_COUNT(cases); i++)
        expect_issues(get(client, "/links/%s/investments/transactions?%s", id, cases[i].query),
                      cases[i].issues);
}
END_TEST

/* A refresh brings what happened since the last one, and balances that agree. */
START_TEST(investments__refresh)
{
    struct client *client = frozen();
    const char *id = link_at(client, "chase", "user_rich", NONE);
    const struct reply *before = trades_of(client, id, EVER);
    const struct reply *held = holdings_of(client, id, "");

    pass_seconds("alice", (int64_t)30 * 86400);
    const struct reply *after = trades_of(client, id, EVER);
    const struct reply *held_after = holdings_of(client, id, "");
    ck_assert_int_gt(json_integer_value(member(after, "total")),
                     json_integer_value(member(before, "total")));
    ck_assert(!json_equal(member(held, "holdings"), member(held_after, "holdings")));
    double sum = 0;
    size_t index;
    json_t *holding;
    json_array_foreach((json_t *)member(held_after, "holdings"), index, holding)
        sum += money_at(holding, "value");
    const json_t *balances = json_object_get(brokerage_in(held_after), "balances");
    ck_assert_double_eq_tol(sum, json_number_value(json_object_get(balances, "current")), 0.001);
}
END_TEST

START_TEST(investments__nothing)
{
    struct client *client = signed_in("alice");
    const char *good = text_at(connected_link(client, NONE), "link_id");
    const char *unfetched =
        link_at(client, "chase", "user_rich", "'settings': {'products': {'investments': {}}}");
    const char *const ids[] = { good, unfetched };

    for (size_t i = 0; i < MK_COUNT(ids); i++) {
        const struct reply *held = holdings_of(client, ids[i], "");
        const struct reply *trades = trades_of(client, ids[i], EVER);
        expect_value(held, "holdings", "[]");
        expect_value(held, "securities", "[]");
        ck_assert_uint_gt(json_array_size(member(held, "accounts")), 0);
        expect_value(trades, "investment_transactions", "[]");
        expect_value(trades, "securities", "[]");
        expect_total(trades, 0);
    }
}
END_TEST

START_TEST(investments__refusals_of_holdings)
{
    expect_refusals("/investments/holdings", "investments");
}
END_TEST

START_TEST(investments__refusals_of_trades)
{
    expect_refusals("/investments/transactions", "investments");
}
END_TEST

void investments_tests(TCase *tcase)
{
    tcase_add_test(tcase, investments__holdings);
    tcase_add_test(tcase, investments__holdings_filter);
    tcase_add_test(tcase, investments__trades);
    tcase_add_test(tcase, investments__pages);
    tcase_add_test(tcase, investments__dates);
    tcase_add_test(tcase, investments__trades_filter);
    tcase_add_test(tcase, investments__bad_queries);
    tcase_add_test(tcase, investments__refresh);
    tcase_add_test(tcase, investments__nothing);
    tcase_add_test(tcase, investments__refusals_of_holdings);
    tcase_add_test(tcase, investments__refusals_of_trades);
}
