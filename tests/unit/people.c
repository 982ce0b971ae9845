/* SPDX-License-Identifier: MIT */
/* Owners of accounts: made ones and those of custom data. */
#include "core/people.h"

#include "support/ledger.h"
#include "unit/suites.h"

#include <regex.h>
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

static json_t *owners_of(const struct mk_ledger *ledger, uint32_t number)
{
    const struct mk_account account = { .number = number };
    json_t *owners = mk_people_owners(ledger, &account);

    ck_assert(json_is_array(owners));
    return owners;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    ck_assert_msg(text != NULL, "%s", key);
    return text;
}

static bool is_like(const char *text, const char *pattern)
{
    regex_t regex;

    ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}

static void expect_address(const json_t *address, const char *country, bool is_primary)
{
    static const char *const codes[] = { [MK_COUNTRY_US] = "^[0-9]{5}$",
                                         [MK_COUNTRY_GB] = "^[A-Z]{1,2}[0-9]{1,2} [0-9][A-Z]{2}$",
                                         [MK_COUNTRY_CA] = "^[A-Z][0-9][A-Z] [0-9][A-Z][0-9]$" };
    int number = mk_term_find(mk_country_names, country);

    ck_assert_uint_eq(json_object_size(address), 6);
    ck_assert_str_eq(text_of(address, "country"), country);
    ck_assert_str_ne(text_of(address, "city"), "");
    ck_assert_str_ne(text_of(address, "region"), "");
    ck_assert(is_like(text_of(address, "street"), "^[1-9][0-9]* [A-Z]"));
    ck_assert_msg(is_like(text_of(address, "postal_code"), codes[number]), "%s",
                  text_of(address, "postal_code"));
    ck_assert_int_eq(json_is_true(json_object_get(address, "primary")), is_primary);
}

/* Only numbers that are kept for fiction: 555-01xx, and Ofcom's for drama. */
static void expect_phone(const json_t *phone, const char *country, const char *type)
{
    const char *pattern = strcmp(country, "GB") == 0
                              ? "^\\+44(7700900|1632960|2079460|3069990)[0-9]{3}$"
                              : "^\\+1[2-9][0-9]{2}55501[0-9]{2}$";

    ck_assert_uint_eq(json_object_size(phone), 3);
    ck_assert_msg(is_like(text_of(phone, "number"), pattern), "%s", text_of(phone, "number"));
    ck_assert_str_eq(text_of(phone, "type"), type);
    ck_assert_int_eq(json_is_true(json_object_get(phone, "primary")), strcmp(type, "mobile") == 0);
}

static void expect_email(const json_t *email, bool is_primary)
{
    ck_assert_uint_eq(json_object_size(email), 2);
    ck_assert_msg(is_like(text_of(email, "address"), "^[a-z]+\\.[a-z]+@example\\.(com|org|net)$"),
                  "%s", text_of(email, "address"));
    ck_assert_int_eq(json_is_true(json_object_get(email, "primary")), is_primary);
}

/* As the recorded sandbox has them: one of each, all primary. */
static void expect_plain_owner(const json_t *owner, const char *country)
{
    ck_assert_uint_eq(json_object_size(owner), 4);
    ck_assert_uint_eq(json_array_size(json_object_get(owner, "names")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(owner, "addresses")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(owner, "phone_numbers")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(owner, "emails")), 1);
    expect_address(json_array_get(json_object_get(owner, "addresses"), 0), country, true);
    expect_phone(json_array_get(json_object_get(owner, "phone_numbers"), 0), country, "mobile");
    expect_email(json_array_get(json_object_get(owner, "emails"), 0), true);
}

static void expect_rich_owner(const json_t *owner, const char *country)
{
    static const char *const types[] = { "mobile", "home", "work", "other" };
    const json_t *addresses = json_object_get(owner, "addresses");
    const json_t *phones = json_object_get(owner, "phone_numbers");
    const json_t *emails = json_object_get(owner, "emails");

    ck_assert_uint_eq(json_array_size(addresses), 2);
    ck_assert_uint_eq(json_array_size(phones), MK_COUNT(types));
    ck_assert_uint_eq(json_array_size(emails), 2);
    for (size_t i = 0; i < 2; i++) {
        expect_address(json_array_get(addresses, i), country, i == 0);
        expect_email(json_array_get(emails, i), i == 0);
    }
    for (size_t i = 0; i < MK_COUNT(types); i++)
        expect_phone(json_array_get(phones, i), country, types[i]);
    ck_assert(!json_equal(json_array_get(addresses, 0), json_array_get(addresses, 1)));
    ck_assert(!json_equal(json_array_get(emails, 0), json_array_get(emails, 1)));
}

