/* SPDX-License-Identifier: MIT */
#include "base/money.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <regex.h>

static const struct {
    const char *text;
    int64_t minor;
    const char *written;
} amounts[] = {
    { "0", 0, "0.00" },
    { "-0", 0, "0.00" },
    { "+1", 100, "1.00" },
    { "12.3", 1230, "12.30" },
    { "12.34", 1234, "12.34" },
    { "-12.34", -1234, "-12.34" },
    { "-0.05", -5, "-0.05" },
    { "0.5", 50, "0.50" },
    { "000012", 1200, "12.00" },
    { "9999999999999.99", 999999999999999, "9999999999999.99" },
    { "-9999999999999.99", -999999999999999, "-9999999999999.99" },
};

START_TEST(text__table)
{
    char out[MK_MONEY_SIZE];
    int64_t minor;

    ck_assert(mk_money_read(amounts[_i].text, &minor));
    ck_assert_int_eq(minor, amounts[_i].minor);
    ck_assert_int_eq(mk_money_write(out, minor), (int)strlen(amounts[_i].written));
    ck_assert_str_eq(out, amounts[_i].written);
}
END_TEST

static const char *const unreadable[] = {
    "",     "-",    "+",   ".",    "1.",       ".5",   "-.5",  "1.234", "1,5",
    " 1",   "1 ",   "--1", "+-1",  "1-",       "1e3",  "0x10", "NaN",   "12345678901234",
    "1.5.", "1..5", "$1",  "1.5 ", "\xC3\xA9", "1.-5", "1.+5", "inf",   "1.5a",
};

START_TEST(text__refuses)
{
    int64_t minor;

    ck_assert(!mk_money_read(unreadable[_i], &minor));
}
END_TEST

/* The pattern that the API document shows says the same as the reader. */
START_TEST(text__pattern)
{
    regex_t pattern;

    ck_assert_int_eq(regcomp(&pattern, MK_MONEY_PATTERN, REG_EXTENDED | REG_NOSUB), 0);
    for (size_t i = 0; i < MK_COUNT(amounts); i++)
        ck_assert_int_eq(regexec(&pattern, amounts[i].text, 0, NULL, 0), 0);
    for (size_t i = 0; i < MK_COUNT(unreadable); i++)
        ck_assert_int_eq(regexec(&pattern, unreadable[i], 0, NULL, 0), REG_NOMATCH);
    regfree(&pattern);
}
END_TEST

START_TEST(number__both_ways)
{
    ck_assert_int_eq(mk_money_from_number(mk_money_to_number(amounts[_i].minor)),
                     amounts[_i].minor);
}
END_TEST

START_TEST(number__rounds)
{
    ck_assert_int_eq(mk_money_from_number(0.1 + 0.2), 30);
    ck_assert_int_eq(mk_money_from_number(-1.005), -100); /* a double just under it */
    ck_assert_int_eq(mk_money_from_number(2.675), 268);
    ck_assert_int_eq(mk_money_from_number(-2.5), -250);
    ck_assert_int_eq(mk_money_from_number(1e13), 1000000000000000);
}
END_TEST

Suite *money_suite(void)
{
    Suite *suite = suite_create("money");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, text__table, 0, (int)MK_COUNT(amounts));
    tcase_add_loop_test(all, text__refuses, 0, (int)MK_COUNT(unreadable));
    tcase_add_test(all, text__pattern);
    tcase_add_loop_test(all, number__both_ways, 0, (int)MK_COUNT(amounts));
    tcase_add_test(all, number__rounds);
    suite_add_tcase(suite, all);
    return suite;
}
