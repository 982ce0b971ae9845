/* SPDX-License-Identifier: MIT */
/*
 * GET /.well-known/jwks.json: the public halves of the keys that sign webhooks: the server's, then
 * what the worlds have published, each once. Anyone may read them; credentials are not looked at.
 */
#include "api/handlers.h"
#include "json/build.h"

#include <stdlib.h>

/* Keyed by kid: the worlds of a fork share keys. */
static void add_key(json_t **keys, const struct mk_signer *signer)
{
    char kid[MK_KID_SIZE];

    mk_signer_kid(signer, kid);
    if (*keys != NULL && json_object_get(*keys, kid) == NULL)
        mk_json_set(keys, kid, mk_signer_jwk(signer));
}

static void add_keys_of(json_t **keys, struct mk_world *world)
{
    mk_world_lock(world);
    mk_keys_retire(&world->keys, mk_world_now(world));
    for (size_t i = 0; i < world->keys.count; i++)
        add_key(keys, world->keys.items[i].signer);
    mk_world_unlock(world);
}

static void add_keys_of_worlds(json_t **keys, struct mk_worlds *worlds)
{
    struct mk_world **list;
    size_t count = mk_worlds_list(worlds, INT64_MAX, &list);

    for (size_t i = 0; i < count; i++) {
        add_keys_of(keys, list[i]);
        mk_world_release(list[i]);
    }
    free(list);
}

static json_t *values_of(const json_t *keys)
{
    json_t *list = json_array();
    const char *kid;
    json_t *key;

    json_object_foreach((json_t *)keys, kid, key) {
        mk_json_append(&list, json_incref(key));
    }
    return list;
}

enum mk_err mk_get_jwks(const struct mk_call *call, struct mk_reply *reply)
{
    json_t *keys = json_object();

    add_key(&keys, call->service->signer);
    add_keys_of_worlds(&keys, call->service->worlds);
    json_t *list = keys == NULL ? NULL : values_of(keys);
    json_decref(keys);
    mk_reply_header(reply, "Cache-Control", "no-cache");
    return mk_reply_json(reply, 200, json_pack("{s:o}", "keys", list));
}
