/* SPDX-License-Identifier: MIT */
/*
 * GET /docs: our list of all operations, and the viewer's files where the build has embedded them.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "data/assets.h"
#include "support/document.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *target;
    const char *content_type;
    const struct mk_asset *asset;
} files[] = {
    { "/docs/viewer.js", "text/javascript; charset=utf-8", &mk_asset_viewer_js },
    { "/docs/viewer.css", "text/css; charset=utf-8", &mk_asset_viewer_css },
};

static bool is_embedded(void)
{
    return mk_asset_viewer_js.length > 0;
}

static const struct reply *docs_page(void)
{
    const struct reply *reply =
        CALL(client_new("nobody"), .target = "/docs", .content_type = "text/html; charset=utf-8");

    expect_status(reply, 200);
    return reply;
}

static void holds(const char *page, const char *text)
{
    require(strstr(page, text) != NULL, "/docs lacks %s", text);
}

/* The line of an operation: method and path, summary, statuses in this order. */
static void check_operation(json_t *operation, const char *place, const char *method,
                            const char *path, void *context)
{
    char start[MK_PLACE_SIZE];
    char name[16] = "";
    const char *status;
    json_t *response;

    (void)place;
    for (size_t i = 0; method[i] != '\0'; i++)
        name[i] = (char)toupper((unsigned char)method[i]);
    MK_PLACE(start, "<b>%s</b> %s</code>", name, path);
    holds(context, start);
    const char *line = strstr(context, start);
    char *copy = mk_copy_bytes(line, strcspn(line, "\n"));
    holds(copy, json_string_value(json_object_get(operation, "summary")));
    json_object_foreach(json_object_get(operation, "responses"), status, response)
        require((strstr(copy, status) != NULL) == (strcmp(status, "default") != 0), "%s in %s",
                status, copy);
    free(copy);
}

START_TEST(docs__every_operation)
{
    json_t *document = mk_document_load();
    const struct reply *reply = docs_page();

    mk_document_each(document, check_operation, reply->body);
    ck_assert_int_eq(strncmp(reply->body, "<!DOCTYPE html>", 15), 0);
    ck_assert_ptr_null(strstr(reply->body, "{{"));
    json_decref(document);
}
END_TEST

/* Nothing of the page may come from elsewhere. */
START_TEST(docs__no_other_host)
{
    const char *page = docs_page()->body;

    ck_assert_ptr_null(strstr(page, "//"));
    holds(page, "default-src 'none'; script-src 'self';");
    holds(page, "connect-src 'self';");
}
END_TEST

START_TEST(docs__names_the_viewer_that_is_there)
{
    const char *page = docs_page()->body;

    ck_assert_int_eq(strstr(page, "src=\"docs/viewer.js\"") != NULL, is_embedded());
    ck_assert_int_eq(strstr(page, "href=\"docs/viewer.css\"") != NULL, is_embedded());
    ck_assert_int_eq(mk_asset_viewer_css.length > 0, is_embedded());
}
END_TEST

static void expect_file(const struct reply *reply, const struct mk_asset *asset)
{
    expect_status(reply, 200);
    ck_assert_str_eq(header_of(reply, "Content-Encoding"), "gzip");
    ck_assert_str_eq(header_of(reply, "Vary"), "Accept-Encoding");
    ck_assert_uint_eq(reply->length, asset->length);
    ck_assert_int_eq(memcmp(reply->body, asset->bytes, asset->length), 0);
    ck_assert_int_eq(memcmp(reply->body, "\x1f\x8b", 2), 0);
}

static void expect_files(const char *accepts, bool is_there)
{
    struct client *client = client_new("nobody");

    for (size_t i = 0; i < MK_COUNT(files); i++) {
        const char *content_type = is_there ? files[i].content_type : NULL;
        const struct reply *reply = CALL(client, .target = files[i].target,
                                         .content_type = content_type, .headers = { accepts });
        if (is_there)
            expect_file(reply, files[i].asset);
        else
            expect_error(reply, 404, "api_error.request.not_found");
    }
}

START_TEST(docs__viewer_for_those_who_accept_gzip)
{
    static const char *const accepting[] = {
        NULL,
        "Accept-Encoding: gzip",
        "Accept-Encoding: GZip",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Encoding: br;q=1.0,gzip;q=0.001",
        "Accept-Encoding: identity;q=0, *;q=0.5",
        "Accept-Encoding: *;q=0, gzip",
        "Accept-Encoding: br,, gzip ; q=1",
    };

    for (size_t i = 0; i < MK_COUNT(accepting); i++)
        expect_files(accepting[i], is_embedded());
}
END_TEST

START_TEST(docs__no_viewer_for_others)
{
    static const char *const refusing[] = {
        "Accept-Encoding: gzip;q=0", "Accept-Encoding: gzip; Q=0.000, *",
        "Accept-Encoding: *;q=0.0",  "Accept-Encoding: gzipped, x",
        "Accept-Encoding: identity",
    };

    for (size_t i = 0; i < MK_COUNT(refusing); i++)
        expect_files(refusing[i], false);
}
END_TEST

void docs_tests(TCase *tcase)
{
    tcase_add_test(tcase, docs__every_operation);
    tcase_add_test(tcase, docs__no_other_host);
    tcase_add_test(tcase, docs__names_the_viewer_that_is_there);
    tcase_add_test(tcase, docs__viewer_for_those_who_accept_gzip);
    tcase_add_test(tcase, docs__no_viewer_for_others);
}
