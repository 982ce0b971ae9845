/* SPDX-License-Identifier: MIT */
/* The bodies of requests. */
#include "http/server.h"

#include "support/wire.h"
#include "unit/suites.h"

#define MIB ((size_t)1 << 20)

static struct mk_server *server;

static void setup(void)
{
    server = wire_start((struct mk_server_config){ .threads = 1 });
    wire_asked = 0;
}

static void teardown(void)
{
    mk_server_stop(server);
}

START_TEST(a_body_may_come_in_pieces)
{
    static const char request[] =
        "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello "
        "world";
    int fd = wire_connect(server);

    for (size_t i = 0; i < sizeof(request) - 1; i++) {
        ck_assert(wire_send(fd, request + i, 1));
        usleep(500);
    }
    struct wire_reply reply = wire_read(fd);
    ck_assert_str_eq(reply.body, "hello world");
    ck_assert_uint_eq(wire_asked, 1);
    wire_forget(&reply);
    close(fd);
}
END_TEST

START_TEST(a_body_may_come_in_chunks)
{
    int fd = wire_connect(server);

    wire_expect(fd,
                "POST /body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                "1\r\na\r\n00A;x=y\r\nbcdefghijk\r\n0\r\nTrailer: t\r\n\r\n",
                200, "abcdefghijk");
    wire_expect(fd, "POST /body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                200, "");
    ck_assert_uint_eq(wire_asked, 2);
    close(fd);
}
END_TEST

START_TEST(a_hundred_thousand_bytes_in_chunks_arrive_in_order)
{
    char chunk[64];
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "POST /body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 5000; i++) {
        snprintf(chunk, sizeof(chunk), "14\r\n%020d\r\n", i);
        ck_assert(wire_say(fd, chunk));
    }
    ck_assert(wire_say(fd, "0\r\n\r\n"));
    struct wire_reply reply = wire_read(fd);
    ck_assert_uint_eq(reply.body_length, 100000);
    for (int i = 0; i < 5000; i++) {
        snprintf(chunk, sizeof(chunk), "%020d", i);
        ck_assert(memcmp(reply.body + 20 * (size_t)i, chunk, 20) == 0);
    }
    wire_forget(&reply);
    close(fd);
}
END_TEST

/* A POST of `size` bytes with this framing. Returns whether everything could be sent. */
static bool post(int fd, const char *field, size_t size, bool chunked)
{
    char head[256];
    char *body = mk_alloc(size);

    memset(body, 'B', size);
    snprintf(head, sizeof(head), "POST /body HTTP/1.1\r\nHost: h\r\n%s\r\n", field);
    bool sent = wire_say(fd, head);
    if (chunked) {
        snprintf(head, sizeof(head), "%zx\r\n", size);
        sent = sent && wire_say(fd, head);
    }
    sent = sent && wire_send(fd, body, size);
    if (chunked)
        sent = sent && wire_say(fd, "\r\n0\r\n\r\n");
    free(body);
    return sent;
}

START_TEST(a_body_of_exactly_the_limit_passes)
{
    int fd = wire_connect(server);

    for (int chunked = 0; chunked < 2; chunked++) {
        ck_assert(post(fd,
                       chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: 1048576\r\n",
                       MIB, chunked));
        struct wire_reply reply = wire_read(fd);
        ck_assert_int_eq(reply.status, 200);
        ck_assert_uint_eq(reply.body_length, MIB);
        ck_assert(reply.body[0] == 'B' && reply.body[MIB - 1] == 'B');
        wire_forget(&reply);
    }
    close(fd);
}
END_TEST

START_TEST(a_body_over_the_limit_is_read_and_refused)
{
    int fd = wire_connect(server);

    for (int chunked = 0; chunked < 2; chunked++) {
        ck_assert(post(fd,
                       chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: 1048577\r\n",
                       MIB + 1, chunked));
        struct wire_reply reply = wire_read(fd);
        ck_assert_int_eq(reply.status, 413);
        ck_assert(!reply.close);
        wire_forget(&reply);
    }
    ck_assert_uint_eq(wire_asked, 2);
    wire_expect(fd, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /next ");
    close(fd);
}
END_TEST

START_TEST(a_client_that_asks_first_is_told)
{
    int fd = wire_connect(server);

    wire_expect(
        fd, "POST /body HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        100, "");
    wire_expect(fd, "ok", 200, "ok");

    ck_assert(wire_say(fd, "POST /body HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                           "Content-Length: 1048577\r\n\r\n"));
    struct wire_reply reply = wire_read(fd);
    ck_assert_int_eq(reply.status, 413);
    ck_assert(reply.close);
    ck_assert(wire_ended(fd));
    wire_forget(&reply);
    close(fd);
}
END_TEST

START_TEST(a_body_without_end_is_not_waited_for)
{
    static const char *const fields[] = { "Content-Length: 16777217\r\n",
                                          "Content-Length: 9223372036854775808\r\n",
                                          "Transfer-Encoding: chunked\r\n" };

    for (size_t i = 0; i < MK_COUNT(fields); i++) {
        int fd = wire_connect(server);
        if (i < 2) {
            char head[128];
            snprintf(head, sizeof(head), "POST /body HTTP/1.1\r\nHost: h\r\n%s\r\n", fields[i]);
            ck_assert(wire_say(fd, head));
        } else {
            post(fd, fields[i], 17 * MIB, true); /* may not all go out */
        }
        struct wire_reply reply = wire_read(fd);
        ck_assert_int_eq(reply.status, 413);
        ck_assert(reply.close);
        ck_assert_str_eq(reply.body, "fault");
        wire_forget(&reply);
        close(fd);
    }
    ck_assert_uint_eq(wire_asked, MK_COUNT(fields));
}
END_TEST

Suite *server_bodies_suite(void)
{
    Suite *suite = suite_create("server_bodies");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_body_may_come_in_pieces);
    tcase_add_test(all, a_body_may_come_in_chunks);
    tcase_add_test(all, a_hundred_thousand_bytes_in_chunks_arrive_in_order);
    tcase_add_test(all, a_body_of_exactly_the_limit_passes);
    tcase_add_test(all, a_body_over_the_limit_is_read_and_refused);
    tcase_add_test(all, a_client_that_asks_first_is_told);
    tcase_add_test(all, a_body_without_end_is_not_waited_for);
    suite_add_tcase(suite, all);
    return suite;
}
