/* SPDX-License-Identifier: MIT */
#include "core/catalog.h"

#include "base/memory.h"
#include "base/text.h"
#include "json/shape.h"

#include <stdlib.h>
#include <string.h>

static const char *const flow_names[] = { "credentials", "instant", "oauth", NULL };

struct mk_catalog {
    json_t *data; /* owns every text of the rows */
    size_t count;
    struct mk_institution *rows;
};

static char *avatar_url(const char *public_url, const char *id)
{
    struct mk_text url = MK_TEXT(4096);

    mk_text_print(&url, "%s/connect/avatars/%s", public_url, id);
    return mk_text_steal(&url);
}

/* The products of a row as bits; accounts come with every institution. */
static bool read_products(const json_t *list, unsigned *ret)
{
    size_t index;
    json_t *item;
    unsigned products = 1U << MK_PRODUCT_ACCOUNTS;

    if (!json_is_array(list))
        return false;
    json_array_foreach(list, index, item) {
        int product = mk_term_find(mk_product_names, json_string_value(item));
        if (product < 0)
            return false;
        products |= 1U << product;
    }
    *ret = products;
    return true;
}

/* Featured ones are always primary (MoneyKit's iOS SDK). */
static int find_group(const char *group, bool is_featured)
{
    int found = group == NULL ? MK_GROUP_SECONDARY : mk_term_find(mk_search_group_names, group);

    return found >= 0 && is_featured ? MK_GROUP_PRIMARY : found;
}

static bool read_row(const json_t *row, const char *public_url, struct mk_institution *ret)
{
    const char *country;
    const char *provider;
    const char *flow;
    const char *group = NULL;
    json_t *aliases;
    json_t *products;
    int featured;

    if (json_unpack((json_t *)row,
                    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o, "
                    "s?s}",
                    "institution_id", &ret->id, "name", &ret->name, "domain", &ret->domain, "color",
                    &ret->color, "color_dark", &ret->color_dark, "country", &country, "provider",
                    &provider, "flow", &flow, "is_featured", &featured, "institution_id_aliases",
                    &aliases, "products", &products, "search_group", &group) != 0)
        return false;

    int found_country = mk_term_find(mk_country_names, country);
    int found_provider = mk_term_find(mk_provider_names, provider);
    int found_flow = mk_term_find(flow_names, flow);
    int found_group = find_group(group, featured);
    if (found_country < 0 || found_provider < 0 || found_flow < 0 || found_group < 0 ||
        !mk_json_is_texts(aliases))
        return false;
    ret->country = (enum mk_country)found_country;
    ret->provider = (enum mk_provider)found_provider;
    ret->flow = (enum mk_flow_kind)found_flow;
    ret->search_group = (enum mk_search_group)found_group;
    ret->featured = featured;
    ret->aliases = aliases;
    ret->avatar = avatar_url(public_url, ret->id);
    return read_products(products, &ret->products) && ret->avatar != NULL;
}

static bool read_rows(struct mk_catalog *catalog, const char *public_url)
{
    size_t index;
    json_t *row;

    if (!json_is_array(catalog->data))
        return false;
    catalog->rows = mk_alloc_zero(json_array_size(catalog->data), sizeof(*catalog->rows));
    json_array_foreach(catalog->data, index, row) {
        catalog->count++;
        if (!read_row(row, public_url, &catalog->rows[index]))
            return false;
    }
    return true;
}

struct mk_catalog *mk_catalog_new(const char *json, size_t length, const char *public_url)
{
    struct mk_catalog *catalog = mk_alloc_zero(1, sizeof(*catalog));

    catalog->data = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    if (read_rows(catalog, public_url))
        return catalog;
    mk_catalog_free(catalog);
    return NULL;
}

void mk_catalog_free(struct mk_catalog *catalog)
{
    if (catalog == NULL)
        return;
    for (size_t i = 0; i < catalog->count; i++)
        free(catalog->rows[i].avatar);
    free(catalog->rows);
    json_decref(catalog->data);
    free(catalog);
}

size_t mk_catalog_count(const struct mk_catalog *catalog)
{
    return catalog->count;
}

const struct mk_institution *mk_catalog_at(const struct mk_catalog *catalog, size_t index)
{
    return &catalog->rows[index];
}

static bool has_alias(const struct mk_institution *institution, const char *id)
{
    size_t index;
    json_t *alias;

    json_array_foreach(institution->aliases, index, alias) {
        if (strcmp(json_string_value(alias), id) == 0)
            return true;
    }
    return false;
}

size_t mk_catalog_find(const struct mk_catalog *catalog, const char *id)
{
    for (size_t i = 0; i < catalog->count; i++) {
        if (strcmp(catalog->rows[i].id, id) == 0 || has_alias(&catalog->rows[i], id))
            return i;
    }
    return catalog->count;
}

bool mk_institution_name_has(const struct mk_institution *institution, const char *part)
{
    return strcasestr(institution->name, part) != NULL;
}
