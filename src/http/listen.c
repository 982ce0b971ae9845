/* SPDX-License-Identifier: MIT */
#include "http/listen.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* How often port 0 is tried when a port that is free on 127.0.0.1 is taken on ::1. */
enum { PORT_TRIES = 16 };

/* Something to bind. */
struct place {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
        struct sockaddr_storage storage;
    } address;
    socklen_t length;
    bool optional; /* left out, without a word, on a machine that has no such address */
};

struct plan {
    struct place places[MK_LISTEN_ADDRESSES];
    size_t count;
    unsigned port;
};

static const char *reason(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "address already in use";
    case EACCES:
    case EPERM:
        return "permission denied";
    case EADDRNOTAVAIL:
        return "this machine has no such address";
    default:
        return strerrordesc_np(error);
    }
}

static bool fail(const char *text, const char *why, char *error)
{
    snprintf(error, MK_LISTEN_ERROR_SIZE, "%.160s: %s", text, why);
    return false;
}

static void set_port(struct place *place, unsigned port)
{
    if (place->address.any.sa_family == AF_INET)
        place->address.v4.sin_port = htons((uint16_t)port);
    else
        place->address.v6.sin6_port = htons((uint16_t)port);
}

static unsigned bound_port(int fd)
{
    struct place place = { .length = sizeof(place.address) };

    if (getsockname(fd, &place.address.any, &place.length) != 0)
        return 0;
    return ntohs(place.address.any.sa_family == AF_INET ? place.address.v4.sin_port
                                                        : place.address.v6.sin6_port);
}

static int set_flag(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value));
}

static int set_up(int fd, const struct place *place, bool shared)
{
    int family = place->address.any.sa_family;

    if (family != AF_UNIX && set_flag(fd, SOL_SOCKET, SO_REUSEADDR, 1) != 0)
        return -1;
    if (shared && set_flag(fd, SOL_SOCKET, SO_REUSEPORT, 1) != 0)
        return -1;
    /* [::] means every address, as 0.0.0.0 does. */
    if (family == AF_INET6 && set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) != 0)
        return -1;
    if (bind(fd, &place->address.any, place->length) != 0)
        return -1;
    return listen(fd, SOMAXCONN);
}

