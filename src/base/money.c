/* SPDX-License-Identifier: MIT */
#include "base/money.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WHOLE_DIGITS_MAX = 13, DECIMALS_MAX = 2 };

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Reads up to `most` digits onto *minor and returns where they end. */
static const char *read_digits(const char *text, int most, int64_t *minor)
{
    for (; most > 0 && is_digit(*text); most--, text++)
        *minor = *minor * 10 + (*text - '0');
    return text;
}

bool mk_money_read(const char *text, int64_t *ret)
{
    bool is_negative = text[0] == '-';
    const char *whole = text + (text[0] == '-' || text[0] == '+');
    int64_t minor = 0;
    const char *end = read_digits(whole, WHOLE_DIGITS_MAX, &minor);
    long decimals = 0;

    if (end == whole)
        return false;
    if (*end == '.') {
        const char *first = end + 1;
        end = read_digits(first, DECIMALS_MAX, &minor);
        decimals = end - first;
        if (decimals == 0)
            return false;
    }
    for (; decimals < DECIMALS_MAX; decimals++)
        minor *= 10;
    if (*end != '\0')
        return false;
    *ret = is_negative ? -minor : minor;
    return true;
}

int mk_money_write(char out[MK_MONEY_SIZE], int64_t minor)
{
    return snprintf(out, MK_MONEY_SIZE, "%s%lld.%02lld", minor < 0 ? "-" : "", llabs(minor) / 100,
                    llabs(minor) % 100);
}

int64_t mk_money_from_number(double number)
{
    return llround(number * 100);
}

double mk_money_to_number(int64_t minor)
{
    return (double)minor / 100;
}
