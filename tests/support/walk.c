/* SPDX-License-Identifier: MIT */
#include "support/walk.h"

#include "base/memory.h"
#include "support/journey.h"
#include "support/must.h"
#include "support/sync_copy.h"

#include <stdlib.h>
#include <string.h>

#define USER "user-1" /* of LEAST_SESSION */
#define SECOND_USED "'link_tags': ['second'], 'webhook': 'http://localhost:1/second'"
#define EVENT "{'webhook_event': 'transactions.updates_available', 'webhook_idempotency_key': 'a'}"

enum { PAGE_SIZE = 100, SYNC_SIZE = 500, MINUTE = 60, REFRESH_SECONDS = 2 };

struct walk {
    struct client *client;
    const char *institution;
    const char *link;
    const char *account;   /* its checking account */
    const char *first_day; /* of the rows that are compared: the whole history is large */
    struct sync_copy copy; /* of its transactions */
};

/* --- Shortcuts -------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* GET of something of the link. */
static const struct reply *look(struct walk *walk, const char *tail)
{
    const struct reply *reply = get(walk->client, "/links/%s%s", walk->link, tail);

    expect_status(reply, 200);
    return reply;
}

/* POST to something of a link. */
static const struct reply *send(struct walk *walk, const char *link, const char *tail,
                                const char *body)
{
    char *target = quoted("/links/%s%s", link, tail);
    const struct reply *reply = post(walk->client, target, "%s", body);

    free(target);
    return reply;
}

static const struct reply *look_at_user(struct walk *walk, const char *tail)
{
    const struct reply *reply = get(walk->client, "/users/" USER "/%s", tail);

    expect_status(reply, 200);
    return reply;
}

static void expect_equal(const struct reply *reply, const char *path, const json_t *wanted)
{
    require(json_equal(member(reply, path), wanted), "%s has changed in %s", path, reply->body);
}

/* What a sync from the last cursor brings: the copy is the list again. */
static void catch_up(struct walk *walk)
{
    sync_copy_catch_up(&walk->copy, walk->client, walk->link, SYNC_SIZE);
    sync_copy_expect_same(&walk->copy, walk->client, walk->link, walk->first_day);
}

/* --- Steps ------------------------------------------------------------------------------------ */

static void authorize(struct walk *walk)
{
    sign_in(walk->client);
    expect_value(get(walk->client, "/auth/introspect"), "client_id", "'%s'", walk->client->id);
    const struct reply *keys = get(walk->client, "/.well-known/jwks.json");
    expect_part(keys, "keys.0", "{'kty': 'EC', 'use': 'sig'}");
}

static void choose_bank(struct walk *walk)
{
    const struct reply *list = get(walk->client, "/institutions?featured=true&limit=1");

    expect_status(list, 200);
    walk->institution = text_at(list, "institutions.0.institution_id");
    const struct reply *one = get(walk->client, "/institutions/%s", walk->institution);
    expect_equal(one, "", member(list, "institutions.0"));
}

static const struct reply *finish(struct walk *walk, const char *session)
{
    const struct reply *reply =
        post(walk->client, "/sandbox/connect",
             "{'link_session_token': '%s', 'username': 'user_rich'}", session);

    expect_status(reply, 201);
    return reply;
}

static void link_up(struct walk *walk)
{
    struct client *client = walk->client;
    const char *session = create_session(client,
                                         "'institution_id': '%s', 'link_tags': ['first'],"
                                         " 'webhook': 'http://localhost:1/first'",
                                         walk->institution);

    expect_value(get(client, "/links"), "links", "[]");
    const struct reply *connected = finish(walk, session);
    const struct reply *exchanged = exchange(client, text_at(connected, "exchangeable_token"));
    walk->link = text_at(exchanged, "link_id");
    expect_value(connected, "link_id", "'%s'", walk->link);
    expect_part(exchanged, "link",
                "{'institution_id': '%s', 'state': 'connected', 'tags': ['first'],"
                " 'webhook': 'http://localhost:1/first'}",
                walk->institution);
    expect_equal(look(walk, ""), "", member(exchanged, "link"));
    expect_part(get(client, "/links"), "", "{'links': [{'link_id': '%s'}]}", walk->link);
}

