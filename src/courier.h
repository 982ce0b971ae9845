/* SPDX-License-Identifier: MIT */
/*
 * The courier: one thread that goes round the worlds. It runs what has fallen due by their clocks
 * (core/schedule.h), carries their webhooks to the receivers (core/deliveries.h, http/poster.h),
 * and frees what resets have thrown away.
 *
 * It holds one world's lock at a time, and none while a post is under way or being signed.
 */
#ifndef MK_COURIER_H
#define MK_COURIER_H

#include "core/worlds.h"

struct mk_courier;

struct mk_courier_config {
    struct mk_worlds *worlds;
    const char *issuer; /* borrowed, as the next */
    const char *const *webhook_hosts;
    size_t webhook_host_count;
    bool deterministic; /* spans are not measured */
};

/* Starts the thread; NULL when the system refuses one. */
struct mk_courier *mk_courier_start(const struct mk_courier_config *config);

/* Gives up what is under way, ends the thread and frees all. */
void mk_courier_stop(struct mk_courier *courier);

/* Some world's wake_at has become sooner. Any thread; the argument is a struct mk_courier. */
void mk_courier_wake(void *courier);

/* Takes over a world that nobody else knows, to free it. Any thread; as above. */
void mk_courier_dispose(void *courier, struct mk_world *garbage);

#endif
