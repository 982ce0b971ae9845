/* SPDX-License-Identifier: MIT */
/* Each operation of openapi.json says what its row of the route table and its field tables say. */
#include "api/handlers.h"
#include "core/terms.h"
#include "http/message.h"
#include "support/document.h"
#include "support/schema.h"
#include "unit/suites.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static json_t *document;

static void load(void)
{
    document = mk_document_load();
}

static void unload(void)
{
    json_decref(document);
}

/* The row and the operation that a test of every route looks at. */
struct place {
    const struct mk_route *route;
    json_t *operation;
    char name[MK_PLACE_SIZE];
};

/* What is no operation of the API: for people and probes, not for clients. */
static const char *const pages[] = {
    "/",
    "/docs",
    "/docs/viewer.js",
    "/docs/viewer.css",
    "/openapi.json",
    "/livez",
    "/metrics",
    "/readyz",
    "/connect/avatars/{institution_id}",
    "/start",
    "/relink",
    "/continue",
    "/demo",
    "/connect/{file}",
    "/connect/screens/{file}",
    "/connect/session",
    "/connect/institutions",
    "/connect/institution",
    "/connect/back",
    "/connect/login",
    "/connect/device",
    "/connect/answer",
    "/connect/oauth",
    "/connect/resume",
    "/connect/permissions",
    "/connect/accounts",
    "/connect/report",
    "/connect/retry",
    "/connect/exit",
    "/oauth-bank",
    "/oauth-bank/session",
    NULL,
};

/* Returns false for a page, which is not in the document. */
static bool find_place(int row, struct place *place)
{
    const struct mk_route *route = &mk_routes[row];
    const char *method = mk_method_name(route->method);

    place->route = route;
    place->operation = mk_document_operation(document, method, route->path);
    MK_PLACE(place->name, "%s %s", method, route->path);
    if (route->operation == NULL) {
        ck_assert_msg(place->operation == NULL, "%s is a page: no operation", place->name);
        ck_assert_msg(mk_term_find(pages, route->path) >= 0, "%s: not a known page", place->name);
        return false;
    }
    ck_assert_msg(place->operation != NULL, "%s is not in openapi.json", place->name);
    return true;
}

static json_t *parameter_at(const struct place *place, size_t index)
{
    json_t *list = json_object_get(place->operation, "parameters");
    json_t *parameter = mk_document_follow(document, json_array_get(list, index));

    ck_assert_msg(parameter != NULL, "%s: parameter %zu leads nowhere", place->name, index);
    return parameter;
}

