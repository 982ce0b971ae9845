/* SPDX-License-Identifier: MIT */
/* jansson's own dump is the definition: what build.c writes is held to be the same bytes. */
#include "json/build.h"

#include "base/memory.h"
#include "support/failing_memory.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

enum { FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY };

/* Steals value. */
static void expect_same(json_t *value)
{
    struct mk_text ours = MK_TEXT((size_t)1 << 24);
    char *theirs = json_dumps(value, FLAGS);

    ck_assert_ptr_nonnull(theirs);
    ck_assert(mk_json_dump(value, &ours));
    ck_assert_str_eq(ours.bytes, theirs);
    ck_assert_uint_eq(ours.length, strlen(theirs));
    free(theirs);
    mk_text_done(&ours);
    json_decref(value);
}

static const char *const values[] = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "0.1",
    "-0.0",
    "19.99",
    "1234567.89",
    "0.30000000000000004",
    "1e15",
    "123456789012345678.0",
    "1e300",
    "-2.5e-300",
    "5e-324",
    "1.7976931348623157e308",
    "\"\"",
    "\"text\"",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "{\"a\":{}}",
    "{\"a\":[]}",
    "[1,2,3]",
    "[null,true,false,0,1.5,\"x\",[],{}]",
    "{\"z\":1,\"a\":2,\"m\":3}",
    "{\"\":\"\",\"\\\"\":\"\\\\\",\"\\n\":\"\\u0001\"}",
    "{\"a\":{\"b\":{\"c\":[[[{\"d\":[{}]}]]]}},\"e\":0.25}",
};

START_TEST(build__dump_is_janssons)
{
    expect_same(json_loads(values[_i], JSON_DECODE_ANY, NULL));
}
END_TEST

/* Cents of every size, as amounts. */
START_TEST(build__dump_amounts)
{
    for (int64_t cents = 1; cents < INT64_C(1000000000000000); cents = cents * 3 + 1)
        expect_same(json_pack("[f, f]", (double)cents / 100, -(double)cents / 100));
}
END_TEST

START_TEST(build__dump_adds)
{
    struct mk_text out = MK_TEXT(100);
    json_t *value = json_pack("{s:f, s:i}", "b", 0.1, "a", 2);

    mk_text_add_text(&out, "data: ");
    ck_assert(mk_json_dump(value, &out));
    mk_text_add_text(&out, "\n");
    ck_assert_str_eq(out.bytes, "data: {\"b\":0.1,\"a\":2}\n");
    mk_text_done(&out);
    json_decref(value);
}
END_TEST

/* A limit of exactly the length is enough, one less is not. */
START_TEST(build__dump_limit)
{
    json_t *value = json_loads("{\"a\":[1,2.5,\"x\\n\",{\"b\":null}]}", 0, NULL);
    char *theirs = json_dumps(value, FLAGS);

    for (size_t limit = 0; limit <= strlen(theirs); limit++) {
        struct mk_text out = MK_TEXT(limit);
        ck_assert(mk_json_dump(value, &out) == (limit == strlen(theirs)));
        ck_assert(out.failed == (limit < strlen(theirs)));
        mk_text_done(&out);
    }
    free(theirs);
    json_decref(value);
}
END_TEST

START_TEST(build__dump_refuses)
{
    struct mk_text out = MK_TEXT((size_t)1 << 20);

    ck_assert(!mk_json_dump(NULL, &out));

    json_t *outer = json_object();
    json_t *inner = json_object();
    json_object_set_new(outer, "inner", inner);
    json_object_set(inner, "outer", outer);
    ck_assert(!mk_json_dump(outer, &out));
    json_object_clear(inner);
    json_decref(outer);
    mk_text_done(&out);
}
END_TEST

static size_t encode(unsigned point, char *out)
{
    static const unsigned char leads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = length; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(leads[length] | point);
    return length;
}

/* Compares mk_write_string() with jansson. */
static void expect_same_string(const char *text, size_t length)
{
    struct mk_text ours = MK_TEXT((size_t)1 << 20);
    json_t *string = json_stringn(text, length);
    char *theirs = json_dumps(string, FLAGS);

    ck_assert_ptr_nonnull(theirs);
    mk_write_string(&ours, text, length);
    ck_assert_uint_eq(ours.length, strlen(theirs));
    ck_assert_str_eq(ours.bytes, theirs);
    free(theirs);
    json_decref(string);
    mk_text_done(&ours);
}

