/* SPDX-License-Identifier: MIT */
#include "core/bank.h"

#include "unit/suites.h"

#include <string.h>

START_TEST(new__reads_every_file)
{
    struct mk_bank *bank = mk_bank_new("http://localhost:8080");

    ck_assert_ptr_nonnull(bank);
    ck_assert_uint_gt(mk_catalog_count(bank->catalog), 0);
    ck_assert_uint_gt(mk_persona_count(bank->personas), 0);
    ck_assert_ptr_nonnull(bank->merchants);
    ck_assert_ptr_nonnull(bank->people);
    ck_assert_ptr_nonnull(bank->market);
    mk_bank_free(bank);
}
END_TEST

/* An avatar needs a URL that fits, so a public URL beyond all bounds is a broken catalog. */
START_TEST(new__gives_up_as_a_whole)
{
    static char url[10000];

    memset(url, 'a', sizeof(url) - 1);
    ck_assert_ptr_null(mk_bank_new(url));
    mk_bank_free(NULL);
}
END_TEST

Suite *bank_suite(void)
{
    Suite *suite = suite_create("bank");
    TCase *all = tcase_create("all");

    tcase_add_test(all, new__reads_every_file);
    tcase_add_test(all, new__gives_up_as_a_whole);
    suite_add_tcase(suite, all);
    return suite;
}
