/* SPDX-License-Identifier: MIT */
/* Sessions with existing_link_id, and who may steer a world through the control API. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

#define CONNECT "/sandbox/connect"
#define FOREIGN "sandbox_error.forbidden_host"

static const struct reply *relink(struct client *client, const char *id, const char *more)
{
    const char *session = create_session(client, "'existing_link_id': '%s'%s%s", id,
                                         more[0] != '\0' ? ", " : "", more);

    return post(client, CONNECT, "{'link_session_token': '%s'}", session);
}

/* The front end gets no token: the link is connected already. */
START_TEST(relink__no_token)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, "'institution_id': 'chase'"), "link_id");
    const struct reply *reply = relink(client, id, "");

    expect_status(reply, 201);
    expect_value(reply, "exchangeable_token", "null");
    expect_value(reply, "link_id", "'%s'", id);
    expect_value(reply, "institution.institution_id", "'chase'");
    ck_assert_uint_eq(json_array_size(member(get(client, "/links"), "links")), 1);
}
END_TEST

START_TEST(relink__replaces_webhook_and_tags)
{
    struct client *client = signed_in("alice");
    const char *id =
        text_at(connected_link(client, "'webhook': 'http://localhost/old', 'link_tags': ['old']"),
                "link_id");

    relink(client, id, "'webhook': 'http://localhost/new', 'link_tags': ['new', 'er']");
    expect_part(get(client, "/links/%s", id), "",
                "{'webhook': 'http://localhost/new', 'tags': ['new', 'er'], 'state': 'connected'}");
    relink(client, id, "'link_tags': ['kept']");
    expect_part(get(client, "/links/%s", id), "", "{'webhook': null, 'tags': ['kept']}");
    relink(client, id, "");
    expect_part(get(client, "/links/%s", id), "", "{'webhook': null, 'tags': []}");
}
END_TEST

/* New products are added; those that are there keep their settings. */
START_TEST(relink__products)
{
    struct client *client = signed_in("alice");
    const struct reply *before =
        connected_link(client, "'settings': {'products': {'identity': {'required': true}}}");
    const char *id = text_at(before, "link_id");

    relink(client, id, "");
    ck_assert_uint_eq(json_object_size(member(get(client, "/links/%s", id), "products")), 2);
    relink(client, id,
           "'settings': {'products': {'identity': {'prefetch': true},"
           " 'transactions': {'prefetch': true, 'reason': 'new'}}}");
    const struct reply *after = get(client, "/links/%s", id);
    ck_assert(json_equal(member(after, "products.identity.settings"),
                         member(before, "link.products.identity.settings")));
    expect_part(after, "products.transactions.settings", "{'prefetch': true, 'reason': 'new'}");
    expect_value(after, "available_products", "['account_numbers', 'investments']");
}
END_TEST

/* Institution, country and user of such a session are ignored, silently. */
START_TEST(relink__what_is_ignored)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, "'institution_id': 'chase'"), "link_id");
    const struct reply *reply =
        relink(client, id,
               "'institution_id': 'barclays', 'settings': {'countries': ['GB'],"
               " 'providers': ['akoya']}");

    expect_status(reply, 201);
    expect_value(reply, "institution.institution_id", "'chase'");
    const char *session = create_session(client, "'existing_link_id': '%s'", id);
    expect_issues(post(client, CONNECT,
                       "{'link_session_token': '%s', 'institution_id': 'citibank'}", session),
                  "['body','institution_id'] unknown_value\n");
}
END_TEST

START_TEST(relink__heals_an_error)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    char *reset = quoted("/links/%s/reset", id);

    expect_status(CALL(client, .method = "POST", .target = reset), 200);
    free(reset);
    expect_part(get(client, "/links/%s", id), "",
                "{'state': 'error', 'error_code': 'auth_expired'}");
    expect_status(patch(client, link_target(id), "{'link_tags': ['x']}"), 200);
    relink(client, id, "");
    expect_part(get(client, "/links/%s", id), "", "{'state': 'connected', 'error_code': null}");
}
END_TEST

START_TEST(relink__failures_change_nothing)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, "'link_tags': ['old']"), "link_id");
    const char *before = get(client, "/links/%s", id)->body;
    const char *session = create_session(client, "'existing_link_id': '%s'", id);

    expect_link_error(
        post(client, CONNECT, "{'link_session_token': '%s', 'password': 'no'}", session),
        "sandbox_error.connect_failed", "invalid_credentials");
    ck_assert_str_eq(get(client, "/links/%s", id)->body, before);
    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(post(client, CONNECT, "{'link_session_token': '%s'}", session), 410,
                 "link_error.deleted");
}
END_TEST

/* --- Who may call ----------------------------------------------------------------------------- */

