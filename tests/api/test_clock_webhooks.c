/* SPDX-License-Identifier: MIT */
/* Moves of the clock while webhooks are out: to receivers that call back, and that hang. */
#include "api/tests.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CLOCK "/sandbox/clock"
#define ADVANCE "/sandbox/clock/advance"
#define START "2026-01-01T00:00:00"

/* --- The receiver ----------------------------------------------------------------------------- */

static struct mk_server *receiver;
static char hook[64];
static struct client *caller; /* what the receiver calls the API with */
static atomic_uint received;
static atomic_uint at_their_time; /* events that came when the clock showed their time */

static void hang(struct mk_response *response)
{
    response->later = true;
    response->until = INT64_MAX;
}

/* The world's clock stands at the event's time while its receiver works on it. */
static void call_back(const struct mk_request *request)
{
    char *body = mk_copy_bytes(request->body, request->body_length);
    json_t *event = json_loads(body, 0, NULL);
    const char *link = json_string_value(json_object_get(event, "link_id"));
    const char *time = json_string_value(json_object_get(event, "webhook_timestamp"));

    expect_status(get(caller, "/links/%s", link), 200);
    if (strcmp(text_at(get(caller, CLOCK), "now"), time) == 0)
        atomic_fetch_add(&at_their_time, 1);
    json_decref(event);
    free(body);
}

/* The path says how it behaves. */
static void receive(void *context, const struct mk_request *request, struct mk_response *response)
{
    (void)context;
    if (request->is_abandoned)
        return;
    atomic_fetch_add(&received, 1);
    if (strcmp(request->target, "/hang") == 0) {
        hang(response);
        return;
    }
    if (strcmp(request->target, "/call-back") == 0)
        call_back(request);
    response->status = 200;
}

static void open_receiver(void)
{
    const struct mk_server_config config = { .listen = "127.0.0.1:0",
                                             .threads = 1,
                                             .stop_seconds = 1, /* some requests hang */
                                             .dispatch = receive };
    char error[MK_SERVER_ERROR_SIZE];

    atomic_store(&received, 0);
    atomic_store(&at_their_time, 0);
    receiver = mk_server_start(&config, error);
    require(receiver != NULL, "%s", error);
    snprintf(hook, sizeof(hook), "http://127.0.0.1:%u", mk_server_port(receiver));
}

/* --- The tests -------------------------------------------------------------------------------- */

/* A client whose clock stands still, with a link to this path of the receiver, of accounts only. */
static struct client *linked(const char *path)
{
    open_receiver();
    restart_sandbox("--deterministic", "--now=" START, NULL);
    caller = signed_in("alice");
    struct client *client = signed_in("alice");
    connected_link(client, "'webhook': '%s%s', 'settings': {'products': {}}", hook, path);
    return client;
}

static const struct reply *advance(struct client *client, int64_t seconds)
{
    const struct reply *reply = post(client, ADVANCE, "{'seconds': %lld}", (long long)seconds);

    expect_status(reply, 200);
    return reply;
}

START_TEST(advance__receiver_calls_back)
{
    enum { MADE = 3 + 5 };
    struct client *client = linked("/call-back");

    const struct reply *reply = advance(client, 5 * 86400 + 60);
    expect_value(reply, "",
                 "{'now': '2026-01-06T00:01:00', 'frozen': true, 'offset_seconds': null,"
                 " 'in_flight': []}");
    ck_assert_uint_eq(atomic_load(&received), MADE);
    ck_assert_uint_eq(atomic_load(&at_their_time), MADE);
    ck_assert_uint_eq(world_of("alice")->deliveries.delivered, MADE);
    mk_server_stop(receiver);
}
END_TEST

/* All that is due happens before the answer; the webhooks come, too. */
START_TEST(set__does_not_wait)
{
    struct client *client = linked("/hang");
    int64_t began = mk_monotonic_now();

    const struct reply *reply =
        CALL(client, .method = "PUT", .target = CLOCK, .body = "{\"now\":\"2026-01-04T00:00:30\"}");
    expect_status(reply, 200);
    expect_value(reply, "now", "'2026-01-04T00:00:30'");
    ck_assert_int_lt(mk_monotonic_now() - began, 5 * MK_SECOND);
    ck_assert_uint_eq(world_of("alice")->deliveries.made, 3 + 3);
    mk_server_stop(receiver);
}
END_TEST

