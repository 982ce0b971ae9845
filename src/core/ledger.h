/* SPDX-License-Identifier: MIT */
/*
 * A link opened for reading: all that its data is computed from. Lives on the stack, borrows
 * everything, and is good while the world's lock is held and the link unchanged.
 *
 * Data is a function of (world seed, link, persona, refresh history) and is computed when read;
 * what was imported and corrected lies in the link's history (core/history.h).
 */
#ifndef MK_CORE_LEDGER_H
#define MK_CORE_LEDGER_H

#include "core/ids.h"
#include "core/world.h"

struct mk_ledger {
    const struct mk_bank *bank;
    const struct mk_link *link;
    const struct mk_institution *institution;
    const struct mk_persona *persona;
    enum mk_time_style timestamps;
    int64_t now;
    uint64_t seed; /* of this link's data */
    struct mk_id_key key;
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    size_t account_count;
};

void mk_ledger_open(const struct mk_world *world, const struct mk_link *link,
                    struct mk_ledger *ret);

/* A seed for a part of the data, by any label and number: "numbers" of account 2, say. */
uint64_t mk_ledger_seed(const struct mk_ledger *ledger, const char *label, uint64_t number);

#endif