static size_t parameter_count(const struct place *place)
{
    return json_array_size(json_object_get(place->operation, "parameters"));
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

static json_t *schema_of(const json_t *parameter)
{
    return mk_document_bare(json_object_get(parameter, "schema"));
}

/* --- Routes --- */

START_TEST(every_route_is_an_operation)
{
    struct place place;

    if (!find_place(_i, &place))
        return;
    const char *id = text_of(place.operation, "operationId");
    ck_assert_msg(strcmp(id, place.route->operation) == 0, "%s: operationId %s, the route says %s",
                  place.name, id, place.route->operation);
}
END_TEST

static void expect_route(json_t *operation, const char *place, const char *method, const char *path,
                         void *context)
{
    (void)operation;
    (void)context;
    for (size_t i = 0; i < mk_route_count; i++) {
        const struct mk_route *route = &mk_routes[i];
        if (strcmp(route->path, path) == 0 &&
            strcasecmp(mk_method_name(route->method), method) == 0)
            return;
    }
    ck_abort_msg("%s is in openapi.json, but there is no such route", place);
}

START_TEST(every_operation_is_a_route)
{
    mk_document_each(document, expect_route, NULL);
}
END_TEST

/* --- Parameters --- */

/* The name in the braces that `*template` comes to next, or false at the end. */
static bool next_value(const char **template, char name[MK_PLACE_SIZE])
{
    const char *open = strchr(*template, '{');

    if (open == NULL)
        return false;
    *template = strchr(open, '}');
    ck_assert(*template != NULL);
    snprintf(name, MK_PLACE_SIZE, "%.*s", (int)(*template - open - 1), open + 1);
    return true;
}

START_TEST(path_parameters_equal_the_template)
{
    struct place place;
    char name[MK_PLACE_SIZE];

    if (!find_place(_i, &place))
        return;
    const char *template = place.route->path;
    for (size_t i = 0; i < parameter_count(&place); i++) {
        json_t *parameter = parameter_at(&place, i);
        if (strcmp(text_of(parameter, "in"), "path") != 0)
            continue;
        ck_assert_msg(next_value(&template, name), "%s: %s is not in the template", place.name,
                      text_of(parameter, "name"));
        ck_assert_msg(strcmp(text_of(parameter, "name"), name) == 0, "%s: %s should be %s",
                      place.name, text_of(parameter, "name"), name);
        ck_assert_msg(json_is_true(json_object_get(parameter, "required")),
                      "%s: %s is not required", place.name, name);
        mk_document_same(place.name, schema_of(parameter), json_pack("{s:s}", "type", "string"));
    }
    ck_assert_msg(!next_value(&template, name), "%s: {%s} is no parameter", place.name, name);
}
END_TEST

static const struct mk_field *find_field(const struct mk_shape *shape, const char *name)
{
    for (size_t i = 0; shape != NULL && i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

/* A parameter says of itself what a property says in its schema, and how it is spelled out. */
static void check_query(const json_t *parameter, const struct mk_field *field, const char *at)
{
    json_t *wanted = mk_field_schema(field);
    bool is_list = field->type == MK_LIST;

    json_object_del(wanted, "deprecated");
    mk_document_same(at, schema_of(parameter), wanted);
    ck_assert_msg(json_is_true(json_object_get(parameter, "required")) == field->required,
                  "%s: required differs from the table", at);
    ck_assert_msg(json_is_true(json_object_get(parameter, "deprecated")) == field->deprecated,
                  "%s: deprecated differs from the table", at);
    ck_assert_msg(strcmp(text_of(parameter, "style"), is_list ? "form" : "") == 0,
                  "%s: lists, and only they, have the style form", at);
    ck_assert_msg(json_is_true(json_object_get(parameter, "explode")) == is_list,
                  "%s: lists, and only they, are exploded", at);
}

START_TEST(query_parameters_equal_the_table)
{
    struct place place;
    size_t found = 0;

    if (!find_place(_i, &place))
        return;
    for (size_t i = 0; i < parameter_count(&place); i++) {
        json_t *parameter = parameter_at(&place, i);
        const char *name = text_of(parameter, "name");
        char at[2 * MK_PLACE_SIZE];
        if (strcmp(text_of(parameter, "in"), "query") != 0)
            continue;
        MK_PLACE(at, "%s?%s", place.name, name);
        const struct mk_field *field = find_field(place.route->query, name);
        ck_assert_msg(field != NULL, "%s is not in the table", at);
        check_query(parameter, field, at);
        found++;
    }
    size_t wanted = place.route->query != NULL ? place.route->query->count : 0;
    ck_assert_msg(found == wanted, "%s: %zu query parameters, the table has %zu", place.name, found,
                  wanted);
}
END_TEST

/*
 * moneykit-version where it is read, X-Sandbox-Client with the control API, Last-Event-ID with its
 * stream of events, and nothing else; but MoneyKit's contract has credentials that may come with a
 * call for the keys, which needs none.
 */
static bool lists_header(const struct mk_route *route, enum mk_header header)
{
    if (header == MK_HEADER_VERSION)
        return route->is_versioned;
    if (header == MK_HEADER_SANDBOX_CLIENT)
        return route->access == MK_ACCESS_CONTROL;
    if (header == MK_HEADER_CLIENT_ID || header == MK_HEADER_AUTHORIZATION)
        return strcmp(route->operation, "get_well_known_jwks") == 0;
    if (header == MK_HEADER_LAST_EVENT_ID)
        return strcmp(route->operation, "sandbox_events") == 0;
    return false;
}

START_TEST(header_parameters_equal_the_route)
{
    struct place place;
    bool has[MK_HEADER_COUNT] = { false };

    if (!find_place(_i, &place))
        return;
    for (size_t i = 0; i < parameter_count(&place); i++) {
        json_t *parameter = parameter_at(&place, i);
        const char *in = text_of(parameter, "in");
        if (strcmp(in, "path") == 0 || strcmp(in, "query") == 0)
            continue;
        enum mk_header header = mk_header_read(text_of(parameter, "name"));
        ck_assert_msg(strcmp(in, "header") == 0 && header != MK_HEADER_COUNT, "%s: %s in %s",
                      place.name, text_of(parameter, "name"), in);
        ck_assert_msg(!json_is_true(json_object_get(parameter, "required")),
                      "%s: %s is not required", place.name, text_of(parameter, "name"));
        has[header] = true;
    }
    for (size_t i = 0; i < MK_HEADER_COUNT; i++) {
        bool wanted = lists_header(place.route, (enum mk_header)i);
        ck_assert_msg(has[i] == wanted, "%s: header %s is %s", place.name,
                      mk_header_name((enum mk_header)i), wanted ? "missing" : "not read");
    }
}
END_TEST

/* --- Bodies --- */

/* The media type of the request body, or NULL where the route reads none. */
static json_t *find_media(const struct place *place)
{
    const struct mk_route *route = place->route;
    const char *type =
        route->form != NULL ? "application/x-www-form-urlencoded" : "application/json";
    json_t *body = json_object_get(place->operation, "requestBody");

    body = mk_document_follow(document, body);
    if (route->form == NULL && route->body == NULL) {
        ck_assert_msg(body == NULL, "%s reads no body", place->name);
        return NULL;
    }
    json_t *content = json_object_get(body, "content");
    json_t *media = json_object_get(content, type);
    ck_assert_msg(media != NULL && json_object_size(content) == 1, "%s: the body is %s, only",
                  place->name, type);
    ck_assert_msg(json_is_true(json_object_get(body, "required")), "%s: the body is required",
                  place->name);
    return media;
}

static const struct mk_shape *body_shape(const struct mk_route *route)
{
    return route->form != NULL ? route->form : route->body;
}

START_TEST(bodies_equal_the_table)
{
    struct place place;
    json_t *media = find_place(_i, &place) ? find_media(&place) : NULL;

    if (media == NULL)
        return;
    const struct mk_shape *shape = body_shape(place.route);
    json_t *wanted = shape->name == NULL
                         ? mk_shape_schema(shape)
                         : json_pack("{s:s+}", "$ref", "#/components/schemas/", shape->name);
    mk_document_same(place.name, mk_document_bare(json_object_get(media, "schema")), wanted);
}
END_TEST

START_TEST(schemas_of_bodies_equal_the_tables)
{
    struct place place;
    json_t *wanted = json_object();
    const char *name;
    json_t *schema;

    if (find_place(_i, &place) && find_media(&place) != NULL)
        mk_shape_components(body_shape(place.route), wanted);
    json_object_foreach(wanted, name, schema) {
        char at[2 * MK_PLACE_SIZE];
        json_t *documented = mk_document_component(document, "schemas", name);
        MK_PLACE(at, "%s: components/schemas/%s", place.name, name);
        ck_assert_msg(documented != NULL, "%s is not there", at);
        mk_document_same(at, mk_document_bare(documented), json_incref(schema));
    }
    json_decref(wanted);
}
END_TEST

START_TEST(examples_of_bodies_pass_the_tables)
{
    static const struct mk_place body = { .key = "body" };
    struct place place;
    json_t *media = find_place(_i, &place) ? find_media(&place) : NULL;
    const char *name;
    json_t *example;

    json_object_foreach(json_object_get(media, "examples"), name, example) {
        struct mk_issues issues = { .list = NULL };
        json_t *value = json_object_get(mk_document_follow(document, example), "value");
        mk_shape_check(body_shape(place.route), value, &body, &issues);
        char *list = issues.list != NULL ? json_dumps(issues.list, 0) : NULL;
        ck_assert_msg(list == NULL, "%s: example %s: %s", place.name, name, list);
        mk_issues_done(&issues);
    }
}
END_TEST

/* --- Answers --- */

/* The one call that works on deleted links too, to bring them back. */
static bool takes_deleted(const struct mk_route *route)
{
    return route->handle == mk_sandbox_update_link;
}

/* Whether the steps before the handler can end a call on this route with this status. */
static bool has_status(const struct mk_route *route, const char *status)
{
    bool has_body = route->body != NULL || route->form != NULL;

    if (strcmp(status, "401") == 0)
        return route->access != MK_ACCESS_ANYONE || route->form != NULL;
    if (strcmp(status, "413") == 0)
        return has_body;
    if (strcmp(status, "422") == 0)
        return has_body || route->query != NULL || route->is_versioned;
    if (strcmp(status, "429") == 0)
        return route->per_link != 0 || route->per_user != 0 || route->per_client != 0;
    if (strcmp(status, "410") == 0)
        return route->names_link && !takes_deleted(route);
    if (strcmp(status, "403") == 0 || strcmp(status, "404") == 0)
        return route->names_link; /* a product that was not granted, no such link */
    return strcmp(status, "default") == 0;
}

START_TEST(answers_fit_the_route)
{
    static const char *const statuses[] = { "401", "403", "404", "410",
                                            "413", "422", "429", "default" };
    struct place place;

    if (!find_place(_i, &place))
        return;
    json_t *responses = json_object_get(place.operation, "responses");
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        ck_assert_msg(!has_status(place.route, statuses[i]) ||
                          json_object_get(responses, statuses[i]) != NULL,
                      "%s has no response %s", place.name, statuses[i]);
    }
}
END_TEST

/* --- Security --- */

#define CLIENT "{'bearer':[]},{'clientId':[],'clientSecret':[]}"

static const char *wanted_security(const struct mk_route *route)
{
    switch (route->access) {
    case MK_ACCESS_CLIENT:
        return "[" CLIENT "]";
    case MK_ACCESS_CONTROL:
        return "[" CLIENT ",{'adminToken':[]}]";
    case MK_ACCESS_ADMIN:
        return "[{'adminToken':[]}]";
    case MK_ACCESS_SESSION: /* of Connect's pages, which are not in the document */
    case MK_ACCESS_ANYONE:  /* the one form has credentials inside, or beside it */
        break;
    }
    return route->form != NULL ? "[{'basic':[]},{}]" : "[]";
}

START_TEST(security_equals_the_access_of_the_route)
{
    struct place place;

    if (!find_place(_i, &place))
        return;
    json_t *security = json_object_get(place.operation, "security");
    ck_assert_msg(security != NULL, "%s says nothing about security", place.name);
    mk_document_same(place.name, json_incref(security),
                     mk_document_json(wanted_security(place.route)));
}
END_TEST

Suite *openapi_suite(void)
{
    Suite *suite = suite_create("openapi");
    TCase *routes = tcase_create("each route");
    TCase *whole = tcase_create("the whole");
    int count = (int)mk_route_count;

    tcase_add_checked_fixture(routes, load, unload);
    tcase_add_loop_test(routes, every_route_is_an_operation, 0, count);
    tcase_add_loop_test(routes, path_parameters_equal_the_template, 0, count);
    tcase_add_loop_test(routes, query_parameters_equal_the_table, 0, count);
    tcase_add_loop_test(routes, header_parameters_equal_the_route, 0, count);
    tcase_add_loop_test(routes, bodies_equal_the_table, 0, count);
    tcase_add_loop_test(routes, schemas_of_bodies_equal_the_tables, 0, count);
    tcase_add_loop_test(routes, examples_of_bodies_pass_the_tables, 0, count);
    tcase_add_loop_test(routes, answers_fit_the_route, 0, count);
    tcase_add_loop_test(routes, security_equals_the_access_of_the_route, 0, count);
    suite_add_tcase(suite, routes);

    tcase_add_checked_fixture(whole, load, unload);
    tcase_add_test(whole, every_operation_is_a_route);
    suite_add_tcase(suite, whole);
    return suite;
}
