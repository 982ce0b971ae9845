/* SPDX-License-Identifier: MIT */
/*
 * The HTML pages that are written once, when the server starts. `out` is overwritten.
 */
#ifndef MK_API_PAGES_H
#define MK_API_PAGES_H

#include "base/text.h"

/* pages.c: GET / */
void mk_front_page_write(const char *public_url, struct mk_text *out);

/* The most that a page may be. */
#define MK_PAGE_MAX ((size_t)1024 * 1024)

#endif
