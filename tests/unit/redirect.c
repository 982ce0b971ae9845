/* SPDX-License-Identifier: MIT */
#include "core/redirect.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <string.h>

static const char *const origins[] = { "https://app.test", "https://App.Example:8443/",
                                       "http://[2001:db8::1]", "not an origin" };

static const char *const allowed[] = {
    /* Any loopback origin. */
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:3000/callback",
    "https://localhost/",
    "HTTP://LOCALHOST/",
    "http://app.localhost:3000/",
    "http://127.0.0.1:5173/cb",
    "http://127.8.8.8/",
    "http://[::1]:3000/cb",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://user:pass@localhost:3000/",
    "http://localhost:3000/#/route?from=bank", /* the ? belongs to the fragment */
    /* Any app scheme. */
    "myapp://callback",
    "com.example.app:/oauth2redirect",
    "exp://192.168.1.5:19000/--/cb",
    /* The listed ones. */
    "https://app.test",
    "https://app.test/",
    "https://app.test:443/deep/path",
    "https://APP.test/",
    "https://app.example:8443/cb",
    "http://[2001:DB8:0::1]:80/",
};

START_TEST(redirect__allowed)
{
    struct mk_problem problem = { 0 };

    ck_assert_msg(mk_redirect_check(allowed[_i], origins, MK_COUNT(origins), &problem) == MK_OK,
                  "%s: %s", allowed[_i], problem.message);
    ck_assert_str_eq(problem.message, "");
}
END_TEST

static const struct {
    const char *uri;
    const char *reason; /* part of the sentence */
} refused[] = {
    { "", "absolute" },
    { "/callback", "absolute" },
    { "//localhost/", "absolute" },
    { "localhost", "absolute" },
    { "not a uri", "absolute" },
    { "http:", "absolute" },
    { "http://", "absolute" },
    { "http:///path", "absolute" },
    { "http:localhost", "absolute" },
    { "http:/localhost", "absolute" },
    { "http://localhost:x/", "absolute" },
    { "http://[localhost]/", "absolute" },
    { "http://localhost/ x", "absolute" },
    { "http://localhost/\r\nSet-Cookie:a", "absolute" },
    { "http:\\\\localhost/", "absolute" },
    { "http://evil.test\\@localhost/", "absolute" },
    { "http://localhost\\@evil.test/", "absolute" },
    { "javascript:alert(1)", "absolute" },
    { "JavaScript://localhost/%0aalert(1)", "absolute" },
    { " javascript:alert(1)", "absolute" },
    { "data:text/html,x", "absolute" },
    { "vbscript:x", "absolute" },
    { "blob:http://localhost/1", "absolute" },
    { "file:///etc/passwd", "absolute" },
    { "http://localhost/?", "query" },
    { "http://localhost/cb?a=b", "query" },
    { "http://localhost/cb?a#b", "query" },
    { "https://app.test/?a", "query" },
    { "myapp://callback?a=b", "query" },
    { "https://evil.test/?a", "query" },
    { "https://evil.test/", "origin" },
    { "http://localhost@evil.test/", "origin" },
    { "http://localhost:80@evil.test/", "origin" },
    { "https://app.test@evil.test/", "origin" },
    { "http://127.0.0.1.evil.test/", "origin" },
    { "http://localhost.evil.test/", "origin" },
    { "http://notlocalhost/", "origin" },
    { "http://evil.test/#@localhost", "origin" },
    { "http://0.0.0.0/", "origin" },
    { "http://10.0.0.1/", "origin" },
    { "http://2130706433/", "origin" },
    { "http://app.test/", "origin" }, /* another scheme */
    { "https://app.test:8443/", "origin" },
    { "https://app.example/", "origin" },
    { "https://www.app.test/", "origin" },
    { "https://app.test.evil.test/", "origin" },
    { "https://app.tes/", "origin" },
    { "http://[2001:db8::2]/", "origin" },
};

START_TEST(redirect__refused)
{
    struct mk_problem problem = { 0 };

    ck_assert_msg(mk_redirect_check(refused[_i].uri, origins, MK_COUNT(origins), &problem) ==
                      MK_SESSION_FORBIDDEN,
                  "%s", refused[_i].uri);
    ck_assert_msg(strstr(problem.message, refused[_i].reason) != NULL, "%s: %s", refused[_i].uri,
                  problem.message);
}
END_TEST

START_TEST(redirect__nothing_listed)
{
    struct mk_problem problem = { 0 };

    ck_assert_int_eq(mk_redirect_check("http://localhost:3000", NULL, 0, &problem), MK_OK);
    ck_assert_int_eq(mk_redirect_check("https://app.test", NULL, 0, &problem),
                     MK_SESSION_FORBIDDEN);
}
END_TEST

Suite *redirect_suite(void)
{
    Suite *suite = suite_create("redirect");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, redirect__allowed, 0, (int)MK_COUNT(allowed));
    tcase_add_loop_test(all, redirect__refused, 0, (int)MK_COUNT(refused));
    tcase_add_test(all, redirect__nothing_listed);
    suite_add_tcase(suite, all);
    return suite;
}
