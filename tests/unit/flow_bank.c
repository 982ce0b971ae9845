/* SPDX-License-Identifier: MIT */
/* What the bank says in Connect: every persona, consent, duplicates, and links that are mended. */
#include "core/history.h"
#include "core/products.h"
#include "support/flow.h"
#include "support/issue_lines.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

static struct flow_test test;

static void open_bank(void)
{
    test = (struct flow_test){ .bank = bank_open() };
}

static void close_bank(void)
{
    mk_issues_done(&test.issues);
    bank_close(&test.bank);
}

static void expect_refusal(enum mk_err err, enum mk_link_error error, enum mk_screen screen)
{
    ck_assert_int_eq(err, MK_CONNECT_FAILED);
    ck_assert_pstr_eq(test.problem.link_error_code, mk_link_error_names[error]);
    ck_assert_uint_eq(test.connect.flow->error, error);
    flow_expect(&test.connect, screen);
}

/* The issues so far, which are emptied. */
static void expect_issues(enum mk_err err, const char *lines)
{
    ck_assert_int_eq(err, MK_INVALID);
    char *found = issue_lines(&test.issues);
    ck_assert_str_eq(found, lines);
    free(found);
    mk_issues_done(&test.issues);
}

/* --- Personas --------------------------------------------------------------------------------- */

static void give_custom_data(struct mk_session *session)
{
    session->custom_data = json_pack("{s:[{s:s, s:s}]}", "accounts", "name", "mine", "account_type",
                                     "depository.checking");
    ck_assert_ptr_nonnull(session->custom_data);
}

/* At Credentials Bank a wrong word is asked for again; all else ends the try, and there at once. */
START_TEST(persona__each_at_credentials_bank)
{
    static const enum mk_screen screens[] = { [MK_ASKS_NOTHING] = MK_SCREEN_PERMISSIONS,
                                              [MK_ASKS_CODE] = MK_SCREEN_CODE,
                                              [MK_ASKS_DEVICE_AND_CODE] = MK_SCREEN_DEVICE,
                                              [MK_ASKS_QUESTION] = MK_SCREEN_QUESTION };

    for (size_t i = 0; i < mk_persona_count(test.bank.personas); i++) {
        const struct mk_persona *persona = mk_persona_at(test.bank.personas, i);
        struct mk_session *session = bank_session(&test.bank);
        give_custom_data(session);
        enum mk_err err = flow_log_in(flow_opened(&test, session), persona->username);
        if (persona->error == MK_LINK_ERROR_NONE) {
            ck_assert_int_eq(err, MK_OK);
            flow_expect(&test.connect, screens[persona->challenge]);
        } else if (persona->error == MK_LINK_ERROR_INVALID_CREDENTIALS) {
            expect_refusal(err, persona->error, MK_SCREEN_CREDENTIALS);
        } else {
            expect_refusal(err, persona->error, MK_SCREEN_FAILURE);
        }
    }
}
END_TEST

/* The bank's own page is no form of ours that could ask again. */
START_TEST(persona__each_at_oauth_bank)
{
    for (size_t i = 0; i < mk_persona_count(test.bank.personas); i++) {
        const struct mk_persona *persona = mk_persona_at(test.bank.personas, i);
        struct mk_connect *connect = flow_opened(&test, bank_session(&test.bank));
        flow_reach(connect, MK_SCREEN_OAUTH);
        enum mk_err err = mk_flow_approve(connect, persona->username, NULL);
        if (persona->is_custom)
            expect_refusal(err, MK_LINK_ERROR_INVALID_CREDENTIALS, MK_SCREEN_FAILURE);
        else if (persona->error != MK_LINK_ERROR_NONE)
            expect_refusal(err, persona->error, MK_SCREEN_FAILURE);
        else
            ck_assert_int_eq(err, MK_OK);
    }
}
END_TEST

