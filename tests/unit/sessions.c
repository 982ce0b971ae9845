/* SPDX-License-Identifier: MIT */
#include "core/sessions.h"

#include "base/memory.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

enum { HANDLE = 0x0A0B0C0D };

#define NOW (INT64_C(1767225600) * MK_SECOND)
#define LIFE (30 * MK_MINUTE)

static struct mk_sessions sessions;
static struct mk_random secrets;

static void open_sessions(void)
{
    mk_sessions_init(&sessions);
    mk_random_seeded(&secrets, 1, "sessions");
}

static void close_sessions(void)
{
    mk_sessions_done(&sessions);
}

/* With every text that a session may own, so that a leak is seen. */
static struct mk_session *add(int64_t now)
{
    struct mk_session *session = mk_sessions_add(&sessions, &secrets, now);

    MUST(session != NULL);
    session->customer_user_id = mk_copy("user-1");
    session->redirect_uri = mk_copy("http://localhost/");
    session->webhook = mk_copy("http://localhost/hook");
    session->tags = (struct mk_tags){ .text = mk_copy("tag"), .count = 1 };
    session->custom_data = json_object();
    session->products[MK_PRODUCT_IDENTITY].reason = mk_copy("reason");
    return session;
}

/* The caller frees it. */
static char *token_of(const struct mk_session *session, const char *institution_id)
{
    struct mk_text token = MK_TEXT(4096);

    mk_session_token_write(session, HANDLE, institution_id, &token);
    ck_assert(!token.failed);
    return mk_text_steal(&token);
}

/* A part of a token, decoded. Returns its length. */
static size_t part_of(const char *token, int index, unsigned char out[1024])
{
    for (; index > 0; index--)
        token = strchr(token, '.') + 1;
    ptrdiff_t length = mk_base64_decode(token, strcspn(token, "."), true, out, 1024);
    ck_assert_int_ge(length, 0);
    return (size_t)length;
}

START_TEST(add__an_empty_session)
{
    const struct mk_session *session = mk_sessions_add(&sessions, &secrets, NOW);

    ck_assert_int_eq(session->expires_at, NOW + LIFE);
    ck_assert_uint_eq(session->institution, MK_NO_INSTITUTION);
    ck_assert_uint_eq(session->link, MK_NONE);
    ck_assert(!session->is_relink);
    ck_assert_uint_eq(session->country_count, 0);
    ck_assert_ptr_null(session->customer_user_id);
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        ck_assert(!session->products[i].asked);
}
END_TEST

/* What SDKs do with it: split at the dots, read the first part as JSON. */
START_TEST(token__looks_like_a_jwt)
{
    static const char *const institutions[] = { NULL, "chase" };
    const struct mk_session *session = add(NOW);
    unsigned char bytes[1024];

    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        char *token = token_of(session, institutions[i]);
        ck_assert_ptr_nonnull(strchr(token, '.'));
        ck_assert_ptr_eq(strchr(strchr(token, '.') + 1, '.'), strrchr(token, '.'));
        for (int part = 0; part < 2; part++) {
            size_t length = part_of(token, part, bytes);
            json_t *json = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, NULL);
            ck_assert(json_is_object(json));
            if (part == 0)
                ck_assert_pstr_eq(json_string_value(json_object_get(json, "institution_id")),
                                  institutions[i]);
            json_decref(json);
        }
        ck_assert_uint_eq(part_of(token, 2, bytes), 36);
        ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW), session);
        free(token);
    }
}
END_TEST

START_TEST(token__names_the_world)
{
    char *token = token_of(add(NOW), NULL);
    uint32_t handle = 0;

    ck_assert(mk_session_token_handle(token, &handle));
    ck_assert_uint_eq(handle, HANDLE);
    free(token);
}
END_TEST

START_TEST(token__each_finds_its_session)
{
    enum { MANY = 300 };
    char *tokens[MANY];
    const struct mk_session *made[MANY];

    for (int i = 0; i < MANY; i++) {
        made[i] = add(NOW + i);
        tokens[i] = token_of(made[i], i % 2 == 0 ? "chase" : NULL);
    }
    for (int i = 0; i < MANY; i++) {
        MUST(mk_sessions_find(&sessions, tokens[i], NOW + MANY) == made[i]);
        free(tokens[i]);
    }
}
END_TEST

