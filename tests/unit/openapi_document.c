/* SPDX-License-Identifier: MIT */
/* openapi.json holds together: references, words, examples, operation ids. */
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

/* --- References --- */

static void check_reference(json_t *node, const char *place, json_t *used)
{
    const char *target = text_of(node, "$ref");

    if (target[0] == '\0')
        return;
    ck_assert_msg(mk_document_follow(document, node) != NULL, "%s: %s leads nowhere", place,
                  target);
    add_to_set(used, target);
}

/* Everything below node; what is referred to is collected in `used`. */
static void walk(json_t *node, const char *place, json_t *used)
{
    char at[MK_PLACE_SIZE];
    const char *key;
    size_t index;
    json_t *child;

    check_reference(node, place, used);
    json_object_foreach(node, key, child) {
        MK_PLACE(at, "%s/%s", place, key);
        walk(child, at, used);
    }
    json_array_foreach(node, index, child) {
        MK_PLACE(at, "%s/%zu", place, index);
        walk(child, at, used);
    }
}

static void expect_used(json_t *used, const char *kind)
{
    json_t *components = json_object_get(document, "components");
    const char *name;
    json_t *component;

    json_object_foreach(json_object_get(components, kind), name, component) {
        char target[MK_PLACE_SIZE];
        MK_PLACE(target, "#/components/%s/%s", kind, name);
        ck_assert_msg(json_object_get(used, target) != NULL, "nothing refers to %s", target);
    }
}

START_TEST(every_reference_resolves_and_nothing_is_left_over)
{
    json_t *used = json_object();

    walk(document, "#", used);
    expect_used(used, "parameters");
    expect_used(used, "headers");
    expect_used(used, "schemas");
    expect_used(used, "responses");
    expect_used(used, "examples");
    json_decref(used);
}
END_TEST

/* --- Words and examples --- */

static void expect_text(const json_t *object, const char *key, const char *place)
{
    ck_assert_msg(text_of(object, key)[0] != '\0', "%s has no %s", place, key);
}

static bool is_tag(const char *name)
{
    size_t index;
    json_t *tag;

    json_array_foreach(json_object_get(document, "tags"), index, tag) {
        if (strcmp(text_of(tag, "name"), name) == 0)
            return true;
    }
    return false;
}

static void expect_examples(json_t *content, const char *place)
{
    const char *name;
    const char *type;
    json_t *media;
    json_t *example;

    json_object_foreach(content, type, media) {
        json_t *examples = json_object_get(media, "examples");
        ck_assert_msg(json_object_get(media, "schema") != NULL, "%s: %s without schema", place,
                      type);
        ck_assert_msg(json_object_size(examples) > 0, "%s: %s without example", place, type);
        json_object_foreach(examples, name, example) {
            json_t *target = mk_document_follow(document, example);
            ck_assert_msg(json_object_get(target, "value") != NULL, "%s: example %s has no value",
                          place, name);
            expect_text(target, "summary", name);
        }
    }
}

/* At least one, and each is listed. */
static void expect_tags(const json_t *operation, const char *place)
{
    json_t *tags = json_object_get(operation, "tags");
    size_t index;
    json_t *tag;

    ck_assert_msg(json_array_size(tags) > 0, "%s has no tag", place);
    json_array_foreach(tags, index, tag)
        ck_assert_msg(is_tag(json_string_value(tag)), "%s: tag %zu is not listed", place, index);
}

/* A reply has JSON, or is a stream of events, except 204; returns whether it is a success. */
static bool check_response(json_t *response, const char *status, const char *place)
{
    json_t *content = json_object_get(response, "content");
    bool has_json = json_object_get(content, "application/json") != NULL;
    bool is_stream = json_object_get(content, "text/event-stream") != NULL;

    expect_text(response, "description", place);
    ck_assert_msg((has_json != is_stream) == (strcmp(status, "204") != 0), "%s: application/json",
                  place);
    expect_examples(content, place);
    return status[0] == '2';
}

static void check_operation(json_t *operation, const char *place, const char *method,
                            const char *path, void *context)
{
    json_t *body = mk_document_follow(document, json_object_get(operation, "requestBody"));
    bool has_success = false;
    size_t index;
    const char *status;
    json_t *node;

    (void)method;
    (void)path;
    (void)context;
    expect_text(operation, "summary", place);
    expect_text(operation, "description", place);
    expect_tags(operation, place);
    json_array_foreach(json_object_get(operation, "parameters"), index, node)
        expect_text(mk_document_follow(document, node), "description", place);
    expect_examples(json_object_get(body, "content"), place);
    json_object_foreach(json_object_get(operation, "responses"), status, node) {
        char at[MK_PLACE_SIZE];
        MK_PLACE(at, "%s: %s", place, status);
        has_success |= check_response(mk_document_follow(document, node), status, at);
    }
    ck_assert_msg(has_success, "%s never succeeds", place);
}

START_TEST(every_operation_has_words_and_examples)
{
    mk_document_each(document, check_operation, NULL);
}
END_TEST

START_TEST(every_schema_has_a_description)
{
    const char *name;
    json_t *schema;

    json_object_foreach(json_object_get(json_object_get(document, "components"), "schemas"), name,
                        schema)
        expect_text(schema, "description", name);
}
END_TEST

static void check_id(json_t *operation, const char *place, const char *method, const char *path,
                     void *context)
{
    const char *id = text_of(operation, "operationId");

    (void)method;
    (void)path;
    expect_text(operation, "operationId", place);
    ck_assert_msg(json_object_get(context, id) == NULL, "%s: operationId %s stands twice", place,
                  id);
    add_to_set(context, id);
}

START_TEST(no_operation_id_stands_twice)
{
    json_t *seen = json_object();

    mk_document_each(document, check_id, seen);
    json_decref(seen);
}
END_TEST

Suite *openapi_document_suite(void)
{
    Suite *suite = suite_create("openapi_document");
    TCase *sound = tcase_create("sound");

    tcase_add_checked_fixture(sound, load, unload);
    tcase_add_test(sound, every_reference_resolves_and_nothing_is_left_over);
    tcase_add_test(sound, every_operation_has_words_and_examples);
    tcase_add_test(sound, every_schema_has_a_description);
    tcase_add_test(sound, no_operation_id_stands_twice);
    suite_add_tcase(suite, sound);
    return suite;
}
