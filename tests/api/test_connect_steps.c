/* SPDX-License-Identifier: MIT */
/* The calls of Connect's pages, from the first state to the link. */
#include "api/tests.h"

#include "api/routes.h"
#include "base/memory.h"
#include "support/pages.h"

#include <string.h>

#define NO_SESSION "sandbox_error.link_session_not_found"

static struct page new_page(const char *more)
{
    struct client *client = signed_in("alice");

    return page_open(client, create_session(client, "%s", more));
}

static const char *const state_keys[] = {
    "screen",   "link_type",   "link_session_id", "institution_fixed",
    "features", "institution", "personas",        "devices",
    "question", "products",    "accounts",        "oauth",
    "auto",     "error",       "first_window",    "result",
};

START_TEST(state__first)
{
    struct page page = new_page("'connect_features': {'issue_reporter': true}");
    const struct reply *reply = expect_screen(page_state(&page), "finder");

    ck_assert_uint_eq(json_object_size(reply->json), MK_COUNT(state_keys));
    for (size_t i = 0; i < MK_COUNT(state_keys); i++)
        ck_assert_ptr_nonnull(json_object_get(reply->json, state_keys[i]));
    ck_assert(is_uuid(text_at(reply, "link_session_id")));
    ck_assert_str_eq(header_of(reply, "Cache-Control"), "no-store");
    expect_part(reply, "",
                "{'link_type': 'link', 'institution_fixed': false, 'institution': null,"
                " 'personas': [], 'devices': [], 'question': null, 'products': [], 'accounts': [],"
                " 'oauth': null, 'first_window': null, 'auto': null, 'error': null, 'result': null,"
                " 'features': {'issue_reporter': true, 'enable_money_id': false,"
                " 'duplicate_institution_warning': false, 'duplicate_institution_rejected': false,"
                " 'connect_manually': false, 'permit_only_one_account': false,"
                " 'permit_only_depository_accounts': false}}");
    page_close(&page);
}
END_TEST

#define PRODUCTS \
    "'settings': {'products': {'identity': {'required': true, 'reason': 'to know you'}," \
    " 'transactions': {'prefetch': true}, 'investments': {'require_permission': true}}}"

