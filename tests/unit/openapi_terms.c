/* SPDX-License-Identifier: MIT */
/* The enums, version, security schemes and errors of openapi.json are those of the tables. */
#include "api/access.h"
#include "api/errors.h"
#include "control/filter.h"
#include "core/categories.h"
#include "core/deliveries.h"
#include "core/faults.h"
#include "core/terms.h"
#include "support/document.h"
#include "unit/suites.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *document;

static void load(void)
{
    document = mk_document_load();
}

static void unload(void)
{
    json_decref(document);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

static void add_to_set(json_t *set, const char *key)
{
    if (json_object_set_new(set, key, json_true()) != 0)
        abort();
}

/* --- Terms --- */

static const struct {
    const char *schema;
    const char *const *names;
} enums[] = {
    { "Product", mk_product_names },
    { "Provider", mk_provider_names },
    { "Country", mk_country_names },
    { "PublicLinkState", mk_link_state_names },
    { "PublicLinkError", mk_link_error_names },
    { "LinkProductError", mk_product_error_names },
    { "TransactionType", mk_transaction_type_names },
    { "TransactionTypeFilter", mk_transaction_type_names },
    { "BudPrimaryCategory", mk_category_names },
    { "BudSubcategory", mk_subcategory_names },
    { "WebhookLinkTestEvent", mk_test_event_names },
    { "LinkProductState", mk_product_state_names },
    { "SandboxWebhookEvent", mk_notice_names },
    { "SandboxDeliveryState", mk_delivery_state_names },
    { "SandboxHostility", mk_hostility_names },
    { "PhoneNumberType", mk_phone_type_names },
    { "SandboxProductState", mk_product_state_names },
    { "SandboxFaultAction", mk_fault_action_names },
    { "SandboxFaultLinkError", mk_fault_link_error_names },
    { "SandboxTimestamps", mk_time_style_names },
    { "SandboxClockKind", mk_clock_kind_names },
    { "SandboxRateLimits", mk_rate_limit_names },
    { "SandboxMethod", mk_request_method_names },
    { "SandboxInclude", mk_request_include_names },
    { "SandboxWaitFor", mk_wait_kind_names },
};

enum { ENUM_COUNT = sizeof(enums) / sizeof(enums[0]) };

START_TEST(enums_equal_the_term_tables)
{
    const char *name = enums[_i].schema;
    const json_t *schema = mk_document_component(document, "schemas", name);
    json_t *wanted = json_pack("{s:s, s:[]}", "type", "string", "enum");

    for (const char *const *term = enums[_i].names; *term != NULL; term++)
        json_array_append_new(json_object_get(wanted, "enum"), json_string(*term));
    ck_assert_msg(schema != NULL, "components/schemas/%s is not there", name);
    mk_document_same(name, mk_document_bare(schema), wanted);
}
END_TEST

START_TEST(every_enum_has_a_table)
{
    const char *name;
    json_t *schema;

    json_object_foreach(json_object_get(json_object_get(document, "components"), "schemas"), name,
                        schema) {
        bool known = json_object_get(schema, "enum") == NULL;
        for (size_t i = 0; i < ENUM_COUNT; i++)
            known |= strcmp(enums[i].schema, name) == 0;
        ck_assert_msg(known, "components/schemas/%s is compared with no table", name);
    }
}
END_TEST

START_TEST(version_is_the_one_that_is_checked)
{
    json_t *parameter = mk_document_component(document, "parameters", "MoneyKitVersion");

    ck_assert_str_eq(text_of(json_object_get(document, "info"), "version"), MK_API_VERSION);
    ck_assert_int_eq(mk_header_read(text_of(parameter, "name")), MK_HEADER_VERSION);
    mk_document_same("parameters/MoneyKitVersion",
                     mk_document_bare(json_object_get(parameter, "schema")),
                     json_pack("{s:s, s:[s], s:s}", "type", "string", "enum", MK_API_VERSION,
                               "default", MK_API_VERSION));
}
END_TEST

START_TEST(security_schemes_are_the_ones_that_are_read)
{
    static const char wanted[] =
        "{'bearer':{'type':'http','scheme':'bearer'},'basic':{'type':'http','scheme':'basic'},"
        "'clientId':{'type':'apiKey','in':'header','name':'X-Client-Id'},"
        "'clientSecret':{'type':'apiKey','in':'header','name':'X-Client-Secret'},"
        "'adminToken':{'type':'http','scheme':'bearer'}}";
    json_t *schemes = json_object_get(json_object_get(document, "components"), "securitySchemes");

    mk_document_same("securitySchemes", mk_document_bare(schemes), mk_document_json(wanted));
    ck_assert_int_eq(mk_header_read("X-Client-Id"), MK_HEADER_CLIENT_ID);
    ck_assert_int_eq(mk_header_read("X-Client-Secret"), MK_HEADER_CLIENT_SECRET);
}
END_TEST

/* --- Errors --- */

/* Whether a row has this code and, `default` aside, this status. */
static bool has_row(const char *status, const char *code)
{
    for (int i = MK_OK + 1; i < MK_ERR_COUNT; i++) {
        const struct mk_error_row *row = mk_error_row((enum mk_err)i);
        char number[16];
        MK_PLACE(number, "%u", row->status);
        if (strcmp(row->code, code) == 0 &&
            (strcmp(status, "default") == 0 || strcmp(status, number) == 0))
            return true;
    }
    return false;
}

/* The error codes that a schema allows: one, or one of each member of its anyOf. */
static void collect_codes(json_t *schema, json_t *codes)
{
    size_t index;
    json_t *member;

    schema = mk_document_follow(document, schema);
    json_array_foreach(json_object_get(schema, "anyOf"), index, member)
        collect_codes(member, codes);
    json_t *code = json_object_get(json_object_get(schema, "properties"), "error_code");
    const char *only = json_string_value(json_array_get(json_object_get(code, "enum"), 0));
    if (only != NULL)
        add_to_set(codes, only);
}

/* "STATUS CODE" of every example is added to `pairs`, and is one that a row has. */
static void check_error(json_t *response, const char *status, const char *place, json_t *pairs)
{
    json_t *media = json_object_get(json_object_get(response, "content"), "application/json");
    json_t *shown = json_object();
    json_t *allowed = json_object();
    const char *name;
    json_t *example;

    json_object_foreach(json_object_get(media, "examples"), name, example) {
        json_t *value = json_object_get(mk_document_follow(document, example), "value");
        const char *code = text_of(value, "error_code");
        char pair[MK_PLACE_SIZE];
        MK_PLACE(pair, "%s %s", status, code);
        ck_assert_msg(has_row(status, code), "%s: no row of api/errors.c has %s", place, pair);
        add_to_set(pairs, pair);
        add_to_set(shown, code);
    }
    collect_codes(json_object_get(media, "schema"), allowed);
    mk_document_same(place, shown, allowed);
}

static void check_errors(json_t *operation, const char *place, const char *method, const char *path,
                         void *context)
{
    const char *status;
    json_t *response;

    (void)method;
    (void)path;
    json_object_foreach(json_object_get(operation, "responses"), status, response) {
        char at[MK_PLACE_SIZE];
        MK_PLACE(at, "%s: %s: codes of the examples and of the schema", place, status);
        if (status[0] != '2')
            check_error(mk_document_follow(document, response), status, at, context);
    }
}

START_TEST(errors_equal_the_error_table)
{
    json_t *pairs = json_object();

    mk_document_each(document, check_errors, pairs);
    for (int i = MK_INTERNAL; i < MK_ERR_COUNT; i++) { /* those before have no face */
        const struct mk_error_row *row = mk_error_row((enum mk_err)i);
        char exact[MK_PLACE_SIZE];
        char loose[MK_PLACE_SIZE];
        MK_PLACE(exact, "%u %s", row->status, row->code);
        MK_PLACE(loose, "default %s", row->code);
        ck_assert_msg(json_object_get(pairs, exact) != NULL ||
                          json_object_get(pairs, loose) != NULL,
                      "%s is in no example of openapi.json", exact);
    }
    json_decref(pairs);
}
END_TEST

Suite *openapi_terms_suite(void)
{
    Suite *suite = suite_create("openapi_terms");
    TCase *tables = tcase_create("tables");

    tcase_add_checked_fixture(tables, load, unload);
    tcase_add_loop_test(tables, enums_equal_the_term_tables, 0, ENUM_COUNT);
    tcase_add_test(tables, every_enum_has_a_table);
    tcase_add_test(tables, version_is_the_one_that_is_checked);
    tcase_add_test(tables, security_schemes_are_the_ones_that_are_read);
    tcase_add_test(tables, errors_equal_the_error_table);
    suite_add_tcase(suite, tables);
    return suite;
}
