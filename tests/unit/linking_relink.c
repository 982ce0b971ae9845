/* SPDX-License-Identifier: MIT */
/* A session for an existing link: core/linking.c again. */
#include "core/linking.h"

#include "core/history.h"
#include "core/personas.h"
#include "support/bank.h"
#include "support/issue_lines.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <string.h>

static struct bank bank;
static struct mk_link *mended;

/* A connected link to the first institution with the products of its session, then lost. */
static void open_bank(void)
{
    bank = bank_open();
    mended = bank_connected(&bank);
    mended->state = MK_STATE_ERROR;
    mended->error = MK_LINK_ERROR_AUTH_EXPIRED;
}

static void close_bank(void)
{
    bank_close(&bank);
}

/* A relink session without settings asks for nothing. */
static struct mk_session *relink_session(void)
{
    struct mk_session *session = bank_bare_session(&bank);

    session->is_relink = true;
    mk_link_id_write(mended, session->relink_id);
    return session;
}

static enum mk_err finish(struct mk_session *session, const struct mk_choices *choices,
                          struct mk_problem *problem)
{
    struct mk_issues issues = { 0 };
    struct mk_link *found = NULL;
    enum mk_err err = mk_linking_finish(bank.world, session, choices, &issues, problem, &found);

    mk_issues_done(&issues);
    ck_assert_ptr_eq(found, err == MK_OK ? mended : NULL);
    return err;
}

START_TEST(relink__heals)
{
    struct mk_choices choices = bank_defaults();

    bank_wait(&bank, MK_HOUR);
    ck_assert_ptr_eq(bank_finish(&bank, relink_session(), &choices), mended);
    ck_assert_int_eq(mended->state, MK_STATE_CONNECTED);
    ck_assert_int_eq(mended->error, MK_LINK_ERROR_NONE);
    ck_assert_uint_eq(bank.world->links.store.count, 2);
    ck_assert_uint_eq(mk_map_count(&bank.world->links.by_token),
                      1); /* no token but the example's */
    ck_assert_str_eq(mended->customer_user_id, "user-1");
    ck_assert_int_eq(mended->created_at, BANK_NOW);
}
END_TEST

/* What was missed comes at once, as a batch of its own; a failure of before is over. */
START_TEST(relink__fetches_again)
{
    struct mk_choices choices = bank_defaults();

    mended->products[MK_PRODUCT_IDENTITY].failure = 1 + MK_PRODUCT_ERROR_TIMEOUT;
    bank_wait(&bank, 2 * MK_DAY);
    bank_finish(&bank, relink_session(), &choices);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        enum mk_product product = (enum mk_product)i;
        ck_assert_int_eq(mk_link_refreshed_at(mended, product), BANK_NOW + 2 * MK_DAY);
        ck_assert_int_eq(mk_link_attempted_at(mended, product), BANK_NOW + 2 * MK_DAY);
        ck_assert_int_eq(mk_link_product_error(mended, product), MK_PRODUCT_ERROR_NONE);
    }
    ck_assert_uint_eq(mk_history_count(mended), 2);
}
END_TEST

/* Daily refreshes that a connected link had missed come before the relink's own. */
START_TEST(relink__settles_first)
{
    struct mk_choices choices = bank_defaults();

    mended->state = MK_STATE_CONNECTED;
    bank_wait(&bank, 2 * MK_DAY + MK_HOUR);
    bank_finish(&bank, relink_session(), &choices);
    ck_assert_uint_eq(mk_history_count(mended), 4);
    ck_assert_int_eq(mk_link_refreshed_at(mended, MK_PRODUCT_ACCOUNTS),
                     BANK_NOW + 2 * MK_DAY + MK_HOUR);
}
END_TEST

/* A link that is fine may be relinked too. */
START_TEST(relink__connected)
{
    struct mk_choices choices = bank_defaults();

    mended->state = MK_STATE_CONNECTED;
    mended->error = MK_LINK_ERROR_NONE;
    ck_assert_ptr_eq(bank_finish(&bank, relink_session(), &choices), mended);
    ck_assert_int_eq(mended->state, MK_STATE_CONNECTED);
}
END_TEST

