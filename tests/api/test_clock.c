/* SPDX-License-Identifier: MIT */
/* The clock of a world: read, set, stopped, moved, and what falls due on the way. */
#include "api/tests.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

#define CLOCK "/sandbox/clock"
#define ADVANCE "/sandbox/clock/advance"
#define SETTINGS "/sandbox/settings"
#define START "2026-01-01T00:00:00"

/* Nobody listens there. */
#define DEAF "'webhook': 'http://127.0.0.1:1/hook'"

static const struct reply *set_clock(struct client *client, const char *body)
{
    return CALL(client, .method = "PUT", .target = CLOCK, .body = body);
}

/* A client whose clock stands still at START. */
static struct client *frozen(const char *id)
{
    restart_sandbox("--now=" START, NULL);
    struct client *client = signed_in(id);
    expect_status(set_clock(client, "{\"now\":\"" START "\",\"frozen\":true}"), 200);
    return client;
}

static const struct reply *advance(struct client *client, int64_t seconds)
{
    const struct reply *reply = post(client, ADVANCE, "{'seconds': %lld}", (long long)seconds);

    expect_status(reply, 200);
    return reply;
}

START_TEST(clock__of_a_new_world)
{
    restart_sandbox("--now=" START, NULL);
    const struct reply *reply = get(signed_in("alice"), CLOCK);
    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 3);
    expect_value(reply, "frozen", "false");
    ck_assert(json_is_integer(member(reply, "offset_seconds")));
    ck_assert_int_eq(strncmp(text_at(reply, "now"), "2026-01-01T00:0", 15), 0);

    restart_sandbox("--deterministic", NULL);
    expect_value(get(signed_in("alice"), CLOCK), "",
                 "{'now': '" START "', 'frozen': true, 'offset_seconds': null}");
    patch(signed_in("bob"), SETTINGS, "{'timestamps': 'utc'}");
    expect_value(get(signed_in("bob"), CLOCK), "now", "'" START "Z'");
}
END_TEST

static const struct {
    const char *body;
    const char *clock;
} settings[] = {
    { "{}", "{'now': '2026-01-01T00:00:00', 'frozen': true, 'offset_seconds': null}" },
    { "{\"frozen\":true}",
      "{'now': '2026-01-01T00:00:00', 'frozen': true, 'offset_seconds': null}" },
    { "{\"now\":\"2026-01-01T00:00:00\"}",
      "{'now': '2026-01-01T00:00:00', 'frozen': true, 'offset_seconds': null}" },
    { "{\"now\":\"2026-03-01T12:30:00+02:00\"}",
      "{'now': '2026-03-01T10:30:00', 'frozen': true, 'offset_seconds': null}" },
    { "{\"now\":\"2026-03-01T12:30:00.75\"}",
      "{'now': '2026-03-01T12:30:00', 'frozen': true, 'offset_seconds': null}" },
    { "{\"now\":\"2999-12-31T23:59:59\",\"frozen\":true}",
      "{'now': '2999-12-31T23:59:59', 'frozen': true, 'offset_seconds': null}" },
};

START_TEST(clock__set)
{
    struct client *client = frozen("alice");

    for (size_t i = 0; i < MK_COUNT(settings); i++) {
        const struct reply *reply = set_clock(client, settings[i].body);
        expect_status(reply, 200);
        expect_value(reply, "", "%s", settings[i].clock);
        expect_value(get(client, CLOCK), "", "%s", settings[i].clock);
    }
    expect_value(get(frozen("bob"), CLOCK), "now", "'" START "'");
}
END_TEST

/* The offset is to real time, and goes on with it. */
START_TEST(clock__runs_with_an_offset)
{
    struct client *client = frozen("alice");

    expect_part(set_clock(client, "{\"frozen\":false}"), "", "{'frozen': false}");
    restart_sandbox("--timestamps=utc", NULL);
    client = signed_in("alice");
    expect_value(get(client, CLOCK), "offset_seconds", "0");
    expect_value(set_clock(client, "{\"offset_seconds\":86400}"), "offset_seconds", "86400");
    expect_value(set_clock(client, "{\"offset_seconds\":86400}"), "offset_seconds", "86400");
    expect_value(advance(client, 600), "offset_seconds", "87000");
    expect_error(set_clock(client, "{\"offset_seconds\":86400}"), 409,
                 "sandbox_error.time_backwards");
    expect_value(set_clock(client, "{\"frozen\":true}"), "offset_seconds", "null");
    expect_value(set_clock(client, "{\"frozen\":false}"), "frozen", "false");
}
END_TEST

