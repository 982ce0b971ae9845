/* SPDX-License-Identifier: MIT */
/*
 * Holds the writer of the link object against the view that defines it: for the tests and for a
 * fuzz target.
 */
#ifndef MK_TESTS_LINK_WRITERS_H
#define MK_TESTS_LINK_WRITERS_H

#include "api/call.h"
#include "api/views.h"
#include "json/build.h"

#include <stdlib.h>
#include <string.h>

/* Whether `written` has the bytes of jansson's and of our own dump of the view, which is stolen. */
static inline bool is_dump_of(json_t *view, const struct mk_text *written)
{
    struct mk_text ours = MK_TEXT(MK_REPLY_MAX);
    char *theirs = json_dumps(view, JSON_COMPACT | JSON_REAL_PRECISION(15));
    bool same = theirs != NULL && !written->failed && mk_json_dump(view, &ours) &&
                strcmp(theirs, written->bytes) == 0 && strlen(theirs) == written->length &&
                strcmp(theirs, ours.bytes) == 0;

    free(theirs);
    mk_text_done(&ours);
    json_decref(view);
    return same;
}

static inline bool link_is_written_alike(const struct mk_link *link,
                                         const struct mk_institution *institution,
                                         enum mk_time_style style)
{
    struct mk_text alone = MK_TEXT(MK_REPLY_MAX);
    struct mk_text exchanged = MK_TEXT(MK_REPLY_MAX);

    mk_link_write(link, institution, style, &alone);
    mk_exchange_write(link, institution, style, &exchanged);
    bool same = is_dump_of(mk_link_view(link, institution, style), &alone);
    same &= is_dump_of(mk_exchange_view(link, institution, style), &exchanged);
    mk_text_done(&alone);
    mk_text_done(&exchanged);
    return same;
}

#endif
