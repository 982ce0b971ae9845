/* SPDX-License-Identifier: MIT */
/* Institutions: GET /institutions and GET /institutions/{institution_id}. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

static void expect_institution(const json_t *institution)
{
    static const char *const texts[] = { "institution_id", "name",  "country",
                                         "domain",         "color", "color_dark" };

    ck_assert_uint_eq(json_object_size(institution), 8);
    for (size_t i = 0; i < MK_COUNT(texts); i++)
        require(json_string_length(json_object_get(institution, texts[i])) > 0, "%s", texts[i]);
    ck_assert(json_is_array(json_object_get(institution, "institution_id_aliases")));
    ck_assert(json_is_boolean(json_object_get(institution, "is_featured")));
    ck_assert_int_ge(
        mk_term_find(mk_country_names, json_string_value(json_object_get(institution, "country"))),
        0);
    ck_assert_int_eq(json_string_value(json_object_get(institution, "color"))[0], '#');
}

/* Follows the cursors from the first page to the end and gives all rows as one list. */
static json_t *read_pages(struct client *client, const char *query, size_t limit)
{
    json_t *all = json_array();
    char *cursor = mk_copy("");

    for (;;) {
        const struct reply *reply = get(client, "/institutions?limit=%zu%s%s%s", limit, query,
                                        cursor[0] != '\0' ? "&cursor=" : "", cursor);
        expect_status(reply, 200);
        const json_t *page = member(reply, "institutions");
        const json_t *next = member(reply, "cursors.next");
        ck_assert_uint_eq(json_object_size(reply->json), 2);
        ck_assert_uint_le(json_array_size(page), limit);
        json_array_extend(all, (json_t *)page);
        free(cursor);
        if (json_is_null(next))
            return all;
        ck_assert_uint_eq(json_array_size(page), limit);
        cursor = mk_copy(json_string_value(next));
        client_forget(client);
    }
}

START_TEST(institutions__pages)
{
    static const size_t limits[] = { 1, 2, 7, 50, 1000 };
    struct client *client = signed_in("alice");
    size_t count = mk_catalog_count(under_test.service->bank->catalog);
    json_t *whole = read_pages(client, "", 1000);
    size_t index;
    const json_t *institution;

    ck_assert_uint_eq(json_array_size(whole), count);
    ck_assert_uint_gt(count, 40);
    for (size_t i = 0; i < MK_COUNT(limits); i++) {
        json_t *pages = read_pages(client, "", limits[i]);
        ck_assert(json_equal(whole, pages));
        json_decref(pages);
    }
    json_array_foreach(whole, index, institution)
        expect_institution(institution);
    json_decref(whole);
}
END_TEST

START_TEST(institutions__first_page)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = get(client, "/institutions");

    expect_status(reply, 200);
    ck_assert_uint_le(json_array_size(member(reply, "institutions")), 50);
    expect_value(reply, "institutions.0.institution_id", "'moneykit-creds-bank'");
    expect_value(reply, "institutions.1.institution_id", "'moneykit-instant-bank'");
    expect_value(reply, "institutions.2.institution_id", "'moneykit-oauth-bank'");
    expect_value(reply, "institutions.0.is_featured", "true");
}
END_TEST

START_TEST(institutions__countries)
{
    struct client *client = signed_in("alice");
    json_t *all = read_pages(client, "", 1000);
    size_t seen[MK_COUNTRY_COUNT] = { 0 };
    size_t index;
    const json_t *institution;

    json_array_foreach(all, index, institution) {
        const char *country = json_string_value(json_object_get(institution, "country"));
        seen[mk_term_find(mk_country_names, country)]++;
    }
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++)
        ck_assert_uint_ge(seen[i], 3);
    json_decref(all);
}
END_TEST

START_TEST(institutions__featured)
{
    struct client *client = signed_in("alice");
    json_t *all = read_pages(client, "", 1000);
    json_t *featured = read_pages(client, "&featured=true", 2);
    size_t index;
    const json_t *institution;

    ck_assert_uint_ge(json_array_size(featured), 3);
    ck_assert_uint_lt(json_array_size(featured), json_array_size(all));
    json_array_foreach(featured, index, institution) {
        ck_assert(json_is_true(json_object_get(institution, "is_featured")));
        ck_assert(json_equal(institution, json_array_get(all, index))); /* they come first */
    }
    json_t *unfiltered = read_pages(client, "&featured=false", 1000);
    ck_assert(json_equal(all, unfiltered));
    json_decref(unfiltered);
    json_decref(featured);
    json_decref(all);
}
END_TEST

