/* SPDX-License-Identifier: MIT */
#include "core/login.h"

#include "core/personas.h"

#include <string.h>

enum mk_err mk_login_fail(struct mk_problem *problem, enum mk_link_error error,
                          const char *sentence)
{
    problem->link_error_code = mk_link_error_names[error];
    return mk_fail(problem, MK_CONNECT_FAILED, "%s", sentence);
}

static enum mk_err answer_challenge(const struct mk_persona *persona, const char *answer,
                                    struct mk_problem *problem)
{
    if (persona->challenge == MK_ASKS_NOTHING)
        return MK_OK;
    if (answer == NULL)
        return mk_login_fail(problem, MK_LINK_ERROR_INCOMPLETE,
                             "The bank asks one more thing: send its answer as mfa.");
    if (strcmp(answer, MK_PERSONA_ANSWER) != 0)
        return mk_login_fail(problem, MK_LINK_ERROR_USER_INPUT_INCORRECT,
                             "The answer to the bank's question is wrong.");
    return MK_OK;
}

static enum mk_err check_custom(const struct mk_session *session,
                                const struct mk_institution *institution,
                                struct mk_problem *problem)
{
    if (institution->flow != MK_FLOW_CREDENTIALS)
        return mk_login_fail(problem, MK_LINK_ERROR_INVALID_CREDENTIALS,
                             "user_custom logs in where user name and password are asked for.");
    if (json_array_size(json_object_get(session->custom_data, "accounts")) == 0)
        return mk_login_fail(
            problem, MK_LINK_ERROR_NO_ACCOUNTS,
            "user_custom has no accounts: the session has no custom_sandbox_data.");
    return MK_OK;
}

enum mk_err mk_login_persona(const struct mk_session *session, const struct mk_personas *personas,
                             const struct mk_institution *institution,
                             const struct mk_choices *choices, struct mk_problem *problem,
                             uint8_t *ret)
{
    bool is_instant = institution->flow == MK_FLOW_INSTANT;
    const char *username =
        is_instant || choices->username == NULL ? "user_good" : choices->username;
    const char *password =
        is_instant || choices->password == NULL ? MK_PERSONA_PASSWORD : choices->password;
    size_t found = mk_persona_find(personas, username);

    if (found == mk_persona_count(personas) || strcmp(password, MK_PERSONA_PASSWORD) != 0)
        return mk_login_fail(problem, MK_LINK_ERROR_INVALID_CREDENTIALS,
                             "The bank does not know this user name with this password.");

    const struct mk_persona *persona = mk_persona_at(personas, found);
    if (persona->error != MK_LINK_ERROR_NONE)
        return mk_login_fail(problem, persona->error,
                             "The login failed, as this persona's logins do.");
    if (persona->is_custom)
        MK_TRY(check_custom(session, institution, problem));
    MK_TRY(answer_challenge(persona, choices->mfa, problem));
    *ret = (uint8_t)found;
    return MK_OK;
}

static bool is_chosen(const json_t *names, const char *name)
{
    size_t index;
    json_t *item;

    json_array_foreach((json_t *)names, index, item) {
        if (strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

/* Adds an issue for each item of a list of the body that is not among the names. */
static void refuse_strangers(const json_t *chosen, const char *key, const char *const *names,
                             size_t count, const char *sentence, struct mk_issues *issues)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place list = { .parent = &body, .key = key };
    size_t index;
    json_t *item;

    json_array_foreach((json_t *)chosen, index, item) {
        const struct mk_place place = { .parent = &list, .index = (int64_t)index };
        size_t i = 0;
        while (i < count && strcmp(names[i], json_string_value(item)) != 0)
            i++;
        if (i == count)
            mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
    }
}

static bool has_feature(const struct mk_session *session, enum mk_feature feature)
{
    return session->features & 1U << feature;
}

/* The accounts that the session lets the user share, before the user chooses. */
static uint64_t offered_accounts(const struct mk_session *session,
                                 const struct mk_bank_account *accounts, size_t count)
{
    bool only_depository = has_feature(session, MK_FEATURE_PERMIT_ONLY_DEPOSITORY_ACCOUNTS);
    uint64_t offered = 0;

    for (size_t i = 0; i < count; i++) {
        if (!only_depository || strncmp(accounts[i].type, "depository", 10) == 0)
            offered |= UINT64_C(1) << i;
    }
    return offered;
}

enum mk_err mk_login_accounts(const struct mk_session *session, const struct mk_persona *persona,
                              const struct mk_choices *choices, struct mk_issues *issues,
                              struct mk_problem *problem, uint64_t *ret)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    const char *names[MK_ACCOUNTS_MAX] = { NULL };
    size_t count = mk_bank_accounts(persona, session->custom_data, accounts);
    uint64_t shared = 0;

    uint64_t offered = offered_accounts(session, accounts, count);
    for (size_t i = 0; i < count; i++)
        names[i] = accounts[i].name;
    refuse_strangers(choices->accounts, "accounts", names, count,
                     "The bank has no account of this name", issues);
    if (mk_issues_any(issues))
        return MK_INVALID;

    for (size_t i = 0; i < count; i++) {
        bool is_wanted = choices->accounts == NULL || is_chosen(choices->accounts, names[i]);
        if (is_wanted)
            shared |= offered & UINT64_C(1) << i;
    }
    if (shared == 0)
        return mk_login_fail(problem, MK_LINK_ERROR_NO_ACCOUNTS, "No account is left to share.");
    if (has_feature(session, MK_FEATURE_PERMIT_ONLY_ONE_ACCOUNT))
        shared &= -shared;
    *ret = shared;
    return MK_OK;
}

/* A product that the user may not leave out was left out. */
static void demand_product(const struct mk_choices *choices, const char *name,
                           struct mk_issues *issues)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place list = { .parent = &body, .key = "products" };

    if (!is_chosen(choices->products, name))
        mk_issues_add(issues, &list, MK_ISSUE_NEEDED, name, 0);
}

enum mk_err mk_login_products(const struct mk_session *session,
                              const struct mk_institution *institution,
                              const struct mk_choices *choices, struct mk_issues *issues,
                              unsigned *ret)
{
    unsigned granted = 1U << MK_PRODUCT_ACCOUNTS;
    const char *offered[MK_PRODUCT_COUNT] = { mk_product_names[MK_PRODUCT_ACCOUNTS] };
    size_t offered_count = 1;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        const struct mk_session_product *product = &session->products[i];
        if (!product->asked || !(institution->products & 1U << i))
            continue;
        offered[offered_count++] = mk_product_names[i];
        if (choices->products == NULL || is_chosen(choices->products, mk_product_names[i]))
            granted |= 1U << i;
        else if (product->required || product->require_permission)
            demand_product(choices, mk_product_names[i], issues);
    }
    refuse_strangers(choices->products, "products", offered, offered_count,
                     "The session does not ask for this product, or the bank lacks it", issues);
    if (mk_issues_any(issues))
        return MK_INVALID;
    if (granted & 1U << MK_PRODUCT_TRANSACTIONS)
        granted |= 1U << MK_PRODUCT_ENRICHMENT;
    *ret = granted;
    return MK_OK;
}
