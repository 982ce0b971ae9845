/* SPDX-License-Identifier: MIT */
/*
 * Finds the route of a raw request target.
 *
 * A template is literal segments and {parameters}: "/links/{id}/accounts/{account_id}". The order
 * of the routes does not matter: at the first segment where two templates differ, a literal beats a
 * parameter. Matching is done on the raw target and each segment is decoded alone, so "%2F" stays
 * inside its segment; a segment that decodes to a NUL or to what is not UTF-8 matches nothing.
 * Built once, then read by every thread.
 */
#ifndef MK_HTTP_ROUTER_H
#define MK_HTTP_ROUTER_H

#include "http/message.h"

enum { MK_PATH_VALUES_MAX = 4 };

struct mk_router;

struct mk_match {
    size_t route;     /* index as given to mk_router_new(); valid when `found` */
    bool found;       /* path and method */
    unsigned allowed; /* bit 1 << method for every method that the path has; 0: no such path */
    size_t value_count;
    const char *values[MK_PATH_VALUES_MAX]; /* decoded path values in order, inside `decoded` */
    const char *query; /* what follows the first '?', raw; "" when there is none */
    char decoded[MK_HEAD_MAX];
};

/* `method` and `path` of route i are methods[i], templates[i]; the texts are borrowed for ever. */
struct mk_router *mk_router_new(const enum mk_method *methods, const char *const *templates,
                                size_t count);
void mk_router_free(struct mk_router *router);

/*
 * A HEAD request finds the GET route. An absolute target ("http://host/path") counts from its path.
 * The caller's match need not be cleared.
 */
void mk_router_find(const struct mk_router *router, enum mk_method method, const char *target,
                    struct mk_match *match);

#endif
