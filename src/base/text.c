/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 128 };

void mk_text_done(struct mk_text *text)
{
    if (text == NULL)
        return;
    free(text->bytes);
    *text = MK_TEXT(text->limit);
}

void mk_text_clear(struct mk_text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

char *mk_text_steal(struct mk_text *text)
{
    char *bytes = text->bytes;

    *text = MK_TEXT(text->limit);
    return bytes;
}

static void grow(struct mk_text *text, size_t needed)
{
    size_t capacity = text->capacity > 0 ? text->capacity : FIRST_CAPACITY;

    while (capacity < needed)
        capacity *= 2;
    if (capacity > text->limit) /* and not limit + 1, which may overflow; needed is at most that */
        capacity = needed > text->limit ? needed : text->limit;
    text->bytes = mk_resize(text->bytes, capacity, 1);
    text->bytes[text->length] = '\0';
    text->capacity = capacity;
}

char *mk_text_reserve(struct mk_text *text, size_t more)
{
    if (text->failed)
        return NULL;
    if (more > text->limit || text->length > text->limit - more) {
        mk_text_done(text);
        text->failed = true;
        return NULL;
    }
    if (text->length + more + 1 > text->capacity)
        grow(text, text->length + more + 1);
    return text->bytes + text->length;
}

void mk_text_add_slowly(struct mk_text *text, const char *bytes, size_t length)
{
    char *end = mk_text_reserve(text, length);

    if (end == NULL)
        return;
    if (length > 0)
        memcpy(end, bytes, length);
    end[length] = '\0';
    text->length += length;
}

void mk_text_add_text(struct mk_text *text, const char *string)
{
    mk_text_add(text, string, strlen(string));
}

void mk_text_print(struct mk_text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    char *end = length < 0 ? NULL : mk_text_reserve(text, (size_t)length);
    if (end == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(end, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

bool mk_copy_into(char *out, size_t room, const char *text)
{
    size_t size = strlen(text) + 1;

    if (size > room)
        return false;
    memcpy(out, text, size);
    return true;
}

bool mk_same_secret(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return false;

    size_t length = strlen(a);
    if (length != strlen(b))
        return false;

    unsigned char difference = 0;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

bool mk_read_integer(const char *text, int64_t min, int64_t max, int64_t *ret)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t length = strlen(digits);

    if (length == 0 || strspn(digits, "0123456789") != length)
        return false;
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (errno != 0 || value < min || value > max)
        return false;
    *ret = value;
    return true;
}
