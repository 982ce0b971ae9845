/* SPDX-License-Identifier: MIT */
/* Bytes as a query string: reading, checking, the list of problems. */
#include "json/build.h"
#include "json/form.h"

#include "fuzz/fuzz.h"
#include "support/rich_shape.h"

static void require_writable(const json_t *value)
{
    struct mk_text text = MK_TEXT((size_t)1 << 26);

    FUZZ_REQUIRE(mk_json_dump(value, &text));
    FUZZ_REQUIRE(mk_is_utf8(text.bytes, text.length));
    json_t *again = json_loadb(text.bytes, text.length, 0, NULL);
    FUZZ_REQUIRE(again != NULL);
    json_decref(again);
    mk_text_done(&text);
}

/* Only what rows name is there, whatever has a fallback is, and lists are lists. */
static void require_rows(const json_t *object)
{
    size_t known = 0;

    for (size_t i = 0; i < rich_form.count; i++) {
        const struct mk_field *field = &rich_form.fields[i];
        const json_t *value = json_object_get(object, field->name);

        known += value != NULL;
        FUZZ_REQUIRE(value != NULL || field->fallback == NULL);
        FUZZ_REQUIRE(value == NULL || json_is_array(value) == (field->type == MK_LIST));
        FUZZ_REQUIRE(json_array_size(value) <= MK_FORM_VALUES_MAX);
    }
    FUZZ_REQUIRE(known == json_object_size(object));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mk_place query = { .key = "query" };
    struct mk_issues issues = { 0 };
    json_t *object = mk_form_read(&rich_form, (const char *)data, size, "query", &issues);

    FUZZ_REQUIRE(object != NULL && !issues.failed);
    require_rows(object);
    require_writable(object);
    mk_shape_check(&rich_form, object, &query, &issues);
    if (!mk_issues_any(&issues)) {
        FUZZ_REQUIRE(json_is_string(json_object_get(object, "name")));
        FUZZ_REQUIRE(json_integer_value(json_object_get(object, "page")) >= 1);
        FUZZ_REQUIRE(json_is_boolean(json_object_get(object, "featured")));
    }
    json_t *problems = mk_issues_steal(&issues);
    FUZZ_REQUIRE(problems != NULL && json_array_size(problems) <= MK_ISSUES_MAX);
    require_writable(problems);
    json_decref(problems);
    json_decref(object);
    return 0;
}
