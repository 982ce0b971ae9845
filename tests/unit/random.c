/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <string.h>

/*
 * Computed by another implementation: SHA-256 of the seed's 8 bytes, lowest first, and the label.
 */
static const struct {
    uint64_t seed;
    const char *label;
    uint64_t derived;
    uint64_t values[4];
} sequences[] = {
    { 0,
      "ids",
      0xb38af5f6ebbc477a,
      { 0xa12343bb623e267c, 0x3baeaa10bc5c1bfd, 0x2164fbb3f4b0fe16, 0xa56b8d0f8bf77b41 } },
    { 1,
      "ids",
      0x72e99bf02aa153c6,
      { 0xcab5a6a7e868b3ae, 0x6ff21e7199c5a0db, 0x4f2c4c19a0588302, 0x93280bd457315b10 } },
    { 0,
      "secrets",
      0x960e07e775cf3dd0,
      { 0xd34c602535a4198f, 0x10d3be7600622314, 0x0aec96972608a207, 0x6b9609d01d9cc2b7 } },
    { 0xFEDCBA9876543210,
      "",
      0x00dbcb14155db7ae,
      { 0x63fbe2fc6f214ccc, 0x6c5bfe51e1b784a8, 0xbd7fe3ce0f019220, 0x4dcd9be661c8b748 } },
};

START_TEST(seeded__values)
{
    struct mk_random random;

    mk_random_seeded(&random, sequences[_i].seed, sequences[_i].label);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(mk_random_next(&random), sequences[_i].values[i]);
    ck_assert_uint_eq(mk_seed_derive(sequences[_i].seed, sequences[_i].label),
                      sequences[_i].derived);
}
END_TEST

START_TEST(seeded__repeats)
{
    struct mk_random a;
    struct mk_random b;

    memset(&a, 0x00, sizeof(a));
    memset(&b, 0x5A, sizeof(b));
    mk_random_seeded(&a, 42, "label");
    mk_random_seeded(&b, 42, "label");
    for (int i = 0; i < 1000; i++)
        MUST(mk_random_next(&a) == mk_random_next(&b));
}
END_TEST

/* Filling takes whole words, so the bytes and what follows are told by the length alone. */
START_TEST(seeded__fill)
{
    static const unsigned char first[16] = { 0x7c, 0x26, 0x3e, 0x62, 0xbb, 0x43, 0x23, 0xa1,
                                             0xfd, 0x1b, 0x5c, 0xbc, 0x10, 0xaa, 0xae, 0x3b };

    for (size_t length = 0; length <= 16; length++) {
        struct mk_random random;
        unsigned char bytes[17];

        memset(bytes, 0xEE, sizeof(bytes));
        mk_random_seeded(&random, 0, "ids");
        mk_random_fill(&random, bytes, length);
        ck_assert_mem_eq(bytes, first, length);
        ck_assert_uint_eq(bytes[length], 0xEE);
        ck_assert_uint_eq(mk_random_next(&random), sequences[0].values[(length + 7) / 8]);
    }
}
END_TEST

START_TEST(seeded__uuid)
{
    static const unsigned char first[16] = { 0x7c, 0x26, 0x3e, 0x62, 0xbb, 0x43, 0x43, 0xa1,
                                             0xbd, 0x1b, 0x5c, 0xbc, 0x10, 0xaa, 0xae, 0x3b };
    struct mk_random random;
    unsigned char uuid[16];

    mk_random_seeded(&random, 0, "ids");
    mk_random_uuid(&random, uuid);
    ck_assert_mem_eq(uuid, first, 16);
}
END_TEST

START_TEST(uuid__version_and_variant)
{
    struct mk_random random;
    unsigned char uuid[16];

    if (_i == 0)
        mk_random_seeded(&random, 3, "uuids");
    else
        mk_random_system(&random);
    for (int i = 0; i < 1000; i++) {
        mk_random_uuid(&random, uuid);
        MUST(uuid[6] >> 4 == 4);
        MUST(uuid[8] >> 6 == 2);
    }
}
END_TEST

/* Each bit is set about half of the time: no byte of a fill is left out, no bit stuck. */
START_TEST(fill__every_bit_moves)
{
    enum { ROUNDS = 2000, SIZE = 37 };
    struct mk_random random;
    unsigned char bytes[SIZE];
    int set[SIZE * 8] = { 0 };

    if (_i == 0)
        mk_random_seeded(&random, 9, "bits");
    else
        mk_random_system(&random);
    for (int round = 0; round < ROUNDS; round++) {
        mk_random_fill(&random, bytes, SIZE);
        for (size_t bit = 0; bit < MK_COUNT(set); bit++)
            set[bit] += bytes[bit / 8] >> bit % 8 & 1;
    }
    for (size_t bit = 0; bit < MK_COUNT(set); bit++) {
        ck_assert_int_gt(set[bit], ROUNDS * 2 / 5); /* nine standard deviations */
        ck_assert_int_lt(set[bit], ROUNDS * 3 / 5);
    }
}
END_TEST

START_TEST(system__never_repeats)
{
    struct mk_random a;
    struct mk_random b;

    mk_random_system(&a);
    mk_random_system(&b);
    uint64_t first = mk_random_next(&a);
    ck_assert_uint_ne(first, mk_random_next(&a));
    ck_assert_uint_ne(first, mk_random_next(&b));
    mk_random_fill(&a, &first, 0);
}
END_TEST

/* A generator that was seeded forgets it when it becomes the system's, and the other way round. */
START_TEST(random__made_anew)
{
    struct mk_random random;

    mk_random_seeded(&random, 0, "ids");
    mk_random_system(&random);
    ck_assert_uint_ne(mk_random_next(&random), sequences[0].values[0]);
    mk_random_seeded(&random, 0, "ids");
    ck_assert_uint_eq(mk_random_next(&random), sequences[0].values[0]);
}
END_TEST

Suite *random_suite(void)
{
    Suite *suite = suite_create("random");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, seeded__values, 0, (int)MK_COUNT(sequences));
    tcase_add_test(all, seeded__repeats);
    tcase_add_test(all, seeded__fill);
    tcase_add_test(all, seeded__uuid);
    tcase_add_loop_test(all, uuid__version_and_variant, 0, 2);
    tcase_add_loop_test(all, fill__every_bit_moves, 0, 2);
    tcase_add_test(all, system__never_repeats);
    tcase_add_test(all, random__made_anew);
    suite_add_tcase(suite, all);
    return suite;
}
