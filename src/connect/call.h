/* SPDX-License-Identifier: MIT */
/*
 * A call of Connect's pages: it opens the flow of its session, takes a step and answers with the
 * whole state. A step that the bank refuses is an answer like any other. The calls are private
 * between our pages and us, so openapi.json does not have them.
 */
#ifndef MK_CONNECT_CALL_H
#define MK_CONNECT_CALL_H

#include "api/call.h"
#include "core/flow.h"

/* Begins a reply that nobody may keep. */
void mk_connect_uncached(struct mk_reply *reply);

/*
 * Opens the flow of the session whose token the call carries, and notes the window that calls. A
 * window that opens after the user has left begins anew.
 */
enum mk_err mk_connect_open(const struct mk_call *call, struct mk_reply *reply,
                            struct mk_connect *ret);

/* Answers after a step that came to `err`. */
enum mk_err mk_connect_answer(const struct mk_call *call, struct mk_connect *connect,
                              enum mk_err err, struct mk_reply *reply);

/* Notes in the flow what a step came to: MK_OK also for MK_CONNECT_FAILED. */
enum mk_err mk_connect_note(const struct mk_call *call, const struct mk_connect *connect,
                            enum mk_err err);

#endif
