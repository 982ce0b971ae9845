/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

START_TEST(text__grows)
{
    struct mk_text text = MK_TEXT(100000);
    char expected[20001];

    for (size_t i = 0; i < 20000; i++) {
        expected[i] = (char)('a' + i % 26);
        mk_text_add_char(&text, expected[i]);
        MUST(text.length == i + 1);
        MUST(text.bytes[i + 1] == '\0');
    }
    expected[20000] = '\0';
    ck_assert_str_eq(text.bytes, expected);
    mk_text_done(&text);
}
END_TEST

START_TEST(text__adds_in_every_way)
{
    struct mk_text text = MK_TEXT(1000);

    mk_text_add(&text, "one\0", 4);
    mk_text_add_text(&text, "two");
    mk_text_add_char(&text, '3');
    mk_text_add_literal(&text, "four\0");
    mk_text_print(&text, "%s-%d-%" PRIu64 "%%", "five", -6, UINT64_MAX);
    ck_assert_mem_eq(text.bytes, "one\0two3four\0five--6-18446744073709551615%", text.length + 1);
    ck_assert_uint_eq(text.length, 42);
    mk_text_done(&text);
}
END_TEST

START_TEST(text__adding_nothing_changes_nothing)
{
    struct mk_text text = MK_TEXT(3);

    mk_text_add_text(&text, "abc");
    mk_text_add_text(&text, "");
    mk_text_add(&text, NULL, 0);
    mk_text_print(&text, "%s", "");
    ck_assert(!text.failed);
    ck_assert_str_eq(text.bytes, "abc");
    mk_text_done(&text);
}
END_TEST

START_TEST(text__prints_long_lines)
{
    struct mk_text text = MK_TEXT(100000);

    mk_text_add_char(&text, '>');
    mk_text_print(&text, "%50000d|", 7);
    ck_assert_uint_eq(text.length, 50002);
    ck_assert_str_eq(text.bytes + 49999, " 7|");
    mk_text_done(&text);
}
END_TEST

/* The limit itself still fits; one more byte loses everything. Each way of adding is tried. */
START_TEST(text__limit)
{
    struct mk_text text = MK_TEXT(10);

    mk_text_add_text(&text, "123456789");
    mk_text_add_char(&text, '0');
    ck_assert(!text.failed);
    ck_assert_str_eq(text.bytes, "1234567890");

    if (_i == 0)
        mk_text_add_char(&text, 'x');
    else if (_i == 1)
        mk_text_add_text(&text, "x");
    else if (_i == 2)
        mk_text_print(&text, "%c", 'x');
    else if (_i == 3)
        mk_text_add_base64url(&text, "x", 1);
    else if (_i == 4)
        ck_assert_ptr_null(mk_text_reserve(&text, 1));
    else
        ck_assert_ptr_null(mk_text_reserve(&text, SIZE_MAX));
    ck_assert(text.failed);
    ck_assert_ptr_null(text.bytes);
    ck_assert_uint_eq(text.length, 0);

    mk_text_add_text(&text, "a");
    mk_text_print(&text, "%d", 1);
    mk_text_add_base64url(&text, "x", 1);
    ck_assert(text.failed);
    ck_assert_ptr_null(text.bytes);
    ck_assert_ptr_null(mk_text_steal(&text));
}
END_TEST

START_TEST(text__limit_of_nothing)
{
    struct mk_text text = MK_TEXT(0);

    mk_text_add_text(&text, "");
    ck_assert(!text.failed);
    mk_text_add_char(&text, 'a');
    ck_assert(text.failed);
    mk_text_done(&text);
}
END_TEST

START_TEST(text__clear_starts_again)
{
    struct mk_text text = MK_TEXT(4);

    mk_text_add_text(&text, "abcd");
    const char *memory = text.bytes;
    mk_text_clear(&text);
    ck_assert_uint_eq(text.length, 0);
    ck_assert_str_eq(text.bytes, "");
    mk_text_add_text(&text, "xy");
    ck_assert_ptr_eq(text.bytes, memory);
    ck_assert_str_eq(text.bytes, "xy");

    mk_text_add_text(&text, "too long");
    ck_assert(text.failed);
    mk_text_clear(&text);
    mk_text_add_text(&text, "fine");
    ck_assert(!text.failed);
    ck_assert_str_eq(text.bytes, "fine");
    mk_text_done(&text);
}
END_TEST

START_TEST(text__steal_leaves_an_empty_text)
{
    struct mk_text text = MK_TEXT(4);

    ck_assert_ptr_null(mk_text_steal(&text));
    mk_text_add_text(&text, "abcd");
    char *bytes = mk_text_steal(&text);
    ck_assert_str_eq(bytes, "abcd");
    ck_assert_ptr_null(text.bytes);
    ck_assert_uint_eq(text.length, 0);

    mk_text_add_text(&text, "ef");
    ck_assert_str_eq(text.bytes, "ef");
    ck_assert_str_eq(bytes, "abcd");
    mk_text_add_text(&text, "ghi");
    ck_assert(text.failed);
    free(bytes);
}
END_TEST

START_TEST(text__done_twice)
{
    struct mk_text text = MK_TEXT(10);

    mk_text_done(NULL);
    mk_text_add_text(&text, "a");
    mk_text_done(&text);
    mk_text_done(&text);
    ck_assert_uint_eq(text.limit, 10);
    ck_assert_ptr_null(text.bytes);
}
END_TEST

