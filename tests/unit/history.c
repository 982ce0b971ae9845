/* SPDX-License-Identifier: MIT */
#include "core/history.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdlib.h>

#define MADE_AT (INT64_C(1767225600) * MK_SECOND)

static struct mk_link link_;

static void make_link(void)
{
    link_ = (struct mk_link){ .created_at = MADE_AT, .accounts = 5 };
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        link_.products[i].refreshed = link_.products[i].attempted = MK_NEVER_SECONDS;
}

static void drop_link(void)
{
    mk_history_free(link_.history);
    link_.history = NULL;
}

/* As core/products.c does it, so many hours after the link was made. */
static void fetch(int hours)
{
    int64_t now = MADE_AT + hours * MK_HOUR;

    mk_history_fetched(&link_, now);
    mk_link_fetched(&link_, MK_PRODUCT_TRANSACTIONS, now);
}

static void expect_batch(uint32_t index, enum mk_batch_kind kind, uint64_t accounts, int hours)
{
    struct mk_batch batch = mk_history_batch(&link_, index);

    ck_assert_uint_lt(index, mk_history_count(&link_));
    ck_assert_int_eq(batch.kind, kind);
    ck_assert_uint_eq(batch.accounts, accounts);
    ck_assert_int_eq(mk_history_moment(&link_, &batch), MADE_AT + hours * MK_HOUR);
}

START_TEST(fetches__first_one_is_implied)
{
    ck_assert_uint_eq(mk_history_count(&link_), 0);
    ck_assert_uint_eq(mk_history_fetches(&link_, UINT32_MAX), 0);
    fetch(2);
    ck_assert_ptr_null(link_.history);
    ck_assert_uint_eq(mk_history_count(&link_), 1);
    ck_assert_uint_eq(mk_history_fetches(&link_, 0), 1);
    ck_assert_uint_eq(mk_history_fetch(&link_, 0), 0);
    expect_batch(0, MK_BATCH_FETCH, 5, 2);
}
END_TEST

START_TEST(fetches__later_ones)
{
    fetch(2);
    fetch(26);
    fetch(50);
    ck_assert_uint_eq(mk_history_count(&link_), 3);
    expect_batch(0, MK_BATCH_FETCH, 5, 2);
    expect_batch(1, MK_BATCH_FETCH, 5, 26);
    expect_batch(2, MK_BATCH_FETCH, 5, 50);
}
END_TEST

/* The first fetch after the history: the batch is there as for any other. */
START_TEST(fetches__history_first)
{
    mk_history_of(&link_);
    ck_assert_uint_eq(mk_history_count(&link_), 0);
    fetch(1);
    ck_assert_uint_eq(mk_history_count(&link_), 1);
    expect_batch(0, MK_BATCH_FETCH, 5, 1);
}
END_TEST

START_TEST(history__starts_without_refreshes)
{
    const struct mk_history *history = mk_history_of(&link_);

    ck_assert_ptr_eq(mk_history_of(&link_), history);
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++) {
        ck_assert_int_eq(history->ends[i], MK_NEVER_SECONDS);
        ck_assert_int_eq(history->requested[i], MK_NEVER_SECONDS);
    }
    ck_assert(!history->is_imported);
}
END_TEST

/* What was shared at the first fetch is kept, also though it was only implied. */
START_TEST(grants__after_the_first_fetch)
{
    fetch(0);
    mk_history_granted(&link_, 2, MADE_AT + MK_HOUR);
    link_.accounts |= 2;
    fetch(2);
    expect_batch(0, MK_BATCH_FETCH, 5, 0);
    expect_batch(1, MK_BATCH_GRANT, 2, 1);
    expect_batch(2, MK_BATCH_FETCH, 7, 2);
}
END_TEST

START_TEST(grants__before_the_first_fetch)
{
    mk_history_granted(&link_, 2, MADE_AT);
    ck_assert_ptr_null(link_.history);
    link_.accounts |= 2;
    fetch(1);
    ck_assert_uint_eq(mk_history_count(&link_), 1);
    expect_batch(0, MK_BATCH_FETCH, 7, 1);
}
END_TEST

