/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>

enum { FIRST_ROOM = 8 };

void mk_heap_done(struct mk_heap *heap)
{
    free(heap->items);
    *heap = (struct mk_heap){ 0 };
}

static bool is_before(const struct mk_due *a, const struct mk_due *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void mk_heap_add(struct mk_heap *heap, struct mk_due due)
{
    if (heap->count == heap->room) {
        heap->room = heap->room > 0 ? 2 * heap->room : FIRST_ROOM;
        heap->items = mk_resize(heap->items, heap->room, sizeof(due));
    }
    size_t hole = heap->count++;
    while (hole > 0 && is_before(&due, &heap->items[(hole - 1) / 2])) {
        heap->items[hole] = heap->items[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap->items[hole] = due;
}

const struct mk_due *mk_heap_first(const struct mk_heap *heap)
{
    return heap->count > 0 ? &heap->items[0] : NULL;
}

struct mk_due mk_heap_pop(struct mk_heap *heap)
{
    struct mk_due first = heap->items[0];
    struct mk_due last = heap->items[--heap->count];
    size_t hole = 0;

    for (size_t child = 1; child < heap->count; child = 2 * hole + 1) {
        if (child + 1 < heap->count && is_before(&heap->items[child + 1], &heap->items[child]))
            child++;
        if (!is_before(&heap->items[child], &last))
            break;
        heap->items[hole] = heap->items[child];
        hole = child;
    }
    if (heap->count > 0)
        heap->items[hole] = last;
    return first;
}
