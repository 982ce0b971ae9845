/* SPDX-License-Identifier: MIT */
/*
 * --load: the worlds that a sandbox starts with. The file holds a snapshot as GET /sandbox/snapshot
 * gives it, or several: {"worlds": [...]}. Each names its client_id; a client_secret beside it is
 * pinned, without one the client's first call pins its own.
 */
#ifndef MK_LOAD_H
#define MK_LOAD_H

#include "core/worlds.h"

/* False with one line that names file and place in `error`; some worlds may be there then. */
bool mk_load_worlds(const char *path, struct mk_worlds *worlds, char *error, size_t room);

#endif
