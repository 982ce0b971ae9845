/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/server_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The soft limit of descriptors is raised up to this; some are left for files and webhooks. */
enum { FILES_WANTED = 65536, FILES_SPARED = 128, CONNECTIONS_MIN = 16 };

static struct mk_server *fail(struct mk_server *server, char *error, const char *what,
                              const char *why)
{
    snprintf(error, MK_SERVER_ERROR_SIZE, "%.100s: %.140s", what, why);
    mk_server_stop(server);
    return NULL;
}

/*
 * libmicrohttpd's messages are of interest to its developers only, but for those of a failed start.
 */
__attribute__((format(printf, 2, 0))) static void take_message(void *context, const char *format,
                                                               va_list arguments)
{
    struct mk_door *door = context;
    struct mk_server *server = door->loop->server;
    char message[sizeof(server->complaint)];

    if (door->loop->started && !mk_log_wants(MK_LOG_DEBUG))
        return;
    vsnprintf(message, sizeof(message), format, arguments);
    message[strcspn(message, "\n")] = '\0';
    mk_log(MK_LOG_DEBUG, "microhttpd: %s", message);
    if (!door->loop->started)
        memcpy(server->complaint, message, sizeof(message));
}

/* Returns how many descriptors this process may have, after asking for more. */
static size_t raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    rlim_t wanted = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
    if (limit.rlim_cur < wanted) {
        struct rlimit raised = { .rlim_cur = wanted, .rlim_max = limit.rlim_max };
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit.rlim_cur = wanted;
    }
    return limit.rlim_cur < FILES_WANTED ? limit.rlim_cur : FILES_WANTED;
}

/* All doors together stay within the limit: a full one waits, out of descriptors it would spin. */
static unsigned door_limit(size_t files, size_t doors)
{
    size_t spared = files / 4 < FILES_SPARED ? files / 4 : FILES_SPARED;
    size_t each = (files - spared) / doors;

    return each > CONNECTIONS_MIN ? (unsigned)each : CONNECTIONS_MIN;
}

static bool open_door(struct mk_door *door, const struct mk_server_config *config)
{
    unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)config->tls_cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)config->tls_key },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct mk_server *server = door->loop->server;

    if (server->tls)
        flags |= MHD_USE_TLS;
    /* clang-format off */
    door->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, mk_request_handle, door,
        MHD_OPTION_EXTERNAL_LOGGER, take_message, door, /* first, so that it hears of the others */
        MHD_OPTION_LISTEN_SOCKET, *door->listen_fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, MK_POOL_SIZE,
        MHD_OPTION_CONNECTION_LIMIT, server->door_limit,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, /* server_request.c is, and answers */
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_NOTIFY_CONNECTION, mk_request_connection, door,
        MHD_OPTION_URI_LOG_CALLBACK, mk_request_begin, door,
        MHD_OPTION_NOTIFY_COMPLETED, mk_request_end, door,
        MHD_OPTION_ARRAY, server->tls ? tls : tls + MK_COUNT(tls) - 1,
        MHD_OPTION_END);
    /* clang-format on */
    if (door->daemon == NULL)
        return false;
    door->epoll_fd = MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return true;
}

static bool open_loops(struct mk_server *server)
{
    bool opened = true;

    for (size_t t = 0; t < server->listen.threads; t++) {
        server->loops[t].server = server;
        opened &= mk_later_open(&server->loops[t]);
    }
    return opened;
}

static bool open_doors(struct mk_server *server, const struct mk_server_config *config)
{
    struct mk_listen *listen = &server->listen;

    for (size_t t = 0; t < listen->threads; t++) {
        struct mk_loop *loop = &server->loops[t];
        for (size_t i = 0; i < listen->per_thread; i++) {
            struct mk_door *door = &loop->doors[i];
            door->loop = loop;
            door->listen_fd = &listen->fds[t * listen->per_thread + i];
            loop->door_count = i + 1;
            if (!open_door(door, config))
                return false;
        }
    }
    return true;
}

/*
 * Signals are the main thread's, and writing to a client that has gone must not end the process: so
 * event threads begin with all signals blocked but those that tell of a crash.
 */
static void thread_signals(sigset_t *ret)
{
    static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

    sigfillset(ret);
    for (size_t i = 0; i < MK_COUNT(crashes); i++)
        sigdelset(ret, crashes[i]);
}