START_TEST(token__expires)
{
    struct mk_session *session = add(NOW);
    char *token = token_of(session, NULL);

    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW + LIFE - 1), session);
    ck_assert_ptr_null(mk_sessions_find(&sessions, token, NOW + LIFE));
    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW), session); /* the clock went back */
    free(token);
}
END_TEST

/* Each digit of the proof is changed in turn; the handle in it is for the caller to compare. */
START_TEST(tampered__proof)
{
    struct mk_session *session = add(NOW);
    char *token = token_of(session, NULL);
    char *proof = strrchr(token, '.') + 1;

    for (size_t i = 6; i < strlen(proof); i++) { /* behind the handle */
        char kept = proof[i];
        proof[i] = kept == 'A' ? 'B' : 'A';
        ck_assert_ptr_null(mk_sessions_find(&sessions, token, NOW));
        proof[i] = kept;
    }
    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW), session);
    free(token);
}
END_TEST

/* The id of one session with the secret of another. */
START_TEST(tampered__mixed_of_two)
{
    struct mk_session *a = add(NOW);
    struct mk_session *b = add(NOW);
    struct mk_session mixed = *a;

    memcpy(mixed.secret, b->secret, sizeof(mixed.secret));
    char *token = token_of(&mixed, NULL);
    ck_assert_ptr_null(mk_sessions_find(&sessions, token, NOW));
    free(token);
}
END_TEST

static const struct {
    const char *before;
    size_t keep; /* characters of the proof */
    const char *after;
} shapes[] = {
    { "", 48, "" },         { ".", 48, "" },      { "a.", 48, "" },           { "a.b.c.", 48, "" },
    { "...", 48, "" },      { "a.b.", 47, "" },   { "a.b.", 46, "" },         { "a.b.", 44, "" },
    { "a.b.", 0, "" },      { "a.b.", 48, "=" },  { "a.b.", 48, "A" },        { "a.b.", 48, "AA" },
    { "a.b.", 48, "AAAA" }, { "a.b.", 48, " " },  { "a.b.", 48, "\n" },       { "a.b. ", 48, "" },
    { "a.b.", 48, "." },    { "a.b.", 48, ".c" }, { "a.b.\xC3\xA9", 46, "" },
};

START_TEST(tampered__shape)
{
    char *token = token_of(add(NOW), NULL);
    struct mk_text text = MK_TEXT(4096);
    uint32_t handle = 4711;

    mk_text_add_text(&text, shapes[_i].before);
    mk_text_add(&text, strrchr(token, '.') + 1, shapes[_i].keep);
    mk_text_add_text(&text, shapes[_i].after);
    ck_assert_ptr_null(mk_sessions_find(&sessions, text.bytes, NOW));
    ck_assert(!mk_session_token_handle(text.bytes, &handle));
    ck_assert_uint_eq(handle, 4711);
    mk_text_done(&text);
    free(token);
}
END_TEST

START_TEST(tampered__too_long)
{
    struct mk_text text = MK_TEXT(200000);
    uint32_t handle;

    mk_text_add_literal(&text, "a.b.");
    for (int i = 0; i < 100000; i++)
        mk_text_add_char(&text, 'A');
    ck_assert_ptr_null(mk_sessions_find(&sessions, text.bytes, NOW));
    ck_assert(!mk_session_token_handle(text.bytes, &handle));
    ck_assert(!mk_session_token_handle("", &handle));
    mk_text_done(&text);
}
END_TEST

/* A token of another world is of the right form, and unknown. */
START_TEST(token__of_another_world)
{
    struct mk_sessions other;
    struct mk_random other_secrets;

    add(NOW);
    mk_sessions_init(&other);
    mk_random_seeded(&other_secrets, 2, "sessions");
    char *token = token_of(mk_sessions_add(&other, &other_secrets, NOW), NULL);
    ck_assert_ptr_null(mk_sessions_find(&sessions, token, NOW));
    ck_assert_ptr_nonnull(mk_sessions_find(&other, token, NOW));
    mk_sessions_done(&other);
    free(token);
}
END_TEST

