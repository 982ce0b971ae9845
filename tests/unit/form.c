/* SPDX-License-Identifier: MIT */
#include "json/form.h"

#include "base/memory.h"
#include "support/failing_memory.h"
#include "support/issue_lines.h"
#include "support/rich_shape.h"
#include "unit/suites.h"

#include <stdlib.h>

/* What every form ends with when it says nothing else. */
#define REST "\"page\":1,\"size\":50,\"featured\":false,\"numbers\":[1,2]"

/* clang-format off */
static const struct {
    const char *form;
    const char *object;
    const char *lines;
} cases[] = {
    { "name=x", "{\"name\":\"x\"," REST "}", "" },
    { "", "{" REST "}", "[\"query\",\"name\"] missing\n" },
    { "&&&", "{" REST "}", "[\"query\",\"name\"] missing\n" },
    { "=", "{" REST "}", "[\"query\",\"name\"] missing\n" },
    { "name=", "{\"name\":\"\"," REST "}", "" },
    { "name", "{\"name\":\"\"," REST "}", "" },
    { "&name=x&", "{\"name\":\"x\"," REST "}", "" },
    { "name=a&name=b", "{\"name\":\"b\"," REST "}", "" },
    { "name=a=b=c", "{\"name\":\"a=b=c\"," REST "}", "" },
    { "name=a,b", "{\"name\":\"a,b\"," REST "}", "" },
    { "name=a+b%2Bc%20d", "{\"name\":\"a b+c d\"," REST "}", "" },
    { "n%61me=%c3%a9%E2%82%AC", "{\"name\":\"\xC3\xA9\xE2\x82\xAC\"," REST "}", "" },
    { "name=a%26b%3Dc", "{\"name\":\"a&b=c\"," REST "}", "" },
    { "name=x&unknown=%FF&names=y&nam=z&name%5B%5D=w", "{\"name\":\"x\"," REST "}", "" },
    { "Name=x", "{" REST "}", "[\"query\",\"name\"] missing\n" },

    { "name=x&page=7&size=500", "{\"name\":\"x\",\"page\":7,\"size\":500,\"featured\":false,"
                                "\"numbers\":[1,2]}", "" },
    { "name=x&page=0&size=501", "{\"name\":\"x\",\"page\":0,\"size\":501,\"featured\":false,"
                                "\"numbers\":[1,2]}",
      "[\"query\",\"page\"] greater_than_equal\n[\"query\",\"size\"] less_than_equal\n" },
    { "name=x&page=&size=1.0", "{\"name\":\"x\",\"page\":\"\",\"size\":\"1.0\",\"featured\":false,"
                               "\"numbers\":[1,2]}",
      "[\"query\",\"page\"] integer_type\n[\"query\",\"size\"] integer_type\n" },
    { "name=x&page=99999999999999999999&size=+5",
      "{\"name\":\"x\",\"page\":\"99999999999999999999\",\"size\":\" 5\",\"featured\":false,"
      "\"numbers\":[1,2]}",
      "[\"query\",\"page\"] integer_type\n[\"query\",\"size\"] integer_type\n" },

    { "name=x&ratio=-1.5e1", "{\"name\":\"x\",\"ratio\":-15.0," REST "}", "" },
    { "name=x&ratio=3", "{\"name\":\"x\",\"ratio\":3," REST "}", "" },
    { "name=x&ratio=", "{\"name\":\"x\",\"ratio\":\"\"," REST "}",
      "[\"query\",\"ratio\"] number_type\n" },
    { "name=x&ratio=nan", "{\"name\":\"x\",\"ratio\":\"nan\"," REST "}",
      "[\"query\",\"ratio\"] number_type\n" },
    { "name=x&ratio=+1", "{\"name\":\"x\",\"ratio\":\" 1\"," REST "}",
      "[\"query\",\"ratio\"] number_type\n" },
    { "name=x&ratio=0x10", "{\"name\":\"x\",\"ratio\":\"0x10\"," REST "}",
      "[\"query\",\"ratio\"] number_type\n" },

    { "name=x&featured=TRUE", "{\"name\":\"x\",\"featured\":true,\"page\":1,\"size\":50,"
                              "\"numbers\":[1,2]}", "" },
    { "name=x&featured=1", "{\"name\":\"x\",\"featured\":true,\"page\":1,\"size\":50,"
                           "\"numbers\":[1,2]}", "" },
    { "name=x&featured=0", "{\"name\":\"x\",\"featured\":false,\"page\":1,\"size\":50,"
                           "\"numbers\":[1,2]}", "" },
    { "name=x&featured", "{\"name\":\"x\",\"featured\":\"\",\"page\":1,\"size\":50,"
                         "\"numbers\":[1,2]}", "[\"query\",\"featured\"] boolean_type\n" },
    { "name=x&featured=yes", "{\"name\":\"x\",\"featured\":\"yes\",\"page\":1,\"size\":50,"
                             "\"numbers\":[1,2]}", "[\"query\",\"featured\"] boolean_type\n" },
    { "name=x&since=2024-02-30", "{\"name\":\"x\",\"since\":\"2024-02-30\"," REST "}",
      "[\"query\",\"since\"] date_format\n" },

    { "name=x&ids=a&ids=b", "{\"name\":\"x\",\"ids\":[\"a\",\"b\"]," REST "}", "" },
    { "name=x&ids[]=a&ids%5B%5D=b", "{\"name\":\"x\",\"ids\":[\"a\",\"b\"]," REST "}", "" },
    { "name=x&ids=a,b%2Cc", "{\"name\":\"x\",\"ids\":[\"a\",\"b\",\"c\"]," REST "}", "" },
    { "name=x&ids=a,b&ids[]=c&ids=d", "{\"name\":\"x\",\"ids\":[\"a\",\"b\",\"c\",\"d\"]," REST "}",
      "" },
    { "name=x&ids=", "{\"name\":\"x\",\"ids\":[]," REST "}", "" },
    { "name=x&ids[]", "{\"name\":\"x\",\"ids\":[]," REST "}", "" },
    { "name=x&ids=,", "{\"name\":\"x\",\"ids\":[\"\",\"\"]," REST "}", "" },
    { "name=x&ids[0]=a&ids[=b&ids[]]=c", "{\"name\":\"x\"," REST "}", "" },
    { "name=x&colours=red,pink,", "{\"name\":\"x\",\"colours\":[\"red\",\"pink\",\"\"]," REST "}",
      "[\"query\",\"colours\",1] enum\n[\"query\",\"colours\",2] enum\n" },
    { "name=x&numbers=3,-4,z", "{\"name\":\"x\",\"numbers\":[3,-4,\"z\"],\"page\":1,\"size\":50,"
                               "\"featured\":false}", "[\"query\",\"numbers\",2] integer_type\n" },
    { "name=x&numbers=", "{\"name\":\"x\",\"numbers\":[],\"page\":1,\"size\":50,"
                         "\"featured\":false}", "" },
    { "name=x&loose=1,a", "{\"name\":\"x\",\"loose\":[\"1\",\"a\"]," REST "}", "" },

    { "name=%", "{" REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=%4", "{" REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=%zz", "{" REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=a%00b", "{" REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=%FF", "{" REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=\xFF", "{" REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=%C3&name=b", "{\"name\":\"b\"," REST "}", "[\"query\",\"name\"] encoding\n" },
    { "name=x&%=1&page=2", "{\"name\":\"x\",\"page\":2,\"size\":50,\"featured\":false,"
                           "\"numbers\":[1,2]}", "[\"query\"] encoding\n" },
    { "name=x&page=%&ids=a&ids=%ED%A0%80&ids=b", "{\"name\":\"x\",\"ids\":[\"a\",\"b\"]," REST "}",
      "[\"query\",\"page\"] encoding\n[\"query\",\"ids\"] encoding\n" },
};
/* clang-format on */

START_TEST(form__cases)
{
    struct mk_issues issues = { 0 };
    const struct mk_place query = { .key = "query" };
    const char *form = cases[_i].form;
    json_t *object = mk_form_read(&rich_form, form, strlen(form), "query", &issues);
    json_t *expected = json_loads(cases[_i].object, 0, NULL);
    struct mk_text text = MK_TEXT(10000);

    ck_assert_ptr_nonnull(expected);
    mk_json_dump(object, &text);
    ck_assert_msg(json_equal(object, expected), "%s gave %s", form, text.bytes);
    mk_shape_check(&rich_form, object, &query, &issues);
    char *lines = issue_lines(&issues);
    ck_assert_msg(strcmp(lines, cases[_i].lines) == 0, "%s gave\n%s", form, lines);
    free(lines);
    mk_text_done(&text);
    json_decref(expected);
    json_decref(object);
}
END_TEST

/* The last escape may lie beyond the end, and so may a digit that would complete it. */
START_TEST(form__stops_at_length)
{
    struct mk_issues issues = { 0 };
    json_t *object = mk_form_read(&rich_form, "name=%41", 7, "body", &issues);

    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, "[\"body\",\"name\"] encoding\n");
    free(lines);
    json_decref(object);
    object = mk_form_read(&rich_form, NULL, 0, "body", &issues);
    ck_assert_uint_eq(json_object_size(object), 4);
    json_decref(object);
}
END_TEST

static void expect_count(const char *repeated, int times, size_t items, const char *expected)
{
    struct mk_issues issues = { 0 };
    struct mk_text form = MK_TEXT((size_t)1 << 20);

    mk_text_add_text(&form, "ids=a");
    for (int i = 1; i < times; i++)
        mk_text_add_text(&form, repeated);
    json_t *object = mk_form_read(&rich_form, form.bytes, form.length, "query", &issues);
    ck_assert_uint_eq(json_array_size(json_object_get(object, "ids")), items);
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, expected);
    free(lines);
    json_decref(object);
    mk_text_done(&form);
}

START_TEST(form__too_many_values)
{
    expect_count("&ids=a", MK_FORM_VALUES_MAX, MK_FORM_VALUES_MAX, "");
    expect_count("&ids=a", MK_FORM_VALUES_MAX + 1, MK_FORM_VALUES_MAX, "[\"query\"] too_many\n");
    expect_count("&ids=a", 100000, MK_FORM_VALUES_MAX, "[\"query\"] too_many\n");
    expect_count(",a", MK_FORM_VALUES_MAX, MK_FORM_VALUES_MAX, "");
    expect_count(",a", MK_FORM_VALUES_MAX + 1, MK_FORM_VALUES_MAX, "[\"query\"] too_many\n");
    expect_count("&x=y", 100000, 1, "[\"query\"] too_many\n");
    expect_count("&", 100000, 1, "");
}
END_TEST

START_TEST(form__memory_runs_out)
{
    const char form[] = "name=x&ids=a,b&ids[]=c&page=x&ratio=1.5&colours=%";
    bool ran_out = true;

    for (long n = 0; ran_out; n++) {
        struct mk_issues issues = { 0 };

        failing_memory_start(n);
        json_t *object = mk_form_read(&rich_form, form, sizeof form - 1, "query", &issues);
        ran_out = failing_memory_stop();
        ck_assert((object == NULL) == issues.failed);
        ck_assert(ran_out || object != NULL);
        json_decref(object);
        mk_issues_done(&issues);
    }
}
END_TEST

Suite *form_suite(void)
{
    Suite *suite = suite_create("form");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, form__cases, 0, MK_COUNT(cases));
    tcase_add_test(all, form__stops_at_length);
    tcase_add_test(all, form__too_many_values);
    tcase_add_test(all, form__memory_runs_out);
    suite_add_tcase(suite, all);
    return suite;
}
