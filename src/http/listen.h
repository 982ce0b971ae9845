/* SPDX-License-Identifier: MIT */
/*
 * The listen sockets of a server: bound here, accepted from by libmicrohttpd.
 *
 * One row of sockets per event thread. "localhost" has two in a row where there is IPv6, 127.0.0.1
 * and ::1 on the same port; everything else has one. With several threads the rows share the port
 * by SO_REUSEPORT, after a probe without it has shown that nobody else listens there. A unix socket
 * can't be shared that way: its rows are duplicates of one descriptor.
 */
#ifndef MK_HTTP_LISTEN_H
#define MK_HTTP_LISTEN_H

#include "http/address.h"

#include <stddef.h>
#include <sys/types.h>

enum { MK_LISTEN_ADDRESSES = 2, MK_LISTEN_ERROR_SIZE = 256 };

struct mk_listen {
    struct mk_address address; /* the port is the bound one */
    size_t threads;
    size_t per_thread;
    int *fds;     /* threads * per_thread; -1: closed */
    dev_t device; /* of the unix socket's file, so that nobody else's is removed */
    ino_t inode;
};

/* Binds and listens. False with one line in `error`, and nothing left open, when that fails. */
bool mk_listen_open(struct mk_listen *listen, const char *text, unsigned threads,
                    char error[MK_LISTEN_ERROR_SIZE]);

/*
 * New connections are no longer begun, while those that wait to be accepted still can be: between
 * the last accept() and close() nobody slips in who would be reset.
 */
void mk_listen_bar(struct mk_listen *listen);

/* Closes one socket. */
void mk_listen_close(int *fd);

/* Closes what is open and removes the unix socket's file. */
void mk_listen_done(struct mk_listen *listen);

#endif
