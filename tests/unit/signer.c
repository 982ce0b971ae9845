/* SPDX-License-Identifier: MIT */
#include "core/signer.h"

#include "base/memory.h"
#include "base/text.h"
#include "support/must.h"
#include "unit/suites.h"

#include <dirent.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBER_SIZE = 32, PATH_SIZE = 256 };

static char folder[64];
static char path[PATH_SIZE];
static char error[512];

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/mk-signer-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/key.pem", folder);
    error[0] = '\0';
}

/* Two levels are all that a test makes. */
static void remove_folder(void)
{
    char command[PATH_SIZE];

    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0); /* NOLINT: nothing of it comes from outside */
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static const char *text_of(const json_t *jwk, const char *key)
{
    const char *text = json_string_value(json_object_get(jwk, key));

    ck_assert_msg(text != NULL, "the key has no %s", key);
    return text;
}

static void read_number(const json_t *jwk, const char *key, unsigned char out[NUMBER_SIZE])
{
    unsigned char bytes[NUMBER_SIZE + 4];
    const char *text = text_of(jwk, key);

    MUST(mk_base64_decode(text, strlen(text), true, bytes, sizeof(bytes)) == NUMBER_SIZE);
    memcpy(out, bytes, NUMBER_SIZE);
}

/* Whether x and y are a point of the curve, as a receiver would take them. */
static bool is_on_curve(const json_t *jwk)
{
    unsigned char numbers[2][NUMBER_SIZE];
    const gnutls_datum_t x = { .data = numbers[0], .size = NUMBER_SIZE };
    const gnutls_datum_t y = { .data = numbers[1], .size = NUMBER_SIZE };
    gnutls_pubkey_t key;

    read_number(jwk, "x", numbers[0]);
    read_number(jwk, "y", numbers[1]);
    MUST(gnutls_pubkey_init(&key) == 0);
    bool is_fine = gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y) == 0 &&
                   gnutls_pubkey_verify_params(key) == 0;
    gnutls_pubkey_deinit(key);
    return is_fine;
}

/* The public half of a signer that is not needed any more. */
static json_t *jwk_of(struct mk_signer *signer)
{
    ck_assert_msg(signer != NULL, "no key: %s", error);
    json_t *jwk = mk_signer_jwk(signer);
    ck_assert_ptr_nonnull(jwk);
    mk_signer_release(signer);
    return jwk;
}

static json_t *jwk_of_file(void)
{
    return jwk_of(mk_signer_from_file(path, error, sizeof(error)));
}

/* Compares and frees both. */
static void expect_same(json_t *a, json_t *b, bool wanted)
{
    ck_assert_int_eq(json_equal(a, b), wanted);
    ck_assert_int_eq(strcmp(text_of(a, "kid"), text_of(b, "kid")) == 0, wanted);
    json_decref(a);
    json_decref(b);
}

/* --- The key ---------------------------------------------------------------------------------- */

