/* SPDX-License-Identifier: MIT */
/*
 * Which happenings a caller asks for, by the parameters of GET /sandbox/requests and wait, and in
 * what another one differs from them. Everything is compared as the text that the view shows.
 */
#ifndef MK_CONTROL_FILTER_H
#define MK_CONTROL_FILTER_H

#include "control/happenings.h"

/* Parameters that filter; names and kinds of happenings are in filter.c. */
enum { MK_FILTER_FIELDS = 9, MK_FILTER_TEXT_SIZE = 256 };

struct mk_filter {
    enum mk_happening_kind kind;
    bool with_control;                    /* requests: calls of the control API too */
    const char *wanted[MK_FILTER_FIELDS]; /* borrowed from the query; NULL: any */
    char numbers[MK_FILTER_FIELDS][24];
};

/* Choices of the parameters that several calls have; NULL-ended. */
extern const char *const mk_request_method_names[];
extern const char *const mk_request_include_names[];
extern const char *const mk_wait_kind_names[]; /* names of kinds that have filters */

/* Reads the query; MK_INVALID with issues for what can't be of this kind. */
enum mk_err mk_filter_read(const struct mk_call *call, enum mk_happening_kind kind,
                           struct mk_issues *issues, struct mk_filter *ret);

bool mk_filter_matches(const struct mk_filter *filter, const struct mk_happening *happening);

/* What stands in the way of a match: [{field, wanted, was}]. New reference. */
json_t *mk_filter_differences(const struct mk_filter *filter, const struct mk_happening *happening);

#endif
