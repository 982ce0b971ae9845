/* SPDX-License-Identifier: MIT */
#include "core/faults.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <stdint.h>
#include <string.h>

static struct mk_faults faults;

static void open_faults(void)
{
    faults = (struct mk_faults){ 0 };
    mk_faults_init(&faults, 7);
}

static void close_faults(void)
{
    mk_faults_done(&faults);
}

/* Adds a rule with what is given here; the rest is "always". Returns its number. */
static uint32_t add(struct mk_fault fault, const char *operation, const char *link)
{
    struct mk_problem problem = { 0 };

    fault.operation = mk_copy(operation);
    fault.link = mk_copy(link);
    ck_assert_int_eq(mk_faults_add(&faults, &fault, &problem), MK_OK);
    ck_assert_ptr_null(fault.operation);
    return faults.last;
}

#define ALWAYS .probability = 1, .left = -1

/* The number of the rule that fires; 0: none. */
static uint32_t try(const char *operation, const char *link)
{
    const struct mk_fault *fault = mk_faults_try(&faults, operation, link);

    return fault != NULL ? fault->number : 0;
}

START_TEST(what_matches)
{
    uint32_t links = add((struct mk_fault){ ALWAYS }, "get_link", "mk_a");
    uint32_t operation = add((struct mk_fault){ ALWAYS }, "get_link", NULL);
    uint32_t link = add((struct mk_fault){ ALWAYS }, NULL, "mk_b");

    ck_assert_uint_eq(try("get_link", "mk_a"), links);
    ck_assert_uint_eq(try("get_link", "mk_b"), operation);
    ck_assert_uint_eq(try("get_link", NULL), operation);
    ck_assert_uint_eq(try("get_accounts", "mk_b"), link);
    ck_assert_uint_eq(try("get_accounts", "mk_a"), 0);
    ck_assert_uint_eq(try("get_links", NULL), 0);
    uint32_t any = add((struct mk_fault){ ALWAYS }, NULL, NULL);
    ck_assert_uint_eq(try("get_links", NULL), any);
}
END_TEST

/* A rule counts the calls that one before it took, too. */
START_TEST(nth_call)
{
    uint32_t first = add((struct mk_fault){ ALWAYS, .nth = 1 }, "get_link", NULL);
    uint32_t third = add((struct mk_fault){ ALWAYS, .nth = 3 }, "get_link", NULL);
    const uint32_t wanted[] = { first, 0, third, 0 };

    ck_assert_uint_eq(try("get_links", NULL), 0);
    for (size_t i = 0; i < MK_COUNT(wanted); i++)
        ck_assert_uint_eq(try("get_link", "mk_a"), wanted[i]);
    ck_assert_int_eq(mk_faults_find(&faults, first)->left, 0);
    ck_assert_uint_eq(mk_faults_find(&faults, third)->matched, 4);
    ck_assert_uint_eq(mk_faults_find(&faults, third)->fired, 1);
}
END_TEST

START_TEST(limited_count)
{
    uint32_t twice = add((struct mk_fault){ .probability = 1, .left = 2 }, NULL, NULL);
    uint32_t then = add((struct mk_fault){ ALWAYS }, NULL, NULL);
    const uint32_t wanted[] = { twice, twice, then, then };

    for (size_t i = 0; i < MK_COUNT(wanted); i++)
        ck_assert_uint_eq(try("get_link", NULL), wanted[i]);
    ck_assert_int_eq(mk_faults_find(&faults, twice)->left, 0);
    ck_assert_uint_eq(mk_faults_find(&faults, twice)->fired, 2);
    ck_assert_uint_eq(mk_faults_find(&faults, twice)->matched, 4);
    ck_assert_int_eq(mk_faults_find(&faults, then)->left, -1);
    ck_assert_uint_eq(mk_faults_find(&faults, then)->fired, 2);
}
END_TEST

enum { TRIES = 1000 };

static void roll(uint64_t seed, char results[TRIES + 1])
{
    mk_faults_done(&faults);
    faults = (struct mk_faults){ 0 };
    mk_faults_init(&faults, seed);
    add((struct mk_fault){ .probability = 0.25, .left = -1 }, NULL, NULL);
    for (size_t i = 0; i < TRIES; i++)
        results[i] = try("get_link", NULL) != 0 ? 'x' : '.';
    results[TRIES] = '\0';
}

