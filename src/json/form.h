/* SPDX-License-Identifier: MIT */
/*
 * Query strings and form bodies as JSON objects, by the rows of a shape.
 *
 * Names that no row has are ignored; of a name given twice the last value counts, but for lists,
 * which are read in the three encodings of the official clients: k=a&k=b, k[]=a&k[]=b and k=a,b.
 * An empty value adds nothing to a list; the pieces of a,,b are three, one of them empty.
 * Integers, numbers and booleans are read from their text (booleans: true false 1 0, any case);
 * what cannot be read stays text, so that mk_shape_check() reports it like any other value.
 * A name without "=" has an empty text. Empty text for an integer or boolean is reported too.
 */
#ifndef MK_JSON_FORM_H
#define MK_JSON_FORM_H

#include "json/shape.h"

/* Values of one form, the pieces of comma lists included. What follows is reported and not read. */
enum { MK_FORM_VALUES_MAX = 1000 };

/*
 * Reads `length` bytes of application/x-www-form-urlencoded text; `where` is "query" or "body".
 * Fills in the fallbacks. Returns a new object, or NULL when memory ran out (issues->failed is
 * set). Problems of the encoding are added to issues, at [where, name], or at [where] when the name
 * itself is broken; the object is not checked yet: the caller goes on to mk_shape_check(). `bytes`
 * may be NULL when length is 0.
 */
json_t *mk_form_read(const struct mk_shape *shape, const char *bytes, size_t length,
                     const char *where, struct mk_issues *issues);

#endif
