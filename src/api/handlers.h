/* SPDX-License-Identifier: MIT */
/*
 * The handlers and field tables that the route table names, by the file that holds them.
 */
#ifndef MK_API_HANDLERS_H
#define MK_API_HANDLERS_H

#include "api/routes.h"

/* auth.c */
mk_handler mk_create_access_token;
mk_handler mk_introspect_client;
extern const struct mk_shape mk_token_form;

/* institutions.c */
mk_handler mk_get_institutions;
mk_handler mk_get_institution;
extern const struct mk_shape mk_institutions_query;

/* link_session.c */
mk_handler mk_create_link_session;
mk_handler mk_exchange_token;

/* link_session_fields.c */
extern const struct mk_shape mk_link_session_body;
extern const struct mk_shape mk_exchange_body;

/* links.c */
mk_handler mk_get_links;
mk_handler mk_get_link;
mk_handler mk_update_link;
mk_handler mk_delete_link;
extern const struct mk_shape mk_links_query;
extern const struct mk_shape mk_link_update_body;

/* reset.c */
mk_handler mk_reset_link;

/* accounts.c */
mk_handler mk_get_accounts;
mk_handler mk_get_account;
extern const struct mk_shape mk_accounts_query;

/* account_numbers.c */
mk_handler mk_get_account_numbers;

/* identity.c */
mk_handler mk_get_identities;

/* transactions.c */
mk_handler mk_get_transactions;
mk_handler mk_get_transactions_sync;
mk_handler mk_correct_enrichment;
extern const struct mk_shape mk_transactions_query;
extern const struct mk_shape mk_sync_query;
extern const struct mk_shape mk_enrichment_body;

/* investments.c */
mk_handler mk_get_holdings;
mk_handler mk_get_investment_transactions;
extern const struct mk_shape mk_investment_transactions_query;

/* products.c */
mk_handler mk_refresh_products;
extern const struct mk_shape mk_refresh_body;

/* imports.c */
mk_handler mk_import_link_call;
mk_handler mk_import_transactions_call;
extern const struct mk_shape mk_import_link_body;
extern const struct mk_shape mk_import_transactions_body;

/* users.c */
#define MK_USER_LINKS_MAX 5000U /* links that one reply shows; ours */
mk_handler mk_get_user_accounts;
mk_handler mk_get_user_links;
mk_handler mk_get_user_transactions;
extern const struct mk_shape mk_user_accounts_query;
extern const struct mk_shape mk_user_transactions_query;

/* webhooks.c */
mk_handler mk_trigger_test_event;
extern const struct mk_shape mk_test_event_body;

/* jwks.c */
mk_handler mk_get_jwks;

/* fields.c: rows that several tables share */
#define MK_TAGS_MAX 100 /* tags of a link; ours */
extern const struct mk_field mk_tag_field;
extern const struct mk_field mk_text_field;
extern const struct mk_shape mk_customer_user_shape;
extern const struct mk_shape mk_custom_data_shape; /* custom_sandbox_data */

/* pages.c */
mk_handler mk_get_front_page;
mk_handler mk_get_openapi;
mk_handler mk_get_livez;
mk_handler mk_get_readyz;
mk_handler mk_get_avatar;

/* docs.c */
mk_handler mk_get_docs;
mk_handler mk_get_viewer_js;
mk_handler mk_get_viewer_css;

/* connect/pages.c */
mk_handler mk_get_connect_page;
mk_handler mk_get_oauth_bank_page;
mk_handler mk_get_demo;
mk_handler mk_get_connect_file;
mk_handler mk_get_connect_screen;
extern const struct mk_shape mk_connect_page_query;

/* connect/finder.c */
mk_handler mk_connect_institutions;
extern const struct mk_shape mk_connect_institutions_query;

/* connect/steps.c */
mk_handler mk_connect_session;
mk_handler mk_connect_choose;
mk_handler mk_connect_back;
mk_handler mk_connect_login;
mk_handler mk_connect_device;
mk_handler mk_connect_answer_question;
mk_handler mk_connect_resume;
mk_handler mk_connect_permit;
mk_handler mk_connect_share;
mk_handler mk_connect_retry;
mk_handler mk_connect_exit;
extern const struct mk_shape mk_connect_institution_body;
extern const struct mk_shape mk_connect_login_body;
extern const struct mk_shape mk_connect_device_body;
extern const struct mk_shape mk_connect_answer_body;
extern const struct mk_shape mk_connect_resume_body;
extern const struct mk_shape mk_connect_permissions_body;
extern const struct mk_shape mk_connect_accounts_body;
extern const struct mk_shape mk_connect_report_body;

/* connect/oauth_bank.c */
mk_handler mk_oauth_bank_session;
mk_handler mk_oauth_bank_decide;
extern const struct mk_shape mk_oauth_bank_query;
extern const struct mk_shape mk_oauth_bank_body;

/* control/connect.c */
mk_handler mk_sandbox_connect;
extern const struct mk_shape mk_sandbox_connect_body;

/* control/settings.c */
mk_handler mk_sandbox_get_settings;
mk_handler mk_sandbox_update_settings;
extern const struct mk_shape mk_sandbox_settings_body;

/* control/clock.c */
mk_handler mk_sandbox_get_clock;
mk_handler mk_sandbox_set_clock;
mk_handler mk_sandbox_advance_clock;
extern const struct mk_shape mk_sandbox_clock_body;
extern const struct mk_shape mk_sandbox_advance_body;

/* control/faults.c */
mk_handler mk_sandbox_get_faults;
mk_handler mk_sandbox_add_fault;
mk_handler mk_sandbox_delete_faults;
mk_handler mk_sandbox_get_fault;
mk_handler mk_sandbox_delete_fault;
extern const struct mk_shape mk_sandbox_fault_body;

/* control/links.c */
mk_handler mk_sandbox_update_link;
extern const struct mk_shape mk_sandbox_link_body;

/* control/transactions.c */
mk_handler mk_sandbox_change_transactions;
extern const struct mk_shape mk_sandbox_transactions_body;

/* control/requests.c */
mk_handler mk_sandbox_get_requests;
mk_handler mk_sandbox_get_request;
extern const struct mk_shape mk_sandbox_requests_query;

/* control/wait.c */
mk_handler mk_sandbox_wait;
extern const struct mk_shape mk_sandbox_wait_query;

/* control/events.c */
mk_handler mk_sandbox_events;
extern const struct mk_shape mk_sandbox_events_query;

/* control/webhooks.c */
mk_handler mk_sandbox_get_webhooks;
mk_handler mk_sandbox_get_webhook;
mk_handler mk_sandbox_replay_webhook;
extern const struct mk_shape mk_sandbox_webhooks_query;

/* control/webhook_mode.c */
mk_handler mk_sandbox_get_webhook_mode;
mk_handler mk_sandbox_set_webhook_mode;
extern const struct mk_shape mk_sandbox_webhook_mode_body;

/* control/keys.c */
mk_handler mk_sandbox_rotate_keys;
extern const struct mk_shape mk_sandbox_rotate_body;

/* control/snapshot.c */
mk_handler mk_sandbox_get_snapshot;
mk_handler mk_sandbox_load_snapshot;
mk_handler mk_sandbox_fork;
mk_handler mk_sandbox_reset;
extern const struct mk_shape mk_sandbox_snapshot_body;
extern const struct mk_shape mk_sandbox_fork_body;

/* control/worlds.c */
mk_handler mk_sandbox_get_worlds;
mk_handler mk_sandbox_delete_world;

/* api/metrics.c */
mk_handler mk_get_metrics;

#endif
