/* SPDX-License-Identifier: MIT */
/* GET and PATCH /sandbox/settings: what a world's tests may set. Ours. */
#include "api/handlers.h"
#include "core/schedule.h"
#include "core/terms.h"

/* Bounds of ours; that of refresh_seconds is that of a persona's own refreshes. */
enum {
    TOKEN_SECONDS_MAX = 365 * 86400,
    RETRY_SECONDS_MAX = MK_DELIVERY_LIFE / MK_SECOND,
    REFRESH_SECONDS_MAX = 86400,
    AUTO_REFRESH_SECONDS_MAX = 366 * 86400
};

/* clang-format off */
static const struct mk_field auto_fields[] = {
    { .name = "institution_id", .type = MK_STRING, .required = true },
    { .name = "username", .type = MK_STRING, .nullable = true },
};
static const struct mk_shape auto_shape = MK_SHAPE("SandboxConnectAuto", auto_fields);

static const struct mk_field settings_fields[] = {
    { .name = "seed", .type = MK_INTEGER, .min = 0, .max = INT64_MAX },
    { .name = "timestamps", .type = MK_STRING, .choices = mk_time_style_names,
      .choices_name = "SandboxTimestamps" },
    { .name = "rate_limits", .type = MK_STRING, .choices = mk_rate_limit_names,
      .choices_name = "SandboxRateLimits" },
    { .name = "access_token_seconds", .type = MK_INTEGER, .min = 1, .max = TOKEN_SECONDS_MAX },
    { .name = "token_clock", .type = MK_STRING, .choices = mk_clock_kind_names,
      .choices_name = "SandboxClockKind" },
    { .name = "signature_clock", .type = MK_STRING, .choices = mk_clock_kind_names,
      .choices_name = "SandboxClockKind" },
    { .name = "webhook_retry_seconds", .type = MK_INTEGER, .min = 1, .max = RETRY_SECONDS_MAX },
    { .name = "refresh_seconds", .type = MK_INTEGER, .min = 0, .max = REFRESH_SECONDS_MAX },
    { .name = "auto_refresh_seconds", .type = MK_INTEGER, .min = 0,
      .max = AUTO_REFRESH_SECONDS_MAX },
    { .name = "journal_bytes", .type = MK_INTEGER, .min = MK_JOURNAL_BYTES_MIN,
      .max = MK_JOURNAL_BYTES_MAX },
    { .name = "connect_auto", .type = MK_OBJECT, .nullable = true, .shape = &auto_shape },
};
/* clang-format on */
const struct mk_shape mk_sandbox_settings_body =
    MK_SHAPE("SandboxUpdateSettingsRequest", settings_fields);

/* --- Reading ---------------------------------------------------------------------------------- */

static json_t *auto_view(const struct mk_bank *bank, const struct mk_settings *settings)
{
    if (settings->auto_institution == MK_NO_INSTITUTION)
        return json_null();
    return json_pack("{s:s, s:s}", "institution_id",
                     mk_catalog_at(bank->catalog, settings->auto_institution)->id, "username",
                     mk_persona_at(bank->personas, settings->auto_persona)->username);
}

/* In the order of the table above. */
enum mk_err mk_sandbox_get_settings(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_world *world = call->world;
    const struct mk_settings *settings = &world->settings;

    return mk_reply_json(
        reply, 200,
        json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "seed",
                  (json_int_t)world->root_seed, "timestamps",
                  mk_time_style_names[settings->timestamps], "rate_limits",
                  mk_rate_limit_names[settings->has_rate_limits], "access_token_seconds",
                  (json_int_t)(settings->token_span / MK_SECOND), "token_clock",
                  mk_clock_kind_names[settings->token_clock], "signature_clock",
                  mk_clock_kind_names[settings->signature_clock], "webhook_retry_seconds",
                  (json_int_t)(settings->webhook_retry_span / MK_SECOND), "refresh_seconds",
                  (json_int_t)(settings->refresh_span / MK_SECOND), "auto_refresh_seconds",
                  (json_int_t)(settings->auto_refresh_span / MK_SECOND), "journal_bytes",
                  (json_int_t)world->journal.limit, "connect_auto",
                  auto_view(call->service->bank, settings)));
}

