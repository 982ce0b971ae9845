/* SPDX-License-Identifier: MIT */
/* GET /users/{id}/links, .../accounts and .../transactions: all links of a user in one reply. */
#include "api/tests.h"

#include "api/handlers.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE "start_date=1900-01-01&end_date=9999-12-31"

/* user-1's three links, at two banks and one imported; the second lacks transactions. */
struct crowd {
    struct client *client;
    const char *creds;
    const char *chase;
    const char *imported;
};

static struct crowd crowd_open(void)
{
    struct crowd crowd = { .client = signed_in("alice") };

    crowd.creds = text_at(connected_link(crowd.client, NONE), "link_id");
    crowd.chase =
        text_at(connected_link(crowd.client, "'institution_id': 'chase', 'settings': {'products':"
                                             " {'identity': {'prefetch': true}}}"),
                "link_id");
    const struct reply *reply =
        post(crowd.client, "/links/import",
             "{'customer_user': {'id': 'user-1'}, 'institution_id': 'citibank', 'accounts':"
             " [{'account_id': 'a', 'name': 'Mine', 'type': 'checking', 'balances': {}}],"
             " 'transactions': [{'account_id': 'a', 'transaction_id': 'new', 'amount': '1',"
             " 'date': '9000-01-01'}, {'account_id': 'a', 'transaction_id': 'old', 'amount': '2',"
             " 'date': '1950-01-01'}]}");
    expect_status(reply, 200);
    crowd.imported = text_at(reply, "link_id");
    connected_link(crowd.client, "'customer_user': {'id': 'user-2'}");
    return crowd;
}

/* A member whose key a path can't spell. */
static json_t *in(const struct reply *reply, const char *map, const char *key)
{
    json_t *value = json_object_get(member(reply, map), key);

    ck_assert_msg(value != NULL, "%s has no %s: %s", map, key, reply->body);
    return value;
}

static size_t size_of(const struct reply *reply, const char *map)
{
    return json_object_size(member(reply, map));
}

static size_t total_of(const struct reply *reply)
{
    return (size_t)json_integer_value(member(reply, "total"));
}

/* --- Everybody -------------------------------------------------------------------------------- */

static const char *const strangers[] = {
    "nobody", "USER-1", "user-1%20", "%C3%A9", "a%2Fb", "mk_x"
};

START_TEST(users__unknown)
{
    struct client *client = crowd_open().client;

    for (size_t i = 0; i < MK_COUNT(strangers); i++) {
        const char *id = strangers[i];
        expect_value(get(client, "/users/%s/links", id), "", "{'links': {}}");
        expect_value(get(client, "/users/%s/accounts", id), "", "{'links': {}}");
        expect_value(get(client, "/users/%s/transactions", id), "",
                     "{'total': 0, 'page': 1, 'size': 50, 'transactions': [], 'accounts': {}}");
    }
}
END_TEST

/* Any text may be an id; the path has it percent-encoded. */
START_TEST(users__any_id)
{
    struct client *client = signed_in("alice");
    const char *id =
        text_at(connected_link(client, "'customer_user': {'id': 'a/b c\\u00e9?&#'}"), "link_id");
    const struct reply *reply = get(client, "/users/a%%2Fb%%20c%%C3%%A9%%3F%%26%%23/links");

    expect_status(reply, 200);
    ck_assert_uint_eq(size_of(reply, "links"), 1);
    in(reply, "links", id);
}
END_TEST

/* What pending, deleted and other clients' links have is not the user's to see here. */
START_TEST(users__which_links)
{
    struct crowd crowd = crowd_open();
    struct client *other = signed_in("bob");
    char reset[128];

    connected_link(other, NONE);
    connect_session(crowd.client, create_session(crowd.client, NONE));
    ck_assert_uint_eq(size_of(get(crowd.client, "/users/user-1/links"), "links"), 3);
    ck_assert_uint_eq(size_of(get(other, "/users/user-1/accounts"), "links"), 1);

    expect_status(delete_(crowd.client, "/links/%s", crowd.creds), 204);
    snprintf(reset, sizeof(reset), "/links/%s/reset", crowd.chase);
    expect_status(CALL(crowd.client, .method = "POST", .target = reset), 200);
    const struct reply *links = get(crowd.client, "/users/user-1/links");
    ck_assert_uint_eq(size_of(links, "links"), 2);
    ck_assert_str_eq(json_string_value(json_object_get(in(links, "links", crowd.chase), "state")),
                     "error");
    const struct reply *accounts = get(crowd.client, "/users/user-1/accounts");
    ck_assert_uint_eq(size_of(accounts, "links"), 2);
    ck_assert_uint_eq(
        json_array_size(json_object_get(in(accounts, "links", crowd.chase), "accounts")), 3);
    expect_value(get(crowd.client, "/users/user-1/transactions?" WHOLE), "total", "2");
}
END_TEST

