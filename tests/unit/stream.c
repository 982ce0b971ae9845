/* SPDX-License-Identifier: MIT */
/* The stream's single rules; stream_property.c has what holds of any sequence of them. */
#include "core/stream.h"

#include "core/categories.h"
#include "support/stream.h"
#include "unit/suites.h"

#include <stdlib.h>

static struct bank bank;
static json_t *kept; /* what a test looks at, freed at its end */

static void open_bank(void)
{
    bank = bank_open();
    kept = json_array();
}

static void close_bank(void)
{
    json_decref(kept);
    bank_close(&bank);
}

static json_t *keep(json_t *json)
{
    json_array_append_new(kept, json);
    return json;
}

static json_t *all_of(const struct mk_ledger *ledger)
{
    return keep(stream_all(ledger));
}

static json_t *state_of(const struct mk_ledger *ledger)
{
    return keep(stream_state(ledger));
}

static json_t *page_of(const struct mk_ledger *ledger, struct mk_cursor *cursor, size_t size,
                       bool *ret_more)
{
    return keep(stream_page(ledger, cursor, size, ret_more));
}

/* Of these changes, those of a kind and a batch, by id. */
static json_t *pick(const json_t *changes, enum mk_change_kind kind, int batch)
{
    json_t *picked = keep(json_object());
    size_t index;
    const json_t *change;

    json_array_foreach(changes, index, change) {
        if (change_kind(change) == (int)kind && change_batch(change) == batch)
            json_object_set(picked, row_id(change_row(change)), change_row(change));
    }
    return picked;
}

static bool is_pending(const json_t *row)
{
    return json_is_true(json_object_get(row, "pending"));
}

/* --- Batches ---------------------------------------------------------------------------------- */

/* Whether two of the rows are the same row of the rhythm on the same day. */
static bool has_twins(const struct mk_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        for (size_t j = i + 1; j < changes->count; j++) {
            const struct mk_transaction_key *a = &changes->items[i].key;
            const struct mk_transaction_key *b = &changes->items[j].key;
            if (a->day == b->day && a->source == b->source && a->account == b->account &&
                a->ordinal == b->ordinal)
                return true;
        }
    }
    return false;
}

START_TEST(fetch__brings_no_day_twice_when_the_clock_was_set_back)
{
    static const int64_t waits[] = { 20 * MK_DAY, -15 * MK_DAY, 2 * MK_DAY, 20 * MK_DAY };
    const struct mk_transaction_query all = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    struct mk_link *link = stream_link(&bank, "user_rich");
    struct mk_changes changes = { 0 };

    for (size_t i = 0; i < MK_COUNT(waits); i++) {
        bank_wait(&bank, waits[i]);
        stream_fetch(&bank, link);
    }
    const struct mk_ledger ledger = stream_open(&bank, link);
    mk_stream_state(&ledger, &all, &changes);
    ck_assert(!has_twins(&changes));
    mk_changes_done(&changes);
}
END_TEST

START_TEST(fetch__creates_and_settles)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    size_t pending = 0;
    const char *id;
    json_t *row;

    bank_wait(&bank, MK_DAY);
    stream_fetch(&bank, link);
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *all = all_of(&ledger);
    json_t *born = pick(all, MK_CREATED, 0);
    json_t *settled = pick(all, MK_UPDATED, 1);
    ck_assert_uint_gt(json_object_size(pick(all, MK_CREATED, 1)), 0);
    json_object_foreach(born, id, row) {
        json_t *later = json_object_get(settled, id);
        ck_assert(is_pending(row) == (later != NULL));
        if (later == NULL)
            continue;
        pending++;
        ck_assert(!is_pending(later));
        json_object_set_new(later, "pending", json_true());
        ck_assert(json_equal(later, row));
    }
    ck_assert_uint_gt(pending, 0);
    ck_assert_uint_eq(json_object_size(settled), pending);
}
END_TEST

/* The second fetch after birth has nothing to say about it any more. */
START_TEST(fetch__settles_once)
{
    struct mk_link *link = stream_link(&bank, "user_good");

    for (int i = 0; i < 3; i++)
        stream_fetch(&bank, link);
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *all = all_of(&ledger);
    const char *id;
    json_t *row;
    json_t *born = pick(all, MK_CREATED, 0);
    json_t *settled = pick(all, MK_UPDATED, 2);
    json_object_foreach(settled, id, row)
        ck_assert_ptr_null(json_object_get(born, id));
}
END_TEST

