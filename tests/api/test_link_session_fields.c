/* SPDX-License-Identifier: MIT */
/* POST /link-session: the bounds of every field, at them and beyond. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

/* A text of `count` times `piece`, for the caller to free. */
static char *repeated(const char *piece, size_t count)
{
    struct mk_text text = MK_TEXT((size_t)1 << 22);

    mk_text_add(&text, "", 0);
    while (count-- > 0)
        mk_text_add_text(&text, piece);
    return mk_text_steal(&text);
}

/* Sends the body with its %s replaced by a text of this many times `piece`. */
static const struct reply *ask_sized(struct client *client, const char *body, const char *piece,
                                     size_t count)
{
    const char *hole = strstr(body, "%s");
    char *text = repeated(piece, count);
    const struct reply *reply =
        post(client, "/link-session", "%.*s%s%s", (int)(hole - body), body, text, hole + 2);

    free(text);
    return reply;
}

#define URI "'redirect_uri': 'http://localhost'"

/* Lengths in code points; 0 for no bound. */
static const struct {
    const char *body;
    size_t min;
    size_t max;
    const char *location;
} lengths[] = {
    { "{" URI ", 'customer_user': {'id': '%s'}}", 4, 150, "['body','customer_user','id']" },
    { "{" URI ", 'customer_user': {'id': 'user-1', 'email': {'address': '%s'}}}", 4, 254,
      "['body','customer_user','email','address']" },
    { "{" URI ", 'customer_user': {'id': 'user-1', 'phone': {'number': '%s'}}}", 4, 30,
      "['body','customer_user','phone','number']" },
    { "{" LEAST_SESSION ", 'link_tags': ['a', '%s']}", 1, 99, "['body','link_tags',1]" },
};

static void expect_one_issue(const struct reply *reply, const char *location, const char *kind)
{
    char *line = quoted("%s %s\n", location, kind);

    expect_issues(reply, line);
    free(line);
}

START_TEST(fields__lengths)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(lengths); i++) {
        const char *body = lengths[i].body;
        expect_status(ask_sized(client, body, "x", lengths[i].min), 201);
        expect_status(ask_sized(client, body, "x", lengths[i].max), 201);
        expect_one_issue(ask_sized(client, body, "x", lengths[i].min - 1), lengths[i].location,
                         "string_too_short");
        expect_one_issue(ask_sized(client, body, "x", lengths[i].max + 1), lengths[i].location,
                         "string_too_long");
    }
}
END_TEST

/* A character of four bytes counts once. */
START_TEST(fields__lengths_are_characters)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(lengths) - 1; i++) {
        const char *body = lengths[i].body;
        expect_status(ask_sized(client, body, "\xf0\x9f\x8f\xa6", lengths[i].min), 201);
        expect_status(ask_sized(client, body, "\xf0\x9f\x8f\xa6", lengths[i].max), 201);
        expect_one_issue(ask_sized(client, body, "\xf0\x9f\x8f\xa6", lengths[i].max + 1),
                         lengths[i].location, "string_too_long");
    }
}
END_TEST

#define CUSTOMER "'customer_user': {'id': 'user-1'}"

START_TEST(fields__urls)
{
    static const char redirect[] = "{" CUSTOMER ", 'redirect_uri': 'http://localhost/%s'}";
    static const char webhook[] = "{" LEAST_SESSION ", 'webhook': 'http://localhost/%s'}";
    struct client *client = signed_in("alice");
    size_t room = 65536 - strlen("http://localhost/");

    expect_status(ask_sized(client, redirect, "x", room), 201);
    expect_issues(ask_sized(client, redirect, "x", room + 1),
                  "['body','redirect_uri'] string_too_long\n");
    expect_issues(post(client, "/link-session", "{" CUSTOMER ", 'redirect_uri': ''}"),
                  "['body','redirect_uri'] string_too_short\n");
    expect_status(ask_sized(client, webhook, "x", room), 201);
    expect_issues(ask_sized(client, webhook, "x", room + 1),
                  "['body','webhook'] string_too_long\n");
    expect_issues(post(client, "/link-session", "{" LEAST_SESSION ", 'webhook': ''}"),
                  "['body','webhook'] string_too_short\n");
}
END_TEST

