/* SPDX-License-Identifier: MIT */
/* What an import leaves on the link, to the last field; the API's tests see it from outside. */
#include "core/imports.h"

#include "api/handlers.h"
#include "base/day.h"
#include "core/accounts.h"
#include "support/bank.h"
#include "support/issue_lines.h"
#include "support/must.h"
#include "unit/suites.h"

#include <stdio.h>
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

#define USER "'customer_user': {'id': 'user-1'}"
#define ACCOUNT "{'account_id': 'a', 'name': 'Checking', 'type': 'checking', 'balances': {}}"
#define ROW "{'account_id': 'a', 'amount': '1', 'date': '2026-01-01'}"
#define LINK(accounts, transactions) \
    "{" USER ", 'institution_id': 'chase', 'accounts': [" accounts \
    "], 'transactions': [" transactions "]}"

/* A body that its field table takes, ' for ". */
static json_t *body_of(const struct mk_shape *shape, const char *text)
{
    const struct mk_place place = { .key = "body" };
    struct mk_issues issues = { 0 };
    char *quoted = mk_copy(text);

    for (char *at = quoted; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *body = mk_json_read(quoted, strlen(quoted), &issues);
    free(quoted);
    if (body != NULL)
        mk_shape_check(shape, body, &place, &issues);
    ck_assert_msg(!mk_issues_any(&issues), "%s", text);
    return body;
}

/* Returns the problems as lines, to free. */
static char *import(const char *text, enum mk_err wanted, struct mk_link **ret)
{
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    json_t *body = body_of(&mk_import_link_body, text);

    ck_assert_int_eq(mk_import_link(bank.world, body, &issues, &problem, ret), wanted);
    json_decref(body);
    return issue_lines(&issues);
}

static struct mk_link *imported(const char *text)
{
    struct mk_link *link = NULL;
    char *lines = import(text, MK_OK, &link);

    ck_assert_str_eq(lines, "");
    free(lines);
    ck_assert_ptr_nonnull(link);
    return link;
}

static char *add(struct mk_link *link, const char *text, enum mk_err wanted)
{
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    json_t *body = body_of(&mk_import_transactions_body, text);

    ck_assert_int_eq(mk_import_transactions(bank.world, link, body, &issues, &problem), wanted);
    json_decref(body);
    return issue_lines(&issues);
}

static void expect_added(struct mk_link *link, const char *text)
{
    char *lines = add(link, text, MK_OK);

    ck_assert_str_eq(lines, "");
    free(lines);
}

/* Refused with these problems, and the link is as it was. */
static void expect_refused(struct mk_link *link, const char *text, enum mk_err err,
                           const char *wanted)
{
    uint32_t transactions = link->history->transaction_count;
    uint32_t batches = link->history->batch_count;
    char *lines = add(link, text, err);

    ck_assert_str_eq(lines, wanted);
    free(lines);
    ck_assert_uint_eq(link->history->transaction_count, transactions);
    ck_assert_uint_eq(link->history->batch_count, batches);
}

/* --- The link --------------------------------------------------------------------------------- */

/* MoneyKit's documentation calls it disconnected; its accounts and transactions can be read. */
START_TEST(imports__link)
{
    struct mk_link *link = imported(LINK(ACCOUNT, ROW));
    const struct mk_history *history = link->history;

    ck_assert_int_eq(link->state, MK_STATE_ERROR);
    ck_assert_int_eq(link->error, MK_LINK_ERROR_AUTH_EXPIRED);
    ck_assert_uint_eq(link->institution, bank_institution(&bank, "chase"));
    ck_assert_str_eq(mk_persona_at(bank.personas, link->persona)->username, "user_empty");
    ck_assert_uint_eq(link->accounts, 0);
    ck_assert_str_eq(link->customer_user_id, "user-1");
    ck_assert_int_eq(link->created_at, BANK_NOW);
    ck_assert_ptr_null(link->webhook);
    ck_assert_uint_eq(link->tags.count, 0);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        bool wanted =
            i == MK_PRODUCT_ACCOUNTS || i == MK_PRODUCT_TRANSACTIONS || i == MK_PRODUCT_ENRICHMENT;
        ck_assert_int_eq(link->products[i].granted, wanted);
        ck_assert_int_eq(mk_link_refreshed_at(link, (enum mk_product)i),
                         wanted ? BANK_NOW : MK_NEVER);
    }

    /* Nothing came from the bank: the import is all there is. */
    ck_assert_uint_eq(mk_history_count(link), 1);
    ck_assert_int_eq(mk_history_batch(link, 0).kind, MK_BATCH_IMPORT);
    ck_assert_uint_eq(mk_history_batch(link, 0).first, 0);
    ck_assert_uint_eq(mk_history_batch(link, 0).count, 1);
    ck_assert(history->is_imported);
    ck_assert_uint_eq(history->account_count, 1);
    ck_assert_uint_eq(history->transaction_count, 1);
}
END_TEST

