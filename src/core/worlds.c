/* SPDX-License-Identifier: MIT */
#include "core/worlds.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct mk_worlds {
    pthread_rwlock_t lock;
    struct mk_worlds_config config;
    struct mk_world **list; /* grows; NULL where a world was deleted */
    uint32_t used;          /* places of the list */
    uint32_t count;         /* worlds */
    uint32_t capacity;
    struct mk_map by_client;
    struct mk_map by_handle;
};

struct mk_worlds *mk_worlds_new(const struct mk_worlds_config *config)
{
    struct mk_worlds *worlds = mk_alloc_zero(1, sizeof(*worlds));

    pthread_rwlock_init(&worlds->lock, NULL);
    worlds->config = *config;
    return worlds;
}

void mk_worlds_free(struct mk_worlds *worlds)
{
    if (worlds == NULL)
        return;
    for (uint32_t i = 0; i < worlds->used; i++)
        mk_world_release(worlds->list[i]);
    free(worlds->list);
    mk_map_done(&worlds->by_client);
    mk_map_done(&worlds->by_handle);
    pthread_rwlock_destroy(&worlds->lock);
    free(worlds);
}

static bool has_client(const void *owner, uint32_t number, const void *key)
{
    const struct mk_worlds *worlds = owner;

    return strcmp(worlds->list[number]->client_id, key) == 0;
}

static bool has_handle(const void *owner, uint32_t number, const void *key)
{
    const struct mk_worlds *worlds = owner;

    return worlds->list[number]->handle == *(const uint32_t *)key;
}

/* Both want the table's lock held. */
static struct mk_world *by_client(const struct mk_worlds *worlds, const char *client_id)
{
    uint64_t hash = mk_hash(client_id, strlen(client_id));
    uint32_t number = mk_map_find(&worlds->by_client, hash, has_client, worlds, client_id);

    return number == MK_NONE ? NULL : worlds->list[number];
}

static struct mk_world *by_handle(const struct mk_worlds *worlds, uint32_t handle)
{
    uint64_t hash = mk_hash(&handle, sizeof(handle));
    uint32_t number = mk_map_find(&worlds->by_handle, hash, has_handle, worlds, &handle);

    return number == MK_NONE ? NULL : worlds->list[number];
}

static struct mk_world *hold(struct mk_world *world)
{
    return world == NULL ? NULL : mk_world_hold(world);
}

struct mk_world *mk_worlds_find(struct mk_worlds *worlds, const char *client_id)
{
    pthread_rwlock_rdlock(&worlds->lock);
    struct mk_world *world = hold(by_client(worlds, client_id));
    pthread_rwlock_unlock(&worlds->lock);
    return world;
}

struct mk_world *mk_worlds_by_handle(struct mk_worlds *worlds, uint32_t handle)
{
    pthread_rwlock_rdlock(&worlds->lock);
    struct mk_world *world = hold(by_handle(worlds, handle));
    pthread_rwlock_unlock(&worlds->lock);
    return world;
}

/* The place of a deleted world, or a new one. */
static uint32_t free_place(struct mk_worlds *worlds)
{
    uint32_t place = 0;

    while (worlds->count < worlds->used && worlds->list[place] != NULL)
        place++;
    if (worlds->count < worlds->used)
        return place;
    if (worlds->used == worlds->capacity) {
        worlds->capacity = worlds->capacity > 0 ? worlds->capacity * 2 : 8;
        worlds->list = mk_resize(worlds->list, worlds->capacity, sizeof(struct mk_world *));
    }
    return worlds->used++;
}

/* Wants the table's lock held for writing, as the next. A handle that the world has is kept. */
static void add(struct mk_worlds *worlds, struct mk_world *world, struct mk_random *handles)
{
    while (world->handle == 0 || by_handle(worlds, world->handle) != NULL)
        world->handle = (uint32_t)mk_random_next(handles);

    uint32_t number = free_place(worlds);
    worlds->list[number] = world;
    worlds->count++;
    mk_map_add(&worlds->by_client, mk_hash(world->client_id, strlen(world->client_id)), number);
    mk_map_add(&worlds->by_handle, mk_hash(&world->handle, sizeof(world->handle)), number);
}

static enum mk_err check_room(const struct mk_worlds *worlds, struct mk_problem *problem)
{
    if (worlds->count < worlds->config.max_worlds)
        return MK_OK;
    return mk_fail(problem, MK_UNAVAILABLE,
                   "The sandbox holds %zu clients' worlds, its limit (--max-worlds).",
                   worlds->config.max_worlds);
}

static enum mk_err make(struct mk_worlds *worlds, const char *client_id, const char *secret,
                        struct mk_problem *problem, struct mk_world **ret)
{
    MK_TRY(check_room(worlds, problem));
    *ret = mk_world_new(&worlds->config.world, client_id, secret);
    add(worlds, *ret, &(*ret)->secrets);
    return MK_OK;
}

