/* SPDX-License-Identifier: MIT */
/*
 * The institutions: three banks of the sandbox (MoneyKit's documentation) and about forty real
 * names that behave like Credentials Bank (ours). Read once from the compiled-in
 * data/institutions.json; immutable afterwards and shared by all worlds and threads.
 */
#ifndef MK_CORE_CATALOG_H
#define MK_CORE_CATALOG_H

#include "core/terms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* How Connect signs a user in. */
enum mk_flow_kind { MK_FLOW_CREDENTIALS, MK_FLOW_INSTANT, MK_FLOW_OAUTH };

struct mk_institution {
    const char *id;
    const char *name;
    const char *domain;
    const char *color;
    const char *color_dark;
    char *avatar;          /* URL under the public URL; never NULL */
    const json_t *aliases; /* list of texts */
    enum mk_country country;
    enum mk_provider provider;
    enum mk_flow_kind flow;
    enum mk_search_group search_group; /* where the finder lists it */
    unsigned products;                 /* bit 1 << mk_product */
    bool featured;
};

struct mk_catalog;

/*
 * Avatars live at public_url + "/connect/avatars/" + id. NULL when the data is broken, which a test
 * rules out.
 */
struct mk_catalog *mk_catalog_new(const char *json, size_t length, const char *public_url);
void mk_catalog_free(struct mk_catalog *catalog);

/* Featured ones first, in the order of the data file. */
size_t mk_catalog_count(const struct mk_catalog *catalog);
const struct mk_institution *mk_catalog_at(const struct mk_catalog *catalog, size_t index);

/* Position of the institution with this id or alias; mk_catalog_count() when there is none. */
size_t mk_catalog_find(const struct mk_catalog *catalog, const char *id);

/* Whether part of the name, in any case, is `part` (ASCII folding). */
bool mk_institution_name_has(const struct mk_institution *institution, const char *part);

#endif
