/* SPDX-License-Identifier: MIT */
/* The bodies of requests. */
#include "http/server.h"

#include "support/wire.h"
#include "unit/suites.h"

#define MIB ((size_t)1 << 20)

static struct mk_server *server;
static atomic_uint limit_asked;

/* A PUT of a body may be longer than others. */
static size_t body_max(void *context, enum mk_method method, const char *target)
{
    (void)context;
    limit_asked++;
    return method == MK_PUT && strcmp(target, "/body") == 0 ? 20 * MIB : MK_BODY_MAX;
}

static void setup(void)
{
    server = wire_start((struct mk_server_config){ .threads = 1 });
    wire_asked = 0;
}

static void setup_with_limits(void)
{
    server = wire_start((struct mk_server_config){ .threads = 1, .body_max = body_max });
    wire_asked = 0;
    limit_asked = 0;
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

/* A body of `size` bytes with this framing. Returns whether everything could be sent. */
static bool send_body(int fd, const char *method, const char *field, size_t size, bool chunked)
{
    char head[256];
    char *body = mk_alloc(size);

    memset(body, 'B', size);
    snprintf(head, sizeof(head), "%s /body HTTP/1.1\r\nHost: h\r\n%s\r\n", method, field);
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

static bool post(int fd, const char *field, size_t size, bool chunked)
{
    return send_body(fd, "POST", field, size, chunked);
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

/* A body of `size` bytes, framed both ways; the answer is left to be read. */
static void put(int fd, size_t size, bool chunked)
{
    char field[64] = "Transfer-Encoding: chunked\r\n";

    if (!chunked)
        snprintf(field, sizeof(field), "Content-Length: %zu\r\n", size);
    send_body(fd, "PUT", field, size, chunked);
}

START_TEST(a_route_may_take_more)
{
    static const size_t sizes[] = { 10, MIB + 1, 17 * MIB, 20 * MIB };
    int fd = wire_connect(server);

    for (size_t i = 0; i < 2 * MK_COUNT(sizes); i++) {
        size_t size = sizes[i / 2];
        put(fd, size, i % 2 == 1);
        struct wire_reply reply = wire_read(fd);
        ck_assert_int_eq(reply.status, 200);
        ck_assert_uint_eq(reply.body_length, size);
        ck_assert(reply.body[0] == 'B' && reply.body[size / 2] == 'B' &&
                  memcmp(reply.body, reply.body + 1, size - 1) == 0);
        ck_assert(!reply.close);
        wire_forget(&reply);
    }
    ck_assert_uint_eq(limit_asked, 6); /* once for each long one */
    close(fd);
}
END_TEST

START_TEST(a_route_takes_no_more_than_its_limit)
{
    for (int chunked = 0; chunked < 2; chunked++) {
        int fd = wire_connect(server);
        put(fd, 20 * MIB + 1, chunked);
        struct wire_reply reply = wire_read(fd);
        ck_assert_int_eq(reply.status, 413);
        wire_forget(&reply);
        close(fd);
    }
    ck_assert_uint_eq(wire_asked, 2);
}
END_TEST

START_TEST(other_routes_take_no_more_than_before)
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
    wire_expect(fd, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /next ");
    close(fd);
}
END_TEST

/* Pages of address space of this process. */
static unsigned long count_pages(void)
{
    char text[64] = "";
    FILE *file = fopen("/proc/self/statm", "r");

    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
    fclose(file);
    return strtoul(text, NULL, 10);
}

START_TEST(memory_is_for_what_has_come)
{
    enum { CLIENTS = 40 };
    int fds[CLIENTS];
    int good = wire_connect(server);

    wire_expect(good, "GET /good HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /good ");
    unsigned long before = count_pages();
    for (size_t i = 0; i < CLIENTS; i++) {
        fds[i] = wire_connect(server);
        ck_assert(wire_say(fds[i], "PUT /body HTTP/1.1\r\nHost: h\r\nContent-Length: 20971520\r\n"
                                   "\r\nabc"));
        wire_expect(good, "GET /good HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /good ");
    }
    size_t grown = (count_pages() - before) * (size_t)sysconf(_SC_PAGESIZE);
    ck_assert_msg(grown < 100 * MIB, "%zu bytes", grown);
    for (size_t i = 0; i < CLIENTS; i++)
        close(fds[i]);
    close(good);
}
END_TEST

Suite *server_bodies_suite(void)
{
    Suite *suite = suite_create("server_bodies");
    TCase *all = tcase_create("all");
    TCase *limits = tcase_create("limits of routes");

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

    tcase_set_timeout(limits, 60);
    tcase_add_checked_fixture(limits, setup_with_limits, teardown);
    tcase_add_test(limits, a_route_may_take_more);
    tcase_add_test(limits, a_route_takes_no_more_than_its_limit);
    tcase_add_test(limits, other_routes_take_no_more_than_before);
    tcase_add_test(limits, memory_is_for_what_has_come);
    suite_add_tcase(suite, limits);
    return suite;
}