static const struct {
    const char *body;
    const char *issues; /* NULL: it is a time that has passed */
} refused[] = {
    { "{\"now\":\"2025-12-31T23:59:59\"}", NULL },
    { "{\"now\":\"2025-12-31T23:59:59\",\"frozen\":false}", NULL },
    { "{\"offset_seconds\":-32503680000}", NULL },
    { "{\"now\":\"3000-01-01T00:00:01\"}", "['body','now'] unknown_value\n" },
    { "{\"now\":\"2026-02-01T00:00:00\",\"offset_seconds\":5}",
      "['body','offset_seconds'] unknown_value\n" },
    { "{\"now\":\"tomorrow\",\"frozen\":1,\"offset_seconds\":1.5}",
      "['body','now'] datetime_format\n['body','frozen'] boolean_type\n"
      "['body','offset_seconds'] integer_type\n" },
    { "{\"now\":null}", "['body','now'] not_null\n" },
    { "{\"offset_seconds\":32503680001}", "['body','offset_seconds'] less_than_equal\n" },
};

/* And nothing has changed. */
START_TEST(clock__refused)
{
    struct client *client = frozen("alice");

    for (size_t i = 0; i < MK_COUNT(refused); i++) {
        if (refused[i].issues == NULL)
            expect_error(set_clock(client, refused[i].body), 409, "sandbox_error.time_backwards");
        else
            expect_issues(set_clock(client, refused[i].body), refused[i].issues);
        expect_value(get(client, CLOCK), "",
                     "{'now': '" START "', 'frozen': true, 'offset_seconds': null}");
    }
}
END_TEST

START_TEST(advance__bounds)
{
    struct client *client = frozen("alice");

    expect_value(advance(client, 0), "",
                 "{'now': '" START "', 'frozen': true, 'offset_seconds': null, 'in_flight': []}");
    expect_issues(post(client, ADVANCE, "{}"), "['body','seconds'] missing\n");
    expect_issues(post(client, ADVANCE, "{'seconds': -1}"),
                  "['body','seconds'] greater_than_equal\n");
    expect_issues(post(client, ADVANCE, "{'seconds': 316224001}"),
                  "['body','seconds'] less_than_equal\n");
    expect_issues(post(client, ADVANCE, "{'seconds': 0.5}"), "['body','seconds'] integer_type\n");
    expect_value(advance(client, 316224000), "now", "'2036-01-09T00:00:00'");
    set_clock(client, "{\"now\":\"2999-12-31T00:00:00\"}");
    expect_issues(post(client, ADVANCE, "{'seconds': 86401}"),
                  "['body','seconds'] unknown_value\n");
    expect_value(advance(client, 86399), "now", "'2999-12-31T23:59:59'");
}
END_TEST

START_TEST(advance__ends_sessions_and_tokens)
{
    struct client *client = frozen("alice");
    char *session = mk_copy(create_session(client, NONE));
    char *unused = mk_copy(create_session(client, NONE));
    char *token = mk_copy(text_at(connect_session(client, session), "exchangeable_token"));
    char *late = mk_copy(create_session(client, NONE));
    char *late_token = mk_copy(text_at(connect_session(client, late), "exchangeable_token"));

    advance(client, 1799);
    exchange(client, token);
    advance(client, 1);
    expect_error(post(client, "/sandbox/connect", "{'link_session_token': '%s'}", unused), 404,
                 "sandbox_error.link_session_not_found");
    expect_error(
        post(client, "/link-session/exchange-token", "{'exchangeable_token': '%s'}", late_token),
        400, "link_session_error.invalid_token_exchange");
    ck_assert_uint_eq(world_of("alice")->sessions.store.count, 0);
    free(session);
    free(unused);
    free(token);
    free(late);
    free(late_token);
}
END_TEST

