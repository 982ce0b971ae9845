/* SPDX-License-Identifier: MIT */
/* Attempts: made into parcels, and judged when they come back. */
#include "core/deliveries_private.h"

#include "base/memory.h"
#include "core/world.h"

#include <stdlib.h>
#include <uuid/uuid.h>

/*
 * A retry comes at least so long after the last one: no setting makes the courier run in circles.
 */
#define RETRY_SPAN_MIN MK_SECOND

/* --- Going out -------------------------------------------------------------------------------- */

static uint32_t last_number(const struct mk_delivery *delivery)
{
    return delivery->attempt_count == 0 ? 0
                                        : delivery->attempts[delivery->attempt_count - 1].number;
}

/* One more post: of a new attempt, or of the one that is made twice. */
static struct mk_attempt *begin(struct mk_delivery *delivery, int64_t now)
{
    uint8_t hostility = delivery->is_replay ? MK_HOSTILE_NONE : delivery->hostility;
    uint32_t number = last_number(delivery);

    if (delivery->copies == 0) {
        delivery->copies = hostility == MK_HOSTILE_DUPLICATE ? 2 : 1;
        delivery->tries += !delivery->is_replay;
        number++;
    }
    delivery->attempts =
        mk_resize(delivery->attempts, delivery->attempt_count + 1, sizeof(struct mk_attempt));
    struct mk_attempt *attempt = &delivery->attempts[delivery->attempt_count++];
    *attempt = (struct mk_attempt){ .number = number,
                                    .hostility = hostility,
                                    .is_replay = delivery->is_replay,
                                    .is_out = true,
                                    .started = now,
                                    .ended = MK_NEVER,
                                    .span = -1 };
    delivery->copies--;
    delivery->out++;
    delivery->state = MK_DELIVERY_SENDING;
    return attempt;
}

static int64_t signing_time(const struct mk_world *world, int64_t now, uint8_t hostility)
{
    int64_t iat = world->settings.signature_clock == MK_CLOCK_WORLD ? now : mk_real_now();

    return hostility == MK_HOSTILE_STALE ? iat - MK_STALE_SPAN : iat;
}

static void pack(struct mk_world *world, const struct mk_delivery *delivery, int64_t now,
                 struct mk_parcel *ret)
{
    const struct mk_attempt *attempt = &delivery->attempts[delivery->attempt_count - 1];
    struct mk_signer *signer = mk_keys_signer(world, now);

    *ret = (struct mk_parcel){ .world = mk_world_hold(world),
                               .epoch = world->epoch,
                               .record = delivery->record,
                               .delivery = delivery->number,
                               .place = delivery->attempt_count - 1,
                               .attempt = attempt->number,
                               .hostility = attempt->hostility,
                               .iat = signing_time(world, now, attempt->hostility),
                               .signer = signer == NULL ? NULL : mk_signer_hold(signer),
                               .url = mk_copy(delivery->url),
                               .body = mk_copy_bytes(delivery->body, delivery->length),
                               .length = delivery->length };
    uuid_unparse_lower(delivery->token, ret->token);
}

bool mk_deliveries_take(struct mk_world *world, bool (*may)(void *context, const char *url),
                        void *context, struct mk_parcel *ret, bool *ret_blocked)
{
    const struct mk_line_look look = {
        .world = world, .now = mk_world_now(world), .may = may, .context = context
    };
    struct mk_delivery *delivery = mk_line_pick(&look, ret_blocked);

    if (delivery == NULL)
        return false;
    begin(delivery, look.now);
    world->deliveries.out++;
    if (delivery->copies > 0)
        mk_line_wait(&world->deliveries, delivery);
    pack(world, delivery, look.now, ret);
    return true;
}

void mk_parcel_done(struct mk_parcel *parcel)
{
    mk_signer_release(parcel->signer);
    free(parcel->url);
    free(parcel->body);
    mk_world_release(parcel->world);
}

/* --- Coming back ------------------------------------------------------------------------------ */