/* --- Changing --------------------------------------------------------------------------------- */

static void refuse_auto(struct mk_issues *issues, const char *key, const char *sentence)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place object = { .parent = &body, .key = "connect_auto" };
    const struct mk_place place = { .parent = &object, .key = key };

    mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
}

/* Names become positions; null turns it off, and without the key it stays as it is. */
static enum mk_err read_auto(const struct mk_bank *bank, const json_t *body,
                             struct mk_issues *issues, struct mk_settings *settings)
{
    const json_t *wanted = json_object_get(body, "connect_auto");
    const char *username = mk_get_text(wanted, "username");

    if (json_is_null(wanted))
        settings->auto_institution = MK_NO_INSTITUTION;
    if (!json_is_object(wanted))
        return MK_OK;
    size_t institution = mk_catalog_find(bank->catalog, mk_get_text(wanted, "institution_id"));
    size_t persona = mk_persona_find(bank->personas, username == NULL ? "user_good" : username);
    if (institution == mk_catalog_count(bank->catalog))
        refuse_auto(issues, "institution_id", "There is no such institution");
    if (persona == mk_persona_count(bank->personas))
        refuse_auto(issues, "username", "There is no such persona");
    if (mk_issues_any(issues))
        return MK_INVALID;
    settings->auto_institution = (uint16_t)institution;
    settings->auto_persona = (uint8_t)persona;
    return MK_OK;
}

static void read_span(const json_t *body, const char *key, int64_t *span)
{
    if (json_object_get(body, key) != NULL)
        *span = mk_get_integer(body, key) * MK_SECOND;
}

static void read_clock(const json_t *body, const char *key, uint8_t *kind)
{
    int found = mk_term_find(mk_clock_kind_names, mk_get_text(body, key));

    if (found >= 0)
        *kind = (uint8_t)found;
}

static void read_settings(const json_t *body, struct mk_settings *settings)
{
    int timestamps = mk_term_find(mk_time_style_names, mk_get_text(body, "timestamps"));
    int rate_limits = mk_term_find(mk_rate_limit_names, mk_get_text(body, "rate_limits"));

    if (timestamps >= 0)
        settings->timestamps = (enum mk_time_style)timestamps;
    if (rate_limits >= 0)
        settings->has_rate_limits = rate_limits == 1;
    read_span(body, "access_token_seconds", &settings->token_span);
    read_clock(body, "token_clock", &settings->token_clock);
    read_clock(body, "signature_clock", &settings->signature_clock);
    read_span(body, "webhook_retry_seconds", &settings->webhook_retry_span);
    read_span(body, "refresh_seconds", &settings->refresh_span);
}

/* Nothing that a seed has gone into is there yet: the example has printed values. */
static bool is_unused(struct mk_world *world, int64_t now)
{
    while (mk_sessions_expire(&world->sessions, now))
        ;
    while (mk_links_forget(&world->links, now))
        ;
    return world->sessions.store.count == 0 && world->links.store.count == 1 &&
           world->links.active.first == MK_NONE;
}

static enum mk_err change_seed(const struct mk_call *call)
{
    int64_t seed = mk_get_integer(call->body, "seed");

    if (json_object_get(call->body, "seed") == NULL || seed == call->world->root_seed)
        return MK_OK;
    if (!is_unused(call->world, call->now))
        return MK_WORLD_IN_USE;
    mk_world_reseed(call->world, seed);
    return MK_OK;
}

enum mk_err mk_sandbox_update_settings(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_world *world = call->world;
    struct mk_settings settings = world->settings;
    int64_t daily = settings.auto_refresh_span;

    MK_TRY(read_auto(call->service->bank, call->body, &reply->issues, &settings));
    MK_TRY(change_seed(call));
    read_settings(call->body, &settings);
    world->settings = settings;
    read_span(call->body, "auto_refresh_seconds", &daily);
    mk_schedule_daily(world, daily);
    if (json_object_get(call->body, "journal_bytes") != NULL)
        mk_journal_set_limit(&world->journal, (size_t)mk_get_integer(call->body, "journal_bytes"));
    return mk_sandbox_get_settings(call, reply);
}
