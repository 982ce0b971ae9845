/* SPDX-License-Identifier: MIT */
/*
 * What happens between a link session and a connected link: the user finishes Connect, the back end
 * exchanges the token. POST /sandbox/connect and Connect's pages go through core/flow.h and end
 * here. The world's lock is held.
 *
 * Decisions of ours: a product is fetched right after linking when its settings say `prefetch` or
 * `required` (the documentation's example has a required one, not prefetched, with its times set);
 * a relink session without settings.products adds none. A relink of user_custom has the accounts
 * that the link was made with; a login as a persona with another list of accounts heals and adds
 * none.
 */
#ifndef MK_CORE_LINKING_H
#define MK_CORE_LINKING_H

#include "core/world.h"
#include "json/issues.h"

/* What the user did in Connect. NULL and MK_NO_INSTITUTION leave it to the default. */
struct mk_choices {
    uint16_t institution;   /* default: the session's, else the first of the catalog */
    const char *username;   /* default user_good */
    const char *password;   /* default pass_good */
    const char *mfa;        /* the answer to what the persona asks */
    const json_t *accounts; /* names; default all */
    const json_t *products; /* names; default all that the session asks for */
};

/* What the user's way through Connect came to. */
struct mk_outcome {
    uint16_t institution;
    uint8_t persona;
    uint64_t accounts; /* shared ones, as bits of the bank's */
    unsigned products; /* granted ones, as bits */
};

/*
 * Finishes a session with this outcome: a new pending link, or the link `relink`, mended; *ret is
 * either. MK_UNAVAILABLE over MK_LINKS_MAX, with nothing changed.
 */
enum mk_err mk_linking_complete(struct mk_world *world, struct mk_session *session,
                                struct mk_link *relink, const struct mk_outcome *outcome,
                                struct mk_problem *problem, struct mk_link **ret);

/*
 * All of Connect at once, in a flow of its own: a new pending link, or for a relink session its
 * link in state connected. A session finished already gives its link again, or MK_SESSION_NOT_FOUND
 * when that is forgotten.
 * MK_CONNECT_FAILED with the link error code when the login fails; MK_INVALID with issues for a
 * choice that the session does not offer; MK_UNAVAILABLE over MK_LINKS_MAX; the errors of
 * mk_links_usable() for a relink. A failed try changes nothing.
 */
enum mk_err mk_linking_finish(struct mk_world *world, struct mk_session *session,
                              const struct mk_choices *choices, struct mk_issues *issues,
                              struct mk_problem *problem, struct mk_link **ret);

/*
 * mk_links_exchange(), and the session that made the link is forgotten. A webhook is told of the
 * products that were fetched right after linking now that the back end knows the link; the journal
 * has the change of the state only.
 */
enum mk_err mk_linking_exchange(struct mk_world *world, const char *token, struct mk_link **ret);

/* mk_links_delete(), and it is told. */
void mk_linking_delete(struct mk_world *world, struct mk_link *link);

/* Whether a session with these settings would offer the institution to its user. */
bool mk_session_offers(const struct mk_session *session, const struct mk_institution *institution);

#endif