START_TEST(login__wrong_words_are_asked_for_again)
{
    struct mk_connect *connect = flow_opened(&test, bank_session(&test.bank));

    flow_reach(connect, MK_SCREEN_CREDENTIALS);
    expect_refusal(mk_flow_login(connect, "nobody", "pass_good"), MK_LINK_ERROR_INVALID_CREDENTIALS,
                   MK_SCREEN_CREDENTIALS);
    expect_refusal(mk_flow_login(connect, "user_good", "x"), MK_LINK_ERROR_INVALID_CREDENTIALS,
                   MK_SCREEN_CREDENTIALS);
    ck_assert_int_eq(mk_flow_login(connect, "user_mfa_otp", "pass_good"), MK_OK);
    ck_assert_uint_eq(connect->flow->error, MK_LINK_ERROR_NONE);
    expect_refusal(mk_flow_answer(connect, "0000"), MK_LINK_ERROR_USER_INPUT_INCORRECT,
                   MK_SCREEN_CODE);
    expect_refusal(mk_flow_answer(connect, ""), MK_LINK_ERROR_USER_INPUT_INCORRECT, MK_SCREEN_CODE);
    ck_assert_int_eq(mk_flow_answer(connect, "1234"), MK_OK);
    ck_assert_uint_eq(connect->flow->error, MK_LINK_ERROR_NONE);
}
END_TEST

static const struct {
    const char *username;
    bool can_retry;
} failures[] = {
    { "user_system_error", true }, { "user_auth_expired", true },    { "user_no_accounts", true },
    { "user_incomplete", false },  { "user_setup_required", false },
};

START_TEST(failure__retry)
{
    struct mk_connect *connect = flow_opened(&test, bank_session(&test.bank));

    flow_log_in(connect, failures[_i].username);
    ck_assert(mk_flow_can_retry(connect->flow) == failures[_i].can_retry);
    ck_assert_int_eq(mk_flow_retry(connect), MK_OK);
    flow_expect(connect, failures[_i].can_retry ? MK_SCREEN_CREDENTIALS : MK_SCREEN_FAILURE);
}
END_TEST

/* --- Consent ---------------------------------------------------------------------------------- */

START_TEST(products__nothing_to_ask_for)
{
    struct mk_connect *connect = flow_opened(&test, bank_bare_session(&test.bank));
    struct mk_link *link = NULL;

    flow_log_in(connect, "user_good");
    flow_expect(connect, MK_SCREEN_ACCOUNTS);
    ck_assert_int_eq(mk_flow_share(connect, 5), MK_OK);
    ck_assert_int_eq(mk_flow_result(connect, &link), MK_OK);
    ck_assert_uint_eq(link->accounts, 5);
    ck_assert(link->products[MK_PRODUCT_ACCOUNTS].granted);
    ck_assert(!link->products[MK_PRODUCT_IDENTITY].granted);
}
END_TEST

START_TEST(products__choices)
{
    struct mk_session *session = bank_session(&test.bank);
    json_t *none = json_array();
    json_t *stranger = json_pack("[s, s]", "identity", "gold");
    json_t *identity = json_pack("[s]", "identity");
    struct mk_link *link = NULL;

    session->products[MK_PRODUCT_IDENTITY].require_permission = true;
    struct mk_connect *connect = flow_opened(&test, session);
    flow_reach(connect, MK_SCREEN_PERMISSIONS);
    expect_issues(mk_flow_permit(connect, none), "[\"body\",\"products\"] needed\n");
    expect_issues(mk_flow_permit(connect, stranger), "[\"body\",\"products\",1] unknown_value\n");
    flow_expect(connect, MK_SCREEN_PERMISSIONS);
    ck_assert_int_eq(mk_flow_permit(connect, identity), MK_OK);
    ck_assert_int_eq(mk_flow_share(connect, FLOW_ALL), MK_OK);
    ck_assert_int_eq(mk_flow_result(connect, &link), MK_OK);
    ck_assert(link->products[MK_PRODUCT_IDENTITY].granted);
    ck_assert(!link->products[MK_PRODUCT_TRANSACTIONS].granted);
    json_decref(none);
    json_decref(stranger);
    json_decref(identity);
}
END_TEST

