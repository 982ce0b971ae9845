/* SPDX-License-Identifier: MIT */
/* PATCH /links/{id}: absent, null and a value are three different things. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

#define HOOK "'webhook': 'http://localhost:1/hook'"

static const char *make_link(struct client *client)
{
    return text_at(connected_link(client, HOOK ", 'link_tags': ['old']"), "link_id");
}

struct change {
    const char *body;
    const char *webhook; /* after it, as JSON */
    const char *tags;
};

static const struct change changes[] = {
    { "{}", "'http://localhost:1/hook'", "['old']" },
    { "{'unknown': null, 'state': 'error'}", "'http://localhost:1/hook'", "['old']" },
    { "{'webhook': null}", "null", "['old']" },
    { "{'webhook': 'https://other.example/?x=1#y'}", "'https://other.example/?x=1#y'", "['old']" },
    { "{'link_tags': null}", "'http://localhost:1/hook'", "[]" },
    { "{'link_tags': []}", "'http://localhost:1/hook'", "[]" },
    { "{'link_tags': ['a', 'b', 'a']}", "'http://localhost:1/hook'", "['a', 'b', 'a']" },
    { "{'tags': ['a']}", "'http://localhost:1/hook'", "['a']" },
    { "{'tags': null}", "'http://localhost:1/hook'", "[]" },
    { "{'tags': []}", "'http://localhost:1/hook'", "[]" },
    { "{'tags': ['loses'], 'link_tags': ['wins']}", "'http://localhost:1/hook'", "['wins']" },
    { "{'link_tags': ['wins'], 'tags': null}", "'http://localhost:1/hook'", "['wins']" },
    { "{'link_tags': null, 'tags': ['loses']}", "'http://localhost:1/hook'", "[]" },
    { "{'link_tags': [], 'tags': ['loses']}", "'http://localhost:1/hook'", "[]" },
    { "{'webhook': 'http://a.example', 'link_tags': ['x']}", "'http://a.example'", "['x']" },
    { "{'webhook': null, 'tags': null}", "null", "[]" },
};

START_TEST(update__absent_null_and_value)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(changes); i++) {
        const char *id = make_link(client);
        const struct reply *reply = patch(client, link_target(id), "%s", changes[i].body);
        expect_status(reply, 200);
        expect_link_object(reply->json);
        expect_value(reply, "webhook", "%s", changes[i].webhook);
        expect_value(reply, "tags", "%s", changes[i].tags);
        expect_value(reply, "link_tags", "%s", changes[i].tags);
        const struct reply *again = get(client, "/links/%s", id);
        ck_assert_str_eq(again->body, reply->body);
        client_forget(client);
    }
}
END_TEST

/* Nothing but the two changes. */
START_TEST(update__leaves_the_rest)
{
    struct client *client = signed_in("alice");
    const struct reply *before = connected_link(
        client, HOOK ", 'settings': {'products': {'identity': {'required': true, 'reason': 'why'},"
                     " 'transactions': {}}}");
    const char *id = text_at(before, "link_id");
    json_t *link = json_deep_copy(member(before, "link"));

    pass_seconds("alice", 3600);
    const struct reply *reply =
        patch(client, link_target(id), "{'webhook': null, 'link_tags': ['x']}");
    json_object_set_new(link, "webhook", json_null());
    json_object_set_new(link, "tags", json_pack("[s]", "x"));
    json_object_set_new(link, "link_tags", json_pack("[s]", "x"));
    ck_assert(json_equal(reply->json, link));
    json_decref(link);
}
END_TEST

static const struct {
    const char *body;
    const char *issues;
} bad_bodies[] = {
    { "[]", "['body'] object_type\n" },
    { "null", "['body'] object_type\n" },
    { "{'webhook': ''}", "['body','webhook'] string_too_short\n" },
    { "{'webhook': 'localhost'}", "['body','webhook'] url_format\n" },
    { "{'webhook': 'ftp://a.example'}", "['body','webhook'] url_format\n" },
    { "{'webhook': 'javascript:x'}", "['body','webhook'] url_format\n" },
    { "{'webhook': 5}", "['body','webhook'] string_type\n" },
    { "{'link_tags': 'a'}", "['body','link_tags'] list_type\n" },
    { "{'link_tags': [null]}", "['body','link_tags',0] not_null\n" },
    { "{'link_tags': ['']}", "['body','link_tags',0] string_too_short\n" },
    { "{'link_tags': ['ok', '-']}", "['body','link_tags',1] string_pattern_mismatch\n" },
    { "{'tags': [1, ' x']}", "['body','tags',0] string_type\n"
                             "['body','tags',1] string_pattern_mismatch\n" },
    /* Both are checked, though only one counts. */
    { "{'tags': [''], 'link_tags': ['fine']}", "['body','tags',0] string_too_short\n" },
    { "{'webhook': 'x', 'link_tags': 1, 'tags': {}}", "['body','webhook'] url_format\n"
                                                      "['body','link_tags'] list_type\n"
                                                      "['body','tags'] list_type\n" },
};

