/* SPDX-License-Identifier: MIT */
/*
 * A client of the sync stream that keeps a link's transactions by id, as MoneyKit's example
 * application does. Starts zeroed.
 */
#ifndef MK_TESTS_SYNC_COPY_H
#define MK_TESTS_SYNC_COPY_H

#include "support/client.h"

struct sync_copy {
    json_t *rows;    /* owned: transaction_id -> row */
    char cursor[64]; /* where it stands; empty: at the start */
    size_t created;  /* by the last sync_copy_catch_up() */
    size_t updated;
};

void sync_copy_done(struct sync_copy *copy);

/* Reads on from its cursor to the end, in pages of this size. */
void sync_copy_catch_up(struct sync_copy *copy, struct client *client, const char *link_id,
                        int size);

/*
 * From this day on, the copy has the rows that GET /links/{id}/transactions shows, and no others.
 */
void sync_copy_expect_same(const struct sync_copy *copy, struct client *client, const char *link_id,
                           const char *first_day);

#define EVER "1900-01-01"

#endif
