/* SPDX-License-Identifier: MIT */
#include "core/signer.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "json/build.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <inttypes.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_SIZE = 32,    /* of a scalar and of a coordinate of P-256 */
    KID_DIGEST_SIZE = 30 /* of the public key's digest: 40 characters in base64url */
};

/* PEM files are small; a larger one is not a PEM file. */
enum { PEM_MAX = 64 * 1024 };

/* Header or claims: an issuer is an option, and not longer. */
enum { JWS_PART_MAX = 16 * 1024 };

struct mk_signer {
    gnutls_x509_privkey_t key;
    gnutls_privkey_t hand; /* what signs; borrows the key */
    atomic_uint holders;
    unsigned char x[NUMBER_SIZE];
    unsigned char y[NUMBER_SIZE];
    char kid[MK_KID_SIZE];
};

/* An exported number has a zero before a high first bit, and lacks the zeros it begins with. */
static void copy_number(const gnutls_datum_t *number, unsigned char out[NUMBER_SIZE])
{
    size_t skip = number->size > NUMBER_SIZE ? number->size - NUMBER_SIZE : 0;
    size_t length = number->size - skip;

    memset(out, 0, NUMBER_SIZE);
    memcpy(out + NUMBER_SIZE - length, number->data + skip, length);
}

static void write_kid(const struct mk_signer *signer, char out[MK_KID_SIZE])
{
    struct mk_text kid = MK_TEXT(64);
    unsigned char digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, NUMBER_SIZE, signer->x);
    sha256_update(&context, NUMBER_SIZE, signer->y);
    sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
    mk_text_add_base64url(&kid, digest, KID_DIGEST_SIZE);
    mk_copy_into(out, MK_KID_SIZE, kid.bytes);
    mk_text_done(&kid);
}

static bool read_point(struct mk_signer *signer)
{
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
    gnutls_datum_t x = { 0 };
    gnutls_datum_t y = { 0 };
    bool is_fine = gnutls_x509_privkey_export_ecc_raw(signer->key, &curve, &x, &y, NULL) == 0 &&
                   curve == GNUTLS_ECC_CURVE_SECP256R1;

    if (is_fine) {
        copy_number(&x, signer->x);
        copy_number(&y, signer->y);
    }
    gnutls_free(x.data);
    gnutls_free(y.data);
    return is_fine;
}

/* Takes the key over; NULL when it is none of P-256. */
static struct mk_signer *adopt(gnutls_x509_privkey_t key)
{
    struct mk_signer *signer = mk_alloc_zero(1, sizeof(*signer));

    atomic_init(&signer->holders, 1);
    signer->key = key;
    if (read_point(signer) && gnutls_privkey_init(&signer->hand) == 0 &&
        gnutls_privkey_import_x509(signer->hand, key, 0) == 0) {
        write_kid(signer, signer->kid);
        return signer;
    }
    mk_signer_release(signer);
    return NULL;
}

static struct mk_signer *import_numbers(unsigned char scalar[NUMBER_SIZE],
                                        unsigned char x[NUMBER_SIZE], unsigned char y[NUMBER_SIZE])
{
    const gnutls_datum_t scalar_datum = { .data = scalar, .size = NUMBER_SIZE };
    const gnutls_datum_t x_datum = { .data = x, .size = NUMBER_SIZE };
    const gnutls_datum_t y_datum = { .data = y, .size = NUMBER_SIZE };
    gnutls_x509_privkey_t key;

    if (gnutls_x509_privkey_init(&key) < 0)
        return NULL;
    if (gnutls_x509_privkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &x_datum, &y_datum,
                                           &scalar_datum) == 0)
        return adopt(key);
    gnutls_x509_privkey_deinit(key);
    return NULL;
}

static void draw(void *random, size_t length, uint8_t *bytes)
{
    mk_random_fill(random, bytes, length);
}

/* GnuTLS computes no public half, so nettle does. */
static struct mk_signer *make_of(const struct ecc_scalar *scalar)
{
    unsigned char numbers[3][NUMBER_SIZE];
    struct ecc_point point;
    mpz_t big[3];

    ecc_point_init(&point, nettle_get_secp_256r1());
    for (size_t i = 0; i < MK_COUNT(big); i++)
        mpz_init(big[i]);
    ecc_point_mul_g(&point, scalar);
    ecc_scalar_get(scalar, big[0]);
    ecc_point_get(&point, big[1], big[2]);
    for (size_t i = 0; i < MK_COUNT(big); i++) {
        nettle_mpz_get_str_256(NUMBER_SIZE, numbers[i], big[i]);
        mpz_clear(big[i]);
    }
    ecc_point_clear(&point);
    return import_numbers(numbers[0], numbers[1], numbers[2]);
}

