/* SPDX-License-Identifier: MIT */
#include "process/tool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST = 1000, KINDS = 5 };

static const char call[] = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char last[] = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
static const char half[] = "POST /auth/token HTTP/1.1\r\nHost: loc";
static const char abandoned[] =
    "POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ngrant_type=";

/*
 * All come at once, and nobody leaves before an answer: those that find no place wait for one that
 * becomes free.
 */
int tool_crowd(int count, char **arguments)
{
    const struct rlimit files = { .rlim_cur = MOST + 100, .rlim_max = MOST + 100 };
    size_t wanted = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
    int fds[MOST];

    if (wanted == 0 || wanted > MOST)
        return tool_fail("port and count are wanted, at most %d", MOST);
    setrlimit(RLIMIT_NOFILE, &files);
    for (size_t i = 0; i < wanted; i++) {
        fds[i] = tool_connect(arguments[0]);
        if (fds[i] < 0 || !tool_send(fds[i], call, sizeof(call) - 1))
            return tool_fail("connection %zu of %zu fails", i + 1, wanted);
    }
    for (size_t i = 0; i < wanted; i++) {
        struct tool_answer answer;
        tool_read(fds[i], &answer);
        if (answer.status != 200)
            return tool_fail("connection %zu of %zu: %d", i + 1, wanted, answer.status);
        close(fds[i]);
    }
    return 0;
}

/* One connection of each kind in turn; the kinds that ask must be answered. */
static bool visit(int fd, unsigned kind)
{
    static const char *const texts[KINDS] = { call, last, "", half, abandoned };
    struct tool_answer answer;

    if (!tool_send(fd, texts[kind], strlen(texts[kind])))
        return false;
    if (kind >= 2)
        return true;
    tool_read(fd, &answer);
    return answer.status == 200 && answer.close == (kind == 1);
}

int tool_row(int count, char **arguments)
{
    unsigned long wanted = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;

    for (unsigned long i = 0; i < wanted; i++) {
        int fd = tool_connect(arguments[0]);
        if (fd < 0)
            return tool_fail("connection %lu fails", i + 1);
        bool fine = visit(fd, (unsigned)(i % KINDS));
        close(fd);
        if (!fine)
            return tool_fail("connection %lu is not answered", i + 1);
    }
    return wanted == 0 ? tool_fail("port and count are wanted") : 0;
}
