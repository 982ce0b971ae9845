/* SPDX-License-Identifier: MIT */
/* POST /links/import and POST /links/{id}/import/transactions. */
#include "api/tests.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT "/links/import"
#define USER "'customer_user': {'id': 'user-1'}"
#define CHECKING \
    "{'account_id': 'my-1', 'name': 'Everyday', 'nickname': 'Mine', 'type': 'Checking', 'mask':" \
    " '1234', 'balances': {'currency': 'USD', 'available': 12.34, 'current': 20, 'limit': null," \
    " 'balance_date': '2025-12-31T01:02:03'}}"
#define CARD "{'account_id': 'my-2', 'name': 'Card', 'type': 'credit card', 'balances': {}}"
#define COFFEE \
    "{'account_id': 'my-1', 'transaction_id': 't-1', 'amount': '-3.50', 'date': '2026-01-02'," \
    " 'description': 'Coffee'}"
#define SALARY "{'account_id': 'my-2', 'amount': '1000', 'date': '2026-01-01', 'type': 'debit'}"
#define WHOLE "?start_date=1900-01-01&end_date=9999-12-31"

/* An imported link with these accounts and transactions; returns its id. */
static const char *import_link(struct client *client, const char *accounts, const char *rows)
{
    const struct reply *reply = post(client, IMPORT,
                                     "{" USER ", 'institution_id': 'mx.chase', 'accounts': [%s],"
                                     " 'transactions': [%s]}",
                                     accounts, rows);

    expect_status(reply, 200);
    return text_at(reply, "link_id");
}

static const struct reply *add(struct client *client, const char *id, const char *rows)
{
    char target[128];

    snprintf(target, sizeof(target), "/links/%s/import/transactions", id);
    return post(client, target, "{'transactions': [%s]}", rows);
}

static void relink(struct client *client, const char *id, const char *more)
{
    const char *session = create_session(client, "'existing_link_id': '%s'%s", id, more);

    expect_status(connect_session(client, session), 201);
}

/* --- A new link ------------------------------------------------------------------------------- */

START_TEST(import__link)
{
    struct client *client = signed_in("alice");
    const struct reply *reply =
        post(client, IMPORT,
             "{" USER ", 'institution_id': 'mx.chase', 'accounts': [" CHECKING "], 'transactions':"
             " [" COFFEE "]}");

    expect_status(reply, 200);
    expect_link_object(reply->json);
    expect_part(reply, "",
                "{'state': 'error', 'error_code': 'auth_expired', 'institution_id': 'chase',"
                " 'provider': 'mx', 'webhook': null, 'tags': [], 'available_products':"
                " ['account_numbers', 'identity', 'investments']}");
    ck_assert_uint_eq(json_object_size(member(reply, "products")), 3);
    ck_assert(is_time_text(text_at(reply, "products.accounts.refreshed_at"), false));
    ck_assert(is_time_text(text_at(reply, "products.transactions.refreshed_at"), false));
    ck_assert(is_time_text(text_at(reply, "products.enrichment.refreshed_at"), false));
    ck_assert(json_is_string(member(reply, "products.accounts.unavailable")));

    const char *id = text_at(reply, "link_id");
    ck_assert(is_short_id(id, "mk_"));
    ck_assert_str_eq(get(client, "/links/%s", id)->body, reply->body);
    expect_value(get(client, "/links"), "links.0.link_id", "'%s'", id);
    expect_value(post(client, IMPORT,
                      "{" USER ", 'provider': 'plaid', 'institution_id': 'moneykit-creds-bank',"
                      " 'accounts': [], 'transactions': []}"),
                 "provider", "'plaid'");
}
END_TEST

START_TEST(import__deleted_link_keeps_its_provider)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(post(client, IMPORT,
                                  "{" USER ", 'provider': 'plaid', 'institution_id': 'chase',"
                                  " 'accounts': [" CHECKING "], 'transactions': [" COFFEE "]}"),
                             "link_id");

    expect_status(delete_(client, "/links/%s", id), 204);
    expect_value(get(client, "/links/%s", id), "provider", "'plaid'");
}
END_TEST

