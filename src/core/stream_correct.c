/* SPDX-License-Identifier: MIT */
/* A user's word on a transaction holds for its older likes too (MoneyKit's documentation). */
#include "core/stream_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A text of the bank's data or of the history; NULL: none. */
static const char *description_of(const struct mk_ledger *ledger, const struct mk_change *change)
{
    struct mk_transaction row;

    mk_stream_describe(ledger, change, mk_history_count(ledger->link) - 1, &row);
    return row.description;
}

/* The transaction, and what is not younger and called the same; nothing is like no name. */
static void find_likes(const struct mk_ledger *ledger, const struct mk_change *transaction,
                       struct mk_changes *ret)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN,
                                                .last_day = transaction->day };
    const char *wanted = description_of(ledger, transaction);
    size_t kept = 0;

    mk_stream_state(ledger, &query, ret);
    for (size_t i = 0; i < ret->count; i++) {
        const struct mk_change *change = &ret->items[i];
        const char *description = description_of(ledger, change);
        bool is_alike = wanted != NULL && description != NULL && strcmp(wanted, description) == 0;
        if (is_alike || mk_same_transaction(&change->key, &transaction->key))
            ret->items[kept++] = *change;
    }
    ret->count = kept;
}

enum mk_err mk_stream_correct(const struct mk_ledger *ledger, struct mk_link *link,
                              const struct mk_change *transaction, int category, int subcategory,
                              struct mk_problem *problem, struct mk_changes *ret)
{
    find_likes(ledger, transaction, ret);
    if (ret->count > MK_CORRECTED_AT_ONCE_MAX)
        return mk_fail(
            problem, MK_UNAVAILABLE,
            "More than %u transactions are alike, the sandbox's limit of one correction.",
            MK_CORRECTED_AT_ONCE_MAX);

    struct mk_correction *corrections = mk_alloc_zero(ret->count, sizeof(*corrections));
    for (size_t i = 0; i < ret->count; i++)
        corrections[i] = (struct mk_correction){ .transaction = ret->items[i].key,
                                                 .category = (uint8_t)category,
                                                 .subcategory = (int16_t)subcategory,
                                                 .was_pending = ret->items[i].was_pending };
    bool is_added = mk_history_correct(link, corrections, ret->count, ledger->now);
    free(corrections);
    if (is_added)
        return MK_OK;
    return mk_fail(problem, MK_UNAVAILABLE,
                   "This link has seen %u batches of changes or %u corrections, the sandbox's "
                   "limit.",
                   MK_BATCHES_MAX, MK_CORRECTIONS_MAX);
}
