/* SPDX-License-Identifier: MIT */
/* Account numbers of each country, against check digits computed here in other ways. */
#include "core/numbers.h"

#include "support/ledger.h"
#include "unit/suites.h"

#include <ctype.h>
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

static bool is_digits(const char *text, size_t least, size_t most)
{
    size_t length = strlen(text);

    return length >= least && length <= most && strspn(text, "0123456789") == length;
}

/* As MoneyKit's documentation writes it. */
static bool passes_aba(const char *text)
{
    int d[9];

    if (!is_digits(text, 9, 9))
        return false;
    for (int i = 0; i < 9; i++)
        d[i] = text[i] - '0';
    return (3 * (d[0] + d[3] + d[6]) + 7 * (d[1] + d[4] + d[7]) + d[2] + d[5] + d[8]) % 10 == 0;
}

/* ISO 13616: the first four to the end, letters as numbers, and then a long division by 97. */
static bool passes_iban(const char *text)
{
    char turned[64];
    int rest = 0;

    snprintf(turned, sizeof(turned), "%s%.4s", text + 4, text);
    for (const char *at = turned; *at != '\0'; at++) {
        int value = isdigit((unsigned char)*at) ? *at - '0' : *at - 'A' + 10;
        if (value >= 10)
            rest = (rest * 10 + value / 10) % 97;
        rest = (rest * 10 + value % 10) % 97;
    }
    return rest == 1;
}

/* The row 089000 089999 MOD10 of VocaLink's weight table. */
static bool passes_vocalink(const char *sort_code, const char *account)
{
    const char *weights = "71371371";
    int sum = 0;

    if (strncmp(sort_code, "089", 3) != 0 || !is_digits(sort_code, 6, 6) ||
        !is_digits(account, 8, 8))
        return false;
    for (int i = 0; i < 8; i++)
        sum += (weights[i] - '0') * (account[i] - '0');
    return sum % 10 == 0;
}

START_TEST(numbers__the_checks_of_this_test)
{
    ck_assert(passes_aba("021000021"));
    ck_assert(passes_aba("122105155"));
    ck_assert(!passes_aba("021000012"));
    ck_assert(passes_iban("GB29NWBK60161331926819"));
    ck_assert(passes_iban("GB82WEST12345698765432"));
    ck_assert(passes_iban("DE89370400440532013000"));
    ck_assert(!passes_iban("GB82WEST12345698765423"));
    ck_assert(passes_vocalink("089999", "66374958")); /* VocaLink's own test cases, both */
    ck_assert(!passes_vocalink("089999", "66374959"));
}
END_TEST

START_TEST(numbers__routing_number)
{
    static const char *const good[] = { "021000021", "122105155", "011401533", "111000025" };
    static const char *const bad[] = { "111222333", "021000022", "02100002",  "0210000210",
                                       "02100002x", "x21000021", " 21000021", "" };

    for (size_t i = 0; i < MK_COUNT(good); i++)
        ck_assert_msg(mk_routing_number_is_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < MK_COUNT(bad); i++)
        ck_assert_msg(!mk_routing_number_is_valid(bad[i]), "%s", bad[i]);
}
END_TEST

static struct mk_ledger open_ledger(const char *institution, const char *username)
{
    return ledger_of(&bank, ledger_link(&bank, institution, username, NULL));
}

static bool numbers_of(const struct mk_ledger *ledger, uint32_t number, struct mk_numbers *ret)
{
    struct mk_account account = { .number = number, .type = "depository.other" };

    if (number < MK_ACCOUNTS_MAX && number < ledger->account_count)
        account.type = ledger->accounts[number].type;
    return mk_numbers_of(ledger, &account, ret);
}

/* The numbers of the first account, which has some, as this institution would give them. */
static struct mk_numbers numbers_at(struct mk_ledger ledger, size_t institution)
{
    struct mk_numbers numbers;

    ledger.institution = mk_catalog_at(bank.catalog, institution);
    ck_assert(numbers_of(&ledger, 0, &numbers));
    ck_assert_ptr_null(numbers.given);
    return numbers;
}

