/* SPDX-License-Identifier: MIT */
/* What a world's journal tells of links and clock, as text: a word for each happening, in order. */
#ifndef MK_TESTS_HEARD_H
#define MK_TESTS_HEARD_H

#include "core/world.h"

#include <check.h>

static inline void heard_word(const struct mk_happening *happening, int64_t since,
                              struct mk_text *out)
{
    long long seconds = (happening->moment - since) / MK_SECOND;
    bool has_failed = happening->error != MK_PRODUCT_ERROR_NONE;

    if (happening->kind == MK_HAPPENED_LINK)
        mk_text_print(out, "%lld:%s ", seconds, mk_link_state_names[happening->state]);
    if (happening->kind == MK_HAPPENED_PRODUCT)
        mk_text_print(out, "%lld:%s%s ", seconds, has_failed ? "!" : "",
                      mk_product_names[happening->product]);
    if (happening->kind == MK_HAPPENED_TRANSACTIONS)
        mk_text_print(out, "%lld:updates ", seconds);
    if (happening->kind == MK_HAPPENED_CLOCK)
        mk_text_print(out, "%lld:clock ", seconds);
}

/*
 * Of what came after happening number *after, which moves on; times in seconds after `since`. Good
 * until the next call.
 */
static inline const char *heard(const struct mk_world *world, uint64_t *after, int64_t since)
{
    static struct mk_text text = { .limit = 1024 * 1024 };
    struct mk_journal_reader reader = { 0 };
    struct mk_happening happening;

    mk_text_clear(&text);
    mk_text_add_literal(&text, "");
    while (mk_journal_next(&world->journal, *after, &reader, &happening))
        heard_word(&happening, since, &text);
    ck_assert(!text.failed);
    *after = world->journal.last;
    return text.bytes == NULL ? "" : text.bytes;
}

#endif
