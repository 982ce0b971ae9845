/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/transactions/sync; tests/unit/stream_property.c has what always holds. */
#include "api/tests.h"

#include "base/memory.h"
#include "support/sync_copy.h"

#include <string.h>

/* A link of user_good; the clock stands still at 2026-01-01T00:00:00. */
static char *frozen_link(struct client **ret)
{
    restart_sandbox("--deterministic", NULL);
    *ret = signed_in("alice");
    return mk_copy(text_at(connected_link(*ret, NONE), "link_id"));
}

static const struct reply *sync_from(struct client *client, const char *id, const char *cursor,
                                     int size)
{
    const struct reply *reply =
        get(client, "/links/%s/transactions/sync?cursor=%s&size=%d", id, cursor, size);

    expect_status(reply, 200);
    expect_link_object(member(reply, "link"));
    ck_assert_uint_eq(json_object_size(reply->json), 5);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 3);
    ck_assert_uint_eq(json_array_size(member(reply, "transactions.removed")), 0);
    ck_assert_uint_eq(strlen(text_at(reply, "cursor.next")), 40);
    return reply;
}

static size_t created_of(const struct reply *reply)
{
    return json_array_size(member(reply, "transactions.created"));
}

static size_t updated_of(const struct reply *reply)
{
    return json_array_size(member(reply, "transactions.updated"));
}

static bool has_more(const struct reply *reply)
{
    return json_is_true(member(reply, "has_more"));
}

static void refresh(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/products", id);

    expect_status(post(client, target, "{'products': ['transactions']}"), 202);
    free(target);
    pass_seconds(client->id, 2);
}

/* --- Reading ---------------------------------------------------------------------------------- */

START_TEST(sync__from_the_start)
{
    struct client *client;
    char *id = frozen_link(&client);
    const struct reply *reply = get(client, "/links/%s/transactions/sync", id);

    expect_status(reply, 200);
    ck_assert_uint_eq(created_of(reply), 11);
    ck_assert_uint_eq(updated_of(reply), 0);
    ck_assert(!has_more(reply));
    ck_assert(json_equal(reply->json, sync_from(client, id, "", 50)->json));
    free(id);
}
END_TEST

/* Nothing new: the same cursor comes back with empty lists. */
START_TEST(sync__at_the_end)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *cursor = text_at(sync_from(client, id, "", 500), "cursor.next");
    const struct reply *reply = sync_from(client, id, cursor, 1);

    ck_assert_uint_eq(created_of(reply) + updated_of(reply), 0);
    ck_assert(!has_more(reply));
    ck_assert_str_eq(text_at(reply, "cursor.next"), cursor);
    free(id);
}
END_TEST

START_TEST(sync__after_a_refresh)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *cursor = text_at(sync_from(client, id, "", 500), "cursor.next");

    refresh(client, id);
    const struct reply *reply = sync_from(client, id, cursor, 500);
    ck_assert_uint_eq(created_of(reply), 6); /* two on checking and card each, two on savings */
    ck_assert_uint_eq(updated_of(reply), 3);
    ck_assert(json_is_false(member(reply, "transactions.updated.0.pending")));
    ck_assert_str_ne(text_at(reply, "cursor.next"), cursor);

    /* Born and settled between two calls: told of twice. */
    const struct reply *both = sync_from(client, id, "", 500);
    ck_assert_uint_eq(created_of(both), 17);
    ck_assert_uint_eq(updated_of(both), 3);
    free(id);
}
END_TEST

START_TEST(sync__pages)
{
    static const int sizes[] = { 1, 2, 3, 10, 11, 12, 500 };
    struct client *client;
    char *id = frozen_link(&client);

    for (int i = 0; i < 3; i++)
        refresh(client, id);
    for (size_t i = 0; i < MK_COUNT(sizes); i++) {
        struct sync_copy copy = { 0 };
        sync_copy_catch_up(&copy, client, id, sizes[i]);
        sync_copy_expect_same(&copy, client, id, EVER);
        sync_copy_done(&copy);
        client_forget(client);
    }
    free(id);
}
END_TEST

/* A cursor is the reader's: it can be used again, and nobody else moves it. */
START_TEST(sync__cursors_again)
{
    struct client *client;
    char *id = frozen_link(&client);
    const struct reply *first = sync_from(client, id, "", 4);
    const char *cursor = text_at(first, "cursor.next");
    const struct reply *second = sync_from(client, id, cursor, 4);

    ck_assert(has_more(first) && has_more(second));
    refresh(client, id);
    ck_assert(json_equal(member(sync_from(client, id, "", 4), "transactions"),
                         member(first, "transactions")));
    const struct reply *again = sync_from(client, id, cursor, 4);
    ck_assert(json_equal(member(again, "transactions"), member(second, "transactions")));
    ck_assert_str_eq(text_at(again, "cursor.next"), text_at(second, "cursor.next"));
    free(id);
}
END_TEST

START_TEST(sync__never_fetched)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(
        connected_link(client, "'settings': {'products': {'transactions': {'prefetch': false}}}"),
        "link_id");
    const struct reply *reply = sync_from(client, id, "", 50);

    ck_assert_uint_eq(created_of(reply), 0);
    refresh(client, id);
    ck_assert_uint_eq(created_of(sync_from(client, id, text_at(reply, "cursor.next"), 50)), 11);
}
END_TEST

