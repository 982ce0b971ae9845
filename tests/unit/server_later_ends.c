/* SPDX-License-Identifier: MIT */
/* Calls that wait when their client leaves or their server stops. */
#include "http/server.h"

#include "support/waiting_room.h"
#include "unit/suites.h"

static struct mk_server *server;

static void start(unsigned stop_seconds)
{
    room_clear();
    server = wire_start((struct mk_server_config){
        .dispatch = room_dispatch, .threads = 2, .stop_seconds = stop_seconds });
}

static int64_t stop(void)
{
    int64_t start = mk_monotonic_now();

    room.is_stopping = true;
    mk_server_stop(server);
    return mk_monotonic_now() - start;
}

static int ask_for(const char *target)
{
    char request[128];
    int fd = wire_connect(server);

    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", target);
    ck_assert(wire_say(fd, request));
    return fd;
}

static void reset(int fd)
{
    struct linger now = { .l_onoff = 1 };

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

/* Without a ring: it is the client that is watched. */
START_TEST(a_client_that_leaves_is_noticed)
{
    start(0);
    for (unsigned i = 0; i < 6; i++) {
        int fd = ask_for("/stay");
        room_expect(&room.waiting, i + 1);
        if (i % 3 == 0)
            ck_assert(wire_say(fd, "GET /more HTTP/1.1\r\nHost: h\r\n\r\n"));
        if (i % 2 == 0)
            close(fd);
        else
            reset(fd);
        room_expect(&room.abandoned, i + 1);
    }
    ck_assert_uint_eq(room.asked, 6);
    ck_assert(stop() < 3 * MK_SECOND);
    room_clear();
}
END_TEST

START_TEST(a_bell_may_be_rung_when_all_is_over)
{
    start(0);
    close(ask_for("/stay"));
    room_expect(&room.abandoned, 1);
    room_ring();
    close(ask_for("/stay"));
    room_expect(&room.abandoned, 2);
    stop();
    room_ring();
    room_clear();
}
END_TEST

START_TEST(a_stop_answers_those_who_wait)
{
    int fds[50];

    start(0);
    for (size_t i = 0; i < MK_COUNT(fds); i++)
        fds[i] = ask_for("/room");
    room_expect(&room.waiting, MK_COUNT(fds));
    ck_assert(stop() < 3 * MK_SECOND);
    for (size_t i = 0; i < MK_COUNT(fds); i++) {
        struct wire_reply reply = wire_read(fds[i]);
        ck_assert_int_eq(reply.status, 200);
        ck_assert_str_eq(reply.body, "stop");
        ck_assert(reply.close);
        ck_assert(wire_ended(fds[i]));
        wire_forget(&reply);
        close(fds[i]);
    }
    ck_assert_uint_eq(room.abandoned, 0);
    room_clear();
}
END_TEST

START_TEST(a_stop_does_not_wait_for_those_who_stay)
{
    int fds[20];

    start(1);
    for (size_t i = 0; i < MK_COUNT(fds); i++)
        fds[i] = ask_for("/stay");
    room_expect(&room.waiting, MK_COUNT(fds));
    int64_t took = stop();
    ck_assert(took >= MK_SECOND);
    ck_assert(took < 5 * MK_SECOND);
    ck_assert_uint_eq(room.abandoned, MK_COUNT(fds));
    ck_assert_uint_eq(room.asked, 2 * MK_COUNT(fds));
    for (size_t i = 0; i < MK_COUNT(fds); i++) {
        ck_assert(wire_ended(fds[i]));
        close(fds[i]);
    }
    room_clear();
}
END_TEST

START_TEST(a_wait_that_ends_during_the_stop_is_answered)
{
    start(5);
    int fd = ask_for("/clock/700");
    room_expect(&room.waiting, 1);
    int64_t took = stop();
    ck_assert(took >= MK_SECOND / 2);
    ck_assert(took < 4 * MK_SECOND);
    wire_expect(fd, "", 200, "time");
    close(fd);
    room_clear();
}
END_TEST

START_TEST(a_late_answer_may_be_a_reset)
{
    char byte;

    start(0);
    int fd = ask_for("/reset");
    room_expect(&room.waiting, 1);
    room_set(true);
    ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    close(fd);
    stop();
    ck_assert_uint_eq(room.abandoned, 0);
    room_clear();
}
END_TEST

/* Clients come, wait, leave and are rung for until the server is gone. */
static void *come_and_go(void *argument)
{
    unsigned port = *(const unsigned *)argument;
    int fd;

    for (unsigned i = 0; (fd = wire_try_port(port)) >= 0; i++) {
        wire_say(fd, i % 3 == 0 ? "GET /stay HTTP/1.1\r\nHost: h\r\n\r\n"
                                : "GET /clock/2 HTTP/1.1\r\nHost: h\r\n\r\n");
        room_ring();
        if (i % 3 == 1) {
            struct wire_reply reply = wire_read(fd);
            wire_forget(&reply);
        }
        if (i % 2 == 0)
            close(fd);
        else
            reset(fd);
    }
    return NULL;
}

START_TEST(a_stop_among_all_of_it_leaves_nothing_behind)
{
    pthread_t threads[4];

    start(1);
    unsigned port = mk_server_port(server);
    for (size_t i = 0; i < MK_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, &port), 0);
    usleep(500000);
    ck_assert(stop() < 5 * MK_SECOND);
    for (size_t i = 0; i < MK_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_gt(room.waiting, 10);
    room_clear();
}
END_TEST

Suite *server_later_ends_suite(void)
{
    Suite *suite = suite_create("server_later_ends");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_test(all, a_client_that_leaves_is_noticed);
    tcase_add_test(all, a_bell_may_be_rung_when_all_is_over);
    tcase_add_test(all, a_stop_answers_those_who_wait);
    tcase_add_test(all, a_stop_does_not_wait_for_those_who_stay);
    tcase_add_test(all, a_wait_that_ends_during_the_stop_is_answered);
    tcase_add_test(all, a_late_answer_may_be_a_reset);
    tcase_add_test(all, a_stop_among_all_of_it_leaves_nothing_behind);
    suite_add_tcase(suite, all);
    return suite;
}
