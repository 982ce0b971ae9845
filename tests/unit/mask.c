/* SPDX-License-Identifier: MIT */
#include "json/mask.h"

#include "support/mask_shape.h"
#include "unit/suites.h"

#include <string.h>

struct row {
    const char *text;
    const char *masked;
};

static const struct row json_rows[] = {
    /* What is declared is shown. */
    { "{\"text\": \"a\"}", "{\"text\":\"a\"}" },
    { " { \"number\" : -1.5e3 , \"flag\":true,\"text\":null } ",
      "{\"number\":-1.5e3,\"flag\":true,\"text\":null}" },
    { "{\"text\":\"say \\\"***\\\" \\u00e9 \xc3\xa9\"}",
      "{\"text\":\"say \\\"***\\\" \\u00e9 \xc3\xa9\"}" },
    { "{}", "{}" },
    { "{\"object\":{\"open\":\"a\",\"hidden\":\"b\"}}",
      "{\"object\":{\"open\":\"a\",\"hidden\":\"***\"}}" },
    { "{\"texts\":[\"a\",\"b\"],\"objects\":[{\"hidden\":1,\"open\":2},{}]}",
      "{\"texts\":[\"a\",\"b\"],\"objects\":[{\"hidden\":\"***\",\"open\":2},{}]}" },

    /* Secrets of whatever type. */
    { "{\"secret\":\"x\"}", "{\"secret\":\"***\"}" },
    { "{\"secret\":null}", "{\"secret\":\"***\"}" },
    { "{\"secret\":{\"text\":[\"x\",\"}\"]},\"text\":\"a\"}",
      "{\"secret\":\"***\",\"text\":\"a\"}" },
    { "{\"secret\":\"a\\\\\",\"text\":\"b\"}", "{\"secret\":\"***\",\"text\":\"b\"}" },
    { "{\"secret\":\"a\\\"b\",\"text\":\"b\"}", "{\"secret\":\"***\",\"text\":\"b\"}" },
    { "{\"secret\":\"a\",\"secret\":\"b\"}", "{\"secret\":\"***\",\"secret\":\"***\"}" },
    { "{\"secret_object\":{\"open\":\"x\"}}", "{\"secret_object\":\"***\"}" },

    /* What nobody declared: names that look like words are shown, values never. */
    { "{\"txet\":\"x\",\"object\":{\"text\":\"x\"}}",
      "{\"txet\":\"***\",\"object\":{\"text\":\"***\"}}" },
    { "{\"5ecr3t\":1,\"a b\":2,\"\":3}", "{\"***\":\"***\",\"***\":\"***\",\"***\":\"***\"}" },
    { "{\"\\u0074ext\":\"x\"}", "{\"***\":\"***\"}" },
    { "{\"any\":{\"a\":\"x\",\"b\":[1]},\"anything\":[1,\"x\",{\"text\":2}]}",
      "{\"any\":{\"a\":\"***\",\"b\":\"***\"},\"anything\":[\"***\",\"***\",\"***\"]}" },

    /* The wrong type: a text where an object is wanted may be the object, badly quoted. */
    { "{\"object\":\"{'hidden':'x'}\",\"texts\":\"x\"}", "{\"object\":\"***\",\"texts\":\"***\"}" },
    { "{\"text\":{\"text\":\"x\"},\"number\":[\"x\"]}",
      "{\"text\":{\"text\":\"***\"},\"number\":[\"***\"]}" },
    { "{\"texts\":{\"hidden\":\"x\"},\"object\":[\"x\"]}",
      "{\"texts\":{\"hidden\":\"***\"},\"object\":[\"***\"]}" },
    { "{\"number\":\"12\",\"text\":12}", "{\"number\":\"12\",\"text\":12}" },
    { "[{\"text\":\"x\"},1]", "[\"***\",\"***\"]" },
    { "\"x\"", "\"***\"" },
    { "12", "\"***\"" },

    /* What is not JSON ends where that shows. */
    { "grant_type=x", "..." },
    { "x", "..." },
    { " ", "..." },
    { "{\"text\":\"a\",\"texts\":[\"b\" \"c\"]}", "{\"text\":\"a\",\"texts\":[\"b\"..." },
    { "{\"text\":\"a\",x}", "{\"text\":\"a\"..." },
    { "{\"text\":\"a\"", "{\"text\":\"a\"..." },
    { "{\"text\":\"a\"  ", "{\"text\":\"a\"..." },
    { "{\"text\":\"a\"} x", "{\"text\":\"a\"}..." },
    { "{\"text\":\"a", "{..." },
    { "{\"text\":\"a\\", "{..." },
    { "{\"text\":trueish}", "{\"text\":true..." },
    { "{\"text\":hunter2}", "{..." },
    { "{\"text\":'hunter2'}", "{..." },
    { "{text:\"hunter2\"}", "{..." },
    { "{\"text\" \"a\"}", "{..." },
    { "{\"text\":\"a\nb\"}", "{..." },
    { "{\"text\":\"\xff\"}", "..." },
    { "{\"secret\":\"x", "{..." },
    { "{\"secret\":{\"a\":1", "{..." },
    { "{,}", "{..." },
    { "[1,]", "[\"***\"..." },
    { "", "" },
};

