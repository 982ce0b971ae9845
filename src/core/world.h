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
#include "core/bank.h"
#include "core/bearers.h"
#include "core/limits.h"
#include "core/links.h"
#include "core/sessions.h"

#include <pthread.h>

/* What a world's tests may set. */
struct mk_settings {
    enum mk_time_style timestamps;
    int64_t refresh_span;      /* how long a requested refresh takes */
    int64_t auto_refresh_span; /* between daily refreshes; 0: none */
    bool has_rate_limits;      /* the documented ones are enforced */
    uint16_t
        auto_institution; /* Connect's pages finish by themselves, here; or MK_NO_INSTITUTION */
    uint8_t auto_persona; /* and as this one */
};

#define MK_REFRESH_SPAN MK_SECOND
#define MK_AUTO_REFRESH_SPAN MK_DAY

struct mk_world {
    pthread_mutex_t lock;
    char *client_id;
    char *secret;    /* pinned at the first valid call; NULL: not yet (reached by a fixed token) */
    uint32_t handle; /* names the world in its tokens; tells nothing of others */
    uint64_t seed;   /* of generated ids and data: the root seed and the client_id */
    struct mk_clock clock;
    struct mk_random ids;
    struct mk_random secrets;
    struct mk_bearers bearers;
    struct mk_sessions sessions;
    struct mk_links links;
    struct mk_settings settings;
    struct mk_limits limits;
    const struct mk_bank *bank;
};

/* What all worlds start from. */
struct mk_world_config {
    uint64_t seed;
    bool deterministic; /* secrets repeat too, and clocks stand still */
    int64_t start;      /* where clocks start; MK_NEVER: the real time */
    enum mk_time_style timestamps;
    bool has_rate_limits;
    const struct mk_bank *bank; /* borrowed */
};

struct mk_world *mk_world_new(const struct mk_world_config *config, const char *client_id,
                              const char *secret);
void mk_world_free(struct mk_world *world);

void mk_world_lock(struct mk_world *world);
void mk_world_unlock(struct mk_world *world);

int64_t mk_world_now(const struct mk_world *world);

#endif
