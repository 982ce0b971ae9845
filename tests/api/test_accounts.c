/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/accounts and /links/{id}/accounts/{account_id}. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

/* The ids of a link and of its accounts. */
struct ids {
    char link[32];
    char accounts[3][32];
};

/* A link of user_good; the clock stands still at 2026-01-01T00:00:00. */
static struct ids link_of(struct client *client)
{
    const char *link = text_at(connected_link(client, NONE), "link_id");
    const struct reply *reply = get(client, "/links/%s/accounts", link);
    struct ids ids;

    expect_status(reply, 200);
    ck_assert(mk_copy_into(ids.link, sizeof(ids.link), link));
    for (unsigned i = 0; i < 3; i++) {
        char path[32];
        snprintf(path, sizeof(path), "accounts.%u.account_id", i);
        ck_assert(mk_copy_into(ids.accounts[i], sizeof(ids.accounts[i]), text_at(reply, path)));
        ck_assert(is_short_id(ids.accounts[i], "acc_"));
    }
    return ids;
}

static void expect_count(const struct reply *reply, size_t count)
{
    expect_status(reply, 200);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), count);
    expect_link_object(member(reply, "link"));
}

START_TEST(accounts__list)
{
    restart_sandbox("--deterministic", NULL);
    struct client *client = signed_in("alice");
    const struct ids ids = link_of(client);
    const struct reply *reply = get(client, "/links/%s/accounts", ids.link);

    expect_count(reply, 3);
    expect_part(reply, "accounts.0",
                "{'account_type': 'depository.checking', 'name': 'checking account',"
                " 'nickname': null, 'original_id': null, 'closed': false}");
    expect_part(reply, "accounts.1",
                "{'account_type': 'liability.credit_card', 'name': 'credit card'}");
    expect_part(reply, "accounts.2",
                "{'account_type': 'depository.savings', 'name': 'savings account'}");
    expect_part(reply, "accounts.0.balances",
                "{'currency': 'USD', 'limit': null, 'balance_date': '2026-01-01T00:00:00'}");
    ck_assert(json_is_real(member(reply, "accounts.0.balances.available")));
    ck_assert(json_is_real(member(reply, "accounts.0.balances.current")));
    ck_assert_uint_eq(strspn(text_at(reply, "accounts.0.account_mask"), "0123456789"), 4);
    ck_assert(json_equal(member(reply, "link"), get(client, "/links/%s", ids.link)->json));
}
END_TEST

/* The seed is the world's: the same calls give the same accounts. */
START_TEST(accounts__repeat)
{
    json_t *accounts[2];

    for (size_t i = 0; i < MK_COUNT(accounts); i++) {
        restart_sandbox("--deterministic", NULL);
        struct client *client = signed_in("alice");
        const struct ids ids = link_of(client);
        accounts[i] =
            json_deep_copy(member(get(client, "/links/%s/accounts", ids.link), "accounts"));
        clients_free();
    }
    ck_assert(json_equal(accounts[0], accounts[1]));
    json_decref(accounts[0]);
    json_decref(accounts[1]);
}
END_TEST

START_TEST(accounts__one)
{
    struct client *client = signed_in("alice");
    const struct ids ids = link_of(client);
    const struct reply *list = get(client, "/links/%s/accounts", ids.link);
    const struct reply *one = get(client, "/links/%s/accounts/%s", ids.link, ids.accounts[1]);

    expect_status(one, 200);
    ck_assert(json_equal(member(one, "account"), member(list, "accounts.1")));
    ck_assert(json_equal(member(one, "link"), member(list, "link")));
    ck_assert_uint_eq(json_object_size(one->json), 2);
}
END_TEST

START_TEST(accounts__one_that_is_not_there)
{
    struct client *client = signed_in("alice");
    const struct ids ids = link_of(client);
    const struct ids other = link_of(client);
    const char *const strange[] = { other.accounts[0], "acc_2222222222222222222222", "nonsense",
                                    ids.link, "%20" };

    for (size_t i = 0; i < MK_COUNT(strange); i++)
        expect_error(get(client, "/links/%s/accounts/%s", ids.link, strange[i]), 404,
                     "link_error.not_found");
}
END_TEST

/* The three encodings of lists, as the clients send them. */
START_TEST(filter__encodings)
{
    struct client *client = signed_in("alice");
    const struct ids ids = link_of(client);
    const char *a = ids.accounts[2];
    const char *b = ids.accounts[0];

    expect_count(get(client, "/links/%s/accounts?account_ids=%s", ids.link, a), 1);
    expect_count(get(client, "/links/%s/accounts?account_ids=%s&account_ids=%s", ids.link, a, b),
                 2);
    expect_count(get(client, "/links/%s/accounts?account_ids%%5B%%5D=%s&account_ids%%5B%%5D=%s",
                     ids.link, a, b),
                 2);
    const struct reply *reply = get(client, "/links/%s/accounts?account_ids=%s,%s", ids.link, a, b);
    expect_count(reply, 2);
    ck_assert_str_eq(text_at(reply, "accounts.0.account_id"), b);
    ck_assert_str_eq(text_at(reply, "accounts.1.account_id"), a);
}
END_TEST

