/* SPDX-License-Identifier: MIT */
/*
 * Copies what a client sent so that it may be kept and shown: secrets are replaced by "***".
 *
 * The field tables say what may be shown: a member of an object is copied when its name is a field
 * of the shape (at any depth) that is not `is_secret`; all others are masked, whatever is in them,
 * since what nobody declared may be anything.
 */
#ifndef MK_JSON_MASK_H
#define MK_JSON_MASK_H

#include "json/shape.h"

/*
 * Writes JSON text as it came with the values masked, at most `room` - 1 bytes and a NUL; returns
 * the length. Text that is not JSON, or does not fit, ends with "..." where that shows, so what
 * follows is not kept. One pass, no memory.
 */
size_t mk_mask_json(const struct mk_shape *shape, const char *text, size_t length, char *out,
                    size_t room);

/* The same for name=value&name=value, as in a query or a form; shape may be NULL: all is masked. */
size_t mk_mask_form(const struct mk_shape *shape, const char *text, size_t length, char *out,
                    size_t room);

#endif
