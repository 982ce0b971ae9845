/* SPDX-License-Identifier: MIT */
/*
 * Counters of the whole server, for GET /metrics. Counted without a lock, by all threads; a reader
 * sees numbers that may be of slightly different moments.
 */
#ifndef MK_API_METRICS_H
#define MK_API_METRICS_H

#include "api/routes.h"

/* How long requests took, in the bounds of mk_metrics_bounds; the last one has no bound. */
enum { MK_METRICS_BOUNDS = 16 };
extern const int64_t mk_metrics_bounds[MK_METRICS_BOUNDS]; /* microseconds */

enum { MK_METRICS_STATUS_MIN = 100, MK_METRICS_STATUS_MAX = 599 };

/* The requests of one route. */
struct mk_metrics_route {
    _Atomic uint64_t statuses[MK_METRICS_STATUS_MAX + 1 - MK_METRICS_STATUS_MIN];
    _Atomic uint64_t buckets[MK_METRICS_BOUNDS + 1]; /* each alone, not added up */
    _Atomic uint64_t spans;                          /* microseconds, of all */
};

struct mk_metrics {
    _Atomic uint64_t faults[MK_FAULT_ACTION_COUNT];
    _Atomic int64_t waiting;          /* calls whose answer comes later */
    struct mk_metrics_route routes[]; /* as mk_routes, and one more: it matched none */
};

struct mk_metrics *mk_metrics_new(void);
void mk_metrics_free(struct mk_metrics *metrics);

/* One answered request; route is NULL when it matched none. The span is in microseconds. */
void mk_metrics_count(struct mk_metrics *metrics, const struct mk_route *route, unsigned status,
                      int64_t span);

/* A fault fired. */
void mk_metrics_fault(struct mk_metrics *metrics, uint8_t action);

/* A call began to wait (1), or was asked again (-1). */
void mk_metrics_wait(struct mk_metrics *metrics, int change);

#endif
