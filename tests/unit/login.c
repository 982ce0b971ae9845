/* SPDX-License-Identifier: MIT */
/* The bank's side of Connect: who gets in, which accounts and products may be shared. */
#include "core/login.h"

#include "core/personas.h"
#include "support/bank.h"
#include "support/issue_lines.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

static struct bank bank;
static struct mk_session *session;

static void open_all(void)
{
    bank = bank_open();
    session = bank_session(&bank);
}

static void close_all(void)
{
    bank_close(&bank);
}

static const struct mk_institution *institution(const char *id)
{
    return mk_catalog_at(bank.catalog, bank_institution(&bank, id));
}

/* Logs in, and compares with the link error code, or NULL for success, and the persona's name. */
static void check_login(const char *bank_id, const char *username, const char *password,
                        const char *code, const char *persona_name)
{
    struct mk_problem problem = { 0 };
    uint8_t persona = 200;

    enum mk_err err = mk_login_check(bank.personas, institution(bank_id), session->custom_data,
                                     username, password, &problem, &persona);
    ck_assert_int_eq(err, code == NULL ? MK_OK : MK_CONNECT_FAILED);
    ck_assert_pstr_eq(problem.link_error_code, code);
    ck_assert((problem.message[0] != '\0') == (code != NULL));
    if (code == NULL)
        ck_assert_str_eq(mk_persona_at(bank.personas, persona)->username, persona_name);
    else
        ck_assert_uint_eq(persona, 200);
}

#define CREDS "moneykit-creds-bank"
#define INSTANT "moneykit-instant-bank"
#define OAUTH "moneykit-oauth-bank"
#define UNKNOWN "invalid_credentials"

static const struct {
    const char *bank;
    const char *username;
    const char *password;
    const char *code;
    const char *persona;
} logins[] = {
    { CREDS, NULL, NULL, NULL, "user_good" },
    { CREDS, "user_good", "pass_good", NULL, "user_good" },
    { OAUTH, "user_good", "pass_good", NULL, "user_good" },
    { "chase", NULL, NULL, NULL, "user_good" },
    { CREDS, "user_good", "wrong", UNKNOWN, NULL },
    { CREDS, "user_good", "", UNKNOWN, NULL },
    { CREDS, "user_good", "PASS_GOOD", UNKNOWN, NULL },
    { CREDS, "user_good", "pass_good ", UNKNOWN, NULL },
    { OAUTH, "user_good", "wrong", UNKNOWN, NULL },
    { CREDS, NULL, "wrong", UNKNOWN, NULL },
    { CREDS, "", "pass_good", UNKNOWN, NULL },
    { CREDS, "somebody", "pass_good", UNKNOWN, NULL },
    { CREDS, "User_Good", "pass_good", UNKNOWN, NULL },
    /* A wrong password is told before the persona's own failure, and before its question. */
    { CREDS, "user_auth_expired", "wrong", UNKNOWN, NULL },
    { CREDS, "user_mfa_otp", "wrong", UNKNOWN, NULL },
    { CREDS, "user_custom", "wrong", UNKNOWN, NULL },
    /* What those who ask want to hear is not told yet. */
    { CREDS, "user_mfa_otp", NULL, NULL, "user_mfa_otp" },
    { CREDS, "user_mfa_device", NULL, NULL, "user_mfa_device" },
    { CREDS, "user_mfa_question", "pass_good", NULL, "user_mfa_question" },
    { OAUTH, "user_mfa_otp", NULL, NULL, "user_mfa_otp" },
    /* Instant Bank asks for nothing, so nothing can be wrong. */
    { INSTANT, NULL, NULL, NULL, "user_good" },
    { INSTANT, "somebody", "wrong", NULL, "user_good" },
    { INSTANT, "user_auth_expired", NULL, NULL, "user_good" },
    { INSTANT, "user_mfa_otp", NULL, NULL, "user_good" },
    { INSTANT, "user_custom", NULL, NULL, "user_good" },
    /* The custom user, without data. */
    { CREDS, "user_custom", NULL, "no_accounts", NULL },
    { OAUTH, "user_custom", NULL, UNKNOWN, NULL },
};

