/* SPDX-License-Identifier: MIT */
/* POST /sandbox/links/{id}/transactions, as all readers see it. */
#include "api/tests.h"

#include "base/memory.h"
#include "support/heard.h"
#include "support/sync_copy.h"

#include <string.h>

static const struct reply *change(struct client *client, const char *id, const char *body)
{
    char *target = quoted("/sandbox/links/%s/transactions", id);
    const struct reply *reply = post(client, target, "%s", body);

    free(target);
    return reply;
}

/* The body is a format with one %s. */
static const struct reply *change_one(struct client *client, const char *id, const char *format,
                                      const char *value)
{
    const char *mark = strstr(format, "%s");
    char body[1024];

    snprintf(body, sizeof(body), "%.*s%s%s", (int)(mark - format), format, value, mark + 2);
    return change(client, id, body);
}

/* A link of user_good; the clock stands still at 2026-01-01T00:00:00. */
static char *frozen_link(struct client **ret)
{
    restart_sandbox("--deterministic", NULL);
    *ret = signed_in("alice");
    return mk_copy(text_at(connected_link(*ret, NONE), "link_id"));
}

static const struct reply *accounts_of(struct client *client, const char *id)
{
    return get(client, "/links/%s/accounts", id);
}

static const char *account_id(struct client *client, const char *id)
{
    return text_at(accounts_of(client, id), "accounts.0.account_id");
}

static double balance(struct client *client, const char *id, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "accounts.0.balances.%s", name);
    return json_number_value(member(accounts_of(client, id), path));
}

static const char *add_pending(struct client *client, const char *id)
{
    return text_at(change_one(client, id,
                              "{'add': [{'account_id': '%s', 'amount': '-10.00',"
                              " 'description': 'Kiosk', 'pending': true}]}",
                              account_id(client, id)),
                   "created.0.transaction_id");
}

static void refresh(struct client *client, const char *id)
{
    char *target = quoted("/links/%s/products", id);

    expect_status(post(client, target, "{'products': ['transactions']}"), 202);
    free(target);
    pass_seconds(client->id, 2);
}

static const struct reply *sync_from(struct client *client, const char *id, const char *cursor)
{
    const struct reply *reply =
        get(client, "/links/%s/transactions/sync?cursor=%s&size=500", id, cursor);

    expect_status(reply, 200);
    return reply;
}

static const char *cursor_at_end(struct client *client, const char *id)
{
    return text_at(sync_from(client, id, ""), "cursor.next");
}

/* What the call answers is what the stream tells. */
static void expect_told(struct client *client, const char *id, const char *cursor,
                        const struct reply *answer)
{
    expect_status(answer, 200);
    ck_assert(json_equal(member(sync_from(client, id, cursor), "transactions"), answer->json));
}

static void expect_sizes(const struct reply *reply, size_t created, size_t updated, size_t removed)
{
    expect_status(reply, 200);
    ck_assert_uint_eq(json_array_size(member(reply, "created")), created);
    ck_assert_uint_eq(json_array_size(member(reply, "updated")), updated);
    ck_assert_uint_eq(json_array_size(member(reply, "removed")), removed);
}

/* --- Each of the four ------------------------------------------------------------------------- */

START_TEST(add__is_there)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *account = account_id(client, id);
    const char *cursor = cursor_at_end(client, id);
    const struct reply *reply =
        change_one(client, id,
                   "{'add': [{'account_id': '%s', 'amount': '12.50', 'type': 'debit',"
                   " 'description': 'Books', 'date': '2025-12-30', 'category': 'Shops'}]}",
                   account);

    expect_sizes(reply, 1, 0, 0);
    expect_part(reply, "created.0",
                "{'account_id': '%s', 'amount': '12.50', 'type': 'debit', 'currency': 'USD',"
                " 'date': '2025-12-30', 'datetime': null, 'description': 'Books',"
                " 'raw_description': 'Books', 'pending': false, 'category': 'Shops',"
                " 'enrichment': null, 'original_id': null}",
                account);
    expect_told(client, id, cursor, reply);
    expect_value(get(client, "/links/%s/transactions", id), "total", "12");
    expect_value(
        get(client, "/links/%s/transactions?start_date=2025-12-30&end_date=2025-12-30", id),
        "transactions.0.description", "'Books'");
    expect_value(get(client, "/users/user-1/transactions"), "total", "12");
    free(id);
}
END_TEST

