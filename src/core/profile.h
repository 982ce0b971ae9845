/* SPDX-License-Identifier: MIT */
/* Reads one of the profiles of data/personas/: its accounts and what goes on in them. */
#ifndef MK_CORE_PROFILE_H
#define MK_CORE_PROFILE_H

#include "core/personas.h"

/*
 * Fills in a zeroed profile. It borrows `file` and `transactions`, which is the file's own section
 * or that of a profile it shares. False when they are broken: mk_profile_done() all the same.
 */
bool mk_profile_init(struct mk_profile *profile, const char *name, const json_t *file,
                     const json_t *transactions, const struct mk_merchants *merchants);
void mk_profile_done(struct mk_profile *profile);

#endif
