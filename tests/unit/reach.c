/* SPDX-License-Identifier: MIT */
#include "http/reach.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool is_private(const char *text)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    char written[MK_REACH_TEXT_SIZE];

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        mk_reach_write((struct sockaddr *)&v4, written);
        ck_assert_str_eq(written, text);
        return mk_reach_is_private((struct sockaddr *)&v4);
    }
    ck_assert_int_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    mk_reach_write((struct sockaddr *)&v6, written);
    ck_assert_str_eq(written, text);
    return mk_reach_is_private((struct sockaddr *)&v6);
}

START_TEST(loopback_and_private_networks_are_near)
{
    static const char *const near[] = {
        "127.0.0.1",  "127.255.255.255",  "10.0.0.1",
        "172.16.0.1", "172.31.255.255",   "192.168.1.1",
        "::1",        "fc00::1",          "fdff:1::2",
        "fe80::1",    "::ffff:127.0.0.1", "::ffff:10.1.2.3",
    };
    static const char *const far[] = {
        "8.8.8.8",  "172.15.255.255", "172.32.0.0", "192.167.255.255", "169.254.169.254", "0.0.0.0",
        "11.0.0.0", "126.0.0.1",      "128.0.0.1",  "100.64.0.1",      "2001:db8::1",     "::",
        "fec0::1",  "::ffff:8.8.8.8", "ff02::1",
    };

    for (size_t i = 0; i < MK_COUNT(near); i++)
        ck_assert_msg(is_private(near[i]), "%s", near[i]);
    for (size_t i = 0; i < MK_COUNT(far); i++)
        ck_assert_msg(!is_private(far[i]), "%s", far[i]);
}
END_TEST

START_TEST(a_local_socket_is_no_address)
{
    struct sockaddr address = { .sa_family = AF_UNIX };

    ck_assert(!mk_reach_is_private(&address));
}
END_TEST

START_TEST(hosts_are_listed_by_name_suffix_or_all)
{
    static const char *const list[] = { "hooks.test", "93.184.216.34", "*.example.com" };
    static const char *const all[] = { "*" };

    ck_assert(mk_reach_is_listed("hooks.test", list, MK_COUNT(list)));
    ck_assert(mk_reach_is_listed("HOOKS.test", list, MK_COUNT(list)));
    ck_assert(mk_reach_is_listed("93.184.216.34", list, MK_COUNT(list)));
    ck_assert(mk_reach_is_listed("a.example.com", list, MK_COUNT(list)));
    ck_assert(mk_reach_is_listed("a.b.example.com", list, MK_COUNT(list)));
    ck_assert(!mk_reach_is_listed("example.com", list, MK_COUNT(list)));
    ck_assert(!mk_reach_is_listed("badexample.com", list, MK_COUNT(list)));
    ck_assert(!mk_reach_is_listed("hooks.test.evil", list, MK_COUNT(list)));
    ck_assert(!mk_reach_is_listed("", list, MK_COUNT(list)));
    ck_assert(!mk_reach_is_listed("hooks.test", NULL, 0));
    ck_assert(mk_reach_is_listed("anything", all, 1));
}
END_TEST

Suite *reach_suite(void)
{
    Suite *suite = suite_create("reach");
    TCase *tcase = tcase_create("reach");

    tcase_add_test(tcase, loopback_and_private_networks_are_near);
    tcase_add_test(tcase, a_local_socket_is_no_address);
    tcase_add_test(tcase, hosts_are_listed_by_name_suffix_or_all);
    suite_add_tcase(suite, tcase);
    return suite;
}
