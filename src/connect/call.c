/* SPDX-License-Identifier: MIT */
#include "connect/call.h"

#include "api/access.h"
#include "base/map.h"
#include "connect/state.h"

void mk_connect_uncached(struct mk_reply *reply)
{
    mk_reply_header(reply, "Cache-Control", "no-store");
}

static uint64_t window_of(const struct mk_call *call)
{
    const char *name = call->request->header[MK_HEADER_CONNECT_WINDOW];

    return name == NULL ? 0 : mk_hash(name, strlen(name));
}

enum mk_err mk_connect_note(const struct mk_call *call, const struct mk_connect *connect,
                            enum mk_err err)
{
    if (err != MK_CONNECT_FAILED)
        return err;
    mk_copy_into(connect->flow->request_id, sizeof(connect->flow->request_id), call->request_id);
    *connect->problem = (struct mk_problem){ .message = "" };
    return MK_OK;
}

enum mk_err mk_connect_open(const struct mk_call *call, struct mk_reply *reply,
                            struct mk_connect *ret)
{
    const char *token = mk_bearer_read(call->request->header[MK_HEADER_AUTHORIZATION]);
    bool only_looks = call->request->method != MK_POST;

    mk_connect_uncached(reply);
    *ret =
        (struct mk_connect){ .world = call->world,
                             .session = mk_sessions_find(&call->world->sessions, token, call->now),
                             .issues = &reply->issues,
                             .problem = &reply->problem };
    if (ret->session == NULL)
        return MK_SESSION_NOT_FOUND;
    MK_TRY(mk_connect_note(call, ret, mk_flow_open(ret)));

    bool is_new = mk_flow_see_window(ret->flow, window_of(call), mk_monotonic_now());
    if (is_new && only_looks && ret->flow->screen == MK_SCREEN_CLOSED)
        return mk_connect_note(call, ret, mk_flow_begin(ret));
    return MK_OK;
}

enum mk_err mk_connect_answer(const struct mk_call *call, struct mk_connect *connect,
                              enum mk_err err, struct mk_reply *reply)
{
    struct mk_link *link = NULL;

    MK_TRY(mk_connect_note(call, connect, err));
    if (connect->flow->screen == MK_SCREEN_SUCCESS)
        MK_TRY(mk_flow_result(connect, &link));
    mk_flow_visit(connect);
    enum mk_first_window first =
        mk_flow_first_window(connect->flow, window_of(call), mk_monotonic_now());
    return mk_reply_json(reply, 200, mk_connect_state_view(connect, first, link));
}
