/* SPDX-License-Identifier: MIT */
/*
 * GET /sandbox/requests: what is listed, how an entry explains itself, and that no secret is in it.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "support/walk.h"

#include <stdlib.h>
#include <string.h>

#define REQUESTS "/sandbox/requests"

/* The journal's entry of a reply. */
static const struct reply *entry_of(struct client *client, const struct reply *reply)
{
    const struct reply *entry = get(client, REQUESTS "/%s", header_of(reply, "X-Request-Id"));

    expect_status(entry, 200);
    return entry;
}

static size_t count(const struct reply *reply)
{
    return json_array_size(member(reply, "requests"));
}

START_TEST(requests__list)
{
    struct client *client = signed_in("alice");

    create_session(client, NONE);
    expect_error(get(client, "/links/mk_none/accounts"), 404, "link_error.not_found");
    const struct reply *list = get(client, REQUESTS);
    expect_part(list, "requests.1",
                "{'kind': 'request', 'operation': 'create_link_session', 'method': 'POST',"
                " 'path': '/link-session', 'target': '/link-session', 'status': 201,"
                " 'error_code': null, 'fault_id': null, 'ending': 'whole', 'link_id': null}");
    expect_part(list, "requests.2",
                "{'operation': 'get_accounts', 'path': '/links/{id}/accounts', 'status': 404,"
                " 'target': '/links/mk_none/accounts', 'error_code': 'link_error.not_found'}");
    ck_assert_uint_eq(count(list), 3); /* the first got the access token */
    expect_value(list, "missed", "false");
    ck_assert(json_equal(get(client, REQUESTS)->json, list->json)); /* who looks is not seen */
    list = get(signed_in("bob"), REQUESTS);
    ck_assert_uint_eq(count(list), 1);
    expect_value(list, "requests.0.operation", "'create_access_token'");
}
END_TEST

static const char *const filters[][2] = {
    { "status=404", "get_link" },
    { "operation=get_institution", "get_institution" },
    { "method=PATCH", "update_link" },
    { "error_code=institution_error.not_found", "get_institution" },
    { "link_id=" EXAMPLE_LINK, "update_link" },
    { "include=control&method=PUT", "" },
};

START_TEST(requests__filters)
{
    struct client *client = signed_in("alice");

    get(client, "/links/mk_none");
    get(client, "/institutions/none");
    patch(client, "/links/" EXAMPLE_LINK, "{}");
    for (size_t i = 0; i < MK_COUNT(filters); i++) {
        const struct reply *list = get(client, REQUESTS "?%s", filters[i][0]);
        if (i == 0) { /* all three are 404 */
            ck_assert_uint_eq(count(list), 3);
            continue;
        }
        ck_assert_uint_eq(count(list), filters[i][1][0] == '\0' ? 0 : 1);
        if (count(list) == 1)
            expect_value(list, "requests.0.operation", "'%s'", filters[i][1]);
    }
}
END_TEST

/* Without `since` the newest; with it page by page from there on. */
START_TEST(requests__pages)
{
    struct client *client = signed_in("alice");

    for (int i = 0; i < 5; i++)
        get(client, "/institutions/none-%d", i);
    expect_value(get(client, REQUESTS "?limit=2"), "requests.0.target", "'/institutions/none-3'");
    const struct reply *page = get(client, REQUESTS "?limit=2&since=1");
    expect_value(page, "requests.1.target", "'/institutions/none-1'");
    page = get(client, REQUESTS "?limit=2&since=%lld",
               (long long)json_integer_value(member(page, "last_event_id")));
    expect_value(page, "requests.0.target", "'/institutions/none-2'");
    page = get(client, REQUESTS "?since=%s", text_at(page, "requests.1.request_id"));
    ck_assert_uint_eq(count(page), 2); /* itself and what came after */
}
END_TEST

