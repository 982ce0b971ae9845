/* SPDX-License-Identifier: MIT */
#include "core/links.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <string.h>

#define NOW (INT64_C(1767225600) * MK_SECOND)
#define EXAMPLE_ID "mk_eqkWN34UEoa2NxyALG8pcV"
#define EXAMPLE_TOKEN "c7318ff7-257c-490e-8242-03a815b223b7"

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

static struct mk_link *add(int64_t now)
{
    struct mk_link *link = mk_links_add(&links, &ids, &secrets, now);

    MUST(link != NULL);
    mk_links_join_user(&links, link, mk_copy("user-1"));
    link->webhook = mk_copy("http://localhost/hook");
    link->custom_data = json_pack("{s:[s]}", "accounts", "a");
    mk_link_set_reason(link, MK_PRODUCT_IDENTITY, "reason");
    return link;
}

static enum mk_err exchange(const char *token, int64_t now)
{
    struct mk_link *link = NULL;
    enum mk_err err = mk_links_exchange(&links, token, now, &link);

    MUST((link != NULL) == (err == MK_OK));
    return err;
}

static enum mk_err exchange_link(const struct mk_link *link, int64_t now)
{
    char token[MK_TOKEN_SIZE];

    mk_link_token_write(link, token);
    return exchange(token, now);
}

static struct mk_link *add_connected(int64_t now)
{
    struct mk_link *link = add(now);

    MUST(exchange_link(link, now) == MK_OK);
    return link;
}

static struct mk_link *find(const struct mk_link *link, int64_t now)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    return mk_links_find(&links, id, now);
}

static enum mk_err known(const struct mk_link *link, int64_t now)
{
    char id[MK_LINK_ID_SIZE];
    struct mk_problem problem = { 0 };
    struct mk_link *found = NULL;

    mk_link_id_write(link, id);
    enum mk_err err = mk_links_known(&links, id, now, &problem, &found);
    ck_assert_ptr_eq(found, err == MK_OK ? link : NULL);
    if (err == MK_LINK_BAD_STATE)
        ck_assert_str_eq(problem.link_error_code, "awaiting_token_exchange");
    return err;
}

static enum mk_err usable(const struct mk_link *link, int64_t now)
{
    char id[MK_LINK_ID_SIZE];
    struct mk_problem problem = { 0 };
    struct mk_link *found = NULL;

    mk_link_id_write(link, id);
    enum mk_err err = mk_links_usable(&links, id, now, &problem, &found);
    ck_assert_ptr_eq(found, err == MK_OK ? link : NULL);
    return err;
}

