/* SPDX-License-Identifier: MIT */
/*
 * From a reply to the bytes and header fields of a response, and the log line of a request.
 */
#ifndef MK_API_RESPOND_H
#define MK_API_RESPOND_H

#include "api/routes.h"

/* "req_", 16 hexadecimal digits and a NUL. */
enum { MK_REQUEST_ID_SIZE = 4 + 2 * 8 + 1 };

/* The next one: unlike each other, and with --deterministic the same in every run. */
void mk_request_id_write(struct mk_service *service, char out[MK_REQUEST_ID_SIZE]);

/*
 * Renders the reply, which is emptied, and adds its own header fields, X-Request-Id, CORS and,
 * where they apply, Allow, WWW-Authenticate and what a preflight asks. `allowed` has the bits of
 * struct mk_match.
 */
void mk_respond(const char *request_id, const struct mk_request *request, unsigned allowed,
                enum mk_err err, struct mk_reply *reply, struct mk_response *response);

/*
 * Logs method, route, status, size, time, client and request id. The path is the route's template
 * and the query is left out, since what callers put there may be a secret.
 */
struct mk_exchange; /* api/record.h */
void mk_respond_log(const struct mk_exchange *exchange);

#endif