START_TEST(institutions__name)
{
    struct client *client = signed_in("alice");
    json_t *banks = read_pages(client, "&name=bANk", 3);
    size_t index;
    const json_t *institution;

    ck_assert_uint_gt(json_array_size(banks), 5);
    json_array_foreach(banks, index, institution)
        ck_assert_ptr_nonnull(
            strcasestr(json_string_value(json_object_get(institution, "name")), "bank"));
    json_decref(banks);

    const struct reply *reply = get(client, "/institutions?name=chas&limit=1");
    expect_value(reply, "institutions.0.institution_id", "'chase'");
    reply = CALL(client, .target = "/institutions?name=M%26T+Bank");
    expect_value(reply, "institutions.0.institution_id", "'mt_bank'");
    reply = get(client, "/institutions?name=no+such+bank");
    expect_value(reply, "", "{'institutions': [], 'cursors': {'next': null}}");
    reply = get(client, "/institutions?name=bank&featured=true&limit=1000");
    ck_assert_uint_ge(json_array_size(member(reply, "institutions")), 3);
}
END_TEST

static const struct {
    const char *query;
    const char *issues;
} bad_queries[] = {
    { "limit=0", "['query','limit'] greater_than_equal\n" },
    { "limit=1001", "['query','limit'] less_than_equal\n" },
    { "limit=-1", "['query','limit'] greater_than_equal\n" },
    { "limit=", "['query','limit'] integer_type\n" },
    { "limit=ten", "['query','limit'] integer_type\n" },
    { "limit=1.5", "['query','limit'] integer_type\n" },
    { "limit=99999999999999999999", "['query','limit'] integer_type\n" },
    { "featured=maybe", "['query','featured'] boolean_type\n" },
    { "cursor=nonsense", "['query','cursor'] cursor\n" },
    { "cursor=%21%21", "['query','cursor'] cursor\n" },
    { "cursor=Y2hhc2U%3D", "['query','cursor'] cursor\n" },       /* padded */
    { "cursor=bm8tc3VjaC1iYW5r", "['query','cursor'] cursor\n" }, /* no-such-bank */
    { "name=%ff", "['query','name'] encoding\n" },
    { "limit=0&featured=2&name=%", "['query','name'] encoding\n['query','featured'] boolean_type\n"
                                   "['query','limit'] greater_than_equal\n" },
};

START_TEST(institutions__bad_queries)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(bad_queries); i++) {
        char *target = quoted("/institutions?%s", bad_queries[i].query);
        expect_issues(CALL(client, .target = target), bad_queries[i].issues);
        free(target);
    }
    expect_status(get(client, "/institutions?limit=1&limit=1000&cursor=&unknown=1"), 200);
}
END_TEST

START_TEST(institution__by_id_and_alias)
{
    static const char *const names[] = { "chase", "mx.chase", "ins_56", "%63hase", "ins%5F56" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(names); i++) {
        char *target = quoted("/institutions/%s", names[i]);
        const struct reply *reply = CALL(client, .target = target);
        expect_status(reply, 200);
        expect_institution(reply->json);
        expect_part(reply, "", "{'institution_id': 'chase', 'name': 'Chase', 'country': 'US'}");
        free(target);
    }
    for (size_t i = 0; i < mk_catalog_count(under_test.service->bank->catalog); i++) {
        const char *id = mk_catalog_at(under_test.service->bank->catalog, i)->id;
        ck_assert_str_eq(text_at(get(client, "/institutions/%s", id), "institution_id"), id);
    }
}
END_TEST

START_TEST(institution__unknown)
{
    static const char *const names[] = { "nobody",   "CHASE",  "chase%20",
                                         "chase%2F", "%C3%A9", "ins_5" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(names); i++) {
        char *target = quoted("/institutions/%s", names[i]);
        expect_error(CALL(client, .target = target), 404, "institution_error.not_found");
        free(target);
    }
}
END_TEST

void institutions_tests(TCase *tcase)
{
    tcase_add_test(tcase, institutions__pages);
    tcase_add_test(tcase, institutions__first_page);
    tcase_add_test(tcase, institutions__countries);
    tcase_add_test(tcase, institutions__featured);
    tcase_add_test(tcase, institutions__name);
    tcase_add_test(tcase, institutions__bad_queries);
    tcase_add_test(tcase, institution__by_id_and_alias);
    tcase_add_test(tcase, institution__unknown);
}
