/* SPDX-License-Identifier: MIT */
#include "core/deliveries.h"

#include "base/memory.h"
#include "core/deliveries_private.h"
#include "core/world.h"

#include <stdlib.h>
#include <uuid/uuid.h>

const char *const mk_delivery_state_names[] = { "queued",    "sending", "retrying",
                                                "delivered", "failed",  NULL };
const char *const mk_hostility_names[] = { "none",  "duplicate",   "reorder",  "delay",
                                           "stale", "unknown-kid", "tampered", NULL };

void mk_deliveries_init(struct mk_deliveries *deliveries)
{
    *deliveries = (struct mk_deliveries){ .hostility_left = -1 };
    mk_store_init(&deliveries->store, sizeof(struct mk_delivery));
    mk_chain_init(&deliveries->made_chain, offsetof(struct mk_delivery, node));
    mk_chain_init(&deliveries->finished_chain, offsetof(struct mk_delivery, finished_node));
}

void mk_delivery_done(struct mk_delivery *delivery)
{
    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        free(delivery->attempts[i].problem);
        free(delivery->attempts[i].headers);
        free(delivery->attempts[i].answer);
    }
    free(delivery->attempts);
    free(delivery->idempotency_key);
    free(delivery->url);
    free(delivery->body);
}

void mk_deliveries_done(struct mk_deliveries *deliveries)
{
    struct mk_delivery *delivery = NULL;

    while ((delivery = mk_deliveries_after(deliveries, delivery)) != NULL)
        mk_delivery_done(delivery);
    mk_line_done(deliveries);
    mk_map_done(&deliveries->by_token);
    mk_store_done(&deliveries->store);
}

static uint64_t hash_token(const unsigned char token[16])
{
    return mk_hash(token, 16);
}

static bool has_token(const void *owner, uint32_t record, const void *key)
{
    return memcmp(mk_delivery_at(owner, record)->token, key, 16) == 0;
}

struct mk_delivery *mk_deliveries_find(const struct mk_deliveries *deliveries, const char *token)
{
    unsigned char uuid[16];

    if (uuid_parse(token, uuid) != 0)
        return NULL;
    uint32_t record =
        mk_map_find(&deliveries->by_token, hash_token(uuid), has_token, deliveries, uuid);
    return record == MK_NONE ? NULL : mk_delivery_at(deliveries, record);
}

struct mk_delivery *mk_delivery_known(const struct mk_deliveries *deliveries, uint32_t record,
                                      uint64_t number)
{
    struct mk_delivery *delivery =
        record < deliveries->store.used ? mk_delivery_at(deliveries, record) : NULL;

    return delivery != NULL && delivery->number == number ? delivery : NULL;
}

struct mk_delivery *mk_deliveries_after(const struct mk_deliveries *deliveries,
                                        const struct mk_delivery *delivery)
{
    uint32_t record = delivery == NULL ? deliveries->made_chain.first : delivery->node.next;

    return record == MK_NONE ? NULL : mk_delivery_at(deliveries, record);
}

struct mk_delivery *mk_deliveries_before(const struct mk_deliveries *deliveries,
                                         const struct mk_delivery *delivery)
{
    uint32_t record = delivery == NULL ? deliveries->made_chain.last : delivery->node.previous;

    return record == MK_NONE ? NULL : mk_delivery_at(deliveries, record);
}

void mk_delivery_tell(struct mk_world *world, const struct mk_delivery *delivery,
                      const struct mk_attempt *attempt)
{
    struct mk_happening happening = { .moment = MK_NEVER,
                                      .kind = MK_HAPPENED_DELIVERY,
                                      .state = delivery->state,
                                      .event = delivery->event,
                                      .attempt = attempt == NULL ? 0 : attempt->number,
                                      .answer = attempt == NULL ? 0 : attempt->status };

    memcpy(happening.link, delivery->link, sizeof(happening.link));
    memcpy(happening.token, delivery->token, sizeof(happening.token));
    mk_world_happened(world, &happening);
}

/* --- Making ----------------------------------------------------------------------------------- */

static size_t size_of(const struct mk_delivery *delivery)
{
    size_t size = sizeof(*delivery) + strlen(delivery->idempotency_key) + strlen(delivery->url) +
                  delivery->length;

    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        const struct mk_attempt *attempt = &delivery->attempts[i];
        size += sizeof(*attempt) + attempt->answer_length;
        size += attempt->headers == NULL ? 0 : strlen(attempt->headers);
    }
    return size;
}

