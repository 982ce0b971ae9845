/* SPDX-License-Identifier: MIT */
#include "core/changes.h"

#include "base/day.h"
#include "base/memory.h"
#include "base/money.h"
#include "core/accounts.h"
#include "core/notices.h"
#include "core/stream.h"

#include <stdlib.h>
#include <string.h>

/* What was said of a transaction in this call: once each, and nothing beside a removal. */
enum use { USE_CHANGE = 1, USE_SETTLE = 2, USE_REMOVE = 4 };

struct target {
    struct mk_change change;
    unsigned uses;
    struct mk_edit *edit; /* in the call's list; NULL: none yet */
};

/* A call under way. */
struct changing {
    struct mk_ledger ledger;
    struct mk_issues *issues;
    struct target *targets; /* all transactions there are, in the order of their keys */
    size_t target_count;
    struct mk_added_transaction *added;
    size_t added_count;
    struct mk_edit *edits;
    size_t edit_count;
};

/* --- What there is ---------------------------------------------------------------------------- */

static int order_targets(const void *a, const void *b)
{
    const struct target *first = a;
    const struct target *second = b;

    return mk_transaction_key_order(&first->change.key, &second->change.key);
}

/* One look at everything, however many ids a call names. */
static void find_targets(struct changing *changing)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    struct mk_changes changes = { 0 };

    mk_stream_state(&changing->ledger, &query, &changes);
    changing->target_count = changes.count;
    changing->targets = mk_alloc_zero(changes.count, sizeof(*changing->targets));
    for (size_t i = 0; i < changes.count; i++)
        changing->targets[i].change = changes.items[i];
    mk_changes_done(&changes);
    if (changing->target_count > 1)
        qsort(changing->targets, changing->target_count, sizeof(*changing->targets), order_targets);
}

static struct target *target_of(const struct changing *changing,
                                const struct mk_transaction_key *key)
{
    const struct target wanted = { .change = { .key = *key } };

    if (changing->target_count == 0) /* bsearch() wants a list */
        return NULL;
    return bsearch(&wanted, changing->targets, changing->target_count, sizeof(*changing->targets),
                   order_targets);
}

/* --- Where something is wrong ----------------------------------------------------------------- */

/* ["body", list, index, key], or without the key where it is NULL. */
struct spot {
    const char *list;
    size_t index;
    const char *key;
};

static void refuse(struct changing *changing, const struct spot *spot, enum mk_issue issue,
                   const char *sentence)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place list = { .parent = &body, .key = spot->list };
    const struct mk_place item = { .parent = &list, .index = (int64_t)spot->index };
    const struct mk_place member = { .parent = &item, .key = spot->key };

    mk_issues_add(changing->issues, spot->key != NULL ? &member : &item, issue, sentence, 0);
}

/* The transaction with this id, noted as used so; NULL when that can't be, which is said. */
static struct target *take_target(struct changing *changing, const char *id, enum use use,
                                  const struct spot *spot)
{
    struct mk_transaction_key key;
    bool is_key = mk_transaction_id_read(&changing->ledger.key, id, &key);
    struct target *target = is_key ? target_of(changing, &key) : NULL;

    if (target == NULL) {
        const struct mk_edit *edit =
            is_key ? mk_history_edit(changing->ledger.link, &key, UINT32_MAX) : NULL;
        refuse(changing, spot, MK_ISSUE_UNKNOWN_VALUE,
               edit != NULL ? "The transaction was removed" : "The link has no such transaction");
        return NULL;
    }
    bool clashes = target->uses & use || ((target->uses | use) & USE_REMOVE && target->uses != 0);
    if (clashes) {
        refuse(changing, spot, MK_ISSUE_NOT_UNIQUE, NULL);
        return NULL;
    }
    target->uses |= use;
    return target;
}

/* --- Edits ------------------------------------------------------------------------------------ */

static void describe_now(const struct changing *changing, const struct target *target,
                         struct mk_transaction *ret)
{
    mk_stream_describe(&changing->ledger, &target->change,
                       mk_history_count(changing->ledger.link) - 1, ret);
}

/* The call's edit of the transaction, as it is now to begin with. */
static struct mk_edit *edit_of(struct changing *changing, struct target *target)
{
    const struct mk_transaction_key *key = &target->change.key;
    const struct mk_edit *last = mk_history_edit(changing->ledger.link, key, UINT32_MAX);
    struct mk_transaction row;

