/* SPDX-License-Identifier: MIT */
/*
 * The error table: the only place that knows the HTTP status and error_code of each mk_err. The
 * body is MoneyKit's, with no envelope: error_code, error_message, documentation_url (null), and
 * for two of them link_error_code or validation_errors.
 */
#ifndef MK_API_ERRORS_H
#define MK_API_ERRORS_H

#include "api/call.h"

struct mk_error_row {
    unsigned status;
    const char *code;
    const char *message; /* when the problem brings none */
};

const struct mk_error_row *mk_error_row(enum mk_err err);

/*
 * The first row of MoneyKit's own errors with this error_code, or with this status; NULL: there is
 * none. A status of which there are several things takes the one whose code begins with `subject`
 * ("link_error"; NULL: any).
 */
const struct mk_error_row *mk_error_with_code(const char *code);
const struct mk_error_row *mk_error_with_status(unsigned status, const char *subject);

/* Turns the reply into the body of an error; what the reply held before is dropped. */
void mk_reply_error(struct mk_reply *reply, enum mk_err err);

#endif
