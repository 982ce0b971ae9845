/* SPDX-License-Identifier: MIT */
/*
 * The parts of an absolute URI that decide who it belongs to.
 */
#ifndef MK_BASE_URL_H
#define MK_BASE_URL_H

#include <stdbool.h>

struct mk_url {
    char scheme[32];  /* lower case */
    char host[256];   /* lower case, no brackets; "" when there is no authority */
    char origin[320]; /* scheme://host[:port], as browsers write it: default ports left out */
    bool has_query;
    bool has_fragment;
};

/* Reads "scheme:rest". False when there is no scheme, or host or port are malformed or too long. */
bool mk_url_read(const char *text, struct mk_url *ret);

/* Reads the value of a Host field, "name[:port]", as the bare name. False when it is malformed. */
bool mk_host_read(const char *text, char ret[256]);

/* Whether a bare host name or address is this machine: localhost, *.localhost, 127/8, ::1. */
bool mk_host_is_loopback(const char *host);

#endif