START_TEST(add__directions)
{
    static const struct {
        const char *members;
        const char *type;
    } rows[] = {
        { "'amount': '5.00'", "'credit'" },
        { "'amount': '-5.00'", "'debit'" },
        { "'amount': '5.00', 'type': 'debit'", "'debit'" },
        { "'amount': '-5.00', 'type': 'credit'", "'credit'" },
        { "'amount': '5.00', 'type': null, 'date': null, 'category': null", "'credit'" },
    };
    struct client *client = signed_in("alice");
    char *id = mk_copy(text_at(connected_link(client, NONE), "link_id"));
    char *account = mk_copy(account_id(client, id));

    for (size_t i = 0; i < MK_COUNT(rows); i++) {
        char *target = quoted("/sandbox/links/%s/transactions", id);
        const struct reply *reply =
            post(client, target, "{'add': [{'account_id': '%s', 'description': 'x', %s}]}", account,
                 rows[i].members);
        expect_value(reply, "created.0.type", "%s", rows[i].type);
        expect_value(reply, "created.0.amount", "'5.00'");
        free(target);
    }
    free(account);
    free(id);
}
END_TEST

START_TEST(add__moves_balances)
{
    struct client *client;
    char *id = frozen_link(&client);
    double current = balance(client, id, "current");
    double available = balance(client, id, "available");
    const char *pending = add_pending(client, id);

    ck_assert_double_eq_tol(balance(client, id, "current"), current, 0.001);
    ck_assert_double_eq_tol(balance(client, id, "available"), available - 10, 0.001);
    expect_sizes(change_one(client, id, "{'settle': ['%s']}", pending), 0, 1, 0);
    ck_assert_double_eq_tol(balance(client, id, "current"), current - 10, 0.001);
    expect_sizes(
        change_one(client, id, "{'change': [{'transaction_id': '%s', 'amount': '7'}]}", pending), 0,
        1, 0);
    ck_assert_double_eq_tol(balance(client, id, "current"), current - 7, 0.001);
    expect_sizes(change_one(client, id, "{'remove': ['%s']}", pending), 0, 0, 1);
    ck_assert_double_eq_tol(balance(client, id, "current"), current, 0.001);
    ck_assert_double_eq_tol(balance(client, id, "available"), available, 0.001);
    free(id);
}
END_TEST

/* A pending one settles with the next refresh, once. */
START_TEST(add__settles)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *added = add_pending(client, id);
    const char *cursor = cursor_at_end(client, id);

    refresh(client, id);
    const struct reply *first = sync_from(client, id, cursor);
    size_t found = 0;
    size_t index;
    const json_t *row;
    json_array_foreach(member(first, "transactions.updated"), index, row) {
        if (strcmp(json_string_value(json_object_get(row, "transaction_id")), added) == 0)
            found += json_is_false(json_object_get(row, "pending"));
    }
    ck_assert_uint_eq(found, 1);
    refresh(client, id);
    const struct reply *second = sync_from(client, id, text_at(first, "cursor.next"));
    ck_assert_ptr_null(strstr(second->body, added));
    free(id);
}
END_TEST

START_TEST(settle__not_told_again)
{
    struct client *client;
    char *id = frozen_link(&client);
    const char *added = add_pending(client, id);
    const char *before = cursor_at_end(client, id);
    const struct reply *reply = change_one(client, id, "{'settle': ['%s']}", added);

    expect_told(client, id, before, reply);
    expect_part(reply, "updated.0", "{'transaction_id': '%s', 'pending': false}", added);
    const char *cursor = cursor_at_end(client, id);
    refresh(client, id);
    ck_assert_ptr_null(strstr(sync_from(client, id, cursor)->body, added));
    free(id);
}
END_TEST

START_TEST(change__of_the_banks)
{
    struct client *client;
    char *id = frozen_link(&client);
    const struct reply *list = get(client, "/links/%s/transactions", id);
    const char *changed = text_at(list, "transactions.3.transaction_id");
    const char *type = text_at(list, "transactions.3.type");
    const char *cursor = cursor_at_end(client, id);
    const struct reply *reply = change_one(client, id,
                                           "{'change': [{'transaction_id': '%s', 'amount': '1.23',"
                                           " 'description': 'New name', 'date': '2020-02-29'}]}",
                                           changed);

    expect_sizes(reply, 0, 1, 0);
    expect_told(client, id, cursor, reply);
    expect_part(reply, "updated.0",
                "{'transaction_id': '%s', 'amount': '1.23', 'type': '%s',"
                " 'description': 'New name', 'raw_description': 'New name',"
                " 'date': '2020-02-29'}",
                changed, type);
    expect_value(get(client, "/links/%s/transactions", id), "total", "10");
    const struct reply *old = get(client,
                                  "/links/%s/transactions?start_date=2020-02-01"
                                  "&end_date=2020-03-01",
                                  id);
    expect_value(old, "total", "1");
    ck_assert(json_equal(member(old, "transactions.0"), member(reply, "updated.0")));

    /* Another change keeps what it does not name; so does one that names nothing. */
    expect_part(
        change_one(client, id, "{'change': [{'transaction_id': '%s', 'type': 'credit'}]}", changed),
        "updated.0", "{'amount': '1.23', 'type': 'credit', 'description': 'New name'}");
    expect_part(change_one(client, id, "{'change': [{'transaction_id': '%s'}]}", changed),
                "updated.0", "{'amount': '1.23', 'type': 'credit', 'date': '2020-02-29'}");
    free(id);
}
END_TEST

