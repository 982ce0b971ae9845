/* SPDX-License-Identifier: MIT */
/* What the stream adds up to: the transactions that there are now, and what they moved. */
#include "core/stream_private.h"

#include "base/memory.h"
#include "core/accounts.h"

#include <stdlib.h>
#include <string.h>

/* Which accounts a query asks for, by number. */
struct wanted {
    bool accounts[MK_ACCOUNT_NUMBERS];
};

static struct wanted wanted_by(const struct mk_transaction_query *query)
{
    struct wanted wanted;

    memset(wanted.accounts, query->accounts == NULL, sizeof(wanted.accounts));
    for (size_t i = 0; query->accounts != NULL && i < query->accounts->count; i++)
        wanted.accounts[query->accounts->items[i].number] = true;
    return wanted;
}

/* Brings a creation to what it is now; false when it is no more. */
static bool is_there_now(const struct mk_ledger *ledger, struct mk_change *change)
{
    const struct mk_edit *edit = mk_history_edit(ledger->link, &change->key, UINT32_MAX);

    if (edit == NULL)
        return true;
    change->day = edit->day;
    return !edit->is_removed;
}

/* Takes out what does not fit, from position `from` on. */
static void narrow(const struct mk_ledger *ledger, const struct mk_transaction_query *query,
                   const struct wanted *wanted, size_t from, struct mk_changes *changes)
{
    size_t kept = from;

    for (size_t i = from; i < changes->count; i++) {
        struct mk_change *change = &changes->items[i];
        if (is_there_now(ledger, change) && change->day >= query->first_day &&
            change->day <= query->last_day &&
            wanted->accounts[mk_stream_account(ledger, &change->key)])
            changes->items[kept++] = *change;
    }
    changes->count = kept;
}

/* A change's place in the order of days and, within a day, of creation. */
struct place {
    int32_t day;
    uint32_t position;
};

static int order_places(const void *a, const void *b)
{
    const struct place *first = a;
    const struct place *second = b;

    if (first->day != second->day)
        return first->day > second->day ? -1 : 1;
    return first->position > second->position ? -1 : 1;
}

/* From the order of creation to newest first. */
static void sort(struct mk_changes *changes)
{
    struct place *places = mk_alloc(changes->count * sizeof(*places));
    struct mk_change *sorted = mk_alloc(changes->count * sizeof(*sorted));

    for (size_t i = 0; i < changes->count; i++)
        places[i] = (struct place){ .day = changes->items[i].day, .position = (uint32_t)i };
    qsort(places, changes->count, sizeof(*places), order_places);
    for (size_t i = 0; i < changes->count; i++)
        sorted[i] = changes->items[places[i].position];
    free(places);
    free(changes->items);
    changes->items = sorted;
    changes->room = changes->count;
}

void mk_stream_state(const struct mk_ledger *ledger, const struct mk_transaction_query *query,
                     struct mk_changes *ret)
{
    const struct wanted wanted = wanted_by(query);
    uint32_t count = mk_history_count(ledger->link);

    for (uint32_t batch = 0; batch < count; batch++) {
        size_t from = ret->count;
        mk_stream_batch(ledger, batch, true, ret);
        narrow(ledger, query, &wanted, from, ret);
    }
    if (ret->count > 0)
        sort(ret);
}

/* --- One transaction -------------------------------------------------------------------------- */

static bool is_of_bank(const struct mk_transaction_key *key)
{
    return key->source != MK_IMPORTED && key->source != MK_ADDED;
}

/* Whether this batch may have told of the transaction first; its accounts are not looked at. */
static bool may_hold(const struct mk_ledger *ledger, uint32_t index,
                     const struct mk_transaction_key *key)
{
    const struct mk_batch batch = mk_history_batch(ledger->link, index);

    switch ((enum mk_batch_kind)batch.kind) {
    case MK_BATCH_FETCH:
        return is_of_bank(key) && mk_history_fetches(ledger->link, index) == key->fetch + 1;
    case MK_BATCH_GRANT:
        return is_of_bank(key) && mk_history_fetches(ledger->link, index) > key->fetch;
    case MK_BATCH_IMPORT:
        return key->source == MK_IMPORTED && key->ordinal - batch.first < batch.count;
    case MK_BATCH_ADDITION:
        return key->source == MK_ADDED && key->ordinal - batch.first < batch.count;
    case MK_BATCH_CORRECTION:
    case MK_BATCH_EDIT:
        break;
    }
    return false;
}

