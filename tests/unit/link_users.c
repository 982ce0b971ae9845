/* SPDX-License-Identifier: MIT */
/* The links of each customer user: core/link_users.c. */
#include "core/links.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW (INT64_C(1767225600) * MK_SECOND)

static struct mk_links links;
static struct mk_random ids;
static struct mk_random secrets;
static struct mk_random dice;

static void open_links(void)
{
    mk_links_init(&links, 3);
    mk_random_seeded(&ids, 1, "ids");
    mk_random_seeded(&secrets, 1, "secrets");
    mk_random_seeded(&dice, 1, "dice");
}

static void close_links(void)
{
    mk_links_done(&links);
}

static void connect_link(struct mk_link *link)
{
    mk_links_activate(&links, link);
    link->state = MK_STATE_CONNECTED;
}

static struct mk_link *add(const char *user)
{
    struct mk_link *link = mk_links_add(&links, &ids, &secrets, NOW);

    MUST(link != NULL);
    mk_links_join_user(&links, link, mk_copy(user));
    return link;
}

static size_t count_of(const char *user)
{
    size_t count = 0;

    for (struct mk_link *link = NULL; (link = mk_links_next_of_user(&links, user, link)) != NULL;)
        count++;
    return count;
}

/* --- Against a list --------------------------------------------------------------------------- */

enum { STEPS = 20000, USERS = 12 };

/* Every link ever made, in order; NULL: it left. */
static struct {
    struct mk_link *link;
    unsigned user;
} model[STEPS];
static size_t made;

static const char *name_of(unsigned user)
{
    static char name[32];

    snprintf(name, sizeof(name), "user-%u", user);
    return name;
}

/* The walk gives exactly the links of the list, in its order. */
static void check_user(unsigned user)
{
    const struct mk_link *found = NULL;

    for (size_t i = 0; i < made; i++) {
        const struct mk_link *link = model[i].link;
        if (link == NULL || model[i].user != user || link->state != MK_STATE_CONNECTED)
            continue;
        found = mk_links_next_of_user(&links, name_of(user), found);
        MUST(found == link);
    }
    MUST(mk_links_next_of_user(&links, name_of(user), found) == NULL);
}

static void make_one(void)
{
    model[made].user = (unsigned)(mk_random_next(&dice) % USERS);
    model[made].link = add(name_of(model[made].user));
    if (mk_random_next(&dice) % 4 != 0)
        connect_link(model[made].link);
    made++;
}

/* One of the first, so that users run dry and begin anew. */
static void take_one(void)
{
    size_t i = mk_random_next(&dice) % made;
    struct mk_link *link = model[i].link;

    if (link == NULL)
        return;
    if (link->state == MK_STATE_CONNECTED)
        mk_links_delete(&links, link, NOW);
    else
        mk_links_leave_user(&links, link);
    model[i].link = NULL;
}

START_TEST(link_users__agree_with_a_list)
{
    size_t users = 0;

    made = 0;
    for (int step = 0; step < STEPS; step++) {
        bool grows = made == 0 || mk_random_next(&dice) % 5 < (step / 2000 % 2 == 0 ? 3U : 1U);
        if (grows)
            make_one();
        else
            take_one();
        if (step % 50 == 0)
            check_user((unsigned)(mk_random_next(&dice) % USERS));
    }
    for (size_t i = 0; i < made; i++) {
        if (model[i].link == NULL)
            continue;
        model[i].link->state == MK_STATE_CONNECTED ? mk_links_delete(&links, model[i].link, NOW)
                                                   : mk_links_leave_user(&links, model[i].link);
        model[i].link = NULL;
    }
    for (unsigned user = 0; user < USERS; user++)
        users += count_of(name_of(user));
    ck_assert_uint_eq(users, 0);
    ck_assert_uint_eq(mk_map_count(&links.by_user), 1); /* the documented example's */
}
END_TEST

/* --- Cases ------------------------------------------------------------------------------------ */

START_TEST(link_users__nobody)
{
    ck_assert_ptr_null(mk_links_next_of_user(&links, "", NULL));
    ck_assert_ptr_null(mk_links_next_of_user(&links, "user-1", NULL));
}
END_TEST

/* Links that wait for their exchange are not shown, wherever they stand. */
START_TEST(link_users__pending_ones_are_passed_over)
{
    struct mk_link *linked[5];

    for (size_t i = 0; i < MK_COUNT(linked); i++)
        linked[i] = add("user-1");
    ck_assert_uint_eq(count_of("user-1"), 0);
    connect_link(linked[3]);
    connect_link(linked[1]);
    linked[1]->state = MK_STATE_ERROR;
    ck_assert_ptr_eq(mk_links_next_of_user(&links, "user-1", NULL), linked[1]);
    ck_assert_ptr_eq(mk_links_next_of_user(&links, "user-1", linked[1]), linked[3]);
    ck_assert_ptr_null(mk_links_next_of_user(&links, "user-1", linked[3]));
}
END_TEST

/* What is forgotten has left its user, so its record's next use does not appear there. */
START_TEST(link_users__forgotten_links_leave)
{
    add("user-1");
    ck_assert_ptr_nonnull(mk_links_add(&links, &ids, &secrets, NOW + MK_TOKEN_LIFE));
    ck_assert_uint_eq(mk_map_count(&links.by_user), 1);

    struct mk_link *deleted = add("user-2");
    connect_link(deleted);
    mk_links_delete(&links, deleted, NOW);
    ck_assert_ptr_null(deleted->customer_user_id);
    ck_assert_ptr_nonnull(mk_links_add(&links, &ids, &secrets, NOW + MK_DELETED_LIFE));
    ck_assert_uint_eq(mk_map_count(&links.by_user), 1);
}
END_TEST

/* Joining and leaving, first or last, take the same time in a crowd: this would take minutes. */
START_TEST(link_users__crowd)
{
    enum { CROWD = 100000 };
    struct mk_link **crowd = mk_alloc_zero(CROWD, sizeof(*crowd));

    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = add("crowd");
        connect_link(crowd[i]);
    }
    ck_assert_uint_eq(count_of("crowd"), CROWD);
    for (size_t i = 0; i < CROWD / 4; i++) {
        mk_links_leave_user(&links, crowd[i]);
        mk_links_leave_user(&links, crowd[CROWD - 1 - i]);
        mk_links_leave_user(&links, crowd[CROWD / 2 + i]);
    }
    MUST(mk_links_next_of_user(&links, "crowd", NULL) == crowd[CROWD / 4]);
    ck_assert_uint_eq(count_of("crowd"), CROWD / 4);
    free(crowd);
}
END_TEST

Suite *link_users_suite(void)
{
    Suite *suite = suite_create("link_users");
    TCase *tcase = tcase_create("users");

    tcase_add_checked_fixture(tcase, open_links, close_links);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, link_users__agree_with_a_list);
    tcase_add_test(tcase, link_users__nobody);
    tcase_add_test(tcase, link_users__pending_ones_are_passed_over);
    tcase_add_test(tcase, link_users__forgotten_links_leave);
    tcase_add_test(tcase, link_users__crowd);
    suite_add_tcase(suite, tcase);
    return suite;
}
