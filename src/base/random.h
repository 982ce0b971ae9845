/* SPDX-License-Identifier: MIT */
/*
 * Randomness. Nobody else in the program asks the system for it.
 *
 * A generator either repeats a sequence given by a seed (ids, generated data, and everything with
 * --deterministic) or draws from the kernel (secrets). Both fill through the same calls, so code
 * that makes a token does not know which it has. Not thread-safe: guarded by its owner's lock.
 * The seeded sequence is xoshiro256**, which is public domain mathematics and not for secrets.
 */
#ifndef MK_BASE_RANDOM_H
#define MK_BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mk_random {
    uint64_t state[4];
    bool system;
};

/* Draws from the kernel. */
void mk_random_system(struct mk_random *random);

/* Repeats: the sequence is a function of seed and label (SHA-256 of both), and of nothing else. */
void mk_random_seeded(struct mk_random *random, uint64_t seed, const char *label);

/* The first 8 bytes of SHA-256(seed, label): a seed for a part of something seeded. */
uint64_t mk_seed_derive(uint64_t seed, const char *label);

uint64_t mk_random_next(struct mk_random *random);
void mk_random_fill(struct mk_random *random, void *bytes, size_t length);

/* 16 bytes of a version 4 UUID. */
void mk_random_uuid(struct mk_random *random, unsigned char uuid[16]);

#endif
