/* SPDX-License-Identifier: MIT */
/*
 * The ids in replies that belong to one world: of links, accounts, transactions and trades, and
 * uuids. Those of merchants and securities are the same for everybody.
 */
#ifndef MK_TESTS_FOUND_IDS_H
#define MK_TESTS_FOUND_IDS_H

#include <jansson.h>

/* Adds those in a piece of JSON, in its keys and its texts, to the set: an object, id -> true. */
void add_ids(const json_t *value, json_t *set);

/* An id that is in both sets; NULL: none. */
const char *common_id(json_t *a, const json_t *b);

#endif
