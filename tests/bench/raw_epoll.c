/* SPDX-License-Identifier: MIT */
/*
 * The yardstick: the least an HTTP server can do. One thread, one recv and one send a request, a
 * Content-Length parse, and always the same answer: the bytes of the file named on the command
 * line, which the bench captured from the real server. No time limits, no errors, no clock.
 *
 *     bench_raw_epoll ANSWER-FILE     prints "listening 127.0.0.1:PORT"; SIGTERM ends it
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 8192, EVENTS = 256, ANSWER_MAX = 64 * 1024 };

/* What has come of the request under way. The listening socket has no connection: NULL. */
struct connection {
    int socket;
    size_t used;
    char bytes[ROOM];
};

static char answer[ANSWER_MAX];
static size_t answer_length;

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench_raw_epoll: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_answer(const char *path)
{
    FILE *file = fopen(path, "rb");

    must(file != NULL, path);
    answer_length = fread(answer, 1, sizeof(answer), file);
    must(answer_length > 0 && answer_length < sizeof(answer), "answer is empty or too long");
    fclose(file);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    must(listener >= 0, "socket");
    must(bind(listener, (struct sockaddr *)&address, size) == 0, "bind");
    must(listen(listener, SOMAXCONN) == 0, "listen");
    must(getsockname(listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    printf("listening 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void watch(int poller, int socket, struct connection *connection)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

    must(epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) == 0, "epoll_ctl");
}

static void accept_all(int poller, int listener)
{
    const int on = 1;
    int socket = 0;

    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *connection = malloc(sizeof(*connection));

        must(connection != NULL, "malloc");
        connection->socket = socket;
        connection->used = 0;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        watch(poller, socket, connection);
    }
}

static void drop(struct connection *connection)
{
    close(connection->socket);
    free(connection);
}

/* Length of the body that the head announces, 0 without the field. */
static size_t content_length(const char *head, const char *end)
{
    static const char name[] = "content-length:";

    for (const char *line = head; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));

        if (strncasecmp(line, name, sizeof(name) - 1) == 0)
            return strtoul(line + sizeof(name) - 1, NULL, 10);
        if (next == NULL)
            return 0;
        line = next + 1;
    }
    return 0;
}

/* Length of the whole request at the start of the bytes, or 0 while it is not complete. */
static size_t request_length(const struct connection *connection)
{
    const char *blank = memmem(connection->bytes, connection->used, "\r\n\r\n", 4);

    if (blank == NULL)
        return 0;

    size_t head = (size_t)(blank - connection->bytes) + 4;
    size_t whole = head + content_length(connection->bytes, blank + 2);

    return whole <= connection->used ? whole : 0;
}

/* Answers each complete request; false when the connection is of no more use. */
static bool answer_all(struct connection *connection)
{
    size_t length = 0;

    while ((length = request_length(connection)) > 0) {
        ssize_t sent = send(connection->socket, answer, answer_length, MSG_NOSIGNAL);

        if (sent != (ssize_t)answer_length)
            return false;
        connection->used -= length;
        memmove(connection->bytes, connection->bytes + length, connection->used);
    }
    return connection->used < ROOM - 1;
}

static void serve(struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->bytes + connection->used,
                       ROOM - 1 - connection->used, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        drop(connection);
        return;
    }
    connection->used += (size_t)got;
    connection->bytes[connection->used] = '\0';
    if (!answer_all(connection))
        drop(connection);
}

static void end(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];

    if (argc != 2) {
        fprintf(stderr, "usage: bench_raw_epoll ANSWER-FILE\n");
        return 2;
    }
    signal(SIGTERM, end);
    read_answer(argv[1]);

    int listener = listen_somewhere();
    int poller = epoll_create1(0);

    must(poller >= 0, "epoll_create1");
    watch(poller, listener, NULL);
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;

            if (connection == NULL)
                accept_all(poller, listener);
            else
                serve(connection);
        }
    }
}
