/* SPDX-License-Identifier: MIT */
#include "core/flow.h"

#include "base/memory.h"
#include "core/linking.h"
#include "core/login.h"

#include <string.h>

#define X(name, text) text,
const char *const mk_screen_names[] = { MK_SCREENS(X) NULL };
#undef X

/* --- What is on offer ------------------------------------------------------------------------- */

uint16_t mk_flow_fixed_institution(const struct mk_connect *connect)
{
    return connect->relink != NULL ? connect->relink->institution : connect->session->institution;
}

const struct mk_institution *mk_flow_institution(const struct mk_connect *connect)
{
    uint16_t position = connect->flow->institution;

    return position == MK_NO_INSTITUTION ? NULL
                                         : mk_catalog_at(connect->world->bank->catalog, position);
}

static const struct mk_persona *persona_of(const struct mk_connect *connect)
{
    return mk_persona_at(connect->world->bank->personas, connect->flow->persona);
}

/* A custom link that is mended brings its own accounts. */
static const json_t *custom_data_of(const struct mk_connect *connect)
{
    bool has_own = connect->relink != NULL && connect->relink->custom_data != NULL;

    return has_own ? connect->relink->custom_data : connect->session->custom_data;
}

size_t mk_flow_accounts(const struct mk_connect *connect,
                        struct mk_bank_account ret[MK_ACCOUNTS_MAX], uint64_t *ret_offered)
{
    size_t count = mk_bank_accounts(persona_of(connect), custom_data_of(connect), ret);

    *ret_offered = mk_login_offered_accounts(connect->session, ret, count);
    return count;
}

/* What the relink's link has already. */
static unsigned granted_before(const struct mk_connect *connect)
{
    unsigned granted = 0;

    for (unsigned i = 0; connect->relink != NULL && i < MK_PRODUCT_COUNT; i++) {
        if (connect->relink->products[i].granted)
            granted |= 1U << i;
    }
    return granted;
}

unsigned mk_flow_products(const struct mk_connect *connect)
{
    return mk_login_offered_products(connect->session, mk_flow_institution(connect)) &
           ~granted_before(connect);
}

void mk_flow_duplicates(const struct mk_connect *connect, bool *ret)
{
    const struct mk_links *links = &connect->world->links;
    const char *user = connect->session->customer_user_id; /* NULL once a link took it over */
    const struct mk_link *link = NULL;

    if (user == NULL || connect->relink != NULL)
        return;
    while ((link = mk_links_next_of_user(links, user, link)) != NULL)
        ret[link->institution] = true;
}

static bool is_linked(const struct mk_connect *connect, uint16_t institution)
{
    bool *linked = mk_alloc_zero(mk_catalog_count(connect->world->bank->catalog), sizeof(*linked));

    mk_flow_duplicates(connect, linked);
    bool found = linked[institution];
    free(linked);
    return found;
}

/* --- From screen to screen -------------------------------------------------------------------- */

static void show(struct mk_connect *connect, enum mk_screen screen)
{
    connect->flow->screen = (uint8_t)screen;
    connect->flow->error = MK_LINK_ERROR_NONE;
    connect->flow->request_id[0] = '\0';
    connect->flow->has_visit = false;
}

/* The bank said no, as the problem tells. A wrong word is asked for again, all else is the end. */
static enum mk_err refuse(struct mk_connect *connect, bool asks_again)
{
    enum mk_screen screen = (enum mk_screen)connect->flow->screen;

    show(connect, asks_again ? screen : MK_SCREEN_FAILURE);
    connect->flow->error =
        (uint8_t)mk_term_find(mk_link_error_names, connect->problem->link_error_code);
    return MK_CONNECT_FAILED;
}

/* The user is in. */
static enum mk_err enter(struct mk_connect *connect)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    uint64_t offered;

    mk_flow_accounts(connect, accounts, &offered);
    if (offered == 0) {
        mk_login_fail(connect->problem, MK_LINK_ERROR_NO_ACCOUNTS, "No account is left to share.");
        return refuse(connect, false);
    }
    connect->flow->products = 1U << MK_PRODUCT_ACCOUNTS;
    show(connect, mk_flow_products(connect) == 0 ? MK_SCREEN_ACCOUNTS : MK_SCREEN_PERMISSIONS);
    return MK_OK;
}

