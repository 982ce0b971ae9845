/* SPDX-License-Identifier: MIT */
/*
 * GET /sandbox/events: everything that happens, in order, and again from where a reader left off.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "support/events.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS "/sandbox/events"
#define SOON (10 * MK_SECOND)

/* The next event, of this type and with all of this in its data; returns its id. */
static long long expect_event(struct events *events, const char *type, const char *part)
{
    const struct event *event = events_next(events, SOON);

    require(event != NULL, "no event where %s was expected", type);
    ck_assert_str_eq(event->type, type);
    char *text = quoted("%s", part);
    json_t *wanted = json_loads(text, 0, NULL);
    json_t *data = json_loads(event->data, 0, NULL);
    ck_assert_ptr_nonnull(wanted);
    ck_assert_ptr_nonnull(data);
    char *missing = missing_part(data, wanted);
    require(missing == NULL, "%s, in %s", missing, event->data);
    json_decref(wanted);
    json_decref(data);
    free(text);
    return strtoll(event->id, NULL, 10);
}

START_TEST(events__as_they_come)
{
    struct client *client = signed_in("alice");

    get(client, "/institutions/before");
    struct events *events = events_open(client, EVENTS, NULL);
    ck_assert_str_eq(header_of(events_reply(events), "Content-Type"), "text/event-stream");
    ck_assert_str_eq(header_of(events_reply(events), "Cache-Control"), "no-store");
    get(client, "/institutions/none");
    long long first =
        expect_event(events, "request", "{'target': '/institutions/none', 'status': 404}");
    ck_assert_int_eq(first, 3);
    get(signed_in("bob"), "/institutions/others");
    const char *session = create_session(client, NONE);
    connect_session(client, session);
    ck_assert_int_eq(expect_event(events, "request", "{'operation': 'create_link_session'}"), 4);
    expect_event(events, "link", "{'state': 'awaiting_token_exchange'}");
    expect_event(events, "request", "{'operation': 'sandbox_connect', 'status': 201}");
    events_close(events);
}
END_TEST

/* A reader that comes back misses nothing and sees nothing twice. */
START_TEST(events__resume)
{
    struct client *client = signed_in("alice");

    for (int i = 1; i < 40; i++) /* the first request got the access token */
        get(client, "/institutions/none-%d", i);
    struct events *events = events_open(client, EVENTS "?since=0", NULL);
    for (int i = 0; i < 25; i++)
        ck_assert_int_eq(expect_event(events, "request", "{}"), i + 1);
    events_close(events);
    events = events_open(client, EVENTS "?since=0", "25"); /* a browser keeps the address */
    for (int i = 25; i < 40; i++)
        ck_assert_int_eq(expect_event(events, "request", "{}"), i + 1);
    get(client, "/links");
    ck_assert_int_eq(expect_event(events, "request", "{'operation': 'get_links'}"), 41);
    events_close(events);
    const char *id = header_of(client->replies, "X-Request-Id");
    char *target = quoted(EVENTS "?since=%s", id);
    events = events_open(client, target, NULL);
    ck_assert_int_eq(expect_event(events, "request", "{'operation': 'get_links'}"), 41);
    events_close(events);
    free(target);
}
END_TEST

START_TEST(events__lost)
{
    struct client *client = signed_in("alice");

    get(client, "/links");
    struct mk_world *world = world_of("alice");
    mk_world_lock(world);
    mk_journal_clear(&world->journal);
    mk_world_unlock(world);
    get(client, "/links/none");
    struct events *events = events_open(client, EVENTS, "0");
    ck_assert_int_eq(expect_event(events, "lost", "{'kind': 'lost', 'last_event_id': 2}"), 2);
    ck_assert_int_eq(expect_event(events, "request", "{'target': '/links/none'}"), 3);
    events_close(events);

    /* A number that this world has not come to: the server was started again. */
    events = events_open(client, EVENTS, "77");
    expect_event(events, "lost", "{'last_event_id': 2}");
    expect_event(events, "request", "{}");
    events_close(events);
}
END_TEST

START_TEST(events__end_with_the_world)
{
    struct client *client = signed_in("alice");
    struct events *events = events_open(client, EVENTS, NULL);
    struct mk_world *world = world_of("alice");

    ck_assert_ptr_null(events_next(events, MK_SECOND / 10));
    mk_world_lock(world);
    world->is_gone = true;
    mk_bells_ring(&world->bells);
    mk_world_unlock(world);
    ck_assert(events_ended(events, SOON));
    mk_world_lock(world);
    world->is_gone = false;
    mk_world_unlock(world);
    events_close(events);
}
END_TEST

/* As one answer, for a client that reads for a moment only. */
START_TEST(events__as_text)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = CALL(client, .target = EVENTS "?since=0", .listens = MK_SECOND / 5);

    expect_status(reply, 200);
    ck_assert_ptr_nonnull(strstr(reply->body, "retry: 1000\n\nid: 1\nevent: request\ndata: {"));
    ck_assert_str_eq(reply->body + reply->length - 3, "}\n\n");
}
END_TEST

START_TEST(events__refused)
{
    struct client *client = signed_in("alice");

    expect_issues(CALL(client, .target = EVENTS, .headers = { "Last-Event-ID: abc" }),
                  "['header','last-event-id'] integer_type\n");
    expect_issues(get(client, EVENTS "?since=abc"), "['query','since'] unknown_value\n");
    expect_error(CALL(client, .target = EVENTS, .anonymous = true), 401,
                 "api_error.auth.unauthorized");
    expect_error(CALL(client, .target = EVENTS, .headers = { "Host: evil.example" }), 403,
                 "sandbox_error.forbidden_host");
}
END_TEST

void events_tests(TCase *tcase)
{
    tcase_add_test(tcase, events__as_they_come);
    tcase_add_test(tcase, events__resume);
    tcase_add_test(tcase, events__lost);
    tcase_add_test(tcase, events__end_with_the_world);
    tcase_add_test(tcase, events__as_text);
    tcase_add_test(tcase, events__refused);
}
