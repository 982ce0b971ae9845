/* SPDX-License-Identifier: MIT */
/*
 * What a user name typed into Connect stands for. `user_good` and `user_custom` are MoneyKit's; all
 * others are ours. The password is MK_PERSONA_PASSWORD for every one, the answer of those that ask
 * is MK_PERSONA_ANSWER. Any other pair fails as invalid_credentials.
 *
 * A persona logs in in its own way and has the data of a profile, which personas may share. Read
 * from data/personas/: logins.json and a file for each profile.
 */
#ifndef MK_CORE_PERSONAS_H
#define MK_CORE_PERSONAS_H

#include "base/money.h"
#include "core/terms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MK_PERSONA_PASSWORD "pass_good"
#define MK_PERSONA_ANSWER "1234"

/* More accounts than a link has bits for are not offered. */
#define MK_ACCOUNTS_MAX 64

/* What Connect asks after the password. */
enum mk_challenge { MK_ASKS_NOTHING, MK_ASKS_CODE, MK_ASKS_DEVICE_AND_CODE, MK_ASKS_QUESTION };

struct mk_profile_account {
    const char *name;
    const char *nickname; /* NULL: none */
    const char *type;     /* "depository.checking" */
    int64_t available;    /* after the first fetch; MK_NO_MONEY where the bank tells none */
    int64_t current;      /* of liability.*: what is owed */
    int64_t limit;
    unsigned owner_count; /* people who own it */
    bool has_numbers;     /* the bank tells account numbers */
};

struct mk_profile {
    const char *name;
    struct mk_profile_account *accounts;
    size_t account_count;
    struct mk_life *life;           /* its transactions: core/life.h */
    struct mk_portfolio *portfolio; /* core/investments.h; NULL: none */
    bool is_recorded;               /* routing numbers as the recorded sandbox has them */
};

struct mk_persona {
    const char *username;
    const char *meaning;      /* for people: documentation and the pages' strip */
    enum mk_link_error error; /* how the login fails; MK_LINK_ERROR_NONE: it does not */
    enum mk_challenge challenge;
    bool is_custom; /* has the accounts of the session's custom_sandbox_data */
    bool is_flaky;  /* refreshes after the first fetch fail, with each product error in turn */
    int64_t refresh_span;             /* how long a refresh takes; 0: as the world's setting says */
    const struct mk_profile *profile; /* NULL: its logins fail */
};

struct mk_personas;
struct mk_merchants;
struct mk_asset;

/* From the compiled-in files; NULL when one is broken. The merchants stay longer than they do. */
struct mk_personas *mk_personas_new(const struct mk_merchants *merchants);
void mk_personas_free(struct mk_personas *personas);

/* The same from other files. A profile without a name ends the list. */
struct mk_profile_file {
    const char *name;
    const struct mk_asset *json;
};

struct mk_personas *mk_personas_read(const struct mk_asset *logins,
                                     const struct mk_profile_file *profiles,
                                     const struct mk_merchants *merchants);

size_t mk_persona_count(const struct mk_personas *personas);
const struct mk_persona *mk_persona_at(const struct mk_personas *personas, size_t index);

/* Position of the persona with this user name; mk_persona_count() when there is none. */
size_t mk_persona_find(const struct mk_personas *personas, const char *username);

/* An account as its bank has it: one of the persona's profile, or a custom one. */
struct mk_bank_account {
    const char *name;
    const char *type;                      /* of a custom one: mk_account_type_of() */
    const struct mk_profile_account *plan; /* NULL: custom */
    const json_t *custom;                  /* NULL: of the profile */
};

/*
 * The accounts that a login as this persona finds, at most MK_ACCOUNTS_MAX, in the order of the
 * bits of struct mk_link's `accounts`. custom_data is `custom_sandbox_data` or NULL; borrowed.
 * Returns their number.
 */
size_t mk_bank_accounts(const struct mk_persona *persona, const json_t *custom_data,
                        struct mk_bank_account ret[MK_ACCOUNTS_MAX]);

#endif
