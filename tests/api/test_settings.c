/* SPDX-License-Identifier: MIT */
/* GET and PATCH /sandbox/settings: each setting does what it says, for one world only. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

#define SETTINGS "/sandbox/settings"
#define NEW_WORLD \
    "{'seed': 0, 'timestamps': 'seed', 'rate_limits': 'off', 'access_token_seconds': 3600," \
    " 'token_clock': 'real', 'signature_clock': 'real', 'webhook_retry_seconds': 10," \
    " 'refresh_seconds': 1, 'auto_refresh_seconds': 86400, 'journal_bytes': 1048576," \
    " 'connect_auto': null}"

START_TEST(settings__of_a_new_world)
{
    expect_value(get(signed_in("alice"), SETTINGS), "", NEW_WORLD);
    restart_sandbox("--timestamps=utc", "--rate-limits=documented", "--seed=7", "--deterministic",
                    NULL);
    expect_part(get(signed_in("alice"), SETTINGS), "",
                "{'timestamps': 'utc', 'rate_limits': 'documented', 'seed': 7,"
                " 'signature_clock': 'world'}");
}
END_TEST

START_TEST(settings__each_alone)
{
    static const char *const members[] = {
        "'seed': 9223372036854775807",
        "'timestamps': 'utc'",
        "'rate_limits': 'documented'",
        "'access_token_seconds': 31536000",
        "'token_clock': 'world'",
        "'signature_clock': 'world'",
        "'webhook_retry_seconds': 1",
        "'refresh_seconds': 0",
        "'auto_refresh_seconds': 0",
        "'journal_bytes': 65536",
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
                 "{'seed': 9223372036854775807, 'timestamps': 'utc', 'rate_limits': 'documented',"
                 " 'access_token_seconds': 31536000, 'token_clock': 'world',"
                 " 'signature_clock': 'world', 'webhook_retry_seconds': 1, 'refresh_seconds': 0,"
                 " 'auto_refresh_seconds': 0, 'journal_bytes': 65536,"
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
    expect_issues(patch(client, SETTINGS,
                        "{'seed': -1, 'access_token_seconds': 0, 'token_clock': 'frozen',"
                        " 'signature_clock': null, 'webhook_retry_seconds': 0,"
                        " 'journal_bytes': 65535}"),
                  "['body','seed'] greater_than_equal\n"
                  "['body','access_token_seconds'] greater_than_equal\n"
                  "['body','token_clock'] enum\n['body','signature_clock'] not_null\n"
                  "['body','webhook_retry_seconds'] greater_than_equal\n"
                  "['body','journal_bytes'] greater_than_equal\n");
    expect_issues(patch(client, SETTINGS,
                        "{'access_token_seconds': 31536001, 'webhook_retry_seconds': 7201,"
                        " 'journal_bytes': 67108865}"),
                  "['body','access_token_seconds'] less_than_equal\n"
                  "['body','webhook_retry_seconds'] less_than_equal\n"
                  "['body','journal_bytes'] less_than_equal\n");
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

START_TEST(settings__access_tokens)
{
    struct client *client = signed_in("alice");

    expect_status(patch(client, SETTINGS, "{'access_token_seconds': 5}"), 200);
    expect_value(CALL(client, .method = "POST", .target = "/auth/token", .anonymous = true,
                      .body = "client_id=alice&client_secret=secret-of-alice",
                      .headers = { "Content-Type: application/x-www-form-urlencoded" }),
                 "expires_in", "5");
    expect_value(get(signed_in("bob"), SETTINGS), "access_token_seconds", "3600");
}
END_TEST

/* The id of a link of a world with this seed, which the server or a setting gave. */
static char *link_of_seed(const char *option, const char *body)
{
    restart_sandbox("--deterministic", option, NULL);
    struct client *client = client_new("alice");
    if (body != NULL)
        expect_status(CALL(client, .method = "PATCH", .target = SETTINGS, .body = body,
                           .headers = { "X-Client-Id: alice", "X-Client-Secret: secret-of-alice" }),
                      200);
    sign_in(client);
    return mk_copy(text_at(connected_link(client, NONE), "link_id"));
}

START_TEST(settings__seed)
{
    char *of_server = link_of_seed("--seed=7", NULL);
    char *of_setting = link_of_seed("--seed=8", "{\"seed\":7}");
    char *of_other = link_of_seed("--seed=8", NULL);

    ck_assert_str_eq(of_server, of_setting);
    ck_assert_str_ne(of_server, of_other);
    free(of_server);
    free(of_setting);
    free(of_other);
}
END_TEST

/* Only while nothing has come of the old one; the same one is no change. */
START_TEST(settings__seed_of_a_world_in_use)
{
    struct client *client = signed_in("alice");

    create_session(client, NONE);
    expect_error(patch(client, SETTINGS, "{'seed': 7, 'refresh_seconds': 9}"), 409,
                 "sandbox_error.world_in_use");
    expect_value(get(client, SETTINGS), "", NEW_WORLD);
    expect_status(patch(client, SETTINGS, "{'seed': 0}"), 200);
    pass_seconds("alice", 1800); /* the session is over */
    expect_value(patch(client, SETTINGS, "{'seed': 7}"), "seed", "7");
    exchange(client, EXAMPLE_TOKEN);
    expect_error(patch(client, SETTINGS, "{'seed': 8}"), 409, "sandbox_error.world_in_use");
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
    tcase_add_test(tcase, settings__access_tokens);
    tcase_add_test(tcase, settings__seed);
    tcase_add_test(tcase, settings__seed_of_a_world_in_use);
    tcase_add_test(tcase, settings__hosts_and_sizes);
}
