/* SPDX-License-Identifier: MIT */
/*
 * Rate limits of a world: calls counted in windows of one minute of the world's clock. Embedded in
 * the world and guarded by its lock; what was counted is forgotten with its minute.
 */
#ifndef MK_CORE_LIMITS_H
#define MK_CORE_LIMITS_H

#include "base/map.h"
#include "core/error.h"
#include "core/store.h"

/* Calls that one minute counts apart; further ones get 503. */
#define MK_LIMITS_MAX 1000000U

/*
 * A hash stands for what is counted, so that a counter's size does not depend on what callers send.
 * It is the same in every run, for snapshots; who looks for two keys that share a counter looks for
 * them in a world of their own.
 */
struct mk_limit_counter {
    uint64_t key;
    uint32_t count; /* at least 1 */
};

struct mk_limits {
    struct mk_store counters; /* of struct mk_limit_counter, in the order of the first calls */
    struct mk_map by_key;
    int64_t minute; /* that is being counted, since 1970 */
};

void mk_limits_init(struct mk_limits *limits);
void mk_limits_done(struct mk_limits *limits);

/*
 * Counts a call under (what, whom), a number and a text of the caller's choice (an operation and a
 * link's id). MK_RATE_LIMITED with retry_after when `most` were counted in this minute already.
 */
enum mk_err mk_limits_count(struct mk_limits *limits, uint32_t what, const char *whom,
                            unsigned most, int64_t now, struct mk_problem *problem);

/* A counter as a snapshot remembers it; false when it is there already, and over MK_LIMITS_MAX. */
bool mk_limits_restore(struct mk_limits *limits, const struct mk_limit_counter *saved);

#endif