/* Known products keep their settings, new ones come with theirs. */
START_TEST(relink__products)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *first = bank_bare_session(&bank);

    first->products[MK_PRODUCT_IDENTITY] =
        (struct mk_session_product){ .asked = true, .reason = mk_copy("first") };
    first->products[MK_PRODUCT_TRANSACTIONS] =
        (struct mk_session_product){ .asked = true, .required = true };
    mended = bank_finish(&bank, first, &choices);
    bank_exchange(&bank, mended);

    struct mk_session *session = relink_session();
    session->products[MK_PRODUCT_IDENTITY] = (struct mk_session_product){
        .asked = true, .required = true, .prefetch = true, .reason = mk_copy("second")
    };
    session->products[MK_PRODUCT_INVESTMENTS] =
        (struct mk_session_product){ .asked = true, .prefetch = true, .reason = mk_copy("third") };
    bank_wait(&bank, 5 * MK_SECOND);
    bank_finish(&bank, session, &choices);

    const struct mk_link_product *identity = &mended->products[MK_PRODUCT_IDENTITY];
    ck_assert(identity->granted && !identity->required && !identity->prefetch);
    ck_assert_str_eq(mk_link_reason(mended, MK_PRODUCT_IDENTITY), "first");
    ck_assert_int_eq(mk_link_refreshed_at(mended, MK_PRODUCT_IDENTITY), MK_NEVER);
    ck_assert(mended->products[MK_PRODUCT_TRANSACTIONS].required);
    ck_assert(mended->products[MK_PRODUCT_INVESTMENTS].granted);
    ck_assert_str_eq(mk_link_reason(mended, MK_PRODUCT_INVESTMENTS), "third");
    ck_assert_int_eq(mk_link_refreshed_at(mended, MK_PRODUCT_INVESTMENTS),
                     BANK_NOW + 5 * MK_SECOND);
    ck_assert(!mended->products[MK_PRODUCT_ACCOUNT_NUMBERS].granted);
}
END_TEST

/* The example has products that were never asked for: a new one of them is not yet fetched. */
START_TEST(relink__the_example)
{
    struct mk_choices choices = bank_defaults();

    ck_assert_int_eq(mk_linking_exchange(bank.world, EXAMPLE_TOKEN, &mended), MK_OK);
    struct mk_session *session = relink_session();
    session->products[MK_PRODUCT_TRANSACTIONS].asked = true;
    bank_finish(&bank, session, &choices);
    ck_assert(mended->products[MK_PRODUCT_TRANSACTIONS].granted);
    ck_assert_int_eq(mk_link_refreshed_at(mended, MK_PRODUCT_TRANSACTIONS), MK_NEVER);
    ck_assert(mended->products[MK_PRODUCT_ENRICHMENT].granted);
    ck_assert_int_eq(mk_link_refreshed_at(mended, MK_PRODUCT_ENRICHMENT), MK_NEVER);
    ck_assert_int_eq(mk_link_refreshed_at(mended, MK_PRODUCT_IDENTITY), BANK_NOW);
}
END_TEST

/* Replaced, or removed when the session has none. */
START_TEST(relink__webhook_and_tags)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = relink_session();

    session->webhook = mk_copy("http://localhost/new");
    session->tags = (struct mk_tags){ .text = mk_copy_bytes("x\0y", 3), .count = 2 };
    bank_finish(&bank, session, &choices);
    ck_assert_str_eq(mended->webhook, "http://localhost/new");
    ck_assert_uint_eq(mended->tags.count, 2);
    ck_assert_mem_eq(mended->tags.text, "x\0y", 4);

    bank_finish(&bank, relink_session(), &choices);
    ck_assert_ptr_null(mended->webhook);
    ck_assert_uint_eq(mended->tags.count, 0);
    ck_assert_ptr_null(mended->tags.text);
}
END_TEST

/* New accounts are added, granted ones stay. */
START_TEST(relink__accounts)
{
    json_t *card = json_pack("[s]", "credit card");
    json_t *savings = json_pack("[s]", "savings account");
    struct mk_choices choices = bank_defaults();

    choices.accounts = card;
    mended = bank_finish(&bank, bank_session(&bank), &choices);
    bank_exchange(&bank, mended);
    ck_assert_uint_eq(mended->accounts, 2);
    choices.accounts = savings;
    bank_finish(&bank, relink_session(), &choices);
    ck_assert_uint_eq(mended->accounts, 6);
    ck_assert_uint_eq(mk_history_count(mended), 3);
    ck_assert_uint_eq(mk_history_batch(mended, 1).kind, MK_BATCH_GRANT);
    ck_assert_uint_eq(mk_history_batch(mended, 1).accounts, 4);
    ck_assert_uint_eq(mk_history_batch(mended, 2).kind, MK_BATCH_FETCH);
    json_decref(card);
    json_decref(savings);
}
END_TEST

/* Institution and country of the session are of no matter; another bank cannot be chosen. */
START_TEST(relink__keeps_its_institution)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = relink_session();
    struct mk_problem problem = { 0 };

    session->institution = bank_institution(&bank, "chase");
    session->countries[0] = MK_COUNTRY_GB;
    session->providers = 1U << MK_PROVIDER_PLAID;
    bank_finish(&bank, session, &choices);
    ck_assert_uint_eq(mended->institution, bank_institution(&bank, "moneykit-creds-bank"));
    choices.institution = mended->institution;
    ck_assert_int_eq(finish(relink_session(), &choices, &problem), MK_OK);
    choices.institution = bank_institution(&bank, "chase");
    ck_assert_int_eq(finish(relink_session(), &choices, &problem), MK_INVALID);
}
END_TEST