    if (target->edit != NULL)
        return target->edit;
    describe_now(changing, target, &row);
    target->edit = &changing->edits[changing->edit_count++];
    *target->edit = (struct mk_edit){
        .transaction = *key,
        .day = row.day,
        .amount = row.amount,
        .description = mk_copy(last != NULL ? last->description : NULL),
        .category = mk_copy(last != NULL ? last->category : NULL),
        .was_pending = target->change.was_pending,
        .is_settled = last != NULL && last->is_settled,
    };
    return target->edit;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A type decides on the direction, else a minus sign does, else it is `is_credit`. */
static int64_t amount_of(const json_t *row, int64_t amount, bool is_credit)
{
    const char *text = text_of(row, "amount");
    const char *type = text_of(row, "type");

    if (text != NULL)
        mk_money_read(text, &amount);
    if (text != NULL && amount < 0)
        is_credit = false;
    if (type != NULL)
        is_credit = mk_term_find(mk_transaction_type_names, type) == 0;
    return is_credit ? llabs(amount) : -llabs(amount);
}

static void set_text(char **text, const char *new)
{
    if (new == NULL)
        return;
    free(*text);
    *text = mk_copy(new);
}

static void read_change(struct changing *changing, size_t index, const json_t *row)
{
    const struct spot spot = { "change", index, "transaction_id" };
    struct target *target =
        take_target(changing, text_of(row, "transaction_id"), USE_CHANGE, &spot);

    if (target == NULL)
        return;
    struct mk_edit *edit = edit_of(changing, target);
    edit->amount = amount_of(row, edit->amount, edit->amount >= 0);
    if (text_of(row, "date") != NULL)
        mk_day_read(text_of(row, "date"), &edit->day);
    set_text(&edit->description, text_of(row, "description"));
    set_text(&edit->category, text_of(row, "category"));
}

static void read_settle(struct changing *changing, size_t index, const json_t *id)
{
    const struct spot spot = { "settle", index, NULL };
    struct target *target = take_target(changing, json_string_value(id), USE_SETTLE, &spot);
    struct mk_transaction row;

    if (target == NULL)
        return;
    describe_now(changing, target, &row);
    if (row.is_pending)
        edit_of(changing, target)->is_settled = true;
    else
        refuse(changing, &spot, MK_ISSUE_UNKNOWN_VALUE, "The transaction is not pending");
}

static void read_remove(struct changing *changing, size_t index, const json_t *id)
{
    const struct spot spot = { "remove", index, NULL };
    struct target *target = take_target(changing, json_string_value(id), USE_REMOVE, &spot);

    if (target != NULL)
        edit_of(changing, target)->is_removed = true;
}

/* --- Additions -------------------------------------------------------------------------------- */

static const struct mk_account *account_of(const struct changing *changing,
                                           const struct mk_accounts *accounts, const char *id)
{
    uint32_t number;

    if (!mk_account_id_read(&changing->ledger.key, id, &number))
        return NULL;
    return mk_accounts_find(accounts, number);
}

static void read_added(struct changing *changing, const struct mk_accounts *accounts, size_t index,
                       const json_t *row)
{
    const struct spot spot = { "add", index, "account_id" };
    const struct mk_account *account = account_of(changing, accounts, text_of(row, "account_id"));

    if (account == NULL) {
        refuse(changing, &spot, MK_ISSUE_UNKNOWN_VALUE, "The link has no such account");
        return;
    }
    struct mk_added_transaction *added = &changing->added[changing->added_count++];
    *added = (struct mk_added_transaction){
        .description = mk_copy(text_of(row, "description")),
        .category = mk_copy(text_of(row, "category")),
        .amount = amount_of(row, 0, true),
        .day = mk_day_of(changing->ledger.now),
        .account = account->number,
        .fetches = mk_history_fetches(changing->ledger.link, UINT32_MAX),
        .was_pending = json_is_true(json_object_get(row, "pending")),
    };
    if (text_of(row, "date") != NULL)
        mk_day_read(text_of(row, "date"), &added->day);
}

/* --- The call --------------------------------------------------------------------------------- */

static void read_additions(struct changing *changing, const json_t *rows)
{
    struct mk_accounts accounts;
    size_t index;
    const json_t *row;

    mk_accounts_list(&changing->ledger, NULL, &accounts);
    json_array_foreach(rows, index, row) {
        read_added(changing, &accounts, index, row);
    }
    mk_accounts_done(&accounts);
}

static void read_edits(struct changing *changing, const json_t *body)
{
    size_t index;
    const json_t *item;

    json_array_foreach(json_object_get(body, "change"), index, item) {
        read_change(changing, index, item);
    }
    json_array_foreach(json_object_get(body, "settle"), index, item) {
        read_settle(changing, index, item);
    }
    json_array_foreach(json_object_get(body, "remove"), index, item) {
        read_remove(changing, index, item);
    }
}

static void begin(struct changing *changing, const json_t *body)
{
    size_t edits = json_array_size(json_object_get(body, "change")) +
                   json_array_size(json_object_get(body, "settle")) +
                   json_array_size(json_object_get(body, "remove"));
    size_t added = json_array_size(json_object_get(body, "add"));

    changing->edits = mk_alloc_zero(edits, sizeof(*changing->edits));
    changing->added = mk_alloc_zero(added, sizeof(*changing->added));
    if (edits > 0)
        find_targets(changing);
}

static void done(struct changing *changing, bool are_texts_kept)
{
    for (size_t i = 0; !are_texts_kept && i < changing->added_count; i++)
        mk_added_done(&changing->added[i]);
    for (size_t i = 0; !are_texts_kept && i < changing->edit_count; i++)
        mk_edit_done(&changing->edits[i]);
    free(changing->added);
    free(changing->edits);
    free(changing->targets);
}

static enum mk_err apply(struct mk_world *world, struct mk_link *link, struct changing *changing,
                         struct mk_problem *problem)
{
    int64_t now = changing->ledger.now;

    if (changing->added_count + changing->edit_count == 0)
        return MK_OK;
    if (!mk_history_change(link, changing->added, changing->added_count, changing->edits,
                           changing->edit_count, now))
        return mk_fail(problem, MK_UNAVAILABLE,
                       "A link holds %u batches of changes, %u added transactions and %u edits.",
                       MK_BATCHES_MAX, MK_ADDED_MAX, MK_EDITS_MAX);
    mk_notice_transactions(world, link, now);
    return MK_OK;
}

enum mk_err mk_change_transactions(struct mk_world *world, struct mk_link *link, const json_t *body,
                                   struct mk_issues *issues, struct mk_problem *problem)
{
    struct changing changing = { .issues = issues };

    mk_ledger_open(world, link, &changing.ledger);
    begin(&changing, body);
    read_additions(&changing, json_object_get(body, "add"));
    read_edits(&changing, body);
    enum mk_err err = mk_issues_any(issues) ? MK_INVALID : apply(world, link, &changing, problem);
    done(&changing, err == MK_OK);
    return err;
}
