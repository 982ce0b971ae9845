/* SPDX-License-Identifier: MIT */
/*
 * The exchanges of a run, for tests/contract: one line of JSON each in the file that the
 * environment variable MK_RECORD names; without it nothing is kept.
 *
 *     {"operation": "get_links", "transport": "in memory", "method": "GET", "target": "/links",
 *      "request_type": null, "request": null,
 *      "status": 200, "headers": [["Content-Type", "application/json"], ...], "reply": "{...}"}
 *
 * Bodies are texts; null when there is none, or none that JSON could hold (not UTF-8).
 */
#ifndef MK_TESTS_RECORD_H
#define MK_TESTS_RECORD_H

#include "support/client.h"

/* Empties the file. Before the first test is forked: all of them write to it. */
void record_open(void);

/*
 * Headers as they went out, ended by NULL; operation is NULL for pages and for what is not there.
 */
void record_exchange(const char *operation, const struct ask *ask, const char *const *headers,
                     const struct reply *reply);

#endif
