/* SPDX-License-Identifier: MIT */
/* Institutions: GET /institutions and GET /institutions/{institution_id}. */
#include "api/handlers.h"
#include "api/views.h"
#include "json/build.h"

#include <string.h>

static const struct mk_field institutions_fields[] = {
    { .name = "name", .type = MK_STRING },
    { .name = "featured", .type = MK_BOOLEAN, .fallback = "false" },
    { .name = "cursor", .type = MK_STRING },
    { .name = "limit", .type = MK_INTEGER, .min = 1, .max = 1000, .fallback = "50" },
};

const struct mk_shape mk_institutions_query = MK_SHAPE(NULL, institutions_fields);

static bool is_wanted(const struct mk_institution *institution, const json_t *query)
{
    const char *name = mk_get_text(query, "name");

    if (mk_get_boolean(query, "featured") && !institution->featured)
        return false;
    return name == NULL || mk_institution_name_has(institution, name);
}

/* The cursor is the id of the next institution, in base64url to keep it opaque. */
static json_t *cursor_of(const struct mk_institution *institution)
{
    struct mk_text cursor = MK_TEXT(1024);

    mk_text_add_base64url(&cursor, institution->id, strlen(institution->id));
    json_t *json = json_string(cursor.bytes);
    mk_text_done(&cursor);
    return json;
}

/*
 * Position that the cursor stands at; mk_catalog_count() when it is none of ours. An empty one is
 * none.
 */
static size_t start_of(const struct mk_catalog *catalog, const char *cursor)
{
    unsigned char id[256];
    ptrdiff_t length;

    if (cursor == NULL || cursor[0] == '\0')
        return 0;
    length = mk_base64_decode(cursor, strlen(cursor), true, id, sizeof(id) - 1);
    if (length < 0)
        return mk_catalog_count(catalog);
    id[length] = '\0';
    return mk_catalog_find(catalog, (const char *)id);
}

enum mk_err mk_get_institutions(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_catalog *catalog = call->service->bank->catalog;
    int64_t room = mk_get_integer(call->query, "limit");
    size_t i = start_of(catalog, mk_get_text(call->query, "cursor"));
    json_t *list = json_array();
    json_t *next = json_null();
    bool is_full = false;

    if (i == mk_catalog_count(catalog)) {
        json_decref(list);
        return mk_reply_bad_query(reply, "cursor", MK_ISSUE_CURSOR);
    }
    for (; !is_full && i < mk_catalog_count(catalog); i++) {
        const struct mk_institution *institution = mk_catalog_at(catalog, i);
        if (!is_wanted(institution, call->query))
            continue;
        is_full = room-- == 0;
        if (is_full)
            next = cursor_of(institution);
        else
            mk_json_append(&list, mk_institution_view(institution));
    }
    return mk_reply_json(
        reply, 200, json_pack("{s:o, s:{s:o}}", "institutions", list, "cursors", "next", next));
}

enum mk_err mk_get_institution(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_catalog *catalog = call->service->bank->catalog;
    size_t found = mk_catalog_find(catalog, call->path[0]);

    if (found == mk_catalog_count(catalog))
        return MK_INSTITUTION_NOT_FOUND;
    return mk_reply_json(reply, 200, mk_institution_view(mk_catalog_at(catalog, found)));
}
