/* SPDX-License-Identifier: MIT */
/*
 * The option table: every setting is one row (flag, environment variable, kind, default, help),
 * from which the parser, the environment, --help and a test of the README are fed. A flag beats its
 * environment variable, which beats the default.
 */
#ifndef MK_OPTIONS_H
#define MK_OPTIONS_H

#include "base/clock.h"
#include "base/log.h"
#include "core/signer.h"
#include "core/worlds.h"

#include <stdio.h>

struct mk_names {
    char **items;
    size_t count;
};

struct mk_options {
    char *listen;
    char *public_url; /* NULL: made from the bound port */
    struct mk_names allowed_hosts;
    struct mk_names clients; /* ID:SECRET */
    char *access_token;
    char *admin_token; /* NULL: drawn at start */
    int64_t seed;
    bool deterministic;
    int64_t now;    /* MK_NEVER: real time */
    int timestamps; /* enum mk_time_style */
    struct mk_names redirect_origins;
    struct mk_names webhook_hosts;
    char *issuer;      /* NULL: the public URL */
    char *load;        /* a path; NULL */
    int rate_limits;   /* 0: off, 1: documented */
    char *signing_key; /* a path; NULL: in the user's state folder, or from the seed */
    int64_t max_worlds;
    int64_t threads;
    char *tls_cert; /* paths */
    char *tls_key;
    int log_level;  /* enum mk_log_level */
    int log_format; /* enum mk_log_format */
    bool wants_help;
    bool wants_version;
};

enum { MK_OPTIONS_ERROR_SIZE = 512 };

/*
 * Reads environment and arguments ("--flag value", "--flag=value"). On failure one line is in
 * `error` and nothing is owned. mk_options_done() frees what a successful read holds.
 */
bool mk_options_read(int count, const char *const *arguments, struct mk_options *ret,
                     char error[MK_OPTIONS_ERROR_SIZE]);
void mk_options_done(struct mk_options *options);

/* The rules between options, and the forms of those that are more than a text: options_check.c. */
bool mk_options_check(const struct mk_options *options, char error[MK_OPTIONS_ERROR_SIZE]);

/*
 * The public URL of a server bound to `port` (0: a unix socket), new: --public-url or one made from
 * the address.
 */
char *mk_public_url(const struct mk_options *options, unsigned port);

/*
 * The key of --signing-key, from the seed with --deterministic, or the one of the user's state
 * folder; a fresh one and a warning where that can't be kept. NULL with one line in `error`.
 */
struct mk_signer *mk_open_signer(const struct mk_options *options,
                                 char error[MK_OPTIONS_ERROR_SIZE]);

/* The text of --help, from the table. */
void mk_options_help(FILE *out);

/* The rows, for tests: flag ("--listen"), environment variable; false past the end. */
bool mk_options_row(size_t index, const char **ret_flag, const char **ret_variable);

#endif