/* The API refuses a token that has expired; control calls still reach their world with it. */
START_TEST(advance__ends_access_tokens)
{
    struct client *client = frozen("alice");

    advance(client, 7200);
    expect_status(get(client, "/links"), 200); /* by real time it has not expired */
    expect_status(patch(client, SETTINGS, "{'token_clock': 'world', 'access_token_seconds': 60}"),
                  200);
    sign_in(client);
    advance(client, 59);
    expect_status(get(client, "/links"), 200);
    advance(client, 1);
    expect_error(get(client, "/links"), 401, "api_error.auth.expired_access_token");
    expect_value(get(client, CLOCK), "now", "'2026-01-01T02:01:00'");
    expect_value(advance(client, 1), "now", "'2026-01-01T02:01:01'");
    sign_in(client);
    expect_status(get(client, "/links"), 200);
}
END_TEST

/* Daily ones, and one that was asked for: each at its own time, looked at or not. */
START_TEST(advance__refreshes)
{
    struct client *client = frozen("alice");
    const char *more[] = { DEAF, "'webhook': null" };
    char *id = mk_copy(text_at(connected_link(client, "%s", more[_i]), "link_id"));

    patch(client, SETTINGS, "{'webhook_retry_seconds': 7200}");
    char *products = quoted("/links/%s/products", id);
    expect_status(post(client, products, "{'products': ['identity']}"), 202);
    advance(client, 3 * 86400 + 3600);
    expect_part(get(client, "/links/%s", id), "products",
                "{'accounts': {'refreshed_at': '2026-01-04T00:00:01'},"
                " 'identity': {'refreshed_at': '2026-01-04T00:00:01'}}");
    free(products);
    free(id);
}
END_TEST

/* Webhooks fail for two hours of the world's clock, and each attempt is waited for. */
START_TEST(advance__waits_for_attempts)
{
    struct client *client = frozen("alice");

    patch(client, SETTINGS, "{'auto_refresh_seconds': 0, 'webhook_retry_seconds': 600}");
    connected_link(client, "%s", DEAF);
    expect_value(advance(client, 599), "in_flight", "[]");
    const struct mk_deliveries *deliveries = &world_of("alice")->deliveries;
    ck_assert_uint_eq(deliveries->made, 9);
    ck_assert_uint_eq(deliveries->failed, 0);
    expect_value(advance(client, 7200), "in_flight", "[]");
    ck_assert_uint_eq(deliveries->failed, 9);
    ck_assert_uint_eq(deliveries->waiting, 0);
}
END_TEST

static void *advance_an_hour(void *client)
{
    advance(client, 3600);
    return NULL;
}

/* Both get an answer, and the clock goes as far as both want it. */
START_TEST(advance__two_at_once)
{
    enum { TIMES = 20 };
    struct client *client = frozen("alice");
    struct client *other = signed_in("alice");
    pthread_t thread;

    for (int i = 0; i < TIMES; i++) {
        require(pthread_create(&thread, NULL, advance_an_hour, other) == 0, "no thread");
        advance(client, 3600);
        pthread_join(thread, NULL);
    }
    expect_value(get(client, CLOCK), "now", "'2026-01-02T16:00:00'");
}
END_TEST

START_TEST(clock__hosts)
{
    struct client *client = signed_in("alice");

    expect_error(CALL(client, .target = CLOCK, .headers = { "Host: evil.example" }), 403,
                 "sandbox_error.forbidden_host");
    expect_error(CALL(client, .method = "PUT", .target = CLOCK, .body = "{}", .anonymous = true),
                 401, "api_error.auth.unauthorized");
    expect_error(CALL(client, .method = "POST", .target = ADVANCE, .body = "{\"seconds\":1}",
                      .headers = { "Host: evil.example" }),
                 403, "sandbox_error.forbidden_host");
}
END_TEST

void clock_tests(TCase *tcase)
{
    tcase_add_test(tcase, clock__of_a_new_world);
    tcase_add_test(tcase, clock__set);
    tcase_add_test(tcase, clock__runs_with_an_offset);
    tcase_add_test(tcase, clock__refused);
    tcase_add_test(tcase, advance__bounds);
    tcase_add_test(tcase, advance__ends_sessions_and_tokens);
    tcase_add_test(tcase, advance__ends_access_tokens);
    tcase_add_loop_test(tcase, advance__refreshes, 0, 2);
    tcase_add_test(tcase, advance__waits_for_attempts);
    tcase_add_test(tcase, advance__two_at_once);
    tcase_add_test(tcase, clock__hosts);
}
