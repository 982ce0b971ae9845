/* SPDX-License-Identifier: MIT */
/*
 * The last test of a whole run: every answer that openapi.json declares was given, and every row of
 * the error table was met, in memory and over libcurl. Answers that can't be given are listed with
 * their reason in tests/contract/unreachable.json, which the contract tests read too; errors, here.
 */
#include "api/tests.h"

#include "api/errors.h"
#include "api/routes.h"
#include "base/memory.h"
#include "data/assets.h"

#include <stdio.h>
#include <string.h>

#define OVER_CURL (1U << TRANSPORT_CURL)

/* Those before it have no face of their own. */
enum { FIRST_ERROR = MK_INTERNAL };

/* Errors that a transport can't meet. */
static const struct {
    enum mk_err err;
    unsigned transports;
    const char *reason;
} unmet[] = {
    { MK_INTERNAL, OVER_CURL, "jansson runs out of memory for the whole process: in memory only" },
};

/* Errors that the document covers with "default": they come from below the operations. */
static const char *const undeclared[] = { "500", "400", "431", NULL };

/* Whether the rows of tests/contract/unreachable.json name this answer. */
static bool is_unreachable(const json_t *answers, const char *operation, unsigned status)
{
    size_t i;
    json_t *row;

    json_array_foreach(answers, i, row) {
        const char *name = json_string_value(json_object_get(row, "operation"));
        require(name != NULL, "unreachable.json has a row without operation");
        if (json_integer_value(json_object_get(row, "status")) == status &&
            (strcmp(name, "*") == 0 || strcmp(name, operation) == 0))
            return true;
    }
    return false;
}

static bool is_unmet(enum transport transport, enum mk_err err)
{
    for (size_t i = 0; i < MK_COUNT(unmet); i++) {
        if (unmet[i].err == err && unmet[i].transports & 1U << transport)
            return true;
    }
    return false;
}

static size_t find_route(const char *operation)
{
    size_t i = 0;

    while (i < mk_route_count &&
           (mk_routes[i].operation == NULL || strcmp(mk_routes[i].operation, operation) != 0))
        i++;
    return i;
}

static void lower(const char *text, char *out)
{
    for (; *text != '\0'; text++)
        *out++ = (char)(*text >= 'A' && *text <= 'Z' ? *text + 'a' - 'A' : *text);
    *out = '\0';
}

/* The document's object of an operation. */
static json_t *operation_of(const json_t *document, const struct mk_route *route)
{
    char method[16];
    const json_t *path = json_object_get(json_object_get(document, "paths"), route->path);

    lower(mk_method_name(route->method), method);
    json_t *operation = json_object_get(path, method);
    require(operation != NULL, "openapi.json lacks %s %s", method, route->path);
    return operation;
}

/*
 * Adds a line for each declared answer that was not given, or was though it is listed as
 * impossible.
 */
static void check_declared(size_t route, json_t *responses, const json_t *unreachable,
                           struct mk_text *missing)
{
    const char *operation = mk_routes[route].operation;
    const char *key;
    json_t *response;

    json_object_foreach(responses, key, response) {
        unsigned status = (unsigned)strtoul(key, NULL, 10);
        for (int i = 0; status != 0 && i < TRANSPORT_COUNT; i++) {
            bool was_seen = seen_answer((enum transport)i, route, status);
            if (was_seen == is_unreachable(unreachable, operation, status))
                mk_text_print(missing, "%s %u %s %s\n", operation, status,
                              was_seen ? "is listed as unreachable and was seen" : "was never seen",
                              transport_names[i]);
        }
    }
}

