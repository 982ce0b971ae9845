/* SPDX-License-Identifier: MIT */
#include "core/store.h"

#include "base/memory.h"
#include "base/random.h"
#include "support/must.h"
#include "unit/suites.h"

#include <string.h>

struct record {
    uint64_t value;
    struct mk_node node;
    uint64_t check; /* the value again, behind the node */
    struct mk_node other;
};

enum { COUNT = 5000 };

static struct mk_store store;

static void open_store(void)
{
    mk_store_init(&store, sizeof(struct record));
}

static void close_store(void)
{
    mk_store_done(&store);
}

static struct record *at(uint32_t number)
{
    return mk_store_at(&store, number);
}

static void write_record(uint32_t number, uint64_t value)
{
    at(number)->value = value;
    at(number)->check = value;
}

static void check_record(uint32_t number, uint64_t value)
{
    MUST(at(number)->value == value);
    MUST(at(number)->check == value);
}

/* Numbers count from 0, the pointers never move, and no record lies on another. */
START_TEST(store__records_never_move)
{
    static struct record *pointers[COUNT];

    for (uint32_t i = 0; i < COUNT; i++) {
        MUST(mk_store_add(&store) == i);
        pointers[i] = at(i);
        write_record(i, i * UINT64_C(0x9E3779B97F4A7C15));
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        MUST(at(i) == pointers[i]);
        check_record(i, i * UINT64_C(0x9E3779B97F4A7C15));
    }
    ck_assert_uint_eq(store.count, COUNT);
}
END_TEST

/* 16, 32, 64...: half of the memory at most waits to be used. */
START_TEST(store__chunks_double)
{
    uint32_t begins = 0;

    for (uint32_t i = 0; i < COUNT; i++)
        mk_store_add(&store);
    for (size_t chunk = 0; begins < COUNT; begins += 16U << chunk, chunk++) {
        ck_assert_ptr_eq(at(begins), store.chunks[chunk]);
        uint32_t last = begins + (16U << chunk) - 1;
        ck_assert_ptr_eq(at(last), (struct record *)store.chunks[chunk] + (16U << chunk) - 1);
    }
    ck_assert_ptr_nonnull(store.chunks[8]);
    ck_assert_ptr_null(store.chunks[9]);
}
END_TEST

START_TEST(store__removed_numbers_are_used_again)
{
    for (uint32_t i = 0; i < 100; i++)
        mk_store_add(&store);
    mk_store_remove(&store, 10);
    mk_store_remove(&store, 99);
    mk_store_remove(&store, 0);
    ck_assert_uint_eq(store.count, 97);

    uint32_t seen = 0;
    for (int i = 0; i < 3; i++) {
        uint32_t number = mk_store_add(&store);
        ck_assert(number == 10 || number == 99 || number == 0);
        seen += number;
    }
    ck_assert_uint_eq(seen, 109);
    ck_assert_uint_eq(mk_store_add(&store), 100);
    ck_assert_uint_eq(store.used, 101);
}
END_TEST

START_TEST(store__a_fresh_record_is_zero)
{
    static const struct record zero;

    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 40; i++) {
            struct record *record = at(mk_store_add(&store));
            ck_assert_mem_eq(record, &zero, sizeof(zero));
            memset(record, 0xFF, sizeof(*record));
        }
        for (uint32_t i = 0; i < 40; i++)
            mk_store_remove(&store, i);
    }
    ck_assert_uint_eq(store.used, 40);
    ck_assert_uint_eq(store.count, 0);
}
END_TEST

/* What is alive keeps its bytes through 100,000 adds and removals around it. */
START_TEST(store__like_its_model)
{
    static uint64_t values[COUNT]; /* 0: not alive */
    struct mk_random random;
    uint32_t alive = 0;

    mk_random_seeded(&random, 1, "store");
    for (int step = 0; step < 100000; step++) {
        uint64_t dice = mk_random_next(&random);
        uint32_t victim = (uint32_t)(dice >> 32) % COUNT;

        if (values[victim] != 0) {
            check_record(victim, values[victim]);
            mk_store_remove(&store, victim);
            values[victim] = 0;
            alive--;
        } else if (alive < COUNT) {
            uint32_t number = mk_store_add(&store);
            MUST(number < COUNT);
            MUST(values[number] == 0);
            values[number] = dice | 1;
            write_record(number, dice | 1);
            alive++;
        }
        MUST(store.count == alive);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        if (values[i] != 0)
            check_record(i, values[i]);
    }
    ck_assert_uint_le(store.used, COUNT);
}
END_TEST

START_TEST(store__smallest_record)
{
    struct mk_store small;

    mk_store_init(&small, 4);
    for (uint32_t i = 0; i < 100; i++) {
        ck_assert_uint_eq(mk_store_add(&small), i);
        memcpy(mk_store_at(&small, i), &i, 4);
    }
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_mem_eq(mk_store_at(&small, i), &i, 4);
    mk_store_remove(&small, 50);
    ck_assert_uint_eq(mk_store_add(&small), 50);
    mk_store_done(&small);
}
END_TEST

