/* SPDX-License-Identifier: MIT */
/* POST /sandbox/connect: every persona and choice, and who may call it. Relinks: test_relink.c. */
#include "api/tests.h"

#include "base/memory.h"
#include "core/personas.h"

#include <string.h>

#define CONNECT "/sandbox/connect"
#define FAILED "sandbox_error.connect_failed"

/* Finishes a session with these further members of the body. */
static const struct reply *finish(struct client *client, const char *session, const char *more)
{
    return post(client, CONNECT, "{'link_session_token': '%s'%s%s}", session,
                more[0] != '\0' ? ", " : "", more);
}

static const struct reply *finish_new(struct client *client, const char *session_members,
                                      const char *more)
{
    return finish(client, create_session(client, "%s", session_members), more);
}

START_TEST(connect__defaults)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = finish_new(client, "", "");

    expect_status(reply, 201);
    ck_assert_uint_eq(json_object_size(reply->json), 3);
    ck_assert(is_uuid(text_at(reply, "exchangeable_token")));
    ck_assert(is_short_id(text_at(reply, "link_id"), "mk_"));
    expect_part(reply, "institution",
                "{'institution_id': 'moneykit-creds-bank', 'name': 'Credentials Bank'}");
    const struct reply *exchanged = exchange(client, text_at(reply, "exchangeable_token"));
    ck_assert_str_eq(text_at(exchanged, "link_id"), text_at(reply, "link_id"));
}
END_TEST

START_TEST(connect__nulls_are_defaults)
{
    struct client *client = signed_in("alice");

    expect_status(finish_new(client, "",
                             "'institution_id': null, 'username': null, 'password': null,"
                             " 'mfa': null, 'accounts': null, 'products': null"),
                  201);
}
END_TEST

static bool can_link(const struct mk_persona *persona)
{
    return persona->error == MK_LINK_ERROR_NONE && !persona->is_custom;
}

static void try_persona(struct client *client, const struct mk_persona *persona)
{
    char *members = quoted("'username': '%s', 'password': 'pass_good'", persona->username);
    char *answered = quoted("%s, 'mfa': '1234'", members);
    char *wrong = quoted("%s, 'mfa': '0000'", members);
    char *bad_password = quoted("'username': '%s', 'password': 'pass_bad'", persona->username);

    if (persona->error != MK_LINK_ERROR_NONE)
        expect_link_error(finish_new(client, "", members), FAILED,
                          mk_link_error_names[persona->error]);
    else if (persona->challenge != MK_ASKS_NOTHING) {
        expect_link_error(finish_new(client, "", members), FAILED, "incomplete");
        expect_link_error(finish_new(client, "", wrong), FAILED, "user_input_incorrect");
    }
    if (can_link(persona))
        expect_status(finish_new(client, "", answered), 201);
    expect_link_error(finish_new(client, "", bad_password), FAILED, "invalid_credentials");
    free(members);
    free(answered);
    free(wrong);
    free(bad_password);
}

START_TEST(connect__every_persona)
{
    const struct mk_personas *personas = under_test.service->bank->personas;
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < mk_persona_count(personas); i++)
        try_persona(client, mk_persona_at(personas, i));
}
END_TEST

/* The documentation's list, which the table of personas has to cover. */
START_TEST(connect__every_link_error)
{
    static const char *const names[] = {
        "user_system_error",    "user_provider_error",      "user_institution_error",
        "user_error",           "user_auth_expired",        "user_no_accounts",
        "user_setup_required",  "user_invalid_credentials", "user_oauth_denied",
        "user_input_incorrect", "user_incomplete",
    };
    struct client *client = signed_in("alice");

    ck_assert_uint_eq(MK_COUNT(names), MK_LINK_ERROR_COUNT);
    for (size_t i = 0; i < MK_COUNT(names); i++) {
        const char *code = mk_link_error_names[i];
        char *members = quoted("'username': '%s'", names[i]);
        ck_assert_ptr_nonnull(strstr(names[i], code));
        expect_link_error(finish_new(client, "", members), FAILED, code);
        free(members);
    }
}
END_TEST

