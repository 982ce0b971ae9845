/* SPDX-License-Identifier: MIT */
/* What a row of the stream shows. */
#include "core/stream_private.h"

#include "core/accounts.h"

static const struct mk_added_transaction *added_of(const struct mk_ledger *ledger,
                                                   const struct mk_transaction_key *key)
{
    return &ledger->link->history->added[key->ordinal];
}

static const struct mk_imported_transaction *imported_of(const struct mk_ledger *ledger,
                                                         const struct mk_transaction_key *key)
{
    return &ledger->link->history->transactions[key->ordinal];
}

uint32_t mk_stream_account(const struct mk_ledger *ledger, const struct mk_transaction_key *key)
{
    if (key->source == MK_IMPORTED)
        return MK_IMPORTED_ACCOUNT_FIRST + imported_of(ledger, key)->account;
    return key->source == MK_ADDED ? added_of(ledger, key)->account : key->account;
}

bool mk_stream_is_open(const struct mk_ledger *ledger, const struct mk_transaction_key *key,
                       uint32_t batch)
{
    uint32_t before =
        key->source == MK_ADDED ? added_of(ledger, key)->fetches : key->fetch + 1; /* its own too */

    return mk_history_fetches(ledger->link, batch) <= before;
}

static void describe_imported(const struct mk_imported_transaction *imported,
                              struct mk_transaction *ret)
{
    ret->amount = imported->amount;
    ret->description = imported->description;
    ret->original_id = imported->original_id;
}

static void describe_added(const struct mk_added_transaction *added, struct mk_transaction *ret)
{
    ret->amount = added->amount;
    ret->description = added->description;
    ret->category = added->category;
}

static void lay_correction(const struct mk_correction *correction, struct mk_transaction *ret)
{
    ret->enrichment.is_known = true;
    ret->enrichment.category = correction->category;
    ret->enrichment.subcategory = correction->subcategory;
    ret->enrichment.confidence = 100;
}

/* A time of day goes with the day that it was told for. */
static void lay_edit(const struct mk_edit *edit, struct mk_transaction *ret)
{
    ret->amount = edit->amount;
    if (edit->day != ret->day)
        ret->moment = MK_NEVER;
    ret->day = edit->day;
    ret->is_pending &= !edit->is_settled;
    if (edit->category != NULL)
        ret->category = edit->category;
    if (edit->description == NULL)
        return;
    ret->description = edit->description;
    ret->raw_description[0] = '\0';
}

void mk_stream_describe(const struct mk_ledger *ledger, const struct mk_change *change,
                        uint32_t batch, struct mk_transaction *ret)
{
    const struct mk_transaction_key *key = &change->key;
    const struct mk_correction *correction = mk_history_correction(ledger->link, key, batch);
    const struct mk_edit *edit = mk_history_edit(ledger->link, key, batch);

    *ret = (struct mk_transaction){
        .key = *key, .account = mk_stream_account(ledger, key), .day = key->day, .moment = MK_NEVER
    };
    if (key->source == MK_IMPORTED)
        describe_imported(imported_of(ledger, key), ret);
    else if (key->source == MK_ADDED)
        describe_added(added_of(ledger, key), ret);
    else
        mk_life_describe(ledger, key, ret);
    ret->is_pending = change->was_pending && mk_stream_is_open(ledger, key, batch);
    if (correction != NULL)
        lay_correction(correction, ret);
    if (edit != NULL)
        lay_edit(edit, ret);
}
