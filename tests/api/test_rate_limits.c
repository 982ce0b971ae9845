/* SPDX-License-Identifier: MIT */
/* 429: the limits of the route table, and those of refreshes. */
#include "api/tests.h"

#include "api/rates.h"
#include "base/memory.h"

#include <string.h>

/* Enforced; the clock stands still until a test moves it. */
static void enforce(void)
{
    restart_sandbox("--rate-limits=documented", "--deterministic", NULL);
}

static void expect_limited(const struct reply *reply, const char *seconds)
{
    expect_error(reply, 429, "api_error.rate_limit_exceeded");
    ck_assert_pstr_eq(header_of(reply, "Retry-After"), seconds);
    ck_assert_pstr_eq(header_of(reply, "x-should-retry"), "false");
}

static const struct mk_route *route_of(const char *operation)
{
    const struct mk_route *route = mk_routes;

    while (route->operation == NULL || strcmp(route->operation, operation) != 0)
        route++;
    return route;
}

START_TEST(rates__off_by_default)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");

    for (unsigned i = 0; i <= route_of("get_institutions")->per_client; i++)
        expect_status(get(client, "/institutions"), 200);
    for (unsigned i = 0; i <= route_of("get_link")->per_link; i++)
        expect_status(get(client, "/links/%s", id), 200);
}
END_TEST

/* The whole way once, call by call: per link, other links, other clients, the next minute. */
START_TEST(rates__per_link)
{
    enforce();
    struct client *client = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    const char *other = text_at(connected_link(client, NONE), "link_id");
    const char *bobs = text_at(connected_link(bob, NONE), "link_id");

    for (int i = 0; i < 15; i++)
        expect_status(get(client, "/links/%s", id), 200);
    expect_limited(get(client, "/links/%s", id), "60");
    expect_status(get(client, "/links/%s", other), 200);
    expect_status(get(bob, "/links/%s", bobs), 200);
    expect_status(patch(client, link_target(id), "{}"), 200);
    pass_seconds("bob", 60);
    expect_limited(get(client, "/links/%s", id), "60");
    pass_seconds("alice", 59);
    expect_limited(get(client, "/links/%s", id), "1");
    pass_seconds("alice", 1);
    expect_status(get(client, "/links/%s", id), 200);
}
END_TEST

START_TEST(rates__per_client)
{
    enforce();
    struct client *client = signed_in("alice");
    struct client *bob = signed_in("bob");

    pass_seconds("alice", 20);
    for (int i = 0; i < 30; i++)
        expect_status(get(client, "/institutions"), 200);
    expect_limited(get(client, "/institutions"), "40");
    expect_status(get(bob, "/institutions"), 200);
    expect_status(get(client, "/institutions/chase"), 200);
    pass_seconds("alice", 40);
    expect_status(get(client, "/institutions"), 200);
}
END_TEST

START_TEST(rates__per_user)
{
    enforce();
    struct client *client = signed_in("alice");

    for (int i = 0; i < 20; i++)
        create_session(client, NONE);
    expect_limited(post(client, "/link-session", "{" LEAST_SESSION "}"), "60");
    expect_status(post(client, "/link-session",
                       "{'customer_user': {'id': 'user-2'},"
                       " 'redirect_uri': 'http://localhost:3000/'}"),
                  201);
    pass_seconds("alice", 60);
    create_session(client, NONE);
}
END_TEST

/* Counts calls of the route, so that `left` more are let in. */
static void use_up(const char *client_id, const struct mk_route *route, unsigned most,
                   const char *link_id, unsigned left)
{
    struct mk_world *world = world_of(client_id);
    struct mk_problem problem = { 0 };

    mk_world_lock(world);
    for (unsigned i = left; i < most; i++)
        require(mk_rates_count(world, route, link_id, &problem) == MK_OK, "%s: %s",
                route->operation, problem.message);
    mk_world_unlock(world);
}

/* A call of the route; its answer is of no matter, as long as it is none of ours. */
static const struct reply *call_route(struct client *client, const struct mk_route *route,
                                      const char *link_id)
{
    struct mk_text target = MK_TEXT(512);
    const char *rest = route->path;
    const char *body = route->form != NULL   ? "client_id=alice&client_secret=secret-of-alice"
                       : route->body != NULL ? "{" LEAST_SESSION "}"
                                             : NULL;

    for (const char *brace; (brace = strchr(rest, '{')) != NULL;) {
        bool is_first = strchr(route->path, '{') == brace;
        mk_text_add(&target, rest, (size_t)(brace - rest));
        mk_text_add_text(&target, is_first && route->names_link ? link_id : "chase");
        rest = strchr(brace, '}') + 1;
    }
    mk_text_add_text(&target, rest);
    char *json = body == NULL ? NULL : quoted("%s", body);
    const struct reply *reply =
        CALL(client, .method = mk_method_name(route->method), .target = target.bytes, .body = json,
             .anonymous = route->form != NULL,
             .headers = { route->form != NULL ? "Content-Type: application/x-www-form-urlencoded"
                                              : NULL });
    free(json);
    mk_text_done(&target);
    return reply;
}

/* The last call that the limit lets in, and the first that it does not. */
static void expect_limit(struct client *client, const struct mk_route *route, const char *link_id)
{
    const struct reply *reply = call_route(client, route, link_id);

    require(reply->status != 429 && reply->status != 500, "%s: %u", route->operation,
            reply->status);
    expect_limited(call_route(client, route, link_id), "60");
}