static struct mk_signer *make(struct mk_random *random)
{
    struct ecc_scalar scalar;

    ecc_scalar_init(&scalar, nettle_get_secp_256r1());
    ecc_scalar_random(&scalar, random, draw);
    struct mk_signer *signer = make_of(&scalar);
    ecc_scalar_clear(&scalar);
    return signer;
}

struct mk_signer *mk_signer_seeded(uint64_t seed)
{
    struct mk_random random;

    mk_random_seeded(&random, seed, "signing key");
    return make(&random);
}

struct mk_signer *mk_signer_fresh(void)
{
    struct mk_random random;

    mk_random_system(&random);
    return make(&random);
}

static void put_integer(struct hmac_sha256_ctx *context, uint64_t number)
{
    unsigned char bytes[sizeof(number)];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(number >> (8 * (sizeof(bytes) - 1 - i)));
    hmac_sha256_update(context, sizeof(bytes), bytes);
}

/* A candidate for a private half; only who has the `secret` one can tell it. */
static void derive(const unsigned char secret[NUMBER_SIZE], uint64_t seed, uint32_t number,
                   uint32_t attempt, unsigned char out[NUMBER_SIZE])
{
    static const char label[] = "moneykit-sandbox: key of a rotation";
    struct hmac_sha256_ctx context;

    hmac_sha256_set_key(&context, NUMBER_SIZE, secret);
    hmac_sha256_update(&context, sizeof(label), (const unsigned char *)label);
    put_integer(&context, seed);
    put_integer(&context, number);
    put_integer(&context, attempt);
    hmac_sha256_digest(&context, NUMBER_SIZE, out);
}

/* Not every 32 bytes are below the curve's order: then the next attempt's are taken. */
static struct mk_signer *make_derived(const unsigned char secret[NUMBER_SIZE], uint64_t seed,
                                      uint32_t number)
{
    unsigned char bytes[NUMBER_SIZE];
    struct ecc_scalar scalar;
    bool is_fine = false;
    mpz_t big;

    ecc_scalar_init(&scalar, nettle_get_secp_256r1());
    mpz_init(big);
    for (uint32_t attempt = 0; !is_fine; attempt++) {
        derive(secret, seed, number, attempt, bytes);
        nettle_mpz_set_str_256_u(big, NUMBER_SIZE, bytes);
        is_fine = ecc_scalar_set(&scalar, big) == 1;
    }
    struct mk_signer *signer = make_of(&scalar);
    mpz_clear(big);
    ecc_scalar_clear(&scalar);
    return signer;
}

struct mk_signer *mk_signer_derived(const struct mk_signer *signer, uint64_t seed, uint32_t number)
{
    unsigned char secret[NUMBER_SIZE];
    gnutls_datum_t scalar = { 0 };

    if (gnutls_x509_privkey_export_ecc_raw(signer->key, NULL, NULL, NULL, &scalar) < 0)
        return NULL;
    copy_number(&scalar, secret);
    gnutls_free(scalar.data);
    return make_derived(secret, seed, number);
}

static bool make_file(const char *path, char *error, size_t room)
{
    struct mk_signer *signer = mk_signer_fresh();
    gnutls_datum_t pem = { 0 };
    bool is_made = false;

    if (signer != NULL && gnutls_x509_privkey_export2_pkcs8(signer->key, GNUTLS_X509_FMT_PEM, NULL,
                                                            GNUTLS_PKCS_PLAIN, &pem) == 0)
        is_made = mk_file_make(path, pem.data, pem.size, error, room);
    else
        snprintf(error, room, "%s: the key can't be made", path);
    gnutls_free(pem.data);
    mk_signer_release(signer);
    return is_made;
}

static struct mk_signer *read_pem(const char *text)
{
    gnutls_datum_t pem = { .data = (unsigned char *)text, .size = (unsigned)strlen(text) };
    gnutls_x509_privkey_t key;

    if (gnutls_x509_privkey_init(&key) < 0)
        return NULL;
    if (gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0) == 0)
        return adopt(key);
    gnutls_x509_privkey_deinit(key);
    return NULL;
}

struct mk_signer *mk_signer_from_file(const char *path, char *error, size_t room)
{
    if (!mk_file_exists(path) && !make_file(path, error, room))
        return NULL;

    char *pem = mk_file_read(path, PEM_MAX, error, room);
    if (pem == NULL)
        return NULL;
    struct mk_signer *signer = read_pem(pem);
    free(pem);
    if (signer == NULL)
        snprintf(error, room, "%s: not an unencrypted P-256 private key in PEM form", path);
    return signer;
}

