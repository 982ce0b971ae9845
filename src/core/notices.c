/* SPDX-License-Identifier: MIT */
#include "core/notices.h"

#include "core/products.h"
#include "json/build.h"

#include <uuid/uuid.h>

/* Of a body; a test event's key is as long as a request lets it be, and escaped. */
#define BODY_MAX ((size_t)8 * 1024 * 1024)
#define USUAL_SIZE 512U

/* What an event says beside what all say. */
struct event {
    struct mk_world *world;
    const struct mk_link *link;
    enum mk_notice notice;
    int64_t at;
    const char *key; /* webhook_idempotency_key */
    enum mk_product product;
    enum mk_product_error product_error;
    bool is_test;
};

/* --- Bodies ----------------------------------------------------------------------------------- */

static const char *link_error_message(const struct mk_link *link)
{
    static const char *const messages[] = {
        [MK_LINK_ERROR_SYSTEM_ERROR] = "The connection failed.",
        [MK_LINK_ERROR_PROVIDER_ERROR] = "The provider of the connection has a problem.",
        [MK_LINK_ERROR_INSTITUTION_ERROR] = "The institution has a problem of its own.",
        [MK_LINK_ERROR_USER_ERROR] = "The end user did not get through the login.",
        [MK_LINK_ERROR_AUTH_EXPIRED] = "The end user has to log in to the institution again.",
        [MK_LINK_ERROR_NO_ACCOUNTS] = "The institution shows no account.",
        [MK_LINK_ERROR_USER_SETUP_REQUIRED] =
            "The end user has to finish the setup at the institution.",
        [MK_LINK_ERROR_INVALID_CREDENTIALS] = "The institution refused the credentials.",
        [MK_LINK_ERROR_USER_OAUTH_DENIED] = "The end user denied access at the institution.",
        [MK_LINK_ERROR_USER_INPUT_INCORRECT] = "The end user gave a wrong answer.",
        [MK_LINK_ERROR_INCOMPLETE] = "The end user did not finish.",
        [MK_LINK_ERROR_NONE] = NULL,
    };

    return messages[link->error];
}

static void write_text(struct mk_text *out, const char *text)
{
    if (text == NULL)
        mk_text_add_literal(out, "null");
    else
        mk_write_string(out, text, strlen(text));
}

static void write_time(struct mk_text *out, const struct mk_world *world, int64_t moment)
{
    char text[MK_TIME_SIZE];

    mk_time_write(text, moment, world->settings.timestamps);
    write_text(out, text);
}

static void write_tags(struct mk_text *out, const struct mk_tags *tags)
{
    const char *tag = tags->text;

    mk_text_add_char(out, '[');
    for (uint32_t i = 0; i < tags->count; i++) {
        if (i > 0)
            mk_text_add_char(out, ',');
        write_text(out, tag);
        tag += strlen(tag) + 1;
    }
    mk_text_add_char(out, ']');
}

static void write_common(struct mk_text *out, const struct event *event)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(event->link, id);
    mk_text_add_literal(out, "{\"webhook_major_version\":1,\"webhook_minor_version\":0"
                             ",\"webhook_idempotency_key\":");
    write_text(out, event->key);
    mk_text_add_literal(out, ",\"webhook_timestamp\":");
    write_time(out, event->world, event->at);
    mk_text_print(out, ",\"link_id\":\"%s\",\"link_tags\":", id);
    write_tags(out, &event->link->tags);
    mk_text_print(out, ",\"webhook_event\":\"%s\"", mk_notice_names[event->notice]);
}

static void write_state(struct mk_text *out, const struct event *event)
{
    mk_text_print(out, ",\"state\":\"%s\",\"error\":", mk_link_state_names[event->link->state]);
    write_text(out, mk_link_error_names[event->link->error]);
    mk_text_add_literal(out, ",\"error_message\":");
    write_text(out, link_error_message(event->link));
}

static void write_product(struct mk_text *out, const struct event *event)
{
    bool is_fine = event->product_error == MK_PRODUCT_ERROR_NONE;

    mk_text_print(
        out, ",\"product\":\"%s\",\"state\":\"%s\",\"state_changed_at\":",
        mk_product_names[event->product],
        mk_product_state_names[is_fine ? MK_PRODUCT_STATE_COMPLETED : MK_PRODUCT_STATE_FAILED]);
    write_time(out, event->world, event->at);
    mk_text_add_literal(out, ",\"error_message\":");
    write_text(out, mk_product_error_message(event->product_error));
}

