/* SPDX-License-Identifier: MIT */
#include "control/explain.h"

#include <stdio.h>
#include <strings.h>

enum { TEXT_MAX = 128 };

size_t mk_typos(const char *wanted, const char *name)
{
    struct mk_nearest nearest = { .wanted = wanted };

    mk_nearest_try(&nearest, name);
    return nearest.distance;
}

const char *mk_nearest_name(const struct mk_nearest *nearest)
{
    bool is_near = nearest->best != NULL && nearest->distance <= strlen(nearest->wanted) / 2;

    return is_near ? nearest->best : NULL;
}

/* --- Values ----------------------------------------------------------------------------------- */

/* The bound that was passed. A bound of a text counts letters, one of a list items. */
static json_t *nearest_number(const struct mk_field *field, const json_t *value)
{
    if (!json_is_number(value))
        return NULL;
    return json_integer(json_number_value(value) < (double)field->min ? field->min : field->max);
}

/* What the text says, for somebody who put a number or a truth value in quotation marks. */
static json_t *unquoted(enum mk_type type, const json_t *value)
{
    const char *text = json_string_value(value);
    int64_t number;

    if (text == NULL)
        return NULL;
    if (type == MK_BOOLEAN && (strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0))
        return json_true();
    if (type == MK_BOOLEAN && (strcasecmp(text, "false") == 0 || strcasecmp(text, "no") == 0))
        return json_false();
    if (type == MK_INTEGER && mk_read_integer(text, INT64_MIN, INT64_MAX, &number))
        return json_integer(number);
    return NULL;
}

static json_t *quoted(const json_t *value)
{
    char text[32];

    if (!json_is_integer(value))
        return NULL;
    snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_string(text);
}

/* The day of a time, where a date is wanted. */
static json_t *day_of(const json_t *value)
{
    char time[MK_TIME_SIZE];
    int64_t moment;

    if (json_string_value(value) == NULL || !mk_time_read(json_string_value(value), &moment))
        return NULL;
    mk_time_write(time, moment, MK_TIMES_SEED);
    return json_stringn(time, strlen("YYYY-MM-DD"));
}

static json_t *nearest_choice(const struct mk_field *field, const json_t *value)
{
    const char *text = json_string_value(value);

    if (field->choices == NULL || text == NULL)
        return NULL;
    struct mk_nearest nearest = { .wanted = text };
    for (const char *const *choice = field->choices; *choice != NULL; choice++)
        mk_nearest_try(&nearest, *choice);
    return json_string(nearest.best);
}

json_t *mk_nearest_value(const struct mk_field *field, const char *kind, const json_t *value)
{
    bool is_number = field->type == MK_INTEGER || field->type == MK_NUMBER;

    if (field->is_secret)
        return NULL;
    if (strcmp(kind, "enum") == 0)
        return nearest_choice(field, value);
    if (is_number &&
        (strcmp(kind, "greater_than_equal") == 0 || strcmp(kind, "less_than_equal") == 0))
        return nearest_number(field, value);
    if (strcmp(kind, "date_format") == 0)
        return day_of(value);
    if (strcmp(kind, "string_type") == 0)
        return quoted(value);
    if (strcmp(kind, "missing") == 0 || strcmp(kind, "not_null") == 0)
        return json_string(field->fallback); /* NULL for NULL */
    return unquoted(field->type, value);
}

/* --- Paths ------------------------------------------------------------------------------------ */

/* Cuts the next segment off a path; false at its end. */
static bool next_segment(const char **path, char out[TEXT_MAX])
{
    const char *start = *path + (**path == '/');
    size_t length = strcspn(start, "/");

    if (**path == '\0')
        return false;
    size_t kept = length < TEXT_MAX ? length : TEXT_MAX - 1;
    memcpy(out, start, kept);
    out[kept] = '\0';
    *path = start + length;
    return true;
}

/* Letters to change between a path and a template; a segment too many or too few counts whole. */
static size_t path_distance(const char *path, const char *template)
{
    char ours[TEXT_MAX];
    char theirs[TEXT_MAX];
    size_t sum = 0;

    for (;;) {
        bool has_ours = next_segment(&template, ours);
        bool has_theirs = next_segment(&path, theirs);
        if (!has_ours && !has_theirs)
            return sum;
        if (has_ours && has_theirs && ours[0] == '{')
            continue;
        sum +=
            has_ours && has_theirs ? mk_typos(theirs, ours) : 1 + strlen(has_ours ? ours : theirs);
    }
}

json_t *mk_nearest_route(enum mk_method method, const char *path)
{
    const struct mk_route *nearest = NULL;
    size_t best = strlen(path) / 2 + 1;

    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        size_t found = route->operation == NULL ? SIZE_MAX : path_distance(path, route->path);
        bool is_tie = found == best && nearest != NULL && nearest->method != method &&
                      route->method == method;
        if (found < best || is_tie) {
            best = found;
            nearest = route;
        }
    }
    if (nearest == NULL)
        return NULL;
    return json_sprintf("%s %s", mk_method_name(nearest->method), nearest->path);
}
