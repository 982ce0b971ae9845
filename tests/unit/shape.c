/* SPDX-License-Identifier: MIT */
#include "json/shape.h"

#include "base/memory.h"
#include "support/issue_lines.h"
#include "support/rich_shape.h"
#include "unit/suites.h"

#include <stdlib.h>

static const struct mk_place body = { .key = "body" };

/* A body that is fine; each case changes some of its keys. */
#define FINE "\"id\":\"abc\",\"plain\":null"

static const struct {
    const char *body;
    const char *lines;
} cases[] = {
    { "{" FINE "}", "" },
    { "{" FINE ",\"unknown\":[{}],\"\":null}", "" },
    { "{}", "[\"body\",\"id\"] missing\n[\"body\",\"plain\"] missing\n" },
    { "[]", "[\"body\"] object_type\n" },
    { "null", "[\"body\"] object_type\n" },
    { "12", "[\"body\"] object_type\n" },
    { "\"x\"", "[\"body\"] object_type\n" },

    { "{" FINE ",\"id\":null}", "[\"body\",\"id\"] not_null\n" },
    { "{" FINE ",\"id\":7}", "[\"body\",\"id\"] string_type\n" },
    { "{" FINE ",\"id\":true}", "[\"body\",\"id\"] string_type\n" },
    { "{" FINE ",\"id\":[\"a\"]}", "[\"body\",\"id\"] string_type\n" },
    { "{" FINE ",\"id\":\"\"}", "[\"body\",\"id\"] string_too_short\n" },
    { "{" FINE ",\"id\":\"123456\"}", "[\"body\",\"id\"] string_too_long\n" },
    { "{" FINE ",\"id\":\"12345\"}", "" },
    { "{" FINE ",\"id\":\"\\u00e9\\u20ac\\ud83d\\ude00\xC3\xA9\xE2\x82\xAC\"}", "" },
    { "{" FINE ",\"id\":\"\\u00e9\\u20ac\\ud83d\\ude00\xC3\xA9\xE2\x82\xAC!\"}",
      "[\"body\",\"id\"] string_too_long\n" },

    { "{" FINE ",\"count\":1,\"offset\":null,\"floor\":10}", "" },
    { "{" FINE ",\"count\":500,\"offset\":-5,\"floor\":9223372036854775807}", "" },
    { "{" FINE ",\"count\":0,\"offset\":6,\"floor\":9}",
      "[\"body\",\"count\"] greater_than_equal\n[\"body\",\"offset\"] less_than_equal\n"
      "[\"body\",\"floor\"] greater_than_equal\n" },
    { "{" FINE ",\"count\":501,\"offset\":-6}",
      "[\"body\",\"count\"] less_than_equal\n[\"body\",\"offset\"] greater_than_equal\n" },
    { "{" FINE ",\"count\":12.0}", "[\"body\",\"count\"] integer_type\n" },
    { "{" FINE ",\"count\":true}", "[\"body\",\"count\"] integer_type\n" },
    { "{" FINE ",\"count\":\"12\"}", "[\"body\",\"count\"] integer_type\n" },
    { "{" FINE ",\"count\":null}", "[\"body\",\"count\"] not_null\n" },

    { "{" FINE ",\"amount\":-1,\"free\":-1e300}", "" },
    { "{" FINE ",\"amount\":100.0,\"free\":3}", "" },
    { "{" FINE ",\"amount\":0.5}", "" },
    { "{" FINE ",\"amount\":-2}", "[\"body\",\"amount\"] greater_than_equal\n" },
    { "{" FINE ",\"amount\":-1.001}", "[\"body\",\"amount\"] greater_than_equal\n" },
    { "{" FINE ",\"amount\":101}", "[\"body\",\"amount\"] less_than_equal\n" },
    { "{" FINE ",\"amount\":100.001}", "[\"body\",\"amount\"] less_than_equal\n" },
    { "{" FINE ",\"amount\":\"1\"}", "[\"body\",\"amount\"] number_type\n" },
    { "{" FINE ",\"amount\":false,\"free\":null}",
      "[\"body\",\"amount\"] number_type\n[\"body\",\"free\"] not_null\n" },

    { "{" FINE ",\"flag\":true}", "" },
    { "{" FINE ",\"flag\":null}", "" },
    { "{" FINE ",\"flag\":1}", "[\"body\",\"flag\"] boolean_type\n" },
    { "{" FINE ",\"flag\":\"true\"}", "[\"body\",\"flag\"] boolean_type\n" },

    { "{" FINE ",\"colour\":\"blue\",\"shade\":null}", "" },
    { "{" FINE ",\"colour\":\"Blue\",\"shade\":\"\"}",
      "[\"body\",\"colour\"] enum\n[\"body\",\"shade\"] enum\n" },
    { "{" FINE ",\"colour\":null}", "[\"body\",\"colour\"] not_null\n" },

    { "{" FINE ",\"born\":\"2024-02-29\",\"seen\":\"2024-02-29T12:00:00Z\"}", "" },
    { "{" FINE ",\"born\":\"2023-02-29\",\"seen\":\"2024-02-29T25:00:00Z\"}",
      "[\"body\",\"born\"] date_format\n[\"body\",\"seen\"] datetime_format\n" },
    { "{" FINE ",\"born\":20240229,\"seen\":0}",
      "[\"body\",\"born\"] string_type\n[\"body\",\"seen\"] string_type\n" },

    { "{" FINE ",\"day\":\"2024-02-29\",\"holiday\":null}", "" },
    { "{" FINE ",\"day\":\"2024-02-29T23:59:59+02:00\",\"holiday\":\"1900-01-01\"}", "" },
    { "{" FINE ",\"day\":\"\\\"2024-02-29\\\"\",\"holiday\":\"\\\"2024-02-29T12:00:00Z\\\"\"}",
      "" },
    { "{" FINE ",\"day\":\"2023-02-29\",\"holiday\":\"2024-02-29T25:00:00Z\"}",
      "[\"body\",\"day\"] date_format\n[\"body\",\"holiday\"] date_format\n" },
    { "{" FINE ",\"day\":\"\\\"2024-02-29\",\"holiday\":\"\"}",
      "[\"body\",\"day\"] date_format\n[\"body\",\"holiday\"] date_format\n" },
    { "{" FINE ",\"day\":null,\"holiday\":20240229}",
      "[\"body\",\"day\"] not_null\n[\"body\",\"holiday\"] string_type\n" },

    { "{" FINE ",\"price\":null}", "" },
    { "{" FINE ",\"price\":\"-9999999999999.99\"}", "" },
    { "{" FINE ",\"price\":\"+0.5\"}", "" },
    { "{" FINE ",\"price\":\"12345678901234\"}", "[\"body\",\"price\"] decimal\n" },
    { "{" FINE ",\"price\":\"1.234\"}", "[\"body\",\"price\"] decimal\n" },
    { "{" FINE ",\"price\":\"1,50\"}", "[\"body\",\"price\"] decimal\n" },
    { "{" FINE ",\"price\":\"\"}", "[\"body\",\"price\"] decimal\n" },
    { "{" FINE ",\"price\":1.5}", "[\"body\",\"price\"] string_type\n" },
    { "{" FINE ",\"site\":\"https://example.com/\"}", "" },
    { "{" FINE ",\"site\":\"example.com\"}", "[\"body\",\"site\"] url_format\n" },
    { "{" FINE ",\"site\":\"x://a.very.long.one.that.is.not.even.a.url.but.has.one.problem.only\"}",
      "[\"body\",\"site\"] string_too_long\n" },

    { "{" FINE ",\"code\":\"0123\",\"routing\":\"12\"}", "" },
    { "{" FINE ",\"code\":\"x\",\"routing\":\"1\"}",
      "[\"body\",\"code\"] string_pattern_mismatch\n[\"body\",\"routing\"] routing_number\n" },

    { "{" FINE ",\"email\":null,\"anything\":{\"a\":1}}", "" },
    { "{" FINE ",\"email\":{\"address\":\"a@b\",\"primary\":false},\"plain\":{}}", "" },
    { "{" FINE ",\"email\":{},\"anything\":[]}",
      "[\"body\",\"email\",\"address\"] missing\n[\"body\",\"anything\"] object_type\n" },
    { "{" FINE ",\"email\":{\"address\":\"a\",\"primary\":null}}",
      "[\"body\",\"email\",\"address\"] string_too_short\n"
      "[\"body\",\"email\",\"primary\"] not_null\n" },
    { "{" FINE ",\"plain\":{\"note\":3}}", "[\"body\",\"plain\",\"note\"] string_type\n" },
    { "{" FINE ",\"plain\":\"\"}", "[\"body\",\"plain\"] object_type\n" },

    { "{" FINE ",\"emails\":[{\"address\":\"abc\"}],\"colours\":null,\"mixed\":[1,null,\"a\"]}",
      "" },
    { "{" FINE ",\"emails\":[]}", "[\"body\",\"emails\"] too_few\n" },
    { "{" FINE ",\"emails\":{}}", "[\"body\",\"emails\"] list_type\n" },
    { "{" FINE ",\"emails\":[{\"address\":\"abc\"},null,{\"address\":5},{}]}",
      "[\"body\",\"emails\"] too_many\n[\"body\",\"emails\",1] not_null\n"
      "[\"body\",\"emails\",2,\"address\"] string_type\n"
      "[\"body\",\"emails\",3,\"address\"] missing\n" },
    { "{" FINE ",\"colours\":[\"red\",\"pink\",\"blue\",0]}",
      "[\"body\",\"colours\",1] enum\n[\"body\",\"colours\",3] string_type\n" },
    { "{" FINE ",\"grid\":[[1,null,9],[],[0]]}", "" },
    { "{" FINE ",\"grid\":[[1,10],5,[1,2,3,-4]]}",
      "[\"body\",\"grid\",0,1] less_than_equal\n[\"body\",\"grid\",1] list_type\n"
      "[\"body\",\"grid\",2] too_many\n[\"body\",\"grid\",2,3] greater_than_equal\n" },

    /* The table's order, whatever the body's. */
    { "{\"plain\":1,\"flag\":0,\"count\":\"\",\"id\":[]}",
      "[\"body\",\"id\"] string_type\n[\"body\",\"count\"] integer_type\n"
      "[\"body\",\"flag\"] boolean_type\n[\"body\",\"plain\"] object_type\n" },
};

