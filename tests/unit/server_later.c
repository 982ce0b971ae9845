/* SPDX-License-Identifier: MIT */
/* Answers that come later. How they end otherwise is in server_later_ends.c. */
#include "http/server.h"

#include "support/certificate.h"
#include "support/waiting_room.h"
#include "unit/suites.h"

#include <curl/curl.h>

enum { MANY = 500, RINGERS = 4 };

static struct mk_server *server;

static void setup(void)
{
    room_clear();
    server = wire_start((struct mk_server_config){
        .dispatch = room_dispatch, .idle_seconds = 1, .request_seconds = 1 });
    wire_asked = 0;
}

static void teardown(void)
{
    room.is_stopping = true;
    mk_server_stop(server);
    room_clear();
}

static int ask_for(const char *target)
{
    char request[128];
    int fd = wire_connect(server);

    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", target);
    ck_assert(wire_say(fd, request));
    return fd;
}

/* Nothing comes for so long. */
static void expect_silence(int fd, int milliseconds)
{
    struct pollfd polled = { .fd = fd, .events = POLLIN };

    ck_assert_int_eq(poll(&polled, 1, milliseconds), 0);
}

START_TEST(a_call_waits_for_its_bell)
{
    int fd = ask_for("/room");

    room_expect(&room.waiting, 1);
    expect_silence(fd, 50);
    room_set(true);
    wire_expect(fd, "", 200, "called");
    ck_assert_uint_eq(room.asked, 2);
    wire_expect(fd, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /next ");
    close(fd);
}
END_TEST

START_TEST(a_call_waits_for_its_time)
{
    int64_t start = mk_monotonic_now();
    int late = ask_for("/clock/300");
    int early = ask_for("/clock/100");

    wire_expect(early, "", 200, "time");
    ck_assert(mk_monotonic_now() - start >= MK_SECOND / 10);
    wire_expect(late, "", 200, "time");
    ck_assert(mk_monotonic_now() - start >= 3 * MK_SECOND / 10);
    ck_assert(mk_monotonic_now() - start < 10 * MK_SECOND);
    close(early);
    close(late);
}
END_TEST

START_TEST(a_ring_for_nothing_ends_no_wait)
{
    int fd = ask_for("/room");

    room_expect(&room.waiting, 1);
    for (unsigned i = 1; i <= 20; i++) {
        room_ring();
        room_expect(&room.asked, i + 1);
    }
    expect_silence(fd, 20);
    room_set(true);
    wire_expect(fd, "", 200, "called");
    ck_assert_uint_eq(room.waiting, 1);
    close(fd);
}
END_TEST

START_TEST(a_ring_while_it_is_asked_is_heard)
{
    int fd = ask_for("/busy");

    wire_expect(fd, "", 200, "busy");
    ck_assert_uint_eq(room.asked, 11);
    close(fd);
}
END_TEST

START_TEST(a_wait_is_longer_than_a_request_may_take)
{
    int64_t start = mk_monotonic_now();
    int room_fd = ask_for("/room");
    int clock_fd = ask_for("/clock/2500");

    wire_expect(clock_fd, "", 200, "time");
    ck_assert(mk_monotonic_now() - start > 2 * MK_SECOND);
    room_set(true);
    wire_expect(room_fd, "", 200, "called");
    close(room_fd);
    close(clock_fd);
}
END_TEST

START_TEST(many_wait_while_others_are_answered)
{
    static int fds[MANY];
    int good = wire_connect(server);

    for (size_t i = 0; i < MANY; i++)
        fds[i] = ask_for("/room");
    room_expect(&room.waiting, MANY);
    for (int i = 0; i < 200; i++)
        wire_expect(good, "GET /good HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /good ");
    ck_assert_uint_eq(room.asked, MANY);
    room_set(true);
    for (size_t i = 0; i < MANY; i++)
        wire_expect(fds[i], "", 200, "called");
    ck_assert_uint_eq(room.asked, 2 * MANY);
    for (size_t i = 0; i < MANY; i++)
        close(fds[i]);
    close(good);
}
END_TEST

/* In an order that makes the heap of the waits work. */
START_TEST(many_times_come_in_their_order)
{
    enum { TIMES = 100 };
    char target[32];
    int fds[TIMES];

    for (int i = 0; i < TIMES; i++) {
        snprintf(target, sizeof(target), "/clock/%d", 100 + i * 37 % TIMES * 5);
        fds[i] = ask_for(target);
    }
    for (int i = 0; i < TIMES; i += 3)
        close(fds[i]);
    for (int i = 0; i < TIMES; i++) {
        if (i % 3 == 0)
            continue;
        wire_expect(fds[i], "", 200, "time");
        close(fds[i]);
    }
    room_expect(&room.abandoned, (TIMES + 2) / 3);
}
END_TEST

START_TEST(a_body_is_kept_while_its_call_waits)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "POST /room HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n-body-"));
    room_expect(&room.waiting, 1);
    room_ring();
    room_expect(&room.asked, 2);
    room_set(true);
    wire_expect(fd, "", 200, "called-body-");
    close(fd);
}
END_TEST

