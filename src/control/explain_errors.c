/* SPDX-License-Identifier: MIT */
/* What stands behind an error that is no problem of the input, and what would help. */
#include "api/errors.h"
#include "base/memory.h"
#include "control/explain.h"
#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOKED_AT_MAX = 1000, TYPOS_MAX = 3, HINT_SIZE = 256 };

/* What is to be said of an error; `value` and `nearest` are stolen by its view. */
struct finding {
    const char *in;
    const char *pointer;
    json_t *value;
    json_t *nearest;
    char hint[HINT_SIZE];
};

__attribute__((format(printf, 2, 3))) static void say(struct finding *finding, const char *format,
                                                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(finding->hint, sizeof(finding->hint), format, arguments);
    va_end(arguments);
}

/* --- Paths ------------------------------------------------------------------------------------ */

static void path_not_found(const struct mk_explained *explained, struct finding *finding)
{
    char path[MK_PATH_SIZE];

    mk_explained_path(explained->request, path);
    finding->value = mk_target_view(path);
    finding->nearest = mk_nearest_route((enum mk_method)explained->request->method, path);
    if (finding->nearest != NULL)
        say(finding, "Did you mean %s?", json_string_value(finding->nearest));
}

static void method_not_allowed(const struct mk_explained *explained, struct finding *finding)
{
    const char *method = mk_method_name((enum mk_method)explained->request->method);
    struct mk_match *match = mk_alloc(sizeof(*match));
    size_t used = 0;

    mk_router_find(explained->call->service->router, (enum mk_method)explained->request->method,
                   explained->request->target, match);
    finding->value = json_string(method);
    for (unsigned i = 0; i < MK_METHOD_COUNT; i++) {
        const char *name = mk_method_name((enum mk_method)i);
        if ((match->allowed & 1U << i) == 0 || i == MK_HEAD || i == MK_OPTIONS)
            continue;
        if (finding->nearest == NULL)
            finding->nearest = json_string(name);
        used += (size_t)snprintf(finding->hint + used, HINT_SIZE - used, "%s%s",
                                 used > 0 ? ", " : "This path knows ", name);
    }
    free(match);
}

/* The first parameter of the path, as it came. */
static bool read_parameter(const struct mk_explained *explained, char out[MK_PATH_SIZE])
{
    const char *template = explained->route->path;
    const char *path;
    char whole[MK_PATH_SIZE];

    mk_explained_path(explained->request, whole);
    path = whole;
    for (; *template != '{' && *template != '\0'; template ++) {
        if (*path++ != *template)
            return false;
    }
    size_t length = strcspn(path, "/");
    memcpy(out, path, length);
    out[length] = '\0';
    return *template == '{';
}

/* --- Links ------------------------------------------------------------------------------------ */

static const char *nearest_link(const struct mk_links *links, const char *id,
                                char out[MK_LINK_ID_SIZE])
{
    const struct mk_link *link = NULL;
    struct mk_nearest nearest = { .wanted = id };
    char other[MK_LINK_ID_SIZE];

    for (int i = 0; i < LOOKED_AT_MAX; i++) {
        link = mk_links_next_active(links, link);
        if (link == NULL)
            break;
        mk_link_id_write(link, other);
        mk_nearest_try(&nearest, other);
        if (nearest.best != other)
            continue;
        mk_copy_into(out, MK_LINK_ID_SIZE, other);
        nearest.best = out;
    }
    return nearest.best != NULL && nearest.distance <= TYPOS_MAX ? out : NULL;
}

/* One that is there but not shown: the example, or one whose token has expired. */
static const struct mk_link *find_hidden(const struct mk_links *links, const char *id)
{
    uint32_t number = MK_NONE;
    char other[MK_LINK_ID_SIZE];

    for (int i = 0; i < LOOKED_AT_MAX; i++) {
        number = mk_chain_next(&links->pending, &links->store, number);
        if (number == MK_NONE)
            return NULL;
        mk_link_id_write(mk_links_at(links, number), other);
        if (strcmp(other, id) == 0)
            return mk_links_at(links, number);
    }
    return NULL;
}

