/* SPDX-License-Identifier: MIT */
/*
 * Shapes with every type, bound and flag that a row can have, for the tests and fuzzers of json/.
 * rich_body is for bodies: texts, numbers, choices, formats, rules, nested objects, lists of lists.
 * rich_form is for queries and forms: scalars and lists with fallbacks.
 */
#ifndef MK_TESTS_RICH_SHAPE_H
#define MK_TESTS_RICH_SHAPE_H

#include "json/shape.h"

#include <string.h>

static const char *const rich_colours[] = { "red", "green", "blue", NULL };

static inline enum mk_issue rich_digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0' ? MK_ISSUE_COUNT : MK_ISSUE_PATTERN;
}

static inline enum mk_issue rich_even(const char *text)
{
    return strlen(text) % 2 == 0 ? MK_ISSUE_COUNT : MK_ISSUE_ROUTING_NUMBER;
}

static const struct mk_field rich_email_fields[] = {
    { .name = "address", .type = MK_STRING, .required = true, .min = 3, .max = 10 },
    { .name = "primary", .type = MK_BOOLEAN },
};
static const struct mk_shape rich_email = MK_SHAPE("Email", rich_email_fields);

static const struct mk_field rich_plain_fields[] = {
    { .name = "note", .type = MK_STRING, .nullable = true },
};
static const struct mk_shape rich_plain = MK_SHAPE(NULL, rich_plain_fields);

static const struct mk_field rich_email_item = { .type = MK_OBJECT, .shape = &rich_email };
static const struct mk_field rich_colour_item = { .type = MK_STRING,
                                                  .choices = rich_colours,
                                                  .choices_name = "Colour" };
static const struct mk_field rich_cell_item = { .type = MK_INTEGER, .nullable = true, .max = 9 };
static const struct mk_field rich_row_item = { .type = MK_LIST, .item = &rich_cell_item, .max = 3 };

static const struct mk_field rich_body_fields[] = {
    { .name = "id", .type = MK_STRING, .required = true, .min = 1, .max = 5 },
    { .name = "count", .type = MK_INTEGER, .min = 1, .max = 500 },
    { .name = "offset", .type = MK_INTEGER, .min = -5, .max = 5, .nullable = true },
    { .name = "floor", .type = MK_INTEGER, .min = 10 },
    { .name = "amount", .type = MK_NUMBER, .min = -1, .max = 100 },
    { .name = "free", .type = MK_NUMBER },
    { .name = "flag", .type = MK_BOOLEAN, .nullable = true },
    { .name = "colour", .type = MK_STRING, .choices = rich_colours, .choices_name = "Colour" },
    { .name = "shade", .type = MK_STRING, .choices = rich_colours, .nullable = true },
    { .name = "born", .type = MK_DATE },
    { .name = "seen", .type = MK_TIME, .nullable = true },
    { .name = "site", .type = MK_URL, .max = 60 },
    { .name = "code", .type = MK_STRING, .pattern = "^[0-9]*$", .rule = rich_digits },
    { .name = "routing", .type = MK_STRING, .rule = rich_even, .deprecated = true },
    { .name = "email", .type = MK_OBJECT, .shape = &rich_email, .nullable = true },
    { .name = "plain",
      .type = MK_OBJECT,
      .shape = &rich_plain,
      .required = true,
      .nullable = true },
    { .name = "anything", .type = MK_OBJECT },
    { .name = "emails", .type = MK_LIST, .item = &rich_email_item, .min = 1, .max = 3 },
    { .name = "colours", .type = MK_LIST, .item = &rich_colour_item, .nullable = true },
    { .name = "grid", .type = MK_LIST, .item = &rich_row_item },
    { .name = "mixed", .type = MK_LIST },
    { .name = "day", .type = MK_DATE_OR_TIME },
    { .name = "holiday", .type = MK_DATE_OR_TIME, .nullable = true },
    { .name = "price", .type = MK_MONEY, .nullable = true },
};
static const struct mk_shape rich_body = MK_SHAPE("Rich", rich_body_fields);

static const struct mk_field rich_text_item = { .type = MK_STRING };
static const struct mk_field rich_number_item = { .type = MK_INTEGER };

static const struct mk_field rich_form_fields[] = {
    { .name = "name", .type = MK_STRING, .required = true },
    { .name = "page", .type = MK_INTEGER, .min = 1, .fallback = "1" },
    { .name = "size", .type = MK_INTEGER, .min = 1, .max = 500, .fallback = "50" },
    { .name = "ratio", .type = MK_NUMBER },
    { .name = "featured", .type = MK_BOOLEAN, .fallback = "false" },
    { .name = "since", .type = MK_DATE },
    { .name = "colours", .type = MK_LIST, .item = &rich_colour_item },
    { .name = "ids", .type = MK_LIST, .item = &rich_text_item, .max = 10 },
    { .name = "numbers", .type = MK_LIST, .item = &rich_number_item, .fallback = "1,2" },
    { .name = "loose", .type = MK_LIST },
};
static const struct mk_shape rich_form = MK_SHAPE(NULL, rich_form_fields);

#endif
