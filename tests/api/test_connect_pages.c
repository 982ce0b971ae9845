/* SPDX-License-Identifier: MIT */
/* Connect's pages and their files: contents, and the header fields that keep them safe. */
#include "api/tests.h"

#include "base/memory.h"
#include "data/assets.h"

#include <string.h>

#define HTML "text/html; charset=utf-8"
#define BASE_POLICY \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "

static const struct reply *page(struct client *client, const char *method, const char *target)
{
    return CALL(client, .method = method, .target = target, .anonymous = true,
                .content_type = HTML);
}

static void expect_page(const struct reply *reply, const struct mk_asset *asset, const char *policy)
{
    expect_status(reply, 200);
    ck_assert_str_eq(header_of(reply, "Content-Type"), HTML);
    ck_assert_pstr_eq(header_of(reply, "Content-Security-Policy"), policy);
    ck_assert_pstr_eq(header_of(reply, "Referrer-Policy"), "no-referrer");
    ck_assert_pstr_eq(header_of(reply, "Cache-Control"), "no-store");
    ck_assert_pstr_eq(header_of(reply, "X-Content-Type-Options"), "nosniff");
    ck_assert_ptr_null(header_of(reply, "X-Frame-Options"));
    ck_assert_ptr_null(header_of(reply, "Cross-Origin-Opener-Policy"));
    ck_assert_ptr_null(header_of(reply, "Set-Cookie"));
    ck_assert_uint_eq(reply->length, asset->length);
    ck_assert_mem_eq(reply->body, asset->bytes, asset->length);
}

/* What the launcher writes, and what else may come: the query and who may frame the page. */
static const struct {
    const char *query;
    const char *ancestors;
} queries[] = {
    { "", "'self'" },
    { "?", "'self'" },
    { "?origin", "'self'" },
    { "?origin=", "'self'" },
    { "?applicationName&device&launcherVersion=0.3.26&linkSessionToken=a.b.c"
      "&origin=http%3A%2F%2Flocalhost%3A3000&stepTimers=false",
      "http://localhost:3000" },
    { "?applicationName&linkSessionToken&origin=https%3A%2F%2Fapp.example&redirectURL=%2F&viewMode"
      "=direct",
      "https://app.example" },
    { "?origin=http://127.0.0.1:3000", "http://127.0.0.1:3000" },
    { "?origin=http://[::1]:3000", "http:" }, /* a policy can't name these two hosts */
    { "?origin=http://my_app:3000", "http:" },
    { "?origin=capacitor://localhost", "capacitor://localhost" },
    { "?origin=null", "'self'" },
    { "?origin=*", "'self'" },
    { "?origin=http://*.example", "'self'" },
    { "?origin=http:", "'self'" },
    { "?origin=http://", "'self'" },
    { "?origin=localhost:3000", "'self'" },
    { "?origin=http://localhost:3000/", "'self'" },
    { "?origin=http://LOCALHOST", "'self'" },
    { "?origin=http://localhost:80", "'self'" },
    { "?origin=http://user@localhost", "'self'" },
    { "?origin=http://a%20http://b", "'self'" },
    { "?origin=http://a;script-src%20*", "'self'" },
    { "?origin=http://a;script-src", "'self'" },
    { "?origin=http://a,http://b", "'self'" },
    { "?origin=http://a%0d%0aX:1", "'self'" },
    { "?origin=http://a'", "'self'" },
    { "?origin=http://%c3%a4.example", "'self'" },
    { "?origin=javascript://a", "javascript://a" }, /* a scheme like any other: it frames nothing */
};

START_TEST(pages__who_may_frame_them)
{
    static const char *const paths[] = { "/start", "/relink", "/continue" };
    struct client *client = client_new("browser");

    for (size_t i = 0; i < MK_COUNT(queries); i++) {
        char *target = quoted("%s", paths[i % MK_COUNT(paths)]);
        struct mk_text address = MK_TEXT(1000);
        struct mk_text policy = MK_TEXT(1000);
        mk_text_print(&address, "%s%s", target, queries[i].query);
        mk_text_print(&policy, BASE_POLICY "frame-ancestors %s", queries[i].ancestors);
        expect_page(page(client, "GET", address.bytes), &mk_asset_page_connect, policy.bytes);
        mk_text_done(&address);
        mk_text_done(&policy);
        free(target);
    }
}
END_TEST

