/* SPDX-License-Identifier: MIT */
/*
 * What replies are held to: the vendor's errors to the letter, validation errors with their places,
 * links with every field that one of the official clients demands. An apostrophe stands for a
 * quotation mark in all JSON here.
 */
#ifndef MK_TESTS_EXPECT_H
#define MK_TESTS_EXPECT_H

#include "support/client.h"

/* Exactly this status; says what came instead. */
void expect_status(const struct reply *reply, unsigned status);

/* An error, with the members that MoneyKit's documentation gives it and no others. */
void expect_error(const struct reply *reply, unsigned status, const char *error_code);

/* The same for errors that carry a link_error_code. */
void expect_link_error(const struct reply *reply, const char *error_code,
                       const char *link_error_code);

/*
 * A 422 with exactly these problems in this order, a line each: location, space, kind.
 *
 *     "['body','customer_user'] missing\n['body','redirect_uri'] missing\n"
 */
void expect_issues(const struct reply *reply, const char *lines);

/*
 * What of `expected` is not in `actual`, as a text to free; NULL when all is. Lists have to be
 * equal.
 */
char *missing_part(const json_t *actual, const json_t *expected);

/* The reply holds all of this JSON at this path ("" for the whole). */
void expect_part(const struct reply *reply, const char *path, const char *expected, ...)
    __attribute__((format(printf, 3, 4)));

/* The value at a path is exactly this JSON. */
void expect_value(const struct reply *reply, const char *path, const char *expected, ...)
    __attribute__((format(printf, 3, 4)));

/* A link object as the Python, Ruby and Stainless clients need it (differences.md, section 1). */
void expect_link_object(const json_t *link);

/* YYYY-MM-DDTHH:MM:SS, with a Z after it where `utc` is set. */
bool is_time_text(const char *text, bool utc);

/* Prefix and 22 characters of the shortuuid alphabet. */
bool is_short_id(const char *text, const char *prefix);

/* 36 characters, lower case. */
bool is_uuid(const char *text);

#endif
