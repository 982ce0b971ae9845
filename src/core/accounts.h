/* SPDX-License-Identifier: MIT */
/*
 * The accounts of a link as the API shows them: the bank's that the user shared, then the imported
 * ones; open ones only (MoneyKit's documentation).
 *
 * Balances of the bank's accounts are the profile's after the first fetch, moved by every
 * transaction since: `current` by posted ones, `available` by pending ones too. Those of
 * liability.* say what is owed (MoneyKit's documentation), so a purchase raises them. Those of
 * investment.* follow the holdings.
 */
#ifndef MK_CORE_ACCOUNTS_H
#define MK_CORE_ACCOUNTS_H

#include "core/history.h"
#include "core/ledger.h"

/* Numbers of accounts in ids: the bank's are their bits, imported ones begin here. */
#define MK_IMPORTED_ACCOUNT_FIRST 64U

/* No account of any link has this number or a greater one. */
enum { MK_ACCOUNT_NUMBERS = MK_IMPORTED_ACCOUNT_FIRST + MK_IMPORTED_ACCOUNTS_MAX };

struct mk_account {
    uint32_t number;
    char id[MK_DATA_ID_SIZE];
    const char *type;
    const char *name;
    const char *nickname;    /* NULL: none */
    const char *original_id; /* NULL: not imported */
    const char *currency;    /* NULL: not told */
    char mask[64];           /* "": none */
    int64_t available;       /* minor units or MK_NO_MONEY, these three */
    int64_t current;
    int64_t limit;
    int64_t balance_date; /* MK_NEVER: unknown */
};

struct mk_accounts {
    struct mk_account *items; /* owned; its texts are the ledger's */
    size_t count;
};

/*
 * All accounts; with `ids` (a list of texts, or NULL or empty for all) those of them that it names.
 */
void mk_accounts_list(const struct mk_ledger *ledger, const json_t *ids, struct mk_accounts *ret);
void mk_accounts_done(struct mk_accounts *accounts);

/* The account with this number, or NULL. */
const struct mk_account *mk_accounts_find(const struct mk_accounts *accounts, uint32_t number);

/*
 * The account type for a free text of an import or of `custom_sandbox_data`: "Checking" is
 * depository.checking. A type of MoneyKit's ("depository.gold") stays: then it is `text` itself,
 * else a literal.
 */
const char *mk_account_type_of(const char *text);

/* Whether the type is this one or under it: "depository" has "depository.checking". */
bool mk_account_type_is(const char *type, const char *prefix);

/* USD, GBP or CAD. */
const char *mk_currency_of(enum mk_country country);

#endif
