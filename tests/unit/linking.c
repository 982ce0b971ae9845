/* SPDX-License-Identifier: MIT */
/* A session becomes a link. What concerns existing links is in linking_relink.c. */
#include "core/linking.h"

#include "core/personas.h"
#include "support/bank.h"
#include "support/issue_lines.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

static struct bank bank;

static void open_bank(void)
{
    bank = bank_open();
}

static void close_bank(void)
{
    bank_close(&bank);
}

/* Tries to finish, wants this error, and compares what it changed: nothing. */
static void check_failure(struct mk_session *session, const struct mk_choices *choices,
                          enum mk_err expected, const char *code, const char *lines)
{
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_link *link = NULL;
    uint32_t count = bank.world->links.store.count;

    ck_assert_int_eq(mk_linking_finish(bank.world, session, choices, &issues, &problem, &link),
                     expected);
    ck_assert_ptr_null(link);
    ck_assert_pstr_eq(problem.link_error_code, code);
    char *found = issue_lines(&issues);
    ck_assert_str_eq(found, lines);
    free(found);
    ck_assert_uint_eq(bank.world->links.store.count, count);
    ck_assert_uint_eq(session->link, MK_NONE);
    ck_assert_str_eq(session->customer_user_id, "user-1");
}

START_TEST(finish__with_nothing_chosen)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);
    struct mk_link *link = bank_finish(&bank, session, &choices);

    ck_assert_int_eq(link->state, MK_STATE_AWAITING_TOKEN_EXCHANGE);
    ck_assert_uint_eq(link->institution, bank_institution(&bank, "moneykit-creds-bank"));
    ck_assert_str_eq(mk_persona_at(bank.personas, link->persona)->username, "user_good");
    ck_assert_uint_eq(link->accounts, 7);
    ck_assert_int_eq(link->created_at, BANK_NOW);
    ck_assert_str_eq(link->customer_user_id, "user-1");
    ck_assert_ptr_null(link->webhook);
    ck_assert_uint_eq(link->session, mk_sessions_number(&bank.world->sessions, session));
    ck_assert_uint_eq(session->link, mk_links_number(&bank.world->links, link));
}
END_TEST

/* The link takes over what the session was given. */
START_TEST(finish__hands_texts_over)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    session->webhook = mk_copy("http://localhost/hook");
    session->tags = (struct mk_tags){ .text = mk_copy_bytes("a\0b", 3), .count = 2 };
    session->redirect_uri = mk_copy("http://localhost/");
    session->custom_data = json_pack("{s:[{s:s, s:s}]}", "accounts", "name", "mine", "account_type",
                                     "depository.checking");
    session->products[MK_PRODUCT_IDENTITY].reason = mk_copy("know you");
    choices.username = "user_custom";
    struct mk_link *link = bank_finish(&bank, session, &choices);
    ck_assert_str_eq(link->webhook, "http://localhost/hook");
    ck_assert_uint_eq(link->tags.count, 2);
    ck_assert_mem_eq(link->tags.text, "a\0b", 4);
    ck_assert_uint_eq(json_array_size(json_object_get(link->custom_data, "accounts")), 1);
    ck_assert_uint_eq(link->accounts, 1);
    ck_assert_str_eq(mk_link_reason(link, MK_PRODUCT_IDENTITY), "know you");
    ck_assert_ptr_null(mk_link_reason(link, MK_PRODUCT_TRANSACTIONS));
}
END_TEST

/* Fetched right after linking: what is prefetched or required, and accounts; the rest never. */
static const struct {
    bool required;
    bool require_permission;
    bool prefetch;
    bool fetched;
} settings[] = {
    { false, false, false, false }, { false, false, true, true },  { true, false, false, true },
    { true, false, true, true },    { false, true, false, false }, { true, true, true, true },
};

START_TEST(products__times_and_settings)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    session->products[MK_PRODUCT_TRANSACTIONS] =
        (struct mk_session_product){ .asked = true,
                                     .required = settings[_i].required,
                                     .require_permission = settings[_i].require_permission,
                                     .prefetch = settings[_i].prefetch };
    bank_wait(&bank, 1234567);
    const struct mk_link *link = bank_finish(&bank, session, &choices);
    int64_t fetched_at = settings[_i].fetched ? BANK_NOW + MK_SECOND : MK_NEVER;
    const struct mk_link_product *product = &link->products[MK_PRODUCT_TRANSACTIONS];

    ck_assert(product->granted);
    ck_assert(product->required == settings[_i].required);
    ck_assert(product->require_permission == settings[_i].require_permission);
    ck_assert(product->prefetch == settings[_i].prefetch);
    ck_assert_int_eq(mk_link_refreshed_at(link, MK_PRODUCT_TRANSACTIONS), fetched_at);
    ck_assert_int_eq(mk_link_attempted_at(link, MK_PRODUCT_TRANSACTIONS), fetched_at);
    ck_assert(link->products[MK_PRODUCT_ACCOUNTS].granted);
    ck_assert_int_eq(mk_link_refreshed_at(link, MK_PRODUCT_ACCOUNTS), BANK_NOW + MK_SECOND);
    ck_assert(!link->products[MK_PRODUCT_IDENTITY].granted);
    ck_assert_int_eq(mk_link_refreshed_at(link, MK_PRODUCT_IDENTITY), MK_NEVER);
    ck_assert_int_eq(mk_link_synced_at(link), BANK_NOW + MK_SECOND);
}
END_TEST

