/* SPDX-License-Identifier: MIT */
/* GET /connect/institutions: groups, search, what narrows it, and the second link to a bank. */
#include "api/tests.h"

#include "support/pages.h"

#include <string.h>

static const struct reply *find(struct client *client, const char *session_members,
                                const char *search)
{
    struct page page = page_open(client, create_session(client, "%s", session_members));
    char *target = quoted("/connect/institutions%s", search);
    const struct reply *reply = page_call(&page, "GET", target, NULL);

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(member(reply, "groups")), 3);
    page_close(&page);
    free(target);
    return reply;
}

static size_t count_of(const struct reply *reply, const char *group)
{
    return json_array_size(json_object_get(member(reply, "groups"), group));
}

/* The institution in any of the groups, or NULL. */
static const json_t *found(const struct reply *reply, const char *id)
{
    const char *group;
    json_t *list;
    size_t i;
    json_t *item;

    json_object_foreach((json_t *)member(reply, "groups"), group, list) {
        json_array_foreach(list, i, item) {
            ck_assert_str_eq(json_string_value(json_object_get(item, "search_group")), group);
            if (strcmp(json_string_value(json_object_get(item, "id")), id) == 0)
                return item;
        }
    }
    return NULL;
}

START_TEST(finder__groups)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = find(client, "", "");

    expect_value(reply, "groups.primary.0.id", "'moneykit-creds-bank'");
    expect_value(reply, "groups.primary.1.id", "'moneykit-instant-bank'");
    ck_assert_uint_gt(count_of(reply, "primary"), 8);
    ck_assert_uint_gt(count_of(reply, "secondary"), 8);
    ck_assert_uint_gt(count_of(reply, "tertiary"), 3);
    ck_assert_ptr_null(found(reply, "barclays"));
}
END_TEST

START_TEST(finder__search)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = find(client, "", "?search=cHaSe");

    ck_assert_uint_eq(count_of(reply, "primary"), 1);
    ck_assert_uint_eq(count_of(reply, "secondary") + count_of(reply, "tertiary"), 0);
    expect_part(reply, "groups.primary.0", "{'id': 'chase', 'duplicate': false}");
    ck_assert_ptr_nonnull(found(find(client, "", "?search=m%26t"), "mt_bank"));
    ck_assert_ptr_null(found(find(client, "", "?search=nobody%20at%20all"), "chase"));
    ck_assert_ptr_nonnull(found(find(client, "", "?search"), "chase"));
}
END_TEST

START_TEST(finder__what_the_session_wants)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = find(client, "'settings': {'countries': ['GB']}", "");

    ck_assert_ptr_nonnull(found(reply, "barclays"));
    ck_assert_ptr_null(found(reply, "chase"));
    reply = find(client, "'settings': {'providers': ['akoya']}", "");
    ck_assert_ptr_nonnull(found(reply, "fidelity"));
    ck_assert_ptr_null(found(reply, "chase"));
    reply = find(client, "'settings': {'products': {'investments': {'required': true}}}", "");
    ck_assert_ptr_nonnull(found(reply, "chase"));
    ck_assert_ptr_null(found(reply, "pnc"));
}
END_TEST

#define REJECTED "'connect_features': {'duplicate_institution_rejected': true}"

START_TEST(finder__duplicates)
{
    struct client *client = signed_in("alice");

    connected_link(client, "'institution_id': 'chase'");
    const struct reply *reply = find(client, "", "");
    ck_assert(json_is_true(json_object_get(found(reply, "chase"), "duplicate")));
    ck_assert(json_is_false(json_object_get(found(reply, "citibank"), "duplicate")));
    reply = find(client, REJECTED, "");
    ck_assert_ptr_null(found(reply, "chase"));
    ck_assert_ptr_nonnull(found(reply, "citibank"));

    struct page page = page_open(client, create_session(client, REJECTED));
    expect_issues(page_step(&page, PAGE_CHOOSE("chase")),
                  "['body','institution_id'] unknown_value\n");
    expect_screen(page_step(&page, PAGE_CHOOSE("citibank")), "credentials");
    expect_issues(post(client, "/sandbox/connect",
                       "{'link_session_token': '%s', 'institution_id': 'chase'}", page.session),
                  "['body','institution_id'] unknown_value\n");
    page_close(&page);

    page = page_open(client, create_session(client, NONE));
    expect_value(page_step(&page, PAGE_CHOOSE("chase")), "institution.duplicate", "true");
    page_close(&page);
}
END_TEST

void connect_finder_tests(TCase *tcase)
{
    tcase_add_test(tcase, finder__groups);
    tcase_add_test(tcase, finder__search);
    tcase_add_test(tcase, finder__what_the_session_wants);
    tcase_add_test(tcase, finder__duplicates);
}
