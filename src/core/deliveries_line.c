/* SPDX-License-Identifier: MIT */
/*
 * Whose turn it is. What waits for the clock is in one heap; what is due but whose receiver has no
 * room is parked in a heap of that receiver, so that each look passes it by in one step. A delivery
 * that stands behind another one of its link is in neither.
 */
#include "core/deliveries_private.h"

#include "base/memory.h"
#include "base/url.h"
#include "core/world.h"

#include <stdlib.h>

/* --- Of one link ------------------------------------------------------------------------------ */

static uint64_t hash_link(const struct mk_delivery *delivery)
{
    return mk_hash(delivery->link, sizeof(delivery->link));
}

static bool has_link(const void *owner, uint32_t record, const void *key)
{
    return memcmp(mk_delivery_at(owner, record)->link, key, MK_SHORT_ID_LENGTH) == 0;
}

/* The link's entry in a map, or NULL. */
static struct mk_delivery *of_link(const struct mk_deliveries *deliveries, const struct mk_map *map,
                                   const struct mk_delivery *delivery)
{
    uint32_t record = mk_map_find(map, hash_link(delivery), has_link, deliveries, delivery->link);

    return record == MK_NONE ? NULL : mk_delivery_at(deliveries, record);
}

void mk_line_wait(struct mk_deliveries *deliveries, struct mk_delivery *delivery)
{
    delivery->is_ready = true;
    mk_heap_add(&deliveries->due, (struct mk_due){ .at = delivery->due,
                                                   .order = delivery->number,
                                                   .what = delivery->record });
}

/* Behind the link's last one, or first of all. */
static void join(struct mk_deliveries *deliveries, struct mk_delivery *delivery)
{
    struct mk_delivery *tail = of_link(deliveries, &deliveries->tails, delivery);
    uint64_t hash = hash_link(delivery);

    delivery->is_in_line = true;
    if (tail == NULL) {
        mk_line_wait(deliveries, delivery);
    } else {
        tail->behind = delivery->record;
        mk_map_remove(&deliveries->tails, hash, tail->record);
    }
    mk_map_add(&deliveries->tails, hash, delivery->record);
}

void mk_line_leave(struct mk_deliveries *deliveries, struct mk_delivery *delivery)
{
    if (!delivery->is_in_line)
        return;
    delivery->is_in_line = false;
    if (delivery->behind == MK_NONE)
        mk_map_remove(&deliveries->tails, hash_link(delivery), delivery->record);
    else
        mk_line_wait(deliveries, mk_delivery_at(deliveries, delivery->behind));
    delivery->behind = MK_NONE;
}

static void hold(struct mk_deliveries *deliveries, struct mk_delivery *delivery)
{
    delivery->is_held = true;
    mk_map_add(&deliveries->held, hash_link(delivery), delivery->record);
    mk_line_wait(deliveries, delivery);
}

/* It was overtaken, or has waited long enough. Where it waited it is no longer due. */
static void let_go(struct mk_deliveries *deliveries, struct mk_delivery *held)
{
    mk_map_remove(&deliveries->held, hash_link(held), held->record);
    held->is_held = false;
    held->is_ready = false;
    held->due = held->made;
    join(deliveries, held);
}

void mk_line_begin(struct mk_deliveries *deliveries, struct mk_delivery *delivery)
{
    struct mk_delivery *held = of_link(deliveries, &deliveries->held, delivery);

    if (delivery->hostility == MK_HOSTILE_DELAY) {
        mk_line_wait(deliveries, delivery);
        return;
    }
    if (held == NULL && delivery->hostility == MK_HOSTILE_REORDER) {
        hold(deliveries, delivery);
        return;
    }
    delivery->due = delivery->made;
    if (held == NULL && delivery->is_test)
        mk_line_wait(deliveries, delivery);
    else
        join(deliveries, delivery);
    if (held != NULL)
        let_go(deliveries, held);
}

/* --- Of all ----------------------------------------------------------------------------------- */

static bool is_late(const struct mk_delivery *delivery, int64_t now)
{
    return delivery->tries > 0 && !delivery->is_replay && delivery->copies == 0 &&
           now > delivery->made + MK_DELIVERY_LIFE;
}

/* Its last attempt was one too early, and the clock has passed the next. */
static void give_up(struct mk_world *world, struct mk_delivery *delivery)
{
    mk_delivery_give_up(world, delivery);
    mk_delivery_tell(world, delivery, &delivery->attempts[delivery->attempt_count - 1]);
}

/*
 * The heap's first one if it is due. What is no longer true goes: an entry that a replay or the end
 * of a wait has left behind, a delivery whose time is over.
 */
static struct mk_delivery *first_of(const struct mk_line_look *look, struct mk_heap *heap)
{
    struct mk_deliveries *deliveries = &look->world->deliveries;
    const struct mk_due *due;

