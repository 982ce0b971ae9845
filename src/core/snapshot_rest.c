/* SPDX-License-Identifier: MIT */
/* Rules of faults, signing keys and counters of rate limits in a snapshot. */
#include "core/snapshot_private.h"

#include "base/memory.h"

/* Numbers are counted on from there, and fit an int. */
enum { NUMBER_MAX = INT32_MAX / 2 };

/* --- Faults ----------------------------------------------------------------------------------- */

static const char *literal_in(const char *const *names, const char *text)
{
    int found = mk_term_find(names, text);

    return found < 0 ? NULL : names[found];
}

/* Borrowed from the tables of terms: a link's errors, or its states. */
static void save_link_error(struct mk_saver *saver, const void *record)
{
    const struct mk_fault *fault = record;

    if (fault->link_error_code == NULL)
        return;
    mk_save_key(saver, "link_error_code");
    mk_save_text(saver, fault->link_error_code);
}

static bool load_link_error(struct mk_loader *loader, const json_t *value,
                            const struct mk_place *place, void *record)
{
    struct mk_fault *fault = record;
    const char *text;

    if (value == NULL)
        return true;
    if (!mk_load_text(loader, value, place, &text))
        return false;
    fault->link_error_code = literal_in(mk_link_error_names, text);
    if (fault->link_error_code == NULL)
        fault->link_error_code = literal_in(mk_link_state_names, text);
    return fault->link_error_code != NULL || mk_load_refuse(loader, place, "There is no such code");
}

/* clang-format off */
static const struct mk_row fault_rows[] = {
    { .key = "number", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_fault, number), .required = true,
      .min = 1, .max = NUMBER_MAX },
    { .key = "action", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_fault, action), .required = true,
      .names = mk_fault_action_names },
    { .key = "operation", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_fault, operation) },
    { .key = "link", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_fault, link) },
    { .key = "nth", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_fault, nth), .max = UINT32_MAX },
    { .key = "probability", .kind = MK_CELL_REAL, MK_CELL_AT(mk_fault, probability),
      .required = true, .max = 1 },
    { .key = "left", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_fault, left), .required = true,
      .min = -1, .max = INT64_MAX },
    { .key = "delay_ms", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_fault, delay_ms),
      .max = MK_FAULT_DELAY_MAX_MS },
    { .key = "status", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_fault, status), .max = 599 },
    { .key = "error_code", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_fault, error_code) },
    { .key = "message", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_fault, message) },
    { .key = "link_error_code", .kind = MK_CELL_OWN, MK_CELL_AT(mk_fault, link_error_code),
      .save = save_link_error, .load = load_link_error },
    { .key = "retry_after", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_fault, retry_after),
      .max = INT32_MAX },
    { .key = "matched", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_fault, matched),
      .max = INT64_MAX },
    { .key = "fired", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_fault, fired), .max = INT64_MAX },
};
const struct mk_part mk_fault_part = MK_PART(mk_fault, fault_rows);
/* clang-format on */

static void save_rules(struct mk_saver *saver, const void *record)
{
    const struct mk_faults *faults = record;

    mk_save_key(saver, "rules");
    mk_save_open(saver, '[');
    for (size_t i = 0; i < faults->count; i++)
        mk_save_part(saver, &mk_fault_part, &faults->items[i]);
    mk_save_close(saver, ']');
}

/* What the API lets nobody make would be said with a status of 0, or without a code. */
static bool check_fault(struct mk_loader *loader, const struct mk_place *place,
                        const struct mk_fault *fault)
{
    bool is_error = fault->action == MK_FAULT_ERROR;
    bool fits = fault->error_code == NULL || strlen(fault->error_code) <= MK_FAULT_TEXT_MAX;

    if (is_error && (fault->status < 400 || fault->error_code == NULL || !fits))
        return mk_load_refuse(loader, place, "An error has a status from 400 and an error_code");
    if (mk_faults_find(&loader->world->faults, fault->number) != NULL)
        return mk_load_refuse(loader, place, "Another rule has the same number");
    return true;
}

static bool load_fault(struct mk_loader *loader, const json_t *value, const struct mk_place *place)
{
    struct mk_problem problem = { 0 };
    struct mk_fault fault = { 0 };

    if (!mk_load_part(loader, &mk_fault_part, value, place, &fault) ||
        !check_fault(loader, place, &fault)) {
        mk_fault_done(&fault);
        return false;
    }
    return mk_faults_add(&loader->world->faults, &fault, &problem) == MK_OK ||
           mk_load_refuse(loader, place, problem.message);
}

