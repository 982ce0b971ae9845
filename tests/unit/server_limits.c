/* SPDX-License-Identifier: MIT */
#include "http/server.h"

#include "base/clock.h"
#include "support/wire.h"
#include "unit/suites.h"

static struct mk_server *server;

static void setup(void)
{
    server = wire_start((struct mk_server_config){ .idle_seconds = 1, .request_seconds = 1 });
    wire_asked = 0;
}

static void teardown(void)
{
    mk_server_stop(server);
}

/* A head of exactly `size` bytes in so many fields. */
static char *make_head(size_t size, size_t fields)
{
    static const char start[] = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
    char *head = mk_alloc(size + 1);
    size_t length = sizeof(start) - 1;

    memset(head, 'v', size);
    memcpy(head, start, length);
    for (size_t left = fields; left > 0; left--) {
        size_t field = (size - 2 - length) / left;
        memcpy(head + length, "X-F:", 4);
        memcpy(head + length + field - 2, "\r\n", 2);
        length += field;
    }
    memcpy(head + size - 2, "\r\n", 3);
    return head;
}

static int status_of(const char *request)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, request));
    struct wire_reply reply = wire_read(fd);
    int status = reply.status;
    ck_assert_msg(status == 200 || reply.close, "%d", status);
    wire_forget(&reply);
    close(fd);
    return status;
}

START_TEST(a_head_fits_or_is_refused_but_never_ignored)
{
    static const size_t fields[] = { 1, 3, 30 };

    for (size_t size = 11 * 1024; size <= 20 * 1024; size += 128) {
        for (size_t i = 0; i < MK_COUNT(fields); i++) {
            char *head = make_head(size, fields[i]);
            int status = status_of(head);
            ck_assert_msg(status == (size <= MK_HEAD_MAX ? 200 : 431),
                          "%zu bytes in %zu fields: %d", size, fields[i], status);
            free(head);
        }
    }
}
END_TEST

/* Each field costs libmicrohttpd a record, so that many of them fill its memory sooner. */
START_TEST(many_fields_are_refused_but_never_ignored)
{
    for (size_t fields = 40; fields <= 400; fields += 5) {
        char *head = make_head(400 + 20 * fields, fields);
        int status = status_of(head);
        ck_assert_msg(status == 200 || status == 431, "%zu fields: %d", fields, status);
        ck_assert(status == 200 || fields > 100);
        free(head);
    }
}
END_TEST

START_TEST(a_target_fits_or_is_refused_but_never_ignored)
{
    char request[21 * 1024];

    for (size_t size = 11 * 1024; size <= 20 * 1024; size += 64) {
        memset(request, 'a', sizeof(request));
        memcpy(request, "GET /", 5);
        memcpy(request + size, " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 42);
        request[size + 41] = '\0';
        int status = status_of(request);
        if (size + 41 <= MK_HEAD_MAX)
            ck_assert_int_eq(status, 200);
        else
            ck_assert_msg(status == 431 || status == 414, "%zu bytes: %d", size, status);
    }
}
END_TEST

/* libmicrohttpd makes a copy of them, so that they count double. */
START_TEST(cookies_fit_or_are_refused_but_never_ignored)
{
    char request[16 * 1024];

    for (size_t size = 1024; size <= 15 * 1024; size += 256) {
        int start = snprintf(request, sizeof(request),
                             "GET / HTTP/1.1\r\nHost: h\r\n"
                             "Connection: close\r\nCookie: a=");
        memset(request + start, 'c', size);
        memcpy(request + start + size, "\r\n\r\n", 5);
        int status = status_of(request);
        ck_assert_msg(status == 200 || (status == 431 && size > 7000), "%zu: %d", size, status);
    }
}
END_TEST

/* Clients who take their time, each in a way of its own. */
static const struct {
    const char *start;
    const char *drip; /* a byte at a time, all over again */
    bool answered;    /* once, before it takes its time */
} sluggards[] = {
    { "", "", false },
    { "", "GET /aaaaaaaaaaaaaaa", false },
    { "GET / HTTP/1.1\r\n", "X-Drip: y\r\n", false },
    { "GET / HTTP/1.1\r\nHost: h\r\nX-", "x", false },
    { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", "b", false },
    { "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", false },
    { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", "", false },
    { "GET /large HTTP/1.1\r\nHost: h\r\n\r\n", "", false },
    { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "", true },
    { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n", true },
};

/* Whether the server has given the client up; what it may have sent before is dropped. */
static bool is_over(int fd, bool read_on)
{
    char bytes[65536];
    struct pollfd polled = { .fd = fd, .events = read_on ? POLLIN : 0 };

    while (poll(&polled, 1, 0) == 1) {
        if (polled.revents & (POLLHUP | POLLERR))
            return true;
        if (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
            return true;
    }
    return false;
}

/* One more byte from each who is still there. Returns how many are. */
static size_t drip_all(const int *fds, bool *over, size_t turn)
{
    size_t left = 0;

    for (size_t i = 0; i < MK_COUNT(sluggards); i++) {
        const char *drip = sluggards[i].drip;
        bool reads = strstr(sluggards[i].start, "/large") == NULL;
        over[i] = over[i] || is_over(fds[i], reads);
        if (!over[i] && drip[0] != '\0')
            send(fds[i], drip + turn % strlen(drip), 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        left += !over[i];
    }
    return left;
}

START_TEST(those_who_take_their_time_are_dropped_and_nobody_else)
{
    int fds[MK_COUNT(sluggards)];
    bool over[MK_COUNT(sluggards)] = { false };
    int64_t start = mk_monotonic_now();
    int good = wire_connect(server);

    for (size_t i = 0; i < MK_COUNT(sluggards); i++) {
        fds[i] = wire_connect(server);
        ck_assert(wire_say(fds[i], sluggards[i].start));
        if (sluggards[i].answered)
            wire_expect(fds[i], "", 200, "GET / ");
    }
    for (size_t turn = 0; drip_all(fds, over, turn) > 0; turn++) {
        ck_assert_msg(mk_monotonic_now() - start < WIRE_PATIENCE_SECONDS * MK_SECOND,
                      "somebody was not dropped: %d%d%d%d%d%d%d%d%d%d", over[0], over[1], over[2],
                      over[3], over[4], over[5], over[6], over[7], over[8], over[9]);
        wire_expect(good, "GET /good HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /good ");
        usleep(20000);
    }
    ck_assert(mk_monotonic_now() - start >= MK_SECOND / 2);
    for (size_t i = 0; i < MK_COUNT(sluggards); i++)
        close(fds[i]);
    close(good);
}
END_TEST

/* What is in the way of an answer is its time limit, not how much there is to say. */
START_TEST(a_client_that_reads_gets_a_large_answer)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct wire_reply reply = wire_read(fd);
    ck_assert_uint_eq(reply.body_length, (size_t)8 << 20);
    wire_forget(&reply);
    close(fd);
}
END_TEST

Suite *server_limits_suite(void)
{
    Suite *suite = suite_create("server_limits");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_head_fits_or_is_refused_but_never_ignored);
    tcase_add_test(all, many_fields_are_refused_but_never_ignored);
    tcase_add_test(all, a_target_fits_or_is_refused_but_never_ignored);
    tcase_add_test(all, cookies_fit_or_are_refused_but_never_ignored);
    tcase_add_test(all, those_who_take_their_time_are_dropped_and_nobody_else);
    tcase_add_test(all, a_client_that_reads_gets_a_large_answer);
    suite_add_tcase(suite, all);
    return suite;
}
