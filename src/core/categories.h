/* SPDX-License-Identifier: MIT */
/*
 * The taxonomy of enrichment: primary categories and, under each, its subcategories (enum order of
 * the Python SDK 0.2.3; the grouping is read off it).
 */
#ifndef MK_CORE_CATEGORIES_H
#define MK_CORE_CATEGORIES_H

#include <stdbool.h>

/* NULL-ended, so they serve as choices of a field too. */
extern const char *const mk_category_names[];
extern const char *const mk_subcategory_names[];

/* Whether the subcategory at this position belongs to the category at that. */
bool mk_category_has(int category, int subcategory);

#endif