/* --- Links and accounts ----------------------------------------------------------------------- */

START_TEST(users__links)
{
    struct crowd crowd = crowd_open();
    const char *const ids[] = { crowd.creds, crowd.chase, crowd.imported };
    const struct reply *reply = get(crowd.client, "/users/user-1/links");
    const char *key;
    json_t *link;
    size_t i = 0;

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 1);
    json_object_foreach((json_t *)member(reply, "links"), key, link) {
        ck_assert_str_eq(key, ids[i++]); /* in the order of their making */
        expect_link_object(link);
        ck_assert(json_equal(link, get(crowd.client, "/links/%s", key)->json));
    }
    ck_assert_uint_eq(i, MK_COUNT(ids));
}
END_TEST

START_TEST(users__accounts)
{
    struct crowd crowd = crowd_open();
    const struct reply *reply = get(crowd.client, "/users/user-1/accounts");
    const char *key;
    json_t *group;

    expect_status(reply, 200);
    ck_assert_uint_eq(size_of(reply, "links"), 3);
    json_object_foreach((json_t *)member(reply, "links"), key, group) {
        const struct reply *own = get(crowd.client, "/links/%s/accounts", key);
        ck_assert_uint_eq(json_object_size(group), 2);
        ck_assert(json_equal(json_object_get(group, "accounts"), member(own, "accounts")));
        ck_assert(json_equal(json_object_get(group, "last_synced_at"),
                             member(own, "link.last_synced_at")));
    }
}
END_TEST

/* Whether the reply has exactly this account, of this link; none when it is NULL. */
static void expect_only(const struct reply *reply, const char *link, const char *account)
{
    expect_status(reply, 200);
    ck_assert_msg(size_of(reply, "links") == (link != NULL ? 1 : 0), "%s", reply->body);
    if (link == NULL)
        return;
    const json_t *accounts = json_object_get(in(reply, "links", link), "accounts");
    ck_assert_uint_eq(json_array_size(accounts), 1);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(accounts, 0), "account_id")),
                     account);
}

START_TEST(users__accounts_filter)
{
    struct crowd crowd = crowd_open();
    struct client *client = crowd.client;
    const char *account =
        text_at(get(client, "/links/%s/accounts", crowd.chase), "accounts.1.account_id");
    const char *other =
        text_at(get(client, "/links/%s/accounts", crowd.imported), "accounts.0.account_id");

#define ACCOUNTS "/users/user-1/accounts?"
    expect_only(get(client, ACCOUNTS "account_ids=%s", account), crowd.chase, account);
    expect_only(get(client, ACCOUNTS "account_ids[]=%s&account_ids=none", account), crowd.chase,
                account);
    expect_only(get(client, ACCOUNTS "account_id=%s", account), crowd.chase, account);
    expect_only(get(client, ACCOUNTS "account_id=%s&account_ids=%s", account, other),
                crowd.imported, other);
    expect_only(get(client, ACCOUNTS "account_ids=none"), NULL, NULL);
    expect_only(get(client, "/users/user-2/accounts?account_ids=%s", account), NULL, NULL);
    ck_assert_uint_eq(size_of(get(client, ACCOUNTS "account_ids=%s,%s", account, other), "links"),
                      2);
    ck_assert_uint_eq(size_of(get(client, ACCOUNTS "account_ids=&account_id="), "links"), 3);
    ck_assert_uint_eq(size_of(get(client, ACCOUNTS "institution_ids=chase"), "links"), 3);
    expect_issues(get(client, ACCOUNTS "account_ids=a,,b"),
                  "['query','account_ids',1] string_too_short\n");
#undef ACCOUNTS
}
END_TEST

/* --- Transactions ----------------------------------------------------------------------------- */

#define TRANSACTIONS "/users/user-1/transactions?"

static size_t link_total(struct client *client, const char *id)
{
    return total_of(get(client, "/links/%s/transactions?" WHOLE, id));
}

/* Newest first; each as its own link shows it. */
static void expect_rows_of_links(const json_t *rows, const struct reply *const *links,
                                 size_t link_count)
{
    const char *last = "9999-12-31";
    size_t next[3] = { 0 };
    size_t i;
    json_t *row;

    json_array_foreach((json_t *)rows, i, row) {
        const char *date = json_string_value(json_object_get(row, "date"));
        size_t link = 0;
        require(strcmp(date, last) <= 0, "%s comes after %s", date, last);
        last = date;
        for (; link < link_count; link++) {
            const json_t *list = member(links[link], "transactions");
            if (json_equal(row, json_array_get(list, next[link])))
                break;
        }
        require(link < link_count, "no link has this next: %s", json_dumps(row, 0));
        next[link]++;
    }
}

