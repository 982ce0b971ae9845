/* SPDX-License-Identifier: MIT */
/*
 * The list of what is wrong with a request: each problem with its location, a sentence and a kind,
 * in the shape of MoneyKit's `validation_errors`. issues.c holds every sentence.
 *
 * A location starts with where the value stands ("body", "query", "path", "header") and goes down
 * by keys and indexes. It is kept as a linked list of places on the C stack and is turned into JSON
 * only when something is wrong.
 */
#ifndef MK_JSON_ISSUES_H
#define MK_JSON_ISSUES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Further problems of one request are not listed. */
enum { MK_ISSUES_MAX = 100 };

/* One step of a location: a key, or an index when key is NULL. The outermost has no parent. */
struct mk_place {
    const struct mk_place *parent;
    const char *key;
    int64_t index;
};

/* clang-format off */
/* Kind and sentence; the sentences' %s and %lld take what mk_issues_add() is given. */
#define MK_ISSUES(X) \
    X(MISSING, "missing", "Field required") \
    X(NOT_NULL, "not_null", "Input should not be null") \
    X(STRING_TYPE, "string_type", "Input should be a string") \
    X(INTEGER_TYPE, "integer_type", "Input should be an integer") \
    X(NUMBER_TYPE, "number_type", "Input should be a number") \
    X(BOOLEAN_TYPE, "boolean_type", "Input should be a boolean, true or false") \
    X(OBJECT_TYPE, "object_type", "Input should be an object") \
    X(LIST_TYPE, "list_type", "Input should be a list") \
    X(TOO_SHORT, "string_too_short", "String should have at least %lld characters") \
    X(TOO_LONG, "string_too_long", "String should have at most %lld characters") \
    X(TOO_SMALL, "greater_than_equal", "Input should be greater than or equal to %lld") \
    X(TOO_BIG, "less_than_equal", "Input should be less than or equal to %lld") \
    X(TOO_FEW, "too_few", "List should have at least %lld items") \
    X(TOO_MANY, "too_many", "List should have at most %lld items") \
    X(CHOICE, "enum", "Input should be one of: %s") \
    X(DATE, "date_format", "Input should be a date as YYYY-MM-DD") \
    X(TIME, "datetime_format", "Input should be a time in ISO 8601 form") \
    X(MONEY, "decimal", "Input should be a decimal number with at most two decimals, as text") \
    X(URL, "url_format", "Input should be an absolute http or https URL") \
    X(PATTERN, "string_pattern_mismatch", "String should match %s") \
    X(ROUTING_NUMBER, "routing_number", \
      "Routing number should have nine digits and a valid ABA check digit") \
    X(ENCODING, "encoding", "Input should be percent-encoded UTF-8 without NUL") \
    X(TOO_MANY_VALUES, "too_many", "There should be at most %lld values") \
    X(CONTENT_TYPE, "content_type", "Content type should be %s") \
    X(JSON_SYNTAX, "json_invalid", "Body should be JSON: invalid syntax") \
    X(JSON_END, "json_invalid", "Body should be JSON: it ends too early") \
    X(JSON_TRAILING, "json_invalid", "Body should be JSON: something follows the end") \
    X(JSON_UTF8, "json_invalid", "Body should be JSON: it is not valid UTF-8") \
    X(JSON_NUL, "json_invalid", "Body should be JSON: it holds a NUL character") \
    X(JSON_DEPTH, "json_invalid", "Body should be JSON: it is nested too deeply") \
    X(JSON_NUMBER, "json_invalid", "Body should be JSON: a number is out of range") \
    X(CURSOR, "cursor", "Cursor is not one that this list gave out") \
    X(DATE_ORDER, "date_order", "Start should not be after the end of the range") \
    X(NOT_UNIQUE, "not_unique", "Id should not be used twice") \
    X(UNKNOWN_VALUE, "unknown_value", "%s") \
    X(MISPLACED, "misplaced", "%s") \
    X(FAULT, "fault", "A fault rule asked for this") \
    X(NEITHER, "missing", "One of these is required: %s") \
    X(NEEDED, "needed", "The session requires %s")
/* clang-format on */

enum mk_issue {
#define X(name, kind, sentence) MK_ISSUE_##name,
    MK_ISSUES(X)
#undef X
        MK_ISSUE_COUNT
};

struct mk_issues {
    json_t *list; /* owned; NULL while there are none */
    bool failed;  /* jansson ran out of memory: the list is not complete */
};

/* Zeroed memory is a valid empty list. */
void mk_issues_done(struct mk_issues *issues);

/* Also when memory ran out: what could not be checked is not fine. */
bool mk_issues_any(const struct mk_issues *issues);

/*
 * The list for `validation_errors`, a new reference, empty when there are no problems; empties the
 * issues. NULL when memory ran out, then or before.
 */
json_t *mk_issues_steal(struct mk_issues *issues);

/*
 * Adds a problem at a place. text (valid UTF-8, else the kind stands for the sentence) and number
 * fill the sentence and may be NULL and 0. MISSING is not added where there is a problem already:
 * a field whose value could not be decoded is not missing as well.
 */
void mk_issues_add(struct mk_issues *issues, const struct mk_place *place, enum mk_issue issue,
                   const char *text, int64_t number);

#endif