START_TEST(login__table)
{
    check_login(logins[_i].bank, logins[_i].username, logins[_i].password, logins[_i].code,
                logins[_i].persona);
}
END_TEST

START_TEST(login__each_persona_fails_with_its_code)
{
    for (size_t i = 0; i < mk_persona_count(bank.personas); i++) {
        const struct mk_persona *persona = mk_persona_at(bank.personas, i);
        const char *code = mk_link_error_names[persona->error];
        if (code == NULL)
            continue;
        check_login(CREDS, persona->username, "pass_good", code, NULL);
        check_login(OAUTH, persona->username, NULL, code, NULL);
    }
}
END_TEST

static void give_custom_data(const char *json)
{
    session->custom_data = json_loads(json, 0, NULL);
    ck_assert_ptr_nonnull(session->custom_data);
}

#define CUSTOM \
    "{\"accounts\":[{\"account_type\":\"liability.mortgage\",\"name\":\"house\"}," \
    "{\"account_type\":\"depository.checking\",\"name\":\"daily\"}," \
    "{\"account_type\":\"depository.savings\",\"name\":\"rainy days\"}]}"

START_TEST(login__custom_user)
{
    give_custom_data(CUSTOM);
    check_login(CREDS, "user_custom", "pass_good", NULL, "user_custom");
    check_login("chase", "user_custom", NULL, NULL, "user_custom");
    check_login(OAUTH, "user_custom", NULL, UNKNOWN, NULL);
    check_login(CREDS, "user_good", NULL, NULL, "user_good");
}
END_TEST

START_TEST(login__custom_user_without_accounts)
{
    give_custom_data("{\"accounts\":[]}");
    check_login(CREDS, "user_custom", NULL, "no_accounts", NULL);
}
END_TEST

#define ONE (1U << MK_FEATURE_PERMIT_ONLY_ONE_ACCOUNT)
#define DEPOSITORY (1U << MK_FEATURE_PERMIT_ONLY_DEPOSITORY_ACCOUNTS)
#define OTHERS (0xFFU & ~(ONE | DEPOSITORY))

/* bits: shared accounts; 0 and lines: refused choices; 0 and no lines: no account is left. */
static const struct {
    const char *custom; /* NULL: user_good */
    unsigned features;
    const char *chosen; /* NULL: all */
    uint64_t bits;
    const char *lines;
} sharing[] = {
    { NULL, 0, NULL, 7, "" },
    { NULL, OTHERS, NULL, 7, "" },
    { NULL, 0, "[\"credit card\"]", 2, "" },
    { NULL, 0, "[\"savings account\",\"checking account\"]", 5, "" },
    { NULL, 0, "[\"savings account\",\"savings account\"]", 4, "" },
    { NULL, 0, "[]", 0, "" },
    { NULL, 0, "[\"Credit Card\"]", 0, "[\"body\",\"accounts\",0] unknown_value\n" },
    { NULL, 0, "[\"credit card\",\"\",\"gold\"]", 0,
      "[\"body\",\"accounts\",1] unknown_value\n[\"body\",\"accounts\",2] unknown_value\n" },
    { NULL, ONE, NULL, 1, "" },
    { NULL, ONE, "[\"savings account\"]", 4, "" },
    { NULL, ONE, "[\"savings account\",\"credit card\"]", 2, "" },
    { NULL, DEPOSITORY, NULL, 5, "" },
    { NULL, DEPOSITORY, "[\"savings account\",\"credit card\"]", 4, "" },
    { NULL, DEPOSITORY, "[\"credit card\"]", 0, "" },
    { NULL, ONE | DEPOSITORY, NULL, 1, "" },
    { CUSTOM, 0, NULL, 7, "" },
    { CUSTOM, 0, "[\"rainy days\"]", 4, "" },
    { CUSTOM, 0, "[\"credit card\"]", 0, "[\"body\",\"accounts\",0] unknown_value\n" },
    { CUSTOM, DEPOSITORY, NULL, 6, "" },
    { CUSTOM, ONE | DEPOSITORY, NULL, 2, "" },
    { CUSTOM, ONE, NULL, 1, "" },
    { "{\"accounts\":[{\"account_type\":\"liability.mortgage\",\"name\":\"house\"}]}", DEPOSITORY,
      NULL, 0, "" },
    { "{\"accounts\":[{\"account_type\":\"depositor\",\"name\":\"a\"}]}", DEPOSITORY, NULL, 0, "" },
    { "{\"accounts\":[{\"account_type\":\"\",\"name\":\"a\"},"
      "{\"account_type\":\"depository.cd\",\"name\":\"a\"}]}",
      0, "[\"a\"]", 3, "" },
};