START_TEST(steps__to_a_link)
{
    struct page page = new_page(PRODUCTS ", 'link_tags': ['a']");

    const struct reply *reply = page_step(&page, PAGE_CHOOSE("chase"));
    expect_part(expect_screen(reply, "credentials"), "institution",
                "{'id': 'chase', 'name': 'Chase', 'country': 'US', 'domain': 'chase.com',"
                " 'color': '#117aca', 'color_dark': '#4fa3e3', 'avatar': 'connect/avatars/chase',"
                " 'avatar_dark': null, 'logo': null, 'logo_dark': null, 'search_group': 'primary',"
                " 'is_featured': true, 'providers': ['mx'], 'duplicate': false}");
    expect_part(reply, "personas.0",
                "{'username': 'user_good', 'password': 'pass_good', 'answer': null}");
    expect_part(reply, "personas.2", "{'username': 'user_mfa_otp', 'answer': '1234'}");

    reply = page_step(&page, PAGE_LOGIN("user_mfa_device"));
    expect_value(expect_screen(reply, "device"), "devices.0.id", "'sms'");
    expect_screen(page_step(&page, "device", "{'device_id': 'sms'}"), "code");
    reply = expect_screen(page_step(&page, "answer", "{'answer': '1234'}"), "permissions");
    expect_value(reply, "products",
                 "[{'name': 'identity', 'title': 'Identity',"
                 " 'detail': 'Names, addresses, phone numbers and e-mail addresses.',"
                 " 'required': true, 'selected': true, 'reason': 'to know you'},"
                 " {'name': 'transactions', 'title': 'Transactions',"
                 " 'detail': 'What comes in and goes out, up to 24 months.', 'required': false,"
                 " 'selected': true, 'reason': null},"
                 " {'name': 'investments', 'title': 'Investments',"
                 " 'detail': 'Holdings and trades.', 'required': true, 'selected': true,"
                 " 'reason': null}]");
    reply = page_step(&page, "permissions", "{'products': ['investments', 'identity']}");
    expect_value(expect_screen(reply, "accounts"), "accounts",
                 "[{'id': '0', 'name': 'checking account', 'type': 'depository.checking',"
                 " 'mask': null, 'selected': true}, {'id': '1', 'name': 'credit card',"
                 " 'type': 'liability.credit_card', 'mask': null, 'selected': true},"
                 " {'id': '2', 'name': 'savings account', 'type': 'depository.savings',"
                 " 'mask': null, 'selected': true}]");

    reply = expect_screen(page_step(&page, "accounts", "{'accounts': ['2', '1']}"), "success");
    ck_assert(is_uuid(text_at(reply, "result.exchangeable_token")));
    expect_part(reply, "result.institution", "{'id': 'chase', 'search_group': 'primary'}");
    ck_assert_ptr_null(json_object_get(member(reply, "result.institution"), "duplicate"));
    expect_part(reply, "result.institution.selectedAccounts.0",
                "{'account_type': 'liability.credit_card', 'name': 'credit card'}");
    expect_part(reply, "result.institution.selectedAccounts.1",
                "{'account_type': 'depository.savings', 'name': 'savings account'}");
    ck_assert(json_equal(member(page_state(&page), "result"), member(reply, "result")));

    const struct reply *exchanged =
        exchange(page.client, text_at(reply, "result.exchangeable_token"));
    ck_assert_str_eq(text_at(exchanged, "link_id"), text_at(reply, "result.link_id"));
    expect_part(exchanged, "link",
                "{'state': 'connected', 'tags': ['a'], 'institution_id': 'chase'}");
    const json_t *products = member(exchanged, "link.products");
    ck_assert_ptr_nonnull(json_object_get(products, "identity"));
    ck_assert_ptr_nonnull(json_object_get(products, "investments"));
    ck_assert_ptr_null(json_object_get(products, "transactions"));
    const struct reply *accounts =
        get(page.client, "/links/%s/accounts", text_at(exchanged, "link_id"));
    ck_assert_uint_eq(json_array_size(member(accounts, "accounts")), 2);
    for (int i = 0; i < 2; i++) { /* the ids and masks that the front end was told */
        char *path = quoted("accounts.%d.account_id", i);
        char *told = quoted("result.institution.selectedAccounts.%d.account_id", i);
        ck_assert_str_eq(text_at(accounts, path), text_at(reply, told));
        free(path);
        free(told);
    }
    expect_error(page_state(&page), 404, NO_SESSION);
    page_close(&page);
}
END_TEST

START_TEST(steps__question_and_wrong_words)
{
    struct page page = new_page("");

    page_step(&page, PAGE_CHOOSE("moneykit-creds-bank"));
    const struct reply *reply =
        page_step(&page, "login", "{'username': 'user_good', 'password': 'x'}");
    expect_part(expect_screen(reply, "credentials"), "error",
                "{'error_id': 'invalid_credentials', 'can_retry': true,"
                " 'displayed_message': 'The username or password is wrong.'}");
    ck_assert_str_eq(text_at(reply, "error.request_id"), header_of(reply, "X-Request-Id"));
    reply = expect_screen(page_step(&page, PAGE_LOGIN("user_mfa_question")), "question");
    expect_value(reply, "question", "'What was the name of your first pet?'");
    expect_value(reply, "error", "null");
    reply = page_step(&page, "answer", "{'answer': 'Rex'}");
    expect_part(expect_screen(reply, "question"), "error", "{'error_id': 'user_input_incorrect'}");
    expect_screen(page_step(&page, "back", "{}"), "finder");
    page_close(&page);
}
END_TEST

