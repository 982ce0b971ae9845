/* SPDX-License-Identifier: MIT */
/* POST /sandbox/links/{id}/transactions: adds, changes, settles and removes. Ours. */
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/changes.h"
#include "core/stream.h"

/* Bounds of ours, in characters: those of imports. */
enum { TEXT_MAX = 200, DESCRIPTION_MAX = 1000 };

/* clang-format off */
static const struct mk_field added_fields[] = {
    { .name = "account_id", .type = MK_STRING, .required = true },
    { .name = "amount", .type = MK_MONEY, .required = true },
    { .name = "type", .type = MK_STRING, .nullable = true, .choices = mk_transaction_type_names,
      .choices_name = "TransactionType" },
    { .name = "description", .type = MK_STRING, .required = true, .min = 1,
      .max = DESCRIPTION_MAX },
    { .name = "date", .type = MK_DATE, .nullable = true },
    { .name = "pending", .type = MK_BOOLEAN },
    { .name = "category", .type = MK_STRING, .nullable = true, .min = 1, .max = TEXT_MAX },
};
static const struct mk_shape added = MK_SHAPE("SandboxAddedTransaction", added_fields);

static const struct mk_field changed_fields[] = {
    { .name = "transaction_id", .type = MK_STRING, .required = true },
    { .name = "amount", .type = MK_MONEY, .nullable = true },
    { .name = "type", .type = MK_STRING, .nullable = true, .choices = mk_transaction_type_names,
      .choices_name = "TransactionType" },
    { .name = "description", .type = MK_STRING, .nullable = true, .min = 1,
      .max = DESCRIPTION_MAX },
    { .name = "date", .type = MK_DATE, .nullable = true },
    { .name = "category", .type = MK_STRING, .nullable = true, .min = 1, .max = TEXT_MAX },
};
static const struct mk_shape changed = MK_SHAPE("SandboxChangedTransaction", changed_fields);

static const struct mk_field added_item = { .type = MK_OBJECT, .shape = &added };
static const struct mk_field changed_item = { .type = MK_OBJECT, .shape = &changed };

static const struct mk_field change_fields[] = {
    { .name = "add", .type = MK_LIST, .max = MK_CHANGED_AT_ONCE_MAX, .item = &added_item },
    { .name = "change", .type = MK_LIST, .max = MK_CHANGED_AT_ONCE_MAX, .item = &changed_item },
    { .name = "settle", .type = MK_LIST, .max = MK_CHANGED_AT_ONCE_MAX, .item = &mk_text_field },
    { .name = "remove", .type = MK_LIST, .max = MK_CHANGED_AT_ONCE_MAX, .item = &mk_text_field },
};
/* clang-format on */
const struct mk_shape mk_sandbox_transactions_body =
    MK_SHAPE("SandboxChangeTransactionsRequest", change_fields);

/* What a reader of the sync stream who was at its end learns by it. */
enum mk_err mk_sandbox_change_transactions(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_changes changes = { 0 };
    struct mk_ledger ledger;
    struct mk_link *link;
    bool more;

    MK_TRY(mk_call_link(call, reply, &link));
    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_TRANSACTIONS, &ledger));
    struct mk_cursor cursor = { .batch = mk_history_count(link) };
    MK_TRY(mk_change_transactions(call->world, link, call->body, &reply->issues, &reply->problem));
    mk_stream_read(&ledger, &cursor, SIZE_MAX, &changes, &more);
    json_t *json = mk_sync_view(&ledger, &changes);
    mk_changes_done(&changes);
    return mk_reply_json(reply, 200, json);
}
