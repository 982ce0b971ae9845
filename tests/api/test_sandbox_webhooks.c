/* SPDX-License-Identifier: MIT */
/*
 * /sandbox/webhooks: the list, one delivery, replays and hostile modes. Nothing goes over a
 * network: deliveries are made an hour late, so that the courier leaves them alone, and the test
 * takes and answers them with the clock moved on for a moment.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "core/notices.h"

#include <stdlib.h>
#include <string.h>

#define WEBHOOKS "/sandbox/webhooks"
#define MODE WEBHOOKS "/mode"
#define HOOK "http://localhost:1/hook"

static const struct reply *put_mode(struct client *client, const char *body)
{
    char *text = quoted("%s", body);
    const struct reply *reply = CALL(client, .method = "PUT", .target = MODE, .body = text);

    free(text);
    return reply;
}

/* A link with a webhook, about which nothing was sent yet, and late webhooks from here on. */
static char *late_link(struct client *client)
{
    char *id = quoted("%s", text_at(connected_link(client, NONE), "link_id"));

    expect_status(put_mode(client, "{'mode': 'delay', 'delay_seconds': 3600}"), 200);
    expect_status(patch(client, link_target(id), "{'webhook': '" HOOK "'}"), 200);
    return id;
}

/* Asks for a test event and returns its token, to be freed. */
static char *trigger(struct client *client, const char *id, const char *event)
{
    char *target = quoted("/webhooks/test/link/%s", id);
    const struct reply *reply =
        post(client, target, "{'webhook_event': '%s', 'webhook_idempotency_key': 'k'}", event);

    expect_status(reply, 200);
    free(target);
    return quoted("%s", text_at(reply, "delivery_token"));
}

static bool may(void *context, const char *url)
{
    (void)context;
    (void)url;
    return true;
}

/* Takes the next one a bit over an hour later, and brings it back then. */
static void answer_next(const char *client_id, const struct mk_delivery_outcome *outcome)
{
    static const int64_t later = MK_HOUR + MK_MINUTE; /* a retry after it is due too */
    struct mk_world *world = world_of(client_id);
    struct mk_parcel parcel;
    bool is_blocked;

    mk_world_lock(world);
    const struct mk_clock before = world->clock;
    world->clock.offset += later;
    world->clock.frozen_at += later;
    bool has_one = mk_deliveries_take(world, may, NULL, &parcel, &is_blocked);
    if (has_one)
        mk_deliveries_bring(world, &parcel, outcome);
    world->clock = before;
    mk_world_unlock(world);
    require(has_one, "nothing is due");
    mk_parcel_done(&parcel);
}

static void answer_status(const char *client_id, unsigned status)
{
    const struct mk_delivery_outcome outcome = { .status = status, .span = -1 };

    answer_next(client_id, &outcome);
}

/* --- The list --------------------------------------------------------------------------------- */

START_TEST(webhooks__of_a_new_world)
{
    expect_value(get(signed_in("alice"), WEBHOOKS), "",
                 "{'mode': {'mode': 'none', 'count': null, 'delay_seconds': null},"
                 " 'counters': {'made': 0, 'delivered': 0, 'failed': 0, 'dropped': 0,"
                 " 'waiting': 0, 'in_flight': 0}, 'deliveries': []}");
}
END_TEST

/* Newest first; each filter alone and with others. */
START_TEST(webhooks__list)
{
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    char *state = trigger(client, id, "link.state_changed");
    char *product = trigger(client, id, "product.state_changed");

    answer_status("alice", 200);
    const struct reply *all = get(client, WEBHOOKS);
    expect_part(all, "counters", "{'made': 2, 'delivered': 1, 'failed': 0, 'waiting': 1}");
    ck_assert_uint_eq(json_array_size(member(all, "deliveries")), 2);
    expect_part(all, "deliveries.0",
                "{'delivery_token': '%s', 'event': 'link.product_refresh', 'state': 'queued',"
                " 'attempt': 0, 'status': null, 'link_id': '%s', 'is_test': true, 'mode': 'delay',"
                " 'webhook_idempotency_key': 'k', 'url': '" HOOK "'}",
                product, id);
    ck_assert(is_time_text(text_at(all, "deliveries.0.next_attempt_at"), false));
    ck_assert(is_time_text(text_at(all, "deliveries.0.made_at"), false));
    expect_part(all, "deliveries.1",
                "{'delivery_token': '%s', 'event': 'link.state_changed', 'state': 'delivered',"
                " 'attempt': 1, 'status': 200, 'next_attempt_at': null}",
                state);
    const char *const queries[][2] = {
        { "limit=1", product },
        { "state=delivered", state },
        { "event=link.product_refresh", product },
        { "event=link.state_changed&state=delivered&limit=1", state },
    };
    for (size_t i = 0; i < MK_COUNT(queries); i++) {
        const struct reply *some = get(client, WEBHOOKS "?link_id=%s&%s", id, queries[i][0]);
        ck_assert_uint_eq(json_array_size(member(some, "deliveries")), 1);
        ck_assert_str_eq(text_at(some, "deliveries.0.delivery_token"), queries[i][1]);
    }
    expect_value(get(client, WEBHOOKS "?event=transactions.updates_available"), "deliveries", "[]");
    expect_value(get(client, WEBHOOKS "?link_id=mk_x"), "deliveries", "[]");
    expect_value(get(signed_in("bob"), WEBHOOKS), "deliveries", "[]");
    free(id);
    free(state);
    free(product);
}
END_TEST

