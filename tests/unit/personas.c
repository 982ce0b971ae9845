/* SPDX-License-Identifier: MIT */
#include "core/personas.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "core/bank.h"
#include "data/assets.h"
#include "unit/suites.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mk_bank *bank;

static void open_bank(void)
{
    bank = mk_bank_new("http://localhost:8080");
    ck_assert_ptr_nonnull(bank);
}

static void close_bank(void)
{
    mk_bank_free(bank);
}

static const struct mk_persona *get(const char *username)
{
    size_t found = mk_persona_find(bank->personas, username);

    ck_assert_msg(found < mk_persona_count(bank->personas), "%s", username);
    return mk_persona_at(bank->personas, found);
}

/* Positions are kept in links, in a byte. */
START_TEST(personas__each_is_found_at_its_place)
{
    for (size_t i = 0; i < mk_persona_count(bank->personas); i++) {
        const struct mk_persona *persona = mk_persona_at(bank->personas, i);
        ck_assert_uint_eq(mk_persona_find(bank->personas, persona->username), i);
        ck_assert_ptr_nonnull(persona->meaning);
        ck_assert_int_eq(strncmp(persona->username, "user_", 5), 0);
    }
    ck_assert_uint_le(mk_persona_count(bank->personas), UINT8_MAX);
    ck_assert_str_eq(mk_persona_at(bank->personas, 0)->username,
                     "user_good"); /* the example's, by its zero */
}
END_TEST