static void read_accounts(struct walk *walk)
{
    const struct reply *list = look(walk, "/accounts");
    const json_t *first = member(list, "accounts.0");

    walk->account = text_at(list, "accounts.0.account_id");
    expect_equal(get(walk->client, "/links/%s/accounts/%s", walk->link, walk->account), "account",
                 first);
    const struct reply *filtered =
        get(walk->client, "/links/%s/accounts?account_ids=%s", walk->link, walk->account);
    MUST(json_array_size(member(filtered, "accounts")) == 1);
    expect_equal(filtered, "accounts.0", first);

    const struct reply *numbers = look(walk, "/accounts/numbers");
    MUST(missing_part(member(numbers, "accounts.0"), first) == NULL);
    MUST(json_array_size(member(numbers, "accounts.0.numbers.ach")) > 0);
    const struct reply *owners =
        get(walk->client, "/links/%s/identity?account_ids=%s", walk->link, walk->account);
    MUST(json_array_size(member(owners, "accounts")) == 1);
    MUST(missing_part(member(owners, "accounts.0"), first) == NULL);
    MUST(json_array_size(member(owners, "accounts.0.owners")) > 0);
}

/* The last 90 days: every page names the same total, and together they have each row once. */
static void read_transactions(struct walk *walk)
{
    json_t *rows = json_object();
    size_t total = PAGE_SIZE;
    const char *id;
    size_t index;
    json_t *row;

    for (size_t page = 1; (page - 1) * PAGE_SIZE <= total; page++) {
        const struct reply *reply = get(walk->client, "/links/%s/transactions?size=%d&page=%zu",
                                        walk->link, PAGE_SIZE, page);
        expect_status(reply, 200);
        expect_part(reply, "", "{'page': %zu, 'size': %d}", page, PAGE_SIZE);
        if (page > 1)
            expect_value(reply, "total", "%zu", total);
        else
            walk->first_day =
                text_of(json_array_get(member(reply, "transactions"), PAGE_SIZE - 1), "date");
        total = (size_t)json_integer_value(member(reply, "total"));
        json_array_foreach(member(reply, "transactions"), index, row)
            json_object_set(rows, text_of(row, "transaction_id"), row);
    }
    MUST(total > PAGE_SIZE);
    require(json_object_size(rows) == total, "%zu rows of %zu", json_object_size(rows), total);

    catch_up(walk);
    MUST(walk->copy.updated == 0 && walk->copy.created > total);
    json_object_foreach(rows, id, row)
        MUST(json_equal(row, json_object_get(walk->copy.rows, id)));
    json_decref(rows);
}

/* A row whose category can be told, and that is not for travelling. */
static const char *row_to_correct(struct walk *walk)
{
    size_t index;
    const json_t *row;

    json_array_foreach(member(look(walk, "/transactions"), "transactions"), index, row) {
        const json_t *category = json_object_get(json_object_get(row, "enrichment"), "category");
        if (category != NULL && strcmp(text_of(category, "value"), "travel") != 0)
            return text_of(row, "transaction_id");
    }
    ck_abort_msg("no row to correct");
}

static void correct(struct walk *walk)
{
    const char *row = row_to_correct(walk);
    char *tail = quoted("/transactions/%s/enrichment", row);
    const struct reply *reply =
        send(walk, walk->link, tail, "{'category': 'travel', 'subcategory': 'other_travel'}");

    free(tail);
    expect_status(reply, 200);
    expect_value(reply, "transactions.0.transaction_id", "'%s'", row);
    catch_up(walk);
    MUST(walk->copy.created == 0);
    MUST(walk->copy.updated == json_array_size(member(reply, "transactions")));
    MUST(json_equal(json_object_get(walk->copy.rows, row), member(reply, "transactions.0")));
    expect_part(reply, "transactions.0.enrichment.category",
                "{'value': 'travel', 'confidence': 100}");
}

