/* SPDX-License-Identifier: MIT */
/* Answers that break off on purpose. */
#include "http/server.h"

#include "support/certificate.h"
#include "support/wire.h"
#include "unit/suites.h"

#include <curl/curl.h>

static atomic_uint feeds_done;

static ptrdiff_t read_feed(void *state, char *out, size_t room, int64_t *ret_until)
{
    (void)state;
    (void)ret_until;
    memset(out, 'f', room);
    return (ptrdiff_t)room;
}

static void end_feed(void *state)
{
    (void)state;
    feeds_done++;
}

/* "/reset..." and "/half..."; with "/feed" a feed is broken off. */
static void dispatch(void *context, const struct mk_request *request, struct mk_response *response)
{
    wire_echo(context, request, response);
    if (strncmp(request->target, "/reset", 6) == 0)
        response->ending = MK_ENDING_RESET;
    if (strncmp(request->target, "/half", 5) == 0)
        response->ending = MK_ENDING_TRUNCATED;
    if (strstr(request->target, "/feed") != NULL)
        response->feed =
            (struct mk_feed){ .read = read_feed, .done = end_feed, .state = &feeds_done };
    if (strstr(request->target, "/big") == NULL)
        return;
    response->body = mk_resize(response->body, 3000000, 1);
    response->body_length = 3000000;
    memset(response->body, 'B', response->body_length);
}

static struct mk_server *server;

static void setup(void)
{
    server = wire_start((struct mk_server_config){ .dispatch = dispatch });
    feeds_done = 0;
}

static void teardown(void)
{
    mk_server_stop(server);
}

static int ask_for(const char *target)
{
    char request[128];
    int fd = wire_connect(server);

    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", target);
    ck_assert(wire_say(fd, request));
    return fd;
}

START_TEST(a_reset_comes_without_a_byte)
{
    static const char *const targets[] = { "/reset", "/reset/feed", "/reset/big" };
    char byte;

    for (size_t i = 0; i < 30; i++) {
        int fd = ask_for(targets[i % MK_COUNT(targets)]);
        ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
        ck_assert_int_eq(errno, ECONNRESET);
        close(fd);
    }
    ck_assert_uint_eq(feeds_done, 10);
}
END_TEST

START_TEST(a_reset_spares_the_answers_before)
{
    int fd = wire_connect(server);
    char byte;

    wire_expect(fd, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a ");
    ck_assert(wire_say(fd, "GET /reset HTTP/1.1\r\nHost: h\r\n\r\n"));
    ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    close(fd);
}
END_TEST

/* Half of it and not a byte more, behind a head that promises all. */
static void expect_half(const char *target, size_t whole)
{
    int fd = ask_for(target);
    struct wire_reply reply = { .bytes = mk_alloc_zero(whole + 4096, 1) };
    char length[64];

    ck_assert(!wire_gather(fd, &reply, whole + 4095));
    snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n", whole);
    ck_assert(wire_says(&reply, "HTTP/1.1 200 OK\r\n"));
    ck_assert(wire_says(&reply, "\r\nX-Copy: copied\r\n"));
    ck_assert_msg(wire_says(&reply, length), "%s", reply.bytes);
    const char *body = strstr(reply.bytes, "\r\n\r\n") + 4;
    ck_assert_uint_eq(reply.length - (size_t)(body - reply.bytes), whole / 2);
    ck_assert(wire_ended(fd));
    wire_forget(&reply);
    close(fd);
}

START_TEST(half_an_answer_ends_after_its_half)
{
    expect_half("/half", strlen("GET /half authorization=- type=- repeated=0 length=0"));
    expect_half("/half/big", 3000000);
}
END_TEST

START_TEST(half_a_feed_is_a_head)
{
    int fd = ask_for("/half/feed");
    char byte;

    struct wire_reply reply = wire_read(fd);
    ck_assert_int_eq(reply.status, 200);
    ck_assert(wire_says(&reply, "\r\nTransfer-Encoding: chunked\r\n"));
    wire_forget(&reply);
    ck_assert_int_eq(recv(fd, &byte, 1, 0), 0);
    close(fd);
    ck_assert_uint_eq(feeds_done, 1);
}
END_TEST

START_TEST(libcurl_sees_what_is_wrong)
{
    static const struct {
        const char *target;
        CURLcode code;
    } cases[] = { { "/fine", CURLE_OK },
                  { "/reset", CURLE_RECV_ERROR },
                  { "/half", CURLE_PARTIAL_FILE },
                  { "/half/big", CURLE_PARTIAL_FILE },
                  { "/half/feed", CURLE_PARTIAL_FILE },
                  { "/fine", CURLE_OK } };
    struct certificate made = certificate_make();
    struct mk_server *tls = wire_start((struct mk_server_config){
        .dispatch = dispatch, .tls_cert = made.certificate, .tls_key = made.key });
    FILE *nowhere = fopen("/dev/null", "w");
    char url[96];

    for (size_t i = 0; i < 2 * MK_COUNT(cases); i++) {
        bool is_tls = i >= MK_COUNT(cases);
        CURL *curl = curl_easy_init();
        snprintf(url, sizeof(url), "%s://127.0.0.1:%u%s", is_tls ? "https" : "http",
                 mk_server_port(is_tls ? tls : server), cases[i % MK_COUNT(cases)].target);
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WIRE_PATIENCE_SECONDS);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, nowhere);
        CURLcode code = curl_easy_perform(curl);
        ck_assert_msg(code == cases[i % MK_COUNT(cases)].code, "%s: %s", url,
                      curl_easy_strerror(code));
        curl_easy_cleanup(curl);
    }
    fclose(nowhere);
    curl_global_cleanup();
    mk_server_stop(tls);
    certificate_forget(&made);
}
END_TEST

/* There is no reset on a unix socket: it just ends. */
START_TEST(a_unix_socket_ends)
{
    char folder[] = "/tmp/mk-endings-XXXXXX";
    char address[80];
    char byte;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(address, sizeof(address), "unix:%s/socket", folder);
    struct mk_server *local =
        wire_start((struct mk_server_config){ .listen = address, .dispatch = dispatch });
    int fd = wire_try_path(address + 5);
    ck_assert(wire_say(fd, "GET /reset HTTP/1.1\r\nHost: h\r\n\r\n"));
    ck_assert_int_le(recv(fd, &byte, 1, 0), 0);
    close(fd);
    mk_server_stop(local);
    rmdir(folder);
}
END_TEST

Suite *server_endings_suite(void)
{
    Suite *suite = suite_create("server_endings");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_reset_comes_without_a_byte);
    tcase_add_test(all, a_reset_spares_the_answers_before);
    tcase_add_test(all, half_an_answer_ends_after_its_half);
    tcase_add_test(all, half_a_feed_is_a_head);
    tcase_add_test(all, libcurl_sees_what_is_wrong);
    tcase_add_test(all, a_unix_socket_ends);
    suite_add_tcase(suite, all);
    return suite;
}
