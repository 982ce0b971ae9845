/* SPDX-License-Identifier: MIT */
/* Options that change what the API answers. */
#include "api/tests.h"

#include "api/routes.h"
#include "base/memory.h"

#include <string.h>

#define UNAUTHORIZED "api_error.auth.unauthorized"

static const struct reply *with_headers(struct client *client, const char *id, const char *secret)
{
    char *first = quoted("X-Client-Id: %s", id);
    char *second = quoted("X-Client-Secret: %s", secret);
    const struct reply *reply =
        CALL(client, .target = "/auth/introspect", .anonymous = true, .headers = { first, second });

    free(first);
    free(second);
    return reply;
}

START_TEST(clients__closed_door)
{
    restart_sandbox("--client=alice:secret-of-alice", "--client=bob:a:b", NULL);
    struct client *alice = signed_in("alice");
    struct client *carol = client_new("carol");

    expect_status(get(alice, "/links"), 200);
    expect_status(with_headers(carol, "bob", "a:b"), 200);
    expect_error(with_headers(carol, "bob", "a"), 401, UNAUTHORIZED);
    expect_error(with_headers(carol, "alice", "other"), 401, UNAUTHORIZED);
    expect_error(with_headers(carol, "carol", "secret-of-carol"), 401, UNAUTHORIZED);
    expect_error(with_headers(carol, "alice", "secret-of-alice2"), 401, UNAUTHORIZED);
    expect_error(CALL(carol, .method = "POST", .target = "/auth/token",
                      .body = "client_id=carol&client_secret=x",
                      .headers = { "Content-Type: application/x-www-form-urlencoded" }),
                 401, UNAUTHORIZED);
    ck_assert_ptr_null(mk_worlds_find(under_test.service->worlds, "carol"));
}
END_TEST

static void replace_token(struct client *client, const char *token)
{
    free(client->token);
    client->token = mk_copy(token);
}

START_TEST(access_token__fixed)
{
    restart_sandbox("--access-token=fixed", NULL);
    struct client *client = client_new("sandbox");

    replace_token(client, "fixed");
    expect_value(get(client, "/auth/introspect"), "client_id", "'sandbox'");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    expire_bearers("sandbox");
    expect_status(get(client, "/links/%s", id), 200);
    replace_token(client, "fixed2");
    expect_error(get(client, "/links"), 401, UNAUTHORIZED);
    replace_token(client, "fixe");
    expect_error(get(client, "/links"), 401, UNAUTHORIZED);
    sign_in(client); /* the same world, whose secret is pinned only now */
    expect_status(get(client, "/links/%s", id), 200);
    expect_error(with_headers(client, "sandbox", "other"), 401, UNAUTHORIZED);
}
END_TEST

START_TEST(access_token__behind_a_closed_door)
{
    restart_sandbox("--access-token=fixed", "--client=alice:a", NULL);
    struct client *client = client_new("sandbox");

    replace_token(client, "fixed");
    expect_status(get(client, "/links"), 200);
    expect_error(with_headers(client, "sandbox", "x"), 401, UNAUTHORIZED);
}
END_TEST

/* A route as a client without a world asks it: credentials first, so this is all it gets. */
static const struct reply *ask_as_stranger(struct client *client, const struct mk_route *route)
{
    const char *type = route->form != NULL ? "Content-Type: application/x-www-form-urlencoded"
                                           : "Content-Type: application/json";
    const char *body = route->form != NULL   ? "client_id=carol&client_secret=x"
                       : route->body != NULL ? "{}"
                                             : NULL;

    return CALL(client, .method = mk_method_name(route->method), .target = route->path,
                .body = body, .headers = { type, "X-Client-Id: carol", "X-Client-Secret: x" });
}

START_TEST(max_worlds__one_too_many)
{
    restart_sandbox("--max-worlds=2", NULL);
    struct client *alice = signed_in("alice");
    struct client *carol = client_new("carol");

    signed_in("bob");
    for (size_t i = 0; i < mk_route_count; i++) {
        enum mk_access access = mk_routes[i].access;
        bool wants_client = access == MK_ACCESS_CLIENT || access == MK_ACCESS_CONTROL;
        if (wants_client || mk_routes[i].form != NULL)
            expect_error(ask_as_stranger(carol, &mk_routes[i]), 503, "api_error.unavailable");
    }
    expect_status(get(alice, "/links"), 200);
    sign_in(alice);
    expect_status(get(alice, "/links"), 200);
}
END_TEST

START_TEST(max_worlds__the_fixed_token_too)
{
    restart_sandbox("--max-worlds=1", "--access-token=fixed", NULL);
    struct client *client = signed_in("alice");

    replace_token(client, "fixed");
    expect_error(get(client, "/links"), 503, "api_error.unavailable");
}
END_TEST

/* --- --deterministic -------------------------------------------------------------------------- */

