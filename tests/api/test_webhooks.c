/* SPDX-License-Identifier: MIT */
/* POST /webhooks/test/link/{id}: what it takes and what it refuses. */
#include "api/tests.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WITH_WEBHOOK "'webhook': 'http://localhost:1/hook'"
#define EVENT "{'webhook_event': 'link.state_changed', 'webhook_idempotency_key': 'mine'}"

static const struct reply *trigger(struct client *client, const char *id, const char *body)
{
    char target[128];

    snprintf(target, sizeof(target), "/webhooks/test/link/%s", id);
    return post(client, target, "%s", body);
}

static const char *link_with_webhook(struct client *client)
{
    return text_at(connected_link(client, WITH_WEBHOOK), "link_id");
}

static const char *const events[] = { "link.state_changed", "transactions.updates_available",
                                      "product.state_changed", "link.product_refresh" };

/* Each delivery has a token of its own, the same key or not; the link stays as it is. */
START_TEST(webhook__events)
{
    struct client *client = signed_in("alice");
    const char *id = link_with_webhook(client);
    const struct reply *before = get(client, "/links/%s", id);
    const char *last = "";

    for (size_t i = 0; i < MK_COUNT(events); i++) {
        char *body = quoted("{'webhook_event': '%s', 'webhook_idempotency_key': ''}", events[i]);
        const struct reply *reply = trigger(client, id, body);
        expect_status(reply, 200);
        ck_assert_uint_eq(json_object_size(reply->json), 1);
        ck_assert(is_uuid(text_at(reply, "delivery_token")));
        ck_assert_str_ne(text_at(reply, "delivery_token"), last);
        last = text_at(reply, "delivery_token");
        free(body);
    }
    ck_assert_str_eq(get(client, "/links/%s", id)->body, before->body);
}
END_TEST

static const char *const bodies[][2] = {
    { "{}", "['body','webhook_event'] missing\n['body','webhook_idempotency_key'] missing\n" },
    { "{'webhook_event': 'link.created', 'webhook_idempotency_key': 7}",
      "['body','webhook_event'] enum\n['body','webhook_idempotency_key'] string_type\n" },
    { "{'webhook_event': null, 'webhook_idempotency_key': null}",
      "['body','webhook_event'] not_null\n['body','webhook_idempotency_key'] not_null\n" },
    { "[]", "['body'] object_type\n" },
};

/* The body is looked at before the link. */
START_TEST(webhook__bodies)
{
    struct client *client = signed_in("alice");

    expect_issues(trigger(client, link_with_webhook(client), bodies[_i][0]), bodies[_i][1]);
    expect_issues(trigger(client, "none", bodies[_i][0]), bodies[_i][1]);
}
END_TEST

START_TEST(webhook__large_body)
{
    struct client *client = signed_in("alice");
    char *body = quoted("{'webhook_event': 'link.state_changed', 'webhook_idempotency_key': '%*s'}",
                        1024 * 1024, "");

    expect_error(trigger(client, link_with_webhook(client), body), 413,
                 "api_error.request.too_large");
    free(body);
}
END_TEST

START_TEST(webhook__none)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");

    expect_error(trigger(client, id, EVENT), 400, "link_error.bad_config");
    expect_status(patch(client, link_target(id), "{" WITH_WEBHOOK "}"), 200);
    expect_status(trigger(client, id, EVENT), 200);
    expect_status(patch(client, link_target(id), "{'webhook': null}"), 200);
    expect_error(trigger(client, id, EVENT), 400, "link_error.bad_config");
}
END_TEST

START_TEST(webhook__states)
{
    struct client *client = signed_in("alice");
    struct client *other = signed_in("bob");
    const char *foreign = link_with_webhook(other);
    const char *id = link_with_webhook(client);
    const char *pending =
        text_at(connect_session(client, create_session(client, WITH_WEBHOOK)), "link_id");
    char reset[128];

    expect_error(trigger(client, "mk_2222222222222222222222", EVENT), 404, "link_error.not_found");
    expect_error(trigger(client, foreign, EVENT), 401, "link_error.unauthorized_access");
    expect_link_error(trigger(client, pending, EVENT), "link_error.bad_state",
                      "awaiting_token_exchange");
    snprintf(reset, sizeof(reset), "/links/%s/reset", id);
    expect_status(CALL(client, .method = "POST", .target = reset), 200);
    expect_status(trigger(client, id, EVENT), 200);
    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(trigger(client, id, EVENT), 410, "link_error.deleted");
}
END_TEST

void webhooks_tests(TCase *tcase)
{
    tcase_add_test(tcase, webhook__events);
    tcase_add_loop_test(tcase, webhook__bodies, 0, (int)MK_COUNT(bodies));
    tcase_add_test(tcase, webhook__large_body);
    tcase_add_test(tcase, webhook__none);
    tcase_add_test(tcase, webhook__states);
}
