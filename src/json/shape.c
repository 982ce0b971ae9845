/* SPDX-License-Identifier: MIT */
#include "json/shape.h"

#include "base/clock.h"
#include "base/day.h"
#include "base/money.h"
#include "base/text.h"
#include "base/url.h"

#include <string.h>

/* Room for the choices of one field, joined; with more of them the message is the kind. */
#define CHOICES_MAX ((size_t)16 * 1024)

static void check_value(const struct mk_field *field, const json_t *value,
                        const struct mk_place *place, struct mk_issues *issues);

static bool has_bounds(const struct mk_field *field)
{
    return field->min != 0 || field->max != 0;
}

/* Adds the problem that belongs to the bound which `measure` passes, if it passes one. */
static bool within(const struct mk_field *field, int64_t measure, enum mk_issue low,
                   enum mk_issue high, const struct mk_place *place, struct mk_issues *issues)
{
    if (!has_bounds(field))
        return true;
    if (measure < field->min) {
        mk_issues_add(issues, place, low, NULL, field->min);
        return false;
    }
    if (field->max != 0 && measure > field->max) {
        mk_issues_add(issues, place, high, NULL, field->max);
        return false;
    }
    return true;
}

static bool is_choice(const char *const *choices, const char *text)
{
    for (; *choices != NULL; choices++) {
        if (strcmp(*choices, text) == 0)
            return true;
    }
    return false;
}

static void add_choice_problem(const struct mk_field *field, const struct mk_place *place,
                               struct mk_issues *issues)
{
    struct mk_text joined = MK_TEXT(CHOICES_MAX);

    for (const char *const *choice = field->choices; *choice != NULL; choice++) {
        if (choice != field->choices)
            mk_text_add_literal(&joined, ", ");
        mk_text_add_text(&joined, *choice);
    }
    mk_issues_add(issues, place, MK_ISSUE_CHOICE, joined.bytes, 0);
    mk_text_done(&joined);
}

static bool is_web_url(const char *text)
{
    struct mk_url url;

    if (!mk_url_read(text, &url) || url.host[0] == '\0')
        return false;
    return strcmp(url.scheme, "http") == 0 || strcmp(url.scheme, "https") == 0;
}

/* What the type and the field's own rule say of a text; MK_ISSUE_COUNT when it is fine. */
static enum mk_issue text_problem(const struct mk_field *field, const char *text)
{
    int64_t moment;
    int32_t day;

    if (field->type == MK_DATE && !mk_date_read(text, &moment))
        return MK_ISSUE_DATE;
    if (field->type == MK_TIME && !mk_time_read(text, &moment))
        return MK_ISSUE_TIME;
    if (field->type == MK_DATE_OR_TIME && !mk_day_read(text, &day))
        return MK_ISSUE_DATE;
    if (field->type == MK_MONEY && !mk_money_read(text, &moment))
        return MK_ISSUE_MONEY;
    if (field->type == MK_URL && !is_web_url(text))
        return MK_ISSUE_URL;
    return field->rule != NULL ? field->rule(text) : MK_ISSUE_COUNT;
}

static void check_text(const struct mk_field *field, const json_t *value,
                       const struct mk_place *place, struct mk_issues *issues)
{
    const char *text = json_string_value(value);

    if (text == NULL) {
        mk_issues_add(issues, place, MK_ISSUE_STRING_TYPE, NULL, 0);
        return;
    }
    if (has_bounds(field) && !within(field, (int64_t)mk_utf8_count(text), MK_ISSUE_TOO_SHORT,
                                     MK_ISSUE_TOO_LONG, place, issues))
        return;
    if (field->choices != NULL && !is_choice(field->choices, text)) {
        add_choice_problem(field, place, issues);
        return;
    }

    enum mk_issue problem = text_problem(field, text);
    if (problem != MK_ISSUE_COUNT)
        mk_issues_add(issues, place, problem, field->pattern, 0);
}

