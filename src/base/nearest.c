/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <string.h>

/* What is longer is cut: names are shorter. */
enum { NAME_MAX_LENGTH = 64 };

static size_t length_of(const char *name)
{
    return strnlen(name, NAME_MAX_LENGTH);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein's: characters added, left out or changed. One row of his table at a time. */
static size_t distance_of(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + 1];
    size_t length = length_of(b);

    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; i < length_of(a); i++) {
        size_t corner = i;
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t changed = corner + (a[i] != b[j]);
            corner = row[j + 1];
            row[j + 1] = least(changed, row[j] + 1, corner + 1);
        }
    }
    return row[length];
}

void mk_nearest_try(struct mk_nearest *nearest, const char *name)
{
    size_t distance = distance_of(nearest->wanted, name);

    if (nearest->best != NULL && nearest->distance <= distance)
        return;
    nearest->best = name;
    nearest->distance = distance;
}
