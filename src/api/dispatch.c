/* SPDX-License-Identifier: MIT */
#include "api/dispatch.h"

#include "api/access.h"
#include "api/errors.h"
#include "api/faults.h"
#include "api/input.h"
#include "api/metrics.h"
#include "api/rates.h"
#include "api/record.h"
#include "api/respond.h"
#include "api/routes.h"
#include "base/memory.h"
#include "http/router.h"

#include <stdlib.h>
#include <string.h>

/* How far a call has come that is not answered at once; it goes on from there. */
enum stage { STAGE_NEW, STAGE_DELAYED, STAGE_HANDLED };

/* What is left of a call between two turns. */
struct progress {
    enum stage stage;
    struct mk_caller caller; /* its world is held */
    struct mk_fired fault;
    struct mk_pause pause;
    char request_id[MK_REQUEST_ID_SIZE];
    int64_t started;
    uint64_t began; /* the journal's next number when the handler was first called */
};

/* Everything that one turn of a call needs; lives on the stack. */
struct run {
    struct mk_service *service;
    const struct mk_request *request;
    const struct mk_route *route;
    struct progress at;
    bool has_input; /* it was read and is fine */
    struct mk_input input;
    struct mk_reply reply;
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

/* Who calls where no credentials are asked for, if he shows some: for the journal and faults. */
static void recognize(struct run *run)
{
    static const struct mk_route nowhere = { .access = MK_ACCESS_CLIENT };
    struct mk_problem ignored = { 0 };
    const char *const *header = run->request->header;

    if (header[MK_HEADER_AUTHORIZATION] != NULL || header[MK_HEADER_CLIENT_ID] != NULL)
        mk_access_check(run->service, &nowhere, run->request, &ignored, &run->at.caller);
}

static enum mk_err miss(struct run *run, enum mk_err err)
{
    recognize(run);
    return err;
}

static enum mk_err find_route(struct run *run, const struct mk_match *match)
{
    if (run->request->fault == MK_REQUEST_HEAD_TOO_LARGE)
        return MK_HEAD_TOO_LARGE;
    if (run->request->fault == MK_REQUEST_MALFORMED)
        return MK_MALFORMED;
    MK_TRY(check_single(run->request, &run->reply.problem));
    if (match->allowed == 0)
        return miss(run, MK_PATH_NOT_FOUND);
    if (!match->found)
        return miss(run, MK_METHOD_NOT_ALLOWED);
    run->route = &mk_routes[match->route];
    return MK_OK;
}

/* A version that there is not is refused together with all else that is wrong with the input. */
static enum mk_err check_rate(struct run *run, const struct mk_match *match)
{
    const struct mk_route *route = run->route;
    struct mk_world *world = run->at.caller.world;
    bool is_limited = route->per_link != 0 || route->per_client != 0;

    if (world == NULL || !is_limited || !mk_input_has_version(route, run->request))
        return MK_OK;
    mk_world_lock(world);
    enum mk_err err = mk_rates_count(world, route, route->names_link ? match->values[0] : NULL,
                                     &run->reply.problem);
    mk_world_unlock(world);
    return err;
}

/* What anyone may read is of no world, even if the caller is known. */
static struct mk_world *world_of(const struct run *run)
{
    bool is_nobodys = run->route->access == MK_ACCESS_ANYONE && run->route->form == NULL;

    return is_nobodys ? NULL : run->at.caller.world;
}

static enum mk_err call_handler(struct run *run, const struct mk_match *match)
{
    struct mk_world *world = world_of(run);
    struct mk_call call = { .service = run->service,
                            .route = run->route,
                            .request = run->request,
                            .path = match->values,
                            .query = run->input.query,
                            .body = run->input.body,
                            .world = world,
                            .scope = run->at.caller.scope,
                            .request_id = run->at.request_id,
                            .pause = run->at.stage == STAGE_HANDLED ? &run->at.pause : NULL };

    if (world == NULL)
        return run->route->handle(&call, &run->reply);
    mk_world_lock(world);
    if (run->at.stage != STAGE_HANDLED)
        run->at.began = world->journal.last + 1;
    call.now = mk_world_now(world);
    if (run->route->is_unlocked)
        mk_world_unlock(world);
    enum mk_err err = run->route->handle(&call, &run->reply);
    if (run->route->is_unlocked)
        mk_world_lock(world);
    if (err == MK_LATER) /* else mk_record() does, when the call is in the journal */
        mk_schedule_note(world);
    mk_world_unlock(world);
    return err;
}

static enum mk_err handle(struct run *run, const struct mk_match *match)
{
    enum mk_err err = call_handler(run, match);

    if (err != MK_LATER)
        return err;
    run->at.stage = STAGE_HANDLED;
    run->at.pause = run->reply.pause;
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
        mk_worlds_other_has_link(run->service->worlds, run->at.caller.world, match->values[0]);
    return is_others ? MK_LINK_OF_OTHER_CLIENT : err;
}

/* Once in each turn. */
static enum mk_err read_input(struct run *run, const struct mk_match *match)
{
    size_t most = run->route->body_max > 0 ? run->route->body_max : MK_BODY_MAX;

