/* SPDX-License-Identifier: MIT */
/* /sandbox/webhooks/mode: spoiled webhooks, for tests of receivers. Ours. */
#include "api/handlers.h"
#include "control/webhook_view.h"
#include "core/deliveries.h"

/* Bounds of ours; a delayed delivery still has some of its two hours left. */
enum { COUNT_MAX = 1000000, DELAY_SECONDS_MAX = 3600 };

/* clang-format off */
static const struct mk_field mode_fields[] = {
    { .name = "mode", .type = MK_STRING, .required = true, .choices = mk_hostility_names,
      .choices_name = "SandboxHostility" },
    { .name = "count", .type = MK_INTEGER, .nullable = true, .min = 1, .max = COUNT_MAX },
    { .name = "delay_seconds", .type = MK_INTEGER, .nullable = true, .min = 1,
      .max = DELAY_SECONDS_MAX },
};
/* clang-format on */
const struct mk_shape mk_sandbox_webhook_mode_body =
    MK_SHAPE("SandboxSetWebhookModeRequest", mode_fields);

enum mk_err mk_sandbox_get_webhook_mode(const struct mk_call *call, struct mk_reply *reply)
{
    return mk_reply_json(reply, 200, mk_webhook_mode_view(&call->world->deliveries));
}

enum mk_err mk_sandbox_set_webhook_mode(const struct mk_call *call, struct mk_reply *reply)
{
    int mode = mk_term_find(mk_hostility_names, mk_get_text(call->body, "mode"));
    int64_t count = mk_get_integer(call->body, "count");
    int64_t delay = mk_get_integer(call->body, "delay_seconds");

    mk_deliveries_set_mode(&call->world->deliveries, (enum mk_hostility)mode,
                           delay == 0 ? MK_HOSTILITY_SPAN : delay * MK_SECOND,
                           count == 0 || mode == MK_HOSTILE_NONE ? -1 : count);
    return mk_sandbox_get_webhook_mode(call, reply);
}
