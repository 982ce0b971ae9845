/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <string.h>

static const struct {
    int64_t seconds;
    const char *text;
} moments[] = {
    { 0, "1970-01-01T00:00:00" },
    { 1, "1970-01-01T00:00:01" },
    { -1, "1969-12-31T23:59:59" },
    { 1676538851, "2023-02-16T09:14:11" },
    { 951782400, "2000-02-29T00:00:00" },
    { 1709164800, "2024-02-29T00:00:00" },
    { 4107542400, "2100-03-01T00:00:00" },
    { 2147483648, "2038-01-19T03:14:08" },
    { 253402300799, "9999-12-31T23:59:59" },
    { -62167219200, "0000-01-01T00:00:00" },
    { -62135596800, "0001-01-01T00:00:00" },
};

START_TEST(time_write__both_styles)
{
    char out[MK_TIME_SIZE];
    char with_z[MK_TIME_SIZE];
    int64_t moment = moments[_i].seconds * MK_SECOND;

    ck_assert_int_eq(mk_time_write(out, moment, MK_TIMES_SEED), 19);
    ck_assert_str_eq(out, moments[_i].text);
    ck_assert_int_eq(mk_time_write(with_z, moment, MK_TIMES_UTC), 20);
    ck_assert_int_eq(strncmp(with_z, out, 19), 0);
    ck_assert_str_eq(with_z + 19, "Z");
}
END_TEST

START_TEST(time_write__cuts_fractions)
{
    char out[MK_TIME_SIZE];
    int64_t moment = moments[_i].seconds * MK_SECOND;

    mk_time_write(out, moment + 1, MK_TIMES_SEED);
    ck_assert_str_eq(out, moments[_i].text);
    mk_time_write(out, moment + MK_SECOND - 1, MK_TIMES_SEED);
    ck_assert_str_eq(out, moments[_i].text);
}
END_TEST

/* A moved clock may get anywhere; the text stays within its room. */
START_TEST(time_write__far_away)
{
    static const int64_t far[] = { INT64_MAX, INT64_MIN, INT64_MIN + 1, INT64_MAX / 2 };

    for (size_t i = 0; i < MK_COUNT(far); i++) {
        char out[MK_TIME_SIZE];
        int length = mk_time_write(out, far[i], MK_TIMES_UTC);
        ck_assert_int_eq(length, 20);
        ck_assert_uint_eq(strlen(out), 20);
    }
}
END_TEST

START_TEST(time_read__what_was_written)
{
    int64_t moment;

    ck_assert(mk_time_read(moments[_i].text, &moment));
    ck_assert_int_eq(moment, moments[_i].seconds * MK_SECOND);
}
END_TEST

static const struct {
    const char *text;
    int64_t moment;
} good_times[] = {
    { "2023-02-16T09:14:11", 1676538851000000 },
    { "2023-02-16T09:14:11Z", 1676538851000000 },
    { "2023-02-16 09:14:11", 1676538851000000 },
    { "2023-02-16T09:14", 1676538840000000 },
    { "2023-02-16T09:14Z", 1676538840000000 },
    { "2023-02-16T09:14+00:00", 1676538840000000 },
    { "2023-02-16T09:14:11.5", 1676538851500000 },
    { "2023-02-16T09:14:11.000001Z", 1676538851000001 },
    { "2023-02-16T09:14:11.123456", 1676538851123456 },
    { "2023-02-16T09:14:11.123456789", 1676538851123456 },
    { "2023-02-16T09:14:11.99999999999999999999999999999999", 1676538851999999 },
    { "2023-02-16T11:14:11+02:00", 1676538851000000 },
    { "2023-02-16T03:44:11-0530", 1676538851000000 },
    { "2023-02-16T09:14:11-00:00", 1676538851000000 },
    { "2023-02-17T09:13:11+23:59", 1676538851000000 },
    { "1970-01-01T00:00:00+00:01", -60000000 },
    { "1969-12-31T23:59:59.25", -750000 },
    { "2000-02-29T00:00:00", 951782400000000 },
};

START_TEST(time_read__good)
{
    int64_t moment = 0;

    ck_assert_msg(mk_time_read(good_times[_i].text, &moment), "%s", good_times[_i].text);
    ck_assert_int_eq(moment, good_times[_i].moment);
}
END_TEST

static const char *const bad_times[] = {
    "",
    "now",
    "2023-02-16",
    "2023-02-16T",
    "2023-02-16T09",
    "2023-02-16T09:",
    "2023-02-16T09:1",
    "2023-02-16T09:14:",
    "2023-02-16T09:14:1",
    "2023-02-16T09:14:11.",
    "2023-02-16T09:14:11.Z",
    "2023-02-16T09:14:11,5",
    "2023-02-16T09:14.5",
    "2023-02-16T09:14:11 Z",
    "2023-02-16T09:14:11ZZ",
    "2023-02-16T09:14:11Z+00:00",
    "2023-02-16T09:14:11+",
    "2023-02-16T09:14:11+0",
    "2023-02-16T09:14:11+02:",
    "2023-02-16T09:14:11+02:0",
    "2023-02-16T09:14:11+24:00",
    "2023-02-16T09:14:11+02:60",
    "2023-02-16T09:14:11+02:000",
    "2023-02-16T09:14:11 +02:00",
    "2023-02-16T24:00:00",
    "2023-02-16T09:60:00",
    "2023-02-16T09:14:60",
    "2023-02-16T-9:14:11",
    "2023-02-16T+9:14:11",
    "2023-02-16T 9:14:11",
    "2023-02-16  09:14:11",
    "2023-02-16_09:14:11",
    "2023-02-30T00:00:00",
    "2023-02-29T00:00:00",
    "1900-02-29T00:00:00",
    "2023-00-10T00:00:00",
    "2023-13-10T00:00:00",
    "2023-01-00T00:00:00",
    "2023-01-32T00:00:00",
    "2023-04-31T00:00:00",
    "23-02-16T09:14:11",
    "02023-02-16T09:14:11",
    "-2023-02-16T09:14:11",
    "2023/02/16T09:14:11",
    "20230216T091411",
    " 2023-02-16T09:14:11",
    "2023-02-16T09:14:11 ",
    "2023-02-16T09:14:11\n",
    "1676538851",
    "2023-W07-4T09:14:11",
    "\xD9\xA2\xD9\xA0\xD9\xA2\xD9\xA3-02-16T09:14:11",
};

