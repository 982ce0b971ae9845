/* SPDX-License-Identifier: MIT */
/* The rate limits of the route table, and the README's table of them. */
#include "api/rates.h"

#include "base/file.h"
#include "base/text.h"
#include "support/bank.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

enum { README_MAX = 1024 * 1024 };

static bool is_limited(const struct mk_route *route)
{
    return route->per_link != 0 || route->per_user != 0 || route->per_client != 0;
}

/* A limit as the README has it. */
static void add_cell(struct mk_text *row, unsigned limit)
{
    if (limit > 0)
        mk_text_print(row, " %u |", limit);
    else
        mk_text_add_literal(row, " - |");
}

START_TEST(rates__readme)
{
    char error[256] = "";
    char *readme = mk_file_read(MK_SOURCE_DIR "/README.md", README_MAX, error, sizeof(error));
    size_t documented = 0;

    ck_assert_msg(readme != NULL, "%s", error);
    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        struct mk_text row = MK_TEXT(256);
        mk_text_print(&row, "\n| `%s` |", route->operation != NULL ? route->operation : "");
        add_cell(&row, route->per_link);
        add_cell(&row, route->per_user);
        add_cell(&row, route->per_client);
        ck_assert_msg((strstr(readme, row.bytes) != NULL) == is_limited(route), "%s", row.bytes);
        documented += is_limited(route);
        mk_text_done(&row);
    }
    ck_assert_uint_gt(documented, 20);
    free(readme);
}
END_TEST

/* Every limit per link belongs to a route that names one; handlers must do the rest. */
START_TEST(rates__table)
{
    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        ck_assert(route->per_link == 0 || route->names_link);
        ck_assert(route->per_link <= route->per_client);
        ck_assert(route->per_user <= route->per_client);
    }
}
END_TEST

/* The world's settings decide. */
START_TEST(rates__off)
{
    const struct mk_route *route = mk_routes;
    struct bank bank = bank_open();
    struct mk_problem problem = { 0 };

    while (route->per_link == 0)
        route++;
    for (unsigned i = 0; i <= route->per_link; i++)
        ck_assert_int_eq(mk_rates_count(bank.world, route, "mk_1", &problem), MK_OK);
    bank.world->settings.has_rate_limits = true;
    for (unsigned i = 0; i < route->per_link; i++)
        ck_assert_int_eq(mk_rates_count(bank.world, route, "mk_1", &problem), MK_OK);
    ck_assert_int_eq(mk_rates_count(bank.world, route, "mk_1", &problem), MK_RATE_LIMITED);
    ck_assert_int_eq(mk_rates_count(bank.world, route, "mk_2", &problem), MK_OK);
    bank_close(&bank);
}
END_TEST

Suite *rates_suite(void)
{
    Suite *suite = suite_create("rates");
    TCase *all = tcase_create("all");

    tcase_add_test(all, rates__readme);
    tcase_add_test(all, rates__table);
    tcase_add_test(all, rates__off);
    suite_add_tcase(suite, all);
    return suite;
}
