/* SPDX-License-Identifier: MIT */
#include "core/imports.h"

#include "base/day.h"
#include "base/memory.h"
#include "core/accounts.h"
#include "core/notices.h"

#include <stdlib.h>
#include <string.h>

/* --- Ids ------------------------------------------------------------------------------------- */

/* Ids with their positions, to find them by. The texts are borrowed. */
struct index {
    const char **ids;
    struct mk_map positions;
};

static struct index index_new(size_t size)
{
    return (struct index){ .ids = mk_alloc_zero(size, sizeof(char *)) };
}

static void index_done(struct index *index)
{
    free(index->ids);
    mk_map_done(&index->positions);
}

static uint64_t hash_of(const char *id)
{
    return mk_hash(id, strlen(id));
}

static bool has_id(const void *ids, uint32_t position, const void *id)
{
    return strcmp(((const char *const *)ids)[position], id) == 0;
}

static uint32_t index_find(const struct index *index, const char *id)
{
    return mk_map_find(&index->positions, hash_of(id), has_id, index->ids, id);
}

/* False when the id is there already. */
static bool index_add(struct index *index, uint32_t position, const char *id)
{
    if (index_find(index, id) != MK_NONE)
        return false;
    index->ids[position] = id;
    mk_map_add(&index->positions, hash_of(id), position);
    return true;
}

/* --- Checks ----------------------------------------------------------------------------------- */

static const struct mk_place body_place = { .key = "body" };

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A problem at ["body", list, position, key]. */
static void add_problem(struct mk_issues *issues, const char *list, uint32_t position,
                        const char *key, enum mk_issue issue, const char *sentence)
{
    const struct mk_place rows = { .parent = &body_place, .key = list };
    const struct mk_place row = { .parent = &rows, .index = position };
    const struct mk_place place = { .parent = &row, .key = key };

    mk_issues_add(issues, &place, issue, sentence, 0);
}

static void check_institution(const struct mk_catalog *catalog, size_t institution,
                              struct mk_issues *issues)
{
    const struct mk_place place = { .parent = &body_place, .key = "institution_id" };

    if (institution == mk_catalog_count(catalog))
        mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, "There is no such institution", 0);
}

/* The accounts of a request, each id once. */
static struct index check_accounts(const json_t *accounts, struct mk_issues *issues)
{
    struct index index = index_new(json_array_size(accounts));
    size_t i;
    const json_t *account;

    json_array_foreach(accounts, i, account) {
        if (!index_add(&index, (uint32_t)i, text_of(account, "account_id")))
            add_problem(issues, "accounts", (uint32_t)i, "account_id", MK_ISSUE_NOT_UNIQUE, NULL);
    }
    return index;
}

static bool has_original_id(const void *history, uint32_t position, const void *id)
{
    return strcmp(((const struct mk_history *)history)->transactions[position].original_id, id) ==
           0;
}

static bool is_on_link(const struct mk_history *history, const char *id)
{
    return history != NULL &&
           mk_map_find(history->original_ids, hash_of(id), has_original_id, history, id) != MK_NONE;
}

/* `history` is that of the link that the rows are for; NULL for a new one. */
static void check_transactions(const json_t *rows, const struct index *accounts,
                               const struct mk_history *history, struct mk_issues *issues)
{
    struct index index = index_new(json_array_size(rows));
    size_t i;
    const json_t *row;

    json_array_foreach(rows, i, row) {
        const char *id = text_of(row, "transaction_id");
        if (index_find(accounts, text_of(row, "account_id")) == MK_NONE)
            add_problem(issues, "transactions", (uint32_t)i, "account_id", MK_ISSUE_UNKNOWN_VALUE,
                        "There is no such account among the imported ones");
        if (id != NULL && (!index_add(&index, (uint32_t)i, id) || is_on_link(history, id)))
            add_problem(issues, "transactions", (uint32_t)i, "transaction_id", MK_ISSUE_NOT_UNIQUE,
                        NULL);
    }
    index_done(&index);
}

