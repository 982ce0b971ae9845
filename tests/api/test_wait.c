/* SPDX-License-Identifier: MIT */
/* GET /sandbox/wait: what matches, from where on, and what it says when nothing came. */
#include "api/tests.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAIT "/sandbox/wait"
#define WEBHOOK "'webhook': 'http://localhost:1/hook'"

static const char *id_of(const struct reply *reply)
{
    return header_of(reply, "X-Request-Id");
}

/* What the acting call caused is there, however early it came. */
START_TEST(wait__since_a_request)
{
    struct client *client = signed_in("alice");

    get(client, "/institutions/none");
    const struct reply *acting = connected_link(client, WEBHOOK);
    const char *link = text_at(acting, "link_id");
    const struct reply *reply =
        get(client, WAIT "?for=link&state=connected&link_id=%s&since=%s", link, id_of(acting));
    expect_status(reply, 200);
    expect_value(reply, "matched", "true");
    expect_part(reply, "event", "{'kind': 'link', 'link_id': '%s', 'state': 'connected'}", link);
    expect_value(reply, "saw", "[]");
    expect_value(reply, "missed", "false");
    ck_assert(json_equal(member(reply, "last_event_id"), member(reply, "event.number")));

    reply = get(client, WAIT "?for=delivery&webhook_event=link.state_changed&attempt=0&since=%s",
                id_of(acting));
    expect_part(reply, "event",
                "{'kind': 'delivery', 'link_id': '%s', 'attempt': 0, 'status': null,"
                " 'webhook_event': 'link.state_changed'}",
                link);
    char *token = quoted("%s", text_at(reply, "event.delivery_token"));
    reply = get(client, WAIT "?for=delivery&delivery_token=%s&since=0", token);
    expect_value(reply, "event.delivery_token", "'%s'", token);
    free(token);
}
END_TEST

/* The call that `since` names is not what its caller waits for. */
START_TEST(wait__not_itself)
{
    struct client *client = signed_in("alice");
    const struct reply *acting = get(client, "/links");
    const struct reply *reply =
        get(client, WAIT "?for=request&timeout_seconds=0&since=%s", id_of(acting));

    expect_part(reply, "", "{'matched': false, 'event': null, 'saw': []}");
    get(client, "/links/none");
    reply = get(client, WAIT "?for=request&operation=get_link&since=%s", id_of(acting));
    expect_value(reply, "event.target", "'/links/none'");
}
END_TEST

/* One after the other: the last id is where to go on from. */
START_TEST(wait__goes_on)
{
    struct client *client = signed_in("alice");
    long long last = 0;

    for (int i = 0; i < 3; i++)
        get(client, "/institutions/none-%d", i);
    for (int i = 0; i < 3; i++) {
        const struct reply *reply = get(client, WAIT "?for=request&status=404&since=%lld", last);
        char target[64];
        snprintf(target, sizeof(target), "/institutions/none-%d", i);
        expect_value(reply, "event.target", "'%s'", target);
        last = json_integer_value(member(reply, "last_event_id"));
    }
}
END_TEST

START_TEST(wait__says_what_it_saw)
{
    struct client *client = signed_in("alice");

    get(client, "/institutions/none");
    patch(client, "/sandbox/settings", "{}");
    const struct reply *link = connected_link(client, NONE);
    const struct reply *reply = get(client, WAIT "?for=request&operation=get_institution&status=200"
                                                 "&method=GET&timeout_seconds=0&since=1");
    expect_part(reply, "", "{'matched': false, 'event': null, 'missed': false}");
    expect_value(reply, "saw.0.differs", "[{'field': 'status', 'wanted': '200', 'was': '404'}]");
    expect_value(reply, "saw.0.event.operation", "'get_institution'");
    expect_part(reply, "saw.1.differs.0",
                "{'field': 'operation', 'wanted': 'get_institution',"
                " 'was': 'sandbox_update_settings'}");
    reply = get(client, WAIT "?for=request&status=200&timeout_seconds=0&since=1");
    expect_value(reply, "saw.1.differs",
                 "[{'field': 'include', 'wanted': 'MoneyKit\\u0027s own operations',"
                 " 'was': 'control'}]");
    reply = get(client,
                WAIT "?for=link&link_id=%s&state=error&error_code=auth_expired"
                     "&timeout_seconds=0&since=0",
                text_at(link, "link_id"));
    size_t last = json_array_size(member(reply, "saw")) - 1;
    ck_assert_uint_gt(last, 2);
    expect_value(reply, "saw.0.differs", "[{'field': 'kind', 'wanted': 'link', 'was': 'request'}]");
    reply = get(client, WAIT "?for=delivery&timeout_seconds=0");
    expect_part(reply, "", "{'matched': false, 'saw': []}"); /* from now on */
}
END_TEST