static bool load_rules(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                       void *record)
{
    size_t count;

    (void)record;
    if (!mk_load_list(loader, value, place, MK_FAULTS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        if (!load_fault(loader, json_array_get(value, i), &own))
            return false;
    }
    return true;
}

/* clang-format off */
static const struct mk_row faults_rows[] = {
    { .key = "rules", .kind = MK_CELL_OWN, MK_CELL_AT(mk_faults, items), .save = save_rules,
      .load = load_rules },
    { .key = "last", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_faults, last),
      .max = NUMBER_MAX },
    { .key = "random", .kind = MK_CELL_RANDOM, MK_CELL_AT(mk_faults, random), .required = true },
    MK_CELL_NONE(mk_faults, count),
};
const struct mk_part mk_faults_part = MK_PART(mk_faults, faults_rows);

/* --- Keys ------------------------------------------------------------------------------------- */

static const struct mk_row key_rows[] = {
    { .key = "seed", .kind = MK_CELL_HEX, MK_CELL_AT(mk_key, seed), .required = true },
    { .key = "number", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_key, number), .required = true,
      .min = 1, .max = NUMBER_MAX },
    { .key = "published", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_key, published),
      .required = true },
    { .key = "active", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_key, active), .required = true },
    { .key = "retires", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_key, retires) },
    MK_CELL_NONE(mk_key, signer), /* derived again */
};
const struct mk_part mk_key_part = MK_PART(mk_key, key_rows);
/* clang-format on */

static void save_keys(struct mk_saver *saver, const void *record)
{
    const struct mk_keys *keys = record;

    mk_save_key(saver, "list");
    mk_save_open(saver, '[');
    for (size_t i = 0; i < keys->count; i++)
        mk_save_part(saver, &mk_key_part, &keys->items[i]);
    mk_save_close(saver, ']');
}

static bool load_key(struct mk_loader *loader, const json_t *value, const struct mk_place *place)
{
    const struct mk_keys *keys = &loader->world->keys;
    struct mk_key key = { 0 };

    if (!mk_load_part(loader, &mk_key_part, value, place, &key))
        return false;
    if (keys->count > 0 && keys->items[keys->count - 1].active > key.active)
        return mk_load_refuse(loader, place, "Keys stand in the order in which they sign");
    if (mk_keys_restore(loader->world, &key))
        return true;
    loader->issues->failed = true;
    return false;
}

static bool load_keys(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    size_t count;

    (void)record;
    if (!mk_load_list(loader, value, place, MK_KEYS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        if (!load_key(loader, json_array_get(value, i), &own))
            return false;
    }
    return true;
}

/* clang-format off */
static const struct mk_row keys_rows[] = {
    { .key = "list", .kind = MK_CELL_OWN, MK_CELL_AT(mk_keys, items), .save = save_keys,
      .load = load_keys },
    { .key = "rotations", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_keys, rotations),
      .max = NUMBER_MAX },
    MK_CELL_NONE(mk_keys, count),
};
const struct mk_part mk_keys_part = MK_PART(mk_keys, keys_rows);

/* --- Rate limits ------------------------------------------------------------------------------ */

static const struct mk_row counter_rows[] = {
    { .key = "key", .kind = MK_CELL_HEX, MK_CELL_AT(mk_limit_counter, key), .required = true },
    { .key = "count", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_limit_counter, count),
      .required = true, .min = 1, .max = UINT32_MAX },
};
const struct mk_part mk_limit_counter_part = MK_PART(mk_limit_counter, counter_rows);
/* clang-format on */

static void save_counters(struct mk_saver *saver, const void *record)
{
    const struct mk_limits *limits = record;

    mk_save_key(saver, "counters");
    mk_save_open(saver, '[');
    for (uint32_t i = 0; i < limits->counters.used && !saver->out->failed; i++)
        mk_save_part(saver, &mk_limit_counter_part, mk_store_at(&limits->counters, i));
    mk_save_close(saver, ']');
}

static bool load_counters(struct mk_loader *loader, const json_t *value,
                          const struct mk_place *place, void *record)
{
    size_t count;

    if (!mk_load_list(loader, value, place, MK_LIMITS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        struct mk_limit_counter counter;
        if (!mk_load_part(loader, &mk_limit_counter_part, json_array_get(value, i), &own, &counter))
            return false;
        if (!mk_limits_restore(record, &counter))
            return mk_load_refuse(loader, &own, "Another counter has the same key");
    }
    return true;
}

/* clang-format off */
static const struct mk_row limits_rows[] = {
    { .key = "minute", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_limits, minute),
      .min = MK_SNAPSHOT_MOMENT_MIN / MK_MINUTE, .max = MK_SNAPSHOT_MOMENT_MAX / MK_MINUTE },
    { .key = "counters", .kind = MK_CELL_OWN, MK_CELL_AT(mk_limits, counters),
      .save = save_counters, .load = load_counters },
    MK_CELL_NONE(mk_limits, by_key),
};
const struct mk_part mk_limits_part = MK_PART(mk_limits, limits_rows);
/* clang-format on */