static enum mk_err check_room(size_t old, size_t new, struct mk_problem *problem)
{
    if (new <= MK_IMPORTED_TRANSACTIONS_MAX - old)
        return MK_OK;
    return mk_fail(problem, MK_UNAVAILABLE, "A link has at most %u imported transactions.",
                   MK_IMPORTED_TRANSACTIONS_MAX);
}

/* --- What is kept ----------------------------------------------------------------------------- */

static int64_t money_of(const json_t *balances, const char *key)
{
    const json_t *number = json_object_get(balances, key);

    return json_is_number(number) ? mk_money_from_number(json_number_value(number)) : MK_NO_MONEY;
}

static void read_account(const json_t *account, struct mk_imported_account *ret)
{
    const json_t *balances = json_object_get(account, "balances");
    const char *balance_date = text_of(balances, "balance_date");

    ret->original_id = mk_copy(text_of(account, "account_id"));
    ret->name = mk_copy(text_of(account, "name"));
    ret->nickname = mk_copy(text_of(account, "nickname"));
    ret->type = mk_copy(mk_account_type_of(text_of(account, "type")));
    ret->mask = mk_copy(text_of(account, "mask"));
    ret->currency = mk_copy(text_of(balances, "currency"));
    ret->available = money_of(balances, "available");
    ret->current = money_of(balances, "current");
    ret->limit = money_of(balances, "limit");
    ret->balance_date = MK_NEVER;
    if (balance_date != NULL)
        mk_time_read(balance_date, &ret->balance_date);
}

static void add_accounts(struct mk_history *history, const json_t *accounts)
{
    size_t i;
    const json_t *account;

    history->account_count = (uint32_t)json_array_size(accounts);
    history->accounts = mk_alloc_zero(history->account_count, sizeof(*history->accounts));
    json_array_foreach(accounts, i, account) {
        read_account(account, &history->accounts[i]);
    }
}

static void read_transaction(const json_t *row, const struct index *accounts,
                             struct mk_imported_transaction *ret)
{
    ret->original_id = mk_copy(text_of(row, "transaction_id"));
    ret->description = mk_copy(text_of(row, "description"));
    ret->account = index_find(accounts, text_of(row, "account_id"));
    mk_money_read(text_of(row, "amount"), &ret->amount);
    mk_day_read(text_of(row, "date"), &ret->day);
}

static void add_transactions(struct mk_history *history, const json_t *rows,
                             const struct index *accounts)
{
    uint32_t first = history->transaction_count;
    size_t i;
    const json_t *row;

    history->transaction_count += (uint32_t)json_array_size(rows);
    history->transactions = mk_resize(history->transactions, history->transaction_count,
                                      sizeof(*history->transactions));
    json_array_foreach(rows, i, row) {
        struct mk_imported_transaction *transaction = &history->transactions[first + i];
        read_transaction(row, accounts, transaction);
        if (transaction->original_id != NULL)
            mk_map_add(history->original_ids, hash_of(transaction->original_id),
                       first + (uint32_t)i);
    }
}

/* --- Links ------------------------------------------------------------------------------------ */

static struct mk_batch batch_of(uint32_t first, const json_t *rows)
{
    return (struct mk_batch){ .kind = MK_BATCH_IMPORT,
                              .first = first,
                              .count = (uint32_t)json_array_size(rows) };
}

/* The one that the request names, else the institution's, whose aliases begin with it. */
static uint8_t provider_of(const json_t *body, const struct mk_institution *institution)
{
    const char *named = text_of(body, "provider");

    return (uint8_t)(named != NULL ? mk_term_find(mk_provider_names, named)
                                   : (int)institution->provider);
}

/*
 * The history comes before the products' times: without one, times mean that the bank was asked.
 */
static void fill_link(const struct mk_world *world, const json_t *body,
                      const struct index *accounts, struct mk_link *link)
{
    static const enum mk_product fetched[] = { MK_PRODUCT_ACCOUNTS, MK_PRODUCT_TRANSACTIONS,
                                               MK_PRODUCT_ENRICHMENT };
    const json_t *rows = json_object_get(body, "transactions");
    struct mk_history *history = mk_history_of(link);

    link->state = MK_STATE_ERROR;
    link->error = MK_LINK_ERROR_AUTH_EXPIRED;
    link->persona = (uint8_t)mk_persona_find(world->bank->personas, "user_empty");
    history->is_imported = true;
    history->original_ids = mk_alloc_zero(1, sizeof(*history->original_ids));
    history->provider = provider_of(body, mk_catalog_at(world->bank->catalog, link->institution));
    add_accounts(history, json_object_get(body, "accounts"));
    add_transactions(history, rows, accounts);
    mk_history_add(link, batch_of(0, rows), link->created_at);
    for (size_t i = 0; i < MK_COUNT(fetched); i++) {
        link->products[fetched[i]].granted = true;
        mk_link_fetched(link, fetched[i], link->created_at);
    }
}

