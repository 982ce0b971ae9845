/* SPDX-License-Identifier: MIT */
/* GET and PATCH /sandbox/settings: each setting does what it says, for one world only. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

#define SETTINGS "/sandbox/settings"
#define NEW_WORLD \
    "{'timestamps': 'seed', 'rate_limits': 'off', 'refresh_seconds': 1," \
    " 'auto_refresh_seconds': 86400, 'connect_auto': null}"

START_TEST(settings__of_a_new_world)
{
    expect_value(get(signed_in("alice"), SETTINGS), "", NEW_WORLD);
    restart_sandbox("--timestamps=utc", "--rate-limits=documented", NULL);
    expect_part(get(signed_in("alice"), SETTINGS), "",
                "{'timestamps': 'utc', 'rate_limits': 'documented'}");
}
END_TEST

START_TEST(settings__each_alone)
{
    static const char *const members[] = {
        "'timestamps': 'utc'",
        "'rate_limits': 'documented'",
        "'refresh_seconds': 0",
        "'auto_refresh_seconds': 0",
        "'connect_auto': {'institution_id': 'chase', 'username': 'user_rich'}",
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(members); i++) {
        char *body = quoted("{%s}", members[i]);
        const struct reply *reply = patch(client, SETTINGS, "%s", body);
        expect_status(reply, 200);
        expect_part(reply, "", "%s", body);
        ck_assert(json_equal(get(client, SETTINGS)->json, reply->json));
        free(body);
    }
    expect_value(get(client, SETTINGS), "",
                 "{'timestamps': 'utc', 'rate_limits': 'documented', 'refresh_seconds': 0,"
                 " 'auto_refresh_seconds': 0,"
                 " 'connect_auto': {'institution_id': 'chase', 'username': 'user_rich'}}");
    expect_value(get(signed_in("bob"), SETTINGS), "", NEW_WORLD);
    expect_value(patch(client, SETTINGS, "{'connect_auto': null}"), "connect_auto", "null");
    expect_status(patch(client, SETTINGS, "{}"), 200);
}
END_TEST

START_TEST(settings__connect_auto)
{
    struct client *client = signed_in("alice");

    expect_value(patch(client, SETTINGS, "{'connect_auto': {'institution_id': 'ins_56'}}"),
                 "connect_auto", "{'institution_id': 'chase', 'username': 'user_good'}");
    expect_value(patch(client, SETTINGS, "{'refresh_seconds': 5}"), "connect_auto.institution_id",
                 "'chase'");
    expect_issues(patch(client, SETTINGS,
                        "{'refresh_seconds': 7,"
                        " 'connect_auto': {'institution_id': 'no', 'username': 'nobody'}}"),
                  "['body','connect_auto','institution_id'] unknown_value\n"
                  "['body','connect_auto','username'] unknown_value\n");
    expect_issues(patch(client, SETTINGS, "{'connect_auto': {}}"),
                  "['body','connect_auto','institution_id'] missing\n");
    expect_part(get(client, SETTINGS), "",
                "{'refresh_seconds': 5, 'connect_auto': {'institution_id': 'chase'}}");
}
END_TEST

START_TEST(settings__refused)
{
    struct client *client = signed_in("alice");

    expect_issues(patch(client, SETTINGS,
                        "{'timestamps': 'iso', 'rate_limits': true, 'refresh_seconds': -1,"
                        " 'auto_refresh_seconds': 31622401}"),
                  "['body','timestamps'] enum\n['body','rate_limits'] string_type\n"
                  "['body','refresh_seconds'] greater_than_equal\n"
                  "['body','auto_refresh_seconds'] less_than_equal\n");
    expect_issues(patch(client, SETTINGS, "{'timestamps': null}"),
                  "['body','timestamps'] not_null\n");
    expect_value(get(client, SETTINGS), "", NEW_WORLD);
}
END_TEST

START_TEST(settings__take_effect)
{
    struct client *client = signed_in("alice");
    char *id = quoted("%s", text_at(connected_link(client, NONE), "link_id"));

    patch(client, SETTINGS, "{'timestamps': 'utc', 'refresh_seconds': 0}");
    const struct reply *link = get(client, "/links/%s", id);
    ck_assert(is_time_text(text_at(link, "last_synced_at"), true));
    pass_seconds("alice", 60);
    char *products = quoted("/links/%s/products", id);
    expect_status(post(client, products, "{'products': ['transactions']}"), 202);
    ck_assert_str_ne(text_at(get(client, "/links/%s", id), "last_synced_at"),
                     text_at(link, "last_synced_at"));
    patch(client, SETTINGS, "{'rate_limits': 'documented'}");
    unsigned status = 200;
    for (int i = 0; i < 16 && status == 200; i++)
        status = get(client, "/links/%s", id)->status;
    ck_assert_uint_eq(status, 429);
    free(products);
    free(id);
}
END_TEST

START_TEST(settings__hosts_and_sizes)
{
    struct client *client = signed_in("alice");
    char *large = mk_alloc_zero(1, 1024 * 1024 + 2);

    memset(large, ' ', 1024 * 1024 + 1);
    expect_error(CALL(client, .target = SETTINGS, .headers = { "Host: evil.example" }), 403,
                 "sandbox_error.forbidden_host");
    expect_error(CALL(client, .method = "PATCH", .target = SETTINGS, .body = "{}",
                      .headers = { "Host: evil.example" }),
                 403, "sandbox_error.forbidden_host");
    expect_error(CALL(client, .method = "PATCH", .target = SETTINGS, .body = large), 413,
                 "api_error.request.too_large");
    expect_error(
        CALL(client, .method = "PATCH", .target = SETTINGS, .body = "{}", .anonymous = true), 401,
        "api_error.auth.unauthorized");
    free(large);
}
END_TEST

void settings_tests(TCase *tcase)
{
    tcase_add_test(tcase, settings__of_a_new_world);
    tcase_add_test(tcase, settings__each_alone);
    tcase_add_test(tcase, settings__connect_auto);
    tcase_add_test(tcase, settings__refused);
    tcase_add_test(tcase, settings__take_effect);
    tcase_add_test(tcase, settings__hosts_and_sizes);
}
