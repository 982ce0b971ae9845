/* SPDX-License-Identifier: MIT */
/* Ledgers and events for the tests of core/life.h, without a world. The asserts are Check's. */
#ifndef MK_TESTS_LIFE_H
#define MK_TESTS_LIFE_H

#include "base/day.h"
#include "core/life.h"
#include "core/transaction.h"

#include <check.h>

#define LIFE_TODAY 20454 /* 2026-01-01 */

static inline struct mk_bank *life_bank(void)
{
    struct mk_bank *bank = mk_bank_new("http://localhost:8080");

    ck_assert_ptr_nonnull(bank);
    return bank;
}

/* A ledger of the persona's profile at the country's first bank, good for mk_life_...(). */
static inline struct mk_ledger life_ledger(const struct mk_bank *bank, const char *username,
                                           enum mk_country country, uint64_t seed)
{
    struct mk_ledger ledger = { .bank = bank, .seed = seed };
    size_t found = mk_persona_find(bank->personas, username);

    ck_assert_uint_lt(found, mk_persona_count(bank->personas));
    ledger.persona = mk_persona_at(bank->personas, found);
    for (size_t i = 0; ledger.institution == NULL; i++) {
        if (mk_catalog_at(bank->catalog, i)->country == country)
            ledger.institution = mk_catalog_at(bank->catalog, i);
    }
    ledger.account_count = mk_bank_accounts(ledger.persona, NULL, ledger.accounts);
    return ledger;
}

/* Position of the account of this type. */
static inline uint8_t life_account(const struct mk_ledger *ledger, const char *type)
{
    for (size_t i = 0; i < ledger->account_count; i++) {
        if (strcmp(ledger->accounts[i].type, type) == 0)
            return (uint8_t)i;
    }
    ck_abort_msg("no account %s", type);
}

/* What a fetch brings; mk_events_done() it. The first one has the day before it of no account. */
static inline struct mk_events life_fetch(const struct mk_ledger *ledger, uint32_t number,
                                          int32_t previous_day, int32_t day)
{
    const struct mk_fetch fetch = { .number = number, .day = day, .previous_day = previous_day };
    struct mk_events events = { .items = NULL };

    mk_life_fetch(ledger, &fetch, false, &events);
    return events;
}

static inline struct mk_events life_first(const struct mk_ledger *ledger)
{
    return life_fetch(ledger, 0, LIFE_TODAY, LIFE_TODAY);
}

static inline struct mk_transaction life_describe(const struct mk_ledger *ledger,
                                                  const struct mk_event *event)
{
    struct mk_transaction transaction;

    mk_life_describe(ledger, &event->key, &transaction);
    return transaction;
}

#endif
