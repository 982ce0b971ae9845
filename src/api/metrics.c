/* SPDX-License-Identifier: MIT */
#include "api/metrics.h"

#include "base/memory.h"

#include <stdlib.h>

#define MILLISECOND (MK_SECOND / 1000)

const int64_t mk_metrics_bounds[MK_METRICS_BOUNDS] = {
    100,
    250,
    500,
    MILLISECOND,
    MILLISECOND * 5 / 2,
    MILLISECOND * 5,
    MILLISECOND * 10,
    MILLISECOND * 25,
    MILLISECOND * 50,
    MILLISECOND * 100,
    MILLISECOND * 250,
    MILLISECOND * 500,
    MK_SECOND,
    MK_SECOND * 5 / 2,
    MK_SECOND * 5,
    MK_SECOND * 10,
};

/* Most of it is never touched, and so takes no memory. */
struct mk_metrics *mk_metrics_new(void)
{
    size_t routes = (mk_route_count + 1) * sizeof(struct mk_metrics_route);

    return mk_alloc_zero(1, sizeof(struct mk_metrics) + routes);
}

void mk_metrics_free(struct mk_metrics *metrics)
{
    free(metrics);
}

static void add(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

void mk_metrics_count(struct mk_metrics *metrics, const struct mk_route *route, unsigned status,
                      int64_t span)
{
    size_t position = route != NULL ? (size_t)(route - mk_routes) : mk_route_count;
    struct mk_metrics_route *at = &metrics->routes[position];
    size_t bucket = 0;

    if (status < MK_METRICS_STATUS_MIN || status > MK_METRICS_STATUS_MAX)
        return;
    while (bucket < MK_METRICS_BOUNDS && span > mk_metrics_bounds[bucket])
        bucket++;
    add(&at->statuses[status - MK_METRICS_STATUS_MIN], 1);
    add(&at->buckets[bucket], 1);
    add(&at->spans, (uint64_t)span);
}

void mk_metrics_fault(struct mk_metrics *metrics, uint8_t action)
{
    add(&metrics->faults[action], 1);
}

void mk_metrics_wait(struct mk_metrics *metrics, int change)
{
    atomic_fetch_add_explicit(&metrics->waiting, change, memory_order_relaxed);
}
