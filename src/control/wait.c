/* SPDX-License-Identifier: MIT */
/*
 * GET /sandbox/wait: answers when something happens that matches, or says what happened instead.
 * Ours. No thread waits: between two looks there is only the pause of the call.
 */
#include "api/handlers.h"
#include "control/filter.h"
#include "core/notices.h"
#include "json/build.h"

enum { TIMEOUT_MAX = 300, SAW_MAX = 100 };

/* clang-format off */
static const struct mk_field wait_fields[] = {
    { .name = "for", .type = MK_STRING, .required = true, .choices = mk_wait_kind_names,
      .choices_name = "SandboxWaitFor" },
    { .name = "since", .type = MK_STRING },
    { .name = "timeout_seconds", .type = MK_INTEGER, .min = 0, .max = TIMEOUT_MAX,
      .fallback = "30" },
    { .name = "operation", .type = MK_STRING },
    { .name = "method", .type = MK_STRING, .choices = mk_request_method_names,
      .choices_name = "SandboxMethod" },
    { .name = "status", .type = MK_INTEGER, .min = 100, .max = 599 },
    { .name = "link_id", .type = MK_STRING },
    { .name = "error_code", .type = MK_STRING },
    { .name = "webhook_event", .type = MK_STRING, .choices = mk_notice_names,
      .choices_name = "SandboxWebhookEvent" },
    { .name = "state", .type = MK_STRING },
    { .name = "attempt", .type = MK_INTEGER, .min = 0, .max = UINT32_MAX },
    { .name = "delivery_token", .type = MK_STRING },
    { .name = "include", .type = MK_STRING, .choices = mk_request_include_names,
      .choices_name = "SandboxInclude" },
};
/* clang-format on */
const struct mk_shape mk_sandbox_wait_query = MK_SHAPE(NULL, wait_fields);

/*
 * A wait for a link's state begins with the state that it has: before its last change since the
 * world was loaded. The journal's end where it does not tell of one.
 */
static uint64_t before_last_change(const struct mk_journal *journal, const char *link_id)
{
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;
    char id[MK_LINK_ID_SIZE];
    uint64_t found = journal->last;

    while (mk_journal_next(journal, 0, &reader, &happening)) {
        if (happening.kind == MK_HAPPENED_LINK && mk_happening_link_id(&happening, id) &&
            strcmp(id, link_id) == 0)
            found = happening.number - 1;
        else if (happening.kind == MK_HAPPENED_RESET)
            found = journal->last;
    }
    return found;
}

/* The state that a link has, where the journal does not tell of it (any more). */
static bool is_at_hand(const struct mk_call *call, const struct mk_filter *filter,
                       const struct mk_pause *pause, struct mk_happening *ret)
{
    const char *link_id = mk_get_text(call->query, "link_id");
    uint64_t last = call->world->journal.last;

    if (filter->kind != MK_HAPPENED_LINK || link_id == NULL || pause->number < last ||
        mk_get_text(call->query, "since") != NULL)
        return false;
    const struct mk_link *link = mk_links_find(&call->world->links, link_id, call->now);
    if (link == NULL)
        return false;
    *ret = (struct mk_happening){ .number = last,
                                  .moment = call->now,
                                  .kind = MK_HAPPENED_LINK,
                                  .state = link->state,
                                  .error = link->error };
    memcpy(ret->link, link->id, sizeof(ret->link));
    return mk_filter_matches(filter, ret);
}

/* `since` is where to look on from, `number` where the whole wait began. */
static enum mk_err start(const struct mk_call *call, const struct mk_filter *filter,
                         struct mk_reply *reply)
{
    struct mk_pause *pause = &reply->pause;
    const char *since = mk_get_text(call->query, "since");
    const char *link_id = mk_get_text(call->query, "link_id");

