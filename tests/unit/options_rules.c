/* SPDX-License-Identifier: MIT */
/* What options must be to each other and in themselves, and arguments that are no options. */
#include "options.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <string.h>

static char error[MK_OPTIONS_ERROR_SIZE];

static void forget_environment(void)
{
    const char *flag;
    const char *variable;

    for (size_t i = 0; mk_options_row(i, &flag, &variable); i++) {
        if (variable != NULL)
            unsetenv(variable);
    }
}

static const struct {
    const char *arguments[3];
    bool fine;
} rules[] = {
    { { "--tls-cert=a" }, false },
    { { "--tls-key=a" }, false },
    { { "--tls-key=a", "--tls-cert=b" }, true },
    { { "--client=a:b", "--client=b:c" }, true },
    { { "--client=a:b", "--client=a:c" }, false },
    { { "--client=a:b", "--client=ab:c" }, true },
    { { "--allowed-host=app", "--allowed-host=App.test" }, true },
    { { "--allowed-host=http://app" }, false },
    { { "--allowed-host=app:8080" }, false },
    { { "--public-url=http://a/x\"y" }, false },
    { { "--public-url=http://a/<b>" }, false },
    { { "--public-url=http://a/\xFF" }, false },
    { { "--deterministic", "--listen=127.9.9.9:80" }, true },
    { { "--deterministic", "--listen=[::1]:80" }, true },
    { { "--deterministic", "--listen=unix:/a" }, true },
    { { "--deterministic", "--listen=0.0.0.0:80" }, false },
    { { "--deterministic", "--listen=[::]:80" }, false },
    { { "--deterministic", "--listen=example.com:80" }, false },
    { { "--deterministic", "--listen=0.0.0.0:80", "--client=a:b" }, true },
    { { "--deterministic=0", "--listen=0.0.0.0:80" }, true },
    { { "--client=:b" }, false },
    { { "--client=a:" }, false },
    { { "--client=a:b", "--client=c" }, false },
    { { "--client=a::" }, true },
    { { "--public-url=a.test" }, false },
    { { "--public-url=http://" }, false },
    { { "--public-url=http://a.test/" }, false },
    { { "--public-url=http://a.test?q" }, false },
    { { "--public-url=http://a.test#f" }, false },
    { { "--public-url=httpx://a.test" }, false },
    { { "--public-url=http://a b" }, false },
    { { "--public-url=HTTPS://A.test:8443/under" }, true },
    { { "--public-url=http://[::1]:80" }, true },
    { { "--redirect-origin=a.test" }, false },
    { { "--redirect-origin=https:" }, false },
    { { "--redirect-origin=https://" }, false },
    { { "--redirect-origin=https:///a.test" }, false },
    { { "--redirect-origin=https://a.test/path" }, false },
    { { "--redirect-origin=https://a.test?q" }, false },
    { { "--redirect-origin=https://u@a.test" }, false },
    { { "--redirect-origin=myapp://a" }, false },
    { { "--redirect-origin=http://[::1]:80" }, true },
    { { "--webhook-hosts=*" }, true },
    { { "--webhook-hosts=93.184.216.34", "--webhook-hosts=2001:db8::1" }, true },
    { { "--webhook-hosts=Hooks.test" }, true },
    { { "--webhook-hosts=hooks.test,*.a.test, 10.0.0.1" }, true },
    { { "--webhook-hosts=hooks.test,a.test:80" }, false },
    { { "--webhook-hosts=hooks.test:80" }, false },
    { { "--webhook-hosts=*.*.test" }, false },
    { { "--webhook-hosts=*test" }, false },
    { { "--issuer=https://api.moneykit.com" }, true },
    { { "--issuer=a.test" }, false },
    { { "--issuer=https://a.test/\"" }, false },
    { { "--listen=localhost" }, false },
    { { "--listen=:80" }, false },
    { { "--listen=localhost:65536" }, false },
    { { "--listen=unix:" }, false },
    { { "--listen=LOCALHOST:65535" }, true },
    { { "--seed=-1" }, false },
    { { "--seed=1 " }, false },
    { { "--seed=0x10" }, false },
    { { "--now=2026-02-30T00:00:00" }, false },
    { { "--now=yesterday" }, false },
    { { "--now=2026-01-01T00:00:00+01:00" }, true },
    { { "--timestamps=UTC" }, false },
};

START_TEST(rules_hold)
{
    struct mk_options options;
    int count = 0;

    while (count < 3 && rules[_i].arguments[count] != NULL)
        count++;
    bool fine = mk_options_read(count, rules[_i].arguments, &options, error);
    ck_assert_msg(fine == rules[_i].fine, "%s %s: %s", rules[_i].arguments[0],
                  count > 1 ? rules[_i].arguments[1] : "", fine ? "taken" : error);
    if (fine)
        mk_options_done(&options);
    else
        ck_assert_msg(strchr(error, '\n') == NULL, "%s", error);
}
END_TEST

static const struct {
    const char *argument;
    const char *said;
} strangers[] = {
    { "--sed=s3cret", "--sed: no such option" },
    { "--see", "--see: no such option" },
    { "--seedy", "--seedy: no such option" },
    { "--", "--: no such option" },
    { "-h", "-h: no such option" },
    { "--two\nlines", "--two: no such option" },
    { "s3cret", "an argument is neither" },
    { "", "an argument is neither" },
};

START_TEST(strangers_are_refused)
{
    const char *arguments[] = { "--seed=1", strangers[_i].argument };
    const char *said = strangers[_i].said;
    struct mk_options options = { .seed = 4711 };

    ck_assert(!mk_options_read(2, arguments, &options, error));
    ck_assert_int_eq(options.seed, 4711);
    ck_assert_msg(strncmp(error, said, strlen(said)) == 0, "%s", error);
    ck_assert_msg(strstr(error, "s3cret") == NULL && strchr(error, '\n') == NULL, "%s", error);
}
END_TEST

Suite *options_rules_suite(void)
{
    Suite *suite = suite_create("options_rules");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, forget_environment, NULL);
    tcase_add_loop_test(all, rules_hold, 0, (int)MK_COUNT(rules));
    tcase_add_loop_test(all, strangers_are_refused, 0, (int)MK_COUNT(strangers));
    suite_add_tcase(suite, all);
    return suite;
}
