/* SPDX-License-Identifier: MIT */
#include "process/tool.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One step of a path: a key, or an index. */
static const json_t *step(const json_t *at, const char *key)
{
    if (json_is_array(at))
        return json_array_get(at, strtoul(key, NULL, 10));
    return json_object_get(at, key);
}

static const json_t *walk(const json_t *at, const char *path)
{
    char key[128];

    while (at != NULL && *path != '\0') {
        int length = (int)strcspn(path, ".");
        snprintf(key, sizeof(key), "%.*s", length, path);
        at = step(at, key);
        path += length;
        path += *path == '.' ? 1 : 0;
    }
    return at;
}

int tool_get(int count, char **arguments)
{
    json_error_t error;
    json_t *document = json_loadf(stdin, 0, &error);

    if (document == NULL)
        return tool_fail("not JSON: %s", error.text);
    const json_t *found = walk(document, count == 1 ? arguments[0] : "");
    if (json_is_string(found))
        puts(json_string_value(found));
    else if (found != NULL)
        json_dumpf(found, stdout, JSON_ENCODE_ANY | JSON_COMPACT);
    json_decref(document);
    return found != NULL ? 0 : tool_fail("nothing is at %s", count == 1 ? arguments[0] : "");
}

/* A line of the log holds these, in any order. */
static bool is_log_line(const json_t *line)
{
    const char *time;
    const char *level;
    const char *message;

    return json_unpack((json_t *)line, "{s:s, s:s, s:s}", "time", &time, "level", &level, "message",
                       &message) == 0 &&
           strlen(time) == strlen("2026-01-01T00:00:00Z") && time[strlen(time) - 1] == 'Z' &&
           level[0] != '\0' && message[0] != '\0';
}

int tool_lines(int count, char **arguments)
{
    FILE *file = count == 1 ? fopen(arguments[0], "r") : NULL;
    char text[16384];
    int lines = 0;
    int bad = 0;

    if (file == NULL)
        return tool_fail("no such file");
    for (; fgets(text, sizeof(text), file) != NULL; lines++) {
        json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        if (!is_log_line(line) || strchr(text, '\n') == NULL)
            bad += tool_fail("not a line of a log: %s", text);
        json_decref(line);
    }
    fclose(file);
    printf("%d\n", lines);
    return bad > 0;
}
