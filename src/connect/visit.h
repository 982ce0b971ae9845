/* SPDX-License-Identifier: MIT */
/*
 * A visit to the bank's own page (OAuth): its name is the `state` of the bank's address and of the
 * way back to the app's redirect_uri. MoneyKit publishes neither; the names are those of OAuth 2.
 */
#ifndef MK_CONNECT_VISIT_H
#define MK_CONNECT_VISIT_H

#include "base/text.h"
#include "core/flow.h"

/* World, session and the proof. */
struct mk_visit {
    uint32_t handle;
    unsigned char session[16];
    unsigned char secret[16];
};

/* 48 URL-safe characters and a NUL. */
enum { MK_VISIT_SIZE = 49 };

/* The name of the flow's visit, which it has: mk_flow_visit(). */
void mk_visit_write(const struct mk_connect *connect, char out[MK_VISIT_SIZE]);
bool mk_visit_read(const char *text, struct mk_visit *ret);

/* Whether this is the session's visit, and the bank has not answered yet. */
bool mk_visit_is_open(const struct mk_session *session, const struct mk_visit *visit);

/*
 * Adds the address that the bank's page goes to: the redirect_uri (which has no query, maybe a
 * fragment) with the state, and with error=access_denied when the user refused.
 */
void mk_visit_add_return(const char *redirect_uri, const char *state, bool is_denied,
                         struct mk_text *out);

/* What the address of a way back says. */
struct mk_return {
    struct mk_visit visit;
    bool is_denied;
};

/* False when it names no visit. */
bool mk_return_read(const char *address, struct mk_return *ret);

#endif
