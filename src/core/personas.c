/* SPDX-License-Identifier: MIT */
#include "core/personas.h"

#include "base/memory.h"

#include <string.h>

const struct mk_default_account mk_default_accounts[] = {
    { .name = "checking account", .type = "depository.checking" },
    { .name = "credit card", .type = "liability.credit_card" },
    { .name = "savings account", .type = "depository.savings" },
    { .name = NULL },
};

#define FINE .error = MK_LINK_ERROR_NONE
#define FAILS(name) .error = MK_LINK_ERROR_##name, .meaning = "the login fails with this code"

/* clang-format off */
static const struct mk_persona personas[] = {
    { .username = "user_good", FINE, .meaning = "links, three accounts" },
    { .username = "user_custom", FINE, .is_custom = true,
      .meaning = "links with the accounts of custom_sandbox_data" },
    { .username = "user_mfa_otp", FINE, .challenge = MK_ASKS_CODE,
      .meaning = "asks for a one-time code" },
    { .username = "user_mfa_device", FINE, .challenge = MK_ASKS_DEVICE_AND_CODE,
      .meaning = "asks for a device, then for a one-time code" },
    { .username = "user_mfa_question", FINE, .challenge = MK_ASKS_QUESTION,
      .meaning = "asks a security question" },
    { .username = "user_system_error", FAILS(SYSTEM_ERROR) },
    { .username = "user_provider_error", FAILS(PROVIDER_ERROR) },
    { .username = "user_institution_error", FAILS(INSTITUTION_ERROR) },
    { .username = "user_error", FAILS(USER_ERROR) },
    { .username = "user_auth_expired", FAILS(AUTH_EXPIRED) },
    { .username = "user_no_accounts", FAILS(NO_ACCOUNTS) },
    { .username = "user_setup_required", FAILS(USER_SETUP_REQUIRED) },
    { .username = "user_invalid_credentials", FAILS(INVALID_CREDENTIALS) },
    { .username = "user_oauth_denied", FAILS(USER_OAUTH_DENIED) },
    { .username = "user_input_incorrect", FAILS(USER_INPUT_INCORRECT) },
    { .username = "user_incomplete", FAILS(INCOMPLETE) },
};
/* clang-format on */

size_t mk_persona_count(void)
{
    return MK_COUNT(personas);
}

const struct mk_persona *mk_persona_at(size_t index)
{
    return &personas[index];
}

size_t mk_persona_find(const char *username)
{
    size_t i = 0;

    while (i < MK_COUNT(personas) && strcmp(personas[i].username, username) != 0)
        i++;
    return i;
}
