/* SPDX-License-Identifier: MIT */
/*
 * What a window of Connect is told: the state of its session, which the page renders as it is. The
 * form is ours; the institution's and `result` are those of the launcher's callbacks. New
 * references, NULL without memory.
 */
#ifndef MK_CONNECT_STATE_H
#define MK_CONNECT_STATE_H

#include "core/flow.h"

/* `link` is the result on screen `success`, else NULL. */
json_t *mk_connect_state_view(const struct mk_connect *connect, enum mk_first_window first,
                              const struct mk_link *link);

/* `is_duplicate`: the customer has a link there already. */
json_t *mk_connect_institution_view(const struct mk_institution *institution, bool is_duplicate);

json_t *mk_connect_persona_view(const struct mk_persona *persona);

#endif
