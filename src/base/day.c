/* SPDX-License-Identifier: MIT */
#include "base/day.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>
#include <time.h>

/* The longest time that is read. */
enum { TIME_ROOM = 64 };

int32_t mk_day_of(int64_t moment)
{
    int64_t day = moment / MK_DAY;

    return (int32_t)(moment % MK_DAY < 0 ? day - 1 : day);
}

int64_t mk_day_start(int32_t day)
{
    return day * MK_DAY;
}

static struct tm parts_of(int32_t day)
{
    time_t seconds = (time_t)day * (MK_DAY / MK_SECOND);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    return parts;
}

struct mk_date mk_date_of(int32_t day)
{
    struct tm parts = parts_of(day);

    return (struct mk_date){ .year = parts.tm_year + 1900,
                             .month = parts.tm_mon + 1,
                             .day = parts.tm_mday };
}

int mk_weekday_of(int32_t day)
{
    return parts_of(day).tm_wday;
}

int mk_date_write(char out[MK_DATE_SIZE], int32_t day)
{
    char time[MK_TIME_SIZE];

    mk_time_write(time, mk_day_start(day), MK_TIMES_SEED);
    *strchr(time, 'T') = '\0';
    mk_copy_into(out, MK_DATE_SIZE, time);
    return (int)strlen(out);
}

bool mk_day_read(const char *text, int32_t *ret)
{
    char bare[TIME_ROOM];
    size_t length = strlen(text);
    bool is_quoted = length >= 2 && text[0] == '"' && text[length - 1] == '"';
    int64_t moment;

    if (length >= sizeof(bare))
        return false;
    mk_copy_into(bare, sizeof(bare), is_quoted ? text + 1 : text);
    if (is_quoted)
        bare[length - 2] = '\0';
    if (!mk_date_read(bare, &moment) && !mk_time_read(bare, &moment))
        return false;
    *ret = mk_day_of(moment);
    return true;
}
