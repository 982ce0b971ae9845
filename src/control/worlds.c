/* SPDX-License-Identifier: MIT */
/* The worlds of all clients, for the administrator: GET and DELETE /sandbox/worlds. Ours. */
#include "api/handlers.h"
#include "api/views.h"
#include "json/build.h"

#include <stdlib.h>

/* What is over is not counted. The world's lock is held. */
static void forget_expired(struct mk_world *world)
{
    int64_t now = mk_world_now(world);

    while (mk_sessions_expire(&world->sessions, now))
        ;
    while (mk_links_forget(&world->links, now))
        ;
}

static json_t *world_view(struct mk_world *world)
{
    mk_world_lock(world);
    forget_expired(world);
    json_t *view =
        json_pack("{s:s, s:o, s:b, s:I, s:I, s:I, s:I}", "client_id", world->client_id, "now",
                  mk_time_view(mk_world_now(world), world->settings.timestamps), "frozen",
                  world->clock.frozen, "links", (json_int_t)mk_links_kept(&world->links),
                  "sessions", (json_int_t)world->sessions.store.count, "deliveries_waiting",
                  (json_int_t)world->deliveries.waiting, "events", (json_int_t)world->journal.last);
    mk_world_unlock(world);
    return view;
}

enum mk_err mk_sandbox_get_worlds(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_world **worlds;
    size_t count = mk_worlds_list(call->service->worlds, INT64_MAX, &worlds);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        mk_json_append(&list, world_view(worlds[i]));
        mk_world_release(worlds[i]);
    }
    free(worlds);
    return mk_reply_json(reply, 200, json_pack("{s:o}", "worlds", list));
}

/* Calls that are in it end in it; it goes with the last of them. */
enum mk_err mk_sandbox_delete_world(const struct mk_call *call, struct mk_reply *reply)
{
    reply->garbage = mk_worlds_remove(call->service->worlds, call->path[0]);
    if (reply->garbage == NULL)
        return MK_WORLD_NOT_FOUND;
    reply->status = 204;
    return MK_OK;
}