START_TEST(personas__strangers)
{
    static const char *const names[] = {
        "", "user", "user_", "User_good", "user_good ", "user_user_error", "user_connected"
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_uint_eq(mk_persona_find(bank->personas, names[i]),
                          mk_persona_count(bank->personas));
}
END_TEST

/* `user_` and the code; codes that begin with `user_` are not prefixed again. */
START_TEST(personas__one_for_each_link_error)
{
    const char *code = mk_link_error_names[_i];
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    char name[64];

    snprintf(name, sizeof(name), "%s%s", strncmp(code, "user_", 5) == 0 ? "" : "user_", code);
    const struct mk_persona *persona = get(name);
    ck_assert_int_eq(persona->error, _i);
    ck_assert_int_eq(persona->challenge, MK_ASKS_NOTHING);
    ck_assert(!persona->is_custom);
    ck_assert_ptr_null(persona->profile);
    ck_assert_uint_eq(mk_bank_accounts(persona, NULL, accounts), 0);
}
END_TEST

static const struct {
    const char *name;
    enum mk_challenge challenge;
    const char *profile;
    bool is_custom;
    bool is_flaky;
    int64_t refresh_span;
} fine[] = {
    { "user_good", MK_ASKS_NOTHING, "good", false, false, 0 },
    { "user_custom", MK_ASKS_NOTHING, "custom", true, false, 0 },
    { "user_mfa_otp", MK_ASKS_CODE, "good", false, false, 0 },
    { "user_mfa_device", MK_ASKS_DEVICE_AND_CODE, "good", false, false, 0 },
    { "user_mfa_question", MK_ASKS_QUESTION, "good", false, false, 0 },
    { "user_rich", MK_ASKS_NOTHING, "rich", false, false, 0 },
    { "user_large", MK_ASKS_NOTHING, "large", false, false, 0 },
    { "user_empty", MK_ASKS_NOTHING, "empty", false, false, 0 },
    { "user_slow", MK_ASKS_NOTHING, "good", false, false, 30 * MK_SECOND },
    { "user_flaky", MK_ASKS_NOTHING, "good", false, true, 0 },
};

START_TEST(personas__that_get_in)
{
    const struct mk_persona *persona = get(fine[_i].name);

    ck_assert_str_eq(persona->username, fine[_i].name);
    ck_assert_int_eq(persona->error, MK_LINK_ERROR_NONE);
    ck_assert_int_eq(persona->challenge, fine[_i].challenge);
    ck_assert_str_eq(persona->profile->name, fine[_i].profile);
    ck_assert(persona->is_custom == fine[_i].is_custom);
    ck_assert(persona->is_flaky == fine[_i].is_flaky);
    ck_assert_int_eq(persona->refresh_span, fine[_i].refresh_span);
}
END_TEST

/* The tables of this file name all that there are. */
START_TEST(personas__none_forgotten)
{
    ck_assert_uint_eq(mk_persona_count(bank->personas), MK_COUNT(fine) + MK_LINK_ERROR_COUNT);
}
END_TEST

static const struct {
    const char *username;
    const char *name;
    const char *type;
} accounts_of[] = {
    /* The recorded sandbox: these, in this order. */
    { "user_good", "checking account", "depository.checking" },
    { "user_good", "credit card", "liability.credit_card" },
    { "user_good", "savings account", "depository.savings" },
    { "user_empty", "checking account", "depository.checking" },
    { "user_empty", "credit card", "liability.credit_card" },
    { "user_empty", "savings account", "depository.savings" },
    { "user_large", "Checking Account", "depository.checking" },
    { "user_large", "Credit Card", "liability.credit_card" },
    { "user_large", "Savings Account", "depository.savings" },
    { "user_rich", "Checking Account", "depository.checking" },
    { "user_rich", "Savings Account", "depository.savings" },
    { "user_rich", "Credit Card", "liability.credit_card" },
    { "user_rich", "Student Loan", "liability.student_loan" },
    { "user_rich", "Mortgage", "liability.mortgage" },
    { "user_rich", "Brokerage Account", "investment.brokerage" },
};

START_TEST(accounts__of_each_profile)
{
    static const char *const usernames[] = { "user_good", "user_empty", "user_large", "user_rich" };
    size_t row = 0;

    for (size_t i = 0; i < MK_COUNT(usernames); i++) {
        struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
        size_t count = mk_bank_accounts(get(usernames[i]), NULL, accounts);
        for (size_t j = 0; j < count; j++, row++) {
            ck_assert_uint_lt(row, MK_COUNT(accounts_of));
            ck_assert_str_eq(accounts_of[row].username, usernames[i]);
            ck_assert_str_eq(accounts[j].name, accounts_of[row].name);
            ck_assert_str_eq(accounts[j].type, accounts_of[row].type);
            ck_assert_str_eq(accounts[j].plan->name, accounts[j].name);
            ck_assert_ptr_null(accounts[j].custom);
        }
    }
    ck_assert_uint_eq(row, MK_COUNT(accounts_of));
}
END_TEST

START_TEST(accounts__plans)
{
    const struct mk_profile *good = get("user_good")->profile;
    const struct mk_profile *rich = get("user_rich")->profile;
    const struct mk_profile *empty = get("user_empty")->profile;

    ck_assert(good->is_recorded && get("user_custom")->profile->is_recorded);
    ck_assert(!rich->is_recorded);
    ck_assert(good->accounts[0].has_numbers && !good->accounts[1].has_numbers);
    for (size_t i = 0; i < good->account_count; i++) {
        ck_assert_int_gt(good->accounts[i].available, 0);
        ck_assert_int_gt(good->accounts[i].current, 0);
        ck_assert_int_eq(good->accounts[i].limit, MK_NO_MONEY); /* the recorded card's too */
        ck_assert_uint_eq(good->accounts[i].owner_count, 1);
        ck_assert_int_eq(empty->accounts[i].available, 0);
        ck_assert_int_eq(empty->accounts[i].current, 0);
    }
    ck_assert_int_eq(rich->accounts[2].limit, 1200000);
    ck_assert_str_eq(rich->accounts[0].nickname, "Everyday");
    ck_assert_ptr_null(rich->accounts[2].nickname);
    ck_assert_uint_eq(rich->accounts[4].owner_count, 2);
    ck_assert_int_eq(rich->accounts[4].available, MK_NO_MONEY);
    ck_assert_ptr_nonnull(rich->portfolio);
    ck_assert_ptr_null(good->portfolio);
}
END_TEST

START_TEST(accounts__custom)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    json_auto_t *data =
        json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "accounts", "name", "mine", "account_type",
                  "depository.savings", "name", "ours", "account_type", "other");
    json_t *list = json_object_get(data, "accounts");

    ck_assert_uint_eq(mk_bank_accounts(get("user_custom"), data, accounts), 2);
    ck_assert_str_eq(accounts[0].name, "mine");
    ck_assert_str_eq(accounts[1].type, "other");
    ck_assert_ptr_eq(accounts[1].custom, json_array_get(list, 1));
    ck_assert_ptr_null(accounts[0].plan);
    ck_assert_uint_eq(mk_bank_accounts(get("user_custom"), NULL, accounts), 0);
    ck_assert_uint_eq(mk_bank_accounts(get("user_good"), data, accounts), 3);

    for (int i = 0; i < MK_ACCOUNTS_MAX; i++)
        ck_assert_int_eq(json_array_append(list, json_array_get(list, 0)), 0);
    ck_assert_uint_eq(mk_bank_accounts(get("user_custom"), data, accounts), MK_ACCOUNTS_MAX);
}
END_TEST

#define ACCOUNT(name, money, more) \
    "{\"name\":\"" name "\",\"type\":\"other\",\"available\":" money \
    ",\"current\":\"1.00\",\"limit\":null" more "}"
#define PROFILE(accounts, transactions, more) \
    "{\"accounts\":[" accounts "],\"transactions\":" transactions more "}"
#define LOGIN(more) "{\"username\":\"user_a\",\"meaning\":\"a\"" more "}"
#define LOGINS "[" LOGIN(",\"profile\":\"one\"") "]"
#define FINE_PROFILE PROFILE("", "{}", "")