START_TEST(probability_from_the_seed)
{
    char first[TRIES + 1];
    char again[TRIES + 1];
    char other[TRIES + 1];

    roll(7, first);
    roll(7, again);
    uint64_t fired = mk_faults_find(&faults, 1)->fired;
    roll(8, other);
    ck_assert_str_eq(first, again);
    ck_assert_str_ne(first, other);
    ck_assert_uint_ge(fired, TRIES / 5);
    ck_assert_uint_le(fired, TRIES * 3 / 10);
}
END_TEST

START_TEST(probability_zero_never)
{
    uint32_t never = add((struct mk_fault){ .probability = 0, .left = -1 }, NULL, NULL);

    for (size_t i = 0; i < TRIES; i++)
        ck_assert_uint_eq(try("get_link", NULL), 0);
    ck_assert_uint_eq(mk_faults_find(&faults, never)->matched, TRIES);
}
END_TEST

START_TEST(removing)
{
    uint32_t first = add((struct mk_fault){ ALWAYS }, NULL, NULL);
    uint32_t second = add((struct mk_fault){ ALWAYS }, NULL, "mk_a");

    mk_faults_remove(&faults, first);
    mk_faults_remove(&faults, 99);
    ck_assert_ptr_null(mk_faults_find(&faults, first));
    ck_assert_str_eq(mk_faults_find(&faults, second)->link, "mk_a");
    ck_assert_uint_eq(try("get_link", "mk_a"), second);
    mk_faults_clear(&faults);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_uint_eq(try("get_link", "mk_a"), 0);
    ck_assert_uint_gt(add((struct mk_fault){ ALWAYS }, NULL, NULL), second);
}
END_TEST

/* Those that are spent make room, the oldest first; without one the new rule is refused. */
START_TEST(the_limit)
{
    struct mk_fault fault = { ALWAYS, .operation = mk_copy("get_link") };
    struct mk_problem problem = { 0 };

    for (size_t i = 0; i < MK_FAULTS_MAX; i++)
        add((struct mk_fault){ ALWAYS, .nth = i == 4 || i == 6 }, NULL, NULL);
    ck_assert_int_eq(mk_faults_add(&faults, &fault, &problem), MK_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(problem.message, "100"));
    ck_assert_uint_eq(try("get_link", NULL), 1);
    uint32_t next = add((struct mk_fault){ ALWAYS }, NULL, NULL);
    ck_assert_uint_eq(next, MK_FAULTS_MAX + 1);
    ck_assert_uint_eq(faults.count, MK_FAULTS_MAX);
    ck_assert_ptr_null(mk_faults_find(&faults, 5));
    ck_assert_ptr_nonnull(mk_faults_find(&faults, 7));
}
END_TEST

/* A rule that was loaded keeps its number. */
START_TEST(numbers_and_swap)
{
    struct mk_faults other = { 0 };

    mk_faults_init(&other, 8);
    ck_assert_uint_eq(add((struct mk_fault){ ALWAYS, .number = 12 }, NULL, NULL), 12);
    ck_assert_uint_eq(add((struct mk_fault){ ALWAYS }, NULL, NULL), 13);
    mk_faults_swap(&faults, &other);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_uint_eq(other.count, 2);
    ck_assert_uint_eq(add((struct mk_fault){ ALWAYS }, NULL, NULL), 1);
    ck_assert_ptr_nonnull(mk_faults_find(&other, 13));
    mk_faults_done(&other);
}
END_TEST

Suite *faults_suite(void)
{
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("faults");

    tcase_add_checked_fixture(tcase, open_faults, close_faults);
    tcase_add_test(tcase, what_matches);
    tcase_add_test(tcase, nth_call);
    tcase_add_test(tcase, limited_count);
    tcase_add_test(tcase, probability_from_the_seed);
    tcase_add_test(tcase, probability_zero_never);
    tcase_add_test(tcase, removing);
    tcase_add_test(tcase, the_limit);
    tcase_add_test(tcase, numbers_and_swap);
    suite_add_tcase(suite, tcase);
    return suite;
}
