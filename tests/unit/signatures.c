/* SPDX-License-Identifier: MIT */
/* What core/signer.h signs, as others see it, and the keys that it derives. */
#include "core/signer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NUMBER_SIZE = 32, TOKEN_MAX = 4096 };

#define MOMENT (INT64_C(1767225600) * MK_SECOND + 999999) /* 2026-01-01T00:00:00.999999 */

/* A body and its SHA-256. */
#define BODY "{\"a\":1}"
#define BODY_DIGEST "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"

/* --- RFC 6979, A.2.5 -------------------------------------------------------------------------- */

static const char rfc_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                              "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
                              "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
                              "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                              "-----END EC PRIVATE KEY-----\n";

/* What it signs with SHA-256: r and s. */
static const char *const rfc_signatures[][2] = {
    { "sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
    { "test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
              "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
};

static struct mk_signer *rfc_signer(void)
{
    char path[] = "/tmp/mk-signatures-XXXXXX";
    char error[256] = "";
    int file = mkstemp(path);

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, rfc_key, sizeof(rfc_key) - 1), sizeof(rfc_key) - 1);
    ck_assert_int_eq(close(file), 0);
    struct mk_signer *signer = mk_signer_from_file(path, error, sizeof(error));
    ck_assert_msg(signer != NULL, "%s", error);
    ck_assert_int_eq(unlink(path), 0);
    return signer;
}

START_TEST(signatures__rfc_6979)
{
    const char *message = rfc_signatures[_i][0];
    struct mk_signer *signer = rfc_signer();
    unsigned char signature[MK_SIGNATURE_SIZE];
    char hex[2 * MK_SIGNATURE_SIZE + 1];

    ck_assert(mk_signer_sign_bytes(signer, message, strlen(message), signature));
    mk_hex(signature, sizeof(signature), hex);
    ck_assert_str_eq(hex, rfc_signatures[_i][1]);
    mk_signer_release(signer);
}
END_TEST

/* --- As a receiver sees them ------------------------------------------------------------------ */

static void read_number(const json_t *jwk, const char *key, unsigned char out[NUMBER_SIZE])
{
    unsigned char bytes[NUMBER_SIZE + 4];
    const char *text = json_string_value(json_object_get(jwk, key));

    MUST(text != NULL);
    MUST(mk_base64_decode(text, strlen(text), true, bytes, sizeof(bytes)) == NUMBER_SIZE);
    memcpy(out, bytes, NUMBER_SIZE);
}

static gnutls_pubkey_t public_half(const struct mk_signer *signer)
{
    unsigned char numbers[2][NUMBER_SIZE];
    const gnutls_datum_t x = { .data = numbers[0], .size = NUMBER_SIZE };
    const gnutls_datum_t y = { .data = numbers[1], .size = NUMBER_SIZE };
    json_t *jwk = mk_signer_jwk(signer);
    gnutls_pubkey_t key;

    read_number(jwk, "x", numbers[0]);
    read_number(jwk, "y", numbers[1]);
    MUST(gnutls_pubkey_init(&key) == 0);
    MUST(gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y) == 0);
    json_decref(jwk);
    return key;
}

static bool verifies(const struct mk_signer *signer, const char *bytes, size_t length,
                     unsigned char signature[MK_SIGNATURE_SIZE])
{
    const gnutls_datum_t data = { .data = (unsigned char *)bytes, .size = (unsigned)length };
    const gnutls_datum_t r = { .data = signature, .size = NUMBER_SIZE };
    const gnutls_datum_t s = { .data = signature + NUMBER_SIZE, .size = NUMBER_SIZE };
    gnutls_pubkey_t key = public_half(signer);
    gnutls_datum_t der;

    MUST(gnutls_encode_rs_value(&der, &r, &s) == 0);
    int err = gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &der);
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
    return err >= 0;
}