START_TEST(shape__cases)
{
    struct mk_issues issues = { 0 };
    json_t *value = mk_json_read(cases[_i].body, strlen(cases[_i].body), &issues);

    ck_assert_msg(value != NULL, "not JSON: %s", cases[_i].body);
    mk_shape_check(&rich_body, value, &body, &issues);
    char *lines = issue_lines(&issues);
    ck_assert_msg(strcmp(lines, cases[_i].lines) == 0, "%s\ngave\n%snot\n%s", cases[_i].body, lines,
                  cases[_i].lines);
    free(lines);
    json_decref(value);
}
END_TEST

static void expect_message(const char *text, const char *message)
{
    struct mk_issues issues = { 0 };
    json_t *value = json_loads(text, 0, NULL);

    mk_shape_check(&rich_body, value, &body, &issues);
    const json_t *problem = json_array_get(issues.list, 0);
    ck_assert_str_eq(json_string_value(json_object_get(problem, "message")), message);
    mk_issues_done(&issues);
    json_decref(value);
}

START_TEST(shape__messages_name_the_limit)
{
    expect_message("{" FINE ",\"colour\":\"pink\"}", "Input should be one of: red, green, blue");
    expect_message("{" FINE ",\"code\":\"pink\"}", "String should match ^[0-9]*$");
    expect_message("{" FINE ",\"id\":\"123456\"}", "String should have at most 5 characters");
    expect_message("{" FINE ",\"offset\":-6}", "Input should be greater than or equal to -5");
    expect_message("{" FINE ",\"amount\":1e9}", "Input should be less than or equal to 100");
    expect_message("{" FINE ",\"emails\":[]}", "List should have at least 1 items");
}
END_TEST