static bool find_in(const struct mk_ledger *ledger, uint32_t index,
                    const struct mk_transaction_key *key, struct mk_change *ret)
{
    struct mk_changes changes = { 0 };
    bool is_found = false;

    mk_stream_batch(ledger, index, true, &changes);
    for (size_t i = 0; i < changes.count && !is_found; i++) {
        is_found = mk_same_transaction(&changes.items[i].key, key);
        *ret = changes.items[i];
    }
    mk_changes_done(&changes);
    return is_found;
}

bool mk_stream_find(const struct mk_ledger *ledger, const char *id, struct mk_change *ret)
{
    uint32_t count = mk_history_count(ledger->link);
    struct mk_transaction_key key;

    if (!mk_transaction_id_read(&ledger->key, id, &key))
        return false;
    for (uint32_t index = 0; index < count; index++) {
        if (may_hold(ledger, index, &key) && find_in(ledger, index, &key, ret))
            return is_there_now(ledger, ret);
    }
    return false;
}

/* --- What it moved ---------------------------------------------------------------------------- */

/*
 * Since fetches bring what they bring, whatever becomes of it here. The bank's balances don't ask
 * who shares what: all accounts count, in every fetch.
 */
static void move_by_fetches(const struct mk_ledger *ledger, uint32_t count,
                            struct mk_movement ret[MK_ACCOUNTS_MAX])
{
    struct mk_events events = { 0 };

    for (uint32_t number = 0; number < count; number++) {
        const struct mk_fetch fetch = mk_stream_fetch(ledger, number);
        events.count = 0;
        mk_life_fetch(ledger, &fetch, number == 0, &events);
        for (size_t i = 0; i < events.count; i++) {
            const struct mk_event *event = &events.items[i];
            int64_t amount = mk_life_amount(ledger, &event->key);
            if (number > 0)
                ret[event->key.account].available += amount;
            if (!event->is_pending || number < count - 1)
                ret[event->key.account].current += amount;
        }
    }
    mk_events_done(&events);
}

/* What is there counts, posted or not; what was there before does so no more. */
static void move(struct mk_movement *movement, int64_t amount, bool is_posted, int sign)
{
    movement->available += sign * amount;
    if (is_posted)
        movement->current += sign * amount;
}

static void move_by_added(const struct mk_ledger *ledger, struct mk_movement ret[MK_ACCOUNTS_MAX])
{
    const struct mk_history *history = ledger->link->history;

    for (uint32_t i = 0; history != NULL && i < history->added_count; i++) {
        const struct mk_added_transaction *added = &history->added[i];
        const struct mk_change change = mk_stream_added(ledger, i, 0);
        bool is_posted = !added->was_pending || !mk_stream_is_open(ledger, &change.key, UINT32_MAX);
        if (added->account < MK_ACCOUNTS_MAX)
            move(&ret[added->account], added->amount, is_posted, 1);
    }
}

/* Imported accounts keep the balances that they came with. */
static void move_by_edits(const struct mk_ledger *ledger, struct mk_movement ret[MK_ACCOUNTS_MAX])
{
    const struct mk_edit *edit;

    for (uint32_t place = 0; (edit = mk_history_next_edited(ledger->link, &place)) != NULL;) {
        const struct mk_transaction_key *key = &edit->transaction;
        uint32_t account = mk_stream_account(ledger, key);
        bool was_posted = !edit->was_pending || !mk_stream_is_open(ledger, key, UINT32_MAX);
        if (account >= MK_ACCOUNTS_MAX)
            continue;
        int64_t amount = key->source == MK_ADDED ? ledger->link->history->added[key->ordinal].amount
                                                 : mk_life_amount(ledger, key);
        move(&ret[account], amount, was_posted, -1);
        if (!edit->is_removed)
            move(&ret[account], edit->amount, was_posted || edit->is_settled, 1);
    }
}

void mk_stream_movements(const struct mk_ledger *ledger, struct mk_movement ret[MK_ACCOUNTS_MAX])
{
    memset(ret, 0, MK_ACCOUNTS_MAX * sizeof(*ret));
    move_by_fetches(ledger, mk_history_fetches(ledger->link, UINT32_MAX), ret);
    move_by_added(ledger, ret);
    move_by_edits(ledger, ret);
}
