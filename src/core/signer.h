/* SPDX-License-Identifier: MIT */
/*
 * The server's ES256 key: it signs webhooks, and its public half is in the JWKS. Kept in a file, so
 * that receivers who have cached it go on after a restart; with --deterministic made from the seed.
 * Immutable once made, shared by all threads.
 */
#ifndef MK_CORE_SIGNER_H
#define MK_CORE_SIGNER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mk_signer;

/*
 * From a PEM file, which is made with mode 0600 when it is absent. NULL with a sentence in `error`
 * when it can't be read, written or is no P-256 key (PKCS #8 or SEC 1, unencrypted).
 */
struct mk_signer *mk_signer_from_file(const char *path, char *error, size_t room);

/* A function of the seed (--deterministic), and a fresh one that nobody keeps. NULL: no memory. */
struct mk_signer *mk_signer_seeded(uint64_t seed);
struct mk_signer *mk_signer_fresh(void);
void mk_signer_free(struct mk_signer *signer);

/*
 * The public half as a JWK: kty, crv, alg, use, kid (40 characters, a function of the key), x and y
 * (32 bytes each before encoding). New; NULL without memory.
 */
json_t *mk_signer_jwk(const struct mk_signer *signer);

#endif
