/* SPDX-License-Identifier: MIT */
/*
 * The book of an investment account: what the trades of its portfolio have made of it by a moment.
 * Lives on the stack while a call is answered; computed anew each time.
 */
#ifndef MK_CORE_BOOK_H
#define MK_CORE_BOOK_H

#include "core/market.h"
#include "core/portfolio.h"

struct mk_position {
    const struct mk_security *security;
    int64_t quantity; /* millionths */
    int64_t cost;     /* what was paid for it; sales take their share along */
};

struct mk_trade {
    const struct mk_security *security; /* NULL: none is involved */
    const struct mk_portfolio_row *plan;
    uint32_t account;
    uint32_t row; /* position of the plan */
    int32_t day;
    int64_t moment;   /* MK_NEVER: no time is told */
    int64_t amount;   /* positive: money goes out */
    int64_t fees;     /* MK_NO_MONEY: none are told */
    int64_t price;    /* in the account's currency; MK_NO_MONEY: no units move */
    int64_t quantity; /* millionths; positive: units come in */
    int64_t rate;     /* millionths of the account's currency for one of the security's; 0: same */
};

struct mk_book {
    const struct mk_market *market;
    uint32_t account;
    enum mk_country country;
    const char *currency; /* the account's */
    struct mk_position positions[MK_PORTFOLIO_MAX];
    size_t position_count;
    int64_t cash;
    struct mk_trade *trades; /* owned; oldest first */
    size_t trade_count;
    size_t trade_room;
};

/* False when the ledger's account has no portfolio; else the book is to be closed. */
bool mk_book_open(const struct mk_ledger *ledger, uint32_t account, int64_t until,
                  struct mk_book *ret);
void mk_book_close(struct mk_book *book);

/* Of one unit at the close of the day, in the account's currency. */
int64_t mk_book_price(const struct mk_book *book, const struct mk_security *security, int32_t day);

#endif
