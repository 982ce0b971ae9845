/* SPDX-License-Identifier: MIT */
/* AccessToken: POST /auth/token and GET /auth/introspect. */
#include "api/tests.h"

#include "base/memory.h"
#include "core/bearers.h"

#include <string.h>

#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded"

/* base64 of "alice:secret-of-alice", ":", "alice:other" and "other:secret-of-alice" */
#define ALICE_BASIC "Authorization: Basic YWxpY2U6c2VjcmV0LW9mLWFsaWNl"
#define EMPTY_BASIC "Authorization: Basic Og=="
#define OTHER_SECRET_BASIC "Authorization: Basic YWxpY2U6b3RoZXI="
#define OTHER_ID_BASIC "Authorization: Basic b3RoZXI6c2VjcmV0LW9mLWFsaWNl"

#define ALICE_FORM "client_id=alice&client_secret=secret-of-alice"

struct token_case {
    const char *form; /* NULL: no body */
    const char *basic;
    unsigned status;
    const char *error_code;
};

static const struct reply *ask_token(struct client *client, const char *form, const char *header)
{
    return CALL(client, .method = "POST", .target = "/auth/token", .body = form, .anonymous = true,
                .headers = { FORM_TYPE, header });
}

static void expect_token(const struct reply *reply)
{
    expect_status(reply, 201);
    ck_assert_uint_eq(json_object_size(reply->json), 3);
    ck_assert_uint_gt(strlen(text_at(reply, "access_token")), 20);
    expect_value(reply, "token_type", "'bearer'");
    ck_assert(json_is_integer(member(reply, "expires_in")));
    expect_value(reply, "expires_in", "3600");
}

static const struct token_case good_cases[] = {
    { .form = "grant_type=client_credentials&" ALICE_FORM },
    { .form = ALICE_FORM },
    { .form = "grant_type=client_credentials&scope=&" ALICE_FORM },
    { .form = "client_secret=secret-of-alice&nonsense=1&client_id=alice" },
    { .form = "client_id=%61lice&client_secret=secret%2Dof%2dalice" },
    { .form = "grant_type=client_credentials", .basic = ALICE_BASIC },
    { .form = "", .basic = ALICE_BASIC },
    { .form = NULL, .basic = ALICE_BASIC },
    { .form = ALICE_FORM, .basic = ALICE_BASIC },
    { .form = ALICE_FORM, .basic = EMPTY_BASIC },
    { .form = "client_id=&client_secret=", .basic = ALICE_BASIC },
    { .form = ALICE_FORM, .basic = "Authorization: bAsIc  YWxpY2U6c2VjcmV0LW9mLWFsaWNl" },
};

START_TEST(token__form_and_basic)
{
    struct client *client = client_new("alice");

    for (size_t i = 0; i < MK_COUNT(good_cases); i++)
        expect_token(ask_token(client, good_cases[i].form, good_cases[i].basic));
}
END_TEST

#define BAD_GRANT .status = 400, .error_code = "api_error.auth.unauthorized"
#define REFUSED .status = 401, .error_code = "api_error.auth.unauthorized"

static const struct token_case bad_cases[] = {
    { .form = "grant_type=password&" ALICE_FORM, BAD_GRANT },
    { .form = "grant_type=refresh_token&" ALICE_FORM, BAD_GRANT },
    { .form = "grant_type=&" ALICE_FORM, BAD_GRANT },
    { .form = "grant_type=CLIENT_CREDENTIALS&" ALICE_FORM, BAD_GRANT },
    { .form = ALICE_FORM, .basic = OTHER_SECRET_BASIC, BAD_GRANT },
    { .form = ALICE_FORM, .basic = OTHER_ID_BASIC, BAD_GRANT },
    { .form = "client_id=alice&client_secret=wrong", REFUSED },
    { .form = NULL, .basic = OTHER_SECRET_BASIC, REFUSED },
    { .form = NULL, REFUSED },
    { .form = "", REFUSED },
    { .form = "grant_type=client_credentials", REFUSED },
    { .form = "grant_type=client_credentials", .basic = EMPTY_BASIC, REFUSED },
    { .form = "client_id=alice", REFUSED },
    { .form = "client_secret=secret-of-alice", REFUSED },
    { .form = "client_id=&client_secret=", REFUSED },
    { .form = ALICE_FORM, .basic = "Authorization: Bearer abc", REFUSED },
    { .form = ALICE_FORM, .basic = "Authorization: Basic", REFUSED },
    { .form = ALICE_FORM, .basic = "Authorization: Basic %%%", REFUSED },
    { .form = ALICE_FORM, .basic = "Authorization: Basic YWxpY2U=", REFUSED }, /* no colon */
    { .form = NULL, .basic = "Authorization: Basic YWwAaWNlOng=", REFUSED },   /* a NUL */
    { .form = NULL, .basic = "Authorization: Basic /zphYmM=", REFUSED },       /* not UTF-8 */
};