    while ((due = mk_heap_first(heap)) != NULL && due->at <= look->now) {
        struct mk_delivery *delivery =
            mk_delivery_known(deliveries, (uint32_t)due->what, due->order);
        bool is_true = delivery != NULL && delivery->is_ready && delivery->due == due->at;
        if (is_true && !delivery->is_held && !is_late(delivery, look->now))
            return delivery;
        mk_heap_pop(heap);
        if (is_true && delivery->is_held)
            let_go(deliveries, delivery);
        else if (is_true)
            give_up(look->world, delivery);
    }
    return NULL;
}

static void read_origin(const char *url, struct mk_url *ret)
{
    if (!mk_url_read(url, ret))
        ret->origin[0] = '\0'; /* those that have none share one */
}

static struct mk_parked *parked_of(struct mk_deliveries *deliveries, const char *origin)
{
    for (size_t i = 0; i < deliveries->parked_count; i++) {
        if (strcmp(deliveries->parked[i].origin, origin) == 0)
            return &deliveries->parked[i];
    }
    return NULL;
}

static void unpark(struct mk_deliveries *deliveries, struct mk_parked *parked)
{
    free(parked->origin);
    mk_heap_done(&parked->due);
    *parked = deliveries->parked[--deliveries->parked_count];
}

/* Asks after the receivers that had no room. */
static void look_at_parked(const struct mk_line_look *look)
{
    struct mk_deliveries *deliveries = &look->world->deliveries;

    for (size_t i = deliveries->parked_count; i-- > 0;) {
        struct mk_parked *parked = &deliveries->parked[i];
        const struct mk_delivery *first = first_of(look, &parked->due);
        if (first == NULL)
            unpark(deliveries, parked);
        else
            parked->is_free = look->may(look->context, first->url);
    }
}

static bool is_before(const struct mk_due *a, const struct mk_due *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

/* Of those whose receiver has room by now, the heap with the first one; or NULL. */
static struct mk_heap *best_parked(struct mk_deliveries *deliveries)
{
    struct mk_heap *best = NULL;

    for (size_t i = 0; i < deliveries->parked_count; i++) {
        struct mk_parked *parked = &deliveries->parked[i];
        if (parked->is_free &&
            (best == NULL || is_before(mk_heap_first(&parked->due), mk_heap_first(best))))
            best = &parked->due;
    }
    return best;
}

/* Moves the first due one to its receiver's others, if it has some or no room; else false. */
static bool park(const struct mk_line_look *look, const struct mk_delivery *first)
{
    struct mk_deliveries *deliveries = &look->world->deliveries;
    struct mk_url url;

    read_origin(first->url, &url);
    struct mk_parked *parked = parked_of(deliveries, url.origin);
    if (parked == NULL) {
        if (look->may(look->context, first->url))
            return false;
        deliveries->parked =
            mk_resize(deliveries->parked, deliveries->parked_count + 1, sizeof(struct mk_parked));
        parked = &deliveries->parked[deliveries->parked_count++];
        *parked = (struct mk_parked){ .origin = mk_copy(url.origin) };
    }
    mk_heap_add(&parked->due, mk_heap_pop(&deliveries->due));
    return true;
}

/* The heap that has the first one that may be posted; NULL: there is none. */
static struct mk_heap *best_heap(const struct mk_line_look *look)
{
    struct mk_deliveries *deliveries = &look->world->deliveries;

    for (;;) {
        struct mk_heap *parked = best_parked(deliveries);
        const struct mk_delivery *first = first_of(look, &deliveries->due);
        if (first == NULL)
            return parked;
        if (parked != NULL && is_before(mk_heap_first(parked), mk_heap_first(&deliveries->due)))
            return parked;
        if (deliveries->parked_count == MK_PARKED_MAX)
            return look->may(look->context, first->url) ? &deliveries->due : parked;
        if (!park(look, first))
            return &deliveries->due;
    }
}

struct mk_delivery *mk_line_pick(const struct mk_line_look *look, bool *ret_blocked)
{
    struct mk_deliveries *deliveries = &look->world->deliveries;

    look_at_parked(look);
    struct mk_heap *heap = best_heap(look);
    *ret_blocked = heap == NULL && deliveries->parked_count > 0;
    if (heap == NULL)
        return NULL;
    struct mk_delivery *delivery = mk_delivery_at(deliveries, (uint32_t)mk_heap_pop(heap).what);
    delivery->is_ready = false;
    return delivery;
}

static int64_t next_of(const struct mk_heap *heap, int64_t after)
{
    const struct mk_due *due = mk_heap_first(heap);

    return due != NULL && due->at > after ? due->at : INT64_MAX;
}

int64_t mk_deliveries_next(const struct mk_deliveries *deliveries, int64_t after)
{
    int64_t next = next_of(&deliveries->due, after);

    for (size_t i = 0; i < deliveries->parked_count; i++) {
        int64_t own = next_of(&deliveries->parked[i].due, after);
        next = own < next ? own : next;
    }
    return next;
}

void mk_line_done(struct mk_deliveries *deliveries)
{
    while (deliveries->parked_count > 0)
        unpark(deliveries, &deliveries->parked[0]);
    free(deliveries->parked);
    mk_heap_done(&deliveries->due);
    mk_map_done(&deliveries->tails);
    mk_map_done(&deliveries->held);
}
