/* SPDX-License-Identifier: MIT */
/*
 * Asks a running server for one page: the `healthcheck` sub-command. libcurl is loaded when it is
 * called and not before, since its libraries are half the memory of an idle server.
 */
#ifndef MK_HTTP_PROBE_H
#define MK_HTTP_PROBE_H

#include <stddef.h>

enum { MK_PROBE_ERROR_SIZE = 256 };

/*
 * GETs url (through the socket at unix_path unless that is NULL), 3 s at most; the certificate of a
 * TLS server is not verified, since it is our own. Returns the status, or 0 with the reason in
 * `error`.
 */
long mk_probe_get(const char *url, const char *unix_path, char error[MK_PROBE_ERROR_SIZE]);

#endif