START_TEST(remove__is_gone)
{
    struct client *client;
    char *id = frozen_link(&client);
    const struct reply *list = get(client, "/links/%s/transactions", id);
    const char *removed = text_at(list, "transactions.0.transaction_id");
    const char *cursor = cursor_at_end(client, id);
    const struct reply *reply = change_one(client, id, "{'remove': ['%s']}", removed);

    expect_sizes(reply, 0, 0, 1);
    expect_value(reply, "removed", "['%s']", removed);
    expect_told(client, id, cursor, reply);
    const struct reply *after = get(client, "/links/%s/transactions", id);
    expect_value(after, "total", "10");
    ck_assert_ptr_null(strstr(after->body, removed));
    ck_assert_ptr_null(strstr(get(client, "/users/user-1/transactions")->body, removed));
    char *target = quoted("/links/%s/transactions/%s/enrichment", id, removed);
    expect_error(post(client, target, "{'category': 'home'}"), 404, "link_error.not_found");
    free(target);
    expect_issues(change_one(client, id, "{'remove': ['%s']}", removed),
                  "['body','remove',0] unknown_value\n");
    cursor = cursor_at_end(client, id);
    refresh(client, id);
    ck_assert_ptr_null(strstr(sync_from(client, id, cursor)->body, removed));
    free(id);
}
END_TEST

START_TEST(correct__an_added_one)
{
    struct client *client = signed_in("alice");
    char *id = mk_copy(text_at(connected_link(client, NONE), "link_id"));
    const char *added = add_pending(client, id);
    char *target = quoted("/links/%s/transactions/%s/enrichment", id, added);
    const struct reply *reply = post(client, target, "{'category': 'home'}");

    expect_status(reply, 200);
    expect_part(reply, "transactions.0",
                "{'transaction_id': '%s', 'enrichment': {'category': {'value': 'home'}}}", added);
    free(target);
    free(id);
}
END_TEST

/* --- Together --------------------------------------------------------------------------------- */

START_TEST(together__copies_agree)
{
    struct client *client;
    char *id = frozen_link(&client);
    struct sync_copy copies[3] = { 0 };
    static const int sizes[] = { 1, 4, 500 };

    for (int round = 0; round < 4; round++) {
        const struct reply *list = get(client, "/links/%s/transactions?start_date=%s", id, EVER);
        char *target = quoted("/sandbox/links/%s/transactions", id);
        const struct reply *reply =
            post(client, target,
                 "{'add': [{'account_id': '%s', 'amount': '3', 'description': 'A',"
                 "   'pending': true}, {'account_id': '%s', 'amount': '4', 'description': 'B'}],"
                 " 'change': [{'transaction_id': '%s', 'date': '2025-11-11'}], 'remove': ['%s']}",
                 text_at(list, "accounts.0.account_id"), text_at(list, "accounts.1.account_id"),
                 text_at(list, "transactions.1.transaction_id"),
                 text_at(list, "transactions.2.transaction_id"));
        expect_sizes(reply, 2, 1, 1);
        free(target);
        sync_copy_catch_up(&copies[round % 3], client, id, sizes[round % 3]);
        refresh(client, id);
    }
    for (size_t i = 0; i < MK_COUNT(copies); i++) {
        sync_copy_catch_up(&copies[i], client, id, sizes[i]);
        sync_copy_expect_same(&copies[i], client, id, EVER);
        sync_copy_done(&copies[i]);
    }
    free(id);
}
END_TEST

START_TEST(together__changed_and_settled)
{
    struct client *client = signed_in("alice");
    char *id = mk_copy(text_at(connected_link(client, NONE), "link_id"));
    const char *added = add_pending(client, id);
    char *target = quoted("/sandbox/links/%s/transactions", id);
    const struct reply *reply = post(
        client, target, "{'change': [{'transaction_id': '%s', 'amount': '11'}], 'settle': ['%s']}",
        added, added);

    expect_sizes(reply, 0, 1, 0);
    expect_part(reply, "updated.0", "{'amount': '11.00', 'pending': false, 'type': 'debit'}");
    free(target);
    free(id);
}
END_TEST

