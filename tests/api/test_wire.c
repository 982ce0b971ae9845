/* SPDX-License-Identifier: MIT */
/*
 * What holds for every request: paths, methods, HEAD, preflights, heads too large, and the pages.
 */
#include "api/tests.h"

#include "api/routes.h"
#include "base/memory.h"
#include "data/assets.h"

#include <string.h>

static const char *const nowhere[] = {
    "/nothing",
    "/links/",
    "//links",
    "/links//",
    "//",
    "/institutions/",
    "/links/a/b",
    "/Links",
    "/links%2F",
    "/auth",
    "/auth/token/",
    "/link-session/",
    "/link-session/exchange-token/x",
    "/livez/",
    "/openapi",
    "/connect/avatars",
    "/connect/avatars/",
    "/connect/avatars/a/b",
    "/sandbox",
    "/institutions/%00",
    "/institutions/%zz",
    "/institutions/%ff",
    "/users/x/links/y",
    "*",
};

START_TEST(path__not_found)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(nowhere); i++) {
        expect_error(CALL(client, .target = nowhere[i]), 404, "api_error.request.not_found");
        expect_error(CALL(client, .target = nowhere[i], .anonymous = true), 404,
                     "api_error.request.not_found");
    }
    expect_error(CALL(client, .method = "POST", .target = "/nothing", .body = "not JSON"), 404,
                 "api_error.request.not_found");
}
END_TEST

START_TEST(path__spellings)
{
    struct client *client = signed_in("alice");

    expect_status(CALL(client, .target = "/%6Cinks"), 200);
    expect_status(CALL(client, .target = "/links?"), 200);
    expect_status(CALL(client, .target = "http://elsewhere.example/links"), 200);
    expect_status(CALL(client, .target = "/institutions/chase?/x/y"), 200);
}
END_TEST

static const struct {
    const char *method;
    const char *target;
    const char *allow;
} wrong_methods[] = {
    { "GET", "/auth/token", "POST, OPTIONS" },
    { "HEAD", "/auth/token", "POST, OPTIONS" },
    { "POST", "/auth/introspect", "GET, HEAD, OPTIONS" },
    { "DELETE", "/institutions", "GET, HEAD, OPTIONS" },
    { "PUT", "/institutions/chase", "GET, HEAD, OPTIONS" },
    { "GET", "/link-session", "POST, OPTIONS" },
    { "PATCH", "/link-session/exchange-token", "POST, OPTIONS" },
    { "POST", "/links", "GET, HEAD, OPTIONS" },
    { "POST", "/links/x", "GET, HEAD, PATCH, DELETE, OPTIONS" },
    { "PUT", "/links/x", "GET, HEAD, PATCH, DELETE, OPTIONS" },
    { "GET", "/sandbox/connect", "POST, OPTIONS" },
    { "POST", "/", "GET, HEAD, OPTIONS" },
    { "DELETE", "/livez", "GET, HEAD, OPTIONS" },
    { "POST", "/openapi.json", "GET, HEAD, OPTIONS" },
    { "PATCH", "/connect/avatars/chase", "GET, HEAD, OPTIONS" },
    { "BREW", "/links", "GET, HEAD, OPTIONS" },
    { "TRACE", "/links", "GET, HEAD, OPTIONS" },
    { "get", "/links", "GET, HEAD, OPTIONS" },
};

START_TEST(method__not_allowed)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(wrong_methods); i++) {
        const struct reply *reply =
            CALL(client, .method = wrong_methods[i].method, .target = wrong_methods[i].target);
        require(reply->status == 405, "%s %s: %u", wrong_methods[i].method, wrong_methods[i].target,
                reply->status);
        ck_assert_str_eq(header_of(reply, "Allow"), wrong_methods[i].allow);
        if (strcmp(wrong_methods[i].method, "HEAD") != 0)
            expect_error(reply, 405, "api_error.request.method_not_allowed");
    }
}
END_TEST

