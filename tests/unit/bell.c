/* SPDX-License-Identifier: MIT */
#include "base/bell.h"

#include "unit/suites.h"

#include <pthread.h>
#include <stdatomic.h>

static void count(void *context)
{
    atomic_fetch_add((atomic_uint *)context, 1);
}

START_TEST(a_ring_is_heard_until_the_bell_is_silenced)
{
    atomic_uint heard = 0;
    struct mk_bell *bell = mk_bell_new(count, &heard);

    mk_bell_ring(bell);
    mk_bell_ring(bell);
    ck_assert_uint_eq(heard, 2);
    mk_bell_silence(bell);
    mk_bell_ring(bell);
    ck_assert_uint_eq(heard, 2);
    mk_bell_release(bell);
    mk_bell_release(NULL);
}
END_TEST

START_TEST(those_who_wait_are_rung_once)
{
    atomic_uint heard[2] = { 0, 0 };
    struct mk_bell *first = mk_bell_new(count, &heard[0]);
    struct mk_bell *second = mk_bell_new(count, &heard[1]);
    struct mk_bells bells = { 0 };

    mk_bells_ring(&bells);
    mk_bells_add(&bells, first);
    mk_bells_add(&bells, second);
    mk_bells_add(&bells, first);
    ck_assert_uint_eq(bells.count, 2);
    mk_bells_ring(&bells);
    mk_bells_ring(&bells);
    ck_assert_uint_eq(heard[0], 1);
    ck_assert_uint_eq(heard[1], 1);
    mk_bells_add(&bells, first);
    mk_bell_release(first); /* the list holds it still */
    mk_bells_done(&bells);
    ck_assert_uint_eq(heard[0], 2);
    mk_bell_release(second);
}
END_TEST

static void *ring_often(void *bell)
{
    for (int i = 0; i < 10000; i++)
        mk_bell_ring(bell);
    mk_bell_release(bell);
    return NULL;
}

START_TEST(it_is_silenced_while_others_ring)
{
    enum { RINGERS = 4 };
    pthread_t threads[RINGERS];
    atomic_uint heard = 0;
    struct mk_bell *bell = mk_bell_new(count, &heard);

    for (int i = 0; i < RINGERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ring_often, mk_bell_hold(bell)), 0);
    mk_bell_silence(bell);
    unsigned after = heard;
    mk_bell_release(bell);
    for (int i = 0; i < RINGERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(heard, after);
}
END_TEST

Suite *bell_suite(void)
{
    Suite *suite = suite_create("bell");
    TCase *tcase = tcase_create("bell");

    tcase_add_test(tcase, a_ring_is_heard_until_the_bell_is_silenced);
    tcase_add_test(tcase, those_who_wait_are_rung_once);
    tcase_add_test(tcase, it_is_silenced_while_others_ring);
    suite_add_tcase(suite, tcase);
    return suite;
}
