/* SPDX-License-Identifier: MIT */
/* AccessToken: POST /auth/token and GET /auth/introspect. */
#include "api/access.h"
#include "api/handlers.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CREDENTIAL_ROOM = 1024 };

struct credentials {
    char id[CREDENTIAL_ROOM];
    char secret[CREDENTIAL_ROOM];
};

static const struct mk_field token_fields[] = {
    { .name = "grant_type", .type = MK_STRING },
    { .name = "scope", .type = MK_STRING, .max = MK_SCOPE_MAX, .fallback = "" },
    { .name = "client_id", .type = MK_STRING },
    { .name = "client_secret", .type = MK_STRING, .is_secret = true },
};

const struct mk_shape mk_token_form = MK_SHAPE(NULL, token_fields);

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is_empty(const struct credentials *credentials)
{
    return credentials->id[0] == '\0' && credentials->secret[0] == '\0';
}

static bool copy_form(const json_t *form, struct credentials *ret)
{
    return mk_copy_into(ret->id, CREDENTIAL_ROOM, or_empty(mk_get_text(form, "client_id"))) &&
           mk_copy_into(ret->secret, CREDENTIAL_ROOM, or_empty(mk_get_text(form, "client_secret")));
}

/*
 * Form fields or HTTP Basic. The Ruby SDK sends an empty Basic next to good form fields, so an
 * empty one counts as absent; two that differ are refused rather than guessed at (RFC 6749, section
 * 2.3).
 */
static enum mk_err read_credentials(const struct mk_request *request, const json_t *form,
                                    struct mk_problem *problem, struct credentials *ret)
{
    const char *authorization = request->header[MK_HEADER_AUTHORIZATION];
    struct credentials basic = { .id = "" };

    if (!copy_form(form, ret))
        return mk_fail(problem, MK_UNAUTHORIZED, "client_id or client_secret is too long.");
    if (authorization != NULL &&
        !mk_basic_read(authorization, basic.id, basic.secret, CREDENTIAL_ROOM))
        return mk_fail(problem, MK_UNAUTHORIZED,
                       "Authorization must be Basic with client id and secret here.");
    if (is_empty(&basic))
        return MK_OK;
    if (is_empty(ret)) {
        *ret = basic;
        return MK_OK;
    }
    if (strcmp(ret->id, basic.id) != 0 || !mk_same_secret(ret->secret, basic.secret))
        return mk_fail(problem, MK_BAD_GRANT,
                       "The form and HTTP Basic name different credentials.");
    return MK_OK;
}

/* Returns the seconds that the token is good for. */
static int64_t issue(struct mk_world *world, const char *scope, char ret[MK_BEARER_SIZE])
{
    bool is_world_time = world->settings.token_clock == MK_CLOCK_WORLD;
    int64_t now = is_world_time ? mk_world_now(world) : mk_real_now();

    mk_bearers_issue(&world->bearers, &world->secrets, world->handle, scope,
                     now + world->settings.token_span, is_world_time, ret);
    return world->settings.token_span / MK_SECOND;
}

enum mk_err mk_access_check_form(struct mk_service *service, const struct mk_request *request,
                                 const json_t *form, struct mk_problem *problem,
                                 struct mk_caller *ret)
{
    const char *grant = mk_get_text(form, "grant_type");
    struct credentials credentials;

    if (grant != NULL && strcmp(grant, "client_credentials") != 0)
        return MK_BAD_GRANT;
    MK_TRY(read_credentials(request, form, problem, &credentials));
    return mk_worlds_sign_in(service->worlds, credentials.id, credentials.secret, problem, ret);
}

enum mk_err mk_create_access_token(const struct mk_call *call, struct mk_reply *reply)
{
    char token[MK_BEARER_SIZE];

    int64_t seconds = issue(call->world, mk_get_text(call->body, "scope"), token);
    return mk_reply_json(reply, 201,
                         json_pack("{s:s, s:s, s:I}", "access_token", token, "token_type", "bearer",
                                   "expires_in", (json_int_t)seconds));
}

enum mk_err mk_introspect_client(const struct mk_call *call, struct mk_reply *reply)
{
    const char *client = call->world->client_id;
    json_t *app = json_pack("{s:s, s:s, s:s, s:s}", "app_id", client, "name", client, "id", client,
                            "app_name", client);

    return mk_reply_json(reply, 200,
                         json_pack("{s:s, s:s, s:s, s:o, s:n}", "client_id", client, "client_name",
                                   client, "scope", call->scope, "app", app, "disabled_at"));
}
