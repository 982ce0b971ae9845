/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include "base/memory.h"
#include "base/random.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 8 };

static uint64_t hash_seed;
static pthread_once_t hash_seed_once = PTHREAD_ONCE_INIT;

static void draw_hash_seed(void)
{
    struct mk_random random;

    mk_random_system(&random);
    hash_seed = mk_random_next(&random);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t mk_hash(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t word;

    pthread_once(&hash_seed_once, draw_hash_seed);
    uint64_t hash = hash_seed ^ (length * UINT64_C(0x9E3779B97F4A7C15));
    for (; length >= sizeof(word); at += sizeof(word), length -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = mix(hash ^ word, UINT64_C(0xD6E8FEB86659FD93));
    }
    word = 0;
    memcpy(&word, at, length);
    return mix(hash ^ word, UINT64_C(0xA0761D6478BD642F));
}

void mk_map_done(struct mk_map *map)
{
    for (size_t i = 0; i < MK_MAP_PARTITIONS; i++)
        free(map->partitions[i].slots);
    *map = (struct mk_map){ 0 };
}

size_t mk_map_count(const struct mk_map *map)
{
    size_t count = 0;

    for (size_t i = 0; i < MK_MAP_PARTITIONS; i++)
        count += map->partitions[i].used;
    return count;
}

/* The top four bits choose the partition, the low 32 the slot. */
static struct mk_map_partition *partition_of(const struct mk_map *map, uint64_t hash)
{
    return (struct mk_map_partition *)&map->partitions[hash >> 60];
}

uint32_t mk_map_find(const struct mk_map *map, uint64_t hash, mk_map_has_key *has_key,
                     const void *owner, const void *key)
{
    const struct mk_map_partition *part = partition_of(map, hash);
    uint32_t mask = part->size - 1;

    if (part->size == 0)
        return MK_NONE;
    for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
        const struct mk_map_slot *slot = &part->slots[at];
        if (slot->record == MK_NONE)
            return MK_NONE;
        if (slot->hash == (uint32_t)hash && has_key(owner, slot->record, key))
            return slot->record;
    }
}

static void place(struct mk_map_partition *part, struct mk_map_slot slot)
{
    uint32_t mask = part->size - 1;
    uint32_t at = slot.hash & mask;

    while (part->slots[at].record != MK_NONE)
        at = (at + 1) & mask;
    part->slots[at] = slot;
}

static void grow(struct mk_map_partition *part)
{
    struct mk_map_slot *old = part->slots;
    uint32_t old_size = part->size;

    part->size = old_size > 0 ? old_size * 2 : FIRST_SIZE;
    part->slots = mk_alloc(part->size * sizeof(*part->slots));
    memset(part->slots, 0xFF, part->size * sizeof(*part->slots));
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i].record != MK_NONE)
            place(part, old[i]);
    }
    free(old);
}

void mk_map_add(struct mk_map *map, uint64_t hash, uint32_t record)
{
    struct mk_map_partition *part = partition_of(map, hash);

    if (part->used >= part->size / 4 * 3)
        grow(part);
    place(part, (struct mk_map_slot){ .hash = (uint32_t)hash, .record = record });
    part->used++;
}

/* Moves later entries of the run back over the hole, so that no probe ends too early. */
static void close_hole(struct mk_map_partition *part, uint32_t hole)
{
    uint32_t mask = part->size - 1;

    for (uint32_t at = (hole + 1) & mask; part->slots[at].record != MK_NONE; at = (at + 1) & mask) {
        uint32_t home = part->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        part->slots[hole] = part->slots[at];
        hole = at;
    }
    part->slots[hole].record = MK_NONE;
}

void mk_map_remove(struct mk_map *map, uint64_t hash, uint32_t record)
{
    struct mk_map_partition *part = partition_of(map, hash);
    uint32_t mask = part->size - 1;

    if (part->size == 0)
        return;
    for (uint32_t at = (uint32_t)hash & mask; part->slots[at].record != MK_NONE;
         at = (at + 1) & mask) {
        if (part->slots[at].record != record)
            continue;
        close_hole(part, at);
        part->used--;
        return;
    }
}
