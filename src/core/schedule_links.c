/* SPDX-License-Identifier: MIT */
#include "core/schedule_links.h"

#include "core/products.h"
#include "core/world.h"

#include <stdlib.h>

/* Entries that hold no longer are dropped once there are this many more of them than others. */
enum { SPARE = 64 };

static bool holds(const struct mk_world *world, const struct mk_due *due)
{
    const struct mk_link *link = mk_links_at(&world->links, (uint32_t)due->what);

    return link->scheduled != MK_NEVER_SECONDS && mk_link_moment(link, link->scheduled) == due->at;
}

/* The first entry of the heap always holds. */
static void drop_first(struct mk_world *world)
{
    struct mk_heap *heap = &world->schedule.links;

    while (heap->count > 0 && !holds(world, mk_heap_first(heap)))
        mk_heap_pop(heap);
}

static void unset(struct mk_schedule *schedule, struct mk_link *link)
{
    if (link->scheduled == MK_NEVER_SECONDS)
        return;
    link->scheduled = MK_NEVER_SECONDS;
    schedule->live--;
}

static void set(struct mk_world *world, struct mk_link *link, int32_t seconds)
{
    uint32_t number = mk_links_number(&world->links, link);

    link->scheduled = seconds;
    world->schedule.live++;
    mk_heap_add(
        &world->schedule.links,
        (struct mk_due){ .at = mk_link_moment(link, seconds), .order = number, .what = number });
}

/* Each link that is in the heap stays in it once. */
static void rebuild(struct mk_world *world)
{
    struct mk_schedule *schedule = &world->schedule;
    struct mk_heap old = schedule->links;

    schedule->links = (struct mk_heap){ 0 };
    for (size_t i = 0; i < old.count; i++) {
        if (!holds(world, &old.items[i]))
            old.items[i].what = MK_NONE;
        else
            unset(schedule, mk_links_at(&world->links, (uint32_t)old.items[i].what));
    }
    for (size_t i = 0; i < old.count; i++) {
        if (old.items[i].what == MK_NONE)
            continue;
        struct mk_link *link = mk_links_at(&world->links, (uint32_t)old.items[i].what);
        set(world, link, mk_link_seconds(link, old.items[i].at));
    }
    mk_heap_done(&old);
}

void mk_schedule_link(struct mk_world *world, struct mk_link *link)
{
    struct mk_schedule *schedule = &world->schedule;

    if (link->webhook == NULL && link->history == NULL && link->scheduled == MK_NEVER_SECONDS)
        return; /* most links */

    int64_t next =
        link->webhook != NULL ? mk_products_next(world, link) : mk_products_next_end(link);
    int32_t seconds = next == INT64_MAX ? MK_NEVER_SECONDS : mk_link_seconds(link, next);
    if (seconds == link->scheduled)
        return;
    unset(schedule, link);
    if (seconds != MK_NEVER_SECONDS)
        set(world, link, seconds);
    drop_first(world);
    if (schedule->links.count > 2 * schedule->live + SPARE)
        rebuild(world);
}

void mk_schedule_links(struct mk_world *world)
{
    const struct mk_links *links = &world->links;
    uint32_t number = MK_NONE;

    mk_heap_done(&world->schedule.links);
    world->schedule.live = 0;
    while ((number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE) {
        struct mk_link *link = mk_links_at(links, number);
        link->scheduled = MK_NEVER_SECONDS;
        mk_schedule_link(world, link);
    }
}

void mk_schedule_daily(struct mk_world *world, int64_t span)
{
    const struct mk_links *links = &world->links;
    uint32_t number = MK_NONE;

    if (span == world->settings.auto_refresh_span)
        return;
    while ((number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE)
        mk_products_settle(world, mk_links_at(links, number));
    world->settings.auto_refresh_span = span;
    world->settings.auto_refresh_since = mk_world_now(world);
    mk_schedule_links(world);
}

int64_t mk_schedule_next_refresh(const struct mk_world *world)
{
    const struct mk_due *first = mk_heap_first(&world->schedule.links);

    return first != NULL ? first->at : INT64_MAX;
}

void mk_schedule_run_refresh(struct mk_world *world, int64_t at)
{
    struct mk_due due = mk_heap_pop(&world->schedule.links);
    struct mk_link *link = mk_links_at(&world->links, (uint32_t)due.what);

    unset(&world->schedule, link);
    drop_first(world);
    mk_products_settle_by(world, link, at);
    mk_schedule_link(world, link);
}
