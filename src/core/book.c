/* SPDX-License-Identifier: MIT */
#include "core/book.h"

#include "base/day.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The market is open then, and a day's trades are a minute apart. */
#define FIRST_TRADE (15 * MK_HOUR)

static int64_t rate_of(const struct mk_book *book, const struct mk_security *security, int32_t day)
{
    return mk_market_rate(book->market, security->currency, book->currency, day);
}

int64_t mk_book_price(const struct mk_book *book, const struct mk_security *security, int32_t day)
{
    return mk_micro_times(mk_security_price(security, day), rate_of(book, security, day));
}

/* The book's position of a security, an empty one when it has none. */
static struct mk_position *position_of(struct mk_book *book, const struct mk_security *security)
{
    size_t i = 0;

    while (i < book->position_count && book->positions[i].security != security)
        i++;
    if (i == book->position_count) {
        book->positions[i] = (struct mk_position){ .security = security };
        book->position_count++;
    }
    return &book->positions[i];
}

static void start(struct mk_book *book, const struct mk_portfolio *portfolio, int32_t day)
{
    book->cash = portfolio->cash;
    for (size_t i = 0; i < portfolio->holding_count; i++) {
        const struct mk_portfolio_holding *holding = &portfolio->holdings[i];
        const struct mk_security *security =
            mk_market_find(book->market, holding->securities[book->country]);
        struct mk_position *position = position_of(book, security);
        position->quantity += holding->quantity;
        position->cost += mk_micro_times(mk_book_price(book, security, day), holding->quantity);
    }
}

static void buy(struct mk_book *book, struct mk_trade *trade)
{
    struct mk_position *position = position_of(book, trade->security);

    trade->price = mk_book_price(book, trade->security, trade->day);
    trade->quantity = trade->plan->amount * MK_MICRO / trade->price;
    int64_t worth = mk_micro_times(trade->price, trade->quantity);
    position->quantity += trade->quantity;
    position->cost += worth;
    trade->amount = worth;
}

static void sell(struct mk_book *book, struct mk_trade *trade)
{
    struct mk_position *position = position_of(book, trade->security);
    int64_t held = position->quantity;
    int64_t sold = trade->plan->quantity < held ? trade->plan->quantity : held;

    if (sold == 0)
        return;
    trade->price = mk_book_price(book, trade->security, trade->day);
    trade->quantity = -sold;
    trade->amount = mk_micro_times(trade->price, trade->quantity);
    position->cost -= mk_micro_times(position->cost, sold * MK_MICRO / held);
    position->quantity -= sold;
}

static void pay_dividend(struct mk_book *book, struct mk_trade *trade)
{
    const struct mk_position *position = position_of(book, trade->security);
    int64_t paid = mk_micro_times(trade->security->dividend, position->quantity);

    trade->amount = -mk_micro_times(paid, rate_of(book, trade->security, trade->day));
}

static void move_cash(struct mk_book *book, struct mk_trade *trade)
{
    (void)book;
    trade->amount = trade->plan->amount;
}

static void add_trade(struct mk_book *book, const struct mk_trade *trade)
{
    if (book->trade_count == book->trade_room) {
        book->trade_room = book->trade_room == 0 ? 256 : 2 * book->trade_room;
        book->trades = mk_resize(book->trades, book->trade_room, sizeof(*book->trades));
    }
    book->trades[book->trade_count++] = *trade;
    book->cash -= trade->amount;
}

/* A fee is all fee; elsewhere the fees come on top. */
static void add_fees(struct mk_trade *trade)
{
    trade->fees = trade->plan->fees;
    if (mk_account_type_is(trade->plan->type, "fee"))
        trade->fees = trade->amount;
    else if (trade->fees != MK_NO_MONEY)
        trade->amount += trade->fees;
}

/* Only what happens on the market has a time. */
static int64_t moment_of(const struct mk_portfolio_row *row, uint32_t number, int32_t day)
{
    if (row->kind != MK_ROW_BUY && row->kind != MK_ROW_SELL)
        return MK_NEVER;
    return mk_day_start(day) + FIRST_TRADE + number * MK_MINUTE;
}

/* What a row does on this day. Nothing comes of selling what is not held, or of its dividend. */
static void run_row(struct mk_book *book, const struct mk_portfolio_row *row, uint32_t number,
                    int32_t day)
{
    typedef void step(struct mk_book *, struct mk_trade *);
    static step *const steps[] = { [MK_ROW_BUY] = buy,
                                   [MK_ROW_SELL] = sell,
                                   [MK_ROW_DIVIDEND] = pay_dividend,
                                   [MK_ROW_CASH] = move_cash };
    struct mk_trade trade = { .plan = row,
                              .account = book->account,
                              .row = number,
                              .day = day,
                              .moment = moment_of(row, number, day),
                              .price = MK_NO_MONEY };

    if (row->kind != MK_ROW_CASH) {
        trade.security = mk_market_find(book->market, row->securities[book->country]);
        if (strcmp(trade.security->currency, book->currency) != 0)
            trade.rate = rate_of(book, trade.security, day);
    }
    steps[row->kind](book, &trade);
    if (trade.amount == 0)
        return;
    add_fees(&trade);
    add_trade(book, &trade);
}

/* On Mondays the weekend's are due too. */
static bool is_due(const struct mk_portfolio_row *row, const struct mk_date *date, int weekday)
{
    int32_t late = date->day - row->day;
    int32_t months = date->year * 12 + date->month - row->month;

    return late >= 0 && late <= (weekday == 1 ? 2 : 0) && months % row->every == 0;
}

static bool is_past(const struct mk_portfolio_row *row, uint32_t number, int32_t day, int64_t until)
{
    int64_t moment = moment_of(row, number, day);

    return (moment == MK_NEVER ? mk_day_start(day) : moment) <= until;
}

static void run_day(struct mk_book *book, const struct mk_portfolio *portfolio, int32_t day,
                    int64_t until)
{
    const struct mk_date date = mk_date_of(day);
    int weekday = mk_weekday_of(day);

    if (!mk_is_trading_day(day))
        return;
    for (size_t i = 0; i < portfolio->row_count; i++) {
        const struct mk_portfolio_row *row = &portfolio->rows[i];
        if (is_due(row, &date, weekday) && is_past(row, (uint32_t)i, day, until))
            run_row(book, row, (uint32_t)i, day);
    }
}

bool mk_book_open(const struct mk_ledger *ledger, uint32_t account, int64_t until,
                  struct mk_book *ret)
{
    const struct mk_portfolio *portfolio = ledger->persona->profile->portfolio;
    enum mk_country country = ledger->institution->country;

    if (portfolio == NULL || account >= ledger->account_count ||
        ledger->accounts[account].plan == NULL ||
        strcmp(ledger->accounts[account].type, portfolio->account_type) != 0)
        return false;
    *ret = (struct mk_book){ .market = ledger->bank->market,
                             .account = account,
                             .country = country,
                             .currency = mk_currency_of(country) };
    int32_t first_day = mk_day_of(ledger->link->created_at) - portfolio->history_days;
    start(ret, portfolio, first_day);
    for (int32_t day = first_day; day <= mk_day_of(until); day++)
        run_day(ret, portfolio, day, until);
    return true;
}

void mk_book_close(struct mk_book *book)
{
    free(book->trades);
}
