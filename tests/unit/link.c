/* SPDX-License-Identifier: MIT */
/* One link's own properties (core/link.c) and its tags (core/tags.c). */
#include "core/links.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

#define NOW (INT64_C(1767225600) * MK_SECOND)

static struct mk_link link_of(int64_t created_at)
{
    struct mk_link link = { .created_at = created_at };

    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        link.products[i].refreshed = link.products[i].attempted = MK_NEVER_SECONDS;
    return link;
}

START_TEST(link__texts)
{
    struct mk_link link = { .id = { 'e', 'q', 'k', 'W', 'N', '3', '4', 'U', 'E', 'o', 'a',
                                    '2', 'N', 'x', 'y', 'A', 'L', 'G', '8', 'p', 'c', 'V' },
                            .token = { 0xC7, 0x31, 0x8F, 0xF7, 0x25, 0x7C, 0x49, 0x0E, 0x82, 0x42,
                                       0x03, 0xA8, 0x15, 0xB2, 0x23, 0xB7 } };
    char id[MK_LINK_ID_SIZE];
    char token[MK_TOKEN_SIZE];

    mk_link_id_write(&link, id);
    mk_link_token_write(&link, token);
    ck_assert_str_eq(id, "mk_eqkWN34UEoa2NxyALG8pcV");
    ck_assert_str_eq(token, "c7318ff7-257c-490e-8242-03a815b223b7");
}
END_TEST

/* Created at any fraction of a second: what was fetched later comes out to the second. */
START_TEST(times__to_the_second)
{
    static const int64_t fractions[] = { 0, 1, 499999, 500000, 999999 };

    for (size_t i = 0; i < MK_COUNT(fractions); i++) {
        for (size_t j = 0; j < MK_COUNT(fractions); j++) {
            struct mk_link link = link_of(NOW + fractions[i]);
            int64_t later = NOW + 100 * MK_DAY + 7 * MK_SECOND;
            mk_link_fetched(&link, MK_PRODUCT_IDENTITY, later + fractions[j]);
            ck_assert_int_eq(mk_link_refreshed_at(&link, MK_PRODUCT_IDENTITY), later);
            ck_assert_int_eq(mk_link_attempted_at(&link, MK_PRODUCT_IDENTITY), later);
        }
    }
}
END_TEST

START_TEST(times__never)
{
    struct mk_link link = link_of(NOW);

    for (int i = 0; i < MK_PRODUCT_COUNT; i++) {
        ck_assert_int_eq(mk_link_refreshed_at(&link, (enum mk_product)i), MK_NEVER);
        ck_assert_int_eq(mk_link_attempted_at(&link, (enum mk_product)i), MK_NEVER);
    }
    ck_assert_int_eq(mk_link_synced_at(&link), MK_NEVER);
}
END_TEST

/* 32 bits of seconds are 68 years; a clock moved further, or back, stops at the ends. */
START_TEST(times__clock_moved_far)
{
    struct mk_link link = link_of(NOW);

    mk_link_fetched(&link, MK_PRODUCT_IDENTITY, NOW + 60 * 365 * MK_DAY);
    ck_assert_int_eq(mk_link_refreshed_at(&link, MK_PRODUCT_IDENTITY), NOW + 60 * 365 * MK_DAY);
    mk_link_fetched(&link, MK_PRODUCT_IDENTITY, NOW + 100 * 365 * MK_DAY);
    ck_assert_int_eq(mk_link_refreshed_at(&link, MK_PRODUCT_IDENTITY), NOW + INT32_MAX * MK_SECOND);
    mk_link_fetched(&link, MK_PRODUCT_IDENTITY, NOW - MK_DAY);
    ck_assert_int_eq(mk_link_refreshed_at(&link, MK_PRODUCT_IDENTITY), NOW);
}
END_TEST

/* Before 1970, where a division rounds the other way, the link is as old as its first fetch. */
START_TEST(times__before_1970)
{
    struct mk_link link = link_of(-MK_DAY - MK_SECOND / 2);
    char created[MK_TIME_SIZE];
    char fetched[MK_TIME_SIZE];

    mk_link_fetched(&link, MK_PRODUCT_ACCOUNTS, link.created_at);
    mk_time_write(created, link.created_at, MK_TIMES_SEED);
    mk_time_write(fetched, mk_link_refreshed_at(&link, MK_PRODUCT_ACCOUNTS), MK_TIMES_SEED);
    ck_assert_str_eq(fetched, created);
}
END_TEST

/* The latest of the granted ones. */
START_TEST(times__synced_at)
{
    struct mk_link link = link_of(NOW);

    link.products[MK_PRODUCT_ACCOUNTS].granted = true;
    link.products[MK_PRODUCT_IDENTITY].granted = true;
    ck_assert_int_eq(mk_link_synced_at(&link), MK_NEVER);
    mk_link_fetched(&link, MK_PRODUCT_ACCOUNTS, NOW + 2 * MK_DAY);
    mk_link_fetched(&link, MK_PRODUCT_IDENTITY, NOW + MK_DAY);
    mk_link_fetched(&link, MK_PRODUCT_TRANSACTIONS, NOW + 3 * MK_DAY); /* not granted */
    ck_assert_int_eq(mk_link_synced_at(&link), NOW + 2 * MK_DAY);
}
END_TEST