START_TEST(json)
{
    const struct row *row = &json_rows[_i];
    char out[256];

    size_t length = mk_mask_json(&mask_shape, row->text, strlen(row->text), out, sizeof(out));
    ck_assert_str_eq(out, row->masked);
    ck_assert_uint_eq(length, strlen(row->masked));
}
END_TEST

static const struct row form_rows[] = {
    { "text=a%20b+c&number=1", "text=a%20b+c&number=1" },
    { "secret=x&text=a", "secret=***&text=a" },
    { "secret=&text=", "secret=***&text=" },
    { "txet=x&5ecr3t=x", "txet=***&***=***" },
    { "%74ext=x", "***=***" },
    { "texts[]=a&texts=b&text[]=x", "texts[]=a&texts=b&text[]=***" },
    { "texts%5B%5D=a", "***=***" },
    { "c2VjcmV0", "***" },
    { "word", "***" },
    { "text&&flag", "text&&flag" },
    { "{\"client_secret\":\"x\"}", "***" },
    { "{\"client_secret\":\"x=\"}", "***=***" },
    { "text=\xff", "..." },
    { "", "" },
};

START_TEST(form)
{
    const struct row *row = &form_rows[_i];
    char out[256];

    size_t length = mk_mask_form(&mask_shape, row->text, strlen(row->text), out, sizeof(out));
    ck_assert_str_eq(out, row->masked);
    ck_assert_uint_eq(length, strlen(row->masked));
}
END_TEST

START_TEST(without_a_shape)
{
    static const char body[] = "{\"text\":\"x\"}";
    static const char query[] = "text=x";
    char out[64];

    mk_mask_json(NULL, body, strlen(body), out, sizeof(out));
    ck_assert_str_eq(out, "{\"text\":\"***\"}");
    mk_mask_form(NULL, query, strlen(query), out, sizeof(out));
    ck_assert_str_eq(out, "text=***");
}
END_TEST

/* However little room there is: no byte more, and nothing but whole values. */
START_TEST(little_room)
{
    static const char text[] = "{\"text\":\"abc\",\"secret\":\"x\",\"texts\":[\"d\"]}";
    char out[64];

    for (size_t room = 0; room < sizeof(out); room++) {
        memset(out, '#', sizeof(out));
        size_t length = mk_mask_json(&mask_shape, text, strlen(text), out, room);
        for (size_t i = room; i < sizeof(out); i++)
            ck_assert_int_eq(out[i], '#');
        if (room == 0)
            continue;
        ck_assert_uint_eq(length, strlen(out));
        ck_assert_ptr_null(strstr(out, "ab..."));
        ck_assert_ptr_null(strstr(out, "\"x\""));
    }
    mk_mask_json(&mask_shape, text, strlen(text), out, 20);
    ck_assert_str_eq(out, "{\"text\":\"abc\"...");
}
END_TEST

START_TEST(deep)
{
    char text[200];
    char out[400];

    memset(text, '[', sizeof(text));
    memcpy(text, "{\"anything\":", 12);
    mk_mask_json(&mask_shape, text, sizeof(text), out, sizeof(out));
    ck_assert_str_eq(out, "{\"anything\":[...");
}
END_TEST

Suite *mask_suite(void)
{
    Suite *suite = suite_create("mask");
    TCase *tcase = tcase_create("mask");

    tcase_add_loop_test(tcase, json, 0, MK_COUNT(json_rows));
    tcase_add_loop_test(tcase, form, 0, MK_COUNT(form_rows));
    tcase_add_test(tcase, without_a_shape);
    tcase_add_test(tcase, little_room);
    tcase_add_test(tcase, deep);
    suite_add_tcase(suite, tcase);
    return suite;
}
