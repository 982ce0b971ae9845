/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "api/handlers.h"
#include "base/file.h"
#include "base/memory.h"
#include "core/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

/* A file may hold many worlds. */
#define FILE_MAX (16 * MK_SNAPSHOT_MAX)

/* A file that is being loaded. */
struct load {
    const char *path;
    struct mk_worlds *worlds;
    char *error;
    size_t room;
};

static bool fail(const struct load *load, const char *place, const char *sentence)
{
    snprintf(load->error, load->room, "%s: %s%s%s", load->path, place, place[0] != '\0' ? ": " : "",
             sentence);
    return false;
}

/* --- Places ----------------------------------------------------------------------------------- */

/* One step of a JSON pointer (RFC 6901). */
static void add_step(const json_t *step, struct mk_text *out)
{
    if (json_is_integer(step)) {
        mk_text_print(out, "/%lld", (long long)json_integer_value(step));
        return;
    }
    mk_text_add_char(out, '/');
    for (const char *at = json_string_value(step); *at != '\0'; at++) {
        if (*at == '~' || *at == '/')
            mk_text_add_text(out, *at == '~' ? "~0" : "~1");
        else
            mk_text_add_char(out, *at);
    }
}

/* Says the first issue; its location begins with the file itself. */
static bool fail_with(const struct load *load, struct mk_issues *issues)
{
    const json_t *issue = json_array_get(issues->list, 0);
    const json_t *location = json_object_get(issue, "location");
    struct mk_text pointer = MK_TEXT(4096);

    for (size_t i = 1; i < json_array_size(location); i++)
        add_step(json_array_get(location, i), &pointer);
    if (issue == NULL || pointer.failed)
        fail(load, "", "out of memory");
    else
        fail(load, pointer.length > 0 ? pointer.bytes : "",
             json_string_value(json_object_get(issue, "message")));
    mk_text_done(&pointer);
    mk_issues_done(issues);
    return false;
}

/* --- Worlds ----------------------------------------------------------------------------------- */

static const struct mk_field client_fields[] = {
    { .name = "client_id", .type = MK_STRING, .required = true, .min = 1, .max = MK_CLIENT_ID_MAX },
    { .name = "client_secret", .type = MK_STRING, .min = 1, .max = MK_CLIENT_SECRET_MAX },
};
static const struct mk_shape client_shape = MK_SHAPE(NULL, client_fields);

static struct mk_world *read_world(const struct load *load, const json_t *document,
                                   const struct mk_place *place, struct mk_issues *issues)
{
    struct mk_snapshot_source source = { .config = mk_worlds_config(load->worlds),
                                         .document = document,
                                         .place = place,
                                         .custom = &mk_custom_data_shape };

    mk_shape_check(&client_shape, document, place, issues);
    if (mk_issues_any(issues))
        return NULL;
    source.client_id = mk_get_text(document, "client_id");
    struct mk_world *world = mk_snapshot_load(&source, issues);
    if (world != NULL)
        world->secret = mk_copy(mk_get_text(document, "client_secret"));
    return world;
}

static bool load_world(const struct load *load, const json_t *document,
                       const struct mk_place *place)
{
    const struct mk_place id = { .parent = place, .key = "client_id" };
    struct mk_problem problem = { 0 };
    struct mk_issues issues = { 0 };
    struct mk_world *world = read_world(load, document, place, &issues);

    if (world == NULL)
        return fail_with(load, &issues);
    enum mk_err err = mk_worlds_add(load->worlds, world, &problem);
    if (err == MK_OK)
        return true;
    mk_world_release(world);
    mk_issues_add(&issues, &id, MK_ISSUE_UNKNOWN_VALUE,
                  err == MK_WORLD_EXISTS ? "This client has a world already" : problem.message, 0);
    return fail_with(load, &issues);
}

static bool load_all(const struct load *load, const json_t *document)
{
    const struct mk_place file = { .key = "" };
    const struct mk_place list = { .parent = &file, .key = "worlds" };
    const json_t *worlds = json_object_get(document, "worlds");

    if (worlds == NULL)
        return load_world(load, document, &file);
    if (!json_is_array(worlds) || json_object_size(document) != 1)
        return fail(load, "/worlds", "Expected a list of snapshots, and nothing beside it");
    for (size_t i = 0; i < json_array_size(worlds); i++) {
        const struct mk_place place = { .parent = &list, .index = (int64_t)i };
        if (!load_world(load, json_array_get(worlds, i), &place))
            return false;
    }
    return true;
}

static bool load_text(const struct load *load, const char *text)
{
    json_error_t problem = { 0 };
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    char place[64];

    if (document == NULL) {
        snprintf(place, sizeof(place), "line %d, column %d", problem.line, problem.column);
        return fail(load, place, problem.text);
    }
    bool is_fine = load_all(load, document);
    json_decref(document);
    return is_fine;
}

bool mk_load_worlds(const char *path, struct mk_worlds *worlds, char *error, size_t room)
{
    const struct load load = { .path = path, .worlds = worlds, .error = error, .room = room };
    char *text = mk_file_read(path, FILE_MAX, error, room);

    if (text == NULL)
        return false;
    bool is_fine = load_text(&load, text);
    free(text);
    return is_fine;
}
