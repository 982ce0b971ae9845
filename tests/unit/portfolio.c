/* SPDX-License-Identifier: MIT */
/* Portfolios of our own making and the books that follow from them. */
#include "core/portfolio.h"

#include "base/day.h"
#include "core/book.h"
#include "support/ledger.h"
#include "unit/suites.h"

#include <string.h>

static struct bank bank;
static struct mk_profile_account account = { .name = "Brokerage", .type = "investment.brokerage" };
static struct mk_profile profile = { .name = "test", .accounts = &account, .account_count = 1 };
static struct mk_persona persona = { .username = "test", .profile = &profile };

static void open_bank(void)
{
    bank = bank_open();
}

static void close_bank(void)
{
    mk_portfolio_free(profile.portfolio);
    profile.portfolio = NULL;
    bank_close(&bank);
}

/* A section with ' for ", of these holdings and trades. */
static struct mk_portfolio *read_section(const char *members)
{
    struct mk_text text = MK_TEXT(4096);
    struct mk_portfolio *portfolio;

    mk_text_print(&text,
                  "{'account_type': 'investment.brokerage', 'history_days': 31,"
                  " 'cash': '100.00', %s}",
                  members);
    for (size_t i = 0; i < text.length; i++)
        text.bytes[i] = text.bytes[i] == '\'' ? '"' : text.bytes[i];
    json_t *section = json_loads(text.bytes, 0, NULL);
    ck_assert_msg(section != NULL, "%s", text.bytes);
    portfolio = mk_portfolio_new(section, &profile);
    json_decref(section);
    mk_text_done(&text);
    return portfolio;
}

/* The book of a link made on 2026-01-01, as of so many days later. */
static struct mk_book open_book(const char *institution, const char *members, int32_t days)
{
    struct mk_ledger ledger = ledger_of(&bank, ledger_link(&bank, institution, "user_good", NULL));
    struct mk_book book;

    mk_portfolio_free(profile.portfolio);
    profile.portfolio = read_section(members);
    ck_assert_ptr_nonnull(profile.portfolio);
    ck_assert(mk_portfolio_fits(profile.portfolio, bank_data()->market));
    ledger.persona = &persona;
    ledger.account_count = 1;
    ledger.accounts[0] =
        (struct mk_bank_account){ .name = account.name, .type = account.type, .plan = &account };
    ck_assert(mk_book_open(&ledger, 0, BANK_NOW + days * MK_DAY, &book));
    return book;
}

START_TEST(portfolio__sells_what_is_left)
{
    struct mk_book book = open_book("chase",
                                    "'holdings': [{'security': 'loan', 'quantity': '5.00'}],"
                                    "'trades': [{'type': 'sell', 'description': 'Sold', 'security':"
                                    " 'loan', 'quantity': '3.00', 'fees': '1.00', 'day': 10}]",
                                    100);

    ck_assert_uint_eq(book.trade_count, 2); /* of five months */
    ck_assert_int_eq(book.trades[0].quantity, -3 * MK_MICRO);
    ck_assert_int_eq(book.trades[0].price, 10000);
    ck_assert_int_eq(book.trades[0].amount, -30000 + 100);
    ck_assert_int_eq(book.trades[1].quantity, -2 * MK_MICRO);
    ck_assert_int_eq(book.trades[1].amount, -20000 + 100);
    ck_assert_int_eq(book.positions[0].quantity, 0);
    ck_assert_int_eq(book.positions[0].cost, 0);
    ck_assert_int_eq(book.cash, 10000 + 50000 - 200);
    mk_book_close(&book);
}
END_TEST

START_TEST(portfolio__cost_is_the_average)
{
    struct mk_book book = open_book(
        "chase",
        "'holdings': [{'security': 'loan', 'quantity': '4.00'}],"
        "'trades': [{'type': 'buy', 'description': 'Bought', 'security': 'loan', 'amount':"
        " '400.00', 'day': 10, 'every': 12, 'month': 12}, {'type': 'sell', 'description':"
        " 'Sold', 'security': 'loan', 'quantity': '2.00', 'day': 11, 'every': 12,"
        " 'month': 12}]",
        0);

    ck_assert_uint_eq(book.trade_count, 2);
    ck_assert_int_eq(book.trades[0].quantity, 4 * MK_MICRO);
    ck_assert_int_eq(book.trades[0].amount, 40000);
    ck_assert_int_eq(book.trades[0].fees, MK_NO_MONEY);
    ck_assert_int_eq(book.positions[0].quantity, 6 * MK_MICRO);
    ck_assert_int_eq(book.positions[0].cost, 60000);
    mk_book_close(&book);
}
END_TEST

