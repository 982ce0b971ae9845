/* SPDX-License-Identifier: MIT */
#include "base/day.h"

#include "base/clock.h"
#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

static const struct {
    int32_t day;
    const char *text;
    struct mk_date date;
    int weekday;
} days[] = {
    { 0, "1970-01-01", { 1970, 1, 1 }, 4 },      { -1, "1969-12-31", { 1969, 12, 31 }, 3 },
    { 19403, "2023-02-15", { 2023, 2, 15 }, 3 }, { 11016, "2000-02-29", { 2000, 2, 29 }, 2 },
    { 19782, "2024-02-29", { 2024, 2, 29 }, 4 }, { 47541, "2100-03-01", { 2100, 3, 1 }, 1 },
    { -25567, "1900-01-01", { 1900, 1, 1 }, 1 }, { 2932896, "9999-12-31", { 9999, 12, 31 }, 5 },
    { -719528, "0000-01-01", { 0, 1, 1 }, 6 },
};

START_TEST(days__table)
{
    struct mk_date date = mk_date_of(days[_i].day);
    char text[MK_DATE_SIZE];
    int32_t day;

    ck_assert_int_eq(mk_date_write(text, days[_i].day), 10);
    ck_assert_str_eq(text, days[_i].text);
    ck_assert(mk_day_read(text, &day));
    ck_assert_int_eq(day, days[_i].day);
    ck_assert_int_eq(date.year, days[_i].date.year);
    ck_assert_int_eq(date.month, days[_i].date.month);
    ck_assert_int_eq(date.day, days[_i].date.day);
    ck_assert_int_eq(mk_weekday_of(days[_i].day), days[_i].weekday);
}
END_TEST

/* The first and the last microsecond of a day lie in it. */
START_TEST(days__moments)
{
    int64_t start = mk_day_start(days[_i].day);

    ck_assert_int_eq(mk_day_of(start), days[_i].day);
    ck_assert_int_eq(mk_day_of(start + MK_DAY - 1), days[_i].day);
    ck_assert_int_eq(mk_day_of(start - 1), days[_i].day - 1);
    ck_assert_int_eq(mk_day_of(start + MK_DAY), days[_i].day + 1);
}
END_TEST

/* No day is left out or comes twice, and the weeks go round. */
START_TEST(days__one_after_the_other)
{
    struct mk_date before = mk_date_of(-100000);

    for (int32_t day = -99999; day < 100000; day++) {
        struct mk_date date = mk_date_of(day);
        bool is_next = date.day == before.day + 1 ||
                       (date.day == 1 && before.day >= 28 && date.month == before.month % 12 + 1);
        MUST(is_next);
        MUST(mk_weekday_of(day) == (mk_weekday_of(day - 1) + 1) % 7);
        before = date;
    }
}
END_TEST

static const struct {
    const char *text;
    int32_t day;
} readable[] = {
    { "2023-02-15", 19403 },
    { "\"2023-02-15\"", 19403 },
    { "2023-02-15T00:00:00", 19403 },
    { "2023-02-15T23:59:59.999999Z", 19403 },
    { "\"2023-02-15T10:00:00Z\"", 19403 },
    { "2023-02-15 10:00", 19403 },
    { "2023-02-15T23:30:00-01:00", 19404 },
    { "2023-02-15T00:30:00+01:00", 19402 },
};

START_TEST(read__table)
{
    int32_t day;

    ck_assert(mk_day_read(readable[_i].text, &day));
    ck_assert_int_eq(day, readable[_i].day);
}
END_TEST

static const char *const unreadable[] = {
    "",
    "\"",
    "\"\"",
    "today",
    "2023-02-30",
    "2023-13-01",
    "2023-2-15",
    "20230215",
    " 2023-02-15",
    "2023-02-15 ",
    "\"2023-02-15",
    "2023-02-15\"",
    "\"\"2023-02-15\"\"",
    "'2023-02-15'",
    "2023-02-15T",
    "2023-02-15T24:00:00",
    "2023-02-15T10:00:00.0000000000000000000000000000000000000000000000000000000000000000000000",
};

START_TEST(read__refuses)
{
    int32_t day;

    ck_assert(!mk_day_read(unreadable[_i], &day));
}
END_TEST

Suite *day_suite(void)
{
    Suite *suite = suite_create("day");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, days__table, 0, (int)MK_COUNT(days));
    tcase_add_loop_test(all, days__moments, 0, (int)MK_COUNT(days));
    tcase_add_test(all, days__one_after_the_other);
    tcase_add_loop_test(all, read__table, 0, (int)MK_COUNT(readable));
    tcase_add_loop_test(all, read__refuses, 0, (int)MK_COUNT(unreadable));
    suite_add_tcase(suite, all);
    return suite;
}
