/* SPDX-License-Identifier: MIT */
#include "control/explain.h"

#include "api/access.h"
#include "json/build.h"
#include "json/form.h"

#include <inttypes.h>
#include <stdio.h>

enum { TYPOS_MAX = 3, HINT_MAX = 256, POINTER_MAX = 4096 };

static json_t *or_null(json_t *value)
{
    return value != NULL ? value : json_null();
}

json_t *mk_check_view(const char *in, const char *pointer, const char *kind, const char *message,
                      json_t *value, json_t *nearest, const char *hint)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s?}", "in", in, "pointer", pointer, "kind",
                     kind, "message", message, "value", or_null(value), "nearest", or_null(nearest),
                     "hint", hint);
}

void mk_explained_path(const struct mk_happening *request, char out[MK_PATH_SIZE])
{
    size_t length = strcspn(request->target, "?");

    length = length < MK_PATH_SIZE ? length : MK_PATH_SIZE - 1;
    memcpy(out, request->target, length);
    out[length] = '\0';
}

/* --- Problems of the input -------------------------------------------------------------------- */

/* A step of a JSON pointer (RFC 6901). */
static void add_step(struct mk_text *pointer, const json_t *step)
{
    const char *key = json_string_value(step);

    mk_text_add_char(pointer, '/');
    if (key == NULL)
        mk_text_print(pointer, "%" JSON_INTEGER_FORMAT, json_integer_value(step));
    for (; key != NULL && *key != '\0'; key++) {
        if (*key == '~')
            mk_text_add_literal(pointer, "~0");
        else if (*key == '/')
            mk_text_add_literal(pointer, "~1");
        else
            mk_text_add_char(pointer, *key);
    }
}

/* A place in a request: the field there, the value that was given, and the object around it. */
struct spot {
    const struct mk_shape *shape;
    const struct mk_field *field;
    const json_t *value;
    const json_t *around;
};

static void descend(struct spot *spot, const json_t *step)
{
    const char *key = json_string_value(step);
    const struct mk_field *list = spot->field;

    spot->field = NULL;
    spot->around = spot->value;
    spot->value = key != NULL ? json_object_get(spot->value, key)
                              : json_array_get(spot->value, (size_t)json_integer_value(step));
    for (size_t i = 0; key != NULL && spot->shape != NULL && i < spot->shape->count; i++) {
        if (strcmp(spot->shape->fields[i].name, key) == 0)
            spot->field = &spot->shape->fields[i];
    }
    if (key == NULL)
        spot->field = list == NULL ? NULL : list->item;
    spot->shape = spot->field == NULL ? NULL : spot->field->shape;
}

static struct spot first_spot(const struct mk_explained *explained, const char *in)
{
    const struct mk_route *route = explained->route;

    if (route != NULL && strcmp(in, "body") == 0)
        return (struct spot){ .shape = route->form != NULL ? route->form : route->body,
                              .value = explained->body };
    if (route != NULL && strcmp(in, "query") == 0)
        return (struct spot){ .shape = route->query, .value = explained->query };
    return (struct spot){ .shape = NULL };
}

static bool has_field(const struct mk_shape *shape, const char *name)
{
    for (size_t i = 0; shape != NULL && i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

/* A member that nobody knows and that is spelt nearly like the one that is missing. */
static const char *misspelt(const struct spot *spot, const struct mk_shape *shape, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)spot->around, key, value) {
        if (!has_field(shape, key) && mk_typos(name, key) <= TYPOS_MAX)
            return key;
    }
    return NULL;
}

static const char *hint_of(const struct mk_explained *explained, const char *kind,
                           const json_t *location, const char *wrong, char room[HINT_MAX])
{
    json_int_t offset = json_integer_value(json_array_get(location, 1));

    if (strcmp(kind, "json_invalid") == 0)
        snprintf(room, HINT_MAX, "At byte %" JSON_INTEGER_FORMAT " of the %" PRIu32 " of the body.",
                 offset, explained->request->received);
    else if (wrong != NULL)
        snprintf(room, HINT_MAX, "There is \"%s\", which nobody reads: is it misspelt?", wrong);
    else
        return NULL;
    return room;
}

/* The header fields that are checked, each with the one value it may have. */
static json_t *header_check(const struct mk_explained *explained, const char *pointer,
                            const char *kind, const char *message)
{
    bool is_version = strcmp(pointer, "/moneykit-version") == 0;
    bool is_type = strcmp(pointer, "/content-type") == 0;
    bool is_form = explained->route != NULL && explained->route->form != NULL;
    const char *value = is_version ? explained->request->version
                        : is_type  ? explained->request->content_type
                                   : NULL;
    const char *nearest = is_version ? MK_API_VERSION
                          : !is_type ? NULL
                          : is_form  ? "application/x-www-form-urlencoded"
                                     : "application/json";

    return mk_check_view("header", pointer, kind, message, json_string(value), json_string(nearest),
                         is_version ? "Leave it out, or send this one." : NULL);
}

