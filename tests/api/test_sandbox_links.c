/* SPDX-License-Identifier: MIT */
/* PATCH /sandbox/links/{id}: what every call answers in every state that it puts a link into. */
#include "api/tests.h"

#include "base/memory.h"
#include "core/terms.h"

#include <string.h>

#define BAD_STATE "link_error.bad_state"
#define DELETED "link_error.deleted"

static const struct reply *put(struct client *client, const char *id, const char *body)
{
    char *target = quoted("/sandbox/links/%s", id);
    const struct reply *reply = patch(client, target, "%s", body);

    free(target);
    return reply;
}

static char *new_link(struct client *client)
{
    return mk_copy(text_at(connected_link(client, NONE), "link_id"));
}

static const struct reply *refresh(struct client *client, const char *id, const char *product)
{
    char *target = quoted("/links/%s/products", id);
    const struct reply *reply = post(client, target, "{'products': ['%s']}", product);

    free(target);
    return reply;
}

/* --- All states, all calls -------------------------------------------------------------------- */

static const char *const reads[] = {
    "",
    "/accounts",
    "/accounts/numbers",
    "/identity",
    "/transactions",
    "/transactions/sync",
    "/investments/holdings",
    "/investments/transactions",
};

struct stand {
    const char *body;  /* of the call that puts it there */
    const char *state; /* that its reply shows */
    unsigned reads;    /* status of all reads but that of the link */
    const char *error_code;
    const char *link_error_code;
    bool is_listed;
};

/* clang-format off */
static const struct stand stands[] = {
    { "{'state': 'connected'}", "connected", 200, NULL, NULL, true },
    { "{'state': 'error'}", "error", 200, BAD_STATE, "auth_expired", true },
    { "{'state': 'connecting'}", "connecting", 422, BAD_STATE, "connecting", false },
    { "{'state': 'awaiting_token_exchange'}", "awaiting_token_exchange", 422, BAD_STATE,
      "awaiting_token_exchange", false },
    { "{'state': 'deleted'}", "deleted", 410, DELETED, NULL, false },
};
/* clang-format on */

static void expect_refusal(const struct reply *reply, const struct stand *stand)
{
    if (stand->link_error_code != NULL)
        expect_link_error(reply, stand->error_code, stand->link_error_code);
    else
        expect_error(reply, 410, stand->error_code);
}

static void check_reads(struct client *client, const char *id, const struct stand *stand)
{
    bool is_gone = stand->reads == 410;

    for (size_t i = 0; i < MK_COUNT(reads); i++) {
        const struct reply *reply = get(client, "/links/%s%s", id, reads[i]);
        if (stand->reads == 200 || (is_gone && i == 0))
            expect_status(reply, 200);
        else
            expect_refusal(reply, stand);
    }
}

static void check_writes(struct client *client, const char *id, const struct stand *stand)
{
    if (stand->error_code == NULL)
        expect_status(refresh(client, id, "accounts"), 202);
    else
        expect_refusal(refresh(client, id, "accounts"), stand);
    if (stand->reads == 200)
        expect_status(patch(client, link_target(id), "{'link_tags': ['x']}"), 200);
    else
        expect_refusal(patch(client, link_target(id), "{'link_tags': ['x']}"), stand);
}

static void check_lists(struct client *client, const char *id, const struct stand *stand)
{
    const struct reply *list = get(client, "/links");
    const struct reply *of_user = get(client, "/users/user-1/links");

    ck_assert_uint_eq(json_array_size(member(list, "links")), stand->is_listed);
    ck_assert((json_object_get(member(of_user, "links"), id) != NULL) == stand->is_listed);
    expect_status(get(client, "/users/user-1/transactions"), 200);
}

START_TEST(states__all_calls)
{
    for (size_t i = 0; i < MK_COUNT(stands); i++) {
        struct client *client = signed_in(stands[i].state);
        char *id = new_link(client);
        const struct reply *reply = put(client, id, stands[i].body);
        expect_status(reply, 200);
        expect_link_object(reply->json);
        expect_value(reply, "state", "'%s'", stands[i].state);
        check_reads(client, id, &stands[i]);
        check_writes(client, id, &stands[i]);
        check_lists(client, id, &stands[i]);
        free(id);
    }
}
END_TEST