bool mk_deliveries_are_full(const struct mk_deliveries *deliveries)
{
    return deliveries->waiting >= MK_DELIVERIES_WAITING_MAX;
}

static bool is_full(const struct mk_deliveries *deliveries, size_t more)
{
    return mk_deliveries_are_full(deliveries) ||
           deliveries->waiting_bytes + more > MK_DELIVERIES_WAITING_BYTES;
}

/* A record among the others; the texts are the caller's to fill in first. */
static struct mk_delivery *enter(struct mk_deliveries *deliveries, const struct mk_delivery *given)
{
    uint32_t record = mk_store_add(&deliveries->store);
    struct mk_delivery *delivery = mk_delivery_at(deliveries, record);

    *delivery = *given;
    delivery->record = record;
    delivery->behind = MK_NONE;
    delivery->bytes = size_of(delivery);
    deliveries->waiting++;
    deliveries->waiting_bytes += delivery->bytes;
    mk_chain_append(&deliveries->made_chain, &deliveries->store, record);
    mk_map_add(&deliveries->by_token, hash_token(delivery->token), record);
    return delivery;
}

static uint8_t use_mode(struct mk_deliveries *deliveries)
{
    uint8_t hostility = deliveries->hostility;

    if (hostility != MK_HOSTILE_NONE && deliveries->hostility_left > 0 &&
        --deliveries->hostility_left == 0)
        mk_deliveries_set_mode(deliveries, MK_HOSTILE_NONE, 0, -1);
    return hostility;
}

void mk_deliveries_set_mode(struct mk_deliveries *deliveries, enum mk_hostility hostility,
                            int64_t span, int64_t left)
{
    deliveries->hostility = (uint8_t)hostility;
    deliveries->hostility_span = span;
    deliveries->hostility_left = left;
}

static int64_t delay_of(const struct mk_deliveries *deliveries)
{
    bool is_late =
        deliveries->hostility == MK_HOSTILE_DELAY || deliveries->hostility == MK_HOSTILE_REORDER;

    return is_late ? deliveries->hostility_span : 0;
}

struct mk_delivery *mk_deliveries_add(struct mk_world *world, const struct mk_message *message)
{
    struct mk_deliveries *deliveries = &world->deliveries;
    int64_t now = mk_world_now(world);
    struct mk_delivery fresh = { .event = message->event,
                                 .is_test = message->is_test,
                                 .made = now,
                                 .due = now + delay_of(deliveries),
                                 .length = message->length };

    if (is_full(deliveries, message->length)) {
        deliveries->dropped++;
        return NULL;
    }
    fresh.number = ++deliveries->last;
    fresh.hostility = use_mode(deliveries);
    mk_random_uuid(&world->secrets, fresh.token);
    memcpy(fresh.link, message->link->id, sizeof(fresh.link));
    fresh.idempotency_key = mk_copy(message->idempotency_key);
    fresh.url = mk_copy(message->link->webhook);
    fresh.body = mk_copy_bytes(message->body, message->length);

    struct mk_delivery *delivery = enter(deliveries, &fresh);
    deliveries->made++;
    mk_line_begin(deliveries, delivery);
    mk_delivery_tell(world, delivery, NULL);
    return delivery;
}

/* --- Remembering ------------------------------------------------------------------------------ */

/* A post that was out is none. */
static void forget_posts(struct mk_delivery *delivery)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        if (!delivery->attempts[i].is_out)
            delivery->attempts[kept++] = delivery->attempts[i];
    }
    delivery->attempt_count = kept;
}

static bool is_accepted(const struct mk_attempt *attempt)
{
    return attempt->status >= 200 && attempt->status < 300;
}

/* What a delivery that was sending is, without the post that was out. */
static enum mk_delivery_state settled_state(const struct mk_delivery *delivery)
{
    if (delivery->attempt_count == 0)
        return MK_DELIVERY_QUEUED;
    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        if (is_accepted(&delivery->attempts[i]))
            return MK_DELIVERY_DELIVERED;
    }
    return delivery->due == MK_NEVER ? MK_DELIVERY_FAILED : MK_DELIVERY_RETRYING;
}

static uint32_t count_tries(const struct mk_delivery *delivery)
{
    uint32_t tries = 0;

    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        const struct mk_attempt *attempt = &delivery->attempts[i];
        bool is_copy = i > 0 && delivery->attempts[i - 1].number == attempt->number;
        tries += !attempt->is_replay && !is_copy;
    }
    return tries;
}

