/* SPDX-License-Identifier: MIT */
/*
 * Where Connect may send the user back to. The hosted API keeps a list of origins per app; here any
 * loopback origin and any app scheme is on it (ours), and --redirect-origin adds others.
 */
#ifndef MK_CORE_REDIRECT_H
#define MK_CORE_REDIRECT_H

#include "core/error.h"

#include <stddef.h>

/*
 * MK_SESSION_FORBIDDEN with the reason: not a URI, has a query, or an origin that is not allowed.
 */
enum mk_err mk_redirect_check(const char *uri, const char *const *origins, size_t count,
                              struct mk_problem *problem);

#endif
