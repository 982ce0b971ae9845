/* SPDX-License-Identifier: MIT */
/* The household of user_rich: what comes when, and that both sides of a payment agree. */
#include "base/clock.h"
#include "base/memory.h"
#include "support/life.h"
#include "unit/suites.h"

static struct mk_bank *bank;
static struct mk_ledger ledger;
static struct mk_events events;

static void open_ledger(enum mk_country country, uint64_t seed)
{
    mk_events_done(&events);
    ledger = life_ledger(bank, "user_rich", country, seed);
    events = life_first(&ledger);
}

static void open_bank(void)
{
    bank = life_bank();
    open_ledger(MK_COUNTRY_US, 11);
}

static void close_bank(void)
{
    mk_events_done(&events);
    mk_bank_free(bank);
}

/* Rows of an account with this description; NULL: any. Their sum too. */
static size_t count_rows(const char *type, const char *description, int64_t *ret_sum)
{
    uint8_t account = life_account(&ledger, type);
    size_t count = 0;

    *ret_sum = 0;
    for (size_t i = 0; i < events.count; i++) {
        if (events.items[i].key.account != account)
            continue;
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        if (description != NULL && strcmp(found.description, description) != 0)
            continue;
        *ret_sum += found.amount;
        count++;
    }
    return count;
}

START_TEST(rich__twenty_four_months)
{
    for (int country = 0; country < MK_COUNTRY_COUNT; country++) {
        open_ledger((enum mk_country)country, (uint64_t)_i);
        ck_assert_uint_ge(events.count, 1500);
        ck_assert_uint_le(events.count, 2050);
        ck_assert_int_ge(events.items[0].key.day, LIFE_TODAY - 729);
        ck_assert_int_le(events.items[0].key.day, LIFE_TODAY - 725);
    }
}
END_TEST

/*
 * Both sides of every transfer and payment: the same day, the same money. Mortgages are paid on the
 * 2nd, and the history begins with the 3rd of January 2024.
 */
static const struct {
    const char *from;
    const char *to;
    const char *sent;
    const char *received;
    size_t count;
} payments[] = {
    { "depository.checking", "depository.savings", "Transfer to Savings", "Transfer from Checking",
      24 },
    { "depository.savings", "depository.checking", "Transfer to Checking", "Transfer from Savings",
      4 },
    { "depository.checking", "liability.credit_card", "Credit Card Payment", "Payment Received",
      24 },
    { "depository.checking", "liability.student_loan", "Student Loan Payment", "Payment Received",
      24 },
    { "depository.checking", "liability.mortgage", "Mortgage Payment", "Payment Received", 23 },
};

START_TEST(rich__both_sides_agree)
{
    uint8_t from = life_account(&ledger, payments[_i].from);
    uint8_t to = life_account(&ledger, payments[_i].to);
    size_t count = 0;

    for (size_t i = 0; i + 1 < events.count; i++) {
        struct mk_transaction sent = life_describe(&ledger, &events.items[i]);
        if (sent.account != from || strcmp(sent.description, payments[_i].sent) != 0)
            continue;
        struct mk_transaction received = life_describe(&ledger, &events.items[i + 1]);
        ck_assert_uint_eq(received.account, to);
        ck_assert_str_eq(received.description, payments[_i].received);
        ck_assert_int_lt(sent.amount, 0);
        ck_assert_int_eq(received.amount, -sent.amount);
        ck_assert_int_eq(received.day, sent.day);
        count++;
    }
    ck_assert_uint_eq(count, payments[_i].count);
}
END_TEST

/* Each payment is for the purchases of one month, and no purchase is paid twice or never. */
START_TEST(rich__card_is_paid_in_full)
{
    uint8_t card = life_account(&ledger, "liability.credit_card");
    int64_t paid[24] = { 0 };
    int32_t closings[24] = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        if (found.account != card || strcmp(found.description, "Payment Received") != 0)
            continue;
        ck_assert_uint_lt(count, MK_COUNT(paid));
        paid[count] = found.amount;
        closings[count++] = found.day - 20;
    }
    ck_assert_uint_eq(count, MK_COUNT(paid));

    for (size_t i = 2; i < count; i++) { /* the first two are for days before the history */
        int64_t bought = 0;
        for (size_t j = 0; j < events.count; j++) {
            const struct mk_transaction_key *key = &events.items[j].key;
            bool is_on_statement = key->day > closings[i - 1] && key->day <= closings[i];
            if (!is_on_statement || key->account != card)
                continue;
            struct mk_transaction found = life_describe(&ledger, &events.items[j]);
            if (strcmp(found.description, "Payment Received") != 0)
                bought -= found.amount;
        }
        ck_assert_int_eq(paid[i], bought);
        ck_assert_int_gt(paid[i], 0);
    }
}
END_TEST

