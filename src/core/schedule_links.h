/* SPDX-License-Identifier: MIT */
/* The links' part of the schedule, a source of core/schedule.c. */
#ifndef MK_CORE_SCHEDULE_LINKS_H
#define MK_CORE_SCHEDULE_LINKS_H

#include <stdint.h>

struct mk_world;

/* When a refresh begins or ends next; INT64_MAX: none does. */
int64_t mk_schedule_next_refresh(const struct mk_world *world);

/* Settles the link of that time up to then. */
void mk_schedule_run_refresh(struct mk_world *world, int64_t at);

#endif
