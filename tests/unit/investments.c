/* SPDX-License-Identifier: MIT */
/* Holdings and trades of user_rich: what they add up to, at banks of all three countries. */
#include "core/investments.h"

#include "base/day.h"
#include "support/ledger.h"
#include "unit/suites.h"

#include <string.h>

static const char *const institutions[] = { "chase", "monzo", "rbc" };

static struct bank bank;

static void open_bank(void)
{
    bank = bank_open();
}

static void close_bank(void)
{
    bank_close(&bank);
}

/* Banks in GB do not offer the product; the data would be there. */
static struct mk_link *rich_link(size_t institution)
{
    struct mk_link *link = ledger_link(&bank, institutions[institution], "user_rich", NULL);

    link->products[MK_PRODUCT_INVESTMENTS].granted = true;
    mk_link_fetched(link, MK_PRODUCT_INVESTMENTS, mk_world_now(bank.world));
    return link;
}

/* Decimal text in millionths; null is 0. */
static int64_t micro_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    int64_t whole = 0;
    int64_t scale = 1000000;

    if (text == NULL)
        return 0;
    const char *point = strchr(text, '.');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '-' || *at == '.')
            continue;
        whole = whole * 10 + (*at - '0');
        if (point != NULL && at > point)
            scale /= 10;
    }
    return text[0] == '-' ? -whole * scale : whole * scale;
}

/* Whether money is quantity * price to the cent; all of them in millionths. */
static bool is_worth(int64_t money, int64_t quantity, int64_t price)
{
    return llabs(money * 100 - quantity * (price / 10000)) <= 500000;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const json_t *find_security(const json_t *securities, const char *id)
{
    const json_t *found = NULL;
    size_t index;
    json_t *security;

    json_array_foreach(securities, index, security) {
        if (strcmp(text_of(security, "security_id"), id) != 0)
            continue;
        ck_assert_ptr_null(found); /* once each */
        found = security;
    }
    return found;
}

/* Those that the rows name are listed, and no others. */
static void expect_securities(const json_t *rows, const json_t *securities)
{
    json_t *named = json_object();
    size_t index;
    json_t *row;

    json_array_foreach(rows, index, row) {
        const char *id = text_of(row, "security_id");
        if (id == NULL)
            continue;
        ck_assert_ptr_nonnull(find_security(securities, id));
        json_object_set_new(named, id, json_true());
    }
    ck_assert_uint_eq(json_object_size(named), json_array_size(securities));
    json_decref(named);
}

struct state {
    struct mk_ledger ledger;
    json_t *holdings;
    json_t *held_securities;
    json_t *trades; /* all */
    json_t *traded_securities;
    size_t total;
};

static struct state state_of(const struct mk_link *link)
{
    struct state state = { .ledger = ledger_of(&bank, link) };
    struct mk_accounts accounts;

    mk_accounts_list(&state.ledger, NULL, &accounts);
    mk_investments_holdings(&state.ledger, &accounts, &state.holdings, &state.held_securities);
    mk_investments_trades(&state.ledger, &accounts, INT32_MIN, INT32_MAX, 0, SIZE_MAX / 2,
                          &state.trades, &state.traded_securities, &state.total);
    mk_accounts_done(&accounts);
    return state;
}

static void state_done(struct state *state)
{
    json_decref(state->holdings);
    json_decref(state->held_securities);
    json_decref(state->trades);
    json_decref(state->traded_securities);
}

/* The account's position among the profile's. */
static uint32_t brokerage_of(const struct mk_ledger *ledger)
{
    uint32_t number = 0;

    while (strcmp(ledger->accounts[number].type, "investment.brokerage") != 0)
        number++;
    return number;
}

static int64_t held(const struct state *state, const char *security_id)
{
    int64_t quantity = 0;
    size_t index;
    json_t *holding;

    json_array_foreach(state->holdings, index, holding) {
        if (strcmp(text_of(holding, "security_id"), security_id) == 0)
            quantity += micro_of(holding, "quantity");
    }
    return quantity;
}

static const char *cash_id(const struct state *state)
{
    size_t index;
    json_t *security;

    json_array_foreach(state->held_securities, index, security) {
        if (strcmp(text_of(security, "type"), "cash") == 0)
            return text_of(security, "security_id");
    }
    return NULL;
}

START_TEST(investments__holdings)
{
    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        struct state state = state_of(rich_link(i));
        const char *currency = mk_currency_of(state.ledger.institution->country);
        int64_t sum = 0;
        int64_t balance;
        size_t index;
        json_t *holding;

        json_array_foreach(state.holdings, index, holding) {
            const json_t *security =
                find_security(state.held_securities, text_of(holding, "security_id"));
            int64_t close = micro_of(security, "close_price");
            ck_assert_uint_eq(json_object_size(holding), 7);
            ck_assert_int_gt(micro_of(holding, "quantity"), 0);
            ck_assert(is_worth(micro_of(holding, "value"), micro_of(holding, "quantity"),
                               micro_of(holding, "price")));
            if (strcmp(text_of(security, "currency"), currency) == 0)
                ck_assert_int_eq(micro_of(holding, "price"), close);
            else
                ck_assert_int_ne(micro_of(holding, "price"), close);
            ck_assert_int_eq(json_is_null(json_object_get(holding, "cost_basis")),
                             strcmp(text_of(security, "type"), "cash") == 0);
            ck_assert_str_eq(text_of(security, "close_date"), "2025-12-31");
            sum += micro_of(holding, "value");
        }
        ck_assert(mk_investments_worth(&state.ledger, brokerage_of(&state.ledger), &balance));
        ck_assert_int_eq(sum, balance * 10000);
        expect_securities(state.holdings, state.held_securities);
        state_done(&state);
    }
}
END_TEST