/* Without `since` a wait for one link begins with the state that it has. */
START_TEST(wait__state_at_hand)
{
    struct client *client = signed_in("alice");
    char *link = quoted("%s", text_at(connected_link(client, NONE), "link_id"));

    expect_value(get(client, WAIT "?for=link&link_id=%s&state=connected", link), "matched", "true");
    delete_(client, "/links/%s", link);
    const struct reply *reply =
        get(client, WAIT "?for=link&link_id=%s&state=connected&timeout_seconds=0", link);
    expect_value(reply, "matched", "false");
    expect_value(reply, "saw.0.differs",
                 "[{'field': 'state', 'wanted': 'connected', 'was': 'deleted'}]");
    expect_value(get(client, WAIT "?for=link&link_id=%s&state=deleted", link), "matched", "true");
    free(link);
}
END_TEST

/* Also where the journal has nothing about it: in a world that was loaded, or after much else. */
START_TEST(wait__state_at_hand_untold)
{
    struct client *client = signed_in("alice");
    char *link = quoted("%s", text_at(connected_link(client, NONE), "link_id"));
    const struct reply *reply = get(client, "/sandbox/snapshot");
    char *snapshot = quoted("%s", reply->body);

    delete_(client, "/links/%s", link);
    reply = CALL(client, .method = "PUT", .target = "/sandbox/snapshot", .body = snapshot);
    expect_status(reply, 200);
    reply = get(client, WAIT "?for=link&link_id=%s&state=deleted&timeout_seconds=0", link);
    expect_value(reply, "matched", "false");
    reply = get(client, WAIT "?for=link&link_id=%s&state=connected&timeout_seconds=0", link);
    expect_value(reply, "matched", "true");
    expect_value(reply, "event.state", "'connected'");
    free(snapshot);
    free(link);
}
END_TEST

START_TEST(wait__times_out)
{
    struct client *client = signed_in("alice");
    int64_t started = mk_monotonic_now();

    expect_value(get(client, WAIT "?for=delivery&timeout_seconds=1"), "matched", "false");
    ck_assert_int_ge(mk_monotonic_now() - started, MK_SECOND);
}
END_TEST

static void *wait_for_link(void *context)
{
    return (void *)get(context, WAIT "?for=link&state=connected&timeout_seconds=60");
}

/* Somebody else's call ends the wait; other worlds' calls do not. */
START_TEST(wait__is_woken)
{
    struct client *client = signed_in("alice");
    struct client *waiting = signed_in("alice");
    struct client *other = signed_in("bob");
    pthread_t thread;
    void *result;

    ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_link, waiting), 0);
    struct mk_world *world = world_of("alice");
    for (bool is_waiting = false; !is_waiting;) {
        connected_link(other, NONE);
        mk_world_lock(world);
        is_waiting = world->bells.count > 0;
        mk_world_unlock(world);
    }
    get(client, "/links");
    const struct reply *acting = connected_link(client, NONE);
    pthread_join(thread, &result);
    expect_part(result, "event", "{'kind': 'link', 'link_id': '%s', 'state': 'connected'}",
                text_at(acting, "link_id"));
}
END_TEST

static const char *const refused[][2] = {
    { "", "['query','for'] missing\n" },
    { "for=clock", "['query','for'] enum\n" },
    { "for=link&operation=get_link", "['query','operation'] unknown_value\n" },
    { "for=request&webhook_event=link.state_changed", "['query','webhook_event'] unknown_value\n" },
    { "for=delivery&method=GET", "['query','method'] unknown_value\n" },
    { "for=delivery&error_code=x", "['query','error_code'] unknown_value\n" },
    { "for=request&state=error", "['query','state'] unknown_value\n" },
    { "for=request&attempt=1", "['query','attempt'] unknown_value\n" },
    { "for=link&status=200", "['query','status'] unknown_value\n" },
    { "for=link&state=delivered", "['query','state'] unknown_value\n" },
    { "for=delivery&state=connected", "['query','state'] unknown_value\n" },
    { "for=link&error_code=none", "['query','error_code'] unknown_value\n" },
    { "for=request&operation=none", "['query','operation'] unknown_value\n" },
    { "for=request&timeout_seconds=301", "['query','timeout_seconds'] less_than_equal\n" },
    { "for=request&since=7", "['query','since'] unknown_value\n" },
    { "for=request&since=req_none", "['query','since'] unknown_value\n" },
};

START_TEST(wait__refused)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(refused); i++)
        expect_issues(get(client, WAIT "?%s", refused[i][0]), refused[i][1]);
    expect_error(CALL(client, .target = WAIT "?for=link", .anonymous = true), 401,
                 "api_error.auth.unauthorized");
    expect_error(CALL(client, .target = WAIT "?for=link", .headers = { "Host: evil.example" }), 403,
                 "sandbox_error.forbidden_host");
}
END_TEST

void wait_tests(TCase *tcase)
{
    tcase_add_test(tcase, wait__since_a_request);
    tcase_add_test(tcase, wait__not_itself);
    tcase_add_test(tcase, wait__goes_on);
    tcase_add_test(tcase, wait__says_what_it_saw);
    tcase_add_test(tcase, wait__state_at_hand);
    tcase_add_test(tcase, wait__state_at_hand_untold);
    tcase_add_test(tcase, wait__times_out);
    tcase_add_test(tcase, wait__is_woken);
    tcase_add_test(tcase, wait__refused);
}
