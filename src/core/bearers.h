/* SPDX-License-Identifier: MIT */
/*
 * The access tokens of a world. A token is 48 hexadecimal digits: the world's handle, the number of
 * the token and its secret, so that neither the world nor the token is searched for.
 *
 * The last MK_BEARERS_MAX are kept, expired ones too, since an expired token has an answer of its
 * own; older ones are unknown. Guarded by the world's lock.
 */
#ifndef MK_CORE_BEARERS_H
#define MK_CORE_BEARERS_H

#include "base/random.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MK_BEARERS_MAX 65536U

/* Characters of a token's scope, and room for it: a character of UTF-8 has up to four bytes. */
#define MK_SCOPE_MAX 200
#define MK_SCOPE_SIZE (4 * MK_SCOPE_MAX + 1)

/* MoneyKit's documentation: 60 minutes. Real time, since apps never renew theirs. */
#define MK_BEARER_SECONDS 3600

enum { MK_BEARER_SIZE = 49, MK_BEARER_SECRET = 16 };

struct mk_bearer {
    unsigned char secret[MK_BEARER_SECRET];
    int64_t expires_at;
    bool is_world_time; /* expires_at is of the world's clock, as its setting said then */
    char *scope;        /* NULL: everything the client may do */
};

struct mk_bearers {
    struct mk_bearer *ring; /* number n is at n % MK_BEARERS_MAX */
    size_t capacity;
    uint32_t issued;
};

void mk_bearers_done(struct mk_bearers *bearers);

/* A new token that expires at this moment of the real or the world's clock. Writes its text. */
void mk_bearers_issue(struct mk_bearers *bearers, struct mk_random *secrets, uint32_t handle,
                      const char *scope, int64_t expires_at, bool is_world_time,
                      char ret[MK_BEARER_SIZE]);

/*
 * The world's clock was set to another time: tokens that go by it are good for as long as before.
 */
void mk_bearers_move(struct mk_bearers *bearers, int64_t span);

/* The handle that a token begins with; false when it has not the form of a token. */
bool mk_bearer_handle(const char *token, uint32_t *ret);

/*
 * Looks a token up: MK_UNAUTHORIZED when it is unknown, MK_BEARER_EXPIRED after its time (*ret is
 * set then too: an expired token still names its world). *ret is borrowed until the lock is
 * released.
 */
enum mk_err mk_bearers_find(const struct mk_bearers *bearers, const char *token, int64_t real_now,
                            int64_t world_now, const struct mk_bearer **ret);

#endif