START_TEST(investments__every_type_of_security)
{
    static const char *const types[] = { "cash", "crypto", "derivative", "equity", "etf",
                                         "bond", "loan",   "fund",       "unknown" };

    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        struct state state = state_of(rich_link(i));
        json_t *seen = json_object();
        size_t index;
        json_t *security;
        json_array_foreach(state.held_securities, index, security) {
            ck_assert_uint_eq(json_object_size(security), 9);
            json_object_set_new(seen, text_of(security, "type"), json_true());
        }
        for (size_t j = 0; j < MK_COUNT(types); j++)
            ck_assert_msg(json_object_get(seen, types[j]) != NULL, "%s", types[j]);
        json_decref(seen);
        state_done(&state);
    }
}
END_TEST

static void expect_trade(const json_t *trade, const json_t *securities, const char *currency)
{
    const char *security_id = text_of(trade, "security_id");
    bool has_units = json_is_string(json_object_get(trade, "quantity"));
    int64_t amount = micro_of(trade, "amount");
    int64_t fees = micro_of(trade, "fees");

    ck_assert_uint_eq(json_object_size(trade), 12);
    ck_assert_int_ne(amount, 0);
    ck_assert_int_ge(fees, 0);
    ck_assert_int_eq(json_is_string(json_object_get(trade, "price")), has_units);
    if (has_units) {
        ck_assert(is_worth(amount - fees, micro_of(trade, "quantity"), micro_of(trade, "price")));
        ck_assert_ptr_nonnull(security_id);
        ck_assert(strncmp(text_of(trade, "datetime"), text_of(trade, "date"), 10) == 0);
    }
    bool is_foreign = false;
    if (security_id != NULL)
        is_foreign =
            strcmp(text_of(find_security(securities, security_id), "currency"), currency) != 0;
    ck_assert_int_eq(json_is_string(json_object_get(trade, "forex_rate")), is_foreign);
}

/* What the documentation says of each type: money in is negative, and so are units out. */
static void expect_signs(const json_t *trade)
{
    const char *type = text_of(trade, "type");
    int64_t amount = micro_of(trade, "amount");
    int64_t quantity = micro_of(trade, "quantity");

    if (strcmp(type, "buy") == 0)
        ck_assert(amount > 0 && quantity > 0);
    else if (strcmp(type, "sell") == 0)
        ck_assert(amount < 0 && quantity < 0);
    else if (strncmp(type, "fee.", 4) == 0)
        ck_assert(amount > 0 && quantity == 0 && micro_of(trade, "fees") == amount);
    else
        ck_assert(amount < 0 && quantity == 0);
}

START_TEST(investments__trades)
{
    static const char *const types[] = { "buy",           "sell",        "cash.dividend",
                                         "cash.interest", "transfer.in", "fee.account_fee" };

    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        struct state state = state_of(rich_link(i));
        json_t *ids = json_object();
        json_t *seen = json_object();
        size_t index;
        json_t *trade;

        ck_assert_uint_eq(json_array_size(state.trades), state.total);
        json_array_foreach(state.trades, index, trade) {
            const json_t *newer = json_array_get(state.trades, index > 0 ? index - 1 : 0);
            ck_assert_int_ge(strcmp(text_of(newer, "date"), text_of(trade, "date")), 0);
            expect_trade(trade, state.traded_securities,
                         mk_currency_of(state.ledger.institution->country));
            expect_signs(trade);
            json_object_set_new(ids, text_of(trade, "investment_transaction_id"), json_true());
            json_object_set_new(seen, text_of(trade, "type"), json_true());
        }
        ck_assert_uint_eq(json_object_size(ids), state.total);
        ck_assert_uint_eq(json_object_size(seen), MK_COUNT(types));
        for (size_t j = 0; j < MK_COUNT(types); j++)
            ck_assert_msg(json_object_get(seen, types[j]) != NULL, "%s", types[j]);
        expect_securities(state.trades, state.traded_securities);
        const json_t *first = json_array_get(state.trades, state.total - 1);
        const json_t *last = json_array_get(state.trades, 0);
        ck_assert_int_lt(strcmp(text_of(first, "date"), "2024-01-31"), 0); /* 24 months */
        ck_assert_int_ge(strcmp(text_of(first, "date"), "2024-01-01"), 0);
        ck_assert_str_eq(text_of(last, "date"), "2026-01-01");
        json_decref(ids);
        json_decref(seen);
        state_done(&state);
    }
}
END_TEST

