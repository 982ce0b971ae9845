/* SPDX-License-Identifier: MIT */
/* Deliveries of webhooks as JSON. Each is a new reference, NULL without memory. */
#ifndef MK_CONTROL_WEBHOOK_VIEW_H
#define MK_CONTROL_WEBHOOK_VIEW_H

#include "core/world.h"

/* SandboxDelivery: where it stands. */
json_t *mk_delivery_view(const struct mk_world *world, const struct mk_delivery *delivery);

/* SandboxDeliveryDetail: the same, the body and every attempt. */
json_t *mk_delivery_detail_view(const struct mk_world *world, const struct mk_delivery *delivery);

/* SandboxWebhookMode. */
json_t *mk_webhook_mode_view(const struct mk_deliveries *deliveries);

/* "mk_..." */
void mk_delivery_link_id(const struct mk_delivery *delivery, char out[MK_LINK_ID_SIZE]);

#endif
