/* SPDX-License-Identifier: MIT */
/*
 * POST /link-session/exchange-token, the main job: the documented example and the life of a token.
 */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

#define EXCHANGE "/link-session/exchange-token"
#define INVALID_TOKEN "link_session_error.invalid_token_exchange"

/* The body of the documentation's curl line, byte for byte. */
static const char documented_body[] = "{\n"
                                      "  \"exchangeable_token\": \"" EXAMPLE_TOKEN "\"\n"
                                      "}";

/* And of its second one. */
static const char documented_body_2[] = "{\n"
                                        "    \"exchangeable_token\": \"" EXAMPLE_TOKEN "\"\n"
                                        "  }";

#define TIMES "'refreshed_at': '2023-02-16T09:14:11', 'last_attempted_at': '2023-02-16T09:14:11'"

static const char documented_reply[] =
    "{'link_id': '" EXAMPLE_LINK "', 'link': {"
    "  'link_id': '" EXAMPLE_LINK "', 'institution_id': 'chase', 'institution_name': 'Chase',"
    "  'provider': 'mx', 'state': 'connected', 'last_synced_at': '2023-02-16T09:14:11',"
    "  'tags': ['user_type:admin'], 'products': {"
    "   'accounts': {" TIMES "},"
    "   'identity': {" TIMES ", 'settings': {'required': true, 'prefetch': false}}}}}";

static void expect_documented(const struct reply *reply)
{
    expect_status(reply, 201);
    expect_part(reply, "", "%s", documented_reply);
    expect_link_object(member(reply, "link"));
    ck_assert_uint_eq(json_object_size(reply->json), 2);
    ck_assert_uint_eq(json_object_size(member(reply, "link.products")), 2);
    ck_assert_ptr_null(json_object_get(member(reply, "link.products.accounts"), "settings"));
}

/* --header 'Authorization: Bearer <token>' --header 'Content-Type: application/json' --data ... */
START_TEST(example__first_curl_line)
{
    struct client *client = signed_in("alice");

    expect_documented(CALL(client, .method = "POST", .target = EXCHANGE, .body = documented_body,
                           .headers = { "Content-Type: application/json" }));
}
END_TEST

START_TEST(example__second_curl_line)
{
    struct client *client = signed_in("alice");

    expect_documented(
        CALL(client, .method = "POST", .target = EXCHANGE, .body = documented_body_2,
             .headers = { "Content-Type: application/json", "moneykit-version: 2023-02-18" }));
}
END_TEST

/* The superset that current SDKs want, whole. */
START_TEST(example__whole_reply)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = exchange(client, EXAMPLE_TOKEN);

    expect_value(reply, "link.products.identity",
                 "{" TIMES ", 'error_code': null, 'error_message': null, 'unavailable': null,"
                 " 'settings': {'required': true, 'require_permission': false,"
                 "  'prefetch': false, 'reason': null}}");
    expect_value(reply, "link.products.accounts",
                 "{" TIMES ", 'error_code': null, 'error_message': null, 'unavailable': null}");
    expect_value(reply, "link.link_tags", "['user_type:admin']");
    expect_value(reply, "link.webhook", "null");
    expect_value(reply, "link.error_code", "null");
    expect_value(reply, "link.available_products",
                 "['account_numbers', 'transactions', 'investments']");
    expect_value(reply, "link.institution_avatar", "'%s/connect/avatars/chase'",
                 moneykit_sandbox_url(under_test.sandbox));
}
END_TEST

START_TEST(example__once_per_world)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");

    expect_documented(exchange(alice, EXAMPLE_TOKEN));
    expect_error(post(alice, EXCHANGE, "%s", documented_body), 400, INVALID_TOKEN);
    expect_documented(exchange(bob, EXAMPLE_TOKEN));
    expect_error(post(bob, EXCHANGE, "%s", documented_body), 400, INVALID_TOKEN);
    expect_part(get(alice, "/links/" EXAMPLE_LINK), "", "{'link_id': '" EXAMPLE_LINK "'}");
    expect_status(delete_(alice, "/links/" EXAMPLE_LINK), 204);
    expect_part(get(bob, "/links/" EXAMPLE_LINK), "", "{'state': 'connected'}");
}
END_TEST

/* Invisible until it is exchanged, and never expired. */
START_TEST(example__hidden_and_everlasting)
{
    struct client *client = signed_in("alice");

    expect_error(get(client, "/links/" EXAMPLE_LINK), 404, "link_error.not_found");
    expect_error(patch(client, "/links/" EXAMPLE_LINK, "{}"), 404, "link_error.not_found");
    expect_error(delete_(client, "/links/" EXAMPLE_LINK), 404, "link_error.not_found");
    expect_value(get(client, "/links"), "links", "[]");
    pass_seconds("alice", INT64_C(20) * 365 * 86400);
    connected_link(client, NONE); /* what has expired is forgotten here */
    expect_documented(exchange(client, EXAMPLE_TOKEN));
}
END_TEST

