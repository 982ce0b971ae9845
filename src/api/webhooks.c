/* SPDX-License-Identifier: MIT */
/* Webhooks: POST /webhooks/test/link/{id}. */
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/notices.h"

static const struct mk_field test_event_fields[] = {
    { .name = "webhook_event",
      .type = MK_STRING,
      .required = true,
      .choices = mk_test_event_names,
      .choices_name = "WebhookLinkTestEvent" },
    { .name = "webhook_idempotency_key", .type = MK_STRING, .required = true },
};
const struct mk_shape mk_test_event_body = MK_SHAPE("WebhookTestLinkRequest", test_event_fields);

/* product.state_changed is another name for the refresh of a product. */
static enum mk_notice notice_of(const char *event)
{
    int notice = mk_term_find(mk_notice_names, event);

    return notice < 0 ? MK_NOTICE_PRODUCT : (enum mk_notice)notice;
}

enum mk_err mk_trigger_test_event(const struct mk_call *call, struct mk_reply *reply)
{
    const char *event = mk_get_text(call->body, "webhook_event");
    const char *key = mk_get_text(call->body, "webhook_idempotency_key");
    struct mk_link *link;
    char token[MK_TOKEN_SIZE];

    MK_TRY(mk_call_link(call, reply, &link));
    MK_TRY(mk_notice_test(call->world, link, notice_of(event), key, &reply->problem, token));
    return mk_reply_json(reply, 200, json_pack("{s:s}", "delivery_token", token));
}
