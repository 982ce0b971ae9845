/* SPDX-License-Identifier: MIT */
#include "core/bearers.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdio.h>
#include <string.h>

enum { HANDLE = 0x0123ABCD };

#define NOW (INT64_C(1767225600) * MK_SECOND)
#define LIFE (MK_BEARER_SECONDS * MK_SECOND)

static struct mk_bearers bearers;
static struct mk_random secrets;

static void open_bearers(void)
{
    bearers = (struct mk_bearers){ 0 };
    mk_random_seeded(&secrets, 1, "bearers");
}

static void close_bearers(void)
{
    mk_bearers_done(&bearers);
}

static enum mk_err find(const char *token, int64_t now)
{
    const struct mk_bearer *bearer = NULL;
    enum mk_err err = mk_bearers_find(&bearers, token, now, now, &bearer);

    MUST((bearer != NULL) == (err != MK_UNAUTHORIZED));
    return err;
}

/* A token as a forger writes it: any number, any secret. */
static void forge(uint32_t number, char digit, char token[MK_BEARER_SIZE])
{
    snprintf(token, MK_BEARER_SIZE, "%08x%08x", (unsigned)HANDLE, number);
    memset(token + 16, digit, 32);
    token[48] = '\0';
}

static void issue_many(uint32_t count)
{
    char token[MK_BEARER_SIZE];

    while (count-- > 0)
        mk_bearers_issue(&bearers, &secrets, HANDLE, NULL, NOW + MK_BEARER_SECONDS * MK_SECOND,
                         false, token);
}

START_TEST(token__form)
{
    char token[MK_BEARER_SIZE];
    uint32_t handle = 0;

    mk_bearers_issue(&bearers, &secrets, HANDLE, NULL, NOW + MK_BEARER_SECONDS * MK_SECOND, false,
                     token);
    ck_assert_uint_eq(strlen(token), 48);
    ck_assert_uint_eq(strspn(token, "0123456789abcdef"), 48);
    ck_assert_int_eq(strncmp(token, "0123abcd00000000", 16), 0);
    ck_assert(mk_bearer_handle(token, &handle));
    ck_assert_uint_eq(handle, HANDLE);
}
END_TEST

START_TEST(token__expires)
{
    char token[MK_BEARER_SIZE];

    mk_bearers_issue(&bearers, &secrets, HANDLE, NULL, NOW + MK_BEARER_SECONDS * MK_SECOND, false,
                     token);
    ck_assert_int_eq(find(token, NOW), MK_OK);
    ck_assert_int_eq(find(token, NOW - MK_DAY), MK_OK); /* the machine's clock was set back */
    ck_assert_int_eq(find(token, NOW + LIFE - 1), MK_OK);
    ck_assert_int_eq(find(token, NOW + LIFE), MK_BEARER_EXPIRED);
    ck_assert_int_eq(find(token, INT64_MAX), MK_BEARER_EXPIRED);
}
END_TEST

START_TEST(token__scope)
{
    static const char *const scopes[] = { NULL, "", "links:read links:write" };
    const struct mk_bearer *bearer;
    char token[MK_BEARER_SIZE];

    for (size_t i = 0; i < MK_COUNT(scopes); i++) {
        mk_bearers_issue(&bearers, &secrets, HANDLE, scopes[i], NOW + MK_BEARER_SECONDS * MK_SECOND,
                         false, token);
        ck_assert_int_eq(mk_bearers_find(&bearers, token, NOW, NOW, &bearer), MK_OK);
        ck_assert_pstr_eq(bearer->scope, scopes[i]);
    }
}
END_TEST

START_TEST(tokens__all_differ_and_are_found)
{
    enum { MANY = 1000 };
    static char tokens[MANY][MK_BEARER_SIZE];

    for (int i = 0; i < MANY; i++)
        mk_bearers_issue(&bearers, &secrets, HANDLE, i % 2 == 0 ? "even" : NULL,
                         NOW + MK_BEARER_SECONDS * MK_SECOND, false, tokens[i]);
    for (int i = 0; i < MANY; i++) {
        const struct mk_bearer *bearer;
        MUST(mk_bearers_find(&bearers, tokens[i], NOW, NOW, &bearer) == MK_OK);
        MUST((bearer->scope != NULL) == (i % 2 == 0));
        for (int j = i + 1; j < MANY; j++)
            MUST(memcmp(tokens[i] + 16, tokens[j] + 16, 32) != 0);
    }
}
END_TEST

