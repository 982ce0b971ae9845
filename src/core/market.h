/* SPDX-License-Identifier: MIT */
/*
 * The instruments of data/securities.json and what they cost on a day. All invented: their ISINs
 * and SEDOLs pass the check digits and lie where the agencies leave numbers to the user (issuers
 * 9930xx of CUSIP, SEDOLs that begin with 9).
 *
 * A price is the base price of the data moved by a wave of the instrument's own: a function of
 * instrument and day, whole numbers throughout, never zero.
 */
#ifndef MK_CORE_MARKET_H
#define MK_CORE_MARKET_H

#include "base/money.h"
#include "base/text.h"
#include "core/investments.h"

/* Quantities and exchange rates count in millionths. */
#define MK_MICRO INT64_C(1000000)

/* A set of securities is a word. */
enum { MK_SECURITIES_MAX = 64 };

struct mk_security {
    const char *key; /* in the data files */
    const char *name;
    const char *type;
    const char *currency;
    const char *ticker; /* NULL, these three: none */
    const char *isin;
    const char *sedol;
    char id[4 + MK_SHORT_ID_LENGTH + 1];
    int64_t base_price; /* minor units, as all money here */
    int64_t dividend;   /* of a unit, at each payment */
    int64_t volatility; /* the wave's height, in thousandths of the base price */
    uint64_t seed;
    unsigned index;
};

size_t mk_market_count(const struct mk_market *market);
const struct mk_security *mk_market_at(const struct mk_market *market, size_t index);

/* NULL when there is none. */
const struct mk_security *mk_market_find(const struct mk_market *market, const char *key);

/* The cash of a currency; it is among the securities. */
const struct mk_security *mk_market_cash(const struct mk_market *market, const char *currency);

/* Of one unit at the close of the day, in the security's own currency. */
int64_t mk_security_price(const struct mk_security *security, int32_t day);

/* Millionths of `to` for one `from`. */
int64_t mk_market_rate(const struct mk_market *market, const char *from, const char *to,
                       int32_t day);

/* money * rate and price * quantity, rounded to the minor unit. */
int64_t mk_micro_times(int64_t money, int64_t micro);

/* Decimal text without needless zeros: 12.5. Returns the length. */
int mk_micro_write(char out[MK_MONEY_SIZE], int64_t micro);

/* Nobody trades at the weekend. */
bool mk_is_trading_day(int32_t day);

/* The last trading day before this one: its close is what is known on it. And when that was. */
int32_t mk_close_before(int32_t day);
int64_t mk_market_close(int32_t day);

#endif
