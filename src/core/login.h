/* SPDX-License-Identifier: MIT */
/*
 * The pretend bank's side of Connect: who may log in, and which accounts and products the user may
 * share. Nothing here changes anything. The world's lock is held.
 */
#ifndef MK_CORE_LOGIN_H
#define MK_CORE_LOGIN_H

#include "core/linking.h"

/* A login fails with this link error code and sentence: sets both and returns MK_CONNECT_FAILED. */
enum mk_err mk_login_fail(struct mk_problem *problem, enum mk_link_error error,
                          const char *sentence);

/* Which persona the choices log in as at this institution: its position in core/personas.c. */
enum mk_err mk_login_persona(const struct mk_session *session, const struct mk_personas *personas,
                             const struct mk_institution *institution,
                             const struct mk_choices *choices, struct mk_problem *problem,
                             uint8_t *ret);

/* The accounts that are shared, bit i for account i of the persona. */
enum mk_err mk_login_accounts(const struct mk_session *session, const struct mk_persona *persona,
                              const struct mk_choices *choices, struct mk_issues *issues,
                              struct mk_problem *problem, uint64_t *ret);

/* The products that are granted, as bits; accounts always is. */
enum mk_err mk_login_products(const struct mk_session *session,
                              const struct mk_institution *institution,
                              const struct mk_choices *choices, struct mk_issues *issues,
                              unsigned *ret);

#endif
