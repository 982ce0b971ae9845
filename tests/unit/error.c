/* SPDX-License-Identifier: MIT */
#include "core/error.h"

#include "unit/suites.h"

#include <string.h>

START_TEST(fail__writes_and_returns)
{
    struct mk_problem problem = { 0 };

    ck_assert_int_eq(mk_fail(&problem, MK_UNAVAILABLE, "%s has %d", "it", 3), MK_UNAVAILABLE);
    ck_assert_str_eq(problem.message, "it has 3");
    ck_assert_ptr_null(problem.link_error_code);
    mk_fail(&problem, MK_INTERNAL, "%s", "x");
    ck_assert_str_eq(problem.message, "x");
}
END_TEST

START_TEST(fail__cuts_to_fit)
{
    struct mk_problem problem = { .link_error_code = "kept" };

    mk_fail(&problem, MK_INVALID, "%01000d", 1);
    ck_assert_uint_eq(strlen(problem.message), sizeof(problem.message) - 1);
    ck_assert_str_eq(problem.link_error_code, "kept");
}
END_TEST

static int steps;

static enum mk_err three_steps(enum mk_err second)
{
    steps = 0;
    MK_TRY((steps++, MK_OK));
    MK_TRY((steps++, second));
    MK_TRY((steps++, MK_OK));
    return MK_OK;
}

/* Each step is done once, and none after the first that fails. */
START_TEST(try__stops_at_the_first_failure)
{
    ck_assert_int_eq(three_steps(MK_OK), MK_OK);
    ck_assert_int_eq(steps, 3);
    ck_assert_int_eq(three_steps(MK_LINK_DELETED), MK_LINK_DELETED);
    ck_assert_int_eq(steps, 2);
}
END_TEST

Suite *error_suite(void)
{
    Suite *suite = suite_create("error");
    TCase *all = tcase_create("all");

    tcase_add_test(all, fail__writes_and_returns);
    tcase_add_test(all, fail__cuts_to_fit);
    tcase_add_test(all, try__stops_at_the_first_failure);
    suite_add_tcase(suite, all);
    return suite;
}
