/* SPDX-License-Identifier: MIT */
#include "core/investments.h"

#include "base/day.h"
#include "base/memory.h"
#include "core/book.h"
#include "json/build.h"

#include <stdlib.h>

static json_t *money(int64_t minor)
{
    char text[MK_MONEY_SIZE];

    if (minor == MK_NO_MONEY)
        return json_null();
    mk_money_write(text, minor);
    return json_string(text);
}

/* Null for none. */
static json_t *decimal(int64_t micro)
{
    char text[MK_MONEY_SIZE];

    if (micro == 0)
        return json_null();
    mk_micro_write(text, micro);
    return json_string(text);
}

static json_t *date(int32_t day)
{
    char text[MK_DATE_SIZE];

    mk_date_write(text, day);
    return json_string(text);
}

static json_t *moment(const struct mk_ledger *ledger, int64_t moment)
{
    char text[MK_TIME_SIZE];

    if (moment == MK_NEVER)
        return json_null();
    mk_time_write(text, moment, ledger->timestamps);
    return json_string(text);
}

static json_t *account_id(const struct mk_ledger *ledger, uint32_t account)
{
    char id[MK_DATA_ID_SIZE];

    mk_account_id_write(&ledger->key, account, id);
    return json_string(id);
}

/* MK_NEVER: the product was not fetched yet. */
static int64_t refreshed_at(const struct mk_ledger *ledger)
{
    return mk_link_refreshed_at(ledger->link, MK_PRODUCT_INVESTMENTS);
}

/* Whose prices the last refresh saw. */
static int32_t close_day(const struct mk_ledger *ledger)
{
    return mk_close_before(mk_day_of(refreshed_at(ledger)));
}

/* SecurityResponse of each of `set`: bit i stands for mk_market_at(i). */
static json_t *securities_view(const struct mk_ledger *ledger, uint64_t set)
{
    const struct mk_market *market = ledger->bank->market;
    json_t *list = json_array();

    for (size_t i = 0; i < mk_market_count(market); i++) {
        const struct mk_security *security = mk_market_at(market, i);
        if ((set >> i & 1) == 0)
            continue;
        int32_t day = close_day(ledger);
        mk_json_append(&list,
                       json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:o, s:o}", "security_id",
                                 security->id, "name", security->name, "type", security->type,
                                 "currency", security->currency, "ticker", security->ticker, "isin",
                                 security->isin, "sedol", security->sedol, "close_price",
                                 money(mk_security_price(security, day)), "close_date", date(day)));
    }
    return list;
}

static json_t *holding_view(const struct mk_ledger *ledger, const struct mk_book *book,
                            const struct mk_position *position)
{
    int32_t day = close_day(ledger);
    int64_t price = mk_book_price(book, position->security, day);

    return json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "account_id", account_id(ledger, book->account),
        "security_id", position->security->id, "quantity", decimal(position->quantity), "price",
        money(price), "price_datetime", moment(ledger, mk_market_close(day)), "value",
        money(mk_micro_times(price, position->quantity)), "cost_basis", money(position->cost));
}

/* Cash is held like a security; nobody says what it was bought for. */
static struct mk_position cash_of(const struct mk_book *book)
{
    return (struct mk_position){ .security = mk_market_cash(book->market, book->currency),
                                 .quantity = book->cash * (MK_MICRO / 100),
                                 .cost = MK_NO_MONEY };
}

/* Adds the view of a position that is not empty, and its security to the set. */
static void add_holding(const struct mk_ledger *ledger, const struct mk_book *book,
                        const struct mk_position *position, json_t **holdings, uint64_t *set)
{
    if (position->quantity == 0)
        return;
    *set |= UINT64_C(1) << position->security->index;
    mk_json_append(holdings, holding_view(ledger, book, position));
}

void mk_investments_holdings(const struct mk_ledger *ledger, const struct mk_accounts *accounts,
                             json_t **ret_holdings, json_t **ret_securities)
{
    uint64_t set = 0;
    struct mk_book book;

    *ret_holdings = json_array();
    for (size_t i = 0; refreshed_at(ledger) != MK_NEVER && i < accounts->count; i++) {
        if (!mk_book_open(ledger, accounts->items[i].number, refreshed_at(ledger), &book))
            continue;
        const struct mk_position cash = cash_of(&book);
        for (size_t j = 0; j < book.position_count; j++)
            add_holding(ledger, &book, &book.positions[j], ret_holdings, &set);
        add_holding(ledger, &book, &cash, ret_holdings, &set);
        mk_book_close(&book);
    }
    *ret_securities = securities_view(ledger, set);
}