/* It is found like any other, and there is no token to exchange. */
START_TEST(imports__is_found)
{
    struct mk_link *link = imported(LINK("", ""));
    char id[MK_LINK_ID_SIZE];
    char token[MK_TOKEN_SIZE];
    struct mk_link *exchanged = NULL;

    mk_link_id_write(link, id);
    mk_link_token_write(link, token);
    ck_assert_ptr_eq(mk_links_find(&bank.world->links, id, BANK_NOW), link);
    ck_assert_ptr_eq(mk_links_next_active(&bank.world->links, NULL), link);
    ck_assert_ptr_eq(mk_links_next_of_user(&bank.world->links, "user-1", NULL), link);
    ck_assert_int_eq(mk_linking_exchange(bank.world, token, &exchanged), MK_TOKEN_NOT_EXCHANGEABLE);
    bank_wait(&bank, MK_DELETED_LIFE);
    imported(LINK("", ""));
    ck_assert_ptr_eq(mk_links_find(&bank.world->links, id, mk_world_now(bank.world)), link);
}
END_TEST

static enum mk_provider provider_of(const char *institution, const char *more)
{
    char text[256];

    snprintf(text, sizeof(text),
             "{" USER ", 'institution_id': '%s', 'accounts': [], 'transactions': []%s}",
             institution, more);
    struct mk_link *link = imported(text);
    return mk_link_provider(link, mk_catalog_at(bank.catalog, link->institution));
}

START_TEST(imports__provider)
{
    ck_assert_int_eq(provider_of("chase", ""), MK_PROVIDER_MX);
    ck_assert_int_eq(provider_of("mx.chase", ""), MK_PROVIDER_MX);
    ck_assert_int_eq(provider_of("moneykit-creds-bank", ", 'provider': null"),
                     MK_PROVIDER_MONEYKIT);
    ck_assert_int_eq(provider_of("chase", ", 'provider': 'akoya'"), MK_PROVIDER_AKOYA);
    ck_assert_int_eq(provider_of("mx.chase", ", 'provider': 'plaid'"), MK_PROVIDER_PLAID);
}
END_TEST

/* So an id with a provider before it means the institution's own provider. */
START_TEST(imports__aliases_begin_with_the_provider)
{
    size_t found = 0;

    for (size_t i = 0; i < mk_catalog_count(bank.catalog); i++) {
        const struct mk_institution *institution = mk_catalog_at(bank.catalog, i);
        const char *provider = mk_provider_names[institution->provider];
        size_t at;
        json_t *alias;
        json_array_foreach((json_t *)institution->aliases, at, alias) {
            const char *text = json_string_value(alias);
            if (strchr(text, '.') == NULL)
                continue;
            found++;
            MUST(strncmp(text, provider, strlen(provider)) == 0 && text[strlen(provider)] == '.');
        }
    }
    ck_assert_uint_gt(found, 0);
}
END_TEST

/* --- Accounts and transactions ---------------------------------------------------------------- */

START_TEST(imports__accounts)
{
    struct mk_link *link = imported(
        LINK("{'account_id': 'a', 'name': 'Everyday', 'nickname': 'Mine', 'type': 'Savings',"
             " 'mask': '1234', 'balances': {'currency': 'GBP', 'available': 12.34, 'current': -5,"
             " 'limit': 10000000000000, 'balance_date': '2025-12-31T23:59:59'}},"
             "{'account_id': 'b', 'name': 'Bare', 'nickname': null, 'type': '', 'mask': null,"
             " 'balances': {'currency': null, 'available': null, 'balance_date': null}}",
             ""));
    const struct mk_imported_account *full = &link->history->accounts[0];
    const struct mk_imported_account *bare = &link->history->accounts[1];

    ck_assert_str_eq(full->original_id, "a");
    ck_assert_str_eq(full->name, "Everyday");
    ck_assert_str_eq(full->nickname, "Mine");
    ck_assert_str_eq(full->type, mk_account_type_of("Savings"));
    ck_assert_str_eq(full->mask, "1234");
    ck_assert_str_eq(full->currency, "GBP");
    ck_assert_int_eq(full->available, 1234);
    ck_assert_int_eq(full->current, -500);
    ck_assert_int_eq(full->limit, INT64_C(1000000000000000));
    ck_assert_int_eq(full->balance_date, BANK_NOW - MK_SECOND);

    ck_assert_str_eq(bare->name, "Bare");
    ck_assert_str_eq(bare->type, mk_account_type_of(""));
    ck_assert_ptr_null(bare->nickname);
    ck_assert_ptr_null(bare->mask);
    ck_assert_ptr_null(bare->currency);
    ck_assert_int_eq(bare->available, MK_NO_MONEY);
    ck_assert_int_eq(bare->current, MK_NO_MONEY);
    ck_assert_int_eq(bare->limit, MK_NO_MONEY);
    ck_assert_int_eq(bare->balance_date, MK_NEVER);
}
END_TEST