START_TEST(import__accounts_come_back)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING "," CARD, "");
    const struct reply *reply = get(client, "/links/%s/accounts", id);

    expect_status(reply, 200);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 2);
    expect_part(reply, "accounts.0",
                "{'account_type': 'depository.checking', 'name': 'Everyday', 'nickname': 'Mine',"
                " 'account_mask': '1234', 'original_id': 'my-1', 'closed': false, 'balances':"
                " {'currency': 'USD', 'available': 12.34, 'current': 20.0, 'limit': null,"
                " 'balance_date': '2025-12-31T01:02:03'}}");
    expect_part(reply, "accounts.1",
                "{'account_type': 'liability.credit_card', 'name': 'Card', 'nickname': null,"
                " 'account_mask': null, 'original_id': 'my-2', 'balances': {'currency': null,"
                " 'available': null, 'current': null, 'limit': null, 'balance_date': null}}");

    const char *account = text_at(reply, "accounts.1.account_id");
    ck_assert(is_short_id(account, "acc_"));
    expect_value(get(client, "/links/%s/accounts/%s", id, account), "account.name", "'Card'");
    expect_value(get(client, "/links/%s/accounts?account_ids=%s", id, account),
                 "accounts.0.original_id", "'my-2'");
}
END_TEST

START_TEST(import__transactions_come_back)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING "," CARD, SALARY "," COFFEE);
    const struct reply *reply = get(client, "/links/%s/transactions" WHOLE, id);

    expect_part(reply, "", "{'total': 2, 'link': {'link_id': '%s', 'state': 'error'}}", id);
    expect_part(reply, "transactions.0",
                "{'amount': '3.50', 'type': 'debit', 'date': '2026-01-02', 'description': 'Coffee',"
                " 'original_id': 't-1', 'currency': 'USD', 'pending': false, 'category': null,"
                " 'enrichment': null, 'account_id': '%s'}",
                text_at(reply, "accounts.0.account_id"));
    expect_part(reply, "transactions.1",
                "{'amount': '1000.00', 'type': 'credit', 'date': '2026-01-01', 'description': null,"
                " 'original_id': null, 'account_id': '%s'}",
                text_at(reply, "accounts.1.account_id"));
    ck_assert(is_short_id(text_at(reply, "transactions.0.transaction_id"), "txn_"));
    reply = get(client, "/links/%s/transactions/sync", id);
    expect_value(reply, "has_more", "false");
    ck_assert_uint_eq(json_array_size(member(reply, "transactions.created")), 2);
}
END_TEST

/* The Python SDK sends dates inside quote characters. */
static const char *const dates[][2] = {
    { "2026-01-02", "2026-01-02" },
    { "\\\"2026-01-02\\\"", "2026-01-02" },
    { "2026-01-02T23:59:59", "2026-01-02" },
    { "\\\"2026-01-02T23:59:59.123456\\\"", "2026-01-02" },
    { "2026-01-02T23:00:00-02:00", "2026-01-03" },
    { "1970-01-01", "1970-01-01" },
    { "1900-02-28", "1900-02-28" },
};

START_TEST(import__dates)
{
    struct client *client = signed_in("alice");
    char row[256];

    for (size_t i = 0; i < MK_COUNT(dates); i++) {
        snprintf(row, sizeof(row), "{'account_id': 'my-2', 'amount': '0', 'date': '%s'}",
                 dates[i][0]);
        const char *id = import_link(client, CARD, row);
        expect_value(get(client, "/links/%s/transactions" WHOLE, id), "transactions.0.date", "'%s'",
                     dates[i][1]);
    }
}
END_TEST

static const char *const amounts[][3] = {
    { "0", "0.00", "credit" },      { "-0.01", "0.01", "debit" },
    { "+7.5", "7.50", "credit" },   { "9999999999999.99", "9999999999999.99", "credit" },
    { "-00012", "12.00", "debit" },
};