/* What the bank has and the link lacks; accounts cannot be configured. */
START_TEST(products__available)
{
    const struct mk_institution bank = { .products = 1U << MK_PRODUCT_ACCOUNTS |
                                                     1U << MK_PRODUCT_IDENTITY |
                                                     1U << MK_PRODUCT_TRANSACTIONS };
    struct mk_link link = link_of(NOW);

    ck_assert_uint_eq(mk_link_available_products(&link, &bank),
                      1U << MK_PRODUCT_IDENTITY | 1U << MK_PRODUCT_TRANSACTIONS);
    link.products[MK_PRODUCT_ACCOUNTS].granted = true;
    link.products[MK_PRODUCT_IDENTITY].granted = true;
    link.products[MK_PRODUCT_INVESTMENTS].granted = true;
    ck_assert_uint_eq(mk_link_available_products(&link, &bank), 1U << MK_PRODUCT_TRANSACTIONS);
    link.products[MK_PRODUCT_TRANSACTIONS].granted = true;
    ck_assert_uint_eq(mk_link_available_products(&link, &bank), 0);
}
END_TEST

START_TEST(reasons__are_kept_for_each_product)
{
    struct mk_link link = { 0 };

    ck_assert_ptr_null(mk_link_reason(&link, MK_PRODUCT_IDENTITY));
    mk_link_set_reason(&link, MK_PRODUCT_IDENTITY, NULL);
    ck_assert_ptr_null(link.reasons); /* a link without reasons is small */
    mk_link_set_reason(&link, MK_PRODUCT_IDENTITY, "know you");
    mk_link_set_reason(&link, MK_PRODUCT_ENRICHMENT, "last");
    mk_link_set_reason(&link, MK_PRODUCT_IDENTITY, "know you better");
    ck_assert_str_eq(mk_link_reason(&link, MK_PRODUCT_IDENTITY), "know you better");
    ck_assert_str_eq(mk_link_reason(&link, MK_PRODUCT_ENRICHMENT), "last");
    ck_assert_ptr_null(mk_link_reason(&link, MK_PRODUCT_ACCOUNTS));
    mk_link_set_reason(&link, MK_PRODUCT_IDENTITY, NULL);
    mk_link_set_reason(&link, MK_PRODUCT_ENRICHMENT, NULL);
    ck_assert_ptr_null(mk_link_reason(&link, MK_PRODUCT_IDENTITY));
    free(link.reasons);
}
END_TEST

START_TEST(webhook__is_a_copy)
{
    struct mk_link link = { 0 };
    char url[] = "http://localhost/hook";

    mk_link_set_webhook(&link, url);
    url[0] = 'x';
    ck_assert_str_eq(link.webhook, "http://localhost/hook");
    mk_link_set_webhook(&link, "http://localhost/other");
    ck_assert_str_eq(link.webhook, "http://localhost/other");
    mk_link_set_webhook(&link, NULL);
    ck_assert_ptr_null(link.webhook);
    mk_link_set_webhook(&link, NULL);
}
END_TEST

static void check_tags(const struct mk_tags *tags, const json_t *list)
{
    const char *tag = tags->text;
    size_t index;
    json_t *item;

    ck_assert_uint_eq(tags->count, json_array_size(list));
    json_array_foreach((json_t *)list, index, item) {
        ck_assert_str_eq(tag, json_string_value(item));
        tag += strlen(tag) + 1;
    }
}

static const char *const lists[] = { "[]",     "[\"one\"]",         "[\"a:1\",\"b:2\",\"a:1\"]",
                                     "[\"\"]", "[\"\",\"x\",\"\"]", "[\"h\u00e9\",\"\u20ac\"]" };

START_TEST(tags__copy_and_clone)
{
    json_t *list = json_loads(lists[_i], 0, NULL);
    struct mk_tags tags;
    struct mk_tags clone;

    ck_assert_ptr_nonnull(list);
    mk_tags_copy(&tags, list);
    mk_tags_clone(&clone, &tags);
    check_tags(&tags, list);
    mk_tags_done(&tags);
    check_tags(&clone, list);
    check_tags(&tags, NULL);
    mk_tags_done(&clone);
    mk_tags_done(&clone);
    json_decref(list);
}
END_TEST

/* A list, an empty one, null and none at all. */
START_TEST(tags__set_replaces)
{
    struct mk_link link = { 0 };
    json_t *two = json_loads("[\"a\",\"b\"]", 0, NULL);
    json_t *one = json_loads("[\"c\"]", 0, NULL);
    json_t *empty = json_array();

    mk_link_set_tags(&link, two);
    check_tags(&link.tags, two);
    mk_link_set_tags(&link, one);
    check_tags(&link.tags, one);
    mk_link_set_tags(&link, empty);
    check_tags(&link.tags, empty);
    mk_link_set_tags(&link, two);
    mk_link_set_tags(&link, json_null());
    check_tags(&link.tags, empty);
    mk_link_set_tags(&link, two);
    mk_link_set_tags(&link, NULL);
    check_tags(&link.tags, empty);
    json_decref(two);
    json_decref(one);
    json_decref(empty);
}
END_TEST

/* A million of them have to fit in memory (design.md, section 7: 400 bytes, all included). */
START_TEST(link__is_small)
{
    ck_assert_uint_le(sizeof(struct mk_link), 256);
}
END_TEST

Suite *link_suite(void)
{
    Suite *suite = suite_create("link");
    TCase *all = tcase_create("all");

    tcase_add_test(all, link__texts);
    tcase_add_test(all, times__to_the_second);
    tcase_add_test(all, times__never);
    tcase_add_test(all, times__clock_moved_far);
    tcase_add_test(all, times__before_1970);
    tcase_add_test(all, times__synced_at);
    tcase_add_test(all, products__available);
    tcase_add_test(all, reasons__are_kept_for_each_product);
    tcase_add_test(all, webhook__is_a_copy);
    tcase_add_loop_test(all, tags__copy_and_clone, 0, (int)MK_COUNT(lists));
    tcase_add_test(all, tags__set_replaces);
    tcase_add_test(all, link__is_small);
    suite_add_tcase(suite, all);
    return suite;
}
