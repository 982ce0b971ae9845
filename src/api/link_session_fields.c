/* SPDX-License-Identifier: MIT */
/* The request schemas of LinkSession: CreateLinkSessionRequest and all that it holds. */
#include "api/handlers.h"
#include "core/numbers.h"
#include "core/terms.h"

/* Bounds of ours, so that one session stays small. The API's own are in the rows as they are. */
enum { CUSTOM_ACCOUNTS_MAX = 64, CUSTOM_OWNERS_MAX = 20, CONTACTS_MAX = 20 };

/* clang-format off */
static const struct mk_field provider_item = { .type = MK_STRING, .choices = mk_provider_names,
                                               .choices_name = "Provider" };
static const struct mk_field country_item = { .type = MK_STRING, .choices = mk_country_names,
                                              .choices_name = "Country" };

static const struct mk_field product_settings_fields[] = {
    { .name = "required", .type = MK_BOOLEAN, .nullable = true, .fallback = "false" },
    { .name = "require_permission", .type = MK_BOOLEAN, .nullable = true, .fallback = "false" },
    { .name = "prefetch", .type = MK_BOOLEAN, .nullable = true, .fallback = "false" },
    { .name = "reason", .type = MK_STRING, .nullable = true },
};
static const struct mk_shape product_settings = MK_SHAPE("ProductSettings",
                                                         product_settings_fields);
static const struct mk_shape transactions_settings = MK_SHAPE("TransactionsProductSettings",
                                                              product_settings_fields);

static const struct mk_field products_fields[] = {
    { .name = "account_numbers", .type = MK_OBJECT, .nullable = true, .shape = &product_settings },
    { .name = "identity", .type = MK_OBJECT, .nullable = true, .shape = &product_settings },
    { .name = "transactions", .type = MK_OBJECT, .nullable = true,
      .shape = &transactions_settings },
    { .name = "investments", .type = MK_OBJECT, .nullable = true, .shape = &product_settings },
};
static const struct mk_shape products = MK_SHAPE("ProductsSettings", products_fields);

static const struct mk_field settings_fields[] = {
    { .name = "providers", .type = MK_LIST, .nullable = true, .item = &provider_item },
    { .name = "products", .type = MK_OBJECT, .nullable = true, .shape = &products },
    { .name = "countries", .type = MK_LIST, .nullable = true, .item = &country_item },
};
static const struct mk_shape settings = MK_SHAPE("LinkSessionSettingOverrides", settings_fields);

static const struct mk_field email_fields[] = {
    { .name = "address", .type = MK_STRING, .required = true, .min = 4, .max = 254 },
    { .name = "customer_verified_at", .type = MK_TIME, .nullable = true },
};
static const struct mk_shape customer_email = MK_SHAPE("CustomerUserEmail", email_fields);

static const struct mk_field phone_fields[] = {
    { .name = "number", .type = MK_STRING, .required = true, .min = 4, .max = 30 },
    { .name = "country", .type = MK_STRING, .nullable = true, .choices = mk_country_names,
      .choices_name = "Country" },
    { .name = "customer_verified_at", .type = MK_TIME, .nullable = true },
};
static const struct mk_shape customer_phone = MK_SHAPE("CustomerUserPhone", phone_fields);

static const struct mk_field customer_fields[] = {
    { .name = "id", .type = MK_STRING, .required = true, .min = 4, .max = 150 },
    { .name = "email", .type = MK_OBJECT, .nullable = true, .shape = &customer_email },
    { .name = "phone", .type = MK_OBJECT, .nullable = true, .shape = &customer_phone },
};
const struct mk_shape mk_customer_user_shape = MK_SHAPE("CustomerUser", customer_fields);

#define X(id, text) { .name = text, .type = MK_BOOLEAN, .nullable = true, .fallback = "false" },
static const struct mk_field feature_fields[] = { MK_FEATURES(X) };
#undef X
static const struct mk_shape features = MK_SHAPE("MoneyKitConnectFeatures", feature_fields);
/* clang-format on */

static enum mk_issue check_routing_number(const char *text)
{
    return mk_routing_number_is_valid(text) ? MK_ISSUE_COUNT : MK_ISSUE_ROUTING_NUMBER;
}

/* clang-format off */
static const struct mk_field custom_account_fields[] = {
    { .name = "account_type", .type = MK_STRING, .required = true },
    { .name = "name", .type = MK_STRING, .required = true },
    { .name = "account_number", .type = MK_STRING, .required = true, .is_secret = true },
    { .name = "routing_number", .type = MK_STRING, .nullable = true, .is_secret = true,
      .pattern = "^[0-9]{9}$",
      .rule = check_routing_number },
};
static const struct mk_shape custom_account = MK_SHAPE("CustomSandboxAccount",
                                                       custom_account_fields);