struct mk_signer *mk_signer_hold(struct mk_signer *signer)
{
    atomic_fetch_add_explicit(&signer->holders, 1, memory_order_relaxed);
    return signer;
}

void mk_signer_release(struct mk_signer *signer)
{
    if (signer == NULL || atomic_fetch_sub_explicit(&signer->holders, 1, memory_order_acq_rel) != 1)
        return;
    gnutls_privkey_deinit(signer->hand);
    gnutls_x509_privkey_deinit(signer->key);
    free(signer);
}

void mk_signer_kid(const struct mk_signer *signer, char out[MK_KID_SIZE])
{
    memcpy(out, signer->kid, MK_KID_SIZE);
}

json_t *mk_signer_jwk(const struct mk_signer *signer)
{
    struct mk_text x = MK_TEXT(64);
    struct mk_text y = MK_TEXT(64);

    mk_text_add_base64url(&x, signer->x, NUMBER_SIZE);
    mk_text_add_base64url(&y, signer->y, NUMBER_SIZE);
    json_t *jwk =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "crv", "P-256", "alg",
                  "ES256", "use", "sig", "kid", signer->kid, "x", x.bytes, "y", y.bytes);
    mk_text_done(&x);
    mk_text_done(&y);
    return jwk;
}

/* --- Signing ---------------------------------------------------------------------------------- */

static void digest_of(const void *bytes, size_t length, unsigned char out[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, length, bytes);
    sha256_digest(&context, SHA256_DIGEST_SIZE, out);
}

bool mk_signer_sign_bytes(const struct mk_signer *signer, const void *bytes, size_t length,
                          unsigned char ret[MK_SIGNATURE_SIZE])
{
    unsigned char digest[SHA256_DIGEST_SIZE];
    const gnutls_datum_t hash = { .data = digest, .size = sizeof(digest) };
    gnutls_datum_t signature = { 0 };
    gnutls_datum_t r = { 0 };
    gnutls_datum_t s = { 0 };

    digest_of(bytes, length, digest);
    bool is_fine =
        gnutls_privkey_sign_hash(signer->hand, GNUTLS_DIG_SHA256, GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE,
                                 &hash, &signature) == 0 &&
        gnutls_decode_rs_value(&signature, &r, &s) == 0;
    if (is_fine) {
        copy_number(&r, ret);
        copy_number(&s, ret + NUMBER_SIZE);
    }
    gnutls_free(signature.data);
    gnutls_free(r.data);
    gnutls_free(s.data);
    return is_fine;
}

static void write_header(struct mk_text *out, const char *kid)
{
    mk_text_add_literal(out, "{\"alg\":\"ES256\",\"kid\":");
    mk_write_string(out, kid, strlen(kid));
    mk_text_add_literal(out, ",\"typ\":\"JWT\"}");
}

static void write_claims(struct mk_text *out, const char *issuer, int64_t iat, const char *body,
                         size_t length)
{
    unsigned char digest[SHA256_DIGEST_SIZE];
    char hex[2 * SHA256_DIGEST_SIZE + 1];

    digest_of(body, length, digest);
    mk_hex(digest, sizeof(digest), hex);
    mk_text_add_literal(out, "{\"iss\":");
    mk_write_string(out, issuer, strlen(issuer));
    mk_text_print(out, ",\"iat\":%" PRId64 ",\"request_body_sha256\":\"%s\"}", iat / MK_SECOND,
                  hex);
}

bool mk_signer_sign(const struct mk_signer *signer, const char *kid, const char *issuer,
                    int64_t iat, const char *body, size_t length, struct mk_text *out)
{
    struct mk_text header = MK_TEXT(JWS_PART_MAX);
    struct mk_text claims = MK_TEXT(JWS_PART_MAX);
    unsigned char signature[MK_SIGNATURE_SIZE];
    size_t start = out->length;

    write_header(&header, kid == NULL ? signer->kid : kid);
    write_claims(&claims, issuer, iat, body, length);
    mk_text_add_base64url(out, header.bytes, header.length);
    mk_text_add_char(out, '.');
    mk_text_add_base64url(out, claims.bytes, claims.length);
    bool is_fine = !header.failed && !claims.failed && !out->failed &&
                   mk_signer_sign_bytes(signer, out->bytes + start, out->length - start, signature);
    mk_text_done(&header);
    mk_text_done(&claims);
    if (!is_fine)
        return false;
    mk_text_add_char(out, '.');
    mk_text_add_base64url(out, signature, sizeof(signature));
    return !out->failed;
}
