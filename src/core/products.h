/* SPDX-License-Identifier: MIT */
/*
 * Fetching the products of a link: right after linking, when a call asks for it, and daily.
 *
 *     asked for: attempted = now --(refresh_seconds of the world's clock)--> done or failed
 *
 * Whoever opens a link brings it up to date first with mk_products_settle(), which goes through all
 * that fell due, in order, and tells it (core/notices.h). core/schedule.h does so for links that
 * somebody waits for. The world's lock is held.
 *
 * Decisions of ours: enrichment is refreshed whenever transactions are; products whose refreshes
 * end at the same second share their luck; a relink is a fetch that never fails; the
 * documentation's example is not refreshed daily, since it shows the values printed there; of a gap
 * of more than MK_BATCHES_MAX daily refreshes only the last ones happen.
 */
#ifndef MK_CORE_PRODUCTS_H
#define MK_CORE_PRODUCTS_H

#include "core/world.h"

/* Ends refreshes and starts daily ones that fell due by now, or by then, each at its own time. */
void mk_products_settle(struct mk_world *world, struct mk_link *link);
void mk_products_settle_by(struct mk_world *world, struct mk_link *link, int64_t moment);

/* Fetches these products now, with success: right after linking. The caller tells it. */
void mk_products_fetch(struct mk_link *link, unsigned products, int64_t now);

/* When something of the link falls due next, world's clock; INT64_MAX: nothing will. */
int64_t mk_products_next(struct mk_world *world, struct mk_link *link);
/* The same, of refreshes under way only. */
int64_t mk_products_next_end(const struct mk_link *link);

/*
 * Starts a refresh. The link is settled and not deleted. MK_LINK_FORBIDDEN for a product that was
 * not granted, MK_LINK_BAD_STATE in state error, MK_RATE_LIMITED by the documented limits where the
 * world enforces them, MK_UNAVAILABLE over MK_BATCHES_MAX; then nothing is started.
 */
enum mk_err mk_products_refresh(struct mk_world *world, struct mk_link *link, unsigned products,
                                struct mk_problem *problem);

/*
 * The link, exchanged and not deleted, loses its connection (a reset): state error with this code,
 * which is told. A refresh under way fails at its end.
 */
void mk_products_disconnect(struct mk_world *world, struct mk_link *link, enum mk_link_error error);

/*
 * A sentence for each product error, and for products that can't be refreshed now; NULL when there
 * is nothing to say.
 */
const char *mk_product_error_message(enum mk_product_error error);
const char *mk_link_unavailable(const struct mk_link *link);

#endif
