/* SPDX-License-Identifier: MIT */
/*
 * A pretend bank for the tests of core/: the real catalog and one world, whose clock stands still
 * until it is moved. The asserts are Check's.
 */
#ifndef MK_TESTS_BANK_H
#define MK_TESTS_BANK_H

#include "base/memory.h"
#include "core/linking.h"
#include "data/assets.h"

#include <check.h>

#define BANK_NOW (INT64_C(1767225600) * MK_SECOND) /* 2026-01-01T00:00:00 */

#define EXAMPLE_TOKEN "c7318ff7-257c-490e-8242-03a815b223b7"
#define EXAMPLE_ID "mk_eqkWN34UEoa2NxyALG8pcV"

struct bank {
    const struct mk_catalog *catalog;
    const struct mk_personas *personas;
    struct mk_world *world;
};

/* What banks know, the same for all tests of a process; never freed. */
static inline const struct mk_bank *bank_data(void)
{
    static struct mk_bank *data;

    if (data == NULL)
        data = mk_bank_new("http://localhost:8080");
    ck_assert_ptr_nonnull(data);
    return data;
}

static inline struct bank bank_open(void)
{
    struct bank bank = { .catalog = bank_data()->catalog, .personas = bank_data()->personas };
    const struct mk_world_config config = {
        .seed = 7, .deterministic = true, .start = BANK_NOW, .bank = bank_data()
    };

    bank.world = mk_world_new(&config, "tester", "secret");
    return bank;
}

static inline void bank_close(struct bank *bank)
{
    mk_world_release(bank->world);
}

/* A world that was found in a table, which holds it for as long as the test goes on. */
static inline struct mk_world *bank_borrow(struct mk_world *world)
{
    mk_world_release(world);
    return world;
}

static inline void bank_wait(struct bank *bank, int64_t span)
{
    bank->world->clock.frozen_at += span;
}

static inline uint16_t bank_institution(const struct bank *bank, const char *id)
{
    size_t found = mk_catalog_find(bank->catalog, id);

    ck_assert_uint_lt(found, mk_catalog_count(bank->catalog));
    return (uint16_t)found;
}

/* A session for US banks without products; `user-1` is its user. */
static inline struct mk_session *bank_bare_session(struct bank *bank)
{
    struct mk_session *session =
        mk_sessions_add(&bank->world->sessions, &bank->world->secrets, mk_world_now(bank->world));

    ck_assert_ptr_nonnull(session);
    session->customer_user_id = mk_copy("user-1");
    session->countries[session->country_count++] = MK_COUNTRY_US;
    return session;
}

/* One that asks for all four products, prefetched, as a request without settings does. */
static inline struct mk_session *bank_session(struct bank *bank)
{
    static const enum mk_product asked[] = { MK_PRODUCT_ACCOUNT_NUMBERS, MK_PRODUCT_IDENTITY,
                                             MK_PRODUCT_TRANSACTIONS, MK_PRODUCT_INVESTMENTS };
    struct mk_session *session = bank_bare_session(bank);

    for (size_t i = 0; i < MK_COUNT(asked); i++)
        session->products[asked[i]] =
            (struct mk_session_product){ .asked = true, .prefetch = true };
    return session;
}

static inline const struct mk_persona *bank_persona(const char *username)
{
    const struct mk_personas *personas = bank_data()->personas;
    size_t found = mk_persona_find(personas, username);

    ck_assert_uint_lt(found, mk_persona_count(personas));
    return mk_persona_at(personas, found);
}

/* Everything left to the defaults. */
static inline struct mk_choices bank_defaults(void)
{
    return (struct mk_choices){ .institution = MK_NO_INSTITUTION };
}

/* Finishes a session with success. */
static inline struct mk_link *bank_finish(struct bank *bank, struct mk_session *session,
                                          const struct mk_choices *choices)
{
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_link *link = NULL;

    ck_assert_int_eq(mk_linking_finish(bank->world, session, choices, &issues, &problem, &link),
                     MK_OK);
    ck_assert_ptr_nonnull(link);
    ck_assert(!mk_issues_any(&issues));
    ck_assert_str_eq(problem.message, "");
    return link;
}

/* A link that waits for its exchange. */
static inline struct mk_link *bank_pending(struct bank *bank)
{
    const struct mk_choices choices = bank_defaults();

    return bank_finish(bank, bank_session(bank), &choices);
}

/* Exchanges the link's token with success. */
static inline void bank_exchange(struct bank *bank, struct mk_link *link)
{
    char token[MK_TOKEN_SIZE];
    struct mk_link *exchanged = NULL;

    mk_link_token_write(link, token);
    ck_assert_int_eq(mk_linking_exchange(bank->world, token, &exchanged), MK_OK);
    ck_assert_ptr_eq(exchanged, link);
}

static inline struct mk_link *bank_connected(struct bank *bank)
{
    struct mk_link *link = bank_pending(bank);

    bank_exchange(bank, link);
    return link;
}

#endif
