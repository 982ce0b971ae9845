/* SPDX-License-Identifier: MIT */
/* The instruments of data/securities.json, and prices and rates of a day. */
#include "core/market.h"

#include "support/bank.h"
#include "unit/suites.h"

#include <ctype.h>
#include <string.h>

/* Years 1970 to 2069. */
enum { DAYS = 36525 };

static const struct mk_market *market(void)
{
    return bank_data()->market;
}

/* A digit, or a letter counting from 10. */
static int value_of(char character)
{
    return isdigit((unsigned char)character) ? character - '0' : character - 'A' + 10;
}

/* ISO 6166: letters as two digits, then Luhn's sum over all from the right. */
static bool passes_isin(const char *text)
{
    char digits[32] = "";
    int sum = 0;

    for (const char *at = text; *at != '\0'; at++)
        snprintf(digits + strlen(digits), sizeof(digits) - strlen(digits), "%d", value_of(*at));
    for (size_t i = 0; i < strlen(digits); i++) {
        int digit = (digits[strlen(digits) - 1 - i] - '0') * (i % 2 == 1 ? 2 : 1);
        sum += digit / 10 + digit % 10;
    }
    return strlen(text) == 12 && sum % 10 == 0;
}

static bool passes_sedol(const char *text)
{
    static const int weights[] = { 1, 3, 1, 7, 3, 9, 1 };
    int sum = 0;

    for (size_t i = 0; i < MK_COUNT(weights) && text[i] != '\0'; i++)
        sum += weights[i] * value_of(text[i]);
    return strlen(text) == MK_COUNT(weights) && sum % 10 == 0;
}

/* The middle of American and Canadian ISINs. */
static bool passes_cusip(const char *text)
{
    int sum = 0;

    for (int i = 0; i < 8; i++) {
        int value = value_of(text[i]) * (i % 2 == 1 ? 2 : 1);
        sum += value / 10 + value % 10;
    }
    return (10 - sum % 10) % 10 == text[8] - '0';
}

START_TEST(market__the_checks_of_this_test)
{
    ck_assert(passes_isin("US0378331005"));
    ck_assert(passes_isin("GB0002634946"));
    ck_assert(!passes_isin("US0378331006"));
    ck_assert(passes_sedol("0263494"));
    ck_assert(passes_sedol("B019KW7"));
    ck_assert(!passes_sedol("0263495"));
    ck_assert(passes_cusip("037833100"));
    ck_assert(!passes_cusip("037833101"));
}
END_TEST

START_TEST(market__check_digits)
{
    size_t isins = 0;
    size_t sedols = 0;

    for (size_t i = 0; i < mk_market_count(market()); i++) {
        const struct mk_security *security = mk_market_at(market(), i);
        if (security->isin != NULL) {
            ck_assert_msg(passes_isin(security->isin), "%s", security->isin);
            isins++;
        }
        if (security->isin != NULL && security->sedol == NULL)
            ck_assert_msg(passes_cusip(security->isin + 2), "%s", security->isin);
        if (security->sedol == NULL)
            continue;
        ck_assert_msg(passes_sedol(security->sedol), "%s", security->sedol);
        ck_assert_ptr_nonnull(strstr(security->isin, security->sedol));
        sedols++;
    }
    ck_assert_uint_gt(isins, 0);
    ck_assert_uint_gt(sedols, 0);
}
END_TEST

START_TEST(market__types_and_ids)
{
    static const char *const types[] = { "cash", "crypto", "derivative", "equity", "etf",
                                         "bond", "loan",   "fund",       "unknown" };
    size_t seen[MK_COUNT(types)] = { 0 };

    for (size_t i = 0; i < mk_market_count(market()); i++) {
        const struct mk_security *security = mk_market_at(market(), i);
        size_t type = 0;
        while (type < MK_COUNT(types) && strcmp(types[type], security->type) != 0)
            type++;
        ck_assert_msg(type < MK_COUNT(types), "%s", security->type);
        seen[type]++;
        ck_assert_uint_eq(security->index, i);
        ck_assert_uint_eq(strlen(security->id), 26);
        ck_assert(strncmp(security->id, "sec_", 4) == 0);
        ck_assert_ptr_eq(mk_market_find(market(), security->key), security);
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(mk_market_at(market(), j)->id, security->id);
    }
    for (size_t i = 0; i < MK_COUNT(types); i++)
        ck_assert_msg(seen[i] > 0, "%s", types[i]);
    ck_assert_ptr_null(mk_market_find(market(), "no-such"));
}
END_TEST

/* Never zero, within the volatility, and no day far from the one before. */
START_TEST(market__prices)
{
    for (size_t i = 0; i < mk_market_count(market()); i++) {
        const struct mk_security *security = mk_market_at(market(), i);
        int64_t reach = security->base_price * security->volatility / 1000 + 1;
        int64_t last = mk_security_price(security, -DAYS);
        int64_t lowest = last;
        int64_t highest = last;
        for (int32_t day = -DAYS; day < DAYS; day++) {
            int64_t price = mk_security_price(security, day);
            if (price <= 0 || llabs(price - security->base_price) > reach ||
                llabs(price - last) > reach / 4 + 1)
                ck_abort_msg("%s at %d after %d", security->key, (int)price, (int)last);
            lowest = price < lowest ? price : lowest;
            highest = price > highest ? price : highest;
            last = price;
        }
        if (security->volatility > 0)
            ck_assert_int_gt(highest - lowest, reach);
        else
            ck_assert_int_eq(highest, security->base_price);
    }
}
END_TEST

