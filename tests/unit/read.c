/* SPDX-License-Identifier: MIT */
#include "json/shape.h"

#include "base/memory.h"
#include "support/failing_memory.h"
#include "support/issue_lines.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

/* Bytes with a length, so that a NUL may be among them. */
#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
    const char *bytes;
    size_t length;
    const char *lines;
    const char *message;
} broken[] = {
    { BYTES(""), "[\"body\"] missing\n", "Field required" },
    { BYTES(" \t\r\n"), "[\"body\"] missing\n", "Field required" },
    { BYTES("{"), "[\"body\",1] json_invalid\n", "Body should be JSON: it ends too early" },
    { BYTES("{\"a\":"), "[\"body\",5] json_invalid\n", "Body should be JSON: it ends too early" },
    { BYTES("\"abc"), "[\"body\",4] json_invalid\n", "Body should be JSON: it ends too early" },
    { BYTES("[1,"), "[\"body\",3] json_invalid\n", "Body should be JSON: it ends too early" },
    { BYTES("{'a':1}"), "[\"body\",2] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("{a:1}"), "[\"body\",2] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("nul"), "[\"body\",3] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("{\"a\":01}"), "[\"body\",6] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("[1,]"), "[\"body\",4] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("NaN"), "[\"body\",3] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("\"\n\""), "[\"body\",1] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("\"\\x\""), "[\"body\",3] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("\"\\ud800\""), "[\"body\",8] json_invalid\n", "Body should be JSON: invalid syntax" },
    { BYTES("\xEF\xBB\xBF{}"), "[\"body\",3] json_invalid\n",
      "Body should be JSON: invalid syntax" },
    { BYTES("{} x"), "[\"body\",4] json_invalid\n",
      "Body should be JSON: something follows the end" },
    { BYTES("1 2"), "[\"body\",3] json_invalid\n",
      "Body should be JSON: something follows the end" },
    { BYTES("\"\xFF\""), "[\"body\",1] json_invalid\n",
      "Body should be JSON: it is not valid UTF-8" },
    { BYTES("{\"a\":\"\xC3\"}"), "[\"body\",6] json_invalid\n",
      "Body should be JSON: it is not valid UTF-8" },
    { BYTES("\"\xED\xA0\x80\""), "[\"body\",1] json_invalid\n",
      "Body should be JSON: it is not valid UTF-8" },
    { BYTES("\"\xC0\x80\""), "[\"body\",1] json_invalid\n",
      "Body should be JSON: it is not valid UTF-8" },
    { BYTES("\"a\\u0000b\""), "[\"body\",10] json_invalid\n",
      "Body should be JSON: it holds a NUL character" },
    { BYTES("{\"a\\u0000b\":1}"), "[\"body\",11] json_invalid\n",
      "Body should be JSON: it holds a NUL character" },
    { BYTES("{\"a\":1\0}"), "[\"body\",6] json_invalid\n",
      "Body should be JSON: it holds a NUL character" },
    { BYTES("\0"), "[\"body\",0] json_invalid\n", "Body should be JSON: it holds a NUL character" },
    { BYTES("99999999999999999999"), "[\"body\",20] json_invalid\n",
      "Body should be JSON: a number is out of range" },
    { BYTES("[-9223372036854775809]"), "[\"body\",21] json_invalid\n",
      "Body should be JSON: a number is out of range" },
    { BYTES("1e999"), "[\"body\",5] json_invalid\n",
      "Body should be JSON: a number is out of range" },
};

START_TEST(read__broken)
{
    struct mk_issues issues = { 0 };

    ck_assert_ptr_null(mk_json_read(broken[_i].bytes, broken[_i].length, &issues));
    const json_t *problem = json_array_get(issues.list, 0);
    ck_assert_str_eq(json_string_value(json_object_get(problem, "message")), broken[_i].message);
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, broken[_i].lines);
    free(lines);
}
END_TEST

