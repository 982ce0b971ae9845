/* SPDX-License-Identifier: MIT */
/*
 * GET /.well-known/jwks.json: the public halves of the keys that sign webhooks. Anyone may read
 * them; credentials are not looked at.
 */
#include "api/handlers.h"

enum mk_err mk_get_jwks(const struct mk_call *call, struct mk_reply *reply)
{
    return mk_reply_json(reply, 200,
                         json_pack("{s:[o]}", "keys", mk_signer_jwk(call->service->signer)));
}
