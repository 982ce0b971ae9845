/* SPDX-License-Identifier: MIT */
/*
 * Money: whole minor units (cents, pence) in an int64_t, written as decimal text or as a JSON
 * number. Its size stays under 10^15 minor units, which a double holds exactly.
 */
#ifndef MK_BASE_MONEY_H
#define MK_BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* "Not known": rendered as null. */
#define MK_NO_MONEY INT64_MIN

/* Room for written money and its NUL. */
enum { MK_MONEY_SIZE = 32 };

/* What mk_money_read() takes. */
#define MK_MONEY_PATTERN "^[+-]?[0-9]{1,13}(\\.[0-9]{1,2})?$"

/* Reads decimal text with at most two decimals; false when it is anything else. */
bool mk_money_read(const char *text, int64_t *ret);

/* Writes two decimals: "-12.30". Returns the length. */
int mk_money_write(char out[MK_MONEY_SIZE], int64_t minor);

/* From and to the double of a JSON number, rounded to the minor unit. */
int64_t mk_money_from_number(double number);
double mk_money_to_number(int64_t minor);

#endif