START_TEST(steps__failure)
{
    struct page page = new_page("");

    page_step(&page, PAGE_CHOOSE("moneykit-creds-bank"));
    const struct reply *failed = page_step(&page, PAGE_LOGIN("user_institution_error"));
    expect_part(expect_screen(failed, "failure"), "error",
                "{'error_id': 'institution_error', 'can_retry': true}");
    ck_assert(json_equal(member(page_state(&page), "error"), member(failed, "error")));
    expect_value(expect_screen(page_step(&page, "retry", "{}"), "credentials"), "error", "null");
    page_close(&page);
}
END_TEST

/* Every error of a login has words of its own. */
START_TEST(steps__every_failure)
{
    struct page page = new_page("");

    for (int i = 0; i < MK_LINK_ERROR_COUNT; i++) {
        const char *code = mk_link_error_names[i];
        char *body = quoted("{'username': '%s%s', 'password': 'pass_good'}",
                            strncmp(code, "user_", 5) == 0 ? "" : "user_", code);
        page.window = code;
        page_state(&page); /* a new window after the exit begins anew */
        page_step(&page, PAGE_CHOOSE("moneykit-creds-bank"));
        const struct reply *reply = page_step(&page, "login", body);
        expect_part(reply, "error", "{'error_id': '%s'}", code);
        ck_assert_uint_gt(strlen(text_at(reply, "error.displayed_message")), 10);
        expect_screen(page_step(&page, "exit", "{}"), "closed");
        free(body);
    }
    page_close(&page);
}
END_TEST

/* What is wrong with a choice is said, and nothing changes. */
START_TEST(steps__bad_choices)
{
    struct page page = new_page(PRODUCTS);

    expect_issues(page_step(&page, PAGE_CHOOSE("nobody")),
                  "['body','institution_id'] unknown_value\n");
    expect_issues(page_step(&page, PAGE_CHOOSE("barclays")),
                  "['body','institution_id'] unknown_value\n");
    expect_issues(page_step(&page, "institution", "{}"), "['body','institution_id'] missing\n");
    expect_issues(page_step(&page, "login", "{'username': 1}"),
                  "['body','username'] string_type\n['body','password'] missing\n");
    expect_issues(page_step(&page, "device", "{'device_id': 'fax'}"),
                  "['body','device_id'] unknown_value\n");
    expect_screen(page_step(&page, PAGE_CHOOSE("moneykit-instant-bank")), "permissions");
    expect_issues(page_step(&page, "permissions", "{'products': ['gold', 'identity']}"),
                  "['body','products'] needed\n['body','products',0] unknown_value\n");
    expect_screen(page_step(&page, "permissions", "{'products': ['identity', 'investments']}"),
                  "accounts");
    expect_issues(page_step(&page, "accounts", "{'accounts': []}"),
                  "['body','accounts'] too_few\n");
    expect_issues(page_step(&page, "accounts", "{'accounts': ['0', '3', '-1', 'x', '64', '']}"),
                  "['body','accounts',1] unknown_value\n['body','accounts',2] unknown_value\n"
                  "['body','accounts',3] unknown_value\n['body','accounts',4] unknown_value\n"
                  "['body','accounts',5] unknown_value\n");
    expect_screen(page_state(&page), "accounts");
    page_close(&page);
}
END_TEST

START_TEST(steps__one_account_of_few)
{
    struct page page = new_page("'connect_features': {'permit_only_one_account': true,"
                                " 'permit_only_depository_accounts': true}");

    page_step(&page, PAGE_CHOOSE("moneykit-instant-bank"));
    const struct reply *reply = page_step(&page, "permissions", "{'products': []}");
    ck_assert_uint_eq(json_array_size(member(reply, "accounts")), 2);
    expect_part(reply, "accounts.0", "{'id': '0', 'selected': true}");
    expect_part(reply, "accounts.1", "{'id': '2', 'selected': false}");
    expect_issues(page_step(&page, "accounts", "{'accounts': ['1']}"),
                  "['body','accounts',0] unknown_value\n");
    reply = expect_screen(page_step(&page, "accounts", "{'accounts': ['2']}"), "success");
    ck_assert_uint_eq(json_array_size(member(reply, "result.institution.selectedAccounts")), 1);
    page_close(&page);
}
END_TEST

