/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/accounts/numbers. The numbers themselves: tests/unit/numbers.c. */
#include "api/tests.h"

#include "base/memory.h"
#include "support/refusals.h"

#include <stdlib.h>
#include <string.h>

#define ALL_COUNTRIES "'settings': {'countries': ['US', 'GB', 'CA']}"

static const struct reply *numbers_of(struct client *client, const char *id)
{
    const struct reply *reply = get(client, "/links/%s/accounts/numbers", id);

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 2);
    expect_link_object(member(reply, "link"));
    return reply;
}

/* The account's members, and four lists of which just these have an entry. */
static void expect_lists(const json_t *account, const char *filled)
{
    static const char *const lists[] = { "ach", "eft", "bacs", "international" };
    const json_t *numbers = json_object_get(account, "numbers");

    ck_assert_uint_eq(json_object_size(account), 9);
    ck_assert(is_short_id(json_string_value(json_object_get(account, "account_id")), "acc_"));
    ck_assert_uint_eq(json_object_size(numbers), MK_COUNT(lists));
    for (size_t i = 0; i < MK_COUNT(lists); i++) {
        const json_t *list = json_object_get(numbers, lists[i]);
        ck_assert(json_is_array(list));
        ck_assert_uint_eq(json_array_size(list), strstr(filled, lists[i]) != NULL);
    }
}

START_TEST(numbers__recorded)
{
    struct client *client = signed_in("alice");
    const struct reply *reply =
        numbers_of(client, text_at(connected_link(client, NONE), "link_id"));

    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 2);
    expect_value(reply, "accounts.0.account_type", "'depository.checking'");
    expect_value(reply, "accounts.1.account_type", "'depository.savings'");
    for (size_t i = 0; i < 2; i++) {
        const json_t *account = json_array_get(member(reply, "accounts"), i);
        expect_lists(account, "ach");
    }
    expect_part(reply, "accounts.0.numbers.ach.0",
                "{'routing_number': '111222333', 'wire_routing_number': null}");
    ck_assert_uint_eq(strlen(text_at(reply, "accounts.1.numbers.ach.0.account_number")), 12);
}
END_TEST

START_TEST(numbers__of_each_country)
{
    static const struct {
        const char *institution;
        const char *filled;
        const char *path;
        const char *members[3];
    } cases[] = {
        { "chase", "ach", "ach", { "account_number", "routing_number", "wire_routing_number" } },
        { "monzo", "bacs international", "bacs", { "account_number", "sort_code", NULL } },
        { "monzo", "bacs international", "international", { "iban", "bic", NULL } },
        { "rbc", "eft", "eft", { "account_number", "institution_number", "branch_number" } },
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(cases); i++) {
        const struct reply *reply =
            numbers_of(client, link_at(client, cases[i].institution, "user_rich", ALL_COUNTRIES));
        const json_t *accounts = member(reply, "accounts");
        ck_assert_uint_eq(json_array_size(accounts), 2);
        for (size_t j = 0; j < 2; j++) {
            const json_t *account = json_array_get(accounts, j);
            const json_t *entry = json_array_get(
                json_object_get(json_object_get(account, "numbers"), cases[i].path), 0);
            size_t count = 0;
            expect_lists(account, cases[i].filled);
            for (; count < 3 && cases[i].members[count] != NULL; count++)
                ck_assert_uint_gt(
                    json_string_length(json_object_get(entry, cases[i].members[count])), 0);
            ck_assert_uint_eq(json_object_size(entry), count);
        }
    }
}
END_TEST

START_TEST(numbers__of_shared_accounts)
{
    struct client *client = signed_in("alice");
    const struct reply *connected =
        post(client, "/sandbox/connect",
             "{'link_session_token': '%s', 'accounts': ['savings account', 'credit card']}",
             create_session(client, NONE));

    expect_status(connected, 201);
    exchange(client, text_at(connected, "exchangeable_token"));
    const struct reply *reply = numbers_of(client, text_at(connected, "link_id"));
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    expect_value(reply, "accounts.0.name", "'savings account'");
}
END_TEST

START_TEST(numbers__custom)
{
    struct client *client = signed_in("alice");
    const char *id = link_at(
        client, "moneykit-creds-bank", "user_custom",
        "'custom_sandbox_data': {'accounts': ["
        "{'account_type': 'depository.checking', 'name': 'One', 'account_number': '000-1'},"
        "{'account_type': 'depository.savings', 'name': 'Two', 'account_number': '2',"
        " 'routing_number': '021000021'},"
        "{'account_type': 'liability.credit_card', 'name': 'Three', 'account_number': '3'}]}");
    const struct reply *reply = numbers_of(client, id);

    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 2);
    expect_value(reply, "accounts.0.numbers.ach.0",
                 "{'account_number': '000-1', 'routing_number': '111222333',"
                 " 'wire_routing_number': null}");
    expect_value(reply, "accounts.1.numbers.ach.0",
                 "{'account_number': '2', 'routing_number': '021000021',"
                 " 'wire_routing_number': null}");
}
END_TEST

START_TEST(numbers__stay)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    const struct reply *first = numbers_of(client, id);
    const struct reply *again = numbers_of(client, id);
    const char *other = text_at(connected_link(client, NONE), "link_id");

    ck_assert_str_eq(first->body, again->body);
    ck_assert_str_ne(text_at(first, "accounts.0.numbers.ach.0.account_number"),
                     text_at(numbers_of(client, other), "accounts.0.numbers.ach.0.account_number"));
}
END_TEST

START_TEST(numbers__never_fetched)
{
    struct client *client = signed_in("alice");
    const struct reply *link =
        connected_link(client, "'settings': {'products': {'account_numbers': {}}}");

    expect_value(numbers_of(client, text_at(link, "link_id")), "accounts", "[]");
}
END_TEST

START_TEST(numbers__refusals)
{
    expect_refusals("/accounts/numbers", "account_numbers");
}
END_TEST

void account_numbers_tests(TCase *tcase)
{
    tcase_add_test(tcase, numbers__recorded);
    tcase_add_test(tcase, numbers__of_each_country);
    tcase_add_test(tcase, numbers__of_shared_accounts);
    tcase_add_test(tcase, numbers__custom);
    tcase_add_test(tcase, numbers__stay);
    tcase_add_test(tcase, numbers__never_fetched);
    tcase_add_test(tcase, numbers__refusals);
}
