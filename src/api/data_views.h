/* SPDX-License-Identifier: MIT */
/*
 * The data of a link as JSON (differences.md, section 2: what every SDK needs, optional fields as
 * null). All are new references, NULL without memory; nothing in them points into the world.
 */
#ifndef MK_API_DATA_VIEWS_H
#define MK_API_DATA_VIEWS_H

#include "api/views.h"
#include "core/accounts.h"
#include "core/stream.h"

/* The ledger's link as LinkCommon. */
json_t *mk_ledger_link_view(const struct mk_ledger *ledger);

/* AccountResponse, and a list of them. */
json_t *mk_account_view(const struct mk_ledger *ledger, const struct mk_account *account);
json_t *mk_accounts_view(const struct mk_ledger *ledger, const struct mk_accounts *accounts);

/* TransactionResponse. */
json_t *mk_transaction_view(const struct mk_ledger *ledger,
                            const struct mk_transaction *transaction);

/* TransactionSync: rows as they were at the ends of their batches, and the ids of removed ones. */
json_t *mk_sync_view(const struct mk_ledger *ledger, const struct mk_changes *changes);

/* YYYY-MM-DD; decimal text, or null for MK_NO_MONEY. */
json_t *mk_date_view(int32_t day);
json_t *mk_money_view(int64_t minor);

#endif
