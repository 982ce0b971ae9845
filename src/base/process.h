/* SPDX-License-Identifier: MIT */
/*
 * What this process uses of the machine.
 */
#ifndef MK_BASE_PROCESS_H
#define MK_BASE_PROCESS_H

#include <stdint.h>

struct mk_process {
    int64_t resident; /* bytes of memory; -1 where the system does not tell, as in the others */
    int64_t cpu;      /* microseconds, of all threads, user and system */
    int64_t files;    /* open file descriptors */
};

void mk_process_look(struct mk_process *ret);

#endif