START_TEST(market__rates)
{
    for (int32_t day = 0; day < DAYS; day += 7) {
        int64_t there = mk_market_rate(market(), "GBP", "CAD", day);
        int64_t back = mk_market_rate(market(), "CAD", "GBP", day);
        ck_assert_int_eq(mk_market_rate(market(), "USD", "USD", day), MK_MICRO);
        ck_assert_int_eq(mk_market_rate(market(), "GBP", "GBP", day), MK_MICRO);
        ck_assert_int_gt(mk_market_rate(market(), "GBP", "USD", day), MK_MICRO);
        ck_assert_int_gt(mk_market_rate(market(), "USD", "CAD", day), MK_MICRO);
        ck_assert_int_le(llabs(there * back / MK_MICRO - MK_MICRO), 2);
    }
    ck_assert_int_ne(mk_market_rate(market(), "GBP", "USD", 20000),
                     mk_market_rate(market(), "GBP", "USD", 20100));
}
END_TEST

START_TEST(market__cash)
{
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++) {
        const char *currency = mk_currency_of((enum mk_country)i);
        const struct mk_security *cash = mk_market_cash(market(), currency);
        ck_assert_ptr_nonnull(cash);
        ck_assert_str_eq(cash->currency, currency);
        ck_assert_int_eq(mk_security_price(cash, 20000), 100);
    }
    ck_assert_ptr_null(mk_market_cash(market(), "EUR"));
}
END_TEST

START_TEST(market__numbers)
{
    static const struct {
        int64_t micro;
        const char *text;
    } cases[] = { { 0, "0" },
                  { 1, "0.000001" },
                  { 12500000, "12.5" },
                  { -4000000, "-4" },
                  { -300000, "-0.3" },
                  { 100000000, "100" },
                  { 1234567890123456, "1234567890.123456" } };
    char text[MK_MONEY_SIZE];

    for (size_t i = 0; i < MK_COUNT(cases); i++) {
        ck_assert_int_eq(mk_micro_write(text, cases[i].micro), (int)strlen(cases[i].text));
        ck_assert_str_eq(text, cases[i].text);
    }
    ck_assert_int_eq(mk_micro_times(101, 500000), 51); /* half a cent goes away from zero */
    ck_assert_int_eq(mk_micro_times(-101, 500000), -51);
    ck_assert_int_eq(mk_micro_times(100, 494999), 49);
    ck_assert_int_eq(mk_micro_times(100, -494999), -49);
}
END_TEST

START_TEST(market__trading_days)
{
    const int32_t thursday = 20454; /* 2026-01-01 */

    ck_assert(mk_is_trading_day(thursday));
    ck_assert(mk_is_trading_day(thursday + 1));
    ck_assert(!mk_is_trading_day(thursday + 2));
    ck_assert(!mk_is_trading_day(thursday + 3));
    ck_assert(mk_is_trading_day(thursday + 4));
    ck_assert_int_eq(mk_close_before(thursday + 1), thursday);
    for (int32_t day = thursday + 2; day <= thursday + 4; day++)
        ck_assert_int_eq(mk_close_before(day), thursday + 1);
    ck_assert_int_eq(mk_close_before(thursday + 5), thursday + 4);
}
END_TEST

/* The data with one member of the first security of `list` replaced. */
static struct mk_market *read_with(const char *list, const char *key, json_t *value)
{
    json_t *data = json_loadb(mk_asset_securities.bytes, mk_asset_securities.length, 0, NULL);

    ck_assert_ptr_nonnull(data);
    json_object_set_new(json_array_get(json_object_get(data, list), 0), key, value);
    char *text = json_dumps(data, 0);
    struct mk_market *read = mk_market_new(text, strlen(text));
    free(text);
    json_decref(data);
    return read;
}

START_TEST(market__broken_data)
{
    struct mk_market *fine = read_with("securities", "price", json_string("2.00"));

    ck_assert_ptr_nonnull(fine);
    mk_market_free(fine);
    ck_assert_ptr_null(mk_market_new("{}", 2));
    ck_assert_ptr_null(read_with("securities", "price", json_string("0.00")));
    ck_assert_ptr_null(read_with("securities", "price", json_integer(2)));
    ck_assert_ptr_null(read_with("securities", "volatility", json_integer(1000)));
    ck_assert_ptr_null(read_with("securities", "volatility", json_integer(-1)));
    ck_assert_ptr_null(read_with("securities", "dividend", json_string("-1.00")));
    ck_assert_ptr_null(read_with("securities", "currency", json_string("EUR")));
    ck_assert_ptr_null(read_with("securities", "type", json_string("fund"))); /* no cash in USD */
    ck_assert_ptr_null(read_with("currencies", "rate", json_string("0.00")));
    ck_assert_ptr_null(read_with("currencies", "currency", json_string("EUR")));
}
END_TEST

Suite *market_suite(void)
{
    Suite *suite = suite_create("market");
    TCase *tcase = tcase_create("market");

    tcase_add_test(tcase, market__the_checks_of_this_test);
    tcase_add_test(tcase, market__check_digits);
    tcase_add_test(tcase, market__types_and_ids);
    tcase_add_test(tcase, market__prices);
    tcase_add_test(tcase, market__rates);
    tcase_add_test(tcase, market__cash);
    tcase_add_test(tcase, market__numbers);
    tcase_add_test(tcase, market__trading_days);
    tcase_add_test(tcase, market__broken_data);
    suite_add_tcase(suite, tcase);
    return suite;
}
