/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include "base/memory.h"
#include "base/random.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

/* A record is a key; its number is its place. The map does not see them but through has_key(). */
enum { RECORDS = 512 };

struct owner {
    uint64_t keys[RECORDS];
    uint64_t (*hash)(uint64_t key);
    bool present[RECORDS];
    struct mk_map map;
};

static bool has_key(const void *owner, uint32_t record, const void *key)
{
    MUST(record < RECORDS);
    return ((const struct owner *)owner)->keys[record] == *(const uint64_t *)key;
}

static uint64_t good_hash(uint64_t key)
{
    return mk_hash(&key, sizeof(key));
}

/* All the same: every probe is a walk over the whole run. */
static uint64_t constant_hash(uint64_t key)
{
    (void)key;
    return 0x5000000000000000;
}

/* One partition, few slots, all at the end of the table, so that runs wrap around. */
static uint64_t crowded_hash(uint64_t key)
{
    return 0xF0000000FFFFFFF8 | (key * 0x9E3779B97F4A7C15) >> 61;
}

/* Equal low halves in different partitions, and different low halves in the same. */
static uint64_t halves_hash(uint64_t key)
{
    return key << 61 | (key & 24);
}

static uint64_t (*const hashes[])(uint64_t) = { good_hash, constant_hash, crowded_hash,
                                                halves_hash };

static void add(struct owner *owner, uint32_t record)
{
    mk_map_add(&owner->map, owner->hash(owner->keys[record]), record);
    owner->present[record] = true;
}

static void drop(struct owner *owner, uint32_t record)
{
    mk_map_remove(&owner->map, owner->hash(owner->keys[record]), record);
    owner->present[record] = false;
}

static uint32_t find(const struct owner *owner, uint64_t key)
{
    return mk_map_find(&owner->map, owner->hash(key), has_key, owner, &key);
}

/* From an entry's home to its slot nothing is free, else a probe would end before it. */
static void check_partition(const struct mk_map_partition *part)
{
    uint32_t used = 0;
    uint32_t mask = part->size - 1;

    ck_assert_uint_eq(part->size & (part->size - 1), 0);
    for (uint32_t i = 0; i < part->size; i++) {
        if (part->slots[i].record == MK_NONE)
            continue;
        used++;
        for (uint32_t at = part->slots[i].hash & mask; at != i; at = (at + 1) & mask)
            MUST(part->slots[at].record != MK_NONE);
    }
    ck_assert_uint_eq(used, part->used);
    ck_assert_uint_le(used, part->size / 4 * 3);
}

static void check_all(const struct owner *owner)
{
    size_t count = 0;

    for (uint32_t i = 0; i < RECORDS; i++) {
        MUST(find(owner, owner->keys[i]) == (owner->present[i] ? i : MK_NONE));
        count += owner->present[i];
    }
    ck_assert_uint_eq(mk_map_count(&owner->map), count);
    for (size_t i = 0; i < MK_MAP_PARTITIONS; i++)
        check_partition(&owner->map.partitions[i]);
}

static void own(struct owner *owner, uint64_t (*hash)(uint64_t), struct mk_random *random)
{
    memset(owner, 0, sizeof(*owner));
    owner->hash = hash;
    for (uint32_t i = 0; i < RECORDS; i++)
        owner->keys[i] = mk_random_next(random) << 10 | i; /* different ones */
}

/* 100,000 operations against the list of what is in; the share of adds swings up and down. */
START_TEST(map__like_its_model)
{
    struct mk_random random;
    struct owner owner;

    mk_random_seeded(&random, 5, "map");
    own(&owner, hashes[_i], &random);
    for (uint32_t step = 0; step < 100000; step++) {
        uint64_t dice = mk_random_next(&random);
        uint32_t record = (uint32_t)(dice >> 32) % RECORDS;
        bool wants_it = dice % 16 < (step / 6000 % 2 == 0 ? 12 : 3);

        MUST(find(&owner, owner.keys[record]) == (owner.present[record] ? record : MK_NONE));
        if (wants_it && !owner.present[record])
            add(&owner, record);
        else if (!wants_it)
            drop(&owner, record); /* also when it is not there */
        if (step % 5000 == 0)
            check_all(&owner);
    }
    check_all(&owner);
    for (uint32_t i = 0; i < RECORDS; i++)
        drop(&owner, i);
    check_all(&owner);
    mk_map_done(&owner.map);
}
END_TEST

/* Each order of taking six colliding entries out leaves the others reachable. */
START_TEST(map__every_order_of_removal)
{
    struct mk_random random;
    struct owner owner;

    mk_random_seeded(&random, 6, "map");
    own(&owner, crowded_hash, &random);
    for (int order = 0; order < 720; order++) {
        uint32_t left[6] = { 0, 1, 2, 3, 4, 5 };
        int rest = order;

        for (uint32_t i = 0; i < 6; i++)
            add(&owner, i);
        for (int count = 6; count > 0; count--) {
            int pick = rest % count;
            rest /= count;
            drop(&owner, left[pick]);
            left[pick] = left[count - 1];
            for (uint32_t i = 0; i < 6; i++)
                MUST(find(&owner, owner.keys[i]) == (owner.present[i] ? i : MK_NONE));
        }
        check_partition(&owner.map.partitions[15]);
    }
    mk_map_done(&owner.map);
}
END_TEST