/* Two windows of one session: each goes on where the session stands. */
START_TEST(windows__two)
{
    struct page first = new_page("");
    struct page second = { .client = first.client, .session = first.session, .window = "w-2" };

    page_step(&first, PAGE_CHOOSE("moneykit-creds-bank"));
    expect_screen(page_state(&second), "credentials");
    expect_screen(page_step(&second, PAGE_LOGIN("user_good")), "permissions");
    expect_screen(page_step(&first, PAGE_LOGIN("user_mfa_otp")), "permissions");
    expect_screen(page_step(&first, "permissions", "{'products': []}"), "accounts");
    expect_screen(page_step(&second, "permissions", "{'products': []}"), "accounts");
    const struct reply *done = page_step(&second, "accounts", "{'accounts': ['0']}");
    ck_assert(json_equal(member(page_step(&first, "accounts", "{'accounts': ['1']}"), "result"),
                         member(done, "result")));
    expect_screen(page_step(&first, "exit", "{}"), "success");
    page_close(&first);
}
END_TEST

/* Who leaves closes all windows; whoever opens a new one begins anew. */
START_TEST(windows__leaving)
{
    struct page first = new_page("");
    struct page second = { .client = first.client, .session = first.session, .window = "w-2" };
    struct page third = { .client = first.client, .session = first.session, .window = "w-3" };

    page_step(&first, PAGE_CHOOSE("moneykit-creds-bank"));
    page_state(&second);
    expect_screen(page_step(&first, "exit", "{}"), "closed");
    expect_screen(page_state(&second), "closed");
    expect_screen(page_step(&second, PAGE_CHOOSE("chase")), "closed");
    expect_screen(page_step(&third, "resume", "{'redirect_url': 'http://localhost/'}"), "closed");
    third.window = "w-4";
    expect_screen(page_state(&third), "finder");
    expect_screen(page_step(&third, PAGE_CHOOSE("chase")), "credentials");
    page_close(&first);
}
END_TEST

START_TEST(report__changes_nothing)
{
    struct page page = new_page("'connect_features': {'issue_reporter': true}");
    char text[1002];
    char body[1100];

    const struct reply *before = page_state(&page);
    const struct reply *reply = page_step(&page, "report", "{'message': 'It looks odd'}");
    expect_status(reply, 200);
    ck_assert(json_equal(reply->json, before->json));
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    snprintf(body, sizeof(body), "{'message': '%s'}", text);
    expect_issues(page_step(&page, "report", body), "['body','message'] string_too_long\n");
    page_close(&page);
}
END_TEST

START_TEST(relink__to_its_end)
{
    struct client *client = signed_in("alice");
    char *id =
        quoted("%s", text_at(connected_link(client, "'institution_id': 'chase'"), "link_id"));
    char *reset = quoted("/links/%s/reset", id);

    expect_status(CALL(client, .method = "POST", .target = reset), 200);
    struct page page = page_open(client, create_session(client,
                                                        "'existing_link_id': '%s',"
                                                        " 'link_tags': ['new']",
                                                        id));
    expect_part(expect_screen(page_state(&page), "credentials"), "",
                "{'link_type': 'relink', 'institution_fixed': true}");
    expect_screen(page_step(&page, "back", "{}"), "credentials");
    expect_screen(page_step(&page, PAGE_LOGIN("user_good")), "accounts");
    const struct reply *reply = page_step(&page, "accounts", "{'accounts': ['0']}");
    expect_value(expect_screen(reply, "success"), "result.exchangeable_token", "null");
    expect_value(reply, "result.link_id", "'%s'", id);
    ck_assert_uint_eq(json_array_size(member(reply, "result.institution.selectedAccounts")), 3);
    expect_part(get(client, "/links/%s", id), "", "{'state': 'connected', 'tags': ['new']}");
    expect_screen(page_state(&page), "success");
    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(page_state(&page), 410, "link_error.deleted");
    page_close(&page);
    free(reset);
    free(id);
}
END_TEST

