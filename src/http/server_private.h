/* SPDX-License-Identifier: MIT */
/*
 * What the files of the server share.
 *
 *     server.c          starts and stops: sockets, daemons, threads
 *     loop.c            an event thread: waits, runs its daemons, keeps the deadlines, ends quietly
 *     server_request.c  libmicrohttpd's callbacks: one request from its target to its answer
 *     server_tls.c      all that needs GnuTLS
 *
 *     mk_server -> mk_loop (one per thread) -> mk_door (one per socket) -> mk_connection
 *
 * A loop with its doors and connections belongs to its thread alone. Threads share the server,
 * which does not change after the start, but for `stopping`.
 */
#ifndef MK_HTTP_SERVER_PRIVATE_H
#define MK_HTTP_SERVER_PRIVATE_H

#include "http/listen.h"
#include "http/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* A connection's memory inside libmicrohttpd; cleared for every request, so it has a price. */
#define MK_POOL_SIZE ((size_t)16 * 1024)

/* Connections in the order of their deadlines; new ones come last, since all get the same span. */
struct mk_queue {
    struct mk_connection *first;
    struct mk_connection *last;
};

/* One libmicrohttpd daemon and the socket it accepts from. */
struct mk_door {
    struct mk_loop *loop;
    struct MHD_Daemon *daemon;
    int *listen_fd; /* in the server's mk_listen */
    int epoll_fd;
    unsigned connections;
    bool run_again; /* a place has become free behind a full door */
};

struct mk_loop {
    struct mk_server *server;
    pthread_t thread;
    bool started;
    struct mk_door doors[MK_LISTEN_ADDRESSES];
    size_t door_count;
    struct mk_queue waiting; /* for a request line */
    struct mk_queue serving; /* from the request line to the end of the answer */
    int64_t now;             /* of this turn, mk_monotonic_now() */
    unsigned vain_turns;     /* since a connection or a request was last heard of */
    bool stopping;
    int64_t grace_end; /* idle connections live until then */
    int64_t stop_end;  /* all the others until then */
};

struct mk_server {
    mk_dispatch *dispatch;
    void *context;
    bool tls;
    int64_t idle_span;
    int64_t request_span;
    int64_t stop_span;
    unsigned door_limit; /* connections */
    struct mk_listen listen;
    char address[sizeof(((struct mk_address *)0)->host) + 16];
    int stop_fd; /* an eventfd; readable for ever once stopping has begun */
    atomic_bool stopping;
    struct mk_loop *loops;
    char complaint[128]; /* libmicrohttpd's last words, while starting */
};

struct mk_connection {
    struct mk_connection *previous;
    struct mk_connection *next;
    struct mk_queue *queue; /* NULL: ended, libmicrohttpd is about to find out */
    int64_t deadline;
    struct mk_door *door;
    int fd;

    /* The request under way. The buffers stay for the next one, unless they have grown large. */
    struct mk_request request;
    bool head_read;
    bool chunked;
    bool answered;    /* dispatch was asked */
    bool expects;     /* the client waits for a go before it sends the body */
    bool close_after; /* where the next request begins is in doubt */
    size_t cookies;   /* bytes */
    char *target;
    size_t target_size;
    char *body;
    size_t body_size;
    size_t body_seen; /* bytes, with those that were not kept */
};

/* loop.c */

/* The body of an event thread; its argument is the loop. */
void *mk_loop_run(void *argument);

/* Puts a connection last into one of its loop's queues. */
void mk_loop_wait(struct mk_connection *connection);
void mk_loop_serve(struct mk_connection *connection);

/* Takes a connection out of its queue. */
void mk_loop_forget(struct mk_connection *connection);

/* server_request.c: the callbacks; `context` is the door. */

void mk_request_connection(void *context, struct MHD_Connection *mhd, void **connection,
                           enum MHD_ConnectionNotificationCode what);
void *mk_request_begin(void *context, const char *target, struct MHD_Connection *mhd);
enum MHD_Result mk_request_handle(void *context, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **connection);
void mk_request_end(void *context, struct MHD_Connection *mhd, void **connection,
                    enum MHD_RequestTerminationCode how);

/* server_tls.c */

/* NULL when certificate and key (PEM) are good and belong together, else what is wrong. */
const char *mk_tls_check(const char *certificate, const char *key);

/* Sends on the TLS session of a connection. */
void mk_tls_send(struct MHD_Connection *mhd, const char *bytes, size_t length);

#endif
