/* SPDX-License-Identifier: MIT */
/*
 * Records as JSON: the superset of what the seed page and today's SDKs need (optional fields as
 * null). Views copy; nothing in a reply points into the world.
 */
#ifndef MK_API_VIEWS_H
#define MK_API_VIEWS_H

#include "base/clock.h"
#include "core/catalog.h"
#include "core/links.h"

/* A time, or null for MK_NEVER. New reference. */
json_t *mk_time_view(int64_t moment, enum mk_time_style style);

/* Institution of MoneyKit's documentation. New reference, NULL without memory. */
json_t *mk_institution_view(const struct mk_institution *institution);

/* LinkCommon. New reference, NULL without memory. */
json_t *mk_link_view(const struct mk_link *link, const struct mk_institution *institution,
                     enum mk_time_style style);

/* ExchangeTokenResponse. New reference, NULL without memory. */
json_t *mk_exchange_view(const struct mk_link *link, const struct mk_institution *institution,
                         enum mk_time_style style);

/*
 * Writes the dump of mk_link_view() and of mk_exchange_view(), byte for byte, without the tree: the
 * link object alone has this second writer, because jansson takes 25 times the instructions for it.
 * A test and a fuzz target hold the two against each other.
 */
void mk_link_write(const struct mk_link *link, const struct mk_institution *institution,
                   enum mk_time_style style, struct mk_text *out);
void mk_exchange_write(const struct mk_link *link, const struct mk_institution *institution,
                       enum mk_time_style style, struct mk_text *out);

#endif