/* They are more than libmicrohttpd reads at once, and each ring may make it read some. */
START_TEST(requests_behind_a_waiting_one_have_their_turn)
{
    enum { BEHIND = 2000 };
    static const char request[] = "GET /behind HTTP/1.1\r\nHost: h\r\n\r\n";
    int fd = ask_for("/room");

    room_expect(&room.waiting, 1);
    for (int i = 0; i < BEHIND; i++)
        ck_assert(wire_say(fd, request));
    for (unsigned i = 0; i < 40; i++) {
        room_ring();
        room_expect(&room.asked, i + 2);
    }
    ck_assert_uint_eq(wire_asked, 0);
    room_set(true);
    wire_expect(fd, "", 200, "called");
    for (int i = 0; i < BEHIND; i++)
        wire_expect(fd, "", 200, "GET /behind ");
    close(fd);
}
END_TEST

START_TEST(a_call_may_wait_on_a_used_connection)
{
    int fd = wire_connect(server);

    for (int i = 0; i < 20; i++) {
        wire_expect(fd, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a ");
        wire_expect(fd, "GET /clock/5 HTTP/1.1\r\nHost: h\r\n\r\n", 200, "time");
    }
    ck_assert_uint_eq(room.waiting, 20);
    close(fd);
}
END_TEST

static void *ring_on(void *argument)
{
    const atomic_bool *is_over = argument;

    while (!*is_over) {
        room_ring();
        sched_yield();
    }
    return NULL;
}

/* Answers, new calls and clients who leave, under everybody's bells. */
START_TEST(bells_may_be_rung_at_any_time)
{
    pthread_t ringers[RINGERS];
    atomic_bool is_over = false;
    int fds[8];

    for (size_t i = 0; i < RINGERS; i++)
        ck_assert_int_eq(pthread_create(&ringers[i], NULL, ring_on, &is_over), 0);
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < MK_COUNT(fds); i++)
            fds[i] = ask_for(i % 2 == 0 ? "/clock/3" : i % 4 == 1 ? "/busy" : "/stay");
        for (size_t i = 0; i < MK_COUNT(fds); i++) {
            if (i % 4 != 3)
                wire_expect(fds[i], "", 200, i % 2 == 0 ? "time" : "busy");
            close(fds[i]);
        }
    }
    is_over = true;
    for (size_t i = 0; i < RINGERS; i++)
        pthread_join(ringers[i], NULL);
    room_expect(&room.abandoned, 120);
}
END_TEST

static size_t take_text(char *bytes, size_t size, size_t count, void *context)
{
    memcpy(context, bytes, size * count < 63 ? size * count : 63);
    return size * count;
}

START_TEST(a_call_waits_behind_tls)
{
    struct certificate made = certificate_make();
    struct mk_server *tls = wire_start((struct mk_server_config){
        .dispatch = room_dispatch, .tls_cert = made.certificate, .tls_key = made.key });
    char url[64];
    char body[64] = "";
    CURL *curl = curl_easy_init();

    snprintf(url, sizeof(url), "https://127.0.0.1:%u/clock/30", mk_server_port(tls));
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WIRE_PATIENCE_SECONDS);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_text);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    for (int i = 0; i < 3; i++) {
        memset(body, 0, sizeof(body));
        ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
        ck_assert_str_eq(body, "time");
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 200L);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/stay", mk_server_port(tls));
    curl_easy_setopt(curl, CURLOPT_URL, url);
    ck_assert_int_eq(curl_easy_perform(curl), CURLE_OPERATION_TIMEDOUT);
    room_expect(&room.abandoned, 1);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    mk_server_stop(tls);
    certificate_forget(&made);
}
END_TEST

Suite *server_later_suite(void)
{
    Suite *suite = suite_create("server_later");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_call_waits_for_its_bell);
    tcase_add_test(all, a_call_waits_for_its_time);
    tcase_add_test(all, a_ring_for_nothing_ends_no_wait);
    tcase_add_test(all, a_ring_while_it_is_asked_is_heard);
    tcase_add_test(all, a_wait_is_longer_than_a_request_may_take);
    tcase_add_test(all, many_wait_while_others_are_answered);
    tcase_add_test(all, many_times_come_in_their_order);
    tcase_add_test(all, a_body_is_kept_while_its_call_waits);
    tcase_add_test(all, requests_behind_a_waiting_one_have_their_turn);
    tcase_add_test(all, a_call_may_wait_on_a_used_connection);
    tcase_add_test(all, bells_may_be_rung_at_any_time);
    tcase_add_test(all, a_call_waits_behind_tls);
    suite_add_tcase(suite, all);
    return suite;
}
