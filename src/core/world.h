/* SPDX-License-Identifier: MIT */
/*
 * A world: everything that belongs to one client_id. Made at the client's first valid call, it
 * lives until an administrator deletes it or the server ends. Counted: the table of worlds holds
 * it, and so does everybody who works with it without a lock (a call, a parcel).
 *
 * The world is the unit of locking: whoever reads or writes anything in it but client_id, handle,
 * config and the atomic members holds its lock, and nobody ever holds two. This file has containers
 * and the lock only; a rule about links belongs in links.c.
 */
#ifndef MK_CORE_WORLD_H
#define MK_CORE_WORLD_H

#include "base/bell.h"
#include "base/clock.h"
#include "base/random.h"
#include "core/bank.h"
#include "core/bearers.h"
#include "core/deliveries.h"
#include "core/faults.h"
#include "core/journal.h"
#include "core/keys.h"
#include "core/limits.h"
#include "core/links.h"
#include "core/schedule.h"
#include "core/sessions.h"

#include <pthread.h>
#include <stdatomic.h>

/* Which of the two clocks something goes by. */
enum mk_clock_kind { MK_CLOCK_REAL, MK_CLOCK_WORLD };
extern const char *const mk_clock_kind_names[]; /* NULL-ended */

/* What a world's tests may set. */
struct mk_settings {
    enum mk_time_style timestamps;
    uint8_t token_clock;        /* enum mk_clock_kind: when access tokens expire */
    uint8_t signature_clock;    /* enum mk_clock_kind: the iat of webhook signatures */
    int64_t token_span;         /* how long an access token is good */
    int64_t webhook_retry_span; /* from a delivery's first attempt to its second */
    int64_t refresh_span;       /* how long a requested refresh takes */
    int64_t auto_refresh_span;  /* between daily refreshes; 0: none */
    int64_t auto_refresh_since; /* when that was set: no daily one begins before; 0: never */
    bool has_rate_limits;       /* the documented ones are enforced */
    uint16_t
        auto_institution; /* Connect's pages finish by themselves, here; or MK_NO_INSTITUTION */
    uint8_t auto_persona; /* and as this one */
};

#define MK_REFRESH_SPAN MK_SECOND
#define MK_AUTO_REFRESH_SPAN MK_DAY

/* What all worlds start from. */
struct mk_world_config {
    uint64_t seed;
    bool deterministic; /* secrets repeat too, and clocks stand still */
    int64_t start;      /* where clocks start; MK_NEVER: the real time */
    enum mk_time_style timestamps;
    bool has_rate_limits;
    const struct mk_bank *bank;  /* borrowed, as the next */
    struct mk_signer *signer;    /* the server's; NULL in tests that sign nothing */
    void (*wake)(void *context); /* tells the courier to look at wake_at; NULL: there is none */
    void *wake_context;
};

struct mk_world {
    pthread_mutex_t lock;
    atomic_uint holders;
    _Atomic int64_t wake_at; /* what the courier knows: core/schedule.h */
    struct mk_world_config config;
    bool is_gone;   /* deleted: nobody new comes in */
    uint32_t epoch; /* counts resets and loads */
    char *client_id;
    char *secret;    /* pinned at the first valid call; NULL: not yet (reached by a fixed token) */
    uint32_t handle; /* names the world in its tokens; tells nothing of others */
    int64_t root_seed;
    uint64_t seed; /* of generated ids and data: the root seed and the client_id */
    struct mk_clock clock;
    struct mk_random ids;
    struct mk_random secrets;
    struct mk_bearers bearers;
    struct mk_sessions sessions;
    struct mk_links links;
    struct mk_settings settings;
    struct mk_limits limits;
    struct mk_faults faults;
    struct mk_deliveries deliveries;
    struct mk_keys keys;
    struct mk_schedule schedule;
    struct mk_journal journal;
    struct mk_bells bells; /* of calls that wait for something to happen here */
    const struct mk_bank *bank;
};

/* Held once, by the caller. */
struct mk_world *mk_world_new(const struct mk_world_config *config, const char *client_id,
                              const char *secret);
struct mk_world *mk_world_hold(struct mk_world *world);
void mk_world_release(struct mk_world *world); /* the last one frees it; NULL is fine */

/*
 * Swaps the contents of two worlds: all that a reset clears. Client, secret, handle, bearers, bells
 * and the journal stay; a reset keeps the keys too (`with_keys` false). The lock of the first is
 * held, the second is nobody else's: it has the old contents then, to be released without the lock.
 */
void mk_world_take(struct mk_world *world, struct mk_world *from, bool with_keys);

/* Adds to the journal and rings the bells. The moment is filled in when it is MK_NEVER. */
void mk_world_happened(struct mk_world *world, struct mk_happening *happening);

void mk_world_lock(struct mk_world *world);
void mk_world_unlock(struct mk_world *world);

int64_t mk_world_now(const struct mk_world *world);

/* As if the server had been started with this seed. Wants a world without links and sessions. */
void mk_world_reseed(struct mk_world *world, int64_t root_seed);

#endif
