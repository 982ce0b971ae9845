/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/memory.h"
#include "base/random.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

/* Bytes with a length, so that a NUL may be among them. */
#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
    const char *bytes;
    size_t length;
    bool valid;
} utf8[] = {
    { BYTES(""), true },
    { BYTES("plain\n\x7F"), true },
    { BYTES("a\0b"), true },
    { BYTES("\xC2\x80"), true },
    { BYTES("\xDF\xBF"), true },
    { BYTES("\xE0\xA0\x80"), true },
    { BYTES("\xED\x9F\xBF"), true },
    { BYTES("\xEE\x80\x80"), true },
    { BYTES("\xEF\xBF\xBF"), true },
    { BYTES("\xF0\x90\x80\x80"), true },
    { BYTES("\xF4\x8F\xBF\xBF"), true },
    { BYTES("\x80"), false }, /* a continuation alone */
    { BYTES("\xBF"), false },
    { BYTES("\xC0\x80"), false },         /* overlong NUL */
    { BYTES("\xC1\xBF"), false },         /* overlong U+007F */
    { BYTES("\xE0\x9F\xBF"), false },     /* overlong U+07FF */
    { BYTES("\xF0\x8F\xBF\xBF"), false }, /* overlong U+FFFF */
    { BYTES("\xED\xA0\x80"), false },     /* surrogates */
    { BYTES("\xED\xBF\xBF"), false },
    { BYTES("\xF4\x90\x80\x80"), false }, /* U+110000 */
    { BYTES("\xF5\x80\x80\x80"), false },
    { BYTES("\xF8\x88\x80\x80\x80"), false },
    { BYTES("\xF8\x90\x80\x80"), false }, /* U+10000, were there such a first byte */
    { BYTES("\xFF\x90\x80\x80"), false },
    { BYTES("\xFE"), false },
    { BYTES("\xFF"), false },
    { BYTES("\xC3"), false }, /* cut short */
    { BYTES("\xE2\x82"), false },
    { BYTES("\xF0\x9F\x98"), false },
    { BYTES("\xC3\x28"), false }, /* no continuation */
    { BYTES("\xE2\x28\xA1"), false },
    { BYTES("\xE2\x82\x28"), false },
    { BYTES("\xF0\x9F\x28\xBC"), false },
    { BYTES("\xC3\xC3\xA9"), false },
    { BYTES("ok\xC3\xA9\xFF"), false },
};

START_TEST(utf8__table)
{
    /* A copy of the exact size, so that the sanitizers see a step too far. */
    char *copy = mk_alloc(utf8[_i].length);

    memcpy(copy, utf8[_i].bytes, utf8[_i].length);
    ck_assert(mk_is_utf8(copy, utf8[_i].length) == utf8[_i].valid);
    free(copy);
}
END_TEST

/* Every code point's own encoding is the only one that is taken. */
START_TEST(utf8__every_code_point)
{
    for (uint32_t point = 0x80; point < 0x110400; point += point < 0x10000 ? 1 : 61) {
        char bytes[4];
        size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        uint32_t rest = point;

        for (size_t i = length - 1; i > 0; i--, rest >>= 6)
            bytes[i] = (char)(0x80 | (rest & 0x3F));
        bytes[0] = (char)((0xF00U >> length) | rest);
        bool valid = (point < 0xD800 || point > 0xDFFF) && point <= 0x10FFFF;
        MUST(mk_is_utf8(bytes, length) == valid);
        MUST(!mk_is_utf8(bytes, length - 1));
    }
}
END_TEST

START_TEST(utf8__count)
{
    ck_assert_uint_eq(mk_utf8_count(""), 0);
    ck_assert_uint_eq(mk_utf8_count("abc"), 3);
    ck_assert_uint_eq(mk_utf8_count("h\xC3\xA9h\xE2\x82\xAC\xF0\x9F\x98\x80"), 5);
}
END_TEST

