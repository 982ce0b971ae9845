/* SPDX-License-Identifier: MIT */
/*
 * The closed lists of the API (MoneyKit's documentation, Python SDK 0.2.3), each once: the enum,
 * its texts and their number. The text tables end with NULL, so they serve as choices of a field
 * too.
 */
#ifndef MK_CORE_TERMS_H
#define MK_CORE_TERMS_H

#define MK_PRODUCTS(X) \
    X(ACCOUNTS, "accounts") \
    X(ACCOUNT_NUMBERS, "account_numbers") \
    X(IDENTITY, "identity") \
    X(TRANSACTIONS, "transactions") \
    X(INVESTMENTS, "investments") \
    X(ENRICHMENT, "enrichment")

#define MK_PROVIDERS(X) \
    X(MONEYKIT, "moneykit") \
    X(FINICITY, "finicity") \
    X(PLAID, "plaid") \
    X(YODLEE, "yodlee") \
    X(MX, "mx") \
    X(AKOYA, "akoya")

#define MK_COUNTRIES(X) \
    X(US, "US") \
    X(GB, "GB") \
    X(CA, "CA")

#define MK_LINK_STATES(X) \
    X(CONNECTING, "connecting") \
    X(AWAITING_TOKEN_EXCHANGE, "awaiting_token_exchange") \
    X(CONNECTED, "connected") \
    X(DELETED, "deleted") \
    X(ERROR, "error")

#define MK_LINK_ERRORS(X) \
    X(SYSTEM_ERROR, "system_error") \
    X(PROVIDER_ERROR, "provider_error") \
    X(INSTITUTION_ERROR, "institution_error") \
    X(USER_ERROR, "user_error") \
    X(AUTH_EXPIRED, "auth_expired") \
    X(NO_ACCOUNTS, "no_accounts") \
    X(USER_SETUP_REQUIRED, "user_setup_required") \
    X(INVALID_CREDENTIALS, "invalid_credentials") \
    X(USER_OAUTH_DENIED, "user_oauth_denied") \
    X(USER_INPUT_INCORRECT, "user_input_incorrect") \
    X(INCOMPLETE, "incomplete")

#define MK_PRODUCT_ERRORS(X) \
    X(RATE_LIMIT, "rate_limit") \
    X(AUTH_EXPIRED, "auth_expired") \
    X(NOT_SUPPORTED, "not_supported") \
    X(TIMEOUT, "timeout") \
    X(UNKNOWN, "unknown") \
    X(NO_ACCOUNTS, "no_accounts") \
    X(INSTITUTION_ERROR, "institution_error") \
    X(NO_PERMISSION, "no_permission")

#define MK_PRODUCT_STATES(X) \
    X(PENDING, "pending") \
    X(IN_PROGRESS, "in_progress") \
    X(COMPLETED, "completed") \
    X(FAILED, "failed")

/* Webhooks: the events, and what the test endpoint calls them, which has two names for one. */
#define MK_EVENT_STATE "link.state_changed"
#define MK_EVENT_PRODUCT "link.product_refresh"
#define MK_EVENT_TRANSACTIONS "transactions.updates_available"

#define MK_NOTICES(X) \
    X(STATE, MK_EVENT_STATE) \
    X(PRODUCT, MK_EVENT_PRODUCT) \
    X(TRANSACTIONS, MK_EVENT_TRANSACTIONS)

#define MK_TEST_EVENTS(X) \
    X(LINK_STATE_CHANGED, MK_EVENT_STATE) \
    X(TRANSACTIONS_UPDATES_AVAILABLE, MK_EVENT_TRANSACTIONS) \
    X(PRODUCT_STATE_CHANGED, "product.state_changed") \
    X(LINK_PRODUCT_REFRESH, MK_EVENT_PRODUCT)

#define MK_TRANSACTION_TYPES(X) \
    X(CREDIT, "credit") \
    X(DEBIT, "debit")

