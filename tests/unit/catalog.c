/* SPDX-License-Identifier: MIT */
#include "core/catalog.h"

#include "base/memory.h"
#include "data/assets.h"
#include "unit/suites.h"

#include <string.h>
#include <strings.h>

static struct mk_catalog *catalog;

static void open_catalog(void)
{
    catalog = mk_catalog_new(mk_asset_institutions.bytes, mk_asset_institutions.length,
                             "http://sandbox.test:1234");
    ck_assert_ptr_nonnull(catalog);
}

static void close_catalog(void)
{
    mk_catalog_free(catalog);
}

static const struct mk_institution *get(const char *id)
{
    size_t found = mk_catalog_find(catalog, id);

    ck_assert_msg(found < mk_catalog_count(catalog), "%s", id);
    return mk_catalog_at(catalog, found);
}

START_TEST(data__sandbox_banks_come_first)
{
    static const char *const ids[] = { "moneykit-creds-bank", "moneykit-instant-bank",
                                       "moneykit-oauth-bank" };
    static const char *const names[] = { "Credentials Bank", "Instant Bank", "OAuth Bank" };
    static const enum mk_flow_kind flows[] = { MK_FLOW_CREDENTIALS, MK_FLOW_INSTANT,
                                               MK_FLOW_OAUTH };

    for (size_t i = 0; i < MK_COUNT(ids); i++) {
        const struct mk_institution *bank = mk_catalog_at(catalog, i);
        ck_assert_str_eq(bank->id, ids[i]);
        ck_assert_str_eq(bank->name, names[i]);
        ck_assert_int_eq(bank->flow, flows[i]);
        ck_assert_int_eq(bank->provider, MK_PROVIDER_MONEYKIT);
        ck_assert_int_eq(bank->country, MK_COUNTRY_US);
        ck_assert(bank->featured);
    }
}
END_TEST

/* The documentation's example is a link at this bank. */
START_TEST(data__chase)
{
    const struct mk_institution *chase = get("chase");

    ck_assert_str_eq(chase->name, "Chase");
    ck_assert_int_eq(chase->provider, MK_PROVIDER_MX);
    ck_assert_int_eq(chase->country, MK_COUNTRY_US);
    ck_assert_ptr_eq(get("ins_56"), chase);
    ck_assert_ptr_eq(get("mx.chase"), chase);
    ck_assert_str_eq(chase->avatar, "http://sandbox.test:1234/connect/avatars/chase");
}
END_TEST

START_TEST(data__search_groups)
{
    size_t counts[MK_SEARCH_GROUP_COUNT] = { 0 };

    for (size_t i = 0; i < mk_catalog_count(catalog); i++) {
        const struct mk_institution *institution = mk_catalog_at(catalog, i);
        counts[institution->search_group]++;
        ck_assert(!institution->featured || institution->search_group == MK_GROUP_PRIMARY);
    }
    ck_assert_uint_ge(counts[MK_GROUP_PRIMARY], 8);
    ck_assert_uint_ge(counts[MK_GROUP_SECONDARY], 8);
    ck_assert_uint_ge(counts[MK_GROUP_TERTIARY], 8);
    ck_assert_int_eq(get("ally")->search_group, MK_GROUP_SECONDARY); /* the file says nothing */
    ck_assert_int_eq(get("marcus")->search_group, MK_GROUP_TERTIARY);
}
END_TEST

START_TEST(data__featured_first)
{
    bool featured = true;

    for (size_t i = 0; i < mk_catalog_count(catalog); i++) {
        ck_assert_msg(featured || !mk_catalog_at(catalog, i)->featured, "row %zu", i);
        featured = mk_catalog_at(catalog, i)->featured;
    }
    ck_assert_uint_ge(mk_catalog_count(catalog), 40);
}
END_TEST

static bool is_color(const char *text)
{
    return strlen(text) == 7 && text[0] == '#' && strspn(text + 1, "0123456789abcdef") == 6;
}

START_TEST(data__every_row_is_complete)
{
    static const unsigned configurable = 1U << MK_PRODUCT_ACCOUNT_NUMBERS |
                                         1U << MK_PRODUCT_IDENTITY | 1U << MK_PRODUCT_TRANSACTIONS |
                                         1U << MK_PRODUCT_INVESTMENTS;
    unsigned countries = 0;

    for (size_t i = 0; i < mk_catalog_count(catalog); i++) {
        const struct mk_institution *row = mk_catalog_at(catalog, i);
        ck_assert_str_ne(row->name, "");
        ck_assert_ptr_nonnull(strchr(row->domain, '.'));
        ck_assert(is_color(row->color) && is_color(row->color_dark));
        ck_assert(json_is_array(row->aliases));
        ck_assert_uint_ne(row->products & 1U << MK_PRODUCT_ACCOUNTS, 0);
        ck_assert_uint_ne(row->products & configurable, 0);
        ck_assert_uint_eq(row->products & ~(configurable | 1U << MK_PRODUCT_ACCOUNTS), 0);
        /* Session tokens write it into JSON and avatars into a path as it is. */
        ck_assert_uint_eq(strspn(row->id, "abcdefghijklmnopqrstuvwxyz0123456789_-"),
                          strlen(row->id));
        countries |= 1U << row->country;
    }
    ck_assert_uint_eq(countries, (1U << MK_COUNTRY_COUNT) - 1);
}
END_TEST

