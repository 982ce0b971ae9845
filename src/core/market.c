/* SPDX-License-Identifier: MIT */
#include "core/market.h"

#include "base/day.h"
#include "base/memory.h"
#include "base/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bounds of the data, so that no product leaves its type and no price reaches zero. */
enum { PRICE_MIN = 50, PRICE_MAX = 100000000, VOLATILITY_MAX = 900, CURRENCIES_MAX = 8 };

#define CLOSING_TIME (21 * MK_HOUR) /* UTC */

struct currency {
    const char *name;
    struct mk_security rate; /* millionths of a US dollar, moved like any price */
};

struct mk_market {
    json_t *data; /* owns every text */
    struct mk_security *securities;
    size_t count;
    struct currency currencies[CURRENCIES_MAX];
    size_t currency_count;
};

static const struct currency *find_currency(const struct mk_market *market, const char *name)
{
    for (size_t i = 0; i < market->currency_count; i++) {
        if (strcmp(market->currencies[i].name, name) == 0)
            return &market->currencies[i];
    }
    return NULL;
}

static bool read_price(const char *text, int64_t min, int64_t max, int64_t *ret)
{
    return mk_money_read(text, ret) && *ret >= min && *ret <= max;
}

static bool read_currency(const json_t *row, struct currency *ret)
{
    const char *rate;

    if (json_unpack((json_t *)row, "{s:s, s:s, s:I}", "currency", &ret->name, "rate", &rate,
                    "volatility", &ret->rate.volatility) != 0)
        return false;
    if (!read_price(rate, 1, PRICE_MAX / 10000, &ret->rate.base_price))
        return false;
    ret->rate.base_price *= MK_MICRO / 100;
    ret->rate.seed = mk_seed_derive(0, ret->name);
    return ret->rate.volatility >= 0 && ret->rate.volatility <= VOLATILITY_MAX;
}

static bool read_currencies(struct mk_market *market)
{
    const json_t *rows = json_object_get(market->data, "currencies");
    size_t index;
    json_t *row;

    json_array_foreach(rows, index, row) {
        if (index == CURRENCIES_MAX || !read_currency(row, &market->currencies[index]))
            return false;
        market->currency_count++;
    }
    return market->currency_count > 0;
}

/* The id of `sec_` and 22 characters, a function of the key. */
static void write_id(struct mk_security *security)
{
    struct mk_random random;
    unsigned char bytes[16];

    mk_random_seeded(&random, security->seed, "id");
    mk_random_fill(&random, bytes, sizeof(bytes));
    memcpy(security->id, "sec_", 4);
    mk_short_id(bytes, security->id + 4);
    security->id[sizeof(security->id) - 1] = '\0';
}

static bool read_security(const struct mk_market *market, const json_t *row,
                          struct mk_security *ret)
{
    const char *price;
    const char *dividend;

    if (json_unpack((json_t *)row, "{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "key", &ret->key, "name",
                    &ret->name, "type", &ret->type, "currency", &ret->currency, "price", &price,
                    "volatility", &ret->volatility, "dividend", &dividend) != 0)
        return false;
    ret->ticker = json_string_value(json_object_get(row, "ticker"));
    ret->isin = json_string_value(json_object_get(row, "isin"));
    ret->sedol = json_string_value(json_object_get(row, "sedol"));
    ret->seed = mk_seed_derive(0, ret->key);
    write_id(ret);
    return read_price(price, PRICE_MIN, PRICE_MAX, &ret->base_price) &&
           read_price(dividend, 0, PRICE_MAX, &ret->dividend) && ret->volatility >= 0 &&
           ret->volatility <= VOLATILITY_MAX && find_currency(market, ret->currency) != NULL;
}

static bool read_securities(struct mk_market *market)
{
    const json_t *rows = json_object_get(market->data, "securities");
    size_t index;
    json_t *row;

    if (json_array_size(rows) == 0 || json_array_size(rows) > MK_SECURITIES_MAX)
        return false;
    market->securities = mk_alloc_zero(json_array_size(rows), sizeof(*market->securities));
    json_array_foreach(rows, index, row) {
        market->securities[index].index = (unsigned)index;
        if (!read_security(market, row, &market->securities[index]))
            return false;
        market->count++;
    }
    return true;
}

