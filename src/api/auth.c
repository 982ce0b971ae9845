/* SPDX-License-Identifier: MIT */
/* AccessToken: POST /auth/token and GET /auth/introspect. */
#include "api/access.h"
#include "api/handlers.h"
#include "api/rates.h"
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
    { .name = "client_secret", .type = MK_STRING },
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
static enum mk_err read_credentials(const struct mk_call *call, struct mk_problem *problem,
                                    struct credentials *ret)
{
    const char *authorization = call->request->header[MK_HEADER_AUTHORIZATION];
    struct credentials basic = { .id = "" };

    if (!copy_form(call->body, ret))
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

enum mk_err mk_create_access_token(const struct mk_call *call, struct mk_reply *reply)
{
    const char *grant = mk_get_text(call->body, "grant_type");
    const char *scope = mk_get_text(call->body, "scope");
    struct credentials credentials;
    struct mk_caller caller;
    char token[MK_BEARER_SIZE];

    if (grant != NULL && strcmp(grant, "client_credentials") != 0)
        return MK_BAD_GRANT;
    MK_TRY(read_credentials(call, &reply->problem, &credentials));
    MK_TRY(mk_worlds_sign_in(call->service->worlds, credentials.id, credentials.secret,
                             &reply->problem, &caller));

    struct mk_world *world = caller.world;
    mk_world_lock(world);
    enum mk_err err = mk_rates_count(world, call->route, NULL, &reply->problem);
    if (err == MK_OK)
        mk_bearers_issue(&world->bearers, &world->secrets, world->handle, scope, mk_real_now(),
                         token);
    mk_world_unlock(world);
    MK_TRY(err);
    return mk_reply_json(reply, 201,
                         json_pack("{s:s, s:s, s:i}", "access_token", token, "token_type", "bearer",
                                   "expires_in", MK_BEARER_SECONDS));
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
