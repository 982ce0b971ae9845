/* SPDX-License-Identifier: MIT */
/* What products.c (calls) and products_settle.c (time) share. */
#ifndef MK_CORE_PRODUCTS_PRIVATE_H
#define MK_CORE_PRODUCTS_PRIVATE_H

#include "core/world.h"

/* Starts refreshes of those products that were granted. */
void mk_products_start(const struct mk_world *world, struct mk_link *link, unsigned products,
                       int64_t moment);

/* A link holds MK_BATCHES_MAX batches of transactions. */
bool mk_products_are_full(const struct mk_link *link, unsigned product);

#endif
