/* SPDX-License-Identifier: MIT */
/*
 * What the files of the server share.
 *
 *     server.c          starts and stops: sockets, daemons, threads
 *     loop.c            an event thread: waits, runs its daemons, keeps the deadlines, ends quietly
 *     server_request.c  libmicrohttpd's callbacks: one request from its target to its end
 *     server_answer.c   asks dispatch, and what becomes of its response
 *     server_later.c    connections that wait for an answer, or for more of one
 *     server_tls.c      all that needs GnuTLS
 *
 *     mk_server -> mk_loop (one per thread) -> mk_door (one per socket) -> mk_connection
 *
 * A loop with its doors and connections belongs to its thread alone, but for the list of those
 * whose bell was rung. Threads share the server, which does not change after the start, but for
 * `stopping`.
 *
 * While a call waits, libmicrohttpd has the connection suspended; it is resumed when there is
 * something to send. That needs MHD_ALLOW_SUSPEND_RESUME, which costs a lock per MHD_run() and
 * nothing per request or in the kernel: 60 interleaved rounds on 64 connections took 1.003 of the
 * CPU time without it (0.98 in a second comparison: noise), and an exchange 0.6 % more user
 * instructions with all that is in server_later.c. So every daemon has it.
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

/* Connections that wait, a heap in the order of their deadlines; each knows its place. */
struct mk_parked {
    struct mk_connection **items;
    size_t count;
    size_t room;
};

/* Connections whose bell was rung, in that order. Guarded by its lock. */
struct mk_rung {
    pthread_mutex_t lock;
    struct mk_connection *first;
    struct mk_connection *last;
    size_t count;
};

struct mk_loop {
    struct mk_server *server;
    pthread_t thread;
    bool started;
    struct mk_door doors[MK_LISTEN_ADDRESSES];
    size_t door_count;
    struct mk_queue waiting; /* for a request line */
    struct mk_queue serving; /* from the request line to the end of the answer */
    struct mk_parked parked; /* for an answer, or for more of it: as long as it takes */
    struct mk_rung rung;
    int wake_fd;  /* an eventfd, written to by any thread: look at `rung` and at `stopping` */
    int watch_fd; /* an epoll of wake_fd, and of the sockets of those who are parked */
    int64_t now;  /* of this turn, mk_monotonic_now() */
    unsigned vain_turns; /* since a connection or a request was last heard of */
    bool stopping;
    int64_t grace_end; /* idle connections live until then */
    int64_t stop_end;  /* all the others until then */
};

struct mk_server {
    mk_dispatch *dispatch;
    void *context;
    size_t (*body_max)(void *context, enum mk_method method, const char *target);
    bool tls;
    int64_t idle_span;
    int64_t request_span;
    int64_t stop_span;
    unsigned door_limit; /* connections */
    struct mk_listen listen;
    char address[sizeof(((struct mk_address *)0)->host) + 16];
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
    struct MHD_Connection *mhd;
    int fd;

    /* The request under way. The buffers stay for the next one, unless they have grown large. */
    struct mk_request request;
    bool head_read;
    bool chunked;
    bool answered;    /* dispatch was asked */
    bool expects;     /* the client waits for a go before it sends the body */
    bool close_after; /* where the next request begins is in doubt */
    bool lost;        /* nobody is there to answer: libmicrohttpd is to close it */
    size_t cookies;   /* bytes */
    char *target;
    size_t target_size;
    char *body;
    size_t body_size;
    size_t body_seen; /* bytes, with those that were not kept */
    size_t body_most; /* as announced; 0: unknown */
    size_t body_max;  /* of this route; 0: not asked for yet */

    /* An answer that comes later, or bit by bit. */
    size_t place; /* in the loop's `parked`, from 1; 0: nowhere */
    struct mk_feed feed;
    bool feed_last;       /* it was asked for the last time */
    struct mk_bell *bell; /* of this request; NULL: nobody asked for it */
    bool is_rung;         /* these three are guarded by the lock of the loop's `rung` */
    struct mk_connection *rung_previous;
    struct mk_connection *rung_next;
};

/* loop.c */

/* The body of an event thread; its argument is the loop. */
void *mk_loop_run(void *argument);

/* Puts a connection last into one of its loop's queues. */
void mk_loop_wait(struct mk_connection *connection);
void mk_loop_serve(struct mk_connection *connection);

/* Takes a connection out of its queue, or from among those who wait. */
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

/* server_answer.c */

/* The final word of mk_request_handle(): answers now, or parks the connection. */
enum MHD_Result mk_answer(struct mk_connection *connection);

/* Answers past libmicrohttpd and makes it close the connection. */
enum MHD_Result mk_answer_and_close(struct mk_connection *connection);

/* Asks dispatch about a parked connection again. */
void mk_answer_again(struct mk_connection *connection);

/* Lets dispatch come to an end with an answer that nobody waits for. */
void mk_answer_abandon(struct mk_connection *connection);

/* server_later.c */

bool mk_later_open(struct mk_loop *loop);
void mk_later_close(struct mk_loop *loop);

/* Makes the loop look. Any thread. */
void mk_later_wake(const struct mk_loop *loop);

/* An mk_request's bell_of; the carrier is the connection. */
struct mk_bell *mk_later_bell(void *carrier);

/* The request has ended: its bell is not heard any more. */
void mk_later_forget_bell(struct mk_connection *connection);

/* Out of the queues until then, or until the bell is rung or the client leaves. */
void mk_later_park(struct mk_connection *connection, int64_t until);
void mk_later_unpark(struct mk_connection *connection);

/* Gives a parked connection back to libmicrohttpd; there is something to say, or nobody there. */
void mk_later_resume(struct mk_connection *connection);

/* Looks after those whose bell was rung, and those who left: watch_fd is readable. */
void mk_later_hear(struct mk_loop *loop);

/* Looks after those who have waited long enough. */
void mk_later_end_waits(struct mk_loop *loop);

/* Makes everybody have waited long enough. */
void mk_later_hurry(struct mk_loop *loop);

/* Gives up everybody who still waits. */
void mk_later_give_up(struct mk_loop *loop);

/* server_tls.c */

/* NULL when certificate and key (PEM) are good and belong together, else what is wrong. */
const char *mk_tls_check(const char *certificate, const char *key);

/* Sends on the TLS session of a connection. */
void mk_tls_send(struct MHD_Connection *mhd, const char *bytes, size_t length);

#endif
