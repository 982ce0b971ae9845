/* SPDX-License-Identifier: MIT */
#include "http/listen.h"

#include "http/probe.h"
#include "support/certificate.h"
#include "support/wire.h"
#include "unit/suites.h"

#include <sys/stat.h>

#define HELLO "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"

static char folder[32];
static char path[64];
static char unix_address[80];

static void setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/mk-listen-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    snprintf(unix_address, sizeof(unix_address), "unix:%s", path);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
}

static struct mk_server *start(const char *listen, unsigned threads)
{
    return wire_start((struct mk_server_config){ .listen = listen, .threads = threads });
}

/* Asserts that no server starts, and why. */
static void refuse(const struct mk_server_config *wanted, const char *expected)
{
    char error[MK_SERVER_ERROR_SIZE] = "";
    struct mk_server_config config = *wanted;

    config.dispatch = wire_echo;
    ck_assert_ptr_null(mk_server_start(&config, error));
    ck_assert_msg(strstr(error, expected) != NULL, "%s", error);
    ck_assert_ptr_null(strchr(error, '\n'));
}

static void refuse_address(const char *listen, unsigned threads, const char *expected)
{
    refuse(&(struct mk_server_config){ .listen = listen, .threads = threads }, expected);
}

static void greet(int fd)
{
    ck_assert_int_ge(fd, 0);
    wire_expect(fd, HELLO, 200, "GET /hello ");
    close(fd);
}

static bool have_v6(void)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool have = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

    close(fd);
    return have;
}

START_TEST(localhost_is_both_families_on_one_port)
{
    char expected[32];
    struct mk_server *server = start("localhost:0", (unsigned)_i);

    snprintf(expected, sizeof(expected), "localhost:%u", mk_server_port(server));
    ck_assert_str_eq(mk_server_address(server), expected);
    greet(wire_try_port(mk_server_port(server)));
    if (have_v6())
        greet(wire_try_port6(mk_server_port(server)));
    mk_server_stop(server);
}
END_TEST

START_TEST(one_family_can_be_chosen)
{
    struct mk_server *server = start("127.0.0.1:0", 1);

    greet(wire_try_port(mk_server_port(server)));
    if (have_v6())
        ck_assert_int_lt(wire_try_port6(mk_server_port(server)), 0);
    ck_assert(strncmp(mk_server_address(server), "127.0.0.1:", 10) == 0);
    mk_server_stop(server);

    if (!have_v6())
        return;
    server = start("[::1]:0", 1);
    greet(wire_try_port6(mk_server_port(server)));
    ck_assert_int_lt(wire_try_port(mk_server_port(server)), 0);
    ck_assert(strncmp(mk_server_address(server), "[::1]:", 6) == 0);
    mk_server_stop(server);
}
END_TEST

START_TEST(all_addresses_can_be_listened_on)
{
    struct mk_server *server = start("0.0.0.0:0", 1);

    greet(wire_try_port(mk_server_port(server)));
    mk_server_stop(server);
    if (!have_v6())
        return;
    server = start("[::]:0", 1);
    greet(wire_try_port(mk_server_port(server)));
    greet(wire_try_port6(mk_server_port(server)));
    mk_server_stop(server);
}
END_TEST

START_TEST(a_taken_port_is_refused)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1", "0.0.0.0" };
    char address[64];
    unsigned threads = (unsigned)_i;

    for (size_t i = 0; i < MK_COUNT(hosts); i++) {
        struct mk_server *server = start("127.0.0.1:0", threads);
        snprintf(address, sizeof(address), "%s:%u", hosts[i], mk_server_port(server));
        refuse_address(address, 1, "address already in use");
        refuse_address(address, 2, "address already in use");
        ck_assert_int_eq(mk_server_stopping(server), false);
        greet(wire_try_port(mk_server_port(server)));
        mk_server_stop(server);
    }
}
END_TEST

START_TEST(a_port_taken_in_one_family_only_is_refused)
{
    char address[64];

    if (!have_v6())
        return;
    struct mk_server *server = start("[::1]:0", 1);
    snprintf(address, sizeof(address), "localhost:%u", mk_server_port(server));
    refuse_address(address, 1, address);
    refuse_address(address, 1, "address already in use");
    mk_server_stop(server);
}
END_TEST

