/* SPDX-License-Identifier: MIT */
/*
 * All worlds, and the door to them: who is let in, and into which world.
 *
 * The table has a read-write lock of its own, held only inside these functions. None of them wants
 * a world's lock to be held by the caller; mk_worlds_bearer() and mk_worlds_other_has_link() take
 * one world's lock at a time. A world that was returned stays valid until mk_worlds_free().
 */
#ifndef MK_CORE_WORLDS_H
#define MK_CORE_WORLDS_H

#include "core/world.h"

/* Limit of a client_id; a longer one is refused with 401. */
#define MK_CLIENT_ID_MAX 200
#define MK_CLIENT_SECRET_MAX 1000

/* The client that the fixed access token belongs to. */
#define MK_FIXED_CLIENT "sandbox"

struct mk_client {
    char *id;
    char *secret;
};

struct mk_worlds_config {
    struct mk_world_config world;
    size_t max_worlds;
    const struct mk_client *clients; /* only these may in; borrowed */
    size_t client_count;             /* 0: any */
    const char *access_token;        /* never expires, for MK_FIXED_CLIENT; NULL: none; borrowed */
};

/* Who calls. */
struct mk_caller {
    struct mk_world *world;
    char scope[MK_SCOPE_SIZE]; /* of the token; "" for all */
};

struct mk_worlds;

struct mk_worlds *mk_worlds_new(const struct mk_worlds_config *config);
void mk_worlds_free(struct mk_worlds *worlds);

/*
 * Lets a client in by its id and secret and makes its world at the first time. MK_UNAUTHORIZED with
 * a sentence: nothing given, not one of the configured clients, or not the secret that is pinned.
 * MK_UNAVAILABLE when there are max_worlds.
 */
enum mk_err mk_worlds_sign_in(struct mk_worlds *worlds, const char *client_id, const char *secret,
                              struct mk_problem *problem, struct mk_caller *ret);

/*
 * Lets the holder of a bearer token in. MK_UNAUTHORIZED or MK_BEARER_EXPIRED (*ret is set then too,
 * for the log); with `expired_too` an expired one is let in (control calls: moving the clock
 * expires tokens).
 */
enum mk_err mk_worlds_bearer(struct mk_worlds *worlds, const char *token, bool expired_too,
                             struct mk_problem *problem, struct mk_caller *ret);

/* The world of a client that has one, or NULL. */
struct mk_world *mk_worlds_find(struct mk_worlds *worlds, const char *client_id);

/* The world that a link session's token or a visit to a bank names, or NULL. */
struct mk_world *mk_worlds_by_handle(struct mk_worlds *worlds, uint32_t handle);

/*
 * Whether a world other than `mine` has this link in sight (the documented example, which all have,
 * apart).
 */
bool mk_worlds_other_has_link(struct mk_worlds *worlds, const struct mk_world *mine,
                              const char *link_id);

#endif
