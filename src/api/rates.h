/* SPDX-License-Identifier: MIT */
/*
 * Rate limits of calls, as the route table has them (per_link, per_user, per_client). They hold in
 * worlds whose settings want them. The world's lock is held.
 *
 * Dispatch counts every call with credentials before it looks at path, query and body. What it
 * can't know counts a handler: the user of a session, the client that asks for a token.
 */
#ifndef MK_API_RATES_H
#define MK_API_RATES_H

#include "api/routes.h"

/* Counts a call under its link (NULL: names none) and its client; MK_RATE_LIMITED over a limit. */
enum mk_err mk_rates_count(struct mk_world *world, const struct mk_route *route,
                           const char *link_id, struct mk_problem *problem);

/* Counts it under the end user that it concerns. */
enum mk_err mk_rates_count_user(struct mk_world *world, const struct mk_route *route,
                                const char *user_id, struct mk_problem *problem);

#endif
