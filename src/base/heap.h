/* SPDX-License-Identifier: MIT */
/*
 * Things that fall due: a binary heap in the order of their times, and of `order` among those of
 * one time. Nothing is taken out of the middle: whoever adds an entry tells later whether it still
 * holds. Zeroed memory is an empty heap. Embedded in its owner and guarded by its owner's lock.
 */
#ifndef MK_BASE_HEAP_H
#define MK_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct mk_due {
    int64_t at;     /* in whatever clock the owner uses */
    uint64_t order; /* among those of one time, the lowest comes first */
    uint64_t what;  /* the owner's */
};

struct mk_heap {
    struct mk_due *items; /* owned */
    size_t count;
    size_t room;
};

void mk_heap_done(struct mk_heap *heap);
void mk_heap_add(struct mk_heap *heap, struct mk_due due);

/* The first one, borrowed until the heap changes; NULL when it is empty. */
const struct mk_due *mk_heap_first(const struct mk_heap *heap);

/* Takes the first one out; the heap is not empty. */
struct mk_due mk_heap_pop(struct mk_heap *heap);

#endif
