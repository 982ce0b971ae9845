/* SPDX-License-Identifier: MIT */
/* Broken data files are found out when they are read. */
#include "base/memory.h"
#include "core/life.h"
#include "support/life.h"
#include "unit/suites.h"

#include <string.h>

static struct mk_bank *bank;

static void open_bank(void)
{
    bank = life_bank();
}

static void close_bank(void)
{
    mk_bank_free(bank);
}

/* Keys in apostrophes read better in C. */
static json_t *read_json(const char *text)
{
    char *json = mk_copy(text);
    json_t *value;

    for (char *at = json; *at != '\0'; at++) {
        if (*at == '\'')
            *at = '"';
    }
    value = json_loads(json, 0, NULL);
    ck_assert_msg(value != NULL, "%s", text);
    free(json);
    return value;
}

#define LATER ",'later':{'least':1,'most':2,'rows':[" BOUGHT "]}"
#define BOUGHT "{'account':'a','role':'coffee','amount':'1.00','style':'purchase'}"
#define RHYTHM(row) "{'history_days':10,'rhythm':[" row "]" LATER "}"
#define DAILY(more) "{'account':'a','text':'x','amount':'1.00','within_days':1" more "}"
#define PAID(amount) "{'account':'a','text':'x','within_days':1,'amount':" amount "}"
#define EVERY(more) "{'account':'a','text':'x','amount':'1.00'" more "}"
#define SCRIPT(lists, more) "{'fits':{'f':['depository']},'script':" lists more "}"
#define ROW(more) "{'fits':'f','text':'x','amount':'1.00'" more "}"
#define BULK(more) "{'history_days':10,'bulk':{" more "}" LATER "}"
#define MONTHS(first) "[" first ",1,1,1,1,1,1,1,1,1,1,1]"