START_TEST(fields__webhook)
{
    static const char *const good[] = { "http://localhost:1/x?y=1", "https://a.example",
                                        "HTTPS://A.example/#f" };
    static const char *const bad[] = {
        "a.example", "ftp://a.example",       "http://", "http:/x", "x",
        "myapp://x", "http://a.example:port/"
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(good); i++)
        create_session(client, "'webhook': '%s'", good[i]);
    for (size_t i = 0; i < MK_COUNT(bad); i++)
        expect_issues(post(client, "/link-session", "{" LEAST_SESSION ", 'webhook': '%s'}", bad[i]),
                      "['body','webhook'] url_format\n");
}
END_TEST

/* The number of items, where there is a bound: ours, so that a session stays small. */
static const struct {
    const char *body;
    const char *item;
    size_t max;
    const char *location;
} counts[] = {
    { "{" LEAST_SESSION ", 'link_tags': [%s'x']}", "'a', ", 100, "['body','link_tags']" },
    { "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [%s"
      "{'account_type': 'a', 'name': 'b', 'account_number': 'c'}]}}",
      "{'account_type': 'a', 'name': 'b', 'account_number': 'c'}, ", 64,
      "['body','custom_sandbox_data','accounts']" },
    { "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [], 'owners': [%s"
      "{'names': [], 'addresses': [], 'phone_numbers': [], 'emails': []}]}}",
      "{'names': [], 'addresses': [], 'phone_numbers': [], 'emails': []}, ", 20,
      "['body','custom_sandbox_data','owners']" },
    { "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [], 'owners': ["
      "{'names': [%s'x'], 'addresses': [], 'phone_numbers': [], 'emails': []}]}}",
      "'Ann', ", 20, "['body','custom_sandbox_data','owners',0,'names']" },
    { "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [], 'owners': ["
      "{'names': [], 'addresses': [%s{}], 'phone_numbers': [], 'emails': []}]}}",
      "{}, ", 20, "['body','custom_sandbox_data','owners',0,'addresses']" },
    { "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [], 'owners': ["
      "{'names': [], 'addresses': [], 'phone_numbers': [%s{'number': '1', 'type': 'home'}],"
      " 'emails': []}]}}",
      "{'number': '1', 'type': 'work'}, ", 20,
      "['body','custom_sandbox_data','owners',0,'phone_numbers']" },
    { "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [], 'owners': ["
      "{'names': [], 'addresses': [], 'phone_numbers': [], 'emails': [%s{'address': 'x'}]}]}}",
      "{'address': 'a', 'primary': null}, ", 20,
      "['body','custom_sandbox_data','owners',0,'emails']" },
};

START_TEST(fields__counts)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(counts); i++) {
        expect_status(ask_sized(client, counts[i].body, counts[i].item, counts[i].max - 1), 201);
        expect_one_issue(ask_sized(client, counts[i].body, counts[i].item, counts[i].max),
                         counts[i].location, "too_many");
    }
}
END_TEST

START_TEST(fields__choices)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_PROVIDER_COUNT; i++)
        create_session(client, "'settings': {'providers': ['%s']}", mk_provider_names[i]);
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++)
        create_session(client, "'settings': {'countries': ['%s']}", mk_country_names[i]);
    create_session(client, "'settings': {'countries': ['US', 'GB', 'CA', 'US', 'CA', 'GB', 'GB']}");
    create_session(client, "'settings': {'countries': [], 'providers': []}");
    expect_issues(post(client, "/link-session",
                       "{" LEAST_SESSION ", 'settings': {'countries': ['DE', 'US', ''],"
                       " 'providers': ['MX']}}"),
                  "['body','settings','providers',0] enum\n"
                  "['body','settings','countries',0] enum\n"
                  "['body','settings','countries',2] enum\n");
    expect_issues(post(client, "/link-session",
                       "{" LEAST_SESSION ", 'settings': {'countries': 'US', 'providers': {},"
                       " 'products': []}}"),
                  "['body','settings','providers'] list_type\n"
                  "['body','settings','products'] object_type\n"
                  "['body','settings','countries'] list_type\n");
}
END_TEST

START_TEST(fields__products_that_no_session_configures)
{
    create_session(signed_in("alice"),
                   "'settings': {'products': {'accounts': 1, 'enrichment': [], 'loans': null}}");
}
END_TEST