START_TEST(requests__control_calls)
{
    struct client *client = signed_in("alice");

    patch(client, "/sandbox/settings", "{'refresh_seconds': 3}");
    get(client, "/sandbox/settings");
    ck_assert_uint_eq(count(get(client, REQUESTS)), 1);
    const struct reply *list = get(client, REQUESTS "?include=control");
    ck_assert_uint_eq(count(list), 2);
    expect_value(list, "requests.1.operation", "'sandbox_update_settings'");
    ck_assert_uint_eq(count(get(client, REQUESTS "?operation=sandbox_update_settings")), 1);
}
END_TEST

START_TEST(requests__forgotten)
{
    struct client *client = signed_in("alice");
    const struct reply *first = get(client, "/institutions/none");
    struct mk_world *world = world_of("alice");

    mk_world_lock(world);
    mk_journal_set_limit(&world->journal, 65536);
    mk_world_unlock(world);
    for (int i = 0; i < 600; i++)
        get(client, "/institutions/none");
    expect_error(get(client, REQUESTS "/%s", header_of(first, "X-Request-Id")), 404,
                 "sandbox_error.request_not_found");
    expect_value(get(client, REQUESTS "?since=0&limit=1"), "missed", "true");
    expect_issues(get(client, REQUESTS "?since=%s", header_of(first, "X-Request-Id")),
                  "['query','since'] unknown_value\n");
}
END_TEST

START_TEST(requests__refused)
{
    struct client *client = signed_in("alice");

    expect_issues(get(client, REQUESTS "?operation=nothing&method=BREW&status=9&limit=0"),
                  "['query','method'] enum\n['query','status'] greater_than_equal\n"
                  "['query','limit'] greater_than_equal\n");
    expect_issues(get(client, REQUESTS "?operation=nothing"),
                  "['query','operation'] unknown_value\n");
    expect_issues(get(client, REQUESTS "?since=yesterday"), "['query','since'] unknown_value\n");
    expect_issues(get(client, REQUESTS "?since=99"), "['query','since'] unknown_value\n");
    expect_error(get(client, REQUESTS "/req_0000000000000000"), 404,
                 "sandbox_error.request_not_found");
    expect_error(CALL(client, .target = REQUESTS, .anonymous = true), 401,
                 "api_error.auth.unauthorized");
    expect_error(CALL(client, .target = REQUESTS, .headers = { "Host: evil.example" }), 403,
                 "sandbox_error.forbidden_host");
    expect_error(CALL(client, .target = REQUESTS "/req_1", .anonymous = true), 401,
                 "api_error.auth.unauthorized");
    expect_error(CALL(client, .target = REQUESTS "/req_1", .headers = { "Host: evil.example" }),
                 403, "sandbox_error.forbidden_host");
}
END_TEST

/* --- Explained -------------------------------------------------------------------------------- */

struct explained {
    const char *method;
    const char *target;
    const char *header;
    const char *body;
    const char *checks; /* the first of them has all of this */
};

