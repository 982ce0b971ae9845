/* SPDX-License-Identifier: MIT */
/*
 * Heap memory that never comes back NULL.
 *
 * Running out of our own memory ends the process with one line on standard error: every caller
 * stays a straight line. jansson's allocations are not made here; their NULLs become a 500.
 * What these return is freed with free().
 */
#ifndef MK_BASE_MEMORY_H
#define MK_BASE_MEMORY_H

#include <stddef.h>

/* Number of elements of an array, not of a pointer. */
#define MK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

void *mk_alloc(size_t size);

/* count zeroed elements of `size` bytes; an overflowing product ends the process. */
void *mk_alloc_zero(size_t count, size_t size);

/* realloc() to count elements of `size` bytes. */
void *mk_resize(void *memory, size_t count, size_t size);

/* A copy of text; NULL gives NULL. */
char *mk_copy(const char *text);

/* A NUL-ended copy of `length` bytes. */
char *mk_copy_bytes(const char *bytes, size_t length);

#endif
