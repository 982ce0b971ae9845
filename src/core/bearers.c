/* SPDX-License-Identifier: MIT */
#include "core/bearers.h"

#include "base/memory.h"
#include "base/text.h"

#include <nettle/memops.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct token {
    uint32_t handle;
    uint32_t number;
    unsigned char secret[MK_BEARER_SECRET];
};

void mk_bearers_done(struct mk_bearers *bearers)
{
    for (size_t i = 0; i < bearers->capacity; i++)
        free(bearers->ring[i].scope);
    free(bearers->ring);
    *bearers = (struct mk_bearers){ 0 };
}

static void grow(struct mk_bearers *bearers)
{
    size_t capacity = bearers->capacity > 0 ? bearers->capacity * 2 : 4;
    size_t fresh = capacity - bearers->capacity;

    bearers->ring = mk_resize(bearers->ring, capacity, sizeof(*bearers->ring));
    memset(bearers->ring + bearers->capacity, 0, fresh * sizeof(*bearers->ring));
    bearers->capacity = capacity;
}

static void write_word(uint32_t word, char out[9])
{
    unsigned char bytes[4] = { (unsigned char)(word >> 24), (unsigned char)(word >> 16),
                               (unsigned char)(word >> 8), (unsigned char)word };

    mk_hex(bytes, sizeof(bytes), out);
}

void mk_bearers_issue(struct mk_bearers *bearers, struct mk_random *secrets, uint32_t handle,
                      const char *scope, int64_t expires_at, bool is_world_time,
                      char ret[MK_BEARER_SIZE])
{
    uint32_t number = bearers->issued++;

    if (number % MK_BEARERS_MAX >= bearers->capacity)
        grow(bearers);
    struct mk_bearer *bearer = &bearers->ring[number % MK_BEARERS_MAX];
    free(bearer->scope);
    bearer->scope = mk_copy(scope);
    bearer->expires_at = expires_at;
    bearer->is_world_time = is_world_time;
    mk_random_fill(secrets, bearer->secret, sizeof(bearer->secret));
    write_word(handle, ret);
    write_word(number, ret + 8);
    mk_hex(bearer->secret, sizeof(bearer->secret), ret + 16);
}

static uint32_t read_word(const unsigned char bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool read_token(const char *text, struct token *ret)
{
    unsigned char bytes[8 + MK_BEARER_SECRET];

    if (!mk_unhex(text, sizeof(bytes), bytes))
        return false;
    ret->handle = read_word(bytes);
    ret->number = read_word(bytes + 4);
    memcpy(ret->secret, bytes + 8, MK_BEARER_SECRET);
    return true;
}

bool mk_bearer_handle(const char *token, uint32_t *ret)
{
    struct token parts;

    if (!read_token(token, &parts))
        return false;
    *ret = parts.handle;
    return true;
}

enum mk_err mk_bearers_find(const struct mk_bearers *bearers, const char *token, int64_t real_now,
                            int64_t world_now, const struct mk_bearer **ret)
{
    uint32_t kept = bearers->issued < MK_BEARERS_MAX ? bearers->issued : MK_BEARERS_MAX;
    struct token parts;

    /* Compared by age: a number is the token's own word, and only issued ones have a place. */
    if (!read_token(token, &parts) || bearers->issued - parts.number - 1 >= kept)
        return MK_UNAUTHORIZED;

    const struct mk_bearer *bearer = &bearers->ring[parts.number % MK_BEARERS_MAX];
    if (!memeql_sec(bearer->secret, parts.secret, MK_BEARER_SECRET))
        return MK_UNAUTHORIZED;
    *ret = bearer;
    int64_t now = bearer->is_world_time ? world_now : real_now;
    return now < bearer->expires_at ? MK_OK : MK_BEARER_EXPIRED;
}

void mk_bearers_move(struct mk_bearers *bearers, int64_t span)
{
    for (size_t i = 0; i < bearers->capacity; i++) {
        if (bearers->ring[i].is_world_time)
            bearers->ring[i].expires_at += span;
    }
}
