/* SPDX-License-Identifier: MIT */
/* GET /.well-known/jwks.json; unit/signer.c looks at the keys themselves. */
#include "api/tests.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JWKS "/.well-known/jwks.json"

/* The keys as anyone sees them, a copy to free. */
static char *keys_of(struct client *client)
{
    const struct reply *reply = CALL(client, .target = JWKS, .anonymous = true);

    expect_status(reply, 200);
    return mk_copy(reply->body);
}

/* Compares and frees both. */
static void expect_same(char *a, char *b, bool wanted)
{
    ck_assert_int_eq(strcmp(a, b) == 0, wanted);
    free(a);
    free(b);
}

START_TEST(jwks__one_key)
{
    const struct reply *reply = CALL(client_new("alice"), .target = JWKS, .anonymous = true);

    expect_status(reply, 200);
    ck_assert_str_eq(header_of(reply, "Cache-Control"), "no-cache");
    ck_assert_uint_eq(json_object_size(reply->json), 1);
    ck_assert_uint_eq(json_array_size(member(reply, "keys")), 1);
    ck_assert_uint_eq(json_object_size(member(reply, "keys.0")), 7);
    expect_part(reply, "keys.0", "{'kty': 'EC', 'crv': 'P-256', 'alg': 'ES256', 'use': 'sig'}");
    ck_assert_uint_eq(strlen(text_at(reply, "keys.0.kid")), 40);
    ck_assert_uint_eq(strlen(text_at(reply, "keys.0.x")), 43);
    ck_assert_uint_eq(strlen(text_at(reply, "keys.0.y")), 43);
}
END_TEST

/* Good ones, bad ones and none: the same keys, and no world is made for them. */
START_TEST(jwks__credentials_are_not_looked_at)
{
    struct client *client = client_new("alice");
    const char *const headers[] = { "X-Client-Id: nobody", "Authorization: Bearer nonsense",
                                    "Authorization: nonsense", "X-Client-Secret: s" };

    for (size_t i = 0; i < MK_COUNT(headers); i++) {
        const struct reply *reply =
            CALL(client, .target = JWKS, .anonymous = true, .headers = { headers[i] });
        expect_status(reply, 200);
        expect_same(mk_copy(reply->body), keys_of(client), true);
    }
    ck_assert_ptr_null(mk_worlds_find(under_test.service->worlds, "nobody"));
    sign_in(client);
    expect_same(mk_copy(get(client, JWKS)->body), keys_of(signed_in("bob")), true);
    expect_issues(CALL(client, .target = JWKS, .headers = { "moneykit-version: 1999-01-01" }),
                  "['header','moneykit-version'] enum\n");
}
END_TEST

/* The keys of a new sandbox with this option. */
static char *keys_with(const char *option)
{
    clients_free();
    restart_sandbox(option, NULL);
    return keys_of(client_new("alice"));
}

START_TEST(jwks__from_the_seed)
{
    expect_same(keys_with("--deterministic"), keys_with("--deterministic"), true);
    expect_same(keys_with("--seed=7"), keys_with("--seed=7"), false);

    char *zero = keys_with("--deterministic");
    clients_free();
    restart_sandbox("--deterministic", "--seed=1", NULL);
    expect_same(zero, keys_of(client_new("alice")), false);
}
END_TEST

/* A file is made once and read by every start after; it beats the seed. */
START_TEST(jwks__from_a_file)
{
    char folder[] = "/tmp/mk-jwks-XXXXXX";
    char option[128];
    const char *path;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(option, sizeof(option), "--signing-key=%s/key.pem", folder);
    path = strchr(option, '=') + 1;
    expect_same(keys_with(option), keys_with(option), true);
    ck_assert_int_eq(access(path, R_OK), 0);

    char *kept = keys_with(option);
    clients_free();
    restart_sandbox("--deterministic", option, NULL);
    expect_same(kept, keys_of(client_new("alice")), true);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

void jwks_tests(TCase *tcase)
{
    tcase_add_test(tcase, jwks__one_key);
    tcase_add_test(tcase, jwks__credentials_are_not_looked_at);
    tcase_add_test(tcase, jwks__from_the_seed);
    tcase_add_test(tcase, jwks__from_a_file);
}