START_TEST(webhooks__list_refused)
{
    expect_issues(get(signed_in("alice"), WEBHOOKS "?event=link.created&state=lost&limit=1001"),
                  "['query','event'] enum\n['query','state'] enum\n"
                  "['query','limit'] less_than_equal\n");
    expect_issues(get(signed_in("alice"), WEBHOOKS "?limit=0"),
                  "['query','limit'] greater_than_equal\n");
}
END_TEST

/* --- One delivery ----------------------------------------------------------------------------- */

/* The body as text is the body as JSON. */
static void expect_same_body(const struct reply *reply)
{
    json_t *body = json_loads(text_at(reply, "body"), 0, NULL);

    ck_assert(json_equal(body, member(reply, "payload")));
    json_decref(body);
}

START_TEST(webhook__bodies)
{
    static const char *const rests[] = {
        "'webhook_event': 'link.state_changed', 'state': 'connected', 'error': null,"
        " 'error_message': null",
        "'webhook_event': 'transactions.updates_available', 'has_history': true",
        "'webhook_event': 'link.product_refresh', 'product': 'accounts', 'state': 'completed',"
        " 'error_message': null",
        "'webhook_event': 'link.product_refresh', 'product': 'accounts', 'state': 'completed',"
        " 'error_message': null",
    };
    static const size_t sizes[] = { 10, 8, 11, 11 };
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    char *token = trigger(client, id, mk_test_event_names[_i]);
    const struct reply *reply = get(client, WEBHOOKS "/%s", token);
    char *rest = quoted("%s", rests[_i]);

    expect_status(reply, 200);
    expect_part(reply, "payload",
                "{'webhook_major_version': 1, 'webhook_minor_version': 0, 'link_tags': [],"
                " 'webhook_idempotency_key': 'k', 'link_id': '%s', %s}",
                id, rest);
    expect_same_body(reply);
    ck_assert_uint_eq(json_object_size(member(reply, "payload")), sizes[_i]);
    free(rest);
    free(token);
    free(id);
}
END_TEST

/* A broken link and a refresh that failed. */
START_TEST(webhook__of_errors)
{
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    struct mk_world *world = world_of("alice");

    mk_world_lock(world);
    struct mk_link *link = mk_links_find(&world->links, id, mk_world_now(world));
    struct mk_link copy = *link;
    copy.state = MK_STATE_ERROR;
    copy.error = MK_LINK_ERROR_AUTH_EXPIRED;
    copy.products[MK_PRODUCT_IDENTITY].failure = 1 + MK_PRODUCT_ERROR_NO_PERMISSION;
    mk_notice_state(world, &copy, mk_world_now(world));
    mk_notice_products(world, &copy, 1U << MK_PRODUCT_IDENTITY, mk_world_now(world));
    mk_world_unlock(world);

    const struct reply *list = get(client, WEBHOOKS "?state=queued");
    const struct reply *product =
        get(client, WEBHOOKS "/%s", text_at(list, "deliveries.0.delivery_token"));
    expect_part(product, "payload",
                "{'product': 'identity', 'state': 'failed',"
                " 'error_message': 'The institution does not permit this product.'}");
    const struct reply *state =
        get(client, WEBHOOKS "/%s", text_at(list, "deliveries.1.delivery_token"));
    expect_part(state, "payload", "{'state': 'error', 'error': 'auth_expired'}");
    expect_part(state, "", "{'is_test': false}");
    ck_assert(is_uuid(text_at(state, "payload.webhook_idempotency_key")));
    expect_same_body(state);
    free(id);
}
END_TEST