START_TEST(update__bad_bodies)
{
    struct client *client = signed_in("alice");
    const char *id = make_link(client);

    for (size_t i = 0; i < MK_COUNT(bad_bodies); i++)
        expect_issues(patch(client, link_target(id), "%s", bad_bodies[i].body),
                      bad_bodies[i].issues);
    expect_issues(CALL(client, .method = "PATCH", .target = link_target(id)), "['body'] missing\n");
    expect_part(get(client, "/links/%s", id), "", "{" HOOK ", 'tags': ['old']}");
}
END_TEST

/* A tag of 99 characters, a hundred tags, a webhook of 65,536 characters; and one more of each. */
START_TEST(update__bounds)
{
    struct client *client = signed_in("alice");
    const char *target = link_target(make_link(client));
    struct mk_text tags = MK_TEXT(4096);
    char *long_tag = quoted("%099d", 1);
    char *long_hook = quoted("http://localhost/%065519d", 1);

    mk_text_add_literal(&tags, "'0'");
    for (int i = 1; i < 100; i++)
        mk_text_print(&tags, ", '%d'", i);
    expect_status(patch(client, target, "{'link_tags': ['%s']}", long_tag), 200);
    expect_issues(patch(client, target, "{'link_tags': ['%s0']}", long_tag),
                  "['body','link_tags',0] string_too_long\n");
    const struct reply *reply = patch(client, target, "{'link_tags': [%s]}", tags.bytes);
    expect_status(reply, 200);
    ck_assert_uint_eq(json_array_size(member(reply, "link_tags")), 100);
    expect_issues(patch(client, target, "{'link_tags': [%s, '100']}", tags.bytes),
                  "['body','link_tags'] too_many\n");
    reply = patch(client, target, "{'webhook': '%s'}", long_hook);
    expect_status(reply, 200);
    ck_assert_str_eq(text_at(reply, "webhook"), long_hook);
    expect_issues(patch(client, target, "{'webhook': '%s0'}", long_hook),
                  "['body','webhook'] string_too_long\n");
    free(long_tag);
    free(long_hook);
    mk_text_done(&tags);
}
END_TEST

/* What needs escapes comes back as it went in. */
START_TEST(update__odd_texts)
{
    static const char body[] =
        "{\"webhook\":\"http://localhost/\\\"\\u2028\\ud83c\\udfe6\xf0\x9f\x8f\xa6\","
        "\"link_tags\":[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000x\"]}";
    static const char good[] =
        "{\"webhook\":\"http://localhost/\\\"\\u2028\\ud83c\\udfe6\xf0\x9f\x8f\xa6\","
        "\"link_tags\":[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\x7f\xc3\xa9\\ufffe\"]}";
    struct client *client = signed_in("alice");
    const char *target = link_target(make_link(client));
    json_t *wanted = json_loads(good, 0, NULL);

    const struct reply *reply = CALL(client, .method = "PATCH", .target = target, .body = body);
    expect_error(reply, 422, "api_error.request.validation_failed"); /* the NUL */
    reply = CALL(client, .method = "PATCH", .target = target, .body = good);
    expect_status(reply, 200);
    ck_assert(json_equal(member(reply, "webhook"), json_object_get(wanted, "webhook")));
    ck_assert(json_equal(member(reply, "tags"), json_object_get(wanted, "link_tags")));
    json_decref(wanted);
}
END_TEST

/* The order of checks: the body is read before the link is looked for. */
START_TEST(update__order_of_checks)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *target = link_target(make_link(alice));

    expect_issues(patch(bob, target, "{'webhook': 1}"), "['body','webhook'] string_type\n");
    expect_error(patch(bob, target, "{'webhook': null}"), 401, "link_error.unauthorized_access");
    expect_status(delete_(alice, "%s", target), 204);
    expect_issues(patch(alice, target, "{'webhook': 1}"), "['body','webhook'] string_type\n");
    expect_error(patch(alice, target, "{'webhook': null}"), 410, "link_error.deleted");
    expect_error(patch(bob, target, "{'webhook': null}"), 401, "link_error.unauthorized_access");
}
END_TEST

void link_update_tests(TCase *tcase)
{
    tcase_add_test(tcase, update__absent_null_and_value);
    tcase_add_test(tcase, update__leaves_the_rest);
    tcase_add_test(tcase, update__bad_bodies);
    tcase_add_test(tcase, update__bounds);
    tcase_add_test(tcase, update__odd_texts);
    tcase_add_test(tcase, update__order_of_checks);
}
