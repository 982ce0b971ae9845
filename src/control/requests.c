/* SPDX-License-Identifier: MIT */
/* GET /sandbox/requests: the journal's requests, and one that explains itself. Ours. */
#include "api/handlers.h"
#include "control/explain.h"
#include "control/filter.h"
#include "json/build.h"

enum { LIMIT_MAX = 1000, CAUSED_MAX = 100 };

/* clang-format off */
static const struct mk_field requests_fields[] = {
    { .name = "since", .type = MK_STRING },
    { .name = "operation", .type = MK_STRING },
    { .name = "method", .type = MK_STRING, .choices = mk_request_method_names,
      .choices_name = "SandboxMethod" },
    { .name = "status", .type = MK_INTEGER, .min = 100, .max = 599 },
    { .name = "link_id", .type = MK_STRING },
    { .name = "error_code", .type = MK_STRING },
    { .name = "include", .type = MK_STRING, .choices = mk_request_include_names,
      .choices_name = "SandboxInclude" },
    { .name = "limit", .type = MK_INTEGER, .min = 1, .max = LIMIT_MAX, .fallback = "100" },
};
/* clang-format on */
const struct mk_shape mk_sandbox_requests_query = MK_SHAPE(NULL, requests_fields);

/* The next one that matches; false at the end. */
static bool next(const struct mk_journal *journal, const struct mk_filter *filter, uint64_t after,
                 struct mk_journal_reader *reader, struct mk_happening *ret)
{
    while (mk_journal_next(journal, after, reader, ret)) {
        if (mk_filter_matches(filter, ret))
            return true;
    }
    return false;
}

/* Without `since` the newest are shown: so many before them are left out. */
static uint64_t count_surplus(const struct mk_journal *journal, const struct mk_filter *filter,
                              uint64_t limit)
{
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;
    uint64_t count = 0;

    while (next(journal, filter, 0, &reader, &happening))
        count++;
    return count > limit ? count - limit : 0;
}

static json_t *list_view(const struct mk_call *call, const struct mk_filter *filter, uint64_t after,
                         uint64_t skip)
{
    const struct mk_journal *journal = &call->world->journal;
    uint64_t limit = (uint64_t)mk_get_integer(call->query, "limit");
    enum mk_time_style style = call->world->settings.timestamps;
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;
    uint64_t last = journal->last;
    json_t *list = json_array();

    while (next(journal, filter, after, &reader, &happening)) {
        if (skip > 0) {
            skip--;
            continue;
        }
        mk_json_append(&list, mk_happening_view(&happening, style));
        if (--limit > 0)
            continue;
        last = happening.number;
        break;
    }
    return json_pack("{s:o, s:b, s:I}", "requests", list, "missed", after + 1 < journal->first,
                     "last_event_id", (json_int_t)last);
}

enum mk_err mk_sandbox_get_requests(const struct mk_call *call, struct mk_reply *reply)
{
    const char *since = mk_get_text(call->query, "since");
    struct mk_filter filter;
    uint64_t after = 0;
    uint64_t skip = 0;

    MK_TRY(mk_filter_read(call, MK_HAPPENED_REQUEST, &reply->issues, &filter));
    if (since != NULL)
        MK_TRY(mk_read_since(call, reply, since, &after));
    else
        skip = count_surplus(&call->world->journal, &filter,
                             (uint64_t)mk_get_integer(call->query, "limit"));
    return mk_reply_json(reply, 200, list_view(call, &filter, after, skip));
}

/* What happened between the call's begin and its end. */
static void add_caused(const struct mk_call *call, const struct mk_happening *request,
                       json_t **view)
{
    const struct mk_journal *journal = &call->world->journal;
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;
    json_t *list = json_array();
    json_int_t count = 0;

    while (mk_journal_next(journal, request->began - 1, &reader, &happening) &&
           happening.number < request->number) {
        if (happening.kind == MK_HAPPENED_REQUEST)
            continue;
        if (count++ < CAUSED_MAX)
            mk_json_append(&list, mk_happening_view(&happening, call->world->settings.timestamps));
    }
    mk_json_set(view, "caused", list);
    mk_json_set(view, "caused_count", json_integer(count));
}

enum mk_err mk_sandbox_get_request(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_happening request;

    if (!mk_journal_find_request(&call->world->journal, call->path[0], &request))
        return MK_REQUEST_NOT_FOUND;
    json_t *view = mk_happening_view(&request, call->world->settings.timestamps);
    mk_explain(call, &request, &view);
    add_caused(call, &request, &view);
    return mk_reply_json(reply, 200, view);
}
