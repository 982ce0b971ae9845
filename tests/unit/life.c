/* SPDX-License-Identifier: MIT */
/* What holds for the transactions of every profile. */
#include "core/life.h"

#include "base/memory.h"
#include "core/categories.h"
#include "support/life.h"
#include "unit/suites.h"

#include <stdlib.h>

static struct mk_bank *bank;

static void open_bank(void)
{
    bank = life_bank();
}

static void close_bank(void)
{
    mk_bank_free(bank);
}

static const char *const usernames[] = { "user_good", "user_rich", "user_large", "user_empty" };

static bool is_same_key(const struct mk_transaction_key *a, const struct mk_transaction_key *b)
{
    return a->fetch == b->fetch && a->ordinal == b->ordinal && a->day == b->day &&
           a->source == b->source && a->account == b->account;
}

/* The days of a hundred fetches: some on one day, some a day or a month apart, once four years. */
static int32_t day_of_fetch(uint32_t number)
{
    static const int32_t steps[] = { 0, 1, 0, 0, 1, 7, 1, 31, 0, 2 };
    int32_t day = LIFE_TODAY + (number >= 50 ? 1461 : 0);

    for (uint32_t i = 1; i <= number; i++)
        day += steps[i % MK_COUNT(steps)];
    return day;
}

static struct mk_events fetch_number(const struct mk_ledger *ledger, uint32_t number)
{
    uint32_t before = number == 0 ? 0 : number - 1;

    return life_fetch(ledger, number, day_of_fetch(before), day_of_fetch(number));
}

static int compare_keys(const void *left, const void *right)
{
    const struct mk_transaction_key *a = left;
    const struct mk_transaction_key *b = right;

    if (a->fetch != b->fetch)
        return a->fetch < b->fetch ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    return a->account - b->account;
}

START_TEST(fetch__no_key_comes_twice)
{
    struct mk_ledger ledger = life_ledger(bank, usernames[_i], MK_COUNTRY_US, 5);
    struct mk_events all = { .items = NULL };
    struct mk_transaction_key *keys;

    for (uint32_t number = 0; number < 100; number++) {
        const struct mk_fetch fetch = { .number = number,
                                        .day = day_of_fetch(number),
                                        .previous_day =
                                            day_of_fetch(number == 0 ? 0 : number - 1) };
        mk_life_fetch(&ledger, &fetch, false, &all); /* adds to what is there */
    }
    keys = mk_alloc_zero(all.count + 1, sizeof(*keys));
    for (size_t i = 0; i < all.count; i++)
        keys[i] = all.items[i].key;
    qsort(keys, all.count, sizeof(*keys), compare_keys);
    for (size_t i = 1; i < all.count; i++)
        ck_assert_int_ne(compare_keys(&keys[i - 1], &keys[i]), 0);
    free(keys);
    mk_events_done(&all);
}
END_TEST

START_TEST(fetch__oldest_first_and_not_of_tomorrow)
{
    struct mk_ledger ledger = life_ledger(bank, usernames[_i], MK_COUNTRY_GB, 5);

    for (uint32_t number = 0; number < 100; number++) {
        struct mk_events events = fetch_number(&ledger, number);
        for (size_t i = 0; i < events.count; i++) {
            const struct mk_transaction_key *key = &events.items[i].key;
            ck_assert_uint_eq(key->fetch, number);
            ck_assert_uint_lt(key->account, ledger.account_count);
            ck_assert_int_le(key->day, day_of_fetch(number));
            if (i > 0)
                ck_assert_int_ge(key->day, events.items[i - 1].key.day);
        }
        mk_events_done(&events);
    }
}
END_TEST

/* user_empty: never anything. The others: always something. */
START_TEST(fetch__brings_something)
{
    struct mk_ledger ledger = life_ledger(bank, usernames[_i], MK_COUNTRY_CA, 5);
    bool is_empty = strcmp(usernames[_i], "user_empty") == 0;

    for (uint32_t number = 0; number < 100; number++) {
        struct mk_events events = fetch_number(&ledger, number);
        ck_assert((events.count == 0) == is_empty);
        mk_events_done(&events);
    }
}
END_TEST