START_TEST(text__reserve_gives_room_at_the_end)
{
    struct mk_text text = MK_TEXT(5000);

    mk_text_add_text(&text, "ab");
    char *end = mk_text_reserve(&text, 4998);
    ck_assert_ptr_eq(end, text.bytes + 2);
    memset(end, 'c', 4998);
    end[4998] = '\0';
    text.length += 4998;
    ck_assert_uint_eq(strlen(text.bytes), 5000);
    ck_assert_ptr_nonnull(mk_text_reserve(&text, 0));
    mk_text_done(&text);
}
END_TEST

/* A writer that changes its mind after reserving leaves a text that still ends. */
START_TEST(text__reserve_keeps_the_end)
{
    struct mk_text text = MK_TEXT(5000);

    mk_text_reserve(&text, 10);
    ck_assert_str_eq(text.bytes, "");
    mk_text_add_text(&text, "abc");
    mk_text_reserve(&text, 4000);
    ck_assert_str_eq(text.bytes, "abc");
    mk_text_done(&text);
}
END_TEST

static const struct {
    const char *a;
    const char *b;
    bool same;
} secrets[] = {
    { "", "", true },
    { "secret", "secret", true },
    { "secret", "secreT", false },
    { "Secret", "secret", false },
    { "secret", "secret ", false },
    { "secret", "", false },
    { "", "secret", false },
    { "secret", "sec", false },
    { "\xC3\xA9", "\xC3\xA9", true },
    { "\xFF", "\x7F", false },
    { "\x01", "\x81", false },
    { NULL, "secret", false },
    { "secret", NULL, false },
    { NULL, NULL, false },
    { NULL, "", false },
};

START_TEST(same_secret__table)
{
    ck_assert(mk_same_secret(secrets[_i].a, secrets[_i].b) == secrets[_i].same);
}
END_TEST

START_TEST(same_secret__one_bit_differs)
{
    char a[65];
    char b[65];

    memset(a, 'A', 64);
    a[64] = '\0';
    for (size_t bit = 0; bit < 64 * 7; bit++) {
        memcpy(b, a, sizeof(b));
        b[bit / 7] ^= (char)(1 << bit % 7);
        ck_assert(!mk_same_secret(a, b));
    }
}
END_TEST

static const struct {
    const char *text;
    int64_t min;
    int64_t max;
    bool fine;
    int64_t value;
} numbers[] = {
    { "0", 0, 10, true, 0 },
    { "10", 0, 10, true, 10 },
    { "11", 0, 10, false, 0 },
    { "-1", 0, 10, false, 0 },
    { "-5", -5, -1, true, -5 },
    { "-6", -5, -1, false, 0 },
    { "007", 0, 10, true, 7 },
    { "-0", 0, 10, true, 0 },
    { "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
    { "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
    { "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
    { "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
    { "99999999999999999999999999", INT64_MIN, INT64_MAX, false, 0 },
    { "", INT64_MIN, INT64_MAX, false, 0 },
    { "-", INT64_MIN, INT64_MAX, false, 0 },
    { "--1", INT64_MIN, INT64_MAX, false, 0 },
    { "+1", INT64_MIN, INT64_MAX, false, 0 },
    { " 1", INT64_MIN, INT64_MAX, false, 0 },
    { "1 ", INT64_MIN, INT64_MAX, false, 0 },
    { "1\n", INT64_MIN, INT64_MAX, false, 0 },
    { "- 1", INT64_MIN, INT64_MAX, false, 0 },
    { "1.0", INT64_MIN, INT64_MAX, false, 0 },
    { "1e3", INT64_MIN, INT64_MAX, false, 0 },
    { "0x10", INT64_MIN, INT64_MAX, false, 0 },
    { "1_000", INT64_MIN, INT64_MAX, false, 0 },
    { "\xD9\xA1", INT64_MIN, INT64_MAX, false, 0 }, /* an Arabic one */
};

START_TEST(read_integer__table)
{
    int64_t value = 4711;

    ck_assert(mk_read_integer(numbers[_i].text, numbers[_i].min, numbers[_i].max, &value) ==
              numbers[_i].fine);
    ck_assert_int_eq(value, numbers[_i].fine ? numbers[_i].value : 4711);
}
END_TEST

Suite *text_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *all = tcase_create("all");

    tcase_add_test(all, text__grows);
    tcase_add_test(all, text__adds_in_every_way);
    tcase_add_test(all, text__adding_nothing_changes_nothing);
    tcase_add_test(all, text__prints_long_lines);
    tcase_add_loop_test(all, text__limit, 0, 6);
    tcase_add_test(all, text__limit_of_nothing);
    tcase_add_test(all, text__clear_starts_again);
    tcase_add_test(all, text__steal_leaves_an_empty_text);
    tcase_add_test(all, text__done_twice);
    tcase_add_test(all, text__reserve_gives_room_at_the_end);
    tcase_add_test(all, text__reserve_keeps_the_end);
    tcase_add_loop_test(all, same_secret__table, 0, (int)MK_COUNT(secrets));
    tcase_add_test(all, same_secret__one_bit_differs);
    tcase_add_loop_test(all, read_integer__table, 0, (int)MK_COUNT(numbers));
    suite_add_tcase(suite, all);
    return suite;
}