    pause->deadline =
        mk_monotonic_now() + mk_get_integer(call->query, "timeout_seconds") * MK_SECOND;
    pause->number = call->world->journal.last;
    if (since != NULL)
        MK_TRY(mk_read_since(call, reply, since, &pause->number));
    else if (filter->kind == MK_HAPPENED_LINK && link_id != NULL)
        pause->number = before_last_change(&call->world->journal, link_id);
    pause->since = pause->number;
    return MK_OK;
}

/* The call that `since` names is what the caller did, not what it waits for. */
static bool is_own_request(const struct mk_call *call, const struct mk_happening *happening)
{
    const char *since = mk_get_text(call->query, "since");

    return happening->kind == MK_HAPPENED_REQUEST && since != NULL &&
           strcmp(since, happening->request_id) == 0;
}

static bool find(const struct mk_call *call, const struct mk_filter *filter, struct mk_pause *pause,
                 struct mk_happening *ret)
{
    const struct mk_journal *journal = &call->world->journal;
    struct mk_journal_reader reader = { .number = 0 };

    while (mk_journal_next(journal, pause->since, &reader, ret)) {
        if (!is_own_request(call, ret) && mk_filter_matches(filter, ret))
            return true;
    }
    pause->since = journal->last;
    return false;
}

/* The last ones since the wait began, each with what keeps it from matching. */
static json_t *saw_view(const struct mk_call *call, const struct mk_filter *filter, uint64_t after)
{
    const struct mk_journal *journal = &call->world->journal;
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;
    json_t *list = json_array();

    if (journal->last - after > SAW_MAX)
        after = journal->last - SAW_MAX;
    while (mk_journal_next(journal, after, &reader, &happening)) {
        if (is_own_request(call, &happening))
            continue;
        json_t *seen = json_pack("{s:o, s:o}", "event",
                                 mk_happening_view(&happening, call->world->settings.timestamps),
                                 "differs", mk_filter_differences(filter, &happening));
        mk_json_append(&list, seen);
    }
    return list;
}

static json_t *answer_view(const struct mk_call *call, const struct mk_filter *filter,
                           const struct mk_pause *pause, const struct mk_happening *match)
{
    const struct mk_journal *journal = &call->world->journal;
    uint64_t last = match != NULL ? match->number : journal->last;
    enum mk_time_style style = call->world->settings.timestamps;

    return json_pack("{s:b, s:o, s:o, s:b, s:I}", "matched", match != NULL, "event",
                     match != NULL ? mk_happening_view(match, style) : json_null(), "saw",
                     match != NULL ? json_array() : saw_view(call, filter, pause->number), "missed",
                     pause->number + 1 < journal->first, "last_event_id", (json_int_t)last);
}

static enum mk_err look(const struct mk_call *call, struct mk_reply *reply,
                        const struct mk_filter *filter)
{
    struct mk_pause *pause = &reply->pause;
    struct mk_happening match;

    if (find(call, filter, pause, &match))
        return mk_reply_json(reply, 200, answer_view(call, filter, pause, &match));
    if (mk_monotonic_now() >= pause->deadline || atomic_load(&call->service->stopping) ||
        call->world->is_gone)
        return mk_reply_json(reply, 200, answer_view(call, filter, pause, NULL));
    mk_bells_add(&call->world->bells, mk_request_bell(call->request));
    pause->until = pause->deadline;
    return MK_LATER;
}

enum mk_err mk_sandbox_wait(const struct mk_call *call, struct mk_reply *reply)
{
    enum mk_happening_kind kind =
        (enum mk_happening_kind)mk_term_find(mk_happening_names, mk_get_text(call->query, "for"));
    struct mk_happening match;
    struct mk_filter filter;

    MK_TRY(mk_filter_read(call, kind, &reply->issues, &filter));
    if (call->pause != NULL)
        reply->pause = *call->pause;
    else {
        MK_TRY(start(call, &filter, reply));
        if (is_at_hand(call, &filter, &reply->pause, &match))
            return mk_reply_json(reply, 200, answer_view(call, &filter, &reply->pause, &match));
    }
    return look(call, reply, &filter);
}
