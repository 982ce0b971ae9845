/* SPDX-License-Identifier: MIT */
/* The clock of a world: GET and PUT /sandbox/clock, POST /sandbox/clock/advance. Ours. */
#include "api/handlers.h"
#include "api/views.h"
#include "core/notices.h"
#include "json/build.h"

#include <uuid/uuid.h>

/* Bounds of ours. The last moment is 3000-01-01T00:00:00. */
enum { ADVANCE_SECONDS_MAX = 10 * 366 * 86400 };
#define LAST_SECOND INT64_C(32503680000)

/* A caller waits so long for deliveries, in real time; and looks again at least so often. */
#define MK_ADVANCE_SPAN (10 * MK_SECOND)
#define LOOK_SPAN MK_SECOND

static const struct mk_field clock_fields[] = {
    { .name = "now", .type = MK_TIME },
    { .name = "frozen", .type = MK_BOOLEAN },
    { .name = "offset_seconds", .type = MK_INTEGER, .min = -LAST_SECOND, .max = LAST_SECOND },
};
const struct mk_shape mk_sandbox_clock_body = MK_SHAPE("SandboxSetClockRequest", clock_fields);

static const struct mk_field advance_fields[] = {
    { .name = "seconds", .type = MK_INTEGER, .required = true, .max = ADVANCE_SECONDS_MAX },
};
const struct mk_shape mk_sandbox_advance_body =
    MK_SHAPE("SandboxAdvanceClockRequest", advance_fields);

/* --- Views ------------------------------------------------------------------------------------ */

/* To the nearest second; a clock that stands still has none, since real time runs away from it. */
static json_t *offset_view(const struct mk_clock *clock)
{
    int64_t half = clock->offset < 0 ? -MK_SECOND / 2 : MK_SECOND / 2;

    return clock->frozen ? json_null() : json_integer((clock->offset + half) / MK_SECOND);
}

static json_t *clock_view(const struct mk_world *world)
{
    return json_pack("{s:o, s:b, s:o}", "now",
                     mk_time_view(mk_world_now(world), world->settings.timestamps), "frozen",
                     world->clock.frozen, "offset_seconds", offset_view(&world->clock));
}

/* An attempt is under way, or is due and nobody has taken it yet. */
static bool is_in_flight(const struct mk_delivery *delivery, int64_t now)
{
    switch ((enum mk_delivery_state)delivery->state) {
    case MK_DELIVERY_SENDING:
        return true;
    case MK_DELIVERY_QUEUED:
    case MK_DELIVERY_RETRYING:
        return delivery->due != MK_NEVER && delivery->due <= now;
    default:
        return false;
    }
}

static json_t *delivery_view(const struct mk_delivery *delivery)
{
    char token[MK_TOKEN_SIZE];

    uuid_unparse_lower(delivery->token, token);
    return json_pack("{s:s, s:s+%, s:s}", "delivery_token", token, "link_id", "mk_", delivery->link,
                     (size_t)MK_SHORT_ID_LENGTH, "webhook_event", mk_notice_names[delivery->event]);
}

static json_t *in_flight_view(const struct mk_world *world)
{
    int64_t now = mk_world_now(world);
    const struct mk_delivery *delivery = NULL;
    json_t *list = json_array();

    while ((delivery = mk_deliveries_after(&world->deliveries, delivery)) != NULL) {
        if (is_in_flight(delivery, now))
            mk_json_append(&list, delivery_view(delivery));
    }
    return list;
}

/* --- Movements -------------------------------------------------------------------------------- */

/* Whether there is still something to wait for. A reset or the world's end takes it away. */
static bool is_under_way(const struct mk_world *world, const struct mk_pause *pause)
{
    return world->epoch == pause->since && !world->is_gone &&
           world->schedule.advance.moves < pause->number;
}

/* MK_LATER while the movement is under way; the same way each time the caller is asked again. */
static enum mk_err wait_for_it(const struct mk_call *call, struct mk_reply *reply)
{
    int64_t now = mk_monotonic_now();
    int64_t left = reply->pause.deadline - now;

