/* SPDX-License-Identifier: MIT */
/* Imports: POST /links/import and POST /links/{id}/import/transactions. */
#include "core/imports.h"

#include "api/handlers.h"
#include "api/link_call.h"

/*
 * Bounds of ours, in characters; what goes beyond is a mistake rather than a bank's. A mask's fits
 * struct mk_account.
 */
enum { TEXT_MAX = 200, MASK_MAX = 15, CURRENCY_MAX = 10, DESCRIPTION_MAX = 1000 };

/* Whole units; MK_MONEY has as many digits. */
#define BALANCE_MAX INT64_C(10000000000000)

/* clang-format off */
static const struct mk_field balances_fields[] = {
    { .name = "currency", .type = MK_STRING, .nullable = true, .max = CURRENCY_MAX },
    { .name = "available", .type = MK_NUMBER, .nullable = true, .min = -BALANCE_MAX,
      .max = BALANCE_MAX },
    { .name = "current", .type = MK_NUMBER, .nullable = true, .min = -BALANCE_MAX,
      .max = BALANCE_MAX },
    { .name = "limit", .type = MK_NUMBER, .nullable = true, .min = -BALANCE_MAX,
      .max = BALANCE_MAX },
    { .name = "balance_date", .type = MK_TIME, .nullable = true },
};
static const struct mk_shape balances = MK_SHAPE("AccountBalances", balances_fields);

static const struct mk_field account_fields[] = {
    { .name = "account_id", .type = MK_STRING, .required = true, .min = 1, .max = TEXT_MAX },
    { .name = "name", .type = MK_STRING, .required = true, .min = 1, .max = TEXT_MAX },
    { .name = "nickname", .type = MK_STRING, .nullable = true, .max = TEXT_MAX },
    { .name = "type", .type = MK_STRING, .required = true, .max = TEXT_MAX },
    { .name = "mask", .type = MK_STRING, .nullable = true, .max = MASK_MAX },
    { .name = "balances", .type = MK_OBJECT, .required = true, .shape = &balances },
};
static const struct mk_shape account = MK_SHAPE("AccountImportData", account_fields);

/* `type` is not looked at: the sign of the amount decides. */
static const struct mk_field transaction_fields[] = {
    { .name = "account_id", .type = MK_STRING, .required = true, .min = 1, .max = TEXT_MAX },
    { .name = "transaction_id", .type = MK_STRING, .nullable = true, .min = 1, .max = TEXT_MAX },
    { .name = "amount", .type = MK_MONEY, .required = true },
    { .name = "date", .type = MK_DATE_OR_TIME, .required = true },
    { .name = "description", .type = MK_STRING, .nullable = true, .max = DESCRIPTION_MAX },
    { .name = "type", .type = MK_STRING, .nullable = true },
};
static const struct mk_shape transaction = MK_SHAPE("TransactionImportData", transaction_fields);

static const struct mk_field account_item = { .type = MK_OBJECT, .shape = &account };
static const struct mk_field transaction_item = { .type = MK_OBJECT, .shape = &transaction };

static const struct mk_field link_fields[] = {
    { .name = "customer_user", .type = MK_OBJECT, .required = true,
      .shape = &mk_customer_user_shape },
    { .name = "provider", .type = MK_STRING, .nullable = true, .choices = mk_provider_names,
      .choices_name = "Provider" },
    { .name = "institution_id", .type = MK_STRING, .required = true },
    { .name = "accounts", .type = MK_LIST, .required = true, .max = MK_IMPORTED_ACCOUNTS_MAX,
      .item = &account_item },
    { .name = "transactions", .type = MK_LIST, .required = true, .item = &transaction_item },
};
const struct mk_shape mk_import_link_body = MK_SHAPE("ImportLinkRequest", link_fields);

static const struct mk_field transactions_fields[] = {
    { .name = "transactions", .type = MK_LIST, .required = true, .item = &transaction_item },
};
const struct mk_shape mk_import_transactions_body = MK_SHAPE("ImportTransactionsRequest",
                                                             transactions_fields);
/* clang-format on */

enum mk_err mk_import_link_call(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_import_link(call->world, call->body, &reply->issues, &reply->problem, &link));
    return mk_reply_link(call, reply, 200, link);
}

enum mk_err mk_import_transactions_call(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    MK_TRY(mk_import_transactions(call->world, link, call->body, &reply->issues, &reply->problem));
    return mk_reply_link(call, reply, 200, link);
}
