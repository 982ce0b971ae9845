/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a body that the journal keeps. Where they are JSON, the masked text is the JSON that a
 * second implementation, over jansson's tree, makes of it; whatever they are, it is UTF-8, fits,
 * and nothing is read or written beyond.
 */
#include "json/mask.h"

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "json/build.h"
#include "support/mask_shape.h"

#include <stdlib.h>
#include <string.h>

static json_t *expected(const struct mk_field *field, const json_t *value);

static const struct mk_field *find(const struct mk_shape *shape, const char *name)
{
    for (size_t i = 0; shape != NULL && i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

static bool is_word(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.[]";
    size_t length = strlen(name);

    return length > 0 && length <= 40 && strspn(name, letters) == length;
}

static json_t *expected_object(const struct mk_shape *shape, const json_t *value)
{
    json_t *masked = json_object();
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)value, key, member) {
        const struct mk_field *field = find(shape, key);
        const char *name = field != NULL || is_word(key) ? key : "***";
        mk_json_set(&masked, name, expected(field, member));
    }
    return masked;
}

static json_t *expected_list(const struct mk_field *item, const json_t *value)
{
    json_t *masked = json_array();

    for (size_t i = 0; i < json_array_size(value); i++)
        mk_json_append(&masked, expected(item, json_array_get(value, i)));
    return masked;
}

static json_t *expected(const struct mk_field *field, const json_t *value)
{
    if (field == NULL || field->is_secret)
        return json_string("***");
    if (json_is_object(value))
        return expected_object(field->type == MK_OBJECT ? field->shape : NULL, value);
    if (json_is_array(value))
        return expected_list(field->type == MK_LIST ? field->item : NULL, value);
    if ((field->type == MK_OBJECT || field->type == MK_LIST) && !json_is_null(value))
        return json_string("***");
    return json_incref((json_t *)value);
}

static bool is_cut(const char *out, size_t length)
{
    return length >= 3 && strcmp(out + length - 3, "...") == 0;
}

/* A name with an escape in it is another one to the mask, which reads no escapes: less is shown. */
static void check_json(const char *text, size_t length, const char *out, size_t out_length)
{
    const struct mk_field whole = { .type = MK_OBJECT, .shape = &mask_shape };
    json_t *value = json_loadb(text, length, JSON_DECODE_ANY, NULL);

    if (value == NULL || is_cut(out, out_length) || memchr(text, '\\', length) != NULL) {
        json_decref(value);
        return;
    }
    json_t *masked = json_loadb(out, out_length, JSON_DECODE_ANY, NULL);
    json_t *wanted = expected(&whole, value);
    FUZZ_REQUIRE(masked != NULL);
    FUZZ_REQUIRE(json_equal(masked, wanted));
    json_decref(wanted);
    json_decref(masked);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = size == 0 ? 0 : (size_t)data[0] * 16;
    size_t length = size == 0 ? 0 : size - 1;
    char *text = malloc(length + (length == 0)); /* exact, so that a step beyond is seen */
    char *out = malloc(room + (room == 0));

    if (length > 0)
        memcpy(text, data + 1, length);
    for (int is_form = 0; is_form < 2; is_form++) {
        size_t written = is_form ? mk_mask_form(&mask_shape, text, length, out, room)
                                 : mk_mask_json(&mask_shape, text, length, out, room);
        FUZZ_REQUIRE(room == 0 ? written == 0 : written < room && out[written] == '\0');
        FUZZ_REQUIRE(mk_is_utf8(out, written));
        if (!is_form && room > 0)
            check_json(text, length, out, written);
    }
    free(text);
    free(out);
    return 0;
}
