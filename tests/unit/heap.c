/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include "base/random.h"
#include "support/must.h"
#include "unit/suites.h"

START_TEST(an_empty_heap_has_no_first)
{
    struct mk_heap heap = { 0 };

    ck_assert_ptr_null(mk_heap_first(&heap));
    mk_heap_done(&heap);
}
END_TEST

START_TEST(the_soonest_comes_first_and_of_one_time_the_lowest_order)
{
    static const struct mk_due added[] = {
        { 30, 1, 100 }, { 10, 9, 101 }, { 20, 2, 102 }, { 10, 3, 103 }, { INT64_MIN, 5, 104 },
    };
    static const uint64_t expected[] = { 104, 103, 101, 102, 100 };
    struct mk_heap heap = { 0 };

    for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
        mk_heap_add(&heap, added[i]);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ck_assert_uint_eq(mk_heap_first(&heap)->what, expected[i]);
        ck_assert_uint_eq(mk_heap_pop(&heap).what, expected[i]);
    }
    ck_assert_ptr_null(mk_heap_first(&heap));
    mk_heap_done(&heap);
}
END_TEST

/* Adds and takes in turns; what comes out never comes before what came out since the last add. */
START_TEST(any_mixture_comes_out_in_order)
{
    struct mk_random random;
    struct mk_heap heap = { 0 };
    size_t inside = 0;

    mk_random_seeded(&random, (uint64_t)_i, "heap");
    for (size_t round = 0; round < 2000; round++) {
        for (uint64_t i = mk_random_next(&random) % 4; i > 0; i--, inside++)
            mk_heap_add(&heap, (struct mk_due){ .at = (int64_t)(mk_random_next(&random) % 50),
                                                .order = mk_random_next(&random) % 5 });
        struct mk_due last = { .at = INT64_MIN };
        for (uint64_t i = mk_random_next(&random) % 4; i > 0 && inside > 0; i--, inside--) {
            struct mk_due due = mk_heap_pop(&heap);
            MUST(due.at > last.at || (due.at == last.at && due.order >= last.order));
            last = due;
        }
        MUST(heap.count == inside);
    }
    mk_heap_done(&heap);
}
END_TEST

Suite *heap_suite(void)
{
    Suite *suite = suite_create("heap");
    TCase *tcase = tcase_create("heap");

    tcase_add_test(tcase, an_empty_heap_has_no_first);
    tcase_add_test(tcase, the_soonest_comes_first_and_of_one_time_the_lowest_order);
    tcase_add_loop_test(tcase, any_mixture_comes_out_in_order, 0, 8);
    suite_add_tcase(suite, tcase);
    return suite;
}