/* Text, and what it is when written again. */
static const char *const fine[][2] = {
    { "{}", "{}" },
    { " [1] ", "[1]" },
    { "null", "null" },
    { "-0", "0" },
    { "9223372036854775807", "9223372036854775807" },
    { "-9223372036854775808", "-9223372036854775808" },
    { "\"\\u00e9\\/\"", "\"\xC3\xA9/\"" },
    { "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}" },
    { "[0.1, 19.99, 1e2, 5e-324]", "[0.1,19.99,100.0,4.94065645841247e-324]" },
};

START_TEST(read__fine)
{
    struct mk_issues issues = { 0 };
    struct mk_text text = MK_TEXT(1000);
    json_t *value = mk_json_read(fine[_i][0], strlen(fine[_i][0]), &issues);

    ck_assert(mk_json_dump(value, &text));
    ck_assert_str_eq(text.bytes, fine[_i][1]);
    ck_assert(!mk_issues_any(&issues));
    mk_text_done(&text);
    json_decref(value);
}
END_TEST

START_TEST(read__no_body)
{
    struct mk_issues issues = { 0 };

    ck_assert_ptr_null(mk_json_read(NULL, 0, &issues));
    ck_assert_uint_eq(json_array_size(issues.list), 1);
    mk_issues_done(&issues);
}
END_TEST

/* Only `length` bytes are looked at. */
START_TEST(read__stops_at_length)
{
    struct mk_issues issues = { 0 };
    json_t *value = mk_json_read("[1]garbage\0", 3, &issues);

    ck_assert_uint_eq(json_array_size(value), 1);
    json_decref(value);
}
END_TEST

START_TEST(read__too_deep)
{
    struct mk_issues issues = { 0 };
    static char deep[100000];

    memset(deep, '[', sizeof deep);
    ck_assert_ptr_null(mk_json_read(deep, sizeof deep, &issues));
    const json_t *problem = json_array_get(issues.list, 0);
    ck_assert_str_eq(json_string_value(json_object_get(problem, "message")),
                     "Body should be JSON: it is nested too deeply");
    mk_issues_done(&issues);
}
END_TEST

/*
 * NULL, and always a reason. jansson 2.14 itself reports some failed allocations of texts as bad
 * syntax, and drops the end of a text whose buffer could not grow, so no more is asked for.
 */
START_TEST(read__memory_runs_out)
{
    const char text[] = "{\"key\":[1,2.5,\"text\",{\"deep\":null}]}";
    bool ran_out = true;
    int failed = 0;

    for (long n = 0; ran_out; n++) {
        struct mk_issues issues = { 0 };

        failing_memory_start(n);
        json_t *value = mk_json_read(text, sizeof text - 1, &issues);
        ran_out = failing_memory_stop();
        ck_assert((value == NULL) == mk_issues_any(&issues));
        ck_assert(ran_out || value != NULL);
        failed += issues.failed;
        json_decref(value);
        mk_issues_done(&issues);
    }
    ck_assert_int_gt(failed, 5);
}
END_TEST

START_TEST(is_texts__table)
{
    static const struct {
        const char *json;
        bool is_texts;
    } values[] = {
        { "[]", true },      { "[\"a\", \"\"]", true }, { "[\"a\", 1]", false },
        { "[null]", false }, { "{\"a\": 1}", false },   { "\"a\"", false },
    };

    for (size_t i = 0; i < MK_COUNT(values); i++) {
        json_auto_t *value = json_loads(values[i].json, JSON_DECODE_ANY, NULL);
        ck_assert_ptr_nonnull(value);
        ck_assert(mk_json_is_texts(value) == values[i].is_texts);
    }
    ck_assert(!mk_json_is_texts(NULL));
}
END_TEST

Suite *read_suite(void)
{
    Suite *suite = suite_create("read");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, read__broken, 0, MK_COUNT(broken));
    tcase_add_loop_test(all, read__fine, 0, MK_COUNT(fine));
    tcase_add_test(all, read__no_body);
    tcase_add_test(all, read__stops_at_length);
    tcase_add_test(all, read__too_deep);
    tcase_add_test(all, read__memory_runs_out);
    tcase_add_test(all, is_texts__table);
    suite_add_tcase(suite, all);
    return suite;
}
