/* SPDX-License-Identifier: MIT */
/*
 * The pretend bank's side of Connect: who may log in, and which accounts and products the user may
 * share. Nothing here changes anything. The world's lock is held.
 */
#ifndef MK_CORE_LOGIN_H
#define MK_CORE_LOGIN_H

#include "core/world.h"
#include "json/issues.h"

/* A login fails with this link error code and sentence: sets both and returns MK_CONNECT_FAILED. */
enum mk_err mk_login_fail(struct mk_problem *problem, enum mk_link_error error,
                          const char *sentence);

/*
 * Which persona logs in at this institution, as its position in core/personas.c; what it is asked
 * after that is the caller's. NULLs are user_good and its password. custom_data is what user_custom
 * has, or NULL.
 */
enum mk_err mk_login_check(const struct mk_personas *personas,
                           const struct mk_institution *institution, const json_t *custom_data,
                           const char *username, const char *password, struct mk_problem *problem,
                           uint8_t *ret);

/* The accounts that the session lets the user share, bit i for account i of the bank's. */
uint64_t mk_login_offered_accounts(const struct mk_session *session,
                                   const struct mk_bank_account *accounts, size_t count);

/* The accounts of these names (a list of texts), or all for NULL: bits, offered or not. */
enum mk_err mk_login_named_accounts(const struct mk_bank_account *accounts, size_t count,
                                    const json_t *names, struct mk_issues *issues, uint64_t *ret);

/* What is shared of the accounts that the user wants to share. */
enum mk_err mk_login_share(const struct mk_session *session, const struct mk_bank_account *accounts,
                           size_t count, uint64_t wanted, struct mk_problem *problem,
                           uint64_t *ret);

/* The products that the session asks for and the institution has, as bits. */
unsigned mk_login_offered_products(const struct mk_session *session,
                                   const struct mk_institution *institution);

/*
 * The products that are granted with this choice (names; NULL: all), as bits; accounts always is.
 * Those in `before` were granted to the link earlier and need no choice.
 */
enum mk_err mk_login_products(const struct mk_session *session,
                              const struct mk_institution *institution, unsigned before,
                              const json_t *chosen, struct mk_issues *issues, unsigned *ret);

#endif