/* A listening descriptor, or minus the error number. */
static int open_place(const struct place *place, bool shared)
{
    int fd = socket(place->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    if (set_up(fd, place, shared) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

static void close_row(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mk_listen_close(&fds[i]);
}

static void drop_place(struct plan *plan, size_t place)
{
    plan->count--;
    for (size_t i = place; i < plan->count; i++)
        plan->places[i] = plan->places[i + 1];
}

/*
 * Opens one socket per place on one port; the first to be bound chooses it when the plan has none.
 * Returns 0 or the error number.
 */
static int open_row(struct plan *plan, unsigned port, bool shared, int *fds)
{
    for (size_t i = 0; i < plan->count;) {
        struct place *place = &plan->places[i];
        set_port(place, port);
        int fd = open_place(place, shared);
        if (place->optional && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)) {
            drop_place(plan, i);
            continue;
        }
        if (fd < 0) {
            close_row(fds, i);
            return -fd;
        }
        fds[i++] = fd;
        port = bound_port(fd);
    }
    plan->port = port;
    return 0;
}

static int open_first_row(struct plan *plan, unsigned port, int *fds)
{
    int error = EADDRINUSE;

    for (int i = 0; i < PORT_TRIES && error == EADDRINUSE; i++) {
        error = open_row(plan, port, false, fds);
        if (port != 0)
            break;
    }
    return error;
}

/* The first row is only a probe when there are several: sockets that share a port all say so. */
static int open_tcp(struct mk_listen *listen, struct plan *plan)
{
    int error = open_first_row(plan, listen->address.port, listen->fds);

    if (error != 0)
        return error;
    listen->address.port = plan->port;
    listen->per_thread = plan->count;
    if (listen->threads == 1)
        return 0;
    close_row(listen->fds, plan->count);
    for (size_t i = 0; i < listen->threads && error == 0; i++)
        error = open_row(plan, plan->port, true, listen->fds + i * plan->count);
    return error;
}

static void plan_localhost(struct plan *plan)
{
    plan->count = 2;
    plan->places[0].length = sizeof(plan->places[0].address.v4);
    plan->places[0].address.v4.sin_family = AF_INET;
    plan->places[0].address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    plan->places[1].optional = true;
    plan->places[1].length = sizeof(plan->places[1].address.v6);
    plan->places[1].address.v6.sin6_family = AF_INET6;
    plan->places[1].address.v6.sin6_addr = in6addr_loopback;
}

/* Returns NULL, or why the host can't be used. */
static const char *plan_host(struct plan *plan, const char *host)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found;

    if (strcasecmp(host, "localhost") == 0) {
        plan_localhost(plan);
        return NULL;
    }
    if (strchr(host, ':') != NULL)
        hints.ai_flags |= AI_NUMERICHOST; /* no name: nobody needs to be asked */
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error != 0)
        return gai_strerror(error);
    plan->count = 1;
    plan->places[0].length = found->ai_addrlen;
    memcpy(&plan->places[0].address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return NULL;
}

static bool is_stale(const struct place *place)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return false;
    bool refused = connect(fd, &place->address.any, place->length) != 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

/* Removes the socket file of a server that is gone. Returns NULL, or why the path can't be used. */
static const char *clear_path(const struct place *place)
{
    const char *path = place->address.local.sun_path;
    struct stat file;

    if (lstat(path, &file) != 0)
        return NULL;
    if (!S_ISSOCK(file.st_mode))
        return "this file is not a socket";
    if (!is_stale(place))
        return reason(EADDRINUSE);
    return unlink(path) == 0 ? NULL : reason(errno);
}

/* Returns NULL or the reason. */
static const char *open_unix(struct mk_listen *listen)
{
    struct place place = { .length = sizeof(place.address.local) };
    struct sockaddr_un *local = &place.address.local;
    const char *path = listen->address.host;
    struct stat file;

    if (strlen(path) >= sizeof(local->sun_path))
        return "the path of a unix socket has at most 107 bytes";
    local->sun_family = AF_UNIX;
    memcpy(local->sun_path, path, strlen(path) + 1);
    const char *why = clear_path(&place);
    if (why != NULL)
        return why;
    int fd = open_place(&place, false);
    if (fd < 0)
        return reason(-fd);
    listen->per_thread = 1;
    listen->fds[0] = fd;
    if (lstat(path, &file) != 0)
        return reason(errno);
    listen->device = file.st_dev;
    listen->inode = file.st_ino;
    for (size_t i = 1; i < listen->threads; i++) {
        listen->fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (listen->fds[i] < 0)
            return reason(errno);
    }
    return NULL;
}

/* Returns NULL or the reason. */
static const char *open_all(struct mk_listen *listen)
{
    struct plan plan = { .count = 0 };

    if (listen->address.is_unix)
        return open_unix(listen);
    const char *why = plan_host(&plan, listen->address.host);
    if (why != NULL)
        return why;
    int error = open_tcp(listen, &plan);
    return error == 0 ? NULL : reason(error);
}

bool mk_listen_open(struct mk_listen *listen, const char *text, unsigned threads,
                    char error[MK_LISTEN_ERROR_SIZE])
{
    *listen = (struct mk_listen){ .threads = threads };
    if (!mk_address_read(text, &listen->address))
        return fail(text, "not a listen address (HOST:PORT, [V6]:PORT or unix:PATH)", error);

    size_t most = listen->threads * MK_LISTEN_ADDRESSES;
    listen->fds = mk_alloc(most * sizeof(*listen->fds));
    for (size_t i = 0; i < most; i++)
        listen->fds[i] = -1;
    const char *why = open_all(listen);
    if (why == NULL)
        return true;
    mk_listen_done(listen);
    return fail(text, why, error);
}

/* The file is removed only while it is still ours: somebody may have replaced it. */
static void remove_file(struct mk_listen *listen)
{
    struct stat file;

    if (listen->inode == 0 || lstat(listen->address.host, &file) != 0)
        return;
    if (file.st_dev == listen->device && file.st_ino == listen->inode)
        unlink(listen->address.host);
    listen->inode = 0;
}

/* A filter that takes nothing makes the kernel drop what would begin a connection. */
void mk_listen_bar(struct mk_listen *listen)
{
    struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
    struct sock_fprog program = { .len = MK_COUNT(nothing), .filter = nothing };

    if (listen->address.is_unix) {
        remove_file(listen);
        return;
    }
    for (size_t i = 0; i < listen->threads * listen->per_thread; i++)
        setsockopt(listen->fds[i], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

void mk_listen_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void mk_listen_done(struct mk_listen *listen)
{
    remove_file(listen);
    if (listen->fds != NULL)
        close_row(listen->fds, listen->threads * MK_LISTEN_ADDRESSES);
    free(listen->fds);
    listen->fds = NULL;
}
