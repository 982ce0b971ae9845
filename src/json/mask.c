/* SPDX-License-Identifier: MIT */
#include "json/mask.h"

#include "base/text.h"

#include <stdint.h>

/* Deeper values are cut off; names of members that nobody declared are shown up to this length. */
enum { DEPTH_MAX = 32, NAME_MAX_SHOWN = 40 };

#define MASK "***"
#define QUOTED_MASK "\"***\""
#define CUT "..."

struct mask {
    const char *at;
    const char *end;
    char *out;
    size_t length;
    size_t safe; /* what is written so far is whole */
    size_t room; /* without what CUT and the NUL need */
    char bits;   /* all bytes of texts that are shown, together */
};

/* Part of a JSON text: neither a quotation mark nor an escape nor a control character. */
static bool is_plain(char byte)
{
    return byte != '"' && byte != '\\' && (unsigned char)byte >= 0x20;
}

static inline bool put(struct mask *mask, const char *bytes, size_t length)
{
    if (length > mask->room - mask->length)
        return false;
    memcpy(mask->out + mask->length, bytes, length);
    mask->length += length;
    return true;
}

static inline bool put_char(struct mask *mask, char byte)
{
    if (mask->length == mask->room)
        return false;
    mask->out[mask->length++] = byte;
    return true;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* The first byte that is no space; NUL at the end. */
static inline char skip_space(struct mask *mask)
{
    for (; mask->at < mask->end; mask->at++) {
        char byte = *mask->at;
        if (byte > ' ' || !is_space(byte))
            return byte;
    }
    return '\0';
}

/* Takes a text with its quotation marks. */
static bool take_string(struct mask *mask, const char **ret_text, size_t *ret_length)
{
    const char *start = mask->at;
    const char *at = start + 1;

    for (; at < mask->end && *at != '"'; at++) {
        if (is_plain(*at))
            continue;
        if (*at != '\\' || ++at == mask->end)
            return false;
    }
    if (at >= mask->end)
        return false;
    mask->at = at + 1;
    *ret_text = start;
    *ret_length = (size_t)(mask->at - start);
    return true;
}

static void note_bits(struct mask *mask, const char *bytes, size_t length)
{
    while (length-- > 0)
        mask->bits |= *bytes++;
}

static bool copy_string(struct mask *mask)
{
    const char *text;
    size_t length;

    if (!take_string(mask, &text, &length))
        return false;
    note_bits(mask, text, length);
    return put(mask, text, length);
}

/* A number, true, false or null. */
static size_t literal_length(const struct mask *mask)
{
    static const char *const words[] = { "true", "false", "null" };
    size_t left = (size_t)(mask->end - mask->at);
    size_t length = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t size = strlen(words[i]);
        if (size <= left && memcmp(mask->at, words[i], size) == 0)
            return size;
    }
    while (length < left && memchr("+-.0123456789eE", mask->at[length], 15) != NULL)
        length++;
    return length;
}

static bool copy_literal(struct mask *mask)
{
    size_t length = literal_length(mask);
    const char *start = mask->at;

    mask->at += length;
    return length > 0 && put(mask, start, length);
}

/*
 * A text that is not copied as it is: only its end matters, which is the first quotation mark
 * without a backslash before it, unless that is itself escaped: then it is looked at closely.
 */
static bool take_quickly(struct mask *mask, const char **ret_text, size_t *ret_length)
{
    const char *start = mask->at;
    const char *quote = memchr(start + 1, '"', (size_t)(mask->end - start - 1));

    if (quote == NULL)
        return false;
    if (quote[-1] == '\\')
        return take_string(mask, ret_text, ret_length);
    *ret_text = start;
    *ret_length = (size_t)(quote + 1 - start);
    mask->at = quote + 1;
    return true;
}

static bool skip_string(struct mask *mask)
{
    const char *text;
    size_t length;

    return take_quickly(mask, &text, &length);
}

/* A whole object or list, whatever is in it. */
static bool skip_nested(struct mask *mask)
{
    size_t depth = 0;

    do {
        char byte = skip_space(mask);
        if (byte == '\0')
            return false;
        if (byte == '"') {
            if (!skip_string(mask))
                return false;
            continue;
        }
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        mask->at++;
    } while (depth > 0);
    return true;
}

static bool hide(struct mask *mask)
{
    char first = skip_space(mask);
    bool is_whole;

    if (first == '"')
        is_whole = skip_string(mask);
    else if (first == '{' || first == '[')
        is_whole = skip_nested(mask);
    else {
        size_t length = literal_length(mask);
        mask->at += length;
        is_whole = length > 0;
    }
    return is_whole && put(mask, QUOTED_MASK, strlen(QUOTED_MASK));
}

static bool show(struct mask *mask, const struct mk_field *field, int depth);

