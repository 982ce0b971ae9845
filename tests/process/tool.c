/* SPDX-License-Identifier: MIT */
#include "process/tool.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int count, char **arguments);
    const char *usage;
} commands[] = {
    { "get", tool_get, "PATH: the text at PATH (a.b.0) of the JSON on standard input" },
    { "lines", tool_lines, "FILE: counts the lines of a JSON log and checks each" },
    { "certificate", tool_certificate, "DIRECTORY: makes cert.pem, key.pem, other.pem" },
    { "load", tool_load, "PORT PID: sends SIGTERM to PID amid load; no request may be cut" },
    { "wire", tool_wire, "PORT: odd requests and what must come back" },
    { "crowd", tool_crowd, "PORT COUNT: so many connections at once; all are answered in the end" },
    { "row", tool_row, "PORT COUNT: so many connections one after the other, in all kinds" },
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

int tool_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return 1;
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; count > 1 && i < COMMAND_COUNT; i++) {
        if (strcmp(arguments[1], commands[i].name) == 0)
            return commands[i].run(count - 2, arguments + 2);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stderr, "process_tool %s %s\n", commands[i].name, commands[i].usage);
    return 2;
}