START_TEST(connect__strangers)
{
    static const char *const members[] = {
        "'username': 'nobody'",
        "'username': ''",
        "'username': 'USER_GOOD'",
        "'username': 'user_good', 'password': ''",
        "'username': 'user_good', 'password': 'PASS_GOOD'",
        "'username': 'user_user_error'",
    };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(members); i++)
        expect_link_error(finish_new(client, "", members[i]), FAILED, "invalid_credentials");
}
END_TEST

/* A failed try leaves the session as it was. */
START_TEST(connect__again_after_a_failure)
{
    struct client *client = signed_in("alice");
    const char *session = create_session(client, NONE);

    expect_link_error(finish(client, session, "'password': 'no'"), FAILED, "invalid_credentials");
    expect_issues(finish(client, session, "'accounts': ['no']"),
                  "['body','accounts',0] unknown_value\n");
    expect_issues(finish(client, session, "'institution_id': 'no'"),
                  "['body','institution_id'] unknown_value\n");
    expect_status(finish(client, session, ""), 201);
}
END_TEST

#define CUSTOM \
    "'custom_sandbox_data': {'accounts': [" \
    "{'account_type': 'depository.checking', 'name': 'Mine', 'account_number': '1'}," \
    "{'account_type': 'liability.credit_card', 'name': 'Yours', 'account_number': '2'}]}"

START_TEST(connect__user_custom)
{
    struct client *client = signed_in("alice");

    expect_status(finish_new(client, CUSTOM, "'username': 'user_custom'"), 201);
    expect_status(finish_new(client, CUSTOM, "'username': 'user_custom', 'accounts': ['Yours']"),
                  201);
    expect_issues(finish_new(client, CUSTOM,
                             "'username': 'user_custom', 'accounts': ['Mine', 'credit card']"),
                  "['body','accounts',1] unknown_value\n");
    expect_link_error(finish_new(client, "", "'username': 'user_custom'"), FAILED, "no_accounts");
    expect_link_error(
        finish_new(client, "'custom_sandbox_data': {'accounts': []}", "'username': 'user_custom'"),
        FAILED, "no_accounts");
    expect_link_error(finish_new(client, CUSTOM,
                                 "'username': 'user_custom',"
                                 " 'institution_id': 'moneykit-oauth-bank'"),
                      FAILED, "invalid_credentials");
}
END_TEST

/* Instant Bank asks for nothing. */
START_TEST(connect__instant_bank)
{
    expect_status(finish_new(signed_in("alice"), "'institution_id': 'moneykit-instant-bank'",
                             "'username': 'user_error', 'password': 'x'"),
                  201);
}
END_TEST

static const struct {
    const char *session;
    const char *more;
    const char *issues; /* NULL: fine */
} institutions[] = {
    { "", "'institution_id': 'chase'", NULL },
    { "", "'institution_id': 'ins_56'", NULL },
    { "", "'institution_id': 'nobody'", "['body','institution_id'] unknown_value\n" },
    { "", "'institution_id': 'barclays'", "['body','institution_id'] unknown_value\n" },
    { "'settings': {'countries': ['GB']}", "'institution_id': 'barclays'", NULL },
    { "'settings': {'countries': ['GB']}", "", "['body','institution_id'] unknown_value\n" },
    { "'settings': {'providers': ['mx']}", "'institution_id': 'chase'", NULL },
    { "'settings': {'providers': ['plaid', 'akoya']}", "'institution_id': 'chase'",
      "['body','institution_id'] unknown_value\n" },
    { "'settings': {'products': {'account_numbers': {'required': true}}}",
      "'institution_id': 'american_express'", "['body','institution_id'] unknown_value\n" },
    { "'settings': {'products': {'account_numbers': {}}}", "'institution_id': 'american_express'",
      NULL },
    { "'institution_id': 'chase'", "'institution_id': 'chase'", NULL },
    { "'institution_id': 'chase'", "'institution_id': 'mx.chase'", NULL },
    { "'institution_id': 'chase'", "'institution_id': 'citibank'",
      "['body','institution_id'] unknown_value\n" },
};

