/* SPDX-License-Identifier: MIT */
/*
 * A stop while clients are at work: whatever reached the server is answered, whole.
 */
#include "http/server.h"

#include "base/clock.h"
#include "support/certificate.h"
#include "support/wire.h"
#include "unit/suites.h"

#include <curl/curl.h>
#include <pthread.h>

enum { CLIENTS = 16 };

static void pause_ms(unsigned milliseconds)
{
    usleep(milliseconds * 1000);
}

/* Stops a server from a thread of its own. */
struct stopper {
    struct mk_server *server;
    pthread_t thread;
    int64_t took;
};

static void *run_stopper(void *argument)
{
    struct stopper *stopper = argument;
    int64_t start = mk_monotonic_now();

    mk_server_stop(stopper->server);
    stopper->took = mk_monotonic_now() - start;
    return NULL;
}

static void begin_stop(struct stopper *stopper, struct mk_server *server)
{
    stopper->server = server;
    ck_assert_int_eq(pthread_create(&stopper->thread, NULL, run_stopper, stopper), 0);
}

static void end_stop(struct stopper *stopper)
{
    pthread_join(stopper->thread, NULL);
}

START_TEST(a_stop_without_clients_is_quick)
{
    struct stopper stopper;

    begin_stop(&stopper, wire_start((struct mk_server_config){ .threads = 2 }));
    end_stop(&stopper);
    ck_assert(stopper.took < 3 * MK_SECOND);
}
END_TEST