START_TEST(fetch__only_of_shared_accounts)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    char savings[MK_DATA_ID_SIZE];
    size_t index;
    const json_t *change;

    link->accounts = 4;
    stream_fetch(&bank, link);
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *all = all_of(&ledger);
    ck_assert_uint_gt(json_array_size(all), 0);
    mk_account_id_write(&ledger.key, 2, savings);
    json_array_foreach(all, index, change)
        ck_assert_str_eq(row_text(change_row(change), "account_id"), savings);
}
END_TEST

START_TEST(fetch__never_yet)
{
    struct mk_link *link = stream_link(&bank, "user_good");

    link->products[MK_PRODUCT_TRANSACTIONS].refreshed = MK_NEVER_SECONDS;
    const struct mk_ledger ledger = stream_open(&bank, link);
    ck_assert_uint_eq(json_array_size(all_of(&ledger)), 0);
    ck_assert_uint_eq(json_array_size(state_of(&ledger)), 0);
}
END_TEST

/* All that was fetched of the new accounts comes at once, and what is pending settles later. */
START_TEST(grant__brings_what_was_fetched)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    struct mk_link *whole = stream_link(&bank, "user_good");

    link->accounts = 1;
    for (int i = 0; i < 3; i++) {
        if (i == 2)
            stream_grant(&bank, link, 6);
        stream_fetch(&bank, link);
        stream_fetch(&bank, whole);
    }

    const struct mk_ledger ledger = stream_open(&bank, link);
    const struct mk_ledger whole_ledger = stream_open(&bank, whole);
    json_t *all = all_of(&ledger);
    json_t *granted = pick(all, MK_CREATED, 3);
    json_t *settled = pick(all, MK_UPDATED, 4);
    const char *id;
    json_t *row;
    size_t pending = 0;
    ck_assert_uint_eq(json_array_size(state_of(&ledger)), json_array_size(state_of(&whole_ledger)));
    json_object_foreach(granted, id, row) {
        if (is_pending(row)) {
            ck_assert_ptr_nonnull(json_object_get(settled, id));
            pending++;
        }
    }
    ck_assert_uint_gt(json_object_size(granted), pending);
    ck_assert_uint_gt(pending, 0);
}
END_TEST

START_TEST(import__rows)
{
    struct mk_link *link = stream_link(&bank, "user_empty");

    stream_import_accounts(link);
    stream_import(&bank, link, 2);
    link->history->transactions[0].original_id = mk_copy("theirs");
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *all = all_of(&ledger);
    ck_assert_uint_eq(json_array_size(all), 2);

    const json_t *row = change_row(json_array_get(all, 0));
    ck_assert_int_eq(change_kind(json_array_get(all, 0)), MK_CREATED);
    ck_assert_str_eq(row_text(row, "original_id"), "theirs");
    ck_assert_str_eq(row_text(row, "description"), "Books");
    ck_assert_str_eq(row_text(row, "amount"), "1.00");
    ck_assert_str_eq(row_text(row, "type"), "debit");
    ck_assert_str_eq(row_text(row, "currency"), "USD");
    ck_assert_str_eq(row_text(row, "date"), "2026-01-01");
    ck_assert(json_is_null(json_object_get(row, "enrichment")));
    ck_assert(!is_pending(row));
}
END_TEST

/* --- Cursors ---------------------------------------------------------------------------------- */

START_TEST(cursor__at_the_end)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    const struct mk_ledger ledger = stream_open(&bank, link);
    struct mk_cursor cursor = { 0 };
    bool more = true;

    page_of(&ledger, &cursor, SIZE_MAX, &more);
    ck_assert(!more);
    ck_assert_uint_eq(cursor.batch, 1);
    ck_assert_uint_eq(cursor.offset, 0);
    ck_assert_uint_eq(json_array_size(page_of(&ledger, &cursor, 50, &more)), 0);
    ck_assert(!more);
    ck_assert_uint_eq(cursor.batch, 1);
    ck_assert_uint_eq(cursor.offset, 0);
}
END_TEST

/*
 * "More" is said only where more is: not at the end of a batch with nothing but empty ones behind.
 */
START_TEST(cursor__before_empty_batches)
{
    struct mk_link *link = stream_link(&bank, "user_empty");
    struct mk_cursor cursor = { 0 };
    bool more = true;

    stream_import_accounts(link);
    stream_import(&bank, link, 5);
    for (int i = 0; i < 3; i++)
        stream_fetch(&bank, link);
    const struct mk_ledger ledger = stream_open(&bank, link);
    ck_assert_uint_eq(json_array_size(page_of(&ledger, &cursor, 5, &more)), 5);
    ck_assert(!more);
    ck_assert_uint_eq(cursor.batch, 5);
}
END_TEST