#define MK_FEATURES(X) \
    X(ISSUE_REPORTER, "issue_reporter") \
    X(ENABLE_MONEY_ID, "enable_money_id") \
    X(DUPLICATE_INSTITUTION_WARNING, "duplicate_institution_warning") \
    X(DUPLICATE_INSTITUTION_REJECTED, "duplicate_institution_rejected") \
    X(CONNECT_MANUALLY, "connect_manually") \
    X(PERMIT_ONLY_ONE_ACCOUNT, "permit_only_one_account") \
    X(PERMIT_ONLY_DEPOSITORY_ACCOUNTS, "permit_only_depository_accounts")

#define MK_SEARCH_GROUPS(X) \
    X(PRIMARY, "primary") \
    X(SECONDARY, "secondary") \
    X(TERTIARY, "tertiary")

#define MK_PHONE_TYPES(X) \
    X(HOME, "home") \
    X(WORK, "work") \
    X(MOBILE, "mobile") \
    X(OTHER, "other")

#define X(name, text) MK_PRODUCT_##name,
enum mk_product { MK_PRODUCTS(X) MK_PRODUCT_COUNT };
#undef X
#define X(name, text) MK_PROVIDER_##name,
enum mk_provider { MK_PROVIDERS(X) MK_PROVIDER_COUNT };
#undef X
#define X(name, text) MK_COUNTRY_##name,
enum mk_country { MK_COUNTRIES(X) MK_COUNTRY_COUNT };
#undef X
#define X(name, text) MK_STATE_##name,
enum mk_link_state { MK_LINK_STATES(X) MK_STATE_COUNT };
#undef X
#define X(name, text) MK_LINK_ERROR_##name,
enum mk_link_error {
    MK_LINK_ERRORS(X) MK_LINK_ERROR_COUNT,
    MK_LINK_ERROR_NONE = MK_LINK_ERROR_COUNT
};
#undef X
#define X(name, text) MK_PRODUCT_ERROR_##name,
enum mk_product_error {
    MK_PRODUCT_ERRORS(X) MK_PRODUCT_ERROR_COUNT,
    MK_PRODUCT_ERROR_NONE = MK_PRODUCT_ERROR_COUNT
};
#undef X
#define X(name, text) MK_PRODUCT_STATE_##name,
enum mk_product_state { MK_PRODUCT_STATES(X) MK_PRODUCT_STATE_COUNT };
#undef X
#define X(name, text) MK_NOTICE_##name,
enum mk_notice { MK_NOTICES(X) MK_NOTICE_COUNT };
#undef X
#define X(name, text) MK_TEST_EVENT_##name,
enum mk_test_event { MK_TEST_EVENTS(X) MK_TEST_EVENT_COUNT };
#undef X
#define X(name, text) MK_FEATURE_##name,
enum mk_feature { MK_FEATURES(X) MK_FEATURE_COUNT };
#undef X
#define X(name, text) MK_GROUP_##name,
enum mk_search_group { MK_SEARCH_GROUPS(X) MK_SEARCH_GROUP_COUNT };
#undef X
#define X(name, text) MK_PHONE_##name,
enum mk_phone_type { MK_PHONE_TYPES(X) MK_PHONE_COUNT };
#undef X

/* Each is as long as its enum plus the NULL at the end. */
extern const char *const mk_product_names[];
extern const char *const mk_provider_names[];
extern const char *const mk_country_names[];
extern const char *const mk_link_state_names[];
extern const char *const mk_link_error_names[];
extern const char *const mk_product_error_names[];
extern const char *const mk_product_state_names[];
extern const char *const mk_notice_names[];
extern const char *const mk_test_event_names[];
extern const char *const mk_transaction_type_names[];
extern const char *const mk_feature_names[];
extern const char *const mk_search_group_names[];
extern const char *const mk_phone_type_names[];
extern const char *const mk_rate_limit_names[]; /* no, yes; ours */

/* Position of text in a NULL-ended table, -1 when it is not there or NULL. */
int mk_term_find(const char *const *names, const char *text);

#endif
