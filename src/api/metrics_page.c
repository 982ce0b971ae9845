/* SPDX-License-Identifier: MIT */
/* GET /metrics: Prometheus' text format, version 0.0.4. Ours. */
#include "api/handlers.h"
#include "api/metrics.h"
#include "base/process.h"

#include <inttypes.h>
#include <stdlib.h>

#define NAME "moneykit_sandbox_"

static uint64_t read_counter(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void begin(struct mk_text *out, const char *name, const char *type, const char *help)
{
    mk_text_print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A family of one sample without labels. */
static void add_number(struct mk_text *out, const char *name, const char *type, const char *help,
                       int64_t value)
{
    begin(out, name, type, help);
    mk_text_print(out, "%s %" PRId64 "\n", name, value);
}

/* The same in seconds, from microseconds. */
static void add_seconds(struct mk_text *out, const char *name, const char *type, const char *help,
                        int64_t span)
{
    begin(out, name, type, help);
    mk_text_print(out, "%s %" PRId64 ".%06" PRId64 "\n", name, span / MK_SECOND, span % MK_SECOND);
}

/* --- Requests --------------------------------------------------------------------------------- */

/* Adds the name of a route; pages have no operation. */
static void add_operation(struct mk_text *out, size_t route)
{
    if (route == mk_route_count)
        mk_text_add_literal(out, "operation=\"none\"");
    else if (mk_routes[route].operation != NULL)
        mk_text_print(out, "operation=\"%s\"", mk_routes[route].operation);
    else
        mk_text_print(out, "operation=\"%s %s\"", mk_method_name(mk_routes[route].method),
                      mk_routes[route].path);
}

static void add_statuses(const struct mk_metrics *metrics, struct mk_text *out)
{
    begin(out, NAME "requests_total", "counter", "Requests answered.");
    for (size_t i = 0; i <= mk_route_count; i++) {
        for (unsigned j = 0; j <= MK_METRICS_STATUS_MAX - MK_METRICS_STATUS_MIN; j++) {
            uint64_t count = read_counter(&metrics->routes[i].statuses[j]);
            if (count == 0)
                continue;
            mk_text_add_literal(out, NAME "requests_total{");
            add_operation(out, i);
            mk_text_print(out, ",status=\"%u\"} %" PRIu64 "\n", MK_METRICS_STATUS_MIN + j, count);
        }
    }
}

/* One bucket with all below it; `bound` is its text. */
static void add_bucket(struct mk_text *out, size_t route, const char *bound, uint64_t count)
{
    mk_text_add_literal(out, NAME "request_duration_seconds_bucket{");
    add_operation(out, route);
    mk_text_print(out, ",le=\"%s\"} %" PRIu64 "\n", bound, count);
}

static void add_histogram(struct mk_text *out, size_t route, const struct mk_metrics_route *at)
{
    uint64_t span = read_counter(&at->spans);
    uint64_t count = 0;
    char bound[32];

    for (size_t i = 0; i < MK_METRICS_BOUNDS; i++) {
        count += read_counter(&at->buckets[i]);
        snprintf(bound, sizeof(bound), "%g", (double)mk_metrics_bounds[i] / (double)MK_SECOND);
        add_bucket(out, route, bound, count);
    }
    count += read_counter(&at->buckets[MK_METRICS_BOUNDS]);
    add_bucket(out, route, "+Inf", count);
    mk_text_add_literal(out, NAME "request_duration_seconds_sum{");
    add_operation(out, route);
    mk_text_print(out, "} %" PRIu64 ".%06" PRIu64 "\n" NAME "request_duration_seconds_count{",
                  span / (uint64_t)MK_SECOND, span % (uint64_t)MK_SECOND);
    add_operation(out, route);
    mk_text_print(out, "} %" PRIu64 "\n", count);
}

static bool has_requests(const struct mk_metrics_route *at)
{
    for (size_t i = 0; i <= MK_METRICS_BOUNDS; i++) {
        if (read_counter(&at->buckets[i]) > 0)
            return true;
    }
    return false;
}

static void add_spans(const struct mk_metrics *metrics, struct mk_text *out)
{
    begin(out, NAME "request_duration_seconds", "histogram",
          "Time to the answer of a request, waiting included.");
    for (size_t i = 0; i <= mk_route_count; i++) {
        if (has_requests(&metrics->routes[i]))
            add_histogram(out, i, &metrics->routes[i]);
    }
}

static void add_calls(const struct mk_metrics *metrics, struct mk_text *out)
{
    add_statuses(metrics, out);
    add_spans(metrics, out);
    add_number(out, NAME "waiting_calls", "gauge", "Calls whose answer comes later.",
               atomic_load_explicit(&metrics->waiting, memory_order_relaxed));
    begin(out, NAME "faults_fired_total", "counter", "Fault rules that fired.");
    for (unsigned i = 0; i < MK_FAULT_ACTION_COUNT; i++)
        mk_text_print(out, NAME "faults_fired_total{action=\"%s\"} %" PRIu64 "\n",
                      mk_fault_action_names[i], read_counter(&metrics->faults[i]));
}

/* --- Worlds ----------------------------------------------------------------------------------- */

/* Over all worlds. */
struct sums {
    size_t worlds;
    int64_t links;
    int64_t sessions;
    int64_t fault_rules;
    int64_t journal_bytes;
    int64_t waiting;
    int64_t out;
    int64_t delivered;
    int64_t failed;
    int64_t dropped;
};

/* The caller has its lock. */
static void add_world(const struct mk_world *world, struct sums *sums)
{
    const struct mk_deliveries *deliveries = &world->deliveries;

    sums->links += world->links.store.count;
    sums->sessions += world->sessions.store.count;
    sums->fault_rules += (int64_t)world->faults.count;
    sums->journal_bytes += (int64_t)world->journal.used;
    sums->waiting += (int64_t)deliveries->waiting;
    sums->out += (int64_t)deliveries->out;
    sums->delivered += (int64_t)deliveries->delivered;
    sums->failed += (int64_t)deliveries->failed;
    sums->dropped += (int64_t)deliveries->dropped;
}

static struct sums sum_worlds(struct mk_worlds *worlds)
{
    struct sums sums = { 0 };
    struct mk_world **list;

    sums.worlds = mk_worlds_list(worlds, INT64_MAX, &list);
    for (size_t i = 0; i < sums.worlds; i++) {
        mk_world_lock(list[i]);
        add_world(list[i], &sums);
        mk_world_unlock(list[i]);
        mk_world_release(list[i]);
    }
    free(list);
    return sums;
}

/* A reset takes what it counted away, so nothing here is a counter. */
static void add_worlds(struct mk_worlds *worlds, struct mk_text *out)
{
    const struct sums sums = sum_worlds(worlds);

    add_number(out, NAME "worlds", "gauge", "Clients with a world.", (int64_t)sums.worlds);
    add_number(out, NAME "links", "gauge", "Links of all worlds, pending and deleted ones too.",
               sums.links);
    add_number(out, NAME "link_sessions", "gauge", "Link sessions of all worlds.", sums.sessions);
    add_number(out, NAME "fault_rules", "gauge", "Fault rules of all worlds.", sums.fault_rules);
    add_number(out, NAME "journal_bytes", "gauge", "Bytes in the journals of all worlds.",
               sums.journal_bytes);
    add_number(out, NAME "webhooks_waiting", "gauge", "Webhook deliveries without an outcome.",
               sums.waiting);
    add_number(out, NAME "webhooks_in_flight", "gauge", "Webhook attempts under way.", sums.out);
    begin(out, NAME "webhooks", "gauge",
          "Webhook deliveries by outcome, since each world's last reset.");
    mk_text_print(out,
                  NAME "webhooks{state=\"delivered\"} %" PRId64 "\n" NAME
                       "webhooks{state=\"failed\"} %" PRId64 "\n" NAME
                       "webhooks{state=\"dropped\"} %" PRId64 "\n",
                  sums.delivered, sums.failed, sums.dropped);
}

/* --- Process ---------------------------------------------------------------------------------- */

static void add_process(const struct mk_service *service, struct mk_text *out)
{
    struct mk_process process;

    mk_process_look(&process);
    if (process.resident >= 0)
        add_number(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
                   process.resident);
    if (process.cpu >= 0)
        add_seconds(out, "process_cpu_seconds_total", "counter", "User and system time.",
                    process.cpu);
    if (process.files >= 0)
        add_number(out, "process_open_fds", "gauge", "Open file descriptors.", process.files);
    add_seconds(out, "process_start_time_seconds", "gauge",
                "When the sandbox started, seconds since 1970.", service->started);
    begin(out, NAME "build_info", "gauge", "The version that runs; always 1.");
    mk_text_print(out, NAME "build_info{version=\"%s\"} 1\n", MK_VERSION);
}

enum mk_err mk_get_metrics(const struct mk_call *call, struct mk_reply *reply)
{
    reply->status = 200;
    reply->content_type = "text/plain; version=0.0.4";
    add_calls(call->service->metrics, &reply->text);
    add_worlds(call->service->worlds, &reply->text);
    add_process(call->service, &reply->text);
    return MK_OK;
}
