/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include "base/log.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void digest(uint64_t seed, const char *label, uint8_t out[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx context;
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(seed >> (8 * i));
    sha256_init(&context);
    sha256_update(&context, sizeof(bytes), bytes);
    sha256_update(&context, strlen(label), (const uint8_t *)label);
    sha256_digest(&context, SHA256_DIGEST_SIZE, out);
}

static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word = 0;

    for (int i = 7; i >= 0; i--)
        word = word << 8 | bytes[i];
    return word;
}

void mk_random_system(struct mk_random *random)
{
    *random = (struct mk_random){ .system = true };
}

void mk_random_seeded(struct mk_random *random, uint64_t seed, const char *label)
{
    uint8_t bytes[SHA256_DIGEST_SIZE];

    digest(seed, label, bytes);
    random->system = false;
    for (int i = 0; i < 4; i++)
        random->state[i] = word_at(bytes + 8 * i);
}

uint64_t mk_seed_derive(uint64_t seed, const char *label)
{
    uint8_t bytes[SHA256_DIGEST_SIZE];

    digest(seed, label, bytes);
    return word_at(bytes);
}

static uint64_t rotate(uint64_t word, int by)
{
    return word << by | word >> (64 - by);
}

static uint64_t next_seeded(uint64_t state[4])
{
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

/* The kernel's source can't fail once it is up; if it ever does, no secret may be made. */
static void fill_from_system(void *bytes, size_t length)
{
    uint8_t *out = bytes;

    while (length > 0) {
        ssize_t got = getrandom(out, length, 0);
        if (got <= 0) {
            mk_log(MK_LOG_ERROR, "the system gives no randomness");
            abort();
        }
        out += got;
        length -= (size_t)got;
    }
}

uint64_t mk_random_next(struct mk_random *random)
{
    uint64_t word;

    if (!random->system)
        return next_seeded(random->state);
    fill_from_system(&word, sizeof(word));
    return word;
}

void mk_random_fill(struct mk_random *random, void *bytes, size_t length)
{
    uint8_t *out = bytes;

    if (random->system) {
        fill_from_system(bytes, length);
        return;
    }
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word = next_seeded(random->state);
        for (size_t j = i; j < length && j < i + 8; j++, word >>= 8)
            out[j] = (uint8_t)word;
    }
}

void mk_random_uuid(struct mk_random *random, unsigned char uuid[16])
{
    mk_random_fill(random, uuid, 16);
    uuid[6] = (unsigned char)((uuid[6] & 0x0F) | 0x40);
    uuid[8] = (unsigned char)((uuid[8] & 0x3F) | 0x80);
}