START_TEST(store__done_starts_again)
{
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 50; i++)
            ck_assert_uint_eq(mk_store_add(&store), i);
        mk_store_remove(&store, 7);
        mk_store_done(&store);
        ck_assert_uint_eq(store.count, 0);
    }
}
END_TEST

/* Compares a chain with the numbers that should stand in it, forwards and backwards. */
static void check_chain(const struct mk_chain *chain, const uint32_t *numbers, size_t count)
{
    uint32_t number = MK_NONE;
    uint32_t previous = MK_NONE;

    for (size_t i = 0; i < count; i++) {
        number = mk_chain_next(chain, &store, number);
        MUST(number == numbers[i]);
        const char *record = mk_store_at(&store, number);
        struct mk_node node;
        memcpy(&node, record + chain->offset, sizeof(node));
        MUST(node.previous == previous);
        previous = number;
    }
    if (count > 0)
        MUST(mk_chain_next(chain, &store, number) == MK_NONE);
    MUST(chain->last == previous);
    MUST(chain->first == (count > 0 ? numbers[0] : MK_NONE));
}

START_TEST(chain__empty)
{
    struct mk_chain chain;

    mk_chain_init(&chain, offsetof(struct record, node));
    ck_assert_uint_eq(mk_chain_next(&chain, &store, MK_NONE), MK_NONE);
    check_chain(&chain, NULL, 0);
}
END_TEST

/* A chain of five, out of which each set of members is taken, and then put back. */
START_TEST(chain__every_removal)
{
    struct mk_chain chain;

    mk_chain_init(&chain, offsetof(struct record, node));
    for (uint32_t i = 0; i < 5; i++)
        mk_store_add(&store);
    for (unsigned taken = 0; taken < 32; taken++) {
        uint32_t left[5];
        size_t count = 0;

        mk_chain_init(&chain, offsetof(struct record, node));
        for (uint32_t i = 0; i < 5; i++)
            mk_chain_append(&chain, &store, i);
        for (uint32_t i = 0; i < 5; i++) {
            if (taken & 1U << i)
                mk_chain_remove(&chain, &store, i);
            else
                left[count++] = i;
        }
        check_chain(&chain, left, count);
        for (uint32_t i = 0; i < 5; i++) {
            if (!(taken & 1U << i))
                continue;
            mk_chain_append(&chain, &store, i);
            left[count++] = i;
        }
        check_chain(&chain, left, 5);
    }
}
END_TEST

START_TEST(chain__like_its_model)
{
    enum { MEMBERS = 64 };
    static uint32_t order[MEMBERS];
    struct mk_chain chain;
    struct mk_random random;
    size_t count = 0;

    mk_chain_init(&chain, offsetof(struct record, other));
    mk_random_seeded(&random, 2, "chain");
    for (uint32_t i = 0; i < MEMBERS; i++)
        mk_store_add(&store);
    for (int step = 0; step < 20000; step++) {
        uint32_t number = (uint32_t)(mk_random_next(&random) % MEMBERS);
        size_t place = 0;

        while (place < count && order[place] != number)
            place++;
        if (place == count) {
            mk_chain_append(&chain, &store, number);
            order[count++] = number;
        } else {
            mk_chain_remove(&chain, &store, number);
            count--;
            memmove(order + place, order + place + 1, (count - place) * sizeof(*order));
        }
        check_chain(&chain, order, count);
    }
}
END_TEST

/* A record stands in two chains at once, through two nodes. */
START_TEST(chain__two_through_one_record)
{
    static const uint32_t up[] = { 0, 1, 2 };
    static const uint32_t down[] = { 2, 1, 0 };
    static const uint32_t rest[] = { 2, 0 };
    struct mk_chain a;
    struct mk_chain b;

    mk_chain_init(&a, offsetof(struct record, node));
    mk_chain_init(&b, offsetof(struct record, other));
    for (uint32_t i = 0; i < 3; i++)
        mk_store_add(&store);
    for (uint32_t i = 0; i < 3; i++) {
        mk_chain_append(&a, &store, up[i]);
        mk_chain_append(&b, &store, down[i]);
    }
    mk_chain_remove(&b, &store, 1);
    check_chain(&a, up, 3);
    check_chain(&b, rest, 2);
}
END_TEST

Suite *store_suite(void)
{
    Suite *suite = suite_create("store");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_store, close_store);
    tcase_set_timeout(all, 60); /* under valgrind */
    tcase_add_test(all, store__records_never_move);
    tcase_add_test(all, store__chunks_double);
    tcase_add_test(all, store__removed_numbers_are_used_again);
    tcase_add_test(all, store__a_fresh_record_is_zero);
    tcase_add_test(all, store__like_its_model);
    tcase_add_test(all, store__smallest_record);
    tcase_add_test(all, store__done_starts_again);
    tcase_add_test(all, chain__empty);
    tcase_add_test(all, chain__every_removal);
    tcase_add_test(all, chain__like_its_model);
    tcase_add_test(all, chain__two_through_one_record);
    suite_add_tcase(suite, all);
    return suite;
}
