/* SPDX-License-Identifier: MIT */
/* What a fetch brings. */
#include "core/accounts.h"
#include "core/life_private.h"

#include "base/memory.h"

#include <stdlib.h>

const struct mk_life *mk_life_of(const struct mk_ledger *ledger)
{
    return ledger->persona->profile->life;
}

void mk_events_done(struct mk_events *events)
{
    free(events->items);
    *events = (struct mk_events){ .items = NULL };
}

static void add(struct mk_events *events, struct mk_transaction_key key, bool is_pending)
{
    if (events->count == events->room) {
        events->room = events->room == 0 ? 64 : 2 * events->room;
        events->items = mk_resize(events->items, events->room, sizeof(*events->items));
    }
    events->items[events->count++] = (struct mk_event){ .key = key, .is_pending = is_pending };
}

static bool fits(const struct mk_life_row *row, const char *type)
{
    for (size_t i = 0; i < json_array_size(row->types); i++) {
        if (mk_account_type_is(type, json_string_value(json_array_get(row->types, i))))
            return true;
    }
    return false;
}

static size_t script_list(const struct mk_life *life, uint32_t number)
{
    if (number < life->script_count)
        return number;
    return life->cycle_from +
           (number - life->script_count) % (life->script_count - life->cycle_from);
}

static void add_script(const struct mk_ledger *ledger, const struct mk_life *life,
                       const struct mk_fetch *fetch, bool only_pending, struct mk_events *out)
{
    if (life->script_count == 0)
        return;

    struct mk_row_range list = life->script[script_list(life, fetch->number)];
    for (size_t source = list.first; source < list.first + list.count; source++) {
        const struct mk_life_row *row = &life->rows[source];
        struct mk_transaction_key key = { .fetch = fetch->number,
                                          .day = fetch->day - (int32_t)row->back,
                                          .source = (uint16_t)source };
        if (only_pending && !row->is_pending)
            continue;
        for (size_t i = 0; i < ledger->account_count; i++) {
            key.account = (uint8_t)i;
            if (fits(row, ledger->accounts[i].type))
                add(out, key, row->is_pending);
        }
    }
}

static void add_bulk(const struct mk_life *life, const struct mk_fetch *fetch,
                     struct mk_events *out)
{
    int32_t first_day = fetch->day - life->history_days + 1;

    for (uint32_t i = 0; i < life->bulk_count; i++) {
        size_t source = life->bulk.first + i % life->bulk.count;
        int64_t days = (int64_t)i * life->history_days / life->bulk_count;
        const struct mk_transaction_key key = { .fetch = fetch->number,
                                                .ordinal = i,
                                                .day = first_day + (int32_t)days,
                                                .source = (uint16_t)source,
                                                .account = (uint8_t)life->rows[source].account };
        add(out, key, false);
    }
}

static void add_day(const struct mk_ledger *ledger, const struct mk_life *life,
                    const struct mk_fetch *fetch, const struct mk_today *today, bool only_pending,
                    struct mk_events *out)
{
    for (size_t i = 0; i < life->rhythm.count; i++) {
        size_t source = life->rhythm.first + i;
        const struct mk_life_row *row = &life->rows[source];
        bool is_pending = row->style == MK_STYLE_PURCHASE && today->day == fetch->day;
        if ((only_pending && !is_pending) || !mk_row_happens(ledger, row, source, today))
            continue;

        struct mk_transaction_key key = { .fetch = fetch->number,
                                          .day = today->day,
                                          .source = (uint16_t)source,
                                          .account = (uint8_t)row->account };
        add(out, key, is_pending);
        if (row->counter < 0)
            continue;
        key.account = (uint8_t)row->counter;
        add(out, key, is_pending);
    }
}

/* After a long silence no more than a whole history. */
static int32_t first_day_of(const struct mk_life *life, const struct mk_fetch *fetch)
{
    int32_t history = fetch->day - life->history_days + 1;
    int32_t next = fetch->previous_day + 1;

    return fetch->number == 0 || next < history ? history : next;
}

static void add_rhythm(const struct mk_ledger *ledger, const struct mk_life *life,
                       const struct mk_fetch *fetch, bool only_pending, struct mk_events *out)
{
    int32_t first_day = first_day_of(life, fetch);

    if (life->rhythm.count == 0 || first_day > fetch->day)
        return;
    struct mk_today today = mk_today_of(only_pending ? fetch->day : first_day);
    for (; today.day <= fetch->day; mk_today_next(&today))
        add_day(ledger, life, fetch, &today, only_pending, out);
}

static void add_later(const struct mk_ledger *ledger, const struct mk_life *life,
                      const struct mk_fetch *fetch, struct mk_events *out)
{
    if (life->later.count == 0)
        return;

    uint64_t choice = mk_life_hash(ledger->seed, life->later.first, fetch->number, MK_FOR_COUNT);
    uint32_t more = life->later_most - life->later_least + 1;
    uint32_t count = life->later_least + (uint32_t)(choice % more);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ordinal = fetch->number * MK_LATER_MAX + i;
        size_t source =
            life->later.first +
            mk_life_hash(ledger->seed, life->later.first, ordinal, MK_FOR_DAY) % life->later.count;
        const struct mk_transaction_key key = { .fetch = fetch->number,
                                                .ordinal = ordinal,
                                                .day = fetch->day,
                                                .source = (uint16_t)source,
                                                .account = (uint8_t)life->rows[source].account };
        add(out, key, true);
    }
}

void mk_life_fetch(const struct mk_ledger *ledger, const struct mk_fetch *fetch, bool only_pending,
                   struct mk_events *out)
{
    const struct mk_life *life = mk_life_of(ledger);

    add_script(ledger, life, fetch, only_pending, out);
    add_rhythm(ledger, life, fetch, only_pending, out);
    if (fetch->number == 0 && !only_pending)
        add_bulk(life, fetch, out);
    if (fetch->number > 0)
        add_later(ledger, life, fetch, out);
}
