/* SPDX-License-Identifier: MIT */
/*
 * What happened to the data of a link after its first fetch, and what was laid over it. Most links
 * have none: it is made when something happens.
 *
 *     batch 0 | batch 1 | batch 2 | ...      the sync stream (core/stream.h) goes through them
 *      fetch     fetch    correction
 *
 * A batch is never changed or removed, so what a cursor stands at stays where it is. What is laid
 * over transactions (corrections, edits) is found by transaction and batch: each holds from its
 * batch on. Owned by the link; guarded by the world's lock.
 */
#ifndef MK_CORE_HISTORY_H
#define MK_CORE_HISTORY_H

#include "core/ids.h"

/* Limits of a link; beyond them a call gets 503. */
#define MK_BATCHES_MAX 65536U
#define MK_IMPORTED_ACCOUNTS_MAX 1000U
#define MK_IMPORTED_TRANSACTIONS_MAX 200000U
#define MK_CORRECTIONS_MAX 200000U
#define MK_CORRECTED_AT_ONCE_MAX 10000U /* the reply shows them all */
#define MK_ADDED_MAX 200000U
#define MK_EDITS_MAX 200000U

enum mk_batch_kind {
    MK_BATCH_FETCH,      /* the bank was asked: new transactions, pending ones settled */
    MK_BATCH_GRANT,      /* the user shared further accounts: all that was fetched of them */
    MK_BATCH_IMPORT,     /* `count` imported transactions from `first` */
    MK_BATCH_CORRECTION, /* `count` corrections from `first` */
    MK_BATCH_ADDITION,   /* `count` added transactions from `first` */
    MK_BATCH_EDIT,       /* `count` edits from `first`: changes, settlements, removals */
};

struct mk_batch {
    uint64_t accounts; /* fetch: shared then; grant: the new ones. Bits as in struct mk_link */
    union {
        uint32_t first; /* import, correction, addition, edit */
        int32_t latest; /* fetch: the latest `seconds` of all fetches so far; see append() */
    };
    uint32_t count;
    int32_t seconds; /* after the link's created_at */
    uint8_t kind;    /* enum mk_batch_kind */
};

struct mk_imported_account {
    char *original_id;
    char *name;
    char *nickname; /* NULL */
    char *type;     /* a copy of what mk_account_type_of() says */
    char *mask;     /* NULL */
    char *currency; /* NULL */
    int64_t available;
    int64_t current;
    int64_t limit;
    int64_t balance_date;
};

struct mk_imported_transaction {
    char *original_id; /* NULL */
    char *description; /* NULL */
    int64_t amount;    /* positive: a credit */
    int32_t day;
    uint32_t account; /* position of the imported account */
};

/* A user's word on what a transaction was for. */
struct mk_correction {
    struct mk_transaction_key transaction;
    uint32_t batch;
    uint8_t category;
    bool was_pending;    /* as in struct mk_change */
    int16_t subcategory; /* -1: none */
};

/* What the control API brought in. It has a life like the bank's own: pending, then posted. */
struct mk_added_transaction {
    char *description;
    char *category; /* NULL */
    int64_t amount; /* positive: a credit */
    int32_t day;
    uint32_t account; /* number, as in struct mk_account */
    uint32_t fetches; /* of the link before it: the next one settles it */
    bool was_pending;
};

/*
 * What the control API made of a transaction that was there: all of it as it is from this batch on,
 * whatever the edits before were.
 */
struct mk_edit {
    struct mk_transaction_key transaction;
    uint32_t batch;
    int32_t day;
    int64_t amount;
    char *description; /* NULL: its own */
    char *category;    /* NULL: its own */
    bool was_pending;  /* as in struct mk_change */
    bool is_settled;   /* by the control API, not by a fetch */
    bool is_removed;
};

