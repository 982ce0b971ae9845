/* SPDX-License-Identifier: MIT */
/* The bank's own page: who answers there, once, and how Connect learns of it. */
#include "api/tests.h"

#include "base/memory.h"
#include "support/pages.h"

#include <string.h>

#define NO_SESSION "sandbox_error.link_session_not_found"

static struct page at_bank(const char *redirect_uri)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = post(client, "/link-session",
                                     "{'customer_user': {'id': 'user-1'}, 'redirect_uri': '%s',"
                                     " 'institution_id': 'moneykit-oauth-bank'}",
                                     redirect_uri);
    struct page page = page_open(client, text_at(reply, "link_session_token"));

    expect_screen(page_state(&page), "oauth");
    return page;
}

/* The state of the visit, to free. */
static char *state_of(const struct page *page)
{
    return quoted("%s", text_at(page_state(page), "oauth.state"));
}

static const struct reply *decide(struct client *client, const char *state, const char *more)
{
    char *body = quoted("{'state': '%s', %s}", state, more);
    const struct reply *reply =
        CALL(client, .method = "POST", .target = "/oauth-bank", .anonymous = true, .body = body,
             .headers = { "Content-Type: application/json" });

    free(body);
    return reply;
}

static const struct reply *look(struct client *client, const char *state)
{
    char *target = quoted("/oauth-bank/session?state=%s", state);
    const struct reply *reply = CALL(client, .target = target, .anonymous = true);

    free(target);
    return reply;
}

START_TEST(bank__shows_who_asks)
{
    struct page page = at_bank("http://localhost:3000/done");
    char *state = state_of(&page);

    const struct reply *told = page_state(&page);
    expect_value(told, "oauth",
                 "{'url': 'oauth-bank?state=%s', 'state': '%s',"
                 " 'redirect_origin': 'http://localhost:3000'}",
                 state, state);
    const struct reply *reply = look(page.client, state);
    expect_status(reply, 200);
    ck_assert_str_eq(header_of(reply, "Cache-Control"), "no-store");
    expect_part(reply, "institution", "{'id': 'moneykit-oauth-bank', 'name': 'OAuth Bank'}");
    expect_value(reply, "redirect_origin", "'http://localhost:3000'");
    expect_part(reply, "personas.0", "{'username': 'user_good'}");
    ck_assert_ptr_null(strstr(reply->body, "user_mfa"));
    ck_assert_ptr_null(strstr(reply->body, "user_custom"));
    ck_assert_ptr_nonnull(strstr(reply->body, "user_oauth_denied"));
    free(state);
    page_close(&page);
}
END_TEST

/* The server knows at once, whether or not the app's page says that the user is back. */
START_TEST(bank__approval)
{
    struct page page = at_bank("http://localhost:3000/#/done");
    char *state = state_of(&page);

    expect_screen(page_step(&page, "oauth", "{}"), "oauth");
    const struct reply *reply =
        decide(page.client, state, "'username': 'user_rich', 'approve': true");
    expect_status(reply, 200);
    expect_value(reply, "redirect_to", "'http://localhost:3000/?state=%s#/done'", state);
    expect_screen(page_state(&page), "permissions");
    expect_error(look(page.client, state), 404, NO_SESSION);
    expect_error(decide(page.client, state, "'approve': true"), 404, NO_SESSION);
    char *body = quoted("{'redirect_url': '%s'}", text_at(reply, "redirect_to"));
    expect_screen(page_step(&page, "resume", body), "permissions");
    reply = page_step(&page, "permissions", "{'products': []}");
    ck_assert_uint_gt(json_array_size(member(reply, "accounts")), 3); /* user_rich's */
    free(body);
    free(state);
    page_close(&page);
}
END_TEST

START_TEST(bank__refusal)
{
    struct page page = at_bank("myapp://done");
    char *state = state_of(&page);

    const struct reply *reply = decide(page.client, state, "'username': null, 'approve': false");
    expect_value(reply, "redirect_to", "'myapp://done?state=%s&error=access_denied'", state);
    reply = expect_screen(page_state(&page), "failure");
    expect_part(reply, "error", "{'error_id': 'user_oauth_denied', 'can_retry': true}");
    ck_assert_ptr_nonnull(strstr(text_at(reply, "error.request_id"), "req_"));
    expect_screen(page_step(&page, "retry", "{}"), "oauth");
    char *again = state_of(&page);
    ck_assert_str_ne(again, state);
    expect_error(look(page.client, state), 404, NO_SESSION);
    expect_status(look(page.client, again), 200);
    free(again);
    free(state);
    page_close(&page);
}
END_TEST

