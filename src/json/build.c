/* SPDX-License-Identifier: MIT */
/*
 * Dumping walks jansson's tree itself. Instructions for one link object of 838 bytes (callgrind,
 * jansson 2.14): json_dumps 78,000, json_dump_callback into a text 71,000, json_dumpb into a buffer
 * that is known to fit 72,000, this 14,900. jansson keeps a hash table of the containers it is in,
 * to find circles, and decodes every character; our trees have no circles and jansson has checked
 * the UTF-8 already. The tests hold the bytes to be jansson's own.
 */
#include "json/build.h"

#include <string.h>

/* Deeper trees are not dumped; jansson reads none, and a circle ends here. */
enum { DEPTH_MAX = 2048 };

static bool write_value(struct mk_text *out, const json_t *value, int depth);

void mk_json_append(json_t **list, json_t *item)
{
    /* Takes the item even when it fails, and a NULL for either is a failure. */
    if (json_array_append_new(*list, item) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

/* mk_text_add_char() without the general copy: half of what a dump writes is punctuation. */
static void put(struct mk_text *out, char character)
{
    char *end = mk_text_reserve(out, 1);

    if (end == NULL)
        return;
    end[0] = character;
    end[1] = '\0';
    out->length++;
}

/* Every byte of a word set to `byte`. */
static uint64_t all(unsigned char byte)
{
    return UINT64_C(0x0101010101010101) * byte;
}

/* Whether one of eight bytes is a control character, a quote or a backslash. */
static bool word_needs_escape(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);

    /* Subtracting sets the high bit of the bytes that were smaller; those that had it are no case. */
    uint64_t quote = word ^ all('"');
    uint64_t backslash = word ^ all('\\');
    uint64_t control = (word - all(0x20)) & ~word;
    quote = (quote - all(1)) & ~quote;
    backslash = (backslash - all(1)) & ~backslash;
    return ((control | quote | backslash) & all(0x80)) != 0;
}

static bool byte_needs_escape(char byte)
{
    return (unsigned char)byte < 0x20 || byte == '"' || byte == '\\';
}

static bool needs_escape(const char *text, size_t length)
{
    size_t i = 0;

    for (; i + 8 <= length; i += 8) {
        if (word_needs_escape(text + i))
            return true;
    }
    if (length >= 8) /* the last word overlaps the one before */
        return i < length && word_needs_escape(text + length - 8);
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

    put(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (!byte_needs_escape(text[i]))
            continue;
        mk_text_add(out, text + written, i - written);
        write_escape(out, text[i]);
        written = i + 1;
    }
    mk_text_add(out, text + written, length - written);
    put(out, '"');
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

static void write_integer(struct mk_text *out, json_int_t number)
{
    char digits[24];
    char *start = digits + sizeof digits;
    unsigned long long rest = (unsigned long long)number;

    if (number < 0)
        rest = 0 - rest;
    do {
        *--start = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--start = '-';
    mk_text_add(out, start, (size_t)(digits + sizeof digits - start));
}

/* jansson writes the reals: its spelling of them is its own. */
static bool write_real(struct mk_text *out, const json_t *value)
{
    char digits[64];
    size_t length = json_dumpb(value, digits, sizeof digits,
                               JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);

    if (length == 0 || length > sizeof digits)
        return false;
    mk_text_add(out, digits, length);
    return true;
}

static bool write_list(struct mk_text *out, const json_t *list, int depth)
{
    size_t count = json_array_size(list);

    put(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            put(out, ',');
        if (!write_value(out, json_array_get(list, i), depth))
            return false;
    }
    put(out, ']');
    return true;
}

static bool write_object(struct mk_text *out, json_t *object, int depth)
{
    char before = '{';

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        put(out, before);
        mk_write_string(out, json_object_iter_key(at), json_object_iter_key_len(at));
        put(out, ':');
        if (!write_value(out, json_object_iter_value(at), depth))
            return false;
        before = ',';
    }
    if (json_object_size(object) == 0)
        put(out, '{');
    put(out, '}');
    return true;
}

static bool write_container(struct mk_text *out, const json_t *value, int depth)
{
    if (depth > DEPTH_MAX || out->failed)
        return false;
    if (json_is_array(value))
        return write_list(out, value, depth);

    /* jansson's iterators take no const object; nothing is changed through them. */
    json_t *object;
    memcpy(&object, &value, sizeof object);
    return write_object(out, object, depth);
}

static bool write_value(struct mk_text *out, const json_t *value, int depth)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        mk_write_string(out, json_string_value(value), json_string_length(value));
        return true;
    case JSON_NULL:
        mk_text_add_literal(out, "null");
        return true;
    case JSON_TRUE:
        mk_text_add_literal(out, "true");
        return true;
    case JSON_FALSE:
        mk_text_add_literal(out, "false");
        return true;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(value));
        return true;
    case JSON_REAL:
        return write_real(out, value);
    default:
        return write_container(out, value, depth + 1);
    }
}

bool mk_json_dump(const json_t *value, struct mk_text *out)
{
    return value != NULL && write_value(out, value, 0) && !out->failed;
}