START_TEST(add__a_pending_link)
{
    struct mk_link *link = mk_links_add(&links, &ids, &secrets, NOW);
    char id[MK_LINK_ID_SIZE];
    char token[MK_TOKEN_SIZE];

    ck_assert_int_eq(link->state, MK_STATE_AWAITING_TOKEN_EXCHANGE);
    ck_assert_int_eq(link->error, MK_LINK_ERROR_NONE);
    ck_assert_uint_eq(link->session, MK_NONE);
    ck_assert_int_eq(link->created_at, NOW);
    ck_assert_int_eq(link->ends_at, NOW + 30 * MK_MINUTE);
    ck_assert(!link->is_example);
    for (int i = 0; i < MK_PRODUCT_COUNT; i++)
        ck_assert_int_eq(mk_link_refreshed_at(link, (enum mk_product)i), MK_NEVER);
    mk_link_id_write(link, id);
    ck_assert_uint_eq(strlen(id), 25);
    ck_assert_uint_eq(strspn(id + 3, "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
                      22);
    mk_link_token_write(link, token);
    ck_assert_int_eq(token[14], '4'); /* a random UUID */
    ck_assert_ptr_eq(mk_links_at(&links, mk_links_number(&links, link)), link);
}
END_TEST

START_TEST(life__from_pending_to_forgotten)
{
    struct mk_link *link = add(NOW);

    ck_assert_ptr_eq(find(link, NOW), link);
    ck_assert_int_eq(known(link, NOW), MK_LINK_BAD_STATE);
    ck_assert_int_eq(usable(link, NOW), MK_LINK_BAD_STATE);

    ck_assert_int_eq(exchange_link(link, NOW + 30 * MK_MINUTE - 1), MK_OK);
    ck_assert_int_eq(link->state, MK_STATE_CONNECTED);
    ck_assert_int_eq(known(link, NOW + 1000 * MK_DAY), MK_OK); /* the token's end is past */
    ck_assert_int_eq(usable(link, NOW + 1000 * MK_DAY), MK_OK);

    mk_links_delete(&links, link, NOW + MK_DAY);
    ck_assert_int_eq(link->state, MK_STATE_DELETED);
    ck_assert_ptr_null(link->customer_user_id);
    ck_assert_ptr_null(link->custom_data);
    ck_assert_int_eq(known(link, NOW + 91 * MK_DAY - 1), MK_OK);
    ck_assert_int_eq(usable(link, NOW + 91 * MK_DAY - 1), MK_LINK_DELETED);
    ck_assert_int_eq(known(link, NOW + 91 * MK_DAY), MK_LINK_NOT_FOUND);
    ck_assert_int_eq(usable(link, NOW + 91 * MK_DAY), MK_LINK_NOT_FOUND);
    ck_assert_uint_eq(links.store.count, 2);
    add(NOW + 91 * MK_DAY); /* here it is forgotten */
    ck_assert_uint_eq(links.store.count, 2);
}
END_TEST

START_TEST(life__error_counts_as_usable)
{
    struct mk_link *link = add_connected(NOW);

    link->state = MK_STATE_ERROR;
    link->error = MK_LINK_ERROR_AUTH_EXPIRED;
    ck_assert_int_eq(usable(link, NOW), MK_OK);
    mk_links_delete(&links, link, NOW);
    ck_assert_int_eq(link->error, MK_LINK_ERROR_NONE);
}
END_TEST

START_TEST(find__strangers)
{
    static const char *const strangers[] = {
        "",
        "mk_",
        "mk_22222222222222222222",
        "mk_2222222222222222222222",
        "mk_22222222222222222222222",
        "eqkWN34UEoa2NxyALG8pcV",
        "acc_eqkWN34UEoa2NxyALG8pc",
        "MK_eqkWN34UEoa2NxyALG8pcV",
        "mk_eqkWN34UEoa2NxyALG8pcVx",
    };
    struct mk_problem problem = { 0 };
    struct mk_link *found = NULL;

    ck_assert_int_eq(exchange(EXAMPLE_TOKEN, NOW), MK_OK);
    for (size_t i = 0; i < MK_COUNT(strangers); i++) {
        ck_assert_ptr_null(mk_links_find(&links, strangers[i], NOW));
        ck_assert_int_eq(mk_links_usable(&links, strangers[i], NOW, &problem, &found),
                         MK_LINK_NOT_FOUND);
    }
    ck_assert_ptr_nonnull(mk_links_find(&links, EXAMPLE_ID, NOW));
}
END_TEST

START_TEST(token__works_once)
{
    struct mk_link *link = add(NOW);

    ck_assert_int_eq(exchange_link(link, NOW), MK_OK);
    ck_assert_int_eq(exchange_link(link, NOW), MK_TOKEN_NOT_EXCHANGEABLE);
    ck_assert_int_eq(link->state, MK_STATE_CONNECTED);
    mk_links_delete(&links, link, NOW);
    ck_assert_int_eq(exchange_link(link, NOW), MK_TOKEN_NOT_EXCHANGEABLE);
}
END_TEST

START_TEST(token__expires)
{
    struct mk_link *link = add(NOW);

    ck_assert_int_eq(exchange_link(link, NOW + 30 * MK_MINUTE), MK_TOKEN_NOT_EXCHANGEABLE);
    ck_assert_int_eq(link->state, MK_STATE_AWAITING_TOKEN_EXCHANGE);
    ck_assert_ptr_null(find(link, NOW + 30 * MK_MINUTE));
    ck_assert_int_eq(exchange_link(link, NOW + 30 * MK_MINUTE - 1), MK_OK);
}
END_TEST

/* All of it is spelling: the example's UUID is there to be exchanged in each case. */
static const char *const malformed[] = {
    "",
    " ",
    "c7318ff7",
    "C7318FF7-257C-490E-8242-03A815B223B7",
    "c7318ff7-257c-490e-8242-03a815b223B7",
    "{c7318ff7-257c-490e-8242-03a815b223b7}",
    "urn:uuid:c7318ff7-257c-490e-8242-03a815b223b7",
    "c7318ff7257c490e824203a815b223b7",
    "c7318ff7-257c-490e-8242-03a815b223b",
    "c7318ff7-257c-490e-8242-03a815b223b77",
    "c7318ff7-257c-490e-8242-03a815b223b7 ",
    " c7318ff7-257c-490e-8242-03a815b223b7",
    "c7318ff7-257c-490e-8242-03a815b223b7\n",
    "c7318ff72-57c-490e-8242-03a815b223b7",
    "c7318ff7-257c-490e-824203-a815b223b7",
    "c7318ff7-257c-490e-8242003a815b223b7",
    "------------------------------------",
    "g7318ff7-257c-490e-8242-03a815b223b7",
    "c7318ff7_257c_490e_8242_03a815b223b7",
    "c7318ff7-257c-490e-8242-03a815b223\xC3\xA9",
    "00000000-0000-0000-0000-000000000000",
    "c7318ff7-257c-490e-8242-03a815b223b6",
    EXAMPLE_ID,
};

START_TEST(token__malformed)
{
    ck_assert_int_eq(exchange(malformed[_i], NOW), MK_TOKEN_NOT_EXCHANGEABLE);
    ck_assert_int_eq(exchange(EXAMPLE_TOKEN, NOW), MK_OK);
}
END_TEST

/* In order of their exchange, whatever the order they were made in. */
START_TEST(active__in_order_of_exchange)
{
    struct mk_link *made[4];
    static const int order[] = { 2, 0, 3, 1 };
    const struct mk_link *at = NULL;

    for (int i = 0; i < 4; i++)
        made[i] = add(NOW);
    ck_assert_ptr_null(mk_links_next_active(&links, NULL));
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(exchange_link(made[order[i]], NOW), MK_OK);
    made[order[1]]->state = MK_STATE_ERROR;
    for (int i = 0; i < 4; i++) {
        at = mk_links_next_active(&links, at);
        ck_assert_ptr_eq(at, made[order[i]]);
    }
    ck_assert_ptr_null(mk_links_next_active(&links, at));
}
END_TEST

/* A page ends at a link that is deleted before the next one is asked for: nothing is left out. */
START_TEST(active__goes_on_after_a_deleted_one)
{
    struct mk_link *a = add_connected(NOW);
    struct mk_link *b = add_connected(NOW);
    struct mk_link *c = add_connected(NOW);
    struct mk_link *d = add_connected(NOW);

    mk_links_delete(&links, b, NOW);
    mk_links_delete(&links, c, NOW);
    ck_assert_ptr_eq(mk_links_next_active(&links, NULL), a);
    ck_assert_ptr_eq(mk_links_next_active(&links, a), d);
    ck_assert_ptr_eq(mk_links_next_active(&links, b), d);
    mk_links_delete(&links, d, NOW);
    ck_assert_ptr_null(mk_links_next_active(&links, a));
    mk_links_delete(&links, a, NOW);
    ck_assert_ptr_null(mk_links_next_active(&links, NULL));
}
END_TEST

/* Whole generations expire; the records are used again and the maps hold no trace. */
START_TEST(forgotten__expired_pending_links)
{
    int64_t now = NOW;

    for (int generation = 0; generation < 5; generation++, now += 30 * MK_MINUTE) {
        for (int i = 0; i < 100; i++)
            add(now);
        ck_assert_uint_eq(links.store.count, 101);
        ck_assert_uint_eq(mk_map_count(&links.by_id), 101);
        ck_assert_uint_eq(mk_map_count(&links.by_token), 101);
    }
    ck_assert_uint_eq(links.store.used, 101);
}
END_TEST

START_TEST(forgotten__only_what_is_over)
{
    struct mk_link *old = add(NOW);
    struct mk_link *kept = add_connected(NOW);
    struct mk_link *younger = add(NOW + 1);
    struct mk_link *deleted = add_connected(NOW);

    mk_links_delete(&links, deleted, NOW);
    char old_id[MK_LINK_ID_SIZE];
    mk_link_id_write(old, old_id);
    add(NOW + 30 * MK_MINUTE);
    ck_assert_ptr_null(mk_links_find(&links, old_id, NOW));
    ck_assert_ptr_eq(find(kept, NOW), kept);
    ck_assert_ptr_eq(find(younger, NOW), younger);
    ck_assert_ptr_eq(find(deleted, NOW), deleted);
    ck_assert_uint_eq(links.store.count, 5);
}
END_TEST

/* The order of deletion is not that of the exchange. */
START_TEST(forgotten__deleted_ones_each_in_time)
{
    enum { MANY = 20 };
    struct mk_link *made[MANY];

    for (int i = 0; i < MANY; i++)
        made[i] = add_connected(NOW);
    for (int i = 0; i < MANY; i++)
        mk_links_delete(&links, made[i * 7 % MANY], NOW + i * MK_DAY);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(known(made[i * 7 % MANY], NOW + (90 + i) * MK_DAY - 1), MK_OK);
        struct mk_link *link = add(NOW + (90 + i) * MK_DAY);
        ck_assert_uint_eq(links.store.count, (unsigned)(MANY + 1 - i));
        ck_assert_int_eq(exchange_link(link, NOW + (91 + i) * MK_DAY), MK_TOKEN_NOT_EXCHANGEABLE);
    }
    ck_assert_ptr_null(mk_links_next_active(&links, NULL));
}
END_TEST