START_TEST(idle_connections_end_in_order)
{
    struct mk_server *server = wire_start((struct mk_server_config){ .threads = 1 });
    struct stopper stopper;
    int fresh = wire_connect(server);
    int used = wire_connect(server);

    wire_expect(used, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a ");
    begin_stop(&stopper, server);
    ck_assert(wire_ended(fresh));
    ck_assert(wire_ended(used));
    end_stop(&stopper);
    ck_assert(stopper.took < 3 * MK_SECOND);
    close(fresh);
    close(used);
}
END_TEST

START_TEST(requests_under_way_are_finished)
{
    struct mk_server *server = wire_start((struct mk_server_config){ .threads = 1 });
    struct stopper stopper;
    int head = wire_connect(server);
    int body = wire_connect(server);
    int large = wire_connect(server);

    ck_assert(wire_say(head, "GET /head HTTP/1.1\r\n"));
    ck_assert(wire_say(body, "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"));
    ck_assert(wire_say(large, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    pause_ms(100);
    begin_stop(&stopper, server);
    pause_ms(700);

    ck_assert(wire_say(head, "Host: h\r\n\r\n"));
    struct wire_reply reply = wire_read(head);
    ck_assert_int_eq(reply.status, 200);
    ck_assert(reply.close);
    ck_assert(wire_ended(head));
    wire_forget(&reply);

    ck_assert(wire_say(body, "cd"));
    reply = wire_read(body);
    ck_assert_str_eq(reply.body, "abcd");
    ck_assert(reply.close);
    wire_forget(&reply);

    reply = wire_read(large);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(reply.body_length, (size_t)8 << 20);
    wire_forget(&reply);
    end_stop(&stopper);
    close(head);
    close(body);
    close(large);
}
END_TEST

START_TEST(a_stop_does_not_wait_for_ever)
{
    struct mk_server *server = wire_start((struct mk_server_config){ .stop_seconds = 1 });
    struct stopper stopper;
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"));
    pause_ms(50);
    begin_stop(&stopper, server);
    end_stop(&stopper);
    ck_assert(stopper.took >= MK_SECOND);
    ck_assert(stopper.took < 5 * MK_SECOND);
    close(fd);
}
END_TEST

/* Clients that work without a pause until nobody listens any more, and what became of them. */
struct load {
    unsigned port;
    const char *path; /* of a unix socket; NULL: the port */
    atomic_uint answered;
    atomic_uint lost;    /* sent on a fresh connection, and not a byte came back */
    atomic_uint cut;     /* only part of an answer came back */
    atomic_uint refused; /* an idle connection ended while a request was on its way */
    pthread_t threads[CLIENTS];
};

static int load_connect(const struct load *load)
{
    return load->path != NULL ? wire_try_path(load->path) : wire_try_port(load->port);
}

/* Returns whether the connection can be used again. */
static bool load_request(struct load *load, int fd, unsigned number)
{
    char request[128];
    char body[32];

    snprintf(request, sizeof(request),
             "POST /%u HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"
             "12345",
             number);
    snprintf(body, sizeof(body), "POST /%u ", number);
    wire_say(fd, request);
    struct wire_reply reply = wire_read(fd);
    if (reply.status == 200 && strncmp(reply.body, body, strlen(body)) == 0)
        load->answered++;
    else if (reply.status != 0)
        load->cut++;
    else if (number == 0)
        load->lost++;
    else
        load->refused++;
    bool again = reply.status == 200 && !reply.close;
    wire_forget(&reply);
    return again;
}

static void *run_load(void *argument)
{
    struct load *load = argument;
    int fd;

    while ((fd = load_connect(load)) >= 0) {
        for (unsigned number = 0; load_request(load, fd, number); number++)
            ;
        close(fd);
    }
    return NULL;
}

static void stop_under_load(struct mk_server_config config, unsigned milliseconds)
{
    struct mk_server *server = wire_start(config);
    struct load load = { .port = mk_server_port(server) };

    if (load.port == 0)
        load.path = config.listen + 5;
    for (size_t i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_create(&load.threads[i], NULL, run_load, &load), 0);
    pause_ms(milliseconds);
    int64_t start = mk_monotonic_now();
    mk_server_stop(server);
    int64_t took = mk_monotonic_now() - start;
    for (size_t i = 0; i < CLIENTS; i++)
        pthread_join(load.threads[i], NULL);
    ck_assert_msg(load.cut == 0 && load.lost == 0, "%u answered, %u cut, %u lost, %u refused",
                  load.answered, load.cut, load.lost, load.refused);
    ck_assert_uint_gt(load.answered, 0);
    ck_assert(took < 4 * MK_SECOND);
}

START_TEST(no_answer_is_cut_under_load)
{
    for (unsigned i = 0; i < 2; i++)
        stop_under_load((struct mk_server_config){ .threads = (unsigned)_i }, 20 + 30 * i);
}
END_TEST

START_TEST(no_answer_is_cut_on_a_unix_socket)
{
    char folder[] = "/tmp/mk-stop-XXXXXX";
    char address[80];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(address, sizeof(address), "unix:%s/socket", folder);
    for (unsigned i = 0; i < 2; i++)
        stop_under_load((struct mk_server_config){ .threads = i % 2 + 1, .listen = address },
                        20 + 30 * i);
    rmdir(folder);
}
END_TEST

static size_t drop_bytes(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void *run_tls_load(void *argument)
{
    struct load *load = argument;
    char url[64];
    CURLcode code;
    CURL *curl = curl_easy_init();

    snprintf(url, sizeof(url), "https://127.0.0.1:%u/x", load->port);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WIRE_PATIENCE_SECONDS);
    curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_bytes);
    while ((code = curl_easy_perform(curl)) == CURLE_OK)
        load->answered++;
    if (code == CURLE_PARTIAL_FILE)
        load->cut++;
    else if (code != CURLE_COULDNT_CONNECT)
        load->lost++;
    curl_easy_cleanup(curl);
    return NULL;
}

START_TEST(no_answer_is_cut_behind_tls)
{
    struct certificate made = certificate_make();
    struct mk_server *server =
        wire_start((struct mk_server_config){ .tls_cert = made.certificate, .tls_key = made.key });
    struct load load = { .port = mk_server_port(server) };

    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&load.threads[i], NULL, run_tls_load, &load), 0);
    while (load.answered < 50)
        pause_ms(20);
    mk_server_stop(server);
    for (size_t i = 0; i < 4; i++)
        pthread_join(load.threads[i], NULL);
    ck_assert_msg(load.cut == 0 && load.lost == 0, "%u answered, %u cut, %u lost", load.answered,
                  load.cut, load.lost);
    ck_assert_uint_gt(load.answered, 0);
    curl_global_cleanup();
    certificate_forget(&made);
}
END_TEST

Suite *server_stop_suite(void)
{
    Suite *suite = suite_create("server_stop");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_test(all, a_stop_without_clients_is_quick);
    tcase_add_test(all, idle_connections_end_in_order);
    tcase_add_test(all, requests_under_way_are_finished);
    tcase_add_test(all, a_stop_does_not_wait_for_ever);
    tcase_add_loop_test(all, no_answer_is_cut_under_load, 1, 3);
    tcase_add_test(all, no_answer_is_cut_on_a_unix_socket);
    tcase_add_test(all, no_answer_is_cut_behind_tls);
    suite_add_tcase(suite, all);
    return suite;
}