START_TEST(users__transactions)
{
    struct crowd crowd = crowd_open();
    struct client *client = crowd.client;
    const struct reply *const links[] = {
        get(client, "/links/%s/transactions?size=1000&" WHOLE, crowd.creds),
        get(client, "/links/%s/transactions?size=1000&" WHOLE, crowd.imported),
    };
    const struct reply *reply = get(client, TRANSACTIONS "size=1000&" WHOLE);

    expect_status(reply, 200);
    ck_assert_uint_eq(json_object_size(reply->json), 5);
    ck_assert_uint_gt(total_of(links[0]), 0);
    ck_assert_uint_eq(total_of(reply), total_of(links[0]) + 2);
    ck_assert_uint_eq(json_array_size(member(reply, "transactions")), total_of(reply));
    expect_value(reply, "transactions.0.original_id", "'new'");
    expect_rows_of_links(member(reply, "transactions"), links, MK_COUNT(links));

    /* The accounts of the links that have transactions. */
    ck_assert_uint_eq(size_of(reply, "accounts"), 4);
    const struct reply *accounts = get(client, "/links/%s/accounts", crowd.creds);
    const json_t *details = in(reply, "accounts", text_at(accounts, "accounts.0.account_id"));
    ck_assert_uint_eq(json_object_size(details), 4);
    ck_assert(json_equal(json_object_get(details, "name"), member(accounts, "accounts.0.name")));
    ck_assert(json_equal(json_object_get(details, "last_synced_at"),
                         member(accounts, "link.last_synced_at")));
    ck_assert(json_equal(json_object_get(details, "institution_id"),
                         member(accounts, "link.institution_id")));
    ck_assert_str_eq(json_string_value(json_object_get(details, "link_id")), crowd.creds);
}
END_TEST

/* Pages one after the other are the whole, whatever their size. */
START_TEST(users__transactions_pages)
{
    struct client *client = crowd_open().client;
    const struct reply *whole = get(client, TRANSACTIONS "size=1000&" WHOLE);
    size_t total = total_of(whole);

    for (size_t size = 1; size <= total + 1; size += 6) {
        json_t *joined = json_array();
        for (size_t page = 1; page <= total / size + 2; page++) {
            const struct reply *reply =
                get(client, TRANSACTIONS "page=%zu&size=%zu&" WHOLE, page, size);
            require(total_of(reply) == total, "the total of a page");
            expect_value(reply, "page", "%zu", page);
            expect_value(reply, "size", "%zu", size);
            json_array_extend(joined, (json_t *)member(reply, "transactions"));
        }
        ck_assert(json_equal(joined, member(whole, "transactions")));
        json_decref(joined);
    }
    expect_part(get(client, TRANSACTIONS "page=1000000000&size=1000&" WHOLE), "",
                "{'total': %zu, 'transactions': []}", total);
}
END_TEST

static const char *const bad_queries[][2] = {
    { "size=0", "['query','size'] greater_than_equal\n" },
    { "size=1001", "['query','size'] less_than_equal\n" },
    { "page=0", "['query','page'] greater_than_equal\n" },
    { "page=x", "['query','page'] integer_type\n" },
    { "start_date=2026-01-02&end_date=2026-01-01", "['query','start_date'] date_order\n" },
    { "start_date=tomorrow", "['query','start_date'] date_format\n" },
    { "transaction_type=credit,other", "['query','transaction_type',1] enum\n" },
    { "account_id=,a", "['query','account_id',0] string_too_short\n" },
};

START_TEST(users__transactions_bad_queries)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(bad_queries); i++)
        expect_issues(get(client, TRANSACTIONS "%s", bad_queries[i][0]), bad_queries[i][1]);
}
END_TEST

/* Without dates the 90 days up to today. */
START_TEST(users__transactions_dates)
{
    struct crowd crowd = crowd_open();
    struct client *client = crowd.client;
    size_t creds = link_total(client, crowd.creds);

    ck_assert_uint_eq(total_of(get(client, TRANSACTIONS "end_date=1950-01-01")), 1);
    ck_assert_uint_eq(total_of(get(client, TRANSACTIONS "end_date=1949-12-31")), 0);
    ck_assert_uint_eq(total_of(get(client, TRANSACTIONS "start_date=9000-01-01&"
                                                        "end_date=9000-01-01")),
                      1);
    ck_assert_uint_eq(total_of(get(client, TRANSACTIONS "end_date=8999-12-31&"
                                                        "start_date=1950-01-02")),
                      creds);
    ck_assert_uint_eq(total_of(get(client, "/users/user-1/transactions")),
                      total_of(get(client, "/links/%s/transactions", crowd.creds)));
}
END_TEST

