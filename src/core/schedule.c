/* SPDX-License-Identifier: MIT */
#include "core/schedule.h"

#include "core/products.h"
#include "core/schedule_links.h"
#include "core/world.h"

void mk_schedule_init(struct mk_schedule *schedule)
{
    *schedule = (struct mk_schedule){ 0 };
}

void mk_schedule_done(struct mk_schedule *schedule)
{
    mk_heap_done(&schedule->links);
}

/* --- What falls due --------------------------------------------------------------------------- */

struct source {
    int64_t (*next)(const struct mk_world *world);   /* INT64_MAX: nothing */
    void (*run)(struct mk_world *world, int64_t at); /* one event */
    bool wakes;                                      /* somebody may wait for it */
};

static int64_t next_session(const struct mk_world *world)
{
    return mk_sessions_next_end(&world->sessions);
}

static void end_session(struct mk_world *world, int64_t at)
{
    mk_sessions_expire(&world->sessions, at);
}

static int64_t next_link(const struct mk_world *world)
{
    return mk_links_next_end(&world->links);
}

static void end_link(struct mk_world *world, int64_t at)
{
    mk_links_forget(&world->links, at);
}

static int64_t next_key(const struct mk_world *world)
{
    return mk_keys_next(&world->keys);
}

static void end_key(struct mk_world *world, int64_t at)
{
    mk_keys_retire(&world->keys, at);
}

/* Of one time the upper row comes first. Attempts are the courier's to run. */
static const struct source sources[] = {
    { .next = mk_schedule_next_refresh, .run = mk_schedule_run_refresh, .wakes = true },
    { .next = next_session, .run = end_session },
    { .next = next_link, .run = end_link },
    { .next = next_key, .run = end_key },
};

enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

/* The first due time after that moment. */
static int64_t next_of(const struct mk_world *world, int64_t after, bool only_waking)
{
    int64_t next = mk_deliveries_next(&world->deliveries, after);

    for (size_t i = 0; i < SOURCES; i++) {
        if (only_waking && !sources[i].wakes)
            continue;
        int64_t own = sources[i].next(world);
        if (own > after && own < next)
            next = own;
    }
    return next;
}

int64_t mk_schedule_next(const struct mk_world *world)
{
    return next_of(world, INT64_MIN, false);
}

/* Runs the first event that is due by now; false when there is none. */
static bool run_first(struct mk_world *world, int64_t now)
{
    const struct source *first = NULL;
    int64_t at = INT64_MAX;

    for (size_t i = 0; i < SOURCES; i++) {
        int64_t own = sources[i].next(world);
        if (own >= at)
            continue;
        first = &sources[i];
        at = own;
    }
    if (first == NULL || at > now)
        return false;
    first->run(world, at);
    return true;
}

/* --- Movements of the clock ------------------------------------------------------------------- */

static bool has_due_attempt(const struct mk_world *world)
{
    return mk_deliveries_next(&world->deliveries, INT64_MIN) <= mk_world_now(world);
}

/* What is due by now was run: the hand has to stay for deliveries. */
static bool is_held_up(const struct mk_world *world)
{
    return world->schedule.advance.waits && (world->deliveries.out > 0 || has_due_attempt(world));
}

/*
 * Attempts have fallen due where the hand stands: the courier gets its chance, again for as long as
 * it makes use of it.
 */
static bool stop_for_courier(struct mk_world *world)
{
    struct mk_advance *advance = &world->schedule.advance;
    int64_t hand = mk_clock_hand(&world->clock);
    size_t out = world->deliveries.out;
    bool was_here = advance->stopped == hand && advance->stopped_out == out;

    if (was_here || !has_due_attempt(world))
        return false;
    advance->stopped = hand;
    advance->stopped_out = out;
    return true;
}

static void finish(struct mk_world *world)
{
    struct mk_happening happening = { .moment = MK_NEVER, .kind = MK_HAPPENED_CLOCK };

    world->schedule.advance.is_on = false;
    world->schedule.advance.moves++;
    mk_world_happened(world, &happening);
}

/*
 * To the next due time or the target; false when it was there already. An attempt may be overdue
 * and stay so.
 */
static bool step(struct mk_world *world)
{
    int64_t left = world->schedule.advance.target - mk_clock_hand(&world->clock);
    int64_t now = mk_world_now(world);
    int64_t next = next_of(world, now, false);

    if (left <= 0)
        return false;
    mk_clock_move(&world->clock, next - now < left ? next - now : left);
    return true;
}

bool mk_schedule_run(struct mk_world *world)
{
    const struct mk_advance *advance = &world->schedule.advance;

    for (unsigned room = MK_SCHEDULE_STRIDE; room > 0;) {
        if (run_first(world, mk_world_now(world))) {
            room--;
            continue;
        }
        if (!advance->is_on || is_held_up(world))
            return false;
        if (stop_for_courier(world))
            return true;
        if (!step(world)) {
            finish(world);
            return false;
        }
    }
    return true;
}

uint64_t mk_schedule_advance(struct mk_world *world, int64_t span, bool waits)
{
    struct mk_advance *advance = &world->schedule.advance;

    if (!advance->is_on) {
        advance->is_on = true;
        advance->waits = false;
        advance->target = mk_clock_hand(&world->clock);
        advance->stopped = MK_NEVER;
    }
    advance->target += span;
    advance->waits |= waits;
    return advance->moves + 1;
}

void mk_schedule_hurry(struct mk_world *world)
{
    world->schedule.advance.waits = false;
}

static int64_t left_of(const struct mk_world *world)
{
    const struct mk_advance *advance = &world->schedule.advance;

    return advance->is_on ? advance->target - mk_clock_hand(&world->clock) : 0;
}

int64_t mk_schedule_destination(const struct mk_world *world)
{
    return mk_world_now(world) + left_of(world);
}

void mk_schedule_freeze(struct mk_world *world, bool frozen)
{
    struct mk_happening happening = { .moment = MK_NEVER, .kind = MK_HAPPENED_CLOCK };
    int64_t left = left_of(world);

    if (world->clock.frozen == frozen)
        return;
    mk_clock_freeze(&world->clock, frozen);
    world->schedule.advance.target = mk_clock_hand(&world->clock) + left;
    mk_world_happened(world, &happening);
}

/* --- The courier ------------------------------------------------------------------------------ */

int64_t mk_schedule_wake_at(const struct mk_world *world, bool is_blocked)
{
    int64_t now = mk_world_now(world);
    int64_t next = next_of(world, is_blocked ? now : INT64_MIN, true);

    if (world->schedule.advance.is_on && !is_held_up(world))
        return 0;
    if (next == INT64_MAX)
        return INT64_MAX;
    if (next <= now)
        return 0;
    return world->clock.frozen ? INT64_MAX : mk_monotonic_now() + (next - now);
}

/* Most worlds have nothing to wake anybody for, and each call asks. */
static bool is_quiet(const struct mk_world *world)
{
    const struct mk_schedule *schedule = &world->schedule;

    return schedule->links.count == 0 && world->deliveries.waiting == 0 && !schedule->advance.is_on;
}

void mk_schedule_note(struct mk_world *world)
{
    if (is_quiet(world))
        return;

    int64_t wake_at = mk_schedule_wake_at(world, false);
    if (wake_at >= atomic_load_explicit(&world->wake_at, memory_order_relaxed))
        return;
    atomic_store_explicit(&world->wake_at, wake_at, memory_order_release);
    if (world->config.wake != NULL)
        world->config.wake(world->config.wake_context);
}
