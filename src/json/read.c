/* SPDX-License-Identifier: MIT */
#include "json/shape.h"

#include <string.h>

static const struct mk_place body = { .key = "body" };

/* MK_ISSUE_COUNT: not the text's fault. */
static enum mk_issue problem_of(enum json_error_code code)
{
    switch (code) {
    case json_error_unknown: /* jansson leaves no code when an object or a list cannot be made */
    case json_error_out_of_memory:
        return MK_ISSUE_COUNT;
    case json_error_premature_end_of_input:
        return MK_ISSUE_JSON_END;
    case json_error_end_of_input_expected:
        return MK_ISSUE_JSON_TRAILING;
    case json_error_invalid_utf8:
        return MK_ISSUE_JSON_UTF8;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return MK_ISSUE_JSON_NUL;
    case json_error_stack_overflow:
        return MK_ISSUE_JSON_DEPTH;
    case json_error_numeric_overflow:
        return MK_ISSUE_JSON_NUMBER;
    default:
        return MK_ISSUE_JSON_SYNTAX;
    }
}

static void add_at(struct mk_issues *issues, enum mk_issue problem, int64_t offset)
{
    const struct mk_place at = { .parent = &body, .index = offset };

    mk_issues_add(issues, &at, problem, NULL, 0);
}

static bool is_blank(const char *bytes, size_t length)
{
    size_t i = 0;

    while (i < length && memchr(" \t\r\n", bytes[i], 4) != NULL)
        i++;
    return i == length;
}

json_t *mk_json_read(const char *bytes, size_t length, struct mk_issues *issues)
{
    json_error_t error = { 0 }; /* jansson reads no code from it that it did not write */

    if (is_blank(bytes, length)) {
        mk_issues_add(issues, &body, MK_ISSUE_MISSING, NULL, 0);
        return NULL;
    }

    /* jansson skips a NUL that follows a number or a literal. */
    const char *nul = memchr(bytes, '\0', length);
    if (nul != NULL) {
        add_at(issues, MK_ISSUE_JSON_NUL, nul - bytes);
        return NULL;
    }

    json_t *value = json_loadb(bytes, length, JSON_DECODE_ANY, &error);
    if (value != NULL)
        return value;

    enum mk_issue problem = problem_of(json_error_code(&error));
    if (problem == MK_ISSUE_COUNT)
        issues->failed = true;
    else
        add_at(issues, problem, error.position);
    return NULL;
}

bool mk_json_is_texts(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!json_is_string(json_array_get(value, i)))
            return false;
    }
    return json_is_array(value);
}
