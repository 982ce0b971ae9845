/* SPDX-License-Identifier: MIT */
/*
 * POST /link-session/exchange-token: every way in which its body can be wrong, and odd but right
 * ones.
 */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

#define EXCHANGE "/link-session/exchange-token"
#define GOOD "{\"exchangeable_token\":\"" EXAMPLE_TOKEN "\"}"

/* Its problem is that it is no JSON. */
#define BROKEN NULL

/* A body as bytes: length and all, NULs included. */
#define BYTES(text) .body = (text), .length = sizeof(text) - 1

static const struct {
    const char *body;
    size_t length;
    const char *issues;
} wrong[] = {
    { BYTES("{}"), "['body','exchangeable_token'] missing\n" },
    { BYTES("{\"exchangeable_tokens\":\"x\"}"), "['body','exchangeable_token'] missing\n" },
    { BYTES("{\"Exchangeable_Token\":\"x\"}"), "['body','exchangeable_token'] missing\n" },
    { BYTES("{\"exchangeable_token\":null}"), "['body','exchangeable_token'] not_null\n" },
    { BYTES("{\"exchangeable_token\":5}"), "['body','exchangeable_token'] string_type\n" },
    { BYTES("{\"exchangeable_token\":1.5}"), "['body','exchangeable_token'] string_type\n" },
    { BYTES("{\"exchangeable_token\":true}"), "['body','exchangeable_token'] string_type\n" },
    { BYTES("{\"exchangeable_token\":[\"x\"]}"), "['body','exchangeable_token'] string_type\n" },
    { BYTES("{\"exchangeable_token\":{}}"), "['body','exchangeable_token'] string_type\n" },
    { BYTES("[\"" EXAMPLE_TOKEN "\"]"), "['body'] object_type\n" },
    { BYTES("[" GOOD "]"), "['body'] object_type\n" },
    { BYTES("\"" EXAMPLE_TOKEN "\""), "['body'] object_type\n" },
    { BYTES("null"), "['body'] object_type\n" },
    { BYTES("17"), "['body'] object_type\n" },
    { BYTES(""), "['body'] missing\n" },
    { BYTES(" \r\n\t"), "['body'] missing\n" },
    { BYTES("exchangeable_token=x"), BROKEN },
    { BYTES("{'exchangeable_token':'x'}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"x\",}"), BROKEN },
    { BYTES("{\"exchangeable_token\":"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"c7318ff7-257c"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"x\""), BROKEN },
    { BYTES("{"), BROKEN },
    { BYTES(GOOD "x"), BROKEN },
    { BYTES(GOOD GOOD), BROKEN },
    { BYTES("{\"exchangeable_token\":\"\xff\"}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"\xc0\xaf\"}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"\xed\xa0\x80\"}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"\\u0000\"}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"\\ud800\"}"), BROKEN },
    { BYTES("{\"a\\u0000b\":1}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"\0\"}"), BROKEN },
    { BYTES(GOOD "\0"), BROKEN },
    { BYTES("\xef\xbb\xbf" GOOD), BROKEN },
    { BYTES("{\"exchangeable_token\":\"x\",\"n\":1e999}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"x\",\"n\":NaN}"), BROKEN },
    { BYTES("{\"exchangeable_token\":\"a\nb\"}"), BROKEN },
};

/* One problem, at an offset inside the body: which one is jansson's affair. */
static void expect_broken(const struct reply *reply, size_t length)
{
    expect_error(reply, 422, "api_error.request.validation_failed");
    const json_t *problem = member(reply, "validation_errors.0");
    const json_t *location = json_object_get(problem, "location");

    ck_assert_uint_eq(json_array_size(member(reply, "validation_errors")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(problem, "type")), "json_invalid");
    ck_assert_uint_eq(json_array_size(location), 2);
    ck_assert_str_eq(json_string_value(json_array_get(location, 0)), "body");
    ck_assert(json_is_integer(json_array_get(location, 1)));
    json_int_t offset = json_integer_value(json_array_get(location, 1));
    require(offset >= 0 && offset <= (json_int_t)length, "offset %lld", (long long)offset);
}

