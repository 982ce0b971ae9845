/* SPDX-License-Identifier: MIT */
#include "core/accounts.h"

#include "core/investments.h"
#include "support/stream.h"
#include "unit/suites.h"

static struct bank bank;

static void open_bank(void)
{
    bank = bank_open();
}

static void close_bank(void)
{
    bank_close(&bank);
}

static struct mk_accounts list(const struct mk_link *link)
{
    const struct mk_ledger ledger = stream_open(&bank, link);
    struct mk_accounts accounts;

    mk_accounts_list(&ledger, NULL, &accounts);
    return accounts;
}

/* --- Types ------------------------------------------------------------------------------------ */

static const struct {
    const char *text;
    const char *type;
} types[] = {
    { "depository.checking", "depository.checking" },
    { "depository.gold", "depository.gold" },
    { "liability.a.b", "liability.a.b" },
    { "depository", "depository" },
    { "other", "other" },
    { "unknown", "unknown" },
    { "Checking", "depository.checking" },
    { "CHECKING ACCOUNT", "depository.checking" },
    { "  Savings-Account ", "depository.savings" },
    { "credit_card", "liability.credit_card" },
    { "CreditCard", "liability.credit_card" },
    { "Credit  Card", "liability.credit_card" },
    { "loan.mortgage", "liability.mortgage" },
    { "Roth IRA", "investment.roth_ira" },
    { "401(k)", "investment.401k" },
    { "investment", "investment" },
    { "Current account", "depository.checking" },
    { "VISA credit card", "liability.credit_card" },
    { "High-yield savings", "depository.savings" },
    { "Joint checking account", "depository.checking" },
    { "Federal student loan", "liability.student_loan" },
    { "postcard", "unknown" },
    { "", "unknown" },
    { "account", "unknown" },
    { "depositorychecking", "unknown" },
    { "bank.checking", "depository.checking" },
    { "checking and everything else that a bank may think of", "unknown" },
    { "ch\xC3\xA9quing", "unknown" },
};

START_TEST(type__table)
{
    ck_assert_str_eq(mk_account_type_of(types[_i].text), types[_i].type);
}
END_TEST

START_TEST(type__prefix)
{
    ck_assert(mk_account_type_is("depository.checking", "depository"));
    ck_assert(mk_account_type_is("depository", "depository"));
    ck_assert(mk_account_type_is("depository.checking", "depository.checking"));
    ck_assert(!mk_account_type_is("depository.checking_plus", "depository.checking"));
    ck_assert(!mk_account_type_is("depositoryx", "depository"));
    ck_assert(!mk_account_type_is("depo", "depository"));
}
END_TEST

/* --- The list --------------------------------------------------------------------------------- */

START_TEST(list__recorded_three)
{
    static const char *const expected[] = { "depository.checking", "liability.credit_card",
                                            "depository.savings" };
    const struct mk_link *link = stream_link(&bank, "user_good");
    struct mk_accounts accounts = list(link);

    ck_assert_uint_eq(accounts.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct mk_account *account = &accounts.items[i];
        ck_assert_str_eq(account->type, expected[i]);
        ck_assert_uint_eq(account->number, i);
        ck_assert_uint_eq(strlen(account->mask), 4);
        ck_assert_uint_eq(strspn(account->mask, "0123456789"), 4);
        ck_assert_str_eq(account->currency, "USD");
        ck_assert_ptr_null(account->original_id);
        ck_assert_int_eq(account->balance_date, BANK_NOW);
        ck_assert_int_ne(account->current, MK_NO_MONEY);
        ck_assert_ptr_eq(mk_accounts_find(&accounts, i), account);
    }
    ck_assert_ptr_null(mk_accounts_find(&accounts, 3));
    mk_accounts_done(&accounts);
    ck_assert_ptr_null(mk_accounts_find(&accounts, 0));
}
END_TEST

