/* SPDX-License-Identifier: MIT */
#include "core/snapshot_private.h"

#include "core/schedule.h"

/* --- What the document says of itself --------------------------------------------------------- */

static void save_version(struct mk_saver *saver, const void *record)
{
    (void)record;
    mk_save_key(saver, "version");
    mk_save_integer(saver, MK_SNAPSHOT_VERSION);
}

static bool load_version(struct mk_loader *loader, const json_t *value,
                         const struct mk_place *place, void *record)
{
    int64_t version;

    (void)record;
    if (!mk_load_integer(loader, value, place, 0, INT64_MAX, &version))
        return false;
    return version == MK_SNAPSHOT_VERSION ||
           mk_load_refuse(loader, place, "This sandbox reads snapshots of version 1");
}

static void save_client(struct mk_saver *saver, const void *record)
{
    (void)record;
    mk_save_key(saver, "client_id");
    mk_save_text(saver, saver->world->client_id);
}

/* Whose world it is says whoever loads it; a secret is in a file for --load alone. */
static bool load_client(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                        void *record)
{
    const char *text;

    (void)record;
    return value == NULL || mk_load_text(loader, value, place, &text);
}

static void save_nothing(struct mk_saver *saver, const void *record)
{
    (void)saver;
    (void)record;
}

/* --- Clock ------------------------------------------------------------------------------------ */

/* A clock that stands still has a moment, one that runs a distance from real time. */
static void save_hand(struct mk_saver *saver, const void *record)
{
    mk_save_key(saver, "hand");
    mk_save_integer(saver, mk_clock_hand(record));
}

static bool load_hand(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    struct mk_clock *clock = record;
    int64_t start = clock->frozen ? 0 : mk_real_now();
    int64_t hand;

    if (!mk_load_integer(loader, value, place, MK_SNAPSHOT_MOMENT_MIN - start,
                         MK_SNAPSHOT_MOMENT_MAX - start, &hand))
        return false;
    mk_clock_start(clock, start + hand, clock->frozen);
    clock->offset = clock->frozen ? clock->offset : hand;
    return true;
}

/* clang-format off */
static const struct mk_row clock_rows[] = {
    { .key = "frozen", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_clock, frozen), .required = true },
    { .key = "hand", .kind = MK_CELL_OWN, MK_CELL_AT(mk_clock, frozen_at), .required = true,
      .save = save_hand, .load = load_hand },
    MK_CELL_NONE(mk_clock, offset), /* with the hand */
};
const struct mk_part mk_clock_part = MK_PART(mk_clock, clock_rows);

/* --- Settings --------------------------------------------------------------------------------- */

static const struct mk_row settings_rows[] = {
    { .key = "timestamps", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_settings, timestamps),
      .required = true, .names = mk_time_style_names },
    { .key = "token_clock", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_settings, token_clock),
      .required = true, .names = mk_clock_kind_names },
    { .key = "signature_clock", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_settings, signature_clock),
      .required = true, .names = mk_clock_kind_names },
    { .key = "token_span", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_settings, token_span),
      .required = true, .min = MK_SECOND, .max = MK_SNAPSHOT_SPAN_MAX },
    { .key = "webhook_retry_span", .kind = MK_CELL_SIGNED,
      MK_CELL_AT(mk_settings, webhook_retry_span), .required = true, .min = MK_SECOND,
      .max = MK_SNAPSHOT_SPAN_MAX },
    { .key = "refresh_span", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_settings, refresh_span),
      .max = MK_SNAPSHOT_SPAN_MAX },
    { .key = "auto_refresh_span", .kind = MK_CELL_SIGNED,
      MK_CELL_AT(mk_settings, auto_refresh_span), .max = MK_SNAPSHOT_SPAN_MAX },
    { .key = "auto_refresh_since", .kind = MK_CELL_SIGNED,
      MK_CELL_AT(mk_settings, auto_refresh_since), .min = MK_SNAPSHOT_MOMENT_MIN,
      .max = MK_SNAPSHOT_MOMENT_MAX },
    { .key = "has_rate_limits", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_settings, has_rate_limits) },
    { .key = "auto_institution", .kind = MK_CELL_INSTITUTION,
      MK_CELL_AT(mk_settings, auto_institution) },
    { .key = "auto_persona", .kind = MK_CELL_PERSONA, MK_CELL_AT(mk_settings, auto_persona),
      .required = true },
};
const struct mk_part mk_settings_part = MK_PART(mk_settings, settings_rows);
/* clang-format on */

/* The one setting that lives in the journal, of which nothing else is saved. */
static void save_journal(struct mk_saver *saver, const void *record)
{
    mk_save_key(saver, "journal_bytes");
    mk_save_integer(saver, (int64_t)((const struct mk_world *)record)->journal.limit);
}