/* Two bank worlds of the same seeds give the same ids. */
START_TEST(add__repeats_with_its_seeds)
{
    struct mk_links other;
    struct mk_random other_ids = ids;
    struct mk_random other_secrets = secrets;

    mk_links_init(&other, 3);
    for (int i = 0; i < 50; i++) {
        const struct mk_link *a = mk_links_add(&links, &ids, &secrets, NOW);
        const struct mk_link *b = mk_links_add(&other, &other_ids, &other_secrets, NOW);
        ck_assert_mem_eq(a->id, b->id, sizeof(a->id));
        ck_assert_mem_eq(a->token, b->token, sizeof(a->token));
    }
    mk_links_done(&other);
}
END_TEST

Suite *links_suite(void)
{
    Suite *suite = suite_create("links");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_links, close_links);
    tcase_add_test(all, add__a_pending_link);
    tcase_add_test(all, add__repeats_with_its_seeds);
    tcase_add_test(all, life__from_pending_to_forgotten);
    tcase_add_test(all, life__error_counts_as_usable);
    tcase_add_test(all, find__strangers);
    tcase_add_test(all, token__works_once);
    tcase_add_test(all, token__expires);
    tcase_add_loop_test(all, token__malformed, 0, (int)MK_COUNT(malformed));
    tcase_add_test(all, active__in_order_of_exchange);
    tcase_add_test(all, active__goes_on_after_a_deleted_one);
    tcase_add_test(all, forgotten__expired_pending_links);
    tcase_add_test(all, forgotten__only_what_is_over);
    tcase_add_test(all, forgotten__deleted_ones_each_in_time);
    suite_add_tcase(suite, all);
    return suite;
}
