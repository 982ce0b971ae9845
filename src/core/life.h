/* SPDX-License-Identifier: MIT */
/*
 * What a persona's accounts go through: which transactions each fetch brings, and what each is.
 * Pure functions of the ledger; nothing is stored.
 *
 * A profile's transactions come from one of three kinds of data:
 *   script   lists of rows, one list for each fetch, dated relative to it (the recorded sandbox);
 *            rows name account types, so that they fit custom accounts too
 *   rhythm   rows that recur: salary, rent, groceries, by day, over the `history_days` that end
 *            with the first fetch's day, and from then on, day by day, to the day of each fetch
 *   bulk     a number of rows spread evenly over the `history_days` of the first fetch
 * The last two have `later` rows too, purchases on the own day of each later fetch, so every fetch
 * brings something, also on the day of the one before.
 */
#ifndef MK_CORE_LIFE_H
#define MK_CORE_LIFE_H

#include "core/ledger.h"

struct mk_life;
struct mk_merchants;

/* From data/merchants.json: names by role and country; NULL when it is broken. */
struct mk_merchants *mk_merchants_new(const char *json, size_t length);
void mk_merchants_free(struct mk_merchants *merchants);

/*
 * From the profile's "transactions" section, which has to stay as long as the life and so have the
 * merchants; NULL when it is broken. The profile's accounts are there.
 */
struct mk_life *mk_life_new(const json_t *section, const struct mk_profile *profile,
                            const struct mk_merchants *merchants);
void mk_life_free(struct mk_life *life);

/* One transaction of the bank as it is born. */
struct mk_event {
    struct mk_transaction_key key;
    bool is_pending; /* until the next fetch */
};

struct mk_events {
    struct mk_event *items; /* owned */
    size_t count;
    size_t room;
};

void mk_events_done(struct mk_events *events);

/* When a link's bank was asked: the number of the fetch (0 is the first) and its day. */
struct mk_fetch {
    uint32_t number;
    int32_t day;
    int32_t previous_day; /* the latest of the fetches before; same as day for the first */
};

/*
 * Adds what this fetch brings, for all of the ledger's accounts, oldest first; the same at every
 * call. With only_pending just those that are born pending. After a long silence it brings no more
 * than `history_days`.
 */
void mk_life_fetch(const struct mk_ledger *ledger, const struct mk_fetch *fetch, bool only_pending,
                   struct mk_events *out);

/* Positive: money comes in. This and the next take keys that mk_life_fetch() made. */
int64_t mk_life_amount(const struct mk_ledger *ledger, const struct mk_transaction_key *key);

struct mk_transaction;

/* Fills in all but is_pending. */
void mk_life_describe(const struct mk_ledger *ledger, const struct mk_transaction_key *key,
                      struct mk_transaction *ret);

#endif
