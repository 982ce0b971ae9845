/* SPDX-License-Identifier: MIT */
/* Where the rules of core/faults.h meet a call. */
#ifndef MK_API_FAULTS_H
#define MK_API_FAULTS_H

#include "api/routes.h"

/* What fired at a call, as a copy: the rule may go before the call ends. Zeroed: nothing did. */
struct mk_fired {
    uint32_t number; /* of the rule; 0: none */
    uint8_t action;
    int64_t delay;         /* microseconds, first */
    enum mk_ending ending; /* how the answer leaves */
    unsigned status;       /* of an error instead of the answer; 0: none */
    char error_code[MK_FAULT_TEXT_MAX + 1];
    char message[MK_FAULT_TEXT_MAX + 1];
    const char *link_error_code; /* a literal; NULL */
    int64_t retry_after;
};

/* Whether rules apply to the route: to MoneyKit's operations, not to pages and the control API. */
bool mk_fault_applies(const struct mk_route *route);

/*
 * Tries the rules of the world (NULL: nobody's) at this call. Takes its lock only if there are
 * rules.
 */
void mk_fault_fire(const struct mk_route *route, struct mk_world *world, const char *const *path,
                   struct mk_fired *ret);

/* MK_FAULTED with the problem filled in when the fault is an error, else MK_OK. */
enum mk_err mk_fault_error(const struct mk_fired *fault, struct mk_problem *problem);

#endif
