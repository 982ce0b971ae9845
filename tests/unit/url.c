/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *scheme;
    const char *host;
    const char *origin;
} good[] = {
    { "http://localhost", "http", "localhost", "http://localhost" },
    { "http://localhost/", "http", "localhost", "http://localhost" },
    { "http://localhost:3000/cb", "http", "localhost", "http://localhost:3000" },
    { "HTTP://LocalHost:3000/CB", "http", "localhost", "http://localhost:3000" },
    { "http://app.test:80/", "http", "app.test", "http://app.test" },
    { "http://app.test:/", "http", "app.test", "http://app.test" },
    { "http://app.test:443/", "http", "app.test", "http://app.test:443" },
    { "https://app.test:443/", "https", "app.test", "https://app.test" },
    { "https://app.test:80/", "https", "app.test", "https://app.test:80" },
    { "https://app.test:0443/", "https", "app.test", "https://app.test" },
    { "https://app.test:65535", "https", "app.test", "https://app.test:65535" },
    { "https://app.test.", "https", "app.test.", "https://app.test." },
    { "http://127.0.0.1:8080/x", "http", "127.0.0.1", "http://127.0.0.1:8080" },
    { "http://[::1]:8080/x", "http", "::1", "http://[::1]:8080" },
    { "http://[::1]", "http", "::1", "http://[::1]" },
    { "http://[0:0:0:0:0:0:0:1]/", "http", "::1", "http://[::1]" },
    { "http://[2001:DB8::A]:80/", "http", "2001:db8::a", "http://[2001:db8::a]" },
    /* User information is not the host, however much it looks like one. */
    { "http://localhost@evil.com", "http", "evil.com", "http://evil.com" },
    { "http://localhost:80@evil.com/", "http", "evil.com", "http://evil.com" },
    { "http://a:b@c@evil.com/", "http", "evil.com", "http://evil.com" },
    { "http://[::1]@evil.com/", "http", "evil.com", "http://evil.com" },
    { "http://evil.com#@localhost/", "http", "evil.com", "http://evil.com" },
    { "http://evil.com?@localhost/", "http", "evil.com", "http://evil.com" },
    { "http://evil.com/@localhost/", "http", "evil.com", "http://evil.com" },
    { "http://evil.com#.localhost", "http", "evil.com", "http://evil.com" },
    { "http://127.0.0.1.evil.com/", "http", "127.0.0.1.evil.com", "http://127.0.0.1.evil.com" },
    { "http://localhost.evil.com/", "http", "localhost.evil.com", "http://localhost.evil.com" },
    { "http://@localhost/", "http", "localhost", "http://localhost" },
    /* App schemes, with and without an authority. */
    { "myapp://callback", "myapp", "callback", "myapp://callback" },
    { "com.example.app:/oauth2redirect", "com.example.app", "", "" },
    { "myapp:callback", "myapp", "", "" },
    { "myapp:", "myapp", "", "" },
    { "exp://192.168.1.5:19000/--/cb", "exp", "192.168.1.5", "exp://192.168.1.5:19000" },
    { "a+b-c.d1://x", "a+b-c.d1", "x", "a+b-c.d1://x" },
    /* No authority: a browser would find one, so the host is not known and callers refuse. */
    { "http:evil.com", "http", "", "" },
    { "http:/evil.com", "http", "", "" },
    { "http:///evil.com", "http", "", "" },
    { "http://", "http", "", "" },
    { "http://user@/", "http", "", "" },
    { "javascript:alert(1)//http://localhost", "javascript", "", "" },
};

START_TEST(url__good)
{
    struct mk_url url;

    ck_assert_msg(mk_url_read(good[_i].text, &url), "%s", good[_i].text);
    ck_assert_str_eq(url.scheme, good[_i].scheme);
    ck_assert_str_eq(url.host, good[_i].host);
    ck_assert_str_eq(url.origin, good[_i].origin);
}
END_TEST

static const char *const bad[] = {
    "",
    "localhost",
    "//localhost/",
    "/callback",
    "://localhost",
    "1http://localhost",
    "+http://localhost",
    "my_app://callback",
    "ht tp://localhost",
    " http://localhost",
    "http://localhost ",
    "http://local host/",
    "http://localhost/\n",
    "http://localhost/a b",
    "http://local\thost/",
    "java\tscript:alert(1)",
    "http://localhost/\x7F",
    /* To a browser a backslash is a slash. */
    "http:\\\\localhost",
    "http://evil.com\\@localhost/",
    "http://localhost\\.evil.com/",
    "http://localhost/\\x",
    /* Ports. */
    "http://localhost:65536/",
    "http://localhost:99999999999/",
    "http://localhost:-1/",
    "http://localhost:-0/",
    "http://localhost:+80/",
    "http://localhost:8o/",
    "http://localhost:80:80/",
    "http://:80/",
    "http://user@:80/",
    /* Brackets are for IPv6 addresses. */
    "http://[::1/",
    "http://::1/",
    "http://::1]/",
    "http://[]/",
    "http://[::1]80/",
    "http://[::1]evil.com/",
    "http://[localhost]/",
    "http://[127.0.0.1]/",
    "http://[evil.com]/",
    "http://[::1%25eth0]/",
    "http://[::g]/",
    "http://[[::1]]/",
    /* Characters that no host has; browsers refuse or decode them. */
    "http://evil.com%00.localhost/",
    "http://evil.com%2f.localhost/",
    "http://%6cocalhost/",
    "http://a<b/",
    "http://a\"b/",
    "http://a^b/",
    "http://a|b/",
    "http://a]b/",
};

