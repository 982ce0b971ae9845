/* SPDX-License-Identifier: MIT */
#include "http/address.h"

#include "unit/suites.h"

#include <string.h>

static const struct {
    const char *text;
    const char *host; /* NULL: not an address */
    unsigned port;
    bool is_unix;
    bool is_loopback;
} cases[] = {
    { "localhost:8080", "localhost", 8080, false, true },
    { "LOCALHOST:0", "LOCALHOST", 0, false, true },
    { "sandbox.localhost:1", "sandbox.localhost", 1, false, true },
    { "127.0.0.1:65535", "127.0.0.1", 65535, false, true },
    { "127.255.3.4:80", "127.255.3.4", 80, false, true },
    { "0.0.0.0:8080", "0.0.0.0", 8080, false, false },
    { "128.0.0.1:80", "128.0.0.1", 80, false, false },
    { "[::1]:8080", "::1", 8080, false, true },
    { "[::]:8080", "::", 8080, false, false },
    { "[fe80::1%lo]:8080", "fe80::1%lo", 8080, false, false },
    { "example.com:443", "example.com", 443, false, false },
    { "localhost.example.com:443", "localhost.example.com", 443, false, false },
    { "xlocalhost:443", "xlocalhost", 443, false, false },
    { "unix:/run/sandbox.sock", "/run/sandbox.sock", 0, true, true },
    { "unix:relative:name", "relative:name", 0, true, true },

    { "", NULL, 0, false, false },
    { "localhost", NULL, 0, false, false },
    { "8080", NULL, 0, false, false },
    { ":8080", NULL, 0, false, false },
    { "localhost:", NULL, 0, false, false },
    { "localhost:65536", NULL, 0, false, false },
    { "localhost:-1", NULL, 0, false, false },
    { "localhost:+1", NULL, 0, false, false },
    { "localhost:80 ", NULL, 0, false, false },
    { "localhost:http", NULL, 0, false, false },
    { "localhost:8080/", NULL, 0, false, false },
    { "http://localhost:8080", NULL, 0, false, false },
    { "::1:8080", NULL, 0, false, false },
    { "[::1]", NULL, 0, false, false },
    { "[::1]8080", NULL, 0, false, false },
    { "[::1:8080", NULL, 0, false, false },
    { "[]:8080", NULL, 0, false, false },
    { "[127.0.0.1]:8080", NULL, 0, false, false },
    { "a b:8080", NULL, 0, false, false },
    { "unix:", NULL, 0, false, false },
};

START_TEST(addresses_are_read)
{
    struct mk_address address = { .host = "untouched", .port = 7 };

    ck_assert_msg(mk_address_read(cases[_i].text, &address) == (cases[_i].host != NULL), "%s",
                  cases[_i].text);
    if (cases[_i].host == NULL) {
        ck_assert_str_eq(address.host, "untouched");
        ck_assert_uint_eq(address.port, 7);
        return;
    }
    ck_assert_str_eq(address.host, cases[_i].host);
    ck_assert_uint_eq(address.port, cases[_i].port);
    ck_assert_int_eq(address.is_unix, cases[_i].is_unix);
    ck_assert_int_eq(address.is_loopback, cases[_i].is_loopback);
}
END_TEST

START_TEST(hosts_have_a_greatest_length)
{
    struct mk_address address;
    char text[300];

    memset(text, 'h', sizeof(text));
    memcpy(text + 255, ":80", 4);
    ck_assert(mk_address_read(text, &address));
    ck_assert_uint_eq(strlen(address.host), 255);
    text[255] = 'h';
    memcpy(text + 256, ":80", 4);
    ck_assert(!mk_address_read(text, &address));
}
END_TEST

Suite *address_suite(void)
{
    Suite *suite = suite_create("address");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, addresses_are_read, 0, (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(all, hosts_have_a_greatest_length);
    suite_add_tcase(suite, all);
    return suite;
}