static const struct {
    const char *logins;
    const char *profile;
    bool is_fine;
} files[] = {
    { LOGINS, FINE_PROFILE, true },
    { LOGINS, PROFILE(ACCOUNT("A", "\"-2.50\"", ",\"owners\":2"), "{}", ""), true },
    { LOGINS, PROFILE("", "\"one\"", ""), false }, /* its own text is no section */
    { LOGINS, PROFILE("", "\"two\"", ""), false },
    { LOGINS, PROFILE("", "[]", ""), false },
    { LOGINS, PROFILE("", "{}", ",\"accuonts\":1"), false },
    { LOGINS, PROFILE("", "{}", ",\"is_recorded\":1"), false },
    { LOGINS, PROFILE("", "{}", ",\"investments\":1"), false },
    { LOGINS, PROFILE("1", "{}", ""), false },
    { LOGINS, PROFILE(ACCOUNT("A", "1", ""), "{}", ""), false },
    { LOGINS, PROFILE(ACCOUNT("A", "\"1.001\"", ""), "{}", ""), false },
    { LOGINS, PROFILE(ACCOUNT("A", "null", ",\"owners\":0"), "{}", ""), false },
    { LOGINS, PROFILE(ACCOUNT("A", "null", ",\"owners\":9"), "{}", ""), false },
    { LOGINS, PROFILE(ACCOUNT("A", "null", ",\"colour\":9"), "{}", ""), false },
    { LOGINS, PROFILE(ACCOUNT("A", "null", "") "," ACCOUNT("A", "null", ""), "{}", ""), false },
    { LOGINS, "{\"accounts\":{},\"transactions\":{}}", false },
    { LOGINS, "{\"accounts\":[]}", false },
    { LOGINS, "[]", false },
    { LOGINS, "{", false },
    { LOGINS, "", false },
    { "[" LOGIN(",\"error\":\"user_error\"") "]", FINE_PROFILE, true },
    { "[" LOGIN(",\"profile\":\"one\",\"challenge\":\"code\"") "]", FINE_PROFILE, true },
    { "", FINE_PROFILE, false },
    { "[]", FINE_PROFILE, false },
    { "{}", FINE_PROFILE, false },
    { "[1]", FINE_PROFILE, false },
    { "[{}]", FINE_PROFILE, false },
    { "[" LOGIN("") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"two\"") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":1") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"error\":\"bad\"") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"one\",\"error\":\"user_error\"") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"one\",\"challenge\":\"dance\"") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"one\",\"refresh_seconds\":-1") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"one\",\"refresh_seconds\":86401") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"one\",\"is_flakey\":true") "]", FINE_PROFILE, false },
    { "[" LOGIN(",\"profile\":\"one\"") "," LOGIN(",\"profile\":\"one\"") "]", FINE_PROFILE,
      false },
};

START_TEST(read__broken_data)
{
    const struct mk_asset logins = { files[_i].logins, strlen(files[_i].logins) };
    const struct mk_asset profile = { files[_i].profile, strlen(files[_i].profile) };
    const struct mk_profile_file profiles[] = { { "one", &profile }, { NULL, NULL } };
    struct mk_personas *made = mk_personas_read(&logins, profiles, bank->merchants);

    ck_assert((made != NULL) == files[_i].is_fine);
    if (made != NULL)
        ck_assert_uint_eq(mk_persona_find(made, "user_a"), 0);
    mk_personas_free(made);
}
END_TEST

START_TEST(read__shared_transactions)
{
    static const char one[] = PROFILE("", "{}", "");
    static const char two[] = PROFILE("", "\"one\"", "");
    const struct mk_asset logins = { LOGINS, sizeof(LOGINS) - 1 };
    const struct mk_asset assets[] = { { two, sizeof(two) - 1 }, { one, sizeof(one) - 1 } };
    const struct mk_profile_file profiles[] = { { "two", &assets[0] },
                                                { "one", &assets[1] },
                                                { NULL, NULL } };
    struct mk_personas *made = mk_personas_read(&logins, profiles, bank->merchants);

    ck_assert_ptr_nonnull(made);
    ck_assert_str_eq(mk_persona_at(made, 0)->profile->name, "one");
    mk_personas_free(made);
    mk_personas_free(NULL);
}
END_TEST

/* The README's table names every persona. */
START_TEST(readme__names_each)
{
    char error[256];
    char *readme = mk_file_read(MK_SOURCE_DIR "/README.md", 1024 * 1024, error, sizeof(error));

    ck_assert_msg(readme != NULL, "%s", error);
    for (size_t i = 0; i < mk_persona_count(bank->personas); i++) {
        char name[64];
        snprintf(name, sizeof(name), "`%s`", mk_persona_at(bank->personas, i)->username);
        ck_assert_msg(strstr(readme, name) != NULL, "%s", name);
    }
    free(readme);
}
END_TEST

Suite *personas_suite(void)
{
    Suite *suite = suite_create("personas");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, personas__each_is_found_at_its_place);
    tcase_add_test(all, personas__strangers);
    tcase_add_loop_test(all, personas__one_for_each_link_error, 0, MK_LINK_ERROR_COUNT);
    tcase_add_loop_test(all, personas__that_get_in, 0, (int)MK_COUNT(fine));
    tcase_add_test(all, personas__none_forgotten);
    tcase_add_test(all, readme__names_each);
    tcase_add_test(all, accounts__of_each_profile);
    tcase_add_test(all, accounts__plans);
    tcase_add_test(all, accounts__custom);
    tcase_add_loop_test(all, read__broken_data, 0, (int)MK_COUNT(files));
    tcase_add_test(all, read__shared_transactions);
    suite_add_tcase(suite, all);
    return suite;
}