START_TEST(numbers__of_fetches)
{
    static const uint32_t up_to[] = { 1, 1, 2, 2, 2, 3 };
    const struct mk_batch import = { .kind = MK_BATCH_IMPORT };

    fetch(0);
    mk_history_granted(&link_, 2, MADE_AT);
    fetch(1);
    ck_assert(mk_history_add(&link_, import, MADE_AT));
    ck_assert(mk_history_add(&link_, import, MADE_AT));
    fetch(2);
    for (uint32_t i = 0; i < MK_COUNT(up_to); i++)
        ck_assert_uint_eq(mk_history_fetches(&link_, i), up_to[i]);
    ck_assert_uint_eq(mk_history_fetch(&link_, 0), 0);
    ck_assert_uint_eq(mk_history_fetch(&link_, 1), 2);
    ck_assert_uint_eq(mk_history_fetch(&link_, 2), 5);
}
END_TEST

START_TEST(batches__limit)
{
    for (uint32_t i = 0; i < MK_BATCHES_MAX; i++)
        MUST(mk_history_add(&link_, (struct mk_batch){ .kind = MK_BATCH_FETCH }, MADE_AT));
    ck_assert(!mk_history_add(&link_, (struct mk_batch){ .kind = MK_BATCH_FETCH }, MADE_AT));
    fetch(1);
    ck_assert_uint_eq(mk_history_count(&link_), MK_BATCHES_MAX);
    ck_assert_uint_eq(mk_history_fetches(&link_, UINT32_MAX), MK_BATCHES_MAX);
    ck_assert_uint_eq(mk_history_fetch(&link_, MK_BATCHES_MAX - 1), MK_BATCHES_MAX - 1);
}
END_TEST

/* --- Corrections ------------------------------------------------------------------------------ */

/* The transaction with this ordinal; all other parts of its key follow from it. */
static struct mk_transaction_key transaction(uint32_t ordinal)
{
    return (struct mk_transaction_key){ .fetch = ordinal % 3,
                                        .ordinal = ordinal / 3,
                                        .day = (int32_t)(ordinal % 5),
                                        .source = (uint16_t)(ordinal % 2),
                                        .account = (uint8_t)(ordinal % 4) };
}

static bool correct(const uint32_t *ordinals, size_t count, uint8_t category)
{
    struct mk_correction *corrections = mk_alloc_zero(count, sizeof(*corrections));

    for (size_t i = 0; i < count; i++)
        corrections[i] = (struct mk_correction){ .transaction = transaction(ordinals[i]),
                                                 .category = category,
                                                 .subcategory = -1 };
    bool is_added = mk_history_correct(&link_, corrections, count, MADE_AT);
    free(corrections);
    return is_added;
}

/* The category that holds at the end of the batch; -1: none. */
static int category_of(uint32_t ordinal, uint32_t batch)
{
    const struct mk_transaction_key key = transaction(ordinal);
    const struct mk_correction *correction = mk_history_correction(&link_, &key, batch);

    return correction == NULL ? -1 : correction->category;
}

START_TEST(corrections__latest_wins)
{
    fetch(0);
    ck_assert_int_eq(category_of(4, 0), -1);
    ck_assert(correct((uint32_t[]){ 7, 4, 1 }, 3, 10));
    ck_assert(correct((uint32_t[]){ 4, 2 }, 2, 20));
    ck_assert(correct((uint32_t[]){ 1 }, 1, 30));
    ck_assert_uint_eq(mk_history_count(&link_), 4);
    ck_assert_uint_eq(mk_history_batch(&link_, 2).first, 3);
    ck_assert_uint_eq(mk_history_batch(&link_, 2).count, 2);
    ck_assert_int_eq(category_of(4, 0), -1);
    ck_assert_int_eq(category_of(4, 1), 10);
    ck_assert_int_eq(category_of(4, 2), 20);
    ck_assert_int_eq(category_of(4, 3), 20);
    ck_assert_int_eq(category_of(7, 3), 10);
    ck_assert_int_eq(category_of(1, 2), 10);
    ck_assert_int_eq(category_of(1, 3), 30);
    ck_assert_int_eq(category_of(2, 1), -1);
    ck_assert_int_eq(category_of(2, 3), 20);
    ck_assert_int_eq(category_of(3, 3), -1);
}
END_TEST