START_TEST(pages__a_long_origin)
{
    struct client *client = client_new("browser");
    char host[252];
    struct mk_text address = MK_TEXT(1000);
    struct mk_text policy = MK_TEXT(1000);

    memset(host, 'a', sizeof(host) - 1);
    host[sizeof(host) - 1] = '\0';
    mk_text_print(&address, "/start?origin=https://%s:65535", host);
    mk_text_print(&policy, BASE_POLICY "frame-ancestors https://%s:65535", host);
    expect_page(page(client, "GET", address.bytes), &mk_asset_page_connect, policy.bytes);
    mk_text_clear(&address);
    mk_text_print(&address, "/start?origin=https://%s%s", host, host);
    expect_page(page(client, "GET", address.bytes), &mk_asset_page_connect,
                BASE_POLICY "frame-ancestors 'self'");
    mk_text_done(&address);
    mk_text_done(&policy);
}
END_TEST

START_TEST(pages__bank_and_demo)
{
    struct client *client = client_new("browser");

    expect_page(page(client, "GET", "/oauth-bank?state=anything"), &mk_asset_page_oauth_bank,
                BASE_POLICY "frame-ancestors 'none'");
    expect_page(page(client, "GET", "/oauth-bank"), &mk_asset_page_oauth_bank,
                BASE_POLICY "frame-ancestors 'none'");
    expect_page(page(client, "GET", "/demo"), &mk_asset_page_demo,
                BASE_POLICY "frame-src 'self'; frame-ancestors 'none'");
}
END_TEST

START_TEST(pages__head)
{
    struct client *client = client_new("browser");
    const struct reply *reply = page(client, "HEAD", "/start?origin=http://localhost:1");

    expect_status(reply, 200);
    ck_assert_str_eq(header_of(reply, "Content-Security-Policy"),
                     BASE_POLICY "frame-ancestors http://localhost:1");
    expect_status(CALL(client, .method = "HEAD", .target = "/connect/app.js", .anonymous = true,
                       .content_type = "text/javascript; charset=utf-8"),
                  200);
    expect_error(post(client, "/start", "{}"), 405, "api_error.request.method_not_allowed");
}
END_TEST

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);

    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* Pages and files together stay small, and nothing in them is of another host. */
START_TEST(files__all)
{
    struct client *client = client_new("browser");
    size_t total =
        mk_asset_page_connect.length + mk_asset_page_oauth_bank.length + mk_asset_page_demo.length;
    size_t count = 0;

    for (const struct mk_asset_file *file = mk_asset_files_connect; file->path != NULL; file++) {
        const char *type = ends_with(file->path, ".css") ? "text/css; charset=utf-8"
                                                         : "text/javascript; charset=utf-8";
        char *target = quoted("/connect/%s", file->path);
        const struct reply *reply =
            CALL(client, .target = target, .anonymous = true, .content_type = type);
        expect_status(reply, 200);
        ck_assert_str_eq(header_of(reply, "Content-Type"), type);
        ck_assert_pstr_eq(header_of(reply, "Cache-Control"), "no-store");
        ck_assert_pstr_eq(header_of(reply, "X-Content-Type-Options"), "nosniff");
        ck_assert_uint_eq(reply->length, file->asset.length);
        ck_assert_mem_eq(reply->body, file->asset.bytes, file->asset.length);
        total += file->asset.length;
        count++;
        free(target);
    }
    ck_assert_uint_gt(count, 10);
    ck_assert_uint_lt(total, 150 * 1024);
}
END_TEST

START_TEST(files__others)
{
    static const char *const targets[] = {
        "/connect/",
        "/connect/none.js",
        "/connect/screens",
        "/connect/screens/",
        "/connect/screens/app.js",
        "/connect/app",
        "/connect/APP.JS",
        "/connect/%2e%2e",
        "/connect/..%2fstart",
        "/connect/connect.html",
        "/connect/app.js/x",
        "/connect.html",
    };
    struct client *client = client_new("browser");

    for (size_t i = 0; i < MK_COUNT(targets); i++)
        expect_error(CALL(client, .target = targets[i], .anonymous = true), 404,
                     "api_error.request.not_found");
}
END_TEST

void connect_pages_tests(TCase *tcase)
{
    tcase_add_test(tcase, pages__who_may_frame_them);
    tcase_add_test(tcase, pages__a_long_origin);
    tcase_add_test(tcase, pages__bank_and_demo);
    tcase_add_test(tcase, pages__head);
    tcase_add_test(tcase, files__all);
    tcase_add_test(tcase, files__others);
}
