/* SPDX-License-Identifier: MIT */
#include "json/form.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reader {
    const struct mk_shape *shape;
    struct mk_place where;
    struct mk_issues *issues;
    json_t *object;
    char *scratch; /* one decoded name or value */
    size_t values;
};

static json_t *boolean_of(const char *text)
{
    if (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0)
        return json_true();
    if (strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0)
        return json_false();
    return NULL;
}

/* The grammar of numbers is JSON's, without the spaces that JSON allows around them. */
static json_t *number_of(const char *text)
{
    bool bare = strspn(text, "+-.0123456789eE") == strlen(text);

    return bare ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

/*
 * What the type cannot make of the text stays text, for the checker to report; NULL when memory is
 * out.
 */
static json_t *value_of(enum mk_type type, const char *text)
{
    json_t *value = NULL;
    int64_t number;

    if (type == MK_INTEGER && mk_read_integer(text, INT64_MIN, INT64_MAX, &number))
        return json_integer(number);
    if (type == MK_NUMBER)
        value = number_of(text);
    if (type == MK_BOOLEAN)
        value = boolean_of(text);
    return value != NULL ? value : json_string(text);
}

/* Whether one more value may be read; reports the first one too many. */
static bool count_value(struct reader *reader)
{
    if (reader->values++ < MK_FORM_VALUES_MAX)
        return true;
    if (reader->values == MK_FORM_VALUES_MAX + 1)
        mk_issues_add(reader->issues, &reader->where, MK_ISSUE_TOO_MANY_VALUES, NULL,
                      MK_FORM_VALUES_MAX);
    return false;
}

static void add_item(struct reader *reader, const struct mk_field *field, json_t *list,
                     const char *text, size_t length)
{
    char *piece = mk_copy_bytes(text, length);
    enum mk_type type = field->item != NULL ? field->item->type : MK_STRING;

    if (json_array_append_new(list, value_of(type, piece)) != 0)
        reader->issues->failed = true;
    free(piece);
}

/* Adds the comma-separated pieces of text to the field's list, which is made at first use. */
static void add_items(struct reader *reader, const struct mk_field *field, const char *text)
{
    json_t *list = json_object_get(reader->object, field->name);

    if (list == NULL) {
        list = json_array();
        if (json_object_set_new(reader->object, field->name, list) != 0) {
            reader->issues->failed = true;
            return;
        }
    }
    if (*text == '\0')
        return;

    size_t length = strcspn(text, ",");
    add_item(reader, field, list, text, length);
    while (text[length] != '\0' && count_value(reader)) {
        text += length + 1;
        length = strcspn(text, ",");
        add_item(reader, field, list, text, length);
    }
}

static void add_value(struct reader *reader, const struct mk_field *field, const char *text)
{
    if (field->type == MK_LIST) {
        add_items(reader, field, text);
        return;
    }

    json_t *value = value_of(field->type, text);
    if (json_object_set_new(reader->object, field->name, value) != 0)
        reader->issues->failed = true;
}

/* The field of this name; that of a list may be followed by []. */
static const struct mk_field *find_field(const struct mk_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct mk_field *field = &shape->fields[i];
        size_t length = strlen(field->name);

        if (strncmp(name, field->name, length) != 0)
            continue;
        if (name[length] == '\0' || (field->type == MK_LIST && strcmp(name + length, "[]") == 0))
            return field;
    }
    return NULL;
}

static void read_pair(struct reader *reader, const char *pair, size_t length)
{
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - pair) : length;
    const char *value = equals != NULL ? equals + 1 : pair + length;

    if (!mk_percent_decode(pair, name_length, true, reader->scratch)) {
        mk_issues_add(reader->issues, &reader->where, MK_ISSUE_ENCODING, NULL, 0);
        return;
    }

    const struct mk_field *field = find_field(reader->shape, reader->scratch);
    if (field == NULL)
        return;
    if (mk_percent_decode(value, (size_t)(pair + length - value), true, reader->scratch)) {
        add_value(reader, field, reader->scratch);
        return;
    }
    const struct mk_place at = { .parent = &reader->where, .key = field->name };
    mk_issues_add(reader->issues, &at, MK_ISSUE_ENCODING, NULL, 0);
}

static void read_pairs(struct reader *reader, const char *bytes, size_t length)
{
    const char *end = bytes + length;

    while (bytes < end) {
        const char *pair_end = memchr(bytes, '&', (size_t)(end - bytes));
        if (pair_end == NULL)
            pair_end = end;
        if (pair_end > bytes) {
            if (!count_value(reader))
                return;
            read_pair(reader, bytes, (size_t)(pair_end - bytes));
        }
        bytes = pair_end + 1;
    }
}

static void fill_in_fallbacks(struct reader *reader)
{
    reader->values = 0; /* these are not the client's */
    for (size_t i = 0; i < reader->shape->count; i++) {
        const struct mk_field *field = &reader->shape->fields[i];

        if (field->fallback != NULL && json_object_get(reader->object, field->name) == NULL)
            add_value(reader, field, field->fallback);
    }
}

json_t *mk_form_read(const struct mk_shape *shape, const char *bytes, size_t length,
                     const char *where, struct mk_issues *issues)
{
    struct reader reader = {
        .shape = shape,
        .where = { .key = where },
        .issues = issues,
        .object = json_object(),
    };

    if (length > 0) {
        reader.scratch = mk_alloc(length + 1);
        read_pairs(&reader, bytes, length);
        free(reader.scratch);
    }
    fill_in_fallbacks(&reader);
    if (reader.object == NULL)
        issues->failed = true;
    if (!issues->failed)
        return reader.object;
    json_decref(reader.object);
    return NULL;
}
