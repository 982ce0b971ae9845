/* SPDX-License-Identifier: MIT */
#include "core/ids.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <string.h>

static struct mk_link here = { .id = "AAAAAAAAAAAAAAAAAAAAAA" };
static struct mk_link there = { .id = "AAAAAAAAAAAAAAAAAAAAAB" };
static struct mk_id_key key;
static struct mk_id_key other_link;
static struct mk_id_key other_world;

static void make_keys(void)
{
    mk_id_key_init(&key, 7, &here);
    mk_id_key_init(&other_link, 7, &there);
    mk_id_key_init(&other_world, 8, &here);
}

static bool is_id(const char *id, const char *prefix)
{
    return strlen(id) == MK_DATA_ID_SIZE - 1 && strncmp(id, prefix, 4) == 0 &&
           strspn(id + 4, "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz") ==
               MK_SHORT_ID_LENGTH;
}

static bool is_cursor(const char *text)
{
    return strlen(text) == MK_CURSOR_SIZE - 1 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               MK_CURSOR_SIZE - 1;
}

static const uint32_t numbers[] = { 0, 1, 63, 64, 1063, 65535, 65536, UINT32_MAX };

START_TEST(account__both_ways)
{
    char id[MK_DATA_ID_SIZE];
    uint32_t number;

    for (size_t i = 0; i < MK_COUNT(numbers); i++) {
        mk_account_id_write(&key, numbers[i], id);
        ck_assert(is_id(id, "acc_"));
        ck_assert(mk_account_id_read(&key, id, &number));
        ck_assert_uint_eq(number, numbers[i]);
        ck_assert(!mk_account_id_read(&other_link, id, &number));
        ck_assert(!mk_account_id_read(&other_world, id, &number));
    }
}
END_TEST

static const struct mk_transaction_key transactions[] = {
    { 0 },
    { .fetch = 1 },
    { .ordinal = 1 },
    { .day = 1 },
    { .source = 1 },
    { .account = 1 },
    { .day = -1 },
    { .fetch = 65535,
      .ordinal = UINT32_MAX,
      .day = INT32_MIN,
      .source = MK_IMPORTED,
      .account = 255 },
    { .fetch = 300, .ordinal = 70000, .day = 20454, .source = 12, .account = 63 },
};

START_TEST(transaction__both_ways)
{
    const struct mk_transaction_key *wanted = &transactions[_i];
    struct mk_transaction_key found;
    char id[MK_DATA_ID_SIZE];

    mk_transaction_id_write(&key, wanted, id);
    ck_assert(is_id(id, "txn_"));
    ck_assert(mk_transaction_id_read(&key, id, &found));
    ck_assert_uint_eq(found.fetch, wanted->fetch);
    ck_assert_uint_eq(found.ordinal, wanted->ordinal);
    ck_assert_int_eq(found.day, wanted->day);
    ck_assert_uint_eq(found.source, wanted->source);
    ck_assert_uint_eq(found.account, wanted->account);
    ck_assert(!mk_transaction_id_read(&other_link, id, &found));
    ck_assert(!mk_transaction_id_read(&other_world, id, &found));
}
END_TEST

static const struct mk_cursor cursors[] = {
    { 0, 0 }, { 0, 1 }, { 1, 0 }, { 65536, 0 }, { 3, 9999 }, { UINT32_MAX, UINT32_MAX },
};

START_TEST(cursor__both_ways)
{
    char text[MK_CURSOR_SIZE];
    struct mk_cursor found;

    mk_cursor_write(&key, &cursors[_i], text);
    ck_assert(is_cursor(text));
    ck_assert(mk_cursor_read(&key, text, &found));
    ck_assert_uint_eq(found.batch, cursors[_i].batch);
    ck_assert_uint_eq(found.offset, cursors[_i].offset);
    ck_assert(!mk_cursor_read(&other_link, text, &found));
    ck_assert(!mk_cursor_read(&other_world, text, &found));
}
END_TEST