/* Every route that has limits, each in a minute and with a link of its own. */
START_TEST(rates__every_route)
{
    enforce();
    struct client *client = signed_in("alice");
    struct client *bob = signed_in("bob");
    unsigned limited = 0;

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        const char *id = text_at(connected_link(client, NONE), "link_id");
        if (route->per_client > 0) {
            pass_seconds("alice", 60);
            use_up("alice", route, route->per_client, NULL, 1);
            expect_limit(client, route, id);
            require(route->form != NULL || call_route(bob, route, id)->status != 429, "%s",
                    route->operation);
            limited++;
        }
        if (route->per_link > 0) {
            pass_seconds("alice", 60);
            use_up("alice", route, route->per_link, id, 1);
            expect_limit(client, route, id);
            require(call_route(client, route, "mk_other")->status != 429, "%s", route->operation);
        }
        pass_seconds("alice", 60);
    }
    ck_assert_uint_gt(limited, 20);
}
END_TEST

/* What has no limit in the contract: the main job first of all. */
START_TEST(rates__unlimited)
{
    enforce();
    struct client *client = signed_in("alice");

    for (int i = 0; i < 1300; i++) {
        expect_error(post(client, "/link-session/exchange-token", "{'exchangeable_token': 'x'}"),
                     400, "link_session_error.invalid_token_exchange");
        client_forget(client);
    }
    expect_status(get(client, "/auth/introspect"), 200);
}
END_TEST

/* After credentials and version, before path, query and body; only who was let in counts. */
START_TEST(rates__order_of_checks)
{
    enforce();
    struct client *client = signed_in("alice");
    const struct mk_route *route = route_of("update_link");
    const char *target = "/links/mk_0";
    const char *bearer = "Authorization: Bearer x";
    const char *version = "moneykit-version: 1999-01-01";

    use_up("alice", route, route->per_link, "mk_0", 1);
    expect_error(CALL(client, .method = "PATCH", .target = target, .body = "{}", .anonymous = true,
                      .headers = { bearer }),
                 401, "api_error.auth.unauthorized");
    expect_issues(
        CALL(client, .method = "PATCH", .target = target, .body = "{}", .headers = { version }),
        "['header','moneykit-version'] enum\n");
    expect_issues(patch(client, target, "{'webhook': 1}"), "['body','webhook'] string_type\n");
    expect_limited(patch(client, target, "{'webhook': 1}"), "60");
    expect_limited(patch(client, target, "{}"), "60");
    expect_error(CALL(client, .method = "PATCH", .target = target, .body = "{}", .anonymous = true,
                      .headers = { bearer }),
                 401, "api_error.auth.unauthorized");
    expect_issues(
        CALL(client, .method = "PATCH", .target = target, .body = "{}", .headers = { version }),
        "['header','moneykit-version'] enum\n");
}
END_TEST

/* A wrong secret costs the client nothing, and a refused sign-in makes no token. */
START_TEST(rates__sign_in)
{
    enforce();
    struct client *client = signed_in("alice");
    const struct mk_route *route = route_of("create_access_token");

    use_up("alice", route, route->per_client, NULL, 2);
    const struct reply *reply =
        CALL(client, .method = "POST", .target = route->path, .anonymous = true,
             .body = "client_id=alice&client_secret=wrong",
             .headers = { "Content-Type: application/x-www-form-urlencoded" });
    expect_error(reply, 401, "api_error.auth.unauthorized");
    sign_in(client);
    expect_limited(call_route(client, route, NULL), "60");
    signed_in("bob");
    expect_status(get(client, "/links"), 200);
}
END_TEST

static const struct reply *refresh(struct client *client, const char *id, const char *products)
{
    char *target = quoted("/links/%s/products", id);
    const struct reply *reply = post(client, target, "{'products': %s}", products);

    free(target);
    return reply;
}

/* Hourly and daily, counted per link from one call to the next. */
START_TEST(rates__refreshes)
{
    enforce();
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    const char *other = text_at(connected_link(client, NONE), "link_id");

    expect_status(refresh(client, id, "['accounts', 'transactions', 'identity']"), 202);
    pass_seconds("alice", 600);
    expect_limited(refresh(client, id, "['accounts']"), "3000");
    expect_limited(refresh(client, id, "['accounts', 'identity']"), "85800");
    expect_limited(refresh(client, id, "['investments', 'transactions']"), "3000");
    expect_status(refresh(client, id, "['investments']"), 202); /* had not been begun */
    expect_status(refresh(client, other, "['accounts']"), 202);
    pass_seconds("alice", 3000);
    expect_status(refresh(client, id, "['accounts', 'transactions']"), 202);
    expect_limited(refresh(client, id, "['identity']"), "82800");
    pass_seconds("alice", 82800);
    expect_status(refresh(client, id, "['identity']"), 202);
}
END_TEST

START_TEST(rates__refreshes_off_by_default)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");

    for (int i = 0; i < 20; i++)
        expect_status(refresh(client, id, "['accounts', 'identity']"), 202);
}
END_TEST

void rate_limits_tests(TCase *tcase)
{
    tcase_add_test(tcase, rates__off_by_default);
    tcase_add_test(tcase, rates__per_link);
    tcase_add_test(tcase, rates__per_client);
    tcase_add_test(tcase, rates__per_user);
    tcase_add_test(tcase, rates__every_route);
    tcase_add_test(tcase, rates__unlimited);
    tcase_add_test(tcase, rates__order_of_checks);
    tcase_add_test(tcase, rates__sign_in);
    tcase_add_test(tcase, rates__refreshes);
    tcase_add_test(tcase, rates__refreshes_off_by_default);
}
