/* SPDX-License-Identifier: MIT */
#include "api/routes.h"

#include "api/handlers.h"
#include "base/memory.h"
#include "core/snapshot.h"
#include "http/router.h"

#define CLIENT .access = MK_ACCESS_CLIENT, .is_versioned = true
#define CONTROL .access = MK_ACCESS_CONTROL
#define SESSION .access = MK_ACCESS_SESSION

/* clang-format off */
const struct mk_route mk_routes[] = {
    /* AccessToken */
    { .method = MK_GET, .path = "/.well-known/jwks.json", .operation = "get_well_known_jwks",
      .is_versioned = true, .handle = mk_get_jwks },
    { .method = MK_POST, .path = "/auth/token", .operation = "create_access_token",
      .is_versioned = true, .form = &mk_token_form, .handle = mk_create_access_token,
      .per_client = 300 },
    { .method = MK_GET, .path = "/auth/introspect", .operation = "instrospect_client", CLIENT,
      .handle = mk_introspect_client },

    /* Institutions */
    { .method = MK_GET, .path = "/institutions", .operation = "get_institutions", CLIENT,
      .query = &mk_institutions_query, .handle = mk_get_institutions,
      .per_client = 30 },
    { .method = MK_GET, .path = "/institutions/{institution_id}", .operation = "get_institution",
      CLIENT, .handle = mk_get_institution,
      .per_client = 400 },

    /* LinkSession */
    { .method = MK_POST, .path = "/link-session", .operation = "create_link_session", CLIENT,
      .body = &mk_link_session_body, .handle = mk_create_link_session,
      .per_user = 20, .per_client = 1200 },
    { .method = MK_POST, .path = "/link-session/exchange-token", .operation = "exchange_token",
      CLIENT, .body = &mk_exchange_body, .handle = mk_exchange_token },

    /* Links */
    { .method = MK_GET, .path = "/links", .operation = "get_links", CLIENT,
      .query = &mk_links_query, .handle = mk_get_links,
      .per_client = 600 },
    { .method = MK_GET, .path = "/links/{id}", .operation = "get_link", CLIENT,
      .names_link = true, .handle = mk_get_link,
      .per_link = 15, .per_client = 1000 },
    { .method = MK_PATCH, .path = "/links/{id}", .operation = "update_link", CLIENT,
      .body = &mk_link_update_body, .names_link = true, .handle = mk_update_link,
      .per_link = 4, .per_client = 600 },
    { .method = MK_DELETE, .path = "/links/{id}", .operation = "delete_link", CLIENT,
      .names_link = true, .handle = mk_delete_link,
      .per_client = 600 },
    { .method = MK_POST, .path = "/links/import", .operation = "import_link", CLIENT,
      .body = &mk_import_link_body, .handle = mk_import_link_call,
      .per_client = 60 },
    { .method = MK_POST, .path = "/links/{id}/import/transactions",
      .operation = "import_transactions", CLIENT, .body = &mk_import_transactions_body,
      .names_link = true, .handle = mk_import_transactions_call,
      .per_client = 60 },
    { .method = MK_POST, .path = "/links/{id}/reset", .operation = "reset_link", CLIENT,
      .names_link = true, .handle = mk_reset_link,
      .per_link = 15, .per_client = 600 },

    /* Accounts, AccountNumbers, Identity */
    { .method = MK_GET, .path = "/links/{id}/accounts", .operation = "get_accounts", CLIENT,
      .query = &mk_accounts_query, .names_link = true, .handle = mk_get_accounts,
      .per_link = 4, .per_client = 600 },
    { .method = MK_GET, .path = "/links/{id}/accounts/numbers", .operation = "get_account_numbers",
      CLIENT, .names_link = true, .handle = mk_get_account_numbers,
      .per_link = 3, .per_client = 600 },
    { .method = MK_GET, .path = "/links/{id}/accounts/{account_id}", .operation = "get_account",
      CLIENT, .names_link = true, .handle = mk_get_account,
      .per_link = 15, .per_client = 600 },
    { .method = MK_GET, .path = "/links/{id}/identity", .operation = "get_identities", CLIENT,
      .query = &mk_accounts_query, .names_link = true, .handle = mk_get_identities,
      .per_link = 3, .per_client = 600 },

    /* Transactions */
    { .method = MK_GET, .path = "/links/{id}/transactions", .operation = "get_transactions", CLIENT,
      .query = &mk_transactions_query, .names_link = true, .handle = mk_get_transactions,
      .per_link = 15, .per_client = 600 },
    { .method = MK_GET, .path = "/links/{id}/transactions/sync",
      .operation = "get_transactions_sync", CLIENT, .query = &mk_sync_query, .names_link = true,
      .handle = mk_get_transactions_sync,
      .per_link = 15, .per_client = 600 },
    { .method = MK_POST, .path = "/links/{id}/transactions/{txn_id}/enrichment",
      .operation = "correct_enrichment", CLIENT, .body = &mk_enrichment_body, .names_link = true,
      .handle = mk_correct_enrichment,
      .per_link = 15, .per_client = 600 },

    /* Investments */
    { .method = MK_GET, .path = "/links/{id}/investments/holdings", .operation = "get_holdings",
      CLIENT, .query = &mk_accounts_query, .names_link = true, .handle = mk_get_holdings,
      .per_link = 15, .per_client = 600 },
    { .method = MK_GET, .path = "/links/{id}/investments/transactions",
      .operation = "get_investment_transactions", CLIENT,
      .query = &mk_investment_transactions_query, .names_link = true,
      .handle = mk_get_investment_transactions,
      .per_link = 15, .per_client = 600 },

    /* Products */
    { .method = MK_POST, .path = "/links/{id}/products", .operation = "refresh_products", CLIENT,
      .body = &mk_refresh_body, .names_link = true, .handle = mk_refresh_products,
      .per_link = 15, .per_client = 600 },

    /* Users */
    { .method = MK_GET, .path = "/users/{id}/accounts", .operation = "get_user_accounts", CLIENT,
      .query = &mk_user_accounts_query, .handle = mk_get_user_accounts },
    { .method = MK_GET, .path = "/users/{id}/links", .operation = "get_user_links", CLIENT,
      .handle = mk_get_user_links },
    { .method = MK_GET, .path = "/users/{id}/transactions", .operation = "get_user_transactions",
      CLIENT, .query = &mk_user_transactions_query, .handle = mk_get_user_transactions },

    /* Webhooks */
    { .method = MK_POST, .path = "/webhooks/test/link/{id}",
      .operation = "trigger_test_link_webhook_event", CLIENT, .body = &mk_test_event_body,
      .names_link = true, .handle = mk_trigger_test_event,
      .per_link = 15, .per_client = 600 },

    /* Sandbox: ours */
    { .method = MK_POST, .path = "/sandbox/connect", .operation = "sandbox_connect",
      CONTROL, .body = &mk_sandbox_connect_body,
      .handle = mk_sandbox_connect },
    { .method = MK_GET, .path = "/sandbox/settings", .operation = "sandbox_get_settings",
      CONTROL, .handle = mk_sandbox_get_settings },
    { .method = MK_PATCH, .path = "/sandbox/settings", .operation = "sandbox_update_settings",
      CONTROL, .body = &mk_sandbox_settings_body,
      .handle = mk_sandbox_update_settings },
    { .method = MK_GET, .path = "/sandbox/clock", .operation = "sandbox_get_clock", CONTROL,
      .handle = mk_sandbox_get_clock },
    { .method = MK_PUT, .path = "/sandbox/clock", .operation = "sandbox_set_clock", CONTROL,
      .body = &mk_sandbox_clock_body, .handle = mk_sandbox_set_clock },
    { .method = MK_POST, .path = "/sandbox/clock/advance", .operation = "sandbox_advance_clock",
      CONTROL, .body = &mk_sandbox_advance_body, .handle = mk_sandbox_advance_clock },
    { .method = MK_GET, .path = "/sandbox/faults", .operation = "sandbox_get_faults", CONTROL,
      .handle = mk_sandbox_get_faults },
    { .method = MK_POST, .path = "/sandbox/faults", .operation = "sandbox_add_fault", CONTROL,
      .body = &mk_sandbox_fault_body, .handle = mk_sandbox_add_fault },
    { .method = MK_DELETE, .path = "/sandbox/faults", .operation = "sandbox_delete_faults", CONTROL,
      .handle = mk_sandbox_delete_faults },
    { .method = MK_GET, .path = "/sandbox/faults/{fault_id}", .operation = "sandbox_get_fault",
      CONTROL, .handle = mk_sandbox_get_fault },
    { .method = MK_DELETE, .path = "/sandbox/faults/{fault_id}",
      .operation = "sandbox_delete_fault", CONTROL, .handle = mk_sandbox_delete_fault },
    { .method = MK_PATCH, .path = "/sandbox/links/{id}", .operation = "sandbox_update_link",
      CONTROL, .body = &mk_sandbox_link_body, .names_link = true,
      .handle = mk_sandbox_update_link },
    { .method = MK_POST, .path = "/sandbox/links/{id}/transactions",
      .operation = "sandbox_change_transactions", CONTROL, .body = &mk_sandbox_transactions_body,
      .names_link = true, .handle = mk_sandbox_change_transactions },
    { .method = MK_GET, .path = "/sandbox/requests", .operation = "sandbox_get_requests", CONTROL,
      .query = &mk_sandbox_requests_query, .handle = mk_sandbox_get_requests },
    { .method = MK_GET, .path = "/sandbox/requests/{request_id}",
      .operation = "sandbox_get_request", CONTROL, .handle = mk_sandbox_get_request },
    { .method = MK_GET, .path = "/sandbox/wait", .operation = "sandbox_wait", CONTROL,
      .query = &mk_sandbox_wait_query, .handle = mk_sandbox_wait },
    { .method = MK_GET, .path = "/sandbox/events", .operation = "sandbox_events", CONTROL,
      .query = &mk_sandbox_events_query, .handle = mk_sandbox_events },
    { .method = MK_GET, .path = "/sandbox/webhooks", .operation = "sandbox_get_webhooks", CONTROL,
      .query = &mk_sandbox_webhooks_query, .handle = mk_sandbox_get_webhooks },
    { .method = MK_GET, .path = "/sandbox/webhooks/mode", .operation = "sandbox_get_webhook_mode",
      CONTROL, .handle = mk_sandbox_get_webhook_mode },
    { .method = MK_PUT, .path = "/sandbox/webhooks/mode", .operation = "sandbox_set_webhook_mode",
      CONTROL, .body = &mk_sandbox_webhook_mode_body, .handle = mk_sandbox_set_webhook_mode },
    { .method = MK_GET, .path = "/sandbox/webhooks/{delivery_token}",
      .operation = "sandbox_get_webhook", CONTROL, .handle = mk_sandbox_get_webhook },
    { .method = MK_POST, .path = "/sandbox/webhooks/{delivery_token}/replay",
      .operation = "sandbox_replay_webhook", CONTROL, .handle = mk_sandbox_replay_webhook },
    { .method = MK_POST, .path = "/sandbox/keys/rotate", .operation = "sandbox_rotate_keys",
      CONTROL, .body = &mk_sandbox_rotate_body, .handle = mk_sandbox_rotate_keys },
    { .method = MK_GET, .path = "/sandbox/snapshot", .operation = "sandbox_get_snapshot", CONTROL,
      .handle = mk_sandbox_get_snapshot },
    { .method = MK_PUT, .path = "/sandbox/snapshot", .operation = "sandbox_load_snapshot", CONTROL,
      .body = &mk_sandbox_snapshot_body, .body_max = MK_SNAPSHOT_MAX, .is_unlocked = true,
      .handle = mk_sandbox_load_snapshot },
    { .method = MK_POST, .path = "/sandbox/fork", .operation = "sandbox_fork", CONTROL,
      .body = &mk_sandbox_fork_body, .is_unlocked = true, .handle = mk_sandbox_fork },
    { .method = MK_POST, .path = "/sandbox/reset", .operation = "sandbox_reset", CONTROL,
      .handle = mk_sandbox_reset },
    { .method = MK_GET, .path = "/sandbox/worlds", .operation = "sandbox_get_worlds",
      .access = MK_ACCESS_ADMIN, .handle = mk_sandbox_get_worlds },
    { .method = MK_DELETE, .path = "/sandbox/worlds/{client_id}",
      .operation = "sandbox_delete_world", .access = MK_ACCESS_ADMIN,
      .handle = mk_sandbox_delete_world },

    /* Pages and probes: ours */
    { .method = MK_GET, .path = "/", .handle = mk_get_front_page },
    { .method = MK_GET, .path = "/openapi.json", .handle = mk_get_openapi },
    { .method = MK_GET, .path = "/docs", .handle = mk_get_docs },
    { .method = MK_GET, .path = "/docs/viewer.js", .handle = mk_get_viewer_js },
    { .method = MK_GET, .path = "/docs/viewer.css", .handle = mk_get_viewer_css },
    { .method = MK_GET, .path = "/livez", .handle = mk_get_livez },
    { .method = MK_GET, .path = "/readyz", .handle = mk_get_readyz },
    { .method = MK_GET, .path = "/metrics", .handle = mk_get_metrics },
    { .method = MK_GET, .path = "/connect/avatars/{institution_id}", .handle = mk_get_avatar },

    /* Connect: pages, their files, and the calls that are private to them; ours */
    { .method = MK_GET, .path = "/start", .query = &mk_connect_page_query,
      .handle = mk_get_connect_page },
    { .method = MK_GET, .path = "/relink", .query = &mk_connect_page_query,
      .handle = mk_get_connect_page },
    { .method = MK_GET, .path = "/continue", .query = &mk_connect_page_query,
      .handle = mk_get_connect_page },
    { .method = MK_GET, .path = "/demo", .handle = mk_get_demo },
    { .method = MK_GET, .path = "/connect/{file}", .handle = mk_get_connect_file },
    { .method = MK_GET, .path = "/connect/screens/{file}", .handle = mk_get_connect_screen },
    { .method = MK_GET, .path = "/connect/session", SESSION, .handle = mk_connect_session },
    { .method = MK_GET, .path = "/connect/institutions", SESSION,
      .query = &mk_connect_institutions_query, .handle = mk_connect_institutions },
    { .method = MK_POST, .path = "/connect/institution", SESSION,
      .body = &mk_connect_institution_body, .handle = mk_connect_choose },
    { .method = MK_POST, .path = "/connect/back", SESSION, .handle = mk_connect_back },
    { .method = MK_POST, .path = "/connect/login", SESSION, .body = &mk_connect_login_body,
      .handle = mk_connect_login },
    { .method = MK_POST, .path = "/connect/device", SESSION, .body = &mk_connect_device_body,
      .handle = mk_connect_device },
    { .method = MK_POST, .path = "/connect/answer", SESSION, .body = &mk_connect_answer_body,
      .handle = mk_connect_answer_question },
    { .method = MK_POST, .path = "/connect/oauth", SESSION, .handle = mk_connect_session },
    { .method = MK_POST, .path = "/connect/resume", SESSION, .body = &mk_connect_resume_body,
      .handle = mk_connect_resume },
    { .method = MK_POST, .path = "/connect/permissions", SESSION,
      .body = &mk_connect_permissions_body, .handle = mk_connect_permit },
    { .method = MK_POST, .path = "/connect/accounts", SESSION, .body = &mk_connect_accounts_body,
      .handle = mk_connect_share },
    { .method = MK_POST, .path = "/connect/report", SESSION, .body = &mk_connect_report_body,
      .handle = mk_connect_session },
    { .method = MK_POST, .path = "/connect/retry", SESSION, .handle = mk_connect_retry },
    { .method = MK_POST, .path = "/connect/exit", SESSION, .handle = mk_connect_exit },
    { .method = MK_GET, .path = "/oauth-bank", .handle = mk_get_oauth_bank_page },
    { .method = MK_POST, .path = "/oauth-bank", .body = &mk_oauth_bank_body,
      .handle = mk_oauth_bank_decide },
    { .method = MK_GET, .path = "/oauth-bank/session", .query = &mk_oauth_bank_query,
      .handle = mk_oauth_bank_session },
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
