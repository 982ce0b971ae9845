/* SPDX-License-Identifier: MIT */
#include "core/accounts.h"

#include "base/memory.h"
#include "core/investments.h"
#include "core/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *mk_currency_of(enum mk_country country)
{
    static const char *const currencies[] = {
        [MK_COUNTRY_US] = "USD", [MK_COUNTRY_GB] = "GBP", [MK_COUNTRY_CA] = "CAD"
    };

    return currencies[country];
}

/* --- Accounts of the bank --------------------------------------------------------------------- */

static void set_balances(struct mk_account *account, int64_t available, int64_t current,
                         int64_t limit)
{
    account->available = available;
    account->current = current;
    account->limit = limit;
}

/* Ours: amounts up to 10,000, on a card within its limit. */
static void invent_balances(const struct mk_ledger *ledger, struct mk_account *account)
{
    uint64_t draw = mk_ledger_seed(ledger, "balances", account->number);
    int64_t current = 10000 + (int64_t)(draw % 990000);
    int64_t limit = ((int64_t)(draw >> 32) % 10 + 1) * 100000;

    if (mk_account_type_is(account->type, "liability.credit_card"))
        set_balances(account, limit - current % limit, current % limit, limit);
    else if (mk_account_type_is(account->type, "liability"))
        set_balances(account, MK_NO_MONEY, current, MK_NO_MONEY);
    else
        set_balances(account, current, current, MK_NO_MONEY);
}

static void add_to(int64_t *balance, int64_t amount)
{
    if (*balance != MK_NO_MONEY)
        *balance += amount;
}

static void move_balances(const struct mk_ledger *ledger, struct mk_account *account,
                          const struct mk_movement *movement)
{
    bool is_owed = mk_account_type_is(account->type, "liability");
    int64_t worth;

    if (mk_investments_worth(ledger, account->number, &worth)) {
        account->current = worth;
        return;
    }
    add_to(&account->current, is_owed ? -movement->current : movement->current);
    add_to(&account->available, movement->available);
}

static void fill_bank_account(const struct mk_ledger *ledger, uint32_t number,
                              const struct mk_movement *movement, struct mk_account *ret)
{
    const struct mk_bank_account *account = &ledger->accounts[number];
    const struct mk_profile_account *plan = account->plan;

    *ret = (struct mk_account){
        .number = number,
        .type = account->type,
        .name = account->name,
        .nickname = plan != NULL ? plan->nickname : NULL,
        .currency = mk_currency_of(ledger->institution->country),
        .balance_date = mk_link_refreshed_at(ledger->link, MK_PRODUCT_ACCOUNTS),
    };
    snprintf(ret->mask, sizeof(ret->mask), "%04u",
             (unsigned)(mk_ledger_seed(ledger, "mask", number) % 10000));
    if (plan != NULL)
        set_balances(ret, plan->available, plan->current, plan->limit);
    else
        invent_balances(ledger, ret);
    move_balances(ledger, ret, movement);
}

/* --- Imported accounts ------------------------------------------------------------------------ */

static void fill_imported_account(const struct mk_imported_account *account, uint32_t number,
                                  struct mk_account *ret)
{
    *ret = (struct mk_account){
        .number = number,
        .type = account->type,
        .name = account->name,
        .nickname = account->nickname,
        .original_id = account->original_id,
        .currency = account->currency,
        .balance_date = account->balance_date,
    };
    set_balances(ret, account->available, account->current, account->limit);
    if (account->mask != NULL)
        mk_copy_into(ret->mask, sizeof(ret->mask), account->mask);
}

/* --- The list --------------------------------------------------------------------------------- */

/* Which numbers the ids name; all when there are none. */
static void read_ids(const struct mk_ledger *ledger, const json_t *ids,
                     bool ret[MK_ACCOUNT_NUMBERS])
{
    size_t index;
    json_t *id;

    memset(ret, json_array_size(ids) == 0, MK_ACCOUNT_NUMBERS * sizeof(*ret));
    json_array_foreach((json_t *)ids, index, id) {
        uint32_t number;
        if (mk_account_id_read(&ledger->key, json_string_value(id), &number) &&
            number < MK_ACCOUNT_NUMBERS)
            ret[number] = true;
    }
}

static struct mk_account *append(struct mk_accounts *accounts)
{
    return &accounts->items[accounts->count++];
}

void mk_accounts_list(const struct mk_ledger *ledger, const json_t *ids, struct mk_accounts *ret)
{
    const struct mk_history *history = ledger->link->history;
    uint32_t imported_count = history != NULL ? history->account_count : 0;
    struct mk_movement movements[MK_ACCOUNTS_MAX];
    bool is_wanted[MK_ACCOUNT_NUMBERS];

    read_ids(ledger, ids, is_wanted);
    mk_stream_movements(ledger, movements);
    ret->count = 0;
    ret->items = mk_alloc_zero(ledger->account_count + imported_count, sizeof(*ret->items));
    for (uint32_t i = 0; i < ledger->account_count; i++) {
        if (is_wanted[i] && ledger->link->accounts & UINT64_C(1) << i)
            fill_bank_account(ledger, i, &movements[i], append(ret));
    }
    for (uint32_t i = 0; i < imported_count; i++) {
        uint32_t number = MK_IMPORTED_ACCOUNT_FIRST + i;
        if (is_wanted[number])
            fill_imported_account(&history->accounts[i], number, append(ret));
    }
    for (size_t i = 0; i < ret->count; i++)
        mk_account_id_write(&ledger->key, ret->items[i].number, ret->items[i].id);
}

void mk_accounts_done(struct mk_accounts *accounts)
{
    free(accounts->items);
    *accounts = (struct mk_accounts){ 0 };
}

static int order_numbers(const void *key, const void *element)
{
    uint32_t number = *(const uint32_t *)key;
    const struct mk_account *account = element;

    return (number > account->number) - (number < account->number);
}

const struct mk_account *mk_accounts_find(const struct mk_accounts *accounts, uint32_t number)
{
    if (accounts->count == 0) /* bsearch() wants a list */
        return NULL;
    return bsearch(&number, accounts->items, accounts->count, sizeof(*accounts->items),
                   order_numbers);
}