START_TEST(accounts__that_may_be_shared)
{
    struct mk_session *session = bank_session(&test.bank);
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    uint64_t offered = 0;

    session->features = 1U << MK_FEATURE_PERMIT_ONLY_DEPOSITORY_ACCOUNTS;
    struct mk_connect *connect = flow_opened(&test, session);
    flow_reach(connect, MK_SCREEN_ACCOUNTS);
    ck_assert_uint_eq(mk_flow_accounts(connect, accounts, &offered), 3);
    ck_assert_uint_eq(offered, 5);
    expect_refusal(mk_flow_share(connect, 2), MK_LINK_ERROR_NO_ACCOUNTS, MK_SCREEN_FAILURE);
}
END_TEST

/* Not one account that may be shared: said before anything is asked. */
START_TEST(accounts__none)
{
    struct mk_session *session = bank_session(&test.bank);

    session->features = 1U << MK_FEATURE_PERMIT_ONLY_DEPOSITORY_ACCOUNTS;
    session->custom_data = json_pack("{s:[{s:s, s:s}]}", "accounts", "name", "house",
                                     "account_type", "liability.mortgage");
    expect_refusal(flow_log_in(flow_opened(&test, session), "user_custom"),
                   MK_LINK_ERROR_NO_ACCOUNTS, MK_SCREEN_FAILURE);
}
END_TEST

/* --- The second link to a bank ---------------------------------------------------------------- */

static bool is_duplicate(const char *institution)
{
    bool linked[256] = { false };

    ck_assert_uint_le(mk_catalog_count(test.bank.catalog), MK_COUNT(linked));
    mk_flow_duplicates(&test.connect, linked);
    return linked[bank_institution(&test.bank, institution)];
}

START_TEST(duplicate__refused_when_rejected)
{
    struct mk_link *link = bank_connected(&test.bank); /* user-1's, at Credentials Bank */
    struct mk_session *session = bank_session(&test.bank);

    session->features = 1U << MK_FEATURE_DUPLICATE_INSTITUTION_REJECTED;
    struct mk_connect *connect = flow_opened(&test, session);
    ck_assert(is_duplicate(FLOW_CREDS));
    ck_assert(!is_duplicate(FLOW_OAUTH));
    expect_issues(flow_choose(connect, FLOW_CREDS),
                  "[\"body\",\"institution_id\"] unknown_value\n");
    flow_expect(connect, MK_SCREEN_FINDER);
    mk_links_delete(&test.bank.world->links, link, BANK_NOW);
    ck_assert(!is_duplicate(FLOW_CREDS));
    ck_assert_int_eq(flow_choose(connect, FLOW_CREDS), MK_OK);
}
END_TEST

START_TEST(duplicate__only_of_the_same_user)
{
    bank_pending(&test.bank); /* not exchanged: no link yet */
    struct mk_session *session = bank_session(&test.bank);
    flow_opened(&test, session);
    ck_assert(!is_duplicate(FLOW_CREDS));
    bank_connected(&test.bank);
    ck_assert(is_duplicate(FLOW_CREDS));
    ck_assert_int_eq(flow_choose(&test.connect, FLOW_CREDS), MK_OK); /* a warning is the page's */
    free(session->customer_user_id);
    session->customer_user_id = mk_copy("user-2");
    ck_assert(!is_duplicate(FLOW_CREDS));
}
END_TEST

/* --- Relinks ---------------------------------------------------------------------------------- */

static struct mk_session *relink_session(const struct mk_link *link)
{
    struct mk_session *session = bank_bare_session(&test.bank);

    session->is_relink = true;
    mk_link_id_write(link, session->relink_id);
    return session;
}

