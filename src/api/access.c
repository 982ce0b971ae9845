/* SPDX-License-Identifier: MIT */
#include "api/access.h"

#include "base/url.h"

#include <string.h>
#include <strings.h>

/* What follows the scheme's name and its spaces, or NULL. */
static const char *after_scheme(const char *authorization, const char *scheme)
{
    size_t length = strlen(scheme);

    if (strncasecmp(authorization, scheme, length) != 0 || authorization[length] != ' ')
        return NULL;
    authorization += length;
    return authorization + strspn(authorization, " ");
}

const char *mk_bearer_read(const char *authorization)
{
    return after_scheme(authorization, "bearer");
}

bool mk_basic_read(const char *authorization, char *user, char *password, size_t room)
{
    unsigned char decoded[2048];
    const char *encoded = after_scheme(authorization, "basic");

    if (encoded == NULL)
        return false;
    ptrdiff_t length =
        mk_base64_decode(encoded, strlen(encoded), false, decoded, sizeof(decoded) - 1);
    if (length < 0 || memchr(decoded, '\0', (size_t)length) != NULL)
        return false;
    if (!mk_is_utf8((const char *)decoded, (size_t)length))
        return false;
    decoded[length] = '\0';

    char *colon = strchr((char *)decoded, ':');
    if (colon == NULL)
        return false;
    *colon = '\0';
    return mk_copy_into(user, room, (char *)decoded) && mk_copy_into(password, room, colon + 1);
}

static enum mk_err sign_in(struct mk_service *service, const struct mk_request *request,
                           struct mk_problem *problem, struct mk_caller *ret)
{
    const char *id = request->header[MK_HEADER_CLIENT_ID];
    const char *secret = request->header[MK_HEADER_CLIENT_SECRET];

    if (id == NULL && secret == NULL)
        return mk_fail(problem, MK_UNAUTHORIZED,
                       "Credentials are missing: send Authorization: Bearer with a token of POST "
                       "/auth/token, or X-Client-Id and X-Client-Secret.");
    if (id == NULL || secret == NULL)
        return mk_fail(problem, MK_UNAUTHORIZED, "X-Client-Id and X-Client-Secret go together.");
    if (!mk_is_utf8(id, strlen(id)) || !mk_is_utf8(secret, strlen(secret)))
        return mk_fail(problem, MK_UNAUTHORIZED, "Client id and client secret must be UTF-8.");
    return mk_worlds_sign_in(service->worlds, id, secret, problem, ret);
}

/* The admin token reaches the world of any client that has one. */
static enum mk_err enter_as_admin(struct mk_service *service, const struct mk_request *request,
                                  struct mk_problem *problem, struct mk_caller *ret)
{
    const char *client = request->header[MK_HEADER_SANDBOX_CLIENT];

    if (client == NULL)
        return mk_fail(problem, MK_UNAUTHORIZED,
                       "The admin token needs X-Sandbox-Client: the client whose world is meant.");
    ret->world = mk_worlds_find(service->worlds, client);
    if (ret->world == NULL)
        return mk_fail(problem, MK_UNAUTHORIZED, "X-Sandbox-Client names no client with a world.");
    return MK_OK;
}

static enum mk_err check_credentials(struct mk_service *service, const struct mk_request *request,
                                     bool is_control, struct mk_problem *problem,
                                     struct mk_caller *ret)
{
    const char *authorization = request->header[MK_HEADER_AUTHORIZATION];

    if (authorization == NULL)
        return sign_in(service, request, problem, ret);

    const char *token = mk_bearer_read(authorization);
    if (token == NULL)
        return mk_fail(problem, MK_UNAUTHORIZED, "Authorization must be a Bearer token here.");
    if (is_control && mk_same_secret(service->admin_token, token))
        return enter_as_admin(service, request, problem, ret);
    return mk_worlds_bearer(service->worlds, token, is_control, problem, ret);
}

/* Connect's pages know their session and nothing else. */
static enum mk_err find_session(struct mk_service *service, const struct mk_request *request,
                                struct mk_problem *problem, struct mk_caller *ret)
{
    const char *authorization = request->header[MK_HEADER_AUTHORIZATION];
    const char *token = authorization == NULL ? NULL : mk_bearer_read(authorization);
    uint32_t handle;

    if (token == NULL)
        return mk_fail(problem, MK_UNAUTHORIZED,
                       "The link session's token is missing: send it as Authorization: Bearer.");
    struct mk_world *world = mk_session_token_handle(token, &handle)
                                 ? mk_worlds_by_handle(service->worlds, handle)
                                 : NULL;
    if (world == NULL)
        return MK_SESSION_NOT_FOUND;
    mk_world_lock(world);
    bool found = mk_sessions_find(&world->sessions, token, mk_world_now(world)) != NULL;
    mk_world_unlock(world);
    if (!found) {
        mk_world_release(world);
        return MK_SESSION_NOT_FOUND;
    }
    ret->world = world;
    return MK_OK;
}

/* A page that a DNS trick brought into the same origin must not steer the sandbox. */
static enum mk_err check_host(const struct mk_service *service, const struct mk_request *request)
{
    const char *field = request->header[MK_HEADER_HOST];
    char host[256];
    struct mk_url public_url;

    if (field == NULL || !mk_host_read(field, host))
        return MK_HOST_FORBIDDEN;
    if (mk_host_is_loopback(host))
        return MK_OK;
    if (mk_url_read(service->public_url, &public_url) && strcmp(public_url.host, host) == 0)
        return MK_OK;
    for (size_t i = 0; i < service->allowed_host_count; i++) {
        if (strcasecmp(service->allowed_hosts[i], host) == 0)
            return MK_OK;
    }
    return MK_HOST_FORBIDDEN;
}

static enum mk_err check_admin(const struct mk_service *service, const struct mk_request *request,
                               struct mk_problem *problem)
{
    const char *authorization = request->header[MK_HEADER_AUTHORIZATION];
    const char *token = authorization == NULL ? NULL : mk_bearer_read(authorization);

    if (token != NULL && mk_same_secret(service->admin_token, token))
        return MK_OK;
    return mk_fail(problem, MK_UNAUTHORIZED,
                   "This call is the administrator's: send Authorization: Bearer with the admin "
                   "token, which was printed at start.");
}

enum mk_err mk_access_check(struct mk_service *service, const struct mk_route *route,
                            const struct mk_request *request, struct mk_problem *problem,
                            struct mk_caller *ret)
{
    bool is_control = route->access == MK_ACCESS_CONTROL;

    if (route->access == MK_ACCESS_ANYONE)
        return MK_OK;
    if (route->access == MK_ACCESS_SESSION)
        return find_session(service, request, problem, ret);
    if (is_control || route->access == MK_ACCESS_ADMIN)
        MK_TRY(check_host(service, request));
    if (route->access == MK_ACCESS_ADMIN)
        return check_admin(service, request, problem);
    return check_credentials(service, request, is_control, problem, ret);
}