START_TEST(connect__institutions)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        const struct reply *reply =
            finish_new(client, institutions[i].session, institutions[i].more);
        if (institutions[i].issues != NULL)
            expect_issues(reply, institutions[i].issues);
        else
            expect_status(reply, 201);
    }
}
END_TEST

START_TEST(connect__accounts)
{
    static const char *const only_depository =
        "'connect_features': {'permit_only_depository_accounts': true}";
    struct client *client = signed_in("alice");

    expect_status(finish_new(client, "", "'accounts': ['credit card']"), 201);
    expect_status(finish_new(client, "",
                             "'accounts': ['savings account', 'checking account', 'credit card']"),
                  201);
    expect_issues(finish_new(client, "", "'accounts': ['savings account', 'Checking account', '']"),
                  "['body','accounts',1] unknown_value\n['body','accounts',2] unknown_value\n");
    expect_link_error(finish_new(client, "", "'accounts': []"), FAILED, "no_accounts");
    expect_link_error(finish_new(client, only_depository, "'accounts': ['credit card']"), FAILED,
                      "no_accounts");
    expect_status(finish_new(client, only_depository,
                             "'accounts': ['credit card',"
                             " 'savings account']"),
                  201);
    expect_status(finish_new(client, "'connect_features': {'permit_only_one_account': true}", ""),
                  201);
}
END_TEST

static const struct {
    const char *session; /* settings.products */
    const char *products;
    const char *granted; /* as a list, NULL when it fails */
    const char *issues;
} product_choices[] = {
    { "{'identity': {}}", "[]", "['accounts']", NULL },
    { "{'identity': {}}", "['identity']", "['accounts', 'identity']", NULL },
    { "{'identity': {}}", "['accounts', 'identity', 'identity']", "['accounts', 'identity']",
      NULL },
    { "{'identity': {}}", "['transactions']", NULL, "['body','products',0] unknown_value\n" },
    { "{'identity': {}}", "['enrichment', 'loans']", NULL, "['body','products',1] enum\n" },
    { "{'identity': {'required': true}}", "[]", NULL, "['body','products'] needed\n" },
    { "{'identity': {'require_permission': true}}", "['accounts']", NULL,
      "['body','products'] needed\n" },
    { "{'identity': {'required': true}, 'transactions': {}}", "['identity']",
      "['accounts', 'identity']", NULL },
    { "{'identity': {'required': true}, 'transactions': {'required': true}}", "['investments']",
      NULL,
      "['body','products'] needed\n['body','products'] needed\n"
      "['body','products',0] unknown_value\n" },
};

static void expect_granted(const struct reply *exchanged, const char *granted)
{
    char *text = quoted("%s", granted);
    json_t *names = json_loads(text, 0, NULL);
    size_t index;
    const json_t *name;

    ck_assert_uint_eq(json_object_size(member(exchanged, "link.products")), json_array_size(names));
    json_array_foreach(names, index, name)
        ck_assert_ptr_nonnull(
            json_object_get(member(exchanged, "link.products"), json_string_value(name)));
    json_decref(names);
    free(text);
}

START_TEST(connect__products)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(product_choices); i++) {
        char *session = quoted("'settings': {'products': %s}", product_choices[i].session);
        char *more = quoted("'products': %s", product_choices[i].products);
        const struct reply *reply = finish_new(client, session, more);
        if (product_choices[i].issues != NULL)
            expect_issues(reply, product_choices[i].issues);
        else
            expect_granted(exchange(client, text_at(reply, "exchangeable_token")),
                           product_choices[i].granted);
        free(session);
        free(more);
    }
}
END_TEST

