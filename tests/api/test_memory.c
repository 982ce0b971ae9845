/* SPDX-License-Identifier: MIT */
/*
 * jansson without memory: each of its allocations in turn fails, until the call succeeds. Every
 * failure answers 500 in the vendor's form, and leaves the world as it was. What leaks, the
 * sanitizer says.
 *
 * One exception is jansson's: its reader (2.14) takes some failed allocations for bad syntax, and
 * drops a character of a text whose buffer could not grow. Nobody above it can tell, so a body that
 * is read may then be refused with 422, or its token with 400, as if the client had sent it so. A
 * link session's token is still good with a character less in the parts that nobody reads.
 * Where that character is the closing quotation mark, the reader writes beyond its buffer: no body
 * here has a text of 14 characters, like "institution_id", before a longer one.
 */
#include "api/tests.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ALLOCATIONS_MAX = 1 << 16, LAST_ALLOCATIONS = 40 };

/* One thread holds no race to find: ThreadSanitizer sees one failure in many. */
#ifdef __SANITIZE_THREAD__
enum { STRIDE = 40 };
#else
enum { STRIDE = 1 };
#endif

/* A JSON body that jansson has misread, see above. */
static bool is_misread(const struct ask *ask, const struct reply *reply)
{
    static const char *const codes[] = { "api_error.request.validation_failed",
                                         "link_session_error.invalid_token_exchange",
                                         "link_session_error.forbidden_config",
                                         "sandbox_error.link_session_not_found", NULL };
    const char *code = json_string_value(json_object_get(reply->json, "error_code"));

    if (ask->body == NULL || ask->body[0] != '{')
        return false;
    return mk_term_find(codes, code) >= 0 ||
           (reply->status == 201 && strcmp(ask->target, "/sandbox/connect") == 0);
}

/* Repeats the call, from its n-th allocation on, until nothing fails in it; the reply of then. */
static const struct reply *press_on_from(struct client *client, const struct ask *ask, long n)
{
    long misread = 0;

    for (; n < ALLOCATIONS_MAX; n += STRIDE) {
        under_test.failing_allocation = n;
        const struct reply *reply = call(client, ask);
        if (!under_test.allocation_failed) {
            require(misread <= n / 2, "%ld of %ld failures were no 500", misread, n);
            return reply;
        }
        if (is_misread(ask, reply)) {
            if (reply->status != 201)
                expect_error(reply, reply->status, text_at(reply, "error_code"));
            misread++;
            continue;
        }
        require(reply->status == 500, "%s %s, allocation %ld: %u %s", ask->method, ask->target, n,
                reply->status, reply->body);
        expect_error(reply, 500, "api_error.internal");
    }
    ck_abort_msg("%s %s never succeeds", ask->method, ask->target);
}

static const struct reply *press_on(struct client *client, const struct ask *ask)
{
    return press_on_from(client, ask, 0);
}

static bool fails_at(struct client *client, const struct ask *ask, long n)
{
    under_test.failing_allocation = n;
    call(client, ask);
    return under_test.allocation_failed;
}