START_TEST(numbers__recorded)
{
    const struct mk_ledger ledger = open_ledger("moneykit-creds-bank", "user_good");
    struct mk_numbers checking;
    struct mk_numbers savings;

    ck_assert(numbers_of(&ledger, 0, &checking));
    ck_assert(!numbers_of(&ledger, 1, &savings)); /* the card */
    ck_assert(numbers_of(&ledger, 2, &savings));
    ck_assert(!numbers_of(&ledger, MK_IMPORTED_ACCOUNT_FIRST, &savings));
    ck_assert(is_digits(checking.account, 12, 12));
    ck_assert(is_digits(savings.account, 12, 12));
    ck_assert_str_ne(checking.account, savings.account);
    ck_assert_str_eq(checking.routing, "111222333");
    ck_assert_str_eq(checking.wire_routing, "");
    ck_assert_str_eq(checking.sort_code, "");
    ck_assert_str_eq(checking.institution, "");
    ck_assert_str_eq(checking.iban, "");
}
END_TEST

START_TEST(numbers__function_of_link_and_account)
{
    const struct mk_ledger one = open_ledger("moneykit-creds-bank", "user_good");
    const struct mk_ledger other = open_ledger("moneykit-creds-bank", "user_good");
    struct mk_numbers first;
    struct mk_numbers again;

    ck_assert(numbers_of(&one, 0, &first));
    ck_assert(numbers_of(&one, 0, &again));
    ck_assert_mem_eq(&first, &again, sizeof(first));
    ck_assert(numbers_of(&other, 0, &again));
    ck_assert_str_ne(first.account, again.account);
}
END_TEST

START_TEST(numbers__of_every_us_bank)
{
    const struct mk_ledger ledger = open_ledger("chase", "user_rich");
    char last[MK_NUMBER_SIZE] = "";

    for (size_t i = 0; i < mk_catalog_count(bank.catalog); i++) {
        if (mk_catalog_at(bank.catalog, i)->country != MK_COUNTRY_US)
            continue;
        const struct mk_numbers numbers = numbers_at(ledger, i);
        ck_assert_msg(passes_aba(numbers.routing), "%s", numbers.routing);
        ck_assert_msg(passes_aba(numbers.wire_routing), "%s", numbers.wire_routing);
        ck_assert_str_ne(numbers.routing, numbers.wire_routing);
        ck_assert_str_ne(numbers.routing, last);
        ck_assert(is_digits(numbers.account, 12, 12));
        ck_assert_str_eq(numbers.sort_code, "");
        ck_assert_str_eq(numbers.institution, "");
        mk_copy_into(last, sizeof(last), numbers.routing);
    }
    ck_assert_str_ne(last, "");
}
END_TEST