START_TEST(connect__bad_bodies)
{
    struct client *client = signed_in("alice");

    expect_issues(post(client, CONNECT, "{}"), "['body','link_session_token'] missing\n");
    expect_issues(post(client, CONNECT, "[]"), "['body'] object_type\n");
    expect_issues(post(client, CONNECT,
                       "{'link_session_token': null, 'institution_id': 1, 'username': {},"
                       " 'password': [], 'mfa': 1234, 'accounts': 'all', 'products': ['x', null]}"),
                  "['body','link_session_token'] not_null\n"
                  "['body','institution_id'] string_type\n"
                  "['body','username'] string_type\n"
                  "['body','password'] string_type\n"
                  "['body','mfa'] string_type\n"
                  "['body','accounts'] list_type\n"
                  "['body','products',0] enum\n"
                  "['body','products',1] not_null\n");
}
END_TEST

/* The session's token with one character of its last part, counted from the end, changed. */
static char *forged(const char *session, size_t from_end)
{
    char *token = mk_copy(session);
    char *at = token + strlen(token) - from_end;

    *at = *at == 'A' ? 'B' : 'A';
    return token;
}

/* Id and secret are both checked. */
START_TEST(connect__forged_sessions)
{
    static const size_t places[] = { 2, 20, 30, 40 };
    struct client *client = signed_in("alice");
    const char *session = create_session(client, NONE);

    for (size_t i = 0; i < MK_COUNT(places); i++) {
        char *token = forged(session, places[i]);
        expect_error(finish(client, token, ""), 404, "sandbox_error.link_session_not_found");
        free(token);
    }
    connect_session(client, session);
}
END_TEST

START_TEST(connect__unknown_sessions)
{
    static const char *const tokens[] = { "",   "x",           "a.b.c",
                                          "..", EXAMPLE_TOKEN, "eyJ0eXAiOiJKV1QifQ.e30.AAAA" };
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *session = create_session(alice, NONE);
    char *cut = quoted("%.*s", (int)strlen(session) - 1, session);
    char *longer = quoted("%sA", session);

    for (size_t i = 0; i < MK_COUNT(tokens); i++)
        expect_error(finish(alice, tokens[i], ""), 404, "sandbox_error.link_session_not_found");
    expect_error(finish(alice, cut, ""), 404, "sandbox_error.link_session_not_found");
    expect_error(finish(alice, longer, ""), 404, "sandbox_error.link_session_not_found");
    expect_error(finish(bob, session, ""), 404, "sandbox_error.link_session_not_found");
    pass_seconds("alice", 30 * 60);
    expect_error(finish(alice, session, ""), 404, "sandbox_error.link_session_not_found");
    free(cut);
    free(longer);
}
END_TEST

/* The same token again, whatever is chosen then, until it is exchanged. */
START_TEST(connect__repeated)
{
    struct client *client = signed_in("alice");
    const char *session = create_session(client, NONE);
    const struct reply *first = finish(client, session, "");
    const struct reply *second = finish(client, session, "");
    const struct reply *third = finish(client, session, "'username': 'user_error'");

    expect_status(third, 201);
    ck_assert_str_eq(first->body, second->body);
    ck_assert_str_eq(first->body, third->body);
    exchange(client, text_at(first, "exchangeable_token"));
    expect_error(finish(client, session, ""), 404, "sandbox_error.link_session_not_found");
}
END_TEST

void sandbox_connect_tests(TCase *tcase)
{
    tcase_add_test(tcase, connect__defaults);
    tcase_add_test(tcase, connect__nulls_are_defaults);
    tcase_add_test(tcase, connect__every_persona);
    tcase_add_test(tcase, connect__every_link_error);
    tcase_add_test(tcase, connect__strangers);
    tcase_add_test(tcase, connect__again_after_a_failure);
    tcase_add_test(tcase, connect__user_custom);
    tcase_add_test(tcase, connect__instant_bank);
    tcase_add_test(tcase, connect__institutions);
    tcase_add_test(tcase, connect__accounts);
    tcase_add_test(tcase, connect__products);
    tcase_add_test(tcase, connect__bad_bodies);
    tcase_add_test(tcase, connect__forged_sessions);
    tcase_add_test(tcase, connect__unknown_sessions);
    tcase_add_test(tcase, connect__repeated);
}
