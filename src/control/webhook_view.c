/* SPDX-License-Identifier: MIT */
#include "control/webhook_view.h"

#include "api/views.h"
#include "json/build.h"

#include <uuid/uuid.h>

void mk_delivery_link_id(const struct mk_delivery *delivery, char out[MK_LINK_ID_SIZE])
{
    memcpy(out, "mk_", 3);
    memcpy(out + 3, delivery->link, MK_SHORT_ID_LENGTH);
    out[MK_LINK_ID_SIZE - 1] = '\0';
}

static json_t *time_view(const struct mk_world *world, int64_t moment)
{
    return mk_time_view(moment, world->settings.timestamps);
}

/* None while one is under way. */
static int64_t next_attempt(const struct mk_delivery *delivery)
{
    return delivery->state == MK_DELIVERY_SENDING ? MK_NEVER : delivery->due;
}

static const struct mk_attempt *last_attempt(const struct mk_delivery *delivery)
{
    return delivery->attempt_count == 0 ? NULL : &delivery->attempts[delivery->attempt_count - 1];
}

static json_t *status_view(unsigned status)
{
    return status == 0 ? json_null() : json_integer(status);
}

json_t *mk_delivery_view(const struct mk_world *world, const struct mk_delivery *delivery)
{
    const struct mk_attempt *last = last_attempt(delivery);
    char token[MK_TOKEN_SIZE];
    char link_id[MK_LINK_ID_SIZE];

    uuid_unparse_lower(delivery->token, token);
    mk_delivery_link_id(delivery, link_id);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:o, s:I, s:o, s:o}", "delivery_token", token,
        "link_id", link_id, "event", mk_notice_names[delivery->event], "state",
        mk_delivery_state_names[delivery->state], "is_test", (int)delivery->is_test, "mode",
        mk_hostility_names[delivery->hostility], "webhook_idempotency_key",
        delivery->idempotency_key, "url", delivery->url, "made_at",
        time_view(world, delivery->made), "attempt", (json_int_t)(last == NULL ? 0 : last->number),
        "status", status_view(last == NULL ? 0 : last->status), "next_attempt_at",
        time_view(world, next_attempt(delivery)));
}

/* --- What receivers said ---------------------------------------------------------------------- */

/* As text: each byte that is part of no UTF-8 character is U+FFFD instead. */
static json_t *any_text_view(const char *bytes, size_t length)
{
    struct mk_text text = MK_TEXT(3 * length + 1);
    size_t at = 0;

    while (at < length) {
        size_t size = 1;
        while (size < 4 && at + size < length && !mk_is_utf8(bytes + at, size))
            size++;
        if (mk_is_utf8(bytes + at, size)) {
            mk_text_add(&text, bytes + at, size);
            at += size;
        } else {
            mk_text_add_literal(&text, "\xEF\xBF\xBD");
            at++;
        }
    }
    json_t *view = json_stringn_nocheck(length == 0 ? "" : text.bytes, text.length);
    mk_text_done(&text);
    return view;
}

/* "Name: value" as a pair; the line has a colon. */
static json_t *field_view(const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    const char *value = colon + 1;
    const char *end = line + length;

    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    return json_pack("[o, o]", any_text_view(line, (size_t)(colon - line)),
                     any_text_view(value, (size_t)(end - value)));
}

/* The header as it came, without its first line. */
static json_t *headers_view(const char *headers)
{
    json_t *list = json_array();

    for (const char *line = headers; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\r\n");
        if (memchr(line, ':', length) != NULL && strncmp(line, "HTTP/", 5) != 0)
            mk_json_append(&list, field_view(line, length));
        line += length;
        line += strspn(line, "\r\n");
    }
    return list;
}

/* Milliseconds, with thousandths; null where nothing is measured. */
static json_t *span_view(int64_t span)
{
    return span < 0 ? json_null() : json_real((double)span / 1000.0);
}

static json_t *attempt_view(const struct mk_world *world, const struct mk_attempt *attempt)
{
    json_t *answer =
        attempt->status == 0 ? json_null() : any_text_view(attempt->answer, attempt->answer_length);

    return json_pack("{s:I, s:b, s:s, s:o, s:o, s:o, s:o, s:s?, s:o, s:o}", "attempt",
                     (json_int_t)attempt->number, "is_replay", (int)attempt->is_replay, "mode",
                     mk_hostility_names[attempt->hostility], "started_at",
                     time_view(world, attempt->started), "ended_at",
                     time_view(world, attempt->ended), "duration_ms", span_view(attempt->span),
                     "status", status_view(attempt->status), "problem", attempt->problem, "headers",
                     headers_view(attempt->headers), "answer", answer);
}

static json_t *attempts_view(const struct mk_world *world, const struct mk_delivery *delivery)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < delivery->attempt_count; i++)
        mk_json_append(&list, attempt_view(world, &delivery->attempts[i]));
    return list;
}

json_t *mk_delivery_detail_view(const struct mk_world *world, const struct mk_delivery *delivery)
{
    json_t *view = mk_delivery_view(world, delivery);

    mk_json_set(&view, "body", json_stringn(delivery->body, delivery->length));
    mk_json_set(&view, "payload", json_loadb(delivery->body, delivery->length, 0, NULL));
    mk_json_set(&view, "attempts", attempts_view(world, delivery));
    return view;
}

json_t *mk_webhook_mode_view(const struct mk_deliveries *deliveries)
{
    bool is_late =
        deliveries->hostility == MK_HOSTILE_DELAY || deliveries->hostility == MK_HOSTILE_REORDER;
    json_t *count =
        deliveries->hostility_left < 0 ? json_null() : json_integer(deliveries->hostility_left);
    json_t *delay = is_late ? json_integer(deliveries->hostility_span / MK_SECOND) : json_null();

    return json_pack("{s:s, s:o, s:o}", "mode", mk_hostility_names[deliveries->hostility], "count",
                     count, "delay_seconds", delay);
}
