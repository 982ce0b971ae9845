/* SPDX-License-Identifier: MIT */
/* GET /links, and GET and DELETE /links/{id}; test_link_update.c has PATCH. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

static const char *const methods[] = { "GET", "PATCH", "DELETE" };

static const struct reply *ask(struct client *client, const char *method, const char *target)
{
    return CALL(client, .method = method, .target = target,
                .body = strcmp(method, "PATCH") == 0 ? "{}" : NULL);
}

/* The same answer from all three calls on a link. */
static void expect_all(struct client *client, const char *id, unsigned status, const char *code)
{
    for (size_t i = 0; i < MK_COUNT(methods); i++)
        expect_error(ask(client, methods[i], link_target(id)), status, code);
}

START_TEST(link__get)
{
    struct client *client = signed_in("alice");
    const struct reply *exchanged =
        connected_link(client, "'webhook': 'http://localhost:1/hook', 'link_tags': ['a', 'b']");
    const struct reply *reply = get(client, "/links/%s", text_at(exchanged, "link_id"));

    expect_status(reply, 200);
    expect_link_object(reply->json);
    ck_assert(json_equal(reply->json, member(exchanged, "link")));
    expect_part(reply, "",
                "{'state': 'connected', 'institution_id': 'moneykit-creds-bank',"
                " 'institution_name': 'Credentials Bank', 'provider': 'moneykit',"
                " 'webhook': 'http://localhost:1/hook', 'tags': ['a', 'b']}");
}
END_TEST

static const char *const strange_ids[] = {
    "mk_2222222222222222222222",
    "nonsense",
    "mk_",
    "mk_222222222222222222222",
    "mk_22222222222222222222222",
    "acc_222222222222222222222",
    "MK_2222222222222222222222",
    "%20",
    "%C3%A9",
    "mk_2222222222222222222222%20",
    "mk_2222222222%2F22222222222",
    "..%2F..%2Fetc",
    "{id}",
    EXAMPLE_LINK,
};

START_TEST(link__unknown_and_malformed_ids)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(strange_ids); i++)
        expect_all(client, strange_ids[i], 404, "link_error.not_found");
}
END_TEST

/* An escape inside a segment stays there: no other link and no other path is meant. */
START_TEST(link__escapes)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    char *escaped = quoted("%%6D%%6B_%s", id + 3);
    char *slash = quoted("%s%%2F", id);
    char *slash_accounts = quoted("%s%%2faccounts", id);
    char *nul = quoted("%s%%00", id);
    char *broken = quoted("%s%%", id);

    expect_status(CALL(client, .target = link_target(escaped)), 200);
    expect_all(client, slash, 404, "link_error.not_found");
    expect_all(client, slash_accounts, 404, "link_error.not_found");
    expect_error(CALL(client, .target = link_target(nul)), 404, "api_error.request.not_found");
    expect_error(CALL(client, .target = link_target(broken)), 404, "api_error.request.not_found");
    free(escaped);
    free(slash);
    free(slash_accounts);
    free(nul);
    free(broken);
}
END_TEST

START_TEST(link__of_another_client)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    char *hers = mk_copy(text_at(connected_link(alice, NONE), "link_id"));
    const char *pending = text_at(connect_session(alice, create_session(alice, NONE)), "link_id");

    expect_all(bob, hers, 401, "link_error.unauthorized_access");
    expect_all(bob, pending, 401, "link_error.unauthorized_access");
    expect_status(delete_(alice, "/links/%s", hers), 204);
    expect_all(bob, hers, 401, "link_error.unauthorized_access");
    pass_seconds("alice", INT64_C(91) * 86400);
    expect_all(bob, hers, 404, "link_error.not_found");
    free(hers);
}
END_TEST

/* Every world has the documented example, so it is nobody's secret. */
START_TEST(link__example_of_another_client)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");

    exchange(alice, EXAMPLE_TOKEN);
    expect_all(bob, EXAMPLE_LINK, 404, "link_error.not_found");
}
END_TEST

START_TEST(link__before_its_exchange)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connect_session(client, create_session(client, NONE)), "link_id");

    for (size_t i = 0; i < MK_COUNT(methods); i++)
        expect_link_error(ask(client, methods[i], link_target(id)), "link_error.bad_state",
                          "awaiting_token_exchange");
    pass_seconds("alice", 30 * 60);
    expect_all(client, id, 404, "link_error.not_found"); /* its token has expired */
}
END_TEST

