/* SPDX-License-Identifier: MIT */
/*
 * A bell: many may ring it, from any thread and at any time; one hears it. How a call that waits
 * for something learns that it may look again. Several rings may be heard as one.
 *
 * Bells are counted: everyone who keeps one holds it. The hearer silences it when it stops
 * listening; ringing is harmless from then on.
 */
#ifndef MK_BASE_BELL_H
#define MK_BASE_BELL_H

#include <stddef.h>

struct mk_bell;

/* Held once, by the caller. `heard` is called inside mk_bell_ring(), on the ringer's thread, with
 * the bell's own lock held: it only takes a note. */
struct mk_bell *mk_bell_new(void (*heard)(void *context), void *context);
struct mk_bell *mk_bell_hold(struct mk_bell *bell);
void mk_bell_release(struct mk_bell *bell); /* NULL is fine */

void mk_bell_ring(struct mk_bell *bell);

/* From its return on `heard` is not called any more. */
void mk_bell_silence(struct mk_bell *bell);

/* Those who wait for the same thing; zeroed memory is none. Guarded by the owner's lock. */
struct mk_bells {
    struct mk_bell **items; /* owned, each held */
    size_t count;
    size_t room;
};

/* Adds a bell, unless it is there already. */
void mk_bells_add(struct mk_bells *bells, struct mk_bell *bell);

/* Rings all and forgets them: who wants to hear more adds its bell again. */
void mk_bells_ring(struct mk_bells *bells);
void mk_bells_done(struct mk_bells *bells);

#endif