static bool load_journal(struct mk_loader *loader, const json_t *value,
                         const struct mk_place *place, void *record)
{
    int64_t bytes;

    if (!mk_load_integer(loader, value, place, MK_JOURNAL_BYTES_MIN, MK_JOURNAL_BYTES_MAX, &bytes))
        return false;
    mk_journal_set_limit(&((struct mk_world *)record)->journal, (size_t)bytes);
    return true;
}

/* --- The world -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mk_row world_rows[] = {
    { .key = "version", .kind = MK_CELL_OWN, .required = true, .save = save_version,
      .load = load_version },
    { .key = "client_id", .kind = MK_CELL_OWN, MK_CELL_AT(mk_world, client_id),
      .save = save_client, .load = load_client },
    { .key = "client_secret", .kind = MK_CELL_OWN, MK_CELL_AT(mk_world, secret),
      .save = save_nothing, .load = load_client },
    { .key = "handle", .kind = MK_CELL_UNSIGNED, MK_CELL_AT(mk_world, handle),
      .max = UINT32_MAX },
    { .key = "root_seed", .kind = MK_CELL_SIGNED, MK_CELL_AT(mk_world, root_seed),
      .required = true, .max = INT64_MAX },
    { .key = "seed", .kind = MK_CELL_HEX, MK_CELL_AT(mk_world, seed), .required = true },
    { .key = "clock", .kind = MK_CELL_PART, MK_CELL_AT(mk_world, clock), .required = true,
      .part = &mk_clock_part },
    { .key = "ids", .kind = MK_CELL_RANDOM, MK_CELL_AT(mk_world, ids), .required = true },
    { .key = "secrets", .kind = MK_CELL_RANDOM, MK_CELL_AT(mk_world, secrets) },
    { .key = "settings", .kind = MK_CELL_PART, MK_CELL_AT(mk_world, settings), .required = true,
      .part = &mk_settings_part },
    { .key = "journal_bytes", .kind = MK_CELL_OWN, MK_CELL_AT(mk_world, journal),
      .required = true, .save = save_journal, .load = load_journal },
    { .key = "pending_links", .kind = MK_CELL_OWN, MK_CELL_AT(mk_world, links), .required = true,
      .save = save_nothing, .load = mk_load_pending_links }, /* saved with the links */
    { .key = "links", .kind = MK_CELL_OWN, .required = true, .save = mk_save_links,
      .load = mk_load_links },
    { .key = "sessions", .kind = MK_CELL_OWN, MK_CELL_AT(mk_world, sessions), .required = true,
      .save = mk_save_sessions, .load = mk_load_sessions },
    { .key = "limits", .kind = MK_CELL_PART, MK_CELL_AT(mk_world, limits), .required = true,
      .part = &mk_limits_part },
    { .key = "faults", .kind = MK_CELL_PART, MK_CELL_AT(mk_world, faults), .required = true,
      .part = &mk_faults_part },
    { .key = "deliveries", .kind = MK_CELL_PART, MK_CELL_AT(mk_world, deliveries),
      .required = true, .part = &mk_deliveries_part },
    { .key = "keys", .kind = MK_CELL_PART, MK_CELL_AT(mk_world, keys), .required = true,
      .part = &mk_keys_part },
    MK_CELL_NONE(mk_world, lock),
    MK_CELL_NONE(mk_world, holders),
    MK_CELL_NONE(mk_world, wake_at),
    MK_CELL_NONE(mk_world, config),
    MK_CELL_NONE(mk_world, is_gone),
    MK_CELL_NONE(mk_world, epoch),
    MK_CELL_NONE(mk_world, bearers),
    MK_CELL_NONE(mk_world, schedule), /* computed of the links */
    MK_CELL_NONE(mk_world, bells),
    MK_CELL_NONE(mk_world, bank),
};
const struct mk_part mk_world_part = MK_PART(mk_world, world_rows);
/* clang-format on */

bool mk_snapshot_save(struct mk_world *world, struct mk_text *out)
{
    struct mk_saver saver = { .out = out, .world = world, .now = mk_world_now(world) };

    mk_save_part(&saver, &mk_world_part, world);
    return !out->failed;
}

/* Secrets that can be foretold belong to --deterministic, whatever the document says. */
static void finish(struct mk_world *world)
{
    if (!world->config.deterministic)
        mk_random_system(&world->secrets);
    mk_schedule_links(world);
}

struct mk_world *mk_snapshot_load(const struct mk_snapshot_source *source, struct mk_issues *issues)
{
    struct mk_world *world = mk_world_new(source->config, source->client_id, NULL);
    struct mk_loader loader = { .world = world, .custom = source->custom, .issues = issues };

    if (!mk_load_part(&loader, &mk_world_part, source->document, source->place, world)) {
        mk_world_release(world);
        return NULL;
    }
    finish(world);
    return world;
}
