/* SPDX-License-Identifier: MIT */
/* What the process tests need beside a shell and curl: each command of the tool is one function. */
#ifndef MK_TESTS_PROCESS_TOOL_H
#define MK_TESTS_PROCESS_TOOL_H

#include <stdbool.h>
#include <stddef.h>

/* Every wait on a socket ends after so long, and the test fails. */
enum { TOOL_PATIENCE_SECONDS = 30 };

/* A command's arguments begin after its name. It returns the exit status of the program. */
int tool_get(int count, char **arguments);
int tool_lines(int count, char **arguments);
int tool_certificate(int count, char **arguments);
int tool_load(int count, char **arguments);
int tool_wire(int count, char **arguments);
int tool_crowd(int count, char **arguments);
int tool_row(int count, char **arguments);

/* A line on standard error, and 1. */
int tool_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* tool_socket.c */

/* A connection to 127.0.0.1 whose waits end by themselves, or -1. */
int tool_connect(const char *port);

/* Whether all of it went out. */
bool tool_send(int fd, const char *bytes, size_t length);

/* What tool_read() found. */
struct tool_answer {
    int status; /* 0: the connection ended before the first byte; -1: in the middle, or silence */
    bool close; /* it says Connection: close */
    char body[4096]; /* its beginning */
};

/* Reads one answer (1xx are skipped) with a Content-Length or without a body. */
void tool_read(int fd, struct tool_answer *ret);

#endif
