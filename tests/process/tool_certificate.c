/* SPDX-License-Identifier: MIT */
/* A self-signed certificate for localhost: not every machine has a program that makes one. */
#include "process/tool.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <time.h>

enum { DAY = 24 * 60 * 60 };

static int write_file(const char *directory, const char *name, const gnutls_datum_t *pem)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return tool_fail("%s can't be written", path);
    fwrite(pem->data, 1, pem->size, file);
    return fclose(file) == 0 ? 0 : tool_fail("%s is not complete", path);
}

static gnutls_x509_privkey_t make_key(const char *directory, const char *name)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem;

    gnutls_x509_privkey_init(&key);
    if (gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) < 0 ||
        gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) < 0) {
        gnutls_x509_privkey_deinit(key);
        return NULL;
    }
    write_file(directory, name, &pem);
    gnutls_free(pem.data);
    return key;
}

static int write_certificate(const char *directory, gnutls_x509_privkey_t key)
{
    static const char name[] = "localhost";
    const time_t now = time(NULL);
    gnutls_x509_crt_t certificate;
    gnutls_datum_t pem;

    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_serial(certificate, "\1", 1);
    gnutls_x509_crt_set_activation_time(certificate, now - DAY);
    gnutls_x509_crt_set_expiration_time(certificate, now + DAY);
    gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  sizeof(name) - 1);
    gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name, sizeof(name) - 1,
                                         GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_basic_constraints(certificate, 1, -1);
    gnutls_x509_crt_set_key(certificate, key);
    int error = gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
    if (error >= 0)
        error = gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem);
    gnutls_x509_crt_deinit(certificate);
    if (error < 0)
        return tool_fail("no certificate: %s", gnutls_strerror(error));
    int status = write_file(directory, "cert.pem", &pem);
    gnutls_free(pem.data);
    return status;
}

int tool_certificate(int count, char **arguments)
{
    if (count != 1)
        return tool_fail("where to?");

    gnutls_x509_privkey_t key = make_key(arguments[0], "key.pem");
    gnutls_x509_privkey_t other = make_key(arguments[0], "other.pem");
    int status = key != NULL && other != NULL ? write_certificate(arguments[0], key)
                                              : tool_fail("no key could be made");
    gnutls_x509_privkey_deinit(key);
    gnutls_x509_privkey_deinit(other);
    return status;
}
