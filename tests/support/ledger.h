/* SPDX-License-Identifier: MIT */
/*
 * Links opened for reading, for the tests of what is computed from them.
 */
#ifndef MK_TESTS_LEDGER_H
#define MK_TESTS_LEDGER_H

#include "core/ledger.h"
#include "support/bank.h"

/* A connected link of this persona at this institution, with the session's custom data or NULL. */
static inline struct mk_link *ledger_link(struct bank *bank, const char *institution,
                                          const char *username, json_t *custom_data)
{
    struct mk_session *session = bank_session(bank);
    struct mk_choices choices = bank_defaults();

    session->country_count = MK_COUNTRY_COUNT;
    for (uint8_t i = 0; i < MK_COUNTRY_COUNT; i++)
        session->countries[i] = i;
    session->custom_data = custom_data;
    choices.institution = bank_institution(bank, institution);
    choices.username = username;
    struct mk_link *link = bank_finish(bank, session, &choices);
    bank_exchange(bank, link);
    return link;
}

/* The link opened; good until the link or the clock changes. */
static inline struct mk_ledger ledger_of(const struct bank *bank, const struct mk_link *link)
{
    struct mk_ledger ledger;

    mk_ledger_open(bank->world, link, &ledger);
    return ledger;
}

#endif