/* Adds the only name of the owner to the set, where it must not be yet. */
static void expect_new_name(json_t *names, const json_t *owner)
{
    const char *name = json_string_value(json_array_get(json_object_get(owner, "names"), 0));

    ck_assert(is_like(name, "^[A-Z][a-z]+ [A-Z][a-z]+$"));
    ck_assert_msg(json_object_get(names, name) == NULL, "%s owns two accounts", name);
    json_object_set_new(names, name, json_true());
}

START_TEST(people__plain)
{
    static const char *const institutions[] = { "moneykit-creds-bank", "monzo", "rbc" };

    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        const struct mk_ledger ledger =
            ledger_of(&bank, ledger_link(&bank, institutions[i], "user_good", NULL));
        json_t *names = json_object();
        for (uint32_t account = 0; account < ledger.account_count; account++) {
            json_t *owners = owners_of(&ledger, account);
            ck_assert_uint_eq(json_array_size(owners), 1);
            expect_plain_owner(json_array_get(owners, 0),
                               mk_country_names[ledger.institution->country]);
            expect_new_name(names, json_array_get(owners, 0));
            json_decref(owners);
        }
        ck_assert_uint_eq(json_object_size(names), 3);
        json_decref(names);
    }
}
END_TEST

START_TEST(people__rich)
{
    static const char *const institutions[] = { "chase", "monzo", "rbc" };
    size_t joint = 0;

    for (size_t i = 0; i < MK_COUNT(institutions); i++) {
        const struct mk_ledger ledger =
            ledger_of(&bank, ledger_link(&bank, institutions[i], "user_rich", NULL));
        json_t *names = json_object();
        for (uint32_t account = 0; account < ledger.account_count; account++) {
            json_t *owners = owners_of(&ledger, account);
            size_t count = json_array_size(owners);
            ck_assert_uint_eq(count, ledger.accounts[account].plan->owner_count);
            for (size_t j = 0; j < count; j++) {
                expect_rich_owner(json_array_get(owners, j),
                                  mk_country_names[ledger.institution->country]);
                expect_new_name(names, json_array_get(owners, j));
            }
            joint += count > 1; /* who live together */
            ck_assert(json_equal(json_object_get(json_array_get(owners, 0), "addresses"),
                                 json_object_get(json_array_get(owners, count - 1), "addresses")));
            json_decref(owners);
        }
        json_decref(names);
    }
    ck_assert_uint_eq(joint, MK_COUNT(institutions));
}
END_TEST

START_TEST(people__function_of_link_and_account)
{
    const struct mk_link *link = ledger_link(&bank, "chase", "user_good", NULL);
    const struct mk_ledger one = ledger_of(&bank, link);
    const struct mk_ledger same = ledger_of(&bank, link);
    const struct mk_ledger other = ledger_of(&bank, ledger_link(&bank, "chase", "user_good", NULL));
    json_t *first = owners_of(&one, 0);
    json_t *again = owners_of(&same, 0);
    json_t *others = owners_of(&other, 0);

    ck_assert(json_equal(first, again));
    ck_assert(!json_equal(first, others));
    json_decref(first);
    json_decref(again);
    json_decref(others);
}
END_TEST

/* However the seeds fall, nobody in a link owns two accounts. */
START_TEST(people__names_differ)
{
    struct mk_ledger ledger =
        ledger_of(&bank, ledger_link(&bank, "moneykit-creds-bank", "user_good", NULL));
    const struct mk_bank_account account = ledger.accounts[0];

    for (size_t i = 0; i < MK_ACCOUNTS_MAX; i++)
        ledger.accounts[i] = account;
    ledger.account_count = MK_ACCOUNTS_MAX;
    for (ledger.seed = 0; ledger.seed < 50; ledger.seed++) {
        json_t *names = json_object();
        for (uint32_t i = 0; i < MK_ACCOUNTS_MAX; i++) {
            json_t *owners = owners_of(&ledger, i);
            expect_new_name(names, json_array_get(owners, 0));
            json_decref(owners);
        }
        json_decref(names);
    }
}
END_TEST

START_TEST(people__imported)
{
    const struct mk_ledger ledger =
        ledger_of(&bank, ledger_link(&bank, "moneykit-creds-bank", "user_good", NULL));
    json_t *owners = owners_of(&ledger, MK_IMPORTED_ACCOUNT_FIRST);

    ck_assert_uint_eq(json_array_size(owners), 0);
    json_decref(owners);
}
END_TEST