/* An id or alias names one row only, or half of the catalog could not be reached. */
START_TEST(data__every_name_finds_its_row)
{
    for (size_t i = 0; i < mk_catalog_count(catalog); i++) {
        const struct mk_institution *row = mk_catalog_at(catalog, i);
        size_t index;
        json_t *alias;
        ck_assert_uint_eq(mk_catalog_find(catalog, row->id), i);
        json_array_foreach((json_t *)row->aliases, index, alias)
            ck_assert_uint_eq(mk_catalog_find(catalog, json_string_value(alias)), i);
    }
}
END_TEST

START_TEST(find__strangers)
{
    static const char *const ids[] = { "", "Chase", "CHASE", "chas", "chase ", "mx.", "ins_999" };

    for (size_t i = 0; i < MK_COUNT(ids); i++)
        ck_assert_uint_eq(mk_catalog_find(catalog, ids[i]), mk_catalog_count(catalog));
}
END_TEST

static const struct {
    const char *part;
    bool is_in_it;
} parts[] = {
    { "", true },       { "Bank of America", true }, { "bank", true },
    { "OF AM", true },  { "america", true },         { "Bank  of", false },
    { "chase", false }, { "America.", false },       { "Bank of America Corp", false },
};

START_TEST(name_has__table)
{
    ck_assert(mk_institution_name_has(get("bank_of_america"), parts[_i].part) ==
              parts[_i].is_in_it);
}
END_TEST

#define ROW(products, aliases, more) \
    "{\"institution_id\":\"a\",\"name\":\"A\",\"institution_id_aliases\":" aliases \
    ",\"domain\":\"a.example\",\"color\":\"#000000\",\"color_dark\":\"#ffffff\"," \
    "\"is_featured\":true,\"products\":" products more "}"
#define REST ",\"country\":\"US\",\"provider\":\"mx\",\"flow\":\"oauth\""

static const struct {
    const char *json;
    bool fine;
} files[] = {
    { "[]", true },
    { "[" ROW("[]", "[]", REST) "]", true },
    { "[" ROW("[\"identity\"]", "[\"b\"]", REST) "]", true },
    { "", false },
    { "[", false },
    { "{}", false },
    { "null", false },
    { "[1]", false },
    { "[{}]", false },
    { "[[]]", false },
    { "[" ROW("[\"gold\"]", "[]", REST) "]", false },
    { "[" ROW("[1]", "[]", REST) "]", false },
    { "[" ROW("[null]", "[]", REST) "]", false },
    { "[" ROW("{}", "[]", REST) "]", false },
    { "[" ROW("\"identity\"", "[]", REST) "]", false },
    { "[" ROW("[]", "[1]", REST) "]", false },
    { "[" ROW("[]", "[\"b\",null]", REST) "]", false },
    { "[" ROW("[]", "\"b\"", REST) "]", false },
    { "[" ROW("[]", "[]", ",\"country\":\"US\",\"provider\":\"mx\"") "]", false },
    { "[" ROW("[]", "[]", ",\"country\":\"FR\",\"provider\":\"mx\",\"flow\":\"oauth\"") "]",
      false },
    { "[" ROW("[]", "[]", ",\"country\":\"US\",\"provider\":\"x\",\"flow\":\"oauth\"") "]", false },
    { "[" ROW("[]", "[]", ",\"country\":\"US\",\"provider\":\"mx\",\"flow\":\"x\"") "]", false },
    { "[" ROW("[]", "[]", ",\"country\":1,\"provider\":\"mx\",\"flow\":\"oauth\"") "]", false },
    { "[" ROW("[]", "[]", REST ",\"search_group\":\"tertiary\"") "]", true },
    { "[" ROW("[]", "[]", REST ",\"search_group\":\"x\"") "]", false },
    { "[" ROW("[]", "[]", REST ",\"search_group\":1") "]", false },
    { "[" ROW("[]", "[]", REST ",\"flow\":\"oauth\"") "]", false }, /* a key twice */
    { "[" ROW("[]", "[]", REST) "," ROW("[1]", "[]", REST) "]", false },
};

START_TEST(new__broken_data)
{
    struct mk_catalog *made = mk_catalog_new(files[_i].json, strlen(files[_i].json), "http://x");

    ck_assert((made != NULL) == files[_i].fine);
    if (made != NULL)
        ck_assert_uint_eq(mk_catalog_find(made, "stranger"), mk_catalog_count(made));
    mk_catalog_free(made);
}
END_TEST

START_TEST(new__accounts_come_with_every_bank)
{
    static const char json[] = "[" ROW("[]", "[]", REST) "]";
    struct mk_catalog *made = mk_catalog_new(json, sizeof(json) - 1, "http://x");

    ck_assert_uint_eq(mk_catalog_at(made, 0)->products, 1U << MK_PRODUCT_ACCOUNTS);
    mk_catalog_free(made);
    mk_catalog_free(NULL);
}
END_TEST

Suite *catalog_suite(void)
{
    Suite *suite = suite_create("catalog");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_catalog, close_catalog);
    tcase_add_test(all, data__sandbox_banks_come_first);
    tcase_add_test(all, data__chase);
    tcase_add_test(all, data__search_groups);
    tcase_add_test(all, data__featured_first);
    tcase_add_test(all, data__every_row_is_complete);
    tcase_add_test(all, data__every_name_finds_its_row);
    tcase_add_test(all, find__strangers);
    tcase_add_loop_test(all, name_has__table, 0, (int)MK_COUNT(parts));
    tcase_add_loop_test(all, new__broken_data, 0, (int)MK_COUNT(files));
    tcase_add_test(all, new__accounts_come_with_every_bank);
    suite_add_tcase(suite, all);
    return suite;
}