/* And back: the link is as if it had never been away. */
START_TEST(states__and_back)
{
    struct client *client = signed_in("alice");
    char *id = new_link(client);
    const char *before = get(client, "/links/%s/transactions", id)->body;

    for (size_t i = 1; i < MK_COUNT(stands) - 1; i++) {
        expect_status(put(client, id, stands[i].body), 200);
        const struct reply *reply = put(client, id, "{'state': 'connected'}");
        expect_part(reply, "", "{'state': 'connected', 'error_code': null}");
        ck_assert_str_eq(get(client, "/links/%s/transactions", id)->body, before);
        check_lists(client, id, &stands[0]);
    }
    free(id);
}
END_TEST

START_TEST(states__deleted_is_as_deleted)
{
    struct client *client = signed_in("alice");
    char *id = new_link(client);
    char *other = new_link(client);

    expect_status(put(client, id, "{'state': 'deleted'}"), 200);
    expect_status(delete_(client, "/links/%s", other), 204);
    expect_error(delete_(client, "/links/%s", id), 410, DELETED);
    expect_part(put(client, other, "{'state': 'error', 'error_code': 'user_error'}"), "",
                "{'state': 'error', 'error_code': 'user_error'}");
    expect_status(get(client, "/links/%s/accounts", other), 200);
    free(other);
    free(id);
}
END_TEST

START_TEST(errors__every_code)
{
    struct client *client = signed_in("alice");
    char *id = new_link(client);

    for (size_t i = 0; mk_link_error_names[i] != NULL; i++) {
        char *body = quoted("{'state': 'error', 'error_code': '%s'}", mk_link_error_names[i]);
        const struct reply *reply = put(client, id, body);
        expect_part(reply, "", "{'state': 'error', 'error_code': '%s'}", mk_link_error_names[i]);
        ck_assert_str_eq(get(client, "/links/%s", id)->body, reply->body);
        expect_link_error(refresh(client, id, "transactions"), BAD_STATE, mk_link_error_names[i]);
        expect_status(get(client, "/links/%s/transactions", id), 200);
        free(body);
    }
    free(id);
}
END_TEST

/* --- Links that were not exchanged ------------------------------------------------------------ */

static const struct reply *pending_link(struct client *client)
{
    return connect_session(client, create_session(client, NONE));
}

START_TEST(pending__keeps_its_token)
{
    struct client *client = signed_in("alice");
    const struct reply *made = pending_link(client);
    const char *id = text_at(made, "link_id");
    const char *token = text_at(made, "exchangeable_token");

    expect_value(put(client, id, "{'state': 'connecting'}"), "state", "'connecting'");
    expect_link_error(get(client, "/links/%s", id), BAD_STATE, "connecting");
    expect_error(
        post(client, "/link-session/exchange-token", "{'exchangeable_token': '%s'}", token), 400,
        "link_session_error.invalid_token_exchange");
    expect_status(put(client, id, "{'state': 'awaiting_token_exchange'}"), 200);
    expect_value(exchange(client, token), "link_id", "'%s'", id);
}
END_TEST

START_TEST(pending__exchanged_by_the_call)
{
    struct client *client = signed_in("alice");
    const struct reply *made = pending_link(client);
    const char *id = text_at(made, "link_id");

    expect_part(put(client, id, "{'state': 'error', 'error_code': 'no_accounts'}"), "",
                "{'state': 'error', 'error_code': 'no_accounts'}");
    expect_status(get(client, "/links/%s/accounts", id), 200);
    expect_error(post(client, "/link-session/exchange-token", "{'exchangeable_token': '%s'}",
                      text_at(made, "exchangeable_token")),
                 400, "link_session_error.invalid_token_exchange");
}
END_TEST

START_TEST(pending__example)
{
    struct client *client = signed_in("alice");

    expect_error(put(client, EXAMPLE_LINK, "{'state': 'error'}"), 404, "link_error.not_found");
    exchange(client, EXAMPLE_TOKEN);
    expect_status(put(client, EXAMPLE_LINK, "{'state': 'awaiting_token_exchange'}"), 200);
    expect_link_error(get(client, "/links/%s", EXAMPLE_LINK), BAD_STATE, "awaiting_token_exchange");
    expect_status(put(client, EXAMPLE_LINK, "{'state': 'connected'}"), 200);
    expect_value(get(client, "/links/%s", EXAMPLE_LINK), "last_synced_at", "'2023-02-16T09:14:11'");
}
END_TEST

/* --- Products --------------------------------------------------------------------------------- */