/* Between two refreshes every holding moves by its trades, and cash by all amounts. */
START_TEST(investments__trades_move_holdings)
{
    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        struct mk_link *link = rich_link(i);
        struct state before = state_of(link);
        int64_t cash = held(&before, cash_id(&before));
        json_t *moved = json_object();
        size_t index;
        json_t *trade;
        const char *id;
        json_t *quantity;

        bank_wait(&bank, 400 * MK_DAY + 20 * MK_HOUR);
        mk_link_fetched(link, MK_PRODUCT_INVESTMENTS, mk_world_now(bank.world));
        struct state after = state_of(link);
        ck_assert_uint_gt(after.total, before.total + 50);
        for (size_t j = 0; j < after.total - before.total; j++) {
            trade = json_array_get(after.trades, j);
            cash -= micro_of(trade, "amount");
            id = text_of(trade, "security_id");
            if (id == NULL)
                continue;
            int64_t sum = json_integer_value(json_object_get(moved, id));
            json_object_set_new(moved, id, json_integer(sum + micro_of(trade, "quantity")));
        }
        json_array_foreach(before.trades, index, trade) /* the past stays as it was */
            ck_assert(json_equal(trade,
                                 json_array_get(after.trades, after.total - before.total + index)));
        ck_assert_int_eq(held(&after, cash_id(&after)), cash);
        json_object_foreach(moved, id, quantity)
            ck_assert_int_eq(held(&after, id) - held(&before, id), json_integer_value(quantity));
        json_decref(moved);
        state_done(&before);
        state_done(&after);
        bank_wait(&bank, -(400 * MK_DAY + 20 * MK_HOUR));
    }
}
END_TEST

START_TEST(investments__pages)
{
    struct state state = state_of(rich_link(0));
    struct mk_accounts accounts;
    json_t *joined = json_array();

    mk_accounts_list(&state.ledger, NULL, &accounts);
    for (size_t skip = 0; skip < state.total + 7; skip += 7) {
        json_t *trades;
        json_t *securities;
        size_t total;
        mk_investments_trades(&state.ledger, &accounts, INT32_MIN, INT32_MAX, skip, 7, &trades,
                              &securities, &total);
        ck_assert_uint_eq(total, state.total);
        expect_securities(trades, securities);
        json_array_extend(joined, trades);
        json_decref(trades);
        json_decref(securities);
    }
    ck_assert(json_equal(joined, state.trades));
    json_decref(joined);
    mk_accounts_done(&accounts);
    state_done(&state);
}
END_TEST

/* The trades of the days on which there are some, asked for one by one. */
START_TEST(investments__days)
{
    struct state state = state_of(rich_link(0));
    struct mk_accounts accounts;
    int32_t today = mk_day_of(BANK_NOW);
    size_t sum = 0;

    mk_accounts_list(&state.ledger, NULL, &accounts);
    for (int32_t day = today - 800; day <= today; day++) {
        char date[MK_DATE_SIZE];
        json_t *trades;
        json_t *securities;
        json_t *trade;
        size_t total;
        size_t index;
        mk_date_write(date, day);
        mk_investments_trades(&state.ledger, &accounts, day, day, 0, 100, &trades, &securities,
                              &total);
        ck_assert_uint_eq(json_array_size(trades), total);
        json_array_foreach(trades, index, trade)
            ck_assert_str_eq(text_of(trade, "date"), date);
        sum += total;
        json_decref(trades);
        json_decref(securities);
    }
    ck_assert_uint_eq(sum, state.total);
    mk_accounts_done(&accounts);
    state_done(&state);
}
END_TEST