static void link_not_found(const struct mk_explained *explained, struct finding *finding)
{
    const struct mk_call *call = explained->call;
    const struct mk_links *links = &call->world->links;
    char id[MK_PATH_SIZE];
    char near[MK_LINK_ID_SIZE];

    if (!read_parameter(explained, id))
        return;
    const struct mk_link *hidden = find_hidden(links, id);
    const char *nearest = nearest_link(links, id, near);
    finding->value = mk_target_view(id);
    finding->nearest = json_string(nearest);
    if (mk_links_find(links, id, call->now) != NULL)
        say(finding, "The link is there by now.");
    else if (hidden != NULL && hidden->is_example)
        say(finding, "The documentation's example is hidden until its token is exchanged.");
    else if (hidden != NULL)
        say(finding, "The link's exchangeable token has expired before it was exchanged.");
    else if (nearest != NULL)
        say(finding, "Did you mean %s?", nearest);
    else if (strncmp(id, "mk_", 3) != 0)
        say(finding, "Ids of links begin with mk_.");
    else
        say(finding, "No link of this client has this id, or it was deleted more than 90 days ago "
                     "or lost with a reset.");
}

static void link_of_other(const struct mk_explained *explained, struct finding *finding)
{
    char id[MK_PATH_SIZE];

    if (read_parameter(explained, id))
        finding->value = mk_target_view(id);
    say(finding, "Another client made this link: use that client's credentials.");
}

/* The link as it is now, and what its state wants. */
static void link_state(const struct mk_explained *explained, struct finding *finding)
{
    const struct mk_call *call = explained->call;
    char id[MK_PATH_SIZE];

    if (explained->route == NULL || !explained->route->names_link || !read_parameter(explained, id))
        return;
    finding->value = mk_target_view(id);
    const struct mk_link *link = mk_links_find(&call->world->links, id, call->now);
    if (link == NULL)
        say(finding, "The link has gone since.");
    else if (link->state == MK_STATE_AWAITING_TOKEN_EXCHANGE)
        say(finding, "Exchange its token first: POST /link-session/exchange-token.");
    else if (link->state == MK_STATE_DELETED)
        say(finding, "The link is deleted: GET /links/{id} alone shows it, for 90 days.");
    else if (link->state == MK_STATE_ERROR)
        say(finding,
            "The link is in state error: let its user through Connect again with a session "
            "that has existing_link_id, or PATCH /sandbox/links/{id}.");
    else
        say(finding, "The link is %s by now.", mk_link_state_names[link->state]);
}

static void link_forbidden(const struct mk_explained *explained, struct finding *finding)
{
    link_state(explained, finding);
    say(finding, "Ask for the product in the session's settings.products, and grant it: Connect's "
                 "user does, and POST /sandbox/connect does unless `products` leaves it out.");
}

static void link_bad_config(const struct mk_explained *explained, struct finding *finding)
{
    link_state(explained, finding);
    say(finding, "Give the link a webhook: PATCH /links/{id}.");
}

/* --- Sessions and institutions ---------------------------------------------------------------- */

static json_t *nearest_institution(const struct mk_explained *explained, const char *id)
{
    const struct mk_catalog *catalog = explained->call->service->bank->catalog;
    struct mk_nearest nearest = { .wanted = id };

    for (size_t i = 0; i < mk_catalog_count(catalog); i++)
        mk_nearest_try(&nearest, mk_catalog_at(catalog, i)->id);
    return json_string(mk_nearest_name(&nearest)); /* NULL for NULL */
}

static void institution_not_found(const struct mk_explained *explained, struct finding *finding)
{
    char id[MK_PATH_SIZE];

    if (!read_parameter(explained, id))
        return;
    finding->value = mk_target_view(id);
    finding->nearest = nearest_institution(explained, id);
    say(finding, "GET /institutions lists them.");
}

static void session_forbidden(const struct mk_explained *explained, struct finding *finding)
{
    static const struct {
        const char *member;
        const char *pointer;
        const char *hint;
    } members[] = {
        { "institution_id", "/institution_id", "GET /institutions lists them." },
        { "existing_link_id", "/existing_link_id", "GET /links lists them." },
        { "redirect_uri", "/redirect_uri",
          "Any loopback origin and any app scheme may be used; --redirect-origin adds others." },
    };
    const char *message = mk_get_text(explained->error, "error_message");

    for (size_t i = 0; message != NULL && i < MK_COUNT(members); i++) {
        const char *value = mk_get_text(explained->body, members[i].member);
        if (value == NULL || strstr(message, members[i].member) == NULL)
            continue;
        finding->pointer = members[i].pointer;
        finding->value = json_string(value);
        finding->nearest = i == 0 ? nearest_institution(explained, value) : NULL;
        say(finding, "%s", members[i].hint);
    }
}

