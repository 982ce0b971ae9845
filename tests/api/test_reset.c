/* SPDX-License-Identifier: MIT */
/* POST /links/{id}/reset, and the way back. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

static const struct reply *reset(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/reset", id);
    const struct reply *reply = CALL(client, .method = "POST", .target = target);

    free(target);
    return reply;
}

static const struct reply *refresh(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/products", id);
    const struct reply *reply = post(client, target, "{'products': ['accounts']}");

    free(target);
    return reply;
}

static void relink(struct client *client, const char *id)
{
    const char *session = create_session(client, "'existing_link_id': '%s'", id);

    expect_value(connect_session(client, session), "link_id", "'%s'", id);
}

/* The clock stands still at 2026-01-01T00:00:00; the link has all products. */
static const char *frozen_link(struct client **ret)
{
    restart_sandbox("--deterministic", NULL);
    *ret = signed_in("alice");
    return text_at(connected_link(*ret, NONE), "link_id");
}

/* Every product says why it can't be refreshed, or none does. */
static void expect_unavailable(const struct reply *reply, bool unavailable)
{
    json_t *products = (json_t *)member(reply, "products");
    const char *name;
    json_t *product;

    ck_assert_uint_eq(json_object_size(products), MK_PRODUCT_COUNT);
    json_object_foreach(products, name, product) {
        const json_t *reason = json_object_get(product, "unavailable");
        ck_assert_msg(unavailable ? json_is_string(reason) : json_is_null(reason), "%s", name);
        ck_assert(json_is_null(json_object_get(product, "error_code")));
    }
}

static const char *accounts_refreshed_at(const struct reply *reply)
{
    return text_at(reply, "products.accounts.refreshed_at");
}

START_TEST(reset__loses_the_connection)
{
    struct client *client = signed_in("alice");
    const struct reply *before = connected_link(client, NONE);
    const char *id = text_at(before, "link_id");
    const struct reply *reply = reset(client, id);

    expect_status(reply, 200);
    expect_link_object(reply->json);
    expect_part(reply, "", "{'state': 'error', 'error_code': 'auth_expired'}");
    expect_unavailable(reply, true);
    ck_assert_str_eq(accounts_refreshed_at(reply),
                     text_at(before, "link.products.accounts.refreshed_at"));
    ck_assert_str_eq(get(client, "/links/%s", id)->body, reply->body);
    ck_assert_str_eq(reset(client, id)->body, reply->body);
    expect_status(patch(client, link_target(id), "{'link_tags': ['x']}"), 200);
}
END_TEST

START_TEST(reset__stops_refreshes)
{
    struct client *client;
    const char *id = frozen_link(&client);

    expect_status(reset(client, id), 200);
    pass_seconds("alice", (int64_t)10 * 86400);
    expect_link_error(refresh(client, id), "link_error.bad_state", "auth_expired");
    const struct reply *reply = get(client, "/links/%s", id);
    ck_assert_str_eq(accounts_refreshed_at(reply), "2026-01-01T00:00:00");
    expect_unavailable(reply, true);
}
END_TEST

/* What is under way then fails; what has ended was a success. */
START_TEST(reset__during_a_refresh)
{
    struct client *client;
    const char *id = frozen_link(&client);

    pass_seconds("alice", 60);
    expect_status(refresh(client, id), 202);
    expect_value(reset(client, id), "products.accounts.error_code", "null");
    pass_seconds("alice", 1);
    expect_part(get(client, "/links/%s", id), "products.accounts",
                "{'error_code': 'auth_expired', 'refreshed_at': '2026-01-01T00:00:00',"
                " 'last_attempted_at': '2026-01-01T00:01:00'}");
    relink(client, id);
    expect_part(get(client, "/links/%s", id), "products.accounts",
                "{'error_code': null, 'error_message': null, 'unavailable': null,"
                " 'refreshed_at': '2026-01-01T00:01:01'}");

    expect_status(refresh(client, id), 202);
    pass_seconds("alice", 60);
    expect_part(reset(client, id), "products.accounts",
                "{'error_code': null, 'refreshed_at': '2026-01-01T00:01:02'}");
}
END_TEST

/* A relink brings what was missed, at once, and then the daily refreshes go on. */
START_TEST(reset__and_relink)
{
    struct client *client;
    const char *id = frozen_link(&client);

    expect_status(reset(client, id), 200);
    pass_seconds("alice", (int64_t)3 * 86400 + 3600);
    relink(client, id);
    const struct reply *reply = get(client, "/links/%s", id);
    expect_part(reply, "", "{'state': 'connected', 'error_code': null}");
    expect_unavailable(reply, false);
    ck_assert_str_eq(accounts_refreshed_at(reply), "2026-01-04T01:00:00");
    expect_value(reply, "last_synced_at", "'2026-01-04T01:00:00'");
    pass_seconds("alice", 86401);
    ck_assert_str_eq(accounts_refreshed_at(get(client, "/links/%s", id)), "2026-01-05T01:00:01");
    expect_status(refresh(client, id), 202);
}
END_TEST

START_TEST(reset__which_link)
{
    struct client *client = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    const char *pending = text_at(connect_session(client, create_session(client, NONE)), "link_id");

    expect_error(reset(client, "mk_0"), 404, "link_error.not_found");
    expect_error(reset(bob, id), 401, "link_error.unauthorized_access");
    expect_link_error(reset(client, pending), "link_error.bad_state", "awaiting_token_exchange");
    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(reset(client, id), 410, "link_error.deleted");
}
END_TEST

void reset_tests(TCase *tcase)
{
    tcase_add_test(tcase, reset__loses_the_connection);
    tcase_add_test(tcase, reset__stops_refreshes);
    tcase_add_test(tcase, reset__during_a_refresh);
    tcase_add_test(tcase, reset__and_relink);
    tcase_add_test(tcase, reset__which_link);
}