START_TEST(signer__jwk)
{
    json_t *jwk = jwk_of(mk_signer_fresh());

    ck_assert_uint_eq(json_object_size(jwk), 7);
    ck_assert_str_eq(text_of(jwk, "kty"), "EC");
    ck_assert_str_eq(text_of(jwk, "crv"), "P-256");
    ck_assert_str_eq(text_of(jwk, "alg"), "ES256");
    ck_assert_str_eq(text_of(jwk, "use"), "sig");
    ck_assert_uint_eq(strlen(text_of(jwk, "kid")), 40);
    ck_assert_uint_eq(strspn(text_of(jwk, "kid"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                  "abcdefghijklmnopqrstuvwxyz0123456789-_"),
                      40);
    ck_assert(is_on_curve(jwk));
    json_decref(jwk);
}
END_TEST

START_TEST(signer__from_the_seed_or_by_chance)
{
    expect_same(jwk_of(mk_signer_seeded(7)), jwk_of(mk_signer_seeded(7)), true);
    expect_same(jwk_of(mk_signer_seeded(7)), jwk_of(mk_signer_seeded(8)), false);
    expect_same(jwk_of(mk_signer_fresh()), jwk_of(mk_signer_fresh()), false);
}
END_TEST

/* Whether a number that is written as short as it can be is shorter than others. */
static bool is_short(const json_t *jwk, const char *key)
{
    unsigned char number[NUMBER_SIZE];

    read_number(jwk, key, number);
    return number[0] == 0 && number[1] < 0x80;
}

/* One coordinate in 512 is short; it comes in 32 bytes like all others. */
START_TEST(signer__padded_coordinates)
{
    bool was_short[2] = { false, false };
    uint64_t seed = 0;

    for (; seed < 10000 && !(was_short[0] && was_short[1]); seed++) {
        json_t *jwk = jwk_of(mk_signer_seeded(seed));
        was_short[0] |= is_short(jwk, "x");
        was_short[1] |= is_short(jwk, "y");
        MUST(is_on_curve(jwk));
        json_decref(jwk);
    }
    ck_assert_uint_lt(seed, 10000);
}
END_TEST

/* --- The file --------------------------------------------------------------------------------- */

#define KNOWN_X "fNYvVDM5ofKGvUKryi1QWCZjaAwZ43e-T8esqWRLGb8"
#define KNOWN_Y "zJhVl0tm8-TeMAJvxrLlixyo6s1-Jn3aLLSp-JGaA6M"

/* The same key in the forms that tools write. */
static const char *const known[] = {
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTehdh5zpwSmJU9FZ\n"
    "VkZM6okGneaBH4qOCcIWDNONFHihRANCAAR81i9UMzmh8oa9QqvKLVBYJmNoDBnj\n"
    "d75Px6ypZEsZv8yYVZdLZvPk3jACb8ay5YscqOrNfiZ92iy0qfiRmgOj\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIE3oXYec6cEpiVPRWVZGTOqJBp3mgR+KjgnCFgzTjRR4oAoGCCqGSM49\n"
    "AwEHoUQDQgAEfNYvVDM5ofKGvUKryi1QWCZjaAwZ43e+T8esqWRLGb/MmFWXS2bz\n"
    "5N4wAm/GsuWLHKjqzX4mfdostKn4kZoDow==\n"
    "-----END EC PRIVATE KEY-----\n",
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIE3oXYec6cEpiVPRWVZGTOqJBp3mgR+KjgnCFgzTjRR4oAoGCCqGSM49\n"
    "AwEHoUQDQgAEfNYvVDM5ofKGvUKryi1QWCZjaAwZ43e+T8esqWRLGb/MmFWXS2bz\n"
    "5N4wAm/GsuWLHKjqzX4mfdostKn4kZoDow==\n"
    "-----END EC PRIVATE KEY-----\n",
};

START_TEST(signer__known_files)
{
    write_file(known[_i]);
    json_t *jwk = jwk_of_file();
    ck_assert_str_eq(text_of(jwk, "x"), KNOWN_X);
    ck_assert_str_eq(text_of(jwk, "y"), KNOWN_Y);
    json_decref(jwk);
}
END_TEST

static unsigned mode_of(const char *name)
{
    struct stat status;

    ck_assert_int_eq(stat(name, &status), 0);
    return status.st_mode & 07777;
}

static int entries_of(const char *name)
{
    struct dirent **entries;
    int count = scandir(name, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count - 2;
}

/* Made with the folders above it, for nobody else to read; the next start finds it. */
START_TEST(signer__makes_its_file)
{
    char above[PATH_SIZE];

    umask(0);
    snprintf(above, sizeof(above), "%s/a/b", folder);
    snprintf(path, sizeof(path), "%s/a/b/key.pem", folder);
    expect_same(jwk_of_file(), jwk_of_file(), true);
    ck_assert_uint_eq(mode_of(path), 0600);
    ck_assert_uint_eq(mode_of(above), 0700);
    ck_assert_int_eq(entries_of(above), 1);
}
END_TEST

static void *make_in_thread(void *unused)
{
    char problem[256] = "";

    (void)unused;
    struct mk_signer *signer = mk_signer_from_file(path, problem, sizeof(problem));
    MUST(signer != NULL);
    json_t *jwk = mk_signer_jwk(signer);
    mk_signer_release(signer);
    return jwk;
}

/* Servers that start at once end up with the same key. */
START_TEST(signer__many_make_one_file)
{
    pthread_t threads[8];
    void *jwks[MK_COUNT(threads)];

    for (size_t i = 0; i < MK_COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_in_thread, NULL), 0);
    for (size_t i = 0; i < MK_COUNT(threads); i++)
        ck_assert_int_eq(pthread_join(threads[i], &jwks[i]), 0);
    for (size_t i = 0; i < MK_COUNT(threads); i++)
        expect_same(jwk_of_file(), jwks[i], true);
    ck_assert_int_eq(entries_of(folder), 1);
}
END_TEST

/* --- What is refused -------------------------------------------------------------------------- */

static const char *const wrong[] = {
    "not a key\n",
    "\n",
    /* Ed25519 */
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIPvh8lZL6OzkZU+6YmoNM6AvVvTkS94flHJEoPcKgx8c\n"
    "-----END PRIVATE KEY-----\n",
    /* P-384 */
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIGkAgEBBDDN0htJQPoaHuwiIdquswXTlzgdxeYowCOePvBiVvMSZdHosxBSnNVJ\n"
    "lSBG6vx5iyOgBwYFK4EEACKhZANiAARkQCwXALQb7NknLsQUYS4ZiNX0s9Dy75Gr\n"
    "/2F7mSvCvbQBmOvLpqx2b56mErV4D0DO/5RjCCvbmVpkUa+Cft4/bAZa30DkUwMY\n"
    "77868vKQG2QsyFd9Gd0YYhv5N4YOYQ0=\n"
    "-----END EC PRIVATE KEY-----\n",
    /* the known key under a password */
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhbOf4sj3laKQICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHJ3qn4zyB+n9HLne4zXiw4EgZCA\n"
    "8qaFok1cHqFBH+yJIxmdLEcf4zh0CUMPrHgxtSHg6Yv8DZu1AnnnJu/+ocA2eaG2\n"
    "840kolPSe/soX5UentlWrRxg2TikJUbQequ9MHlY1QsdYovgJ7Jgyi8WFOjRdDBN\n"
    "tAsNlyiSqEw/M75GBQId6YWmDl6FedtyluM64C9S+DYC/85hqoaL2kk/czrGHjs=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n",
};

/* Fails with a line that begins with the path, and leaves what is there. */
static void expect_refusal(const char *sentence)
{
    ck_assert_ptr_null(mk_signer_from_file(path, error, sizeof(error)));
    ck_assert_msg(strncmp(error, path, strlen(path)) == 0, "'%s' does not name the file", error);
    ck_assert_msg(strstr(error, sentence) != NULL, "'%s' is not '%s'", error, sentence);
    ck_assert_ptr_null(strchr(error, '\n'));
}

START_TEST(signer__wrong_files)
{
    struct stat status;

    write_file(wrong[_i]);
    expect_refusal("not an unencrypted P-256 private key");
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq((size_t)status.st_size, strlen(wrong[_i]));
}
END_TEST

START_TEST(signer__rsa)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem;

    ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
    ck_assert_int_eq(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0), 0);
    ck_assert_int_eq(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
    write_file((const char *)pem.data);
    gnutls_free(pem.data);
    gnutls_x509_privkey_deinit(key);
    expect_refusal("not an unencrypted P-256 private key");
}
END_TEST