START_TEST(webhook__attempts)
{
    static const char headers[] =
        "HTTP/1.1 503 Busy\r\nServer: x\r\nX-Odd:\t a: b\xff\r\nEmpty:\r\n\r\n";
    const struct mk_delivery_outcome refused = { .status = 503,
                                                 .headers = headers,
                                                 .headers_length = sizeof(headers) - 1,
                                                 .answer = "no\xff\xc3\xbc\xe2\x82",
                                                 .answer_length = 7,
                                                 .span = 1500 };
    const struct mk_delivery_outcome silent = { .problem = "Timeout was reached", .span = -1 };
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    char *token = trigger(client, id, "link.state_changed");

    answer_next("alice", &refused);
    const struct reply *reply = get(client, WEBHOOKS "/%s", token);
    expect_part(reply, "", "{'state': 'retrying', 'attempt': 1, 'status': 503}");
    expect_part(reply, "attempts.0",
                "{'attempt': 1, 'is_replay': false, 'mode': 'delay', 'duration_ms': 1.5,"
                " 'status': 503, 'problem': null, 'answer': 'no\\uFFFD\\u00FC\\uFFFD\\uFFFD',"
                " 'headers': [['Server', 'x'], ['X-Odd', 'a: b\\uFFFD'], ['Empty', '']]}");
    ck_assert(is_time_text(text_at(reply, "attempts.0.started_at"), false));
    ck_assert_str_eq(text_at(reply, "attempts.0.ended_at"),
                     text_at(reply, "attempts.0.started_at"));
    pass_seconds("alice", 30);
    answer_next("alice", &silent);
    expect_part(get(client, WEBHOOKS "/%s", token), "attempts.1",
                "{'attempt': 2, 'status': null, 'problem': 'Timeout was reached', 'headers': [],"
                " 'answer': null, 'duration_ms': null}");
    free(token);
    free(id);
}
END_TEST

START_TEST(webhook__unknown)
{
    static const char *const tokens[] = { "x", "5d0c1c58-6f4e-4a0e-9b43-7f3b0f3f6c1e" };
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    char *hers = trigger(client, id, "link.state_changed");

    for (size_t i = 0; i < MK_COUNT(tokens); i++) {
        char *target = quoted(WEBHOOKS "/%s/replay", tokens[i]);
        expect_error(get(client, WEBHOOKS "/%s", tokens[i]), 404,
                     "sandbox_error.delivery_not_found");
        expect_error(CALL(client, .method = "POST", .target = target), 404,
                     "sandbox_error.delivery_not_found");
        free(target);
    }
    expect_error(get(signed_in("bob"), WEBHOOKS "/%s", hers), 404,
                 "sandbox_error.delivery_not_found");
    free(hers);
    free(id);
}
END_TEST

/* --- Replay ----------------------------------------------------------------------------------- */

START_TEST(replay__of_one)
{
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    char *token = trigger(client, id, "link.state_changed");
    char *target = quoted(WEBHOOKS "/%s/replay", token);

    expect_error(CALL(client, .method = "POST", .target = target), 503, "api_error.unavailable");
    answer_status("alice", 204);
    const struct reply *reply = CALL(client, .method = "POST", .target = target);
    expect_status(reply, 202);
    expect_part(reply, "", "{'delivery_token': '%s', 'state': 'queued', 'attempt': 1}", token);
    free(target);
    free(token);
    free(id);
}
END_TEST

/* --- The mode --------------------------------------------------------------------------------- */

static const char *const modes[][2] = {
    { "{'mode': 'duplicate'}", "{'mode': 'duplicate', 'count': null, 'delay_seconds': null}" },
    { "{'mode': 'reorder', 'count': 4}", "{'mode': 'reorder', 'count': 4, 'delay_seconds': 10}" },
    { "{'mode': 'delay', 'count': null, 'delay_seconds': 60}",
      "{'mode': 'delay', 'count': null, 'delay_seconds': 60}" },
    { "{'mode': 'stale', 'count': 1}", "{'mode': 'stale', 'count': 1, 'delay_seconds': null}" },
    { "{'mode': 'unknown-kid'}", "{'mode': 'unknown-kid', 'count': null, 'delay_seconds': null}" },
    { "{'mode': 'tampered', 'delay_seconds': null}",
      "{'mode': 'tampered', 'count': null, 'delay_seconds': null}" },
    { "{'mode': 'none', 'count': 5}", "{'mode': 'none', 'count': null, 'delay_seconds': null}" },
};

START_TEST(mode__each)
{
    struct client *client = signed_in("alice");
    char *wanted = quoted("%s", modes[_i][1]);

    put_mode(client, "{'mode': 'delay', 'delay_seconds': 3600}");
    expect_value(put_mode(client, modes[_i][0]), "", "%s", wanted);
    expect_value(get(client, MODE), "", "%s", wanted);
    expect_value(get(client, WEBHOOKS), "mode", "%s", wanted);
    expect_value(get(signed_in("bob"), MODE), "mode", "'none'");
    free(wanted);
}
END_TEST