/* A list of a hundred thousand wrong items gives the first hundred problems. */
START_TEST(shape__many_problems)
{
    struct mk_issues issues = { 0 };
    json_t *value = json_pack("{s:s, s:n, s:[]}", "id", "a", "plain", "colours");
    json_t *colours = json_object_get(value, "colours");

    for (int i = 0; i < 100000; i++)
        json_array_append_new(colours, json_integer(i));
    mk_shape_check(&rich_body, value, &body, &issues);
    ck_assert_uint_eq(json_array_size(issues.list), MK_ISSUES_MAX);
    ck_assert(!issues.failed);
    mk_issues_done(&issues);
    json_decref(value);
}
END_TEST

static const char *const good_urls[] = {
    "http://a",
    "HTTPS://Example.COM",
    "http://localhost:8080/path?query=1#fragment",
    "https://127.0.0.1:65535/",
    "http://[::1]:8080/x",
    "http://[::ffff:127.0.0.1]",
    "https://user:secret@example.com/x",
    "https://a@b@example.com/",
    "https://my_service-1.internal./hook",
    "https://example.com?x={id}|y",
    "https://example.com/a%20b",
    "http://example.com:",
    "http://0/",
};

static const char *const bad_urls[] = {
    "",
    "http",
    "http:",
    "http:/",
    "http://",
    "http:///path",
    "http://?query",
    "http://#",
    "http://:8080",
    "http://user@",
    "http://user@:80/",
    "ftp://example.com",
    "myapp://callback",
    "//example.com",
    "example.com",
    " http://example.com",
    "http://example.com ",
    "http://exa mple.com",
    "http://example.com/a b",
    "http://example.com/\n",
    "http://example.com/\x7F",
    "http://evil.com\\@example.com",
    "http://example.com:x",
    "http://example.com:65536",
    "http://example.com:-1",
    "http://[::1",
    "http://[]",
    "http://[::1]x",
    "javascript:http://a",
};

