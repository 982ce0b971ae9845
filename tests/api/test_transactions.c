/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/transactions: the rows, pages, days and accounts. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

/* A link of user_good; the clock stands still at 2026-01-01T00:00:00. */
static const char *frozen_link(struct client **ret)
{
    restart_sandbox("--deterministic", NULL);
    *ret = signed_in("alice");
    return text_at(connected_link(*ret, NONE), "link_id");
}

/* Asks with this query and wants a 200 with the parts that every list has. */
static const struct reply *list(struct client *client, const char *id, const char *query)
{
    const struct reply *reply = get(client, "/links/%s/transactions%s", id, query);

    expect_status(reply, 200);
    expect_link_object(member(reply, "link"));
    ck_assert_uint_eq(json_object_size(reply->json), 6);
    return reply;
}

static size_t count_of(const struct reply *reply)
{
    return json_array_size(member(reply, "transactions"));
}

static json_int_t total_of(const struct reply *reply)
{
    return json_integer_value(member(reply, "total"));
}

static void refresh(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/products", id);

    expect_status(post(client, target, "{'products': ['transactions']}"), 202);
    free(target);
    pass_seconds(client->id, 2);
}

static void reset(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/reset", id);

    expect_status(CALL(client, .method = "POST", .target = target), 200);
    free(target);
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* The recorded sandbox's first batch. */
static const struct {
    const char *type;
    const char *description;
    const char *amount;
    const char *direction;
    const char *date;
    bool is_pending;
} recorded[] = {
    { "depository.checking", "PSN", "50.89", "debit", "2025-10-03", false },
    { "depository.checking", "ATM Withdrawal", "4000.00", "debit", "2026-01-01", true },
    { "depository.checking", "Amazon", "68.63", "debit", "2025-10-03", false },
    { "depository.checking", "Starbucks", "7.07", "debit", "2026-01-01", false },
    { "liability.credit_card", "PSN", "50.89", "debit", "2025-10-03", false },
    { "liability.credit_card", "ATM Withdrawal", "4000.00", "debit", "2026-01-01", true },
    { "liability.credit_card", "Amazon", "68.63", "debit", "2025-10-03", false },
    { "liability.credit_card", "Starbucks", "7.07", "debit", "2026-01-01", false },
    { "depository.savings", "Transfer to Checking", "127.27", "debit", "2025-10-03", false },
    { "depository.savings", "Interest Paid", "0.64", "credit", "2026-01-01", true },
    { "depository.savings", "Transfer to Checking", "385.06", "debit", "2026-01-01", false },
};

static const char *type_of(const struct reply *reply, const char *account_id)
{
    size_t index;
    const json_t *account;

    json_array_foreach(member(reply, "accounts"), index, account) {
        if (strcmp(json_string_value(json_object_get(account, "account_id")), account_id) == 0)
            return json_string_value(json_object_get(account, "account_type"));
    }
    return NULL;
}

static size_t count_like(const struct reply *reply, size_t wanted)
{
    json_t *expected =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "description", recorded[wanted].description,
                  "raw_description", recorded[wanted].description, "amount",
                  recorded[wanted].amount, "type", recorded[wanted].direction, "date",
                  recorded[wanted].date, "pending", recorded[wanted].is_pending);
    size_t count = 0;
    size_t index;
    const json_t *row;

    json_array_foreach(member(reply, "transactions"), index, row) {
        const char *account_id = json_string_value(json_object_get(row, "account_id"));
        char *missing = missing_part(row, expected);
        count += missing == NULL && strcmp(type_of(reply, account_id), recorded[wanted].type) == 0;
        free(missing);
    }
    json_decref(expected);
    return count;
}

START_TEST(rows__recorded_batch)
{
    struct client *client;
    const char *id = frozen_link(&client);
    const struct reply *reply = list(client, id, "");

    ck_assert_int_eq(total_of(reply), MK_COUNT(recorded));
    ck_assert_uint_eq(count_of(reply), MK_COUNT(recorded));
    for (size_t i = 0; i < MK_COUNT(recorded); i++)
        ck_assert_msg(count_like(reply, i) == 1, "row %zu", i);
}
END_TEST