static void read_investments(struct walk *walk)
{
    const struct reply *holdings = look(walk, "/investments/holdings");
    const char *brokerage = text_at(holdings, "holdings.0.account_id");
    const struct reply *trades = look(walk, "/investments/transactions?size=5");

    MUST(strcmp(brokerage, walk->account) != 0);
    expect_equal(
        get(walk->client, "/links/%s/investments/holdings?account_ids=%s", walk->link, brokerage),
        "holdings", member(holdings, "holdings"));
    expect_value(get(walk->client, "/links/%s/investments/holdings?account_ids=%s", walk->link,
                     walk->account),
                 "holdings", "[]");
    MUST(json_array_size(member(trades, "investment_transactions")) == 5);
    expect_value(trades, "investment_transactions.0.account_id", "'%s'", brokerage);
    const struct reply *second = look(walk, "/investments/transactions?size=5&page=2");
    expect_equal(second, "total", member(trades, "total"));
    MUST(!json_equal(member(second, "investment_transactions.0"),
                     member(trades, "investment_transactions.0")));
}

static void refresh(struct walk *walk)
{
    const char *before = text_at(look(walk, ""), "products.transactions.refreshed_at");

    pass_seconds(walk->client->id, MINUTE);
    const struct reply *reply =
        send(walk, walk->link, "/products",
             "{'products': ['accounts', 'account_numbers', 'identity', 'transactions',"
             " 'investments']}");
    expect_status(reply, 202);
    expect_value(reply, "products.transactions.refreshed_at", "'%s'", before);
    MUST(strcmp(text_at(reply, "products.transactions.last_attempted_at"), before) > 0);

    pass_seconds(walk->client->id, REFRESH_SECONDS);
    MUST(strcmp(text_at(look(walk, ""), "products.transactions.refreshed_at"), before) > 0);
    catch_up(walk);
    MUST(walk->copy.created > 0);
}

static void read_user(struct walk *walk)
{
    const struct reply *links = look_at_user(walk, "links");
    const struct reply *accounts = look_at_user(walk, "accounts");
    const struct reply *transactions = look_at_user(walk, "transactions");
    const struct reply *own = look(walk, "/transactions");
    const json_t *group = json_object_get(member(accounts, "links"), walk->link);

    MUST(json_object_size(member(links, "links")) == 1);
    expect_equal(look(walk, ""), "", json_object_get(member(links, "links"), walk->link));
    expect_equal(look(walk, "/accounts"), "accounts", json_object_get(group, "accounts"));
    expect_equal(transactions, "total", member(own, "total"));
    expect_equal(transactions, "transactions", member(own, "transactions"));
    MUST(json_object_get(member(transactions, "accounts"), walk->account) != NULL);
}

static const struct reply *trigger(struct walk *walk)
{
    char *target = quoted("/webhooks/test/link/%s", walk->link);
    const struct reply *reply = post(walk->client, target, EVENT);

    free(target);
    return reply;
}

static void update(struct walk *walk)
{
    const char *target = link_target(walk->link);
    const struct reply *reply = patch(walk->client, target, "{" SECOND_USED "}");

    expect_status(reply, 200);
    expect_part(look(walk, ""), "", "{" SECOND_USED "}");
    reply = trigger(walk);
    expect_status(reply, 200);
    MUST(is_uuid(text_at(reply, "delivery_token")));

    reply = patch(walk->client, target, "{'webhook': null}");
    expect_part(reply, "", "{'webhook': null, 'tags': ['second']}");
    reply = patch(walk->client, target, "{'link_tags': null}");
    expect_part(reply, "", "{'webhook': null, 'tags': []}");
    expect_equal(look(walk, ""), "", reply->json);
    expect_error(trigger(walk), 400, "link_error.bad_config");
}