/* The client's world, made when there is none; secret may be NULL: nothing is pinned then. */
static enum mk_err enter(struct mk_worlds *worlds, const char *client_id, const char *secret,
                         struct mk_problem *problem, struct mk_world **ret)
{
    enum mk_err err = MK_OK;

    *ret = mk_worlds_find(worlds, client_id);
    if (*ret != NULL)
        return MK_OK;

    pthread_rwlock_wrlock(&worlds->lock);
    *ret = by_client(worlds, client_id);
    if (*ret == NULL)
        err = make(worlds, client_id, secret, problem, ret);
    hold(*ret);
    pthread_rwlock_unlock(&worlds->lock);
    return err;
}

/* Of those that --client names; a world without a secret is let in by its id. */
static bool is_admitted(const struct mk_worlds *worlds, const struct mk_world *world)
{
    for (size_t i = 0; i < worlds->config.client_count; i++) {
        const struct mk_client *client = &worlds->config.clients[i];
        if (strcmp(client->id, world->client_id) == 0)
            return world->secret == NULL || mk_same_secret(client->secret, world->secret);
    }
    bool is_fixed =
        worlds->config.access_token != NULL && strcmp(world->client_id, MK_FIXED_CLIENT) == 0;
    return worlds->config.client_count == 0 || is_fixed;
}

/* What the world holds was drawn already, or will be: its secrets are left as they are. */
static void open_handles(const struct mk_world *world, struct mk_random *ret)
{
    if (world->config.deterministic)
        mk_random_seeded(ret, mk_seed_derive(world->seed, world->client_id), "handle");
    else
        mk_random_system(ret);
}

/* What the world came with may be due. Lets the world go. */
static void tell_courier(struct mk_world *world)
{
    mk_world_lock(world);
    mk_schedule_note(world);
    mk_world_unlock(world);
    mk_world_release(world);
}

enum mk_err mk_worlds_add(struct mk_worlds *worlds, struct mk_world *world,
                          struct mk_problem *problem)
{
    struct mk_random handles;

    if (!is_admitted(worlds, world))
        return mk_fail(problem, MK_UNAUTHORIZED,
                       "Unknown client or wrong secret: this sandbox admits only its configured "
                       "clients (--client).");
    open_handles(world, &handles);
    pthread_rwlock_wrlock(&worlds->lock);
    enum mk_err err = by_client(worlds, world->client_id) != NULL ? MK_WORLD_EXISTS : MK_OK;
    if (err == MK_OK)
        err = check_room(worlds, problem);
    if (err == MK_OK) {
        add(worlds, world, &handles);
        hold(world);
    }
    pthread_rwlock_unlock(&worlds->lock);
    if (err == MK_OK)
        tell_courier(world);
    return err;
}

/* Wants the table's lock held for writing. */
static struct mk_world *take_out(struct mk_worlds *worlds, struct mk_world *world)
{
    uint64_t hash = mk_hash(world->client_id, strlen(world->client_id));
    uint32_t number = mk_map_find(&worlds->by_client, hash, has_client, worlds, world->client_id);

    mk_map_remove(&worlds->by_client, hash, number);
    mk_map_remove(&worlds->by_handle, mk_hash(&world->handle, sizeof(world->handle)), number);
    worlds->list[number] = NULL;
    worlds->count--;
    return world;
}

struct mk_world *mk_worlds_remove(struct mk_worlds *worlds, const char *client_id)
{
    pthread_rwlock_wrlock(&worlds->lock);
    struct mk_world *world = by_client(worlds, client_id);
    if (world != NULL)
        take_out(worlds, world);
    pthread_rwlock_unlock(&worlds->lock);
    if (world == NULL)
        return NULL;
    mk_world_lock(world);
    world->is_gone = true;
    mk_bells_ring(&world->bells);
    mk_world_unlock(world);
    return world;
}

size_t mk_worlds_list(struct mk_worlds *worlds, int64_t due_by, struct mk_world ***ret)
{
    size_t count = 0;

    pthread_rwlock_rdlock(&worlds->lock);
    *ret = mk_alloc((worlds->count + 1) * sizeof(struct mk_world *));
    for (uint32_t i = 0; i < worlds->used; i++) {
        struct mk_world *world = worlds->list[i];
        if (world != NULL && (due_by == INT64_MAX || atomic_load(&world->wake_at) <= due_by))
            (*ret)[count++] = mk_world_hold(world);
    }
    pthread_rwlock_unlock(&worlds->lock);
    return count;
}

size_t mk_worlds_count(struct mk_worlds *worlds)
{
    pthread_rwlock_rdlock(&worlds->lock);
    size_t count = worlds->count;
    pthread_rwlock_unlock(&worlds->lock);
    return count;
}

