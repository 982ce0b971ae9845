/* SPDX-License-Identifier: MIT */
/*
 * What a user name typed into Connect stands for. `user_good` and `user_custom` are MoneyKit's; all
 * others are ours. The password is MK_PERSONA_PASSWORD for every one, the answer of those that ask
 * is MK_PERSONA_ANSWER. Any other pair fails as invalid_credentials.
 */
#ifndef MK_CORE_PERSONAS_H
#define MK_CORE_PERSONAS_H

#include "core/terms.h"

#include <stdbool.h>
#include <stddef.h>

#define MK_PERSONA_PASSWORD "pass_good"
#define MK_PERSONA_ANSWER "1234"

/* What Connect asks after the password. */
enum mk_challenge { MK_ASKS_NOTHING, MK_ASKS_CODE, MK_ASKS_DEVICE_AND_CODE, MK_ASKS_QUESTION };

struct mk_persona {
    const char *username;
    const char *meaning;      /* for people: documentation and the pages' strip */
    enum mk_link_error error; /* how the login fails; MK_LINK_ERROR_NONE: it does not */
    enum mk_challenge challenge;
    bool is_custom; /* has the accounts of the session's custom_sandbox_data */
};

size_t mk_persona_count(void);
const struct mk_persona *mk_persona_at(size_t index);

/* Position of the persona with this user name; mk_persona_count() when there is none. */
size_t mk_persona_find(const char *username);

struct mk_default_account {
    const char *name;
    const char *type;
};

/* The accounts of every persona but user_custom (the recorded sandbox); ends with a NULL name. */
extern const struct mk_default_account mk_default_accounts[];

#endif