START_TEST(import__amounts)
{
    struct client *client = signed_in("alice");
    char row[256];

    for (size_t i = 0; i < MK_COUNT(amounts); i++) {
        snprintf(row, sizeof(row), "{'account_id': 'my-2', 'amount': '%s', 'date': '2026-01-01'}",
                 amounts[i][0]);
        const char *id = import_link(client, CARD, row);
        expect_part(get(client, "/links/%s/transactions" WHOLE, id), "transactions.0",
                    "{'amount': '%s', 'type': '%s'}", amounts[i][1], amounts[i][2]);
    }
}
END_TEST

/* --- What is refused -------------------------------------------------------------------------- */

#define LINK(accounts, rows) \
    "{" USER ", 'institution_id': 'chase', 'accounts': [" accounts "], 'transactions': [" rows "]" \
    "}"

static const struct {
    const char *body;
    const char *issues;
} refused_links[] = {
    { "{}", "['body','customer_user'] missing\n['body','institution_id'] missing\n"
            "['body','accounts'] missing\n['body','transactions'] missing\n" },
    { "{'customer_user': {'id': 'abc'}, 'provider': 'bank', 'institution_id': 7, 'accounts': {},"
      " 'transactions': null}",
      "['body','customer_user','id'] string_too_short\n['body','provider'] enum\n"
      "['body','institution_id'] string_type\n['body','accounts'] list_type\n"
      "['body','transactions'] not_null\n" },
    { LINK("{}, 7", "{}, []"),
      "['body','accounts',0,'account_id'] missing\n['body','accounts',0,'name'] missing\n"
      "['body','accounts',0,'type'] missing\n['body','accounts',0,'balances'] missing\n"
      "['body','accounts',1] object_type\n['body','transactions',0,'account_id'] missing\n"
      "['body','transactions',0,'amount'] missing\n['body','transactions',0,'date'] missing\n"
      "['body','transactions',1] object_type\n" },
    { LINK("{'account_id': '', 'name': '', 'type': null, 'mask': '1234567890123456', 'balances':"
           " {'currency': '12345678901', 'available': '1', 'current': 10000000000001,"
           " 'limit': -10000000000000.5, 'balance_date': '2026-01-01'}}",
           ""),
      "['body','accounts',0,'account_id'] string_too_short\n"
      "['body','accounts',0,'name'] string_too_short\n['body','accounts',0,'type'] not_null\n"
      "['body','accounts',0,'mask'] string_too_long\n"
      "['body','accounts',0,'balances','currency'] string_too_long\n"
      "['body','accounts',0,'balances','available'] number_type\n"
      "['body','accounts',0,'balances','current'] less_than_equal\n"
      "['body','accounts',0,'balances','limit'] greater_than_equal\n"
      "['body','accounts',0,'balances','balance_date'] datetime_format\n" },
    { LINK(CARD, "{'account_id': 'my-2', 'amount': 1, 'date': 20260101},"
                 "{'account_id': 'my-2', 'amount': '1.234', 'date': '2026-02-30'},"
                 "{'account_id': 'my-2', 'amount': '1e3', 'date': '\\\"2026-01-01'},"
                 "{'account_id': 'my-2', 'amount': '', 'date': ''}"),
      "['body','transactions',0,'amount'] string_type\n"
      "['body','transactions',0,'date'] string_type\n"
      "['body','transactions',1,'amount'] decimal\n"
      "['body','transactions',1,'date'] date_format\n"
      "['body','transactions',2,'amount'] decimal\n"
      "['body','transactions',2,'date'] date_format\n"
      "['body','transactions',3,'amount'] decimal\n"
      "['body','transactions',3,'date'] date_format\n" },
    { "{" USER ", 'institution_id': 'nowhere', 'accounts': [" CARD "," CARD "], 'transactions':"
      " [{'account_id': 'x', 'transaction_id': 't', 'amount': '1', 'date': '2026-01-01'},"
      " {'account_id': 'my-2', 'transaction_id': 't', 'amount': '1', 'date': '2026-01-01'}]}",
      "['body','institution_id'] unknown_value\n['body','accounts',1,'account_id'] not_unique\n"
      "['body','transactions',0,'account_id'] unknown_value\n"
      "['body','transactions',1,'transaction_id'] not_unique\n" },
};

