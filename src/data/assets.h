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

extern const struct mk_asset mk_asset_institutions;   /* src/data/institutions.json */
extern const struct mk_asset mk_asset_merchants;      /* src/data/merchants.json */
extern const struct mk_asset mk_asset_persona_logins; /* src/data/personas/logins.json */
extern const struct mk_asset mk_asset_persona_good;   /* and the profiles there */
extern const struct mk_asset mk_asset_persona_custom;
extern const struct mk_asset mk_asset_persona_rich;
extern const struct mk_asset mk_asset_persona_large;
extern const struct mk_asset mk_asset_persona_empty;
extern const struct mk_asset mk_asset_people;       /* src/data/people.json */
extern const struct mk_asset mk_asset_securities;   /* src/data/securities.json */
extern const struct mk_asset mk_asset_openapi;      /* openapi/openapi.json */
extern const struct mk_asset mk_asset_front;        /* src/web/front.html */
extern const struct mk_asset mk_asset_docs;         /* src/web/docs.html */
extern const struct mk_asset mk_asset_style;        /* src/web/style.css */
extern const struct mk_asset mk_asset_page_connect; /* src/web/connect.html, and its kin there */
extern const struct mk_asset mk_asset_page_oauth_bank;
extern const struct mk_asset mk_asset_page_demo;

/* A file of a folder. */
struct mk_asset_file {
    const char *path; /* under the folder; NULL: the end of the table */
    struct mk_asset asset;
};

extern const struct mk_asset_file mk_asset_files_connect[]; /* src/web/connect */

/* Compressed with gzip; empty without the viewer (src/cmake/docs_viewer.cmake). */
extern const struct mk_asset mk_asset_viewer_js;
extern const struct mk_asset mk_asset_viewer_css;

#endif