START_TEST(forgotten__with_its_time)
{
    for (int generation = 0; generation < 5; generation++) {
        for (int i = 0; i < 100; i++)
            add(NOW + generation * LIFE);
        ck_assert_uint_eq(sessions.store.count, 100);
        ck_assert_uint_eq(mk_map_count(&sessions.by_id), 100);
    }
    ck_assert_uint_eq(sessions.store.used, 100);
}
END_TEST

START_TEST(forgotten__only_what_is_over)
{
    struct mk_session *first = add(NOW);
    struct mk_session *second = add(NOW + 1);
    char *old_token = token_of(first, NULL);
    char *token = token_of(second, NULL);

    add(NOW + LIFE);
    ck_assert_ptr_null(mk_sessions_find(&sessions, old_token, NOW));
    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW + LIFE), second);
    ck_assert_uint_eq(sessions.store.count, 2);
    free(old_token);
    free(token);
}
END_TEST

/* Only the session that made the link goes, and only once. */
START_TEST(forget__the_one_that_made_the_link)
{
    struct mk_session *session = add(NOW);
    uint32_t number = mk_sessions_number(&sessions, session);
    char *token = token_of(session, NULL);

    session->link = 5;
    mk_sessions_forget(&sessions, MK_NONE, 5);
    mk_sessions_forget(&sessions, number + 1, 5);
    mk_sessions_forget(&sessions, 4000000, 5);
    mk_sessions_forget(&sessions, number, 6);
    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW), session);
    mk_sessions_forget(&sessions, number, 5);
    ck_assert_ptr_null(mk_sessions_find(&sessions, token, NOW));
    ck_assert_uint_eq(sessions.store.count, 0);
    mk_sessions_forget(&sessions, number, 5); /* nothing is there any more */
    ck_assert_uint_eq(sessions.store.count, 0);
    free(token);
}
END_TEST

/* The slot has another session by the time the old link is exchanged. */
START_TEST(forget__not_the_next_in_the_slot)
{
    struct mk_session *session = add(NOW);
    uint32_t number = mk_sessions_number(&sessions, session);

    session->link = 5;
    struct mk_session *next = add(NOW + LIFE);
    ck_assert_uint_eq(mk_sessions_number(&sessions, next), number);
    char *token = token_of(next, NULL);
    mk_sessions_forget(&sessions, number, 5);
    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW + LIFE), next);
    next->link = 6;
    mk_sessions_forget(&sessions, number, 5);
    ck_assert_ptr_eq(mk_sessions_find(&sessions, token, NOW + LIFE), next);
    free(token);
}
END_TEST

/* From the middle of the chain, whose ends still work. */
START_TEST(forget__in_the_middle)
{
    struct mk_session *made[3];

    for (uint32_t i = 0; i < 3; i++) {
        made[i] = add(NOW + i);
        made[i]->link = 10 + i;
    }
    mk_sessions_forget(&sessions, mk_sessions_number(&sessions, made[1]), 11);
    ck_assert_uint_eq(sessions.store.count, 2);
    add(NOW + LIFE + 1);
    ck_assert_uint_eq(sessions.store.count, 2);
    add(NOW + LIFE + 2);
    ck_assert_uint_eq(sessions.store.count, 2);
}
END_TEST

Suite *sessions_suite(void)
{
    Suite *suite = suite_create("sessions");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_sessions, close_sessions);
    tcase_add_test(all, add__an_empty_session);
    tcase_add_test(all, token__looks_like_a_jwt);
    tcase_add_test(all, token__names_the_world);
    tcase_add_test(all, token__each_finds_its_session);
    tcase_add_test(all, token__expires);
    tcase_add_test(all, token__of_another_world);
    tcase_add_test(all, tampered__proof);
    tcase_add_test(all, tampered__mixed_of_two);
    tcase_add_loop_test(all, tampered__shape, 0, (int)MK_COUNT(shapes));
    tcase_add_test(all, tampered__too_long);
    tcase_add_test(all, forgotten__with_its_time);
    tcase_add_test(all, forgotten__only_what_is_over);
    tcase_add_test(all, forget__the_one_that_made_the_link);
    tcase_add_test(all, forget__not_the_next_in_the_slot);
    tcase_add_test(all, forget__in_the_middle);
    suite_add_tcase(suite, all);
    return suite;
}
