/* SPDX-License-Identifier: MIT */
/*
 * Self-signed certificates for tests of TLS: made when needed, for 127.0.0.1, good for an hour.
 */
#ifndef MK_TESTS_CERTIFICATE_H
#define MK_TESTS_CERTIFICATE_H

#include "base/clock.h"
#include "base/memory.h"

#include <check.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>

struct certificate {
    char *certificate; /* PEM */
    char *key;
};

static inline char *certificate_text(gnutls_datum_t *pem)
{
    char *text = mk_copy_bytes((const char *)pem->data, pem->size);

    gnutls_free(pem->data);
    return text;
}

static inline struct certificate certificate_make(void)
{
    struct certificate made;
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    gnutls_datum_t pem;
    long now = (long)(mk_real_now() / MK_SECOND);

    ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
    ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
    ck_assert_int_eq(gnutls_x509_privkey_generate(
                         key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                     0);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, "\x01", 1);
    gnutls_x509_crt_set_activation_time(crt, now - 60);
    gnutls_x509_crt_set_expiration_time(crt, now + 3600);
    gnutls_x509_crt_set_dn(crt, "CN=127.0.0.1", NULL);
    gnutls_x509_crt_set_key(crt, key);
    ck_assert_int_eq(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);

    ck_assert_int_eq(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
    made.certificate = certificate_text(&pem);
    ck_assert_int_eq(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
    made.key = certificate_text(&pem);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
    return made;
}

static inline void certificate_forget(struct certificate *certificate)
{
    free(certificate->certificate);
    free(certificate->key);
}

#endif
