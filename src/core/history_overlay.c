/* SPDX-License-Identifier: MIT */
/* What is laid over the transactions of a link, declared in core/history.h. */
#include "core/history.h"

#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* How corrections and edits begin. */
struct laid {
    struct mk_transaction_key transaction;
    uint32_t batch;
};

_Static_assert(offsetof(struct mk_correction, transaction) == 0 &&
                   offsetof(struct mk_correction, batch) == offsetof(struct laid, batch),
               "a correction begins as a struct laid");
_Static_assert(offsetof(struct mk_edit, transaction) == 0 &&
                   offsetof(struct mk_edit, batch) == offsetof(struct laid, batch),
               "an edit begins as a struct laid");

/* Records of one kind, with their positions by transaction, then by batch. */
struct overlay {
    const void *records;
    size_t size; /* of one */
    uint32_t *order;
    uint32_t count;
};

static struct overlay corrections_of(const struct mk_history *history)
{
    return (struct overlay){ history->corrections, sizeof(*history->corrections),
                             history->correction_order, history->correction_count };
}

static struct overlay edits_of(const struct mk_history *history)
{
    return (struct overlay){ history->edits, sizeof(*history->edits), history->edit_order,
                             history->edit_count };
}

static struct laid laid_at(const struct overlay *overlay, uint32_t position)
{
    struct laid laid;

    memcpy(&laid, (const char *)overlay->records + position * overlay->size, sizeof(laid));
    return laid;
}

/* --- Order ------------------------------------------------------------------------------------ */

static int order_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int mk_transaction_key_order(const struct mk_transaction_key *a, const struct mk_transaction_key *b)
{
    int order = order_numbers(a->fetch, b->fetch);

    if (order == 0)
        order = order_numbers(a->ordinal, b->ordinal);
    if (order == 0)
        order = order_numbers(a->day, b->day);
    if (order == 0)
        order = order_numbers(a->source, b->source);
    return order != 0 ? order : order_numbers(a->account, b->account);
}

/* Of two records; both begin with their transaction. */
static int order_records(const void *a, const void *b)
{
    return mk_transaction_key_order(a, b);
}

/* Sorts the last `count` positions in among the others; of one transaction they come last. */
static void merge(const struct overlay *overlay, uint32_t count)
{
    uint32_t *order = overlay->order;
    uint32_t place = overlay->count;
    uint32_t first = place - count;
    uint32_t old = first;
    uint32_t new = place;

    while (new > first) {
        bool old_is_last = false;
        if (old > 0) {
            const struct laid last = laid_at(overlay, order[old - 1]);
            const struct laid next = laid_at(overlay, new - 1);
            old_is_last = order_records(&last, &next) > 0;
        }
        order[--place] = old_is_last ? order[--old] : --new;
    }
}

/* The last record of the transaction up to this batch; MK_NONE when there is none. */
static uint32_t find(const struct overlay *overlay, const struct mk_transaction_key *transaction,
                     uint32_t batch)
{
    uint32_t low = 0;               /* so many come before what is looked for or are it, */
    uint32_t high = overlay->count; /* these come after */
    uint32_t found = MK_NONE;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct laid laid = laid_at(overlay, overlay->order[middle]);
        int order = mk_transaction_key_order(&laid.transaction, transaction);
        if (order > 0 || (order == 0 && laid.batch > batch)) {
            high = middle;
            continue;
        }
        low = middle + 1;
        found = order == 0 ? overlay->order[middle] : found;
    }
    return found;
}

/* --- Corrections ------------------------------------------------------------------------------ */

bool mk_history_correct(struct mk_link *link, struct mk_correction *corrections, size_t count,
                        int64_t now)
{
    struct mk_history *history = mk_history_of(link);
    uint32_t first = history->correction_count;
    const struct mk_batch batch = { .kind = MK_BATCH_CORRECTION,
                                    .first = first,
                                    .count = (uint32_t)count };

    if (count > MK_CORRECTIONS_MAX - first || !mk_history_add(link, batch, now))
        return false;
    qsort(corrections, count, sizeof(*corrections), order_records);
    history->correction_count += (uint32_t)count;
    history->corrections =
        mk_resize(history->corrections, history->correction_count, sizeof(*corrections));
    history->correction_order = mk_resize(history->correction_order, history->correction_count,
                                          sizeof(*history->correction_order));
    for (uint32_t i = 0; i < count; i++) {
        corrections[i].batch = history->batch_count - 1;
        history->corrections[first + i] = corrections[i];
    }
    const struct overlay overlay = corrections_of(history);
    merge(&overlay, (uint32_t)count);
    return true;
}