START_TEST(import__refused)
{
    struct client *client = signed_in("alice");
    char *body = quoted("%s", refused_links[_i].body);

    expect_issues(CALL(client, .method = "POST", .target = IMPORT, .body = body),
                  refused_links[_i].issues);
    free(body);
    expect_value(get(client, "/links"), "links", "[]");
    expect_value(get(client, "/users/user-1/links"), "links", "{}");
}
END_TEST

/* The limit of the body is the API's; within it a link takes what fits. */
START_TEST(import__large_bodies)
{
    struct client *client = signed_in("alice");
    struct mk_text rows = MK_TEXT((size_t)2 * 1024 * 1024);
    size_t count = 0;

    for (; rows.length < (size_t)1000 * 1024; count++)
        mk_text_print(&rows,
                      "%s{'account_id': 'my-2', 'transaction_id': 'transaction-%zu',"
                      " 'amount': '%zu.99', 'date': '2025-%02zu-%02zu',"
                      " 'description': 'A description as banks give them, the %zuth'}",
                      count > 0 ? "," : "", count, count, count % 12 + 1, count % 28 + 1, count);
    const char *id = import_link(client, CARD, rows.bytes);
    expect_value(get(client, "/links/%s/transactions" WHOLE, id), "total", "%zu", count);

    mk_text_print(&rows, "%*s", 64 * 1024, "");
    expect_error(post(client, IMPORT, LINK(CARD, "%s"), rows.bytes), 413,
                 "api_error.request.too_large");
    expect_error(add(client, id, rows.bytes), 413, "api_error.request.too_large");
    mk_text_done(&rows);
}
END_TEST

START_TEST(import__many_accounts)
{
    struct client *client = signed_in("alice");
    struct mk_text accounts = MK_TEXT((size_t)1024 * 1024);

    for (int i = 0; i < 1000; i++)
        mk_text_print(&accounts, "%s{'account_id': '%d', 'name': 'n', 'type': 't', 'balances': {}}",
                      i > 0 ? "," : "", i);
    const char *id = import_link(client, accounts.bytes, "");
    const struct reply *reply = get(client, "/links/%s/accounts", id);
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 1000);

    mk_text_add_text(&accounts, "," CARD);
    expect_issues(post(client, IMPORT, LINK("%s", ""), accounts.bytes),
                  "['body','accounts'] too_many\n");
    mk_text_done(&accounts);
}
END_TEST

/* --- Further transactions --------------------------------------------------------------------- */

#define TEA \
    "{'account_id': 'my-1', 'transaction_id': 't-2', 'amount': '-2', 'date': '2025-12-31'," \
    " 'description': 'Tea'}"

START_TEST(import__further_transactions)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING, COFFEE);
    const struct reply *before = get(client, "/links/%s", id);
    const char *cursor = text_at(get(client, "/links/%s/transactions/sync", id), "cursor.next");
    const struct reply *reply = add(client, id, TEA);

    expect_status(reply, 200);
    ck_assert_str_eq(reply->body, before->body);
    reply = get(client, "/links/%s/transactions/sync?cursor=%s", id, cursor);
    ck_assert_uint_eq(json_array_size(member(reply, "transactions.created")), 1);
    expect_value(reply, "transactions.created.0.original_id", "'t-2'");
    reply = get(client, "/links/%s/transactions" WHOLE, id);
    expect_value(reply, "total", "2");
    expect_value(reply, "transactions.0.original_id", "'t-1'");
    expect_value(reply, "transactions.1.original_id", "'t-2'");
}
END_TEST

