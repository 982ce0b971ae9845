/* SPDX-License-Identifier: MIT */
/* Connect's screens: every step on every screen, the beginning and the end. */
#include "support/flow.h"
#include "unit/suites.h"

#include <string.h>

static struct flow_test test;

static void open_bank(void)
{
    test = (struct flow_test){ .bank = bank_open() };
}

static void close_bank(void)
{
    mk_issues_done(&test.issues);
    bank_close(&test.bank);
}

/* --- Every step on every screen --------------------------------------------------------------- */

static enum mk_err choose(struct mk_connect *connect)
{
    return flow_choose(connect, FLOW_CREDS);
}

static enum mk_err log_in(struct mk_connect *connect)
{
    return mk_flow_login(connect, "user_good", MK_PERSONA_PASSWORD);
}

static enum mk_err answer(struct mk_connect *connect)
{
    return mk_flow_answer(connect, MK_PERSONA_ANSWER);
}

static enum mk_err approve(struct mk_connect *connect)
{
    return mk_flow_approve(connect, "user_good", NULL);
}

static enum mk_err permit(struct mk_connect *connect)
{
    return mk_flow_permit(connect, NULL);
}

static enum mk_err share(struct mk_connect *connect)
{
    return mk_flow_share(connect, FLOW_ALL);
}

static enum mk_err back(struct mk_connect *connect)
{
    mk_flow_back(connect);
    return MK_OK;
}

static enum mk_err leave(struct mk_connect *connect)
{
    mk_flow_leave(connect);
    return MK_OK;
}

#define AT(name) (1U << MK_SCREEN_##name)
#define ANY ((1U << MK_SCREEN_COUNT) - 1)

/* Where each step may be taken, and where it leads from there; `back` and `leave` lead to one. */
static const struct {
    enum mk_err (*take)(struct mk_connect *connect);
    unsigned screens;
    enum mk_screen next;
    enum mk_err err;
} steps[] = {
    { choose, AT(FINDER), MK_SCREEN_CREDENTIALS, MK_OK },
    { log_in, AT(CREDENTIALS), MK_SCREEN_PERMISSIONS, MK_OK },
    { mk_flow_pick_device, AT(DEVICE), MK_SCREEN_CODE, MK_OK },
    { answer, AT(CODE) | AT(QUESTION), MK_SCREEN_PERMISSIONS, MK_OK },
    { approve, AT(OAUTH), MK_SCREEN_PERMISSIONS, MK_OK },
    { mk_flow_deny, AT(OAUTH), MK_SCREEN_FAILURE, MK_CONNECT_FAILED },
    { permit, AT(PERMISSIONS), MK_SCREEN_ACCOUNTS, MK_OK },
    { share, AT(ACCOUNTS), MK_SCREEN_SUCCESS, MK_OK },
    { mk_flow_retry, AT(FAILURE), MK_SCREEN_CREDENTIALS, MK_OK },
    { back, AT(CREDENTIALS) | AT(DEVICE) | AT(CODE) | AT(QUESTION) | AT(OAUTH) | AT(PERMISSIONS),
      MK_SCREEN_FINDER, MK_OK },
    { leave, ANY & ~AT(SUCCESS), MK_SCREEN_CLOSED, MK_OK },
};

static void try_step(size_t step, enum mk_screen screen)
{
    struct mk_session *session = bank_session(&test.bank);
    struct mk_connect *connect = flow_opened(&test, session);

    flow_reach(connect, screen);
    const struct mk_flow before = *connect->flow;
    uint32_t links = test.bank.world->links.store.count;
    test.problem = (struct mk_problem){ .message = "" };
    if (steps[step].screens & 1U << screen) {
        ck_assert_int_eq(steps[step].take(connect), steps[step].err);
        flow_expect(connect, steps[step].next);
        return;
    }
    ck_assert_int_eq(steps[step].take(connect), MK_OK);
    ck_assert_mem_eq(connect->flow, &before, sizeof(before));
    ck_assert_uint_eq(test.bank.world->links.store.count, links);
    ck_assert(!mk_issues_any(&test.issues));
    ck_assert_str_eq(test.problem.message, "");
}

START_TEST(steps__on_every_screen)
{
    for (int screen = 0; screen < MK_SCREEN_COUNT; screen++)
        try_step((size_t)_i, (enum mk_screen)screen);
}
END_TEST

/* A call that opens the flow again finds it where it was. */
START_TEST(open__goes_on)
{
    for (int screen = 0; screen < MK_SCREEN_COUNT; screen++) {
        struct mk_session *session = bank_session(&test.bank);
        flow_reach(flow_opened(&test, session), (enum mk_screen)screen);
        flow_expect(flow_opened(&test, session), (enum mk_screen)screen);
    }
}
END_TEST

/* --- Beginning -------------------------------------------------------------------------------- */

static const struct {
    const char *institution;
    enum mk_screen screen;
} fixed[] = {
    { FLOW_CREDS, MK_SCREEN_CREDENTIALS },
    { FLOW_INSTANT, MK_SCREEN_PERMISSIONS },
    { FLOW_OAUTH, MK_SCREEN_OAUTH },
    { "barclays", MK_SCREEN_CREDENTIALS }, /* what narrows the finder does not concern it */
};

START_TEST(begin__at_the_sessions_institution)
{
    struct mk_session *session = bank_session(&test.bank);

    session->institution = bank_institution(&test.bank, fixed[_i].institution);
    struct mk_connect *connect = flow_opened(&test, session);
    flow_expect(connect, fixed[_i].screen);
    ck_assert_str_eq(mk_flow_institution(connect)->id, fixed[_i].institution);
    mk_flow_back(connect);
    flow_expect(connect, fixed[_i].screen);
}
END_TEST

