/* SPDX-License-Identifier: MIT */
/* No member of a world is left out of its snapshot without anybody having said so. */
#include "core/snapshot_private.h"

#include "unit/suites.h"

#include <stdlib.h>

#ifdef __has_builtin
#if __has_builtin(__builtin_clear_padding)
#define KNOWS_PADDING 1
#endif
#endif

#ifdef KNOWS_PADDING

enum { SIZE_MOST = 4096 };

/* How many rows each byte of the struct is in; never two. */
static void count_rows(const char *name, const struct mk_part *part, size_t size,
                       unsigned char rows[SIZE_MOST])
{
    ck_assert_uint_le(size, SIZE_MOST);
    ck_assert_msg(part->size == size, "the table of %s is of another struct", name);
    memset(rows, 0, SIZE_MOST);
    for (size_t i = 0; i < part->count; i++) {
        const struct mk_row *row = &part->rows[i];
        ck_assert_uint_le(row->offset + row->size, size);
        for (uint32_t at = row->offset; at < row->offset + row->size; at++)
            ck_assert_msg(rows[at]++ == 0, "two rows of %s are of offset %u", name, at);
    }
}

static void check_part(const char *name, const struct mk_part *part, const unsigned char *used,
                       size_t size)
{
    unsigned char rows[SIZE_MOST];

    count_rows(name, part, size, rows);
    for (size_t at = 0; at < size; at++)
        ck_assert_msg(used[at] == 0 || rows[at] > 0,
                      "a member of %s at offset %zu is in no row of its table", name, at);
}

/* Takes whatever could be padding for padding. */
static void check_roughly(const char *name, const struct mk_part *part, size_t size)
{
    unsigned char rows[SIZE_MOST];
    size_t gap = 0;

    count_rows(name, part, size, rows);
    for (size_t at = 0; at < size; at++) {
        gap = rows[at] == 0 ? gap + 1 : 0;
        ck_assert_msg(gap < sizeof(void *),
                      "a member of %s before offset %zu is in no row of its table", name, at);
    }
}

/* A struct of ones, without its padding. */
#define CHECK(type, part) \
    do { \
        static struct type record; \
        memset((void *)&record, 0xFF, sizeof(record)); \
        __builtin_clear_padding(&record); \
        check_part(#type, &(part), (const unsigned char *)&record, sizeof(record)); \
    } while (0)

START_TEST(every_member_has_a_row)
{
    CHECK(mk_world, mk_world_part);
    CHECK(mk_settings, mk_settings_part);
    CHECK(mk_clock, mk_clock_part);
    CHECK(mk_limits, mk_limits_part);
    CHECK(mk_limit_counter, mk_limit_counter_part);
    CHECK(mk_history, mk_history_part);
    CHECK(mk_batch, mk_batch_part);
    CHECK(mk_imported_account, mk_imported_account_part);
    CHECK(mk_imported_transaction, mk_imported_transaction_part);
    CHECK(mk_transaction_key, mk_transaction_key_part);
    CHECK(mk_correction, mk_correction_part);
    CHECK(mk_added_transaction, mk_added_transaction_part);
    CHECK(mk_edit, mk_edit_part);
    CHECK(mk_session, mk_session_part);
    CHECK(mk_session_product, mk_session_product_part);
    CHECK(mk_flow, mk_flow_part);
    CHECK(mk_faults, mk_faults_part);
    CHECK(mk_fault, mk_fault_part);
    CHECK(mk_keys, mk_keys_part);
    CHECK(mk_key, mk_key_part);
    CHECK(mk_delivery, mk_delivery_part);
    CHECK(mk_attempt, mk_attempt_part);
}
END_TEST

/* The builtin of GCC 12 loses its way in arrays of structs that end with padding. */
START_TEST(every_large_member_has_a_row)
{
    check_roughly("mk_link", &mk_link_part, sizeof(struct mk_link));
    check_roughly("mk_deliveries", &mk_deliveries_part, sizeof(struct mk_deliveries));
}
END_TEST

/* How many bits of a struct are not padding. */
#define BITS(type, ret) \
    do { \
        static struct type record; \
        unsigned char bytes[sizeof(record)]; \
        memset((void *)&record, 0xFF, sizeof(record)); \
        __builtin_clear_padding(&record); \
        memcpy(bytes, &record, sizeof(bytes)); \
        *(ret) = 0; \
        for (size_t i = 0; i < sizeof(bytes); i++) \
            *(ret) += (size_t)__builtin_popcount(bytes[i]); \
    } while (0)

/* Structs that functions write: a new member wants a place in snapshot_products.c or the cells. */
START_TEST(what_functions_know_has_not_grown)
{
    size_t bits;

    BITS(mk_link_product, &bits);
    ck_assert_uint_eq(bits, 8 * (4 + 4 + 1) + 4);
    BITS(mk_random, &bits);
    ck_assert_uint_eq(bits, 8 * (4 * 8 + 1));
    BITS(mk_tags, &bits);
    ck_assert_uint_eq(bits, 8 * (sizeof(char *) + 4));
}
END_TEST

#endif

static void check_rows(const struct mk_part *part)
{
    for (size_t i = 0; i < part->count; i++) {
        const struct mk_row *row = &part->rows[i];
        bool has_key = row->kind != MK_CELL_SKIP;
        bool has_functions = row->kind == MK_CELL_OWN;
        ck_assert(has_key == (row->key != NULL));
        ck_assert(has_functions == (row->save != NULL) && has_functions == (row->load != NULL));
        ck_assert(row->part == NULL || row->kind == MK_CELL_PART || row->kind == MK_CELL_LIST);
        for (size_t j = 0; has_key && j < i; j++)
            ck_assert(part->rows[j].key == NULL || strcmp(part->rows[j].key, row->key) != 0);
    }
}

START_TEST(rows_are_whole)
{
    static const struct mk_part *const parts[] = {
        &mk_world_part,
        &mk_settings_part,
        &mk_clock_part,
        &mk_limits_part,
        &mk_limit_counter_part,
        &mk_link_part,
        &mk_history_part,
        &mk_batch_part,
        &mk_imported_account_part,
        &mk_correction_part,
        &mk_transaction_key_part,
        &mk_imported_transaction_part,
        &mk_edit_part,
        &mk_added_transaction_part,
        &mk_session_part,
        &mk_flow_part,
        &mk_session_product_part,
        &mk_faults_part,
        &mk_fault_part,
        &mk_keys_part,
        &mk_key_part,
        &mk_deliveries_part,
        &mk_delivery_part,
        &mk_attempt_part,
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        check_rows(parts[i]);
}
END_TEST

Suite *snapshot_parts_suite(void)
{
    Suite *suite = suite_create("snapshot_parts");
    TCase *cases = tcase_create("parts");

#ifdef KNOWS_PADDING
    tcase_add_test(cases, every_member_has_a_row);
    tcase_add_test(cases, every_large_member_has_a_row);
    tcase_add_test(cases, what_functions_know_has_not_grown);
#endif
    tcase_add_test(cases, rows_are_whole);
    suite_add_tcase(suite, cases);
    return suite;
}
