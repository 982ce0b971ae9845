/* SPDX-License-Identifier: MIT */
/*
 * The transactions of a link, for the tests of core/: pages and states as JSON that can be
 * compared. New references; the asserts are Check's.
 */
#ifndef MK_TESTS_STREAM_H
#define MK_TESTS_STREAM_H

#include "api/data_views.h"
#include "base/day.h"
#include "core/history.h"
#include "core/products.h"
#include "core/stream.h"
#include "support/bank.h"
#include "support/must.h"

/* A connected link of this user name. */
static inline struct mk_link *stream_link(struct bank *bank, const char *username)
{
    struct mk_choices choices = bank_defaults();

    choices.username = username;
    struct mk_link *link = bank_finish(bank, bank_session(bank), &choices);
    bank_exchange(bank, link);
    return link;
}

/* The bank is asked now. */
static inline void stream_fetch(struct bank *bank, struct mk_link *link)
{
    mk_products_fetch(link, 1U << MK_PRODUCT_TRANSACTIONS, mk_world_now(bank->world));
}

/* The user shares these accounts too. */
static inline void stream_grant(struct bank *bank, struct mk_link *link, uint64_t accounts)
{
    mk_history_granted(link, accounts, mk_world_now(bank->world));
    link->accounts |= accounts;
}

/* Two accounts that came with an import; the link had none before. */
static inline void stream_import_accounts(struct mk_link *link)
{
    struct mk_history *history = mk_history_of(link);

    history->account_count = 2;
    history->accounts = mk_alloc_zero(2, sizeof(*history->accounts));
    for (size_t i = 0; i < 2; i++) {
        history->accounts[i].original_id = mk_copy(i == 0 ? "one" : "two");
        history->accounts[i].name = mk_copy("Imported");
        history->accounts[i].type = mk_copy("depository.checking");
        history->accounts[i].balance_date = MK_NEVER;
    }
}

/* A batch of imported transactions: called one of three things, one amount, within five days. */
static inline void stream_import(struct bank *bank, struct mk_link *link, uint32_t count)
{
    static const char *const descriptions[] = { "Books", "Starbucks", NULL };
    struct mk_history *history = link->history;
    uint32_t first = history->transaction_count;
    int32_t today = mk_day_of(mk_world_now(bank->world));

    MUST(mk_history_add(
        link, (struct mk_batch){ .kind = MK_BATCH_IMPORT, .first = first, .count = count },
        mk_world_now(bank->world)));
    history->transactions =
        mk_resize(history->transactions, first + count, sizeof(*history->transactions));
    for (uint32_t i = first; i < first + count; i++)
        history->transactions[i] = (struct mk_imported_transaction){
            .description = mk_copy(descriptions[i % 3]),
            .amount = -100 - (int64_t)i,
            .day = today - (int32_t)(i % 5),
            .account = i % 2,
        };
    history->transaction_count = first + count;
}

static inline struct mk_ledger stream_open(const struct bank *bank, const struct mk_link *link)
{
    struct mk_ledger ledger;

    mk_ledger_open(bank->world, link, &ledger);
    return ledger;
}

static inline json_t *stream_row(const struct mk_ledger *ledger, const struct mk_change *change,
                                 uint32_t batch)
{
    struct mk_transaction row;

    mk_stream_describe(ledger, change, batch, &row);
    json_t *json = mk_transaction_view(ledger, &row);
    MUST(json != NULL);
    return json;
}

/*
 * A page from the cursor (NULL: from the start): a list of changes, each a list of its kind, its
 * batch and its row. The cursor moves on.
 */
static inline json_t *stream_page(const struct mk_ledger *ledger, struct mk_cursor *cursor,
                                  size_t size, bool *ret_more)
{
    struct mk_changes changes = { 0 };
    json_t *page = json_array();

    MUST(mk_stream_read(ledger, cursor, size, &changes, ret_more));
    MUST(changes.count <= size && (changes.count == size || !*ret_more));
    for (size_t i = 0; i < changes.count; i++) {
        const struct mk_change *change = &changes.items[i];
        json_array_append_new(page, json_pack("[i, i, o]", change->kind, (int)change->batch,
                                              stream_row(ledger, change, change->batch)));
    }
    mk_changes_done(&changes);
    return page;
}

/* Everything from the start. */
static inline json_t *stream_all(const struct mk_ledger *ledger)
{
    struct mk_cursor cursor = { 0 };
    bool more;

    json_t *page = stream_page(ledger, &cursor, SIZE_MAX, &more);
    MUST(!more);
    return page;
}

/* The rows that there are now, newest first. */
static inline json_t *stream_state(const struct mk_ledger *ledger)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    struct mk_changes changes = { 0 };
    json_t *list = json_array();

    mk_stream_state(ledger, &query, &changes);
    for (size_t i = 0; i < changes.count; i++)
        json_array_append_new(
            list, stream_row(ledger, &changes.items[i], mk_history_count(ledger->link) - 1));
    mk_changes_done(&changes);
    return list;
}

/* Parts of what stream_page() and stream_state() gave. */
static inline int change_kind(const json_t *change)
{
    return (int)json_integer_value(json_array_get(change, 0));
}

static inline int change_batch(const json_t *change)
{
    return (int)json_integer_value(json_array_get(change, 1));
}

static inline json_t *change_row(const json_t *change)
{
    return json_array_get(change, 2);
}

static inline const char *row_text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static inline const char *row_id(const json_t *row)
{
    return row_text(row, "transaction_id");
}

#endif
