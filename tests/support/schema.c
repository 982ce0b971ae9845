/* SPDX-License-Identifier: MIT */
#include "support/schema.h"

#include "base/memory.h"
#include "base/money.h"

#include <stdlib.h>
#include <string.h>

struct type_name {
    const char *type;
    const char *format;
    const char *low; /* keywords of the bounds */
    const char *high;
    const char *pattern;
};

/* The schema of MK_DATE_OR_TIME: it has two formats, so it has a name. */
#define DAY_NAME "ModelDate"

static const struct type_name type_names[] = {
    [MK_STRING] = { "string", NULL, "minLength", "maxLength", NULL },
    [MK_INTEGER] = { "integer", NULL, "minimum", "maximum", NULL },
    [MK_NUMBER] = { "number", NULL, "minimum", "maximum", NULL },
    [MK_BOOLEAN] = { "boolean", NULL, NULL, NULL, NULL },
    [MK_OBJECT] = { "object", NULL, NULL, NULL, NULL },
    [MK_LIST] = { "array", NULL, "minItems", "maxItems", NULL },
    [MK_DATE] = { "string", "date", "minLength", "maxLength", NULL },
    [MK_TIME] = { "string", "date-time", "minLength", "maxLength", NULL },
    [MK_MONEY] = { "string", NULL, "minLength", "maxLength", MK_MONEY_PATTERN },
    [MK_URL] = { "string", "uri", "minLength", "maxLength", NULL },
};

static json_t *or_abort(json_t *value)
{
    if (value == NULL)
        abort();
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        abort();
}

static void append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) != 0)
        abort();
}

static json_t *reference(const char *name)
{
    return or_abort(json_pack("{s:s+}", "$ref", "#/components/schemas/", name));
}

static json_t *choices_schema(const struct mk_field *field, bool nullable)
{
    json_t *list = or_abort(json_array());

    for (const char *const *choice = field->choices; *choice != NULL; choice++)
        append(list, json_string(*choice));
    if (nullable)
        append(list, json_null());
    return list;
}

/* The $ref of a row whose values have a schema with a name, or NULL. */
static json_t *named_schema(const struct mk_field *field)
{
    const char *name = field->choices != NULL ? field->choices_name : NULL;

    if (field->type == MK_OBJECT && field->shape != NULL)
        name = field->shape->name;
    if (field->type == MK_DATE_OR_TIME)
        name = DAY_NAME;
    if (name == NULL)
        return NULL;
    if (!field->nullable)
        return reference(name);
    return or_abort(json_pack("{s:[o, {s:s}]}", "anyOf", reference(name), "type", "null"));
}

/* A lower bound of 0 says nothing of a length or a count, but much of a number. */
static void set_bounds(json_t *schema, const struct mk_field *field)
{
    const struct type_name *names = &type_names[field->type];
    bool numeric = field->type == MK_INTEGER || field->type == MK_NUMBER;

    if (names->low == NULL || (field->min == 0 && field->max == 0))
        return;
    if (field->min != 0 || numeric)
        set(schema, names->low, json_integer(field->min));
    if (field->max != 0)
        set(schema, names->high, json_integer(field->max));
}

static json_t *plain_schema(const struct mk_field *field)
{
    const struct type_name *names = &type_names[field->type];
    const char *pattern = field->pattern != NULL ? field->pattern : names->pattern;
    json_t *schema = field->type == MK_OBJECT && field->shape != NULL
                         ? mk_shape_schema(field->shape)
                         : or_abort(json_pack("{s:s}", "type", names->type));

    if (field->nullable)
        set(schema, "type", json_pack("[s, s]", names->type, "null"));
    if (names->format != NULL)
        set(schema, "format", json_string(names->format));
    if (field->choices != NULL)
        set(schema, "enum", choices_schema(field, field->nullable));
    if (pattern != NULL)
        set(schema, "pattern", json_string(pattern));
    if (field->type == MK_LIST && field->item != NULL)
        set(schema, "items", mk_field_schema(field->item));
    set_bounds(schema, field);
    return schema;
}

static json_t *scalar_default(enum mk_type type, const char *text)
{
    bool is_json = type == MK_INTEGER || type == MK_NUMBER || type == MK_BOOLEAN;

    return or_abort(is_json ? json_loads(text, JSON_DECODE_ANY, NULL) : json_string(text));
}

/* The fallback is written as in a query; the document shows it as JSON. */
static json_t *default_of(const struct mk_field *field)
{
    if (field->type != MK_LIST)
        return scalar_default(field->type, field->fallback);

    json_t *list = or_abort(json_array());
    enum mk_type type = field->item != NULL ? field->item->type : MK_STRING;
    char *copy = mk_copy(field->fallback);
    char *rest = copy;
    for (char *piece = strsep(&rest, ","); piece != NULL; piece = strsep(&rest, ",")) {
        if (*field->fallback != '\0')
            append(list, scalar_default(type, piece));
    }
    free(copy);
    return list;
}

json_t *mk_field_schema(const struct mk_field *field)
{
    json_t *schema = named_schema(field);

    if (schema == NULL)
        schema = plain_schema(field);
    if (field->fallback != NULL)
        set(schema, "default", default_of(field));
    if (field->deprecated)
        set(schema, "deprecated", json_true());
    return schema;
}

json_t *mk_shape_schema(const struct mk_shape *shape)
{
    json_t *properties = or_abort(json_object());
    json_t *required = or_abort(json_array());

    for (size_t i = 0; i < shape->count; i++) {
        const struct mk_field *field = &shape->fields[i];

        set(properties, field->name, mk_field_schema(field));
        if (field->required)
            append(required, json_string(field->name));
    }

    json_t *schema = or_abort(json_pack("{s:s, s:o}", "type", "object", "properties", properties));
    if (json_array_size(required) > 0)
        set(schema, "required", json_incref(required));
    json_decref(required);
    return schema;
}

static json_t *day_schema(void)
{
    return or_abort(json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "anyOf", "type", "string", "format",
                              "date", "type", "string", "format", "date-time"));
}

static void add_components(const struct mk_field *field, json_t *components)
{
    if (field->type == MK_DATE_OR_TIME)
        set(components, DAY_NAME, day_schema());
    if (field->type == MK_OBJECT && field->shape != NULL)
        mk_shape_components(field->shape, components);
    if (field->type == MK_LIST && field->item != NULL)
        add_components(field->item, components);
    if (field->choices == NULL || field->choices_name == NULL)
        return;
    set(components, field->choices_name,
        json_pack("{s:s, s:o}", "type", "string", "enum", choices_schema(field, false)));
}

void mk_shape_components(const struct mk_shape *shape, json_t *components)
{
    if (shape->name != NULL)
        set(components, shape->name, mk_shape_schema(shape));
    for (size_t i = 0; i < shape->count; i++)
        add_components(&shape->fields[i], components);
}
