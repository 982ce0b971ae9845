/* SPDX-License-Identifier: MIT */
/* What the files of core/stream.h share. */
#ifndef MK_CORE_STREAM_PRIVATE_H
#define MK_CORE_STREAM_PRIVATE_H

#include "core/stream.h"

void mk_changes_add(struct mk_changes *changes, const struct mk_change *change);

/*
 * Adds the changes of one batch, always in the same order: what was created, then what was updated
 * and removed unless only_created.
 */
void mk_stream_batch(const struct mk_ledger *ledger, uint32_t index, bool only_created,
                     struct mk_changes *out);

/* The fetch with this number, as core/life.h wants it. */
struct mk_fetch mk_stream_fetch(const struct mk_ledger *ledger, uint32_t number);

/* The creation of the imported transaction at this position, in this batch. */
struct mk_change mk_stream_imported(const struct mk_ledger *ledger, uint32_t position,
                                    uint32_t batch);

/* The same of an added one. */
struct mk_change mk_stream_added(const struct mk_ledger *ledger, uint32_t position, uint32_t batch);

/* Whether no fetch has settled it yet at the end of the batch; it was born pending. */
bool mk_stream_is_open(const struct mk_ledger *ledger, const struct mk_transaction_key *key,
                       uint32_t batch);

/* The number of the account, as in struct mk_account, that a transaction is of. */
uint32_t mk_stream_account(const struct mk_ledger *ledger, const struct mk_transaction_key *key);

/* Whether two keys are of the same transaction. */
bool mk_same_transaction(const struct mk_transaction_key *a, const struct mk_transaction_key *b);

#endif
