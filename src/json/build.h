/* SPDX-License-Identifier: MIT */
/*
 * Making JSON: the one dump function, lists that fail as a whole, and the escaping writer.
 */
#ifndef MK_JSON_BUILD_H
#define MK_JSON_BUILD_H

#include "base/text.h"

#include <jansson.h>

#ifndef JANSSON_THREAD_SAFE_REFCOUNT
#error "jansson without thread-safe reference counts: the shared catalog would break"
#endif

/*
 * Dumps compactly, keys in order of insertion, reals with 15 digits (0.1 stays 0.1), adding to
 * `out`. False when out's limit was passed, value is NULL or holds itself, or memory ran out. The
 * only place that calls json_dump*.
 */
bool mk_json_dump(const json_t *value, struct mk_text *out);

/*
 * Appends item to *list, stealing it. A NULL item or a failed append drops the whole list and
 * leaves *list NULL, after which every append only drops its item: a loop needs one check, at its
 * end.
 */
void mk_json_append(json_t **list, json_t *item);

/* The same for a member of an object. */
void mk_json_set(json_t **object, const char *key, json_t *item);

/*
 * Adds `text` as a JSON string in quotes, escaped exactly as jansson does (UTF-8 is passed
 * through); the text must be valid UTF-8.
 */
void mk_write_string(struct mk_text *out, const char *text, size_t length);

#endif
