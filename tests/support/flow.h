/* SPDX-License-Identifier: MIT */
/*
 * Connect's flow for the tests of core/: a session of a pretend bank (support/bank.h), opened, and
 * brought to any screen.
 */
#ifndef MK_TESTS_FLOW_H
#define MK_TESTS_FLOW_H

#include "core/flow.h"
#include "support/bank.h"

#define FLOW_CREDS "moneykit-creds-bank"
#define FLOW_INSTANT "moneykit-instant-bank"
#define FLOW_OAUTH "moneykit-oauth-bank"
#define FLOW_ALL UINT64_MAX

/* A flow and what its steps write to. */
struct flow_test {
    struct bank bank;
    struct mk_connect connect;
    struct mk_issues issues;
    struct mk_problem problem;
};

/* Opens the session's flow as a new call does, with nothing wrong so far. */
static inline enum mk_err flow_open(struct flow_test *test, struct mk_session *session)
{
    mk_issues_done(&test->issues);
    test->problem = (struct mk_problem){ .message = "" };
    test->connect = (struct mk_connect){ .world = test->bank.world,
                                         .session = session,
                                         .issues = &test->issues,
                                         .problem = &test->problem };
    return mk_flow_open(&test->connect);
}

/* With success. */
static inline struct mk_connect *flow_opened(struct flow_test *test, struct mk_session *session)
{
    ck_assert_int_eq(flow_open(test, session), MK_OK);
    return &test->connect;
}

static inline enum mk_err flow_choose(struct mk_connect *connect, const char *institution)
{
    size_t found = mk_catalog_find(bank_data()->catalog, institution);

    ck_assert_uint_lt(found, mk_catalog_count(bank_data()->catalog));
    return mk_flow_choose(connect, (uint16_t)found);
}

static inline void flow_expect(const struct mk_connect *connect, enum mk_screen screen)
{
    ck_assert_str_eq(mk_screen_names[connect->flow->screen], mk_screen_names[screen]);
}

/* Login at Credentials Bank, from the finder. */
static inline enum mk_err flow_log_in(struct mk_connect *connect, const char *username)
{
    ck_assert_int_eq(flow_choose(connect, FLOW_CREDS), MK_OK);
    return mk_flow_login(connect, username, MK_PERSONA_PASSWORD);
}

/* From the finder to this screen. */
static inline void flow_reach(struct mk_connect *connect, enum mk_screen screen)
{
    static const char *const users[MK_SCREEN_COUNT] = { [MK_SCREEN_DEVICE] = "user_mfa_device",
                                                        [MK_SCREEN_CODE] = "user_mfa_otp",
                                                        [MK_SCREEN_QUESTION] = "user_mfa_question",
                                                        [MK_SCREEN_FAILURE] = "user_error" };

    if (screen == MK_SCREEN_CREDENTIALS)
        flow_choose(connect, FLOW_CREDS);
    if (screen == MK_SCREEN_OAUTH)
        flow_choose(connect, FLOW_OAUTH);
    if (users[screen] != NULL)
        flow_log_in(connect, users[screen]);
    if (screen == MK_SCREEN_PERMISSIONS || screen == MK_SCREEN_ACCOUNTS ||
        screen == MK_SCREEN_SUCCESS)
        flow_choose(connect, FLOW_INSTANT);
    if (screen == MK_SCREEN_ACCOUNTS || screen == MK_SCREEN_SUCCESS)
        mk_flow_permit(connect, NULL);
    if (screen == MK_SCREEN_SUCCESS)
        mk_flow_share(connect, FLOW_ALL);
    if (screen == MK_SCREEN_CLOSED)
        mk_flow_leave(connect);
    flow_expect(connect, screen);
}

#endif