/* The ring goes round: the last MK_BEARERS_MAX are known, older ones are not. */
START_TEST(ring__wraps_around)
{
    enum { KEPT = 5 };
    char first[KEPT][MK_BEARER_SIZE];
    char last[MK_BEARER_SIZE];

    for (int i = 0; i < KEPT; i++)
        mk_bearers_issue(&bearers, &secrets, HANDLE, "scope", NOW + MK_BEARER_SECONDS * MK_SECOND,
                         false, first[i]);
    issue_many(MK_BEARERS_MAX - KEPT);
    for (int i = 0; i < KEPT; i++)
        ck_assert_int_eq(find(first[i], NOW), MK_OK);
    for (int i = 0; i < KEPT; i++) {
        mk_bearers_issue(&bearers, &secrets, HANDLE, NULL, NOW + MK_BEARER_SECONDS * MK_SECOND,
                         false, last);
        for (int j = 0; j < KEPT; j++)
            ck_assert_int_eq(find(first[j], NOW), j <= i ? MK_UNAUTHORIZED : MK_OK);
        ck_assert_int_eq(find(last, NOW), MK_OK);
    }
    ck_assert_uint_eq(bearers.capacity, MK_BEARERS_MAX);
    issue_many(3 * MK_BEARERS_MAX);
    ck_assert_int_eq(find(last, NOW), MK_UNAUTHORIZED);
    ck_assert_uint_eq(bearers.capacity, MK_BEARERS_MAX);
}
END_TEST

/* A ring of every size, and forged numbers around what it holds and around the ends of 32 bits. */
static const uint32_t issued[] = {
    0, 1, 3, 4, 5, 8, 9, 100, 40000, MK_BEARERS_MAX - 1, MK_BEARERS_MAX, MK_BEARERS_MAX + 5
};

START_TEST(forged__numbers)
{
    char token[MK_BEARER_SIZE];

    issue_many(issued[_i]);
    for (uint32_t step = 0; step < 70000; step++) {
        forge(issued[_i] - step, '0', token);
        MUST(find(token, 0) == MK_UNAUTHORIZED);
        forge(issued[_i] + step, '0', token);
        MUST(find(token, 0) == MK_UNAUTHORIZED);
        forge(0U - step, 'f', token);
        MUST(find(token, 0) == MK_UNAUTHORIZED);
    }
}
END_TEST

/* One wrong digit anywhere behind the handle; the handle is for the caller to compare. */
START_TEST(forged__secrets)
{
    char token[MK_BEARER_SIZE];

    issue_many(100);
    mk_bearers_issue(&bearers, &secrets, HANDLE, NULL, NOW + MK_BEARER_SECONDS * MK_SECOND, false,
                     token);
    for (size_t i = 8; i < 48; i++) {
        char kept = token[i];
        for (const char *digit = "0123456789abcdef"; *digit != '\0'; digit++) {
            token[i] = *digit;
            ck_assert_int_eq(find(token, NOW), *digit == kept ? MK_OK : MK_UNAUTHORIZED);
        }
        token[i] = kept;
    }
}
END_TEST

static const char *const malformed[] = {
    "",
    "0",
    "0123abcd00000000",
    "0123abcd0000000000000000000000000000000000000000000000000",
    "0123abcd000000000000000000000000000000000000000",
    "0123ABCD0000000000000000000000000000000000000000",
    "0123abcd-000000000000000000000000000000000000000",
    " 0123abcd00000000000000000000000000000000000000",
    "0123abcd 000000000000000000000000000000000000000",
    "0123abcg0000000000000000000000000000000000000000",
    "0x23abcd0000000000000000000000000000000000000000",
    "0123abcd00000000000000000000000000000000000000\xC3\xA9",
};

START_TEST(forged__malformed)
{
    uint32_t handle = 4711;

    issue_many(1);
    ck_assert_int_eq(find(malformed[_i], NOW), MK_UNAUTHORIZED);
    ck_assert(!mk_bearer_handle(malformed[_i], &handle));
    ck_assert_uint_eq(handle, 4711);
}
END_TEST

START_TEST(bearers__none_yet)
{
    char token[MK_BEARER_SIZE];

    forge(0, '0', token);
    ck_assert_int_eq(find(token, 0), MK_UNAUTHORIZED);
    mk_bearers_done(&bearers);
    mk_bearers_done(&bearers);
}
END_TEST

/* Done and begun anew: the old tokens are unknown. */
START_TEST(bearers__done_forgets)
{
    char token[MK_BEARER_SIZE];

    mk_bearers_issue(&bearers, &secrets, HANDLE, "scope", NOW + MK_BEARER_SECONDS * MK_SECOND,
                     false, token);
    mk_bearers_done(&bearers);
    ck_assert_int_eq(find(token, NOW), MK_UNAUTHORIZED);
    issue_many(1);
    ck_assert_int_eq(find(token, NOW), MK_UNAUTHORIZED);
}
END_TEST

Suite *bearers_suite(void)
{
    Suite *suite = suite_create("bearers");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bearers, close_bearers);
    tcase_set_timeout(all, 120); /* under valgrind */
    tcase_add_test(all, token__form);
    tcase_add_test(all, token__expires);
    tcase_add_test(all, token__scope);
    tcase_add_test(all, tokens__all_differ_and_are_found);
    tcase_add_test(all, ring__wraps_around);
    tcase_add_loop_test(all, forged__numbers, 0, (int)MK_COUNT(issued));
    tcase_add_test(all, forged__secrets);
    tcase_add_loop_test(all, forged__malformed, 0, (int)MK_COUNT(malformed));
    tcase_add_test(all, bearers__none_yet);
    tcase_add_test(all, bearers__done_forgets);
    suite_add_tcase(suite, all);
    return suite;
}