START_TEST(relink__failed_login_changes_nothing)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = relink_session();
    struct mk_problem problem = { 0 };

    mk_link_set_webhook(mended, "http://localhost/old");
    choices.password = "wrong";
    ck_assert_int_eq(finish(session, &choices, &problem), MK_CONNECT_FAILED);
    ck_assert_str_eq(problem.link_error_code, "invalid_credentials");
    ck_assert_int_eq(mended->state, MK_STATE_ERROR);
    ck_assert_int_eq(mended->error, MK_LINK_ERROR_AUTH_EXPIRED);
    ck_assert_str_eq(mended->webhook, "http://localhost/old");
    choices.password = NULL;
    ck_assert_int_eq(finish(session, &choices, &problem), MK_OK);
}
END_TEST

/* What happened to the link between the session's creation and its end. */
START_TEST(relink__link_is_gone)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = relink_session();
    struct mk_problem problem = { 0 };

    mk_links_delete(&bank.world->links, mended, mk_world_now(bank.world));
    ck_assert_int_eq(finish(session, &choices, &problem), MK_LINK_DELETED);
    ck_assert_int_eq(mended->state, MK_STATE_DELETED);
    bank_wait(&bank, MK_DELETED_LIFE);
    ck_assert_int_eq(finish(session, &choices, &problem), MK_LINK_NOT_FOUND);
}
END_TEST

START_TEST(relink__link_waits_for_its_exchange)
{
    struct mk_choices choices = bank_defaults();
    struct mk_problem problem = { 0 };

    mended = bank_pending(&bank);
    ck_assert_int_eq(finish(relink_session(), &choices, &problem), MK_LINK_BAD_STATE);
    ck_assert_str_eq(problem.link_error_code, "awaiting_token_exchange");
    bank_exchange(&bank, mended);
}
END_TEST

static struct mk_link *custom_link(void)
{
    json_t *chosen = json_pack("[s]", "two");
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    session->custom_data = json_pack("{s:[{s:s,s:s},{s:s,s:s}]}", "accounts", "name", "one",
                                     "account_type", "a", "name", "two", "account_type", "b");
    choices.username = "user_custom";
    choices.accounts = chosen;
    struct mk_link *made = bank_finish(&bank, session, &choices);
    bank_exchange(&bank, made);
    json_decref(chosen);
    return made;
}

/* The accounts of a custom link are the link's own: the new session need not bring them again. */
START_TEST(relink__custom_link)
{
    struct mk_choices choices = bank_defaults();

    mended = custom_link();
    mended->state = MK_STATE_ERROR;
    choices.username = "user_custom";
    bank_finish(&bank, relink_session(), &choices);
    ck_assert_int_eq(mended->state, MK_STATE_CONNECTED);
    ck_assert_uint_eq(mended->accounts, 3);
    ck_assert_uint_eq(json_array_size(json_object_get(mended->custom_data, "accounts")), 2);
}
END_TEST

/* An account is a place in its persona's list: those of another list are not mixed in. */
START_TEST(relink__as_somebody_else)
{
    struct mk_choices choices = bank_defaults();

    mended = custom_link();
    bank_finish(&bank, relink_session(), &choices); /* user_good has three accounts, not two */
    ck_assert_uint_eq(mended->accounts, 2);
    ck_assert_str_eq(mk_persona_at(bank.personas, mended->persona)->username, "user_custom");
}
END_TEST

/* An imported link has no accounts of a bank until then: it becomes what the user logs in as. */
START_TEST(relink__imported_link)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = relink_session();

    mended->accounts = 0;
    session->custom_data =
        json_pack("{s:[{s:s,s:s}]}", "accounts", "name", "one", "account_type", "a");
    choices.username = "user_custom";
    bank_finish(&bank, session, &choices);
    ck_assert_uint_eq(mended->accounts, 1);
    ck_assert_str_eq(mk_persona_at(bank.personas, mended->persona)->username, "user_custom");
    ck_assert_uint_eq(json_array_size(json_object_get(mended->custom_data, "accounts")), 1);
}
END_TEST

Suite *linking_relink_suite(void)
{
    Suite *suite = suite_create("linking_relink");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, relink__heals);
    tcase_add_test(all, relink__fetches_again);
    tcase_add_test(all, relink__settles_first);
    tcase_add_test(all, relink__connected);
    tcase_add_test(all, relink__products);
    tcase_add_test(all, relink__the_example);
    tcase_add_test(all, relink__webhook_and_tags);
    tcase_add_test(all, relink__accounts);
    tcase_add_test(all, relink__keeps_its_institution);
    tcase_add_test(all, relink__failed_login_changes_nothing);
    tcase_add_test(all, relink__link_is_gone);
    tcase_add_test(all, relink__link_waits_for_its_exchange);
    tcase_add_test(all, relink__custom_link);
    tcase_add_test(all, relink__as_somebody_else);
    tcase_add_test(all, relink__imported_link);
    suite_add_tcase(suite, all);
    return suite;
}