static const char *const row_keys[] = { "transaction_id",  "account_id", "amount",   "type",
                                        "currency",        "date",       "datetime", "description",
                                        "raw_description", "pending",    "category", "enrichment",
                                        "original_id" };

START_TEST(rows__fields)
{
    struct client *client;
    const char *id = frozen_link(&client);
    const struct reply *reply = list(client, id, "?size=1000");
    size_t index;
    const json_t *row;

    json_array_foreach(member(reply, "transactions"), index, row) {
        const json_t *datetime = json_object_get(row, "datetime");
        ck_assert_uint_eq(json_object_size(row), MK_COUNT(row_keys));
        for (size_t i = 0; i < MK_COUNT(row_keys); i++)
            ck_assert_ptr_nonnull(json_object_get(row, row_keys[i]));
        ck_assert(is_short_id(json_string_value(json_object_get(row, "transaction_id")), "txn_"));
        ck_assert(json_is_null(datetime) || is_time_text(json_string_value(datetime), false));
        ck_assert_str_eq(json_string_value(json_object_get(row, "currency")), "USD");
    }
}
END_TEST

/* Newest first; pending ones settle and nothing else changes. */
START_TEST(rows__after_refreshes)
{
    struct client *client;
    const char *id = frozen_link(&client);
    const char *before = "9999";
    size_t pending = 0;
    size_t index;
    const json_t *row;

    for (int i = 0; i < 4; i++) {
        refresh(client, id);
        pass_seconds("alice", 86400);
    }
    const struct reply *reply = list(client, id, "?start_date=1900-01-01&size=1000");
    ck_assert_uint_eq(count_of(reply), (size_t)total_of(reply));
    ck_assert_uint_gt(count_of(reply), MK_COUNT(recorded));
    json_array_foreach(member(reply, "transactions"), index, row) {
        const char *date = json_string_value(json_object_get(row, "date"));
        ck_assert_str_le(date, before);
        before = date;
        pending += json_is_true(json_object_get(row, "pending"));
    }
    ck_assert_uint_lt(pending, 10);
    for (size_t i = 0; i < MK_COUNT(recorded); i++)
        ck_assert(count_like(reply, i) == (recorded[i].is_pending ? 0 : 1));
}
END_TEST

START_TEST(rows__never_fetched)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(
        connected_link(client, "'settings': {'products': {'transactions': {'prefetch': false}}}"),
        "link_id");
    const struct reply *reply = list(client, id, "");

    expect_part(reply, "", "{'total': 0, 'page': 1, 'size': 50, 'transactions': []}");
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 3);
}
END_TEST

START_TEST(rows__empty_persona)
{
    struct client *client = signed_in("alice");
    const char *id = link_at(client, "moneykit-creds-bank", "user_empty", NONE);

    expect_part(list(client, id, "?start_date=1900-01-01"), "", "{'total': 0, 'transactions': []}");
}
END_TEST

/* --- Pages ------------------------------------------------------------------------------------ */

/* All pages of this size behind each other are the whole. */
static void expect_pages(struct client *client, const char *id, const json_t *whole, size_t size)
{
    size_t total = json_array_size(whole);

    for (size_t page = 1; (page - 1) * size <= total; page++) {
        char query[96];
        snprintf(query, sizeof(query), "?start_date=1900-01-01&page=%zu&size=%zu", page, size);
        const struct reply *reply = list(client, id, query);
        size_t skip = (page - 1) * size;
        size_t expected = total - skip < size ? total - skip : size;
        require(total_of(reply) == (json_int_t)total, "the total changes");
        require(json_integer_value(member(reply, "page")) == (json_int_t)page, "page");
        require(json_integer_value(member(reply, "size")) == (json_int_t)size, "size");
        require(count_of(reply) == expected, "page %zu of %zu", page, size);
        for (size_t i = 0; i < expected; i++)
            require(json_equal(json_array_get(member(reply, "transactions"), i),
                               json_array_get(whole, skip + i)),
                    "page %zu of %zu, row %zu", page, size, i);
        client_forget(client);
    }
}