/* Adds the bytes of a reply, and its header fields but those of the HTTP library. */
static void record(struct mk_text *script, const struct reply *reply)
{
    static const char *const theirs[] = { "Date", "Connection", "Content-Length", "Content-Type",
                                          NULL };

    mk_text_print(script, "%u\n", reply->status);
    for (size_t i = 0; i < reply->header_count; i++) {
        if (mk_term_find(theirs, reply->headers[i].name) < 0)
            mk_text_print(script, "%s: %s\n", reply->headers[i].name, reply->headers[i].value);
    }
    mk_text_add(script, reply->body, reply->length);
    mk_text_add_char(script, '\n');
}

static void record_all(struct mk_text *script, struct client *client)
{
    const struct reply *replies[64];
    size_t count = 0;

    for (const struct reply *reply = client->replies; reply != NULL; reply = reply->previous)
        replies[count++] = reply;
    while (count > 0)
        record(script, replies[--count]);
    client_forget(client);
}

/* Something of everything, as two clients. */
static char *play(void)
{
    struct mk_text script = MK_TEXT((size_t)16 << 20);
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");

    const char *id = text_at(connected_link(alice, "'institution_id': 'chase'"), "link_id");
    exchange(alice, EXAMPLE_TOKEN);
    pass_seconds("alice", 100);
    connected_link(alice, "'link_tags': ['x'], 'settings': {'products': {'identity': {}}}");
    get(alice, "/links");
    get(alice, "/institutions?limit=3");
    get(alice, "/auth/introspect");
    patch(alice, link_target(id), "{'webhook': 'http://localhost/', 'tags': ['y']}");
    get(bob, "/links/%s", id);
    connected_link(bob, NONE);
    post(bob, "/link-session", "{}");
    delete_(alice, "/links/%s", id);
    get(alice, "/links/%s", id);
    get(alice, "/nothing");
    sign_in(alice);
    post(alice, "/sandbox/connect", "{'link_session_token': '%s', 'username': 'user_error'}",
         create_session(alice, NONE));
    record_all(&script, alice);
    record_all(&script, bob);
    return mk_text_steal(&script);
}

/* The public URL is fixed here, since the port over libcurl is not. */
static char *play_anew(const char *option)
{
    restart_sandbox("--deterministic", "--public-url=http://localhost:8080", option, NULL);
    return play();
}

START_TEST(deterministic__same_bytes)
{
    char *first = play_anew("--seed=5");
    char *second = play_anew("--seed=5");
    char *other_seed = play_anew("--seed=6");
    char *other_time = play_anew("--now=2020-02-29T12:00:00");

    ck_assert_str_eq(first, second);
    ck_assert_str_ne(first, other_seed);
    ck_assert_ptr_nonnull(strstr(first, "\"2026-01-01T00:00:00\""));
    ck_assert_ptr_nonnull(strstr(first, "\"2026-01-01T00:01:40\""));
    ck_assert_ptr_nonnull(strstr(other_time, "\"2020-02-29T12:01:40\""));
    free(first);
    free(second);
    free(other_seed);
    free(other_time);
}
END_TEST

/* Without it ids repeat with the seed, and secrets never do. */
START_TEST(deterministic__secrets_without_it)
{
    restart_sandbox("--seed=5", NULL);
    struct client *client = signed_in("alice");
    const struct reply *reply = connect_session(client, create_session(client, NONE));
    char *id = mk_copy(text_at(reply, "link_id"));
    char *token = mk_copy(text_at(reply, "exchangeable_token"));
    char *bearer = mk_copy(client->token);

    restart_sandbox("--seed=5", NULL);
    client = signed_in("alice");
    reply = connect_session(client, create_session(client, NONE));
    ck_assert_str_eq(text_at(reply, "link_id"), id);
    ck_assert_str_ne(text_at(reply, "exchangeable_token"), token);
    ck_assert_str_ne(client->token, bearer);
    free(id);
    free(token);
    free(bearer);
}
END_TEST

START_TEST(now__where_clocks_start)
{
    restart_sandbox("--now=2024-05-06T07:08:09Z", NULL);
    struct client *client = signed_in("alice");
    const struct reply *reply = connected_link(client, NONE);
    const char *synced = text_at(reply, "link.last_synced_at");

    ck_assert_int_eq(strncmp(synced, "2024-05-06T07:08:", 17), 0);
    ck_assert_int_eq(mk_world_now(world_of("alice")) / MK_DAY, 19849);
}
END_TEST

void options_tests(TCase *tcase)
{
    tcase_add_test(tcase, clients__closed_door);
    tcase_add_test(tcase, access_token__fixed);
    tcase_add_test(tcase, access_token__behind_a_closed_door);
    tcase_add_test(tcase, max_worlds__one_too_many);
    tcase_add_test(tcase, max_worlds__the_fixed_token_too);
    tcase_add_test(tcase, deterministic__same_bytes);
    tcase_add_test(tcase, deterministic__secrets_without_it);
    tcase_add_test(tcase, now__where_clocks_start);
}
