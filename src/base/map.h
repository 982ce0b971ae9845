/* SPDX-License-Identifier: MIT */
/*
 * A map from keys to 32-bit record numbers. The keys live in the records: the map holds a hash and
 * a number per entry (8 bytes), and asks its owner whether a record has the key it looks for.
 *
 *     map -> 16 partitions, chosen by the top bits of the hash
 *            each: open addressing, linear probing, at most 3/4 full, deletion by shifting back
 *
 * Each partition grows alone, so the longest pause of an insert stays about a millisecond at a
 * million entries (a single table would stop for tens of them). Zeroed memory is a valid empty map.
 * Embedded in its owner and guarded by its owner's lock.
 */
#ifndef MK_BASE_MAP_H
#define MK_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MK_MAP_PARTITIONS = 16 };

/* No record. */
#define MK_NONE UINT32_MAX

struct mk_map_slot {
    uint32_t hash;
    uint32_t record; /* MK_NONE: free */
};

struct mk_map_partition {
    struct mk_map_slot *slots;
    uint32_t size; /* 0 or a power of two */
    uint32_t used;
};

struct mk_map {
    struct mk_map_partition partitions[MK_MAP_PARTITIONS];
};

/* Whether the record numbered `record` has this key. */
typedef bool mk_map_has_key(const void *owner, uint32_t record, const void *key);

/* A hash of bytes; the seed is drawn once per process, so nobody outside can choose collisions. */
uint64_t mk_hash(const void *bytes, size_t length);

void mk_map_done(struct mk_map *map);

/* Number of entries. */
size_t mk_map_count(const struct mk_map *map);

/* The record with this key, or MK_NONE. */
uint32_t mk_map_find(const struct mk_map *map, uint64_t hash, mk_map_has_key *has_key,
                     const void *owner, const void *key);

/* Adds a record whose key is not in the map yet. */
void mk_map_add(struct mk_map *map, uint64_t hash, uint32_t record);

/*
 * Removes the entry of this record; hash is that of its key. Nothing happens when it is not there.
 */
void mk_map_remove(struct mk_map *map, uint64_t hash, uint32_t record);

#endif
