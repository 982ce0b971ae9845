/* SPDX-License-Identifier: MIT */
/*
 * Listen addresses: the text of --listen as something that can be bound and named.
 */
#ifndef MK_HTTP_ADDRESS_H
#define MK_HTTP_ADDRESS_H

#include <stdbool.h>

struct mk_address {
    char host[256]; /* "localhost", "127.0.0.1", "::1" (no brackets), or the path of a socket */
    unsigned port;  /* 0 to 65535 */
    bool is_unix;
    bool is_loopback; /* nobody outside this machine can reach it */
};

/* Reads "HOST:PORT", "[V6]:PORT" or "unix:PATH". False when it is none of them. */
bool mk_address_read(const char *text, struct mk_address *ret);

#endif
