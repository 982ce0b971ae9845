/* SPDX-License-Identifier: MIT */
#include "core/limits.h"

#include "base/clock.h"
#include "base/random.h"

static uint64_t hash_of(uint64_t key)
{
    return mk_hash(&key, sizeof(key));
}

static bool has_key(const void *owner, uint32_t number, const void *key)
{
    const struct mk_limits *limits = owner;
    const struct mk_limit_counter *counter = mk_store_at(&limits->counters, number);

    return counter->key == *(const uint64_t *)key;
}

void mk_limits_init(struct mk_limits *limits)
{
    *limits = (struct mk_limits){ 0 };
    mk_store_init(&limits->counters, sizeof(struct mk_limit_counter));
}

void mk_limits_done(struct mk_limits *limits)
{
    mk_store_done(&limits->counters);
    mk_map_done(&limits->by_key);
}

/* Another minute, a past one too: a clock may be set back. */
static void forget(struct mk_limits *limits, int64_t minute)
{
    mk_limits_done(limits);
    mk_limits_init(limits);
    limits->minute = minute;
}

/* The counter of this key, made when there is none; NULL over MK_LIMITS_MAX. */
static struct mk_limit_counter *counter_of(struct mk_limits *limits, uint64_t key)
{
    uint32_t number = mk_map_find(&limits->by_key, hash_of(key), has_key, limits, &key);

    if (number != MK_NONE)
        return mk_store_at(&limits->counters, number);
    if (limits->counters.count >= MK_LIMITS_MAX)
        return NULL;
    number = mk_store_add(&limits->counters);
    struct mk_limit_counter *counter = mk_store_at(&limits->counters, number);
    *counter = (struct mk_limit_counter){ .key = key };
    mk_map_add(&limits->by_key, hash_of(key), number);
    return counter;
}

bool mk_limits_restore(struct mk_limits *limits, const struct mk_limit_counter *saved)
{
    struct mk_limit_counter *counter = counter_of(limits, saved->key);

    if (counter == NULL || counter->count > 0)
        return false;
    *counter = *saved;
    return true;
}

enum mk_err mk_limits_count(struct mk_limits *limits, uint32_t what, const char *whom,
                            unsigned most, int64_t now, struct mk_problem *problem)
{
    int64_t into = (now % MK_MINUTE + MK_MINUTE) % MK_MINUTE;
    int64_t minute = (now - into) / MK_MINUTE;

    if (minute != limits->minute)
        forget(limits, minute);
    struct mk_limit_counter *counter = counter_of(limits, mk_seed_derive(what, whom));
    if (counter == NULL)
        return mk_fail(problem, MK_UNAVAILABLE,
                       "This client's calls concern more than %u users and links in a minute, "
                       "the sandbox's limit.",
                       MK_LIMITS_MAX);
    if (counter->count >= most) {
        problem->retry_after = (MK_MINUTE - into + MK_SECOND - 1) / MK_SECOND;
        return mk_fail(problem, MK_RATE_LIMITED, "Rate limit exceeded: %u calls a minute.", most);
    }
    counter->count++;
    return MK_OK;
}