/* 100 units of 1.60 each, told in pounds. */
START_TEST(portfolio__dividends_follow_the_holding)
{
    static const char members[] = "'holdings': [{'security': 'loan', 'quantity': '100.00'}],"
                                  "'trades': [{'type': 'cash.interest', 'description': 'Interest"
                                  " of', 'security': 'loan', 'day': 10, 'every': 12, 'month': 12},"
                                  " {'type': 'cash.dividend', 'description': 'Dividend of',"
                                  " 'security': 'us_etf', 'day': 10}]";
    struct mk_book book = open_book("monzo", members, 0);
    const struct mk_trade *trade = &book.trades[0];

    ck_assert_uint_eq(book.trade_count, 1); /* no ETF, no dividend of it */
    ck_assert_int_eq(trade->amount, -mk_micro_times(16000, trade->rate));
    ck_assert_int_ne(trade->rate, 0);
    ck_assert_int_eq(trade->price, MK_NO_MONEY);
    ck_assert_int_eq(trade->quantity, 0);
    ck_assert_int_eq(trade->moment, MK_NEVER);
    mk_book_close(&book);

    book = open_book("chase", members, 0);
    ck_assert_int_eq(book.trades[0].amount, -16000);
    ck_assert_int_eq(book.trades[0].rate, 0);
    mk_book_close(&book);
}
END_TEST

/* Every day of 2026-02: the 7th and 8th are a weekend, as are the 14th and 15th. */
START_TEST(portfolio__weekends_wait_for_monday)
{
    static const struct {
        int planned;
        int done;
    } cases[] = { { 6, 6 }, { 7, 9 }, { 8, 9 }, { 9, 9 }, { 10, 10 }, { 14, 16 }, { 1, 2 } };

    for (size_t i = 0; i < MK_COUNT(cases); i++) {
        struct mk_text members = MK_TEXT(512);
        mk_text_print(&members,
                      "'holdings': [], 'trades': [{'type': 'transfer.in', 'description': 'In',"
                      " 'amount': '-5.00', 'day': %d, 'every': 12, 'month': 2}]",
                      cases[i].planned);
        struct mk_book book = open_book("chase", members.bytes, 90);
        ck_assert_uint_eq(book.trade_count, 1);
        const struct mk_date date = mk_date_of(book.trades[0].day);
        ck_assert_int_eq(date.month, 2);
        ck_assert_int_eq(date.day, cases[i].done);
        ck_assert_int_eq(book.cash, 10500);
        mk_book_close(&book);
        mk_text_done(&members);
    }
}
END_TEST

START_TEST(portfolio__fees)
{
    struct mk_book book = open_book("chase",
                                    "'holdings': [], 'trades': [{'type': 'fee.account_fee',"
                                    " 'description': 'Fee', 'amount': '25.00', 'day': 3,"
                                    " 'every': 12, 'month': 12}]",
                                    0);

    ck_assert_uint_eq(book.trade_count, 1);
    ck_assert_int_eq(book.trades[0].amount, 2500);
    ck_assert_int_eq(book.trades[0].fees, 2500);
    ck_assert_ptr_null(book.trades[0].security);
    ck_assert_int_eq(book.cash, 7500);
    mk_book_close(&book);
}
END_TEST

START_TEST(portfolio__broken)
{
    static const char *const broken[] = {
        "'holdings': []",
        "'holdings': [{'security': 'loan', 'quantity': 5}], 'trades': []",
        "'holdings': [{'security': 'loan', 'quantity': '-5.00'}], 'trades': []",
        "'holdings': [{'security': {'US': 'loan'}, 'quantity': '5.00'}], 'trades': []",
        "'holdings': [{'quantity': '5.00'}], 'trades': []",
        "'holdings': [], 'trades': [{'description': 'x', 'day': 1}]",
        "'holdings': [], 'trades': [{'type': 'buy', 'description': 'x', 'day': 1}]",
        "'holdings': [], 'trades': [{'type': 'transfer', 'description': 'x', 'day': 27}]",
        "'holdings': [], 'trades': [{'type': 'transfer', 'description': 'x', 'day': 0}]",
        "'holdings': [], 'trades': [{'type': 'cash', 'description': 'x', 'day': 1, 'every': 0}]",
        "'holdings': [], 'trades': [{'type': 'fee', 'description': '', 'day': 1, 'amount': '1.'}]",
        "'holdings': [], 'trades': [], 'account_type': 'investment.isa'",
    };

    for (size_t i = 0; i < MK_COUNT(broken); i++)
        ck_assert_msg(read_section(broken[i]) == NULL, "%s", broken[i]);
    profile.portfolio = read_section("'holdings': [{'security': {'US': 'loan', 'GB': 'loan', 'CA':"
                                     " 'no-such'}, 'quantity': '1.00'}], 'trades': []");
    ck_assert_ptr_nonnull(profile.portfolio);
    ck_assert(!mk_portfolio_fits(profile.portfolio, bank_data()->market));
    ck_assert(mk_portfolio_fits(NULL, bank_data()->market));
}
END_TEST

Suite *portfolio_suite(void)
{
    Suite *suite = suite_create("portfolio");
    TCase *tcase = tcase_create("portfolio");

    tcase_add_checked_fixture(tcase, open_bank, close_bank);
    tcase_add_test(tcase, portfolio__sells_what_is_left);
    tcase_add_test(tcase, portfolio__cost_is_the_average);
    tcase_add_test(tcase, portfolio__dividends_follow_the_holding);
    tcase_add_test(tcase, portfolio__weekends_wait_for_monday);
    tcase_add_test(tcase, portfolio__fees);
    tcase_add_test(tcase, portfolio__broken);
    suite_add_tcase(suite, tcase);
    return suite;
}
