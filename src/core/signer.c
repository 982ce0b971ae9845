/* SPDX-License-Identifier: MIT */
#include "core/signer.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_SIZE = 32,    /* of a scalar and of a coordinate of P-256 */
    KID_DIGEST_SIZE = 30 /* of the public key's digest: 40 characters in base64url */
};

/* PEM files are small; a larger one is not a PEM file. */
enum { PEM_MAX = 64 * 1024 };

struct mk_signer {
    gnutls_x509_privkey_t key;
    unsigned char x[NUMBER_SIZE];
    unsigned char y[NUMBER_SIZE];
};

/* An exported number has a zero before a high first bit, and lacks the zeros it begins with. */
static void copy_number(const gnutls_datum_t *number, unsigned char out[NUMBER_SIZE])
{
    size_t skip = number->size > NUMBER_SIZE ? number->size - NUMBER_SIZE : 0;
    size_t length = number->size - skip;

    memset(out, 0, NUMBER_SIZE);
    memcpy(out + NUMBER_SIZE - length, number->data + skip, length);
}

/* Takes the key over; NULL when it is none of P-256. */
static struct mk_signer *adopt(gnutls_x509_privkey_t key)
{
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
    gnutls_datum_t x = { 0 };
    gnutls_datum_t y = { 0 };
    struct mk_signer *signer = NULL;

    if (gnutls_x509_privkey_export_ecc_raw(key, &curve, &x, &y, NULL) == 0 &&
        curve == GNUTLS_ECC_CURVE_SECP256R1) {
        signer = mk_alloc_zero(1, sizeof(*signer));
        signer->key = key;
        copy_number(&x, signer->x);
        copy_number(&y, signer->y);
    } else {
        gnutls_x509_privkey_deinit(key);
    }
    gnutls_free(x.data);
    gnutls_free(y.data);
    return signer;
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

/* GnuTLS takes no seed for such a key, so nettle computes it. */
static struct mk_signer *make(struct mk_random *random)
{
    const struct ecc_curve *curve = nettle_get_secp_256r1();
    unsigned char numbers[3][NUMBER_SIZE];
    struct ecc_scalar scalar;
    struct ecc_point point;
    mpz_t big[3];

    ecc_scalar_init(&scalar, curve);
    ecc_point_init(&point, curve);
    for (size_t i = 0; i < MK_COUNT(big); i++)
        mpz_init(big[i]);
    ecc_scalar_random(&scalar, random, draw);
    ecc_point_mul_g(&point, &scalar);
    ecc_scalar_get(&scalar, big[0]);
    ecc_point_get(&point, big[1], big[2]);
    for (size_t i = 0; i < MK_COUNT(big); i++) {
        nettle_mpz_get_str_256(NUMBER_SIZE, numbers[i], big[i]);
        mpz_clear(big[i]);
    }
    ecc_point_clear(&point);
    ecc_scalar_clear(&scalar);
    return import_numbers(numbers[0], numbers[1], numbers[2]);
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
    mk_signer_free(signer);
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

void mk_signer_free(struct mk_signer *signer)
{
    if (signer == NULL)
        return;
    gnutls_x509_privkey_deinit(signer->key);
    free(signer);
}

static void add_kid(const struct mk_signer *signer, struct mk_text *out)
{
    unsigned char digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, NUMBER_SIZE, signer->x);
    sha256_update(&context, NUMBER_SIZE, signer->y);
    sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
    mk_text_add_base64url(out, digest, KID_DIGEST_SIZE);
}

json_t *mk_signer_jwk(const struct mk_signer *signer)
{
    struct mk_text kid = MK_TEXT(64);
    struct mk_text x = MK_TEXT(64);
    struct mk_text y = MK_TEXT(64);

    add_kid(signer, &kid);
    mk_text_add_base64url(&x, signer->x, NUMBER_SIZE);
    mk_text_add_base64url(&y, signer->y, NUMBER_SIZE);
    json_t *jwk =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "crv", "P-256", "alg",
                  "ES256", "use", "sig", "kid", kid.bytes, "x", x.bytes, "y", y.bytes);
    mk_text_done(&kid);
    mk_text_done(&x);
    mk_text_done(&y);
    return jwk;
}