START_TEST(body__wrong)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(wrong); i++) {
        const struct reply *reply = CALL(client, .method = "POST", .target = EXCHANGE,
                                         .body = wrong[i].body, .length = wrong[i].length);
        if (wrong[i].issues == BROKEN)
            expect_broken(reply, wrong[i].length);
        else
            expect_issues(reply, wrong[i].issues);
    }
    exchange(client, EXAMPLE_TOKEN); /* no try used it up */
}
END_TEST

START_TEST(body__none)
{
    struct client *client = signed_in("alice");

    expect_issues(CALL(client, .method = "POST", .target = EXCHANGE), "['body'] missing\n");
    expect_issues(CALL(client, .method = "POST", .target = EXCHANGE, .body = "",
                       .headers = { "Content-Type: text/plain" }),
                  "['body'] missing\n");
}
END_TEST

static const char *const wrong_types[] = {
    "Content-Type: text/plain",
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Type: multipart/form-data; boundary=json",
    "Content-Type: application/jsonp",
    "Content-Type: application/jso",
    "Content-Type: text/json",
    "Content-Type: application/+json",
    "Content-Type: image/svg+json",
    "Content-Type: application",
    "Content-Type: ;application/json",
    "Content-Type:",
};

static const char *const right_types[] = {
    "Content-Type: application/json; charset=utf-8",
    "Content-Type: application/json;charset=UTF-8",
    "Content-Type: application/json ; x=y",
    "Content-Type: Application/JSON",
    "Content-Type: application/problem+json",
    "Content-Type: application/vnd.moneykit+JSON; version=1",
};

START_TEST(body__content_types)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(wrong_types); i++)
        expect_issues(CALL(client, .method = "POST", .target = EXCHANGE, .body = GOOD,
                           .headers = { wrong_types[i] }),
                      "['header','content-type'] content_type\n");
    for (size_t i = 0; i < MK_COUNT(right_types); i++) {
        const struct reply *reply = CALL(client, .method = "POST", .target = EXCHANGE, .body = GOOD,
                                         .headers = { right_types[i] });
        require(reply->status == (i == 0 ? 201 : 400), "%s: %s", right_types[i], reply->body);
    }
}
END_TEST

static const char *const right_bodies[] = {
    "\n {\"exchangeable_token\"\t:\r\n\"" EXAMPLE_TOKEN "\" } \n",
    "{\"unknown\":{\"a\":[1,2.5,null,true]},\"exchangeable_token\":\"" EXAMPLE_TOKEN
    "\",\"\":\"\"}",
    "{\"exchangeable_token\":\"first\",\"exchangeable_token\":\"" EXAMPLE_TOKEN "\"}",
    "{\"exchangeable_token\":null,\"exchangeable_token\":\"" EXAMPLE_TOKEN "\"}",
    "{\"\\u0065xchangeable_token\":\"\\u0063"
    "7318ff7-257c-490e-8242-03a815b223b7\"}",
    "{\"exchangeable_token\":\"" EXAMPLE_TOKEN "\",\"x\":\"\xf0\x9f\x8f\xa6\\ud83c\\udfe6\"}",
};

START_TEST(body__odd_but_right)
{
    for (size_t i = 0; i < MK_COUNT(right_bodies); i++) {
        char name[] = { 'w', (char)('a' + i), '\0' };
        struct client *client = signed_in(name);
        const struct reply *reply =
            CALL(client, .method = "POST", .target = EXCHANGE, .body = right_bodies[i]);
        require(reply->status == 201, "%s: %s", right_bodies[i], reply->body);
    }
}
END_TEST

/* Of a key given twice the last value counts, also when it is the wrong one. */
START_TEST(body__last_of_two_keys)
{
    struct client *client = signed_in("alice");

    expect_issues(post(client, EXCHANGE,
                       "{'exchangeable_token': '" EXAMPLE_TOKEN "', 'exchangeable_token': 7}"),
                  "['body','exchangeable_token'] string_type\n");
    expect_error(post(client, EXCHANGE,
                      "{'exchangeable_token': '" EXAMPLE_TOKEN "', 'exchangeable_token': 'x'}"),
                 400, "link_session_error.invalid_token_exchange");
}
END_TEST