static enum mk_err make_link(struct mk_world *world, const json_t *body, size_t institution,
                             const struct index *accounts, struct mk_problem *problem,
                             struct mk_link **ret)
{
    struct mk_link *link =
        mk_links_add(&world->links, &world->ids, &world->secrets, mk_world_now(world));

    if (link == NULL)
        return mk_fail(problem, MK_UNAVAILABLE, "This client has %u links, the sandbox's limit.",
                       MK_LINKS_MAX);
    mk_links_activate(&world->links, link);
    mk_links_join_user(&world->links, link,
                       mk_copy(text_of(json_object_get(body, "customer_user"), "id")));
    link->institution = (uint16_t)institution;
    fill_link(world, body, accounts, link);
    mk_notice_state(world, link, link->created_at);
    if (json_array_size(json_object_get(body, "transactions")) > 0)
        mk_notice_transactions(world, link, link->created_at);
    *ret = link;
    return MK_OK;
}

enum mk_err mk_import_link(struct mk_world *world, const json_t *body, struct mk_issues *issues,
                           struct mk_problem *problem, struct mk_link **ret)
{
    const struct mk_catalog *catalog = world->bank->catalog;
    const json_t *rows = json_object_get(body, "transactions");
    size_t institution = mk_catalog_find(catalog, text_of(body, "institution_id"));

    check_institution(catalog, institution, issues);
    struct index accounts = check_accounts(json_object_get(body, "accounts"), issues);
    check_transactions(rows, &accounts, NULL, issues);
    enum mk_err err = mk_issues_any(issues) ? MK_INVALID : MK_OK;
    if (err == MK_OK)
        err = check_room(0, json_array_size(rows), problem);
    if (err == MK_OK)
        err = make_link(world, body, institution, &accounts, problem, ret);
    index_done(&accounts);
    return err;
}

/* --- Further transactions --------------------------------------------------------------------- */

static struct index imported_accounts(const struct mk_history *history)
{
    struct index index = index_new(history->account_count);

    for (uint32_t i = 0; i < history->account_count; i++)
        index_add(&index, i, history->accounts[i].original_id);
    return index;
}

static enum mk_err add_batch(struct mk_world *world, struct mk_link *link, const json_t *rows,
                             const struct index *accounts, struct mk_problem *problem)
{
    int64_t now = mk_world_now(world);
    uint32_t first = link->history->transaction_count;

    MK_TRY(check_room(first, json_array_size(rows), problem));
    if (json_array_size(rows) == 0)
        return MK_OK;
    if (!mk_history_add(link, batch_of(first, rows), now))
        return mk_fail(problem, MK_UNAVAILABLE, "A link has at most %u batches of changes.",
                       MK_BATCHES_MAX);
    add_transactions(link->history, rows, accounts);
    mk_notice_transactions(world, link, now);
    return MK_OK;
}

enum mk_err mk_import_transactions(struct mk_world *world, struct mk_link *link, const json_t *body,
                                   struct mk_issues *issues, struct mk_problem *problem)
{
    const json_t *rows = json_object_get(body, "transactions");

    if (link->history == NULL || !link->history->is_imported)
        return mk_fail(problem, MK_LINK_FORBIDDEN, "The link was not imported.");

    struct index accounts = imported_accounts(link->history);
    check_transactions(rows, &accounts, link->history, issues);
    enum mk_err err = mk_issues_any(issues) ? MK_INVALID : MK_OK;
    if (err == MK_OK)
        err = add_batch(world, link, rows, &accounts, problem);
    index_done(&accounts);
    return err;
}
