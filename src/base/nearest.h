/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": of some names, the one that takes the fewest typing mistakes to become another.
 */
#ifndef MK_BASE_NEAREST_H
#define MK_BASE_NEAREST_H

#include <stddef.h>

struct mk_nearest {
    const char *wanted; /* set this, and zero the rest */
    const char *best;   /* of those tried; borrowed; NULL: none was */
    size_t distance;
};

/* Of two that are equally near, the first tried counts. */
void mk_nearest_try(struct mk_nearest *nearest, const char *name);

#endif