START_TEST(pages__add_up)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 10, 11, 50, 1000 };
    struct client *client;
    char *id = mk_copy(frozen_link(&client));

    refresh(client, id);
    refresh(client, id);
    json_t *whole = json_deep_copy(
        member(list(client, id, "?start_date=1900-01-01&size=1000"), "transactions"));
    for (size_t i = 0; i < MK_COUNT(sizes); i++)
        expect_pages(client, id, whole, sizes[i]);
    json_decref(whole);
    free(id);
}
END_TEST

START_TEST(pages__past_the_end)
{
    struct client *client;
    const char *id = frozen_link(&client);
    const char *const queries[] = { "?page=2", "?page=1000000000&size=1000", "?page=12&size=1" };

    for (size_t i = 0; i < MK_COUNT(queries); i++)
        expect_part(list(client, id, queries[i]), "", "{'total': 11, 'transactions': []}");
}
END_TEST

static const struct {
    const char *query;
    const char *issues;
} bad_queries[] = {
    { "size=0", "['query','size'] greater_than_equal\n" },
    { "size=1001", "['query','size'] less_than_equal\n" },
    { "size=-1", "['query','size'] greater_than_equal\n" },
    { "size=x", "['query','size'] integer_type\n" },
    { "size=1.5", "['query','size'] integer_type\n" },
    { "page=0", "['query','page'] greater_than_equal\n" },
    { "page=1000000001", "['query','page'] less_than_equal\n" },
    { "start_date=2026-02-30", "['query','start_date'] date_format\n" },
    { "end_date=today", "['query','end_date'] date_format\n" },
    { "start_date=2026-01-02&end_date=2026-01-01", "['query','start_date'] date_order\n" },
    { "start_date=2026-01-02", "['query','start_date'] date_order\n" },
    { "page=0&size=0",
      "['query','page'] greater_than_equal\n['query','size'] greater_than_equal\n" },
};

/* Also of a link that is not there: what is asked for is looked at first. */
START_TEST(pages__refused)
{
    struct client *client;
    const char *id = frozen_link(&client);

    for (size_t i = 0; i < MK_COUNT(bad_queries); i++) {
        expect_issues(get(client, "/links/%s/transactions?%s", id, bad_queries[i].query),
                      bad_queries[i].issues);
        expect_issues(
            get(client, "/links/mk_2222222222222222222222/transactions?%s", bad_queries[i].query),
            bad_queries[i].issues);
    }
}
END_TEST

START_TEST(pages__of_many)
{
    struct client *client = signed_in("alice");
    char *id = mk_copy(link_at(client, "moneykit-creds-bank", "user_large", NONE));
    json_t *ids = json_object();
    size_t index;
    const json_t *row;

    for (int page = 1; page <= 10; page++) {
        char query[96];
        snprintf(query, sizeof(query), "?start_date=1900-01-01&size=1000&page=%d", page);
        const struct reply *reply = list(client, id, query);
        ck_assert_int_eq(total_of(reply), 10000);
        json_array_foreach(member(reply, "transactions"), index, row)
            json_object_set_new(ids, json_string_value(json_object_get(row, "transaction_id")),
                                json_true());
        client_forget(client);
    }
    ck_assert_uint_eq(json_object_size(ids), 10000);
    json_decref(ids);
    free(id);
}
END_TEST

/* --- Days and accounts ------------------------------------------------------------------------ */

/* The batch has five rows of 90 days ago and six of today. */
static const struct {
    const char *query;
    json_int_t total;
} ranges[] = {
    { "", 11 },
    { "?start_date=2025-10-03", 11 },
    { "?start_date=2025-10-04", 6 },
    { "?start_date=2026-01-01", 6 },
    { "?end_date=2025-10-03", 5 },
    { "?end_date=2025-10-02", 0 },
    { "?end_date=2025-12-31", 5 },
    { "?start_date=2025-10-04&end_date=2025-12-31", 0 },
    { "?start_date=1900-01-01&end_date=2025-12-31", 5 },
    { "?start_date=2025-10-03&end_date=2025-10-03", 5 },
    { "?start_date=1900-01-01&end_date=9999-12-31", 11 },
};

START_TEST(days__both_inclusive)
{
    struct client *client;
    const char *id = frozen_link(&client);

    for (size_t i = 0; i < MK_COUNT(ranges); i++)
        ck_assert_msg(total_of(list(client, id, ranges[i].query)) == ranges[i].total, "%s",
                      ranges[i].query);
}
END_TEST

