/* SPDX-License-Identifier: MIT */
#include "core/limits.h"

#include "base/clock.h"
#include "unit/suites.h"

#include <stdio.h>
#include <string.h>

#define NOW (INT64_C(1767225600) * MK_SECOND) /* 2026-01-01T00:00:00 */

static struct mk_limits limits;

static void open_limits(void)
{
    mk_limits_init(&limits);
}

static void close_limits(void)
{
    mk_limits_done(&limits);
}

/* Counts under `what` and `whom`, at most twice a minute; the seconds to wait, 0: it may go on. */
static int64_t count(uint32_t what, const char *whom, int64_t now)
{
    struct mk_problem problem = { 0 };
    enum mk_err err = mk_limits_count(&limits, what, whom, 2, now, &problem);

    ck_assert_int_eq(err, problem.retry_after > 0 ? MK_RATE_LIMITED : MK_OK);
    return problem.retry_after;
}

START_TEST(count__up_to_the_limit)
{
    ck_assert_int_eq(count(1, "a", NOW), 0);
    ck_assert_int_eq(count(1, "a", NOW + MK_SECOND), 0);
    ck_assert_int_eq(count(1, "a", NOW + 2 * MK_SECOND), 58);
    ck_assert_int_eq(count(1, "a", NOW + 3 * MK_SECOND), 57);
}
END_TEST

/* Everything of the key counts apart, and in full. */
START_TEST(count__keys)
{
    static const struct {
        uint32_t what;
        const char *whom;
    } keys[] = {
        { 1, "a" }, { 1, "" }, { 0, "" }, { 0, "a" }, { 1, "b" }, { 1, "aa" }, { UINT32_MAX, "a" },
    };
    char longest[2][2000];

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        ck_assert_int_eq(count(keys[i].what, keys[i].whom, NOW), 0);
        ck_assert_int_eq(count(keys[i].what, keys[i].whom, NOW), 0);
        ck_assert_int_eq(count(keys[i].what, keys[i].whom, NOW), 60);
    }
    for (int i = 0; i < 2; i++) {
        memset(longest[i], 'x', sizeof(longest[i]));
        longest[i][sizeof(longest[i]) - 2] = (char)('0' + i);
        longest[i][sizeof(longest[i]) - 1] = '\0';
        count(1, longest[i], NOW);
        ck_assert_int_eq(count(1, longest[i], NOW), 0);
    }
    ck_assert_int_eq(count(1, longest[0], NOW), 60);
}
END_TEST

/* To the end of the minute, in whole seconds, never 0. */
START_TEST(count__retry_after)
{
    static const struct {
        int64_t into;
        int64_t seconds;
    } rows[] = {
        { 0, 60 },
        { 1, 60 },
        { MK_SECOND, 59 },
        { 30 * MK_SECOND, 30 },
        { 59 * MK_SECOND, 1 },
        { 59 * MK_SECOND + 1, 1 },
        { MK_MINUTE - 1, 1 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char whom[8];
        snprintf(whom, sizeof(whom), "%zu", i);
        count(1, whom, NOW);
        count(1, whom, NOW);
        ck_assert_int_eq(count(1, whom, NOW + rows[i].into), rows[i].seconds);
    }
}
END_TEST

START_TEST(count__the_next_minute)
{
    for (int64_t now = NOW; now < NOW + 3 * MK_MINUTE; now += MK_MINUTE) {
        ck_assert_int_eq(count(1, "a", now), 0);
        ck_assert_int_eq(count(1, "a", now + MK_MINUTE - 1), 0);
        ck_assert_int_eq(count(1, "a", now + MK_MINUTE - 1), 1);
    }
    ck_assert_uint_eq(limits.counters.count, 1);
}
END_TEST

/* A clock that was set back begins a window too; so does one before 1970. */
START_TEST(count__clock_set_back)
{
    static const int64_t moments[] = { NOW, NOW - MK_DAY, MK_SECOND, -MK_SECOND, -MK_DAY };

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        ck_assert_int_eq(count(1, "a", moments[i]), 0);
        ck_assert_int_eq(count(1, "a", moments[i]), 0);
        ck_assert_int_gt(count(1, "a", moments[i]), 0);
    }
    ck_assert_int_eq(count(1, "a", -59 * MK_SECOND), 0);
    ck_assert_int_eq(count(1, "a", -1), 0);
    ck_assert_int_eq(count(1, "a", -1), 1);
}
END_TEST

/* Memory is bounded: who was counted goes on, a stranger is refused until the next minute. */
START_TEST(count__too_many)
{
    struct mk_problem problem = { 0 };
    char whom[12];

    for (unsigned i = 0; i < MK_LIMITS_MAX; i++) {
        snprintf(whom, sizeof(whom), "%u", i);
        if (count(1, whom, NOW) != 0)
            ck_abort_msg("%u", i);
    }
    ck_assert_int_eq(mk_limits_count(&limits, 1, "x", 2, NOW, &problem), MK_UNAVAILABLE);
    ck_assert_int_eq(problem.retry_after, 0);
    ck_assert_int_eq(count(1, "0", NOW), 0);
    ck_assert_int_eq(count(1, "0", NOW), 60);
    ck_assert_int_eq(count(1, "x", NOW + MK_MINUTE), 0);
    ck_assert_uint_eq(limits.counters.count, 1);
}
END_TEST

Suite *limits_suite(void)
{
    Suite *suite = suite_create("limits");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_limits, close_limits);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, count__up_to_the_limit);
    tcase_add_test(all, count__keys);
    tcase_add_test(all, count__retry_after);
    tcase_add_test(all, count__the_next_minute);
    tcase_add_test(all, count__clock_set_back);
    tcase_add_test(all, count__too_many);
    suite_add_tcase(suite, all);
    return suite;
}
