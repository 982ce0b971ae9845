/* SPDX-License-Identifier: MIT */
#include "api/dispatch.h"

#include "api/access.h"
#include "api/errors.h"
#include "api/input.h"
#include "api/rates.h"
#include "api/respond.h"
#include "api/routes.h"
#include "http/router.h"

#include <string.h>

/* Everything that one request needs while it is answered; lives on the stack. */
struct run {
    struct mk_service *service;
    const struct mk_request *request;
    const struct mk_route *route;
    struct mk_caller caller;
    struct mk_input input;
    struct mk_reply reply;
    char request_id[MK_REQUEST_ID_SIZE];
};

/* Fields of which a second one could be believed by somebody else on the way. */
static enum mk_err check_single(const struct mk_request *request, struct mk_problem *problem)
{
    static const enum mk_header single[] = {
        MK_HEADER_HOST,           MK_HEADER_CONTENT_LENGTH, MK_HEADER_AUTHORIZATION,
        MK_HEADER_VERSION,        MK_HEADER_CLIENT_ID,      MK_HEADER_CLIENT_SECRET,
        MK_HEADER_SANDBOX_CLIENT, MK_HEADER_CONNECT_WINDOW,
    };

    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
        if (request->repeated & 1U << single[i])
            return mk_fail(problem, MK_MALFORMED, "The header field %s came more than once.",
                           mk_header_name(single[i]));
    }
    return MK_OK;
}

static enum mk_err find_route(struct run *run, const struct mk_match *match)
{
    if (run->request->fault == MK_REQUEST_HEAD_TOO_LARGE)
        return MK_HEAD_TOO_LARGE;
    if (run->request->fault == MK_REQUEST_MALFORMED)
        return MK_MALFORMED;
    MK_TRY(check_single(run->request, &run->reply.problem));
    if (match->allowed == 0)
        return MK_PATH_NOT_FOUND;
    if (!match->found)
        return MK_METHOD_NOT_ALLOWED;
    run->route = &mk_routes[match->route];
    return MK_OK;
}

/* A version that there is not is refused together with all else that is wrong with the input. */
static enum mk_err check_rate(struct run *run, const struct mk_match *match)
{
    const struct mk_route *route = run->route;
    struct mk_world *world = run->caller.world;
    bool is_limited = route->per_link != 0 || route->per_client != 0;

    if (world == NULL || !is_limited || !mk_input_has_version(route, run->request))
        return MK_OK;
    mk_world_lock(world);
    enum mk_err err = mk_rates_count(world, route, route->names_link ? match->values[0] : NULL,
                                     &run->reply.problem);
    mk_world_unlock(world);
    return err;
}

static enum mk_err handle(struct run *run, const struct mk_match *match)
{
    struct mk_world *world = run->caller.world;
    struct mk_call call = { .service = run->service,
                            .route = run->route,
                            .request = run->request,
                            .path = match->values,
                            .query = run->input.query,
                            .body = run->input.body,
                            .world = world,
                            .scope = run->caller.scope,
                            .request_id = run->request_id };

    if (world == NULL)
        return run->route->handle(&call, &run->reply);
    mk_world_lock(world);
    call.now = mk_world_now(world);
    enum mk_err err = run->route->handle(&call, &run->reply);
    mk_world_unlock(world);
    return err;
}

/*
 * A link that the caller's world lacks may be another client's: the one thing a client learns of
 * others.
 */
static enum mk_err find_owner(struct run *run, const struct mk_match *match, enum mk_err err)
{
    if (err != MK_LINK_NOT_FOUND || !run->route->names_link)
        return err;
    bool is_others =
        mk_worlds_other_has_link(run->service->worlds, run->caller.world, match->values[0]);
    return is_others ? MK_LINK_OF_OTHER_CLIENT : err;
}

static enum mk_err answer(struct run *run, const struct mk_match *match)
{
    MK_TRY(find_route(run, match));
    MK_TRY(
        mk_access_check(run->service, run->route, run->request, &run->reply.problem, &run->caller));
    MK_TRY(check_rate(run, match));
    MK_TRY(mk_input_read(run->route, run->request, match->query, &run->input, &run->reply.issues));
    return find_owner(run, match, handle(run, match));
}

static bool is_preflight(const struct mk_request *request, const struct mk_match *match)
{
    return request->method == MK_OPTIONS && match->allowed != 0;
}

void mk_api_dispatch(void *context, const struct mk_request *request, struct mk_response *response)
{
    struct mk_match match;
    struct run run = { .service = context,
                       .request = request,
                       .reply = { .text = MK_TEXT(MK_REPLY_MAX) } };
    int64_t started = mk_respond_start();

    mk_request_id_write(run.service, run.request_id);
    mk_router_find(run.service->router, request->method, request->target, &match);
    enum mk_err err = MK_OK;
    if (is_preflight(request, &match))
        run.reply.status = 204;
    else
        err = answer(&run, &match);
    if (err == MK_OK && run.reply.text.failed)
        err = MK_INTERNAL;
    if (err != MK_OK)
        mk_reply_error(&run.reply, err);
    mk_respond(run.request_id, request, match.allowed, err, &run.reply, response);
    mk_respond_log(request, run.route, &run.caller, response, started);
    mk_input_done(&run.input);
}
