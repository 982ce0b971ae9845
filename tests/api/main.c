/* SPDX-License-Identifier: MIT */
/*
 * Runs the tests of the API: all but the stress test, or those named on the command line. After a
 * whole run a last test looks at what was seen. Check reads CK_FORK, CK_VERBOSITY and CK_RUN_CASE
 * from the environment.
 */
#include "api/tests.h"

#include "support/record.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS = 120, STRESS_SECONDS = 600, CASES_MAX = 3 };

/* One function's tests with one fixture. */
struct tests {
    const char *name;
    void (*setup)(void); /* NULL: no fixture */
};

struct suite {
    const char *name;
    void (*add)(TCase *tcase);
    struct tests cases[CASES_MAX]; /* the last has no name */
    bool is_named;                 /* runs only when it is named */
    bool looks_back;               /* makes sense only after all the others */
};

static const struct suite suites[] = {
#define X(name_) \
    { .name = #name_, \
      .add = name_##_tests, \
      .cases = { { #name_ " in memory", setup_memory }, \
                 { #name_ " over libcurl", setup_curl } } },
    MK_API_TESTS(X)
#undef X
#define X(name_) \
    { .name = #name_, .add = name_##_tests, .cases = { { #name_ " in memory", setup_memory } } },
        MK_MEMORY_TESTS(X)
#undef X
            { .name = "stress",
              .add = stress_tests,
              .cases = { { "stress over libcurl", setup_threads } },
              .is_named = true },
    { .name = "stress_control",
      .add = stress_control_tests,
      .cases = { { "stress_control over libcurl", setup_threads } },
      .is_named = true },
    { .name = "coverage",
      .add = coverage_tests,
      .cases = { { "coverage", NULL } },
      .looks_back = true },
};

enum { SUITE_COUNT = sizeof(suites) / sizeof(suites[0]) };

static Suite *make_suite(const struct suite *suite)
{
    Suite *made = suite_create(suite->name);

    for (const struct tests *tests = suite->cases; tests->name != NULL; tests++) {
        TCase *tcase = tcase_create(tests->name);
        if (tests->setup != NULL)
            tcase_add_checked_fixture(tcase, tests->setup, teardown);
        tcase_set_timeout(tcase, suite->is_named ? STRESS_SECONDS : SECONDS);
        suite->add(tcase);
        suite_add_tcase(made, tcase);
    }
    return made;
}

static bool add_named(SRunner *runner, const char *name)
{
    for (int i = 0; i < SUITE_COUNT; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            srunner_add_suite(runner, make_suite(&suites[i]));
            return true;
        }
    }
    fprintf(stderr, "api: no suite is called '%s'\n", name);
    return false;
}

/* What the environment leaves out of the run, coverage.c would miss. */
static bool is_whole_run(void)
{
    return getenv("CK_RUN_CASE") == NULL && getenv("CK_RUN_SUITE") == NULL;
}

static void add_all(SRunner *runner)
{
    for (int i = 0; i < SUITE_COUNT; i++) {
        if (!suites[i].is_named && (!suites[i].looks_back || is_whole_run()))
            srunner_add_suite(runner, make_suite(&suites[i]));
    }
}

int main(int argc, char **argv)
{
    SRunner *runner = srunner_create(NULL);

    seen_open();
    record_open();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (int i = 1; i < argc; i++) {
        if (!add_named(runner, argv[i]))
            return 2;
    }
    if (argc == 1)
        add_all(runner);

    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int ran = srunner_ntests_run(runner);
    srunner_free(runner);
    curl_global_cleanup();
    return failed == 0 && ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