static const struct {
    const char *json;
    bool is_fine;
} sections[] = {
    { "{}", true },
    { "[]", false },
    { "{'rythm':[]}", false },
    { RHYTHM(DAILY("")), true },
    { RHYTHM(DAILY(",'style':'debit','type':'credit'")), true },
    { RHYTHM(DAILY(",'season':" MONTHS("0"))), true },
    { RHYTHM(DAILY(",'counter':'b'")), true },
    { RHYTHM(DAILY(",'countries':['US']")), true },
    { RHYTHM(DAILY(",'category':'banking'")), true },
    { RHYTHM(DAILY(",'category':'banking.interest'")), true },
    { RHYTHM(""), false },
    { RHYTHM("1"), false },
    { RHYTHM(DAILY(",'colour':1")), false },
    { RHYTHM(DAILY(",'style':'loud'")), false },
    { RHYTHM(DAILY(",'type':'gift'")), false },
    { RHYTHM(DAILY(",'role':'wizard'")), false },
    { RHYTHM(DAILY(",'counter':'z'")), false },
    { RHYTHM(DAILY(",'fits':'f'")), false },
    { RHYTHM(DAILY(",'days_back':-1")), false },
    { RHYTHM(DAILY(",'every':'month','on':1")), false },
    { RHYTHM(DAILY(",'season':" MONTHS("-1"))), false },
    { RHYTHM(DAILY(",'season':" MONTHS("1001"))), false },
    { RHYTHM(DAILY(",'season':" MONTHS("'1'"))), false },
    { RHYTHM(DAILY(",'season':" MONTHS("1,1"))), false },
    { RHYTHM(DAILY(",'season':[1]")), false },
    { RHYTHM(DAILY(",'countries':['FR']")), false },
    { RHYTHM(DAILY(",'countries':[]")), false },
    { RHYTHM(DAILY(",'category':'magic'")), false },
    { RHYTHM(DAILY(",'category':'banking.groceries'")), false },
    { RHYTHM(DAILY(",'category':'banking.magic'")), false },
    { RHYTHM(DAILY(",'category':'a_very_long_category_that_nobody_could_ever_have_meant_to_say'")),
      false },
    { RHYTHM("{'account':'z','text':'x','amount':'1.00','within_days':1}"), false },
    { RHYTHM("{'text':'x','amount':'1.00','within_days':1}"), false },
    { RHYTHM("{'account':'a','amount':'1.00','within_days':1}"), false },
    { RHYTHM("{'account':'a','text':'x','within_days':1}"), false },
    { RHYTHM(PAID("['1.00','2.00']")), true },
    { RHYTHM(PAID("['1.00','2.00','0.50']")), true },
    { RHYTHM(PAID("1")), false },
    { RHYTHM(PAID("'1.001'")), false },
    { RHYTHM(PAID("'-1.00'")), false },
    { RHYTHM(PAID("['1.00']")), false },
    { RHYTHM(PAID("['2.00','1.00']")), false },
    { RHYTHM(PAID("['1.00','2.00','0.00']")), false },
    { RHYTHM(PAID("'statement'")), false }, /* of which account? */
    { RHYTHM(EVERY(",'every':'week','on':6")), true },
    { RHYTHM(EVERY(",'every':'month','on':28")), true },
    { RHYTHM(EVERY(",'every':'year','on':1,'month':12")), true },
    { RHYTHM(EVERY("")), false },
    { RHYTHM(EVERY(",'within_days':-1")), false },
    { RHYTHM(EVERY(",'every':''")), false },
    { RHYTHM(EVERY(",'every':'day'")), false },
    { RHYTHM(EVERY(",'every':'week','on':7")), false },
    { RHYTHM(EVERY(",'every':'two weeks','on':-1")), false },
    { RHYTHM(EVERY(",'every':'month'")), false },
    { RHYTHM(EVERY(",'every':'month','on':29")), false },
    { RHYTHM(EVERY(",'every':'year','on':1")), false },
    { RHYTHM(EVERY(",'every':'year','on':1,'month':13")), false },
    { RHYTHM(EVERY(",'every':'year','on':0,'month':1")), false },
    { "{'history_days':10,'rhythm':[" DAILY("") "]}", false }, /* a later fetch without rows */
    { "{'rhythm':[" DAILY("") "]" LATER "}", false },
    { "{'history_days':-1,'rhythm':[" DAILY("") "]" LATER "}", false },
    { "{'history_days':3661,'rhythm':[" DAILY("") "]" LATER "}", false },
    { SCRIPT("[[" ROW("") "]]", ""), true },
    { SCRIPT("[[" ROW(",'days_back':2") "," ROW("") "]]", ",'cycle_from':0"), true },
    { SCRIPT("[[" ROW("") "," ROW(",'days_back':2") "]]", ""), false },
    { SCRIPT("[[" ROW(",'days_back':2,'is_pending':true") "]]", ""), false },
    { SCRIPT("[[" ROW(",'every':'month','on':1") "]]", ""), false },
    { SCRIPT("[[" ROW("") "]]", ",'cycle_from':1"), false },
    { SCRIPT("[[" ROW("") "]]", ",'cycle_from':-1"), false },
    { SCRIPT("[[" ROW("") "]]", LATER), false },
    { SCRIPT("[]", ""), false },
    { SCRIPT("[[]]", ""), false },
    { SCRIPT("[[" ROW("") "],[]]", ""), false },
    { SCRIPT("1", ""), false },
    { "{'fits':{'f':[1]},'script':[[" ROW("") "]]}", false },
    { "{'script':[[" ROW("") "]]}", false },
    { BULK("'count':7,'rows':[" BOUGHT "]"), true },
    { BULK("'count':7,'rows':[]"), false },
    { BULK("'count':0,'rows':[" BOUGHT "]"), false },
    { BULK("'count':100001,'rows':[" BOUGHT "]"), false },
    { BULK("'count':'7','rows':[" BOUGHT "]"), false },
    { BULK("'count':7,'rows':[" DAILY("") "]"), false },
    { BULK("'count':7,'rows':[" EVERY(",'counter':'b'") "]"), false },
    { "{'history_days':10,'bulk':{'count':7,'rows':[" BOUGHT "]},'rhythm':[" DAILY("") "]" LATER
                                                                                       "}",
      false },
    { "{'later':{'least':1,'most':8,'rows':[" BOUGHT "]}}", true },
    { "{'later':{'least':0,'most':2,'rows':[" BOUGHT "]}}", false },
    { "{'later':{'least':3,'most':2,'rows':[" BOUGHT "]}}", false },
    { "{'later':{'least':1,'most':9,'rows':[" BOUGHT "]}}", false },
    { "{'later':{'least':1,'most':2,'rows':[" EVERY("") "]}}", false },
};