/* `open` depth times, then `close` as often, as the value of an unknown key. */
static char *nested(size_t depth, const char *open, const char *close)
{
    struct mk_text body = MK_TEXT((size_t)1 << 20);

    mk_text_add_literal(&body, "{\"exchangeable_token\":\"" EXAMPLE_TOKEN "\",\"x\":");
    for (size_t i = 0; i < depth; i++)
        mk_text_add_text(&body, open);
    mk_text_add_literal(&body, "1");
    for (size_t i = 0; i < depth; i++)
        mk_text_add_text(&body, close);
    mk_text_add_literal(&body, "}");
    return mk_text_steal(&body);
}

START_TEST(body__deep)
{
    struct client *client = signed_in("alice");
    char *too_deep = nested(3000, "[", "]");
    char *objects = nested(20000, "{\"x\":", "}");
    char *deep = nested(1000, "[", "]");

    expect_broken(CALL(client, .method = "POST", .target = EXCHANGE, .body = too_deep),
                  strlen(too_deep));
    expect_broken(CALL(client, .method = "POST", .target = EXCHANGE, .body = objects),
                  strlen(objects));
    expect_status(CALL(client, .method = "POST", .target = EXCHANGE, .body = deep), 201);
    free(too_deep);
    free(objects);
    free(deep);
}
END_TEST

/* A body of exactly this size whose token is good. */
static char *sized(size_t size)
{
    struct mk_text body = MK_TEXT((size_t)4 << 20);

    mk_text_add_literal(&body, "{\"exchangeable_token\":\"" EXAMPLE_TOKEN "\",\"x\":\"");
    while (body.length < size - 2)
        mk_text_add_char(&body, 'x');
    mk_text_add_literal(&body, "\"}");
    return mk_text_steal(&body);
}

START_TEST(body__size)
{
    struct client *client = signed_in("alice");
    char *huge = sized((size_t)2 * 1024 * 1024);
    char *large = sized((size_t)1024 * 1024 + 1);
    char *most = sized((size_t)1024 * 1024);

    expect_error(CALL(client, .method = "POST", .target = EXCHANGE, .body = huge), 413,
                 "api_error.request.too_large");
    expect_error(CALL(client, .method = "POST", .target = EXCHANGE, .body = large), 413,
                 "api_error.request.too_large");
    expect_error(
        CALL(client, .method = "POST", .target = EXCHANGE, .body = huge, .anonymous = true), 401,
        "api_error.auth.unauthorized"); /* the order of checks */
    expect_error(CALL(client, .method = "POST", .target = "/nowhere", .body = huge), 404,
                 "api_error.request.not_found");
    expect_status(CALL(client, .method = "POST", .target = EXCHANGE, .body = most), 201);
    free(huge);
    free(large);
    free(most);
}
END_TEST

/* Everywhere where a body is read. */
START_TEST(body__size_on_every_operation)
{
    static const char *const asks[][2] = {
        { "POST", "/auth/token" },
        { "POST", "/link-session" },
        { "POST", EXCHANGE },
        { "PATCH", "/links/whatever" },
        { "POST", "/sandbox/connect" },
        { "POST", "/links/x/products" },
        { "POST", "/links/x/transactions/y/enrichment" },
        { "POST", "/links/import" },
        { "POST", "/links/x/import/transactions" },
        { "POST", "/webhooks/test/link/x" },
    };
    struct client *client = signed_in("alice");
    char *huge = sized((size_t)2 * 1024 * 1024);

    for (size_t i = 0; i < MK_COUNT(asks); i++)
        expect_error(CALL(client, .method = asks[i][0], .target = asks[i][1], .body = huge), 413,
                     "api_error.request.too_large");
    free(huge);
}
END_TEST

void exchange_body_tests(TCase *tcase)
{
    tcase_add_test(tcase, body__wrong);
    tcase_add_test(tcase, body__none);
    tcase_add_test(tcase, body__content_types);
    tcase_add_test(tcase, body__odd_but_right);
    tcase_add_test(tcase, body__last_of_two_keys);
    tcase_add_test(tcase, body__deep);
    tcase_add_test(tcase, body__size);
    tcase_add_test(tcase, body__size_on_every_operation);
}
