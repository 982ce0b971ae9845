/* SPDX-License-Identifier: MIT */
/*
 * One line per event on standard error, as text or as JSON. The only process-wide state of the
 * program: set once at start, read by every thread after. A line is written with one write(), so
 * lines of threads do not mix. Callers pass no secrets; see api/dispatch.c for what a request logs.
 */
#ifndef MK_BASE_LOG_H
#define MK_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mk_log_level { MK_LOG_ERROR, MK_LOG_WARN, MK_LOG_INFO, MK_LOG_DEBUG };
enum mk_log_format { MK_LOG_TEXT, MK_LOG_JSON };

/* One named value of a line: text, or a number when text is NULL. */
struct mk_log_field {
    const char *name;
    const char *text;
    int64_t number;
};

void mk_log_setup(enum mk_log_level level, enum mk_log_format format);

/* Whether a line of this level would be written: ask before gathering costly fields. */
bool mk_log_wants(enum mk_log_level level);

void mk_log_fields(enum mk_log_level level, const char *message, const struct mk_log_field *fields,
                   size_t count);

/* A line without fields. */
void mk_log(enum mk_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
