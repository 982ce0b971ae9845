/* SPDX-License-Identifier: MIT */
#include "core/history.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4 };

/* `memory` with room for more than `count` elements. */
static void *with_room(void *memory, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return memory;
    *room = *room == 0 ? FIRST_ROOM : 2 * *room;
    return mk_resize(memory, *room, size);
}

/* What a link without a history has: one fetch, once its transactions were fetched. */
static uint32_t implied_count(const struct mk_link *link)
{
    return link->products[MK_PRODUCT_TRANSACTIONS].refreshed == MK_NEVER_SECONDS ? 0 : 1;
}

static struct mk_batch implied_fetch(const struct mk_link *link)
{
    int32_t seconds = link->products[MK_PRODUCT_TRANSACTIONS].refreshed;

    return (struct mk_batch){
        .kind = MK_BATCH_FETCH, .accounts = link->accounts, .seconds = seconds, .latest = seconds
    };
}

/* After a clock was set back, fetches bring nothing of the days that earlier ones brought. */
static int32_t latest_of(const struct mk_history *history, const struct mk_batch *fetch)
{
    if (history->fetch_count == 0)
        return fetch->seconds;
    int32_t latest = history->batches[history->fetches[history->fetch_count - 1]].latest;
    return latest > fetch->seconds ? latest : fetch->seconds;
}

static void append(struct mk_history *history, struct mk_batch batch)
{
    uint32_t index = history->batch_count;

    if (batch.kind == MK_BATCH_FETCH)
        batch.latest = latest_of(history, &batch);
    history->batches = with_room(history->batches, index, &history->batch_room, sizeof(batch));
    history->batches[index] = batch;
    history->batch_count++;
    if (batch.kind != MK_BATCH_FETCH)
        return;
    history->fetches = with_room(history->fetches, history->fetch_count, &history->fetch_room,
                                 sizeof(*history->fetches));
    history->fetches[history->fetch_count++] = index;
}

static void refresh_nothing(struct mk_history *history)
{
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        history->ends[i] = history->requested[i] = MK_NEVER_SECONDS;
}

struct mk_history *mk_history_of(struct mk_link *link)
{
    struct mk_history *history = link->history;

    if (history != NULL)
        return history;
    history = mk_alloc_zero(1, sizeof(*history));
    refresh_nothing(history);
    if (implied_count(link) > 0)
        append(history, implied_fetch(link));
    link->history = history;
    return history;
}

static void free_account(const struct mk_imported_account *account)
{
    free(account->original_id);
    free(account->name);
    free(account->nickname);
    free(account->type);
    free(account->mask);
    free(account->currency);
}

void mk_added_done(const struct mk_added_transaction *added)
{
    free(added->description);
    free(added->category);
}

void mk_edit_done(const struct mk_edit *edit)
{
    free(edit->description);
    free(edit->category);
}

static void free_contents(const struct mk_history *history)
{
    for (uint32_t i = 0; i < history->account_count; i++)
        free_account(&history->accounts[i]);
    for (uint32_t i = 0; i < history->transaction_count; i++) {
        free(history->transactions[i].original_id);
        free(history->transactions[i].description);
    }
    for (uint32_t i = 0; i < history->added_count; i++)
        mk_added_done(&history->added[i]);
    for (uint32_t i = 0; i < history->edit_count; i++)
        mk_edit_done(&history->edits[i]);
    if (history->original_ids != NULL)
        mk_map_done(history->original_ids);
    free(history->original_ids);
    free(history->batches);
    free(history->fetches);
    free(history->accounts);
    free(history->transactions);
    free(history->corrections);
    free(history->correction_order);
    free(history->added);
    free(history->edits);
    free(history->edit_order);
}

void mk_history_free(struct mk_history *history)
{
    if (history == NULL)
        return;
    free_contents(history);
    free(history);
}

void mk_history_shed(struct mk_history *history)
{
    free_contents(history);
    *history =
        (struct mk_history){ .is_imported = history->is_imported, .provider = history->provider };
}

/* The bank's data is computed again; of an imported link's nothing is left. */
void mk_history_revive(struct mk_link *link)
{
    struct mk_history *history = link->history;

    if (history == NULL)
        return;
    if (!history->is_imported) {
        mk_history_free(history);
        link->history = NULL;
        return;
    }
    refresh_nothing(history);
    history->original_ids = mk_alloc_zero(1, sizeof(*history->original_ids));
}

uint32_t mk_history_count(const struct mk_link *link)
{
    return link->history != NULL ? link->history->batch_count : implied_count(link);
}

struct mk_batch mk_history_batch(const struct mk_link *link, uint32_t index)
{
    return link->history != NULL ? link->history->batches[index] : implied_fetch(link);
}

int64_t mk_history_moment(const struct mk_link *link, const struct mk_batch *batch)
{
    return mk_link_moment(link, batch->seconds);
}

uint32_t mk_history_fetches(const struct mk_link *link, uint32_t index)
{
    const struct mk_history *history = link->history;

    if (history == NULL)
        return implied_count(link);

    uint32_t low = 0;                     /* this many are not beyond `index`, */
    uint32_t high = history->fetch_count; /* those from here on are */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (history->fetches[middle] <= index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t mk_history_fetch(const struct mk_link *link, uint32_t number)
{
    return link->history != NULL ? link->history->fetches[number] : 0;
}

bool mk_history_add(struct mk_link *link, struct mk_batch batch, int64_t now)
{
    struct mk_history *history = mk_history_of(link);

    if (history->batch_count >= MK_BATCHES_MAX)
        return false;
    batch.seconds = mk_link_seconds(link, now);
    if (batch.kind == MK_BATCH_FETCH)
        batch.accounts = link->accounts;
    append(history, batch);
    return true;
}

/* The first fetch of a link without a history stays implied. */
void mk_history_fetched(struct mk_link *link, int64_t now)
{
    if (link->history != NULL || implied_count(link) > 0)
        mk_history_add(link, (struct mk_batch){ .kind = MK_BATCH_FETCH }, now);
}

/* Before the first fetch there is nothing to bring later. */
void mk_history_granted(struct mk_link *link, uint64_t accounts, int64_t now)
{
    if (mk_history_fetches(link, UINT32_MAX) > 0)
        mk_history_add(link, (struct mk_batch){ .kind = MK_BATCH_GRANT, .accounts = accounts },
                       now);
}
