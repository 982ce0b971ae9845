/* SPDX-License-Identifier: MIT */
/* The recorded sandbox, to the letter; and what it does to balances as time goes on. */
#include "base/clock.h"
#include "base/memory.h"
#include "support/life.h"
#include "unit/suites.h"

static struct mk_bank *bank;

static void open_bank(void)
{
    bank = life_bank();
}

static void close_bank(void)
{
    mk_bank_free(bank);
}

enum { CHECKING = 1, CARD = 2, SPENDING = CHECKING | CARD, SAVINGS = 4 };

static const struct {
    uint32_t fetch;
    unsigned accounts; /* bits */
    const char *description;
    int64_t amount;
    int back;
    bool is_pending;
    const char *category;
    const char *merchant;
} recorded[] = {
    { 0, SPENDING, "PSN", -5089, 90, false, "shopping.electronics", "PlayStation Network" },
    { 0, SPENDING, "Amazon", -6863, 90, false, "shopping.online_marketplace", "Amazon" },
    { 0, SAVINGS, "Transfer to Checking", -12727, 90, false, "transfer.account_transfer", NULL },
    { 0, SPENDING, "ATM Withdrawal", -400000, 0, true, "transfer.atm_withdrawal", NULL },
    { 0, SPENDING, "Starbucks", -707, 0, false, "food_and_drink.coffee_shops", "Starbucks" },
    { 0, SAVINGS, "Interest Paid", 64, 0, true, "income.interest", NULL },
    { 0, SAVINGS, "Transfer to Checking", -38506, 0, false, "transfer.account_transfer", NULL },
    { 1, SPENDING, "Amazon", -14831, 90, false, "shopping.online_marketplace", "Amazon" },
    { 1, SAVINGS, "Transfer Fee", -25000, 90, false, "transfer.account_transfer", NULL },
    { 1, SPENDING, "Income", 194324, 0, false, "income.wages", NULL },
    { 1, SAVINGS, "Transfer to Checking", -28662, 0, false, "transfer.account_transfer", NULL },
    { 2, SPENDING, "PSN", -6030, 90, false, "shopping.electronics", "PlayStation Network" },
    { 2, SPENDING, "Cash Deposit", -19894, 90, false, "income.cash", NULL },
    { 2, SAVINGS, "Interest Paid", 78, 90, false, "income.interest", NULL },
    { 2, SPENDING, "Dos Toros", -2170, 0, true, "food_and_drink.fast_food", "Dos Toros" },
    { 2, SAVINGS, "Transfer Fee", -25000, 0, true, "transfer.account_transfer", NULL },
};

static const char *const types[] = { "depository.checking", "liability.credit_card",
                                     "depository.savings" };

static void check_event(const struct mk_ledger *ledger, const struct mk_event *event, size_t row,
                        size_t account)
{
    struct mk_transaction found = life_describe(ledger, event);
    int64_t end_of_day = mk_day_start(LIFE_TODAY) + MK_DAY - 1;

    ck_assert_uint_eq(found.account, life_account(ledger, types[account]));
    ck_assert_uint_eq(found.account, event->key.account);
    ck_assert_str_eq(found.description, recorded[row].description);
    ck_assert_str_eq(found.raw_description, ""); /* as description */
    ck_assert_int_eq(found.amount, recorded[row].amount);
    ck_assert_int_eq(found.amount, mk_life_amount(ledger, &event->key));
    ck_assert_int_eq(found.day, LIFE_TODAY - recorded[row].back);
    ck_assert_int_eq(found.moment, recorded[row].back == 0 ? end_of_day : MK_NEVER);
    ck_assert(event->is_pending == recorded[row].is_pending);
    ck_assert_str_eq(found.category, recorded[row].category);
    ck_assert_ptr_null(found.original_id);
    ck_assert(found.enrichment.is_known == (strcmp(found.description, "ATM Withdrawal") != 0));
    ck_assert_pstr_eq(found.enrichment.merchant.name, recorded[row].merchant);
    ck_assert_ptr_null(found.enrichment.frequency);
}

START_TEST(good__recorded_batches)
{
    struct mk_ledger ledger = life_ledger(bank, "user_good", MK_COUNTRY_US, (uint64_t)_i);
    size_t row = 0;

    for (uint32_t number = 0; number < 3; number++) {
        struct mk_events events = life_fetch(&ledger, number, LIFE_TODAY, LIFE_TODAY);
        size_t next = 0;
        for (; row < MK_COUNT(recorded) && recorded[row].fetch == number; row++) {
            for (size_t account = 0; account < MK_COUNT(types); account++) {
                if ((recorded[row].accounts & 1U << account) == 0)
                    continue;
                ck_assert_uint_lt(next, events.count);
                check_event(&ledger, &events.items[next++], row, account);
            }
        }
        ck_assert_uint_eq(next, events.count);
        mk_events_done(&events);
    }
    ck_assert_uint_eq(row, MK_COUNT(recorded));
}
END_TEST