static const struct {
    const char *rows;
    const char *issues;
} refused_rows[] = {
    { "7, {}", "['body','transactions',0] object_type\n"
               "['body','transactions',1,'account_id'] missing\n"
               "['body','transactions',1,'amount'] missing\n"
               "['body','transactions',1,'date'] missing\n" },
    { TEA "," COFFEE "," TEA, "['body','transactions',1,'transaction_id'] not_unique\n"
                              "['body','transactions',2,'transaction_id'] not_unique\n" },
    { SALARY, "['body','transactions',0,'account_id'] unknown_value\n" },
};

/* A row that was refused with others can come again. */
START_TEST(import__refused_transactions)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING, COFFEE);
    const struct reply *before = get(client, "/links/%s/transactions/sync", id);

    expect_issues(add(client, id, refused_rows[_i].rows), refused_rows[_i].issues);
    ck_assert_str_eq(get(client, "/links/%s/transactions/sync", id)->body, before->body);
    expect_status(add(client, id, TEA), 200);
    expect_value(get(client, "/links/%s/transactions" WHOLE, id), "total", "2");
}
END_TEST

static void reset(struct client *client, const char *id)
{
    char target[128];

    snprintf(target, sizeof(target), "/links/%s/reset", id);
    expect_status(CALL(client, .method = "POST", .target = target), 200);
}

/* Only imported links take further transactions, and those in any state that lets them be used. */
START_TEST(import__states)
{
    struct client *client = signed_in("alice");
    struct client *other = signed_in("bob");
    const char *own = text_at(connected_link(client, NONE), "link_id");
    const char *foreign = import_link(other, CHECKING, "");
    const char *pending = text_at(connect_session(client, create_session(client, NONE)), "link_id");

    expect_error(add(client, "mk_2222222222222222222222", ""), 404, "link_error.not_found");
    expect_error(add(client, foreign, TEA), 401, "link_error.unauthorized_access");
    expect_link_error(add(client, pending, TEA), "link_error.bad_state", "awaiting_token_exchange");
    expect_error(add(client, own, ""), 403, "link_error.forbidden_action");
    reset(client, own);
    expect_error(add(client, own, TEA), 403, "link_error.forbidden_action");
    expect_status(delete_(client, "/links/%s", own), 204);
    expect_error(add(client, own, TEA), 410, "link_error.deleted");

    const char *id = import_link(client, CHECKING, "");
    expect_value(add(client, id, TEA), "state", "'error'");
    relink(client, id, "");
    expect_value(add(client, id, COFFEE), "state", "'connected'");
    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(add(client, id, SALARY), 410, "link_error.deleted");
    expect_status(add(other, foreign, TEA), 200);
}
END_TEST

/* --- The way to a bank ------------------------------------------------------------------------ */

static size_t count_at(const struct reply *reply, const char *path)
{
    return json_array_size(member(reply, path));
}

/* How many there are in the whole stream, read in pages; each id once. */
static size_t created_in_stream(struct client *client, const char *id)
{
    const struct reply *reply = get(client, "/links/%s/transactions/sync?size=7", id);
    json_t *seen = json_object();

    for (;;) {
        const json_t *created = member(reply, "transactions.created");
        size_t i;
        json_t *row;
        json_array_foreach((json_t *)created, i, row) {
            const char *name = json_string_value(json_object_get(row, "transaction_id"));
            require(json_object_get(seen, name) == NULL, "%s was created twice", name);
            json_object_set_new(seen, name, json_true());
        }
        if (!json_is_true(member(reply, "has_more")))
            break;
        reply = get(client, "/links/%s/transactions/sync?size=7&cursor=%s", id,
                    text_at(reply, "cursor.next"));
    }
    size_t count = json_object_size(seen);
    json_decref(seen);
    return count;
}

static size_t total_of(struct client *client, const char *id)
{
    const struct reply *reply = get(client, "/links/%s/transactions" WHOLE, id);

    return (size_t)json_integer_value(member(reply, "total"));
}