int64_t mk_worlds_wake_at(struct mk_worlds *worlds)
{
    int64_t soonest = INT64_MAX;

    pthread_rwlock_rdlock(&worlds->lock);
    for (uint32_t i = 0; i < worlds->used; i++) {
        int64_t own = worlds->list[i] == NULL ? INT64_MAX : atomic_load(&worlds->list[i]->wake_at);
        soonest = own < soonest ? own : soonest;
    }
    pthread_rwlock_unlock(&worlds->lock);
    return soonest;
}

const struct mk_world_config *mk_worlds_config(const struct mk_worlds *worlds)
{
    return &worlds->config.world;
}

static enum mk_err check_configured(const struct mk_worlds *worlds, const char *client_id,
                                    const char *secret, struct mk_problem *problem)
{
    for (size_t i = 0; i < worlds->config.client_count; i++) {
        const struct mk_client *client = &worlds->config.clients[i];
        if (strcmp(client->id, client_id) == 0 && mk_same_secret(client->secret, secret))
            return MK_OK;
    }
    return mk_fail(problem, MK_UNAUTHORIZED,
                   "Unknown client or wrong secret: this sandbox admits only its configured "
                   "clients (--client).");
}

/* Compares with the pinned secret; a world without one (made for the fixed token) pins this. */
static enum mk_err check_pinned(struct mk_world *world, const char *secret,
                                struct mk_problem *problem)
{
    mk_world_lock(world);
    if (world->secret == NULL)
        world->secret = mk_copy(secret);
    bool same = mk_same_secret(world->secret, secret);
    mk_world_unlock(world);

    if (same)
        return MK_OK;
    return mk_fail(problem, MK_UNAUTHORIZED,
                   "Wrong client secret: this client's secret is pinned to the one of its first "
                   "call.");
}

enum mk_err mk_worlds_sign_in(struct mk_worlds *worlds, const char *client_id, const char *secret,
                              struct mk_problem *problem, struct mk_caller *ret)
{
    struct mk_world *world;

    if (client_id[0] == '\0' || secret[0] == '\0')
        return mk_fail(problem, MK_UNAUTHORIZED, "Client id and client secret must not be empty.");
    if (strlen(client_id) > MK_CLIENT_ID_MAX || strlen(secret) > MK_CLIENT_SECRET_MAX)
        return mk_fail(problem, MK_UNAUTHORIZED,
                       "Client id (at most %d bytes) or client secret (at most %d) is too long.",
                       MK_CLIENT_ID_MAX, MK_CLIENT_SECRET_MAX);
    if (worlds->config.client_count > 0)
        MK_TRY(check_configured(worlds, client_id, secret, problem));
    MK_TRY(enter(worlds, client_id, secret, problem, &world));
    enum mk_err err = check_pinned(world, secret, problem);
    if (err != MK_OK) {
        mk_world_release(world);
        return err;
    }
    ret->world = world;
    ret->scope[0] = '\0';
    return MK_OK;
}

static enum mk_err check_bearer(struct mk_caller *caller, const char *token, bool expired_too)
{
    const struct mk_bearer *bearer = NULL;

    mk_world_lock(caller->world);
    enum mk_err err = mk_bearers_find(&caller->world->bearers, token, mk_real_now(),
                                      mk_world_now(caller->world), &bearer);
    caller->scope[0] = '\0';
    if (bearer != NULL && bearer->scope != NULL)
        mk_copy_into(caller->scope, sizeof(caller->scope), bearer->scope);
    mk_world_unlock(caller->world);
    return err == MK_BEARER_EXPIRED && expired_too ? MK_OK : err;
}

enum mk_err mk_worlds_bearer(struct mk_worlds *worlds, const char *token, bool expired_too,
                             struct mk_problem *problem, struct mk_caller *ret)
{
    uint32_t handle;
    struct mk_caller caller = { .world = NULL };

    if (mk_same_secret(worlds->config.access_token, token)) {
        MK_TRY(enter(worlds, MK_FIXED_CLIENT, NULL, problem, &caller.world));
        *ret = caller;
        return MK_OK;
    }
    if (mk_bearer_handle(token, &handle))
        caller.world = mk_worlds_by_handle(worlds, handle);
    enum mk_err err =
        caller.world == NULL ? MK_UNAUTHORIZED : check_bearer(&caller, token, expired_too);
    if (err == MK_UNAUTHORIZED) {
        mk_world_release(caller.world);
        return mk_fail(problem, err, "Unknown access token.");
    }
    *ret = caller;
    return err;
}

bool mk_worlds_other_has_link(struct mk_worlds *worlds, const struct mk_world *mine,
                              const char *link_id)
{
    bool found = false;

    pthread_rwlock_rdlock(&worlds->lock);
    for (uint32_t i = 0; !found && i < worlds->used; i++) {
        struct mk_world *world = worlds->list[i];
        if (world == NULL || world == mine)
            continue;
        mk_world_lock(world);
        const struct mk_link *link = mk_links_find(&world->links, link_id, mk_world_now(world));
        found = link != NULL && !link->is_example;
        mk_world_unlock(world);
    }
    pthread_rwlock_unlock(&worlds->lock);
    return found;
}
