/* SPDX-License-Identifier: MIT */
/*
 * A world: everything that belongs to one client_id. Made at the client's first valid call, it
 * lives as long as the server.
 *
 * The world is the unit of locking: whoever reads or writes anything in it but client_id, handle
 * and seed holds its lock, and nobody ever holds two. This file has containers and the lock only; a
 * rule about links belongs in links.c.
 */
#ifndef MK_CORE_WORLD_H
#define MK_CORE_WORLD_H

#include "base/clock.h"
#include "base/random.h"
#include "core/bearers.h"
#include "core/links.h"
#include "core/sessions.h"

#include <pthread.h>

struct mk_world {
    pthread_mutex_t lock;
    char *client_id;
    char *secret;    /* pinned at the first valid call; NULL: not yet (reached by a fixed token) */
    uint32_t handle; /* names the world in its tokens; tells nothing of others */
    uint64_t seed;   /* of generated ids and data: the root seed and the client_id */
    enum mk_time_style timestamps;
    struct mk_clock clock;
    struct mk_random ids;
    struct mk_random secrets;
    struct mk_bearers bearers;
    struct mk_sessions sessions;
    struct mk_links links;
};

/* What all worlds start from. */
struct mk_world_config {
    uint64_t seed;
    bool deterministic; /* secrets repeat too, and clocks stand still */
    int64_t start;      /* where clocks start; MK_NEVER: the real time */
    enum mk_time_style timestamps;
    size_t chase; /* institution of the documented example */
};

struct mk_world *mk_world_new(const struct mk_world_config *config, const char *client_id,
                              const char *secret);
void mk_world_free(struct mk_world *world);

void mk_world_lock(struct mk_world *world);
void mk_world_unlock(struct mk_world *world);

int64_t mk_world_now(const struct mk_world *world);

#endif