static void write_body(struct mk_text *out, const struct event *event)
{
    mk_text_reserve(out, USUAL_SIZE);
    write_common(out, event);
    if (event->notice == MK_NOTICE_STATE)
        write_state(out, event);
    else if (event->notice == MK_NOTICE_PRODUCT)
        write_product(out, event);
    else
        mk_text_add_literal(out, ",\"has_history\":true");
    mk_text_add_char(out, '}');
}

/* --- Telling ---------------------------------------------------------------------------------- */

/* Its delivery, or NULL when it was dropped. */
static struct mk_delivery *deliver(const struct event *event)
{
    struct mk_text body = MK_TEXT(BODY_MAX);

    if (!mk_deliveries_are_full(&event->world->deliveries))
        write_body(&body, event);
    const struct mk_message message = { .link = event->link,
                                        .event = (uint8_t)event->notice,
                                        .is_test = event->is_test,
                                        .idempotency_key = event->key,
                                        .body = body.bytes,
                                        .length = body.length };
    struct mk_delivery *delivery = mk_deliveries_add(event->world, &message);
    mk_text_done(&body);
    return delivery;
}

/* A link without a webhook costs its line in the journal only. */
static void tell(const struct event *event, struct mk_happening *happening)
{
    unsigned char uuid[16];
    char key[MK_TOKEN_SIZE];
    struct event keyed = *event;

    happening->moment = event->at;
    memcpy(happening->link, event->link->id, sizeof(happening->link));
    mk_world_happened(event->world, happening);
    if (event->link->webhook == NULL)
        return;
    mk_random_uuid(&event->world->ids, uuid);
    uuid_unparse_lower(uuid, key);
    keyed.key = key;
    deliver(&keyed);
}

void mk_notice_state(struct mk_world *world, const struct mk_link *link, int64_t at)
{
    const struct event event = {
        .world = world, .link = link, .notice = MK_NOTICE_STATE, .at = at
    };
    struct mk_happening happening = { .kind = MK_HAPPENED_LINK,
                                      .state = link->state,
                                      .error = link->error };

    tell(&event, &happening);
}

static void tell_product(struct mk_world *world, const struct mk_link *link, int64_t at,
                         enum mk_product product)
{
    enum mk_product_error error = mk_link_product_error(link, product);
    struct event event = { .world = world,
                           .link = link,
                           .notice = MK_NOTICE_PRODUCT,
                           .at = at,
                           .product = product,
                           .product_error = error };
    struct mk_happening happening = { .kind = MK_HAPPENED_PRODUCT,
                                      .product = (uint8_t)product,
                                      .error = (uint8_t)error };

    tell(&event, &happening);
}

void mk_notice_products(struct mk_world *world, const struct mk_link *link, unsigned products,
                        int64_t at)
{
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (products & 1U << i)
            tell_product(world, link, at, (enum mk_product)i);
    }
}

void mk_notice_transactions(struct mk_world *world, const struct mk_link *link, int64_t at)
{
    struct event event = {
        .world = world, .link = link, .notice = MK_NOTICE_TRANSACTIONS, .at = at
    };
    struct mk_happening happening = { .kind = MK_HAPPENED_TRANSACTIONS };

    tell(&event, &happening);
}

enum mk_err mk_notice_test(struct mk_world *world, const struct mk_link *link,
                           enum mk_notice notice, const char *idempotency_key,
                           struct mk_problem *problem, char ret_token[MK_TOKEN_SIZE])
{
    const struct event event = { .world = world,
                                 .link = link,
                                 .notice = notice,
                                 .at = mk_world_now(world),
                                 .key = idempotency_key,
                                 .product = MK_PRODUCT_ACCOUNTS,
                                 .product_error = MK_PRODUCT_ERROR_NONE,
                                 .is_test = true };

    if (link->webhook == NULL)
        return MK_LINK_BAD_CONFIG;
    const struct mk_delivery *delivery = deliver(&event);
    if (delivery == NULL)
        return mk_fail(problem, MK_UNAVAILABLE, "Too many webhooks of this client wait already.");
    uuid_unparse_lower(delivery->token, ret_token);
    return MK_OK;
}
