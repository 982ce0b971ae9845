/* SPDX-License-Identifier: MIT */
/*
 * Who calls, and may they: credentials, the Host of control calls, and the version header.
 */
#ifndef MK_API_ACCESS_H
#define MK_API_ACCESS_H

#include "api/routes.h"

/* The one version that exists; absent and empty mean it too. */
#define MK_API_VERSION "2023-02-18"

/*
 * Fills `ret` on routes that want a client or a session; it is left alone on the others. No lock is
 * held.
 */
enum mk_err mk_access_check(struct mk_service *service, const struct mk_route *route,
                            const struct mk_request *request, struct mk_problem *problem,
                            struct mk_caller *ret);

/*
 * The same where the credentials are in a form (mk_token_form), or in HTTP Basic next to it, as
 * OAuth's client credentials are.
 */
enum mk_err mk_access_check_form(struct mk_service *service, const struct mk_request *request,
                                 const json_t *form, struct mk_problem *problem,
                                 struct mk_caller *ret);

/*
 * Splits an Authorization field that begins with "Basic ": user and password, at most `room` - 1
 * bytes each. False when it is another scheme or malformed. "Basic Og==" gives two empty texts.
 */
bool mk_basic_read(const char *authorization, char *user, char *password, size_t room);

/* The token after "Bearer " (any case), or NULL when it is another scheme. */
const char *mk_bearer_read(const char *authorization);

#endif
