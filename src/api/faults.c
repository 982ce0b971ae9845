/* SPDX-License-Identifier: MIT */
#include "api/faults.h"

bool mk_fault_applies(const struct mk_route *route)
{
    return route->operation != NULL && route->access != MK_ACCESS_CONTROL &&
           route->access != MK_ACCESS_ADMIN;
}

static void copy(const struct mk_fault *fault, struct mk_fired *ret)
{
    static const enum mk_ending endings[] = {
        [MK_FAULT_ERROR] = MK_ENDING_WHOLE,
        [MK_FAULT_RESET] = MK_ENDING_RESET,
        [MK_FAULT_TRUNCATE] = MK_ENDING_TRUNCATED,
        [MK_FAULT_DELAY] = MK_ENDING_WHOLE,
    };

    ret->number = fault->number;
    ret->action = fault->action;
    ret->delay = fault->delay_ms * (MK_SECOND / 1000);
    ret->ending = endings[fault->action];
    if (fault->action != MK_FAULT_ERROR)
        return;
    ret->status = fault->status;
    mk_copy_into(ret->error_code, sizeof(ret->error_code), fault->error_code);
    if (fault->message != NULL) /* a loaded rule may have none */
        mk_copy_into(ret->message, sizeof(ret->message), fault->message);
    ret->link_error_code = fault->link_error_code;
    ret->retry_after = fault->retry_after;
}

void mk_fault_fire(const struct mk_route *route, struct mk_world *world, const char *const *path,
                   struct mk_fired *ret)
{
    if (world == NULL || world->faults.count == 0 || !mk_fault_applies(route))
        return;
    mk_world_lock(world);
    const struct mk_fault *fault =
        mk_faults_try(&world->faults, route->operation, route->names_link ? path[0] : NULL);
    if (fault != NULL)
        copy(fault, ret);
    mk_world_unlock(world);
}

enum mk_err mk_fault_error(const struct mk_fired *fault, struct mk_problem *problem)
{
    if (fault->status == 0)
        return MK_OK;
    problem->status = fault->status;
    problem->link_error_code = fault->link_error_code;
    problem->retry_after = fault->retry_after;
    mk_copy_into(problem->error_code, sizeof(problem->error_code), fault->error_code);
    mk_copy_into(problem->message, sizeof(problem->message), fault->message);
    return MK_FAULTED;
}
