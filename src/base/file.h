/* SPDX-License-Identifier: MIT */
/*
 * Whole files.
 */
#ifndef MK_BASE_FILE_H
#define MK_BASE_FILE_H

#include <stddef.h>

/*
 * The bytes of a file, NUL-ended and new; NULL with one line in `error` when it can't be read, is
 * empty or has more than `limit` bytes.
 */
char *mk_file_read(const char *path, size_t limit, char *error, size_t error_size);

#endif