/* Adds a line for each answer that was given and is not declared. */
static void check_undeclared(size_t route, const json_t *responses, struct mk_text *missing)
{
    for (unsigned status = 200; status < 600; status++) {
        bool was_seen = seen_answer(TRANSPORT_MEMORY, route, status) ||
                        seen_answer(TRANSPORT_CURL, route, status);
        char key[8];
        snprintf(key, sizeof(key), "%u", status);
        bool is_fine =
            json_object_get(responses, key) != NULL ||
            (json_object_get(responses, "default") != NULL && mk_term_find(undeclared, key) >= 0);
        if (was_seen && !is_fine)
            mk_text_print(missing, "%s %u was seen and is not declared\n",
                          mk_routes[route].operation, status);
    }
}

START_TEST(coverage__every_declared_answer)
{
    json_t *document = json_loadb(mk_asset_openapi.bytes, mk_asset_openapi.length, 0, NULL);
    json_t *listed = json_load_file(MK_SOURCE_DIR "/tests/contract/unreachable.json", 0, NULL);
    const json_t *unreachable = json_object_get(listed, "forced_answers");
    struct mk_text missing = MK_TEXT((size_t)1 << 20);
    size_t operations = 0;

    ck_assert_ptr_nonnull(document);
    ck_assert(json_is_array(unreachable));
    for (size_t i = 0; i < mk_route_count; i++) {
        if (mk_routes[i].operation == NULL)
            continue;
        json_t *responses = json_object_get(operation_of(document, &mk_routes[i]), "responses");
        check_declared(i, responses, unreachable, &missing);
        check_undeclared(i, responses, &missing);
        operations++;
    }
    require(missing.length == 0, "%.4000s", missing.bytes); /* more is too much for Check */
    ck_assert_uint_ge(operations, 11);
    json_decref(listed);
    json_decref(document);
}
END_TEST

/* Every operation of the document has a route, or nothing above would look at it. */
START_TEST(coverage__every_operation)
{
    json_t *document = json_loadb(mk_asset_openapi.bytes, mk_asset_openapi.length, 0, NULL);
    const char *path;
    const char *method;
    json_t *methods;
    json_t *operation;

    json_object_foreach(json_object_get(document, "paths"), path, methods) {
        json_object_foreach(methods, method, operation) {
            const char *name = json_string_value(json_object_get(operation, "operationId"));
            require(name == NULL || find_route(name) < mk_route_count, "no route for %s", name);
        }
    }
    json_decref(document);
}
END_TEST

START_TEST(coverage__every_error)
{
    struct mk_text missing = MK_TEXT((size_t)1 << 16);

    for (int err = FIRST_ERROR; err < MK_ERR_COUNT; err++) {
        for (int i = 0; i < TRANSPORT_COUNT; i++) {
            bool was_met = seen_error((enum transport)i, (enum mk_err)err);
            const struct mk_error_row *row = mk_error_row((enum mk_err)err);
            if (was_met == is_unmet((enum transport)i, (enum mk_err)err))
                mk_text_print(&missing, "%u %s was %s %s\n", row->status, row->code,
                              was_met ? "listed and met" : "never met", transport_names[i]);
        }
    }
    require(missing.length == 0, "%.4000s", missing.bytes); /* more is too much for Check */
}
END_TEST

/* A status and a code name one row: else the test above would see one for the other. */
START_TEST(coverage__errors_are_told_apart)
{
    for (int a = FIRST_ERROR; a < MK_ERR_COUNT; a++) {
        for (int b = a + 1; b < MK_ERR_COUNT; b++) {
            const struct mk_error_row *first = mk_error_row((enum mk_err)a);
            const struct mk_error_row *second = mk_error_row((enum mk_err)b);
            require(first->status != second->status || strcmp(first->code, second->code) != 0,
                    "two rows for %u %s", first->status, first->code);
        }
    }
}
END_TEST

void coverage_tests(TCase *tcase)
{
    tcase_add_test(tcase, coverage__every_declared_answer);
    tcase_add_test(tcase, coverage__every_operation);
    tcase_add_test(tcase, coverage__every_error);
    tcase_add_test(tcase, coverage__errors_are_told_apart);
}
