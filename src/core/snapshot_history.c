/* SPDX-License-Identifier: MIT */
/*
 * A link's history in a snapshot. What is derived (which batches are fetches, orders, the map of
 * original ids) is computed again; core/snapshot_laid.c checks what is laid over transactions.
 */
#include "core/snapshot_private.h"

#include "base/memory.h"
#include "core/accounts.h"
#include "core/categories.h"

#include <stdlib.h>

static const char *const batch_kind_names[] = { "fetch",    "grant", "import", "correction",
                                                "addition", "edit",  NULL };
_Static_assert(MK_COUNT(batch_kind_names) == MK_BATCH_EDIT + 2, "a name for each kind");

/* --- Times by product ------------------------------------------------------------------------- */

static void save_times(struct mk_saver *saver, const char *key, const int32_t *times)
{
    unsigned known = 0;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        known += times[i] != MK_NEVER_SECONDS;
    if (known == 0)
        return;
    mk_save_key(saver, key);
    mk_save_open(saver, '{');
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (times[i] == MK_NEVER_SECONDS)
            continue;
        mk_save_key(saver, mk_product_names[i]);
        mk_save_integer(saver, times[i]);
    }
    mk_save_close(saver, '}');
}

static bool load_times(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                       int32_t *times)
{
    const char *key;
    json_t *item;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        times[i] = MK_NEVER_SECONDS;
    if (value != NULL && !json_is_object(value))
        return mk_load_fail(loader, place, MK_ISSUE_OBJECT_TYPE, NULL, 0);
    json_object_foreach((json_t *)value, key, item) {
        const struct mk_place own = { .parent = place, .key = key };
        int product = mk_term_find(mk_product_names, key);
        int64_t seconds;
        if (product < 0)
            return mk_load_strange_key(loader, place, key);
        if (!mk_load_integer(loader, item, &own, 0, INT32_MAX, &seconds))
            return false;
        times[product] = (int32_t)seconds;
    }
    return true;
}

static void save_ends(struct mk_saver *saver, const void *record)
{
    save_times(saver, "ends", ((const struct mk_history *)record)->ends);
}

static bool load_ends(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    return load_times(loader, value, place, ((struct mk_history *)record)->ends);
}

static void save_requested(struct mk_saver *saver, const void *record)
{
    save_times(saver, "requested", ((const struct mk_history *)record)->requested);
}

static bool load_requested(struct mk_loader *loader, const json_t *value,
                           const struct mk_place *place, void *record)
{
    return load_times(loader, value, place, ((struct mk_history *)record)->requested);
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mk_row batch_rows[] = {
    { .key = "kind", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_batch, kind), .required = true,
      .names = batch_kind_names },
    { .key = "seconds", .kind = MK_CELL_SECONDS, MK_CELL_AT(mk_batch, seconds), .required = true },
    { .key = "accounts", .kind = MK_CELL_HEX, MK_CELL_AT(mk_batch, accounts) },
    { .key = "first", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_batch, first), .max = INT32_MAX },
    { .key = "count", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_batch, count), .max = INT32_MAX },
};
const struct mk_part mk_batch_part = MK_PART(mk_batch, batch_rows);

static const struct mk_row imported_account_rows[] = {
    { .key = "original_id", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_imported_account, original_id),
      .required = true },
    { .key = "name", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_imported_account, name),
      .required = true },
    { .key = "nickname", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_imported_account, nickname) },
    { .key = "type", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_imported_account, type),
      .required = true },
    { .key = "mask", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_imported_account, mask) },
    { .key = "currency", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_imported_account, currency) },
    { .key = "available", .kind = MK_CELL_MONEY, MK_CELL_AT(mk_imported_account, available) },
    { .key = "current", .kind = MK_CELL_MONEY, MK_CELL_AT(mk_imported_account, current) },
    { .key = "limit", .kind = MK_CELL_MONEY, MK_CELL_AT(mk_imported_account, limit) },
    { .key = "balance_date", .kind = MK_CELL_MOMENT,
      MK_CELL_AT(mk_imported_account, balance_date) },
};
const struct mk_part mk_imported_account_part = MK_PART(mk_imported_account, imported_account_rows);

static const struct mk_row imported_transaction_rows[] = {
    { .key = "account", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_imported_transaction, account),
      .required = true, .max = MK_IMPORTED_ACCOUNTS_MAX },
    { .key = "day", .kind = MK_CELL_DAY, MK_CELL_AT(mk_imported_transaction, day),
      .required = true },
    { .key = "amount", .kind = MK_CELL_MONEY, MK_CELL_AT(mk_imported_transaction, amount),
      .required = true },
    { .key = "original_id", .kind = MK_CELL_TEXT,
      MK_CELL_AT(mk_imported_transaction, original_id) },
    { .key = "description", .kind = MK_CELL_TEXT,
      MK_CELL_AT(mk_imported_transaction, description) },
};
const struct mk_part mk_imported_transaction_part =
    MK_PART(mk_imported_transaction, imported_transaction_rows);

static const struct mk_row transaction_key_rows[] = {
    { .key = "fetch", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_transaction_key, fetch),
      .max = UINT32_MAX },
    { .key = "ordinal", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_transaction_key, ordinal),
      .max = UINT32_MAX },
    { .key = "day", .kind = MK_CELL_DAY, MK_CELL_AT(mk_transaction_key, day), .required = true },
    { .key = "source", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_transaction_key, source),
      .max = UINT16_MAX },
    { .key = "account", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_transaction_key, account),
      .max = UINT8_MAX },
};
const struct mk_part mk_transaction_key_part = MK_PART(mk_transaction_key, transaction_key_rows);

