/* SPDX-License-Identifier: MIT */
/*
 * Every error that openapi.json documents for one of MoneyKit's operations, caused by a fault rule:
 * the operation's own answers, and of those that "default" stands for the ones that come from below
 * the operations. tests/contract holds what came to the document.
 */
#include "api/tests.h"

#include "api/errors.h"
#include "api/faults.h"
#include "base/memory.h"
#include "support/document.h"

#include <stdlib.h>
#include <string.h>

struct forcing {
    struct client *client;
    const char *link;
    json_t *document;
    json_t *operation;
    const struct mk_route *route;
    size_t forced;
};

static struct client *setter; /* makes the rules: a call of the operation is the other's */

/* Path values: a link where one is named, else an institution's id, which does for the others. */
static char *target_of(const struct forcing *forcing)
{
    struct mk_text target = MK_TEXT(512);
    const char *rest = forcing->route->path;

    for (const char *brace; (brace = strchr(rest, '{')) != NULL;) {
        bool is_first = strchr(forcing->route->path, '{') == brace;
        mk_text_add(&target, rest, (size_t)(brace - rest));
        mk_text_add_text(&target, is_first && forcing->route->names_link ? forcing->link : "chase");
        rest = strchr(brace, '}') + 1;
    }
    mk_text_add_text(&target, rest);
    return mk_text_steal(&target);
}

/* The document's first example of a body, as text to free; NULL when there is none. */
static char *body_of(const struct forcing *forcing)
{
    const json_t *body = json_object_get(forcing->operation, "requestBody");
    const json_t *media = json_object_get(json_object_get(body, "content"), "application/json");
    const char *name;
    json_t *example;

    json_object_foreach(json_object_get(media, "examples"), name, example) {
        json_t *value = json_object_get(mk_document_follow(forcing->document, example), "value");
        return json_dumps(value, JSON_COMPACT);
    }
    return NULL;
}

static const struct reply *call_operation(const struct forcing *forcing)
{
    static char form[] = "client_id=alice&client_secret=secret-of-alice";
    bool has_form = forcing->route->form != NULL;
    char *target = target_of(forcing);
    char *body = body_of(forcing);
    const char *type = has_form       ? "Content-Type: application/x-www-form-urlencoded"
                       : body != NULL ? "Content-Type: application/json"
                                      : NULL;
    const struct reply *reply =
        CALL(forcing->client, .method = mk_method_name(forcing->route->method), .target = target,
             .body = has_form ? form : body, .anonymous = has_form, .headers = { type });

    free(body);
    free(target);
    return reply;
}

static void expect_headers(const struct reply *reply, json_t *response)
{
    const char *name;
    const json_t *header;

    json_object_foreach(json_object_get(response, "headers"), name, header)
        require(header_of(reply, name) != NULL, "%u without %s: %s", reply->status, name,
                reply->body);
}

static void force(struct forcing *forcing, json_t *response, unsigned status, const char *code)
{
    const struct reply *rule =
        post(setter, "/sandbox/faults",
             "{'operation': '%s', 'status': %u, 'error_code': '%s', 'count': 1}",
             forcing->route->operation, status, code);

    expect_status(rule, 201);
    under_test.is_forced = true;
    const struct reply *reply = call_operation(forcing);
    under_test.is_forced = false;
    require(reply->status == status, "%s %u %s: got %u %s", forcing->route->operation, status, code,
            reply->status, reply->body);
    expect_error(reply, status, code);
    expect_headers(reply, response);
    forcing->forced++;
    client_forget(forcing->client);
}

/* What "default" covers at an operation: requests that come so far have a path and a method. */
static unsigned status_below(const struct forcing *forcing, const char *code)
{
    const unsigned status = mk_error_with_code(code)->status;
    const json_t *responses = json_object_get(forcing->operation, "responses");
    char key[8];

    snprintf(key, sizeof(key), "%u", status);
    bool is_below = status == 400 || status == 431 || status == 500;
    return is_below && json_object_get(responses, key) == NULL ? status : 0;
}

