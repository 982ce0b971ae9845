/* SPDX-License-Identifier: MIT */
/*
 * Runs every unit suite, or those named on the command line. Check reads CK_FORK, CK_VERBOSITY and
 * CK_RUN_CASE from the environment.
 */
#include "unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
#define X(name) { #name, name##_suite },
    MK_SUITES(X)
#undef X
};

enum { SUITE_COUNT = sizeof(suites) / sizeof(suites[0]) };

static int add_named(SRunner *runner, const char *name)
{
    for (int i = 0; i < SUITE_COUNT; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            srunner_add_suite(runner, suites[i].make());
            return 0;
        }
    }
    fprintf(stderr, "unit: no suite is called '%s'\n", name);
    return -1;
}

static void add_all(SRunner *runner)
{
    for (int i = 0; i < SUITE_COUNT; i++)
        srunner_add_suite(runner, suites[i].make());
}

int main(int argc, char **argv)
{
    SRunner *runner = srunner_create(NULL);

    for (int i = 1; i < argc; i++) {
        if (add_named(runner, argv[i]) != 0)
            return 2;
    }
    if (argc == 1)
        add_all(runner);

    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int ran = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
