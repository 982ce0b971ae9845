/* SPDX-License-Identifier: MIT */
#include "json/build.h"

#include <string.h>

void mk_json_append(json_t **list, json_t *item)
{
    /* Takes the item even when it fails, and a NULL for either is a failure. */
    if (json_array_append_new(*list, item) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

void mk_json_set(json_t **object, const char *key, json_t *item)
{
    if (json_object_set_new(*object, key, item) == 0)
        return;
    json_decref(*object);
    *object = NULL;
}

static bool byte_needs_escape(char byte)
{
    return (unsigned char)byte < 0x20 || byte == '"' || byte == '\\';
}

static bool needs_escape(const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && !byte_needs_escape(text[i]))
        i++;
    return i < length;
}

static void write_escape(struct mk_text *out, char byte)
{
    static const char letters[0x80] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',  ['\r'] = 'r',
        ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\',
    };
    char letter = letters[(unsigned char)byte];

    if (letter != 0)
        mk_text_add(out, (const char[]){ '\\', letter }, 2);
    else
        mk_text_print(out, "\\u%04X", (unsigned)(unsigned char)byte);
}

static void write_escaped(struct mk_text *out, const char *text, size_t length)
{
    size_t written = 0;

    mk_text_add_char(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (!byte_needs_escape(text[i]))
            continue;
        mk_text_add(out, text + written, i - written);
        write_escape(out, text[i]);
        written = i + 1;
    }
    mk_text_add(out, text + written, length - written);
    mk_text_add_char(out, '"');
}

void mk_write_string(struct mk_text *out, const char *text, size_t length)
{
    if (needs_escape(text, length)) {
        write_escaped(out, text, length);
        return;
    }

    char *end = mk_text_reserve(out, length + 2);
    if (end == NULL)
        return;
    end[0] = '"';
    memcpy(end + 1, text, length);
    end[length + 1] = '"';
    end[length + 2] = '\0';
    out->length += length + 2;
}

static int add_piece(const char *bytes, size_t length, void *out)
{
    mk_text_add(out, bytes, length);
    return 0;
}

/* Into a text by callback: cheaper than json_dumps(), and no guess at the size is needed. */
bool mk_json_dump(const json_t *value, struct mk_text *out)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY;

    return json_dump_callback(value, add_piece, out, flags) == 0 && !out->failed;
}
