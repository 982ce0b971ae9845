/* SPDX-License-Identifier: MIT */
/*
 * A world as one JSON document, and back: after saving, resetting and loading every read answers
 * the same bytes as before. In it are settings, clock, seed, states of the generators, sessions
 * with their flows, links with their histories, deliveries, faults, keys (by number; the keys are
 * derived again), counters of rate limits. It holds what the world holds: account numbers are
 * computed and not in it, credentials typed into Connect are nowhere.
 *
 * Not in it: the client's secret and bearers, the journal, measured durations, the windows of
 * Connect, and what nobody can see any more (links and sessions whose time is over). client_id and
 * handle are for --load: whoever loads it into a world that is there leaves them alone.
 *
 * Saving wants the world's lock; loading makes a new world that nobody else knows yet, whose
 * contents mk_world_take() swaps in.
 */
#ifndef MK_CORE_SNAPSHOT_H
#define MK_CORE_SNAPSHOT_H

#include "core/world.h"
#include "json/shape.h"

#define MK_SNAPSHOT_VERSION 1
#define MK_SNAPSHOT_MAX ((size_t)64 * 1024 * 1024) /* bytes of a document; over it 413 or 503 */

/* Appends the document; false when it is too long for the text, or without memory. */
bool mk_snapshot_save(struct mk_world *world, struct mk_text *out);

struct mk_snapshot_source {
    const struct mk_world_config *config;
    const char *client_id; /* of the new world, whatever the document says */
    const json_t *document;
    const struct mk_place *place;  /* where the document stands, for issues */
    const struct mk_shape *custom; /* of custom_sandbox_data */
};

/*
 * A new world with the document's contents; NULL with an issue at the first thing that is wrong.
 * Unknown keys are refused, so that nothing is lost silently.
 */
struct mk_world *mk_snapshot_load(const struct mk_snapshot_source *source,
                                  struct mk_issues *issues);

#endif
