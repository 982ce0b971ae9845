/* SPDX-License-Identifier: MIT */
/*
 * Why a request was answered as it was: the checks that failed, each with its place, the value that
 * was given and the nearest valid one; the fault that fired; a line that sends it again. All from
 * what the journal kept, which is masked, and from the world as it is now. Ours.
 *
 *     explain.c           the whole; problems of the input (422 validation_failed)
 *     explain_errors.c    one check for every other error
 *     explain_nearest.c   the nearest value, name or path
 *     explain_curl.c      the line for a shell
 */
#ifndef MK_CONTROL_EXPLAIN_H
#define MK_CONTROL_EXPLAIN_H

#include "base/nearest.h"
#include "control/happenings.h"

/* Adds the members body, error, checks, fault and curl to the view of a request. */
void mk_explain(const struct mk_call *call, const struct mk_happening *request, json_t **view);

/* What the parts share. */
struct mk_explained {
    const struct mk_call *call; /* of who asks */
    const struct mk_happening *request;
    const struct mk_route *route; /* NULL: it matched none */
    json_t *body;                 /* owned; what it was, masked; NULL when it can't be read */
    json_t *query;                /* the same */
    json_t *error;                /* owned; the error's body; NULL */
};

/* One check; steals value and nearest, where NULL is null. New reference. */
json_t *mk_check_view(const char *in, const char *pointer, const char *kind, const char *message,
                      json_t *value, json_t *nearest, const char *hint);

/* The check that an error stands for which is no problem of the input. New reference. */
json_t *mk_explain_error(const struct mk_explained *explained);

/* The line; new reference. */
json_t *mk_explain_curl(const struct mk_explained *explained);

/* The path without the query; cut to fit. */
enum { MK_PATH_SIZE = MK_KEPT_TARGET_MAX };
void mk_explained_path(const struct mk_happening *request, char out[MK_PATH_SIZE]);

/* How many typing mistakes lie between two names. */
size_t mk_typos(const char *wanted, const char *name);

/* What was found, if it is near enough to be meant; else NULL. */
const char *mk_nearest_name(const struct mk_nearest *nearest);

/* The value that the field would take instead; NULL when none is near. New reference. */
json_t *mk_nearest_value(const struct mk_field *field, const char *kind, const json_t *value);

/* "GET /links/{id}" for a path that is like one of the routes'; NULL when none is. */
json_t *mk_nearest_route(enum mk_method method, const char *path);

#endif
