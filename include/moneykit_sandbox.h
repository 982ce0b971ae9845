/* SPDX-License-Identifier: MIT */
/*
 * moneykit-sandbox inside another program: a server that behaves like the MoneyKit API, started and
 * stopped by a test.
 *
 *     char error[MONEYKIT_SANDBOX_ERROR_SIZE];
 *     const char *options[] = { "--listen=localhost:0", "--log-level=warn" };
 *     struct moneykit_sandbox *sandbox = moneykit_sandbox_create(options, 2, error);
 *     if (sandbox == NULL || !moneykit_sandbox_start(sandbox, error))
 *         ...
 *     ... moneykit_sandbox_url(sandbox) ...
 *     moneykit_sandbox_destroy(sandbox);
 *
 * The options are those of the command line (moneykit-sandbox --help), and the environment
 * variables count too. One sandbox may be used from several threads once it is started. The log is
 * shared by all sandboxes of a process. A start keeps its signing key in the user's state folder
 * (see --signing-key); with --deterministic it writes nothing.
 */
#ifndef MONEYKIT_SANDBOX_H
#define MONEYKIT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MONEYKIT_SANDBOX_ERROR_SIZE = 512 };

struct moneykit_sandbox;

/* Reads the options, which are copied. NULL on a bad one, with one line about it in `error`. */
struct moneykit_sandbox *moneykit_sandbox_create(const char *const *options, size_t count,
                                                 char error[MONEYKIT_SANDBOX_ERROR_SIZE]);

/* Binds and serves; returns when the first request can be made. Once per sandbox. */
bool moneykit_sandbox_start(struct moneykit_sandbox *sandbox,
                            char error[MONEYKIT_SANDBOX_ERROR_SIZE]);

/* The bound address, "localhost:8080" or "unix:PATH". Borrowed; after a start. */
const char *moneykit_sandbox_address(const struct moneykit_sandbox *sandbox);

/* The public URL, "http://localhost:8080". Borrowed; after a start. */
const char *moneykit_sandbox_url(const struct moneykit_sandbox *sandbox);

/* The token for calls across worlds. Borrowed. */
const char *moneykit_sandbox_admin_token(const struct moneykit_sandbox *sandbox);

/*
 * Finishes the requests under way (5 s at most) and stops serving. Nothing happens when it is not.
 */
void moneykit_sandbox_stop(struct moneykit_sandbox *sandbox);

/* Stops, and frees everything; NULL is fine. */
void moneykit_sandbox_destroy(struct moneykit_sandbox *sandbox);

#ifdef __cplusplus
}
#endif

#endif