enum { ROUNDS = 200, TRANSACTIONS = 60 };

/* Against a table of what was said when. */
START_TEST(corrections__many)
{
    static int said[ROUNDS + 1][TRANSACTIONS];
    struct mk_random random;

    mk_random_seeded(&random, 11, "corrections");
    for (int i = 0; i < TRANSACTIONS; i++)
        said[0][i] = -1;
    fetch(0);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        uint32_t ordinals[TRANSACTIONS];
        size_t count = 0;
        uint8_t category = (uint8_t)(round % 24);
        memcpy(said[round], said[round - 1], sizeof(said[round]));
        for (uint32_t i = TRANSACTIONS; i-- > 0;) {
            if (mk_random_next(&random) % 8 != 0)
                continue;
            ordinals[count++] = i;
            said[round][i] = category;
        }
        ck_assert(correct(ordinals, count, category));
    }
    for (uint32_t round = 0; round <= ROUNDS; round++) {
        for (uint32_t i = 0; i < TRANSACTIONS; i++)
            MUST(category_of(i, round) == said[round][i]);
    }
}
END_TEST

START_TEST(corrections__limit)
{
    uint32_t *ordinals = mk_alloc_zero(MK_CORRECTIONS_MAX, sizeof(*ordinals));

    for (uint32_t i = 0; i < MK_CORRECTIONS_MAX; i++)
        ordinals[i] = i;
    ck_assert(correct(ordinals, MK_CORRECTIONS_MAX - 1, 1));
    ck_assert(!correct(ordinals, 2, 2));
    ck_assert_uint_eq(mk_history_count(&link_), 1);
    ck_assert_int_eq(category_of(0, 1), 1);
    ck_assert(correct(ordinals, 1, 3));
    ck_assert(!correct(ordinals, 1, 4));
    ck_assert_int_eq(category_of(0, 1), 3);
    free(ordinals);
}
END_TEST

/* --- Changes by the control API --------------------------------------------------------------- */

/* Edits of these transactions, to this amount, and an addition. */
static bool change(const uint32_t *ordinals, size_t count, int64_t amount)
{
    struct mk_edit *edits = mk_alloc_zero(count, sizeof(*edits));
    const struct mk_added_transaction added = { .description = mk_copy("added"),
                                                .amount = amount,
                                                .fetches = mk_history_fetches(&link_, UINT32_MAX) };

    for (size_t i = 0; i < count; i++)
        edits[i] = (struct mk_edit){ .transaction = transaction(ordinals[i]),
                                     .amount = amount,
                                     .description = mk_copy("edited") };
    bool is_done = mk_history_change(&link_, &added, 1, edits, count, MADE_AT);
    for (size_t i = 0; !is_done && i < count; i++)
        mk_edit_done(&edits[i]);
    if (!is_done)
        mk_added_done(&added);
    free(edits);
    return is_done;
}

static int64_t amount_of(uint32_t ordinal, uint32_t batch)
{
    const struct mk_transaction_key key = transaction(ordinal);
    const struct mk_edit *edit = mk_history_edit(&link_, &key, batch);

    return edit == NULL ? 0 : edit->amount;
}