static const struct explained explained_rows[] = {
    { "GET", "/links?limit=1", NULL, NULL,
      "{'in': 'query', 'pointer': '/limit', 'kind': 'greater_than_equal', 'value': 1,"
      " 'nearest': 500, 'hint': null}" },
    { "GET", "/links/" EXAMPLE_LINK, NULL, NULL,
      "{'in': 'path', 'pointer': '/id', 'value': '" EXAMPLE_LINK "', 'nearest': null,"
      " 'hint': 'The documentation\\u0027s example is hidden until its token is exchanged.'}" },
    { "GET", "/link/" EXAMPLE_LINK "/account", NULL, NULL,
      "{'in': 'path', 'pointer': '', 'nearest': 'GET /links/{id}/accounts'}" },
    { "PUT", "/links/" EXAMPLE_LINK, NULL, NULL,
      "{'in': 'method', 'value': 'PUT', 'nearest': 'GET',"
      " 'hint': 'This path knows GET, PATCH, DELETE'}" },
    { "GET", "/institutions/chaze", NULL, NULL,
      "{'in': 'path', 'pointer': '/institution_id', 'value': 'chaze', 'nearest': 'chase'}" },
    { "GET", "/links/none", "moneykit-version: 2022-01-01", NULL,
      "{'in': 'header', 'pointer': '/moneykit-version', 'value': '2022-01-01',"
      " 'nearest': '2023-02-18'}" },
    { "POST", "/link-session", "Content-Type: text/plain", "{}",
      "{'in': 'header', 'pointer': '/content-type', 'value': 'text/plain',"
      " 'nearest': 'application/json'}" },
    { "POST", "/link-session", NULL, "{\"customer_user\": {\"id\": \"user-1\"}",
      "{'in': 'body', 'pointer': '', 'kind': 'json_invalid',"
      " 'hint': 'At byte 34 of the 34 of the body.'}" },
    { "POST", "/link-session", NULL,
      "{\"customer_user\": {\"id\": \"user-1\"}, \"redirect_url\": \"http://localhost\"}",
      "{'in': 'body', 'pointer': '/redirect_uri', 'kind': 'missing', 'value': null,"
      " 'hint': 'There is \\u0022redirect_url\\u0022, which nobody reads: is it misspelt?'}" },
    { "POST", "/link-session", NULL,
      "{\"customer_user\": {\"id\": \"user-1\"}, \"redirect_uri\": \"http://localhost\","
      " \"settings\": {\"providers\": [\"mx\", \"plait\"]}}",
      "{'in': 'body', 'pointer': '/settings/providers/1', 'kind': 'enum', 'value': 'plait',"
      " 'nearest': 'plaid'}" },
    { "POST", "/link-session", NULL,
      "{\"customer_user\": {\"id\": 1234}, \"redirect_uri\": \"http://localhost\"}",
      "{'pointer': '/customer_user/id', 'value': 1234, 'nearest': '1234'}" },
    { "POST", "/link-session", NULL,
      "{\"customer_user\": {\"id\": \"user-1\"}, \"redirect_uri\": \"http://localhost\","
      " \"settings\": {\"products\": {\"identity\": {\"required\": \"yes\"}}}}",
      "{'pointer': '/settings/products/identity/required', 'value': 'yes', 'nearest': true}" },
    { "POST", "/link-session", NULL,
      "{\"customer_user\": {\"id\": \"user-1\"}, \"redirect_uri\": \"http://localhost\","
      " \"institution_id\": \"chaze\"}",
      "{'in': 'body', 'pointer': '/institution_id', 'value': 'chaze', 'nearest': 'chase'}" },
    { "POST", "/link-session", NULL,
      "{\"customer_user\": {\"id\": \"user-1\"}, \"redirect_uri\": \"http://a.example\"}",
      "{'in': 'body', 'pointer': '/redirect_uri', 'value': 'http://a.example'}" },
    { "POST", "/link-session/exchange-token", NULL, "{\"exchangeable_token\": \"none\"}",
      "{'in': 'body', 'pointer': '/exchangeable_token', 'value': null}" },
    { "POST", "/link-session/exchange-token", NULL, "{\"exchangeable_token\": 7}",
      "{'in': 'body', 'pointer': '/exchangeable_token', 'value': '***', 'nearest': null}" },
    { "GET", "/links/some", NULL, NULL, "{'hint': 'Ids of links begin with mk_.'}" },
};

START_TEST(requests__checks)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(explained_rows); i++) {
        const struct explained *row = &explained_rows[i];
        const struct reply *reply = CALL(client, .method = row->method, .target = row->target,
                                         .body = row->body, .headers = { row->header });
        ck_assert_uint_ge(reply->status, 400);
        const struct reply *entry = entry_of(client, reply);
        expect_part(entry, "checks.0", "%s", row->checks);
        expect_value(entry, "fault", "null");
        ck_assert(json_equal(member(entry, "error"), reply->json));
    }
}
END_TEST

