/* SPDX-License-Identifier: MIT */
/* Credentials and the version header, on every operation of the route table that has them. */
#include "api/tests.h"

#include "api/routes.h"
#include "base/memory.h"
#include "core/bearers.h"

#include <string.h>

#define UNAUTHORIZED "api_error.auth.unauthorized"
#define EXPIRED "api_error.auth.expired_access_token"

/* The target of a route with "x" for its parameters. */
static void write_target(const struct mk_route *route, struct mk_text *target)
{
    mk_text_clear(target);
    for (const char *at = route->path; *at != '\0'; at++) {
        mk_text_add_char(target, *at == '{' ? 'x' : *at);
        if (*at == '{')
            at += strcspn(at, "}");
    }
}

/* A request with these header fields, a body that is an object where the route wants one. */
static const struct reply *ask(struct client *client, const struct mk_route *route,
                               const char *first, const char *second)
{
    struct mk_text target = MK_TEXT(1024);

    write_target(route, &target);
    const struct reply *reply =
        CALL(client, .method = mk_method_name(route->method), .target = target.bytes,
             .anonymous = true, .body = route->body != NULL ? "{}" : NULL,
             .headers = { first, first == NULL ? NULL : second });
    mk_text_done(&target);
    return reply;
}

static void expect_in(const struct reply *reply)
{
    const char *code = json_string_value(json_object_get(reply->json, "error_code"));

    require(code == NULL || strncmp(code, "api_error.auth.", 15) != 0, "not let in: %s",
            reply->body);
}

static const struct {
    const char *first;
    const char *second;
} refused[] = {
    { NULL, NULL },
    { "Authorization: Bearer", NULL },
    { "Authorization: bearer-token", NULL },
    { "Authorization: Token abc", NULL },
    { "Authorization:", NULL },
    { "Authorization: Bearer unknown", NULL },
    { "Authorization: Bearer 000000000000000000000000000000000000000000000000", NULL },
    { "Authorization: Bearer zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", NULL },
    { "Authorization: Basic YWxpY2U6c2VjcmV0LW9mLWFsaWNl", NULL },
    { "X-Client-Id: alice", NULL },
    { "X-Client-Secret: secret-of-alice", NULL },
    { "X-Client-Id: alice", "X-Client-Secret: wrong" },
    { "X-Client-Id: alice", "X-Client-Secret:" },
    { "X-Client-Id:", "X-Client-Secret: secret-of-alice" },
    { "X-Client-Id: \xff", "X-Client-Secret: secret" },
};

/* A token of this client that is another's in its secret part. */
static char *forged(const struct client *client)
{
    char *line = quoted("Authorization: Bearer %s", client->token);
    char *last = line + strlen(line) - 1;

    *last = *last == '0' ? '1' : '0';
    return line;
}

static void check_route(struct client *client, const struct mk_route *route)
{
    char *good = quoted("Authorization: Bearer %s", client->token);
    char *lower = quoted("Authorization: bearer %s", client->token);
    char *upper = quoted("Authorization: BEARER   %s", client->token);
    char *longer = quoted("Authorization: Bearer %s0", client->token);
    char *bad = forged(client);

    for (size_t i = 0; i < MK_COUNT(refused); i++)
        expect_error(ask(client, route, refused[i].first, refused[i].second), 401, UNAUTHORIZED);
    expect_error(ask(client, route, bad, NULL), 401, UNAUTHORIZED);
    expect_error(ask(client, route, longer, NULL), 401, UNAUTHORIZED);
    expect_in(ask(client, route, good, NULL));
    expect_in(ask(client, route, lower, NULL));
    expect_in(ask(client, route, upper, NULL));
    expect_in(ask(client, route, "X-Client-Id: alice", "X-Client-Secret: secret-of-alice"));
    expect_in(ask(client, route, good, "X-Client-Id: ignored beside a token"));
    free(good);
    free(lower);
    free(upper);
    free(longer);
    free(bad);
}

START_TEST(access__every_operation)
{
    struct client *client = signed_in("alice");
    size_t checked = 0;

    for (size_t i = 0; i < mk_route_count; i++) {
        enum mk_access access = mk_routes[i].access;
        if (access != MK_ACCESS_CLIENT && access != MK_ACCESS_CONTROL)
            continue;
        check_route(client, &mk_routes[i]);
        checked++;
    }
    ck_assert_uint_ge(checked, 10);
}
END_TEST

static char *admin_line(void)
{
    return quoted("Authorization: Bearer %s", moneykit_sandbox_admin_token(under_test.sandbox));
}

/* No client comes in, with whatever it has. */
START_TEST(access__administrator)
{
    struct client *client = signed_in("alice");
    char *own = quoted("Authorization: Bearer %s", client->token);
    char *admin = admin_line();

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        if (route->access != MK_ACCESS_ADMIN)
            continue;
        for (size_t j = 0; j < MK_COUNT(refused); j++)
            expect_error(ask(client, route, refused[j].first, refused[j].second), 401,
                         UNAUTHORIZED);
        expect_error(ask(client, route, own, NULL), 401, UNAUTHORIZED);
        expect_error(ask(client, route, "X-Client-Id: alice", "X-Client-Secret: secret-of-alice"),
                     401, UNAUTHORIZED);
        expect_in(ask(client, route, admin, NULL));
    }
    free(own);
    free(admin);
}
END_TEST

/* A page that a DNS trick brought into the sandbox's origin gets nowhere. */
START_TEST(access__control_hosts)
{
    struct client *client = signed_in("alice");
    char *own = quoted("Authorization: Bearer %s", client->token);
    char *admin = admin_line();

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        if (route->access == MK_ACCESS_CONTROL || route->access == MK_ACCESS_ADMIN)
            expect_error(ask(client, route, route->access == MK_ACCESS_ADMIN ? admin : own,
                             "Host: evil.example"),
                         403, "sandbox_error.forbidden_host");
    }
    free(own);
    free(admin);
}
END_TEST

