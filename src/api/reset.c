/* SPDX-License-Identifier: MIT */
/* Links: POST /links/{id}/reset, which makes a relink necessary. */
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/products.h"

enum mk_err mk_reset_link(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    mk_products_disconnect(call->world, link, MK_LINK_ERROR_AUTH_EXPIRED);
    return mk_reply_link(call, reply, 200, link);
}
