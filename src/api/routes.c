/* SPDX-License-Identifier: MIT */
#include "api/routes.h"

#include "api/handlers.h"
#include "base/memory.h"
#include "http/router.h"

#define CLIENT .access = MK_ACCESS_CLIENT, .is_versioned = true

/* clang-format off */
const struct mk_route mk_routes[] = {
    /* AccessToken */
    { .method = MK_POST, .path = "/auth/token", .operation = "create_access_token",
      .is_versioned = true, .form = &mk_token_form, .handle = mk_create_access_token },
    { .method = MK_GET, .path = "/auth/introspect", .operation = "instrospect_client", CLIENT,
      .handle = mk_introspect_client },

    /* Institutions */
    { .method = MK_GET, .path = "/institutions", .operation = "get_institutions", CLIENT,
      .query = &mk_institutions_query, .handle = mk_get_institutions },
    { .method = MK_GET, .path = "/institutions/{institution_id}", .operation = "get_institution",
      CLIENT, .handle = mk_get_institution },

    /* LinkSession */
    { .method = MK_POST, .path = "/link-session", .operation = "create_link_session", CLIENT,
      .body = &mk_link_session_body, .handle = mk_create_link_session },
    { .method = MK_POST, .path = "/link-session/exchange-token", .operation = "exchange_token",
      CLIENT, .body = &mk_exchange_body, .handle = mk_exchange_token },

    /* Links */
    { .method = MK_GET, .path = "/links", .operation = "get_links", CLIENT,
      .query = &mk_links_query, .handle = mk_get_links },
    { .method = MK_GET, .path = "/links/{id}", .operation = "get_link", CLIENT,
      .names_link = true, .handle = mk_get_link },
    { .method = MK_PATCH, .path = "/links/{id}", .operation = "update_link", CLIENT,
      .body = &mk_link_update_body, .names_link = true, .handle = mk_update_link },
    { .method = MK_DELETE, .path = "/links/{id}", .operation = "delete_link", CLIENT,
      .names_link = true, .handle = mk_delete_link },

    /* Sandbox: ours */
    { .method = MK_POST, .path = "/sandbox/connect", .operation = "sandbox_connect",
      .access = MK_ACCESS_CONTROL, .body = &mk_sandbox_connect_body,
      .handle = mk_sandbox_connect },

    /* Pages and probes: ours */
    { .method = MK_GET, .path = "/", .handle = mk_get_front_page },
    { .method = MK_GET, .path = "/openapi.json", .handle = mk_get_openapi },
    { .method = MK_GET, .path = "/livez", .handle = mk_get_livez },
    { .method = MK_GET, .path = "/readyz", .handle = mk_get_readyz },
    { .method = MK_GET, .path = "/connect/avatars/{institution_id}", .handle = mk_get_avatar },
};
/* clang-format on */

const size_t mk_route_count = MK_COUNT(mk_routes);

struct mk_router *mk_routes_router(void)
{
    enum mk_method methods[MK_COUNT(mk_routes)];
    const char *paths[MK_COUNT(mk_routes)];

    for (size_t i = 0; i < MK_COUNT(mk_routes); i++) {
        methods[i] = mk_routes[i].method;
        paths[i] = mk_routes[i].path;
    }
    return mk_router_new(methods, paths, MK_COUNT(mk_routes));
}
