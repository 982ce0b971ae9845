/* SPDX-License-Identifier: MIT */
/*
 * The inside of a sandbox, for the tests of this source tree: what its requests work on, with or
 * without a server.
 */
#ifndef MK_SANDBOX_H
#define MK_SANDBOX_H

#include "api/call.h"
#include "moneykit_sandbox.h"

/* Reads or makes the key that signs webhooks; false with one line in `error`. Before an open. */
bool mk_sandbox_load_key(struct moneykit_sandbox *sandbox, char error[MONEYKIT_SANDBOX_ERROR_SIZE]);

/*
 * Makes worlds, routes and all else that a start makes once it knows its port, and no server:
 * requests go to mk_api_dispatch(). Once per sandbox, instead of a start. False with one line in
 * `error` when the worlds of --load are broken.
 */
bool mk_sandbox_open(struct moneykit_sandbox *sandbox, unsigned port,
                     char error[MONEYKIT_SANDBOX_ERROR_SIZE]);

/* Borrowed; after a start or mk_sandbox_open(). */
struct mk_service *mk_sandbox_service(struct moneykit_sandbox *sandbox);

#endif
