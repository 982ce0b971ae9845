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

static enum mk_err check_custom(const struct mk_institution *institution, const json_t *custom_data,
                                struct mk_problem *problem)
{
    if (institution->flow != MK_FLOW_CREDENTIALS)
        return mk_login_fail(problem, MK_LINK_ERROR_INVALID_CREDENTIALS,
                             "user_custom logs in where user name and password are asked for.");
    if (json_array_size(json_object_get(custom_data, "accounts")) == 0)
        return mk_login_fail(
            problem, MK_LINK_ERROR_NO_ACCOUNTS,
            "user_custom has no accounts: the session has no custom_sandbox_data.");
    return MK_OK;
}

enum mk_err mk_login_check(const struct mk_personas *personas,
                           const struct mk_institution *institution, const json_t *custom_data,
                           const char *username, const char *password, struct mk_problem *problem,
                           uint8_t *ret)
{
    bool is_instant = institution->flow == MK_FLOW_INSTANT;

    if (is_instant || username == NULL)
        username = "user_good";
    if (is_instant || password == NULL)
        password = MK_PERSONA_PASSWORD;
    size_t found = mk_persona_find(personas, username);
    if (found == mk_persona_count(personas) || strcmp(password, MK_PERSONA_PASSWORD) != 0)
        return mk_login_fail(problem, MK_LINK_ERROR_INVALID_CREDENTIALS,
                             "The bank does not know this user name with this password.");

    const struct mk_persona *persona = mk_persona_at(personas, found);
    if (persona->error != MK_LINK_ERROR_NONE)
        return mk_login_fail(problem, persona->error,
                             "The login failed, as this persona's logins do.");
    if (persona->is_custom)
        MK_TRY(check_custom(institution, custom_data, problem));
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

uint64_t mk_login_offered_accounts(const struct mk_session *session,
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

enum mk_err mk_login_named_accounts(const struct mk_bank_account *accounts, size_t count,
                                    const json_t *names, struct mk_issues *issues, uint64_t *ret)
{
    const char *known[MK_ACCOUNTS_MAX] = { NULL };
    uint64_t wanted = 0;

    for (size_t i = 0; i < count; i++)
        known[i] = accounts[i].name;
    refuse_strangers(names, "accounts", known, count, "The bank has no account of this name",
                     issues);
    if (mk_issues_any(issues))
        return MK_INVALID;

    for (size_t i = 0; i < count; i++) {
        if (names == NULL || is_chosen(names, known[i]))
            wanted |= UINT64_C(1) << i;
    }
    *ret = wanted;
    return MK_OK;
}

enum mk_err mk_login_share(const struct mk_session *session, const struct mk_bank_account *accounts,
                           size_t count, uint64_t wanted, struct mk_problem *problem, uint64_t *ret)
{
    uint64_t shared = wanted & mk_login_offered_accounts(session, accounts, count);

    if (shared == 0)
        return mk_login_fail(problem, MK_LINK_ERROR_NO_ACCOUNTS, "No account is left to share.");
    if (has_feature(session, MK_FEATURE_PERMIT_ONLY_ONE_ACCOUNT))
        shared &= -shared;
    *ret = shared;
    return MK_OK;
}

unsigned mk_login_offered_products(const struct mk_session *session,
                                   const struct mk_institution *institution)
{
    unsigned offered = 0;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (session->products[i].asked)
            offered |= institution->products & 1U << i;
    }
    return offered;
}

/* A product that the user may not leave out was left out. */
static void demand_product(const char *name, struct mk_issues *issues)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place list = { .parent = &body, .key = "products" };

    mk_issues_add(issues, &list, MK_ISSUE_NEEDED, name, 0);
}

enum mk_err mk_login_products(const struct mk_session *session,
                              const struct mk_institution *institution, unsigned before,
                              const json_t *chosen, struct mk_issues *issues, unsigned *ret)
{
    unsigned granted = 1U << MK_PRODUCT_ACCOUNTS;
    unsigned offered = mk_login_offered_products(session, institution);
    const char *names[MK_PRODUCT_COUNT] = { mk_product_names[MK_PRODUCT_ACCOUNTS] };
    size_t count = 1;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        const struct mk_session_product *product = &session->products[i];
        if (!(offered & 1U << i))
            continue;
        names[count++] = mk_product_names[i];
        if (chosen == NULL || is_chosen(chosen, mk_product_names[i]))
            granted |= 1U << i;
        else if ((product->required || product->require_permission) && !(before & 1U << i))
            demand_product(mk_product_names[i], issues);
    }
    refuse_strangers(chosen, "products", names, count,
                     "The session does not ask for this product, or the bank lacks it", issues);
    if (mk_issues_any(issues))
        return MK_INVALID;
    if (granted & 1U << MK_PRODUCT_TRANSACTIONS)
        granted |= 1U << MK_PRODUCT_ENRICHMENT;
    *ret = granted;
    return MK_OK;
}
