/* SPDX-License-Identifier: MIT */
/*
 * Records of one size, numbered from 0, and chains through them.
 *
 *     chunk 0: 16 records | chunk 1: 32 | chunk 2: 64 | ...
 *
 * A record never moves, so a pointer to it is good until it is removed; growing allocates the next
 * chunk and copies nothing. Numbers of removed records are used again. Embedded in its owner and
 * guarded by the world's lock.
 */
#ifndef MK_CORE_STORE_H
#define MK_CORE_STORE_H

#include "base/map.h"

#include <stddef.h>
#include <stdint.h>

enum { MK_STORE_CHUNKS = 24, MK_STORE_FIRST_CHUNK = 16 };

struct mk_store {
    size_t record_size; /* at least 4 */
    void *chunks[MK_STORE_CHUNKS];
    uint32_t used; /* records ever handed out */
    uint32_t count;
    uint32_t free; /* first removed record, MK_NONE: none; each names the next */
};

void mk_store_init(struct mk_store *store, size_t record_size);

/* Frees the memory; what the records own is the caller's to free first. */
void mk_store_done(struct mk_store *store);

/* A zeroed record, or MK_NONE when about 268 million are in use. */
uint32_t mk_store_add(struct mk_store *store);
void mk_store_remove(struct mk_store *store, uint32_t number);

/* The record; number must be one that mk_store_add() gave. */
void *mk_store_at(const struct mk_store *store, uint32_t number);

/* A record's place in a chain; the node is a member of the record. */
struct mk_node {
    uint32_t previous;
    uint32_t next;
};

/* An ordered list of records of one store, linked through the node at `offset` in each. */
struct mk_chain {
    uint32_t first;
    uint32_t last;
    uint32_t offset;
};

void mk_chain_init(struct mk_chain *chain, size_t offset);
void mk_chain_append(struct mk_chain *chain, const struct mk_store *store, uint32_t number);
void mk_chain_remove(struct mk_chain *chain, const struct mk_store *store, uint32_t number);

/* The record after `number`, or the first when number is MK_NONE; MK_NONE at the end. */
uint32_t mk_chain_next(const struct mk_chain *chain, const struct mk_store *store, uint32_t number);

#endif