START_TEST(fetch__pending_only_on_its_own_day)
{
    struct mk_ledger ledger = life_ledger(bank, usernames[_i], MK_COUNTRY_US, 5);

    for (uint32_t number = 0; number < 100; number++) {
        const struct mk_fetch fetch = { .number = number,
                                        .day = day_of_fetch(number),
                                        .previous_day =
                                            day_of_fetch(number == 0 ? 0 : number - 1) };
        struct mk_events events = fetch_number(&ledger, number);
        struct mk_events pending = { .items = NULL };
        size_t next = 0;

        mk_life_fetch(&ledger, &fetch, true, &pending);
        for (size_t i = 0; i < events.count; i++) {
            if (!events.items[i].is_pending)
                continue;
            ck_assert_int_eq(events.items[i].key.day, fetch.day);
            ck_assert_uint_lt(next, pending.count);
            ck_assert(pending.items[next].is_pending);
            ck_assert(is_same_key(&events.items[i].key, &pending.items[next].key));
            next++;
        }
        ck_assert_uint_eq(next, pending.count);
        mk_events_done(&events);
        mk_events_done(&pending);
    }
}
END_TEST

/* The same ledger made twice: the same transactions, to the last text. */
START_TEST(describe__repeats)
{
    struct mk_ledger one = life_ledger(bank, usernames[_i], MK_COUNTRY_US, 99);
    struct mk_bank *other_bank = life_bank();
    struct mk_ledger two = life_ledger(other_bank, usernames[_i], MK_COUNTRY_US, 99);
    struct mk_events events = life_first(&one);
    struct mk_events again = life_first(&two);

    ck_assert_uint_eq(events.count, again.count);
    for (size_t i = 0; i < events.count; i++) {
        struct mk_transaction a = life_describe(&one, &events.items[i]);
        struct mk_transaction b = life_describe(&two, &again.items[i]);
        ck_assert(is_same_key(&a.key, &b.key));
        ck_assert_int_eq(a.amount, b.amount);
        ck_assert_int_eq(a.moment, b.moment);
        ck_assert_str_eq(a.description, b.description);
        ck_assert_str_eq(a.raw_description, b.raw_description);
        ck_assert_int_eq(a.enrichment.confidence, b.enrichment.confidence);
    }
    mk_events_done(&events);
    mk_events_done(&again);
    mk_bank_free(other_bank);
}
END_TEST

/* The recorded sandbox is the same on every link, the rest is not. */
START_TEST(describe__other_links)
{
    struct mk_ledger one = life_ledger(bank, usernames[_i], MK_COUNTRY_US, 1);
    struct mk_ledger two = life_ledger(bank, usernames[_i], MK_COUNTRY_US, 2);
    struct mk_events events = life_first(&one);
    size_t different = 0;

    for (size_t i = 0; i < events.count; i++) {
        const struct mk_transaction_key *key = &events.items[i].key;
        different += mk_life_amount(&one, key) != mk_life_amount(&two, key);
    }
    if (strcmp(usernames[_i], "user_good") == 0)
        ck_assert_uint_eq(different, 0);
    if (strcmp(usernames[_i], "user_rich") == 0 || strcmp(usernames[_i], "user_large") == 0)
        ck_assert_uint_gt(different, events.count / 3);
    mk_events_done(&events);
}
END_TEST

static void check_enrichment(const struct mk_transaction *found)
{
    const struct mk_enrichment *enrichment = &found->enrichment;

    if (!enrichment->is_known) {
        ck_assert_ptr_null(enrichment->merchant.name);
        ck_assert_ptr_null(enrichment->frequency);
        return;
    }
    ck_assert(mk_category_has(enrichment->category, enrichment->subcategory));
    ck_assert_int_ge(enrichment->confidence, 1);
    ck_assert_int_le(enrichment->confidence, 99); /* 100 is a correction's */
    if (enrichment->merchant.name != NULL)
        ck_assert_int_eq(enrichment->merchant.confidence, enrichment->confidence);
    if (enrichment->frequency != NULL)
        ck_assert_int_gt(enrichment->next_day, found->day);
}

START_TEST(describe__is_complete)
{
    struct mk_ledger ledger = life_ledger(bank, usernames[_i], (enum mk_country)(_i % 3), 3);

    for (uint32_t number = 0; number < 10; number++) {
        struct mk_events events = fetch_number(&ledger, number);
        for (size_t i = 0; i < events.count; i++) {
            struct mk_transaction found = life_describe(&ledger, &events.items[i]);
            ck_assert(is_same_key(&found.key, &events.items[i].key));
            ck_assert_uint_eq(found.account, found.key.account);
            ck_assert_int_eq(found.day, found.key.day);
            ck_assert_int_ne(found.amount, 0);
            ck_assert_int_eq(found.amount, mk_life_amount(&ledger, &found.key));
            ck_assert_str_ne(found.description, "");
            ck_assert_uint_eq(strspn(found.raw_description, "abcdefghijklmnopqrstuvwxyz"), 0);
            ck_assert_uint_lt(strlen(found.raw_description), sizeof(found.raw_description) - 1);
            if (found.moment != MK_NEVER)
                ck_assert_int_eq(mk_day_of(found.moment), found.day);
            check_enrichment(&found);
        }
        mk_events_done(&events);
    }
}
END_TEST

