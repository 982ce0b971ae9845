/* SPDX-License-Identifier: MIT */
#include "support/record.h"

#include "json/build.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int file = -1;

void record_open(void)
{
    const char *path = getenv("MK_RECORD");

    if (path == NULL)
        return;
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static json_t *text_or_null(const char *bytes, size_t length)
{
    if (length == 0 || !mk_is_utf8(bytes, length))
        return json_null();
    return json_stringn_nocheck(bytes, length);
}

static json_t *request_type(const char *const *headers)
{
    static const char name[] = "Content-Type:";

    for (; *headers != NULL; headers++) {
        if (strncasecmp(*headers, name, strlen(name)) == 0) {
            const char *value = *headers + strlen(name);
            return json_string(value + strspn(value, " "));
        }
    }
    return json_null();
}

static json_t *reply_headers(const struct reply *reply)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reply->header_count; i++)
        json_array_append_new(list,
                              json_pack("[s, s]", reply->headers[i].name, reply->headers[i].value));
    return list;
}

/* In one write: other processes and threads append to the same file. */
static void append_line(const json_t *line)
{
    struct mk_text text = MK_TEXT((size_t)256 * 1024 * 1024);

    mk_json_dump(line, &text);
    mk_text_add_char(&text, '\n');
    require(!text.failed, "an exchange that can't be recorded");
    ssize_t written = write(file, text.bytes, text.length);
    require(written == (ssize_t)text.length, "MK_RECORD: a write failed");
    mk_text_done(&text);
}

void record_exchange(const char *operation, const struct ask *ask, const char *const *headers,
                     const struct reply *reply)
{
    if (file < 0)
        return;
    json_t *line =
        json_pack("{s:s?, s:s, s:s, s:s, s:o, s:o, s:i, s:o, s:o}", "operation", operation,
                  "transport", transport_names[under_test.transport], "method", ask->method,
                  "target", ask->target, "request_type", request_type(headers), "request",
                  text_or_null(ask->body, ask->length), "status", (int)reply->status, "headers",
                  reply_headers(reply), "reply", text_or_null(reply->body, reply->length));
    require(line != NULL, "%s %s can't be recorded", ask->method, ask->target);
    append_line(line);
    json_decref(line);
}