START_TEST(imports__transactions)
{
    struct mk_link *link = imported(
        LINK(ACCOUNT ", {'account_id': 'b', 'name': 'B', 'type': 'card', 'balances': {}}",
             "{'account_id': 'b', 'transaction_id': 't1', 'amount': '-12.3', 'type': 'credit',"
             " 'date': '\\\"2025-12-31\\\"', 'description': 'Coffee'},"
             "{'account_id': 'a', 'transaction_id': null, 'amount': '+7.05', 'description': null,"
             " 'date': '2026-01-01T23:59:59Z', 'type': null}"));
    const struct mk_imported_transaction *rows = link->history->transactions;

    ck_assert_str_eq(rows[0].original_id, "t1");
    ck_assert_str_eq(rows[0].description, "Coffee");
    ck_assert_int_eq(rows[0].amount, -1230);
    ck_assert_int_eq(rows[0].day, mk_day_of(BANK_NOW) - 1);
    ck_assert_uint_eq(rows[0].account, 1);

    ck_assert_ptr_null(rows[1].original_id);
    ck_assert_ptr_null(rows[1].description);
    ck_assert_int_eq(rows[1].amount, 705);
    ck_assert_int_eq(rows[1].day, mk_day_of(BANK_NOW));
    ck_assert_uint_eq(rows[1].account, 0);
}
END_TEST

/* --- Refused links ---------------------------------------------------------------------------- */

static const struct {
    const char *body;
    const char *lines;
} refused[] = {
    { "{" USER ", 'institution_id': 'nowhere', 'accounts': [], 'transactions': []}",
      "[\"body\",\"institution_id\"] unknown_value\n" },
    { "{" USER ", 'institution_id': 'plaid.chase', 'accounts': [], 'transactions': []}",
      "[\"body\",\"institution_id\"] unknown_value\n" },
    { LINK(ACCOUNT "," ACCOUNT, ROW), "[\"body\",\"accounts\",1,\"account_id\"] not_unique\n" },
    { LINK("", ROW), "[\"body\",\"transactions\",0,\"account_id\"] unknown_value\n" },
    { LINK(ACCOUNT, "{'account_id': 'A', 'amount': '1', 'date': '2026-01-01'}"),
      "[\"body\",\"transactions\",0,\"account_id\"] unknown_value\n" },
    { LINK(ACCOUNT, ROW ", {'account_id': 'a', 'transaction_id': 't', 'amount': '1',"
                        " 'date': '2026-01-01'}, {'account_id': 'a', 'transaction_id': 't',"
                        " 'amount': '2', 'date': '2026-01-02'}"),
      "[\"body\",\"transactions\",2,\"transaction_id\"] not_unique\n" },
    /* all at once */
    { "{" USER ", 'institution_id': '', 'accounts': [" ACCOUNT "," ACCOUNT "," ACCOUNT "],"
      " 'transactions': [{'account_id': 'x', 'transaction_id': 't', 'amount': '1',"
      " 'date': '2026-01-01'}, {'account_id': 'y', 'transaction_id': 't', 'amount': '2',"
      " 'date': '2026-01-02'}]}",
      "[\"body\",\"institution_id\"] unknown_value\n"
      "[\"body\",\"accounts\",1,\"account_id\"] not_unique\n"
      "[\"body\",\"accounts\",2,\"account_id\"] not_unique\n"
      "[\"body\",\"transactions\",0,\"account_id\"] unknown_value\n"
      "[\"body\",\"transactions\",1,\"account_id\"] unknown_value\n"
      "[\"body\",\"transactions\",1,\"transaction_id\"] not_unique\n" },
};

/* Nothing is changed: not even the ids that come next. */
START_TEST(imports__refused)
{
    struct bank other = bank_open();
    struct mk_link *link = NULL;
    char *lines = import(refused[_i].body, MK_INVALID, &link);

    ck_assert_str_eq(lines, refused[_i].lines);
    free(lines);
    ck_assert_ptr_null(link);
    ck_assert_uint_eq(bank.world->links.store.count, other.world->links.store.count);
    ck_assert_uint_eq(mk_random_next(&bank.world->ids), mk_random_next(&other.world->ids));
    ck_assert_uint_eq(mk_random_next(&bank.world->secrets), mk_random_next(&other.world->secrets));
    bank_close(&other);
}
END_TEST

