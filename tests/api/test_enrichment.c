/* SPDX-License-Identifier: MIT */
/* What transactions are for, and POST /links/{id}/transactions/{txn_id}/enrichment. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

/* A link of user_good; the clock stands still at 2026-01-01T00:00:00. */
static char *frozen_link(struct client **ret)
{
    restart_sandbox("--deterministic", NULL);
    *ret = signed_in("alice");
    return mk_copy(text_at(connected_link(*ret, NONE), "link_id"));
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const struct reply *list(struct client *client, const char *id)
{
    const struct reply *reply =
        get(client, "/links/%s/transactions?start_date=1900-01-01&size=1000", id);

    expect_status(reply, 200);
    return reply;
}

/* The newest row of this description. */
static const json_t *row_called(const struct reply *reply, const char *description)
{
    size_t index;
    const json_t *row;

    json_array_foreach(member(reply, "transactions"), index, row) {
        if (strcmp(text_of(row, "description"), description) == 0)
            return row;
    }
    ck_abort_msg("no row is called %s", description);
}

static const struct reply *correct(struct client *client, const char *id, const char *row,
                                   const char *body)
{
    char *target = quoted("/links/%s/transactions/%s/enrichment", id, row);
    const struct reply *reply = post(client, target, "%s", body);

    free(target);
    return reply;
}

static void refresh(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/products", id);

    expect_status(post(client, target, "{'products': ['transactions']}"), 202);
    free(target);
    pass_seconds(client->id, 2);
}

START_TEST(enrichment__of_rows)
{
    struct client *client;
    char *id = frozen_link(&client);
    const json_t *row = row_called(list(client, id), "Starbucks");
    const json_t *enrichment = json_object_get(row, "enrichment");
    const json_t *merchant = json_object_get(enrichment, "merchant");

    ck_assert_uint_eq(json_object_size(enrichment), 5);
    ck_assert_str_eq(text_of(json_object_get(enrichment, "category"), "value"), "food_and_drink");
    ck_assert_str_eq(text_of(json_object_get(enrichment, "subcategory"), "value"), "coffee");
    ck_assert(
        json_is_integer(json_object_get(json_object_get(enrichment, "category"), "confidence")));
    ck_assert_str_eq(text_of(merchant, "name"), "Starbucks");
    ck_assert(is_short_id(text_of(merchant, "id"), "mrc_"));
    ck_assert_int_eq(strncmp(text_of(merchant, "logo"), "data:image/svg+xml,", 19), 0);
    ck_assert_str_eq(text_of(row, "category"), "food_and_drink.coffee_shops");
    free(id);
}
END_TEST

/* Too little to go on. */
START_TEST(enrichment__null)
{
    struct client *client;
    char *id = frozen_link(&client);
    const json_t *row = row_called(list(client, id), "ATM Withdrawal");

    ck_assert(json_is_null(json_object_get(row, "enrichment")));
    free(id);
}
END_TEST

/* Processors and recurrence are there for user_rich. */
START_TEST(enrichment__every_field)
{
    static const char *const keys[] = { "category", "subcategory", "merchant", "processor",
                                        "recurrence" };
    struct client *client = signed_in("alice");
    const char *id = link_at(client, "moneykit-creds-bank", "user_rich", NONE);
    bool was_seen[MK_COUNT(keys)] = { false };
    size_t index;
    const json_t *row;

    const json_t *rows = member(list(client, id), "transactions");
    json_array_foreach(rows, index, row) {
        for (size_t i = 0; i < MK_COUNT(keys); i++)
            was_seen[i] |=
                json_is_object(json_object_get(json_object_get(row, "enrichment"), keys[i]));
    }
    for (size_t i = 0; i < MK_COUNT(keys); i++)
        ck_assert_msg(was_seen[i], "%s", keys[i]);
}
END_TEST

/* Both accounts have the row, today and 90 days ago: the older ones change too. */
START_TEST(correct__older_ones_too)
{
    struct client *client;
    char *id = frozen_link(&client);
    size_t index;
    const json_t *row;

    refresh(client, id);
    refresh(client, id);
    refresh(client, id);
    const struct reply *before = list(client, id);
    const char *chosen = text_of(row_called(before, "Starbucks"), "transaction_id");
    const struct reply *reply =
        correct(client, id, chosen, "{'category': 'travel', 'subcategory': 'other_travel'}");
    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 4);
    expect_value(reply, "cursor", "{'next': null}");
    expect_link_object(member(reply, "link"));
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 3);
    ck_assert_uint_eq(json_array_size(member(reply, "transactions")), 4);
    ck_assert_str_eq(text_at(reply, "transactions.0.transaction_id"), chosen);

    const struct reply *after = list(client, id);
    json_array_foreach(member(after, "transactions"), index, row) {
        const json_t *old = json_array_get(member(before, "transactions"), index);
        if (strcmp(text_of(row, "description"), "Starbucks") != 0) {
            ck_assert(json_equal(row, old));
            continue;
        }
        json_t *expected = json_loads("{\"category\": {\"value\": \"travel\", \"confidence\": 100},"
                                      " \"subcategory\": {\"value\": \"other_travel\","
                                      " \"confidence\": 100}}",
                                      0, NULL);
        ck_assert_ptr_null(missing_part(json_object_get(row, "enrichment"), expected));
        ck_assert(json_equal(json_object_get(json_object_get(row, "enrichment"), "merchant"),
                             json_object_get(json_object_get(old, "enrichment"), "merchant")));
        json_decref(expected);
    }
    free(id);
}
END_TEST