static void expect_british(const struct mk_numbers *numbers)
{
    char bban[128];

    ck_assert_msg(passes_vocalink(numbers->sort_code, numbers->account), "%s %s",
                  numbers->sort_code, numbers->account);
    ck_assert_msg(passes_iban(numbers->iban), "%s", numbers->iban);
    ck_assert_uint_eq(strlen(numbers->iban), 22);
    ck_assert_uint_eq(strlen(numbers->bic), 8);
    ck_assert_uint_eq(strspn(numbers->bic, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 6);
    ck_assert(strncmp(numbers->bic + 4, "GB", 2) == 0);
    snprintf(bban, sizeof(bban), "%.4s%s%s", numbers->bic, numbers->sort_code, numbers->account);
    ck_assert_str_eq(numbers->iban + 4, bban);
    ck_assert(strncmp(numbers->iban, "GB", 2) == 0);
    ck_assert_str_eq(numbers->routing, "");
    ck_assert_str_eq(numbers->institution, "");
}

/* The recorded profile's too: a bank in GB has no routing numbers to give. */
START_TEST(numbers__of_every_gb_bank)
{
    static const char *const usernames[] = { "user_rich", "user_good" };
    bool seen[1000] = { false };

    for (size_t i = 0; i < mk_catalog_count(bank.catalog); i++) {
        if (mk_catalog_at(bank.catalog, i)->country != MK_COUNTRY_GB)
            continue;
        for (size_t j = 0; j < MK_COUNT(usernames); j++) {
            const struct mk_numbers numbers = numbers_at(open_ledger("monzo", usernames[j]), i);
            expect_british(&numbers);
            unsigned long branch = strtoul(numbers.sort_code + 3, NULL, 10);
            ck_assert_int_eq(seen[branch], j > 0);
            seen[branch] = true;
        }
    }
}
END_TEST

START_TEST(numbers__check_digits_of_many_accounts)
{
    struct mk_ledger ledger = open_ledger("monzo", "user_rich");

    for (ledger.seed = 0; ledger.seed < 200; ledger.seed++) {
        struct mk_numbers numbers;
        ck_assert(numbers_of(&ledger, 0, &numbers));
        expect_british(&numbers);
    }
}
END_TEST

START_TEST(numbers__of_every_ca_bank)
{
    struct mk_ledger ledger = open_ledger("rbc", "user_rich");
    bool has_length[13] = { false };

    for (size_t i = 0; i < mk_catalog_count(bank.catalog); i++) {
        if (mk_catalog_at(bank.catalog, i)->country != MK_COUNTRY_CA)
            continue;
        for (ledger.seed = 0; ledger.seed < 100; ledger.seed++) {
            const struct mk_numbers numbers = numbers_at(ledger, i);
            ck_assert(is_digits(numbers.institution, 3, 3));
            ck_assert(is_digits(numbers.branch, 5, 5));
            ck_assert(is_digits(numbers.account, 7, 12));
            ck_assert_str_eq(numbers.routing, "");
            ck_assert_str_eq(numbers.iban, "");
            has_length[strlen(numbers.account)] = true;
        }
    }
    for (size_t length = 7; length <= 12; length++)
        ck_assert(has_length[length]);
}
END_TEST

START_TEST(numbers__custom)
{
    static const char long_number[] = "DE00 0123456789 0123456789 0123456789 0123456789 0123456789";
    json_t *data = json_pack(
        "{s:[{s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}, {s:s, s:s, s:s}]}", "accounts", "account_type",
        "depository.checking", "name", "One", "account_number", long_number, "account_type",
        "depository.savings", "name", "Two", "account_number", "42", "routing_number", "021000021",
        "account_type", "liability.credit_card", "name", "Card", "account_number", "43");
    const struct mk_ledger ledger =
        ledger_of(&bank, ledger_link(&bank, "moneykit-creds-bank", "user_custom", data));
    struct mk_numbers numbers;

    ck_assert(numbers_of(&ledger, 0, &numbers));
    ck_assert_str_eq(numbers.given, long_number);
    ck_assert_str_eq(numbers.routing, "111222333");
    ck_assert(numbers_of(&ledger, 1, &numbers));
    ck_assert_str_eq(numbers.given, "42");
    ck_assert_str_eq(numbers.routing, "021000021");
    ck_assert_str_eq(numbers.wire_routing, "");
    ck_assert(!numbers_of(&ledger, 2, &numbers));
}
END_TEST

Suite *numbers_suite(void)
{
    Suite *suite = suite_create("numbers");
    TCase *tcase = tcase_create("numbers");

    tcase_add_checked_fixture(tcase, open_bank, close_bank);
    tcase_add_test(tcase, numbers__the_checks_of_this_test);
    tcase_add_test(tcase, numbers__routing_number);
    tcase_add_test(tcase, numbers__recorded);
    tcase_add_test(tcase, numbers__function_of_link_and_account);
    tcase_add_test(tcase, numbers__of_every_us_bank);
    tcase_add_test(tcase, numbers__of_every_gb_bank);
    tcase_add_test(tcase, numbers__check_digits_of_many_accounts);
    tcase_add_test(tcase, numbers__of_every_ca_bank);
    tcase_add_test(tcase, numbers__custom);
    suite_add_tcase(suite, tcase);
    return suite;
}
