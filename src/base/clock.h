/* SPDX-License-Identifier: MIT */
/*
 * Time. Nobody else in the program asks the system for it.
 *
 * All times are microseconds since 1970-01-01T00:00:00 UTC in an int64_t ("moments"). A struct
 * mk_clock is one world's idea of now: real time plus an offset, or standing still. It is embedded
 * in its owner and guarded by its owner's lock.
 */
#ifndef MK_BASE_CLOCK_H
#define MK_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define MK_SECOND INT64_C(1000000)
#define MK_MINUTE (60 * MK_SECOND)
#define MK_HOUR (60 * MK_MINUTE)
#define MK_DAY (24 * MK_HOUR)

/* "No such time yet": rendered as null. */
#define MK_NEVER INT64_MIN

struct mk_clock {
    int64_t offset; /* added to real time while it runs */
    int64_t frozen_at;
    bool frozen;
};

enum mk_time_style {
    MK_TIMES_SEED, /* 2023-02-16T09:14:11, the form of the documentation's page */
    MK_TIMES_UTC,  /* the same with Z */
};

/* What options and settings call them; NULL-ended. */
extern const char *const mk_time_style_names[];

/* Room for a written time and its NUL. */
enum { MK_TIME_SIZE = 24 };

/* Wall clock of the machine. */
int64_t mk_real_now(void);

/* Only for measuring spans: never goes back. */
int64_t mk_monotonic_now(void);

/* A clock that starts at `start` now and runs with real time, or stands still when frozen. */
void mk_clock_start(struct mk_clock *clock, int64_t start, bool frozen);

int64_t mk_clock_now(const struct mk_clock *clock);

/* Stops it where it is, or lets it run on from there. */
void mk_clock_freeze(struct mk_clock *clock, bool frozen);

/*
 * Where its hand stands: what a move adds to, and time does not change. The moment of a clock that
 * stands still, the offset of one that runs.
 */
int64_t mk_clock_hand(const struct mk_clock *clock);
void mk_clock_move(struct mk_clock *clock, int64_t span);

/* Writes seconds (fractions cut off), years 0000 to 9999. Returns the length. */
int mk_time_write(char out[MK_TIME_SIZE], int64_t moment, enum mk_time_style style);

/*
 * Reads ISO 8601: a date, `T` or a space, hours and minutes, optionally seconds, a fraction and `Z`
 * or an offset; without one it is UTC. False when it is anything else or does not exist.
 */
bool mk_time_read(const char *text, int64_t *ret);

/* Reads YYYY-MM-DD that exists, as its midnight. */
bool mk_date_read(const char *text, int64_t *ret);

#endif