/* An entry that stands at its home slot stays there when the one before it goes. */
START_TEST(map__removal_leaves_others_home)
{
    struct mk_map map = { 0 };

    mk_map_add(&map, 3, 30);
    mk_map_add(&map, 4, 40);
    mk_map_add(&map, 3, 31); /* displaced to slot 5 */
    mk_map_add(&map, 6, 60);
    mk_map_remove(&map, 3, 30);
    ck_assert_uint_eq(map.partitions[0].slots[3].record, 31);
    ck_assert_uint_eq(map.partitions[0].slots[4].record, 40);
    ck_assert_uint_eq(map.partitions[0].slots[5].record, MK_NONE);
    ck_assert_uint_eq(map.partitions[0].slots[6].record, 60);
    mk_map_done(&map);
}
END_TEST

START_TEST(map__empty)
{
    struct mk_map map = { 0 };
    uint64_t key = 1;

    ck_assert_uint_eq(mk_map_count(&map), 0);
    ck_assert_uint_eq(mk_map_find(&map, 1, has_key, NULL, &key), MK_NONE);
    mk_map_remove(&map, 1, 0);
    mk_map_done(&map);
    mk_map_done(&map);
    mk_map_add(&map, 1, 7);
    ck_assert_uint_eq(mk_map_count(&map), 1);
    mk_map_done(&map);
    ck_assert_uint_eq(mk_map_count(&map), 0);
    ck_assert_uint_eq(mk_map_find(&map, 1, has_key, NULL, &key), MK_NONE);
}
END_TEST

/* A stranger's number, or its number under another hash, takes nothing out. */
START_TEST(map__removing_what_is_not_there)
{
    struct mk_map map = { 0 };

    mk_map_add(&map, 3, 30);
    mk_map_add(&map, 3, 31);
    mk_map_remove(&map, 3, 32);
    mk_map_remove(&map, 4000000000000000000, 30);
    mk_map_remove(&map, 3, MK_NONE);
    ck_assert_uint_eq(mk_map_count(&map), 2);
    mk_map_remove(&map, 3, 30);
    mk_map_remove(&map, 3, 30);
    ck_assert_uint_eq(mk_map_count(&map), 1);
    mk_map_done(&map);
}
END_TEST

/* Only entries of the same 32 bits are asked for their key: a record may be costly to look at. */
static bool never(const void *owner, uint32_t record, const void *key)
{
    (void)owner, (void)key;
    ck_abort_msg("record %u was asked", record);
    return false;
}

START_TEST(map__asks_only_equal_hashes)
{
    struct mk_map map = { 0 };
    uint64_t key = 0;

    mk_map_add(&map, 0x08, 1); /* slot 0 of 8, as are the next */
    mk_map_add(&map, 0x10, 2);
    mk_map_add(&map, 0x18, 3);
    ck_assert_uint_eq(mk_map_find(&map, 0x20, never, NULL, &key), MK_NONE);
    mk_map_done(&map);
}
END_TEST

START_TEST(map__a_hundred_thousand)
{
    struct mk_map map = { 0 };

    for (uint32_t i = 0; i < 100000; i++)
        mk_map_add(&map, mk_hash(&i, sizeof(i)), i);
    ck_assert_uint_eq(mk_map_count(&map), 100000);
    for (size_t i = 0; i < MK_MAP_PARTITIONS; i++) {
        check_partition(&map.partitions[i]);
        ck_assert_uint_gt(map.partitions[i].used, 5500); /* 6,250 each, ten standard deviations */
        ck_assert_uint_lt(map.partitions[i].used, 7000);
    }
    for (uint32_t i = 0; i < 100000; i++)
        mk_map_remove(&map, mk_hash(&i, sizeof(i)), i);
    ck_assert_uint_eq(mk_map_count(&map), 0);
    mk_map_done(&map);
}
END_TEST

START_TEST(hash__depends_on_every_byte)
{
    char bytes[64] = { 0 };

    for (size_t length = 0; length <= 32; length++) {
        uint64_t hash = mk_hash(bytes, length);

        ck_assert_uint_eq(hash, mk_hash(bytes, length));
        ck_assert_uint_ne(hash, mk_hash(bytes, length + 1)); /* zeros count too */
        for (size_t i = 0; i < length; i++) {
            bytes[i] = 1;
            ck_assert_uint_ne(hash, mk_hash(bytes, length));
            bytes[i] = 0;
        }
    }
    ck_assert_uint_ne(mk_hash("ab", 2), mk_hash("ba", 2));
    ck_assert_uint_ne(mk_hash("abcdefghABCDEFGH", 16), mk_hash("ABCDEFGHabcdefgh", 16));
}
END_TEST

/* An address that is not aligned, and nothing read behind the end. */
START_TEST(hash__reads_its_bytes_only)
{
    char text[] = "xabcdefghijkx";
    char *copy = mk_copy_bytes("abcdefghijk", 11);

    ck_assert_uint_eq(mk_hash(text + 1, 11), mk_hash(copy, 11));
    text[12] = 'y';
    ck_assert_uint_eq(mk_hash(text + 1, 11), mk_hash(copy, 11));
    free(copy);
}
END_TEST

Suite *map_suite(void)
{
    Suite *suite = suite_create("map");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60); /* under valgrind */
    tcase_add_loop_test(all, map__like_its_model, 0, (int)MK_COUNT(hashes));
    tcase_add_test(all, map__every_order_of_removal);
    tcase_add_test(all, map__removal_leaves_others_home);
    tcase_add_test(all, map__empty);
    tcase_add_test(all, map__removing_what_is_not_there);
    tcase_add_test(all, map__asks_only_equal_hashes);
    tcase_add_test(all, map__a_hundred_thousand);
    tcase_add_test(all, hash__depends_on_every_byte);
    tcase_add_test(all, hash__reads_its_bytes_only);
    suite_add_tcase(suite, all);
    return suite;
}
