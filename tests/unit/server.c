/* SPDX-License-Identifier: MIT */
#include "http/server.h"

#include "support/wire.h"
#include "unit/suites.h"

#include <curl/curl.h>

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

START_TEST(a_connection_carries_many_requests)
{
    int fd = wire_connect(server);

    wire_expect(fd, "GET /a HTTP/1.1\r\nHost: h\r\nAuthorization: one\r\n\r\n", 200,
                "GET /a authorization=one type=- repeated=0 length=0");
    wire_expect(fd,
                "PATCH /b HTTP/1.1\r\nhost: h\r\nCONTENT-TYPE: t\r\nContent-Length: 3\r\n\r\nabc",
                200, "PATCH /b authorization=- type=t repeated=0 length=3");
    wire_expect(fd, "BREW /c HTTP/1.1\r\nHost: h\r\n\r\n", 200, "OTHER /c authorization=- type=- ");
    ck_assert_uint_eq(wire_asked, 3);
    close(fd);
}
END_TEST

START_TEST(an_answer_has_its_headers)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct wire_reply reply = wire_read(fd);
    ck_assert(wire_says(&reply, "HTTP/1.1 200 OK\r\n"));
    ck_assert(wire_says(&reply, "\r\nDate: "));
    ck_assert(wire_says(&reply, "\r\nContent-Type: text/plain\r\n"));
    ck_assert(wire_says(&reply, "\r\nX-Literal: yes\r\n"));
    ck_assert(wire_says(&reply, "\r\nX-Copy: copied\r\n"));
    ck_assert(!reply.close);
    wire_forget(&reply);
    close(fd);
}
END_TEST

START_TEST(head_has_the_length_and_no_body)
{
    static const char body[] = "HEAD /ab authorization=- type=- repeated=0 length=0";
    char length[64];
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "HEAD /ab HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct wire_reply reply = wire_read_as(fd, true);
    ck_assert_int_eq(reply.status, 200);
    snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n", strlen(body));
    ck_assert(wire_says(&reply, length));
    wire_forget(&reply);
    wire_expect(fd, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /next ");
    close(fd);
}
END_TEST

START_TEST(no_content_has_neither_type_nor_length)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "DELETE /empty HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct wire_reply reply = wire_read(fd);
    ck_assert_int_eq(reply.status, 204);
    ck_assert(!wire_says(&reply, "Content-"));
    ck_assert(!wire_says(&reply, "Transfer-Encoding"));
    wire_forget(&reply);
    wire_expect(fd, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /next ");
    close(fd);
}
END_TEST

START_TEST(requests_may_come_all_at_once)
{
    int fd = wire_connect(server);
    char expected[32];

    ck_assert(wire_say(fd, "GET /0 HTTP/1.1\r\nHost: h\r\n\r\n"
                           "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy"
                           "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));
    for (int i = 0; i < 3; i++) {
        struct wire_reply reply = wire_read(fd);
        snprintf(expected, sizeof(expected), "%s /%d ", i == 1 ? "POST" : "GET", i);
        ck_assert_msg(strncmp(reply.body, expected, strlen(expected)) == 0, "%s", reply.body);
        wire_forget(&reply);
    }
    close(fd);
}
END_TEST

START_TEST(the_first_of_repeated_fields_counts)
{
    char expected[128];
    int fd = wire_connect(server);

    snprintf(expected, sizeof(expected), "POST /a authorization=one type=- repeated=%u length=2",
             1u << MK_HEADER_AUTHORIZATION | 1u << MK_HEADER_CONTENT_LENGTH);
    ck_assert(wire_say(fd,
                       "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nAuthorization: one\r\n"
                       "authorization: two\r\nContent-Length: 3\r\n\r\nabGET /b"));
    struct wire_reply reply = wire_read(fd);
    ck_assert_str_eq(reply.body, expected);
    ck_assert(reply.close); /* where the next request begins, nobody knows */
    wire_forget(&reply);
    close(fd);
}
END_TEST

START_TEST(the_target_arrives_as_it_was_sent)
{
    static const char *const targets[] = {
        "/", "/a%2Fb%00c/%zz?x=%41&y=+&&z#f", "http://h/p?q", "*", "/?", "/?a=b",
    };
    char request[256];
    char expected[256];
    int fd = wire_connect(server);

    for (size_t i = 0; i < MK_COUNT(targets); i++) {
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", targets[i]);
        snprintf(expected, sizeof(expected), "GET %s authorization=", targets[i]);
        wire_expect(fd, request, 200, expected);
    }
    close(fd);
}
END_TEST

/* libmicrohttpd would run out of memory for them and then of patience. */
START_TEST(a_thousand_query_arguments_are_fine)
{
    char request[8192];
    int fd = wire_connect(server);

    memset(request, 0, sizeof(request));
    memcpy(request, "GET /?", 6);
    for (size_t i = 0; i < 3000; i++)
        memcpy(request + 6 + 2 * i, "a&", 2);
    memcpy(request + 6006, " HTTP/1.1\r\nHost: h\r\n\r\n", 23);
    wire_expect(fd, request, 200, "GET /?a&a&a&a");
    wire_expect(fd, request, 200, "GET /?a&a&a&a");
    close(fd);
}
END_TEST

START_TEST(what_is_not_http_is_refused)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na",
    };

    for (size_t i = 0; i < MK_COUNT(requests); i++) {
        int fd = wire_connect(server);
        ck_assert(wire_say(fd, requests[i]));
        struct wire_reply reply = wire_read(fd);
        ck_assert_msg(reply.status == 400 && reply.close, "%s", requests[i]);
        ck_assert_str_eq(reply.body, "fault");
        wire_forget(&reply);
        close(fd);
    }
    ck_assert_uint_eq(wire_asked, MK_COUNT(requests));
}
END_TEST

START_TEST(a_length_beside_chunks_ends_the_connection)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "POST /body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                           "Content-Length: 99\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
    struct wire_reply reply = wire_read(fd);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.body, "abc");
    ck_assert(reply.close);
    wire_forget(&reply);
    close(fd);
}
END_TEST

