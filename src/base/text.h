/* SPDX-License-Identifier: MIT */
/*
 * Growing text, and the few text tools that the C library lacks.
 *
 * A text states its greatest length at birth. Going over it frees the bytes and sets `failed`;
 * everything after is ignored, so a writer checks once, at the end. The bytes are always followed
 * by a NUL. Zeroed memory plus a limit is a valid empty text (MK_TEXT).
 */
#ifndef MK_BASE_TEXT_H
#define MK_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct mk_text {
    char *bytes; /* NULL while empty */
    size_t length;
    size_t capacity; /* length < capacity <= limit + 1, or 0 */
    size_t limit;
    bool failed;
};

#define MK_TEXT(most) ((struct mk_text){ .limit = (most) })

void mk_text_done(struct mk_text *text);

/* Empties the text and keeps its memory. */
void mk_text_clear(struct mk_text *text);

/*
 * Hands the bytes to the caller, who frees them; NULL when none were added or it failed. Empty
 * after.
 */
char *mk_text_steal(struct mk_text *text);

/* Makes room for `more` bytes (and the NUL) and returns where they go, or NULL over the limit. */
char *mk_text_reserve(struct mk_text *text, size_t more);

/* mk_text_add() where the memory at hand does not do. */
void mk_text_add_slowly(struct mk_text *text, const char *bytes, size_t length);

/* Inline, since a link is written in a hundred pieces. A failed or empty text has no capacity. */
static inline void mk_text_add(struct mk_text *text, const char *bytes, size_t length)
{
    if (length >= text->capacity - text->length) {
        mk_text_add_slowly(text, bytes, length);
        return;
    }
    if (length > 0) /* nothing may be NULL */
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static inline void mk_text_add_char(struct mk_text *text, char character)
{
    mk_text_add(text, &character, 1);
}

void mk_text_add_text(struct mk_text *text, const char *string);
void mk_text_print(struct mk_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a literal without counting it at run time. */
#define mk_text_add_literal(text, literal) mk_text_add((text), "" literal, sizeof(literal) - 1)

/*
 * Whether `length` bytes are valid UTF-8 (no surrogates, nothing overlong, nothing over U+10FFFF).
 */
bool mk_is_utf8(const char *bytes, size_t length);

/* Number of code points of valid UTF-8. */
size_t mk_utf8_count(const char *text);

/*
 * Decodes %XX, and + to a space when `plus` is set, from `length` bytes into out, which holds at
 * least length + 1 bytes, and NUL-ends it. False on a broken escape, on a NUL and on what is not
 * UTF-8.
 */
bool mk_percent_decode(const char *bytes, size_t length, bool plus, char *out);

/* Lower-case hexadecimal, 2 * length characters and a NUL. */
void mk_hex(const unsigned char *bytes, size_t length, char *out);

/* The reverse of mk_hex; false unless text is exactly 2 * length lower-case hexadecimal digits. */
bool mk_unhex(const char *text, size_t length, unsigned char *out);

/* Adds base64url without padding (RFC 4648, section 5). */
void mk_text_add_base64url(struct mk_text *text, const void *bytes, size_t length);

/*
 * Decodes base64url without padding, or, with `url` unset, plain padded base64. Returns the number
 * of bytes written to out, or -1 when it is malformed or too long: `room` wants 3 bytes to spare.
 */
ptrdiff_t mk_base64_decode(const char *text, size_t length, bool url, unsigned char *out,
                           size_t room);

/* Copies a text into an array of `room` bytes; false, with nothing copied, when it does not fit. */
bool mk_copy_into(char *out, size_t room, const char *text);

/* Compares two texts in a time that depends on their lengths only; NULL equals nothing. */
bool mk_same_secret(const char *a, const char *b);

/*
 * Reads a whole decimal number from min to max, no sign but '-', no spaces; false when it is not
 * one.
 */
bool mk_read_integer(const char *text, int64_t min, int64_t max, int64_t *ret);

/* Length of the text in base-57 form of 128 bits. */
enum { MK_SHORT_ID_LENGTH = 22 };

/*
 * Writes 16 bytes as 22 characters of the shortuuid alphabet (digits and letters without 0 1 I O
 * l), most significant first, no NUL. The form of MoneyKit's ids: `mk_` + 22 characters.
 */
void mk_short_id(const unsigned char bytes[16], char out[MK_SHORT_ID_LENGTH]);

/* The reverse; false unless text is exactly 22 such characters that stand for 128 bits. */
bool mk_short_id_read(const char *text, unsigned char out[16]);

#endif
