/* SPDX-License-Identifier: MIT */
/*
 * openapi.json as the tests read it: the compiled-in file, its references and its operations. What
 * is returned is borrowed from the document unless it says otherwise; running out of memory aborts.
 */
#ifndef MK_TESTS_DOCUMENT_H
#define MK_TESTS_DOCUMENT_H

#include <jansson.h>

enum { MK_PLACE_SIZE = 512 };

/* Where a check stands, for its message, as a test that fails should name the place. */
#define MK_PLACE(buffer, ...) snprintf((buffer), sizeof(buffer), __VA_ARGS__)

/* The document, a new reference; fails the test when it is not JSON or a key stands twice. */
json_t *mk_document_load(void);

/* What node is after following $ref, which may be itself; NULL when a reference leads nowhere. */
json_t *mk_document_follow(json_t *document, json_t *node);

/* The member of components/KIND with this name, or NULL. */
json_t *mk_document_component(json_t *document, const char *kind, const char *name);

/* The operation at a path; method as routes have it, "GET". NULL when there is none. */
json_t *mk_document_operation(json_t *document, const char *method, const char *path);

/* A copy of a schema without what is only for people and without x-...: a new reference. */
json_t *mk_document_bare(const json_t *schema);

/* JSON with ' for ", short enough for a test's line: a new reference. */
json_t *mk_document_json(const char *text);

/* Fails the test and shows both sides unless they are equal; steals `documented` and `wanted`. */
void mk_document_same(const char *place, json_t *documented, json_t *wanted);

/* Visits every operation; place is "GET /links", method "get" as in the document. */
typedef void mk_document_visitor(json_t *operation, const char *place, const char *method,
                                 const char *path, void *context);
void mk_document_each(json_t *document, mk_document_visitor *visit, void *context);

#endif