/* What the receiver said, while there is room to keep it. */
static void keep(struct mk_deliveries *deliveries, struct mk_delivery *delivery,
                 struct mk_attempt *attempt, const struct mk_delivery_outcome *outcome)
{
    size_t size = sizeof(*attempt) + outcome->headers_length + outcome->answer_length;
    bool has_room = deliveries->waiting_bytes + size <= MK_DELIVERIES_WAITING_BYTES;

    if (!has_room)
        size = sizeof(*attempt);
    if (has_room && outcome->headers_length > 0)
        attempt->headers = mk_copy_bytes(outcome->headers, outcome->headers_length);
    if (has_room && outcome->answer_length > 0) {
        attempt->answer = mk_copy_bytes(outcome->answer, outcome->answer_length);
        attempt->answer_length = outcome->answer_length;
    }
    delivery->bytes += size;
    deliveries->waiting_bytes += size;
}

/* Whether one of the attempt's posts was answered with 2xx. */
static bool is_accepted(const struct mk_delivery *delivery)
{
    uint32_t number = last_number(delivery);

    for (uint32_t i = delivery->attempt_count; i-- > 0;) {
        const struct mk_attempt *attempt = &delivery->attempts[i];
        if (attempt->number == number && attempt->status >= 200 && attempt->status < 300)
            return true;
    }
    return false;
}

static int64_t retry_at(const struct mk_world *world, const struct mk_delivery *delivery,
                        int64_t now)
{
    int64_t span = world->settings.webhook_retry_span;

    if (span < RETRY_SPAN_MIN)
        span = RETRY_SPAN_MIN;
    for (uint32_t i = 1; i < delivery->tries && span <= MK_DELIVERY_LIFE; i++)
        span *= 2;
    return now + span;
}

static void retry(struct mk_world *world, struct mk_delivery *delivery, int64_t due)
{
    if (due > delivery->made + MK_DELIVERY_LIFE) {
        mk_delivery_give_up(world, delivery);
        return;
    }
    delivery->state = MK_DELIVERY_RETRYING;
    delivery->due = due;
    mk_line_wait(&world->deliveries, delivery);
}

/* All posts of the attempt are back. */
static void judge(struct mk_world *world, struct mk_delivery *delivery, int64_t now)
{
    struct mk_deliveries *deliveries = &world->deliveries;
    bool was_replay = delivery->is_replay;
    uint8_t before = delivery->before;

    delivery->is_replay = false;
    delivery->before = MK_DELIVERY_QUEUED;
    if (is_accepted(delivery)) {
        deliveries->delivered += before != MK_DELIVERY_DELIVERED;
        mk_delivery_finish(deliveries, delivery, MK_DELIVERY_DELIVERED);
    } else if (before >= MK_DELIVERY_DELIVERED) {
        mk_delivery_finish(deliveries, delivery, (enum mk_delivery_state)before);
    } else {
        retry(world, delivery, was_replay ? delivery->resumes : retry_at(world, delivery, now));
    }
}

void mk_deliveries_bring(struct mk_world *world, const struct mk_parcel *parcel,
                         const struct mk_delivery_outcome *outcome)
{
    struct mk_deliveries *deliveries = &world->deliveries;
    struct mk_delivery *delivery =
        parcel->epoch == world->epoch
            ? mk_delivery_known(deliveries, parcel->record, parcel->delivery)
            : NULL;

    if (delivery == NULL)
        return;
    struct mk_attempt *attempt = &delivery->attempts[parcel->place];
    int64_t now = mk_world_now(world);
    attempt->is_out = false;
    attempt->ended = now;
    attempt->span = outcome->span;
    attempt->status = (uint16_t)outcome->status;
    attempt->problem = outcome->status == 0 ? mk_copy(outcome->problem) : NULL;
    keep(deliveries, delivery, attempt, outcome);
    deliveries->out--;
    delivery->out--;
    if (delivery->out == 0 && delivery->copies == 0) {
        mk_line_leave(deliveries, delivery);
        judge(world, delivery, now);
    }
    mk_delivery_tell(world, delivery, attempt);
}