START_TEST(a_client_may_end_the_connection)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"
    };

    for (size_t i = 0; i < MK_COUNT(requests); i++) {
        int fd = wire_connect(server);
        wire_expect(fd, requests[i], 200, "GET / ");
        ck_assert(wire_ended(fd));
        close(fd);
    }
}
END_TEST

/* Nothing to see from here: the sanitizers and valgrind look. */
START_TEST(clients_that_vanish_leave_nothing_behind)
{
    static const char *const parts[] = {
        "",
        "GE",
        "GET / HTTP/1.1\r\nHo",
        "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\nabc",
        "POST /body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "GET /large HTTP/1.1\r\nHost: h\r\n\r\n",
    };
    struct linger reset = { .l_onoff = 1 };

    for (size_t i = 0; i < 2 * MK_COUNT(parts); i++) {
        int fd = wire_connect(server);
        ck_assert(wire_say(fd, parts[i / 2]));
        if (i % 2 == 1)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        usleep(2000);
        close(fd);
    }
    int fd = wire_connect(server);
    wire_expect(fd, "GET /after HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /after ");
    close(fd);
}
END_TEST

/* More at a time than libmicrohttpd takes events from the kernel (128). */
START_TEST(three_hundred_connections_are_all_answered)
{
    enum { CONNECTIONS = 300, ROUNDS = 10 };
    int fds[CONNECTIONS];

    for (int i = 0; i < CONNECTIONS; i++)
        fds[i] = wire_connect(server);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CONNECTIONS; i++)
            ck_assert(wire_say(fds[i], "GET /r HTTP/1.1\r\nHost: h\r\n\r\n"));
        for (int i = 0; i < CONNECTIONS; i++)
            wire_expect(fds[i], "", 200, "GET /r ");
    }
    for (int i = 0; i < CONNECTIONS; i++)
        close(fds[i]);
    ck_assert_uint_eq(wire_asked, CONNECTIONS * ROUNDS);
}
END_TEST

static size_t count_bytes(char *bytes, size_t size, size_t count, void *total)
{
    (void)bytes;
    *(size_t *)total += size * count;
    return size * count;
}

START_TEST(libcurl_is_served)
{
    static const struct {
        size_t size;
        long status;
        size_t body;
    } bodies[] = { { 0, 200, 0 },       { 5, 200, 5 },       { MIB, 200, MIB },
                   { MIB + 1, 413, 5 }, { 3 * MIB, 413, 5 }, { 20, 200, 20 } };
    char *body = mk_alloc_zero(3 * MIB, 1);
    char url[64];
    long status;

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/body", mk_server_port(server));
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WIRE_PATIENCE_SECONDS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    for (size_t i = 0; i < MK_COUNT(bodies); i++) {
        size_t total = 0;
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)bodies[i].size);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &total);
        ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        ck_assert_int_eq(status, bodies[i].status);
        ck_assert_uint_eq(total, bodies[i].body);
    }
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    free(body);
}
END_TEST

Suite *server_suite(void)
{
    Suite *suite = suite_create("server");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_connection_carries_many_requests);
    tcase_add_test(all, an_answer_has_its_headers);
    tcase_add_test(all, head_has_the_length_and_no_body);
    tcase_add_test(all, no_content_has_neither_type_nor_length);
    tcase_add_test(all, requests_may_come_all_at_once);
    tcase_add_test(all, the_first_of_repeated_fields_counts);
    tcase_add_test(all, the_target_arrives_as_it_was_sent);
    tcase_add_test(all, a_thousand_query_arguments_are_fine);
    tcase_add_test(all, what_is_not_http_is_refused);
    tcase_add_test(all, a_length_beside_chunks_ends_the_connection);
    tcase_add_test(all, a_client_may_end_the_connection);
    tcase_add_test(all, clients_that_vanish_leave_nothing_behind);
    tcase_add_test(all, three_hundred_connections_are_all_answered);
    tcase_add_test(all, libcurl_is_served);
    suite_add_tcase(suite, all);
    return suite;
}