/* After the first fetch the balances are the profile's. */
START_TEST(list__starts_as_planned)
{
    const struct mk_link *link = stream_link(&bank, "user_good");
    const struct mk_ledger ledger = stream_open(&bank, link);
    struct mk_accounts accounts = list(link);

    for (size_t i = 0; i < accounts.count; i++) {
        const struct mk_profile_account *plan = ledger.accounts[i].plan;
        ck_assert_int_eq(accounts.items[i].available, plan->available);
        ck_assert_int_eq(accounts.items[i].current, plan->current);
        ck_assert_int_eq(accounts.items[i].limit, plan->limit);
    }
    mk_accounts_done(&accounts);
}
END_TEST

START_TEST(list__shared_and_asked_for)
{
    struct mk_link *link = stream_link(&bank, "user_good");
    struct mk_accounts accounts;
    char id[3][MK_DATA_ID_SIZE];

    link->accounts = 5;
    const struct mk_ledger ledger = stream_open(&bank, link);
    for (uint32_t i = 0; i < 3; i++)
        mk_account_id_write(&ledger.key, i, id[i]);
    json_t *ids = json_pack("[s, s, s, s]", id[2], id[1], "acc_2222222222222222222222", id[2]);
    mk_accounts_list(&ledger, ids, &accounts);
    ck_assert_uint_eq(accounts.count, 1);
    ck_assert_str_eq(accounts.items[0].id, id[2]);
    mk_accounts_done(&accounts);
    json_array_clear(ids);
    mk_accounts_list(&ledger, ids, &accounts);
    ck_assert_uint_eq(accounts.count, 2);
    mk_accounts_done(&accounts);
    json_array_append_new(ids, json_string(""));
    mk_accounts_list(&ledger, ids, &accounts);
    ck_assert_uint_eq(accounts.count, 0);
    mk_accounts_done(&accounts);
    json_decref(ids);
}
END_TEST

START_TEST(list__custom)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = bank_session(&bank);

    choices.username = "user_custom";
    session->custom_data =
        json_pack("{s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]}", "accounts", "name",
                  "mine", "account_type", "depository.checking", "account_number", "1234", "name",
                  "card", "account_type", "liability.credit_card", "account_number", "5678", "name",
                  "house", "account_type", "liability.mortgage", "account_number", "9");
    const struct mk_link *link = bank_finish(&bank, session, &choices);
    struct mk_accounts accounts = list(link);
    ck_assert_uint_eq(accounts.count, 3);
    ck_assert_str_eq(accounts.items[0].name, "mine");
    ck_assert_int_ne(accounts.items[0].current, MK_NO_MONEY);
    ck_assert_int_eq(accounts.items[0].limit, MK_NO_MONEY);
    ck_assert_int_gt(accounts.items[1].limit, 0);
    ck_assert_int_eq(accounts.items[1].limit,
                     accounts.items[1].current + accounts.items[1].available);
    ck_assert_int_eq(accounts.items[2].available, MK_NO_MONEY);
    ck_assert_str_ne(accounts.items[0].mask, accounts.items[1].mask);
    mk_accounts_done(&accounts);
}
END_TEST

START_TEST(list__imported)
{
    struct mk_link *link = stream_link(&bank, "user_good");

    stream_import_accounts(link);
    link->accounts = 2;
    link->history->accounts[1].mask = mk_copy("x99");
    link->history->accounts[1].current = -5;
    struct mk_accounts accounts = list(link);
    ck_assert_uint_eq(accounts.count, 3);
    ck_assert_uint_eq(accounts.items[0].number, 1);
    ck_assert_uint_eq(accounts.items[1].number, MK_IMPORTED_ACCOUNT_FIRST);
    ck_assert_str_eq(accounts.items[1].original_id, "one");
    ck_assert_str_eq(accounts.items[1].mask, "");
    ck_assert_str_eq(accounts.items[2].mask, "x99");
    ck_assert_int_eq(accounts.items[2].current, -5);
    ck_assert_ptr_eq(mk_accounts_find(&accounts, MK_IMPORTED_ACCOUNT_FIRST + 1),
                     &accounts.items[2]);
    mk_accounts_done(&accounts);
}
END_TEST