static const struct {
    const char *text;
    bool plus;
    const char *decoded; /* NULL: refused */
} percent[] = {
    { "", false, "" },
    { "plain-_.~", false, "plain-_.~" },
    { "a%20b", false, "a b" },
    { "%41%7a", false, "Az" },
    { "%e2%82%AC", false, "\xE2\x82\xAC" },
    { "%25%32%35", false, "%25" },
    { "a%2Fb%3F%23", false, "a/b?#" },
    { "a+b", false, "a+b" },
    { "a+b%2B", true, "a b+" },
    { "\xC3\xA9", false, "\xC3\xA9" },
    { "\xC3%A9", false, "\xC3\xA9" },
    { "%", false, NULL },
    { "a%", false, NULL },
    { "%4", false, NULL },
    { "a%4", false, NULL },
    { "%%41", false, NULL },
    { "%4g", false, NULL },
    { "%g4", false, NULL },
    { "% 41", false, NULL },
    { "%+1", false, NULL },
    { "%-1", false, NULL },
    { "%0x", false, NULL },
    { "%u0041", false, NULL },
    { "%00", false, NULL },
    { "a%00b", true, NULL },
    { "%C3", false, NULL },
    { "%C3%28", false, NULL },
    { "%ED%A0%80", false, NULL },
    { "%FF", true, NULL },
};

START_TEST(percent__table)
{
    size_t length = strlen(percent[_i].text);
    char *text = mk_alloc(length);
    char *out = mk_alloc(length + 1);

    memcpy(text, percent[_i].text, length);
    bool fine = mk_percent_decode(text, length, percent[_i].plus, out);
    ck_assert(fine == (percent[_i].decoded != NULL));
    if (fine)
        ck_assert_str_eq(out, percent[_i].decoded);
    free(text);
    free(out);
}
END_TEST

/* Only `length` bytes are looked at, and a raw NUL among them is refused. */
START_TEST(percent__length)
{
    char out[10];

    ck_assert(mk_percent_decode("ab%41", 2, false, out));
    ck_assert_str_eq(out, "ab");
    ck_assert(!mk_percent_decode("ab%41", 3, false, out));
    ck_assert(!mk_percent_decode("ab%41", 4, false, out));
    ck_assert(!mk_percent_decode("a\0b", 3, false, out));
}
END_TEST