/* The token for BODY at MOMENT, new. */
static char *token_of(const struct mk_signer *signer, const char *kid, const char *issuer)
{
    struct mk_text token = MK_TEXT(TOKEN_MAX);

    mk_text_add_literal(&token, "Name: ");
    MUST(mk_signer_sign(signer, kid, issuer, MOMENT, BODY, strlen(BODY), &token));
    MUST(memcmp(token.bytes, "Name: ", 6) == 0);
    char *copy = mk_copy(token.bytes + 6);
    mk_text_done(&token);
    return copy;
}

/* The text of the part that *token begins with, new; *token is moved behind it and its dot. */
static char *take_part(const char **token)
{
    size_t length = strcspn(*token, ".");
    unsigned char *bytes = mk_alloc(length + 4);
    ptrdiff_t count = mk_base64_decode(*token, length, true, bytes, length + 3);

    ck_assert_int_ge(count, 0);
    bytes[count] = '\0';
    *token += length + ((*token)[length] == '.');
    return (char *)bytes;
}

static void expect_part(const char **token, const char *text)
{
    char *part = take_part(token);

    ck_assert_str_eq(part, text);
    free(part);
}

static void expect_signature(const struct mk_signer *signer, const char *token, const char *part,
                             bool wanted)
{
    unsigned char signature[MK_SIGNATURE_SIZE + 4];

    ck_assert_uint_eq(strspn(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_"),
                      86);
    ck_assert_uint_eq(strlen(part), 86);
    ck_assert_int_eq(mk_base64_decode(part, 86, true, signature, sizeof(signature)),
                     MK_SIGNATURE_SIZE);
    ck_assert_int_eq(verifies(signer, token, (size_t)(part - token) - 1, signature), wanted);
}

/* Issuers, and how they stand in the claims. */
static const char *const issuers[][2] = {
    { "https://api.moneykit.com", "https://api.moneykit.com" },
    { "", "" },
    { "a \"quoted\" \\ one\n", "a \\\"quoted\\\" \\\\ one\\n" },
    { "http://\xc3\xbc.test", "http://\xc3\xbc.test" },
};

/* Header and claims hold these members and nothing else; the moment's fraction is cut off. */
START_TEST(signatures__token)
{
    struct mk_signer *signer = mk_signer_seeded(7);
    struct mk_signer *other = mk_signer_seeded(8);
    char *token = token_of(signer, NULL, issuers[_i][0]);
    const char *rest = token;
    char kid[MK_KID_SIZE];
    char text[512];

    mk_signer_kid(signer, kid);
    snprintf(text, sizeof(text), "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", kid);
    expect_part(&rest, text);
    snprintf(text, sizeof(text),
             "{\"iss\":\"%s\",\"iat\":1767225600,\"request_body_sha256\":\"%s\"}", issuers[_i][1],
             BODY_DIGEST);
    expect_part(&rest, text);
    expect_signature(signer, token, rest, true);
    expect_signature(other, token, rest, false);
    mk_signer_release(signer);
    mk_signer_release(other);
    free(token);
}
END_TEST

/* Another kid changes the header only: the key is the same. */
START_TEST(signatures__unknown_kid)
{
    struct mk_signer *signer = mk_signer_seeded(7);
    char *token = token_of(signer, "nobody's", "i");
    const char *rest = token;

    expect_part(&rest, "{\"alg\":\"ES256\",\"kid\":\"nobody's\",\"typ\":\"JWT\"}");
    free(take_part(&rest));
    expect_signature(signer, token, rest, true);
    mk_signer_release(signer);
    free(token);
}
END_TEST

/* What does not fit is no signature. */
START_TEST(signatures__too_long)
{
    struct mk_signer *signer = mk_signer_seeded(7);
    struct mk_text token = MK_TEXT(100);

    ck_assert(!mk_signer_sign(signer, NULL, "i", MOMENT, BODY, strlen(BODY), &token));
    mk_text_done(&token);
    mk_signer_release(signer);
}
END_TEST

/* One r or s in 256 is short; each comes in 32 bytes like all others. */
START_TEST(signatures__padded_halves)
{
    struct mk_signer *signer = mk_signer_seeded(7);
    unsigned char signature[MK_SIGNATURE_SIZE];
    bool was_short[2] = { false, false };
    uint32_t number = 0;

    for (; number < 10000 && !(was_short[0] && was_short[1]); number++) {
        MUST(mk_signer_sign_bytes(signer, &number, sizeof(number), signature));
        bool is_short[2] = { signature[0] == 0, signature[NUMBER_SIZE] == 0 };
        if (is_short[0] || is_short[1])
            MUST(verifies(signer, (const char *)&number, sizeof(number), signature));
        was_short[0] |= is_short[0];
        was_short[1] |= is_short[1];
    }
    ck_assert_uint_lt(number, 10000);
    mk_signer_release(signer);
}
END_TEST

static void *sign_often(void *shared)
{
    struct mk_signer *signer = mk_signer_hold(shared);
    char *first = token_of(signer, NULL, "i");

    for (int i = 0; i < 50; i++) {
        char *token = token_of(signer, NULL, "i");
        MUST(strcmp(token, first) == 0);
        free(token);
    }
    mk_signer_release(signer);
    return first;
}

/* Many threads share one key, and all write the same. */
START_TEST(signatures__threads)
{
    struct mk_signer *signer = mk_signer_seeded(7);
    char *wanted = token_of(signer, NULL, "i");
    pthread_t threads[4];

    for (size_t i = 0; i < MK_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sign_often, signer), 0);
    for (size_t i = 0; i < MK_COUNT(threads); i++) {
        void *token;
        ck_assert_int_eq(pthread_join(threads[i], &token), 0);
        ck_assert_str_eq(token, wanted);
        free(token);
    }
    free(wanted);
    mk_signer_release(signer);
}
END_TEST

