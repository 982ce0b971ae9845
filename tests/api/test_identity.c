/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/identity. The people themselves: tests/unit/people.c. */
#include "api/tests.h"

#include "base/memory.h"
#include "support/refusals.h"

#include <stdlib.h>
#include <string.h>

#define ALL_COUNTRIES "'settings': {'countries': ['US', 'GB', 'CA']}"

static void expect_identity(const struct reply *reply)
{
    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 2);
    expect_link_object(member(reply, "link"));
}

static const struct reply *identity_of(struct client *client, const char *id)
{
    const struct reply *reply = get(client, "/links/%s/identity", id);

    expect_identity(reply);
    return reply;
}

START_TEST(identity__recorded)
{
    struct client *client = signed_in("alice");
    const struct reply *reply =
        identity_of(client, text_at(connected_link(client, NONE), "link_id"));
    size_t index;
    json_t *account;

    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 3);
    json_array_foreach((json_t *)member(reply, "accounts"), index, account) {
        const json_t *owners = json_object_get(account, "owners");
        const json_t *owner = json_array_get(owners, 0);
        ck_assert_uint_eq(json_object_size(account), 9);
        ck_assert(is_short_id(json_string_value(json_object_get(account, "account_id")), "acc_"));
        ck_assert_uint_eq(json_array_size(owners), 1);
        ck_assert_uint_eq(json_array_size(json_object_get(owner, "names")), 1);
        ck_assert_uint_eq(json_array_size(json_object_get(owner, "addresses")), 1);
        ck_assert_uint_eq(json_array_size(json_object_get(owner, "phone_numbers")), 1);
        ck_assert_uint_eq(json_array_size(json_object_get(owner, "emails")), 1);
    }
    expect_part(reply, "accounts.0.owners.0.addresses.0", "{'country': 'US', 'primary': true}");
    expect_part(reply, "accounts.1.owners.0.phone_numbers.0",
                "{'type': 'mobile', 'primary': true}");
    expect_part(reply, "accounts.2.owners.0.emails.0", "{'primary': true}");
    ck_assert_str_ne(text_at(reply, "accounts.0.owners.0.names.0"),
                     text_at(reply, "accounts.1.owners.0.names.0"));
    ck_assert_str_ne(text_at(reply, "accounts.1.owners.0.names.0"),
                     text_at(reply, "accounts.2.owners.0.names.0"));
}
END_TEST

START_TEST(identity__of_each_country)
{
    static const char *const cases[][2] = { { "chase", "US" }, { "monzo", "GB" }, { "rbc", "CA" } };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(cases); i++) {
        const char *id = link_at(client, cases[i][0], "user_rich", ALL_COUNTRIES);
        const struct reply *reply = identity_of(client, id);
        ck_assert_uint_ge(json_array_size(member(reply, "accounts")), 6);
        expect_part(reply, "accounts.0.owners.0.addresses.0", "{'country': '%s', 'primary': true}",
                    cases[i][1]);
        expect_part(reply, "accounts.0.owners.0.addresses.1", "{'country': '%s', 'primary': false}",
                    cases[i][1]);
        expect_part(reply, "accounts.0.owners.0.phone_numbers.3", "{'type': 'other'}");
        expect_part(reply, "accounts.0.owners.0.emails.1", "{'primary': false}");
    }
}
END_TEST

START_TEST(identity__filter)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    const struct reply *all = identity_of(client, id);
    const char *first = text_at(all, "accounts.0.account_id");
    const char *last = text_at(all, "accounts.2.account_id");
    const struct reply *reply = get(client, "/links/%s/identity?account_ids=%s", id, last);

    expect_identity(reply);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    ck_assert(json_equal(member(reply, "accounts.0"), member(all, "accounts.2")));

    reply = get(client, "/links/%s/identity?account_ids=%s,%s", id, last, first);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 2);
    ck_assert(json_equal(member(reply, "accounts.0"), member(all, "accounts.0")));
    reply = get(client, "/links/%s/identity?account_ids=acc_none", id);
    expect_identity(reply);
    expect_value(reply, "accounts", "[]");
    reply = get(client, "/links/%s/identity?account_ids=", id);
    ck_assert(json_equal(member(reply, "accounts"), member(all, "accounts")));
}
END_TEST

#define OWNER \
    "{'names': ['Ann'], 'addresses': [{'city': 'Ely'}], 'phone_numbers': [{'number': '1', 'type':" \
    " 'home'}], 'emails': []}"

START_TEST(identity__custom)
{
    struct client *client = signed_in("alice");
    const char *id =
        link_at(client, "moneykit-creds-bank", "user_custom",
                "'custom_sandbox_data': {'owners': [" OWNER ", " OWNER "], 'accounts': ["
                "{'account_type': 'depository.checking', 'name': 'One', 'account_number': '1'},"
                "{'account_type': 'other', 'name': 'Two', 'account_number': '2'}]}");
    const struct reply *reply = identity_of(client, id);

    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 2);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts.0.owners")), 2);
    expect_value(reply, "accounts.0.owners.1",
                 "{'names': ['Ann'], 'addresses': [{'city': 'Ely', 'country': null, 'postal_code':"
                 " null, 'region': null, 'street': null, 'primary': null}], 'phone_numbers':"
                 " [{'number': '1', 'primary': null, 'type': 'home'}], 'emails': []}");
    ck_assert(json_equal(member(reply, "accounts.0.owners"), member(reply, "accounts.1.owners")));
}
END_TEST

START_TEST(identity__never_fetched)
{
    struct client *client = signed_in("alice");
    const struct reply *link = connected_link(client, "'settings': {'products': {'identity': {}}}");
    const struct reply *reply = identity_of(client, text_at(link, "link_id"));

    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 3);
    for (int i = 0; i < 3; i++) {
        char *path = quoted("accounts.%d.owners", i);
        expect_value(reply, path, "[]");
        free(path);
    }
}
END_TEST

START_TEST(identity__refusals)
{
    expect_refusals("/identity", "identity");
}
END_TEST

void identity_tests(TCase *tcase)
{
    tcase_add_test(tcase, identity__recorded);
    tcase_add_test(tcase, identity__of_each_country);
    tcase_add_test(tcase, identity__filter);
    tcase_add_test(tcase, identity__custom);
    tcase_add_test(tcase, identity__never_fetched);
    tcase_add_test(tcase, identity__refusals);
}