START_TEST(investment__is_an_id)
{
    char id[MK_DATA_ID_SIZE];
    char next[MK_DATA_ID_SIZE];

    mk_investment_id_write(&key, 3, -20454, id);
    ck_assert(is_id(id, "itx_"));
    mk_investment_id_write(&key, 3, -20453, next);
    ck_assert_str_ne(id, next);
    mk_investment_id_write(&key, 4, -20454, next);
    ck_assert_str_ne(id, next);
}
END_TEST

/* An id is a function of world, link and what it names: tomorrow's server reads today's. */
START_TEST(ids__stay)
{
    char first[MK_DATA_ID_SIZE];
    char again[MK_DATA_ID_SIZE];

    mk_account_id_write(&key, 1, first);
    make_keys();
    mk_account_id_write(&key, 1, again);
    ck_assert_str_eq(first, again);
}
END_TEST

/* The bits after the prefix are of one kind, whatever prefix somebody puts before them. */
START_TEST(ids__keep_their_kind)
{
    struct mk_transaction_key transaction;
    char id[MK_DATA_ID_SIZE];
    uint32_t number;

    mk_account_id_write(&key, 1, id);
    memcpy(id, "txn_", 4);
    ck_assert(!mk_transaction_id_read(&key, id, &transaction));
    mk_transaction_id_write(&key, &transactions[0], id);
    memcpy(id, "acc_", 4);
    ck_assert(!mk_account_id_read(&key, id, &number));
    mk_investment_id_write(&key, 0, 0, id);
    memcpy(id, "txn_", 4);
    ck_assert(!mk_transaction_id_read(&key, id, &transaction));
    memcpy(id, "acc_", 4);
    ck_assert(!mk_account_id_read(&key, id, &number));
}
END_TEST

static const char *const strange[] = {
    "",
    "acc_",
    "txn_",
    "acc",
    "nonsense",
    "acc_2222222222222222222222",
    "txn_2222222222222222222222",
    "acc_zzzzzzzzzzzzzzzzzzzzzz",
    "txn_0000000000000000000000",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
    "\xC3\xA9",
};

START_TEST(ids__strange)
{
    struct mk_transaction_key transaction;
    struct mk_cursor cursor;
    uint32_t number;

    ck_assert(!mk_account_id_read(&key, strange[_i], &number));
    ck_assert(!mk_transaction_id_read(&key, strange[_i], &transaction));
    ck_assert(!mk_cursor_read(&key, strange[_i], &cursor));
}
END_TEST

/* Whichever character is another: what is read is what was written, nothing near it. */
START_TEST(ids__changed)
{
    struct mk_transaction_key transaction;
    struct mk_cursor cursor;
    uint32_t number;
    char account[MK_DATA_ID_SIZE];
    char row[MK_DATA_ID_SIZE];
    char place[MK_CURSOR_SIZE];

    for (size_t i = 0; i < MK_CURSOR_SIZE - 1; i++) {
        mk_account_id_write(&key, 2, account);
        mk_transaction_id_write(&key, &transactions[8], row);
        mk_cursor_write(&key, &cursors[4], place);
        place[i] = place[i] == 'a' ? 'b' : 'a';
        MUST(!mk_cursor_read(&key, place, &cursor));
        if (i >= MK_DATA_ID_SIZE - 1)
            continue;
        account[i] = account[i] == 'a' ? 'b' : 'a';
        row[i] = row[i] == 'a' ? 'b' : 'a';
        MUST(!mk_account_id_read(&key, account, &number));
        MUST(!mk_transaction_id_read(&key, row, &transaction));
    }
}
END_TEST

Suite *ids_suite(void)
{
    Suite *suite = suite_create("ids");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, make_keys, NULL);
    tcase_add_test(all, account__both_ways);
    tcase_add_loop_test(all, transaction__both_ways, 0, (int)MK_COUNT(transactions));
    tcase_add_loop_test(all, cursor__both_ways, 0, (int)MK_COUNT(cursors));
    tcase_add_test(all, investment__is_an_id);
    tcase_add_test(all, ids__stay);
    tcase_add_test(all, ids__keep_their_kind);
    tcase_add_loop_test(all, ids__strange, 0, (int)MK_COUNT(strange));
    tcase_add_test(all, ids__changed);
    suite_add_tcase(suite, all);
    return suite;
}
