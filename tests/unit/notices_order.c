/* SPDX-License-Identifier: MIT */
/* What is told of a link at each change of its state and each refresh, and in which order. */
#include "core/notices.h"

#include "core/imports.h"
#include "core/products.h"
#include "support/bank.h"
#include "support/heard.h"
#include "unit/suites.h"

#define WEBHOOK "http://localhost:9/hook"
#define BIT(name) (1U << MK_PRODUCT_##name)

static struct bank bank;
static uint64_t after;

static void open_bank(void)
{
    bank = bank_open();
    after = 0;
}

static void close_bank(void)
{
    bank_close(&bank);
}

static const char *told(void)
{
    return heard(bank.world, &after, BANK_NOW);
}

/*
 * The deliveries so far, by their events, as "state product product updates "; the first `skip` are
 * left out.
 */
static const char *sent(size_t skip)
{
    static const char *const words[] = { [MK_NOTICE_STATE] = "state ",
                                         [MK_NOTICE_PRODUCT] = "product ",
                                         [MK_NOTICE_TRANSACTIONS] = "updates " };
    static struct mk_text text = { .limit = 1024 * 1024 };
    const struct mk_delivery *delivery = NULL;

    mk_text_clear(&text);
    while ((delivery = mk_deliveries_after(&bank.world->deliveries, delivery)) != NULL) {
        if (skip > 0)
            skip--;
        else
            mk_text_add_text(&text, words[delivery->event]);
    }
    return text.bytes == NULL ? "" : text.bytes;
}

static struct mk_link *pending(bool has_webhook)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    session->webhook = has_webhook ? mk_copy(WEBHOOK) : NULL;
    return bank_finish(&bank, session, &choices);
}

static struct mk_link *connected(bool has_webhook)
{
    struct mk_link *link = pending(has_webhook);

    bank_exchange(&bank, link);
    told();
    return link;
}

static void relink(const struct mk_link *link, const char *webhook)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    session->is_relink = true;
    session->webhook = mk_copy(webhook);
    mk_link_id_write(link, session->relink_id);
    bank_finish(&bank, session, &choices);
}

#define FETCHED \
    "0:accounts 0:account_numbers 0:identity 0:transactions 0:investments 0:enrichment 0:updates "

START_TEST(linking)
{
    struct mk_link *link = pending(true);

    ck_assert_str_eq(told(), "0:awaiting_token_exchange ");
    ck_assert_str_eq(sent(0), "state ");
    bank_exchange(&bank, link);
    ck_assert_str_eq(told(), "0:connected " FETCHED);
    ck_assert_str_eq(sent(1), "state product product product product product product updates ");
}
END_TEST

/* The main job stays cheap: the journal has the change of the state. */
START_TEST(linking__without_webhook)
{
    struct mk_link *link = pending(false);

    ck_assert_str_eq(told(), "0:awaiting_token_exchange ");
    bank_exchange(&bank, link);
    ck_assert_str_eq(told(), "0:connected ");
    ck_assert_str_eq(sent(0), "");
}
END_TEST

/* Without transactions there are none to sync. */
START_TEST(linking__accounts_only)
{
    const struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_bare_session(&bank);

    session->webhook = mk_copy(WEBHOOK);
    struct mk_link *link = bank_finish(&bank, session, &choices);
    bank_exchange(&bank, link);
    ck_assert_str_eq(told(), "0:awaiting_token_exchange 0:connected 0:accounts ");
}
END_TEST

