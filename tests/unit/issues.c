/* SPDX-License-Identifier: MIT */
#include "json/issues.h"

#include "support/failing_memory.h"
#include "support/issue_lines.h"
#include "unit/suites.h"

#include <string.h>

static const struct mk_place body = { .key = "body" };

static const char *message_of(struct mk_issues *issues)
{
    return json_string_value(json_object_get(json_array_get(issues->list, 0), "message"));
}

START_TEST(issues__none)
{
    struct mk_issues issues = { 0 };

    ck_assert(!mk_issues_any(&issues));
    json_t *list = mk_issues_steal(&issues);
    ck_assert_uint_eq(json_array_size(list), 0);
    ck_assert(json_is_array(list));
    json_decref(list);
    mk_issues_done(&issues);
    mk_issues_done(NULL);
}
END_TEST

START_TEST(issues__one_problem)
{
    struct mk_issues issues = { 0 };
    const struct mk_place user = { .parent = &body, .key = "user" };
    const struct mk_place emails = { .parent = &user, .key = "emails" };
    const struct mk_place second = { .parent = &emails, .index = 1 };
    struct mk_text text = MK_TEXT(1000);

    mk_issues_add(&issues, &second, MK_ISSUE_TOO_LONG, NULL, 40);
    ck_assert(mk_issues_any(&issues));
    json_t *list = mk_issues_steal(&issues);
    ck_assert(!mk_issues_any(&issues));
    ck_assert(mk_json_dump(list, &text));
    ck_assert_str_eq(text.bytes, "[{\"location\":[\"body\",\"user\",\"emails\",1],"
                                 "\"message\":\"String should have at most 40 characters\","
                                 "\"type\":\"string_too_long\"}]");
    mk_text_done(&text);
    json_decref(list);
}
END_TEST

/* Every row makes a sentence without a hole, and a kind. */
START_TEST(issues__sentences)
{
    struct mk_issues issues = { 0 };

    mk_issues_add(&issues, &body, (enum mk_issue)_i, "TEXT", -42);
    const json_t *problem = json_array_get(issues.list, 0);
    const char *kind = json_string_value(json_object_get(problem, "type"));
    ck_assert_ptr_nonnull(strpbrk(kind, "abcdefghijklmnopqrstuvwxyz"));
    ck_assert_ptr_null(strchr(message_of(&issues), '%'));
    ck_assert_str_ne(message_of(&issues), kind);
    ck_assert_ptr_null(strstr(message_of(&issues), "lld"));
    ck_assert(!issues.failed);
    mk_issues_done(&issues);
}
END_TEST

START_TEST(issues__fill_the_hole)
{
    struct mk_issues issues = { 0 };

    mk_issues_add(&issues, &body, MK_ISSUE_TOO_SMALL, NULL, INT64_MIN);
    ck_assert_str_eq(message_of(&issues),
                     "Input should be greater than or equal to -9223372036854775808");
    mk_issues_done(&issues);
    mk_issues_add(&issues, &body, MK_ISSUE_CHOICE, "a, %s, b", 0);
    ck_assert_str_eq(message_of(&issues), "Input should be one of: a, %s, b");
    mk_issues_done(&issues);
    mk_issues_add(&issues, &body, MK_ISSUE_CHOICE, NULL, 0);
    ck_assert_str_eq(message_of(&issues), "Input should be one of: ");
    mk_issues_done(&issues);
}
END_TEST

START_TEST(issues__unusable_text_gives_the_kind)
{
    struct mk_issues issues = { 0 };
    char long_text[20000];

    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    mk_issues_add(&issues, &body, MK_ISSUE_UNKNOWN_VALUE, long_text, 0);
    ck_assert_str_eq(message_of(&issues), "unknown_value");
    mk_issues_done(&issues);
    mk_issues_add(&issues, &body, MK_ISSUE_UNKNOWN_VALUE, "\xFF", 0);
    ck_assert_str_eq(message_of(&issues), "unknown_value");
    ck_assert(!issues.failed);
    mk_issues_done(&issues);
}
END_TEST

START_TEST(issues__at_most_100)
{
    struct mk_issues issues = { 0 };

    for (int64_t i = 0; i < 150; i++) {
        const struct mk_place at = { .parent = &body, .index = i };
        mk_issues_add(&issues, &at, MK_ISSUE_MISSING, NULL, 0);
    }
    ck_assert_uint_eq(json_array_size(issues.list), MK_ISSUES_MAX);
    mk_issues_done(&issues);
    ck_assert(!mk_issues_any(&issues));
}
END_TEST

START_TEST(issues__broken_is_not_missing_as_well)
{
    struct mk_issues issues = { 0 };
    const struct mk_place name = { .parent = &body, .key = "name" };
    const struct mk_place index = { .parent = &body, .index = 0 };

    mk_issues_add(&issues, &name, MK_ISSUE_ENCODING, NULL, 0);
    mk_issues_add(&issues, &name, MK_ISSUE_MISSING, NULL, 0);
    mk_issues_add(&issues, &index, MK_ISSUE_MISSING, NULL, 0);
    mk_issues_add(&issues, &name, MK_ISSUE_TOO_LONG, NULL, 1);
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, "[\"body\",\"name\"] encoding\n"
                            "[\"body\",0] missing\n"
                            "[\"body\",\"name\"] string_too_long\n");
    free(lines);
}
END_TEST

/* Whichever allocation fails: no leak, no half problem, and the issues say so. */
START_TEST(issues__memory_runs_out)
{
    const struct mk_place list = { .parent = &body, .key = "list" };
    const struct mk_place at = { .parent = &list, .index = 3 };
    bool ran_out = true;

    for (long n = 0; ran_out; n++) {
        struct mk_issues issues = { 0 };

        failing_memory_start(n);
        mk_issues_add(&issues, &at, MK_ISSUE_CHOICE, "a, b", 0);
        mk_issues_add(&issues, &list, MK_ISSUE_MISSING, NULL, 0);
        ran_out = failing_memory_stop();
        ck_assert(issues.failed == ran_out);
        ck_assert(mk_issues_any(&issues));
        json_t *problems = mk_issues_steal(&issues);
        ck_assert(ran_out ? problems == NULL : json_array_size(problems) == 2);
        json_decref(problems);
        ck_assert(!mk_issues_any(&issues));
    }
}
END_TEST

Suite *issues_suite(void)
{
    Suite *suite = suite_create("issues");
    TCase *all = tcase_create("all");

    tcase_add_test(all, issues__none);
    tcase_add_test(all, issues__one_problem);
    tcase_add_loop_test(all, issues__sentences, 0, MK_ISSUE_COUNT);
    tcase_add_test(all, issues__fill_the_hole);
    tcase_add_test(all, issues__unusable_text_gives_the_kind);
    tcase_add_test(all, issues__at_most_100);
    tcase_add_test(all, issues__broken_is_not_missing_as_well);
    tcase_add_test(all, issues__memory_runs_out);
    suite_add_tcase(suite, all);
    return suite;
}