/* From the names to what is shared, as Connect does it. */
static enum mk_err share(const char *username, const json_t *names, struct mk_issues *issues,
                         struct mk_problem *problem, uint64_t *ret)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    size_t count = mk_bank_accounts(bank_persona(username), session->custom_data, accounts);
    uint64_t wanted;

    MK_TRY(mk_login_named_accounts(accounts, count, names, issues, &wanted));
    return mk_login_share(session, accounts, count, wanted, problem, ret);
}

START_TEST(accounts__table)
{
    json_t *chosen = sharing[_i].chosen == NULL ? NULL : json_loads(sharing[_i].chosen, 0, NULL);
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    uint64_t bits = 0;
    const char *username = sharing[_i].custom == NULL ? "user_good" : "user_custom";

    if (sharing[_i].custom != NULL)
        give_custom_data(sharing[_i].custom);
    session->features = (uint16_t)sharing[_i].features;
    enum mk_err err = share(username, chosen, &issues, &problem, &bits);
    ck_assert_uint_eq(bits, sharing[_i].bits);
    if (sharing[_i].bits != 0)
        ck_assert_int_eq(err, MK_OK);
    else if (sharing[_i].lines[0] != '\0')
        ck_assert_int_eq(err, MK_INVALID);
    else
        ck_assert_int_eq(err, MK_CONNECT_FAILED);
    ck_assert_pstr_eq(problem.link_error_code, err == MK_CONNECT_FAILED ? "no_accounts" : NULL);
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, sharing[_i].lines);
    free(lines);
    json_decref(chosen);
}
END_TEST

/* As many as a link has bits for; the field table refuses more. */
START_TEST(accounts__sixty_four)
{
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    json_t *accounts = json_array();
    uint64_t bits = 0;

    for (int i = 0; i < 64 + _i; i++)
        json_array_append_new(accounts, json_pack("{s:s, s:s}", "name", "a", "account_type", "b"));
    session->custom_data = json_pack("{s:o}", "accounts", accounts);
    ck_assert_int_eq(share("user_custom", NULL, &issues, &problem, &bits), MK_OK);
    ck_assert_uint_eq(bits, UINT64_MAX);
}
END_TEST

#define P(name) (1U << MK_PRODUCT_##name)
#define ALL (P(ACCOUNTS) | P(ACCOUNT_NUMBERS) | P(IDENTITY) | P(TRANSACTIONS) | P(INVESTMENTS))
#define EVERY (ALL | P(ENRICHMENT))

