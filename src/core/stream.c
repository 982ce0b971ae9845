/* SPDX-License-Identifier: MIT */
/* The batches of the stream and reading through them; what they add up to is in stream_state.c. */
#include "core/stream_private.h"

#include "base/day.h"
#include "base/memory.h"

#include <stdlib.h>

void mk_changes_done(struct mk_changes *changes)
{
    free(changes->items);
    *changes = (struct mk_changes){ 0 };
}

void mk_changes_add(struct mk_changes *changes, const struct mk_change *change)
{
    if (changes->count == changes->room) {
        changes->room = changes->room == 0 ? 16 : 2 * changes->room;
        changes->items = mk_resize(changes->items, changes->room, sizeof(*changes->items));
    }
    changes->items[changes->count++] = *change;
}

bool mk_same_transaction(const struct mk_transaction_key *a, const struct mk_transaction_key *b)
{
    return a->fetch == b->fetch && a->ordinal == b->ordinal && a->day == b->day &&
           a->source == b->source && a->account == b->account;
}

/* --- What is in a batch ----------------------------------------------------------------------- */

static int32_t fetch_day(const struct mk_ledger *ledger, uint32_t number)
{
    struct mk_batch batch = mk_history_batch(ledger->link, mk_history_fetch(ledger->link, number));

    return mk_day_of(mk_history_moment(ledger->link, &batch));
}

/* The latest day of the fetches up to this one. */
static int32_t latest_day(const struct mk_ledger *ledger, uint32_t number)
{
    struct mk_batch batch = mk_history_batch(ledger->link, mk_history_fetch(ledger->link, number));

    return mk_day_of(mk_link_moment(ledger->link, batch.latest));
}

struct mk_fetch mk_stream_fetch(const struct mk_ledger *ledger, uint32_t number)
{
    return (struct mk_fetch){ .number = number,
                              .day = fetch_day(ledger, number),
                              .previous_day = latest_day(ledger, number > 0 ? number - 1 : 0) };
}

/* What the bank told in a fetch, of these accounts, as changes of this batch. */
struct telling {
    uint32_t batch;
    uint64_t accounts;
    enum mk_change_kind kind;
};

/* Whether a fetch has nothing to settle: the control API did it or took the transaction away. */
static bool is_settled_before(const struct mk_ledger *ledger, const struct mk_change *change)
{
    const struct mk_edit *edit = mk_history_edit(ledger->link, &change->key, change->batch);

    return edit != NULL && (edit->is_settled || edit->is_removed);
}

/* Of an update only those that were pending, which settle by it. */
static void tell(const struct mk_ledger *ledger, uint32_t number, const struct telling *telling,
                 struct mk_changes *out)
{
    const struct mk_fetch fetch = mk_stream_fetch(ledger, number);
    struct mk_events events = { 0 };

    mk_life_fetch(ledger, &fetch, telling->kind == MK_UPDATED, &events);
    for (size_t i = 0; i < events.count; i++) {
        const struct mk_event *event = &events.items[i];
        const struct mk_change change = { .key = event->key,
                                          .batch = telling->batch,
                                          .day = event->key.day,
                                          .kind = (uint8_t)telling->kind,
                                          .was_pending = event->is_pending };
        if (!(telling->accounts & UINT64_C(1) << event->key.account))
            continue;
        if (telling->kind == MK_CREATED || !is_settled_before(ledger, &change))
            mk_changes_add(out, &change);
    }
    mk_events_done(&events);
}

/* The added ones that this fetch settles. */
static void tell_added_settled(const struct mk_ledger *ledger, uint32_t index, uint32_t number,
                               struct mk_changes *out)
{
    const struct mk_history *history = ledger->link->history;
    uint32_t position = mk_history_first_added(ledger->link, number);

    for (; history != NULL && position < history->added_count; position++) {
        struct mk_change change = mk_stream_added(ledger, position, index);
        if (history->added[position].fetches != number)
            break;
        change.kind = MK_UPDATED;
        if (change.was_pending && !is_settled_before(ledger, &change))
            mk_changes_add(out, &change);
    }
}

static void tell_fetch(const struct mk_ledger *ledger, uint32_t index, const struct mk_batch *batch,
                       bool only_created, struct mk_changes *out)
{
    uint32_t number = mk_history_fetches(ledger->link, index) - 1;
    struct telling telling = { .batch = index, .accounts = batch->accounts, .kind = MK_CREATED };

    tell(ledger, number, &telling, out);
    if (only_created)
        return;
    telling.kind = MK_UPDATED;
    if (number > 0)
        tell(ledger, number - 1, &telling, out);
    tell_added_settled(ledger, index, number, out);
}

static void tell_grant(const struct mk_ledger *ledger, uint32_t index, const struct mk_batch *batch,
                       struct mk_changes *out)
{
    const struct telling telling = { .batch = index,
                                     .accounts = batch->accounts,
                                     .kind = MK_CREATED };
    uint32_t count = mk_history_fetches(ledger->link, index);