const struct mk_correction *mk_history_correction(const struct mk_link *link,
                                                  const struct mk_transaction_key *transaction,
                                                  uint32_t batch)
{
    if (link->history == NULL || link->history->correction_count == 0)
        return NULL;

    const struct overlay overlay = corrections_of(link->history);
    uint32_t found = find(&overlay, transaction, batch);
    return found == MK_NONE ? NULL : &link->history->corrections[found];
}

/* --- Changes by the control API --------------------------------------------------------------- */

static void add_transactions(struct mk_link *link, const struct mk_added_transaction *added,
                             uint32_t count, int64_t now)
{
    struct mk_history *history = link->history;
    uint32_t first = history->added_count;

    if (count == 0)
        return;
    mk_history_add(
        link, (struct mk_batch){ .kind = MK_BATCH_ADDITION, .first = first, .count = count }, now);
    history->added_count += count;
    history->added = mk_resize(history->added, history->added_count, sizeof(*added));
    memcpy(&history->added[first], added, count * sizeof(*added));
}

static void add_edits(struct mk_link *link, struct mk_edit *edits, uint32_t count, int64_t now)
{
    struct mk_history *history = link->history;
    uint32_t first = history->edit_count;

    if (count == 0)
        return;
    mk_history_add(link, (struct mk_batch){ .kind = MK_BATCH_EDIT, .first = first, .count = count },
                   now);
    qsort(edits, count, sizeof(*edits), order_records);
    for (uint32_t i = 0; i < count; i++)
        edits[i].batch = history->batch_count - 1;
    history->edit_count += count;
    history->edits = mk_resize(history->edits, history->edit_count, sizeof(*edits));
    history->edit_order =
        mk_resize(history->edit_order, history->edit_count, sizeof(*history->edit_order));
    memcpy(&history->edits[first], edits, count * sizeof(*edits));
    const struct overlay overlay = edits_of(history);
    merge(&overlay, count);
}

bool mk_history_change(struct mk_link *link, const struct mk_added_transaction *added,
                       size_t added_count, struct mk_edit *edits, size_t edit_count, int64_t now)
{
    const struct mk_history *history = mk_history_of(link);
    uint32_t batches = (added_count > 0 ? 1U : 0U) + (edit_count > 0 ? 1U : 0U);

    if (batches > MK_BATCHES_MAX - history->batch_count ||
        added_count > MK_ADDED_MAX - history->added_count ||
        edit_count > MK_EDITS_MAX - history->edit_count)
        return false;
    add_transactions(link, added, (uint32_t)added_count, now);
    add_edits(link, edits, (uint32_t)edit_count, now);
    return true;
}

const struct mk_edit *mk_history_edit(const struct mk_link *link,
                                      const struct mk_transaction_key *transaction, uint32_t batch)
{
    if (link->history == NULL || link->history->edit_count == 0)
        return NULL;

    const struct overlay overlay = edits_of(link->history);
    uint32_t found = find(&overlay, transaction, batch);
    return found == MK_NONE ? NULL : &link->history->edits[found];
}

const struct mk_edit *mk_history_next_edited(const struct mk_link *link, uint32_t *place)
{
    const struct mk_history *history = link->history;
    const struct mk_edit *edit = NULL;

    while (history != NULL && *place < history->edit_count) {
        const struct mk_edit *next = &history->edits[history->edit_order[*place]];
        if (edit != NULL && order_records(edit, next) != 0)
            break;
        edit = next;
        ++*place;
    }
    return edit;
}

uint32_t mk_history_first_added(const struct mk_link *link, uint32_t fetches)
{
    uint32_t low = 0; /* so many come before, */
    uint32_t high = link->history != NULL ? link->history->added_count : 0; /* these don't */

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (link->history->added[middle].fetches < fetches)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