/* The answer of GET without its body, and with its length. */
START_TEST(method__head)
{
    static const char *const targets[] = {
        "/links",           "/institutions", "/institutions/chase",
        "/auth/introspect", "/livez",        "/openapi.json"
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(targets); i++) {
        const struct reply *reply = CALL(client, .method = "HEAD", .target = targets[i]);
        expect_status(reply, 200);
        ck_assert_uint_eq(reply->length, 0);
        ck_assert_str_eq(header_of(reply, "Content-Type"), "application/json");
        if (under_test.transport == TRANSPORT_CURL) {
            size_t length = get(client, "%s", targets[i])->length;
            ck_assert_uint_eq(strtoul(header_of(reply, "Content-Length"), NULL, 10), length);
        }
    }
    expect_status(CALL(client, .method = "HEAD", .target = "/links/unknown"), 404);
    expect_status(CALL(client, .method = "HEAD", .target = "/links", .anonymous = true), 401);
    expect_status(get(client, "/links"), 200); /* the connection is still in step */
}
END_TEST

START_TEST(method__preflight)
{
    struct client *client = client_new("nobody");
    const struct reply *reply =
        CALL(client, .method = "OPTIONS", .target = "/links/x",
             .headers = { "Origin: https://app.example", "Access-Control-Request-Method: PATCH",
                          "Access-Control-Request-Headers: authorization" });

    expect_status(reply, 204);
    ck_assert_uint_eq(reply->length, 0);
    ck_assert_str_eq(header_of(reply, "Access-Control-Allow-Origin"), "*");
    ck_assert_str_eq(header_of(reply, "Access-Control-Allow-Methods"),
                     "GET, HEAD, PATCH, DELETE, OPTIONS");
    const char *headers = header_of(reply, "Access-Control-Allow-Headers");
    ck_assert_ptr_nonnull(headers);
    ck_assert_ptr_nonnull(strcasestr(headers, "authorization"));
    ck_assert_ptr_nonnull(strcasestr(headers, "content-type"));
    ck_assert_ptr_nonnull(strcasestr(headers, "moneykit-version"));
    ck_assert_ptr_nonnull(strcasestr(headers, "x-client-id"));
    ck_assert_ptr_nonnull(strcasestr(headers, "x-client-secret"));
    ck_assert_ptr_null(header_of(reply, "Access-Control-Allow-Credentials"));
    ck_assert_ptr_nonnull(header_of(reply, "Access-Control-Max-Age"));
}
END_TEST

START_TEST(method__options_without_origin)
{
    struct client *client = client_new("nobody");
    const struct reply *reply = CALL(client, .method = "OPTIONS", .target = "/links");

    expect_status(reply, 204);
    ck_assert_str_eq(header_of(reply, "Allow"), "GET, HEAD, OPTIONS");
    expect_error(CALL(client, .method = "OPTIONS", .target = "/nothing"), 404,
                 "api_error.request.not_found");
}
END_TEST

/* A page may read our headers of its own calls, errors included. */
START_TEST(cors__exposed_headers)
{
    struct client *client = signed_in("alice");
    const struct reply *good =
        CALL(client, .target = "/links", .headers = { "Origin: https://app.example" });
    const struct reply *bad = CALL(client, .target = "/links", .anonymous = true,
                                   .headers = { "Origin: https://app.example" });

    ck_assert_ptr_nonnull(
        strcasestr(header_of(good, "Access-Control-Expose-Headers"), "x-request-id"));
    expect_error(bad, 401, "api_error.auth.unauthorized");
    ck_assert_ptr_nonnull(header_of(bad, "Access-Control-Expose-Headers"));
}
END_TEST

START_TEST(head__too_large)
{
    struct client *client = signed_in("alice");
    char *target = quoted("/links?x=%012500d", 1);
    char *field = quoted("X-Padding: %012500d", 1);
    char *fits = quoted("X-Padding: %010000d", 1);

    expect_error(CALL(client, .target = target), 431, "api_error.request.head_too_large");
    expect_error(CALL(client, .target = "/links", .headers = { field }), 431,
                 "api_error.request.head_too_large");
    expect_status(CALL(client, .target = "/links", .headers = { fits }), 200);
    free(target);
    free(field);
    free(fits);
}
END_TEST

/* Fields of which somebody on the way might believe the other one. */
START_TEST(head__repeated_fields)
{
    struct client *client = signed_in("alice");

    expect_error(CALL(client, .target = "/links",
                      .headers = { "Authorization: Bearer x", "X-Client-Id: y" }),
                 400, "api_error.request.malformed");
    expect_error(CALL(client_new("nobody"), .target = "/links",
                      .headers = { "X-Client-Id: y", "X-Client-Id: z", "X-Client-Secret: s" }),
                 400, "api_error.request.malformed");
    if (under_test.transport == TRANSPORT_MEMORY) /* libcurl sends one Host, whatever it is told */
        expect_error(
            CALL(client, .target = "/links", .headers = { "Host: localhost", "Host: localhost" }),
            400, "api_error.request.malformed");
    expect_error(
        CALL(client, .target = "/links",
             .headers = { "moneykit-version: 2023-02-18", "MoneyKit-Version: 2023-02-18" }),
        400, "api_error.request.malformed");
    expect_status(get(client, "/links"), 200);
}
END_TEST

