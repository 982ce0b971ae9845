/* SPDX-License-Identifier: MIT */
/*
 * What falls due in a world by its clock, in the order of the times: refreshes of links and their
 * ends, attempts of deliveries, ends of sessions, of tokens and of deleted links, retirements of
 * keys. (Access tokens end by being looked at: nothing is to be run for them.)
 *
 * The courier runs it when the clock gets there by itself; PUT /sandbox/clock and POST
 * /sandbox/clock/advance make the clock step from one due time to the next (struct mk_advance).
 * Both run the same events in the same order. What has no effect that anybody could see before the
 * next call (sessions, tokens, keys, links that nobody waits for) wakes nobody up: it is run with
 * the rest, or when a call looks.
 *
 * Links are settled by core/products.h. A link is in the schedule while a refresh of it is under
 * way, or while it has a webhook and daily refreshes. Its entry in the heap holds while the link's
 * `scheduled` says the same time; others are dropped when they come up, or when they are most of
 * the heap. Guarded by the world's lock.
 */
#ifndef MK_CORE_SCHEDULE_H
#define MK_CORE_SCHEDULE_H

#include "base/heap.h"
#include "core/links.h"

struct mk_world;

/* Events run in one go: then the lock is given up for a moment. */
enum { MK_SCHEDULE_STRIDE = 256 };

/*
 * A movement of the clock that is under way. One that waits stands at each due time until the
 * attempts that fell due have been taken by the courier and have come back. One that does not wait
 * stops there for the courier to take them, and goes on.
 */
struct mk_advance {
    bool is_on;
    bool waits;         /* for deliveries that are out */
    int64_t target;     /* where the clock's hand goes: mk_clock_hand() */
    int64_t stopped;    /* where the hand stood when it last stopped for the courier, */
    size_t stopped_out; /* and how many attempts were out */
    uint64_t moves;     /* that were completed; a caller waits for its own */
};

struct mk_schedule {
    struct mk_heap links; /* what: the link's number; see struct mk_link's `scheduled` */
    size_t live;          /* links that are in it: the other entries hold no longer */
    struct mk_advance advance;
};

void mk_schedule_init(struct mk_schedule *schedule);
void mk_schedule_done(struct mk_schedule *schedule);

/* Call it after anything that may have moved the link's next due time, its webhook or its state. */
void mk_schedule_link(struct mk_world *world, struct mk_link *link);

/* The same for all links: they were loaded. */
void mk_schedule_links(struct mk_world *world);

/* The setting auto_refresh_seconds, as a span: what fell due under the old one happens first. */
void mk_schedule_daily(struct mk_world *world, int64_t span);

/* When the next thing falls due, world's clock; INT64_MAX: nothing will. */
int64_t mk_schedule_next(const struct mk_world *world);

/*
 * The courier's turn: runs what is due by now, at most MK_SCHEDULE_STRIDE events, and moves the
 * clock where a movement is under way. True when there is more to do at once; the courier takes
 * what attempts are due in between. False also when a movement waits for deliveries: then it is
 * called again when one has come back.
 */
bool mk_schedule_run(struct mk_world *world);

/*
 * Moves the clock on by `span` (0: none). Returns the number that `moves` has when this is done.
 * One that comes while another is under way adds to it; `waits` holds if either wants it.
 */
uint64_t mk_schedule_advance(struct mk_world *world, int64_t span, bool waits);

/* The caller has waited long enough: the rest of the movement does not wait for deliveries. */
void mk_schedule_hurry(struct mk_world *world);

/* Where the clock will stand when the movement that is under way is done; else its now. */
int64_t mk_schedule_destination(const struct mk_world *world);

/* Stops the clock or lets it run, also in the middle of a movement, and tells it. */
void mk_schedule_freeze(struct mk_world *world, bool frozen);

/*
 * When the courier should look at this world, mk_monotonic_now(); 0: at once; INT64_MAX: when it is
 * told. For one that `is_blocked` the attempts that are due by now do not count: it knows them, and
 * looks when their receivers have room. mk_schedule_note() tells it if that is sooner than it
 * knows: dispatch calls it before it gives up the lock.
 */
int64_t mk_schedule_wake_at(const struct mk_world *world, bool is_blocked);
void mk_schedule_note(struct mk_world *world);

#endif
