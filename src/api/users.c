/* SPDX-License-Identifier: MIT */
/*
 * Users: GET /users/{id}/links, .../accounts and .../transactions. They go through all links of the
 * user, brought up to date, in the order of their making; a user who is not known has none.
 */
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"
#include "base/memory.h"
#include "core/products.h"
#include "core/stream.h"
#include "json/build.h"

#include <stdlib.h>

static const struct mk_field account_id_item = { .type = MK_STRING, .min = 1 };
static const struct mk_field transaction_type_item = { .type = MK_STRING,
                                                       .choices = mk_transaction_type_names,
                                                       .choices_name = "TransactionTypeFilter" };

/* clang-format off */
/* account_id is the older spelling; institution_ids is ignored (MoneyKit's documentation). */
static const struct mk_field accounts_fields[] = {
    { .name = "account_ids", .type = MK_LIST, .item = &account_id_item },
    { .name = "account_id", .type = MK_LIST, .deprecated = true, .item = &account_id_item },
    { .name = "institution_ids", .type = MK_LIST, .deprecated = true, .item = &mk_text_field },
};
const struct mk_shape mk_user_accounts_query = MK_SHAPE(NULL, accounts_fields);

/* The deprecated ones are ignored (MoneyKit's documentation). */
static const struct mk_field transactions_fields[] = {
    { .name = "transaction_type", .type = MK_LIST, .deprecated = true,
      .item = &transaction_type_item },
    { .name = "category", .type = MK_LIST, .deprecated = true, .item = &mk_text_field },
    { .name = "account_id", .type = MK_LIST, .item = &account_id_item },
    { .name = "institution_id", .type = MK_LIST, .deprecated = true, .item = &mk_text_field },
    MK_PAGE_FIELDS,
    MK_RANGE_FIELDS,
};
/* clang-format on */
const struct mk_shape mk_user_transactions_query = MK_SHAPE(NULL, transactions_fields);

/* The user's next link after this one (NULL: from the start), brought up to date. */
static struct mk_link *next_link(const struct mk_call *call, const struct mk_link *link)
{
    struct mk_link *next = mk_links_next_of_user(&call->world->links, call->path[0], link);

    if (next != NULL)
        mk_products_settle(call->world, next);
    return next;
}

/* One reply holds all of a user's links, so there is a bound to how many it may be asked for. */
static enum mk_err check_size(const struct mk_call *call, struct mk_reply *reply)
{
    unsigned count = 0;

    for (const struct mk_link *link = NULL; count <= MK_USER_LINKS_MAX; count++) {
        link = mk_links_next_of_user(&call->world->links, call->path[0], link);
        if (link == NULL)
            return MK_OK;
    }
    return mk_fail(&reply->problem, MK_UNAVAILABLE,
                   "The user has more than %u links, the most that the sandbox shows at once.",
                   MK_USER_LINKS_MAX);
}

/* --- Links ------------------------------------------------------------------------------------ */

enum mk_err mk_get_user_links(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_catalog *catalog = call->service->bank->catalog;
    char id[MK_LINK_ID_SIZE];

    MK_TRY(check_size(call, reply));
    json_t *links = json_object();
    for (struct mk_link *link = NULL; (link = next_link(call, link)) != NULL;) {
        mk_link_id_write(link, id);
        mk_json_set(&links, id,
                    mk_link_view(link, mk_catalog_at(catalog, link->institution),
                                 call->world->settings.timestamps));
    }
    return mk_reply_json(reply, 200, json_pack("{s:o}", "links", links));
}

/* --- Accounts --------------------------------------------------------------------------------- */

static json_t *synced_view(const struct mk_ledger *ledger)
{
    return mk_time_view(mk_link_synced_at(ledger->link), ledger->timestamps);
}

/* A filter leaves out the links that have none of its accounts. */
static void add_group(const struct mk_call *call, const struct mk_link *link, const json_t *filter,
                      json_t **links)
{
    struct mk_accounts accounts;
    struct mk_ledger ledger;
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    mk_ledger_open(call->world, link, &ledger);
    mk_accounts_list(&ledger, filter, &accounts);
    if (accounts.count > 0 || json_array_size(filter) == 0)
        mk_json_set(links, id,
                    json_pack("{s:o, s:o}", "accounts", mk_accounts_view(&ledger, &accounts),
                              "last_synced_at", synced_view(&ledger)));
    mk_accounts_done(&accounts);
}