/* Who asks first need not send it all. */
START_TEST(access__control_sizes)
{
    struct client *client = signed_in("alice");
    struct mk_text target = MK_TEXT(1024);

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        if (route->access != MK_ACCESS_CONTROL || route->body == NULL)
            continue;
        size_t length = (route->body_max > 0 ? route->body_max : MK_BODY_MAX) + 1;
        char *large = mk_alloc_zero(1, length + 1);
        memset(large, ' ', length);
        write_target(route, &target);
        expect_error(CALL(client, .method = mk_method_name(route->method), .target = target.bytes,
                          .body = large, .headers = { "Expect: 100-continue" }),
                     413, "api_error.request.too_large");
        free(large);
    }
    mk_text_done(&target);
}
END_TEST

START_TEST(access__expired_bearer)
{
    struct client *client = signed_in("alice");
    char *line = quoted("Authorization: Bearer %s", client->token);

    expire_bearers("alice");
    for (size_t i = 0; i < mk_route_count; i++) {
        if (mk_routes[i].access == MK_ACCESS_CLIENT)
            expect_error(ask(client, &mk_routes[i], line, NULL), 401, EXPIRED);
        if (mk_routes[i].access == MK_ACCESS_CONTROL)
            expect_in(ask(client, &mk_routes[i], line, NULL));
    }
    sign_in(client);
    expect_status(get(client, "/links"), 200);
    free(line);
}
END_TEST

/* 60 minutes of real time, and the world's clock has no part in it. */
START_TEST(access__life_of_a_bearer)
{
    struct client *client = signed_in("alice");
    const struct mk_bearers *bearers = &world_of("alice")->bearers;
    int64_t left = bearers->ring[0].expires_at - mk_real_now();

    ck_assert_int_gt(left, 3590 * MK_SECOND);
    ck_assert_int_le(left, 3600 * MK_SECOND);
    pass_seconds("alice", 1000 * 86400);
    expect_status(get(client, "/links"), 200);
}
END_TEST

/* The ring keeps the last 65536; one that was pushed out is unknown, not expired. */
START_TEST(access__forgotten_bearer)
{
    struct client *client = signed_in("alice");
    struct mk_world *world = world_of("alice");
    char token[MK_BEARER_SIZE];

    mk_world_lock(world);
    for (unsigned i = 0; i < MK_BEARERS_MAX; i++)
        mk_bearers_issue(&world->bearers, &world->secrets, world->handle, "",
                         mk_real_now() + MK_BEARER_SECONDS * MK_SECOND, false, token);
    mk_world_unlock(world);
    expect_error(get(client, "/links"), 401, UNAUTHORIZED);
    free(client->token);
    client->token = mk_copy(token);
    expect_status(get(client, "/links"), 200);
}
END_TEST

static const char *const right_versions[] = { "MoneyKit-Version: 2023-02-18",
                                              "moneykit-version: 2023-02-18",
                                              "MONEYKIT-VERSION:   2023-02-18",
                                              "moneykit-version:" };

static const char *const wrong_versions[] = {
    "moneykit-version: 2023-02-19", "moneykit-version: v2023-02-18", "moneykit-version: LATEST",
    "moneykit-version: 2023-02-18, 2023-02-18", "moneykit-version: 0"
};

#define VERSION_ISSUE "['header','moneykit-version'] enum\n"

START_TEST(version__values)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(right_versions); i++)
        expect_status(CALL(client, .target = "/auth/introspect", .headers = { right_versions[i] }),
                      200);
    for (size_t i = 0; i < MK_COUNT(wrong_versions); i++)
        expect_issues(CALL(client, .target = "/auth/introspect", .headers = { wrong_versions[i] }),
                      VERSION_ISSUE);
}
END_TEST

/* Wherever the table says so, after the credentials and beside the problems of query and body. */
START_TEST(version__every_operation)
{
    struct client *client = signed_in("alice");
    char *line = quoted("Authorization: Bearer %s", client->token);

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        if (route->operation == NULL)
            continue;
        const struct reply *reply = ask(client, route, "moneykit-version: 1", line);
        bool is_versioned = reply->status == 422 && strstr(reply->body, "moneykit-version") != NULL;
        require(is_versioned == route->is_versioned, "%s: %s", route->path, reply->body);
        if (route->access == MK_ACCESS_CLIENT)
            expect_error(ask(client, route, "moneykit-version: 1", NULL), 401, UNAUTHORIZED);
    }
    expect_issues(CALL(client, .method = "POST", .target = "/link-session/exchange-token",
                       .body = "{}", .headers = { "moneykit-version: 1" }),
                  VERSION_ISSUE "['body','exchangeable_token'] missing\n");
    expect_issues(CALL(client, .target = "/links?limit=1", .headers = { "moneykit-version: 1" }),
                  VERSION_ISSUE "['query','limit'] greater_than_equal\n");
    free(line);
}
END_TEST

void access_tests(TCase *tcase)
{
    tcase_add_test(tcase, access__every_operation);
    tcase_add_test(tcase, access__administrator);
    tcase_add_test(tcase, access__control_hosts);
    tcase_add_test(tcase, access__control_sizes);
    tcase_add_test(tcase, access__expired_bearer);
    tcase_add_test(tcase, access__life_of_a_bearer);
    tcase_add_test(tcase, access__forgotten_bearer);
    tcase_add_test(tcase, version__values);
    tcase_add_test(tcase, version__every_operation);
}