/* The bank's accounts come beside the imported ones, with what the bank knows of them. */
START_TEST(import__relink)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING "," CARD, COFFEE "," SALARY);
    const struct reply *before = get(client, "/links/%s/accounts", id);
    const char *cursor = text_at(get(client, "/links/%s/transactions/sync", id), "cursor.next");

    relink(client, id, ", 'settings': {'products': {'account_numbers': {'prefetch': true}}}");
    const struct reply *reply = get(client, "/links/%s/accounts", id);
    expect_part(reply, "link",
                "{'state': 'connected', 'error_code': null, 'institution_id': 'chase',"
                " 'products': {'account_numbers': {}, 'transactions': {'unavailable': null}}}");
    ck_assert_uint_eq(count_at(reply, "accounts"), 5);
    ck_assert(json_equal(member(reply, "accounts.3"), member(before, "accounts.0")));
    ck_assert(json_equal(member(reply, "accounts.4"), member(before, "accounts.1")));
    expect_value(reply, "accounts.0.original_id", "null");
    ck_assert_uint_ge(count_at(get(client, "/links/%s/accounts/numbers", id), "accounts"), 1);

    size_t total = total_of(client, id);
    ck_assert_uint_gt(total, 2);
    ck_assert_uint_eq(created_in_stream(client, id), total);
    reply = get(client, "/links/%s/transactions/sync?size=500&cursor=%s", id, cursor);
    ck_assert_uint_eq(count_at(reply, "transactions.created"), total - 2);

    expect_status(add(client, id, TEA), 200);
    ck_assert_uint_eq(total_of(client, id), total + 1);
    ck_assert_uint_eq(created_in_stream(client, id), total + 1);
}
END_TEST

/* Nobody said who owns an imported account, whatever the bank tells of its own. */
START_TEST(import__owners)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING, COFFEE);

    relink(client, id, ", 'settings': {'products': {'identity': {'prefetch': true}}}");
    const struct reply *reply = get(client, "/links/%s/identity", id);
    expect_status(reply, 200);
    expect_value(reply, "accounts.3.original_id", "'my-1'");
    expect_value(reply, "accounts.3.owners", "[]");
}
END_TEST

/* A relinked one is refreshed daily like any other; what was imported stays as it was. */
START_TEST(import__refreshed_after_relink)
{
    struct client *client = signed_in("alice");
    const char *id = import_link(client, CHECKING, COFFEE);

    pass_seconds("alice", 40 * 86400L);
    ck_assert_uint_eq(total_of(client, id), 1);
    relink(client, id, "");
    size_t total = total_of(client, id);
    pass_seconds("alice", 10 * 86400L);
    ck_assert_uint_gt(total_of(client, id), total);
    ck_assert_uint_eq(created_in_stream(client, id), total_of(client, id));
    expect_part(get(client, "/links/%s/transactions?start_date=2026-01-02&end_date=2026-01-02", id),
                "transactions.0", "{'original_id': 't-1', 'amount': '3.50'}");
}
END_TEST

void imports_tests(TCase *tcase)
{
    tcase_add_test(tcase, import__link);
    tcase_add_test(tcase, import__deleted_link_keeps_its_provider);
    tcase_add_test(tcase, import__accounts_come_back);
    tcase_add_test(tcase, import__transactions_come_back);
    tcase_add_test(tcase, import__dates);
    tcase_add_test(tcase, import__amounts);
    tcase_add_loop_test(tcase, import__refused, 0, (int)MK_COUNT(refused_links));
    tcase_add_test(tcase, import__large_bodies);
    tcase_add_test(tcase, import__many_accounts);
    tcase_add_test(tcase, import__further_transactions);
    tcase_add_loop_test(tcase, import__refused_transactions, 0, (int)MK_COUNT(refused_rows));
    tcase_add_test(tcase, import__states);
    tcase_add_test(tcase, import__relink);
    tcase_add_test(tcase, import__owners);
    tcase_add_test(tcase, import__refreshed_after_relink);
}
