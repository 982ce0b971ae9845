/* SPDX-License-Identifier: MIT */
#include "core/keys.h"

#include "base/memory.h"
#include "core/world.h"

#include <stdlib.h>
#include <string.h>

void mk_keys_done(struct mk_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        mk_signer_release(keys->items[i].signer);
    free(keys->items);
    *keys = (struct mk_keys){ 0 };
}

/* Where a key belongs: behind all that sign before it. */
static size_t place_of(const struct mk_keys *keys, int64_t active)
{
    size_t place = keys->count;

    while (place > 0 && keys->items[place - 1].active > active)
        place--;
    return place;
}

static struct mk_key *insert(struct mk_keys *keys, const struct mk_key *key)
{
    size_t place = place_of(keys, key->active);
    size_t behind = keys->count - place;

    keys->items = mk_resize(keys->items, keys->count + 1, sizeof(*keys->items));
    memmove(keys->items + place + 1, keys->items + place, behind * sizeof(*keys->items));
    keys->items[place] = *key;
    keys->count++;
    return &keys->items[place];
}

/* Each goes some time after the next one has taken over. */
static void settle_retirements(struct mk_keys *keys)
{
    for (size_t i = 0; i + 1 < keys->count; i++)
        keys->items[i].retires = keys->items[i + 1].active + MK_KEY_RETIREMENT;
}

static struct mk_signer *derive(const struct mk_world *world, const struct mk_key *key)
{
    const struct mk_signer *signer = world->config.signer;

    return signer == NULL ? NULL : mk_signer_derived(signer, key->seed, key->number);
}

enum mk_err mk_keys_rotate(struct mk_world *world, int64_t delay, struct mk_problem *problem,
                           const struct mk_key **ret)
{
    struct mk_keys *keys = &world->keys;
    int64_t now = mk_world_now(world);
    struct mk_key key = { .seed = world->seed,
                          .number = keys->rotations + 1,
                          .published = now,
                          .active = now + delay,
                          .retires = MK_NEVER };

    mk_keys_retire(keys, now);
    if (keys->count == MK_KEYS_MAX)
        return mk_fail(problem, MK_UNAVAILABLE,
                       "This world has %u published keys, the most there can be.", MK_KEYS_MAX);
    key.signer = derive(world, &key);
    if (key.signer == NULL)
        return MK_INTERNAL;
    keys->rotations++;
    *ret = insert(keys, &key);
    settle_retirements(keys);
    return MK_OK;
}

bool mk_keys_restore(struct mk_world *world, const struct mk_key *key)
{
    struct mk_key copy = *key;

    copy.signer = derive(world, key);
    if (copy.signer == NULL)
        return false;
    insert(&world->keys, &copy);
    return true;
}

struct mk_signer *mk_keys_signer(const struct mk_world *world, int64_t now)
{
    const struct mk_keys *keys = &world->keys;
    size_t place = place_of(keys, now);

    return place > 0 ? keys->items[place - 1].signer : world->config.signer;
}

void mk_keys_move(struct mk_keys *keys, int64_t span)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct mk_key *key = &keys->items[i];
        key->published += span;
        key->active += span;
        if (key->retires != MK_NEVER)
            key->retires += span;
    }
}

int64_t mk_keys_next(const struct mk_keys *keys)
{
    bool has_next = keys->count > 0 && keys->items[0].retires != MK_NEVER;

    return has_next ? keys->items[0].retires : INT64_MAX;
}

void mk_keys_retire(struct mk_keys *keys, int64_t now)
{
    size_t gone = 0;

    while (gone < keys->count && keys->items[gone].retires != MK_NEVER &&
           keys->items[gone].retires <= now)
        mk_signer_release(keys->items[gone++].signer);
    if (gone == 0)
        return;
    keys->count -= gone;
    memmove(keys->items, keys->items + gone, keys->count * sizeof(*keys->items));
}