START_TEST(bank__persona_that_fails)
{
    struct page page = at_bank("http://localhost:3000/");
    char *state = state_of(&page);

    expect_status(decide(page.client, state, "'username': 'user_no_accounts', 'approve': true"),
                  200);
    expect_value(expect_screen(page_state(&page), "failure"), "error.error_id", "'no_accounts'");
    page_step(&page, "retry", "{}");
    free(state);
    state = state_of(&page);
    expect_status(decide(page.client, state, "'username': 'nobody', 'approve': true"), 200);
    expect_value(page_state(&page), "error.error_id", "'invalid_credentials'");
    page_step(&page, "retry", "{}");
    free(state);
    state = state_of(&page);
    expect_status(decide(page.client, state, "'username': 'user_mfa_otp', 'approve': true"), 200);
    expect_screen(page_state(&page), "code");
    free(state);
    page_close(&page);
}
END_TEST

/* A refusal that only the way back tells; nobody else's way back counts, and no approval. */
START_TEST(resume__refusal)
{
    struct page page = at_bank("http://localhost:3000/");
    struct page other = at_bank("http://localhost:3000/");
    char *state = state_of(&page);
    char *approved = quoted("{'redirect_url': 'http://localhost:3000/?state=%s'}", state);
    char *denied =
        quoted("{'redirect_url': 'http://localhost:3000/?state=%s&error=access_denied'}", state);

    expect_screen(page_step(&page, "resume", approved), "oauth");
    expect_screen(page_step(&other, "resume", denied), "oauth");
    expect_screen(page_step(&page, "resume", "{'redirect_url': 'nonsense'}"), "oauth");
    expect_screen(page_step(&page, "resume", denied), "failure");
    free(approved);
    free(denied);
    free(state);
    page_close(&page);
    page_close(&other);
}
END_TEST

/* The window of before the bank's answer, seen by the one that came after. */
START_TEST(resume__first_window)
{
    struct page first = at_bank("http://localhost:3000/");
    struct page second = { .client = first.client, .session = first.session, .window = "w-2" };
    char *state = state_of(&first);
    char *body = quoted("{'redirect_url': 'http://localhost:3000/?state=%s'}", state);

    expect_value(page_state(&first), "first_window", "null");
    expect_status(decide(first.client, state, "'approve': true"), 200);
    expect_value(page_step(&second, "resume", body), "first_window", "'recent'");
    expect_value(page_state(&first), "first_window", "null");
    expect_value(page_state(&second), "first_window", "'alive'");
    free(body);
    free(state);
    page_close(&first);
}
END_TEST

START_TEST(bank__strangers)
{
    static const char *const states[] = { "x", "", "AAAA",
                                          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
    struct page page = at_bank("http://localhost:3000/");
    char *state = state_of(&page);

    for (size_t i = 0; i < MK_COUNT(states); i++) {
        expect_error(look(page.client, states[i]), 404, NO_SESSION);
        expect_error(decide(page.client, states[i], "'approve': true"), 404, NO_SESSION);
    }
    expect_issues(CALL(page.client, .target = "/oauth-bank/session", .anonymous = true),
                  "['query','state'] missing\n");
    expect_issues(decide(page.client, state, "'approve': 1"), "['body','approve'] boolean_type\n");
    expect_screen(page_state(&page), "oauth");
    pass_seconds("alice", 30 * 60);
    expect_error(look(page.client, state), 404, NO_SESSION);
    expect_error(decide(page.client, state, "'approve': true"), 404, NO_SESSION);
    free(state);
    page_close(&page);
}
END_TEST

/* While the user is at the bank the session was finished elsewhere, or its link was deleted. */
START_TEST(bank__too_late)
{
    struct page page = at_bank("http://localhost:3000/");
    char *state = state_of(&page);

    expect_status(connect_session(page.client, page.session), 201);
    expect_error(decide(page.client, state, "'approve': true"), 404, NO_SESSION);
    expect_screen(page_state(&page), "success");
    free(state);
    const char *id = link_at(page.client, "moneykit-oauth-bank", "user_good", NONE);
    char *link = quoted("%s", id);
    struct page relink =
        page_open(page.client, create_session(page.client, "'existing_link_id': '%s'", link));
    state = state_of(&relink);
    expect_status(delete_(page.client, "/links/%s", link), 204);
    expect_error(decide(page.client, state, "'approve': true"), 410, "link_error.deleted");
    free(link);
    free(state);
    page_close(&relink);
    page_close(&page);
}
END_TEST

void oauth_bank_tests(TCase *tcase)
{
    tcase_add_test(tcase, bank__shows_who_asks);
    tcase_add_test(tcase, bank__approval);
    tcase_add_test(tcase, bank__refusal);
    tcase_add_test(tcase, bank__persona_that_fails);
    tcase_add_test(tcase, resume__refusal);
    tcase_add_test(tcase, resume__first_window);
    tcase_add_test(tcase, bank__strangers);
    tcase_add_test(tcase, bank__too_late);
}