/* Every problem of the input is there, with its place. */
START_TEST(requests__all_problems)
{
    struct client *client = signed_in("alice");

    const struct reply *reply = post(client, "/link-session", "{}");
    const struct reply *entry = entry_of(client, reply);
    ck_assert_uint_eq(json_array_size(member(entry, "checks")),
                      json_array_size(member(reply, "validation_errors")));
    expect_value(entry, "body", "'{}'");

    struct mk_text body = MK_TEXT(65536); /* more problems than the journal keeps */
    mk_text_add_literal(&body, "{\"link_tags\": [");
    for (int i = 0; i < 99; i++)
        mk_text_print(&body, "%s7", i == 0 ? "" : ",");
    mk_text_add_literal(&body, "]}");
    entry = entry_of(client,
                     CALL(client, .method = "POST", .target = "/link-session", .body = body.bytes));
    ck_assert_uint_gt(json_array_size(member(entry, "checks")), 20);
    expect_value(entry, "checks.9.pointer", "'/link_tags/7'");
    mk_text_done(&body);
}
END_TEST

START_TEST(requests__links_explained)
{
    struct client *client = signed_in("alice");
    char *id = quoted("%s", text_at(connected_link(client, NONE), "link_id"));
    char *typo = quoted("%s", id);

    typo[10] = typo[10] == 'a' ? 'b' : 'a';
    expect_part(entry_of(client, get(client, "/links/%s", typo)), "checks.0",
                "{'value': '%s', 'nearest': '%s'}", typo, id);
    delete_(client, "/links/%s", id);
    expect_part(entry_of(client, get(client, "/links/%s/accounts", id)), "checks.0",
                "{'kind': 'link_error.deleted', 'value': '%s', 'hint': 'The link is deleted: GET"
                " /links/{id} alone shows it, for 90 days.'}",
                id);
    const char *session = create_session(client, NONE);
    const char *pending = text_at(connect_session(client, session), "link_id");
    expect_part(entry_of(client, get(client, "/links/%s", pending)), "checks.0",
                "{'kind': 'link_error.bad_state', 'hint': 'Exchange its token first: POST"
                " /link-session/exchange-token.'}");
    struct client *bob = signed_in("bob");
    expect_part(entry_of(bob, get(bob, "/links/%s", id)), "checks.0",
                "{'kind': 'link_error.unauthorized_access', 'hint': 'Another client made this"
                " link: use that client\\u0027s credentials.'}");
    free(typo);
    free(id);
}
END_TEST

/* What the exchange of a token causes stands with it. */
START_TEST(requests__caused)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = connected_link(client, "'webhook': 'http://localhost:1/hook'");
    const struct reply *entry = entry_of(client, reply);

    expect_part(entry, "caused.0",
                "{'kind': 'link', 'link_id': '%s', 'state': 'connected', 'error_code': null}",
                text_at(reply, "link_id"));
    ck_assert_int_gt(json_integer_value(member(entry, "caused_count")), 1);
    expect_value(entry, "checks", "[]");
    expect_value(entry, "error", "null");
    expect_status(post(client, "/sandbox/clock/advance", "{'seconds': 0}"), 200); /* no outcomes */
    expect_value(entry_of(client, get(client, "/links")), "caused", "[]");
}
END_TEST

START_TEST(requests__curl)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = post(client, "/link-session/exchange-token",
                                     "{'exchangeable_token': 'x', 'it\\u0027s': 1}");

    const char *line = text_at(entry_of(client, reply), "curl");
    const char *expected = "curl -X POST '%s/link-session/exchange-token'"
                           " -H \"Authorization: Bearer $TOKEN\""
                           " -H 'Content-Type: application/json'"
                           " --data-binary '{\"exchangeable_token\":\"'\"$EXCHANGEABLE_TOKEN\"'\","
                           "\"'\"$SECRET\"'\":\"'\"$SECRET\"'\"}'";
    struct mk_text wanted = MK_TEXT(4096);
    mk_text_add(&wanted, expected, strlen("curl -X POST '"));
    mk_text_add_text(&wanted, under_test.service->public_url);
    mk_text_add_text(&wanted, strstr(expected, "/link-session"));
    ck_assert_str_eq(line, wanted.bytes);
    mk_text_done(&wanted);

    reply = CALL(client, .method = "POST", .target = "/link-session",
                 .body = "{\"institution_id\": \"it's $HOME `x`\"}");
    line = text_at(entry_of(client, reply), "curl");
    ck_assert_ptr_nonnull(strstr(line, "'{\"institution_id\":\"it'\\''s $HOME `x`\"}'"));
    line = text_at(entry_of(client, get(client, "/institutions?limit=7&nothing=x")), "curl");
    ck_assert_ptr_nonnull(strstr(line, "/institutions?limit=7&nothing='\"$NOTHING\"'' -H "));
}
END_TEST