START_TEST(token__what_is_refused)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(bad_cases); i++)
        expect_error(ask_token(client, bad_cases[i].form, bad_cases[i].basic), bad_cases[i].status,
                     bad_cases[i].error_code);
}
END_TEST

static const struct {
    const char *form;
    const char *issues;
} invalid_forms[] = {
    { "client_id=%zz&client_secret=x", "['body','client_id'] encoding\n" },
    { "client_id=al%&client_secret=x%f", "['body','client_id'] encoding\n"
                                         "['body','client_secret'] encoding\n" },
    { "client_id=%ff&client_secret=x", "['body','client_id'] encoding\n" },
    { "client_id=a%00b&client_secret=x", "['body','client_id'] encoding\n" },
    { "client%=a&" ALICE_FORM, "['body'] encoding\n" },
};

START_TEST(token__malformed_forms)
{
    struct client *client = client_new("alice");

    for (size_t i = 0; i < MK_COUNT(invalid_forms); i++)
        expect_issues(ask_token(client, invalid_forms[i].form, NULL), invalid_forms[i].issues);
}
END_TEST

START_TEST(token__json_is_the_wrong_content_type)
{
    struct client *client = client_new("alice");

    expect_issues(post(client, "/auth/token", "{'client_id': 'alice', 'client_secret': 'x'}"),
                  "['header','content-type'] content_type\n");
    expect_issues(CALL(client, .method = "POST", .target = "/auth/token", .body = ALICE_FORM,
                       .headers = { "Content-Type: multipart/form-data; boundary=x" }),
                  "['header','content-type'] content_type\n");
    expect_token(CALL(client, .method = "POST", .target = "/auth/token", .body = ALICE_FORM,
                      .headers = { FORM_TYPE "; charset=UTF-8" }));
}
END_TEST

START_TEST(token__first_secret_is_pinned)
{
    struct client *client = client_new("alice");

    expect_token(ask_token(client, "client_id=alice&client_secret=first", NULL));
    const struct reply *reply = ask_token(client, "client_id=alice&client_secret=second", NULL);
    expect_error(reply, 401, "api_error.auth.unauthorized");
    ck_assert_ptr_nonnull(strstr(text_at(reply, "error_message"), "pinned"));
    expect_error(CALL(client, .target = "/auth/introspect",
                      .headers = { "X-Client-Id: alice", "X-Client-Secret: second" }),
                 401, "api_error.auth.unauthorized");
    expect_token(ask_token(client, "client_id=alice&client_secret=first", NULL));
    expect_token(ask_token(client, "client_id=bob&client_secret=second", NULL));
}
END_TEST

START_TEST(token__refused_tries_pin_nothing)
{
    struct client *client = client_new("alice");

    expect_error(ask_token(client, "grant_type=password&client_id=alice&client_secret=a", NULL),
                 400, "api_error.auth.unauthorized");
    expect_error(ask_token(client, "client_id=alice&client_secret=", NULL), 401,
                 "api_error.auth.unauthorized");
    expect_token(ask_token(client, ALICE_FORM, NULL));
}
END_TEST

