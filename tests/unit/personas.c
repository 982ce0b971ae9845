/* SPDX-License-Identifier: MIT */
#include "core/personas.h"

#include "unit/suites.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Positions are kept in links, in a byte. */
START_TEST(personas__each_is_found_at_its_place)
{
    for (size_t i = 0; i < mk_persona_count(); i++) {
        const struct mk_persona *persona = mk_persona_at(i);
        ck_assert_uint_eq(mk_persona_find(persona->username), i);
        ck_assert_ptr_nonnull(persona->meaning);
        ck_assert_int_eq(strncmp(persona->username, "user_", 5), 0);
    }
    ck_assert_uint_le(mk_persona_count(), UINT8_MAX);
    ck_assert_str_eq(mk_persona_at(0)->username, "user_good"); /* the example's, by its zero */
}
END_TEST

START_TEST(personas__strangers)
{
    static const char *const names[] = {
        "", "user", "user_", "User_good", "user_good ", "user_user_error", "user_connected"
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_uint_eq(mk_persona_find(names[i]), mk_persona_count());
}
END_TEST

/* `user_` and the code; codes that begin with `user_` are not prefixed again. */
START_TEST(personas__one_for_each_link_error)
{
    const char *code = mk_link_error_names[_i];
    char name[64];

    snprintf(name, sizeof(name), "%s%s", strncmp(code, "user_", 5) == 0 ? "" : "user_", code);
    size_t found = mk_persona_find(name);
    ck_assert_msg(found < mk_persona_count(), "%s", name);
    ck_assert_int_eq(mk_persona_at(found)->error, _i);
    ck_assert_int_eq(mk_persona_at(found)->challenge, MK_ASKS_NOTHING);
    ck_assert(!mk_persona_at(found)->is_custom);
}
END_TEST

static const struct {
    const char *name;
    enum mk_challenge challenge;
    bool is_custom;
} fine[] = {
    { "user_good", MK_ASKS_NOTHING, false },
    { "user_custom", MK_ASKS_NOTHING, true },
    { "user_mfa_otp", MK_ASKS_CODE, false },
    { "user_mfa_device", MK_ASKS_DEVICE_AND_CODE, false },
    { "user_mfa_question", MK_ASKS_QUESTION, false },
};

START_TEST(personas__that_get_in)
{
    const struct mk_persona *persona = mk_persona_at(mk_persona_find(fine[_i].name));

    ck_assert_str_eq(persona->username, fine[_i].name);
    ck_assert_int_eq(persona->error, MK_LINK_ERROR_NONE);
    ck_assert_int_eq(persona->challenge, fine[_i].challenge);
    ck_assert(persona->is_custom == fine[_i].is_custom);
}
END_TEST

/* The recorded sandbox: these, in this order. */
START_TEST(personas__default_accounts)
{
    static const struct mk_default_account recorded[] = {
        { "checking account", "depository.checking" },
        { "credit card", "liability.credit_card" },
        { "savings account", "depository.savings" },
    };

    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(mk_default_accounts[i].name, recorded[i].name);
        ck_assert_str_eq(mk_default_accounts[i].type, recorded[i].type);
    }
    ck_assert_ptr_null(mk_default_accounts[3].name);
}
END_TEST

Suite *personas_suite(void)
{
    Suite *suite = suite_create("personas");
    TCase *all = tcase_create("all");

    tcase_add_test(all, personas__each_is_found_at_its_place);
    tcase_add_test(all, personas__strangers);
    tcase_add_loop_test(all, personas__one_for_each_link_error, 0, MK_LINK_ERROR_COUNT);
    tcase_add_loop_test(all, personas__that_get_in, 0, (int)(sizeof(fine) / sizeof(fine[0])));
    tcase_add_test(all, personas__default_accounts);
    suite_add_tcase(suite, all);
    return suite;
}