/* The default range moves with the world's clock. */
START_TEST(days__default)
{
    struct client *client;
    const char *id = frozen_link(&client);

    pass_seconds("alice", 3600);
    ck_assert_int_eq(total_of(list(client, id, "")), 11);
    pass_seconds("alice", 86400 - 3601);
    ck_assert_int_eq(total_of(list(client, id, "")), 11);
    reset(client, id);
    pass_seconds("alice", 1);
    ck_assert_int_eq(total_of(list(client, id, "")), 6);
    pass_seconds("alice", 91 * 86400);
    ck_assert_int_eq(total_of(list(client, id, "")), 0);
}
END_TEST

START_TEST(accounts__filter)
{
    struct client *client;
    const char *id = frozen_link(&client);
    const struct reply *all = list(client, id, "");
    const char *other = text_at(connected_link(client, NONE), "link_id");
    const char *stranger =
        text_at(get(client, "/links/%s/accounts", other), "accounts.0.account_id");
    const char *checking = text_at(all, "accounts.0.account_id");
    const char *savings = text_at(all, "accounts.2.account_id");
    size_t index;
    const json_t *row;

    char *query = quoted("?account_ids=%s", savings);
    const struct reply *reply = list(client, id, query);
    free(query);
    ck_assert_int_eq(total_of(reply), 3);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1);
    json_array_foreach(member(reply, "transactions"), index, row)
        ck_assert_str_eq(json_string_value(json_object_get(row, "account_id")), savings);

    query = quoted("?account_ids=%s,%s", checking, savings);
    ck_assert_int_eq(total_of(list(client, id, query)), 7);
    free(query);
    query = quoted("?account_ids=%s&account_ids=%s", checking, stranger);
    ck_assert_int_eq(total_of(list(client, id, query)), 4);
    free(query);
    query = quoted("?account_ids=%s", stranger);
    expect_part(list(client, id, query), "", "{'total': 0, 'transactions': [], 'accounts': []}");
    free(query);
}
END_TEST

/* --- Links ------------------------------------------------------------------------------------ */

START_TEST(links__refused)
{
    struct client *alice;
    char *id = mk_copy(frozen_link(&alice));
    struct client *bob = signed_in("bob");
    const char *tails[] = { "transactions", "transactions/sync" };
    const char *pending = text_at(connect_session(alice, create_session(alice, NONE)), "link_id");
    const char *without =
        text_at(connected_link(alice, "'settings': {'products': {'identity': {}}}"), "link_id");

    for (size_t i = 0; i < MK_COUNT(tails); i++) {
        expect_error(get(alice, "/links/mk_2222222222222222222222/%s", tails[i]), 404,
                     "link_error.not_found");
        expect_error(get(bob, "/links/%s/%s", id, tails[i]), 401, "link_error.unauthorized_access");
        expect_link_error(get(alice, "/links/%s/%s", pending, tails[i]), "link_error.bad_state",
                          "awaiting_token_exchange");
        expect_error(get(alice, "/links/%s/%s", without, tails[i]), 403,
                     "link_error.forbidden_action");
    }
    expect_status(delete_(alice, "/links/%s", id), 204);
    for (size_t i = 0; i < MK_COUNT(tails); i++)
        expect_error(get(alice, "/links/%s/%s", id, tails[i]), 410, "link_error.deleted");
    free(id);
}
END_TEST

void transactions_tests(TCase *tcase)
{
    tcase_add_test(tcase, rows__recorded_batch);
    tcase_add_test(tcase, rows__fields);
    tcase_add_test(tcase, rows__after_refreshes);
    tcase_add_test(tcase, rows__never_fetched);
    tcase_add_test(tcase, rows__empty_persona);
    tcase_add_test(tcase, pages__add_up);
    tcase_add_test(tcase, pages__past_the_end);
    tcase_add_test(tcase, pages__refused);
    tcase_add_test(tcase, pages__of_many);
    tcase_add_test(tcase, days__both_inclusive);
    tcase_add_test(tcase, days__default);
    tcase_add_test(tcase, accounts__filter);
    tcase_add_test(tcase, links__refused);
}
