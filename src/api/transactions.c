/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/transactions and .../sync, and POST .../transactions/{txn_id}/enrichment. */
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/categories.h"
#include "core/stream.h"
#include "json/build.h"

static const struct mk_field transactions_fields[] = {
    { .name = "account_ids", .type = MK_LIST, .item = &mk_text_field },
    MK_PAGE_FIELDS,
    MK_RANGE_FIELDS,
};
const struct mk_shape mk_transactions_query = MK_SHAPE(NULL, transactions_fields);

static const struct mk_field sync_fields[] = {
    { .name = "cursor", .type = MK_STRING },
    { .name = "size", .type = MK_INTEGER, .min = 1, .max = 500, .fallback = "50" },
};
const struct mk_shape mk_sync_query = MK_SHAPE(NULL, sync_fields);

/* clang-format off */
static const struct mk_field enrichment_fields[] = {
    { .name = "category", .type = MK_STRING, .required = true, .choices = mk_category_names,
      .choices_name = "BudPrimaryCategory" },
    { .name = "subcategory", .type = MK_STRING, .nullable = true, .choices = mk_subcategory_names,
      .choices_name = "BudSubcategory" },
};
/* clang-format on */
const struct mk_shape mk_enrichment_body = MK_SHAPE("BudCategory", enrichment_fields);

/* The row that a change shows at the end of a batch. */
static json_t *row_view(const struct mk_ledger *ledger, const struct mk_change *change,
                        uint32_t batch)
{
    struct mk_transaction row;

    mk_stream_describe(ledger, change, batch, &row);
    return mk_transaction_view(ledger, &row);
}

/* Rows as they are now. */
static json_t *rows_view(const struct mk_ledger *ledger, const struct mk_changes *changes,
                         size_t skip, size_t size)
{
    uint32_t last = mk_history_count(ledger->link) - 1;
    json_t *list = json_array();

    for (size_t i = skip; i < changes->count && i < skip + size; i++)
        mk_json_append(&list, row_view(ledger, &changes->items[i], last));
    return list;
}

/* --- The list --------------------------------------------------------------------------------- */

enum mk_err mk_get_transactions(const struct mk_call *call, struct mk_reply *reply)
{
    int64_t size = mk_get_integer(call->query, "size");
    struct mk_changes changes = { 0 };
    struct mk_accounts accounts;
    struct mk_ledger ledger;
    struct mk_range range;

    MK_TRY(mk_call_range(call, reply, &range));
    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_TRANSACTIONS, &ledger));
    mk_accounts_list(&ledger, json_object_get(call->query, "account_ids"), &accounts);

    const struct mk_transaction_query query = { range.first_day, range.last_day, &accounts };
    mk_stream_state(&ledger, &query, &changes);
    json_t *json = json_pack(
        "{s:I, s:I, s:I, s:o, s:o, s:o}", "total", (json_int_t)changes.count, "page",
        (json_int_t)mk_get_integer(call->query, "page"), "size", (json_int_t)size, "transactions",
        rows_view(&ledger, &changes, mk_call_skip(call), (size_t)size), "accounts",
        mk_accounts_view(&ledger, &accounts), "link", mk_ledger_link_view(&ledger));
    mk_changes_done(&changes);
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, json);
}

/* --- Sync ------------------------------------------------------------------------------------- */

/* Without a cursor, and with an empty one, from the start. */
static bool read_cursor(const struct mk_call *call, const struct mk_ledger *ledger,
                        struct mk_cursor *ret)
{
    const char *text = mk_get_text(call->query, "cursor");

    *ret = (struct mk_cursor){ 0 };
    return text == NULL || text[0] == '\0' || mk_cursor_read(&ledger->key, text, ret);
}

static json_t *change_view(const struct mk_ledger *ledger, const struct mk_change *change)
{
    char id[MK_DATA_ID_SIZE];

    if (change->kind != MK_REMOVED)
        return row_view(ledger, change, change->batch);
    mk_transaction_id_write(&ledger->key, &change->key, id);
    return json_string(id);
}

