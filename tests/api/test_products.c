/* SPDX-License-Identifier: MIT */
/* POST /links/{id}/products, and what refreshes, asked for or daily, leave in the link. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

enum { DAY = 86400 };

/* The clock stands still at 2026-01-01T00:00:00 until a test moves it. */
static struct client *frozen(void)
{
    restart_sandbox("--deterministic", NULL);
    return signed_in("alice");
}

static const struct reply *log_in(struct client *client, const char *session, const char *username)
{
    const struct reply *reply =
        post(client, "/sandbox/connect", "{'link_session_token': '%s', 'username': '%s'}", session,
             username);

    expect_status(reply, 201);
    return reply;
}

/* The id of a link of this persona. */
static const char *link_as(struct client *client, const char *username)
{
    const struct reply *reply = log_in(client, create_session(client, NONE), username);

    return text_at(exchange(client, text_at(reply, "exchangeable_token")), "link_id");
}

static const struct reply *refresh(struct client *client, const char *id, const char *products)
{
    char *target = quoted("/links/%s/products", id);
    const struct reply *reply = post(client, target, "{'products': %s}", products);

    free(target);
    return reply;
}

/* Lets time pass and looks at the link. */
static const struct reply *look_after(struct client *client, const char *id, int64_t seconds)
{
    pass_seconds(client->id, seconds);
    const struct reply *reply = get(client, "/links/%s", id);
    expect_status(reply, 200);
    expect_link_object(reply->json);
    return reply;
}

/* Times of January 2026, "01T00:00:01". */
static void expect_times(const struct reply *reply, const char *product, const char *attempted,
                         const char *refreshed)
{
    char *path = quoted("products.%s", product);

    expect_part(reply, path,
                "{'last_attempted_at': '2026-01-%s', 'refreshed_at': '2026-01-%s',"
                " 'unavailable': null}",
                attempted, refreshed);
    free(path);
}

/* NULL: none. */
static void expect_failure(const struct reply *reply, const char *product, const char *code)
{
    char *code_path = quoted("products.%s.error_code", product);
    char *message_path = quoted("products.%s.error_message", product);

    if (code != NULL)
        ck_assert_str_eq(text_at(reply, code_path), code);
    else
        ck_assert(json_is_null(member(reply, code_path)));
    ck_assert_int_eq(json_is_string(member(reply, message_path)), code != NULL);
    free(code_path);
    free(message_path);
}

/* 202 with the link as it stands: tried, not yet refreshed. */
START_TEST(products__asynchronous)
{
    struct client *client = frozen();
    const char *id = link_as(client, "user_good");

    pass_seconds("alice", 100);
    const struct reply *reply = refresh(client, id, "['transactions', 'accounts']");
    expect_status(reply, 202);
    expect_link_object(reply->json);
    expect_times(reply, "accounts", "01T00:01:40", "01T00:00:00");
    expect_times(reply, "transactions", "01T00:01:40", "01T00:00:00");
    expect_times(reply, "identity", "01T00:00:00", "01T00:00:00");
    expect_value(reply, "last_synced_at", "'2026-01-01T00:00:00'");

    reply = look_after(client, id, 1);
    expect_times(reply, "accounts", "01T00:01:40", "01T00:01:41");
    expect_times(reply, "transactions", "01T00:01:40", "01T00:01:41");
    expect_times(reply, "enrichment", "01T00:01:40", "01T00:01:41");
    expect_times(reply, "identity", "01T00:00:00", "01T00:00:00");
    expect_value(reply, "last_synced_at", "'2026-01-01T00:01:41'");
}
END_TEST

/* On a clock that runs: no refresh has ended when its call is answered. */
START_TEST(products__running_clock)
{
    struct client *client = signed_in("alice");
    const char *id = link_as(client, "user_good");
    const char *before = text_at(look_after(client, id, 10), "products.identity.refreshed_at");
    const struct reply *reply = refresh(client, id, "['identity']");

    expect_status(reply, 202);
    expect_value(reply, "products.identity.refreshed_at", "'%s'", before);
    ck_assert_str_gt(text_at(reply, "products.identity.last_attempted_at"), before);
    reply = look_after(client, id, 2);
    ck_assert_str_gt(text_at(reply, "products.identity.refreshed_at"),
                     text_at(reply, "products.identity.last_attempted_at"));
}
END_TEST

START_TEST(products__odd_lists)
{
    struct client *client = frozen();
    const char *id = link_as(client, "user_good");

    pass_seconds("alice", 60);
    const struct reply *reply = refresh(client, id, "[]");
    expect_status(reply, 202);
    ck_assert_str_eq(reply->body, get(client, "/links/%s", id)->body);
    expect_times(reply, "accounts", "01T00:00:00", "01T00:00:00");

    expect_status(refresh(client, id, "['identity', 'identity', 'identity']"), 202);
    reply = look_after(client, id, 1);
    expect_times(reply, "identity", "01T00:01:00", "01T00:01:01");
    expect_times(reply, "accounts", "01T00:00:00", "01T00:00:00");
}
END_TEST

START_TEST(products__bad_bodies)
{
    static const struct {
        const char *body;
        const char *issues;
    } bad[] = {
        { "{}", "['body','products'] missing\n" },
        { "{'products': null}", "['body','products'] not_null\n" },
        { "{'products': 'accounts'}", "['body','products'] list_type\n" },
        { "{'products': ['accounts', 'balances', 7, null]}",
          "['body','products',1] enum\n['body','products',2] string_type\n"
          "['body','products',3] not_null\n" },
    };
    struct client *client = signed_in("alice");
    char *target = quoted("/links/%s/products", link_as(client, "user_good"));

    for (size_t i = 0; i < MK_COUNT(bad); i++)
        expect_issues(post(client, target, "%s", bad[i].body), bad[i].issues);
    expect_issues(CALL(client, .method = "POST", .target = target), "['body'] missing\n");
    free(target);
}
END_TEST

