/* SPDX-License-Identifier: MIT */
#include "core/portfolio.h"

#include "base/memory.h"
#include "core/market.h"

#include <stdlib.h>
#include <string.h>

/* A day that every month has, also when its trade waits for Monday. */
enum { LAST_DUE_DAY = 26 };

/* A key for all countries, or one for each. */
static bool read_securities(const json_t *json, const char *ret[MK_COUNTRY_COUNT])
{
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++) {
        const json_t *key =
            json_is_object(json) ? json_object_get(json, mk_country_names[i]) : json;
        ret[i] = json_string_value(key);
        if (ret[i] == NULL)
            return false;
    }
    return true;
}

/* Decimal text at a key; absent: the fallback. */
static bool read_decimal(const json_t *object, const char *key, int64_t fallback, int64_t *ret)
{
    const json_t *text = json_object_get(object, key);

    *ret = fallback;
    return text == NULL || (json_is_string(text) && mk_money_read(json_string_value(text), ret));
}

static bool read_quantity(const json_t *object, int64_t *ret)
{
    bool is_fine = read_decimal(object, "quantity", 0, ret);

    *ret *= MK_MICRO / 100;
    return is_fine && *ret >= 0;
}

static enum mk_portfolio_kind kind_of(const struct mk_portfolio_row *row)
{
    if (mk_account_type_is(row->type, "buy"))
        return MK_ROW_BUY;
    if (mk_account_type_is(row->type, "sell"))
        return MK_ROW_SELL;
    return row->securities[0] != NULL ? MK_ROW_DIVIDEND : MK_ROW_CASH;
}

static bool read_row(const json_t *json, struct mk_portfolio_row *ret)
{
    const json_t *security = json_object_get(json, "security");

    ret->every = 1;
    ret->month = 1;
    if (json_unpack((json_t *)json, "{s:s, s:s, s:i, s?i, s?i}", "type", &ret->type, "description",
                    &ret->description, "day", &ret->day, "every", &ret->every, "month",
                    &ret->month) != 0)
        return false;
    if (security != NULL && !read_securities(security, ret->securities))
        return false;
    ret->kind = kind_of(ret);
    if (security == NULL && ret->kind != MK_ROW_CASH)
        return false;
    return read_decimal(json, "amount", 0, &ret->amount) && read_quantity(json, &ret->quantity) &&
           read_decimal(json, "fees", MK_NO_MONEY, &ret->fees) && ret->every >= 1 &&
           ret->month >= 1 && ret->day >= 1 && ret->day <= LAST_DUE_DAY;
}

static bool read_rows(struct mk_portfolio *portfolio, const json_t *list)
{
    size_t index;
    json_t *json;

    portfolio->rows = mk_alloc_zero(json_array_size(list), sizeof(*portfolio->rows));
    json_array_foreach(list, index, json) {
        if (!read_row(json, &portfolio->rows[index]))
            return false;
        portfolio->row_count++;
    }
    return true;
}

static bool read_holdings(struct mk_portfolio *portfolio, const json_t *list)
{
    size_t index;
    json_t *json;

    portfolio->holdings = mk_alloc_zero(json_array_size(list), sizeof(*portfolio->holdings));
    json_array_foreach(list, index, json) {
        struct mk_portfolio_holding *holding = &portfolio->holdings[index];
        if (!read_securities(json_object_get(json, "security"), holding->securities) ||
            !read_quantity(json, &holding->quantity))
            return false;
        portfolio->holding_count++;
    }
    return true;
}

static bool has_account(const struct mk_profile *profile, const char *type)
{
    for (size_t i = 0; i < profile->account_count; i++) {
        if (strcmp(profile->accounts[i].type, type) == 0)
            return true;
    }
    return false;
}

static bool read_portfolio(struct mk_portfolio *portfolio, const struct mk_profile *profile)
{
    const json_t *holdings;
    const json_t *trades;

    if (json_unpack(portfolio->section, "{s:s, s:i, s:o, s:o}", "account_type",
                    &portfolio->account_type, "history_days", &portfolio->history_days, "holdings",
                    &holdings, "trades", &trades) != 0)
        return false;
    return has_account(profile, portfolio->account_type) && portfolio->history_days >= 0 &&
           json_array_size(holdings) + json_array_size(trades) <= MK_PORTFOLIO_MAX &&
           read_decimal(portfolio->section, "cash", 0, &portfolio->cash) &&
           read_holdings(portfolio, holdings) && read_rows(portfolio, trades);
}

struct mk_portfolio *mk_portfolio_new(const json_t *section, const struct mk_profile *profile)
{
    struct mk_portfolio *portfolio = mk_alloc_zero(1, sizeof(*portfolio));

    portfolio->section = json_incref((json_t *)section);
    if (read_portfolio(portfolio, profile))
        return portfolio;
    mk_portfolio_free(portfolio);
    return NULL;
}

void mk_portfolio_free(struct mk_portfolio *portfolio)
{
    if (portfolio == NULL)
        return;
    free(portfolio->holdings);
    free(portfolio->rows);
    json_decref(portfolio->section);
    free(portfolio);
}

static bool keys_fit(const char *const keys[MK_COUNTRY_COUNT], const struct mk_market *market)
{
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++) {
        if (keys[i] != NULL && mk_market_find(market, keys[i]) == NULL)
            return false;
    }
    return true;
}

bool mk_portfolio_fits(const struct mk_portfolio *portfolio, const struct mk_market *market)
{
    bool fits = true;

    for (size_t i = 0; portfolio != NULL && i < portfolio->holding_count; i++)
        fits = fits && keys_fit(portfolio->holdings[i].securities, market);
    for (size_t i = 0; portfolio != NULL && i < portfolio->row_count; i++)
        fits = fits && keys_fit(portfolio->rows[i].securities, market);
    return fits;
}