START_TEST(products__states)
{
    restart_sandbox("--deterministic", NULL);
    struct client *client = signed_in("alice");
    char *id = new_link(client);

    expect_part(put(client, id, "{'products': {'identity': {'error_code': 'timeout'}}}"),
                "products.identity",
                "{'error_code': 'timeout', 'refreshed_at': '2026-01-01T00:00:00',"
                " 'last_attempted_at': '2026-01-01T00:00:00'}");
    pass_seconds("alice", 60);
    expect_part(put(client, id, "{'products': {'identity': {'state': 'in_progress'}}}"),
                "products.identity",
                "{'error_code': 'timeout', 'last_attempted_at': '2026-01-01T00:01:00'}");
    expect_status(refresh(client, id, "identity"), 202);
    pass_seconds("alice", 60);
    expect_part(get(client, "/links/%s", id), "products.identity",
                "{'error_code': 'timeout', 'last_attempted_at': '2026-01-01T00:01:00'}");
    expect_part(put(client, id, "{'products': {'identity': {'state': 'completed'}}}"),
                "products.identity",
                "{'error_code': null, 'error_message': null,"
                " 'refreshed_at': '2026-01-01T00:02:00'}");
    free(id);
}
END_TEST

START_TEST(products__every_error)
{
    struct client *client = signed_in("alice");
    char *id = new_link(client);

    for (size_t i = 0; mk_product_error_names[i] != NULL; i++) {
        char *body = quoted("{'products': {'accounts': {'state': 'failed', 'error_code': '%s'}}}",
                            mk_product_error_names[i]);
        const struct reply *reply = put(client, id, body);
        expect_value(reply, "products.accounts.error_code", "'%s'", mk_product_error_names[i]);
        ck_assert(json_is_string(member(reply, "products.accounts.error_message")));
        free(body);
    }
    free(id);
}
END_TEST

/* --- What can't be ---------------------------------------------------------------------------- */

struct refusal {
    const char *body;
    const char *issues;
};

#define UNKNOWN " unknown_value\n"

/* clang-format off */
static const struct refusal refusals[] = {
    { "{'state': 'gone'}", "['body','state'] enum\n" },
    { "{'state': 'error', 'error_code': 'timeout'}", "['body','error_code'] enum\n" },
    { "{'state': 'connected', 'error_code': 'user_error'}", "['body','error_code']" UNKNOWN },
    { "{'error_code': 'user_error'}", "['body','error_code']" UNKNOWN },
    { "{'products': {'accounts': {'state': 'done'}}}",
      "['body','products','accounts','state'] enum\n" },
    { "{'products': {'accounts': {'error_code': 'no_accounts', 'state': 'completed'},"
      " 'investments': {'state': 'failed'}}}",
      "['body','products','accounts','error_code']" UNKNOWN
      "['body','products','investments']" UNKNOWN },
    { "{'state': 'error', 'products': {'accounts': {'state': 'completed'}}}",
      "['body','products','accounts','state']" UNKNOWN },
    { "{'state': 'connecting', 'products': {'accounts': {'error_code': 'timeout'}}}",
      "['body','products','accounts','state']" UNKNOWN },
    { "{'state': 'deleted', 'products': {'accounts': {'state': 'in_progress'}}}",
      "['body','products','accounts','state']" UNKNOWN },
};
/* clang-format on */

START_TEST(refused__wishes)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(
        connected_link(client, "'settings': {'products': {'transactions': {}}}"), "link_id");
    const char *before = get(client, "/links/%s", id)->body;

    for (size_t i = 0; i < MK_COUNT(refusals); i++) {
        expect_issues(put(client, id, refusals[i].body), refusals[i].issues);
        ck_assert_str_eq(get(client, "/links/%s", id)->body, before);
    }
    ck_assert_str_eq(put(client, id, "{}")->body, before);
    ck_assert_str_eq(put(client, id, "{'state': null, 'error_code': null, 'products': null}")->body,
                     before);
    expect_error(put(client, "mk_2222222222222222222222", "{'state': 'error'}"), 404,
                 "link_error.not_found");
}
END_TEST

void sandbox_links_tests(TCase *tcase)
{
    tcase_add_test(tcase, states__all_calls);
    tcase_add_test(tcase, states__and_back);
    tcase_add_test(tcase, states__deleted_is_as_deleted);
    tcase_add_test(tcase, errors__every_code);
    tcase_add_test(tcase, pending__keeps_its_token);
    tcase_add_test(tcase, pending__exchanged_by_the_call);
    tcase_add_test(tcase, pending__example);
    tcase_add_test(tcase, products__states);
    tcase_add_test(tcase, products__every_error);
    tcase_add_test(tcase, refused__wishes);
}