/* 10,000 in all, 13 or 14 a day, on each of the three accounts; later just a few. */
START_TEST(large__counts)
{
    struct mk_ledger ledger = life_ledger(bank, "user_large", MK_COUNTRY_US, 3);
    struct mk_events events = life_first(&ledger);
    size_t by_account[3] = { 0 };
    size_t by_day[730] = { 0 };

    ck_assert_uint_eq(events.count, 10000);
    for (size_t i = 0; i < events.count; i++) {
        by_account[events.items[i].key.account]++;
        by_day[events.items[i].key.day - (LIFE_TODAY - 729)]++;
    }
    for (size_t i = 0; i < MK_COUNT(by_day); i++)
        ck_assert(by_day[i] == 13 || by_day[i] == 14);
    for (size_t i = 0; i < MK_COUNT(by_account); i++)
        ck_assert_uint_ge(by_account[i], 500);
    mk_events_done(&events);

    for (uint32_t number = 1; number < 100; number++) {
        events = fetch_number(&ledger, number);
        ck_assert_uint_ge(events.count, 2);
        ck_assert_uint_le(events.count, 5);
        mk_events_done(&events);
    }
}
END_TEST

/* Times go up through a day, as the order of the transactions does. */
START_TEST(describe__times_go_up)
{
    struct mk_ledger ledger = life_ledger(bank, usernames[_i], MK_COUNTRY_US, 3);
    struct mk_events events = life_first(&ledger);
    int64_t last = INT64_MIN;

    for (size_t i = 0; i < events.count; i++) {
        int64_t moment = life_describe(&ledger, &events.items[i]).moment;
        if (moment == MK_NEVER)
            continue;
        ck_assert_int_ge(moment, last);
        last = moment;
    }
    mk_events_done(&events);
}
END_TEST

static void check_balances(const char *username, uint64_t seed, enum mk_country country)
{
    struct mk_ledger ledger = life_ledger(bank, username, country, seed);
    int32_t day = LIFE_TODAY + 31 * (int32_t)(seed % 12); /* in any month */
    struct mk_events events = life_fetch(&ledger, 0, day, day);
    uint8_t checking = life_account(&ledger, "depository.checking");
    uint8_t savings = life_account(&ledger, "depository.savings");
    int64_t balances[MK_ACCOUNTS_MAX];

    for (size_t i = 0; i < ledger.account_count; i++)
        balances[i] = ledger.accounts[i].plan->current;
    for (size_t i = events.count; i-- > 0;) {
        if (!events.items[i].is_pending)
            balances[events.items[i].key.account] -= mk_life_amount(&ledger, &events.items[i].key);
        ck_assert_msg(balances[checking] > 0 && balances[savings] > 0, "%s seed %d row %zu",
                      username, (int)seed, i);
    }
    mk_events_done(&events);
}

/* Walked back from what the bank tells, no account with money in it was ever empty. */
START_TEST(balances__never_below_zero)
{
    for (int country = 0; country < MK_COUNTRY_COUNT; country++) {
        check_balances("user_rich", (uint64_t)_i, (enum mk_country)country);
        check_balances("user_large", (uint64_t)_i, (enum mk_country)country);
    }
}
END_TEST

Suite *life_suite(void)
{
    Suite *suite = suite_create("life");
    TCase *all = tcase_create("all");
    int profiles = (int)MK_COUNT(usernames);

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, fetch__no_key_comes_twice, 0, profiles);
    tcase_add_loop_test(all, fetch__oldest_first_and_not_of_tomorrow, 0, profiles);
    tcase_add_loop_test(all, fetch__brings_something, 0, profiles);
    tcase_add_loop_test(all, fetch__pending_only_on_its_own_day, 0, profiles);
    tcase_add_loop_test(all, describe__repeats, 0, profiles);
    tcase_add_loop_test(all, describe__other_links, 0, profiles);
    tcase_add_loop_test(all, describe__is_complete, 0, profiles);
    tcase_add_loop_test(all, describe__times_go_up, 1, 3);
    tcase_add_test(all, large__counts);
    tcase_add_loop_test(all, balances__never_below_zero, 0, 21);
    suite_add_tcase(suite, all);
    return suite;
}