START_TEST(token__expires_after_30_minutes_of_the_world)
{
    struct client *client = signed_in("alice");
    char *in_time = mk_copy(
        text_at(connect_session(client, create_session(client, NONE)), "exchangeable_token"));
    char *too_late = mk_copy(
        text_at(connect_session(client, create_session(client, NONE)), "exchangeable_token"));

    pass_seconds("alice", 30 * 60 - 20);
    exchange(client, in_time);
    pass_seconds("alice", 20);
    expect_error(post(client, EXCHANGE, "{'exchangeable_token': '%s'}", too_late), 400,
                 INVALID_TOKEN);
    free(in_time);
    free(too_late);
}
END_TEST

/* Nobody learns whether a token was used, unknown or another's: all the answers are one. */
START_TEST(token__used_unknown_and_others)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *hers =
        text_at(connect_session(alice, create_session(alice, NONE)), "exchangeable_token");
    const struct reply *other = post(bob, EXCHANGE, "{'exchangeable_token': '%s'}", hers);
    const struct reply *unknown =
        post(bob, EXCHANGE, "{'exchangeable_token': '00000000-0000-4000-8000-000000000000'}");

    exchange(alice, hers); /* the other client's try did not use it up */
    const struct reply *used = post(alice, EXCHANGE, "{'exchangeable_token': '%s'}", hers);
    expect_error(other, 400, INVALID_TOKEN);
    expect_error(unknown, 400, INVALID_TOKEN);
    expect_error(used, 400, INVALID_TOKEN);
    ck_assert_str_eq(other->body, unknown->body);
    ck_assert_str_eq(other->body, used->body);
}
END_TEST

START_TEST(token__malformed)
{
    static const char *const tokens[] = {
        "",
        "x",
        "C7318FF7-257C-490E-8242-03A815B223B7",
        "{c7318ff7-257c-490e-8242-03a815b223b7}",
        "c7318ff7257c490e824203a815b223b7",
        " c7318ff7-257c-490e-8242-03a815b223b7",
        "c7318ff7-257c-490e-8242-03a815b223b7 ",
        "c7318ff7-257c-490e-8242-03a815b223b70",
        "c7318ff7-257c-490e-8242-03a815b223b",
        "------------------------------------",
        "c7318ff7-257c-490e-8242-03a815b223bg",
        "urn:uuid:c7318ff7-257c-490e-8242-03a815b223b7",
        "\xc3\xa9-318ff7-257c-490e-8242-03a815b223b7", /* 36 bytes, 35 characters */
        EXAMPLE_LINK,
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(tokens); i++) {
        const struct reply *reply =
            post(client, EXCHANGE, "{'exchangeable_token': '%s'}", tokens[i]);
        require(reply->status == 400, "%s: %u", tokens[i], reply->status);
        expect_error(reply, 400, INVALID_TOKEN);
    }
    expect_documented(exchange(client, EXAMPLE_TOKEN));
}
END_TEST

START_TEST(token__its_form)
{
    struct client *client = signed_in("alice");

    for (int i = 0; i < 20; i++) {
        const struct reply *reply = connect_session(client, create_session(client, NONE));
        ck_assert(is_uuid(text_at(reply, "exchangeable_token")));
        ck_assert(is_short_id(text_at(reply, "link_id"), "mk_"));
    }
}
END_TEST

/* The times of a link are the world's, to the second. */
START_TEST(exchange__times)
{
    struct client *client = signed_in("alice");
    struct mk_world *world = world_of("alice");
    char now[MK_TIME_SIZE];

    world->clock =
        (struct mk_clock){ .frozen = true, .frozen_at = INT64_C(1700000000) * MK_SECOND + 999999 };
    const char *session = create_session(client, NONE);
    pass_seconds("alice", 60);
    const char *token = text_at(connect_session(client, session), "exchangeable_token");
    mk_time_write(now, mk_world_now(world), MK_TIMES_SEED);
    pass_seconds("alice", 60);
    const struct reply *reply = exchange(client, token);
    expect_value(reply, "link.last_synced_at", "'%s'", now);
    expect_value(reply, "link.products.identity.refreshed_at", "'%s'", now);
    expect_value(reply, "link.products.identity.last_attempted_at", "'%s'", now);
    expect_value(get(client, "/links"), "links.0.created_at", "'%s'", now);
}
END_TEST

void exchange_tests(TCase *tcase)
{
    tcase_add_test(tcase, example__first_curl_line);
    tcase_add_test(tcase, example__second_curl_line);
    tcase_add_test(tcase, example__whole_reply);
    tcase_add_test(tcase, example__once_per_world);
    tcase_add_test(tcase, example__hidden_and_everlasting);
    tcase_add_test(tcase, token__expires_after_30_minutes_of_the_world);
    tcase_add_test(tcase, token__used_unknown_and_others);
    tcase_add_test(tcase, token__malformed);
    tcase_add_test(tcase, token__its_form);
    tcase_add_test(tcase, exchange__times);
}
