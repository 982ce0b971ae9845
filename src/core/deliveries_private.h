/* SPDX-License-Identifier: MIT */
/*
 * What the files of core/deliveries.h share: deliveries.c keeps them, deliveries_line.c says whose
 * turn it is, deliveries_post.c makes parcels and judges outcomes.
 */
#ifndef MK_CORE_DELIVERIES_PRIVATE_H
#define MK_CORE_DELIVERIES_PRIVATE_H

#include "core/deliveries.h"

static inline struct mk_delivery *mk_delivery_at(const struct mk_deliveries *deliveries,
                                                 uint32_t record)
{
    return mk_store_at(&deliveries->store, record);
}

/* The one with this number, if the record is still its. */
struct mk_delivery *mk_delivery_known(const struct mk_deliveries *deliveries, uint32_t record,
                                      uint64_t number);

/* deliveries_line.c */

/* A new one takes its place: at once, later, or behind others of its link. */
void mk_line_begin(struct mk_deliveries *deliveries, struct mk_delivery *delivery);

/* It waits for its due time. */
void mk_line_wait(struct mk_deliveries *deliveries, struct mk_delivery *delivery);

/* Its first attempt has an outcome: the link's next one may start. */
void mk_line_leave(struct mk_deliveries *deliveries, struct mk_delivery *delivery);

/* The first that is due, out of its heap; NULL and *ret_blocked as mk_deliveries_take() says. */
struct mk_line_look {
    struct mk_world *world;
    int64_t now;
    bool (*may)(void *context, const char *url);
    void *context;
};
struct mk_delivery *mk_line_pick(const struct mk_line_look *look, bool *ret_blocked);

void mk_line_done(struct mk_deliveries *deliveries);

/* deliveries.c */

/* It is delivered or failed for good. */
void mk_delivery_finish(struct mk_deliveries *deliveries, struct mk_delivery *delivery,
                        enum mk_delivery_state state);

/* No attempt fits into its two hours any more. */
void mk_delivery_give_up(struct mk_world *world, struct mk_delivery *delivery);

/* Into the journal; `attempt` NULL: it was made. */
void mk_delivery_tell(struct mk_world *world, const struct mk_delivery *delivery,
                      const struct mk_attempt *attempt);

#endif