/* In the heap or not, and told at the time of its end. */
START_TEST(refresh)
{
    struct mk_problem problem = { 0 };
    struct mk_link *link = connected(_i == 1);
    size_t before = bank.world->deliveries.made;

    bank_wait(&bank, MK_MINUTE);
    mk_products_refresh(bank.world, link, BIT(TRANSACTIONS) | BIT(IDENTITY), &problem);
    ck_assert_str_eq(told(), "");
    bank_wait(&bank, MK_MINUTE);
    mk_products_settle(bank.world, link);
    ck_assert_str_eq(told(), "61:identity 61:transactions 61:enrichment 61:updates ");
    ck_assert_str_eq(sent(before), _i == 1 ? "product product product updates " : "");
    mk_products_settle(bank.world, link);
    ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(refresh__fails)
{
    struct mk_problem problem = { 0 };
    struct mk_link *link = connected(true);
    size_t before = bank.world->deliveries.made;

    link->persona = (uint8_t)mk_persona_find(bank.personas, "user_flaky");
    mk_products_refresh(bank.world, link, BIT(TRANSACTIONS), &problem);
    bank_wait(&bank, MK_SECOND);
    mk_products_settle(bank.world, link);
    ck_assert_str_eq(told(), "1:!transactions 1:!enrichment ");
    ck_assert_str_eq(sent(before), "product product ");
}
END_TEST

START_TEST(reset_and_relink)
{
    struct mk_link *link = connected(true);

    mk_products_disconnect(bank.world, link, MK_LINK_ERROR_AUTH_EXPIRED);
    ck_assert_str_eq(told(), "0:error ");
    relink(link, WEBHOOK);
    ck_assert_str_eq(told(), "0:connected " FETCHED);
    ck_assert_str_eq(sent(9), "state state product product product product product product "
                              "updates ");
    relink(link, NULL); /* which takes the webhook away */
    ck_assert_str_eq(told(), "0:connected " FETCHED);
    ck_assert_str_eq(sent(9 + 9), "");
}
END_TEST

/* What fell due before the reset is told before it. */
START_TEST(reset__after_a_refresh)
{
    struct mk_problem problem = { 0 };
    struct mk_link *link = connected(true);

    mk_products_refresh(bank.world, link, BIT(IDENTITY), &problem);
    bank_wait(&bank, 5 * MK_SECOND);
    mk_products_disconnect(bank.world, link, MK_LINK_ERROR_AUTH_EXPIRED);
    ck_assert_str_eq(told(), "1:identity 5:error ");
}
END_TEST

START_TEST(deletion)
{
    struct mk_link *link = connected(true);
    size_t before = bank.world->deliveries.made;

    mk_linking_delete(bank.world, link);
    ck_assert_str_eq(told(), "0:deleted ");
    ck_assert_str_eq(sent(before), "state ");
    bank_wait(&bank, 5 * MK_DAY);
    mk_products_settle(bank.world, link);
    ck_assert_str_eq(told(), "");
}
END_TEST

/* Years that nobody looked at leave the last day in the journal; a webhook hears of all. */
START_TEST(made_up_for)
{
    struct mk_link *link = connected(_i == 1);
    size_t before = bank.world->deliveries.made;

    bank_wait(&bank, 3 * MK_DAY + MK_HOUR);
    mk_products_settle(bank.world, link);
    size_t made = bank.world->deliveries.made - before;
    ck_assert_uint_eq(made, _i == 1 ? 3 * 7 : 0);
    const char *text = told();
    ck_assert_int_eq(strstr(text, "86401:updates") != NULL, _i == 1);
    ck_assert_ptr_nonnull(strstr(text, "259201:accounts 259201:account_numbers 259201:identity "
                                       "259201:transactions 259201:investments "
                                       "259201:enrichment 259201:updates "));
}
END_TEST

static json_t *import_body(const char *rows)
{
    json_t *body = json_loads("{\"customer_user\": {\"id\": \"user-1\"}, \"institution_id\": "
                              "\"chase\", \"accounts\": [{\"account_id\": \"a\", \"name\": \"A\", "
                              "\"type\": \"depository.checking\", \"balances\": {}}]}",
                              0, NULL);

    json_object_set_new(body, "transactions", json_loads(rows, 0, NULL));
    return body;
}

#define ROW "[{\"account_id\": \"a\", \"amount\": \"1.00\", \"date\": \"2026-01-01\"}]"

START_TEST(imports)
{
    static const char *const rows[] = { "[]", ROW };
    json_t *body = import_body(rows[_i]);
    json_t *more = import_body(ROW);
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_link *link = NULL;

    ck_assert_int_eq(mk_import_link(bank.world, body, &issues, &problem, &link), MK_OK);
    ck_assert_str_eq(told(), _i == 0 ? "0:error " : "0:error 0:updates ");
    bank_wait(&bank, MK_SECOND);
    ck_assert_int_eq(mk_import_transactions(bank.world, link, body, &issues, &problem), MK_OK);
    ck_assert_str_eq(told(), _i == 0 ? "" : "1:updates ");
    ck_assert_int_eq(mk_import_transactions(bank.world, link, more, &issues, &problem), MK_OK);
    ck_assert_str_eq(told(), "1:updates ");
    json_decref(body);
    json_decref(more);
}
END_TEST

Suite *notices_order_suite(void)
{
    Suite *suite = suite_create("notices_order");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_test(all, linking);
    tcase_add_test(all, linking__without_webhook);
    tcase_add_test(all, linking__accounts_only);
    tcase_add_loop_test(all, refresh, 0, 2);
    tcase_add_test(all, refresh__fails);
    tcase_add_test(all, reset_and_relink);
    tcase_add_test(all, reset__after_a_refresh);
    tcase_add_test(all, deletion);
    tcase_add_loop_test(all, made_up_for, 0, 2);
    tcase_add_loop_test(all, imports, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}
