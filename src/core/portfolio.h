/* SPDX-License-Identifier: MIT */
/*
 * The "investments" section of a profile:
 *
 *     account_type   which of the profile's accounts it is about
 *     history_days   trades begin so long before the link was made
 *     cash           on that day, in the account's currency like all amounts here
 *     holdings       on that day: a security each, at most two decimals of quantity
 *     trades         rows that recur on a `day` of the month, 1 to 26 (those of a weekend wait for
 *                    Monday), `every` so many months counted from `month`
 *
 * A security is a key of data/securities.json, or an object of a key for each country. What a row
 * does hangs on its type: `buy` spends the amount, `sell` sells the quantity or what is left of it,
 * another type with a security pays its dividend, the rest just move the amount (positive: out).
 */
#ifndef MK_CORE_PORTFOLIO_H
#define MK_CORE_PORTFOLIO_H

#include "core/investments.h"

/* Holdings and trades together, and so securities that an account may come to hold. */
enum { MK_PORTFOLIO_MAX = 32 };

struct mk_portfolio_holding {
    const char *securities[MK_COUNTRY_COUNT]; /* keys */
    int64_t quantity;                         /* millionths, as all quantities */
};

enum mk_portfolio_kind { MK_ROW_BUY, MK_ROW_SELL, MK_ROW_DIVIDEND, MK_ROW_CASH };

struct mk_portfolio_row {
    const char *type;
    const char *description;
    const char *securities[MK_COUNTRY_COUNT]; /* keys; NULLs: none */
    enum mk_portfolio_kind kind;
    int64_t amount;
    int64_t quantity;
    int64_t fees; /* MK_NO_MONEY: none are told */
    int32_t day;
    int32_t month;
    int32_t every;
};

struct mk_portfolio {
    json_t *section; /* owns every text */
    const char *account_type;
    int32_t history_days;
    int64_t cash;
    struct mk_portfolio_holding *holdings;
    size_t holding_count;
    struct mk_portfolio_row *rows;
    size_t row_count;
};

/* Whether the market has all its securities; NULL has none. */
bool mk_portfolio_fits(const struct mk_portfolio *portfolio, const struct mk_market *market);

#endif