static const char two_accounts[] =
    "[{\"account_type\": \"depository.checking\", \"name\": \"One\", \"account_number\": \"1\"},"
    " {\"account_type\": \"liability.credit_card\", \"name\": \"Two\", \"account_number\": \"2\"}]";

/* A link with two custom accounts and these owners. */
static struct mk_ledger custom_ledger(const char *owners)
{
    json_t *data = json_pack("{s:o, s:o*}", "accounts", json_loads(two_accounts, 0, NULL), "owners",
                             owners != NULL ? json_loads(owners, 0, NULL) : NULL);

    return ledger_of(&bank, ledger_link(&bank, "moneykit-creds-bank", "user_custom", data));
}

START_TEST(people__custom_on_every_account)
{
    const struct mk_ledger ledger = custom_ledger(
        "[{\"names\": [\"Ann O'Dell\", \"Ann\"], \"addresses\": [{\"street\": \"1 A St\"}],"
        "  \"phone_numbers\": [{\"type\": \"work\", \"number\": \"1\", \"extra\": 1}],"
        "  \"emails\": [{\"address\": \"a@b.cd\", \"primary\": false}]},"
        " {\"emails\": [], \"phone_numbers\": [], \"addresses\": [], \"names\": []}]");
    json_t *wanted =
        json_loads("[{\"names\": [\"Ann O'Dell\", \"Ann\"], \"addresses\": [{\"city\": null,"
                   "  \"country\": null, \"postal_code\": null, \"region\": null,"
                   "  \"street\": \"1 A St\", \"primary\": null}], \"phone_numbers\":"
                   "  [{\"number\": \"1\", \"primary\": null, \"type\": \"work\"}],"
                   "  \"emails\": [{\"address\": \"a@b.cd\", \"primary\": false}]},"
                   " {\"names\": [], \"addresses\": [], \"phone_numbers\": [], \"emails\": []}]",
                   0, NULL);

    ck_assert_ptr_nonnull(wanted);
    for (uint32_t account = 0; account < 2; account++) {
        json_t *owners = owners_of(&ledger, account);
        ck_assert(json_equal(owners, wanted));
        json_decref(owners);
    }
    json_decref(wanted);
}
END_TEST

START_TEST(people__custom_without_owners)
{
    static const char *const none[] = { NULL, "null" };

    for (size_t i = 0; i < MK_COUNT(none); i++) {
        json_t *data = json_pack("{s:o}", "accounts", json_loads(two_accounts, 0, NULL));
        if (none[i] != NULL)
            json_object_set_new(data, "owners", json_null());
        const struct mk_ledger ledger =
            ledger_of(&bank, ledger_link(&bank, "moneykit-creds-bank", "user_custom", data));
        json_t *first = owners_of(&ledger, 0);
        json_t *second = owners_of(&ledger, 1);
        expect_plain_owner(json_array_get(first, 0), "US");
        expect_plain_owner(json_array_get(second, 0), "US");
        ck_assert(!json_equal(first, second));
        json_decref(first);
        json_decref(second);
    }
}
END_TEST

/* What lacks a list that people are made of is not taken. */
START_TEST(people__broken_data)
{
    static const char *const needed[] = { "given_names", "family_names", "email_domains",
                                          "countries" };
    json_t *data = json_loadb(mk_asset_people.bytes, mk_asset_people.length, 0, NULL);

    ck_assert_ptr_nonnull(data);
    ck_assert_ptr_null(mk_people_new("{", 1));
    for (size_t i = 0; i < MK_COUNT(needed); i++) {
        json_t *broken = json_copy(data);
        json_object_set_new(broken, needed[i], json_array());
        char *text = json_dumps(broken, 0);
        ck_assert_ptr_null(mk_people_new(text, strlen(text)));
        free(text);
        json_decref(broken);
    }
    json_decref(data);
}
END_TEST

Suite *people_suite(void)
{
    Suite *suite = suite_create("people");
    TCase *tcase = tcase_create("people");

    tcase_add_checked_fixture(tcase, open_bank, close_bank);
    tcase_add_test(tcase, people__plain);
    tcase_add_test(tcase, people__rich);
    tcase_add_test(tcase, people__function_of_link_and_account);
    tcase_add_test(tcase, people__names_differ);
    tcase_add_test(tcase, people__imported);
    tcase_add_test(tcase, people__custom_on_every_account);
    tcase_add_test(tcase, people__custom_without_owners);
    tcase_add_test(tcase, people__broken_data);
    suite_add_tcase(suite, tcase);
    return suite;
}
