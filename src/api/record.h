/* SPDX-License-Identifier: MIT */
/*
 * Remembering an exchange that was answered: in the journal of the caller's world and in the
 * metrics. Calls of nobody (probes, pages, wrong credentials) have no world and are only counted.
 */
#ifndef MK_API_RECORD_H
#define MK_API_RECORD_H

#include "api/respond.h"
#include "api/routes.h"

/* Bytes of a target, of a body and of an error's body that the journal keeps; ours. */
enum { MK_KEPT_TARGET_MAX = 1024, MK_KEPT_BODY_MAX = 4096 };

/* The route of a happening in the journal; NULL: it matched none. */
const struct mk_route *mk_recorded_route(const struct mk_happening *request);

/* Whether it is of the control API: such calls are in the journal when they change something. */
bool mk_route_is_control(const struct mk_route *route);

/* What dispatch knows of it. All borrowed. */
struct mk_exchange {
    struct mk_service *service;
    const struct mk_request *request;
    const struct mk_response *response;
    const struct mk_route *route; /* NULL: it matched none */
    struct mk_world *world;       /* NULL: of nobody */
    const char *request_id;
    enum mk_err err;
    int64_t span;   /* microseconds */
    uint64_t began; /* the journal's next number when the handler was called */
    uint32_t fault; /* number of the rule that fired; 0: none */
};

/* No lock is held. */
void mk_record(const struct mk_exchange *exchange);

#endif
