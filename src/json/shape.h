/* SPDX-License-Identifier: MIT */
/*
 * Field tables and the one checker.
 *
 * A shape is a table of rows, a row per field. Bodies, query strings and forms are checked by the
 * same rows: query and form values are first turned into JSON by them (json/form.h). Every failure
 * is reported with its location; unknown keys are ignored. After a clean check a handler may read
 * every field without looking at its type again. The tables also make the schemas that a test
 * compares with openapi.json, so they carry what the document says (name, default, deprecated).
 */
#ifndef MK_JSON_SHAPE_H
#define MK_JSON_SHAPE_H

#include "json/issues.h"

enum mk_type {
    MK_STRING,
    MK_INTEGER,
    MK_NUMBER,
    MK_BOOLEAN,
    MK_OBJECT,       /* fields given by .shape */
    MK_LIST,         /* items given by .item */
    MK_DATE,         /* text, YYYY-MM-DD */
    MK_TIME,         /* text, ISO 8601 */
    MK_DATE_OR_TIME, /* text, a date or a time; the Python SDK wraps it in quote characters */
    MK_MONEY,        /* decimal text, as base/money.h reads it */
    MK_URL,          /* text, absolute http or https with a host, as base/url.h reads it */
};

struct mk_field;

/* A rule that bounds cannot say: the kind of problem, or MK_ISSUE_COUNT when the text is fine. */
typedef enum mk_issue mk_field_rule(const char *text);

struct mk_shape {
    const char *name; /* of the schema in openapi.json; NULL for query and form tables */
    const struct mk_field *fields;
    size_t count;
};

struct mk_field {
    const char *name;
    enum mk_type type;
    bool required;
    bool nullable;
    bool deprecated;
    bool is_secret; /* never in the journal: json/mask.h */
    int64_t min; /* code points of a text, value of a number, count of a list; both 0: no bounds */
    int64_t max; /* 0: no upper one */
    const char *const *choices; /* NULL-ended; texts only */
    const char *choices_name;   /* name of the enum schema in openapi.json */
    const char *fallback; /* as it would stand in a query; filled in for query and form only */
    const char *pattern;  /* the rule as a regular expression: document and message */
    mk_field_rule *rule;  /* texts only */
    const struct mk_shape *shape; /* MK_OBJECT; NULL: any object */
    const struct mk_field *item;  /* MK_LIST; its name is not used; NULL: anything */
};

#define MK_SHAPE(schema, table) \
    { \
        .name = (schema), .fields = (table), .count = sizeof(table) / sizeof((table)[0]) \
    }

/*
 * Checks value, which stands at place ("body"), and adds what is wrong to issues: everything, in
 * the order of the tables, but of one value only the first of type, bounds, choices, format and
 * rule.
 */
void mk_shape_check(const struct mk_shape *shape, const json_t *value, const struct mk_place *place,
                    struct mk_issues *issues);

/*
 * Parses JSON text (jansson) of any type and returns a new reference, or NULL with the problem
 * added at ["body", OFFSET]; an empty or blank text is reported as a missing body at ["body"]. NULL
 * without an issue and issues->failed set when memory ran out. Of a key given twice the last value
 * counts. `bytes` may be NULL when length is 0.
 */
json_t *mk_json_read(const char *bytes, size_t length, struct mk_issues *issues);

/* Whether value is a list of texts, maybe an empty one. For data files, which no shape checks. */
bool mk_json_is_texts(const json_t *value);

#endif