/* Everything that happens to a link, and what a reader of its stream has in the end. */
START_TEST(sync__adds_up)
{
    struct client *client;
    char *id = frozen_link(&client);
    struct sync_copy copy = { 0 };

    for (int i = 0; i < 6; i++) {
        refresh(client, id);
        sync_copy_catch_up(&copy, client, id, 1 + 3 * i);
        sync_copy_expect_same(&copy, client, id, EVER);
        const struct reply *rows = get(client, "/links/%s/transactions", id);
        char *target = quoted("/links/%s/transactions/%s/enrichment", id,
                              text_at(rows, "transactions.0.transaction_id"));
        expect_status(post(client, target, "{'category': 'shopping'}"), 200);
        free(target);
        pass_seconds("alice", i * INT64_C(86400));
        sync_copy_catch_up(&copy, client, id, 50);
        sync_copy_expect_same(&copy, client, id, EVER);
        client_forget(client);
    }
    sync_copy_done(&copy);
    free(id);
}
END_TEST

/* A relink that shares another account: all that was fetched of it comes then. */
START_TEST(sync__another_account)
{
    restart_sandbox("--deterministic", NULL);
    struct client *client = signed_in("alice");
    const struct reply *connected = post(
        client, "/sandbox/connect", "{'link_session_token': '%s', 'accounts': ['savings account']}",
        create_session(client, NONE));
    char *id =
        mk_copy(text_at(exchange(client, text_at(connected, "exchangeable_token")), "link_id"));
    const struct reply *first = get(client, "/links/%s/transactions/sync", id);
    char *cursor = mk_copy(text_at(first, "cursor.next"));

    ck_assert_uint_eq(created_of(first), 3);
    connect_session(client, create_session(client, "'existing_link_id': '%s'", id));
    const struct reply *reply = sync_from(client, id, cursor, 500);
    ck_assert_uint_eq(created_of(reply), 8 + 6); /* of the first fetch and of the relink's own */
    ck_assert_uint_eq(updated_of(reply), 3);
    free(cursor);
    free(id);
}
END_TEST

/* Page by page through 10,000. */
START_TEST(sync__of_many)
{
    struct client *client = signed_in("alice");
    char *id = mk_copy(link_at(client, "moneykit-creds-bank", "user_large", NONE));
    json_t *ids = json_object();
    char cursor[64] = "";
    size_t pages = 0;
    size_t index;
    const json_t *row;
    bool more = true;

    for (; more; pages++) {
        const struct reply *reply =
            get(client, "/links/%s/transactions/sync?size=500&cursor=%s", id, cursor);
        expect_status(reply, 200);
        json_array_foreach(member(reply, "transactions.created"), index, row)
            json_object_set_new(ids, json_string_value(json_object_get(row, "transaction_id")),
                                json_true());
        ck_assert(mk_copy_into(cursor, sizeof(cursor), text_at(reply, "cursor.next")));
        more = has_more(reply);
        client_forget(client);
    }
    ck_assert_uint_eq(pages, 20);
    ck_assert_uint_eq(json_object_size(ids), 10000);
    json_decref(ids);
    free(id);
}
END_TEST

/* --- Refused ---------------------------------------------------------------------------------- */

static const char *const strange_cursors[] = {
    "nonsense",
    "%20",
    "0",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "txn_2222222222222222222222",
    "%C3%A9",
};

START_TEST(refused__cursors)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *other = text_at(connected_link(client, NONE), "link_id");
    char *foreign = mk_copy(text_at(sync_from(client, other, "", 4), "cursor.next"));

    for (size_t i = 0; i < MK_COUNT(strange_cursors); i++)
        expect_issues(get(client, "/links/%s/transactions/sync?cursor=%s", id, strange_cursors[i]),
                      "['query','cursor'] cursor\n");
    expect_issues(get(client, "/links/%s/transactions/sync?cursor=%s", id, foreign),
                  "['query','cursor'] cursor\n");
    foreign[7] = foreign[7] == 'A' ? 'B' : 'A';
    expect_issues(get(client, "/links/%s/transactions/sync?cursor=%s", other, foreign),
                  "['query','cursor'] cursor\n");
    free(foreign);
    free(id);
}
END_TEST

START_TEST(refused__sizes)
{
    struct client *client;
    char *id = frozen_link(&client);

    expect_issues(get(client, "/links/%s/transactions/sync?size=0", id),
                  "['query','size'] greater_than_equal\n");
    expect_issues(get(client, "/links/%s/transactions/sync?size=501", id),
                  "['query','size'] less_than_equal\n");
    expect_issues(get(client, "/links/%s/transactions/sync?size=ten", id),
                  "['query','size'] integer_type\n");
    free(id);
}
END_TEST

void sync_tests(TCase *tcase)
{
    tcase_add_test(tcase, sync__from_the_start);
    tcase_add_test(tcase, sync__at_the_end);
    tcase_add_test(tcase, sync__after_a_refresh);
    tcase_add_test(tcase, sync__pages);
    tcase_add_test(tcase, sync__cursors_again);
    tcase_add_test(tcase, sync__never_fetched);
    tcase_add_test(tcase, sync__adds_up);
    tcase_add_test(tcase, sync__another_account);
    tcase_add_test(tcase, sync__of_many);
    tcase_add_test(tcase, refused__cursors);
    tcase_add_test(tcase, refused__sizes);
}