static enum mk_err log_in(struct mk_connect *connect, const char *username, const char *password)
{
    static const enum mk_screen screens[] = { [MK_ASKS_CODE] = MK_SCREEN_CODE,
                                              [MK_ASKS_DEVICE_AND_CODE] = MK_SCREEN_DEVICE,
                                              [MK_ASKS_QUESTION] = MK_SCREEN_QUESTION };
    const char *wrong_word = mk_link_error_names[MK_LINK_ERROR_INVALID_CREDENTIALS];

    enum mk_err err = mk_login_check(connect->world->bank->personas, mk_flow_institution(connect),
                                     custom_data_of(connect), username, password, connect->problem,
                                     &connect->flow->persona);
    if (err != MK_OK) {
        bool is_wrong_word = strcmp(connect->problem->link_error_code, wrong_word) == 0;
        return refuse(connect, is_wrong_word && connect->flow->screen == MK_SCREEN_CREDENTIALS);
    }
    enum mk_challenge challenge = persona_of(connect)->challenge;
    if (challenge == MK_ASKS_NOTHING)
        return enter(connect);
    show(connect, screens[challenge]);
    return MK_OK;
}

/* The bank's first screen. Instant Bank has none. */
static enum mk_err open_bank(struct mk_connect *connect)
{
    enum mk_flow_kind kind = mk_flow_institution(connect)->flow;

    if (kind == MK_FLOW_INSTANT)
        return log_in(connect, NULL, NULL);
    show(connect, kind == MK_FLOW_OAUTH ? MK_SCREEN_OAUTH : MK_SCREEN_CREDENTIALS);
    return MK_OK;
}

/* --- Beginning and end ------------------------------------------------------------------------ */

enum mk_err mk_flow_resolve(struct mk_connect *connect)
{
    struct mk_world *world = connect->world;

    connect->relink = NULL;
    if (!connect->session->is_relink)
        return MK_OK;
    return mk_links_usable(&world->links, connect->session->relink_id, mk_world_now(world),
                           connect->problem, &connect->relink);
}

enum mk_err mk_flow_result(const struct mk_connect *connect, struct mk_link **ret)
{
    const struct mk_session *session = connect->session;

    if (connect->relink != NULL) {
        *ret = connect->relink;
        return MK_OK;
    }
    struct mk_link *link = mk_links_at(&connect->world->links, session->link);
    /* A clock that was set back may have left a session without its link. */
    if (link->session != mk_sessions_number(&connect->world->sessions, session))
        return MK_SESSION_NOT_FOUND;
    *ret = link;
    return MK_OK;
}

/* Finished without this flow: by another one. */
static enum mk_err catch_up(struct mk_connect *connect)
{
    struct mk_link *link;

    MK_TRY(mk_flow_result(connect, &link));
    connect->flow->institution = link->institution;
    show(connect, MK_SCREEN_SUCCESS);
    return MK_OK;
}

enum mk_err mk_flow_begin(struct mk_connect *connect)
{
    connect->flow->institution = mk_flow_fixed_institution(connect);
    show(connect, MK_SCREEN_FINDER);
    return connect->flow->institution == MK_NO_INSTITUTION ? MK_OK : open_bank(connect);
}

enum mk_err mk_flow_open(struct mk_connect *connect)
{
    struct mk_session *session = connect->session;
    bool is_new = session->flow == NULL;

    MK_TRY(mk_flow_resolve(connect));
    if (is_new)
        session->flow = mk_alloc_zero(1, sizeof(*session->flow));
    connect->flow = session->flow;
    if (session->is_finished)
        return catch_up(connect);
    return is_new ? mk_flow_begin(connect) : MK_OK;
}

/* --- The steps -------------------------------------------------------------------------------- */

static enum mk_err refuse_institution(struct mk_connect *connect, const char *sentence)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = "institution_id" };

    mk_issues_add(connect->issues, &place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
    return MK_INVALID;
}

enum mk_err mk_flow_choose(struct mk_connect *connect, uint16_t institution)
{
    const struct mk_session *session = connect->session;
    bool rejects_second = session->features & 1U << MK_FEATURE_DUPLICATE_INSTITUTION_REJECTED;

    if (connect->flow->screen != MK_SCREEN_FINDER)
        return MK_OK;
    if (!mk_session_offers(session, mk_catalog_at(connect->world->bank->catalog, institution)))
        return refuse_institution(connect, "The session's countries, providers or required "
                                           "products leave this institution out");
    if (rejects_second && is_linked(connect, institution))
        return refuse_institution(connect, "The user has a link to this institution already");
    connect->flow->institution = institution;
    return open_bank(connect);
}

enum mk_err mk_flow_login(struct mk_connect *connect, const char *username, const char *password)
{
    if (connect->flow->screen != MK_SCREEN_CREDENTIALS)
        return MK_OK;
    return log_in(connect, username, password);
}

