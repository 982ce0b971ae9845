/* SPDX-License-Identifier: MIT */
#include "core/world.h"

#include "base/memory.h"

#include <stdlib.h>

static void start_clock(struct mk_world *world, const struct mk_world_config *config)
{
    int64_t start = config->start == MK_NEVER ? mk_real_now() : config->start;

    mk_clock_start(&world->clock, start, config->deterministic);
}

static void start_random(struct mk_world *world, const struct mk_world_config *config)
{
    mk_random_seeded(&world->ids, world->seed, "ids");
    if (config->deterministic)
        mk_random_seeded(&world->secrets, world->seed, "secrets");
    else
        mk_random_system(&world->secrets);
}

struct mk_world *mk_world_new(const struct mk_world_config *config, const char *client_id,
                              const char *secret)
{
    struct mk_world *world = mk_alloc_zero(1, sizeof(*world));

    pthread_mutex_init(&world->lock, NULL);
    world->client_id = mk_copy(client_id);
    world->secret = mk_copy(secret);
    world->seed = mk_seed_derive(config->seed, client_id);
    start_clock(world, config);
    start_random(world, config);
    mk_sessions_init(&world->sessions);
    mk_links_init(&world->links, mk_catalog_find(config->bank->catalog, "chase"));
    mk_limits_init(&world->limits);
    world->bank = config->bank;
    world->settings = (struct mk_settings){ .timestamps = config->timestamps,
                                            .refresh_span = MK_REFRESH_SPAN,
                                            .auto_refresh_span = MK_AUTO_REFRESH_SPAN,
                                            .has_rate_limits = config->has_rate_limits,
                                            .auto_institution = MK_NO_INSTITUTION };
    return world;
}

void mk_world_free(struct mk_world *world)
{
    if (world == NULL)
        return;
    mk_bearers_done(&world->bearers);
    mk_sessions_done(&world->sessions);
    mk_links_done(&world->links);
    mk_limits_done(&world->limits);
    pthread_mutex_destroy(&world->lock);
    free(world->client_id);
    free(world->secret);
    free(world);
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
