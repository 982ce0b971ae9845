/* SPDX-License-Identifier: MIT */
/*
 * What can go wrong, as the pretend bank sees it. api/errors.c alone knows the HTTP status, the
 * error_code and the default sentence of each.
 */
#ifndef MK_CORE_ERROR_H
#define MK_CORE_ERROR_H

#include <stdint.h>

enum mk_err {
    MK_OK,
    MK_LATER,       /* no error: the reply's pause says when to ask again */
    MK_FAULTED,     /* a fault fired: the problem has its status and code */
    MK_INTERNAL,    /* our fault; jansson without memory */
    MK_UNAVAILABLE, /* a limit of the server */
    MK_MALFORMED,   /* not HTTP, or a header that must be single came twice */
    MK_HEAD_TOO_LARGE,
    MK_BODY_TOO_LARGE,
    MK_PATH_NOT_FOUND,
    MK_METHOD_NOT_ALLOWED,
    MK_INVALID, /* the reply's issues say what */
    MK_UNAUTHORIZED,
    MK_BAD_GRANT,
    MK_BEARER_EXPIRED,
    MK_INSTITUTION_NOT_FOUND,
    MK_LINK_NOT_FOUND,
    MK_LINK_OF_OTHER_CLIENT,
    MK_LINK_DELETED,
    MK_LINK_BAD_STATE, /* the problem's link_error_code says which */
    MK_LINK_FORBIDDEN, /* the user did not grant it */
    MK_LINK_BAD_CONFIG,
    MK_RATE_LIMITED, /* the problem's retry_after says for how long */
    MK_SESSION_FORBIDDEN,
    MK_TOKEN_NOT_EXCHANGEABLE,
    MK_HOST_FORBIDDEN, /* from here on: the control API, ours */
    MK_SESSION_NOT_FOUND,
    MK_CONNECT_FAILED, /* the problem's link_error_code says how */
    MK_REQUEST_NOT_FOUND,
    MK_DELIVERY_NOT_FOUND,
    MK_FAULT_NOT_FOUND,
    MK_WORLD_NOT_FOUND,
    MK_WORLD_EXISTS,
    MK_WORLD_IN_USE, /* wants a world without links and sessions */
    MK_TIME_BACKWARDS,
    MK_ERR_COUNT
};

/* The part of an error that its row can't know. Zeroed memory is a valid empty problem. */
struct mk_problem {
    char message[256];           /* empty: the row's sentence */
    const char *link_error_code; /* a literal; NULL where the error has none */
    int64_t retry_after;         /* whole seconds, at least 1; 0 where the error has none */
    unsigned status;             /* of MK_FAULTED, as the next */
    char error_code[201];
};

/* Writes the sentence (cut to fit) and returns err, so that a failure is one line. */
enum mk_err mk_fail(struct mk_problem *problem, enum mk_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The one macro with control flow: do this step or return its error. */
#define MK_TRY(step) \
    do { \
        enum mk_err mk_err_ = (step); \
        if (mk_err_ != MK_OK) \
            return mk_err_; \
    } while (0)

#endif
