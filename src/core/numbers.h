/* SPDX-License-Identifier: MIT */
/*
 * Account numbers: ACH in the US, BACS and IBAN in GB, EFT in CA; custom accounts have ACH numbers
 * everywhere. A bank's own numbers are a function of its id, an account's of (seed, account). All
 * pass their check digits, but for the routing number that the recorded sandbox gives its accounts
 * (111222333).
 */
#ifndef MK_CORE_NUMBERS_H
#define MK_CORE_NUMBERS_H

#include "core/accounts.h"

enum { MK_NUMBER_SIZE = 40 };

/* The forms that an account has are not empty. */
struct mk_numbers {
    const char *given; /* the account number of `custom_sandbox_data`, borrowed; or NULL, then */
    char account[MK_NUMBER_SIZE];
    char routing[MK_NUMBER_SIZE];      /* ACH */
    char wire_routing[MK_NUMBER_SIZE]; /* ACH; "": none */
    char sort_code[MK_NUMBER_SIZE];    /* BACS */
    char institution[MK_NUMBER_SIZE];  /* EFT */
    char branch[MK_NUMBER_SIZE];       /* EFT */
    char iban[MK_NUMBER_SIZE];
    char bic[MK_NUMBER_SIZE];
};

/*
 * False when the bank tells none of this account: imported ones, cards, loans; of custom accounts
 * all but depository.*.
 */
bool mk_numbers_of(const struct mk_ledger *ledger, const struct mk_account *account,
                   struct mk_numbers *ret);

/* Nine digits with a valid ABA check digit. */
bool mk_routing_number_is_valid(const char *text);

#endif