/* --- Who may call ----------------------------------------------------------------------------- */

static const struct reply *call_route(struct client *client, const struct mk_route *route,
                                      const char *header)
{
    bool is_post = route->method == MK_POST;

    return CALL(client, .method = mk_method_name(route->method), .target = route->path,
                .anonymous = true, .body = is_post ? "nonsense" : NULL, .headers = { header });
}

/* Unknown, broken, another's and expired tokens; before anybody looks at the body. */
START_TEST(access__sessions_only)
{
    struct client *client = signed_in("alice");
    char *bearer = quoted("Authorization: Bearer %s", client->token);
    char *session = quoted("Authorization: Bearer %s", create_session(client, NONE));
    size_t count = 0;

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        if (route->access != MK_ACCESS_SESSION)
            continue;
        count++;
        expect_error(call_route(client, route, NULL), 401, "api_error.auth.unauthorized");
        expect_error(call_route(client, route, "Authorization: Basic Og=="), 401,
                     "api_error.auth.unauthorized");
        expect_error(call_route(client, route, "Authorization: Bearer x"), 404, NO_SESSION);
        expect_error(call_route(client, route, bearer), 404, NO_SESSION);
        const struct reply *reply = call_route(client, route, session);
        ck_assert_uint_ne(reply->status, 404);
        ck_assert_uint_ne(reply->status, 500);
    }
    ck_assert_uint_eq(count, 14);
    pass_seconds("alice", 30 * 60);
    for (size_t i = 0; i < mk_route_count; i++) {
        if (mk_routes[i].access == MK_ACCESS_SESSION)
            expect_error(call_route(client, &mk_routes[i], session), 404, NO_SESSION);
    }
    free(bearer);
    free(session);
}
END_TEST

START_TEST(access__forged_tokens)
{
    struct page page = new_page("");
    size_t length = strlen(page.session);
    char last = page.session[length - 1];

    page.session[length - 1] = last == 'A' ? 'B' : 'A'; /* of the secret */
    expect_error(page_state(&page), 404, NO_SESSION);
    page.session[length - 1] = last;
    page.session[length - 48] = page.session[length - 48] == 'A' ? 'B' : 'A'; /* of the handle */
    expect_error(page_state(&page), 404, NO_SESSION);
    page_close(&page);
}
END_TEST

/* --- By itself -------------------------------------------------------------------------------- */

START_TEST(auto__is_told)
{
    struct page page = new_page("");

    expect_status(
        patch(page.client, "/sandbox/settings",
              "{'connect_auto': {'institution_id': 'ins_56', 'username': 'user_mfa_otp'}}"),
        200);
    expect_value(page_state(&page), "auto",
                 "{'institution_id': 'chase', 'institution_name': 'Chase',"
                 " 'username': 'user_mfa_otp', 'password': 'pass_good', 'answer': '1234'}");
    page_close(&page);
}
END_TEST

void connect_steps_tests(TCase *tcase)
{
    tcase_add_test(tcase, state__first);
    tcase_add_test(tcase, steps__to_a_link);
    tcase_add_test(tcase, steps__question_and_wrong_words);
    tcase_add_test(tcase, steps__failure);
    tcase_add_test(tcase, steps__every_failure);
    tcase_add_test(tcase, steps__bad_choices);
    tcase_add_test(tcase, steps__one_account_of_few);
    tcase_add_test(tcase, windows__two);
    tcase_add_test(tcase, windows__leaving);
    tcase_add_test(tcase, report__changes_nothing);
    tcase_add_test(tcase, relink__to_its_end);
    tcase_add_test(tcase, access__sessions_only);
    tcase_add_test(tcase, access__forged_tokens);
    tcase_add_test(tcase, auto__is_told);
}