START_TEST(filter__strangers)
{
    struct client *client = signed_in("alice");
    const struct ids ids = link_of(client);
    const struct ids other = link_of(client);

    expect_count(get(client, "/links/%s/accounts?account_ids=%s", ids.link, other.accounts[0]), 0);
    expect_count(get(client, "/links/%s/accounts?account_ids=nonsense", ids.link), 0);
    expect_count(
        get(client, "/links/%s/accounts?account_ids=nonsense,%s", ids.link, ids.accounts[0]), 1);
    expect_count(get(client, "/links/%s/accounts?unknown=1", ids.link), 3);
}
END_TEST

START_TEST(accounts__only_shared_ones)
{
    struct client *client = signed_in("alice");
    const struct reply *connected = post(
        client, "/sandbox/connect", "{'link_session_token': '%s', 'accounts': ['savings account']}",
        create_session(client, NONE));
    const char *id = text_at(exchange(client, text_at(connected, "exchangeable_token")), "link_id");
    const struct reply *reply = get(client, "/links/%s/accounts", id);

    expect_count(reply, 1);
    ck_assert_str_eq(text_at(reply, "accounts.0.account_type"), "depository.savings");
}
END_TEST

START_TEST(accounts__custom)
{
    struct client *client = signed_in("alice");
    const char *id = link_at(client, "moneykit-creds-bank", "user_custom",
                             "'custom_sandbox_data': {'accounts': ["
                             " {'account_type': 'Checking', 'name': 'Mine',"
                             "  'account_number': '123456'},"
                             " {'account_type': 'liability.credit_card', 'name': 'Card',"
                             "  'account_number': '99'}]}");
    const struct reply *reply = get(client, "/links/%s/accounts", id);

    expect_count(reply, 2);
    expect_part(reply, "accounts.0", "{'account_type': 'depository.checking', 'name': 'Mine'}");
    ck_assert(json_is_number(member(reply, "accounts.1.balances.limit")));
}
END_TEST

START_TEST(accounts__currencies)
{
    static const char *const banks[][3] = { { "barclays", "GB", "GBP" }, { "rbc", "CA", "CAD" } };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(banks); i++) {
        const char *id = link_at(client, banks[i][0], "user_good",
                                 "'settings': {'countries': ['%s']}", banks[i][1]);
        const struct reply *reply = get(client, "/links/%s/accounts", id);
        ck_assert_str_eq(text_at(reply, "accounts.0.balances.currency"), banks[i][2]);
    }
}
END_TEST

/* Before the link is looked for, while it is looked for, and in its states. */
START_TEST(accounts__links)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const struct ids ids = link_of(alice);
    char *pending =
        mk_copy(text_at(connect_session(alice, create_session(alice, NONE)), "link_id"));
    char *reset_target = quoted("/links/%s/reset", ids.link);
    const char *const tails[] = { "accounts", "accounts/acc_2222222222222222222222" };

    for (size_t i = 0; i < MK_COUNT(tails); i++) {
        expect_error(get(alice, "/links/mk_2222222222222222222222/%s", tails[i]), 404,
                     "link_error.not_found");
        expect_error(get(bob, "/links/%s/%s", ids.link, tails[i]), 401,
                     "link_error.unauthorized_access");
        expect_link_error(get(alice, "/links/%s/%s", pending, tails[i]), "link_error.bad_state",
                          "awaiting_token_exchange");
    }
    expect_status(CALL(alice, .method = "POST", .target = reset_target), 200);
    free(reset_target);
    expect_count(get(alice, "/links/%s/accounts", ids.link), 3);
    expect_status(delete_(alice, "/links/%s", ids.link), 204);
    for (size_t i = 0; i < MK_COUNT(tails); i++)
        expect_error(get(alice, "/links/%s/%s", ids.link, tails[i]), 410, "link_error.deleted");
    free(pending);
}
END_TEST

void accounts_tests(TCase *tcase)
{
    tcase_add_test(tcase, accounts__list);
    tcase_add_test(tcase, accounts__repeat);
    tcase_add_test(tcase, accounts__one);
    tcase_add_test(tcase, accounts__one_that_is_not_there);
    tcase_add_test(tcase, filter__encodings);
    tcase_add_test(tcase, filter__strangers);
    tcase_add_test(tcase, accounts__only_shared_ones);
    tcase_add_test(tcase, accounts__custom);
    tcase_add_test(tcase, accounts__currencies);
    tcase_add_test(tcase, accounts__links);
}
