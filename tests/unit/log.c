/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/clock.h"
#include "base/memory.h"
#include "unit/suites.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is written to standard error between log_start() and log_end() goes through a pipe. */
static int kept_stderr;
static int reading_end;

static void log_start(enum mk_log_level level, enum mk_log_format format)
{
    int ends[2];

    mk_log_setup(level, format);
    kept_stderr = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reading_end = ends[0];
}

/* The caller frees the text, which has to fit into a pipe. */
static char *log_end(void)
{
    enum { PIPE_MAX = 65536 };
    char *text = mk_alloc_zero(PIPE_MAX + 1, 1);
    size_t length = 0;
    ssize_t got;

    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    while ((got = read(reading_end, text + length, PIPE_MAX - length)) > 0)
        length += (size_t)got;
    close(reading_end);
    return text;
}

static const char *const level_names[] = { "error", "warn", "info", "debug" };

/* What is as bad as the limit or worse is written. */
START_TEST(log__level_filter)
{
    for (int limit = MK_LOG_ERROR; limit <= MK_LOG_DEBUG; limit++) {
        for (int level = MK_LOG_ERROR; level <= MK_LOG_DEBUG; level++) {
            log_start((enum mk_log_level)limit, MK_LOG_TEXT);
            mk_log((enum mk_log_level)level, "line");
            mk_log_fields((enum mk_log_level)level, "line", NULL, 0);
            char *text = log_end();
            bool wanted = level <= limit;
            ck_assert(mk_log_wants((enum mk_log_level)level) == wanted);
            ck_assert((strstr(text, level_names[level]) != NULL) == wanted);
            ck_assert((text[0] != '\0') == wanted);
            free(text);
        }
    }
}
END_TEST

/* Writes one line with one field and returns it. */
static char *line_of(enum mk_log_format format, const char *message, const char *name,
                     const char *value, int64_t number)
{
    const struct mk_log_field field = { .name = name, .text = value, .number = number };

    log_start(MK_LOG_INFO, format);
    mk_log_fields(MK_LOG_INFO, message, &field, name != NULL);
    return log_end();
}

static const struct {
    const char *value;
    const char *text;
} quoted[] = {
    { "plain", "plain" },
    { "GET_/links/{id}:1.0@-", "GET_/links/{id}:1.0@-" },
    { "", "\"\"" },
    { "two words", "\"two words\"" },
    { "a=b", "\"a=b\"" },
    { "say \"hi\"", "\"say \\\"hi\\\"\"" },
    { "back\\slash", "\"back\\\\slash\"" },
    { "line\nfeed", "\"line\\u000afeed\"" },
    { "\x1B[31m", "\"\\u001b[31m\"" },
    { "\x7F", "\"\\u007f\"" },
    { "\xC3\xA9", "\"\\u00c3\\u00a9\"" },
    { "\xFF", "\"\\u00ff\"" },
};

START_TEST(text__quotes_what_is_not_plain)
{
    char *line = line_of(MK_LOG_TEXT, "message", "key", quoted[_i].value, 0);
    char *expected = NULL;
    int64_t moment;

    ck_assert_int_gt(asprintf(&expected, " info  message key=%s\n", quoted[_i].text), 0);
    ck_assert_str_eq(line + 20, expected);
    line[20] = '\0';
    ck_assert(mk_time_read(line, &moment));
    ck_assert_int_le(llabs(moment - mk_real_now()), MK_MINUTE);
    free(expected);
    free(line);
}
END_TEST

START_TEST(text__numbers)
{
    char *line = line_of(MK_LOG_TEXT, "message", "key", NULL, INT64_MIN);

    ck_assert_ptr_nonnull(strstr(line, " key=-9223372036854775808\n"));
    free(line);
}
END_TEST

/* Every value comes out of a JSON parser byte for byte, as the code points of the same numbers. */
START_TEST(json__any_bytes)
{
    char value[256];
    json_error_t error;

    for (int i = 1; i < 256; i++)
        value[i - 1] = (char)i;
    value[255] = '\0';
    char *line = line_of(MK_LOG_JSON, value, "key", value, 0);
    json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json != NULL, "%s: %s", error.text, line);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);

    const unsigned char *read =
        (const unsigned char *)json_string_value(json_object_get(json, "key"));
    for (unsigned i = 1; i < 256; i++) {
        unsigned point = *read++;
        if (point >= 0x80)
            point = (point & 0x1FU) << 6 | (*read++ & 0x3FU);
        ck_assert_uint_eq(point, i);
    }
    ck_assert(json_equal(json_object_get(json, "key"), json_object_get(json, "message")));
    json_decref(json);
    free(line);
}
END_TEST

