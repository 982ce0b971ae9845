/* SPDX-License-Identifier: MIT */
/*
 * What a loaded history has to keep to, so that nobody who reads it looks again: batches and what
 * is laid over transactions name what there is. Also what is derived of it.
 */
#include "core/snapshot_private.h"

#include "base/memory.h"
#include "core/accounts.h"
#include "core/categories.h"
#include "core/stream_private.h"

#include <stdlib.h>

/* A history that is being checked. */
struct check {
    struct mk_loader *loader;
    const struct mk_place *place; /* of the history */
    struct mk_link *link;
    struct mk_history *history;
};

static bool refuse(const struct check *check, const char *list, uint32_t index,
                   const char *sentence)
{
    const struct mk_place rows = { .parent = check->place, .key = list };
    const struct mk_place place = { .parent = &rows, .index = index };

    return mk_load_refuse(check->loader, &place, sentence);
}

/* --- Batches ---------------------------------------------------------------------------------- */

/* How many records there are for the batches of this kind; 0 where they have none. */
static uint32_t records_of(const struct mk_history *history, unsigned kind)
{
    switch ((enum mk_batch_kind)kind) {
    case MK_BATCH_IMPORT:
        return history->transaction_count;
    case MK_BATCH_CORRECTION:
        return history->correction_count;
    case MK_BATCH_ADDITION:
        return history->added_count;
    case MK_BATCH_EDIT:
        return history->edit_count;
    case MK_BATCH_FETCH:
    case MK_BATCH_GRANT:
        break;
    }
    return 0;
}

static bool check_batches(const struct check *check)
{
    struct mk_history *history = check->history;

    history->batch_room = history->batch_count;
    history->fetch_room = history->batch_count;
    history->fetches = mk_alloc_zero(history->fetch_room, sizeof(*history->fetches));
    for (uint32_t i = 0; i < history->batch_count; i++) {
        const struct mk_batch *batch = &history->batches[i];
        bool has_records = batch->kind != MK_BATCH_FETCH && batch->kind != MK_BATCH_GRANT;
        uint32_t records = records_of(history, batch->kind);
        if (has_records && (batch->first > records || batch->count > records - batch->first))
            return refuse(check, "batches", i, "It names more than there is");
        if (batch->kind == MK_BATCH_FETCH)
            history->fetches[history->fetch_count++] = i;
    }
    return true;
}

/* Whether the record at `index` says rightly which batch it is of. */
static bool is_in_batch(const struct mk_history *history, unsigned kind, uint32_t number,
                        uint32_t index)
{
    if (number >= history->batch_count)
        return false;
    const struct mk_batch *batch = &history->batches[number];
    return batch->kind == kind && index >= batch->first && index - batch->first < batch->count;
}

/* --- Imports and additions -------------------------------------------------------------------- */

static bool has_original_id(const void *history, uint32_t position, const void *id)
{
    return strcmp(((const struct mk_history *)history)->transactions[position].original_id, id) ==
           0;
}

static bool add_original_id(struct mk_history *history, uint32_t position)
{
    const char *id = history->transactions[position].original_id;
    uint64_t hash = id == NULL ? 0 : mk_hash(id, strlen(id));

    if (id == NULL)
        return true;
    if (mk_map_find(history->original_ids, hash, has_original_id, history, id) != MK_NONE)
        return false;
    mk_map_add(history->original_ids, hash, position);
    return true;
}

static bool check_imports(const struct check *check)
{
    struct mk_history *history = check->history;

    if (!history->is_imported && history->account_count + history->transaction_count > 0)
        return mk_load_refuse(check->loader, check->place, "Only an imported link has these");
    if (history->is_imported)
        history->original_ids = mk_alloc_zero(1, sizeof(*history->original_ids));
    for (uint32_t i = 0; i < history->account_count; i++) {
        const char *type = history->accounts[i].type;
        if (strcmp(mk_account_type_of(type), type) != 0)
            return refuse(check, "accounts", i, "There is no such account type");
    }
    for (uint32_t i = 0; i < history->transaction_count; i++) {
        if (history->transactions[i].account >= history->account_count)
            return refuse(check, "transactions", i, "There is no such account");
        if (!add_original_id(history, i))
            return refuse(check, "transactions", i, "Its original_id is used twice");
    }
    return true;
}

static bool check_added(const struct check *check, const struct mk_ledger *ledger)
{
    const struct mk_history *history = check->history;

    for (uint32_t i = 0; i < history->added_count; i++) {
        uint32_t account = history->added[i].account;
        bool is_there = account < MK_IMPORTED_ACCOUNT_FIRST
                            ? account < ledger->account_count
                            : account - MK_IMPORTED_ACCOUNT_FIRST < history->account_count;
        if (!is_there)
            return refuse(check, "added", i, "There is no such account");
    }
    return true;
}

