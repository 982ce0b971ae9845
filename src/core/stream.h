/* SPDX-License-Identifier: MIT */
/*
 * The transactions of a link: as a stream of changes, batch by batch, and as the state that the
 * stream adds up to.
 *
 * A row is shown as it was at the end of its batch (pending, corrected, changed), so a page read
 * twice holds the same bytes; later batches bring its changes as `updated` or its id as `removed`.
 */
#ifndef MK_CORE_STREAM_H
#define MK_CORE_STREAM_H

#include "core/history.h"
#include "core/life.h"
#include "core/transaction.h"

/* Pending transactions settle under the same id: only the control API removes any. */
enum mk_change_kind { MK_CREATED, MK_UPDATED, MK_REMOVED };

struct mk_change {
    struct mk_transaction_key key;
    uint32_t batch;   /* where it stands in the stream */
    int32_t day;      /* in a state: of the row; in the stream: of its birth */
    uint8_t kind;     /* enum mk_change_kind */
    bool was_pending; /* born pending: still so until the next fetch */
};

struct mk_changes {
    struct mk_change *items; /* owned */
    size_t count;
    size_t room;
};

void mk_changes_done(struct mk_changes *changes);

/*
 * The changes that follow the cursor, at most `size`; moves the cursor behind them and tells
 * whether more follow. False when the cursor stands where this stream has no place.
 */
bool mk_stream_read(const struct mk_ledger *ledger, struct mk_cursor *cursor, size_t size,
                    struct mk_changes *ret, bool *ret_more);

struct mk_transaction_query {
    int32_t first_day; /* both inclusive */
    int32_t last_day;
    const struct mk_accounts *accounts; /* of these; NULL: of all */
};

/* All transactions that there are now and that fit, newest first; of one day the latest first. */
void mk_stream_state(const struct mk_ledger *ledger, const struct mk_transaction_query *query,
                     struct mk_changes *ret);

/* The transaction with this id as it is now, as its creation; false when there is none. */
bool mk_stream_find(const struct mk_ledger *ledger, const char *id, struct mk_change *ret);

/* What a change shows: the row as it was at the end of `batch`. */
void mk_stream_describe(const struct mk_ledger *ledger, const struct mk_change *change,
                        uint32_t batch, struct mk_transaction *ret);

/*
 * Lays a correction over the transaction and all older ones of the same description; `ret` gets
 * them, newest first. MK_UNAVAILABLE, with nothing changed, over the limits of core/history.h. The
 * link is the ledger's.
 */
enum mk_err mk_stream_correct(const struct mk_ledger *ledger, struct mk_link *link,
                              const struct mk_change *transaction, int category, int subcategory,
                              struct mk_problem *problem, struct mk_changes *ret);

/*
 * How the balances of an account moved since its first fetch: by the bank, and by what the control
 * API added, changed, settled and removed.
 */
struct mk_movement {
    int64_t current;   /* by what was posted since, pending rows of the first fetch among it */
    int64_t available; /* by all that came since */
};

/* For each of the ledger's accounts. */
void mk_stream_movements(const struct mk_ledger *ledger, struct mk_movement ret[MK_ACCOUNTS_MAX]);

#endif