enum mk_err mk_get_user_accounts(const struct mk_call *call, struct mk_reply *reply)
{
    const json_t *filter = json_object_get(call->query, "account_ids");

    MK_TRY(check_size(call, reply));
    json_t *links = json_object();
    if (json_array_size(filter) == 0)
        filter = json_object_get(call->query, "account_id");
    for (struct mk_link *link = NULL; (link = next_link(call, link)) != NULL;)
        add_group(call, link, filter, &links);
    return mk_reply_json(reply, 200, json_pack("{s:o}", "links", links));
}

/* --- Transactions ----------------------------------------------------------------------------- */

/* A transaction of any of the links; `order` keeps those of a day as their link has them. */
struct row {
    const struct mk_link *link;
    struct mk_change change;
    size_t order;
};

struct rows {
    struct row *items; /* owned */
    size_t count;
};

static void add_rows(struct rows *rows, const struct mk_link *link,
                     const struct mk_changes *changes)
{
    size_t first = rows->count;

    rows->count += changes->count;
    rows->items = mk_resize(rows->items, rows->count, sizeof(*rows->items));
    for (size_t i = first; i < rows->count; i++)
        rows->items[i] =
            (struct row){ .link = link, .change = changes->items[i - first], .order = i };
}

static void add_details(const struct mk_ledger *ledger, const struct mk_accounts *accounts,
                        json_t **details)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(ledger->link, id);
    for (size_t i = 0; i < accounts->count; i++)
        mk_json_set(details, accounts->items[i].id,
                    json_pack("{s:s, s:o, s:s, s:s}", "name", accounts->items[i].name,
                              "last_synced_at", synced_view(ledger), "institution_id",
                              ledger->institution->id, "link_id", id));
}

static void gather(const struct mk_call *call, const struct mk_link *link,
                   const struct mk_range *range, struct rows *rows, json_t **details)
{
    struct mk_changes changes = { 0 };
    struct mk_accounts accounts;
    struct mk_ledger ledger;

    mk_ledger_open(call->world, link, &ledger);
    mk_accounts_list(&ledger, json_object_get(call->query, "account_id"), &accounts);
    const struct mk_transaction_query query = { range->first_day, range->last_day, &accounts };
    mk_stream_state(&ledger, &query, &changes);
    add_rows(rows, link, &changes);
    add_details(&ledger, &accounts, details);
    mk_changes_done(&changes);
    mk_accounts_done(&accounts);
}

/* Newest first. */
static int compare_rows(const void *a, const void *b)
{
    const struct row *first = a;
    const struct row *second = b;

    if (first->change.day != second->change.day)
        return first->change.day > second->change.day ? -1 : 1;
    return first->order < second->order ? -1 : 1;
}

static json_t *row_view(const struct mk_call *call, const struct row *row)
{
    struct mk_transaction transaction;
    struct mk_ledger ledger;

    mk_ledger_open(call->world, row->link, &ledger);
    mk_stream_describe(&ledger, &row->change, mk_history_count(row->link) - 1, &transaction);
    return mk_transaction_view(&ledger, &transaction);
}

static json_t *page_view(const struct mk_call *call, const struct rows *rows)
{
    size_t skip = mk_call_skip(call);
    size_t size = (size_t)mk_get_integer(call->query, "size");
    json_t *page = json_array();

    for (size_t i = skip; i < rows->count && i < skip + size; i++)
        mk_json_append(&page, row_view(call, &rows->items[i]));
    return page;
}

enum mk_err mk_get_user_transactions(const struct mk_call *call, struct mk_reply *reply)
{
    struct rows rows = { 0 };
    struct mk_range range;

    MK_TRY(mk_call_range(call, reply, &range));
    MK_TRY(check_size(call, reply));
    json_t *details = json_object();
    for (struct mk_link *link = NULL; (link = next_link(call, link)) != NULL;) {
        if (link->products[MK_PRODUCT_TRANSACTIONS].granted)
            gather(call, link, &range, &rows, &details);
    }
    if (rows.count > 1)
        qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
    json_t *json = json_pack("{s:I, s:I, s:I, s:o, s:o}", "total", (json_int_t)rows.count, "page",
                             (json_int_t)mk_get_integer(call->query, "page"), "size",
                             (json_int_t)mk_get_integer(call->query, "size"), "transactions",
                             page_view(call, &rows), "accounts", details);
    free(rows.items);
    return mk_reply_json(reply, 200, json);
}