static void faulted(const struct mk_explained *explained, struct finding *finding)
{
    say(finding, "Rule %u of this world's faults fired: see GET /sandbox/faults.",
        (unsigned)explained->request->fault);
}

/* --- The table -------------------------------------------------------------------------------- */

struct row {
    const char *in;
    const char *pointer;
    void (*find)(const struct mk_explained *explained, struct finding *finding);
    const char *hint; /* without `find` */
};

#define ID "path", "/id"

static const struct row rows[MK_ERR_COUNT] = {
    [MK_FAULTED] = { "fault", "", faulted, NULL },
    [MK_INTERNAL] = { "server", "", NULL, "This is a mistake of the sandbox: please report it." },
    [MK_UNAVAILABLE] = { "server", "", NULL, "One of the sandbox's limits is reached." },
    [MK_BODY_TOO_LARGE] = { "body", "", NULL, "Send less at once." },
    [MK_PATH_NOT_FOUND] = { "path", "", path_not_found, NULL },
    [MK_METHOD_NOT_ALLOWED] = { "method", "", method_not_allowed, NULL },
    [MK_UNAUTHORIZED] = { "header", "/authorization", NULL, NULL },
    [MK_BEARER_EXPIRED] = { "header", "/authorization", NULL,
                            "Get another token: POST /auth/token. Tokens live for "
                            "access_token_seconds of the world's settings." },
    [MK_INSTITUTION_NOT_FOUND] = { "path", "/institution_id", institution_not_found, NULL },
    [MK_LINK_NOT_FOUND] = { ID, link_not_found, NULL },
    [MK_LINK_OF_OTHER_CLIENT] = { ID, link_of_other, NULL },
    [MK_LINK_DELETED] = { ID, link_state, NULL },
    [MK_LINK_BAD_STATE] = { ID, link_state, NULL },
    [MK_LINK_FORBIDDEN] = { ID, link_forbidden, NULL },
    [MK_LINK_BAD_CONFIG] = { ID, link_bad_config, NULL },
    [MK_RATE_LIMITED] = { "server", "", NULL,
                          "Wait as Retry-After says, move the clock with POST "
                          "/sandbox/clock/advance, or set rate_limits to off." },
    [MK_SESSION_FORBIDDEN] = { "body", "", session_forbidden, NULL },
    [MK_TOKEN_NOT_EXCHANGEABLE] = { "body", "/exchangeable_token", NULL,
                                    "A token is good once, for 30 minutes of the world's clock, "
                                    "until the next reset; other clients' tokens are unknown." },
    [MK_SESSION_NOT_FOUND] = { "body", "/link_session_token", NULL,
                               "A session is good until its link is exchanged, for 30 minutes of "
                               "the world's clock, until the next reset." },
    [MK_CONNECT_FAILED] = { "body", "", NULL,
                            "The user name says what happens: user_good with pass_good gets in." },
    [MK_DELIVERY_NOT_FOUND] = { "path", "/delivery_token", NULL,
                                "GET /sandbox/webhooks lists them." },
    [MK_FAULT_NOT_FOUND] = { "path", "/fault_id", NULL, "GET /sandbox/faults lists them." },
    [MK_TIME_BACKWARDS] = { "body", "", NULL, "Reset the world: POST /sandbox/reset." },
};

json_t *mk_explain_error(const struct mk_explained *explained)
{
    const struct row *row = &rows[explained->request->err];
    const struct mk_error_row *own = mk_error_row((enum mk_err)explained->request->err);
    const char *message = mk_get_text(explained->error, "error_message");
    struct finding finding = { .in = row->in == NULL ? "server" : row->in,
                               .pointer = row->pointer == NULL ? "" : row->pointer };

    if (row->find != NULL)
        row->find(explained, &finding);
    else if (row->hint != NULL)
        say(&finding, "%s", row->hint);
    json_t *code = mk_happening_error_view(explained->request);
    const char *kind = json_is_string(code) ? json_string_value(code) : own->code;
    json_t *view = mk_check_view(finding.in, finding.pointer, kind,
                                 message == NULL ? own->message : message, finding.value,
                                 finding.nearest, finding.hint[0] == '\0' ? NULL : finding.hint);
    json_decref(code);
    return view;
}