static const struct mk_field *find_field(const struct mk_shape *shape, const char *name,
                                         size_t length)
{
    for (size_t i = 0; shape != NULL && i < shape->count; i++) {
        const char *own = shape->fields[i].name;
        if (strlen(own) == length && memcmp(own, name, length) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

/* Like a misspelt word, and unlike a secret that got into the wrong place. */
static bool is_showable_name(const char *name, size_t length)
{
    if (length == 0 || length > NAME_MAX_SHOWN)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');
        if (!is_letter && memchr("_-.[]", name[i], 5) == NULL)
            return false;
    }
    return true;
}

static bool mask_member(struct mask *mask, const struct mk_shape *shape, int depth)
{
    const char *quoted;
    size_t length;

    if (skip_space(mask) != '"' || !take_quickly(mask, &quoted, &length))
        return false;
    const struct mk_field *field = find_field(shape, quoted + 1, length - 2);
    bool is_shown = field != NULL || is_showable_name(quoted + 1, length - 2);
    if (skip_space(mask) != ':')
        return false;
    mask->at++;
    if (!(is_shown ? put(mask, quoted, length) : put(mask, QUOTED_MASK, strlen(QUOTED_MASK))))
        return false;
    return put_char(mask, ':') && (field == NULL ? hide(mask) : show(mask, field, depth));
}

/* An object or a list, by what stands for its members or items. */
static bool mask_nested(struct mask *mask, const struct mk_shape *shape,
                        const struct mk_field *item, int depth)
{
    bool is_object = *mask->at == '{';
    const char closing = is_object ? '}' : ']';

    if (depth == DEPTH_MAX || !put_char(mask, *mask->at++))
        return false;
    mask->safe = mask->length;
    for (bool is_first = true;; is_first = false) {
        char next = skip_space(mask);
        if (next == closing)
            break;
        if (!is_first && (next != ',' || !put_char(mask, *mask->at++)))
            return false;
        bool is_fine = is_object      ? mask_member(mask, shape, depth + 1)
                       : item == NULL ? hide(mask)
                                      : show(mask, item, depth + 1);
        if (!is_fine)
            return false;
        mask->safe = mask->length;
    }
    mask->at++;
    return put_char(mask, closing);
}

/* A value of this field, which is no secret. Where it is not of the field's type, less is shown. */
static bool show(struct mask *mask, const struct mk_field *field, int depth)
{
    char first = skip_space(mask);
    bool is_nested = field->type == MK_OBJECT || field->type == MK_LIST;

    if (field->is_secret)
        return hide(mask);
    if (first == '{' || first == '[')
        return mask_nested(mask, field->type == MK_OBJECT ? field->shape : NULL,
                           field->type == MK_LIST ? field->item : NULL, depth);
    if (is_nested && first != 'n')
        return hide(mask);
    return first == '"' ? copy_string(mask) : copy_literal(mask);
}

/* Ends the text; what is not whole, or not UTF-8, is cut. */
static size_t finish(struct mask *mask, bool is_whole)
{
    if (!is_whole)
        mask->length = mask->safe;
    if ((mask->bits & 0x80) != 0 && !mk_is_utf8(mask->out, mask->length)) {
        mask->length = 0;
        is_whole = false;
    }
    if (!is_whole) {
        memcpy(mask->out + mask->length, CUT, strlen(CUT));
        mask->length += strlen(CUT);
    }
    mask->out[mask->length] = '\0';
    return mask->length;
}

static bool begin(struct mask *mask, const char *text, size_t length, char *out, size_t room)
{
    if (room == 0)
        return false;
    out[0] = '\0';
    if (room <= strlen(CUT) + 1 || length == 0)
        return false;
    *mask = (struct mask){
        .at = text, .end = text + length, .out = out, .room = room - strlen(CUT) - 1
    };
    return true;
}

size_t mk_mask_json(const struct mk_shape *shape, const char *text, size_t length, char *out,
                    size_t room)
{
    const struct mk_field whole = { .type = MK_OBJECT, .shape = shape };
    struct mask mask;

    if (!begin(&mask, text, length, out, room))
        return 0;
    bool is_whole = show(&mask, &whole, 0);
    mask.safe = is_whole ? mask.length : mask.safe;
    return finish(&mask, is_whole && skip_space(&mask) == '\0' && mask.at == mask.end);
}

/* The field of a name as it stands in a query: that of a list may end in []. */
static const struct mk_field *find_parameter(const struct mk_shape *shape, const char *name,
                                             size_t length)
{
    const struct mk_field *field = find_field(shape, name, length);

    if (field != NULL || length < 2 || memcmp(name + length - 2, "[]", 2) != 0)
        return field;
    field = find_field(shape, name, length - 2);
    return field != NULL && field->type == MK_LIST ? field : NULL;
}

static bool mask_pair(struct mask *mask, const struct mk_shape *shape, const char *end)
{
    const char *name = mask->at;
    const char *equals = memchr(name, '=', (size_t)(end - name));
    size_t length = (size_t)((equals != NULL ? equals : end) - name);
    const struct mk_field *field = find_parameter(shape, name, length);
    bool is_shown = field != NULL || (equals != NULL && is_showable_name(name, length));

    if (name == end)
        return true;
    if (!(is_shown ? put(mask, name, length) : put(mask, MASK, strlen(MASK))))
        return false;
    if (equals == NULL)
        return true;
    if (!put_char(mask, '='))
        return false;
    if (field == NULL || field->is_secret)
        return put(mask, MASK, strlen(MASK));
    note_bits(mask, equals, (size_t)(end - equals));
    return put(mask, equals + 1, (size_t)(end - equals - 1));
}

size_t mk_mask_form(const struct mk_shape *shape, const char *text, size_t length, char *out,
                    size_t room)
{
    struct mask mask;
    bool is_whole = true;

    if (!begin(&mask, text, length, out, room))
        return 0;
    while (is_whole && mask.at < mask.end) {
        const char *end = memchr(mask.at, '&', (size_t)(mask.end - mask.at));
        is_whole = mask_pair(&mask, shape, end == NULL ? mask.end : end);
        mask.safe = is_whole ? mask.length : mask.safe;
        if (end != NULL && is_whole)
            is_whole = put_char(&mask, '&');
        mask.at = end == NULL ? mask.end : end + 1;
    }
    return finish(&mask, is_whole);
}
