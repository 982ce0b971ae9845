/* SPDX-License-Identifier: MIT */
/* Two clients never see each other's links, tokens and sessions, and nor do their clocks. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

START_TEST(worlds__links_are_apart)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *hers = text_at(connected_link(alice, NONE), "link_id");
    const char *his = text_at(connected_link(bob, NONE), "link_id");

    ck_assert_str_ne(hers, his);
    expect_part(get(alice, "/links"), "", "{'links': [{'link_id': '%s'}]}", hers);
    expect_part(get(bob, "/links"), "", "{'links': [{'link_id': '%s'}]}", his);
    expect_error(get(alice, "/links/%s", his), 401, "link_error.unauthorized_access");
    expect_error(delete_(bob, "/links/%s", hers), 401, "link_error.unauthorized_access");
    expect_error(patch(bob, link_target(hers), "{'webhook': null}"), 401,
                 "link_error.unauthorized_access");
    expect_part(get(alice, "/links/%s", hers), "", "{'state': 'connected'}");
}
END_TEST

START_TEST(worlds__sessions_and_tokens_are_apart)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *session = create_session(alice, NONE);

    expect_error(post(bob, "/sandbox/connect", "{'link_session_token': '%s'}", session), 404,
                 "sandbox_error.link_session_not_found");
    const char *token = text_at(connect_session(alice, session), "exchangeable_token");
    expect_error(post(bob, "/link-session/exchange-token", "{'exchangeable_token': '%s'}", token),
                 400, "link_session_error.invalid_token_exchange");
    exchange(alice, token);
}
END_TEST

/* A bearer names its world by itself: beside it, the client headers say nothing. */
START_TEST(worlds__a_bearer_is_its_clients)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");

    ck_assert_str_ne(alice->token, bob->token);
    expect_value(CALL(alice, .target = "/auth/introspect",
                      .headers = { "X-Client-Id: bob", "X-Client-Secret: secret-of-bob" }),
                 "client_id", "'alice'");
    expect_value(get(bob, "/auth/introspect"), "client_id", "'bob'");
}
END_TEST

START_TEST(worlds__clocks_are_apart)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *hers = create_session(alice, NONE);
    const char *his = create_session(bob, NONE);

    pass_seconds("alice", 3600);
    expect_error(post(alice, "/sandbox/connect", "{'link_session_token': '%s'}", hers), 404,
                 "sandbox_error.link_session_not_found");
    connect_session(bob, his);
}
END_TEST

/* Client ids are taken as they are: case, spaces and prefixes make other clients. */
START_TEST(worlds__names_are_exact)
{
    static const char *const ids[] = { "alice",  "Alice",    "alice2",  "alic",
                                       "al ice", "alice/..", "\xc3\xa9" };
    struct client *client = client_new("alice");
    size_t count = MK_COUNT(ids);

    for (size_t i = 0; i < count; i++) {
        char *id = quoted("X-Client-Id: %s", ids[i]);
        char *secret = quoted("X-Client-Secret: %zu", i);
        const struct reply *reply =
            CALL(client, .target = "/auth/introspect", .headers = { id, secret });
        expect_status(reply, 200);
        ck_assert_str_eq(text_at(reply, "client_id"), ids[i]);
        expect_value(CALL(client, .target = "/links", .headers = { id, secret }), "links", "[]");
        /* Not exchanged by any of those before. */
        expect_status(CALL(client, .method = "POST", .target = "/link-session/exchange-token",
                           .body = "{\"exchangeable_token\":\"" EXAMPLE_TOKEN "\"}",
                           .headers = { id, secret }),
                      201);
        free(id);
        free(secret);
    }
}
END_TEST

enum { CLIENTS = 60 };

START_TEST(worlds__many)
{
    struct client *clients[CLIENTS];
    char *ids[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        char name[16] = { 'c', (char)('0' + i / 10), (char)('0' + i % 10) };
        clients[i] = signed_in(name);
        exchange(clients[i], EXAMPLE_TOKEN);
        ids[i] = mk_copy(text_at(connected_link(clients[i], NONE), "link_id"));
    }
    for (int i = 0; i < CLIENTS; i++) {
        int other = (i + 1) % CLIENTS;
        ck_assert_uint_eq(json_array_size(member(get(clients[i], "/links"), "links")), 2);
        expect_status(get(clients[i], "/links/%s", ids[i]), 200);
        expect_error(get(clients[i], "/links/%s", ids[other]), 401,
                     "link_error.unauthorized_access");
    }
    for (int i = 0; i < CLIENTS; i++)
        free(ids[i]);
}
END_TEST

void worlds_tests(TCase *tcase)
{
    tcase_add_test(tcase, worlds__links_are_apart);
    tcase_add_test(tcase, worlds__sessions_and_tokens_are_apart);
    tcase_add_test(tcase, worlds__a_bearer_is_its_clients);
    tcase_add_test(tcase, worlds__clocks_are_apart);
    tcase_add_test(tcase, worlds__names_are_exact);
    tcase_add_test(tcase, worlds__many);
}