static const struct reply *from_host(struct client *client, const char *host)
{
    char *line = quoted("Host: %s", host);
    char *body = quoted("{'link_session_token': 'x'}");
    const struct reply *reply =
        CALL(client, .method = "POST", .target = CONNECT, .body = body, .headers = { line });

    free(line);
    free(body);
    return reply;
}

static const char *const own_hosts[] = { "localhost",      "localhost:1",   "127.0.0.1:8080",
                                         "[::1]:8080",     "app.localhost", "LOCALHOST",
                                         "public.example", "sandbox:8080",  "Sandbox" };

static const char *const foreign_hosts[] = {
    "evil.example", "evil.example:8080",    "localhost.evil.example", "127.0.0.1.evil.example",
    "10.0.0.1",     "sandbox.evil.example", "public.example.evil"
};

/* DNS rebinding: a page's own name must not steer the sandbox. */
START_TEST(control__hosts)
{
    restart_sandbox("--allowed-host=sandbox", "--public-url=https://public.example:99", NULL);
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(own_hosts); i++)
        expect_error(from_host(client, own_hosts[i]), 404, "sandbox_error.link_session_not_found");
    for (size_t i = 0; i < MK_COUNT(foreign_hosts); i++)
        expect_error(from_host(client, foreign_hosts[i]), 403, FOREIGN);
    expect_status(CALL(client, .target = "/links", .headers = { "Host: evil.example" }), 200);
}
END_TEST

START_TEST(control__hosts_by_default)
{
    struct client *client = signed_in("alice");

    expect_error(from_host(client, "sandbox"), 403, FOREIGN);
    expect_error(from_host(client, "public.example"), 403, FOREIGN);
    expect_error(from_host(client, "localhost:1"), 404, "sandbox_error.link_session_not_found");
}
END_TEST

START_TEST(control__expired_bearer)
{
    struct client *client = signed_in("alice");
    const char *session = create_session(client, NONE);

    expire_bearers("alice");
    expect_status(connect_session(client, session), 201);
    expect_error(get(client, "/links"), 401, "api_error.auth.expired_access_token");
}
END_TEST

static const struct reply *as_admin(struct client *client, const char *session, const char *world)
{
    const char *token = moneykit_sandbox_admin_token(under_test.sandbox);
    char *line = quoted("Authorization: Bearer %s", token);
    char *body = quoted("{'link_session_token': '%s'}", session);
    const struct reply *reply = CALL(client, .method = "POST", .target = CONNECT, .body = body,
                                     .anonymous = true, .headers = { line, world });

    free(line);
    free(body);
    return reply;
}

START_TEST(control__admin_token)
{
    struct client *alice = signed_in("alice");
    struct client *admin = client_new("admin");
    const char *session = create_session(alice, NONE);

    signed_in("bob");
    expect_error(as_admin(admin, session, NULL), 401, "api_error.auth.unauthorized");
    expect_error(as_admin(admin, session, "X-Sandbox-Client:"), 401, "api_error.auth.unauthorized");
    expect_error(as_admin(admin, session, "X-Sandbox-Client: carol"), 401,
                 "api_error.auth.unauthorized");
    expect_error(as_admin(admin, session, "X-Sandbox-Client: bob"), 404,
                 "sandbox_error.link_session_not_found");
    const struct reply *reply = as_admin(admin, session, "X-Sandbox-Client: alice");
    expect_status(reply, 201);
    exchange(alice, text_at(reply, "exchangeable_token"));
}
END_TEST

/*
 * It opens the control API and nothing else; a client can't name another world with its own token.
 */
START_TEST(control__admin_token_elsewhere)
{
    restart_sandbox("--admin-token=the-admin", NULL);
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *session = create_session(alice, NONE);
    char *body = quoted("{'link_session_token': '%s'}", session);

    expect_error(CALL(alice, .target = "/links", .anonymous = true,
                      .headers = { "Authorization: Bearer the-admin", "X-Sandbox-Client: alice" }),
                 401, "api_error.auth.unauthorized");
    expect_error(CALL(bob, .method = "POST", .target = CONNECT, .body = body,
                      .headers = { "X-Sandbox-Client: alice" }),
                 404, "sandbox_error.link_session_not_found");
    expect_status(as_admin(bob, session, "X-Sandbox-Client: alice"), 201);
    free(body);
}
END_TEST

void relink_tests(TCase *tcase)
{
    tcase_add_test(tcase, relink__no_token);
    tcase_add_test(tcase, relink__replaces_webhook_and_tags);
    tcase_add_test(tcase, relink__products);
    tcase_add_test(tcase, relink__what_is_ignored);
    tcase_add_test(tcase, relink__heals_an_error);
    tcase_add_test(tcase, relink__failures_change_nothing);
    tcase_add_test(tcase, control__hosts);
    tcase_add_test(tcase, control__hosts_by_default);
    tcase_add_test(tcase, control__expired_bearer);
    tcase_add_test(tcase, control__admin_token);
    tcase_add_test(tcase, control__admin_token_elsewhere);
}