struct mk_history {
    struct mk_batch *batches;
    struct mk_imported_account *accounts;
    struct mk_imported_transaction *transactions;
    struct mk_map *original_ids; /* of the imported transactions, to their positions; or NULL */
    struct mk_correction *corrections;
    uint32_t *fetches;          /* the batches that are fetches: one for each number */
    uint32_t *correction_order; /* positions of corrections, by transaction, then by batch */
    struct mk_added_transaction *added;
    struct mk_edit *edits;
    uint32_t *edit_order; /* positions of edits, by transaction, then by batch */
    uint32_t batch_count;
    uint32_t batch_room;
    uint32_t fetch_count;
    uint32_t fetch_room;
    uint32_t account_count;
    uint32_t transaction_count;
    uint32_t correction_count;
    uint32_t added_count;
    uint32_t edit_count;
    uint32_t failures;                   /* of a flaky persona so far */
    int32_t ends[MK_PRODUCT_COUNT];      /* of the refresh under way; MK_NEVER_SECONDS: none */
    int32_t requested[MK_PRODUCT_COUNT]; /* the last refresh asked for by a call, for its limit */
    bool is_imported;
    uint8_t provider; /* imported links: enum mk_provider */
};

/* The link's history, made when it has none, with the first fetch in it when there was one. */
struct mk_history *mk_history_of(struct mk_link *link);
void mk_history_free(struct mk_history *history);

/*
 * Of a deleted link: forgets all but whether it was imported, and from which provider. What is left
 * becomes the history of a link that is back in use.
 */
void mk_history_shed(struct mk_history *history);
void mk_history_revive(struct mk_link *link);

/* Batches there are, also for a link without a history; and one of them. */
uint32_t mk_history_count(const struct mk_link *link);
struct mk_batch mk_history_batch(const struct mk_link *link, uint32_t index);
int64_t mk_history_moment(const struct mk_link *link, const struct mk_batch *batch);

/* Fetches among the batches up to `index`, itself included; and the batch of fetch `number`. */
uint32_t mk_history_fetches(const struct mk_link *link, uint32_t index);
uint32_t mk_history_fetch(const struct mk_link *link, uint32_t number);

/* Adds a batch; false over MK_BATCHES_MAX. `seconds` and `accounts` (of a fetch) are filled in. */
bool mk_history_add(struct mk_link *link, struct mk_batch batch, int64_t now);

/*
 * The transactions were fetched now: call it before mk_link_fetched(), which moves the time that
 * the first batch is known by.
 */
void mk_history_fetched(struct mk_link *link, int64_t now);

/* The user shares these accounts too, from now on: call it before they are the link's. */
void mk_history_granted(struct mk_link *link, uint64_t accounts, int64_t now);

/* --- What is laid over transactions (history_overlay.c) --------------------------------------- */

/*
 * Adds corrections of different transactions as a batch, in an order of its own; their `batch` is
 * filled in. False over a limit, with nothing changed.
 */
bool mk_history_correct(struct mk_link *link, struct mk_correction *corrections, size_t count,
                        int64_t now);

/* What was last said of the transaction up to this batch; NULL when nothing was. */
const struct mk_correction *mk_history_correction(const struct mk_link *link,
                                                  const struct mk_transaction_key *transaction,
                                                  uint32_t batch);

/*
 * Adds transactions as a batch and edits of different transactions as another, whose order and
 * `batch` are filled in; either may be none. Takes their texts over. False over a limit, with
 * nothing changed or taken.
 */
bool mk_history_change(struct mk_link *link, const struct mk_added_transaction *added,
                       size_t added_count, struct mk_edit *edits, size_t edit_count, int64_t now);

/* The same for edits. */
const struct mk_edit *mk_history_edit(const struct mk_link *link,
                                      const struct mk_transaction_key *transaction, uint32_t batch);

/* The last edit of each edited transaction, one after the other; `place` starts as 0. */
const struct mk_edit *mk_history_next_edited(const struct mk_link *link, uint32_t *place);

/* The position of the first added transaction that has so many fetches before it, or more. */
uint32_t mk_history_first_added(const struct mk_link *link, uint32_t fetches);

/* An order of keys that means nothing but that the same ones are equal. */
int mk_transaction_key_order(const struct mk_transaction_key *a,
                             const struct mk_transaction_key *b);

/* Frees the texts. */
void mk_added_done(const struct mk_added_transaction *added);
void mk_edit_done(const struct mk_edit *edit);

#endif