START_TEST(link__deleted)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, "'link_tags': ['a']"), "link_id");

    const struct reply *reply = delete_(client, "/links/%s", id);
    expect_status(reply, 204);
    ck_assert_uint_eq(reply->length, 0);
    reply = get(client, "/links/%s", id);
    expect_status(reply, 200);
    expect_link_object(reply->json);
    expect_part(reply, "", "{'link_id': '%s', 'state': 'deleted', 'error_code': null}", id);
    expect_error(ask(client, "PATCH", link_target(id)), 410, "link_error.deleted");
    expect_error(ask(client, "DELETE", link_target(id)), 410, "link_error.deleted");
}
END_TEST

START_TEST(link__deleted_for_90_days)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");

    expect_status(delete_(client, "/links/%s", id), 204);
    pass_seconds("alice", INT64_C(90) * 86400 - 20);
    expect_status(get(client, "/links/%s", id), 200);
    pass_seconds("alice", 20);
    expect_all(client, id, 404, "link_error.not_found");
    expect_status(connected_link(client, NONE), 201); /* the record is used again */
    expect_all(client, id, 404, "link_error.not_found");
}
END_TEST

START_TEST(link__deletes_are_apart)
{
    struct client *client = signed_in("alice");
    const char *ids[5];

    for (size_t i = 0; i < MK_COUNT(ids); i++)
        ids[i] = text_at(connected_link(client, NONE), "link_id");
    expect_status(delete_(client, "/links/%s", ids[0]), 204);
    expect_status(delete_(client, "/links/%s", ids[2]), 204);
    expect_status(delete_(client, "/links/%s", ids[4]), 204);
    const struct reply *reply = get(client, "/links");
    ck_assert_uint_eq(json_array_size(member(reply, "links")), 2);
    expect_value(reply, "links.0.link_id", "'%s'", ids[1]);
    expect_value(reply, "links.1.link_id", "'%s'", ids[3]);
}
END_TEST

/* --- The list --------------------------------------------------------------------------------- */

START_TEST(list__empty_and_few)
{
    struct client *client = signed_in("alice");

    expect_value(get(client, "/links"), "", "{'links': [], 'next_cursor': ''}");
    const char *first = text_at(connected_link(client, NONE), "link_id");
    const char *second = text_at(exchange(client, EXAMPLE_TOKEN), "link_id");
    connect_session(client, create_session(client, NONE)); /* not exchanged: not active */
    const struct reply *reply = get(client, "/links");
    expect_part(reply, "",
                "{'links': [{'link_id': '%s'}, {'link_id': '%s',"
                " 'created_at': '2023-02-16T09:14:11'}], 'next_cursor': ''}",
                first, second);
    ck_assert_uint_eq(json_object_size(member(reply, "links.0")), 2);
    ck_assert(is_time_text(text_at(reply, "links.0.created_at"), false));
}
END_TEST

enum { MANY = 1203, DELETED_EVERY = 10 };

/* Ids of MANY links in the order of their exchange, the deleted ones left out. */
static json_t *make_many(struct client *client)
{
    json_t *ids = json_array();

    for (int i = 0; i < MANY; i++) {
        const char *id = text_at(connected_link(client, NONE), "link_id");
        if (i % DELETED_EVERY == 0)
            expect_status(delete_(client, "/links/%s", id), 204);
        else
            json_array_append_new(ids, json_string(id));
        client_forget(client);
    }
    return ids;
}

/* Appends the ids of a page; returns its next cursor, for the caller to free. */
static char *read_page(const struct reply *reply, json_t *ids)
{
    size_t index;
    const json_t *row;

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 2);
    json_array_foreach(member(reply, "links"), index, row)
        json_array_append(ids, json_object_get(row, "link_id"));
    return mk_copy(text_at(reply, "next_cursor"));
}

static json_t *read_pages(struct client *client, unsigned limit)
{
    json_t *ids = json_array();
    char *cursor = read_page(get(client, "/links?limit=%u", limit), ids);

    while (cursor[0] != '\0') {
        ck_assert_uint_eq(json_array_size(ids) % limit, 0);
        char *next = read_page(get(client, "/links?limit=%u&cursor=%s", limit, cursor), ids);
        free(cursor);
        cursor = next;
    }
    free(cursor);
    return ids;
}