static json_t *place_check(const struct mk_explained *explained, const char *in,
                           const json_t *location, const char *pointer, const char *kind,
                           const char *message)
{
    struct spot spot = first_spot(explained, in);
    const struct mk_shape *around = NULL;
    const char *key = NULL;
    char room[HINT_MAX];

    for (size_t i = 1; i < json_array_size(location); i++) {
        around = spot.shape;
        key = json_string_value(json_array_get(location, i));
        descend(&spot, json_array_get(location, i));
    }
    bool is_missing = strcmp(kind, "missing") == 0 && key != NULL;
    const char *wrong = is_missing ? misspelt(&spot, around, key) : NULL;
    json_t *nearest = spot.field == NULL ? NULL : mk_nearest_value(spot.field, kind, spot.value);
    return mk_check_view(in, pointer, kind, message, json_incref((json_t *)spot.value), nearest,
                         hint_of(explained, kind, location, wrong, room));
}

static json_t *input_check(const struct mk_explained *explained, const json_t *problem)
{
    const json_t *location = json_object_get(problem, "location");
    const char *kind = mk_get_text(problem, "type");
    const char *message = mk_get_text(problem, "message");
    const char *in = json_string_value(json_array_get(location, 0));
    bool is_offset = strcmp(kind, "json_invalid") == 0;
    struct mk_text pointer = MK_TEXT(POINTER_MAX);

    for (size_t i = 1; i < json_array_size(location) && !is_offset; i++)
        add_step(&pointer, json_array_get(location, i));
    const char *text = pointer.bytes == NULL ? "" : pointer.bytes;
    json_t *check = strcmp(in, "header") == 0
                        ? header_check(explained, text, kind, message)
                        : place_check(explained, in, location, text, kind, message);
    mk_text_done(&pointer);
    return check;
}

static json_t *checks_view(const struct mk_explained *explained)
{
    json_t *list = json_array();
    size_t i;
    const json_t *problem;

    if (explained->request->err == MK_OK)
        return list;
    if (explained->request->err != MK_INVALID) {
        mk_json_append(&list, mk_explain_error(explained));
        return list;
    }
    json_array_foreach(json_object_get(explained->error, "validation_errors"), i, problem) {
        mk_json_append(&list, input_check(explained, problem));
    }
    return list;
}

/* --- The whole -------------------------------------------------------------------------------- */

/* Also where the input was wrong: what can't be read is left out. */
static json_t *read_form(const struct mk_shape *shape, const char *text)
{
    struct mk_issues issues = { 0 };

    json_t *object =
        shape == NULL ? NULL : mk_form_read(shape, text, strlen(text), "query", &issues);
    mk_issues_done(&issues);
    return object;
}

static void open_request(const struct mk_call *call, const struct mk_happening *request,
                         struct mk_explained *ret)
{
    const struct mk_route *route = mk_recorded_route(request);
    const char *query = strchr(request->target, '?');

    *ret = (struct mk_explained){ .call = call, .request = request, .route = route };
    if (route != NULL && query != NULL)
        ret->query = read_form(route->query, query + 1);
    if (request->body != NULL && route != NULL && route->form != NULL)
        ret->body = read_form(route->form, request->body);
    else if (request->body != NULL)
        ret->body = json_loads(request->body, JSON_DECODE_ANY, NULL);
    if (request->reply != NULL)
        ret->error = json_loads(request->reply, 0, NULL);
}

/* The rule may have gone since. */
static json_t *fault_view(const struct mk_explained *explained)
{
    uint32_t number = explained->request->fault;
    const struct mk_fault *rule = mk_faults_find(&explained->call->world->faults, number);

    if (number == 0)
        return json_null();
    return json_pack("{s:I, s:s?}", "fault_id", (json_int_t)number, "action",
                     rule == NULL ? NULL : mk_fault_action_names[rule->action]);
}

void mk_explain(const struct mk_call *call, const struct mk_happening *request, json_t **view)
{
    struct mk_explained explained;

    open_request(call, request, &explained);
    mk_json_set(view, "body", or_null(json_string(request->body)));
    mk_json_set(view, "error", or_null(json_incref(explained.error)));
    mk_json_set(view, "checks", checks_view(&explained));
    mk_json_set(view, "fault", fault_view(&explained));
    mk_json_set(view, "curl", mk_explain_curl(&explained));
    json_decref(explained.body);
    json_decref(explained.query);
    json_decref(explained.error);
}
