/* SPDX-License-Identifier: MIT */
/* Webhooks: POST /webhooks/test/link/{id}. */
#include "api/handlers.h"
#include "api/link_call.h"

#include <uuid/uuid.h>

static const struct mk_field test_event_fields[] = {
    { .name = "webhook_event",
      .type = MK_STRING,
      .required = true,
      .choices = mk_test_event_names,
      .choices_name = "WebhookLinkTestEvent" },
    { .name = "webhook_idempotency_key", .type = MK_STRING, .required = true },
};
const struct mk_shape mk_test_event_body = MK_SHAPE("WebhookTestLinkRequest", test_event_fields);

static json_t *delivery_view(struct mk_random *secrets)
{
    unsigned char uuid[16];
    char token[MK_TOKEN_SIZE];

    mk_random_uuid(secrets, uuid);
    uuid_unparse_lower(uuid, token);
    return json_pack("{s:s}", "delivery_token", token);
}

enum mk_err mk_trigger_test_event(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    if (link->webhook == NULL)
        return MK_LINK_BAD_CONFIG;
    return mk_reply_json(reply, 200, delivery_view(&call->world->secrets));
}
