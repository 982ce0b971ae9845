/* SPDX-License-Identifier: MIT */
#include "api/rates.h"

/* What calls are counted under. */
enum scope { LINK, USER, CLIENT, SCOPE_COUNT };

static enum mk_err count(struct mk_world *world, const struct mk_route *route, enum scope scope,
                         const char *whom, struct mk_problem *problem)
{
    const unsigned most[] = { route->per_link, route->per_user, route->per_client };
    uint32_t what = (uint32_t)(route - mk_routes) * SCOPE_COUNT + scope;

    if (most[scope] == 0 || !world->settings.has_rate_limits)
        return MK_OK;
    return mk_limits_count(&world->limits, what, whom, most[scope], mk_world_now(world), problem);
}

enum mk_err mk_rates_count(struct mk_world *world, const struct mk_route *route,
                           const char *link_id, struct mk_problem *problem)
{
    if (link_id != NULL)
        MK_TRY(count(world, route, LINK, link_id, problem));
    return count(world, route, CLIENT, "", problem);
}

enum mk_err mk_rates_count_user(struct mk_world *world, const struct mk_route *route,
                                const char *user_id, struct mk_problem *problem)
{
    return count(world, route, USER, user_id, problem);
}