/* --- Further transactions --------------------------------------------------------------------- */

#define KNOWN "{'account_id': 'a', 'transaction_id': 't', 'amount': '1', 'date': '2026-01-01'}"
#define OTHER "{'account_id': 'a', 'transaction_id': 'u', 'amount': '2', 'date': '2026-01-02'}"

START_TEST(imports__further_transactions)
{
    struct mk_link *link = imported(LINK(ACCOUNT, KNOWN "," ROW));

    bank_wait(&bank, MK_HOUR);
    expect_added(link, "{'transactions': [" OTHER "," ROW "," ROW "]}");
    expect_added(link, "{'transactions': []}");
    ck_assert_uint_eq(mk_history_count(link), 2);

    const struct mk_batch batch = mk_history_batch(link, 1);
    ck_assert_int_eq(batch.kind, MK_BATCH_IMPORT);
    ck_assert_uint_eq(batch.first, 2);
    ck_assert_uint_eq(batch.count, 3);
    ck_assert_int_eq(mk_history_moment(link, &batch), BANK_NOW + MK_HOUR);
    ck_assert_str_eq(link->history->transactions[2].original_id, "u");
    ck_assert_int_eq(link->history->transactions[2].amount, 200);
    ck_assert_int_eq(mk_link_refreshed_at(link, MK_PRODUCT_TRANSACTIONS), BANK_NOW);
    ck_assert_int_eq(link->state, MK_STATE_ERROR);

    expect_refused(link, "{'transactions': [" ROW "," KNOWN "," OTHER "]}", MK_INVALID,
                   "[\"body\",\"transactions\",1,\"transaction_id\"] not_unique\n"
                   "[\"body\",\"transactions\",2,\"transaction_id\"] not_unique\n");
    expect_refused(link,
                   "{'transactions': [{'account_id': 'b', 'transaction_id': 'v', 'amount': '1',"
                   " 'date': '2026-01-01'}]}",
                   MK_INVALID, "[\"body\",\"transactions\",0,\"account_id\"] unknown_value\n");
    expect_added(link, "{'transactions': [{'account_id': 'a', 'transaction_id': 'v',"
                       " 'amount': '1', 'date': '2026-01-01'}]}");
}
END_TEST

/* A link of the bank takes none, whether or not something has happened to it since. */
START_TEST(imports__not_for_links_of_the_bank)
{
    struct mk_link *link = bank_connected(&bank);
    char *lines = add(link, "{'transactions': []}", MK_LINK_FORBIDDEN);

    ck_assert_str_eq(lines, "");
    free(lines);
    mk_history_of(link);
    expect_refused(link, "{'transactions': [" ROW "]}", MK_LINK_FORBIDDEN, "");
}
END_TEST

START_TEST(imports__limits)
{
    struct mk_link *link = imported(LINK(ACCOUNT, ROW));
    struct mk_history *history = link->history;

    history->transaction_count = MK_IMPORTED_TRANSACTIONS_MAX - 1;
    expect_refused(link, "{'transactions': [" ROW "," ROW "]}", MK_UNAVAILABLE, "");
    history->transaction_count = 1;
    history->batch_count = MK_BATCHES_MAX;
    expect_refused(link, "{'transactions': [" ROW "]}", MK_UNAVAILABLE, "");
    expect_added(link, "{'transactions': []}");
    history->batch_count = 1;
    expect_added(link, "{'transactions': [" ROW "," ROW "]}");
    ck_assert_uint_eq(history->transaction_count, 3);
}
END_TEST

Suite *imports_suite(void)
{
    Suite *suite = suite_create("imports");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, open_bank, close_bank);
    tcase_add_test(tcase, imports__link);
    tcase_add_test(tcase, imports__is_found);
    tcase_add_test(tcase, imports__provider);
    tcase_add_test(tcase, imports__aliases_begin_with_the_provider);
    tcase_add_test(tcase, imports__accounts);
    tcase_add_test(tcase, imports__transactions);
    tcase_add_loop_test(tcase, imports__refused, 0, (int)MK_COUNT(refused));
    tcase_add_test(tcase, imports__further_transactions);
    tcase_add_test(tcase, imports__not_for_links_of_the_bank);
    tcase_add_test(tcase, imports__limits);
    suite_add_tcase(suite, tcase);
    return suite;
}