/* The link imported three rows in batch 0 and has no further one. */
static const struct mk_cursor nowhere[] = {
    { 0, 3 }, { 0, UINT32_MAX }, { 1, 1 }, { 2, 0 }, { UINT32_MAX, 0 }
};

START_TEST(cursor__nowhere)
{
    struct mk_link *link = stream_link(&bank, "user_empty");
    struct mk_cursor cursor = nowhere[_i];
    struct mk_changes changes = { 0 };
    bool more;

    link->products[MK_PRODUCT_TRANSACTIONS].refreshed = MK_NEVER_SECONDS;
    stream_import_accounts(link);
    stream_import(&bank, link, 3);
    const struct mk_ledger ledger = stream_open(&bank, link);
    ck_assert(!mk_stream_read(&ledger, &cursor, 10, &changes, &more));
    ck_assert_uint_eq(changes.count, 0);
}
END_TEST

/* --- One transaction -------------------------------------------------------------------------- */

START_TEST(find__strangers)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    const struct mk_ledger ledger = stream_open(&bank, link);
    static const struct mk_transaction_key strangers[] = {
        { .fetch = 1 },
        { .ordinal = 60000 },
        { .day = 1 },
        { .account = 200 },
        { .source = MK_IMPORTED },
        { .source = MK_IMPORTED, .ordinal = UINT32_MAX },
    };
    struct mk_change change;
    char id[MK_DATA_ID_SIZE];

    for (size_t i = 0; i < MK_COUNT(strangers); i++) {
        mk_transaction_id_write(&ledger.key, &strangers[i], id);
        ck_assert(!mk_stream_find(&ledger, id, &change));
    }
    ck_assert(!mk_stream_find(&ledger, "txn_2222222222222222222222", &change));
}
END_TEST

/* It is there, but the user does not share its account. */
START_TEST(find__of_another_account)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    struct mk_change change;

    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *state = state_of(&ledger);
    link->accounts = 0;
    ck_assert(!mk_stream_find(&ledger, row_id(json_array_get(state, 0)), &change));
}
END_TEST

/* --- Corrections ------------------------------------------------------------------------------ */

static int category(const char *name)
{
    return mk_term_find(mk_category_names, name);
}

/* Corrects the row at this place of the list; the number of rows that this changed. */
static size_t correct(struct mk_link *link, const json_t *row, const char *name)
{
    const struct mk_ledger ledger = stream_open(&bank, link);
    struct mk_problem problem = { 0 };
    struct mk_changes changes = { 0 };
    struct mk_change change;

    ck_assert(mk_stream_find(&ledger, row_id(row), &change));
    ck_assert_int_eq(
        mk_stream_correct(&ledger, link, &change, category(name), -1, &problem, &changes), MK_OK);
    size_t count = changes.count;
    mk_changes_done(&changes);
    return count;
}

static const char *category_of(const json_t *row)
{
    const json_t *enrichment = json_object_get(row, "enrichment");

    return row_text(json_object_get(enrichment, "category"), "value");
}

/* Rows are called Books, Starbucks and nothing in turn, from today back over five days. */
START_TEST(correct__older_ones_of_the_same_name)
{
    struct mk_link *link = stream_link(&bank, "user_empty");
    size_t corrected = 0;
    size_t index;
    json_t *row;

    stream_import_accounts(link);
    stream_import(&bank, link, 30);
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *before = state_of(&ledger);
    const json_t *chosen = NULL;
    json_array_foreach(before, index, row) {
        if (chosen == NULL && strcmp(row_text(row, "date"), "2025-12-31") == 0 &&
            json_is_string(json_object_get(row, "description")))
            chosen = row;
    }
    ck_assert_ptr_nonnull(chosen);
    size_t count = correct(link, chosen, "charity");
    json_t *after = state_of(&ledger);
    json_array_foreach(after, index, row) {
        const char *description = row_text(row, "description");
        bool is_like = description != NULL &&
                       strcmp(description, row_text(chosen, "description")) == 0 &&
                       strcmp(row_text(row, "date"), "2025-12-31") <= 0;
        ck_assert_pstr_eq(category_of(row), is_like ? "charity" : NULL);
        ck_assert(is_like || json_equal(row, json_array_get(before, index)));
        corrected += is_like;
    }
    ck_assert_uint_eq(corrected, 8);
    ck_assert_uint_eq(count, 8);
}
END_TEST