START_TEST(json__shape)
{
    static const struct mk_log_field fields[] = {
        { .name = "text", .text = "GET /links" },
        { .name = "number", .number = INT64_MAX },
        { .name = "empty", .text = "" },
        { .name = "zero" },
    };
    int64_t moment;

    log_start(MK_LOG_WARN, MK_LOG_JSON);
    mk_log_fields(MK_LOG_WARN, "it happened", fields, MK_COUNT(fields));
    char *line = log_end();
    json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    ck_assert(mk_time_read(json_string_value(json_object_get(json, "time")), &moment));
    json_object_del(json, "time");
    json_t *expected =
        json_pack("{s:s, s:s, s:s, s:I, s:s, s:i}", "level", "warn", "message", "it happened",
                  "text", "GET /links", "number", (json_int_t)INT64_MAX, "empty", "", "zero", 0);
    ck_assert(json_equal(json, expected));
    json_decref(expected);
    json_decref(json);
    free(line);
}
END_TEST

START_TEST(json__every_level)
{
    for (int level = MK_LOG_ERROR; level <= MK_LOG_DEBUG; level++) {
        log_start(MK_LOG_DEBUG, MK_LOG_JSON);
        mk_log((enum mk_log_level)level, "%s %d", "number", level);
        char *line = log_end();
        json_t *json = json_loads(line, 0, NULL);
        ck_assert_str_eq(json_string_value(json_object_get(json, "level")), level_names[level]);
        ck_assert_int_eq(strncmp(json_string_value(json_object_get(json, "message")), "number ", 7),
                         0);
        json_decref(json);
        free(line);
    }
}
END_TEST

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* A message may hold what a library or a file name brought along. */
START_TEST(log__a_message_stays_one_line)
{
    char *line = line_of((enum mk_log_format)_i, "first\nsecond \"x\"\x1B[2J", NULL, NULL, 0);

    ck_assert_uint_eq(count_lines(line), 1);
    ck_assert_ptr_null(strchr(line, '\x1B'));
    ck_assert_ptr_nonnull(strstr(line, "second"));
    free(line);
}
END_TEST

/* Nobody hides a request by making its line too long. */
START_TEST(log__too_long_a_line_leaves_a_note)
{
    char *value = mk_alloc_zero(20001, 1);

    memset(value, 'x', 20000);
    char *line = line_of((enum mk_log_format)_i, "request", "path", value, 0);
    ck_assert_uint_eq(count_lines(line), 1);
    ck_assert_uint_lt(strlen(line), 200);
    ck_assert_ptr_nonnull(strstr(line, "info"));
    if (_i == MK_LOG_JSON) {
        json_t *json = json_loads(line, 0, NULL);
        ck_assert_ptr_nonnull(json);
        json_decref(json);
    }
    free(line);
    free(value);
}
END_TEST

START_TEST(log__long_message_is_cut)
{
    log_start(MK_LOG_INFO, MK_LOG_TEXT);
    mk_log(MK_LOG_INFO, "%05000d", 1);
    char *line = log_end();

    ck_assert_uint_eq(count_lines(line), 1);
    ck_assert_uint_gt(strlen(line), 1000);
    free(line);
}
END_TEST

static void *write_lines(void *context)
{
    const struct mk_log_field field = { .name = "thread", .text = context };

    for (int i = 0; i < 100; i++)
        mk_log_fields(MK_LOG_INFO, "a line that should not be torn apart", &field, 1);
    return NULL;
}

START_TEST(log__lines_of_threads_do_not_mix)
{
    static char names[][2] = { "a", "b", "c", "d" };
    pthread_t threads[4];
    size_t lines = 0;

    log_start(MK_LOG_INFO, MK_LOG_JSON);
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, write_lines, names[i]);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    char *text = log_end();
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
        json_t *json = json_loadb(line, (size_t)(end - line), 0, NULL);
        ck_assert_ptr_nonnull(json);
        json_decref(json);
    }
    ck_assert_uint_eq(lines, 400);
    free(text);
}
END_TEST

/* A closed standard error is no reason to stop. */
START_TEST(log__nobody_listens)
{
    int kept = dup(STDERR_FILENO);

    close(STDERR_FILENO);
    mk_log(MK_LOG_ERROR, "into the void");
    dup2(kept, STDERR_FILENO);
}
END_TEST

Suite *log_suite(void)
{
    Suite *suite = suite_create("log");
    TCase *all = tcase_create("all");

    tcase_add_test(all, log__level_filter);
    tcase_add_loop_test(all, text__quotes_what_is_not_plain, 0, (int)MK_COUNT(quoted));
    tcase_add_test(all, text__numbers);
    tcase_add_test(all, json__any_bytes);
    tcase_add_test(all, json__shape);
    tcase_add_test(all, json__every_level);
    tcase_add_loop_test(all, log__a_message_stays_one_line, MK_LOG_TEXT, MK_LOG_JSON + 1);
    tcase_add_loop_test(all, log__too_long_a_line_leaves_a_note, MK_LOG_TEXT, MK_LOG_JSON + 1);
    tcase_add_test(all, log__long_message_is_cut);
    tcase_add_test(all, log__lines_of_threads_do_not_mix);
    tcase_add_test(all, log__nobody_listens);
    suite_add_tcase(suite, all);
    return suite;
}