static bool start_threads(struct mk_server *server)
{
    sigset_t blocked;
    sigset_t before;
    bool started = true;

    thread_signals(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    for (size_t t = 0; t < server->listen.threads && started; t++) {
        struct mk_loop *loop = &server->loops[t];
        loop->started = true; /* before the thread reads it */
        started = pthread_create(&loop->thread, NULL, mk_loop_run, loop) == 0;
        if (!started)
            loop->started = false;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void name_address(struct mk_server *server)
{
    const struct mk_address *address = &server->listen.address;

    if (address->is_unix)
        snprintf(server->address, sizeof(server->address), "unix:%s", address->host);
    else if (strchr(address->host, ':') != NULL)
        snprintf(server->address, sizeof(server->address), "[%s]:%u", address->host, address->port);
    else
        snprintf(server->address, sizeof(server->address), "%s:%u", address->host, address->port);
}

static int64_t span(unsigned seconds, unsigned otherwise)
{
    return (seconds > 0 ? seconds : otherwise) * MK_SECOND;
}

static struct mk_server *make(const struct mk_server_config *config)
{
    struct mk_server *server = mk_alloc_zero(1, sizeof(*server));

    server->dispatch = config->dispatch;
    server->context = config->context;
    server->body_max = config->body_max;
    server->tls = config->tls_cert != NULL || config->tls_key != NULL;
    server->idle_span = span(config->idle_seconds, MK_IDLE_SECONDS);
    server->request_span = span(config->request_seconds, MK_REQUEST_SECONDS);
    server->stop_span = span(config->stop_seconds, MK_STOP_SECONDS);
    return server;
}

struct mk_server *mk_server_start(const struct mk_server_config *config,
                                  char error[MK_SERVER_ERROR_SIZE])
{
    unsigned threads = config->threads > 0 ? config->threads : 1;
    struct mk_server *server = make(config);

    const char *why = server->tls ? mk_tls_check(config->tls_cert, config->tls_key) : NULL;
    if (why != NULL)
        return fail(server, error, config->listen, why);
    if (!mk_listen_open(&server->listen, config->listen, threads, error)) {
        mk_server_stop(server);
        return NULL;
    }
    name_address(server);
    server->door_limit = door_limit(raise_file_limit(), threads * server->listen.per_thread);
    server->loops = mk_alloc_zero(threads, sizeof(*server->loops));
    if (!open_loops(server))
        return fail(server, error, config->listen, "no descriptor is left");
    if (!open_doors(server, config))
        return fail(server, error, config->listen, server->complaint);
    if (config->bound != NULL && !config->bound(config->context, server, error)) {
        mk_server_stop(server);
        return NULL;
    }
    if (!start_threads(server))
        return fail(server, error, config->listen, "the system refuses another thread");
    return server;
}

const char *mk_server_address(const struct mk_server *server)
{
    return server->address;
}

unsigned mk_server_port(const struct mk_server *server)
{
    return server->listen.address.port;
}

bool mk_server_stopping(const struct mk_server *server)
{
    return atomic_load_explicit(&server->stopping, memory_order_acquire);
}

/* Tells the event threads to come to an end, and waits for them. */
static void stop_threads(struct mk_server *server)
{
    atomic_store_explicit(&server->stopping, true, memory_order_release);
    for (size_t t = 0; t < server->listen.threads; t++) {
        if (server->loops[t].started)
            mk_later_wake(&server->loops[t]);
    }
    for (size_t t = 0; t < server->listen.threads; t++) {
        if (server->loops[t].started)
            pthread_join(server->loops[t].thread, NULL);
    }
}

/* A daemon that has not been quiesced would close the listen socket, which is not its own. */
static void close_doors(struct mk_loop *loop)
{
    for (size_t i = 0; i < loop->door_count; i++) {
        if (loop->doors[i].daemon == NULL)
            continue;
        MHD_quiesce_daemon(loop->doors[i].daemon);
        MHD_stop_daemon(loop->doors[i].daemon);
    }
}

void mk_server_stop(struct mk_server *server)
{
    if (server == NULL)
        return;
    if (server->loops != NULL) {
        mk_listen_bar(&server->listen);
        stop_threads(server);
        for (size_t t = 0; t < server->listen.threads; t++) {
            close_doors(&server->loops[t]);
            mk_later_close(&server->loops[t]);
        }
    }
    free(server->loops);
    mk_listen_done(&server->listen);
    free(server);
}