/* One that may not begin keeps the others from it. */
START_TEST(products__not_granted)
{
    struct client *client = frozen();
    const char *id =
        text_at(connected_link(client, "'settings': {'products': {'identity': {}}}"), "link_id");

    pass_seconds("alice", 60);
    expect_error(refresh(client, id, "['accounts', 'transactions']"), 403,
                 "link_error.forbidden_action");
    expect_times(look_after(client, id, 10), "accounts", "01T00:00:00", "01T00:00:00");
    const struct reply *reply = refresh(client, id, "['identity']"); /* its first fetch */
    expect_status(reply, 202);
    expect_value(reply, "products.identity.refreshed_at", "null");
    expect_times(look_after(client, id, 1), "identity", "01T00:01:10", "01T00:01:11");
}
END_TEST

START_TEST(products__which_link)
{
    struct client *client = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *id = link_as(client, "user_good");
    const char *pending =
        text_at(log_in(client, create_session(client, NONE), "user_good"), "link_id");

    expect_error(refresh(client, "mk_0", "['accounts']"), 404, "link_error.not_found");
    expect_error(refresh(bob, id, "['accounts']"), 401, "link_error.unauthorized_access");
    expect_link_error(refresh(client, pending, "['accounts']"), "link_error.bad_state",
                      "awaiting_token_exchange");
    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(refresh(client, id, "['accounts']"), 410, "link_error.deleted");
}
END_TEST

/* The second call finds the product under way and does not begin again. */
START_TEST(products__slow)
{
    struct client *client = frozen();
    const char *id = link_as(client, "user_slow");

    pass_seconds("alice", 60);
    expect_status(refresh(client, id, "['accounts']"), 202);
    expect_times(look_after(client, id, 20), "accounts", "01T00:01:00", "01T00:00:00");
    expect_status(refresh(client, id, "['accounts', 'identity']"), 202);
    expect_times(look_after(client, id, 9), "accounts", "01T00:01:00", "01T00:00:00");
    const struct reply *reply = look_after(client, id, 1);
    expect_times(reply, "accounts", "01T00:01:00", "01T00:01:30");
    expect_times(reply, "identity", "01T00:01:20", "01T00:00:00");
    expect_times(look_after(client, id, 20), "identity", "01T00:01:20", "01T00:01:50");
}
END_TEST

/* Every product error, then a success, and again. */
START_TEST(products__flaky)
{
    struct client *client = frozen();
    const char *id = link_as(client, "user_flaky");
    const char *synced_at = "2026-01-01T00:00:00";

    expect_failure(get(client, "/links/%s", id), "accounts", NULL);
    for (int i = 0; i < 2 * (MK_PRODUCT_ERROR_COUNT + 1); i++) {
        const char *code = mk_product_error_names[i % (MK_PRODUCT_ERROR_COUNT + 1)];
        expect_status(refresh(client, id, "['accounts', 'transactions']"), 202);
        const struct reply *reply = look_after(client, id, 60);
        expect_failure(reply, "accounts", code);
        expect_failure(reply, "transactions", code);
        expect_failure(reply, "identity", NULL);
        expect_part(reply, "", "{'state': 'connected', 'error_code': null}");
        ck_assert_int_eq(strcmp(text_at(reply, "last_synced_at"), synced_at) > 0, code == NULL);
        synced_at = text_at(reply, "last_synced_at");
    }
}
END_TEST

/* Nobody asks, and yet the data stays fresh: each day at the time of the last try. */
START_TEST(products__daily)
{
    struct client *client = frozen();
    const char *id = link_as(client, "user_good");

    pass_seconds("alice", 3600);
    expect_status(refresh(client, id, "['identity']"), 202);
    const struct reply *reply = look_after(client, id, DAY);
    expect_times(reply, "identity", "02T01:00:00", "01T01:00:01");
    expect_times(reply, "transactions", "02T00:00:00", "02T00:00:01");
    reply = look_after(client, id, (int64_t)10 * DAY);
    expect_times(reply, "identity", "12T01:00:00", "11T01:00:01");
    expect_times(reply, "transactions", "12T00:00:00", "12T00:00:01");
    expect_status(refresh(client, id, "['transactions']"), 202);
    expect_times(look_after(client, id, 1), "transactions", "12T01:00:00", "12T01:00:01");
}
END_TEST

/* PATCH shows it too. */
START_TEST(products__daily_in_other_replies)
{
    struct client *client = frozen();
    const char *id = link_as(client, "user_good");

    pass_seconds("alice", DAY + 1);
    const struct reply *reply = patch(client, link_target(id), "{}");
    expect_status(reply, 200);
    expect_times(reply, "accounts", "02T00:00:00", "02T00:00:01");
}
END_TEST

void products_tests(TCase *tcase)
{
    tcase_add_test(tcase, products__asynchronous);
    tcase_add_test(tcase, products__running_clock);
    tcase_add_test(tcase, products__odd_lists);
    tcase_add_test(tcase, products__bad_bodies);
    tcase_add_test(tcase, products__not_granted);
    tcase_add_test(tcase, products__which_link);
    tcase_add_test(tcase, products__slow);
    tcase_add_test(tcase, products__flaky);
    tcase_add_test(tcase, products__daily);
    tcase_add_test(tcase, products__daily_in_other_replies);
}
