/* SPDX-License-Identifier: MIT */
/*
 * The webhooks in a snapshot. A post that is out is not in it: it is made again where the snapshot
 * is loaded. How long attempts took is not in it either.
 */
#include "core/snapshot_private.h"

#include "base/memory.h"
#include "core/notices.h"

#include <uuid/uuid.h>

/* --- Attempts --------------------------------------------------------------------------------- */

enum { ATTEMPTS_MAX = 100000, STATUS_MAX = 999 };

/* clang-format off */
static const struct mk_row attempt_rows[] = {
    { .key = "number", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_attempt, number),
      .required = true, .min = 1, .max = UINT32_MAX },
    { .key = "hostility", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_attempt, hostility),
      .required = true, .names = mk_hostility_names },
    { .key = "is_replay", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_attempt, is_replay) },
    { .key = "started", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_attempt, started),
      .required = true },
    { .key = "ended", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_attempt, ended), .required = true },
    { .key = "status", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_attempt, status),
      .max = STATUS_MAX },
    { .key = "problem", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_attempt, problem) },
    { .key = "headers", .kind = MK_CELL_BLOB, MK_CELL_AT(mk_attempt, headers) },
    { .key = "answer", .kind = MK_CELL_BLOB, MK_CELL_AT(mk_attempt, answer),
      MK_CELL_COUNT_AT(mk_attempt, answer_length) },
    MK_CELL_NONE(mk_attempt, answer_length),
    MK_CELL_NONE(mk_attempt, is_out),
    MK_CELL_NONE(mk_attempt, span), /* measured */
};
const struct mk_part mk_attempt_part = MK_PART(mk_attempt, attempt_rows);
/* clang-format on */

static void save_attempts(struct mk_saver *saver, const void *record)
{
    const struct mk_delivery *delivery = record;

    mk_save_key(saver, "attempts");
    mk_save_open(saver, '[');
    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        if (!delivery->attempts[i].is_out)
            mk_save_part(saver, &mk_attempt_part, &delivery->attempts[i]);
    }
    mk_save_close(saver, ']');
}

static bool load_attempts(struct mk_loader *loader, const json_t *value,
                          const struct mk_place *place, void *record)
{
    struct mk_delivery *delivery = record;
    size_t count;

    if (!mk_load_list(loader, value, place, ATTEMPTS_MAX, &count))
        return false;
    delivery->attempts = mk_alloc_zero(count, sizeof(*delivery->attempts));
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        struct mk_attempt *attempt = &delivery->attempts[delivery->attempt_count++];
        if (!mk_load_part(loader, &mk_attempt_part, json_array_get(value, i), &own, attempt))
            return false;
        attempt->span = -1;
    }
    return true;
}

/* --- Deliveries ------------------------------------------------------------------------------- */

static bool was_accepted(const struct mk_delivery *delivery)
{
    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        unsigned status = delivery->attempts[i].status;
        if (!delivery->attempts[i].is_out && status >= 200 && status < 300)
            return true;
    }
    return false;
}

/* Waiting ones follow from their attempts; a replay is not waited for. */
static void save_state(struct mk_saver *saver, const void *record)
{
    const struct mk_delivery *delivery = record;
    unsigned state = delivery->state;

    if (state < MK_DELIVERY_DELIVERED && was_accepted(delivery))
        state = MK_DELIVERY_DELIVERED;
    if (state >= MK_DELIVERY_DELIVERED) {
        mk_save_key(saver, "state");
        mk_save_text(saver, mk_delivery_state_names[state]);
        return;
    }
    mk_save_key(saver, "due");
    mk_save_integer(saver, delivery->due);
}

static bool load_state(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                       void *record)
{
    struct mk_delivery *delivery = record;
    int state = mk_term_find(mk_delivery_state_names, json_string_value(value));

    delivery->state = MK_DELIVERY_QUEUED;
    if (value == NULL)
        return true;
    if (state < MK_DELIVERY_DELIVERED)
        return mk_load_refuse(loader, place, "Expected delivered, failed or nothing");
    delivery->state = (uint8_t)state;
    return true;
}

/* What is finished is not due any more. */
static bool load_due(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                     void *record)
{
    struct mk_delivery *delivery = record;
    bool is_finished = delivery->state >= MK_DELIVERY_DELIVERED;

    delivery->due = MK_NEVER;
    if (is_finished != (value == NULL))
        return mk_load_refuse(loader, place, "A delivery has either an end state or a due time");
    return is_finished || mk_load_integer(loader, value, place, MK_SNAPSHOT_MOMENT_MIN,
                                          MK_SNAPSHOT_MOMENT_MAX, &delivery->due);
}

static void save_nothing(struct mk_saver *saver, const void *record)
{
    (void)saver;
    (void)record;
}