START_TEST(url__bad)
{
    struct mk_url url = { .host = "untouched" };

    ck_assert_msg(!mk_url_read(bad[_i], &url), "%s", bad[_i]);
    ck_assert_str_eq(url.host, "untouched");
}
END_TEST

static const struct {
    const char *text;
    bool has_query;
    bool has_fragment;
} parts[] = {
    { "http://localhost/", false, false },           { "http://localhost?", true, false },
    { "http://localhost/?a=b", true, false },        { "http://localhost#", false, true },
    { "http://localhost/#/route?a=b", false, true }, /* a page's own routes: no query */
    { "http://localhost/?a#b", true, true },         { "myapp:x?y", true, false },
};

START_TEST(url__query_and_fragment)
{
    struct mk_url url;

    ck_assert(mk_url_read(parts[_i].text, &url));
    ck_assert(url.has_query == parts[_i].has_query);
    ck_assert(url.has_fragment == parts[_i].has_fragment);
}
END_TEST

/* The longest parts fit, with nothing cut off the origin; one more byte is refused. */
START_TEST(url__longest)
{
    struct mk_url url;
    char text[600];

    for (int over = 0; over < 2; over++) {
        memset(text, 'a', sizeof(text));
        int scheme = 31 + over;
        snprintf(text + scheme, sizeof(text) - (size_t)scheme, "://%0*d:65535/", 255, 0);
        ck_assert(mk_url_read(text, &url) == (over == 0));
        if (over == 0)
            ck_assert_uint_eq(strlen(url.origin), 31 + 3 + 255 + 6);
        snprintf(text, sizeof(text), "http://%0*d/", 255 + over, 0);
        ck_assert(mk_url_read(text, &url) == (over == 0));
    }
}
END_TEST

static const struct {
    const char *text;
    const char *host; /* NULL: malformed */
} hosts[] = {
    { "localhost", "localhost" },
    { "LOCALHOST:8080", "localhost" },
    { "127.0.0.1:8080", "127.0.0.1" },
    { "[::1]", "::1" },
    { "[::1]:8080", "::1" },
    { "sandbox", "sandbox" },
    { "sandbox:", "sandbox" },
    { "", NULL },
    { ":8080", NULL },
    { "::1", NULL },
    { "[::1", NULL },
    { "[localhost]", NULL },
    { "localhost:8080:1", NULL },
    { "localhost:x", NULL },
    { "localhost@evil.com", NULL },
    { "localhost/evil", NULL },
    { "localhost evil", NULL },
    { "http://localhost", NULL },
    { "evil.com#localhost", NULL },
};

START_TEST(host__table)
{
    char host[256] = "";

    ck_assert(mk_host_read(hosts[_i].text, host) == (hosts[_i].host != NULL));
    if (hosts[_i].host != NULL)
        ck_assert_str_eq(host, hosts[_i].host);
}
END_TEST

static const struct {
    const char *host;
    bool is_loopback;
} loopback[] = {
    { "localhost", true },
    { "LocalHost", true },
    { "app.localhost", true },
    { "a.b.localhost", true },
    { "127.0.0.1", true },
    { "127.255.255.254", true },
    { "::1", true },
    { "0:0:0:0:0:0:0:1", true },
    { "", false },
    { ".localhost", false },
    { "notlocalhost", false },
    { "localhost.evil.com", false },
    { "127.0.0.1.evil.com", false },
    { "126.255.255.255", false },
    { "128.0.0.1", false },
    { "0.0.0.0", false },
    { "10.0.0.1", false },
    { "127.0.0", false },
    { "127.0.0.1.", false },
    { "127.0.0.256", false },
    { "0127.0.0.1", false },
    { "0x7f.0.0.1", false },
    { "2130706433", false },
    { "::", false },
    { "::2", false },
    { "fe80::1", false },
    { "[::1]", false },
};

START_TEST(host__is_loopback)
{
    ck_assert_msg(mk_host_is_loopback(loopback[_i].host) == loopback[_i].is_loopback, "%s",
                  loopback[_i].host);
}
END_TEST

Suite *url_suite(void)
{
    Suite *suite = suite_create("url");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, url__good, 0, (int)MK_COUNT(good));
    tcase_add_loop_test(all, url__bad, 0, (int)MK_COUNT(bad));
    tcase_add_loop_test(all, url__query_and_fragment, 0, (int)MK_COUNT(parts));
    tcase_add_test(all, url__longest);
    tcase_add_loop_test(all, host__table, 0, (int)MK_COUNT(hosts));
    tcase_add_loop_test(all, host__is_loopback, 0, (int)MK_COUNT(loopback));
    suite_add_tcase(suite, all);
    return suite;
}