    for (uint32_t number = 0; number < count; number++)
        tell(ledger, number, &telling, out);
}

struct mk_change mk_stream_imported(const struct mk_ledger *ledger, uint32_t position,
                                    uint32_t batch)
{
    return (struct mk_change){
        .key = { .ordinal = position,
                 .day = ledger->link->history->transactions[position].day,
                 .source = MK_IMPORTED },
        .batch = batch,
        .day = ledger->link->history->transactions[position].day,
        .kind = MK_CREATED,
    };
}

/* Its key says no account: there are more than a key has room for. */
struct mk_change mk_stream_added(const struct mk_ledger *ledger, uint32_t position, uint32_t batch)
{
    const struct mk_added_transaction *added = &ledger->link->history->added[position];

    return (struct mk_change){
        .key = { .ordinal = position, .day = added->day, .source = MK_ADDED },
        .batch = batch,
        .day = added->day,
        .kind = MK_CREATED,
        .was_pending = added->was_pending,
    };
}

static void tell_imported(const struct mk_ledger *ledger, uint32_t index,
                          const struct mk_batch *batch, struct mk_changes *out)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct mk_change change = mk_stream_imported(ledger, batch->first + i, index);
        mk_changes_add(out, &change);
    }
}

static void tell_corrected(const struct mk_ledger *ledger, uint32_t index,
                           const struct mk_batch *batch, struct mk_changes *out)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct mk_correction *correction =
            &ledger->link->history->corrections[batch->first + i];
        const struct mk_change change = { .key = correction->transaction,
                                          .batch = index,
                                          .day = correction->transaction.day,
                                          .kind = MK_UPDATED,
                                          .was_pending = correction->was_pending };
        mk_changes_add(out, &change);
    }
}

static void tell_added(const struct mk_ledger *ledger, uint32_t index, const struct mk_batch *batch,
                       struct mk_changes *out)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct mk_change change = mk_stream_added(ledger, batch->first + i, index);
        mk_changes_add(out, &change);
    }
}

static void tell_edited(const struct mk_ledger *ledger, uint32_t index,
                        const struct mk_batch *batch, struct mk_changes *out)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct mk_edit *edit = &ledger->link->history->edits[batch->first + i];
        const struct mk_change change = { .key = edit->transaction,
                                          .batch = index,
                                          .day = edit->transaction.day,
                                          .kind = edit->is_removed ? MK_REMOVED : MK_UPDATED,
                                          .was_pending = edit->was_pending };
        mk_changes_add(out, &change);
    }
}

void mk_stream_batch(const struct mk_ledger *ledger, uint32_t index, bool only_created,
                     struct mk_changes *out)
{
    const struct mk_batch batch = mk_history_batch(ledger->link, index);

    switch ((enum mk_batch_kind)batch.kind) {
    case MK_BATCH_FETCH:
        tell_fetch(ledger, index, &batch, only_created, out);
        break;
    case MK_BATCH_GRANT:
        tell_grant(ledger, index, &batch, out);
        break;
    case MK_BATCH_IMPORT:
        tell_imported(ledger, index, &batch, out);
        break;
    case MK_BATCH_CORRECTION:
        if (!only_created)
            tell_corrected(ledger, index, &batch, out);
        break;
    case MK_BATCH_ADDITION:
        tell_added(ledger, index, &batch, out);
        break;
    case MK_BATCH_EDIT:
        if (!only_created)
            tell_edited(ledger, index, &batch, out);
        break;
    }
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Adds what follows of this batch while there is room; false when the cursor is not in it. */
static bool read_batch(const struct mk_ledger *ledger, struct mk_cursor *cursor, size_t size,
                       struct mk_changes *ret)
{
    struct mk_changes batch = { 0 };

    mk_stream_batch(ledger, cursor->batch, false, &batch);
    bool is_in = cursor->offset == 0 || cursor->offset < batch.count;
    for (; is_in && cursor->offset < batch.count && ret->count < size; cursor->offset++)
        mk_changes_add(ret, &batch.items[cursor->offset]);
    if (is_in && cursor->offset == batch.count)
        *cursor = (struct mk_cursor){ .batch = cursor->batch + 1 };
    mk_changes_done(&batch);
    return is_in;
}

/* Goes on to the next change where the page is full, so that "more" is never an empty promise. */
bool mk_stream_read(const struct mk_ledger *ledger, struct mk_cursor *cursor, size_t size,
                    struct mk_changes *ret, bool *ret_more)
{
    uint32_t count = mk_history_count(ledger->link);
    uint32_t batch;

    if (cursor->batch > count || (cursor->batch == count && cursor->offset > 0))
        return false;
    do {
        batch = cursor->batch;
        if (batch < count && !read_batch(ledger, cursor, size, ret))
            return false;
    } while (cursor->batch > batch);
    *ret_more = cursor->batch < count;
    return true;
}
