/* SPDX-License-Identifier: MIT */
/*
 * Transactions that a test adds, changes, settles and removes, by POST
 * /sandbox/links/{id}/transactions. They are kept in the link's history (core/history.h) and are
 * seen by every reader of it. The body obeys its field table. The world's lock is held.
 *
 * Decisions of ours: an added transaction is one of the bank's from then on, so it moves the
 * account's balances, a pending one only `available`, and the next fetch settles it. A change moves
 * them by the difference, a removal takes the movement back. Balances that an import brought and
 * those of investments stay.
 */
#ifndef MK_CORE_CHANGES_H
#define MK_CORE_CHANGES_H

#include "core/world.h"
#include "json/issues.h"

/* Of each of the four lists of a call. */
#define MK_CHANGED_AT_ONCE_MAX 1000

/*
 * All of the body or, with issues (MK_INVALID) or over a limit of core/history.h (MK_UNAVAILABLE),
 * nothing. Tells that there is something to sync.
 */
enum mk_err mk_change_transactions(struct mk_world *world, struct mk_link *link, const json_t *body,
                                   struct mk_issues *issues, struct mk_problem *problem);

#endif