START_TEST(fields__tags)
{
    static const char *const good[] = { "a", "Z9", "0", "a b", "user_type:admin", "x\xc3\xa9" };
    static const char *const bad[] = {
        "-a", " a", "_a", ":a", "\xc3\xa9", "\xf0\x9f\x8f\xa6", "#"
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(good); i++)
        create_session(client, "'link_tags': ['%s']", good[i]);
    for (size_t i = 0; i < MK_COUNT(bad); i++)
        expect_issues(
            post(client, "/link-session", "{" LEAST_SESSION ", 'link_tags': ['%s']}", bad[i]),
            "['body','link_tags',0] string_pattern_mismatch\n");
    expect_issues(post(client, "/link-session", "{" LEAST_SESSION ", 'link_tags': [null, '']}"),
                  "['body','link_tags',0] not_null\n['body','link_tags',1] string_too_short\n");
}
END_TEST

static const struct reply *ask_routing(struct client *client, const char *number)
{
    return post(client, "/link-session",
                "{" LEAST_SESSION ", 'custom_sandbox_data': {'accounts': [{'account_type': 'x',"
                " 'name': 'y', 'account_number': 'z', 'routing_number': %s}]}}",
                number);
}

/* 3, 7, 1 times the digits, a multiple of ten; the sandbox's own 111222333 is none. */
START_TEST(fields__routing_numbers)
{
    static const char *const good[] = { "'021000021'", "'011401533'", "'091000019'",
                                        "'000000000'", "'122105155'", "null" };
    static const char *const bad[] = { "'111222333'",  "'021000020'",
                                       "'021000012'",  "'02100002'",
                                       "'0210000210'", "''",
                                       "'02100002a'",  "'-21000021'",
                                       "' 21000021'",  "'\xd9\xa0\xd9\xa1\xd9\xa2\xd9\xa3 '" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(good); i++)
        expect_status(ask_routing(client, good[i]), 201);
    for (size_t i = 0; i < MK_COUNT(bad); i++)
        expect_issues(
            ask_routing(client, bad[i]),
            "['body','custom_sandbox_data','accounts',0,'routing_number'] routing_number\n");
    expect_issues(ask_routing(client, "21000021"),
                  "['body','custom_sandbox_data','accounts',0,'routing_number'] string_type\n");
}
END_TEST

/* Of a hundred wrong digits none passes: a single digit that changes is always found. */
START_TEST(fields__routing_number_digit_by_digit)
{
    struct client *client = signed_in("alice");
    char number[] = "'021000021'";

    for (size_t place = 1; place <= 9; place++) {
        char right = number[place];
        for (char digit = '0'; digit <= '9'; digit++) {
            number[place] = digit;
            ck_assert_uint_eq(ask_routing(client, number)->status, digit == right ? 201 : 422);
        }
        number[place] = right;
    }
}
END_TEST

START_TEST(fields__times)
{
    static const char *const good[] = { "2023-02-16T09:14:11", "2023-02-16T09:14:11Z",
                                        "2023-02-16T09:14:11.123456+00:00", "2023-02-16 09:14" };
    static const char *const bad[] = { "2023-02-16",          "16.2.2023", "2023-02-30T00:00:00",
                                       "2023-02-16T25:00:00", "",          "now" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(good); i++)
        expect_status(post(client, "/link-session",
                           "{" URI ", 'customer_user': {'id': 'user-1', 'phone': {'number': '1234',"
                           " 'customer_verified_at': '%s'}}}",
                           good[i]),
                      201);
    for (size_t i = 0; i < MK_COUNT(bad); i++)
        expect_issues(post(client, "/link-session",
                           "{" URI ", 'customer_user': {'id': 'user-1', 'phone': {'number': '1234',"
                           " 'customer_verified_at': '%s'}}}",
                           bad[i]),
                      "['body','customer_user','phone','customer_verified_at'] datetime_format\n");
}
END_TEST

void link_session_fields_tests(TCase *tcase)
{
    tcase_add_test(tcase, fields__lengths);
    tcase_add_test(tcase, fields__lengths_are_characters);
    tcase_add_test(tcase, fields__urls);
    tcase_add_test(tcase, fields__webhook);
    tcase_add_test(tcase, fields__counts);
    tcase_add_test(tcase, fields__choices);
    tcase_add_test(tcase, fields__products_that_no_session_configures);
    tcase_add_test(tcase, fields__tags);
    tcase_add_test(tcase, fields__routing_numbers);
    tcase_add_test(tcase, fields__routing_number_digit_by_digit);
    tcase_add_test(tcase, fields__times);
}
