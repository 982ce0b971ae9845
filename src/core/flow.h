/* SPDX-License-Identifier: MIT */
/*
 * Connect as one state machine: what the user of a link session sees, and where each step leads.
 * Connect's pages go through it step by step, POST /sandbox/connect (core/linking.h) all at once.
 *
 *     finder -> credentials --> device -> code --> permissions -> accounts -> success
 *            -> oauth (the bank's own page) ------^
 *            -> (Instant Bank asks for nothing) --^
 *     credentials -> code or question; a login without either goes on to permissions
 *     credentials, code, question: a wrong word is said and asked for again
 *     credentials, oauth, accounts -> failure -> (retry) the bank's first screen
 *     any but success -> closed, when the user leaves
 *
 * A step is taken only on the screen that it belongs to, else it changes nothing: a reload and a
 * second window go on where the session stands. Permissions are skipped when there is nothing to
 * ask for. The world's lock is held. All of it is ours but the order of the screens.
 */
#ifndef MK_CORE_FLOW_H
#define MK_CORE_FLOW_H

#include "core/world.h"
#include "json/issues.h"

#define MK_SCREENS(X) \
    X(FINDER, "finder") \
    X(CREDENTIALS, "credentials") \
    X(DEVICE, "device") \
    X(CODE, "code") \
    X(QUESTION, "question") \
    X(OAUTH, "oauth") \
    X(PERMISSIONS, "permissions") \
    X(ACCOUNTS, "accounts") \
    X(SUCCESS, "success") \
    X(FAILURE, "failure") \
    X(CLOSED, "closed")

#define X(name, text) MK_SCREEN_##name,
enum mk_screen { MK_SCREENS(X) MK_SCREEN_COUNT };
#undef X

extern const char *const mk_screen_names[];

/* Windows of one session that are told apart; of more the one that was silent longest is lost. */
enum { MK_WINDOWS = 4 };

/* Times are of mk_monotonic_now(): windows live in real time, whatever the world's clock says. */
struct mk_window {
    uint64_t id; /* 0: free */
    int64_t first;
    int64_t last; /* when it called */
};

/* A window that called so long ago may still be there. */
#define MK_WINDOW_SPAN (6 * MK_SECOND)

/* Whether a window of before the bank's answer is still there. */
enum mk_first_window { MK_FIRST_WINDOW_NONE, MK_FIRST_WINDOW_RECENT, MK_FIRST_WINDOW_ALIVE };

/* Where a session stands in Connect. Zeroed memory is one that has not begun. */
struct mk_flow {
    uint8_t screen;           /* enum mk_screen */
    uint8_t error;            /* of the last step: enum mk_link_error */
    uint8_t persona;          /* who logged in */
    bool has_visit;           /* `secret` names the visit to the bank that is under way */
    uint16_t institution;     /* position in the catalog, or MK_NO_INSTITUTION */
    unsigned products;        /* granted, as bits */
    unsigned char secret[16]; /* of the visit */
    int64_t answered_at;      /* when the bank answered, as the windows' times; 0: not yet */
    char request_id[24];      /* of the call that failed; "" when none did */
    struct mk_window windows[MK_WINDOWS];
};

/* What the steps work on. */
struct mk_connect {
    struct mk_world *world;
    struct mk_session *session;
    struct mk_flow *flow;
    struct mk_link *relink; /* the link that a relink session mends; or NULL */
    struct mk_issues *issues;
    struct mk_problem *problem;
};

/*
 * Opens the session's own flow, which begins at the first time. The errors of mk_links_usable() for
 * a relink; MK_CONNECT_FAILED as the steps.
 */
enum mk_err mk_flow_open(struct mk_connect *connect);

/* The two halves of that for a flow of the caller's own: finds the relink's link, then begins. */
enum mk_err mk_flow_resolve(struct mk_connect *connect);
enum mk_err mk_flow_begin(struct mk_connect *connect);

/* The institution that is not the user's to choose: the session's own or the relink's link's. */
uint16_t mk_flow_fixed_institution(const struct mk_connect *connect);

/* The chosen one, or NULL. */
const struct mk_institution *mk_flow_institution(const struct mk_connect *connect);

/*
 * The steps. MK_OK when the flow went on or is not at the step's screen; MK_CONNECT_FAILED with
 * link_error_code when the bank refuses, which the flow notes; MK_INVALID with issues for a choice
 * that the session does not offer, which changes nothing; mk_flow_share() also MK_UNAVAILABLE.
 */
enum mk_err mk_flow_choose(struct mk_connect *connect, uint16_t institution);
enum mk_err mk_flow_login(struct mk_connect *connect, const char *username, const char *password);
enum mk_err mk_flow_pick_device(struct mk_connect *connect);
enum mk_err mk_flow_answer(struct mk_connect *connect, const char *answer);
enum mk_err mk_flow_permit(struct mk_connect *connect, const json_t *products);
enum mk_err mk_flow_share(struct mk_connect *connect, uint64_t accounts);

/* The bank's own page: who logged in there (NULLs as mk_login_check()), or that the user refused.
 */
enum mk_err mk_flow_approve(struct mk_connect *connect, const char *username, const char *password);
enum mk_err mk_flow_deny(struct mk_connect *connect);

/* Back to the finder, where the institution is the user's to choose. */
void mk_flow_back(struct mk_connect *connect);

/* From a failure that another try may mend to the bank's first screen. Errors as the steps. */
enum mk_err mk_flow_retry(struct mk_connect *connect);
bool mk_flow_can_retry(const struct mk_flow *flow);

/* The user left; mk_flow_begin() starts anew. */
void mk_flow_leave(struct mk_connect *connect);

/* On screen `success`: the link. MK_SESSION_NOT_FOUND when that is forgotten. */
enum mk_err mk_flow_result(const struct mk_connect *connect, struct mk_link **ret);

/* The accounts at the bank, as the persona logged in; and which of them may be shared, as bits. */
size_t mk_flow_accounts(const struct mk_connect *connect,
                        struct mk_bank_account ret[MK_ACCOUNTS_MAX], uint64_t *ret_offered);

/* The products to ask the user for, as bits: those that a relink's link has are left out. */
unsigned mk_flow_products(const struct mk_connect *connect);

/*
 * Which institutions the customer has linked already: ret has a zeroed element for each of the
 * catalog. Nothing is a duplicate of the link that a relink mends.
 */
void mk_flow_duplicates(const struct mk_connect *connect, bool *ret);

/* A secret for the visit to the bank that screen `oauth` leads to, when it has none yet. */
void mk_flow_visit(struct mk_connect *connect);

/* A window calls; an id of 0 is none. Tells whether it is new. */
bool mk_flow_see_window(struct mk_flow *flow, uint64_t id, int64_t now);

/* What a window learns of the others. */
enum mk_first_window mk_flow_first_window(const struct mk_flow *flow, uint64_t id, int64_t now);

#endif