/* What curl reads as a pattern or straightens, and what the journal does not have whole. */
START_TEST(requests__curl_of_odd_calls)
{
    struct client *client = signed_in("alice");

    const char *line = text_at(entry_of(client, get(client, "/links/{id}")), "curl");
    ck_assert_ptr_nonnull(strstr(line, "curl --globoff '"));
    line = text_at(entry_of(client, get(client, "/a/../links")), "curl");
    ck_assert_ptr_nonnull(strstr(line, "curl --path-as-is '"));
    line = text_at(entry_of(client, post(client, "/link-session", "{'link_tags': ['a'")), "curl");
    ck_assert_ptr_nonnull(strstr(line, " --data-binary \"$BODY\""));
    line = text_at(entry_of(client, post(client, "/link-session", "{}")), "curl");
    ck_assert_ptr_nonnull(strstr(line, " --data-binary '{}'"));
}
END_TEST

START_TEST(requests__fault)
{
    struct client *client = signed_in("alice");

    expect_status(post(client, "/sandbox/faults",
                       "{'operation': 'get_links', 'status': 503, 'error_code':"
                       " 'api_error.unavailable', 'count': 1}"),
                  201);
    const struct reply *reply = get(client, "/links");
    expect_error(reply, 503, "api_error.unavailable");
    const struct reply *entry = entry_of(client, reply);
    expect_part(entry, "", "{'fault_id': 1, 'error_code': 'api_error.unavailable', 'status': 503}");
    expect_value(entry, "fault", "{'fault_id': 1, 'action': 'error'}");
    expect_part(entry, "checks.0",
                "{'in': 'fault', 'hint': 'Rule 1 of this world\\u0027s faults"
                " fired: see GET /sandbox/faults.'}");
    expect_value(get(client, REQUESTS "?error_code=api_error.unavailable"), "requests.0.fault_id",
                 "1");
    delete_(client, "/sandbox/faults");
    expect_value(entry_of(client, reply), "fault", "{'fault_id': 1, 'action': null}");
}
END_TEST

START_TEST(requests__durations)
{
    struct client *client = signed_in("alice");

    ck_assert(json_is_real(member(entry_of(client, get(client, "/links")), "duration_ms")));
    restart_sandbox("--deterministic", NULL);
    client = signed_in("carol");
    expect_value(entry_of(client, get(client, "/links")), "duration_ms", "null");
}
END_TEST

/* A token that has expired still names its world: who wonders about the 401 finds it. */
START_TEST(requests__expired_bearer)
{
    struct client *client = signed_in("alice");

    expire_bearers("alice");
    const struct reply *reply = get(client, "/links");
    expect_error(reply, 401, "api_error.auth.expired_access_token");
    expect_part(entry_of(client, reply), "checks.0",
                "{'in': 'header', 'pointer': '/authorization'}");
}
END_TEST

/* --- Secrets ---------------------------------------------------------------------------------- */

static const char *const secrets[] = { "hunter2-password",  "hunter2-mfa",  "hunter2-username",
                                       "hunter2-account-1", "hunter2-lost", "hunter2-query",
                                       "hunter2-form",      "hunter2-raw",  "hunter2-path" };

static void expect_no_secret(const struct reply *reply)
{
    for (size_t i = 0; i < MK_COUNT(secrets); i++)
        require(strstr(reply->body, secrets[i]) == NULL, "%s is in %s", secrets[i], reply->body);
}

