/* SPDX-License-Identifier: MIT */
/*
 * Links and transactions that a back end brings along from elsewhere (MoneyKit's documentation): an
 * imported link stands in state error, auth_expired, with its data readable. The bodies obey their
 * field tables. The world's lock is held.
 */
#ifndef MK_CORE_IMPORTS_H
#define MK_CORE_IMPORTS_H

#include "core/history.h"
#include "core/world.h"
#include "json/issues.h"

/*
 * A new imported link of ImportLinkRequest, found by GET /links at once. MK_INVALID with issues: an
 * unknown institution, an id used twice, a transaction of an account that is not in the batch;
 * MK_UNAVAILABLE over a limit. A failed import changes nothing.
 */
enum mk_err mk_import_link(struct mk_world *world, const json_t *body, struct mk_issues *issues,
                           struct mk_problem *problem, struct mk_link **ret);

/* Adds the batch of ImportTransactionsRequest. MK_LINK_FORBIDDEN when the link is not imported. */
enum mk_err mk_import_transactions(struct mk_world *world, struct mk_link *link, const json_t *body,
                                   struct mk_issues *issues, struct mk_problem *problem);

#endif
