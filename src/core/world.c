/* SPDX-License-Identifier: MIT */
#include "core/world.h"

#include "base/memory.h"

#include <stdlib.h>

const char *const mk_clock_kind_names[] = { "real", "world", NULL };

static void start_clock(struct mk_world *world, const struct mk_world_config *config)
{
    int64_t start = config->start == MK_NEVER ? mk_real_now() : config->start;

    mk_clock_start(&world->clock, start, config->deterministic);
}

static void start_random(struct mk_world *world, int64_t root_seed)
{
    world->root_seed = root_seed;
    world->seed = mk_seed_derive((uint64_t)root_seed, world->client_id);
    mk_random_seeded(&world->ids, world->seed, "ids");
    if (world->config.deterministic)
        mk_random_seeded(&world->secrets, world->seed, "secrets");
    else
        mk_random_system(&world->secrets);
}

static struct mk_settings first_settings(const struct mk_world_config *config)
{
    return (struct mk_settings){ .timestamps = config->timestamps,
                                 .token_clock = MK_CLOCK_REAL,
                                 .signature_clock =
                                     config->deterministic ? MK_CLOCK_WORLD : MK_CLOCK_REAL,
                                 .token_span = MK_BEARER_SECONDS * MK_SECOND,
                                 .webhook_retry_span = MK_RETRY_SPAN,
                                 .refresh_span = MK_REFRESH_SPAN,
                                 .auto_refresh_span = MK_AUTO_REFRESH_SPAN,
                                 .has_rate_limits = config->has_rate_limits,
                                 .auto_institution = MK_NO_INSTITUTION };
}

struct mk_world *mk_world_new(const struct mk_world_config *config, const char *client_id,
                              const char *secret)
{
    struct mk_world *world = mk_alloc_zero(1, sizeof(*world));

    pthread_mutex_init(&world->lock, NULL);
    atomic_init(&world->holders, 1);
    atomic_init(&world->wake_at, INT64_MAX);
    world->config = *config;
    world->client_id = mk_copy(client_id);
    world->secret = mk_copy(secret);
    start_clock(world, config);
    start_random(world, (int64_t)config->seed);
    mk_sessions_init(&world->sessions);
    mk_links_init(&world->links, mk_catalog_find(config->bank->catalog, "chase"));
    mk_limits_init(&world->limits);
    mk_faults_init(&world->faults, world->seed);
    mk_deliveries_init(&world->deliveries);
    mk_schedule_init(&world->schedule);
    mk_journal_init(&world->journal);
    world->bank = config->bank;
    world->settings = first_settings(config);
    return world;
}

static void free_world(struct mk_world *world)
{
    mk_bearers_done(&world->bearers);
    mk_sessions_done(&world->sessions);
    mk_links_done(&world->links);
    mk_limits_done(&world->limits);
    mk_faults_done(&world->faults);
    mk_deliveries_done(&world->deliveries);
    mk_keys_done(&world->keys);
    mk_schedule_done(&world->schedule);
    mk_journal_done(&world->journal);
    mk_bells_done(&world->bells);
    pthread_mutex_destroy(&world->lock);
    free(world->client_id);
    free(world->secret);
    free(world);
}

struct mk_world *mk_world_hold(struct mk_world *world)
{
    atomic_fetch_add_explicit(&world->holders, 1, memory_order_relaxed);
    return world;
}

void mk_world_release(struct mk_world *world)
{
    if (world != NULL && atomic_fetch_sub_explicit(&world->holders, 1, memory_order_acq_rel) == 1)
        free_world(world);
}

#define SWAP(member) \
    do { \
        __typeof__(world->member) ours = world->member; \
        world->member = from->member; \
        from->member = ours; \
    } while (0)

void mk_world_take(struct mk_world *world, struct mk_world *from, bool with_keys)
{
    int64_t moved = mk_world_now(from) - mk_world_now(world);

    mk_bearers_move(&world->bearers, moved);
    if (!with_keys)
        mk_keys_move(&world->keys, moved);
    mk_journal_set_limit(&world->journal, from->journal.limit);
    SWAP(root_seed);
    SWAP(seed);
    SWAP(clock);
    SWAP(ids);
    SWAP(secrets);
    SWAP(sessions);
    SWAP(links);
    SWAP(settings);
    SWAP(limits);
    SWAP(deliveries);
    SWAP(schedule);
    mk_faults_swap(&world->faults, &from->faults);
    if (with_keys)
        SWAP(keys);
    world->epoch++;
}

void mk_world_lock(struct mk_world *world)
{
    pthread_mutex_lock(&world->lock);
}

void mk_world_unlock(struct mk_world *world)
{
    pthread_mutex_unlock(&world->lock);
}

int64_t mk_world_now(const struct mk_world *world)
{
    return mk_clock_now(&world->clock);
}

void mk_world_reseed(struct mk_world *world, int64_t root_seed)
{
    start_random(world, root_seed);
    mk_faults_reseed(&world->faults, world->seed);
}

void mk_world_happened(struct mk_world *world, struct mk_happening *happening)
{
    if (happening->moment == MK_NEVER)
        happening->moment = mk_world_now(world);
    mk_journal_add(&world->journal, happening);
    mk_bells_ring(&world->bells);
}