void mk_deliveries_restore(struct mk_deliveries *deliveries, const struct mk_delivery *saved)
{
    struct mk_delivery fresh = { .event = saved->event,
                                 .state = saved->state,
                                 .hostility = saved->hostility,
                                 .is_test = saved->is_test,
                                 .number = saved->number,
                                 .made = saved->made,
                                 .due = saved->due,
                                 .idempotency_key = saved->idempotency_key,
                                 .url = saved->url,
                                 .body = saved->body,
                                 .length = saved->length,
                                 .attempts = saved->attempts,
                                 .attempt_count = saved->attempt_count };

    memcpy(fresh.token, saved->token, sizeof(fresh.token));
    memcpy(fresh.link, saved->link, sizeof(fresh.link));
    forget_posts(&fresh);
    fresh.tries = count_tries(&fresh);
    if (fresh.state < MK_DELIVERY_DELIVERED)
        fresh.state = (uint8_t)settled_state(&fresh);
    if (fresh.number > deliveries->last)
        deliveries->last = fresh.number;

    struct mk_delivery *delivery = enter(deliveries, &fresh);
    if (delivery->state >= MK_DELIVERY_DELIVERED)
        mk_delivery_finish(deliveries, delivery, (enum mk_delivery_state)delivery->state);
    else if (delivery->state == MK_DELIVERY_QUEUED)
        mk_line_begin(deliveries, delivery);
    else
        mk_line_wait(deliveries, delivery);
}

/* --- Ending ----------------------------------------------------------------------------------- */

static void forget(struct mk_deliveries *deliveries, struct mk_delivery *delivery)
{
    uint32_t record = delivery->record;

    deliveries->kept_bytes -= delivery->bytes;
    mk_chain_remove(&deliveries->finished_chain, &deliveries->store, record);
    mk_chain_remove(&deliveries->made_chain, &deliveries->store, record);
    mk_map_remove(&deliveries->by_token, hash_token(delivery->token), record);
    mk_delivery_done(delivery);
    delivery->number = 0; /* what still names the record names nobody */
    mk_store_remove(&deliveries->store, record);
}

void mk_delivery_finish(struct mk_deliveries *deliveries, struct mk_delivery *delivery,
                        enum mk_delivery_state state)
{
    delivery->state = (uint8_t)state;
    delivery->due = MK_NEVER;
    deliveries->waiting--;
    deliveries->waiting_bytes -= delivery->bytes;
    deliveries->kept_bytes += delivery->bytes;
    mk_chain_append(&deliveries->finished_chain, &deliveries->store, delivery->record);
    while (deliveries->kept_bytes > MK_DELIVERIES_KEPT_BYTES &&
           deliveries->finished_chain.first != delivery->record)
        forget(deliveries, mk_delivery_at(deliveries, deliveries->finished_chain.first));
}

void mk_delivery_give_up(struct mk_world *world, struct mk_delivery *delivery)
{
    world->deliveries.failed++;
    mk_delivery_finish(&world->deliveries, delivery, MK_DELIVERY_FAILED);
}

/* --- Replay ----------------------------------------------------------------------------------- */

static enum mk_err reopen(struct mk_deliveries *deliveries, struct mk_delivery *delivery,
                          struct mk_problem *problem)
{
    if (is_full(deliveries, delivery->bytes))
        return mk_fail(problem, MK_UNAVAILABLE, "Too many webhooks of this client wait already.");
    mk_chain_remove(&deliveries->finished_chain, &deliveries->store, delivery->record);
    deliveries->kept_bytes -= delivery->bytes;
    deliveries->waiting_bytes += delivery->bytes;
    deliveries->waiting++;
    return MK_OK;
}

enum mk_err mk_deliveries_replay(struct mk_world *world, struct mk_delivery *delivery,
                                 struct mk_problem *problem)
{
    bool is_retrying = delivery->state == MK_DELIVERY_RETRYING && !delivery->is_replay;

    if (delivery->state < MK_DELIVERY_DELIVERED && !is_retrying)
        return mk_fail(problem, MK_UNAVAILABLE,
                       "An attempt of this delivery is under way or about to begin.");
    if (!is_retrying)
        MK_TRY(reopen(&world->deliveries, delivery, problem));
    delivery->before = delivery->state;
    delivery->resumes = delivery->due;
    delivery->is_replay = true;
    delivery->state = MK_DELIVERY_QUEUED;
    delivery->due = mk_world_now(world);
    mk_line_wait(&world->deliveries, delivery);
    return MK_OK;
}