/* --- Pages ------------------------------------------------------------------------------------ */

START_TEST(page__probes)
{
    struct client *client = client_new("nobody");

    expect_value(get(client, "/livez"), "status", "'ok'");
    expect_value(get(client, "/readyz"), "status", "'ok'");
    under_test.service->stopping = true;
    expect_error(get(client, "/readyz"), 503, "api_error.unavailable");
    expect_value(get(client, "/livez"), "status", "'ok'");
    under_test.service->stopping = false;
}
END_TEST

START_TEST(page__front)
{
    struct client *client = client_new("nobody");
    const struct reply *reply =
        CALL(client, .target = "/", .content_type = "text/html; charset=utf-8");

    expect_status(reply, 200);
    ck_assert_ptr_nonnull(strcasestr(reply->body, "<!doctype html>"));
    ck_assert_ptr_nonnull(strstr(reply->body, moneykit_sandbox_url(under_test.sandbox)));
    ck_assert_ptr_null(strstr(reply->body, "{{"));
    ck_assert_ptr_nonnull(strstr(reply->body, "href=\"openapi.json\""));
}
END_TEST

START_TEST(page__openapi)
{
    const struct reply *reply = get(client_new("nobody"), "/openapi.json");

    expect_status(reply, 200);
    ck_assert_uint_eq(reply->length, mk_asset_openapi.length);
    ck_assert_int_eq(memcmp(reply->body, mk_asset_openapi.bytes, reply->length), 0);
    ck_assert_int_eq(strncmp(text_at(reply, "openapi"), "3.1", 3), 0);
}
END_TEST

START_TEST(page__avatars)
{
    struct client *client = client_new("nobody");
    const struct reply *reply =
        CALL(client, .target = "/connect/avatars/chase", .content_type = "image/svg+xml");

    expect_status(reply, 200);
    ck_assert_int_eq(strncmp(reply->body, "<svg ", 5), 0);
    ck_assert_ptr_nonnull(strstr(reply->body, ">C</text>"));
    expect_error(get(client, "/connect/avatars/nobody"), 404, "institution_error.not_found");
}
END_TEST

/* A fault rule makes the next answer end like this; the connection after it is a new one. */
static const struct reply *break_off(struct client *client, const char *action)
{
    under_test.is_forced = true;
    expect_status(post(client, "/sandbox/faults", "{'action': '%s', 'count': 1}", action), 201);
    const struct reply *reply = CALL(client, .target = "/links", .breaks = true);
    under_test.is_forced = false;
    return reply;
}

START_TEST(answer__breaks_off)
{
    struct client *client = signed_in("alice");
    size_t whole = get(client, "/links")->length;

    const struct reply *reply = break_off(client, "reset");
    ck_assert_int_eq(reply->ending, MK_ENDING_RESET);
    ck_assert_uint_eq(reply->status, 0);
    ck_assert_uint_eq(reply->length, 0);
    reply = break_off(client, "truncate");
    ck_assert_int_eq(reply->ending, MK_ENDING_TRUNCATED);
    ck_assert_uint_eq(reply->status, 0);
    ck_assert_uint_eq(reply->length, whole / 2);
    ck_assert_uint_eq(get(client, "/links")->length, whole);
}
END_TEST

void wire_tests(TCase *tcase)
{
    tcase_add_test(tcase, path__not_found);
    tcase_add_test(tcase, path__spellings);
    tcase_add_test(tcase, method__not_allowed);
    tcase_add_test(tcase, method__head);
    tcase_add_test(tcase, method__preflight);
    tcase_add_test(tcase, method__options_without_origin);
    tcase_add_test(tcase, cors__exposed_headers);
    tcase_add_test(tcase, head__too_large);
    tcase_add_test(tcase, head__repeated_fields);
    tcase_add_test(tcase, answer__breaks_off);
    tcase_add_test(tcase, page__probes);
    tcase_add_test(tcase, page__front);
    tcase_add_test(tcase, page__openapi);
    tcase_add_test(tcase, page__avatars);
}
