/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <string.h>

static const struct {
    const char *a;
    const char *b;
    size_t distance;
} cases[] = {
    { "", "", 0 },
    { "same", "same", 0 },
    { "", "abc", 3 },
    { "abc", "", 3 },
    { "kitten", "sitting", 3 },
    { "saturday", "sunday", 3 },
    { "get_account", "get_accounts", 1 },
    { "ab", "ba", 2 },
    { "abc", "axc", 1 },
    { "xabc", "abc", 1 },
};

START_TEST(distances)
{
    struct mk_nearest there = { .wanted = cases[_i].a };
    struct mk_nearest back = { .wanted = cases[_i].b };

    mk_nearest_try(&there, cases[_i].b);
    mk_nearest_try(&back, cases[_i].a);
    ck_assert_uint_eq(there.distance, cases[_i].distance);
    ck_assert_uint_eq(back.distance, cases[_i].distance);
}
END_TEST

START_TEST(the_first_of_the_nearest)
{
    static const char *const names[] = { "get_links", "get_link", "got_link", "delete_link" };
    struct mk_nearest nearest = { .wanted = "gat_link" };

    for (size_t i = 0; i < MK_COUNT(names); i++)
        mk_nearest_try(&nearest, names[i]);
    ck_assert_str_eq(nearest.best, "get_link");
}
END_TEST

/* Whatever comes from a request. */
START_TEST(long_names)
{
    char text[5000];
    struct mk_nearest nearest = { .wanted = text };

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    mk_nearest_try(&nearest, "get_link");
    mk_nearest_try(&nearest, text);
    ck_assert_ptr_eq(nearest.best, text);
    ck_assert_uint_eq(nearest.distance, 0);
}
END_TEST

Suite *nearest_suite(void)
{
    Suite *suite = suite_create("nearest");
    TCase *tcase = tcase_create("nearest");

    tcase_add_loop_test(tcase, distances, 0, MK_COUNT(cases));
    tcase_add_test(tcase, the_first_of_the_nearest);
    tcase_add_test(tcase, long_names);
    suite_add_tcase(suite, tcase);
    return suite;
}