START_TEST(new__broken_section)
{
    struct mk_profile_account accounts[] = { { .name = "A", .type = "a" },
                                             { .name = "B", .type = "b" } };
    const struct mk_profile profile = { .accounts = accounts, .account_count = 2 };
    json_auto_t *section = read_json(sections[_i].json);
    struct mk_life *life = mk_life_new(section, &profile, bank->merchants);

    ck_assert_msg((life != NULL) == sections[_i].is_fine, "%s", sections[_i].json);
    mk_life_free(life);
}
END_TEST

START_TEST(new__nothing)
{
    const struct mk_profile profile = { .account_count = 0 };

    ck_assert_ptr_null(mk_life_new(NULL, &profile, bank->merchants));
    mk_life_free(NULL);
}
END_TEST

#define WORDS "{'debit':'D','credit':'C','cities':['X']}"
#define COUNTRIES "'countries':{'US':" WORDS ",'GB':" WORDS ",'CA':" WORDS "}"
#define MERCHANTS(role) "{" COUNTRIES ",'processors':{'P':'P*'},'roles':{'r':" role "}}"
#define ROLE(us, more) "{'US':" us ",'GB':['B'],'CA':['C']" more "}"

static const struct {
    const char *json;
    bool is_fine;
} merchants[] = {
    { MERCHANTS(ROLE("['A']", "")), true },
    { MERCHANTS(ROLE("['A',['B','P']]", ",'category':'banking','is_online':true")), true },
    { "{" COUNTRIES ",'processors':{},'roles':{}}", true },
    { "{" COUNTRIES ",'processors':{},'roles':[]}", false },
    { "{" COUNTRIES ",'roles':{}}", false },
    { "{'countries':{'US':" WORDS ",'GB':" WORDS "},'processors':{},'roles':{}}", false },
    { "{'countries':{'US':" WORDS ",'GB':" WORDS ",'CA':{'debit':'D','credit':'C','cities':[]}},"
      "'processors':{},'roles':{}}",
      false },
    { "{'countries':{'US':" WORDS ",'GB':" WORDS ",'CA':{'debit':'D','credit':'C','cities':[1]}},"
      "'processors':{},'roles':{}}",
      false },
    { MERCHANTS("1"), false },
    { MERCHANTS("{}"), false },
    { MERCHANTS(ROLE("[]", "")), false },
    { MERCHANTS(ROLE("'A'", "")), false },
    { MERCHANTS(ROLE("[1]", "")), false },
    { MERCHANTS(ROLE("[['A','Q']]", "")), false },
    { MERCHANTS(ROLE("[['A']]", "")), false },
    { MERCHANTS(ROLE("['A']", ",'category':'magic'")), false },
    { MERCHANTS(ROLE("['A']", ",'kategory':'banking'")), false },
    { MERCHANTS(ROLE("['A']", ",'is_online':'yes'")), false },
    { "[]", false },
};

START_TEST(merchants__broken_file)
{
    json_auto_t *file = read_json(merchants[_i].json);
    char *json = json_dumps(file, 0);
    struct mk_merchants *made = mk_merchants_new(json, strlen(json));

    ck_assert_msg((made != NULL) == merchants[_i].is_fine, "%s", json);
    mk_merchants_free(made);
    free(json);
}
END_TEST

START_TEST(merchants__no_json)
{
    ck_assert_ptr_null(mk_merchants_new("", 0));
    ck_assert_ptr_null(mk_merchants_new("{", 1));
    mk_merchants_free(NULL);
}
END_TEST

Suite *life_data_suite(void)
{
    Suite *suite = suite_create("life_data");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_bank, close_bank);
    tcase_add_loop_test(all, new__broken_section, 0, (int)MK_COUNT(sections));
    tcase_add_test(all, new__nothing);
    tcase_add_loop_test(all, merchants__broken_file, 0, (int)MK_COUNT(merchants));
    tcase_add_test(all, merchants__no_json);
    suite_add_tcase(suite, all);
    return suite;
}
