/* SPDX-License-Identifier: MIT */
/* The windows of a session: which are told apart, and what one learns of the others. */
#include "base/memory.h"
#include "core/flow.h"
#include "unit/suites.h"

#define SECONDS(n) ((n)*MK_SECOND)

START_TEST(windows__are_new_once)
{
    struct mk_flow flow = { 0 };

    ck_assert(!mk_flow_see_window(&flow, 0, 5));
    for (uint64_t id = 1; id <= MK_WINDOWS; id++)
        ck_assert(mk_flow_see_window(&flow, id, (int64_t)id));
    for (uint64_t id = 1; id <= MK_WINDOWS; id++)
        ck_assert(!mk_flow_see_window(&flow, id, (int64_t)id + 10));
}
END_TEST

/* Of more windows than there are slots the one that was silent longest is forgotten. */
START_TEST(windows__too_many)
{
    struct mk_flow flow = { 0 };

    for (uint64_t id = 1; id <= MK_WINDOWS; id++)
        mk_flow_see_window(&flow, id, (int64_t)id);
    mk_flow_see_window(&flow, 1, 100);
    ck_assert(mk_flow_see_window(&flow, 99, 101)); /* in the place of 2 */
    ck_assert(!mk_flow_see_window(&flow, 1, 102));
    ck_assert(!mk_flow_see_window(&flow, 3, 102));
    ck_assert(mk_flow_see_window(&flow, 2, 103));
}
END_TEST

/* The other window's first and last call and the bank's answer, in seconds; asked at 20. */
static const struct {
    int first;
    int last;
    int answered; /* 0: not yet */
    enum mk_first_window found;
} others[] = {
    { 1, 19, 0, MK_FIRST_WINDOW_NONE },    { 1, 19, 18, MK_FIRST_WINDOW_ALIVE },
    { 1, 18, 18, MK_FIRST_WINDOW_RECENT }, { 1, 17, 18, MK_FIRST_WINDOW_RECENT },
    { 1, 15, 18, MK_FIRST_WINDOW_RECENT }, { 1, 14, 18, MK_FIRST_WINDOW_NONE },
    { 1, 2, 18, MK_FIRST_WINDOW_NONE },    { 18, 19, 18, MK_FIRST_WINDOW_NONE },
    { 19, 19, 18, MK_FIRST_WINDOW_NONE },  { 1, 11, 10, MK_FIRST_WINDOW_ALIVE },
};

START_TEST(first_window__table)
{
    struct mk_flow flow = { .answered_at = SECONDS(others[_i].answered) };

    mk_flow_see_window(&flow, 7, SECONDS(others[_i].first));
    mk_flow_see_window(&flow, 7, SECONDS(others[_i].last));
    mk_flow_see_window(&flow, 8, SECONDS(20));
    ck_assert_int_eq(mk_flow_first_window(&flow, 8, SECONDS(20)), others[_i].found);
    /* Nobody is its own first window. */
    ck_assert_int_eq(mk_flow_first_window(&flow, 7, SECONDS(20)), MK_FIRST_WINDOW_NONE);
}
END_TEST

/* One that lives counts for more than one that may. */
START_TEST(first_window__of_several)
{
    struct mk_flow flow = { .answered_at = SECONDS(10) };

    mk_flow_see_window(&flow, 1, SECONDS(8));
    mk_flow_see_window(&flow, 2, SECONDS(7));
    ck_assert_int_eq(mk_flow_first_window(&flow, 3, SECONDS(11)), MK_FIRST_WINDOW_RECENT);
    mk_flow_see_window(&flow, 2, SECONDS(12));
    ck_assert_int_eq(mk_flow_first_window(&flow, 3, SECONDS(12)), MK_FIRST_WINDOW_ALIVE);
}
END_TEST

Suite *flow_windows_suite(void)
{
    Suite *suite = suite_create("flow_windows");
    TCase *all = tcase_create("all");

    tcase_add_test(all, windows__are_new_once);
    tcase_add_test(all, windows__too_many);
    tcase_add_loop_test(all, first_window__table, 0, (int)MK_COUNT(others));
    tcase_add_test(all, first_window__of_several);
    suite_add_tcase(suite, all);
    return suite;
}