static const struct mk_field address_fields[] = {
    { .name = "city", .type = MK_STRING, .nullable = true },
    { .name = "country", .type = MK_STRING, .nullable = true },
    { .name = "postal_code", .type = MK_STRING, .nullable = true },
    { .name = "region", .type = MK_STRING, .nullable = true },
    { .name = "street", .type = MK_STRING, .nullable = true },
    { .name = "primary", .type = MK_BOOLEAN, .nullable = true },
};
static const struct mk_shape address = MK_SHAPE("Address", address_fields);

static const struct mk_field phone_number_fields[] = {
    { .name = "number", .type = MK_STRING, .required = true },
    { .name = "primary", .type = MK_BOOLEAN, .nullable = true },
    { .name = "type", .type = MK_STRING, .required = true, .choices = mk_phone_type_names,
      .choices_name = "PhoneNumberType" },
};
static const struct mk_shape phone_number = MK_SHAPE("PhoneNumber", phone_number_fields);

static const struct mk_field owner_email_fields[] = {
    { .name = "address", .type = MK_STRING, .required = true },
    { .name = "primary", .type = MK_BOOLEAN, .nullable = true },
};
static const struct mk_shape owner_email = MK_SHAPE("Email", owner_email_fields);

static const struct mk_field address_item = { .type = MK_OBJECT, .shape = &address };
static const struct mk_field phone_item = { .type = MK_OBJECT, .shape = &phone_number };
static const struct mk_field email_item = { .type = MK_OBJECT, .shape = &owner_email };

static const struct mk_field owner_fields[] = {
    { .name = "names", .type = MK_LIST, .required = true, .max = CONTACTS_MAX,
      .item = &mk_text_field },
    { .name = "addresses", .type = MK_LIST, .required = true, .max = CONTACTS_MAX,
      .item = &address_item },
    { .name = "phone_numbers", .type = MK_LIST, .required = true, .max = CONTACTS_MAX,
      .item = &phone_item },
    { .name = "emails", .type = MK_LIST, .required = true, .max = CONTACTS_MAX,
      .item = &email_item },
};
static const struct mk_shape owner = MK_SHAPE("Owner", owner_fields);

static const struct mk_field account_item = { .type = MK_OBJECT, .shape = &custom_account };
static const struct mk_field owner_item = { .type = MK_OBJECT, .shape = &owner };

static const struct mk_field custom_data_fields[] = {
    { .name = "accounts", .type = MK_LIST, .required = true, .max = CUSTOM_ACCOUNTS_MAX,
      .item = &account_item },
    { .name = "owners", .type = MK_LIST, .nullable = true, .max = CUSTOM_OWNERS_MAX,
      .item = &owner_item },
};
const struct mk_shape mk_custom_data_shape = MK_SHAPE("CustomSandboxData", custom_data_fields);

static const struct mk_field session_fields[] = {
    { .name = "settings", .type = MK_OBJECT, .nullable = true, .shape = &settings },
    { .name = "customer_user", .type = MK_OBJECT, .required = true,
      .shape = &mk_customer_user_shape },
    { .name = "existing_link_id", .type = MK_STRING, .nullable = true },
    { .name = "institution_id", .type = MK_STRING, .nullable = true },
    { .name = "redirect_uri", .type = MK_STRING, .required = true, .min = 1, .max = 65536 },
    { .name = "webhook", .type = MK_URL, .nullable = true, .min = 1, .max = 65536 },
    { .name = "link_tags", .type = MK_LIST, .nullable = true, .max = MK_TAGS_MAX,
      .item = &mk_tag_field },
    { .name = "connect_features", .type = MK_OBJECT, .nullable = true, .shape = &features },
    { .name = "custom_sandbox_data", .type = MK_OBJECT, .nullable = true,
      .shape = &mk_custom_data_shape },
};
const struct mk_shape mk_link_session_body = MK_SHAPE("CreateLinkSessionRequest", session_fields);

static const struct mk_field exchange_fields[] = {
    { .name = "exchangeable_token", .type = MK_STRING, .required = true, .is_secret = true },
};
const struct mk_shape mk_exchange_body = MK_SHAPE("ExchangeTokenRequest", exchange_fields);
/* clang-format on */