/* A clock that was set 60 years ahead finds no debts and no shares sold twice. */
START_TEST(investments__much_later)
{
    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        struct mk_link *link = rich_link(i);
        bank_wait(&bank, 60 * 365 * MK_DAY);
        mk_link_fetched(link, MK_PRODUCT_INVESTMENTS, mk_world_now(bank.world));
        struct state state = state_of(link);
        size_t index;
        json_t *holding;
        ck_assert_uint_gt(state.total, 3000);
        ck_assert_uint_ge(json_array_size(state.holdings), 9);
        json_array_foreach(state.holdings, index, holding) {
            ck_assert_int_gt(micro_of(holding, "quantity"), 0);
            ck_assert_int_gt(micro_of(holding, "value"), 0);
        }
        state_done(&state);
        bank_wait(&bank, -60 * 365 * MK_DAY);
    }
}
END_TEST

/* A trade is there once the market did it: on Monday 2026-01-05 at about three in the afternoon. */
START_TEST(investments__time_of_day)
{
    struct mk_link *link = rich_link(0);
    const int64_t morning = BANK_NOW + 4 * MK_DAY + 9 * MK_HOUR;

    mk_link_fetched(link, MK_PRODUCT_INVESTMENTS, morning);
    struct state before = state_of(link);
    mk_link_fetched(link, MK_PRODUCT_INVESTMENTS, morning + 8 * MK_HOUR);
    struct state after = state_of(link);

    ck_assert_uint_eq(after.total, before.total + 1);
    ck_assert_str_eq(text_of(json_array_get(after.trades, 0), "type"), "buy");
    ck_assert_str_eq(text_of(json_array_get(after.trades, 0), "date"), "2026-01-05");
    ck_assert_str_eq(text_of(json_array_get(after.held_securities, 0), "close_date"), "2026-01-02");
    state_done(&before);
    state_done(&after);
}
END_TEST

START_TEST(investments__never_fetched)
{
    struct mk_link *link = rich_link(0);
    int64_t fetched_worth;
    int64_t other_worth;
    struct state state = state_of(link);

    ck_assert(mk_investments_worth(&state.ledger, brokerage_of(&state.ledger), &fetched_worth));
    state_done(&state);
    link->products[MK_PRODUCT_INVESTMENTS].refreshed = MK_NEVER_SECONDS;
    state = state_of(link);
    ck_assert_uint_eq(json_array_size(state.holdings), 0);
    ck_assert_uint_eq(json_array_size(state.held_securities), 0);
    ck_assert_uint_eq(json_array_size(state.trades), 0);
    ck_assert_uint_eq(json_array_size(state.traded_securities), 0);
    ck_assert_uint_eq(state.total, 0);
    ck_assert(mk_investments_worth(&state.ledger, brokerage_of(&state.ledger), &other_worth));
    ck_assert_int_eq(fetched_worth, other_worth); /* the accounts were fetched at that time */
    state_done(&state);
}
END_TEST

/* Accounts of another kind, imported ones and profiles without a portfolio have nothing. */
START_TEST(investments__other_accounts)
{
    const struct mk_ledger rich = ledger_of(&bank, rich_link(0));
    struct state good = state_of(ledger_link(&bank, "chase", "user_good", NULL));
    int64_t balance;

    ck_assert(!mk_investments_worth(&rich, 0, &balance));
    ck_assert(!mk_investments_worth(&rich, MK_IMPORTED_ACCOUNT_FIRST, &balance));
    ck_assert(!mk_investments_worth(&good.ledger, 0, &balance));
    ck_assert_uint_eq(json_array_size(good.holdings), 0);
    ck_assert_uint_eq(good.total, 0);
    state_done(&good);
}
END_TEST

START_TEST(investments__ids_of_securities_are_the_same_everywhere)
{
    struct state one = state_of(rich_link(0));
    struct state other = state_of(rich_link(0));

    ck_assert(json_equal(one.held_securities, other.held_securities));
    ck_assert_str_ne(text_of(json_array_get(one.trades, 0), "investment_transaction_id"),
                     text_of(json_array_get(other.trades, 0), "investment_transaction_id"));
    state_done(&one);
    state_done(&other);
}
END_TEST

Suite *investments_suite(void)
{
    Suite *suite = suite_create("investments");
    TCase *tcase = tcase_create("investments");

    tcase_add_checked_fixture(tcase, open_bank, close_bank);
    tcase_add_test(tcase, investments__holdings);
    tcase_add_test(tcase, investments__every_type_of_security);
    tcase_add_test(tcase, investments__trades);
    tcase_add_test(tcase, investments__trades_move_holdings);
    tcase_add_test(tcase, investments__pages);
    tcase_add_test(tcase, investments__days);
    tcase_add_test(tcase, investments__much_later);
    tcase_add_test(tcase, investments__time_of_day);
    tcase_add_test(tcase, investments__never_fetched);
    tcase_add_test(tcase, investments__other_accounts);
    tcase_add_test(tcase, investments__ids_of_securities_are_the_same_everywhere);
    suite_add_tcase(suite, tcase);
    return suite;
}
