/* SPDX-License-Identifier: MIT */
/* The option table, row by row: by flag, by environment, by default, and what is refused. */
#include "options.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum kind { TEXT, NAMES, SWITCH, NUMBER, TIME, CHOICE };

/* One row of the table as its user sees it. `shown` is how describe() below writes the member. */
static const struct example {
    const char *flag;
    enum kind kind;
    size_t offset;
    const char *fallback; /* shown when nothing is said */
    const char *value;
    const char *shown;
    const char *other; /* another good value, and how it is shown */
    const char *other_shown;
    const char *bad;
    const char *with; /* an argument without which the row means nothing */
} examples[] = {
#define AT(member) offsetof(struct mk_options, member)
    { "listen", TEXT, AT(listen), "localhost:8080", "[::1]:0", "[::1]:0", "unix:/a b", "unix:/a b",
      "s3cret", NULL },
    { "public-url", TEXT, AT(public_url), "-", "https://a.test:1", "https://a.test:1",
      "http://b.test/x", "http://b.test/x", "ftp://s3cret", NULL },
    { "allowed-host", NAMES, AT(allowed_hosts), "", "a.test", "a.test|", "b.test", "b.test|", "",
      NULL },
    { "client", NAMES, AT(clients), "", "a:b:c", "a:b:c|", "d:e", "d:e|", "s3cret", NULL },
    { "access-token", TEXT, AT(access_token), "-", "one", "one", "two", "two", "", NULL },
    { "admin-token", TEXT, AT(admin_token), "-", "one", "one", "two", "two", "", NULL },
    { "seed", NUMBER, AT(seed), "0", "9223372036854775807", "9223372036854775807", "7", "7",
      "9223372036854775808", NULL },
    { "deterministic", SWITCH, AT(deterministic), "0", "on", "1", "no", "0", "s3cret", NULL },
    { "now", TIME, AT(now), "never", "1970-01-01T00:01:00Z", "60", "1970-01-01T00:00", "0",
      "s3cret", NULL },
    { "timestamps", CHOICE, AT(timestamps), "0", "utc", "1", "seed", "0", "s3cret", NULL },
    { "redirect-origin", NAMES, AT(redirect_origins), "", "https://a.test", "https://a.test|",
      "http://b.test:81", "http://b.test:81|", "s3cret", NULL },
    { "webhook-hosts", NAMES, AT(webhook_hosts), "", "*.a.test", "*.a.test|", "::1", "::1|",
      "http://s3cret", NULL },
    { "issuer", TEXT, AT(issuer), "-", "https://api.a.test", "https://api.a.test",
      "http://b.test/x/", "http://b.test/x/", "s3cret", NULL },
    { "signing-key", TEXT, AT(signing_key), "-", "a.pem", "a.pem", "b", "b", "", NULL },
    { "rate-limits", CHOICE, AT(rate_limits), "0", "documented", "1", "off", "0", "s3cret", NULL },
    { "max-worlds", NUMBER, AT(max_worlds), "10000", "1", "1", "1000000", "1000000", "-17", NULL },
    { "threads", NUMBER, AT(threads), "1", "64", "64", "2", "2", "65", NULL },
    { "load", TEXT, AT(load), "-", "a.json", "a.json", "b", "b", "", NULL },
    { "tls-cert", TEXT, AT(tls_cert), "-", "a.pem", "a.pem", "b", "b", "", "--tls-key=k" },
    { "tls-key", TEXT, AT(tls_key), "-", "a.pem", "a.pem", "b", "b", "", "--tls-cert=c" },
    { "log-level", CHOICE, AT(log_level), "2", "error", "0", "debug", "3", "s3cret", NULL },
    { "log-format", CHOICE, AT(log_format), "0", "json", "1", "text", "0", "s3cret", NULL },
    { "version", SWITCH, AT(wants_version), "0", "1", "1", "false", "0", "s3cret", NULL },
    { "help", SWITCH, AT(wants_help), "0", "yes", "1", "off", "0", "s3cret", NULL },
#undef AT
};

static char error[MK_OPTIONS_ERROR_SIZE];

static void forget_environment(void)
{
    const char *flag;
    const char *variable;

    for (size_t i = 0; mk_options_row(i, &flag, &variable); i++) {
        if (variable != NULL)
            unsetenv(variable);
    }
    error[0] = '\0';
}

/* The environment variable of a flag, NULL when it has none. */
static const char *variable_of(const char *wanted)
{
    const char *flag;
    const char *variable;

    for (size_t i = 0; mk_options_row(i, &flag, &variable); i++) {
        if (strcmp(flag, wanted) == 0)
            return variable;
    }
    ck_abort_msg("the table has no --%s", wanted);
    return NULL;
}