/* What is known stays readable; only a relink gets more. */
static void lose_and_relink(struct walk *walk)
{
    char *target = quoted("/links/%s/reset", walk->link);
    const struct reply *reply = CALL(walk->client, .method = "POST", .target = target);

    free(target);
    expect_part(reply, "", "{'state': 'error', 'error_code': 'auth_expired'}");
    expect_equal(look(walk, ""), "", reply->json);
    catch_up(walk);
    MUST(walk->copy.created == 0 && walk->copy.updated == 0);
    expect_link_error(send(walk, walk->link, "/products", "{'products': ['transactions']}"),
                      "link_error.bad_state", "auth_expired");

    pass_seconds(walk->client->id, MINUTE);
    reply = finish(walk, create_session(walk->client, "'existing_link_id': '%s'", walk->link));
    expect_part(reply, "", "{'link_id': '%s', 'exchangeable_token': null}", walk->link);
    expect_part(look(walk, ""), "", "{'state': 'connected', 'error_code': null}");
    catch_up(walk);
    MUST(walk->copy.created > 0);
}

/* A link of the same user that comes from elsewhere, and a batch that comes later. */
static const char *import(struct walk *walk)
{
    struct sync_copy copy = { 0 };
    const struct reply *reply =
        post(walk->client, "/links/import",
             "{'customer_user': {'id': '" USER "'}, 'institution_id': '%s', 'accounts':"
             " [{'account_id': 'a', 'name': 'Mine', 'type': 'checking', 'balances': {}}],"
             " 'transactions': [{'account_id': 'a', 'amount': '-1.20', 'date': '2020-02-29'}]}",
             walk->institution);

    expect_status(reply, 200);
    const char *link = text_at(reply, "link_id");
    sync_copy_catch_up(&copy, walk->client, link, SYNC_SIZE);
    MUST(copy.created == 1);
    reply = send(walk, link, "/import/transactions",
                 "{'transactions': [{'account_id': 'a', 'amount': '7', 'date': '2020-03-01'},"
                 " {'account_id': 'a', 'amount': '8', 'date': '2020-01-01'}]}");
    expect_status(reply, 200);
    expect_value(reply, "link_id", "'%s'", link);
    sync_copy_catch_up(&copy, walk->client, link, SYNC_SIZE);
    MUST(copy.created == 2 && copy.updated == 0);
    sync_copy_expect_same(&copy, walk->client, link, EVER);
    sync_copy_done(&copy);
    MUST(json_object_size(member(look_at_user(walk, "links"), "links")) == 2);
    return link;
}

static void forget(struct walk *walk, const char *left)
{
    struct client *client = walk->client;

    expect_status(delete_(client, "/links/%s", walk->link), 204);
    expect_part(look(walk, ""), "", "{'state': 'deleted'}");
    expect_error(
        get(client, "/links/%s/transactions/sync?cursor=%s", walk->link, walk->copy.cursor), 410,
        "link_error.deleted");
    expect_part(get(client, "/links"), "", "{'links': [{'link_id': '%s'}]}", left);
    const json_t *links = member(look_at_user(walk, "links"), "links");
    MUST(json_object_size(links) == 1 && json_object_get(links, left) != NULL);
}

void walk(struct client *client)
{
    struct walk walk = { .client = client };

    authorize(&walk);
    choose_bank(&walk);
    link_up(&walk);
    read_accounts(&walk);
    read_transactions(&walk);
    correct(&walk);
    read_investments(&walk);
    refresh(&walk);
    read_user(&walk);
    update(&walk);
    lose_and_relink(&walk);
    forget(&walk, import(&walk));
    sync_copy_done(&walk.copy);
}