/* Answered after ten seconds, having gone all the way. Once is enough for so long a test. */
START_TEST(advance__receiver_hangs)
{
    if (under_test.transport != TRANSPORT_CURL)
        return;
    struct client *client = linked("/hang");
    int64_t began = mk_monotonic_now();

    const struct reply *reply = advance(client, 86400);
    int64_t passed = mk_monotonic_now() - began;
    ck_assert_int_ge(passed, 10 * MK_SECOND);
    ck_assert_int_lt(passed, 14 * MK_SECOND);
    expect_value(reply, "now", "'2026-01-02T00:00:00'");
    const json_t *first = json_array_get(member(reply, "in_flight"), 0);
    ck_assert_uint_eq(json_object_size(first), 3);
    ck_assert(is_uuid(json_string_value(json_object_get(first, "delivery_token"))));
    ck_assert(is_short_id(json_string_value(json_object_get(first, "link_id")), "mk_"));
    ck_assert_str_eq(json_string_value(json_object_get(first, "webhook_event")),
                     "link.state_changed");
    mk_server_stop(receiver);
}
END_TEST

static void *advance_a_day(void *client)
{
    const struct reply *reply = advance(client, 86400);

    expect_value(reply, "in_flight", "[]");
    return NULL;
}

static bool is_moving(void)
{
    struct mk_world *world = world_of("alice");

    mk_world_lock(world);
    bool is_on = world->schedule.advance.is_on;
    mk_world_unlock(world);
    return is_on;
}

/* Neither a reset nor its caller waits for a movement of the world that was. */
START_TEST(advance__reset_under_way)
{
    struct client *client = linked("/hang");
    struct client *other = signed_in("alice");
    int64_t began = mk_monotonic_now();
    pthread_t thread;

    require(pthread_create(&thread, NULL, advance_a_day, other) == 0, "no thread");
    while (!is_moving())
        expect_status(get(client, CLOCK), 200);
    expect_status(post(client, "/sandbox/reset", NONE), 204);
    pthread_join(thread, NULL);
    ck_assert_int_lt(mk_monotonic_now() - began, 5 * MK_SECOND);
    expect_value(get(client, CLOCK), "now", "'" START "'");
    mk_server_stop(receiver);
}
END_TEST

static void expect_stream(struct client *client, const char *const *kinds, size_t count)
{
    const struct reply *stream =
        CALL(client, .target = "/sandbox/events?since=0", .content_type = "text/event-stream");

    expect_status(stream, 200);
    for (size_t i = 0; i < count; i++) {
        char *line = quoted("event: %s", kinds[i]);
        require(strstr(stream->body, line) != NULL, "no %s: %s", line, stream->body);
        free(line);
    }
}

/* For the contract tests, too, which want every field of events and webhooks filled. */
START_TEST(events__of_every_kind)
{
    static const char *const before[] = { "request",      "link",     "product",
                                          "transactions", "delivery", "clock" };
    static const char *const after[] = { "lost", "reset", "request" };
    struct client *client = linked("/fine");
    const struct reply *made =
        connected_link(client, "'webhook': '%s/fine', 'link_tags': ['a']", hook);
    char *link = quoted("/sandbox/links/%s", text_at(made, "link_id"));
    size_t index;
    const json_t *row;

    expect_status(patch(client, link, "{'products': {'identity': {'error_code': 'timeout'}}}"),
                  200);
    advance(client, 60);
    const struct reply *list = get(client, "/sandbox/webhooks?limit=1000");
    json_array_foreach(member(list, "deliveries"), index, row) {
        const char *token = json_string_value(json_object_get(row, "delivery_token"));
        expect_value(get(client, "/sandbox/webhooks/%s", token), "state", "'delivered'");
    }
    ck_assert_uint_ge(index, 10);
    expect_stream(client, before, MK_COUNT(before));
    expect_status(post(client, "/sandbox/reset", NONE), 204);
    get(client, "/links");
    expect_stream(client, after, MK_COUNT(after));
    free(link);
    mk_server_stop(receiver);
}
END_TEST

void clock_webhooks_tests(TCase *tcase)
{
    tcase_add_test(tcase, advance__receiver_calls_back);
    tcase_add_test(tcase, set__does_not_wait);
    tcase_add_test(tcase, advance__receiver_hangs);
    tcase_add_test(tcase, advance__reset_under_way);
    tcase_add_test(tcase, events__of_every_kind);
}