START_TEST(products__chosen_ones)
{
    json_t *chosen = json_pack("[s]", "identity");
    struct mk_choices choices = bank_defaults();

    choices.products = chosen;
    const struct mk_link *link = bank_finish(&bank, bank_session(&bank), &choices);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        ck_assert(link->products[i].granted ==
                  (i == MK_PRODUCT_ACCOUNTS || i == MK_PRODUCT_IDENTITY));
    json_decref(chosen);
}
END_TEST

#define INSTITUTION "[\"body\",\"institution_id\"] unknown_value\n"

START_TEST(institution__fixed_by_the_session)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    session->institution = bank_institution(&bank, "chase");
    choices.institution = bank_institution(&bank, "moneykit-creds-bank");
    check_failure(session, &choices, MK_INVALID, NULL, INSTITUTION);
    choices.institution = session->institution;
    ck_assert_uint_eq(bank_finish(&bank, session, &choices)->institution, session->institution);

    session = bank_session(&bank);
    session->institution = bank_institution(&bank, "ally");
    choices.institution = MK_NO_INSTITUTION;
    ck_assert_uint_eq(bank_finish(&bank, session, &choices)->institution, session->institution);
}
END_TEST

#define US (1U << MK_COUNTRY_US)
#define GB (1U << MK_COUNTRY_GB)
#define CA (1U << MK_COUNTRY_CA)
#define BY(name) (1U << MK_PROVIDER_##name)
#define P(name) (1U << MK_PRODUCT_##name)

static const struct {
    const char *bank;
    unsigned countries;
    unsigned providers;
    unsigned required;
    bool offered;
} offers[] = {
    { "moneykit-creds-bank", US, 0, 0, true },
    { "moneykit-creds-bank", GB, 0, 0, false },
    { "moneykit-creds-bank", GB | CA, 0, 0, false },
    { "moneykit-creds-bank", 0, 0, 0, false },
    { "monzo", US, 0, 0, false },
    { "monzo", US | GB, 0, 0, true },
    { "rbc", US | GB | CA, 0, 0, true },
    { "chase", US, BY(MX), 0, true },
    { "chase", US, BY(PLAID) | BY(MX), 0, true },
    { "chase", US, BY(PLAID) | BY(MONEYKIT), 0, false },
    { "moneykit-creds-bank", US, BY(MX), 0, false },
    { "capital_one", US, BY(AKOYA), 0, true }, /* the last provider */
    { "vanguard", US, 0, P(INVESTMENTS) | P(IDENTITY), true },
    { "vanguard", US, 0, P(ACCOUNT_NUMBERS), false },
    { "vanguard", US, 0, P(INVESTMENTS) | P(ACCOUNT_NUMBERS), false },
    { "vanguard", US, BY(YODLEE), P(TRANSACTIONS), true },
};

START_TEST(institution__offered)
{
    struct mk_choices choices = { .institution = bank_institution(&bank, offers[_i].bank) };
    struct mk_session *session = bank_bare_session(&bank);

    session->country_count = 0;
    for (unsigned i = 0; i < MK_COUNTRY_COUNT; i++) {
        if (offers[_i].countries & 1U << i)
            session->countries[session->country_count++] = (uint8_t)i;
    }
    session->providers = (uint16_t)offers[_i].providers;
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        session->products[i].asked = session->products[i].required = offers[_i].required & 1U << i;
    ck_assert(mk_session_offers(session, mk_catalog_at(bank.catalog, choices.institution)) ==
              offers[_i].offered);
    if (offers[_i].offered)
        ck_assert_uint_eq(bank_finish(&bank, session, &choices)->institution, choices.institution);
    else
        check_failure(session, &choices, MK_INVALID, NULL, INSTITUTION);
}
END_TEST

/* Each step of the login can fail; the session may be tried again and then works. */
START_TEST(failure__changes_nothing)
{
    struct mk_session *session = bank_session(&bank);
    struct mk_choices choices = bank_defaults();
    json_t *unknown = json_pack("[s]", "gold");

    choices.username = "user_auth_expired";
    check_failure(session, &choices, MK_CONNECT_FAILED, "auth_expired", "");
    choices.username = "user_mfa_otp";
    check_failure(session, &choices, MK_CONNECT_FAILED, "incomplete", "");
    choices.mfa = "1";
    check_failure(session, &choices, MK_CONNECT_FAILED, "user_input_incorrect", "");
    choices.mfa = "1234";
    choices.accounts = unknown;
    check_failure(session, &choices, MK_INVALID, NULL, "[\"body\",\"accounts\",0] unknown_value\n");
    choices.accounts = NULL;
    choices.products = unknown;
    check_failure(session, &choices, MK_INVALID, NULL, "[\"body\",\"products\",0] unknown_value\n");
    choices.products = NULL;
    bank_finish(&bank, session, &choices);
    json_decref(unknown);
}
END_TEST