START_TEST(mode__counts_down)
{
    struct client *client = signed_in("alice");
    char *id = late_link(client);

    put_mode(client, "{'mode': 'delay', 'delay_seconds': 3600, 'count': 2}");
    free(trigger(client, id, "link.state_changed"));
    expect_value(get(client, MODE), "count", "1");
    free(trigger(client, id, "link.state_changed"));
    expect_value(get(client, MODE), "", "{'mode': 'none', 'count': null, 'delay_seconds': null}");
    free(id);
}
END_TEST

START_TEST(mode__refused)
{
    struct client *client = signed_in("alice");

    expect_issues(put_mode(client, "{}"), "['body','mode'] missing\n");
    expect_issues(put_mode(client, "{'mode': 'nice', 'count': 0, 'delay_seconds': 3601}"),
                  "['body','mode'] enum\n['body','count'] greater_than_equal\n"
                  "['body','delay_seconds'] less_than_equal\n");
    expect_issues(put_mode(client, "{'mode': null}"), "['body','mode'] not_null\n");
    expect_value(get(client, MODE), "mode", "'none'");
}
END_TEST

START_TEST(mode__large_body)
{
    char *large = mk_alloc_zero(1, 1024 * 1024 + 2);

    memset(large, ' ', 1024 * 1024 + 1);
    expect_error(CALL(signed_in("alice"), .method = "PUT", .target = MODE, .body = large), 413,
                 "api_error.request.too_large");
    free(large);
}
END_TEST

static const struct {
    const char *method;
    const char *target;
} calls[] = {
    { "GET", WEBHOOKS }, { "GET", WEBHOOKS "/x" }, { "POST", WEBHOOKS "/x/replay" },
    { "GET", MODE },     { "PUT", MODE },
};

START_TEST(calls__credentials_and_hosts)
{
    struct client *client = signed_in("alice");

    expect_error(CALL(client, .method = calls[_i].method, .target = calls[_i].target,
                      .headers = { "Host: evil.example" }),
                 403, "sandbox_error.forbidden_host");
    expect_error(
        CALL(client, .method = calls[_i].method, .target = calls[_i].target, .anonymous = true),
        401, "api_error.auth.unauthorized");
}
END_TEST

/* The queue is full: a test event and a replay are refused, other calls go on. */
START_TEST(queue__is_full)
{
    struct client *client = signed_in("alice");
    char *id = late_link(client);
    char *token = trigger(client, id, "link.state_changed");
    char *target = quoted("/webhooks/test/link/%s", id);

    answer_status("alice", 200);
    struct mk_world *world = world_of("alice");
    mk_world_lock(world);
    const struct mk_link *link = mk_links_find(&world->links, id, mk_world_now(world));
    for (unsigned i = 0; i < MK_DELIVERIES_WAITING_MAX; i++)
        mk_notice_transactions(world, link, mk_world_now(world));
    mk_world_unlock(world);
    expect_error(post(client, target,
                      "{'webhook_event': 'link.state_changed', 'webhook_idempotency_key': ''}"),
                 503, "api_error.unavailable");
    char *replay = quoted(WEBHOOKS "/%s/replay", token);
    expect_error(CALL(client, .method = "POST", .target = replay), 503, "api_error.unavailable");
    expect_part(get(client, WEBHOOKS "?limit=1"), "counters",
                "{'made': 10001, 'waiting': 10000, 'dropped': 1}");
    ck_assert_uint_eq(json_array_size(member(get(client, WEBHOOKS), "deliveries")), 100);
    ck_assert_uint_eq(json_array_size(member(get(client, WEBHOOKS "?limit=1000"), "deliveries")),
                      1000);
    free(replay);
    free(target);
    free(token);
    free(id);
}
END_TEST

void sandbox_webhooks_tests(TCase *tcase)
{
    tcase_add_test(tcase, webhooks__of_a_new_world);
    tcase_add_test(tcase, webhooks__list);
    tcase_add_test(tcase, webhooks__list_refused);
    tcase_add_loop_test(tcase, webhook__bodies, 0, MK_TEST_EVENT_COUNT);
    tcase_add_test(tcase, webhook__of_errors);
    tcase_add_test(tcase, webhook__attempts);
    tcase_add_test(tcase, webhook__unknown);
    tcase_add_test(tcase, replay__of_one);
    tcase_add_loop_test(tcase, mode__each, 0, (int)MK_COUNT(modes));
    tcase_add_test(tcase, mode__counts_down);
    tcase_add_test(tcase, mode__refused);
    tcase_add_test(tcase, mode__large_body);
    tcase_add_loop_test(tcase, calls__credentials_and_hosts, 0, (int)MK_COUNT(calls));
    tcase_add_test(tcase, queue__is_full);
}
