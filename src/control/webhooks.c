/* SPDX-License-Identifier: MIT */
/* /sandbox/webhooks: what was sent to receivers, what they said, and sending it again. Ours. */
#include "api/handlers.h"
#include "api/views.h"
#include "control/webhook_view.h"
#include "core/deliveries.h"
#include "json/build.h"

#include <uuid/uuid.h>

/* clang-format off */
static const struct mk_field webhooks_fields[] = {
    { .name = "link_id", .type = MK_STRING },
    { .name = "event", .type = MK_STRING, .choices = mk_notice_names,
      .choices_name = "SandboxWebhookEvent" },
    { .name = "state", .type = MK_STRING, .choices = mk_delivery_state_names,
      .choices_name = "SandboxDeliveryState" },
    { .name = "limit", .type = MK_INTEGER, .min = 1, .max = 1000, .fallback = "100" },
};
/* clang-format on */
const struct mk_shape mk_sandbox_webhooks_query = MK_SHAPE(NULL, webhooks_fields);

/* What the query asks for; negative and NULL: anything. */
struct filter {
    const char *link_id;
    int event;
    int state;
};

static bool is_wanted(const struct filter *filter, const struct mk_delivery *delivery)
{
    char id[MK_LINK_ID_SIZE];

    mk_delivery_link_id(delivery, id);
    return (filter->link_id == NULL || strcmp(filter->link_id, id) == 0) &&
           (filter->event < 0 || filter->event == delivery->event) &&
           (filter->state < 0 || filter->state == delivery->state);
}

/* Newest first. */
static json_t *list_view(const struct mk_call *call)
{
    const struct mk_deliveries *deliveries = &call->world->deliveries;
    const struct filter filter = {
        .link_id = mk_get_text(call->query, "link_id"),
        .event = mk_term_find(mk_notice_names, mk_get_text(call->query, "event")),
        .state = mk_term_find(mk_delivery_state_names, mk_get_text(call->query, "state"))
    };
    int64_t left = mk_get_integer(call->query, "limit");
    const struct mk_delivery *delivery = NULL;
    json_t *list = json_array();

    while (left > 0 && (delivery = mk_deliveries_before(deliveries, delivery)) != NULL) {
        if (!is_wanted(&filter, delivery))
            continue;
        mk_json_append(&list, mk_delivery_view(call->world, delivery));
        left--;
    }
    return list;
}

static json_t *counters_view(const struct mk_deliveries *deliveries)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "made", (json_int_t)deliveries->made,
                     "delivered", (json_int_t)deliveries->delivered, "failed",
                     (json_int_t)deliveries->failed, "dropped", (json_int_t)deliveries->dropped,
                     "waiting", (json_int_t)deliveries->waiting, "in_flight",
                     (json_int_t)deliveries->out);
}

enum mk_err mk_sandbox_get_webhooks(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_deliveries *deliveries = &call->world->deliveries;

    return mk_reply_json(reply, 200,
                         json_pack("{s:o, s:o, s:o}", "mode", mk_webhook_mode_view(deliveries),
                                   "counters", counters_view(deliveries), "deliveries",
                                   list_view(call)));
}

/* The one that the path names. */
static enum mk_err find(const struct mk_call *call, struct mk_delivery **ret)
{
    *ret = mk_deliveries_find(&call->world->deliveries, call->path[0]);
    return *ret == NULL ? MK_DELIVERY_NOT_FOUND : MK_OK;
}

enum mk_err mk_sandbox_get_webhook(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_delivery *delivery;

    MK_TRY(find(call, &delivery));
    return mk_reply_json(reply, 200, mk_delivery_detail_view(call->world, delivery));
}

enum mk_err mk_sandbox_replay_webhook(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_delivery *delivery;

    MK_TRY(find(call, &delivery));
    MK_TRY(mk_deliveries_replay(call->world, delivery, &reply->problem));
    return mk_reply_json(reply, 202, mk_delivery_view(call->world, delivery));
}
