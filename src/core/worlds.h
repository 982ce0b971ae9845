/* SPDX-License-Identifier: MIT */
/*
 * All worlds, and the door to them: who is let in, and into which world.
 *
 * The table has a read-write lock of its own, held only inside these functions. None of them wants
 * a world's lock to be held by the caller; mk_worlds_bearer() and mk_worlds_other_has_link() take
 * one world's lock at a time. A world that is returned, also in a struct mk_caller, is held by the
 * caller, who releases it.
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
 * All worlds there are, each held, in no order that means anything; returns their number. The array
 * is the caller's to free. With `due_by` only those whose wake_at is not later.
 */
size_t mk_worlds_list(struct mk_worlds *worlds, int64_t due_by, struct mk_world ***ret);
size_t mk_worlds_count(struct mk_worlds *worlds);

/* The soonest wake_at of all. */
int64_t mk_worlds_wake_at(struct mk_worlds *worlds);

/*
 * Takes the client's world out of the table: its tokens are unknown from now on. Held by the caller
 * now; NULL when there was none. Calls that are in it finish in it.
 */
struct mk_world *mk_worlds_remove(struct mk_worlds *worlds, const char *client_id);

/*
 * Puts a world in that was made elsewhere (a fork, --load); the table takes the caller's hold over.
 * It keeps its handle if it has one that is free. Nothing happens with MK_WORLD_EXISTS when the
 * client has a world, MK_UNAUTHORIZED when it is none of the configured ones or has another secret,
 * MK_UNAVAILABLE when there are max_worlds.
 */
enum mk_err mk_worlds_add(struct mk_worlds *worlds, struct mk_world *world,
                          struct mk_problem *problem);
const struct mk_world_config *mk_worlds_config(const struct mk_worlds *worlds);

/*
 * Whether a world other than `mine` has this link in sight (the documented example, which all have,
 * apart).
 */
bool mk_worlds_other_has_link(struct mk_worlds *worlds, const struct mk_world *mine,
                              const char *link_id);

#endif
