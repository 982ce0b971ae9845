/* SPDX-License-Identifier: MIT */
/* What the stream adds up to: the transactions that there are now, and what they moved. */
#include "core/stream_private.h"

#include "base/memory.h"
#include "core/accounts.h"

#include <stdlib.h>

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

/* Takes out what does not fit, from position `from` on. */
static void narrow(const struct mk_ledger *ledger, const struct mk_transaction_query *query,
                   const struct wanted *wanted, size_t from, struct mk_changes *changes)
{
    size_t kept = from;

    for (size_t i = from; i < changes->count; i++) {
        const struct mk_transaction_key *key = &changes->items[i].key;
        if (key->day >= query->first_day && key->day <= query->last_day &&
            wanted->accounts[mk_stream_account(ledger, key)])
            changes->items[kept++] = changes->items[i];
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
        places[i] = (struct place){ .day = changes->items[i].key.day, .position = (uint32_t)i };
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

/* Whether this batch may have told of the transaction first; its accounts are not looked at. */
static bool may_hold(const struct mk_ledger *ledger, uint32_t index,
                     const struct mk_transaction_key *key)
{
    const struct mk_batch batch = mk_history_batch(ledger->link, index);

    switch ((enum mk_batch_kind)batch.kind) {
    case MK_BATCH_FETCH:
        return key->source != MK_IMPORTED &&
               mk_history_fetches(ledger->link, index) == key->fetch + 1;
    case MK_BATCH_GRANT:
        return key->source != MK_IMPORTED && mk_history_fetches(ledger->link, index) > key->fetch;
    case MK_BATCH_IMPORT:
        return key->source == MK_IMPORTED && key->ordinal - batch.first < batch.count;
    case MK_BATCH_CORRECTION:
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
            return true;
    }
    return false;
}

/* --- What it moved ---------------------------------------------------------------------------- */

/* The bank's balances don't ask who shares what: all accounts count, in every fetch. */
void mk_stream_movements(const struct mk_ledger *ledger, struct mk_movement ret[MK_ACCOUNTS_MAX])
{
    uint32_t count = mk_history_fetches(ledger->link, UINT32_MAX);
    struct mk_events events = { 0 };

    memset(ret, 0, MK_ACCOUNTS_MAX * sizeof(*ret));
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
