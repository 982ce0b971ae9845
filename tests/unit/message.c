/* SPDX-License-Identifier: MIT */
#include "http/message.h"

#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

START_TEST(methods_are_read_as_they_are_named)
{
    for (int i = 0; i < MK_METHOD_COUNT; i++)
        ck_assert_int_eq(mk_method_read(mk_method_name((enum mk_method)i)), i);
    ck_assert_str_eq(mk_method_name(MK_OPTIONS), "OPTIONS");
    ck_assert_str_eq(mk_method_name(MK_METHOD_OTHER), "OTHER");
}
END_TEST

START_TEST(other_methods_match_no_route)
{
    static const char *const others[] = { "",   "get",   "Get",     "GETS",
                                          "GE", "TRACE", "CONNECT", "PURGE" };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert_int_eq(mk_method_read(others[i]), MK_METHOD_OTHER);
}
END_TEST

START_TEST(headers_are_read_in_any_case)
{
    for (int i = 0; i < MK_HEADER_COUNT; i++)
        ck_assert_int_eq(mk_header_read(mk_header_name((enum mk_header)i)), i);
    ck_assert_int_eq(mk_header_read("Authorization"), MK_HEADER_AUTHORIZATION);
    ck_assert_int_eq(mk_header_read("MONEYKIT-VERSION"), MK_HEADER_VERSION);
    ck_assert_int_eq(mk_header_read("X-Client-Id"), MK_HEADER_CLIENT_ID);
    ck_assert_int_eq(mk_header_find("hostname", 4), MK_HEADER_HOST);
}
END_TEST

START_TEST(other_headers_are_nobodys)
{
    static const char *const others[] = { "",
                                          "hos",
                                          "hosts",
                                          "xost",
                                          "content_type",
                                          "x-client-ie",
                                          "x-sandbox-clienu",
                                          "Accept",
                                          "x-forwarded-for" };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert_int_eq(mk_header_read(others[i]), MK_HEADER_COUNT);
    ck_assert_str_eq(mk_header_name(MK_HEADER_COUNT), "");
}
END_TEST

START_TEST(a_response_keeps_copies_of_values)
{
    struct mk_response response;
    char value[] = "one";

    mk_response_init(&response);
    mk_response_header(&response, "A", "literal");
    mk_response_header_copy(&response, "B", value);
    mk_response_header_copy(&response, "C", "");
    value[0] = 'x';
    ck_assert_uint_eq(response.header_count, 3);
    ck_assert_str_eq(response.headers[0].value, "literal");
    ck_assert_str_eq(response.headers[1].name, "B");
    ck_assert_str_eq(response.headers[1].value, "one");
    ck_assert_str_eq(response.headers[2].value, "");
    mk_response_done(&response);
}
END_TEST

START_TEST(a_value_that_does_not_fit_is_left_out_whole)
{
    struct mk_response response;
    char exact[sizeof(response.values)];

    memset(exact, 'v', sizeof(exact));
    exact[sizeof(exact) - 1] = '\0';
    mk_response_init(&response);
    mk_response_header_copy(&response, "A", "x");
    mk_response_header_copy(&response, "B", exact);
    mk_response_header_copy(&response, "C", "y");
    ck_assert_uint_eq(response.header_count, 2);
    ck_assert_str_eq(response.headers[1].name, "C");
    ck_assert_str_eq(response.headers[1].value, "y");

    mk_response_init(&response);
    mk_response_header_copy(&response, "B", exact);
    mk_response_header_copy(&response, "C", "");
    ck_assert_uint_eq(response.header_count, 1);
    ck_assert_str_eq(response.headers[0].value, exact);
    mk_response_done(&response);
}
END_TEST

START_TEST(done_frees_what_is_owned_and_can_be_repeated)
{
    static char literal[] = "static";
    struct mk_response response;

    mk_response_init(&response);
    response.body = malloc(10);
    response.body_length = 10;
    mk_response_done(&response);
    ck_assert_ptr_null(response.body);
    mk_response_done(&response);

    mk_response_init(&response);
    response.body = literal;
    response.static_body = true;
    mk_response_done(&response);
    ck_assert_str_eq(literal, "static");
    mk_response_done(NULL);
}
END_TEST

static void count_end(void *state)
{
    ++*(int *)state;
}

START_TEST(a_feed_that_nobody_took_ends_once)
{
    struct mk_response response;
    int ends = 0;

    mk_response_init(&response);
    response.feed = (struct mk_feed){ .done = count_end, .state = &ends };
    mk_response_done(&response);
    mk_response_done(&response);
    ck_assert_int_eq(ends, 1);
}
END_TEST

Suite *message_suite(void)
{
    Suite *suite = suite_create("message");
    TCase *all = tcase_create("all");

    tcase_add_test(all, methods_are_read_as_they_are_named);
    tcase_add_test(all, other_methods_match_no_route);
    tcase_add_test(all, headers_are_read_in_any_case);
    tcase_add_test(all, other_headers_are_nobodys);
    tcase_add_test(all, a_response_keeps_copies_of_values);
    tcase_add_test(all, a_value_that_does_not_fit_is_left_out_whole);
    tcase_add_test(all, done_frees_what_is_owned_and_can_be_repeated);
    tcase_add_test(all, a_feed_that_nobody_took_ends_once);
    suite_add_tcase(suite, all);
    return suite;
}