START_TEST(a_port_is_free_again_at_once)
{
    char address[64];
    struct mk_server *server = start("localhost:0", 2);

    snprintf(address, sizeof(address), "%s", mk_server_address(server));
    for (int i = 0; i < 3; i++) {
        greet(wire_try_port(mk_server_port(server)));
        mk_server_stop(server);
        server = start(address, (unsigned)i % 2 + 1);
    }
    mk_server_stop(server);
}
END_TEST

START_TEST(several_threads_share_the_work)
{
    enum { CONNECTIONS = 200, ROUNDS = 5 };
    int fds[CONNECTIONS];
    struct mk_server *server = start("localhost:0", 3);

    wire_asked = 0;
    for (int i = 0; i < CONNECTIONS; i++)
        fds[i] = wire_connect(server);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CONNECTIONS; i++)
            ck_assert(wire_say(fds[i], HELLO));
        for (int i = 0; i < CONNECTIONS; i++)
            wire_expect(fds[i], "", 200, "GET /hello ");
    }
    for (int i = 0; i < CONNECTIONS; i++)
        close(fds[i]);
    ck_assert_uint_eq(wire_asked, CONNECTIONS * ROUNDS);
    mk_server_stop(server);
}
END_TEST

START_TEST(what_cannot_be_bound_is_explained)
{
    char long_path[160];

    memset(long_path, 'p', sizeof(long_path));
    memcpy(long_path, "unix:", 5);
    long_path[sizeof(long_path) - 1] = '\0';
    refuse_address("8080", 1, "8080: not a listen address");
    refuse_address("192.0.2.1:0", 1, "this machine has no such address");
    refuse_address("[1::2::3]:0", 1, "[1::2::3]:0: Name or service not known");
    refuse_address("unix:/no/such/folder/socket", 1, "No such file or directory");
    refuse_address(long_path, 1, "at most 107 bytes");
    if (geteuid() != 0)
        refuse_address("127.0.0.1:1", 1, "permission denied");
}
END_TEST

START_TEST(a_unix_socket_is_served_and_removed)
{
    struct stat file;
    struct mk_server *server = start(unix_address, (unsigned)_i);

    ck_assert_str_eq(mk_server_address(server), unix_address);
    ck_assert_uint_eq(mk_server_port(server), 0);
    for (int i = 0; i < 20; i++)
        greet(wire_try_path(path));
    mk_server_stop(server);
    ck_assert_int_ne(lstat(path, &file), 0);
}
END_TEST

START_TEST(a_live_unix_socket_is_in_use)
{
    struct mk_server *server = start(unix_address, 1);

    refuse_address(unix_address, 1, "address already in use");
    greet(wire_try_path(path));
    mk_server_stop(server);
}
END_TEST

START_TEST(the_socket_of_a_dead_server_is_replaced)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    struct mk_server *server = start(unix_address, 1);
    greet(wire_try_path(path));
    mk_server_stop(server);
}
END_TEST

START_TEST(a_file_that_is_no_socket_of_ours_stays)
{
    struct stat file;
    FILE *precious = fopen(path, "w");

    ck_assert_ptr_nonnull(precious);
    fclose(precious);
    refuse_address(unix_address, 1, "this file is not a socket");
    ck_assert_int_eq(lstat(path, &file), 0);
    unlink(path);

    struct mk_server *server = start(unix_address, 1);
    unlink(path);
    precious = fopen(path, "w");
    ck_assert_ptr_nonnull(precious);
    fclose(precious);
    mk_server_stop(server);
    ck_assert_int_eq(lstat(path, &file), 0);
}
END_TEST

/* The status and, when it is 0, the reason. */
static long probe(const struct mk_server *server, const char *scheme, const char *unix_path)
{
    char url[64];
    char error[MK_PROBE_ERROR_SIZE] = "";

    snprintf(url, sizeof(url), "%s://127.0.0.1:%u/livez", scheme, mk_server_port(server));
    if (unix_path != NULL)
        snprintf(url, sizeof(url), "http://localhost/livez");
    long status = mk_probe_get(url, unix_path, error);
    ck_assert_msg((status == 0) == (error[0] != '\0'), "%ld %s", status, error);
    return status;
}