/* Every error_code of a schema, which is one error or any of some. */
static void force_schema(struct forcing *forcing, json_t *response, unsigned status, json_t *node)
{
    json_t *schema = mk_document_follow(forcing->document, node);
    const json_t *code = json_object_get(json_object_get(schema, "properties"), "error_code");
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(schema, "anyOf"), i, item)
        force_schema(forcing, response, status, item);
    json_array_foreach(json_object_get(code, "enum"), i, item) {
        const char *name = json_string_value(item);
        require(mk_error_with_code(name) != NULL, "no error has the code %s", name);
        unsigned wanted = status != 0 ? status : status_below(forcing, name);
        if (wanted != 0)
            force(forcing, response, wanted, name);
    }
}

static void force_all(struct forcing *forcing)
{
    const char *key;
    json_t *node;
    size_t before = forcing->forced;

    json_object_foreach(json_object_get(forcing->operation, "responses"), key, node) {
        json_t *response = mk_document_follow(forcing->document, node);
        json_t *media = json_object_get(json_object_get(response, "content"), "application/json");
        if (key[0] != '2')
            force_schema(forcing, response, (unsigned)strtoul(key, NULL, 10),
                         json_object_get(media, "schema"));
    }
    require(forcing->forced > before, "%s documents no error", forcing->route->operation);
}

START_TEST(forced__every_documented_error)
{
    struct forcing forcing = { .client = signed_in("alice"), .document = mk_document_load() };
    size_t operations = 0;

    setter = signed_in("alice");
    forcing.link = text_at(connected_link(setter, NONE), "link_id");
    for (size_t i = 0; i < mk_route_count; i++) {
        forcing.route = &mk_routes[i];
        if (!mk_fault_applies(forcing.route))
            continue;
        forcing.operation = mk_document_operation(
            forcing.document, mk_method_name(forcing.route->method), forcing.route->path);
        require(forcing.operation != NULL, "%s is not in the document", forcing.route->operation);
        force_all(&forcing);
        operations++;
    }
    ck_assert_uint_eq(operations, 28);
    ck_assert_uint_ge(forcing.forced, 200);
    expect_status(get(setter, "/links/%s", forcing.link), 200); /* no rule is left, nothing broke */
    json_decref(forcing.document);
}
END_TEST

/* Each error has its own status and sentence without being told. */
START_TEST(forced__defaults_of_every_code)
{
    struct client *client = signed_in("alice");

    for (int err = MK_INTERNAL; err < MK_HOST_FORBIDDEN; err++) {
        const struct mk_error_row *row = mk_error_row((enum mk_err)err);
        const struct reply *rule =
            post(client, "/sandbox/faults", "{'error_code': '%s'}", row->code);
        expect_status(rule, 201);
        ck_assert_str_eq(text_at(rule, "error_code"), row->code);
        if (mk_error_with_code(row->code) != row)
            continue; /* it shares its code */
        expect_value(rule, "status", "%u", row->status);
        ck_assert_str_eq(text_at(rule, "error_message"), row->message);
    }
}
END_TEST

static const struct {
    const char *operation;
    unsigned status;
    const char *code;
} statuses[] = {
    { "get_link", 404, "link_error.not_found" },
    { "get_institution", 404, "institution_error.not_found" },
    { "get_accounts", 403, "link_error.forbidden_action" },
    { "create_link_session", 403, "link_session_error.forbidden_config" },
    { "get_links", 401, "api_error.auth.unauthorized" },
    { "get_link", 410, "link_error.deleted" },
    { "get_link", 422, "api_error.request.validation_failed" },
    { "get_links", 429, "api_error.rate_limit_exceeded" },
    { "get_links", 500, "api_error.internal" },
    { "get_links", 503, "api_error.unavailable" },
};

START_TEST(forced__code_of_a_status)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(statuses); i++) {
        const struct reply *reply =
            post(client, "/sandbox/faults", "{'operation': '%s', 'status': %u}",
                 statuses[i].operation, statuses[i].status);
        expect_status(reply, 201);
        expect_value(reply, "status", "%u", statuses[i].status);
        expect_value(reply, "error_code", "'%s'", statuses[i].code);
    }
}
END_TEST

void forced_errors_tests(TCase *tcase)
{
    tcase_add_test(tcase, forced__every_documented_error);
    tcase_add_test(tcase, forced__defaults_of_every_code);
    tcase_add_test(tcase, forced__code_of_a_status);
}
