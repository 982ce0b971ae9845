/* SPDX-License-Identifier: MIT */
/*
 * Makes one of jansson's allocations fail: the n-th from now, or none when n is negative.
 * Process-wide, so a test that uses it is single-threaded and calls failing_memory_stop().
 */
#ifndef MK_TESTS_FAILING_MEMORY_H
#define MK_TESTS_FAILING_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

static long failing_memory_left;

static inline void *failing_memory_alloc(size_t size)
{
    return failing_memory_left-- == 0 ? NULL : malloc(size);
}

static inline void failing_memory_start(long n)
{
    failing_memory_left = n;
    json_set_alloc_funcs(failing_memory_alloc, free);
}

/* Whether an allocation failed since the start. */
static inline bool failing_memory_stop(void)
{
    json_set_alloc_funcs(malloc, free);
    return failing_memory_left < 0;
}

#endif