START_TEST(the_health_check_sees_a_server)
{
    char error[MK_PROBE_ERROR_SIZE] = "";
    struct mk_server *server = start("127.0.0.1:0", 1);

    ck_assert_int_eq(probe(server, "http", NULL), 200);
    ck_assert_int_eq(probe(server, "https", NULL), 0);
    mk_server_stop(server);
    server = start(unix_address, 1);
    ck_assert_int_eq(probe(server, "http", path), 200);
    mk_server_stop(server);
    ck_assert_int_eq(mk_probe_get("http://127.0.0.1:1/", NULL, error), 0);
    ck_assert_str_ne(error, "");
}
END_TEST

START_TEST(tls_is_spoken)
{
    struct certificate made = certificate_make();
    struct mk_server *server =
        wire_start((struct mk_server_config){ .tls_cert = made.certificate, .tls_key = made.key });

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(probe(server, "https", NULL), 200);
    ck_assert_int_eq(probe(server, "http", NULL), 0);
    mk_server_stop(server);
    certificate_forget(&made);
}
END_TEST

START_TEST(a_handshake_that_stands_still_is_dropped)
{
    struct certificate made = certificate_make();
    struct mk_server *server = wire_start((struct mk_server_config){
        .tls_cert = made.certificate, .tls_key = made.key, .idle_seconds = 2 });
    int silent = wire_connect(server);
    int half = wire_connect(server);
    int wrong = wire_connect(server);
    char bytes[64];

    ck_assert(wire_say(half, "\x16\x03\x01\x02"));
    ck_assert(wire_say(wrong, HELLO));
    while (recv(wrong, bytes, sizeof(bytes), 0) > 0)
        ;
    ck_assert_int_eq(probe(server, "https", NULL), 200);
    while (recv(half, bytes, sizeof(bytes), 0) > 0)
        ;
    ck_assert(wire_ended(silent));
    close(silent);
    close(half);
    close(wrong);
    mk_server_stop(server);
    certificate_forget(&made);
}
END_TEST

START_TEST(a_bad_certificate_or_key_is_explained)
{
    struct certificate made = certificate_make();
    struct certificate other = certificate_make();
    struct mk_server_config config = { .listen = "127.0.0.1:0" };

    config.tls_cert = made.certificate;
    refuse(&config, "TLS needs a certificate and a key");
    config.tls_key = other.key;
    refuse(&config, "the TLS key does not belong to the certificate");
    config.tls_key = made.certificate;
    refuse(&config, "not an unencrypted PEM private key");
    config.tls_cert = made.key;
    config.tls_key = made.key;
    refuse(&config, "not a PEM certificate");
    config.tls_cert = "";
    refuse(&config, "not a PEM certificate");
    certificate_forget(&made);
    certificate_forget(&other);
}
END_TEST

Suite *server_listen_suite(void)
{
    Suite *suite = suite_create("server_listen");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, localhost_is_both_families_on_one_port, 1, 3);
    tcase_add_test(all, one_family_can_be_chosen);
    tcase_add_test(all, all_addresses_can_be_listened_on);
    tcase_add_loop_test(all, a_taken_port_is_refused, 1, 3);
    tcase_add_test(all, a_port_taken_in_one_family_only_is_refused);
    tcase_add_test(all, a_port_is_free_again_at_once);
    tcase_add_test(all, several_threads_share_the_work);
    tcase_add_test(all, what_cannot_be_bound_is_explained);
    tcase_add_loop_test(all, a_unix_socket_is_served_and_removed, 1, 3);
    tcase_add_test(all, a_live_unix_socket_is_in_use);
    tcase_add_test(all, the_socket_of_a_dead_server_is_replaced);
    tcase_add_test(all, a_file_that_is_no_socket_of_ours_stays);
    tcase_add_test(all, the_health_check_sees_a_server);
    tcase_add_test(all, tls_is_spoken);
    tcase_add_test(all, a_handshake_that_stands_still_is_dropped);
    tcase_add_test(all, a_bad_certificate_or_key_is_explained);
    suite_add_tcase(suite, all);
    return suite;
}
