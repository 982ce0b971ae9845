/* SPDX-License-Identifier: MIT */
#include "support/document.h"

#include "data/assets.h"

#include <check.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COMPONENTS "#/components/"

/* Longer chains of references are taken for circles. */
enum { CHAIN_MAX = 8 };

static json_t *or_abort(json_t *value)
{
    if (value == NULL)
        abort();
    return value;
}

json_t *mk_document_load(void)
{
    const struct mk_asset *asset = &mk_asset_openapi;
    json_error_t error;
    json_t *document = json_loadb(asset->bytes, asset->length, JSON_REJECT_DUPLICATES, &error);

    ck_assert_msg(document != NULL, "openapi.json:%d:%d: %s", error.line, error.column, error.text);
    return document;
}

static json_t *follow_once(json_t *document, const char *target)
{
    const char *kind = target + strlen(COMPONENTS);
    size_t length = strcspn(kind, "/");
    char name[MK_PLACE_SIZE];

    if (strncmp(target, COMPONENTS, strlen(COMPONENTS)) != 0 || kind[length] != '/')
        return NULL;
    MK_PLACE(name, "%.*s", (int)length, kind);
    return mk_document_component(document, name, kind + length + 1);
}

json_t *mk_document_follow(json_t *document, json_t *node)
{
    for (int i = 0; i < CHAIN_MAX; i++) {
        const char *target = json_string_value(json_object_get(node, "$ref"));
        if (target == NULL)
            return node;
        node = follow_once(document, target);
    }
    return NULL;
}

json_t *mk_document_component(json_t *document, const char *kind, const char *name)
{
    json_t *components = json_object_get(document, "components");

    return json_object_get(json_object_get(components, kind), name);
}

json_t *mk_document_operation(json_t *document, const char *method, const char *path)
{
    json_t *item = json_object_get(json_object_get(document, "paths"), path);
    char key[16] = "";

    for (size_t i = 0; method[i] != '\0' && i + 1 < sizeof(key); i++)
        key[i] = (char)tolower((unsigned char)method[i]);
    return json_object_get(item, key);
}

static bool is_for_people(const char *keyword)
{
    static const char *const keywords[] = { "title", "description", "example", "examples" };

    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (strcmp(keywords[i], keyword) == 0)
            return true;
    }
    return strncmp(keyword, "x-", 2) == 0;
}

static json_t *bare_list(const json_t *list)
{
    json_t *bare = or_abort(json_array());
    size_t index;
    json_t *item;

    json_array_foreach((json_t *)list, index, item) {
        if (json_array_append_new(bare, mk_document_bare(item)) != 0)
            abort();
    }
    return bare;
}

/* Names of properties are data, even when one is called "title". */
static json_t *bare_object(const json_t *object, bool names_are_data)
{
    json_t *bare = or_abort(json_object());
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value) {
        if (!names_are_data && is_for_people(key))
            continue;
        bool are_names = !names_are_data && strcmp(key, "properties") == 0;
        json_t *copy = are_names ? bare_object(value, true) : mk_document_bare(value);
        if (json_object_set_new(bare, key, copy) != 0)
            abort();
    }
    return bare;
}

json_t *mk_document_bare(const json_t *schema)
{
    if (json_is_array(schema))
        return bare_list(schema);
    if (json_is_object(schema))
        return bare_object(schema, false);
    return or_abort(json_deep_copy(schema));
}

json_t *mk_document_json(const char *text)
{
    char quoted[MK_PLACE_SIZE];

    MK_PLACE(quoted, "%s", text);
    for (char *at = quoted; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *json = json_loads(quoted, 0, NULL);
    ck_assert_msg(json != NULL, "%s", text);
    return json;
}

void mk_document_same(const char *place, json_t *documented, json_t *wanted)
{
    bool equal = json_equal(documented, wanted);
    char *left = equal ? NULL : json_dumps(documented, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *right = equal ? NULL : json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);

    json_decref(documented);
    json_decref(wanted);
    ck_assert_msg(equal, "%s: openapi.json says %s, the tables say %s", place,
                  left != NULL ? left : "nothing", right != NULL ? right : "nothing");
}

void mk_document_each(json_t *document, mk_document_visitor *visit, void *context)
{
    const char *path;
    const char *method;
    json_t *item;
    json_t *operation;

    json_object_foreach(json_object_get(document, "paths"), path, item) {
        json_object_foreach(item, method, operation) {
            char place[MK_PLACE_SIZE];
            MK_PLACE(place, "%s %s", method, path);
            for (size_t i = 0; place[i] != ' '; i++)
                place[i] = (char)toupper((unsigned char)place[i]);
            visit(operation, place, method, path, context);
        }
    }
}
