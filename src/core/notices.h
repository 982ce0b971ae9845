/* SPDX-License-Identifier: MIT */
/*
 * Telling that something happened to a link: into the journal, and as a webhook when the link has
 * one. The callers say it in the order in which MoneyKit sends it: state change, product refreshes,
 * then transactions. The events are in core/terms.h. The world's lock is held.
 *
 * A body has exactly the documented keys, each always, and is written once: the bytes are kept,
 * signed and sent as they are.
 */
#ifndef MK_CORE_NOTICES_H
#define MK_CORE_NOTICES_H

#include "core/world.h"

/* The link's state is another one since `at`. */
void mk_notice_state(struct mk_world *world, const struct mk_link *link, int64_t at);

/* A refresh of these products finished at `at`: completed or failed, as the link's record says. */
void mk_notice_products(struct mk_world *world, const struct mk_link *link, unsigned products,
                        int64_t at);

/* There are transactions to sync since `at`. */
void mk_notice_transactions(struct mk_world *world, const struct mk_link *link, int64_t at);

/*
 * POST /webhooks/test/link/{id}: a made-up but valid event with the caller's idempotency key: the
 * link's true state, accounts completed, or updates. MK_LINK_BAD_CONFIG without a webhook,
 * MK_UNAVAILABLE when the queue is full. Writes the delivery token.
 */
enum mk_err mk_notice_test(struct mk_world *world, const struct mk_link *link,
                           enum mk_notice notice, const char *idempotency_key,
                           struct mk_problem *problem, char ret_token[MK_TOKEN_SIZE]);

#endif
