/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Longer lines are left out but for a note; the request line of a log holds no body. */
enum { LINE_MAX_BYTES = 8192 };

static enum mk_log_level least_level = MK_LOG_INFO;
static enum mk_log_format line_format = MK_LOG_TEXT;

static const char *const level_names[] = { "error", "warn", "info", "debug" };

void mk_log_setup(enum mk_log_level level, enum mk_log_format format)
{
    least_level = level;
    line_format = format;
}

bool mk_log_wants(enum mk_log_level level)
{
    return level <= least_level;
}

static void add_byte(struct mk_text *line, unsigned char byte)
{
    if (byte < 0x20 || byte >= 0x7F)
        mk_text_print(line, "\\u%04x", byte);
    else
        mk_text_add_char(line, (char)byte);
}

/*
 * In quotes, with escapes that are right for JSON and readable in text; the value may be any bytes.
 */
static void add_quoted(struct mk_text *line, const char *value)
{
    mk_text_add_char(line, '"');
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            mk_text_add_char(line, '\\');
        add_byte(line, (unsigned char)*value);
    }
    mk_text_add_char(line, '"');
}

static bool is_plain(const char *value)
{
    return *value != '\0' && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-_./:{}@") == strlen(value);
}

static void add_text_field(struct mk_text *line, const struct mk_log_field *field)
{
    mk_text_print(line, " %s=", field->name);
    if (field->text == NULL)
        mk_text_print(line, "%" PRId64, field->number);
    else if (is_plain(field->text))
        mk_text_add_text(line, field->text);
    else
        add_quoted(line, field->text);
}

static void add_json_field(struct mk_text *line, const struct mk_log_field *field)
{
    mk_text_print(line, ",\"%s\":", field->name);
    if (field->text == NULL)
        mk_text_print(line, "%" PRId64, field->number);
    else
        add_quoted(line, field->text);
}

static void add_head(struct mk_text *line, enum mk_log_level level, const char *message)
{
    char time[MK_TIME_SIZE];

    mk_time_write(time, mk_real_now(), MK_TIMES_UTC);
    if (line_format == MK_LOG_TEXT) {
        mk_text_print(line, "%s %-5s ", time, level_names[level]);
        for (; *message != '\0'; message++)
            add_byte(line, (unsigned char)*message);
        return;
    }
    mk_text_print(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", time, level_names[level]);
    add_quoted(line, message);
}

static void add_end(struct mk_text *line)
{
    mk_text_add_text(line, line_format == MK_LOG_TEXT ? "\n" : "}\n");
}

static void write_line(const char *bytes, size_t length)
{
    /* A log that can't be written must not stop the server. */
    ssize_t written = write(STDERR_FILENO, bytes, length);
    (void)written;
}

void mk_log_fields(enum mk_log_level level, const char *message, const struct mk_log_field *fields,
                   size_t count)
{
    struct mk_text line = MK_TEXT(LINE_MAX_BYTES);

    if (!mk_log_wants(level))
        return;
    add_head(&line, level, message);
    for (size_t i = 0; i < count; i++) {
        if (line_format == MK_LOG_TEXT)
            add_text_field(&line, &fields[i]);
        else
            add_json_field(&line, &fields[i]);
    }
    add_end(&line);
    if (line.failed) {
        mk_text_clear(&line);
        add_head(&line, level, "a line too long for the log was left out");
        add_end(&line);
    }
    write_line(line.bytes, line.length);
    mk_text_done(&line);
}

void mk_log(enum mk_log_level level, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    if (!mk_log_wants(level))
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    mk_log_fields(level, message, NULL, 0);
}
