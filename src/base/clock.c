/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return now.tv_sec * MK_SECOND + now.tv_nsec / 1000;
}

const char *const mk_time_style_names[] = { "seed", "utc", NULL };

int64_t mk_real_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t mk_monotonic_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void mk_clock_start(struct mk_clock *clock, int64_t start, bool frozen)
{
    clock->offset = start - mk_real_now();
    clock->frozen_at = start;
    clock->frozen = frozen;
}

int64_t mk_clock_now(const struct mk_clock *clock)
{
    return clock->frozen ? clock->frozen_at : mk_real_now() + clock->offset;
}

void mk_clock_freeze(struct mk_clock *clock, bool frozen)
{
    if (frozen && !clock->frozen)
        clock->frozen_at = mk_clock_now(clock);
    if (!frozen && clock->frozen)
        clock->offset = clock->frozen_at - mk_real_now();
    clock->frozen = frozen;
}

int64_t mk_clock_hand(const struct mk_clock *clock)
{
    return clock->frozen ? clock->frozen_at : clock->offset;
}

void mk_clock_move(struct mk_clock *clock, int64_t span)
{
    if (clock->frozen)
        clock->frozen_at += span;
    else
        clock->offset += span;
}

/* Whole seconds, rounded down also before 1970. */
static time_t seconds_of(int64_t moment)
{
    int64_t seconds = moment / MK_SECOND;

    return moment % MK_SECOND < 0 ? seconds - 1 : seconds;
}

static void put_digits(char *out, int count, int value)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

/*
 * Written by hand: four to six of these stand in every link, and snprintf costs ten times as much.
 */
int mk_time_write(char out[MK_TIME_SIZE], int64_t moment, enum mk_time_style style)
{
    time_t seconds = seconds_of(moment);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    memcpy(out, "0000-00-00T00:00:00", 19);
    put_digits(out, 4, parts.tm_year + 1900);
    put_digits(out + 5, 2, parts.tm_mon + 1);
    put_digits(out + 8, 2, parts.tm_mday);
    put_digits(out + 11, 2, parts.tm_hour);
    put_digits(out + 14, 2, parts.tm_min);
    put_digits(out + 17, 2, parts.tm_sec);
    int length = 19;
    if (style == MK_TIMES_UTC)
        out[length++] = 'Z';
    out[length] = '\0';
    return length;
}

/* Reads exactly `count` digits and moves on. */
static bool take_digits(const char **text, int count, int *ret)
{
    int value = 0;

    for (int i = 0; i < count; i++, (*text)++) {
        if (!isdigit((unsigned char)**text))
            return false;
        value = value * 10 + (**text - '0');
    }
    *ret = value;
    return true;
}

static bool take_char(const char **text, char wanted)
{
    if (**text != wanted)
        return false;
    (*text)++;
    return true;
}

static bool take_date(const char **text, struct tm *parts)
{
    return take_digits(text, 4, &parts->tm_year) && take_char(text, '-') &&
           take_digits(text, 2, &parts->tm_mon) && take_char(text, '-') &&
           take_digits(text, 2, &parts->tm_mday);
}

/* Seconds since 1970 of a date and time that exist; timegm() would mend February 30th. */
static bool moment_of(struct tm parts, int64_t *ret)
{
    struct tm wanted = parts;

    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    time_t seconds = timegm(&parts);
    if (parts.tm_mday != wanted.tm_mday || parts.tm_mon != wanted.tm_mon - 1)
        return false;
    if (parts.tm_hour != wanted.tm_hour || parts.tm_min != wanted.tm_min)
        return false;
    *ret = seconds * MK_SECOND;
    return true;
}

bool mk_date_read(const char *text, int64_t *ret)
{
    struct tm parts = { 0 };

    return take_date(&text, &parts) && *text == '\0' && moment_of(parts, ret);
}

/* ".123456", of which microseconds count. */
static bool take_fraction(const char **text, int64_t *ret)
{
    int64_t unit = MK_SECOND / 10;

    *ret = 0;
    if (!take_char(text, '.'))
        return true;
    if (!isdigit((unsigned char)**text))
        return false;
    for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
        *ret += (**text - '0') * unit;
    return true;
}

/* "Z", "+02:00", "-0530" or nothing. */
static bool take_offset(const char **text, int64_t *ret)
{
    int hours;
    int minutes;

    *ret = 0;
    if (take_char(text, 'Z') || **text == '\0')
        return true;

    int sign = **text == '+' ? 1 : **text == '-' ? -1 : 0;
    if (sign == 0)
        return false;
    (*text)++;
    if (!take_digits(text, 2, &hours))
        return false;
    take_char(text, ':');
    if (!take_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret = sign * (hours * MK_HOUR + minutes * MK_MINUTE);
    return true;
}

bool mk_time_read(const char *text, int64_t *ret)
{
    struct tm parts = { 0 };
    int64_t moment;
    int64_t fraction = 0;
    int64_t offset;

    if (!take_date(&text, &parts) || !(take_char(&text, 'T') || take_char(&text, ' ')))
        return false;
    if (!take_digits(&text, 2, &parts.tm_hour) || !take_char(&text, ':') ||
        !take_digits(&text, 2, &parts.tm_min))
        return false;
    if (take_char(&text, ':') &&
        !(take_digits(&text, 2, &parts.tm_sec) && take_fraction(&text, &fraction)))
        return false;
    if (parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 59)
        return false;
    if (!take_offset(&text, &offset) || *text != '\0' || !moment_of(parts, &moment))
        return false;
    *ret = moment + fraction - offset;
    return true;
}
