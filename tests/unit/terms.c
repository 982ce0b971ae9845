/* SPDX-License-Identifier: MIT */
#include "core/terms.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <string.h>

static const struct {
    const char *const *names;
    int count; /* 0: has no enum */
} tables[] = {
    { mk_product_names, MK_PRODUCT_COUNT },
    { mk_provider_names, MK_PROVIDER_COUNT },
    { mk_country_names, MK_COUNTRY_COUNT },
    { mk_link_state_names, MK_STATE_COUNT },
    { mk_feature_names, MK_FEATURE_COUNT },
    { mk_link_error_names, MK_LINK_ERROR_COUNT },
    { mk_search_group_names, 0 },
    { mk_phone_type_names, 0 },
    { mk_rate_limit_names, 0 },
};

/* As long as its enum, ended by NULL, and no text twice. */
START_TEST(terms__each_is_found_at_its_place)
{
    const char *const *names = tables[_i].names;
    int count = 0;

    for (; names[count] != NULL; count++)
        ck_assert_int_eq(mk_term_find(names, names[count]), count);
    ck_assert_int_gt(count, 0);
    if (tables[_i].count > 0)
        ck_assert_int_eq(count, tables[_i].count);
}
END_TEST

static const char *const strangers[] = { "",   " ",         "Accounts", "account", "accounts ",
                                         "us", "accountss", "\xFF",     "null",    "0" };

START_TEST(terms__others_are_not_found)
{
    for (size_t i = 0; i < MK_COUNT(strangers); i++)
        ck_assert_int_eq(mk_term_find(tables[_i].names, strangers[i]), -1);
}
END_TEST

/* The value of a JSON field that is no text. */
START_TEST(terms__nothing_is_not_found)
{
    ck_assert_int_eq(mk_term_find(mk_product_names, NULL), -1);
}
END_TEST

START_TEST(terms__enums_name_their_texts)
{
    ck_assert_str_eq(mk_product_names[MK_PRODUCT_ACCOUNTS], "accounts");
    ck_assert_str_eq(mk_product_names[MK_PRODUCT_ENRICHMENT], "enrichment");
    ck_assert_str_eq(mk_provider_names[MK_PROVIDER_MX], "mx");
    ck_assert_str_eq(mk_country_names[MK_COUNTRY_CA], "CA");
    ck_assert_str_eq(mk_link_state_names[MK_STATE_AWAITING_TOKEN_EXCHANGE],
                     "awaiting_token_exchange");
    ck_assert_str_eq(mk_link_state_names[MK_STATE_ERROR], "error");
    ck_assert_str_eq(mk_link_error_names[MK_LINK_ERROR_AUTH_EXPIRED], "auth_expired");
    ck_assert_str_eq(mk_feature_names[MK_FEATURE_PERMIT_ONLY_DEPOSITORY_ACCOUNTS],
                     "permit_only_depository_accounts");
    ck_assert_ptr_null(mk_link_error_names[MK_LINK_ERROR_NONE]);
}
END_TEST

/* A link keeps both in a byte, a session its features and providers in 16 bits. */
START_TEST(terms__fit_where_they_are_kept)
{
    ck_assert_int_le(MK_STATE_COUNT, UINT8_MAX);
    ck_assert_int_le(MK_LINK_ERROR_COUNT, UINT8_MAX);
    ck_assert_int_le(MK_FEATURE_COUNT, 16);
    ck_assert_int_le(MK_PROVIDER_COUNT, 16);
}
END_TEST

Suite *terms_suite(void)
{
    Suite *suite = suite_create("terms");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, terms__each_is_found_at_its_place, 0, (int)MK_COUNT(tables));
    tcase_add_loop_test(all, terms__others_are_not_found, 0, (int)MK_COUNT(tables));
    tcase_add_test(all, terms__nothing_is_not_found);
    tcase_add_test(all, terms__enums_name_their_texts);
    tcase_add_test(all, terms__fit_where_they_are_kept);
    suite_add_tcase(suite, all);
    return suite;
}