static void describe(const struct mk_options *options, const struct example *example, char out[256])
{
    const char *member = (const char *)options + example->offset;
    const struct mk_names *names = (const void *)member;
    int64_t number = 0;
    size_t used = 0;

    out[0] = '\0';
    switch (example->kind) {
    case TEXT:
        snprintf(out, 256, "%s",
                 *(char *const *)(const void *)member != NULL ? *(char *const *)(const void *)member
                                                              : "-");
        return;
    case NAMES:
        for (size_t i = 0; i < names->count; i++)
            used += (size_t)snprintf(out + used, 256 - used, "%s|", names->items[i]);
        return;
    case SWITCH:
        number = *(const bool *)member;
        break;
    case CHOICE:
        number = *(const int *)(const void *)member;
        break;
    case NUMBER:
        number = *(const int64_t *)(const void *)member;
        break;
    case TIME:
        number = *(const int64_t *)(const void *)member;
        if (number == MK_NEVER) {
            snprintf(out, 256, "never");
            return;
        }
        number /= MK_SECOND;
        break;
    }
    snprintf(out, 256, "%" PRId64, number);
}

/* Reads up to three arguments (NULL: fewer) and expects the example's member to be shown so. */
static void expect(const struct example *example, const char *one, const char *two,
                   const char *shown)
{
    const char *arguments[4];
    const char *given[] = { one, two, example->with };
    struct mk_options options;
    char text[256];
    int count = 0;

    for (size_t i = 0; i < MK_COUNT(given); i++) {
        if (given[i] != NULL)
            arguments[count++] = given[i];
    }
    ck_assert_msg(mk_options_read(count, arguments, &options, error), "--%s: %s", example->flag,
                  error);
    describe(&options, example, text);
    ck_assert_msg(strcmp(text, shown) == 0, "--%s: %s instead of %s", example->flag, text, shown);
    mk_options_done(&options);
}

/* Expects a refusal in one line that begins with `name` and does not repeat the value. */
static void expect_refusal(int count, const char *const *arguments, const char *name,
                           const char *value)
{
    struct mk_options options = { .seed = 4711 };

    ck_assert_msg(!mk_options_read(count, arguments, &options, error), "%s takes %s", name, value);
    ck_assert_int_eq(options.seed, 4711);
    ck_assert_msg(strncmp(error, name, strlen(name)) == 0, "%s: %s", name, error);
    ck_assert_msg(strchr(error, '\n') == NULL, "%s", error);
    ck_assert_msg(value[0] == '\0' || strstr(error, value) == NULL, "%s", error);
}

static void with_equals(const struct example *example, const char *value, char out[256])
{
    snprintf(out, 256, "--%s=%s", example->flag, value);
}

START_TEST(every_row_has_an_example)
{
    const char *flag;
    const char *variable;
    size_t count = 0;

    for (; mk_options_row(count, &flag, &variable); count++) {
        ck_assert_uint_lt(count, MK_COUNT(examples));
        ck_assert_str_eq(flag, examples[count].flag);
    }
    ck_assert_uint_eq(count, MK_COUNT(examples));
}
END_TEST

/* MONEYKIT_SANDBOX_ and the flag in upper case; lists in the plural. */
START_TEST(variables_are_named_after_their_flags)
{
    const struct example *example = &examples[_i];
    const char *variable = variable_of(example->flag);
    char name[128] = "MONEYKIT_SANDBOX_";
    size_t used = strlen(name);

    if (variable == NULL)
        return;
    for (const char *at = example->flag; *at != '\0'; at++)
        name[used++] = *at == '-' ? '_' : (char)(*at - 'a' + 'A');
    if (example->kind == NAMES && name[used - 1] != 'S')
        name[used++] = 'S';
    name[used] = '\0';
    ck_assert_str_eq(variable, name);
}
END_TEST

START_TEST(flag_beats_environment_beats_default)
{
    const struct example *example = &examples[_i];
    const char *variable = variable_of(example->flag);
    char flag[256];
    char joined[256];

    snprintf(flag, sizeof(flag), "--%s", example->flag);
    with_equals(example, example->value, joined);
    if (example->with == NULL)
        expect(example, NULL, NULL, example->fallback);
    expect(example, joined, NULL, example->shown);
    if (example->kind == SWITCH)
        expect(example, flag, NULL, "1");
    else
        expect(example, flag, example->value, example->shown);
    if (variable == NULL)
        return;
    setenv(variable, example->value, 1);
    expect(example, NULL, NULL, example->shown);
    with_equals(example, example->other, joined);
    expect(example, joined, NULL, example->other_shown);
    setenv(variable, "", 1);
    if (example->with == NULL)
        expect(example, NULL, NULL, example->fallback);
}
END_TEST