static bool is_url(const char *text)
{
    static const struct mk_field field = { .name = "url", .type = MK_URL };
    static const struct mk_shape shape = { .fields = &field, .count = 1 };
    struct mk_issues issues = { 0 };
    json_t *value = json_pack("{s:s}", "url", text);

    mk_shape_check(&shape, value, &body, &issues);
    bool fine = !mk_issues_any(&issues);
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, fine ? "" : "[\"body\",\"url\"] url_format\n");
    free(lines);
    json_decref(value);
    return fine;
}

START_TEST(shape__good_url)
{
    ck_assert_msg(is_url(good_urls[_i]), "refused: %s", good_urls[_i]);
}
END_TEST

START_TEST(shape__bad_url)
{
    ck_assert_msg(!is_url(bad_urls[_i]), "accepted: %s", bad_urls[_i]);
}
END_TEST

Suite *shape_suite(void)
{
    Suite *suite = suite_create("shape");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, shape__cases, 0, MK_COUNT(cases));
    tcase_add_test(all, shape__messages_name_the_limit);
    tcase_add_test(all, shape__many_problems);
    tcase_add_loop_test(all, shape__good_url, 0, MK_COUNT(good_urls));
    tcase_add_loop_test(all, shape__bad_url, 0, MK_COUNT(bad_urls));
    suite_add_tcase(suite, all);
    return suite;
}
