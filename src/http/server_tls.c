/* SPDX-License-Identifier: MIT */
#include "http/server_private.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

static gnutls_datum_t datum(const char *text)
{
    return (gnutls_datum_t){ .data = (unsigned char *)text, .size = (unsigned)strlen(text) };
}

static bool is_certificate(const char *text)
{
    gnutls_datum_t pem = datum(text);
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;

    if (gnutls_x509_crt_list_import2(&chain, &count, &pem, GNUTLS_X509_FMT_PEM, 0) < 0)
        return false;
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(chain[i]);
    gnutls_free(chain);
    return count > 0;
}

static bool is_key(const char *text)
{
    gnutls_datum_t pem = datum(text);
    gnutls_x509_privkey_t key;

    if (gnutls_x509_privkey_init(&key) < 0)
        return false;
    int error = gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_x509_privkey_deinit(key);
    return error >= 0;
}

static bool belong_together(const char *certificate, const char *key)
{
    gnutls_datum_t certificate_pem = datum(certificate);
    gnutls_datum_t key_pem = datum(key);
    gnutls_certificate_credentials_t both;

    if (gnutls_certificate_allocate_credentials(&both) < 0)
        return false;
    int error =
        gnutls_certificate_set_x509_key_mem(both, &certificate_pem, &key_pem, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(both);
    return error >= 0;
}

const char *mk_tls_check(const char *certificate, const char *key)
{
    if (certificate == NULL || key == NULL)
        return "TLS needs a certificate and a key";
    if (!is_certificate(certificate))
        return "the TLS certificate is not a PEM certificate";
    if (!is_key(key))
        return "the TLS key is not an unencrypted PEM private key";
    if (!belong_together(certificate, key))
        return "the TLS key does not belong to the certificate";
    return NULL;
}

void mk_tls_send(struct MHD_Connection *mhd, const char *bytes, size_t length)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    if (info != NULL)
        gnutls_record_send(info->tls_session, bytes, length);
}
