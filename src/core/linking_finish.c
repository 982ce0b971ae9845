/* SPDX-License-Identifier: MIT */
/* All of Connect at once, declared in core/linking.h. */
#include "core/flow.h"
#include "core/linking.h"
#include "core/login.h"

static enum mk_err refuse_institution(struct mk_issues *issues)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = "institution_id" };

    mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, "The session is for another institution",
                  0);
    return MK_INVALID;
}

static enum mk_err go_to_bank(struct mk_connect *connect, const struct mk_choices *choices)
{
    uint16_t fixed = mk_flow_fixed_institution(connect);
    uint16_t chosen = choices->institution;

    if (fixed != MK_NO_INSTITUTION && chosen != MK_NO_INSTITUTION && chosen != fixed)
        return refuse_institution(connect->issues);
    MK_TRY(mk_flow_begin(connect));
    return mk_flow_choose(connect, chosen == MK_NO_INSTITUTION ? 0 : chosen);
}

static enum mk_err answer_challenge(struct mk_connect *connect, const struct mk_choices *choices)
{
    uint8_t screen;

    MK_TRY(mk_flow_pick_device(connect));
    screen = connect->flow->screen;
    if (screen != MK_SCREEN_CODE && screen != MK_SCREEN_QUESTION)
        return MK_OK;
    if (choices->mfa == NULL)
        return mk_login_fail(connect->problem, MK_LINK_ERROR_INCOMPLETE,
                             "The bank asks one more thing: send its answer as mfa.");
    return mk_flow_answer(connect, choices->mfa);
}

/* What was chosen where there is nothing to choose is refused all the same. */
static enum mk_err permit(struct mk_connect *connect, const json_t *products)
{
    unsigned granted;

    if (connect->flow->screen == MK_SCREEN_PERMISSIONS)
        return mk_flow_permit(connect, products);
    return mk_login_products(connect->session, mk_flow_institution(connect), ~0U, products,
                             connect->issues, &granted);
}

static enum mk_err consent(struct mk_connect *connect, const struct mk_choices *choices)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    uint64_t offered;
    uint64_t wanted;
    size_t count = mk_flow_accounts(connect, accounts, &offered);

    MK_TRY(mk_login_named_accounts(accounts, count, choices->accounts, connect->issues, &wanted));
    MK_TRY(permit(connect, choices->products));
    return mk_flow_share(connect, wanted);
}

enum mk_err mk_linking_finish(struct mk_world *world, struct mk_session *session,
                              const struct mk_choices *choices, struct mk_issues *issues,
                              struct mk_problem *problem, struct mk_link **ret)
{
    struct mk_flow flow = { 0 };
    struct mk_connect connect = {
        .world = world, .session = session, .flow = &flow, .issues = issues, .problem = problem
    };

    MK_TRY(mk_flow_resolve(&connect));
    if (!session->is_finished) {
        MK_TRY(go_to_bank(&connect, choices));
        MK_TRY(mk_flow_login(&connect, choices->username, choices->password));
        MK_TRY(mk_flow_approve(&connect, choices->username, choices->password));
        MK_TRY(answer_challenge(&connect, choices));
        MK_TRY(consent(&connect, choices));
    }
    return mk_flow_result(&connect, ret);
}
