/* SPDX-License-Identifier: MIT */
/*
 * Putting a link into any state, and its products, because a test wants it there. The world's lock
 * is held.
 *
 *     pending    to connected, error, deleted: exchanged first, as by POST /links/exchange-token;
 *                its token is used up then. To connecting and back: as before, with its token
 *     exchanged  to connecting, awaiting_token_exchange ("parked"): no API call reads it, no list
 *                shows it, nothing falls due, until it is put elsewhere; its token stays used, a
 *                refresh under way is forgotten
 *     deleted    to another: back with what is left of it (mk_links_revive())
 *
 * A product that is put to pending or in_progress is under way until it is put elsewhere, completed
 * or failed: then that happened now. A link that comes back into state connected is fetched at once
 * where a daily refresh is overdue, so that its days away do not happen afterwards. Enrichment
 * follows the transactions unless the wish names it, as it does in refreshes.
 */
#ifndef MK_CORE_LINK_STATES_H
#define MK_CORE_LINK_STATES_H

#include "core/world.h"
#include "json/issues.h"

struct mk_product_wish {
    enum mk_product_state state; /* MK_PRODUCT_STATE_COUNT: as it is */
    enum mk_product_error error; /* MK_PRODUCT_ERROR_NONE: not said */
};

struct mk_link_wish {
    int state;                /* enum mk_link_state; -1: as it is */
    enum mk_link_error error; /* MK_LINK_ERROR_NONE: not said */
    struct mk_product_wish products[MK_PRODUCT_COUNT];
};

/*
 * Tells what has changed: state, products, transactions. MK_INVALID with issues, at the places of
 * the body of PATCH /sandbox/links/{id}, for what can't be; MK_UNAVAILABLE over MK_BATCHES_MAX.
 * Then nothing has changed.
 */
enum mk_err mk_link_put(struct mk_world *world, struct mk_link *link,
                        const struct mk_link_wish *wish, struct mk_issues *issues,
                        struct mk_problem *problem);

#endif