/* A page that is sent twice gets the same link, whatever it says the second time. */
START_TEST(repeat__gives_the_same_link)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);
    struct mk_link *link = bank_finish(&bank, session, &choices);

    choices.username = "user_auth_expired";
    bank_wait(&bank, MK_MINUTE);
    ck_assert_ptr_eq(bank_finish(&bank, session, &choices), link);
    ck_assert_int_eq(link->created_at, BANK_NOW);
    ck_assert_uint_eq(bank.world->links.store.count, 2);
}
END_TEST

static char *token_of(const struct mk_session *session)
{
    struct mk_text token = MK_TEXT(4096);

    mk_session_token_write(session, bank.world->handle, NULL, &token);
    return mk_text_steal(&token);
}

static struct mk_session *find_session(const char *token)
{
    return mk_sessions_find(&bank.world->sessions, token, mk_world_now(bank.world));
}

START_TEST(exchange__forgets_the_session)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);
    char *token = token_of(session);
    struct mk_link *link = bank_finish(&bank, session, &choices);

    ck_assert_ptr_eq(find_session(token), session);
    bank_exchange(&bank, link);
    ck_assert_ptr_null(find_session(token));
    ck_assert_uint_eq(bank.world->sessions.store.count, 0);
    ck_assert_uint_eq(link->session, MK_NONE);
    ck_assert_int_eq(link->state, MK_STATE_CONNECTED);
    ck_assert_str_eq(link->customer_user_id, "user-1");
    free(token);
}
END_TEST

/* The session is over before its link's token is; another one has its place by then. */
START_TEST(exchange__after_the_session_is_over)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    bank_wait(&bank, 20 * MK_MINUTE);
    struct mk_link *link = bank_finish(&bank, session, &choices);
    bank_wait(&bank, 10 * MK_MINUTE);
    struct mk_session *next = bank_session(&bank);
    ck_assert_uint_eq(mk_sessions_number(&bank.world->sessions, next), link->session);
    bank_exchange(&bank, link);
    ck_assert_uint_eq(bank.world->sessions.store.count, 1);
    bank_finish(&bank, next, &choices);
}
END_TEST

START_TEST(exchange__the_example)
{
    struct mk_link *link = NULL;

    ck_assert_int_eq(mk_linking_exchange(bank.world, EXAMPLE_TOKEN, &link), MK_OK);
    ck_assert_str_eq(mk_catalog_at(bank.catalog, link->institution)->id, "chase");
    ck_assert_int_eq(mk_linking_exchange(bank.world, EXAMPLE_TOKEN, &link),
                     MK_TOKEN_NOT_EXCHANGEABLE);
}
END_TEST

/*
 * A clock set back can leave a session alive whose link has been forgotten, its place taken by
 * another's. It must not hand that one out.
 */
START_TEST(repeat__after_the_link_was_forgotten)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);
    struct mk_session *later = bank_session(&bank);
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_link *link = NULL;

    bank_finish(&bank, session, &choices);
    bank_wait(&bank, MK_TOKEN_LIFE);
    struct mk_link *other = bank_finish(&bank, later, &choices); /* forgets the expired one */
    ck_assert_uint_eq(mk_links_number(&bank.world->links, other), session->link);
    bank_wait(&bank, -MK_TOKEN_LIFE);
    if (_i == 1)
        bank_exchange(&bank, other);
    ck_assert_int_eq(mk_linking_finish(bank.world, session, &choices, &issues, &problem, &link),
                     MK_SESSION_NOT_FOUND);
    ck_assert_ptr_null(link);
}
END_TEST

Suite *linking_suite(void)
{
    Suite *suite = suite_create("linking");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, finish__with_nothing_chosen);
    tcase_add_test(all, finish__hands_texts_over);
    tcase_add_loop_test(all, products__times_and_settings, 0, (int)MK_COUNT(settings));
    tcase_add_test(all, products__chosen_ones);
    tcase_add_test(all, institution__fixed_by_the_session);
    tcase_add_loop_test(all, institution__offered, 0, (int)MK_COUNT(offers));
    tcase_add_test(all, failure__changes_nothing);
    tcase_add_test(all, repeat__gives_the_same_link);
    tcase_add_loop_test(all, repeat__after_the_link_was_forgotten, 0, 2);
    tcase_add_test(all, exchange__forgets_the_session);
    tcase_add_test(all, exchange__after_the_session_is_over);
    tcase_add_test(all, exchange__the_example);
    suite_add_tcase(suite, all);
    return suite;
}
