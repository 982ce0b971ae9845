/* SPDX-License-Identifier: MIT */
#include "process/tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int tool_connect(const char *port)
{
    const struct timeval patience = { .tv_sec = TOOL_PATIENCE_SECONDS };
    struct sockaddr_in address = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

bool tool_send(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/*
 * Reads up to and including the empty line, byte by byte: what follows is not ours. 0: nothing
 * came.
 */
static ssize_t read_head(int fd, char *head, size_t room)
{
    size_t used = 0;

    while (used + 1 < room) {
        ssize_t got = recv(fd, head + used, 1, 0);
        if (got <= 0)
            return used == 0 && (got == 0 || errno == ECONNRESET) ? 0 : -1;
        head[++used] = '\0';
        if (used >= 4 && memcmp(head + used - 4, "\r\n\r\n", 4) == 0)
            return (ssize_t)used;
    }
    return -1;
}

/* Reads the body; its beginning is kept. */
static bool read_body(int fd, size_t length, struct tool_answer *answer)
{
    char bytes[4096];
    size_t kept = 0;

    while (length > 0) {
        ssize_t got = recv(fd, bytes, length < sizeof(bytes) ? length : sizeof(bytes), 0);
        if (got <= 0)
            return false;
        size_t room = sizeof(answer->body) - 1 - kept;
        size_t more = (size_t)got < room ? (size_t)got : room;
        memcpy(answer->body + kept, bytes, more);
        kept += more;
        length -= (size_t)got;
    }
    answer->body[kept] = '\0';
    return true;
}

void tool_read(int fd, struct tool_answer *ret)
{
    char head[8192];
    int status;

    *ret = (struct tool_answer){ .status = 0 };
    do {
        ssize_t length = read_head(fd, head, sizeof(head));
        if (length <= 0) {
            ret->status = (int)length;
            return;
        }
        status = strncmp(head, "HTTP/1.1 ", 9) == 0 ? (int)strtol(head + 9, NULL, 10) : -1;
    } while (status >= 100 && status < 200);

    const char *field = strcasestr(head, "\r\nContent-Length: ");
    bool whole = read_body(fd, field != NULL ? strtoul(field + 18, NULL, 10) : 0, ret);
    ret->status = whole ? status : -1;
    ret->close = strcasestr(head, "\r\nConnection: close\r\n") != NULL;
}