START_TEST(users__transactions_filter)
{
    struct crowd crowd = crowd_open();
    struct client *client = crowd.client;
    const char *mine =
        text_at(get(client, "/links/%s/accounts", crowd.imported), "accounts.0.account_id");
    const char *identity_only =
        text_at(get(client, "/links/%s/accounts", crowd.chase), "accounts.0.account_id");
    const struct reply *reply = get(client, TRANSACTIONS "account_id=%s&" WHOLE, mine);

    expect_value(reply, "total", "2");
    ck_assert_uint_eq(size_of(reply, "accounts"), 1);
    expect_part(reply, "accounts", "{'%s': {'name': 'Mine', 'link_id': '%s'}}", mine,
                crowd.imported);
    reply = get(client, TRANSACTIONS "account_id=%s&account_id=none&" WHOLE, identity_only);
    expect_part(reply, "", "{'total': 0, 'transactions': [], 'accounts': {}}");

    /* Deprecated and ignored by MoneyKit. */
    ck_assert_str_eq(get(client, TRANSACTIONS "transaction_type=credit&category=x&"
                                              "institution_id=chase&" WHOLE)
                         ->body,
                     get(client, TRANSACTIONS WHOLE)->body);
}
END_TEST

static const char *synced_at(const struct reply *reply, const char *link)
{
    return json_string_value(json_object_get(in(reply, "links", link), "last_synced_at"));
}

/* Each brings the links up to date before it shows them: daily refreshes have come due by then. */
START_TEST(users__up_to_date)
{
    const int64_t days = 2 * 86400 + 60; /* the last refresh is over */
    struct crowd crowd = crowd_open();
    size_t before = total_of(get(crowd.client, TRANSACTIONS WHOLE));

    pass_seconds("alice", days);
    ck_assert_uint_gt(total_of(get(crowd.client, TRANSACTIONS WHOLE)), before);
    pass_seconds("alice", days);
    const char *synced = synced_at(get(crowd.client, "/users/user-1/accounts"), crowd.creds);
    ck_assert_str_eq(synced,
                     text_at(get(crowd.client, "/links/%s", crowd.creds), "last_synced_at"));
    pass_seconds("alice", days);
    synced = synced_at(get(crowd.client, "/users/user-1/links"), crowd.creds);
    ck_assert_str_eq(synced,
                     text_at(get(crowd.client, "/links/%s", crowd.creds), "last_synced_at"));
}
END_TEST

/* One more link of a user, as quick as it goes. */
static void add_link(struct mk_world *world, const char *user)
{
    struct mk_link *link =
        mk_links_add(&world->links, &world->ids, &world->secrets, mk_world_now(world));

    mk_links_join_user(&world->links, link, mk_copy(user));
    mk_links_activate(&world->links, link);
    link->state = MK_STATE_CONNECTED;
    link->products[MK_PRODUCT_ACCOUNTS].granted = true;
}

/* A reply has a size; the user before the one too many is shown whole. */
START_TEST(users__too_many_links)
{
    static const char *const kinds[] = { "links", "accounts", "transactions" };
    struct client *client = signed_in("alice");
    struct mk_world *world = world_of("alice");

    for (unsigned i = 0; i < MK_USER_LINKS_MAX; i++)
        add_link(world, "busy");
    const struct reply *reply = get(client, "/users/busy/links");
    expect_status(reply, 200);
    ck_assert_uint_eq(size_of(reply, "links"), MK_USER_LINKS_MAX);
    client_forget(client);
    add_link(world, "busy");
    for (size_t i = 0; i < MK_COUNT(kinds); i++)
        expect_error(get(client, "/users/busy/%s", kinds[i]), 503, "api_error.unavailable");
    expect_status(get(client, "/users/other/links"), 200);
}
END_TEST

void users_tests(TCase *tcase)
{
    tcase_add_test(tcase, users__unknown);
    tcase_add_test(tcase, users__any_id);
    tcase_add_test(tcase, users__which_links);
    tcase_add_test(tcase, users__links);
    tcase_add_test(tcase, users__accounts);
    tcase_add_test(tcase, users__accounts_filter);
    tcase_add_test(tcase, users__transactions);
    tcase_add_test(tcase, users__transactions_pages);
    tcase_add_test(tcase, users__transactions_bad_queries);
    tcase_add_test(tcase, users__transactions_dates);
    tcase_add_test(tcase, users__transactions_filter);
    tcase_add_test(tcase, users__up_to_date);
    tcase_add_test(tcase, users__too_many_links);
}
