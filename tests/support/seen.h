/* SPDX-License-Identifier: MIT */
/*
 * What the run has seen: which operation answered with which status, and which rows of the error
 * table were met, apart for each transport. Kept in memory that is shared with the processes that
 * Check forks for its tests, so that the last test may look back at all of them.
 */
#ifndef MK_TESTS_SEEN_H
#define MK_TESTS_SEEN_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum transport { TRANSPORT_MEMORY, TRANSPORT_CURL, TRANSPORT_COUNT };

extern const char *const transport_names[TRANSPORT_COUNT];

/* Before the first test is forked; without it nothing is kept. */
void seen_open(void);

/* An answer of the route at this position of mk_routes; error_code is NULL when it is no error. */
void seen_note(enum transport transport, size_t route, unsigned status, const char *error_code);

/* An error of a request that found no route. */
void seen_note_error(enum transport transport, unsigned status, const char *error_code);

bool seen_answer(enum transport transport, size_t route, unsigned status);
bool seen_error(enum transport transport, enum mk_err err);

#endif
