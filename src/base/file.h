/* SPDX-License-Identifier: MIT */
/*
 * Whole files.
 */
#ifndef MK_BASE_FILE_H
#define MK_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The text in a file, NUL-ended and new; NULL with one line in `error` when it can't be read, is
 * empty, has more than `limit` bytes or a NUL among them.
 */
char *mk_file_read(const char *path, size_t limit, char *error, size_t error_size);

/* Whether there is something at this path, or it can't be told. */
bool mk_file_exists(const char *path);

/*
 * Makes a file of mode 0600, whole or not at all, and the folders above it (0700) that lack. What
 * another process put there meanwhile stays and is fine too. False with one line in `error`.
 */
bool mk_file_make(const char *path, const void *bytes, size_t length, char *error,
                  size_t error_size);

#endif
