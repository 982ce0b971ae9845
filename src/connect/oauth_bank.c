/* SPDX-License-Identifier: MIT */
/*
 * The calls of OAuth Bank's own page. It knows no session, only the `state` of its address; the
 * answer ends the visit, so that a second one finds nothing.
 */
#include "api/handlers.h"
#include "base/url.h"
#include "connect/call.h"
#include "connect/state.h"
#include "connect/visit.h"
#include "json/build.h"

/* The longest redirect_uri and what is added to it. */
#define ADDRESS_MAX ((size_t)512 * 1024)

/* clang-format off */
static const struct mk_field query_fields[] = {
    { .name = "state", .type = MK_STRING, .required = true, .is_secret = true },
};
static const struct mk_field body_fields[] = {
    { .name = "state", .type = MK_STRING, .required = true, .is_secret = true },
    { .name = "username", .type = MK_STRING, .nullable = true, .is_secret = true },
    { .name = "approve", .type = MK_BOOLEAN, .required = true },
};
/* clang-format on */
const struct mk_shape mk_oauth_bank_query = MK_SHAPE(NULL, query_fields);
const struct mk_shape mk_oauth_bank_body = MK_SHAPE(NULL, body_fields);

static void close_visit(const struct mk_connect *connect)
{
    mk_schedule_note(connect->world);
    mk_world_unlock(connect->world);
    mk_world_release(connect->world);
}

/* Opens the flow that a visit belongs to; its world is locked then, and only then. */
static enum mk_err open_visit(const struct mk_call *call, const char *state, struct mk_reply *reply,
                              struct mk_connect *ret)
{
    struct mk_visit visit;

    mk_connect_uncached(reply);
    if (!mk_visit_read(state, &visit))
        return MK_SESSION_NOT_FOUND;
    struct mk_world *world = mk_worlds_by_handle(call->service->worlds, visit.handle);
    if (world == NULL)
        return MK_SESSION_NOT_FOUND;
    mk_world_lock(world);
    *ret = (struct mk_connect){ .world = world,
                                .session = mk_sessions_with_id(&world->sessions, visit.session,
                                                               mk_world_now(world)),
                                .issues = &reply->issues,
                                .problem = &reply->problem };
    bool is_open = ret->session != NULL && mk_visit_is_open(ret->session, &visit);
    enum mk_err err = is_open ? mk_flow_open(ret) : MK_SESSION_NOT_FOUND;
    if (err != MK_OK)
        close_visit(ret);
    return err;
}

/* Those who can log in here: the page has no place for a code, and user_custom has no accounts. */
static json_t *personas_view(const struct mk_personas *personas)
{
    json_t *list = json_array();

    for (size_t i = 0; i < mk_persona_count(personas); i++) {
        const struct mk_persona *persona = mk_persona_at(personas, i);
        if (persona->challenge == MK_ASKS_NOTHING && !persona->is_custom)
            mk_json_append(&list, mk_connect_persona_view(persona));
    }
    return list;
}

static json_t *visit_view(const struct mk_connect *connect)
{
    struct mk_url url = { .origin = "" };

    mk_url_read(connect->session->redirect_uri, &url);
    return json_pack("{s:o, s:o, s:s}", "institution",
                     mk_connect_institution_view(mk_flow_institution(connect), false), "personas",
                     personas_view(connect->world->bank->personas), "redirect_origin", url.origin);
}

enum mk_err mk_oauth_bank_session(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(open_visit(call, mk_get_text(call->query, "state"), reply, &connect));
    json_t *view = visit_view(&connect);
    close_visit(&connect);
    return mk_reply_json(reply, 200, view);
}

/* Connect goes on at once, even if the app's page never tells it. */
static enum mk_err decide(const struct mk_call *call, struct mk_connect *connect,
                          const char *username, bool is_approved)
{
    connect->flow->answered_at = mk_monotonic_now();
    return mk_connect_note(call, connect,
                           is_approved ? mk_flow_approve(connect, username, NULL)
                                       : mk_flow_deny(connect));
}

enum mk_err mk_oauth_bank_decide(const struct mk_call *call, struct mk_reply *reply)
{
    const char *state = mk_get_text(call->body, "state");
    bool is_approved = mk_get_boolean(call->body, "approve");
    struct mk_text address = MK_TEXT(ADDRESS_MAX);
    struct mk_connect connect;

    MK_TRY(open_visit(call, state, reply, &connect));
    mk_visit_add_return(connect.session->redirect_uri, state, !is_approved, &address);
    enum mk_err err = decide(call, &connect, mk_get_text(call->body, "username"), is_approved);
    close_visit(&connect);
    json_t *view = json_pack("{s:s}", "redirect_to", address.bytes);
    mk_text_done(&address);
    if (err == MK_OK)
        return mk_reply_json(reply, 200, view);
    json_decref(view);
    return err;
}
