/* SPDX-License-Identifier: MIT */
/*
 * The keys that a world's webhooks are signed with: the server's, until the world rotates; then
 * keys of its own, each a function of the server's key, the world's seed and the rotation's number,
 * so that a world loaded from a snapshot signs as before.
 *
 *     rotate: published -> active (signs) -> replaced by the next -> retired, 24 h later
 *
 * All in the world's clock. A key is in the JWKS from its publication to its retirement. Guarded by
 * the world's lock; a signer that was held outlives its key.
 */
#ifndef MK_CORE_KEYS_H
#define MK_CORE_KEYS_H

#include "base/clock.h"
#include "core/error.h"
#include "core/signer.h"

struct mk_world;

/* Limits, ours: over it a rotation gets 503; how long a replaced key stays published. */
#define MK_KEYS_MAX 100U
#define MK_KEY_RETIREMENT MK_DAY

struct mk_key {
    uint64_t seed;   /* what it was derived from: the world's seed then */
    uint32_t number; /* and the number of the rotation, from 1 */
    int64_t published;
    int64_t active;  /* signs from then on */
    int64_t retires; /* MK_NEVER: nothing has replaced it yet */
    struct mk_signer *signer;
};

struct mk_keys {
    struct mk_key *items; /* owned; those that are published, in the order in which they sign */
    size_t count;
    uint32_t rotations;
};

void mk_keys_done(struct mk_keys *keys);

/*
 * A new key, published now, which signs from `delay` on, until the next one does. Borrowed: what
 * stands before it in the list is what it replaces, the server's key when nothing does.
 */
enum mk_err mk_keys_rotate(struct mk_world *world, int64_t delay, struct mk_problem *problem,
                           const struct mk_key **ret);

/* A key as a snapshot remembers it; the signer is derived. False without memory. */
bool mk_keys_restore(struct mk_world *world, const struct mk_key *key);

/* The one that signs now: borrowed, hold it to keep it. */
struct mk_signer *mk_keys_signer(const struct mk_world *world, int64_t now);

/* A reset has moved the world's clock by `span`, and the keys are kept: their times move along. */
void mk_keys_move(struct mk_keys *keys, int64_t span);

/* When the next key retires, INT64_MAX: none; and lets those go whose time is over. */
int64_t mk_keys_next(const struct mk_keys *keys);
void mk_keys_retire(struct mk_keys *keys, int64_t now);

#endif