static void send_secrets(struct client *client)
{
    post(client, "/sandbox/connect",
         "{'link_session_token': 'hunter2-lost', 'username': 'hunter2-username',"
         " 'password': 'hunter2-password', 'mfa': 'hunter2-mfa'}");
    post(client, "/link-session",
         "{'custom_sandbox_data': {'accounts': [{'account_type':"
         " 'checking', 'name': 'a', 'account_number':"
         " 'hunter2-account-1', 'routing_number': 'hunter2-lost'}]}}");
    post(client, "/link-session/exchange-token", "{'exchangeable_token': 'hunter2-lost'}");
    post(client, "/link-session/exchange-token", "hunter2-raw");
    post(client, "/links/none/reset", "{'password': 'hunter2-password'}");
    post(client, "/nowhere?token=hunter2-query", "{'a': ['hunter2-lost']}");
    get(client, "/links?access_token=hunter2-query&hunter2-query");
    get(client, "/links/hunter2-path-0123456789-0123456789");
    get(client, "/nowhere/hunter2-path-0123456789-0123456789/accounts");
    CALL(client, .method = "POST", .target = "/auth/token",
         .headers = { "Content-Type: application/x-www-form-urlencoded" },
         .body = "client_secret=hunter2-form&client_id=x&grant_type=client_credentials");
}

START_TEST(requests__no_secrets)
{
    struct client *client = signed_in("alice");

    send_secrets(client);
    const struct reply *list = get(client, REQUESTS "?include=control&limit=1000");
    expect_no_secret(list);
    for (size_t i = 0; i < count(list); i++) {
        char path[64];
        snprintf(path, sizeof(path), "requests.%zu.request_id", i);
        expect_no_secret(get(client, REQUESTS "/%s", text_at(list, path)));
    }
    expect_no_secret(get(client, "/sandbox/wait?for=delivery&timeout_seconds=0&since=0"));
    expect_no_secret(CALL(client, .target = "/sandbox/events?since=0", .listens = MK_SECOND / 5));
}
END_TEST

/* Whatever the whole journey was given: tokens, sessions and credentials are nowhere. */
START_TEST(requests__no_secrets_of_a_walk)
{
    struct client *client = client_new("alice");

    walk(client);
    const struct reply *sent = client->replies;
    const struct reply *list = get(client, REQUESTS "?include=control&limit=1000");
    ck_assert_uint_gt(count(list), 20);
    require(strstr(list->body, client->secret) == NULL, "the client's secret is in the journal");
    require(strstr(list->body, client->token) == NULL, "a bearer is in the journal");
    for (size_t i = 0; i < count(list); i++) {
        char path[64];
        snprintf(path, sizeof(path), "requests.%zu.request_id", i);
        const struct reply *entry = get(client, REQUESTS "/%s", text_at(list, path));
        for (const struct reply *reply = sent; reply != NULL; reply = reply->previous) {
            const char *token = mk_get_text(reply->json, "exchangeable_token");
            const char *session = mk_get_text(reply->json, "link_session_token");
            require(token == NULL || strstr(entry->body, token) == NULL, "a token: %s",
                    entry->body);
            require(session == NULL || strstr(entry->body, session) == NULL, "a session: %s",
                    entry->body);
        }
        require(strstr(entry->body, client->secret) == NULL, "the secret: %s", entry->body);
        require(strstr(entry->body, client->token) == NULL, "a bearer: %s", entry->body);
    }
}
END_TEST

void requests_tests(TCase *tcase)
{
    tcase_add_test(tcase, requests__list);
    tcase_add_test(tcase, requests__filters);
    tcase_add_test(tcase, requests__pages);
    tcase_add_test(tcase, requests__control_calls);
    tcase_add_test(tcase, requests__forgotten);
    tcase_add_test(tcase, requests__refused);
    tcase_add_test(tcase, requests__checks);
    tcase_add_test(tcase, requests__all_problems);
    tcase_add_test(tcase, requests__links_explained);
    tcase_add_test(tcase, requests__caused);
    tcase_add_test(tcase, requests__curl);
    tcase_add_test(tcase, requests__curl_of_odd_calls);
    tcase_add_test(tcase, requests__fault);
    tcase_add_test(tcase, requests__durations);
    tcase_add_test(tcase, requests__expired_bearer);
    tcase_add_test(tcase, requests__no_secrets);
    tcase_add_test(tcase, requests__no_secrets_of_a_walk);
}
