/* SPDX-License-Identifier: MIT */
/*
 * From a request to its answer. The steps and their order (design.md, section 4):
 *
 *     route, credentials, fault, version header, rate limit, query and body, [lock] handler
 *     [unlock], owner of a link that was not found, rendering, request id, journal, log line
 *
 * POST /auth/token has its credentials in its form, which is read first. The caller's world is
 * locked around the handler, and around the count of the rate limit.
 */
#ifndef MK_API_DISPATCH_H
#define MK_API_DISPATCH_H

#include "api/call.h"

/*
 * An mk_dispatch; context is the struct mk_service. A call that is answered later goes through
 * route, input and handler again each time it is asked; credentials, faults and rate limits are for
 * the first time only.
 */
void mk_api_dispatch(void *context, const struct mk_request *request, struct mk_response *response);

/* The longest body that the route of this request takes; for struct mk_server_config. */
size_t mk_api_body_max(void *context, enum mk_method method, const char *target);

#endif