/* Rows of this older category in a month of any year; 0: in all. */
static size_t count_category(const char *older, int month)
{
    size_t count = 0;

    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        bool is_in_month = month == 0 || mk_date_of(found.day).month == month;
        count += is_in_month && found.category != NULL && strcmp(found.category, older) == 0;
    }
    return count;
}

START_TEST(rich__seasons)
{
    int64_t winter = 0;
    int64_t summer = 0;

    ck_assert_uint_ge(count_category("shopping.gifts", 12), 15);
    ck_assert_uint_eq(count_category("shopping.gifts", 5), 0);
    ck_assert_uint_ge(count_category("travel.lodging", 7) + count_category("travel.lodging", 8), 4);
    ck_assert_uint_eq(count_category("travel.lodging", 1), 0);
    ck_assert_uint_eq(count_category("tax", 0), 2);
    ck_assert_uint_eq(count_category("tax", 4), 2);
    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        int month = mk_date_of(found.day).month;
        if (found.category == NULL || strcmp(found.category, "utilities.energy") != 0)
            continue;
        if (month == 1)
            winter -= found.amount;
        if (month == 7)
            summer -= found.amount;
    }
    ck_assert_int_gt(summer, 0);
    ck_assert_int_gt(winter, 2 * summer);
}
END_TEST

/* Every fortnight from the same employer, the same money; in GB every month. */
START_TEST(rich__salary)
{
    static const struct {
        enum mk_country country;
        const char *frequency;
        size_t least;
        int32_t days; /* between two of them, at most */
    } pay[] = {
        { MK_COUNTRY_US, "biweekly", 52, 14 },
        { MK_COUNTRY_GB, "monthly", 24, 31 },
        { MK_COUNTRY_CA, "biweekly", 52, 14 },
    };
    struct mk_transaction last = { .description = NULL };
    size_t count = 0;

    open_ledger(pay[_i].country, 4);
    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        if (found.category == NULL || strcmp(found.category, "income.wages") != 0)
            continue;
        ck_assert_int_gt(found.amount, 0);
        ck_assert_str_eq(found.enrichment.frequency, pay[_i].frequency);
        if (count > 0) {
            ck_assert_str_eq(found.description, last.description);
            ck_assert_int_eq(found.amount, last.amount);
            ck_assert_int_le(found.day - last.day, pay[_i].days);
            ck_assert_int_eq(found.day, last.enrichment.next_day); /* as predicted */
        }
        last = found;
        count++;
    }
    ck_assert_uint_ge(count, pay[_i].least);
    ck_assert_uint_le(count, pay[_i].least + 1);
}
END_TEST

/* A subscription: one merchant, one price, each month, and the next one foretold. */
START_TEST(rich__subscriptions)
{
    struct mk_transaction last = { .description = NULL };
    size_t count = 0;

    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        if (found.category == NULL || strcmp(found.category, "entertainment.streaming") != 0)
            continue;
        ck_assert_str_eq(found.enrichment.frequency, "monthly");
        ck_assert_int_eq(mk_date_of(found.day).day, 7);
        if (count++ > 0) {
            ck_assert_str_eq(found.description, last.description);
            ck_assert_int_eq(found.amount, last.amount);
            ck_assert_int_eq(found.day, last.enrichment.next_day);
        }
        last = found;
    }
    ck_assert_uint_eq(count, 24);
}
END_TEST

START_TEST(rich__names_of_the_country)
{
    static const char *const streets[] = { " WA", " LONDON", " ON" }; /* one city of each */
    static const char *const collects[] = { "ACH DEBIT ", "DIRECT DEBIT ", "PRE-AUTH DEBIT " };
    static const char *const taxes[] = { "IRS", "HMRC", "Canada Revenue Agency" };
    size_t in_city = 0;
    size_t collected = 0;
    size_t processed = 0;
    int64_t sum;

    open_ledger((enum mk_country)_i, 8);
    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        size_t length = strlen(found.raw_description);
        size_t end = strlen(streets[_i]);
        in_city += length > end && strcmp(found.raw_description + length - end, streets[_i]) == 0;
        collected += strncmp(found.raw_description, collects[_i], strlen(collects[_i])) == 0;
        processed += found.enrichment.processor.name != NULL &&
                     strcmp(found.enrichment.processor.name, "Square") == 0 &&
                     strncmp(found.raw_description, "SQ *", 4) == 0;
    }
    ck_assert_uint_gt(in_city, 0);
    ck_assert_uint_ge(collected, 24 * 8);
    ck_assert_uint_gt(processed, 10);
    ck_assert_uint_eq(count_rows("depository.checking", taxes[_i], &sum), 2);
    ck_assert_int_lt(sum, 0);
}
END_TEST