START_TEST(token__lengths)
{
    struct client *client = client_new("alice");
    struct mk_text form = MK_TEXT(8192);

    mk_text_print(&form, "client_id=%0200d&client_secret=%01000d", 1, 1);
    expect_token(ask_token(client, form.bytes, NULL));
    mk_text_clear(&form);
    mk_text_print(&form, "client_id=%0201d&client_secret=x", 1);
    expect_error(ask_token(client, form.bytes, NULL), 401, "api_error.auth.unauthorized");
    mk_text_clear(&form);
    mk_text_print(&form, "client_id=alice&client_secret=%01001d", 1);
    expect_error(ask_token(client, form.bytes, NULL), 401, "api_error.auth.unauthorized");
    mk_text_clear(&form);
    mk_text_print(&form, "client_id=alice&client_secret=%05000d", 1);
    expect_error(ask_token(client, form.bytes, NULL), 401, "api_error.auth.unauthorized");
    mk_text_clear(&form);
    mk_text_print(&form, ALICE_FORM "&scope=%0200d", 1);
    expect_token(ask_token(client, form.bytes, NULL));
    mk_text_clear(&form);
    mk_text_print(&form, ALICE_FORM "&scope=%0201d", 1);
    expect_issues(ask_token(client, form.bytes, NULL), "['body','scope'] string_too_long\n");
    mk_text_done(&form);
}
END_TEST

/* Each token has a life of its own, and the one before goes on. */
START_TEST(token__many)
{
    struct client *client = signed_in("alice");
    char *first = mk_copy(client->token);

    for (int i = 0; i < 20; i++) {
        sign_in(client);
        ck_assert_str_ne(first, client->token);
        expect_status(get(client, "/auth/introspect"), 200);
    }
    free(client->token);
    client->token = first;
    expect_status(get(client, "/auth/introspect"), 200);
}
END_TEST

START_TEST(introspect__bearer_with_scope)
{
    struct client *client = client_new("alice");
    const struct reply *reply =
        ask_token(client, ALICE_FORM "&scope=links%3Aread+links%3Awrite", NULL);

    client->token = mk_copy(text_at(reply, "access_token"));
    reply = get(client, "/auth/introspect");
    expect_status(reply, 200);
    expect_value(reply, "",
                 "{'client_id': 'alice', 'client_name': 'alice',"
                 " 'scope': 'links:read links:write', 'disabled_at': null,"
                 " 'app': {'app_id': 'alice', 'id': 'alice', 'name': 'alice',"
                 " 'app_name': 'alice'}}");
}
END_TEST

START_TEST(introspect__header_credentials)
{
    struct client *client = client_new("alice");
    const struct reply *reply =
        CALL(client, .target = "/auth/introspect",
             .headers = { "X-Client-Id: alice", "X-Client-Secret: secret-of-alice" });

    expect_status(reply, 200);
    expect_value(reply, "client_id", "'alice'");
    expect_value(reply, "scope", "''");
    sign_in(client); /* the pinned secret is the same for both ways */
}
END_TEST

START_TEST(introspect__odd_names)
{
    struct client *client = client_new("odd");

    expect_token(ask_token(client, "client_id=%C3%A9t%C3%A9%22%5C+%0A&client_secret=x", NULL));
    const struct reply *reply =
        ask_token(client, "client_id=%C3%A9t%C3%A9%22%5C+%0A&client_secret=x", NULL);
    client->token = mk_copy(text_at(reply, "access_token"));
    ck_assert_str_eq(text_at(get(client, "/auth/introspect"), "client_id"), "été\"\\ \n");
}
END_TEST

void auth_tests(TCase *tcase)
{
    tcase_add_test(tcase, token__form_and_basic);
    tcase_add_test(tcase, token__what_is_refused);
    tcase_add_test(tcase, token__malformed_forms);
    tcase_add_test(tcase, token__json_is_the_wrong_content_type);
    tcase_add_test(tcase, token__first_secret_is_pinned);
    tcase_add_test(tcase, token__refused_tries_pin_nothing);
    tcase_add_test(tcase, token__lengths);
    tcase_add_test(tcase, token__many);
    tcase_add_test(tcase, introspect__bearer_with_scope);
    tcase_add_test(tcase, introspect__header_credentials);
    tcase_add_test(tcase, introspect__odd_names);
}