/* It fits the smallest default page: 50. */
START_TEST(good__first_batch_has_eleven_rows)
{
    struct mk_ledger ledger = life_ledger(bank, "user_good", MK_COUNTRY_US, 1);
    struct mk_events events = life_first(&ledger);

    ck_assert_uint_eq(events.count, 11);
    mk_events_done(&events);
}
END_TEST

/* Every fetch brings something for whoever shares just one of the accounts. */
START_TEST(good__later_batches)
{
    struct mk_ledger ledger = life_ledger(bank, "user_good", MK_COUNTRY_US, 1);

    for (uint32_t number = 3; number < 100; number++) {
        struct mk_events events = life_fetch(&ledger, number, LIFE_TODAY, LIFE_TODAY);
        unsigned accounts = 0;
        for (size_t i = 0; i < events.count; i++)
            accounts |= 1U << events.items[i].key.account;
        ck_assert_uint_eq(accounts, SPENDING | SAVINGS);
        ck_assert_uint_le(events.count, 50);
        mk_events_done(&events);
    }
}
END_TEST

/* Lists come back in a cycle of four that leaves every balance where it was. */
START_TEST(good__cycle)
{
    struct mk_ledger ledger = life_ledger(bank, "user_good", MK_COUNTRY_US, 1);
    int64_t moved[3] = { 0 };

    for (uint32_t number = 3; number < 7; number++) {
        struct mk_events events = life_fetch(&ledger, number, LIFE_TODAY, LIFE_TODAY);
        struct mk_events again = life_fetch(&ledger, number + 400, LIFE_TODAY, LIFE_TODAY);
        ck_assert_uint_eq(events.count, again.count);
        for (size_t i = 0; i < events.count; i++) {
            moved[events.items[i].key.account] += mk_life_amount(&ledger, &events.items[i].key);
            ck_assert_uint_eq(events.items[i].key.source, again.items[i].key.source);
            ck_assert_uint_eq(again.items[i].key.fetch, number + 400);
        }
        mk_events_done(&events);
        mk_events_done(&again);
    }
    for (size_t i = 0; i < MK_COUNT(moved); i++)
        ck_assert_int_eq(moved[i], 0);
}
END_TEST

/* Also with all that is pending taken off. */
START_TEST(good__never_below_zero)
{
    struct mk_ledger ledger = life_ledger(bank, "user_good", MK_COUNTRY_US, 1);
    int64_t balances[3];

    for (size_t i = 0; i < MK_COUNT(balances); i++)
        balances[i] = ledger.accounts[i].plan->available;
    for (uint32_t number = 0; number < 1000; number++) {
        struct mk_events events = life_fetch(&ledger, number, LIFE_TODAY, LIFE_TODAY);
        for (size_t i = 0; i < events.count; i++) {
            uint8_t account = events.items[i].key.account;
            if (number > 0 || events.items[i].is_pending)
                balances[account] += mk_life_amount(&ledger, &events.items[i].key);
            ck_assert_int_gt(balances[account], 0);
        }
        mk_events_done(&events);
    }
}
END_TEST

/* Rows name types, so custom accounts have a life too. */
START_TEST(custom__by_type)
{
    static const struct {
        const char *type;
        size_t rows;
    } custom[] = {
        { "depository.checking", 4 },
        { "depository.savings", 3 },
        { "depository.savings", 3 },
        { "depository.prepaid", 4 },
        { "liability.mortgage", 0 },
        { "investment", 0 },
        { "unknown", 0 },
        { "liability.credit_card", 4 },
    };
    struct mk_ledger ledger = life_ledger(bank, "user_custom", MK_COUNTRY_US, 1);
    size_t rows[MK_COUNT(custom)] = { 0 };

    ledger.account_count = MK_COUNT(custom);
    for (size_t i = 0; i < MK_COUNT(custom); i++)
        ledger.accounts[i] = (struct mk_bank_account){ .name = "x", .type = custom[i].type };
    struct mk_events events = life_first(&ledger);
    for (size_t i = 0; i < events.count; i++)
        rows[events.items[i].key.account]++;
    for (size_t i = 0; i < MK_COUNT(custom); i++)
        ck_assert_uint_eq(rows[i], custom[i].rows);
    mk_events_done(&events);
}
END_TEST

Suite *life_recorded_suite(void)
{
    Suite *suite = suite_create("life_recorded");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, good__recorded_batches, 0, 3);
    tcase_add_test(all, good__first_batch_has_eleven_rows);
    tcase_add_test(all, good__later_batches);
    tcase_add_test(all, good__cycle);
    tcase_add_test(all, good__never_below_zero);
    tcase_add_test(all, custom__by_type);
    suite_add_tcase(suite, all);
    return suite;
}