START_TEST(list__pages)
{
    static const unsigned limits[] = { 500, 501, 541, 1000, 1082, 5000 };
    struct client *client = signed_in("alice");
    json_t *ids = make_many(client);

    ck_assert_uint_gt(json_array_size(ids), 1000);
    for (size_t i = 0; i < MK_COUNT(limits); i++) {
        json_t *pages = read_pages(client, limits[i]);
        ck_assert(json_equal(ids, pages));
        json_decref(pages);
    }
    const struct reply *reply = get(client, "/links");
    ck_assert_uint_eq(json_array_size(member(reply, "links")), 1000);
    ck_assert_str_ne(text_at(reply, "next_cursor"), "");
    json_decref(ids);
}
END_TEST

/* The page after a cursor is the same, whatever happened to the link where it stands. */
START_TEST(list__cursor_of_a_deleted_link)
{
    struct client *client = signed_in("alice");
    json_t *ids = json_array();

    for (int i = 0; i < 503; i++)
        json_array_append(ids, (json_t *)member(connected_link(client, NONE), "link_id"));
    const char *cursor = text_at(get(client, "/links?limit=500"), "next_cursor");
    expect_status(delete_(client, "/links/%s", json_string_value(json_array_get(ids, 499))), 204);
    const struct reply *reply = get(client, "/links?limit=500&cursor=%s", cursor);
    expect_part(reply, "", "{'links': [{'link_id': '%s'}, {'link_id': '%s'}, {'link_id': '%s'}]}",
                json_string_value(json_array_get(ids, 500)),
                json_string_value(json_array_get(ids, 501)),
                json_string_value(json_array_get(ids, 502)));
    json_decref(ids);
}
END_TEST

static const struct {
    const char *query;
    const char *issues;
} bad_queries[] = {
    { "limit=499", "['query','limit'] greater_than_equal\n" },
    { "limit=5001", "['query','limit'] less_than_equal\n" },
    { "limit=0", "['query','limit'] greater_than_equal\n" },
    { "limit=many", "['query','limit'] integer_type\n" },
    { "limit=500.0", "['query','limit'] integer_type\n" },
    { "limit", "['query','limit'] integer_type\n" },
    { "cursor=%", "['query','cursor'] encoding\n" },
    { "cursor=nonsense", "['query','cursor'] cursor\n" },
    { "cursor=MjIyMjIyMjIyMjIyMjIyMjIyMjIyMg", "['query','cursor'] cursor\n" }, /* 22 times 2 */
    { "cursor=ZXFrV04zNFVFb2EyTnh5QUxHOHBjVg", "['query','cursor'] cursor\n" }, /* the example */
    { "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "['query','cursor'] cursor\n" },
};

START_TEST(list__bad_queries)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(bad_queries); i++) {
        char *target = quoted("/links?%s", bad_queries[i].query);
        expect_issues(CALL(client, .target = target), bad_queries[i].issues);
        free(target);
    }
    expect_status(get(client, "/links?limit=500&cursor="), 200);
    expect_status(get(client, "/links?limit=5000&unknown=1"), 200);
}
END_TEST

/* A cursor is its client's: another one learns nothing with it. */
START_TEST(list__cursor_of_another_client)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");

    for (int i = 0; i < 501; i++)
        connected_link(alice, NONE);
    const char *cursor = text_at(get(alice, "/links?limit=500"), "next_cursor");
    expect_issues(get(bob, "/links?cursor=%s", cursor), "['query','cursor'] cursor\n");
}
END_TEST

void links_tests(TCase *tcase)
{
    tcase_add_test(tcase, link__get);
    tcase_add_test(tcase, link__unknown_and_malformed_ids);
    tcase_add_test(tcase, link__escapes);
    tcase_add_test(tcase, link__of_another_client);
    tcase_add_test(tcase, link__example_of_another_client);
    tcase_add_test(tcase, link__before_its_exchange);
    tcase_add_test(tcase, link__deleted);
    tcase_add_test(tcase, link__deleted_for_90_days);
    tcase_add_test(tcase, link__deletes_are_apart);
    tcase_add_test(tcase, list__empty_and_few);
    tcase_add_test(tcase, list__pages);
    tcase_add_test(tcase, list__cursor_of_a_deleted_link);
    tcase_add_test(tcase, list__bad_queries);
    tcase_add_test(tcase, list__cursor_of_another_client);
}