START_TEST(correct__newer_ones_stay)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *amazon = text_of(row_called(list(client, id), "Amazon"), "transaction_id");

    pass_seconds("alice", 86000); /* not yet the daily refresh, and the next day's rows are newer */
    pass_seconds("alice", 500);
    const struct reply *reply = correct(client, id, amazon, "{'category': 'charity'}");
    expect_status(reply, 200);
    ck_assert_uint_eq(json_array_size(member(reply, "transactions")), 2);
    const json_t *newest = row_called(list(client, id), "Amazon");
    ck_assert_str_ne(text_of(newest, "date"), "2025-10-03");
    ck_assert_str_eq(
        text_of(json_object_get(json_object_get(newest, "enrichment"), "category"), "value"),
        "shopping");
    free(id);
}
END_TEST

/* Something becomes known of what nothing was known of; without a subcategory it has none. */
START_TEST(correct__unknown_ones)
{
    static const char *const bodies[] = { "{'category': 'banking'}",
                                          "{'category': 'banking', 'subcategory': null}" };
    struct client *client;
    char *id = frozen_link(&client);

    for (size_t i = 0; i < MK_COUNT(bodies); i++) {
        const char *atm = text_of(row_called(list(client, id), "ATM Withdrawal"), "transaction_id");
        const struct reply *reply = correct(client, id, atm, bodies[i]);
        expect_status(reply, 200);
        expect_value(reply, "transactions.0.enrichment",
                     "{'category': {'value': 'banking', 'confidence': 100},"
                     " 'subcategory': null, 'merchant': null, 'processor': null,"
                     " 'recurrence': null}");
        ck_assert(json_is_true(member(reply, "transactions.0.pending")));
    }
    free(id);
}
END_TEST

START_TEST(correct__shows_in_sync)
{
    struct client *client;
    char *id = frozen_link(&client);
    const struct reply *first = get(client, "/links/%s/transactions/sync", id);
    const char *row = text_at(first, "transactions.created.0.transaction_id");
    const struct reply *corrected = correct(client, id, row, "{'category': 'charity'}");
    const struct reply *second =
        get(client, "/links/%s/transactions/sync?cursor=%s", id, text_at(first, "cursor.next"));

    ck_assert_uint_eq(json_array_size(member(second, "transactions.updated")),
                      json_array_size(member(corrected, "transactions")));
    ck_assert_uint_eq(json_array_size(member(second, "transactions.created")), 0);
    ck_assert_str_eq(text_at(second, "transactions.updated.0.enrichment.category.value"),
                     "charity");
    free(id);
}
END_TEST

static const struct {
    const char *body;
    const char *issues;
} bad_bodies[] = {
    { "{}", "['body','category'] missing\n" },
    { "{'category': null}", "['body','category'] not_null\n" },
    { "{'category': 'coffee'}", "['body','category'] enum\n" },
    { "{'category': 'food_and_drink', 'subcategory': 'food_and_drink'}",
      "['body','subcategory'] enum\n" },
    { "{'category': 'travel', 'subcategory': 'coffee'}", "['body','subcategory'] unknown_value\n" },
    { "{'category': 1, 'subcategory': ''}",
      "['body','category'] string_type\n['body','subcategory'] enum\n" },
};

/* The body is looked at before the link. */
START_TEST(correct__bad_bodies)
{
    struct client *client;
    char *id = frozen_link(&client);

    for (size_t i = 0; i < MK_COUNT(bad_bodies); i++)
        expect_issues(correct(client, "mk_2222222222222222222222", "txn_2222222222222222222222",
                              bad_bodies[i].body),
                      bad_bodies[i].issues);
    free(id);
}
END_TEST

START_TEST(correct__strangers)
{
    static const char body[] = "{'category': 'travel'}";
    struct client *client;
    char *id = frozen_link(&client);
    struct client *bob = signed_in("bob");
    char *other = mk_copy(text_at(connected_link(client, NONE), "link_id"));
    const struct reply *rows = list(client, other);
    const char *row = text_at(rows, "transactions.0.transaction_id");
    const char *const strange[] = { row, text_at(rows, "accounts.0.account_id"), "nonsense",
                                    "txn_2222222222222222222222" };
    const char *without =
        text_at(connected_link(client, "'settings': {'products': {'identity': {}}}"), "link_id");
    const char *pending = text_at(connect_session(client, create_session(client, NONE)), "link_id");

    for (size_t i = 0; i < MK_COUNT(strange); i++)
        expect_error(correct(client, id, strange[i], body), 404, "link_error.not_found");
    expect_error(correct(client, "mk_2222222222222222222222", row, body), 404,
                 "link_error.not_found");
    expect_error(correct(bob, other, row, body), 401, "link_error.unauthorized_access");
    expect_error(correct(client, without, row, body), 403, "link_error.forbidden_action");
    expect_link_error(correct(client, pending, row, body), "link_error.bad_state",
                      "awaiting_token_exchange");
    expect_status(delete_(client, "/links/%s", other), 204);
    expect_error(correct(client, other, row, body), 410, "link_error.deleted");
    free(other);
    free(id);
}
END_TEST

void enrichment_tests(TCase *tcase)
{
    tcase_add_test(tcase, enrichment__of_rows);
    tcase_add_test(tcase, enrichment__null);
    tcase_add_test(tcase, enrichment__every_field);
    tcase_add_test(tcase, correct__older_ones_too);
    tcase_add_test(tcase, correct__newer_ones_stay);
    tcase_add_test(tcase, correct__unknown_ones);
    tcase_add_test(tcase, correct__shows_in_sync);
    tcase_add_test(tcase, correct__bad_bodies);
    tcase_add_test(tcase, correct__strangers);
}
