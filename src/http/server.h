/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server: libmicrohttpd in external epoll mode under an event loop of our own.
 *
 *     listen sockets (ours: localhost on v4 and v6, one address, or a unix socket)
 *        -> one daemon per event thread and socket (SO_REUSEPORT when there are several threads)
 *        -> the loop: wait for the daemons' epoll descriptors and the next deadline, MHD_run
 *
 * Bodies gather in a capped buffer of the connection; the answer is given in libmicrohttpd's last
 * callback, or later: a connection whose call waits, or whose feed has nothing to tell, is parked
 * without a thread or a time limit. The loop also closes connections that stay silent or take too
 * long, and ends quietly: see mk_server_stop(). Only the files that server_private.h lists know
 * microhttpd.h.
 */
#ifndef MK_HTTP_SERVER_H
#define MK_HTTP_SERVER_H

#include "http/message.h"

/* Limits of connections, with their defaults. */
#define MK_IDLE_SECONDS 60    /* from connecting, or from the last answer, to a request line */
#define MK_REQUEST_SECONDS 30 /* from the request line to the end of the answer, but for waits */
#define MK_STOP_SECONDS 5     /* how long requests under way may take after a stop */

struct mk_server;

struct mk_server_config {
    const char *listen; /* "localhost:8080", "[::1]:0", "0.0.0.0:8080", "unix:PATH" */
    unsigned threads;
    const char *tls_cert; /* PEM text, not a path; NULL: no TLS */
    const char *tls_key;
    unsigned idle_seconds;    /* 0: the default above */
    unsigned request_seconds; /* 0: the default above */
    unsigned stop_seconds;    /* 0: the default above */
    mk_dispatch *dispatch;
    void *context;
    /* How long the body of this request may be; asked when it is longer than MK_BODY_MAX. */
    size_t (*body_max)(void *context, enum mk_method method, const char *target);
    /*
     * Called when the address is known and before the first request; NULL: nobody wants to know.
     * False, with one line in `error`, when nothing can be served.
     */
    bool (*bound)(void *context, const struct mk_server *server, char *error);
};

/* Room for any message of mk_server_start(). */
enum { MK_SERVER_ERROR_SIZE = 512 };

/*
 * Binds, starts the event threads and returns; requests are answered from here on. NULL on failure,
 * with one line that says what and why in `error` ("localhost:8080: address already in use").
 */
struct mk_server *mk_server_start(const struct mk_server_config *config,
                                  char error[MK_SERVER_ERROR_SIZE]);

/* The bound address as HOST:PORT ("localhost:8080", "[::1]:41234") or "unix:PATH". Borrowed. */
const char *mk_server_address(const struct mk_server *server);

/* The bound TCP port, 0 for a unix socket. */
unsigned mk_server_port(const struct mk_server *server);

/* Whether stopping has begun (for /readyz). Any thread. */
bool mk_server_stopping(const struct mk_server *server);

/*
 * Accepts nothing new, lets every request under way finish and be read (stop_seconds at most),
 * joins the threads and frees everything. Idle connections end as soon as nothing waits in them.
 * Calls that wait are asked once more at once, feeds for a last time.
 */
void mk_server_stop(struct mk_server *server);

#endif
