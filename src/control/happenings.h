/* SPDX-License-Identifier: MIT */
/*
 * What happened in a world as JSON: one form for the list of requests, for wait and for the stream
 * of events. Ours.
 */
#ifndef MK_CONTROL_HAPPENINGS_H
#define MK_CONTROL_HAPPENINGS_H

#include "api/record.h"
#include "core/world.h"

/* A happening with the texts that its view needs: it outlives the lock. */
struct mk_kept_happening {
    struct mk_happening happening;
    char target[MK_KEPT_TARGET_MAX];
    char reply[1024]; /* of a fault */
};

void mk_happening_keep(const struct mk_happening *happening, struct mk_kept_happening *ret);

/* The error_code of the answer to a request; NULL: it was no error. New reference. */
json_t *mk_happening_error_view(const struct mk_happening *happening);

/* New reference, NULL without memory. */
json_t *mk_happening_view(const struct mk_happening *happening, enum mk_time_style style);

/* "mk_..." of the happening's link; false when it has none. */
bool mk_happening_link_id(const struct mk_happening *happening, char out[MK_LINK_ID_SIZE]);

/*
 * A target as text: bytes that no URL has are encoded, so it is UTF-8 whatever a client sent. New
 * reference.
 */
json_t *mk_target_view(const char *target);

/*
 * The number that a text of "since" stands for: itself, or, of a request's id, the number before
 * the first thing that this request caused. An issue at ["query", "since"] when it is of the
 * future, or when the journal does not know the request.
 */
enum mk_err mk_read_since(const struct mk_call *call, struct mk_reply *reply, const char *text,
                          uint64_t *ret);

#endif