START_TEST(edits__hold_from_their_batch_on)
{
    uint32_t place = 0;

    fetch(0);
    ck_assert_int_eq(amount_of(4, UINT32_MAX), 0);
    ck_assert(change((uint32_t[]){ 7, 4 }, 2, 10)); /* batches 1 and 2 */
    fetch(1);                                       /* 3 */
    ck_assert(change((uint32_t[]){ 4 }, 1, 20));    /* 4 and 5 */
    ck_assert_uint_eq(mk_history_count(&link_), 6);
    ck_assert_uint_eq(mk_history_batch(&link_, 4).kind, MK_BATCH_ADDITION);
    ck_assert_uint_eq(mk_history_batch(&link_, 4).first, 1);
    ck_assert_uint_eq(mk_history_batch(&link_, 5).kind, MK_BATCH_EDIT);
    ck_assert_uint_eq(mk_history_batch(&link_, 5).first, 2);
    ck_assert_int_eq(amount_of(4, 1), 0);
    ck_assert_int_eq(amount_of(4, 2), 10);
    ck_assert_int_eq(amount_of(4, 4), 10);
    ck_assert_int_eq(amount_of(4, 5), 20);
    ck_assert_int_eq(amount_of(7, 5), 10);
    ck_assert_uint_eq(mk_history_first_added(&link_, 1), 0);
    ck_assert_uint_eq(mk_history_first_added(&link_, 2), 1);
    ck_assert_uint_eq(mk_history_first_added(&link_, 3), 2);
    int64_t sum = mk_history_next_edited(&link_, &place)->amount;
    sum += mk_history_next_edited(&link_, &place)->amount;
    ck_assert_int_eq(sum, 30);
    ck_assert_ptr_null(mk_history_next_edited(&link_, &place));
}
END_TEST

/* One that fails leaves nothing behind. */
START_TEST(edits__limits)
{
    static uint32_t many[1] = { 1 };

    fetch(0);
    ck_assert(change(many, 1, 5));
    link_.history->edit_count = MK_EDITS_MAX;
    ck_assert(!change(many, 1, 6));
    link_.history->edit_count = 1;
    link_.history->added_count = MK_ADDED_MAX;
    ck_assert(!change(many, 1, 6));
    link_.history->added_count = 1;
    while (mk_history_count(&link_) < MK_BATCHES_MAX - 1)
        MUST(mk_history_add(&link_, (struct mk_batch){ .kind = MK_BATCH_FETCH }, MADE_AT));
    ck_assert(!change(many, 1, 6));
    ck_assert(change(many, 0, 6));
    ck_assert_uint_eq(mk_history_count(&link_), MK_BATCHES_MAX);
}
END_TEST

START_TEST(revived__begins_anew)
{
    fetch(0);
    fetch(1);
    ck_assert(change((uint32_t[]){ 7 }, 1, 10));
    mk_history_shed(link_.history);
    ck_assert_uint_eq(mk_history_count(&link_), 0);
    mk_history_revive(&link_);
    ck_assert_ptr_null(link_.history);
    ck_assert_uint_eq(mk_history_count(&link_), 1);
    mk_history_of(&link_)->is_imported = true;
    mk_history_shed(link_.history);
    mk_history_revive(&link_);
    ck_assert(link_.history->is_imported && link_.history->original_ids != NULL);
    ck_assert_int_eq(link_.history->ends[0], MK_NEVER_SECONDS);
}
END_TEST

Suite *history_suite(void)
{
    Suite *suite = suite_create("history");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, make_link, drop_link);
    tcase_add_test(all, fetches__first_one_is_implied);
    tcase_add_test(all, fetches__later_ones);
    tcase_add_test(all, fetches__history_first);
    tcase_add_test(all, history__starts_without_refreshes);
    tcase_add_test(all, grants__after_the_first_fetch);
    tcase_add_test(all, grants__before_the_first_fetch);
    tcase_add_test(all, numbers__of_fetches);
    tcase_add_test(all, batches__limit);
    tcase_add_test(all, corrections__latest_wins);
    tcase_add_test(all, corrections__many);
    tcase_add_test(all, corrections__limit);
    tcase_add_test(all, edits__hold_from_their_batch_on);
    tcase_add_test(all, edits__limits);
    tcase_add_test(all, revived__begins_anew);
    suite_add_tcase(suite, all);
    return suite;
}
