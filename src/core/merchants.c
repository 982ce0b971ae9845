/* SPDX-License-Identifier: MIT */
#include "core/life_private.h"

#include "base/memory.h"
#include "base/text.h"
#include "core/categories.h"
#include "json/shape.h"

#include <stdlib.h>
#include <string.h>

enum { CATEGORY_ROOM = 64 };

struct mk_merchants {
    json_t *data; /* owns every text */
    struct mk_bank_words words[MK_COUNTRY_COUNT];
    struct mk_role *roles;
    size_t role_count;
};

static bool split_category(const char *text, int *ret_category, int *ret_subcategory)
{
    char primary[CATEGORY_ROOM];
    const char *dot = strchr(text, '.');

    if (!mk_copy_into(primary, sizeof(primary), text))
        return false;
    if (dot != NULL)
        primary[dot - text] = '\0';
    *ret_category = mk_term_find(mk_category_names, primary);
    *ret_subcategory = dot == NULL ? -1 : mk_term_find(mk_subcategory_names, dot + 1);
    if (*ret_category < 0 || dot == NULL)
        return *ret_category >= 0;
    return *ret_subcategory >= 0 && mk_category_has(*ret_category, *ret_subcategory);
}

bool mk_category_read(const char *text, int *ret_category, int *ret_subcategory)
{
    *ret_category = -1;
    *ret_subcategory = -1;
    return text == NULL || split_category(text, ret_category, ret_subcategory);
}

/* "Name", or ["Name", "Processor"]. */
static bool read_merchant(const json_t *item, const json_t *processors, struct mk_merchant *ret)
{
    if (json_is_string(item)) {
        ret->name = json_string_value(item);
        return true;
    }
    if (json_unpack((json_t *)item, "[s, s!]", &ret->name, &ret->processor) != 0)
        return false;
    ret->prefix = json_string_value(json_object_get(processors, ret->processor));
    return ret->prefix != NULL;
}

static bool read_names(const json_t *list, const json_t *processors, enum mk_country country,
                       struct mk_role *ret)
{
    size_t count = json_array_size(list);

    if (count == 0)
        return false;
    ret->merchants[country] = mk_alloc_zero(count, sizeof(*ret->merchants[country]));
    ret->merchant_counts[country] = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_merchant(json_array_get(list, i), processors, &ret->merchants[country][i]))
            return false;
    }
    return true;
}

static bool read_role(json_t *json, const json_t *processors, struct mk_role *ret)
{
    const char *category = NULL;
    json_t *names[MK_COUNTRY_COUNT];
    int is_online = 0;

    if (json_unpack(json, "{s?s, s?s, s?b, s:o, s:o, s:o !}", "category", &category, "older",
                    &ret->older, "is_online", &is_online, "US", &names[MK_COUNTRY_US], "GB",
                    &names[MK_COUNTRY_GB], "CA", &names[MK_COUNTRY_CA]) != 0)
        return false;
    ret->is_online = is_online;
    for (int country = 0; country < MK_COUNTRY_COUNT; country++) {
        if (!read_names(names[country], processors, (enum mk_country)country, ret))
            return false;
    }
    return mk_category_read(category, &ret->category, &ret->subcategory);
}

static bool read_roles(struct mk_merchants *merchants, json_t *roles, const json_t *processors)
{
    const char *name;
    json_t *role;

    merchants->roles = mk_alloc_zero(json_object_size(roles) + 1, sizeof(*merchants->roles));
    json_object_foreach(roles, name, role) {
        struct mk_role *ret = &merchants->roles[merchants->role_count++];
        ret->name = name;
        if (!read_role(role, processors, ret))
            return false;
    }
    return json_is_object(roles);
}

static bool read_words(struct mk_merchants *merchants, const json_t *countries)
{
    for (int i = 0; i < MK_COUNTRY_COUNT; i++) {
        struct mk_bank_words *words = &merchants->words[i];
        json_t *cities;
        if (json_unpack(json_object_get(countries, mk_country_names[i]), "{s:s, s:s, s:o !}",
                        "debit", &words->debit, "credit", &words->credit, "cities", &cities) != 0)
            return false;
        if (!mk_json_is_texts(cities) || json_array_size(cities) == 0)
            return false;
        words->cities = cities;
    }
    return true;
}

static bool read_all(struct mk_merchants *merchants)
{
    json_t *countries;
    json_t *processors;
    json_t *roles;

    return json_unpack(merchants->data, "{s:o, s:o, s:o !}", "countries", &countries, "processors",
                       &processors, "roles", &roles) == 0 &&
           read_words(merchants, countries) && read_roles(merchants, roles, processors);
}

struct mk_merchants *mk_merchants_new(const char *json, size_t length)
{
    struct mk_merchants *merchants = mk_alloc_zero(1, sizeof(*merchants));

    merchants->data = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    if (merchants->data != NULL && read_all(merchants))
        return merchants;
    mk_merchants_free(merchants);
    return NULL;
}

void mk_merchants_free(struct mk_merchants *merchants)
{
    if (merchants == NULL)
        return;
    for (size_t i = 0; i < merchants->role_count; i++) {
        for (int country = 0; country < MK_COUNTRY_COUNT; country++)
            free(merchants->roles[i].merchants[country]);
    }
    free(merchants->roles);
    json_decref(merchants->data);
    free(merchants);
}

const struct mk_role *mk_role_find(const struct mk_merchants *merchants, const char *name)
{
    for (size_t i = 0; i < merchants->role_count; i++) {
        if (strcmp(merchants->roles[i].name, name) == 0)
            return &merchants->roles[i];
    }
    return NULL;
}

const struct mk_bank_words *mk_bank_words_of(const struct mk_merchants *merchants,
                                             enum mk_country country)
{
    return &merchants->words[country];
}