    if (!is_under_way(call->world, &reply->pause))
        return MK_OK;
    if (left <= 0)
        mk_schedule_hurry(call->world);
    mk_bells_add(&call->world->bells, mk_request_bell(call->request));
    reply->pause.until = now + (left > 0 && left < LOOK_SPAN ? left : LOOK_SPAN);
    return MK_LATER;
}

/* Begins a movement, or comes back to the one that was begun. */
static enum mk_err move(const struct mk_call *call, struct mk_reply *reply, int64_t span,
                        bool waits)
{
    if (call->pause != NULL) {
        reply->pause = *call->pause;
        return wait_for_it(call, reply);
    }
    reply->pause.since = call->world->epoch;
    reply->pause.number = mk_schedule_advance(call->world, span, waits);
    reply->pause.deadline = mk_monotonic_now() + MK_ADVANCE_SPAN;
    return wait_for_it(call, reply);
}

static enum mk_err refuse(struct mk_reply *reply, const char *key, enum mk_issue issue,
                          const char *sentence)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = key };

    mk_issues_add(&reply->issues, &place, issue, sentence, 0);
    return MK_INVALID;
}

/* From where the clock goes already to `wanted`; what is less than a second is not back. */
static enum mk_err span_to(const struct mk_call *call, struct mk_reply *reply, const char *key,
                           int64_t wanted, int64_t *ret)
{
    int64_t span = wanted - mk_schedule_destination(call->world);

    if (wanted > LAST_SECOND * MK_SECOND)
        return refuse(reply, key, MK_ISSUE_UNKNOWN_VALUE,
                      "The clock goes no further than 3000-01-01T00:00:00");
    if (span <= -MK_SECOND)
        return MK_TIME_BACKWARDS;
    *ret = span > 0 ? span : 0;
    return MK_OK;
}

/* How far the body moves the clock. */
static enum mk_err read_span(const struct mk_call *call, struct mk_reply *reply, int64_t *ret)
{
    const char *now = mk_get_text(call->body, "now");
    bool has_offset = json_object_get(call->body, "offset_seconds") != NULL;
    int64_t offset = mk_get_integer(call->body, "offset_seconds") * MK_SECOND;
    int64_t wanted;

    *ret = 0;
    if (now != NULL && has_offset)
        return refuse(reply, "offset_seconds", MK_ISSUE_UNKNOWN_VALUE,
                      "The body should have now or offset_seconds, not both");
    if (now != NULL && mk_time_read(now, &wanted))
        return span_to(call, reply, "now", wanted, ret);
    if (has_offset)
        return span_to(call, reply, "offset_seconds", mk_real_now() + offset, ret);
    return MK_OK;
}

/* --- The calls -------------------------------------------------------------------------------- */

enum mk_err mk_sandbox_get_clock(const struct mk_call *call, struct mk_reply *reply)
{
    return mk_reply_json(reply, 200, clock_view(call->world));
}

/* It is frozen or let run first, then moved. */
enum mk_err mk_sandbox_set_clock(const struct mk_call *call, struct mk_reply *reply)
{
    const json_t *frozen = json_object_get(call->body, "frozen");
    int64_t span = 0;

    if (call->pause == NULL) {
        MK_TRY(read_span(call, reply, &span));
        if (frozen != NULL)
            mk_schedule_freeze(call->world, json_is_true(frozen));
        MK_TRY(read_span(call, reply, &span)); /* to the microsecond, from where it stands now */
    }
    if (call->pause != NULL || span > 0)
        MK_TRY(move(call, reply, span, false));
    return mk_sandbox_get_clock(call, reply);
}

enum mk_err mk_sandbox_advance_clock(const struct mk_call *call, struct mk_reply *reply)
{
    int64_t seconds = mk_get_integer(call->body, "seconds");
    int64_t span = seconds * MK_SECOND;

    if (call->pause == NULL)
        MK_TRY(span_to(call, reply, "seconds", mk_schedule_destination(call->world) + span, &span));
    MK_TRY(move(call, reply, span, true));
    json_t *view = clock_view(call->world);
    mk_json_set(&view, "in_flight", in_flight_view(call->world));
    return mk_reply_json(reply, 200, view);
}
