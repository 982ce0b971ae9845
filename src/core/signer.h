/* SPDX-License-Identifier: MIT */
/*
 * The server's ES256 key: it signs webhooks, and its public half is in the JWKS. Kept in a file, so
 * that receivers who have cached it go on after a restart; with --deterministic made from the seed.
 * Immutable once made, shared by all threads.
 */
#ifndef MK_CORE_SIGNER_H
#define MK_CORE_SIGNER_H

#include "base/text.h"

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

/*
 * A key of its own for each seed and number, as a function of them and of this one's private half,
 * so that nobody else can tell it: a world's rotated keys. NULL: no memory.
 */
struct mk_signer *mk_signer_derived(const struct mk_signer *signer, uint64_t seed, uint32_t number);

/* Counted: made held once, freed with the last release. NULL is fine for the latter. Any thread. */
struct mk_signer *mk_signer_hold(struct mk_signer *signer);
void mk_signer_release(struct mk_signer *signer);

/* Of the key: 40 URL-safe characters and a NUL. */
enum { MK_KID_SIZE = 41 };
void mk_signer_kid(const struct mk_signer *signer, char out[MK_KID_SIZE]);

/*
 * ES256 of any bytes: r and s, 32 bytes each. Reproducible (RFC 6979). False without memory. Any
 * thread, no lock: GnuTLS lets many threads sign with one key.
 */
enum { MK_SIGNATURE_SIZE = 64 };
bool mk_signer_sign_bytes(const struct mk_signer *signer, const void *bytes, size_t length,
                          unsigned char ret[MK_SIGNATURE_SIZE]);

/*
 * Appends the compact JWS of MoneyKit's webhooks: header alg ES256, kid, typ JWT; claims iss, iat
 * (whole seconds of the moment) and request_body_sha256. The same key and claims give the same
 * bytes. `kid` replaces the key's own where a test wants an unknown one; else NULL. False without
 * memory. Any thread, no lock.
 */
bool mk_signer_sign(const struct mk_signer *signer, const char *kid, const char *issuer,
                    int64_t iat, const char *body, size_t length, struct mk_text *out);

/*
 * The public half as a JWK: kty, crv, alg, use, kid (a function of the key), x and y (32 bytes each
 * before encoding). New; NULL without memory.
 */
json_t *mk_signer_jwk(const struct mk_signer *signer);

#endif