/* clang-format off */
static const struct mk_row delivery_rows[] = {
    { .key = "number", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_delivery, number),
      .required = true, .min = 1, .max = INT64_MAX },
    { .key = "token", .kind = MK_CELL_BYTES, MK_CELL_AT(mk_delivery, token), .required = true },
    { .key = "link", .kind = MK_CELL_LETTERS, MK_CELL_AT(mk_delivery, link), .required = true },
    { .key = "event", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_delivery, event), .required = true,
      .names = mk_notice_names },
    { .key = "is_test", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_delivery, is_test) },
    { .key = "hostility", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_delivery, hostility),
      .required = true, .names = mk_hostility_names },
    { .key = "made", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_delivery, made), .required = true },
    { .key = "state", .kind = MK_CELL_OWN, MK_CELL_AT(mk_delivery, state), .save = save_state,
      .load = load_state },
    { .key = "due", .kind = MK_CELL_OWN, MK_CELL_AT(mk_delivery, due), .save = save_nothing,
      .load = load_due }, /* saved with the state */
    { .key = "idempotency_key", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_delivery, idempotency_key),
      .required = true },
    { .key = "url", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_delivery, url), .required = true },
    { .key = "body", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_delivery, body), .required = true },
    { .key = "attempts", .kind = MK_CELL_OWN, MK_CELL_AT(mk_delivery, attempts),
      .save = save_attempts, .load = load_attempts },
    MK_CELL_NONE(mk_delivery, attempt_count),
    MK_CELL_NONE(mk_delivery, length), /* of the body */
    /* core/deliveries.h: its own */
    MK_CELL_NONE(mk_delivery, record),
    MK_CELL_NONE(mk_delivery, behind),
    MK_CELL_NONE(mk_delivery, tries),
    MK_CELL_NONE(mk_delivery, out),
    MK_CELL_NONE(mk_delivery, copies),
    MK_CELL_NONE(mk_delivery, before),
    MK_CELL_NONE(mk_delivery, is_replay),
    MK_CELL_NONE(mk_delivery, is_ready),
    MK_CELL_NONE(mk_delivery, is_held),
    MK_CELL_NONE(mk_delivery, is_in_line),
    MK_CELL_NONE(mk_delivery, resumes),
    MK_CELL_NONE(mk_delivery, bytes),
    MK_CELL_NONE(mk_delivery, node),
    MK_CELL_NONE(mk_delivery, finished_node),
};
const struct mk_part mk_delivery_part = MK_PART(mk_delivery, delivery_rows);
/* clang-format on */

static void save_list(struct mk_saver *saver, const void *record)
{
    const struct mk_deliveries *deliveries = record;
    const struct mk_delivery *delivery = NULL;

    mk_save_key(saver, "list");
    mk_save_open(saver, '[');
    while ((delivery = mk_deliveries_after(deliveries, delivery)) != NULL && !saver->out->failed)
        mk_save_part(saver, &mk_delivery_part, delivery);
    mk_save_close(saver, ']');
}

static bool check_delivery(struct mk_loader *loader, const struct mk_place *place,
                           const struct mk_deliveries *deliveries,
                           const struct mk_delivery *delivery)
{
    const struct mk_delivery *newest = mk_deliveries_before(deliveries, NULL);
    char token[MK_TOKEN_SIZE];

    uuid_unparse_lower(delivery->token, token);
    if (mk_deliveries_find(deliveries, token) != NULL)
        return mk_load_refuse(loader, place, "Another delivery has the same token");
    if (newest != NULL && newest->number >= delivery->number)
        return mk_load_refuse(loader, place, "Numbers of deliveries rise");
    return true;
}

static bool load_delivery(struct mk_loader *loader, const json_t *value,
                          const struct mk_place *place)
{
    struct mk_deliveries *deliveries = &loader->world->deliveries;
    struct mk_delivery delivery = { .number = 0 };

    if (!mk_load_part(loader, &mk_delivery_part, value, place, &delivery) ||
        !check_delivery(loader, place, deliveries, &delivery)) {
        mk_delivery_done(&delivery);
        return false;
    }
    delivery.length = strlen(delivery.body);
    mk_deliveries_restore(deliveries, &delivery);
    return true;
}

static bool load_list(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    size_t count;

    (void)record;
    if (!mk_load_list(loader, value, place, SIZE_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        if (!load_delivery(loader, json_array_get(value, i), &own))
            return false;
    }
    return true;
}

/* clang-format off */
static const struct mk_row deliveries_rows[] = {
    { .key = "list", .kind = MK_CELL_OWN, MK_CELL_AT(mk_deliveries, store), .save = save_list,
      .load = load_list },
    { .key = "last", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_deliveries, last),
      .max = INT64_MAX },
    { .key = "made", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_deliveries, made),
      .max = INT64_MAX },
    { .key = "dropped", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_deliveries, dropped),
      .max = INT64_MAX },
    { .key = "delivered", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_deliveries, delivered),
      .max = INT64_MAX },
    { .key = "failed", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_deliveries, failed),
      .max = INT64_MAX },
    { .key = "hostility", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_deliveries, hostility),
      .required = true, .names = mk_hostility_names },
    { .key = "hostility_span", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_deliveries, hostility_span),
      .max = MK_SNAPSHOT_SPAN_MAX },
    { .key = "hostility_left", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_deliveries, hostility_left),
      .required = true, .min = -1, .max = INT64_MAX },
    /* core/deliveries.h: its own */
    MK_CELL_NONE(mk_deliveries, by_token),
    MK_CELL_NONE(mk_deliveries, tails),
    MK_CELL_NONE(mk_deliveries, held),
    MK_CELL_NONE(mk_deliveries, made_chain),
    MK_CELL_NONE(mk_deliveries, finished_chain),
    MK_CELL_NONE(mk_deliveries, due),
    MK_CELL_NONE(mk_deliveries, parked),
    MK_CELL_NONE(mk_deliveries, parked_count),
    MK_CELL_NONE(mk_deliveries, waiting),
    MK_CELL_NONE(mk_deliveries, waiting_bytes),
    MK_CELL_NONE(mk_deliveries, out),
    MK_CELL_NONE(mk_deliveries, kept_bytes),
};
const struct mk_part mk_deliveries_part = MK_PART(mk_deliveries, deliveries_rows);
/* clang-format on */
