/* SPDX-License-Identifier: MIT */
/* POST /sandbox/keys/rotate: the world's webhooks are signed with another key. Ours. */
#include "api/handlers.h"
#include "api/views.h"

/* Ours: nobody waits longer than a year. */
enum { ACTIVATION_SECONDS_MAX = 366 * 86400 };

static const struct mk_field rotate_fields[] = {
    { .name = "activate_after_seconds",
      .type = MK_INTEGER,
      .min = 0,
      .max = ACTIVATION_SECONDS_MAX },
};
const struct mk_shape mk_sandbox_rotate_body = MK_SHAPE("SandboxRotateKeysRequest", rotate_fields);

/* The server's key, too, may be what was replaced; it never retires, since other worlds sign so. */
static json_t *previous_view(const struct mk_world *world, const struct mk_key *key)
{
    bool is_first = key == world->keys.items;
    char kid[MK_KID_SIZE];

    mk_signer_kid(is_first ? world->config.signer : key[-1].signer, kid);
    return json_pack(
        "{s:s, s:o}", "kid", kid, "retires_at",
        mk_time_view(is_first ? MK_NEVER : key[-1].retires, world->settings.timestamps));
}

static json_t *rotation_view(const struct mk_world *world, const struct mk_key *key)
{
    enum mk_time_style style = world->settings.timestamps;
    char kid[MK_KID_SIZE];

    mk_signer_kid(key->signer, kid);
    return json_pack("{s:s, s:o, s:o, s:o}", "kid", kid, "published_at",
                     mk_time_view(key->published, style), "active_at",
                     mk_time_view(key->active, style), "previous", previous_view(world, key));
}

enum mk_err mk_sandbox_rotate_keys(const struct mk_call *call, struct mk_reply *reply)
{
    int64_t delay = mk_get_integer(call->body, "activate_after_seconds") * MK_SECOND;
    const struct mk_key *key;

    MK_TRY(mk_keys_rotate(call->world, delay, &reply->problem, &key));
    return mk_reply_json(reply, 201, rotation_view(call->world, key));
}