    if (run->has_input)
        return MK_OK;
    enum mk_err err =
        mk_input_read(run->route, run->request, match->query, &run->input, &run->reply.issues);
    if (err == MK_BODY_TOO_LARGE)
        return mk_fail(&run->reply.problem, err, "The body must fit %zu MiB.",
                       most / (1024 * 1024));
    run->has_input = err == MK_OK;
    return err;
}

/* Where the credentials are in the form it is read before them. */
static enum mk_err check_caller(struct run *run, const struct mk_match *match)
{
    const struct mk_route *route = run->route;
    struct mk_caller *caller = &run->at.caller;
    struct mk_problem *problem = &run->reply.problem;

    if (route->form == NULL) {
        if (route->access == MK_ACCESS_ANYONE && mk_fault_applies(route))
            recognize(run);
        return mk_access_check(run->service, route, run->request, problem, caller);
    }
    MK_TRY(read_input(run, match));
    return mk_access_check_form(run->service, run->request, run->input.body, problem, caller);
}

/* A delay of the fault that fired goes first, for as long as the client waits. */
static enum mk_err wait_for_fault(struct run *run)
{
    struct progress *at = &run->at;

    if (at->stage == STAGE_NEW && at->fault.delay > 0) {
        at->stage = STAGE_DELAYED;
        at->pause.until = mk_monotonic_now() + at->fault.delay;
    }
    bool waits = at->stage == STAGE_DELAYED && !run->request->is_abandoned;
    return waits && mk_monotonic_now() < at->pause.until ? MK_LATER : MK_OK;
}

/* Who calls is known: a fault may fire, once for each call. */
static enum mk_err begin(struct run *run, const struct mk_match *match)
{
    MK_TRY(check_caller(run, match));
    mk_fault_fire(run->route, run->at.caller.world, match->values, &run->at.fault);
    if (run->at.fault.number != 0)
        mk_metrics_fault(run->service->metrics, run->at.fault.action);
    return MK_OK;
}

static enum mk_err answer(struct run *run, const struct mk_match *match)
{
    MK_TRY(find_route(run, match));
    if (run->at.stage == STAGE_NEW)
        MK_TRY(begin(run, match));
    if (run->at.stage != STAGE_HANDLED) {
        MK_TRY(wait_for_fault(run));
        MK_TRY(mk_fault_error(&run->at.fault, &run->reply.problem));
        MK_TRY(check_rate(run, match));
    }
    MK_TRY(read_input(run, match));
    return find_owner(run, match, handle(run, match));
}

static bool is_preflight(const struct mk_request *request, const struct mk_match *match)
{
    return request->method == MK_OPTIONS && match->allowed != 0;
}

static void resume(struct run *run)
{
    struct progress *progress = run->request->pending;

    if (progress == NULL) {
        mk_request_id_write(run->service, run->at.request_id);
        run->at.started = mk_monotonic_now();
        return;
    }
    run->at = *progress;
    free(progress);
    mk_metrics_wait(run->service->metrics, -1);
}

static void suspend(struct run *run, struct mk_response *response)
{
    struct progress *progress = mk_alloc(sizeof(*progress));

    *progress = run->at;
    mk_metrics_wait(run->service->metrics, 1);
    response->later = true;
    response->until = run->at.pause.until;
    response->pending = progress;
}

static void finish(struct run *run, const struct mk_match *match, enum mk_err err,
                   struct mk_response *response)
{
    struct progress *at = &run->at;

    if (err == MK_OK && run->reply.text.failed)
        err = MK_INTERNAL;
    if (err != MK_OK)
        mk_reply_error(&run->reply, err);
    mk_respond(at->request_id, run->request, match->allowed, err, &run->reply, response);
    response->ending = at->fault.ending;

    const struct mk_exchange exchange = { .service = run->service,
                                          .request = run->request,
                                          .response = response,
                                          .route = run->route,
                                          .world = at->caller.world,
                                          .request_id = at->request_id,
                                          .err = err,
                                          .span = mk_monotonic_now() - at->started,
                                          .began = at->began,
                                          .fault = at->fault.number };
    mk_record(&exchange);
    mk_respond_log(&exchange);
}

static void dispose(struct run *run)
{
    const struct mk_service *service = run->service;

    if (run->reply.garbage != NULL && service->dispose_context != NULL)
        service->dispose(service->dispose_context, run->reply.garbage);
    else
        mk_world_release(run->reply.garbage);
}

void mk_api_dispatch(void *context, const struct mk_request *request, struct mk_response *response)
{
    struct mk_match match;
    struct run run = { .service = context,
                       .request = request,
                       .reply = { .text = MK_TEXT(MK_REPLY_MAX) } };
    enum mk_err err = MK_OK;

    resume(&run);
    if (request->is_abandoned && run.at.stage != STAGE_DELAYED) {
        mk_world_release(run.at.caller.world);
        return;
    }
    mk_router_find(run.service->router, request->method, request->target, &match);
    if (is_preflight(request, &match))
        run.reply.status = 204;
    else
        err = answer(&run, &match);
    mk_input_done(&run.input);
    if (err == MK_LATER) {
        suspend(&run, response);
        return;
    }
    finish(&run, &match, err, response);
    dispose(&run);
    mk_world_release(run.at.caller.world);
}

size_t mk_api_body_max(void *context, enum mk_method method, const char *target)
{
    const struct mk_service *service = context;
    struct mk_match match;

    mk_router_find(service->router, method, target, &match);
    size_t own = match.allowed != 0 && match.found ? mk_routes[match.route].body_max : 0;
    return own > 0 ? own : MK_BODY_MAX;
}
