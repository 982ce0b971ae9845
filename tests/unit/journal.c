/* SPDX-License-Identifier: MIT */
#include "core/journal.h"

#include "base/memory.h"
#include "base/random.h"
#include "unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TARGET_MAX = 1000, BODY_MAX = 4000 };

/* Texts whose lengths and letters follow from the number, so that a reader can tell them. */
static void fill(char *out, size_t room, uint64_t number, unsigned salt)
{
    size_t length = (size_t)(mk_seed_derive(number, salt == 0 ? "target" : "body") % room);

    memset(out, 'a' + (int)((number + salt) % 26), length);
    out[length] = '\0';
}

static void add(struct mk_journal *journal)
{
    uint64_t number = journal->last + 1;
    char target[TARGET_MAX];
    char body[BODY_MAX];
    struct mk_happening happening = { .kind = (uint8_t)(number % 4 == 1),
                                      .state = (uint8_t)(number % 5),
                                      .moment = (int64_t)number * 7,
                                      .target = target,
                                      .reply = number % 3 == 0 ? "{}" : NULL };

    fill(target, sizeof(target), number, 0);
    fill(body, number % 5 == 0 ? sizeof(body) : 100, number, 1);
    if (number % 4 != 0)
        happening.body = body;
    snprintf(happening.request_id, sizeof(happening.request_id), "req_%llu",
             (unsigned long long)number);
    ck_assert_uint_eq(mk_journal_add(journal, &happening), number);
}

static void check(const struct mk_happening *happening, uint64_t number)
{
    char target[TARGET_MAX];
    char body[BODY_MAX];

    fill(target, sizeof(target), number, 0);
    fill(body, number % 5 == 0 ? sizeof(body) : 100, number, 1);
    ck_assert_uint_eq(happening->number, number);
    ck_assert_int_eq(happening->moment, (int64_t)number * 7);
    ck_assert_ptr_null(happening->version);
    ck_assert_int_eq(happening->state, (int)(number % 5));
    if (happening->kind != MK_HAPPENED_REQUEST) {
        ck_assert_ptr_null(happening->target);
        ck_assert_str_eq(happening->request_id, "");
        return;
    }
    ck_assert_str_eq(happening->target, target);
    if (number % 4 != 0)
        ck_assert_str_eq(happening->body, body);
    else
        ck_assert_ptr_null(happening->body);
    ck_assert_int_eq(happening->reply != NULL, number % 3 == 0);
}

/* From this number on, everything and nothing twice. */
static void check_from(const struct mk_journal *journal, uint64_t after)
{
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;
    uint64_t expected = after + 1 > journal->first ? after + 1 : journal->first;

    while (mk_journal_next(journal, after, &reader, &happening))
        check(&happening, expected++);
    ck_assert_uint_eq(expected, journal->last + 1 > after + 1 ? journal->last + 1 : after + 1);
}

START_TEST(empty)
{
    struct mk_journal journal;
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;

    mk_journal_init(&journal);
    ck_assert(!mk_journal_next(&journal, 0, &reader, &happening));
    ck_assert(!mk_journal_find_request(&journal, "req_1", &happening));
    ck_assert_uint_eq(journal.first, 1);
    ck_assert_uint_eq(journal.room, 0); /* a world that nobody calls costs nothing */
    mk_journal_clear(&journal);
    mk_journal_done(&journal);
}
END_TEST

/* Through growth, the first wrap and many more. */
START_TEST(keeps_the_newest)
{
    struct mk_journal journal;

    mk_journal_init(&journal);
    mk_journal_set_limit(&journal, 65536);
    for (int i = 0; i < 2000; i++) {
        add(&journal);
        ck_assert_uint_le(journal.room, 65536);
        ck_assert_uint_le(journal.used, journal.room);
        if (i % 7 != 0)
            continue;
        check_from(&journal, 0);
        check_from(&journal, journal.first + (journal.last - journal.first) * 2 / 3);
        check_from(&journal, journal.last - 1);
        check_from(&journal, journal.last);
    }
    ck_assert_uint_gt(journal.first, 1000);
    for (uint64_t after = journal.first - 2; after <= journal.last + 1; after++)
        check_from(&journal, after);
    mk_journal_done(&journal);
}
END_TEST

/* What is kept is what fits: no less than the limit but for one record and a pad. */
START_TEST(uses_its_memory)
{
    struct mk_journal journal;

    mk_journal_init(&journal);
    for (int i = 0; i < 10000; i++)
        add(&journal);
    ck_assert_uint_eq(journal.room, MK_JOURNAL_BYTES);
    ck_assert_uint_gt(journal.used, MK_JOURNAL_BYTES - (size_t)4 * (TARGET_MAX + BODY_MAX));
    mk_journal_done(&journal);
}
END_TEST

START_TEST(finds_requests)
{
    struct mk_journal journal;
    struct mk_happening happening;
    char id[32];

    mk_journal_init(&journal);
    mk_journal_set_limit(&journal, 65536);
    for (int i = 0; i < 500; i++)
        add(&journal);
    for (uint64_t number = 1; number <= journal.last + 1; number++) {
        bool is_kept = number >= journal.first && number <= journal.last;
        snprintf(id, sizeof(id), "req_%llu", (unsigned long long)number);
        ck_assert_int_eq(mk_journal_find_request(&journal, id, &happening),
                         is_kept && number % 4 != 1);
        if (is_kept && number % 4 != 1)
            check(&happening, number);
    }
    mk_journal_done(&journal);
}
END_TEST

START_TEST(limit_moves)
{
    struct mk_journal journal;

    mk_journal_init(&journal);
    mk_journal_set_limit(&journal, 300000);
    for (int i = 0; i < 700; i++)
        add(&journal);
    mk_journal_set_limit(&journal, 0); /* as small as it gets */
    ck_assert_uint_eq(journal.room, 65536);
    check_from(&journal, 0);
    for (int i = 0; i < 100; i++)
        add(&journal);
    mk_journal_set_limit(&journal, 200003);
    for (int i = 0; i < 300; i++) {
        add(&journal);
        check_from(&journal, 0);
    }
    ck_assert_uint_eq(journal.room, 200000);
    mk_journal_done(&journal);
}
END_TEST

START_TEST(clear_goes_on_counting)
{
    struct mk_journal journal;

    mk_journal_init(&journal);
    for (int i = 0; i < 10; i++)
        add(&journal);
    mk_journal_clear(&journal);
    ck_assert_uint_eq(journal.first, 11);
    check_from(&journal, 0);
    add(&journal);
    ck_assert_uint_eq(journal.last, 11);
    check_from(&journal, 0);
    check_from(&journal, 10);
    mk_journal_done(&journal);
}
END_TEST

Suite *journal_suite(void)
{
    Suite *suite = suite_create("journal");
    TCase *tcase = tcase_create("journal");

    tcase_add_test(tcase, empty);
    tcase_add_test(tcase, keeps_the_newest);
    tcase_add_test(tcase, uses_its_memory);
    tcase_add_test(tcase, finds_requests);
    tcase_add_test(tcase, limit_moves);
    tcase_add_test(tcase, clear_goes_on_counting);
    suite_add_tcase(suite, tcase);
    return suite;
}