static void check_integer(const struct mk_field *field, const json_t *value,
                          const struct mk_place *place, struct mk_issues *issues)
{
    if (!json_is_integer(value)) {
        mk_issues_add(issues, place, MK_ISSUE_INTEGER_TYPE, NULL, 0);
        return;
    }
    within(field, json_integer_value(value), MK_ISSUE_TOO_SMALL, MK_ISSUE_TOO_BIG, place, issues);
}

static void check_number(const struct mk_field *field, const json_t *value,
                         const struct mk_place *place, struct mk_issues *issues)
{
    double number = json_number_value(value);

    if (json_is_integer(value)) {
        check_integer(field, value, place, issues);
        return;
    }
    if (!json_is_real(value))
        mk_issues_add(issues, place, MK_ISSUE_NUMBER_TYPE, NULL, 0);
    else if (has_bounds(field) && number < (double)field->min)
        mk_issues_add(issues, place, MK_ISSUE_TOO_SMALL, NULL, field->min);
    else if (field->max != 0 && number > (double)field->max)
        mk_issues_add(issues, place, MK_ISSUE_TOO_BIG, NULL, field->max);
}

static void check_list(const struct mk_field *field, const json_t *value,
                       const struct mk_place *place, struct mk_issues *issues)
{
    size_t i;
    const json_t *item;

    if (!json_is_array(value)) {
        mk_issues_add(issues, place, MK_ISSUE_LIST_TYPE, NULL, 0);
        return;
    }
    within(field, (int64_t)json_array_size(value), MK_ISSUE_TOO_FEW, MK_ISSUE_TOO_MANY, place,
           issues);
    if (field->item == NULL)
        return;
    json_array_foreach(value, i, item) {
        const struct mk_place at = { .parent = place, .index = (int64_t)i };
        check_value(field->item, item, &at, issues);
    }
}

static void check_object(const struct mk_field *field, const json_t *value,
                         const struct mk_place *place, struct mk_issues *issues)
{
    static const struct mk_shape any = { .count = 0 };

    mk_shape_check(field->shape != NULL ? field->shape : &any, value, place, issues);
}

static void check_boolean(const struct mk_field *field, const json_t *value,
                          const struct mk_place *place, struct mk_issues *issues)
{
    (void)field;
    if (!json_is_boolean(value))
        mk_issues_add(issues, place, MK_ISSUE_BOOLEAN_TYPE, NULL, 0);
}

static void check_value(const struct mk_field *field, const json_t *value,
                        const struct mk_place *place, struct mk_issues *issues)
{
    typedef void check(const struct mk_field *, const json_t *, const struct mk_place *,
                       struct mk_issues *);
    static check *const checks[] = {
        [MK_STRING] = check_text,       [MK_INTEGER] = check_integer, [MK_NUMBER] = check_number,
        [MK_BOOLEAN] = check_boolean,   [MK_OBJECT] = check_object,   [MK_LIST] = check_list,
        [MK_DATE] = check_text,         [MK_TIME] = check_text,       [MK_URL] = check_text,
        [MK_DATE_OR_TIME] = check_text, [MK_MONEY] = check_text,
    };

    if (!json_is_null(value)) {
        checks[field->type](field, value, place, issues);
        return;
    }
    if (!field->nullable)
        mk_issues_add(issues, place, MK_ISSUE_NOT_NULL, NULL, 0);
}

void mk_shape_check(const struct mk_shape *shape, const json_t *value, const struct mk_place *place,
                    struct mk_issues *issues)
{
    if (!json_is_object(value)) {
        mk_issues_add(issues, place, MK_ISSUE_OBJECT_TYPE, NULL, 0);
        return;
    }
    for (size_t i = 0; i < shape->count; i++) {
        const struct mk_field *field = &shape->fields[i];
        const struct mk_place at = { .parent = place, .key = field->name };
        const json_t *member = json_object_get(value, field->name);

        if (member != NULL)
            check_value(field, member, &at, issues);
        else if (field->required)
            mk_issues_add(issues, &at, MK_ISSUE_MISSING, NULL, 0);
    }
}
