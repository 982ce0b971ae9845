/* SPDX-License-Identifier: MIT */
/*
 * From a request to its answer. The steps and their order (design.md, section 4):
 *
 *     route, credentials, version header, rate limit, query and body, [lock] handler [unlock],
 *     owner of a link that was not found, rendering, request id, log line
 *
 * The caller's world is locked around the handler, and around the count of the rate limit.
 */
#ifndef MK_API_DISPATCH_H
#define MK_API_DISPATCH_H

#include "api/call.h"

/* An mk_dispatch; context is the struct mk_service. */
void mk_api_dispatch(void *context, const struct mk_request *request, struct mk_response *response);

#endif
