/* SPDX-License-Identifier: MIT */
/* A world as a document, as another client's, and as new: snapshot, fork, reset. Ours. */
#include "core/snapshot.h"
#include "api/handlers.h"
#include "base/memory.h"

/* --- Views ------------------------------------------------------------------------------------ */

/* Of a world that nobody else knows yet, or whose lock is held. */
static json_t *summary_view(const struct mk_world *world)
{
    return json_pack("{s:I, s:I, s:I}", "links", (json_int_t)mk_links_kept(&world->links),
                     "sessions", (json_int_t)world->sessions.store.count, "deliveries",
                     (json_int_t)world->deliveries.store.count);
}

/* --- Snapshot --------------------------------------------------------------------------------- */

enum mk_err mk_sandbox_get_snapshot(const struct mk_call *call, struct mk_reply *reply)
{
    if (!mk_snapshot_save(call->world, &reply->text))
        return mk_fail(&reply->problem, MK_UNAVAILABLE,
                       "The world is larger than a snapshot may be (%zu MiB).",
                       MK_SNAPSHOT_MAX / (1024 * 1024));
    reply->status = 200;
    return MK_OK;
}

/* clang-format off */
static const struct mk_field snapshot_fields[] = {
    { .name = "version", .type = MK_INTEGER, .required = true, .min = MK_SNAPSHOT_VERSION,
      .max = MK_SNAPSHOT_VERSION },
    { .name = "client_id", .type = MK_STRING },
    { .name = "handle", .type = MK_INTEGER },
    { .name = "root_seed", .type = MK_INTEGER, .required = true },
    { .name = "seed", .type = MK_STRING, .required = true },
    { .name = "clock", .type = MK_OBJECT, .required = true },
    { .name = "ids", .type = MK_STRING, .required = true },
    { .name = "secrets", .type = MK_STRING, .is_secret = true },
    { .name = "settings", .type = MK_OBJECT, .required = true },
    { .name = "journal_bytes", .type = MK_INTEGER, .required = true },
    { .name = "pending_links", .type = MK_LIST, .required = true, .is_secret = true },
    { .name = "links", .type = MK_LIST, .required = true, .is_secret = true },
    { .name = "sessions", .type = MK_LIST, .required = true, .is_secret = true },
    { .name = "limits", .type = MK_OBJECT, .required = true },
    { .name = "faults", .type = MK_OBJECT, .required = true },
    { .name = "deliveries", .type = MK_OBJECT, .required = true, .is_secret = true },
    { .name = "keys", .type = MK_OBJECT, .required = true },
};
/* clang-format on */
const struct mk_shape mk_sandbox_snapshot_body = MK_SHAPE("SandboxSnapshot", snapshot_fields);

static void take(struct mk_world *world, struct mk_world *from, bool with_keys)
{
    struct mk_happening happening = { .moment = MK_NEVER, .kind = MK_HAPPENED_RESET };

    mk_world_take(world, from, with_keys);
    mk_world_happened(world, &happening);
}

/* Called without the lock, which is held for no longer than the swap takes. */
enum mk_err mk_sandbox_load_snapshot(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_snapshot_source source = { .config = &call->world->config,
                                               .client_id = call->world->client_id,
                                               .document = call->body,
                                               .place = &body,
                                               .custom = &mk_custom_data_shape };

    reply->garbage = mk_snapshot_load(&source, &reply->issues);
    if (reply->garbage == NULL)
        return MK_INVALID;
    json_t *summary = summary_view(reply->garbage);
    mk_world_lock(call->world);
    take(call->world, reply->garbage, true);
    mk_world_unlock(call->world);
    return mk_reply_json(reply, 200, summary);
}

/* --- Reset ------------------------------------------------------------------------------------ */

enum mk_err mk_sandbox_reset(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_world *world = call->world;

    reply->garbage = mk_world_new(&world->config, world->client_id, NULL);
    mk_journal_clear(&world->journal);
    take(world, reply->garbage, false);
    reply->status = 204;
    return MK_OK;
}

/* --- Fork ------------------------------------------------------------------------------------- */

static const struct mk_field fork_fields[] = {
    { .name = "client_id", .type = MK_STRING, .required = true, .min = 1, .max = MK_CLIENT_ID_MAX },
    { .name = "client_secret",
      .type = MK_STRING,
      .required = true,
      .is_secret = true,
      .min = 1,
      .max = MK_CLIENT_SECRET_MAX },
};
const struct mk_shape mk_sandbox_fork_body = MK_SHAPE("SandboxForkRequest", fork_fields);

/* What a header could not say would be a world that nobody gets into. */
static enum mk_err check_length(struct mk_issues *issues, const json_t *body, const char *key,
                                size_t most)
{
    const struct mk_place object = { .key = "body" };
    const struct mk_place place = { .parent = &object, .key = key };

    if (strlen(mk_get_text(body, key)) <= most)
        return MK_OK;
    mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, "It has more bytes than a header may", 0);
    return MK_INVALID;
}

static json_t *save(struct mk_world *world, struct mk_text *text, struct mk_issues *issues)
{
    mk_world_lock(world);
    bool is_saved = mk_snapshot_save(world, text);
    mk_world_unlock(world);
    return is_saved ? mk_json_read(text->bytes, text->length, issues) : NULL;
}

/* A copy through the document that a snapshot would be; NULL when it is too large. */
static struct mk_world *copy(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_place place = { .key = "snapshot" };
    struct mk_text text = MK_TEXT(MK_SNAPSHOT_MAX);
    json_t *document = save(call->world, &text, &reply->issues);
    const struct mk_snapshot_source source = { .config = &call->world->config,
                                               .client_id = mk_get_text(call->body, "client_id"),
                                               .document = document,
                                               .place = &place,
                                               .custom = &mk_custom_data_shape };

    mk_text_done(&text);
    struct mk_world *world = document == NULL ? NULL : mk_snapshot_load(&source, &reply->issues);
    json_decref(document);
    if (world == NULL)
        return NULL;
    world->secret = mk_copy(mk_get_text(call->body, "client_secret"));
    world->handle = 0; /* the sessions' tokens name the original */
    return world;
}

/* Called without the lock: the caller's world is locked while it is saved, and no other. */
enum mk_err mk_sandbox_fork(const struct mk_call *call, struct mk_reply *reply)
{
    MK_TRY(check_length(&reply->issues, call->body, "client_id", MK_CLIENT_ID_MAX));
    MK_TRY(check_length(&reply->issues, call->body, "client_secret", MK_CLIENT_SECRET_MAX));
    struct mk_world *world = copy(call, reply);
    if (world == NULL)
        return mk_fail(&reply->problem, MK_UNAVAILABLE,
                       "The world is larger than a snapshot may be (%zu MiB).",
                       MK_SNAPSHOT_MAX / (1024 * 1024));
    json_t *view = json_pack("{s:s}", "client_id", world->client_id);
    json_t *summary = summary_view(world);
    enum mk_err err = mk_worlds_add(call->service->worlds, world, &reply->problem);
    if (err != MK_OK) {
        reply->garbage = world;
        json_decref(view);
        json_decref(summary);
        return err;
    }
    json_object_update(view, summary);
    json_decref(summary);
    return mk_reply_json(reply, 201, view);
}