static const struct mk_row correction_rows[] = {
    { .key = "transaction", .kind = MK_CELL_PART, MK_CELL_AT(mk_correction, transaction),
      .required = true, .part = &mk_transaction_key_part },
    { .key = "batch", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_correction, batch),
      .max = MK_BATCHES_MAX },
    { .key = "category", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_correction, category),
      .required = true, .names = mk_category_names },
    { .key = "subcategory", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_correction, subcategory),
      .required = true, .min = -1, .max = INT16_MAX },
    { .key = "was_pending", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_correction, was_pending) },
};
const struct mk_part mk_correction_part = MK_PART(mk_correction, correction_rows);

static const struct mk_row added_transaction_rows[] = {
    { .key = "account", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_added_transaction, account),
      .required = true, .max = MK_ACCOUNT_NUMBERS - 1 },
    { .key = "day", .kind = MK_CELL_DAY, MK_CELL_AT(mk_added_transaction, day), .required = true },
    { .key = "amount", .kind = MK_CELL_MONEY, MK_CELL_AT(mk_added_transaction, amount),
      .required = true },
    { .key = "description", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_added_transaction, description),
      .required = true },
    { .key = "category", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_added_transaction, category) },
    { .key = "fetches", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_added_transaction, fetches),
      .max = MK_BATCHES_MAX },
    { .key = "was_pending", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_added_transaction, was_pending) },
};
const struct mk_part mk_added_transaction_part =
    MK_PART(mk_added_transaction, added_transaction_rows);

static const struct mk_row edit_rows[] = {
    { .key = "transaction", .kind = MK_CELL_PART, MK_CELL_AT(mk_edit, transaction),
      .required = true, .part = &mk_transaction_key_part },
    { .key = "batch", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_edit, batch), .max = MK_BATCHES_MAX },
    { .key = "day", .kind = MK_CELL_DAY, MK_CELL_AT(mk_edit, day), .required = true },
    { .key = "amount", .kind = MK_CELL_MONEY, MK_CELL_AT(mk_edit, amount), .required = true },
    { .key = "description", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_edit, description) },
    { .key = "category", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_edit, category) },
    { .key = "was_pending", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_edit, was_pending) },
    { .key = "is_settled", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_edit, is_settled) },
    { .key = "is_removed", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_edit, is_removed) },
};
const struct mk_part mk_edit_part = MK_PART(mk_edit, edit_rows);

#define LIST(name, pointer, length, items, most) \
    { .key = (name), .kind = MK_CELL_LIST, MK_CELL_AT(mk_history, pointer), .max = (most), \
      .part = &(items), MK_CELL_COUNT_AT(mk_history, length) }, \
    MK_CELL_NONE(mk_history, length)

static const struct mk_row history_rows[] = {
    { .key = "is_imported", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_history, is_imported) },
    { .key = "provider", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_history, provider),
      .required = true, .names = mk_provider_names },
    { .key = "failures", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_history, failures),
      .max = UINT32_MAX },
    { .key = "ends", .kind = MK_CELL_OWN, MK_CELL_AT(mk_history, ends), .save = save_ends,
      .load = load_ends },
    { .key = "requested", .kind = MK_CELL_OWN, MK_CELL_AT(mk_history, requested),
      .save = save_requested, .load = load_requested },
    LIST("batches", batches, batch_count, mk_batch_part, MK_BATCHES_MAX),
    LIST("accounts", accounts, account_count, mk_imported_account_part, MK_IMPORTED_ACCOUNTS_MAX),
    LIST("transactions", transactions, transaction_count, mk_imported_transaction_part,
         MK_IMPORTED_TRANSACTIONS_MAX),
    LIST("corrections", corrections, correction_count, mk_correction_part, MK_CORRECTIONS_MAX),
    LIST("added", added, added_count, mk_added_transaction_part, MK_ADDED_MAX),
    LIST("edits", edits, edit_count, mk_edit_part, MK_EDITS_MAX),
    MK_CELL_NONE(mk_history, original_ids),
    MK_CELL_NONE(mk_history, fetches),
    MK_CELL_NONE(mk_history, fetch_count),
    MK_CELL_NONE(mk_history, fetch_room),
    MK_CELL_NONE(mk_history, batch_room),
    MK_CELL_NONE(mk_history, correction_order),
    MK_CELL_NONE(mk_history, edit_order),
};
const struct mk_part mk_history_part = MK_PART(mk_history, history_rows);
/* clang-format on */

void mk_save_history(struct mk_saver *saver, const void *record)
{
    const struct mk_link *link = record;

    if (link->history == NULL)
        return;
    mk_save_key(saver, "history");
    mk_save_part(saver, &mk_history_part, link->history);
}

bool mk_load_history(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                     void *record)
{
    struct mk_link *link = record;

    if (value == NULL)
        return true;
    link->history = mk_alloc_zero(1, sizeof(*link->history));
    return mk_load_part(loader, &mk_history_part, value, place, link->history) &&
           mk_load_history_end(loader, place, link);
}