START_TEST(hex__both_ways)
{
    unsigned char bytes[256];
    unsigned char back[256];
    char text[513];

    for (size_t i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    mk_hex(bytes, 256, text);
    ck_assert_uint_eq(strlen(text), 512);
    ck_assert_int_eq(strncmp(text, "000102030405060708090a0b0c0d0e0f10", 34), 0);
    ck_assert_str_eq(text + 506, "fdfeff");
    ck_assert(mk_unhex(text, 256, back));
    ck_assert_mem_eq(bytes, back, 256);
    mk_hex(bytes, 0, text);
    ck_assert_str_eq(text, "");
}
END_TEST

static const char *const not_hex[] = { "",     "0",    "00",    "000",   "00000",
                                       "0g00", "0A00", "00 0",  " 000",  "0x00",
                                       "-000", "+000", "000\n", "0000 ", "000000" };

START_TEST(unhex__refuses)
{
    unsigned char bytes[2] = { 1, 2 };

    ck_assert(!mk_unhex(not_hex[_i], 2, bytes));
    ck_assert_mem_eq(bytes, "\1\2", 2);
}
END_TEST

/* RFC 4648, section 10, and what tells the two alphabets apart. */
static const struct {
    const char *bytes;
    size_t length;
    const char *url;
    const char *plain;
} base64[] = {
    { BYTES(""), "", "" },
    { BYTES("f"), "Zg", "Zg==" },
    { BYTES("fo"), "Zm8", "Zm8=" },
    { BYTES("foo"), "Zm9v", "Zm9v" },
    { BYTES("foob"), "Zm9vYg", "Zm9vYg==" },
    { BYTES("fooba"), "Zm9vYmE", "Zm9vYmE=" },
    { BYTES("foobar"), "Zm9vYmFy", "Zm9vYmFy" },
    { BYTES("\0"), "AA", "AA==" },
    { BYTES("\xFB\xFF"), "-_8", "+/8=" },
    { BYTES("\xFF\xFF\xFF"), "____", "////" },
    { BYTES(":"), "Og", "Og==" }, /* what Ruby's client sends as Basic */
};

START_TEST(base64__vectors)
{
    struct mk_text text = MK_TEXT(100);
    unsigned char back[20];

    mk_text_add_char(&text, '>');
    mk_text_add_base64url(&text, base64[_i].bytes, base64[_i].length);
    ck_assert_str_eq(text.bytes + 1, base64[_i].url);
    ck_assert_uint_eq(text.length, strlen(base64[_i].url) + 1);
    mk_text_done(&text);

    ptrdiff_t length = mk_base64_decode(base64[_i].url, strlen(base64[_i].url), true, back, 20);
    ck_assert_int_eq(length, (ptrdiff_t)base64[_i].length);
    ck_assert_mem_eq(back, base64[_i].bytes, base64[_i].length);
    length = mk_base64_decode(base64[_i].plain, strlen(base64[_i].plain), false, back, 20);
    ck_assert_int_eq(length, (ptrdiff_t)base64[_i].length);
    ck_assert_mem_eq(back, base64[_i].bytes, base64[_i].length);
}
END_TEST

START_TEST(base64__round_trips)
{
    struct mk_random random;
    unsigned char bytes[100];
    unsigned char back[103];

    mk_random_seeded(&random, 1, "base64");
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        struct mk_text text = MK_TEXT(200);

        mk_random_fill(&random, bytes, length);
        mk_text_add_base64url(&text, bytes, length);
        ck_assert_uint_eq(text.length, (length * 8 + 5) / 6);
        ck_assert_int_eq(mk_base64_decode(text.bytes, text.length, true, back, sizeof(back)),
                         (ptrdiff_t)length);
        ck_assert_mem_eq(bytes, back, length);
        mk_text_done(&text);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t length;
    bool url;
} bad_base64[] = {
    { BYTES("Z"), true }, /* one digit more than whole bytes */
    { BYTES("Zm9vY"), true },
    { BYTES("Zh"), true }, /* trailing bits are not zero: another spelling of "Zg" */
    { BYTES("Zm9"), true },
    { BYTES("Zm9vYm-"), true },
    { BYTES("Zg=="), true }, /* padding is not wanted */
    { BYTES("Zg="), true },
    { BYTES("="), true },
    { BYTES("-+8"), true }, /* the other alphabet */
    { BYTES("//8"), true },
    { BYTES("Zm9v Yg"), true }, /* space is not ignored */
    { BYTES("Zm9v\n"), true },
    { BYTES(" Zm9v"), true },
    { BYTES("Zm9\0"), true },
    { BYTES("Zm9\xC3"), true },
    { BYTES("Zm.v"), true },
    { BYTES("Zg"), false }, /* padding is wanted */
    { BYTES("Zg="), false },
    { BYTES("Zm8"), false },
    { BYTES("Z"), false },
    { BYTES("Zh=="), false },
    { BYTES("Zm9="), false },
    { BYTES("Zg==="), false },
    { BYTES("Zm9v="), false },
    { BYTES("Zg==Zg=="), false },
    { BYTES("Zg=g"), false },
    { BYTES("===="), false },
    { BYTES("-_8="), false },
    { BYTES("Zm9v\n"), false },
    { BYTES("Zm 9v"), false },
};

START_TEST(base64__refuses)
{
    unsigned char out[40];

    ck_assert_int_eq(mk_base64_decode(bad_base64[_i].text, bad_base64[_i].length,
                                      bad_base64[_i].url, out, sizeof(out)),
                     -1);
}
END_TEST

/* Nothing is written beyond the room; three bytes to spare are always enough. */
START_TEST(base64__room)
{
    for (size_t room = 0; room < 12; room++) {
        unsigned char *out = mk_alloc(room);
        ptrdiff_t length = mk_base64_decode("Zm9vYmFy", 8, true, out, room);

        ck_assert(length == 6 || length == -1);
        ck_assert(room < 9 || length == 6);
        ck_assert(room >= 6 || length == -1);
        free(out);
    }
}
END_TEST

static const struct {
    unsigned char bytes[16];
    const char *id;
} short_ids[] = {
    { { 0 }, "2222222222222222222222" },
    { { [15] = 1 }, "2222222222222222222223" },
    { { [15] = 56 }, "222222222222222222222z" },
    { { [15] = 57 }, "2222222222222222222232" },
    { { [0] = 0x80 }, "Qn8RZQxiJfv4FQ9BhUoZb4" },
    { { 0x3b, 0x1f, 0x8b, 0x40, 0x22, 0x2c, 0x4a, 0x6e, 0xb7, 0x7e, 0x77, 0x9d, 0x5a, 0x94, 0xe2,
        0x1c },
      "CXc85b4rqinB7s5J52TRYb" }, /* shortuuid's own documentation */
    { { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF },
      "oZEq7ovRbLq6UnGMPwc8B5" },
};

START_TEST(short_id__table)
{
    char id[MK_SHORT_ID_LENGTH + 1] = { [MK_SHORT_ID_LENGTH] = 'x' };

    mk_short_id(short_ids[_i].bytes, id);
    ck_assert_int_eq(id[MK_SHORT_ID_LENGTH], 'x');
    ck_assert_mem_eq(id, short_ids[_i].id, MK_SHORT_ID_LENGTH);
}
END_TEST

START_TEST(short_id__read)
{
    unsigned char bytes[16];

    ck_assert(mk_short_id_read(short_ids[_i].id, bytes));
    ck_assert_mem_eq(bytes, short_ids[_i].bytes, sizeof(bytes));
}
END_TEST

static const char *const bad_short_ids[] = {
    "",
    "222222222222222222222",
    "22222222222222222222222",
    "222222222222222222222 ",
    "2222222222222222222220", /* not in the alphabet: 0 1 I O l */
    "1222222222222222222222",
    "22222222222I2222222222",
    "22222222222O2222222222",
    "22222222222l2222222222",
    "22222222222-2222222222",
    "22222222222222222222\xC3\xA9",
    "oZEq7ovRbLq6UnGMPwc8B6", /* one more than 128 bits hold */
    "oZEq7ovRbLq6UnGMPwc8C2",
    "zzzzzzzzzzzzzzzzzzzzzz",
};

START_TEST(short_id__refuses)
{
    unsigned char bytes[16];

    ck_assert(!mk_short_id_read(bad_short_ids[_i], bytes));
}
END_TEST

Suite *encoding_suite(void)
{
    Suite *suite = suite_create("encoding");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, utf8__table, 0, (int)MK_COUNT(utf8));
    tcase_add_test(all, utf8__every_code_point);
    tcase_add_test(all, utf8__count);
    tcase_add_loop_test(all, percent__table, 0, (int)MK_COUNT(percent));
    tcase_add_test(all, percent__length);
    tcase_add_test(all, hex__both_ways);
    tcase_add_loop_test(all, unhex__refuses, 0, (int)MK_COUNT(not_hex));
    tcase_add_loop_test(all, base64__vectors, 0, (int)MK_COUNT(base64));
    tcase_add_test(all, base64__round_trips);
    tcase_add_loop_test(all, base64__refuses, 0, (int)MK_COUNT(bad_base64));
    tcase_add_test(all, base64__room);
    tcase_add_loop_test(all, short_id__table, 0, (int)MK_COUNT(short_ids));
    tcase_add_loop_test(all, short_id__read, 0, (int)MK_COUNT(short_ids));
    tcase_add_loop_test(all, short_id__refuses, 0, (int)MK_COUNT(bad_short_ids));
    suite_add_tcase(suite, all);
    return suite;
}
