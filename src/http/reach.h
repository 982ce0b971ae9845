/* SPDX-License-Identifier: MIT */
/*
 * Where webhooks may go: by default to this machine and to private networks only, so that a URL
 * which came from somewhere else can't make the sandbox call the internet. Ours.
 *
 * Link-local IPv4 is not among them: the metadata of cloud machines lives there.
 */
#ifndef MK_HTTP_REACH_H
#define MK_HTTP_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Room for an address as text. */
enum { MK_REACH_TEXT_SIZE = 64 };

/* Loopback, 10/8, 172.16/12, 192.168/16, fc00::/7, fe80::/10, and these inside IPv6. */
bool mk_reach_is_private(const struct sockaddr *address);

/*
 * Whether the list of --webhook-hosts has this host of a URL: by its name or address in any case,
 * by "*.example.com" (names that end with .example.com), or by "*".
 */
bool mk_reach_is_listed(const char *host, const char *const *list, size_t count);

void mk_reach_write(const struct sockaddr *address, char out[MK_REACH_TEXT_SIZE]);

#endif
