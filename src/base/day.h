/* SPDX-License-Identifier: MIT */
/*
 * Calendar days, as whole days since 1970-01-01 in an int32_t; days before it are negative.
 */
#ifndef MK_BASE_DAY_H
#define MK_BASE_DAY_H

#include <stdbool.h>
#include <stdint.h>

/* Room for a written date and its NUL. */
enum { MK_DATE_SIZE = 16 };

struct mk_date {
    int32_t year;
    int32_t month; /* 1 to 12 */
    int32_t day;   /* 1 to 31 */
};

/* The day that a moment lies in, and the moment that a day begins. */
int32_t mk_day_of(int64_t moment);
int64_t mk_day_start(int32_t day);

struct mk_date mk_date_of(int32_t day);

/* 0 is Sunday, 6 Saturday. */
int mk_weekday_of(int32_t day);

/* Writes YYYY-MM-DD, years 0000 to 9999. Returns the length. */
int mk_date_write(char out[MK_DATE_SIZE], int32_t day);

/*
 * Reads a date or a time as its day. Quote characters around it are cut off: the Python SDK sends
 * the dates of imports with them.
 */
bool mk_day_read(const char *text, int32_t *ret);

#endif