/* --- Balances --------------------------------------------------------------------------------- */

/* What the list of transactions adds up to. */
struct sum {
    int64_t posted;
    int64_t all;
};

static struct sum sum_of(const struct mk_ledger *ledger, const struct mk_account *account)
{
    const struct mk_accounts one = { .items = (struct mk_account *)account, .count = 1 };
    const struct mk_transaction_query query = { INT32_MIN, INT32_MAX, &one };
    struct mk_changes changes = { 0 };
    struct sum sum = { 0 };

    mk_stream_state(ledger, &query, &changes);
    for (size_t i = 0; i < changes.count; i++) {
        struct mk_transaction row;
        mk_stream_describe(ledger, &changes.items[i], mk_history_count(ledger->link) - 1, &row);
        sum.all += row.amount;
        sum.posted += row.is_pending ? 0 : row.amount;
    }
    mk_changes_done(&changes);
    return sum;
}

static void expect_moved(int64_t from, int64_t by, int64_t to)
{
    ck_assert_int_eq(to, from == MK_NO_MONEY ? MK_NO_MONEY : from + by);
}

static const char *const usernames[] = { "user_good", "user_rich", "user_empty", "user_large" };

/* Balances move by what the transactions say, no more and no less. */
START_TEST(balances__agree_with_transactions)
{
    struct mk_link *link = stream_link(&bank, usernames[_i]);
    struct mk_accounts before = list(link);
    struct sum sums[MK_ACCOUNTS_MAX];
    int64_t worth;

    const struct mk_ledger ledger = stream_open(&bank, link);
    for (size_t i = 0; i < before.count; i++)
        sums[i] = sum_of(&ledger, &before.items[i]);
    for (int fetch = 0; fetch < 6; fetch++) {
        bank_wait(&bank, MK_DAY * (fetch % 4));
        stream_fetch(&bank, link);
        struct mk_accounts after = list(link);
        for (size_t i = 0; i < before.count; i++) {
            const struct mk_account *old = &before.items[i];
            const struct mk_account *new = &after.items[i];
            struct sum sum = sum_of(&ledger, new);
            if (mk_investments_worth(&ledger, new->number, &worth)) {
                ck_assert_int_eq(new->current, worth);
                continue;
            }
            int sign = mk_account_type_is(new->type, "liability") ? -1 : 1;
            expect_moved(old->current, sign * (sum.posted - sums[i].posted), new->current);
            expect_moved(old->available, sum.all - sums[i].all, new->available);
            ck_assert_int_eq(new->limit, old->limit);
        }
        mk_accounts_done(&after);
    }
    mk_accounts_done(&before);
}
END_TEST

START_TEST(currency__of_countries)
{
    ck_assert_str_eq(mk_currency_of(MK_COUNTRY_US), "USD");
    ck_assert_str_eq(mk_currency_of(MK_COUNTRY_GB), "GBP");
    ck_assert_str_eq(mk_currency_of(MK_COUNTRY_CA), "CAD");
}
END_TEST

Suite *accounts_suite(void)
{
    Suite *suite = suite_create("accounts");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, type__table, 0, (int)MK_COUNT(types));
    tcase_add_test(all, type__prefix);
    tcase_add_test(all, list__recorded_three);
    tcase_add_test(all, list__starts_as_planned);
    tcase_add_test(all, list__shared_and_asked_for);
    tcase_add_test(all, list__custom);
    tcase_add_test(all, list__imported);
    tcase_add_loop_test(all, balances__agree_with_transactions, 0, (int)MK_COUNT(usernames));
    tcase_add_test(all, currency__of_countries);
    suite_add_tcase(suite, all);
    return suite;
}