START_TEST(begin__at_the_finder)
{
    struct mk_connect *connect = flow_opened(&test, bank_session(&test.bank));

    flow_expect(connect, MK_SCREEN_FINDER);
    ck_assert_ptr_null(mk_flow_institution(connect));
    ck_assert_uint_eq(connect->flow->error, MK_LINK_ERROR_NONE);
}
END_TEST

START_TEST(begin__again_after_leaving)
{
    struct mk_connect *connect = flow_opened(&test, bank_session(&test.bank));

    flow_reach(connect, MK_SCREEN_CODE);
    mk_flow_leave(connect);
    ck_assert_int_eq(mk_flow_begin(connect), MK_OK);
    flow_expect(connect, MK_SCREEN_FINDER);
    ck_assert_ptr_null(mk_flow_institution(connect));
}
END_TEST

/* --- End -------------------------------------------------------------------------------------- */

START_TEST(success__is_repeated_until_the_exchange)
{
    struct mk_session *session = bank_session(&test.bank);
    struct mk_link *link = NULL;
    struct mk_link *again = NULL;

    flow_reach(flow_opened(&test, session), MK_SCREEN_SUCCESS);
    ck_assert_int_eq(mk_flow_result(&test.connect, &link), MK_OK);
    ck_assert_int_eq(link->state, MK_STATE_AWAITING_TOKEN_EXCHANGE);
    ck_assert_int_eq(mk_flow_result(flow_opened(&test, session), &again), MK_OK);
    ck_assert_ptr_eq(again, link);
    uint32_t number = mk_sessions_number(&test.bank.world->sessions, session);
    ck_assert_uint_ne(number, MK_NONE);
    bank_exchange(&test.bank, link);
    ck_assert_uint_eq(test.bank.world->sessions.store.count, 0);
}
END_TEST

/* Finished by POST /sandbox/connect while the pages are anywhere, or before they opened. */
START_TEST(success__by_another_flow)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&test.bank);
    struct mk_link *link = NULL;

    if (_i < MK_SCREEN_COUNT)
        flow_reach(flow_opened(&test, session), (enum mk_screen)_i);
    const struct mk_link *made = bank_finish(&test.bank, session, &choices);
    flow_expect(flow_opened(&test, session), MK_SCREEN_SUCCESS);
    ck_assert_int_eq(mk_flow_result(&test.connect, &link), MK_OK);
    ck_assert_ptr_eq(link, made);
    ck_assert_ptr_eq(mk_flow_institution(&test.connect),
                     mk_catalog_at(test.bank.catalog, link->institution));
}
END_TEST

/* And the other way round: what the pages did is what the call answers. */
START_TEST(success__by_the_pages)
{
    struct mk_choices choices = { .institution = bank_institution(&test.bank, "chase") };
    struct mk_session *session = bank_session(&test.bank);
    struct mk_link *link = NULL;

    flow_reach(flow_opened(&test, session), MK_SCREEN_SUCCESS);
    mk_flow_result(&test.connect, &link);
    ck_assert_ptr_eq(bank_finish(&test.bank, session, &choices), link);
}
END_TEST

/* A failed POST /sandbox/connect leaves the pages where they are. */
START_TEST(finish__leaves_the_sessions_flow)
{
    struct mk_choices choices = { .institution = MK_NO_INSTITUTION, .username = "user_error" };
    struct mk_session *session = bank_session(&test.bank);
    struct mk_link *link = NULL;

    flow_reach(flow_opened(&test, session), MK_SCREEN_CODE);
    const struct mk_flow before = *session->flow;
    ck_assert_int_eq(
        mk_linking_finish(test.bank.world, session, &choices, &test.issues, &test.problem, &link),
        MK_CONNECT_FAILED);
    ck_assert_mem_eq(session->flow, &before, sizeof(before));
}
END_TEST

START_TEST(session__expires_by_the_worlds_clock)
{
    struct mk_session *session = bank_session(&test.bank);
    unsigned char id[16];

    memcpy(id, session->id, sizeof(id));
    flow_reach(flow_opened(&test, session), MK_SCREEN_ACCOUNTS);
    struct mk_sessions *sessions = &test.bank.world->sessions;
    bank_wait(&test.bank, MK_TOKEN_LIFE - 1);
    ck_assert_ptr_eq(mk_sessions_with_id(sessions, id, mk_world_now(test.bank.world)), session);
    bank_wait(&test.bank, 1);
    ck_assert_ptr_null(mk_sessions_with_id(sessions, id, mk_world_now(test.bank.world)));
    id[0] ^= 1U;
    ck_assert_ptr_null(mk_sessions_with_id(sessions, id, BANK_NOW));
}
END_TEST

Suite *flow_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, steps__on_every_screen, 0, (int)MK_COUNT(steps));
    tcase_add_test(all, open__goes_on);
    tcase_add_loop_test(all, begin__at_the_sessions_institution, 0, (int)MK_COUNT(fixed));
    tcase_add_test(all, begin__at_the_finder);
    tcase_add_test(all, begin__again_after_leaving);
    tcase_add_test(all, success__is_repeated_until_the_exchange);
    tcase_add_loop_test(all, success__by_another_flow, 0, MK_SCREEN_COUNT + 1);
    tcase_add_test(all, success__by_the_pages);
    tcase_add_test(all, finish__leaves_the_sessions_flow);
    tcase_add_test(all, session__expires_by_the_worlds_clock);
    suite_add_tcase(suite, all);
    return suite;
}