/* When the balances that the link tells were looked at. */
static int64_t balances_at(const struct mk_ledger *ledger)
{
    if (refreshed_at(ledger) != MK_NEVER)
        return refreshed_at(ledger);
    int64_t accounts_at = mk_link_refreshed_at(ledger->link, MK_PRODUCT_ACCOUNTS);
    return accounts_at != MK_NEVER ? accounts_at : ledger->link->created_at;
}

bool mk_investments_worth(const struct mk_ledger *ledger, uint32_t account, int64_t *ret)
{
    int64_t until = balances_at(ledger);
    int32_t day = mk_close_before(mk_day_of(until));
    struct mk_book book;

    if (!mk_book_open(ledger, account, until, &book))
        return false;
    *ret = book.cash;
    for (size_t i = 0; i < book.position_count; i++) {
        const struct mk_position *position = &book.positions[i];
        *ret += mk_micro_times(mk_book_price(&book, position->security, day), position->quantity);
    }
    mk_book_close(&book);
    return true;
}

struct trades {
    struct mk_trade *items; /* owned */
    size_t count;
};

/* Adds those of the book that lie within the days, both inclusive. */
static void add_trades(struct trades *trades, const struct mk_book *book, int32_t first_day,
                       int32_t last_day)
{
    trades->items =
        mk_resize(trades->items, trades->count + book->trade_count + 1, sizeof(*trades->items));
    for (size_t i = 0; i < book->trade_count; i++) {
        if (book->trades[i].day >= first_day && book->trades[i].day <= last_day)
            trades->items[trades->count++] = book->trades[i];
    }
}

/* Newest first; of one day by account and row, so that the order is whole. */
static int compare_trades(const void *left, const void *right)
{
    const struct mk_trade *a = left;
    const struct mk_trade *b = right;

    if (a->day != b->day)
        return a->day < b->day ? 1 : -1;
    if (a->account != b->account)
        return a->account < b->account ? 1 : -1;
    return (a->row < b->row) - (a->row > b->row);
}

/* "Sold Thistledown Foods plc", or what the plan says alone. */
static json_t *description(const struct mk_trade *trade)
{
    if (trade->security == NULL)
        return json_string(trade->plan->description);
    return json_sprintf("%s %s", trade->plan->description, trade->security->name);
}

/* The row's number tells apart what one account does on one day. */
static json_t *trade_id(const struct mk_ledger *ledger, const struct mk_trade *trade)
{
    char id[MK_DATA_ID_SIZE];

    mk_investment_id_write(&ledger->key, trade->account * MK_PORTFOLIO_MAX + trade->row, trade->day,
                           id);
    return json_string(id);
}

static json_t *trade_view(const struct mk_ledger *ledger, const struct mk_trade *trade)
{
    const char *security = trade->security != NULL ? trade->security->id : NULL;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s?}",
                     "investment_transaction_id", trade_id(ledger, trade), "account_id",
                     account_id(ledger, trade->account), "amount", money(trade->amount), "date",
                     date(trade->day), "datetime", moment(ledger, trade->moment), "description",
                     description(trade), "type", trade->plan->type, "fees", money(trade->fees),
                     "forex_rate", decimal(trade->rate), "price", money(trade->price), "quantity",
                     decimal(trade->quantity), "security_id", security);
}

static void gather_trades(const struct mk_ledger *ledger, const struct mk_accounts *accounts,
                          int32_t first_day, int32_t last_day, struct trades *ret)
{
    struct mk_book book;

    *ret = (struct trades){ .count = 0 };
    for (size_t i = 0; refreshed_at(ledger) != MK_NEVER && i < accounts->count; i++) {
        if (!mk_book_open(ledger, accounts->items[i].number, refreshed_at(ledger), &book))
            continue;
        add_trades(ret, &book, first_day, last_day);
        mk_book_close(&book);
    }
    if (ret->count > 0)
        qsort(ret->items, ret->count, sizeof(*ret->items), compare_trades);
}

void mk_investments_trades(const struct mk_ledger *ledger, const struct mk_accounts *accounts,
                           int32_t first_day, int32_t last_day, size_t skip, size_t size,
                           json_t **ret_trades, json_t **ret_securities, size_t *ret_total)
{
    struct trades trades;
    uint64_t set = 0;

    gather_trades(ledger, accounts, first_day, last_day, &trades);
    *ret_trades = json_array();
    for (size_t i = skip; i < trades.count && i < skip + size; i++) {
        const struct mk_trade *trade = &trades.items[i];
        if (trade->security != NULL)
            set |= UINT64_C(1) << trade->security->index;
        mk_json_append(ret_trades, trade_view(ledger, trade));
    }
    *ret_securities = securities_view(ledger, set);
    *ret_total = trades.count;
    free(trades.items);
}