START_TEST(told__once)
{
    struct client *client;
    char *id = frozen_link(&client);
    struct mk_world *world = world_of("alice");
    int64_t now = mk_world_now(world);
    uint64_t after = world->journal.last;

    add_pending(client, id);
    ck_assert_str_eq(heard(world, &after, now), "0:updates ");
    expect_sizes(change(client, id, "{}"), 0, 0, 0);
    expect_sizes(change(client, id, "{'add': [], 'remove': []}"), 0, 0, 0);
    ck_assert_str_eq(heard(world, &after, now), "");
    free(id);
}
END_TEST

START_TEST(imported__links_too)
{
    struct client *client = signed_in("alice");
    const struct reply *link =
        post(client, "/links/import",
             "{'customer_user': {'id': 'user-1'}, 'institution_id': 'chase', 'accounts':"
             " [{'account_id': 'a', 'name': 'A', 'type': 'Checking', 'balances': {'current': 5}}],"
             " 'transactions': [{'account_id': 'a', 'transaction_id': 't', 'amount': '-1',"
             " 'date': '2026-01-01', 'description': 'T'}]}");
    char *id = mk_copy(text_at(link, "link_id"));
    const char *row = text_at(sync_from(client, id, ""), "transactions.created.0.transaction_id");

    expect_part(
        change_one(client, id, "{'change': [{'transaction_id': '%s', 'amount': '2'}]}", row),
        "updated.0", "{'amount': '2.00', 'type': 'debit', 'original_id': 't'}");
    expect_sizes(change_one(client, id, "{'remove': ['%s']}", row), 0, 0, 1);
    const char *added = add_pending(client, id);
    ck_assert_double_eq_tol(balance(client, id, "current"), 5, 0.001);
    expect_sizes(change_one(client, id, "{'settle': ['%s']}", added), 0, 1, 0);
    free(id);
}
END_TEST

/* --- What can't be ---------------------------------------------------------------------------- */

START_TEST(refused__bodies)
{
    static const struct {
        const char *body;
        const char *issues;
    } rows[] = {
        { "{'add': [{}]}", "['body','add',0,'account_id'] missing\n"
                           "['body','add',0,'amount'] missing\n"
                           "['body','add',0,'description'] missing\n" },
        { "{'add': [{'account_id': 'acc_x', 'amount': '1', 'description': 'x'}],"
          " 'change': [{'transaction_id': 'txn_x'}], 'settle': ['txn_2222222222222222222222'],"
          " 'remove': ['', 'txn_y']}",
          "['body','add',0,'account_id'] unknown_value\n"
          "['body','change',0,'transaction_id'] unknown_value\n"
          "['body','settle',0] unknown_value\n['body','remove',0] unknown_value\n"
          "['body','remove',1] unknown_value\n" },
        { "{'add': [{'account_id': 'a', 'amount': '1.234', 'description': '', 'type': 'in',"
          " 'date': '2025-02-30', 'pending': 1, 'category': ''}]}",
          "['body','add',0,'amount'] decimal\n['body','add',0,'type'] enum\n"
          "['body','add',0,'description'] string_too_short\n"
          "['body','add',0,'date'] date_format\n['body','add',0,'pending'] boolean_type\n"
          "['body','add',0,'category'] string_too_short\n" },
        { "{'settle': 'all', 'remove': [1]}",
          "['body','settle'] list_type\n['body','remove',0] string_type\n" },
    };
    struct client *client = signed_in("alice");
    char *id = mk_copy(text_at(connected_link(client, NONE), "link_id"));

    for (size_t i = 0; i < MK_COUNT(rows); i++)
        expect_issues(change(client, id, rows[i].body), rows[i].issues);
    free(id);
}
END_TEST