/* Some rows say too little. */
START_TEST(rich__without_enrichment)
{
    int64_t sum;
    size_t unknown = 0;

    for (size_t i = 0; i < events.count; i++)
        unknown += !life_describe(&ledger, &events.items[i]).enrichment.is_known;
    ck_assert_uint_ge(count_rows("depository.checking", "ATM Withdrawal", &sum), 45);
    ck_assert_int_eq(sum % 2000, 0);
    ck_assert_uint_ge(unknown, 60);
    ck_assert_uint_le(unknown, events.count / 10);
    ck_assert_uint_eq(count_rows("investment.brokerage", NULL, &sum), 0);
    ck_assert_uint_eq(count_rows("depository.checking", "Transfer to Brokerage", &sum), 24);
    ck_assert_int_eq(sum, -24 * 20000);
}
END_TEST

/* Purchases have a time, what banks book among themselves has none. */
START_TEST(rich__times)
{
    uint8_t card = life_account(&ledger, "liability.credit_card");
    size_t purchases = 0;

    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction found = life_describe(&ledger, &events.items[i]);
        bool is_purchase =
            found.account == card && strcmp(found.description, "Payment Received") != 0;
        ck_assert((found.moment != MK_NEVER) == is_purchase);
        ck_assert(events.items[i].is_pending == (is_purchase && found.day == LIFE_TODAY));
        purchases += is_purchase;
    }
    ck_assert_uint_gt(purchases, events.count / 2);
}
END_TEST

/* The own day of a later fetch: one or two purchases, beside what the days since brought. */
START_TEST(rich__later_fetches)
{
    size_t counts[3] = { 0 };

    for (uint32_t number = 1; number < 50; number++) {
        struct mk_events later = life_fetch(&ledger, number, LIFE_TODAY, LIFE_TODAY);
        ck_assert(later.count == 1 || later.count == 2);
        counts[later.count]++;
        for (size_t i = 0; i < later.count; i++)
            ck_assert(later.items[i].is_pending);
        mk_events_done(&later);
    }
    ck_assert_uint_gt(counts[1], 5);
    ck_assert_uint_gt(counts[2], 5);
}
END_TEST

/* Whether the bank is asked daily or once a month: apart from that, the same life. */
START_TEST(rich__however_often_it_is_asked)
{
    struct mk_events once = life_fetch(&ledger, 1, LIFE_TODAY, LIFE_TODAY + 30);
    int64_t sum = 0;
    size_t count = 0;

    for (size_t i = 0; i < once.count; i++) {
        if (once.items[i].key.ordinal == 0)
            sum += mk_life_amount(&ledger, &once.items[i].key);
        count += once.items[i].key.ordinal == 0;
    }
    for (int32_t day = 1; day <= 30; day++) {
        struct mk_events daily =
            life_fetch(&ledger, (uint32_t)day, LIFE_TODAY + day - 1, LIFE_TODAY + day);
        for (size_t i = 0; i < daily.count; i++) {
            if (daily.items[i].key.ordinal == 0)
                sum -= mk_life_amount(&ledger, &daily.items[i].key);
            count -= daily.items[i].key.ordinal == 0;
        }
        mk_events_done(&daily);
    }
    ck_assert_int_eq(sum, 0);
    ck_assert_uint_eq(count, 0);
    mk_events_done(&once);
}
END_TEST

/* After a long silence no more than 24 months; a day that lies back brings its own rows only. */
START_TEST(rich__odd_days)
{
    struct mk_events late = life_fetch(&ledger, 1, LIFE_TODAY, LIFE_TODAY + 4000);
    struct mk_events back = life_fetch(&ledger, 1, LIFE_TODAY, LIFE_TODAY - 10);

    ck_assert_int_ge(late.items[0].key.day, LIFE_TODAY + 4000 - 729);
    ck_assert_uint_le(late.count, 2050);
    ck_assert_uint_le(back.count, 2);
    ck_assert_int_eq(back.items[0].key.day, LIFE_TODAY - 10);
    mk_events_done(&late);
    mk_events_done(&back);
}
END_TEST

Suite *life_rich_suite(void)
{
    Suite *suite = suite_create("life_rich");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, rich__twenty_four_months, 0, 10);
    tcase_add_loop_test(all, rich__both_sides_agree, 0, (int)MK_COUNT(payments));
    tcase_add_test(all, rich__card_is_paid_in_full);
    tcase_add_test(all, rich__seasons);
    tcase_add_loop_test(all, rich__salary, 0, 3);
    tcase_add_test(all, rich__subscriptions);
    tcase_add_loop_test(all, rich__names_of_the_country, 0, MK_COUNTRY_COUNT);
    tcase_add_test(all, rich__without_enrichment);
    tcase_add_test(all, rich__times);
    tcase_add_test(all, rich__later_fetches);
    tcase_add_test(all, rich__however_often_it_is_asked);
    tcase_add_test(all, rich__odd_days);
    suite_add_tcase(suite, all);
    return suite;
}
