/* SPDX-License-Identifier: MIT */
/*
 * Files that are compiled into the program. CMakeLists.txt says which file is which (mk_embed).
 */
#ifndef MK_DATA_ASSETS_H
#define MK_DATA_ASSETS_H

#include <stddef.h>

struct mk_asset {
    const char *bytes; /* a NUL follows them */
    size_t length;
};

extern const struct mk_asset mk_asset_institutions; /* src/data/institutions.json */
extern const struct mk_asset mk_asset_openapi;      /* openapi/openapi.json */
extern const struct mk_asset mk_asset_front;        /* src/web/front.html */

#endif