START_TEST(signer__no_file)
{
    write_file("");
    expect_refusal("not a readable file");
    snprintf(path, sizeof(path), "%s", folder);
    expect_refusal("not a readable file");
    snprintf(path, sizeof(path), "%s/", folder);
    expect_refusal("not a readable file");
    snprintf(path, sizeof(path), "/dev/null/key.pem");
    expect_refusal(strerror(ENOTDIR));
    snprintf(path, sizeof(path), "/proc/none/key.pem");
    expect_refusal(strerror(ENOENT));
    memset(path, 'a', sizeof(path) - 1);
    path[0] = '/';
    expect_refusal(strerror(ENAMETOOLONG));
}
END_TEST

START_TEST(signer__free_of_nothing)
{
    mk_signer_release(NULL);
}
END_TEST

Suite *signer_suite(void)
{
    Suite *suite = suite_create("signer");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, signer__jwk);
    tcase_add_test(tcase, signer__from_the_seed_or_by_chance);
    tcase_add_test(tcase, signer__padded_coordinates);
    tcase_add_loop_test(tcase, signer__known_files, 0, (int)MK_COUNT(known));
    tcase_add_test(tcase, signer__makes_its_file);
    tcase_add_test(tcase, signer__many_make_one_file);
    tcase_add_loop_test(tcase, signer__wrong_files, 0, (int)MK_COUNT(wrong));
    tcase_add_test(tcase, signer__rsa);
    tcase_add_test(tcase, signer__no_file);
    tcase_add_test(tcase, signer__free_of_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