/* All or nothing: the good parts of a refused call do not happen. */
START_TEST(refused__uses)
{
    static const struct {
        const char *body;
        const char *issues;
    } rows[] = {
        { "{'remove': ['%s', '%s']}", "['body','remove',1] not_unique\n" },
        { "{'change': [{'transaction_id': '%s'}], 'remove': ['%s']}",
          "['body','remove',0] not_unique\n" },
        { "{'settle': ['%s'], 'remove': ['%s']}", "['body','remove',0] not_unique\n" },
        { "{'settle': ['%s', '%s']}", "['body','settle',1] not_unique\n" },
        { "{'change': [{'transaction_id': '%s'}, {'transaction_id': '%s'}]}",
          "['body','change',1,'transaction_id'] not_unique\n" },
        { "{'remove': ['%s'], 'settle': ['%.0sother']}", "['body','settle',0] unknown_value\n" },
    };
    struct client *client = signed_in("alice");
    char *id = mk_copy(text_at(connected_link(client, NONE), "link_id"));
    const char *added = add_pending(client, id);
    const char *before = sync_from(client, id, "")->body;

    for (size_t i = 0; i < MK_COUNT(rows); i++) {
        char *body = mk_copy(rows[i].body);
        char whole[512];
        char *second = strstr(strstr(body, "%s") + 2, "%");
        bool is_other = strncmp(second, "%.0s", 4) == 0;
        *strstr(body, "%s") = '\0';
        snprintf(whole, sizeof(whole), "%s%s%.*s%s%s", body, added,
                 (int)(second - (body + strlen(body) + 2)), body + strlen(body) + 2,
                 is_other ? "" : added, second + (is_other ? 4 : 2));
        expect_issues(change(client, id, whole), rows[i].issues);
        free(body);
    }
    ck_assert_str_eq(sync_from(client, id, "")->body, before);
    expect_sizes(change_one(client, id, "{'settle': ['%s']}", added), 0, 1, 0);
    expect_issues(change_one(client, id, "{'settle': ['%s']}", added),
                  "['body','settle',0] unknown_value\n");
    free(id);
}
END_TEST

START_TEST(refused__links)
{
    struct client *client = signed_in("alice");
    const char *without =
        text_at(connected_link(client, "'settings': {'products': {'identity': {}}}"), "link_id");
    const char *pending = text_at(connect_session(client, create_session(client, NONE)), "link_id");
    const char *deleted = text_at(connected_link(client, NONE), "link_id");

    expect_error(change(client, without, "{}"), 403, "link_error.forbidden_action");
    expect_link_error(change(client, pending, "{}"), "link_error.bad_state",
                      "awaiting_token_exchange");
    expect_status(delete_(client, "/links/%s", deleted), 204);
    expect_error(change(client, deleted, "{}"), 410, "link_error.deleted");
    expect_error(change(client, "mk_2222222222222222222222", "{}"), 404, "link_error.not_found");
}
END_TEST

/* Many at once on many rows: one look at them, not one for each. */
START_TEST(bounds__of_a_call)
{
    struct client *client = signed_in("alice");
    char *id = mk_copy(link_at(client, "moneykit-creds-bank", "user_large", NONE));
    const struct reply *page =
        get(client, "/links/%s/transactions?size=1000&start_date=%s", id, EVER);
    struct mk_text body = MK_TEXT(1024 * 1024);
    size_t index;
    const json_t *row;

    mk_text_add_text(&body, "{'remove': [");
    json_array_foreach(member(page, "transactions"), index, row) {
        mk_text_add_text(&body, index == 0 ? "'" : "','");
        mk_text_add_text(&body, json_string_value(json_object_get(row, "transaction_id")));
    }
    mk_text_add_text(&body, "']}");
    ck_assert_uint_eq(index, 1000);
    expect_sizes(change(client, id, body.bytes), 0, 0, 1000);
    body.length -= 2;
    mk_text_add_text(&body, ",'x']}");
    expect_issues(change(client, id, body.bytes), "['body','remove'] too_many\n");
    expect_value(get(client, "/links/%s/transactions?start_date=%s", id, EVER), "total", "9000");
    mk_text_done(&body);
    free(id);
}
END_TEST

void sandbox_transactions_tests(TCase *tcase)
{
    tcase_add_test(tcase, add__is_there);
    tcase_add_test(tcase, add__directions);
    tcase_add_test(tcase, add__moves_balances);
    tcase_add_test(tcase, add__settles);
    tcase_add_test(tcase, settle__not_told_again);
    tcase_add_test(tcase, change__of_the_banks);
    tcase_add_test(tcase, remove__is_gone);
    tcase_add_test(tcase, correct__an_added_one);
    tcase_add_test(tcase, together__copies_agree);
    tcase_add_test(tcase, together__changed_and_settled);
    tcase_add_test(tcase, told__once);
    tcase_add_test(tcase, imported__links_too);
    tcase_add_test(tcase, refused__bodies);
    tcase_add_test(tcase, refused__uses);
    tcase_add_test(tcase, refused__links);
    tcase_add_test(tcase, bounds__of_a_call);
}
