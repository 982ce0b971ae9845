/* SPDX-License-Identifier: MIT */
/*
 * The checked input of a call: version header, query and body, by the tables of its route.
 */
#ifndef MK_API_INPUT_H
#define MK_API_INPUT_H

#include "api/routes.h"

struct mk_input {
    json_t *query; /* owned; NULL where the route has no table */
    json_t *body;  /* owned; NULL where the route has none */
};

/* Whether moneykit-version, where it is read, names the one version that there is, or none. */
bool mk_input_has_version(const struct mk_route *route, const struct mk_request *request);

/* Frees what is there; accepts a zeroed input. */
void mk_input_done(struct mk_input *input);

/*
 * MK_INVALID with every failure of version, query and body at once; MK_BODY_TOO_LARGE; MK_INTERNAL
 * when jansson has no memory. `query` is the raw text after the '?'.
 */
enum mk_err mk_input_read(const struct mk_route *route, const struct mk_request *request,
                          const char *query, struct mk_input *input, struct mk_issues *issues);

#endif