START_TEST(correct__nothing_is_like_no_name)
{
    struct mk_link *link = stream_link(&bank, "user_empty");
    size_t index;
    json_t *row;

    stream_import_accounts(link);
    stream_import(&bank, link, 12);
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *state = state_of(&ledger);
    json_array_foreach(state, index, row) {
        if (json_is_null(json_object_get(row, "description")))
            ck_assert_uint_eq(correct(link, row, "charity"), 1);
    }
}
END_TEST

/* A batch says what it says for ever; the list says what was said last. */
START_TEST(correct__latest_wins)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    const struct mk_ledger ledger = stream_open(&bank, link);
    const json_t *row = json_array_get(state_of(&ledger), 0);

    correct(link, row, "charity");
    correct(link, row, "taxes");
    json_t *all = all_of(&ledger);
    json_t *first = json_object_get(pick(all, MK_UPDATED, 1), row_id(row));
    json_t *second = json_object_get(pick(all, MK_UPDATED, 2), row_id(row));
    ck_assert_str_eq(category_of(first), "charity");
    ck_assert_str_eq(category_of(second), "taxes");
    ck_assert(json_equal(second, json_array_get(state_of(&ledger), 0)));
    ck_assert(json_equal(row, json_object_get(pick(all, MK_CREATED, 0), row_id(row))));
}
END_TEST

START_TEST(correct__too_many_at_once)
{
    struct mk_link *link = stream_link(&bank, "user_empty");
    struct mk_problem problem = { 0 };
    struct mk_changes changes = { 0 };
    struct mk_change books;

    stream_import_accounts(link);
    stream_import(&bank, link, 3 * (MK_CORRECTED_AT_ONCE_MAX + 1)); /* each third is alike */
    link->history->transactions[0].day = mk_day_of(mk_world_now(bank.world));
    const struct mk_ledger ledger = stream_open(&bank, link);
    char id[MK_DATA_ID_SIZE];
    mk_transaction_id_write(&ledger.key,
                            &(struct mk_transaction_key){
                                .source = MK_IMPORTED, .day = link->history->transactions[0].day },
                            id);
    ck_assert(mk_stream_find(&ledger, id, &books));
    uint32_t batches = mk_history_count(link);
    ck_assert_int_eq(
        mk_stream_correct(&ledger, link, &books, category("home"), -1, &problem, &changes),
        MK_UNAVAILABLE);
    ck_assert_uint_eq(mk_history_count(link), batches);
    mk_changes_done(&changes);
}
END_TEST

START_TEST(correct__over_the_limit)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    const struct mk_ledger ledger = stream_open(&bank, link);
    struct mk_problem problem = { 0 };
    struct mk_changes changes = { 0 };
    struct mk_change change;

    while (mk_history_count(link) < MK_BATCHES_MAX)
        mk_history_add(link, (struct mk_batch){ .kind = MK_BATCH_IMPORT }, BANK_NOW);
    ck_assert(mk_stream_find(&ledger, row_id(json_array_get(state_of(&ledger), 0)), &change));
    ck_assert_int_eq(mk_stream_correct(&ledger, link, &change, 0, -1, &problem, &changes),
                     MK_UNAVAILABLE);
    ck_assert_uint_eq(link->history->correction_count, 0);
    mk_changes_done(&changes);
}
END_TEST

Suite *stream_suite(void)
{
    Suite *suite = suite_create("stream");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, fetch__brings_no_day_twice_when_the_clock_was_set_back);
    tcase_add_test(all, fetch__creates_and_settles);
    tcase_add_test(all, fetch__settles_once);
    tcase_add_test(all, fetch__only_of_shared_accounts);
    tcase_add_test(all, fetch__never_yet);
    tcase_add_test(all, grant__brings_what_was_fetched);
    tcase_add_test(all, import__rows);
    tcase_add_test(all, cursor__at_the_end);
    tcase_add_test(all, cursor__before_empty_batches);
    tcase_add_loop_test(all, cursor__nowhere, 0, (int)MK_COUNT(nowhere));
    tcase_add_test(all, find__strangers);
    tcase_add_test(all, find__of_another_account);
    tcase_add_test(all, correct__older_ones_of_the_same_name);
    tcase_add_test(all, correct__nothing_is_like_no_name);
    tcase_add_test(all, correct__latest_wins);
    tcase_add_test(all, correct__too_many_at_once);
    tcase_add_test(all, correct__over_the_limit);
    suite_add_tcase(suite, all);
    return suite;
}