/* Alone, between letters, and doubled. */
static void expect_same_point(unsigned point)
{
    char text[16] = { 0 };
    size_t length = encode(point, text);

    expect_same_string(text, length);
    length += encode(point, text + length);
    expect_same_string(text, length);
    length = 1 + encode(point, text + 1);
    text[0] = 'a';
    text[length++] = 'z';
    expect_same_string(text, length);
}

START_TEST(build__string_every_small_point)
{
    for (unsigned point = 0; point < 0x300; point++)
        expect_same_point(point);
}
END_TEST

START_TEST(build__string_special_points)
{
    static const unsigned points[] = {
        0x7F,   0x7FF,  0x800,  0x2028,  0x2029,  0xD7FF,  0xE000,
        0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0xFFFFF, 0x10FFFF
    };

    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        expect_same_point(points[i]);
}
END_TEST

/* Every byte that matters, at every position of texts around the eight bytes looked at at once. */
START_TEST(build__string_every_position)
{
    static const char bytes[] = { '\0', '\1', '\b', '\t', '\n', '\f', '\r', 0x1F, ' ',
                                  '!',  '"',  '#',  '[',  '\\', ']',  '/',  0x7F };
    char text[40];

    for (size_t length = 1; length <= sizeof text; length++) {
        for (size_t at = 0; at < length; at++) {
            for (size_t i = 0; i < sizeof bytes; i++) {
                memset(text, 'x', sizeof text);
                text[at] = bytes[i];
                expect_same_string(text, length);
            }
        }
    }
    expect_same_string("", 0);
}
END_TEST

START_TEST(build__string_limit)
{
    struct mk_text out = MK_TEXT(4);

    mk_write_string(&out, "ab", 2);
    ck_assert_str_eq(out.bytes, "\"ab\"");
    mk_write_string(&out, "", 0);
    ck_assert(out.failed);
    mk_text_done(&out);
    out = MK_TEXT(7);
    mk_write_string(&out, "\x01", 1);
    ck_assert(out.failed);
    mk_text_done(&out);
}
END_TEST

START_TEST(build__append)
{
    json_t *list = json_array();

    mk_json_append(&list, json_integer(1));
    mk_json_append(&list, json_null());
    ck_assert_uint_eq(json_array_size(list), 2);
    mk_json_append(&list, NULL);
    ck_assert_ptr_null(list);
    mk_json_append(&list, json_integer(2));
    ck_assert_ptr_null(list);
}
END_TEST

START_TEST(build__set)
{
    json_t *object = json_object();

    mk_json_set(&object, "one", json_integer(1));
    mk_json_set(&object, "two", json_null());
    ck_assert_uint_eq(json_object_size(object), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "one")), 1);
    mk_json_set(&object, "three", NULL);
    ck_assert_ptr_null(object);
    mk_json_set(&object, "four", json_integer(4));
    ck_assert_ptr_null(object);
}
END_TEST

START_TEST(build__append_without_memory)
{
    bool ran_out = true;

    for (long n = 0; ran_out; n++) {
        failing_memory_start(n);
        json_t *list = json_array();
        for (int i = 0; i < 20; i++)
            mk_json_append(&list, json_integer(i));
        ran_out = failing_memory_stop();
        ck_assert((list == NULL) == ran_out);
        ck_assert(ran_out || json_array_size(list) == 20);
        json_decref(list);
    }
}
END_TEST

Suite *build_suite(void)
{
    Suite *suite = suite_create("build");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, build__dump_is_janssons, 0, MK_COUNT(values));
    tcase_add_test(all, build__dump_amounts);
    tcase_add_test(all, build__dump_adds);
    tcase_add_test(all, build__dump_limit);
    tcase_add_test(all, build__dump_refuses);
    tcase_add_test(all, build__string_every_small_point);
    tcase_add_test(all, build__string_special_points);
    tcase_add_test(all, build__string_every_position);
    tcase_add_test(all, build__string_limit);
    tcase_add_test(all, build__append);
    tcase_add_test(all, build__set);
    tcase_add_test(all, build__append_without_memory);
    suite_add_tcase(suite, all);
    return suite;
}