/* How many allocations a call makes that changes nothing. */
static long count_allocations(struct client *client, const struct ask *ask)
{
    long low = 0;
    long high = ALLOCATIONS_MAX;

    while (low < high) {
        long middle = (low + high) / 2;
        if (fails_at(client, ask, middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct reply *press_on_exchange(struct client *client, const char *token)
{
    char *body =
        quoted("{'exchangeable_token': '%s', 'unknown': {'a': [1, 2.5, null, 'b']}}", token);
    const struct reply *reply = press_on(
        client, &(const struct ask){
                    .method = "POST", .target = "/link-session/exchange-token", .body = body });

    free(body);
    return reply;
}

/* The token is still there after each failure: the first call that has its memory gets the link. */
START_TEST(memory__exchange)
{
    struct client *client = signed_in("alice");
    const char *token =
        text_at(connect_session(client, create_session(client, "'link_tags': ['a'], 'settings':"
                                                               " {'products': {'identity': {}}}")),
                "exchangeable_token");
    const struct reply *reply = press_on_exchange(client, token);

    expect_status(reply, 201);
    expect_link_object(member(reply, "link"));
    expect_status(press_on_exchange(client, EXAMPLE_TOKEN), 201);
    expect_error(press_on_exchange(client, EXAMPLE_TOKEN), 400,
                 "link_session_error.invalid_token_exchange");
    ck_assert_uint_eq(json_array_size(member(get(client, "/links"), "links")), 2);
}
END_TEST

START_TEST(memory__refused_exchanges)
{
    static const char *const bodies[] = { "{}",
                                          "[]",
                                          "nonsense",
                                          "",
                                          "{\"exchangeable_token\":5}",
                                          "{\"exchangeable_token\":\"\xff\"}" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(bodies); i++)
        expect_error(press_on(client, &(const struct ask){ .method = "POST",
                                                           .target = "/link-session/exchange-token",
                                                           .body = bodies[i] }),
                     422, "api_error.request.validation_failed");
}
END_TEST

#define FORM "Content-Type: application/x-www-form-urlencoded"
#define ALICE "client_id=alice&client_secret=secret-of-alice"

static const struct {
    struct ask ask;
    unsigned status;
} journey[] = {
    { { .method = "POST",
        .target = "/auth/token",
        .body = "scope=a&" ALICE,
        .headers = { FORM },
        .anonymous = true },
      201 },
    { { .method = "POST",
        .target = "/auth/token",
        .body = "client_id=%&scope=x",
        .headers = { FORM },
        .anonymous = true },
      422 },
    { { .method = "GET", .target = "/auth/introspect" }, 200 },
    { { .method = "GET", .target = "/auth/introspect", .anonymous = true }, 401 },
    { { .method = "GET", .target = "/institutions?limit=2&featured=true&name=a" }, 200 },
    { { .method = "GET", .target = "/institutions?limit=1001&featured=x" }, 422 },
    { { .method = "GET", .target = "/institutions/chase" }, 200 },
    { { .method = "GET", .target = "/links?limit=500" }, 200 },
    { { .method = "GET", .target = "/links?limit=5" }, 422 },
    { { .method = "GET", .target = "/links/" EXAMPLE_LINK }, 200 },
    { { .method = "GET", .target = "/links/x" }, 404 },
    { { .method = "PATCH",
        .target = "/links/" EXAMPLE_LINK,
        .body = "{\"link_tags\":[\"a\",\"b\"],\"webhook\":null}" },
      200 },
    { { .method = "PATCH", .target = "/links/" EXAMPLE_LINK, .body = "{\"link_tags\":[1]}" }, 422 },
    { { .method = "GET", .target = "/nothing" }, 404 },
    { { .method = "GET", .target = "/livez" }, 200 },
    { { .method = "GET", .target = "/links", .headers = { "moneykit-version: 1" } }, 422 },
    { { .method = "POST",
        .target = "/link-session",
        .body = "{\"customer_user\":{\"id\":\"user-1\"},\"redirect_uri\":\"http://localhost\","
                "\"link_tags\":[\"a\"],\"custom_sandbox_data\":{\"accounts\":[]}}" },
      201 },
    { { .method = "POST", .target = "/link-session", .body = "{\"link_tags\":[1]}" }, 422 },
    { { .method = "DELETE", .target = "/links/" EXAMPLE_LINK }, 204 },
    { { .method = "DELETE", .target = "/links/" EXAMPLE_LINK }, 410 },
};

START_TEST(memory__every_operation)
{
    struct client *client = signed_in("alice");

    exchange(client, EXAMPLE_TOKEN);
    for (size_t i = 0; i < MK_COUNT(journey); i++)
        expect_status(press_on(client, &journey[i].ask), journey[i].status);
}
END_TEST

/* --- The data of a link ----------------------------------------------------------------------- */

#define IMPORTED_ACCOUNT \
    "{'account_id': 'a', 'name': 'Mine', 'nickname': 'N', 'type': 'checking', 'mask': '1234'," \
    " 'balances': {'currency': 'USD', 'current': 1.5, 'balance_date': '2026-01-01T00:00:00'}}"
#define IMPORTED_ROW \
    "{'account_id': 'a', 'amount': '-1.50', 'date': '2026-01-01', 'description': 'Coffee'}"
#define EVENT "{'webhook_event': 'link.state_changed', 'webhook_idempotency_key': 'k'}"

/* What a call's target is put together from. */
struct place {
    char *link; /* of user_rich, with a webhook */
    char *account;
    char *transaction;
    char *imported;
};

/* {link} and so on stand for the ids. */
static const struct {
    const char *method;
    const char *target;
    const char *body; /* ' for " */
    unsigned status;
} data_calls[] = {
    { "GET", "/.well-known/jwks.json", NULL, 200 },
    { "GET", "/links/{link}/accounts", NULL, 200 },
    { "GET", "/links/{link}/accounts?account_ids={account}&account_ids[]=a,b", NULL, 200 },
    { "GET", "/links/{link}/accounts/{account}", NULL, 200 },
    { "GET", "/links/{link}/accounts/acc_x", NULL, 404 },
    { "GET", "/links/{link}/accounts/numbers", NULL, 200 },
    { "GET", "/links/{link}/identity", NULL, 200 },
    { "GET", "/links/{link}/transactions?size=5&page=2", NULL, 200 },
    { "GET", "/links/{link}/transactions?start_date=2026-01-02&end_date=2026-01-01", NULL, 422 },
    { "GET", "/links/{link}/transactions/sync?size=5", NULL, 200 },
    { "GET", "/links/{link}/transactions/sync?cursor=x", NULL, 422 },
    { "GET", "/links/{link}/investments/holdings", NULL, 200 },
    { "GET", "/links/{link}/investments/transactions?size=5", NULL, 200 },
    { "GET", "/users/user-1/links", NULL, 200 },
    { "GET", "/users/user-1/accounts", NULL, 200 },
    { "GET", "/users/user-1/transactions?size=5", NULL, 200 },
    { "POST", "/links/{link}/transactions/{transaction}/enrichment",
      "{'category': 'travel', 'subcategory': 'other_travel'}", 200 },
    { "POST", "/links/{link}/transactions/{transaction}/enrichment", "{'category': 'no'}", 422 },
    { "POST", "/links/{link}/products", "{'products': ['transactions', 'identity']}", 202 },
    { "POST", "/links/{link}/products", "{'products': ['no']}", 422 },
    { "POST", "/webhooks/test/link/{link}", EVENT, 200 },
    { "POST", "/links/import",
      "{'accounts': [" IMPORTED_ACCOUNT "], 'transactions': [" IMPORTED_ROW
      "], 'customer_user': {'id': 'user-1'}, 'institution_id': 'chase'}",
      200 },
    { "POST", "/links/import",
      "{'accounts': [" IMPORTED_ACCOUNT ", " IMPORTED_ACCOUNT
      "], 'transactions': [], 'customer_user': {'id': 'user-1'}, 'institution_id': 'no'}",
      422 },
    { "POST", "/links/{imported}/import/transactions", "{'transactions': [" IMPORTED_ROW "]}",
      200 },
    { "POST", "/links/{imported}/import/transactions", "{'transactions': [{}]}", 422 },
    { "POST", "/links/{link}/import/transactions", "{'transactions': []}", 403 },
    { "POST", "/links/{link}/reset", NULL, 200 },
    { "POST", "/links/{link}/products", "{'products': ['transactions']}", 422 },
};

static struct place open_place(struct client *client)
{
    struct place place = { .link = mk_copy(link_at(client, "moneykit-creds-bank", "user_rich",
                                                   "'webhook': 'http://localhost:1/hook'")) };
    const struct reply *rows = get(client, "/links/%s/transactions?size=1", place.link);
    const struct reply *imported =
        post(client, "/links/import",
             "{'customer_user': {'id': 'user-1'}, 'institution_id': 'chase', 'accounts':"
             " [" IMPORTED_ACCOUNT "], 'transactions': []}");

    place.account = mk_copy(text_at(rows, "accounts.0.account_id"));
    place.transaction = mk_copy(text_at(rows, "transactions.0.transaction_id"));
    place.imported = mk_copy(text_at(imported, "link_id"));
    return place;
}

static void close_place(struct place *place)
{
    free(place->link);
    free(place->account);
    free(place->transaction);
    free(place->imported);
}

/* The target with the ids in; the caller frees it. */
static char *filled_in(const char *target, const struct place *place)
{
    const struct {
        const char *name;
        const char *id;
    } ids[] = { { "{link}", place->link },
                { "{account}", place->account },
                { "{transaction}", place->transaction },
                { "{imported}", place->imported } };
    struct mk_text text = MK_TEXT(4096);

    while (*target != '\0') {
        size_t i = 0;
        while (i < MK_COUNT(ids) && strncmp(target, ids[i].name, strlen(ids[i].name)) != 0)
            i++;
        if (i == MK_COUNT(ids)) {
            mk_text_add_char(&text, *target++);
            continue;
        }
        mk_text_print(&text, "%s", ids[i].id);
        target += strlen(ids[i].name);
    }
    return mk_text_steal(&text);
}

static void press_on_data(struct client *client, const struct place *place, size_t row)
{
    char *target = filled_in(data_calls[row].target, place);
    char *body = data_calls[row].body != NULL ? quoted("%s", data_calls[row].body) : NULL;

    expect_status(press_on(client, &(const struct ask){ .method = data_calls[row].method,
                                                        .target = target,
                                                        .body = body }),
                  data_calls[row].status);
    free(target);
    free(body);
}

START_TEST(memory__data)
{
    struct client *client = signed_in("alice");
    struct place place = open_place(client);

    for (size_t i = 0; i < MK_COUNT(data_calls); i++)
        press_on_data(client, &place, i);
    /* The link, the imported one, and the one that the table imports. */
    ck_assert_uint_eq(json_array_size(member(get(client, "/links"), "links")), 3);
    expect_value(get(client, "/links/%s/transactions?start_date=1900-01-01", place.imported),
                 "total", "1");
    close_place(&place);
}
END_TEST

/* --- What is left ----------------------------------------------------------------------------- */

/* A page that is not the last one has its cursor or is none. */
START_TEST(memory__cursors)
{
    struct client *client = signed_in("alice");

    for (int i = 0; i < 501; i++)
        connected_link(client, NONE);
    const struct ask ask = { .method = "GET", .target = "/links?limit=500" };
    const struct reply *reply =
        press_on_from(client, &ask, count_allocations(client, &ask) - LAST_ALLOCATIONS);
    expect_status(reply, 200);
    ck_assert_str_ne(text_at(reply, "next_cursor"), "");
}
END_TEST

/* A finished session answers the same in the end, however often its reply was lost. */
START_TEST(memory__connect)
{
    struct client *client = signed_in("alice");
    char *body = quoted("{'link_session_token': '%s', 'accounts': ['credit card']}",
                        create_session(client, NONE));
    const struct reply *reply = press_on(
        client,
        &(const struct ask){ .method = "POST", .target = "/sandbox/connect", .body = body });

    expect_status(reply, 201);
    expect_status(exchange(client, text_at(reply, "exchangeable_token")), 201);
    ck_assert_uint_eq(json_array_size(member(get(client, "/links"), "links")), 1);
    free(body);
    body = quoted("{'link_session_token': '%s', 'accounts': ['no']}", create_session(client, NONE));
    expect_status(press_on(client, &(const struct ask){ .method = "POST",
                                                        .target = "/sandbox/connect",
                                                        .body = body }),
                  422);
    free(body);
}
END_TEST

void memory_tests(TCase *tcase)
{
    tcase_add_test(tcase, memory__exchange);
    tcase_add_test(tcase, memory__refused_exchanges);
    tcase_add_test(tcase, memory__every_operation);
    tcase_add_test(tcase, memory__data);
    tcase_add_test(tcase, memory__cursors);
    tcase_add_test(tcase, memory__connect);
}