enum mk_err mk_flow_approve(struct mk_connect *connect, const char *username, const char *password)
{
    if (connect->flow->screen != MK_SCREEN_OAUTH)
        return MK_OK;
    return log_in(connect, username, password);
}

enum mk_err mk_flow_deny(struct mk_connect *connect)
{
    if (connect->flow->screen != MK_SCREEN_OAUTH)
        return MK_OK;
    mk_login_fail(connect->problem, MK_LINK_ERROR_USER_OAUTH_DENIED,
                  "The user refused at the bank's page.");
    return refuse(connect, false);
}

enum mk_err mk_flow_pick_device(struct mk_connect *connect)
{
    if (connect->flow->screen == MK_SCREEN_DEVICE)
        show(connect, MK_SCREEN_CODE);
    return MK_OK;
}

enum mk_err mk_flow_answer(struct mk_connect *connect, const char *answer)
{
    uint8_t screen = connect->flow->screen;

    if (screen != MK_SCREEN_CODE && screen != MK_SCREEN_QUESTION)
        return MK_OK;
    if (strcmp(answer, MK_PERSONA_ANSWER) == 0)
        return enter(connect);
    mk_login_fail(connect->problem, MK_LINK_ERROR_USER_INPUT_INCORRECT,
                  "The answer to the bank's question is wrong.");
    return refuse(connect, true);
}

enum mk_err mk_flow_permit(struct mk_connect *connect, const json_t *products)
{
    if (connect->flow->screen != MK_SCREEN_PERMISSIONS)
        return MK_OK;
    MK_TRY(mk_login_products(connect->session, mk_flow_institution(connect),
                             granted_before(connect), products, connect->issues,
                             &connect->flow->products));
    show(connect, MK_SCREEN_ACCOUNTS);
    return MK_OK;
}

enum mk_err mk_flow_share(struct mk_connect *connect, uint64_t accounts)
{
    struct mk_flow *flow = connect->flow;
    struct mk_bank_account known[MK_ACCOUNTS_MAX];
    struct mk_outcome outcome = { .institution = flow->institution,
                                  .persona = flow->persona,
                                  .products = flow->products };
    struct mk_link *link;

    if (flow->screen != MK_SCREEN_ACCOUNTS)
        return MK_OK;
    size_t count = mk_bank_accounts(persona_of(connect), custom_data_of(connect), known);
    if (mk_login_share(connect->session, known, count, accounts, connect->problem,
                       &outcome.accounts) != MK_OK)
        return refuse(connect, false);
    MK_TRY(mk_linking_complete(connect->world, connect->session, connect->relink, &outcome,
                               connect->problem, &link));
    show(connect, MK_SCREEN_SUCCESS);
    return MK_OK;
}

void mk_flow_back(struct mk_connect *connect)
{
    bool is_fixed = mk_flow_fixed_institution(connect) != MK_NO_INSTITUTION;

    switch (connect->flow->screen) {
    case MK_SCREEN_CREDENTIALS:
    case MK_SCREEN_DEVICE:
    case MK_SCREEN_CODE:
    case MK_SCREEN_QUESTION:
    case MK_SCREEN_OAUTH:
    case MK_SCREEN_PERMISSIONS:
        if (is_fixed)
            return;
        connect->flow->institution = MK_NO_INSTITUTION;
        show(connect, MK_SCREEN_FINDER);
        return;
    default:
        return;
    }
}

/* The user has to do something at the bank first. */
bool mk_flow_can_retry(const struct mk_flow *flow)
{
    return flow->error != MK_LINK_ERROR_USER_SETUP_REQUIRED &&
           flow->error != MK_LINK_ERROR_INCOMPLETE;
}

enum mk_err mk_flow_retry(struct mk_connect *connect)
{
    if (connect->flow->screen != MK_SCREEN_FAILURE || !mk_flow_can_retry(connect->flow))
        return MK_OK;
    return open_bank(connect);
}

void mk_flow_leave(struct mk_connect *connect)
{
    if (connect->flow->screen != MK_SCREEN_SUCCESS)
        show(connect, MK_SCREEN_CLOSED);
}

void mk_flow_visit(struct mk_connect *connect)
{
    struct mk_flow *flow = connect->flow;

    if (flow->screen != MK_SCREEN_OAUTH || flow->has_visit)
        return;
    mk_random_fill(&connect->world->secrets, flow->secret, sizeof(flow->secret));
    flow->has_visit = true;
    flow->answered_at = 0;
}
