/* SPDX-License-Identifier: MIT */
/* The encodings of base/text.h: UTF-8, percent, hexadecimal, base64, base57. */
#include "base/text.h"

#include <nettle/base64.h>
#include <string.h>

/* Length of the UTF-8 sequence at `bytes`, 0 when it is not a valid one within `left` bytes. */
static size_t sequence_length(const unsigned char *bytes, size_t left)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = bytes[0];
    size_t length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if (length <= 1)
        return length;
    if (length > left || first > 0xF4)
        return 0;

    uint32_t point = first & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3FU);
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < smallest[length] || point > 0x10FFFF || surrogate ? 0 : length;
}

bool mk_is_utf8(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t step = sequence_length((const unsigned char *)bytes + i, length - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

size_t mk_utf8_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool mk_percent_decode(const char *bytes, size_t length, bool plus, char *out)
{
    size_t written = 0;

    for (size_t i = 0; i < length; i++) {
        char byte = bytes[i] == '+' && plus ? ' ' : bytes[i];
        if (byte == '%') {
            int high = length - i > 2 ? hex_value(bytes[i + 1]) : -1;
            int low = length - i > 2 ? hex_value(bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (char)(high << 4 | low);
            i += 2;
        }
        if (byte == '\0')
            return false;
        out[written++] = byte;
    }
    out[written] = '\0';
    return mk_is_utf8(out, written);
}

void mk_hex(const unsigned char *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}

bool mk_unhex(const char *text, size_t length, unsigned char *out)
{
    if (strlen(text) != 2 * length || strspn(text, "0123456789abcdef") != 2 * length)
        return false;
    for (size_t i = 0; i < length; i++)
        out[i] = (unsigned char)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
    return true;
}

void mk_text_add_base64url(struct mk_text *text, const void *bytes, size_t length)
{
    struct base64_encode_ctx context;
    char *end = mk_text_reserve(text, BASE64_ENCODE_LENGTH(length) + BASE64_ENCODE_FINAL_LENGTH);

    if (end == NULL)
        return;
    base64url_encode_init(&context);
    size_t written = base64_encode_update(&context, end, length, bytes);
    written += base64_encode_final(&context, end + written);
    while (written > 0 && end[written - 1] == '=')
        written--;
    end[written] = '\0';
    text->length += written;
}

/* nettle skips white space, of which base64 has none. */
static bool has_space(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r'))
            return true;
    }
    return false;
}

/* Without padding the last bits must be fewer than a digit's and zero; nettle looks at neither. */
static bool ends_well(const struct base64_decode_ctx *context)
{
    return context->bits < 6 && context->padding == 0 &&
           (context->word & ((1U << context->bits) - 1)) == 0;
}

ptrdiff_t mk_base64_decode(const char *text, size_t length, bool url, unsigned char *out,
                           size_t room)
{
    struct base64_decode_ctx context;
    size_t written = 0;

    if (BASE64_DECODE_LENGTH(length) > room || has_space(text, length))
        return -1;
    if (url)
        base64url_decode_init(&context);
    else
        base64_decode_init(&context);
    if (!base64_decode_update(&context, &written, out, length, text))
        return -1;
    if (url ? !ends_well(&context) : !base64_decode_final(&context))
        return -1;
    return (ptrdiff_t)written;
}

static const char short_alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

enum { SHORT_BASE = sizeof(short_alphabet) - 1 };

__extension__ typedef unsigned __int128 mk_bits;

void mk_short_id(const unsigned char bytes[16], char out[MK_SHORT_ID_LENGTH])
{
    mk_bits number = 0;

    for (int i = 0; i < 16; i++)
        number = number << 8 | bytes[i];
    for (int i = MK_SHORT_ID_LENGTH - 1; i >= 0; i--) {
        out[i] = short_alphabet[(unsigned)(number % SHORT_BASE)];
        number /= SHORT_BASE;
    }
}

/* 22 digits reach a little beyond 128 bits. */
bool mk_short_id_read(const char *text, unsigned char out[16])
{
    const mk_bits most = ~(mk_bits)0;
    mk_bits number = 0;

    if (strlen(text) != MK_SHORT_ID_LENGTH)
        return false;
    for (; *text != '\0'; text++) {
        const char *place = strchr(short_alphabet, *text);
        if (place == NULL)
            return false;
        unsigned digit = (unsigned)(place - short_alphabet);
        if (number > (most - digit) / SHORT_BASE)
            return false;
        number = number * SHORT_BASE + digit;
    }
    for (int i = 15; i >= 0; i--, number >>= 8)
        out[i] = (unsigned char)number;
    return true;
}