json_t *mk_sync_view(const struct mk_ledger *ledger, const struct mk_changes *changes)
{
    json_t *lists[] = { json_array(), json_array(), json_array() };

    for (size_t i = 0; i < changes->count; i++)
        mk_json_append(&lists[changes->items[i].kind], change_view(ledger, &changes->items[i]));
    return json_pack("{s:o, s:o, s:o}", "created", lists[MK_CREATED], "updated", lists[MK_UPDATED],
                     "removed", lists[MK_REMOVED]);
}

static json_t *cursor_view(const struct mk_ledger *ledger, const struct mk_cursor *cursor)
{
    char text[MK_CURSOR_SIZE];

    mk_cursor_write(&ledger->key, cursor, text);
    return json_pack("{s:s}", "next", text);
}

enum mk_err mk_get_transactions_sync(const struct mk_call *call, struct mk_reply *reply)
{
    size_t size = (size_t)mk_get_integer(call->query, "size");
    struct mk_changes changes = { 0 };
    struct mk_accounts accounts;
    struct mk_cursor cursor;
    struct mk_ledger ledger;
    bool has_more = false;

    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_TRANSACTIONS, &ledger));
    if (!read_cursor(call, &ledger, &cursor) ||
        !mk_stream_read(&ledger, &cursor, size, &changes, &has_more)) {
        mk_changes_done(&changes);
        return mk_reply_bad_query(reply, "cursor", MK_ISSUE_CURSOR);
    }
    mk_accounts_list(&ledger, NULL, &accounts);
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:b, s:o}", "transactions", mk_sync_view(&ledger, &changes), "accounts",
        mk_accounts_view(&ledger, &accounts), "cursor", cursor_view(&ledger, &cursor), "has_more",
        has_more, "link", mk_ledger_link_view(&ledger));
    mk_changes_done(&changes);
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, json);
}

/* --- Enrichment ------------------------------------------------------------------------------- */

static enum mk_err read_categories(const struct mk_call *call, struct mk_reply *reply,
                                   int *ret_category, int *ret_subcategory)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = "subcategory" };

    *ret_category = mk_term_find(mk_category_names, mk_get_text(call->body, "category"));
    *ret_subcategory = mk_term_find(mk_subcategory_names, mk_get_text(call->body, "subcategory"));
    if (*ret_subcategory < 0 || mk_category_has(*ret_category, *ret_subcategory))
        return MK_OK;
    mk_issues_add(&reply->issues, &place, MK_ISSUE_UNKNOWN_VALUE,
                  "The subcategory should be one of the category", 0);
    return MK_INVALID;
}

static json_t *corrected_view(const struct mk_ledger *ledger, const struct mk_changes *changes)
{
    struct mk_accounts accounts;

    mk_accounts_list(ledger, NULL, &accounts);
    json_t *json = json_pack("{s:o, s:o, s:o, s:{s:n}}", "transactions",
                             rows_view(ledger, changes, 0, changes->count), "accounts",
                             mk_accounts_view(ledger, &accounts), "link",
                             mk_ledger_link_view(ledger), "cursor", "next");
    mk_accounts_done(&accounts);
    return json;
}

enum mk_err mk_correct_enrichment(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_changes changes = { 0 };
    struct mk_change transaction;
    struct mk_ledger ledger;
    struct mk_link *link;
    int category;
    int subcategory;

    MK_TRY(read_categories(call, reply, &category, &subcategory));
    MK_TRY(mk_call_link(call, reply, &link));
    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_ENRICHMENT, &ledger));
    if (!mk_stream_find(&ledger, call->path[1], &transaction))
        return mk_fail(&reply->problem, MK_LINK_NOT_FOUND, "The link has no such transaction.");
    enum mk_err err = mk_stream_correct(&ledger, link, &transaction, category, subcategory,
                                        &reply->problem, &changes);
    if (err == MK_OK)
        err = mk_reply_json(reply, 200, corrected_view(&ledger, &changes));
    mk_changes_done(&changes);
    return err;
}