START_TEST(relink__mends_once)
{
    struct mk_link *link = bank_connected(&test.bank);
    struct mk_session *session = relink_session(link);
    struct mk_link *result = NULL;

    mk_products_disconnect(test.bank.world, link, MK_LINK_ERROR_AUTH_EXPIRED);
    struct mk_connect *connect = flow_opened(&test, session);
    flow_expect(connect, MK_SCREEN_CREDENTIALS);
    ck_assert(!is_duplicate(FLOW_CREDS));
    mk_flow_back(connect);
    flow_expect(connect, MK_SCREEN_CREDENTIALS);
    ck_assert_int_eq(mk_flow_login(connect, "user_good", "pass_good"), MK_OK);
    flow_expect(connect, MK_SCREEN_ACCOUNTS); /* it asks for no product */
    ck_assert_int_eq(mk_flow_share(connect, FLOW_ALL), MK_OK);
    ck_assert_int_eq(mk_flow_result(connect, &result), MK_OK);
    ck_assert_ptr_eq(result, link);
    ck_assert_int_eq(link->state, MK_STATE_CONNECTED);

    /* Its result is repeated, and nothing is done again. */
    mk_products_disconnect(test.bank.world, link, MK_LINK_ERROR_AUTH_EXPIRED);
    flow_expect(flow_opened(&test, session), MK_SCREEN_SUCCESS);
    const struct mk_choices choices = bank_defaults();
    ck_assert_ptr_eq(bank_finish(&test.bank, session, &choices), link);
    ck_assert_int_eq(link->state, MK_STATE_ERROR);
}
END_TEST

/* Asked for are the products that the link lacks; a required one that it has needs no choice. */
START_TEST(relink__asks_for_new_products)
{
    struct mk_session *first = bank_bare_session(&test.bank);
    json_t *none = json_array();

    first->products[MK_PRODUCT_IDENTITY] = (struct mk_session_product){ .asked = true };
    const struct mk_choices choices = bank_defaults();
    struct mk_link *link = bank_finish(&test.bank, first, &choices);
    bank_exchange(&test.bank, link);

    struct mk_session *session = relink_session(link);
    session->products[MK_PRODUCT_IDENTITY] =
        (struct mk_session_product){ .asked = true, .required = true };
    session->products[MK_PRODUCT_TRANSACTIONS] = (struct mk_session_product){ .asked = true };
    struct mk_connect *connect = flow_opened(&test, session);
    ck_assert_int_eq(mk_flow_login(connect, "user_good", "pass_good"), MK_OK);
    flow_expect(connect, MK_SCREEN_PERMISSIONS);
    ck_assert_uint_eq(mk_flow_products(connect), 1U << MK_PRODUCT_TRANSACTIONS);
    ck_assert_int_eq(mk_flow_permit(connect, none), MK_OK);
    ck_assert_int_eq(mk_flow_share(connect, FLOW_ALL), MK_OK);
    ck_assert(link->products[MK_PRODUCT_IDENTITY].granted);
    ck_assert(!link->products[MK_PRODUCT_IDENTITY].required);
    ck_assert(!link->products[MK_PRODUCT_TRANSACTIONS].granted);
    json_decref(none);
}
END_TEST

START_TEST(relink__of_a_deleted_link)
{
    struct mk_link *link = bank_connected(&test.bank);
    struct mk_session *session = relink_session(link);

    flow_opened(&test, session);
    mk_links_delete(&test.bank.world->links, link, BANK_NOW);
    ck_assert_int_eq(flow_open(&test, session), MK_LINK_DELETED);
}
END_TEST

Suite *flow_bank_suite(void)
{
    Suite *suite = suite_create("flow_bank");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, persona__each_at_credentials_bank);
    tcase_add_test(all, persona__each_at_oauth_bank);
    tcase_add_test(all, login__wrong_words_are_asked_for_again);
    tcase_add_loop_test(all, failure__retry, 0, (int)MK_COUNT(failures));
    tcase_add_test(all, products__nothing_to_ask_for);
    tcase_add_test(all, products__choices);
    tcase_add_test(all, accounts__that_may_be_shared);
    tcase_add_test(all, accounts__none);
    tcase_add_test(all, duplicate__refused_when_rejected);
    tcase_add_test(all, duplicate__only_of_the_same_user);
    tcase_add_test(all, relink__mends_once);
    tcase_add_test(all, relink__asks_for_new_products);
    tcase_add_test(all, relink__of_a_deleted_link);
    suite_add_tcase(suite, all);
    return suite;
}