/* --- Derived keys ----------------------------------------------------------------------------- */

/* The kid of what the server with the first seed derives. */
static const char *derived(uint64_t server, uint64_t seed, uint32_t number)
{
    static char kids[2][MK_KID_SIZE];
    static int turn;
    struct mk_signer *signer = mk_signer_seeded(server);
    struct mk_signer *key = mk_signer_derived(signer, seed, number);
    unsigned char signature[MK_SIGNATURE_SIZE];

    mk_signer_release(signer); /* the new one stands alone */
    ck_assert_ptr_nonnull(key);
    MUST(mk_signer_sign_bytes(key, "m", 1, signature));
    MUST(verifies(key, "m", 1, signature));
    turn = !turn;
    mk_signer_kid(key, kids[turn]);
    mk_signer_release(key);
    ck_assert_uint_eq(strlen(kids[turn]), MK_KID_SIZE - 1);
    return kids[turn];
}

/* The server's key, the seed and the number all count. */
START_TEST(signatures__derived)
{
    static const uint64_t others[][3] = {
        { 1, 7, 1 }, { 0, 8, 1 }, { 0, 7, 2 }, { 0, 7, UINT32_MAX }, { 0, UINT64_MAX, 1 },
    };
    struct mk_signer *server = mk_signer_seeded(0);
    char kid[MK_KID_SIZE];

    ck_assert_str_eq(derived(0, 7, 1), derived(0, 7, 1));
    for (size_t i = 0; i < MK_COUNT(others); i++)
        ck_assert_str_ne(derived(0, 7, 1),
                         derived(others[i][0], others[i][1], (uint32_t)others[i][2]));
    mk_signer_kid(server, kid);
    ck_assert_str_ne(derived(0, 7, 1), kid);
    mk_signer_release(server);
}
END_TEST

Suite *signatures_suite(void)
{
    Suite *suite = suite_create("signatures");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, signatures__rfc_6979, 0, (int)MK_COUNT(rfc_signatures));
    tcase_add_loop_test(tcase, signatures__token, 0, (int)MK_COUNT(issuers));
    tcase_add_test(tcase, signatures__unknown_kid);
    tcase_add_test(tcase, signatures__too_long);
    tcase_add_test(tcase, signatures__padded_halves);
    tcase_add_test(tcase, signatures__threads);
    tcase_add_test(tcase, signatures__derived);
    suite_add_tcase(suite, tcase);
    return suite;
}