START_TEST(bad_values_are_refused)
{
    const struct example *example = &examples[_i];
    const char *variable = variable_of(example->flag);
    char flag[256];
    char joined[256];
    const char *arguments[] = { flag, example->bad };
    const char *one[] = { joined };

    snprintf(flag, sizeof(flag), "--%s", example->flag);
    with_equals(example, example->bad, joined);
    expect_refusal(1, one, flag, example->bad);
    if (example->kind != SWITCH) {
        expect_refusal(2, arguments, flag, example->bad);
        expect_refusal(1, arguments, flag, "");
        ck_assert_msg(strstr(error, "expected a value: ") != NULL, "%s", error);
    }
    if (variable == NULL || example->bad[0] == '\0')
        return;
    setenv(variable, example->bad, 1);
    ck_assert(!mk_options_read(0, NULL, &(struct mk_options){ 0 }, error));
    ck_assert_msg(strstr(error, variable) == error || strstr(error, flag) == error, "%s", error);
    ck_assert_msg(strstr(error, example->bad) == NULL, "%s", error);
}
END_TEST

START_TEST(the_last_of_repeated_flags_counts)
{
    expect(&examples[6], "--seed=1", "--seed=2", "2");
    ck_assert_str_eq(examples[6].flag, "seed");
    expect(&examples[0], "--listen=a:1", "--listen=b:2", "b:2");
}
END_TEST

static const struct example *example_of(const char *flag)
{
    size_t i = 0;

    while (i < MK_COUNT(examples) && strcmp(examples[i].flag, flag) != 0)
        i++;
    ck_assert_uint_lt(i, MK_COUNT(examples));
    return &examples[i];
}

START_TEST(lists_are_repeated_flags_or_comma_lists)
{
    const struct example *client = example_of("client");

    expect(client, "--client=a:1", "--client=b:2", "a:1|b:2|");
    expect(client, "--client=a:1,2", NULL, "a:1,2|"); /* a secret may hold a comma */
    setenv("MONEYKIT_SANDBOX_CLIENTS", "a:1,b:2", 1);
    expect(client, NULL, NULL, "a:1|b:2|");
    expect(client, "--client=c:3", "--client=d:4", "c:3|d:4|");
    setenv("MONEYKIT_SANDBOX_CLIENTS", ",a:1,, b:2,", 1);
    expect(client, NULL, NULL, "a:1|b:2|");
    setenv("MONEYKIT_SANDBOX_CLIENTS", "a:1", 1);
    setenv("MONEYKIT_SANDBOX_ALLOWED_HOSTS", "a.test,b.test", 1);
    expect(example_of("allowed-host"), "--client=c:3", NULL, "a.test|b.test|");
}
END_TEST

/* A list that says nothing must not open the door that it was meant to close. */
START_TEST(a_list_is_not_empty)
{
    const char *arguments[] = { "--client", "" };

    expect_refusal(2, arguments, "--client", "");
    setenv("MONEYKIT_SANDBOX_CLIENTS", " ,", 1);
    expect_refusal(0, NULL, "MONEYKIT_SANDBOX_CLIENTS", "");
}
END_TEST

START_TEST(help_names_every_row)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char line[256];

    ck_assert_ptr_nonnull(out);
    mk_options_help(out);
    fclose(out);
    for (size_t i = 0; i < MK_COUNT(examples); i++) {
        const char *variable = variable_of(examples[i].flag);
        snprintf(line, sizeof(line), "\n  --%s%s", examples[i].flag,
                 examples[i].kind == SWITCH ? "\n" : " ");
        ck_assert_msg(strstr(text, line) != NULL, "--help lacks --%s", examples[i].flag);
        snprintf(line, sizeof(line), " environment: %s%s\n", variable != NULL ? variable : "",
                 examples[i].kind == NAMES ? " (comma list)" : "");
        ck_assert_msg(variable == NULL || strstr(text, line) != NULL, "--help lacks%s", line);
    }
    ck_assert_msg(strstr(text, "healthcheck [--url URL]") != NULL, "--help lacks healthcheck");
    free(text);
}
END_TEST

START_TEST(done_takes_anything)
{
    struct mk_options options = { 0 };

    mk_options_done(NULL);
    mk_options_done(&options);
    ck_assert(mk_options_read(0, NULL, &options, error));
    mk_options_done(&options);
    mk_options_done(&options);
}
END_TEST

Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, forget_environment, forget_environment);
    tcase_add_test(all, every_row_has_an_example);
    tcase_add_loop_test(all, variables_are_named_after_their_flags, 0, (int)MK_COUNT(examples));
    tcase_add_loop_test(all, flag_beats_environment_beats_default, 0, (int)MK_COUNT(examples));
    tcase_add_loop_test(all, bad_values_are_refused, 0, (int)MK_COUNT(examples));
    tcase_add_test(all, the_last_of_repeated_flags_counts);
    tcase_add_test(all, lists_are_repeated_flags_or_comma_lists);
    tcase_add_test(all, a_list_is_not_empty);
    tcase_add_test(all, help_names_every_row);
    tcase_add_test(all, done_takes_anything);
    suite_add_tcase(suite, all);
    return suite;
}