START_TEST(time_read__bad)
{
    int64_t moment = 4711;

    ck_assert_msg(!mk_time_read(bad_times[_i], &moment), "%s", bad_times[_i]);
    ck_assert_int_eq(moment, 4711);
}
END_TEST

static const char *const bad_dates[] = {
    "",
    "2023",
    "2023-02",
    "2023-02-",
    "2023-2-16",
    "2023-02-1",
    "2023-02-30",
    "2023-02-29",
    "2100-02-29",
    "2023-00-01",
    "2023-13-01",
    "2023-01-00",
    "2023-01-32",
    "2023-02-16T00:00:00",
    "2023-02-16 ",
    "2023-02-16Z",
    " 2023-02-16",
    "+2023-02-16",
    "20230216",
    "2023/02/16",
};

START_TEST(date_read__bad)
{
    int64_t moment = 4711;

    ck_assert_msg(!mk_date_read(bad_dates[_i], &moment), "%s", bad_dates[_i]);
    ck_assert_int_eq(moment, 4711);
}
END_TEST

START_TEST(date_read__good)
{
    int64_t moment;

    ck_assert(mk_date_read("1970-01-01", &moment));
    ck_assert_int_eq(moment, 0);
    ck_assert(mk_date_read("2024-02-29", &moment));
    ck_assert_int_eq(moment, 1709164800 * MK_SECOND);
    ck_assert(mk_date_read("1969-12-31", &moment));
    ck_assert_int_eq(moment, -MK_DAY);
    ck_assert(mk_date_read("9999-12-31", &moment));
    ck_assert_int_eq(moment, 253402214400 * MK_SECOND);
}
END_TEST

START_TEST(clock__stands_still)
{
    struct mk_clock clock;

    mk_clock_start(&clock, 1676538851 * MK_SECOND, true);
    int64_t first = mk_clock_now(&clock);
    for (int64_t begun = mk_monotonic_now(); mk_monotonic_now() < begun + 2000;)
        MUST(mk_clock_now(&clock) == first);
    ck_assert_int_eq(first, 1676538851 * MK_SECOND);
}
END_TEST

/* Starts where it was told to and goes on as real time does, seen from outside it. */
START_TEST(clock__runs_from_its_start)
{
    static const int64_t starts[] = { 0, 1676538851 * MK_SECOND, -MK_DAY, 4107542400 * MK_SECOND };
    struct mk_clock clock;

    for (size_t i = 0; i < MK_COUNT(starts); i++) {
        int64_t before = mk_real_now();
        mk_clock_start(&clock, starts[i], false);
        int64_t now = mk_clock_now(&clock);
        int64_t after = mk_real_now();
        ck_assert_int_ge(now, starts[i]);
        ck_assert_int_le(now, starts[i] + (after - before));
    }
}
END_TEST

START_TEST(clock__offset_moves_it)
{
    struct mk_clock clock;

    mk_clock_start(&clock, 0, false);
    int64_t before = mk_clock_now(&clock);
    clock.offset += 90 * MK_DAY;
    ck_assert_int_ge(mk_clock_now(&clock), before + 90 * MK_DAY);
    ck_assert_int_lt(mk_clock_now(&clock), before + 90 * MK_DAY + MK_MINUTE);
}
END_TEST

START_TEST(clock__real_and_monotonic)
{
    int64_t last = mk_monotonic_now();

    for (int i = 0; i < 1000; i++) {
        int64_t now = mk_monotonic_now();
        MUST(now >= last);
        last = now;
    }
    ck_assert_int_gt(mk_real_now(), 1700000000 * MK_SECOND);
    ck_assert_int_lt(mk_real_now(), 5000000000 * MK_SECOND);
}
END_TEST

Suite *clock_suite(void)
{
    Suite *suite = suite_create("clock");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, time_write__both_styles, 0, (int)MK_COUNT(moments));
    tcase_add_loop_test(all, time_write__cuts_fractions, 0, (int)MK_COUNT(moments));
    tcase_add_test(all, time_write__far_away);
    tcase_add_loop_test(all, time_read__what_was_written, 0, (int)MK_COUNT(moments));
    tcase_add_loop_test(all, time_read__good, 0, (int)MK_COUNT(good_times));
    tcase_add_loop_test(all, time_read__bad, 0, (int)MK_COUNT(bad_times));
    tcase_add_loop_test(all, date_read__bad, 0, (int)MK_COUNT(bad_dates));
    tcase_add_test(all, date_read__good);
    tcase_add_test(all, clock__stands_still);
    tcase_add_test(all, clock__runs_from_its_start);
    tcase_add_test(all, clock__offset_moves_it);
    tcase_add_test(all, clock__real_and_monotonic);
    suite_add_tcase(suite, all);
    return suite;
}
