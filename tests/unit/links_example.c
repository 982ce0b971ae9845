/* SPDX-License-Identifier: MIT */
/* The documentation's example, which core/links.c puts into every world. */
#include "core/links.h"

#include "support/bank.h"
#include "unit/suites.h"

#define NOW BANK_NOW

static struct mk_links links;
static struct mk_random ids;
static struct mk_random secrets;

static void open_links(void)
{
    mk_links_init(&links, 3);
    mk_random_seeded(&ids, 1, "ids");
    mk_random_seeded(&secrets, 1, "secrets");
}

static void close_links(void)
{
    mk_links_done(&links);
}

/* The page's values; hidden until its exchange, which works once and at any time. */
START_TEST(example__is_hidden_and_never_expires)
{
    struct mk_link *link = NULL;

    ck_assert_ptr_null(mk_links_find(&links, EXAMPLE_ID, NOW));
    ck_assert_ptr_null(mk_links_next_active(&links, NULL));
    for (int64_t now = NOW; now < NOW + 1000 * MK_DAY; now += 100 * MK_DAY)
        mk_links_add(&links, &ids, &secrets, now); /* each forgets what has expired */
    ck_assert_uint_eq(links.store.count, 2);
    ck_assert_int_eq(mk_links_exchange(&links, EXAMPLE_TOKEN, NOW + 10000 * MK_DAY, &link), MK_OK);
    ck_assert_int_eq(link->state, MK_STATE_CONNECTED);
    ck_assert_uint_eq(link->institution, 3);
    ck_assert_uint_eq(link->tags.count, 1);
    ck_assert_str_eq(link->tags.text, "user_type:admin");
    ck_assert_ptr_eq(mk_links_find(&links, EXAMPLE_ID, NOW), link);
    ck_assert_int_eq(mk_links_exchange(&links, EXAMPLE_TOKEN, NOW, &link),
                     MK_TOKEN_NOT_EXCHANGEABLE);
    ck_assert_ptr_eq(mk_links_next_active(&links, NULL), link);
}
END_TEST

START_TEST(example__products)
{
    const int64_t synced_at = INT64_C(1676538851) * MK_SECOND;
    struct mk_link *link;

    ck_assert_int_eq(mk_links_exchange(&links, EXAMPLE_TOKEN, NOW, &link), MK_OK);
    ck_assert_int_eq(mk_link_synced_at(link), synced_at);
    for (int i = 0; i < MK_PRODUCT_COUNT; i++) {
        bool granted = i == MK_PRODUCT_ACCOUNTS || i == MK_PRODUCT_IDENTITY;
        ck_assert(link->products[i].granted == granted);
        ck_assert(link->products[i].required == (i == MK_PRODUCT_IDENTITY));
        ck_assert(!link->products[i].prefetch);
        ck_assert_int_eq(mk_link_refreshed_at(link, (enum mk_product)i),
                         granted ? synced_at : MK_NEVER);
        ck_assert_int_eq(mk_link_attempted_at(link, (enum mk_product)i),
                         granted ? synced_at : MK_NEVER);
    }
}
END_TEST

/* Deleted as any other, and not made anew by what comes after. */
START_TEST(example__can_be_deleted)
{
    struct mk_problem problem = { 0 };
    struct mk_link *link;

    ck_assert_int_eq(mk_links_exchange(&links, EXAMPLE_TOKEN, NOW, &link), MK_OK);
    mk_links_delete(&links, link, NOW);
    ck_assert_int_eq(mk_links_usable(&links, EXAMPLE_ID, NOW + 90 * MK_DAY - 1, &problem, &link),
                     MK_LINK_DELETED);
    mk_links_add(&links, &ids, &secrets, NOW + 90 * MK_DAY);
    ck_assert_ptr_null(mk_links_find(&links, EXAMPLE_ID, NOW));
    ck_assert_uint_eq(links.store.count, 1);
    ck_assert_int_eq(mk_links_exchange(&links, EXAMPLE_TOKEN, NOW, &link),
                     MK_TOKEN_NOT_EXCHANGEABLE);
}
END_TEST

Suite *links_example_suite(void)
{
    Suite *suite = suite_create("links_example");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_links, close_links);
    tcase_add_test(all, example__is_hidden_and_never_expires);
    tcase_add_test(all, example__products);
    tcase_add_test(all, example__can_be_deleted);
    suite_add_tcase(suite, all);
    return suite;
}