static bool has_all_cash(const struct mk_market *market)
{
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++) {
        if (mk_market_cash(market, mk_currency_of((enum mk_country)i)) == NULL)
            return false;
    }
    return true;
}

struct mk_market *mk_market_new(const char *json, size_t length)
{
    struct mk_market *market = mk_alloc_zero(1, sizeof(*market));

    market->data = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    if (read_currencies(market) && read_securities(market) && has_all_cash(market))
        return market;
    mk_market_free(market);
    return NULL;
}

void mk_market_free(struct mk_market *market)
{
    if (market == NULL)
        return;
    free(market->securities);
    json_decref(market->data);
    free(market);
}

size_t mk_market_count(const struct mk_market *market)
{
    return market->count;
}

const struct mk_security *mk_market_at(const struct mk_market *market, size_t index)
{
    return &market->securities[index];
}

const struct mk_security *mk_market_find(const struct mk_market *market, const char *key)
{
    for (size_t i = 0; i < market->count; i++) {
        if (strcmp(market->securities[i].key, key) == 0)
            return &market->securities[i];
    }
    return NULL;
}

const struct mk_security *mk_market_cash(const struct mk_market *market, const char *currency)
{
    for (size_t i = 0; i < market->count; i++) {
        const struct mk_security *security = &market->securities[i];
        if (strcmp(security->type, "cash") == 0 && strcmp(security->currency, currency) == 0)
            return security;
    }
    return NULL;
}

/* Finalizer of splitmix64, public domain: every bit of the result hangs on every bit of x. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* From -MK_MICRO to MK_MICRO. */
static int64_t knot(uint64_t seed, int64_t period, int64_t number)
{
    uint64_t place = ((uint64_t)period << 32) ^ (uint64_t)number;

    return (int64_t)(mix(seed ^ mix(place)) % (2 * MK_MICRO + 1)) - MK_MICRO;
}

/* Straight lines between random knots, long ones and short ones laid over each other. */
static int64_t wave(uint64_t seed, int32_t day)
{
    static const struct {
        int64_t period; /* days between knots */
        int64_t weight; /* of 100 */
    } layers[] = { { 307, 55 }, { 61, 25 }, { 13, 14 }, { 2, 6 } };
    int64_t sum = 0;

    for (size_t i = 0; i < MK_COUNT(layers); i++) {
        int64_t period = layers[i].period;
        int64_t into = (day % period + period) % period;
        int64_t number = (day - into) / period;
        int64_t height =
            (knot(seed, period, number) * (period - into) + knot(seed, period, number + 1) * into) /
            period;
        sum += height * layers[i].weight;
    }
    return sum / 100;
}

int64_t mk_security_price(const struct mk_security *security, int32_t day)
{
    int64_t height = wave(security->seed, day) * security->volatility / 1000;

    return security->base_price + mk_micro_times(security->base_price, height);
}

int64_t mk_market_rate(const struct mk_market *market, const char *from, const char *to,
                       int32_t day)
{
    int64_t from_price = mk_security_price(&find_currency(market, from)->rate, day);
    int64_t to_price = mk_security_price(&find_currency(market, to)->rate, day);

    return (from_price * MK_MICRO + to_price / 2) / to_price;
}

int64_t mk_micro_times(int64_t money, int64_t micro)
{
    int64_t product = money * micro;

    return (product + (product < 0 ? -MK_MICRO : MK_MICRO) / 2) / MK_MICRO;
}

int mk_micro_write(char out[MK_MONEY_SIZE], int64_t micro)
{
    int64_t size = micro < 0 ? -micro : micro;
    int length = snprintf(out, MK_MONEY_SIZE, "%s%" PRId64 ".%06" PRId64, micro < 0 ? "-" : "",
                          size / MK_MICRO, size % MK_MICRO);

    while (out[length - 1] == '0')
        length--;
    length -= out[length - 1] == '.';
    out[length] = '\0';
    return length;
}

bool mk_is_trading_day(int32_t day)
{
    int weekday = mk_weekday_of(day);

    return weekday != 0 && weekday != 6;
}

int32_t mk_close_before(int32_t day)
{
    do {
        day--;
    } while (!mk_is_trading_day(day));
    return day;
}

int64_t mk_market_close(int32_t day)
{
    return mk_day_start(day) + CLOSING_TIME;
}
