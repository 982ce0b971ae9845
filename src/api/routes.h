/* SPDX-License-Identifier: MIT */
/*
 * The route table: one row per method and path, the only place that lists them. It drives the
 * router, the Allow header, the log's and later the journal's names, the rate limits, and the tests
 * that hold it against openapi.json and the README.
 *
 * Rate limits are MoneyKit's where its documentation could be read; the others are ours: 15 calls
 * per link and 600 per client, and what import_link has for import_transactions.
 */
#ifndef MK_API_ROUTES_H
#define MK_API_ROUTES_H

#include "api/call.h"
#include "json/shape.h"

/* Who may call. */
enum mk_access {
    MK_ACCESS_ANYONE,
    MK_ACCESS_CLIENT,  /* bearer token, or X-Client-Id and X-Client-Secret */
    MK_ACCESS_SESSION, /* a link session's token as bearer: Connect's pages */
    MK_ACCESS_CONTROL, /* as client, expired bearers and the admin token too, and a trusted Host */
    MK_ACCESS_ADMIN,   /* the admin token alone, and a trusted Host; no world */
};

struct mk_route {
    enum mk_method method;
    const char *path;
    const char *operation; /* operationId; NULL: a page, not in openapi.json */
    enum mk_access access;
    bool is_versioned; /* reads moneykit-version */
    const struct mk_shape *query;
    const struct mk_shape *form; /* body as application/x-www-form-urlencoded, or */
    const struct mk_shape *body; /* body as JSON */
    bool names_link;             /* the first path value is a link id */
    bool is_unlocked;            /* the handler takes the world's lock itself */
    size_t body_max;             /* 0: MK_BODY_MAX */
    unsigned per_link;           /* documented rate limits, calls a minute; 0: none */
    unsigned per_user;
    unsigned per_client;
    mk_handler *handle;
};

extern const struct mk_route mk_routes[];
extern const size_t mk_route_count;

/* NULL when memory is out. */
struct mk_router *mk_routes_router(void);

#endif
