/* SPDX-License-Identifier: MIT */
#include "core/store.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void mk_store_init(struct mk_store *store, size_t record_size)
{
    *store = (struct mk_store){ .record_size = record_size, .free = MK_NONE };
}

void mk_store_done(struct mk_store *store)
{
    for (size_t i = 0; i < MK_STORE_CHUNKS; i++)
        free(store->chunks[i]);
    mk_store_init(store, store->record_size);
}

/* Chunk k holds 16 << k records, so number + 16 has its highest bit at 4 + k. */
static unsigned chunk_of(uint32_t number)
{
    return 27 - (unsigned)__builtin_clz(number + MK_STORE_FIRST_CHUNK);
}

static uint32_t first_of(unsigned chunk)
{
    return ((uint32_t)MK_STORE_FIRST_CHUNK << chunk) - MK_STORE_FIRST_CHUNK;
}

void *mk_store_at(const struct mk_store *store, uint32_t number)
{
    unsigned chunk = chunk_of(number);

    return (char *)store->chunks[chunk] + (number - first_of(chunk)) * store->record_size;
}

static uint32_t fresh_record(struct mk_store *store)
{
    unsigned chunk = chunk_of(store->used);

    if (chunk >= MK_STORE_CHUNKS)
        return MK_NONE;
    if (store->chunks[chunk] == NULL)
        store->chunks[chunk] =
            mk_alloc(((size_t)MK_STORE_FIRST_CHUNK << chunk) * store->record_size);
    return store->used++;
}

uint32_t mk_store_add(struct mk_store *store)
{
    uint32_t number = store->free;

    if (number == MK_NONE)
        number = fresh_record(store);
    else
        memcpy(&store->free, mk_store_at(store, number), sizeof(store->free));
    if (number == MK_NONE)
        return MK_NONE;
    memset(mk_store_at(store, number), 0, store->record_size);
    store->count++;
    return number;
}

void mk_store_remove(struct mk_store *store, uint32_t number)
{
    memcpy(mk_store_at(store, number), &store->free, sizeof(store->free));
    store->free = number;
    store->count--;
}

static struct mk_node *node_at(const struct mk_chain *chain, const struct mk_store *store,
                               uint32_t number)
{
    return (struct mk_node *)(void *)((char *)mk_store_at(store, number) + chain->offset);
}

void mk_chain_init(struct mk_chain *chain, size_t offset)
{
    *chain = (struct mk_chain){ .first = MK_NONE, .last = MK_NONE, .offset = (uint32_t)offset };
}

void mk_chain_append(struct mk_chain *chain, const struct mk_store *store, uint32_t number)
{
    *node_at(chain, store, number) = (struct mk_node){ .previous = chain->last, .next = MK_NONE };
    if (chain->last == MK_NONE)
        chain->first = number;
    else
        node_at(chain, store, chain->last)->next = number;
    chain->last = number;
}

void mk_chain_remove(struct mk_chain *chain, const struct mk_store *store, uint32_t number)
{
    struct mk_node node = *node_at(chain, store, number);

    if (node.previous == MK_NONE)
        chain->first = node.next;
    else
        node_at(chain, store, node.previous)->next = node.next;
    if (node.next == MK_NONE)
        chain->last = node.previous;
    else
        node_at(chain, store, node.next)->previous = node.previous;
}

uint32_t mk_chain_next(const struct mk_chain *chain, const struct mk_store *store, uint32_t number)
{
    return number == MK_NONE ? chain->first : node_at(chain, store, number)->next;
}