/* Vanguard lacks account numbers, KeyBank investments. Enrichment comes with transactions. */
static const struct {
    const char *bank;
    unsigned asked;
    unsigned required;
    unsigned must_permit; /* require_permission */
    const char *chosen;   /* NULL: all */
    unsigned granted;     /* 0: refused */
    const char *lines;
} granting[] = {
    { CREDS, ALL, 0, 0, NULL, EVERY, "" },
    { CREDS, 0, 0, 0, NULL, P(ACCOUNTS), "" },
    { CREDS, ALL, 0, 0, "[]", P(ACCOUNTS), "" },
    { CREDS, ALL, 0, 0, "[\"accounts\"]", P(ACCOUNTS), "" },
    { CREDS, ALL, 0, 0, "[\"identity\",\"identity\"]", P(ACCOUNTS) | P(IDENTITY), "" },
    { CREDS, ALL, 0, 0, "[\"transactions\"]", P(ACCOUNTS) | P(TRANSACTIONS) | P(ENRICHMENT), "" },
    { CREDS, P(IDENTITY), 0, 0, "[\"transactions\"]", 0,
      "[\"body\",\"products\",0] unknown_value\n" },
    { CREDS, P(IDENTITY), 0, 0, "[\"identity\",\"enrichment\"]", 0,
      "[\"body\",\"products\",1] unknown_value\n" },
    { CREDS, ALL, P(IDENTITY), 0, NULL, EVERY, "" },
    { CREDS, ALL, P(IDENTITY), 0, "[\"identity\"]", P(ACCOUNTS) | P(IDENTITY), "" },
    { CREDS, ALL, P(IDENTITY), 0, "[\"transactions\"]", 0, "[\"body\",\"products\"] needed\n" },
    { CREDS, ALL, P(IDENTITY), P(TRANSACTIONS), "[]", 0,
      "[\"body\",\"products\"] needed\n[\"body\",\"products\"] needed\n" },
    { CREDS, ALL, 0, P(TRANSACTIONS), "[\"identity\"]", 0, "[\"body\",\"products\"] needed\n" },
    { CREDS, ALL, P(IDENTITY), 0, "[\"enrichment\"]", 0,
      "[\"body\",\"products\"] needed\n[\"body\",\"products\",0] unknown_value\n" },
    { "vanguard", ALL, 0, 0, NULL, EVERY & ~P(ACCOUNT_NUMBERS), "" },
    { "vanguard", ALL, 0, 0, "[\"account_numbers\"]", 0,
      "[\"body\",\"products\",0] unknown_value\n" },
    { "vanguard", ALL, 0, P(ACCOUNT_NUMBERS), NULL, EVERY & ~P(ACCOUNT_NUMBERS), "" },
    { "key_bank", P(INVESTMENTS), 0, 0, NULL, P(ACCOUNTS), "" },
};

START_TEST(products__table)
{
    json_t *chosen = granting[_i].chosen == NULL ? NULL : json_loads(granting[_i].chosen, 0, NULL);
    struct mk_issues issues = { 0 };
    unsigned granted = 0;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        session->products[i].asked = granting[_i].asked & 1U << i && i != MK_PRODUCT_ACCOUNTS;
        session->products[i].required = granting[_i].required & 1U << i;
        session->products[i].require_permission = granting[_i].must_permit & 1U << i;
    }
    enum mk_err err =
        mk_login_products(session, institution(granting[_i].bank), 0, chosen, &issues, &granted);
    ck_assert_int_eq(err, granting[_i].granted != 0 ? MK_OK : MK_INVALID);
    ck_assert_uint_eq(granted, granting[_i].granted);
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, granting[_i].lines);
    free(lines);
    json_decref(chosen);
}
END_TEST

Suite *login_suite(void)
{
    Suite *suite = suite_create("login");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_all, close_all);
    tcase_add_loop_test(all, login__table, 0, (int)MK_COUNT(logins));
    tcase_add_test(all, login__each_persona_fails_with_its_code);
    tcase_add_test(all, login__custom_user);
    tcase_add_test(all, login__custom_user_without_accounts);
    tcase_add_loop_test(all, accounts__table, 0, (int)MK_COUNT(sharing));
    tcase_add_loop_test(all, accounts__sixty_four, 0, 2);
    tcase_add_loop_test(all, products__table, 0, (int)MK_COUNT(granting));
    suite_add_tcase(suite, all);
    return suite;
}