/* --- What is laid over transactions ----------------------------------------------------------- */

static int order_changes(const void *a, const void *b)
{
    const struct mk_change *first = a;
    const struct mk_change *second = b;

    return mk_transaction_key_order(&first->key, &second->key);
}

/* Every transaction that any batch has brought, in the order of keys. */
static struct mk_changes all_created(const struct mk_ledger *ledger)
{
    uint32_t count = mk_history_count(ledger->link);
    struct mk_changes changes = { 0 };

    for (uint32_t index = 0; index < count; index++)
        mk_stream_batch(ledger, index, true, &changes);
    if (changes.count > 1)
        qsort(changes.items, changes.count, sizeof(*changes.items), order_changes);
    return changes;
}

static bool is_created(const struct mk_changes *created, const struct mk_transaction_key *key)
{
    const struct mk_change wanted = { .key = *key };

    return created->count > 0 && bsearch(&wanted, created->items, created->count,
                                         sizeof(*created->items), order_changes) != NULL;
}

static bool check_corrections(const struct check *check, const struct mk_changes *created)
{
    const struct mk_history *history = check->history;

    for (uint32_t i = 0; i < history->correction_count; i++) {
        const struct mk_correction *correction = &history->corrections[i];
        int subcategory = correction->subcategory;
        if (!is_in_batch(history, MK_BATCH_CORRECTION, correction->batch, i))
            return refuse(check, "corrections", i, "It is not of the batch that it names");
        if (subcategory >= 0 && !mk_category_has(correction->category, subcategory))
            return refuse(check, "corrections", i, "The category has no such subcategory");
        if (!is_created(created, &correction->transaction))
            return refuse(check, "corrections", i, "The link has no such transaction");
    }
    return true;
}

static bool check_edits(const struct check *check, const struct mk_changes *created)
{
    const struct mk_history *history = check->history;

    for (uint32_t i = 0; i < history->edit_count; i++) {
        const struct mk_edit *edit = &history->edits[i];
        if (!is_in_batch(history, MK_BATCH_EDIT, edit->batch, i))
            return refuse(check, "edits", i, "It is not of the batch that it names");
        if (!is_created(created, &edit->transaction))
            return refuse(check, "edits", i, "The link has no such transaction");
    }
    return true;
}

static bool check_laid(const struct check *check, const struct mk_ledger *ledger)
{
    if (check->history->correction_count + check->history->edit_count == 0)
        return true;

    struct mk_changes created = all_created(ledger);
    bool is_fine = check_corrections(check, &created) && check_edits(check, &created);
    mk_changes_done(&created);
    return is_fine;
}

/* --- Orders ----------------------------------------------------------------------------------- */

/* What is sorted: records that begin with their transaction. */
struct sorting {
    const char *records;
    size_t size;
};

static int order_positions(const void *a, const void *b, void *context)
{
    const struct sorting *sorting = context;
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;
    struct mk_transaction_key keys[2];

    memcpy(&keys[0], sorting->records + first * sorting->size, sizeof(keys[0]));
    memcpy(&keys[1], sorting->records + second * sorting->size, sizeof(keys[1]));
    int order = mk_transaction_key_order(&keys[0], &keys[1]);
    return order != 0 ? order : (first > second) - (first < second);
}

/* Positions by transaction; of one they are in the order of batches, as the records are. */
static uint32_t *sort_positions(const void *records, size_t size, uint32_t count)
{
    struct sorting sorting = { .records = records, .size = size };
    uint32_t *positions = mk_alloc_zero(count, sizeof(*positions));

    for (uint32_t i = 0; i < count; i++)
        positions[i] = i;
    if (count > 1)
        qsort_r(positions, count, sizeof(*positions), order_positions, &sorting);
    return positions;
}

static void sort_laid(struct mk_history *history)
{
    history->correction_order = sort_positions(history->corrections, sizeof(struct mk_correction),
                                               history->correction_count);
    history->edit_order =
        sort_positions(history->edits, sizeof(struct mk_edit), history->edit_count);
}

bool mk_load_history_end(struct mk_loader *loader, const struct mk_place *place,
                         struct mk_link *link)
{
    const struct check check = {
        .loader = loader, .place = place, .link = link, .history = link->history
    };
    struct mk_ledger ledger;

    if (!check_batches(&check) || !check_imports(&check))
        return false;
    sort_laid(link->history);
    mk_ledger_open(loader->world, link, &ledger);
    return check_added(&check, &ledger) && check_laid(&check, &ledger);
}
