/* SPDX-License-Identifier: MIT */
#include "core/people.h"

#include "base/memory.h"
#include "base/text.h"
#include "json/build.h"
#include "json/shape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Owners of one account have numbers of their own, so that no two people of a link share a name. */
enum { OWNERS_MAX = 8, HOUSES = 199 };

/* A prime, so that steps of it meet every pair of names before they meet one again. */
#define NAME_STEP 7919U

struct country {
    json_t *streets;
    json_t *places;
    json_t *phones; /* by type; # stands for any digit */
};

struct mk_people {
    json_t *data; /* owns all below */
    json_t *given_names;
    json_t *family_names;
    json_t *domains;
    struct country countries[MK_COUNTRY_COUNT];
};

/* Somebody being made. */
struct person {
    const struct mk_people *people;
    const struct country *country;
    const char *country_name;
    const char *given_name;
    const char *family_name;
    bool is_rich; /* has more of everything than the recorded sandbox tells */
    struct mk_random random;
    struct mk_random homes; /* of the account: who shares it shares the addresses */
};

static bool is_list_of_texts(const json_t *list)
{
    return mk_json_is_texts(list) && json_array_size(list) > 0;
}

static bool read_country(const json_t *data, struct country *ret)
{
    size_t index;
    json_t *place;

    if (json_unpack((json_t *)data, "{s:o, s:o, s:o}", "streets", &ret->streets, "places",
                    &ret->places, "phones", &ret->phones) != 0)
        return false;
    json_array_foreach(ret->places, index, place) {
        const char *text;
        if (json_unpack(place, "{s:s, s:s, s:s}", "city", &text, "region", &text, "postal_code",
                        &text) != 0)
            return false;
    }
    for (const char *const *type = mk_phone_type_names; *type != NULL; type++) {
        if (!json_is_string(json_object_get(ret->phones, *type)))
            return false;
    }
    return is_list_of_texts(ret->streets) && json_array_size(ret->places) > 0;
}

static bool read_people(struct mk_people *people)
{
    json_t *countries;

    if (json_unpack(people->data, "{s:o, s:o, s:o, s:o}", "given_names", &people->given_names,
                    "family_names", &people->family_names, "email_domains", &people->domains,
                    "countries", &countries) != 0)
        return false;
    for (size_t i = 0; i < MK_COUNTRY_COUNT; i++) {
        if (!read_country(json_object_get(countries, mk_country_names[i]), &people->countries[i]))
            return false;
    }
    return is_list_of_texts(people->given_names) && is_list_of_texts(people->family_names) &&
           is_list_of_texts(people->domains);
}

struct mk_people *mk_people_new(const char *json, size_t length)
{
    struct mk_people *people = mk_alloc_zero(1, sizeof(*people));

    people->data = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    if (read_people(people))
        return people;
    mk_people_free(people);
    return NULL;
}

void mk_people_free(struct mk_people *people)
{
    if (people == NULL)
        return;
    json_decref(people->data);
    free(people);
}

static const json_t *pick(const json_t *list, struct mk_random *random)
{
    return json_array_get(list, mk_random_next(random) % json_array_size(list));
}

static json_t *make_address(struct person *person, bool is_primary)
{
    const json_t *place = pick(person->country->places, &person->homes);
    const char *street = json_string_value(pick(person->country->streets, &person->homes));
    unsigned house = 1 + (unsigned)(mk_random_next(&person->homes) % HOUSES);

    return json_pack("{s:O, s:s, s:O, s:O, s:o, s:b}", "city", json_object_get(place, "city"),
                     "country", person->country_name, "postal_code",
                     json_object_get(place, "postal_code"), "region",
                     json_object_get(place, "region"), "street",
                     json_sprintf("%u %s", house, street), "primary", is_primary);
}

static json_t *make_addresses(struct person *person)
{
    json_t *list = json_array();

    mk_json_append(&list, make_address(person, true));
    if (person->is_rich)
        mk_json_append(&list, make_address(person, false));
    return list;
}

static json_t *make_phone(struct person *person, const char *type)
{
    bool is_primary = strcmp(type, mk_phone_type_names[MK_PHONE_MOBILE]) == 0;
    char *number = mk_copy(json_string_value(json_object_get(person->country->phones, type)));

    for (char *digit = strchr(number, '#'); digit != NULL; digit = strchr(digit, '#'))
        *digit = (char)('0' + mk_random_next(&person->random) % 10);
    json_t *phone =
        json_pack("{s:s, s:b, s:s}", "number", number, "primary", is_primary, "type", type);
    free(number);
    return phone;
}

static json_t *make_phones(struct person *person)
{
    json_t *list = json_array();

    mk_json_append(&list, make_phone(person, mk_phone_type_names[MK_PHONE_MOBILE]));
    for (size_t i = 0; person->is_rich && i < MK_PHONE_COUNT; i++) {
        if (i != MK_PHONE_MOBILE)
            mk_json_append(&list, make_phone(person, mk_phone_type_names[i]));
    }
    return list;
}

static json_t *make_email(const struct person *person, const char *domain, bool is_primary)
{
    struct mk_text address = MK_TEXT(256);

    mk_text_print(&address, "%s.%s@%s", person->given_name, person->family_name, domain);
    for (size_t i = 0; i < address.length; i++)
        address.bytes[i] = (char)tolower((unsigned char)address.bytes[i]);
    json_t *email = json_pack("{s:s, s:b}", "address", address.bytes, "primary", is_primary);
    mk_text_done(&address);
    return email;
}

static json_t *make_emails(struct person *person)
{
    const json_t *domains = person->people->domains;
    size_t first = mk_random_next(&person->random) % json_array_size(domains);
    size_t count = person->is_rich ? 2 : 1;
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const json_t *domain = json_array_get(domains, (first + i) % json_array_size(domains));
        mk_json_append(&list, make_email(person, json_string_value(domain), i == 0));
    }
    return list;
}

/* Sets both names, from the number of the person within the link. */
static void name_person(const struct mk_ledger *ledger, uint32_t number, struct person *person)
{
    const struct mk_people *people = person->people;
    size_t given_count = json_array_size(people->given_names);
    size_t pairs = given_count * json_array_size(people->family_names);
    size_t pair = (mk_ledger_seed(ledger, "names", 0) % pairs + number * NAME_STEP) % pairs;

    person->given_name = json_string_value(json_array_get(people->given_names, pair % given_count));
    person->family_name =
        json_string_value(json_array_get(people->family_names, pair / given_count));
}

static json_t *make_owner(const struct mk_ledger *ledger, uint32_t account, unsigned owner)
{
    enum mk_country country = ledger->institution->country;
    uint32_t number = account * OWNERS_MAX + owner;
    struct person person = { .people = ledger->bank->people,
                             .country = &ledger->bank->people->countries[country],
                             .country_name = mk_country_names[country],
                             .is_rich = !ledger->persona->profile->is_recorded };

    mk_random_seeded(&person.random, mk_ledger_seed(ledger, "owners", number), "person");
    mk_random_seeded(&person.homes, mk_ledger_seed(ledger, "owners", account), "homes");
    name_person(ledger, number, &person);
    json_t *name = json_sprintf("%s %s", person.given_name, person.family_name);
    return json_pack("{s:[o], s:o, s:o, s:o}", "names", name, "addresses", make_addresses(&person),
                     "phone_numbers", make_phones(&person), "emails", make_emails(&person));
}

static json_t *make_owners(const struct mk_ledger *ledger, uint32_t account)
{
    const struct mk_profile_account *plan = ledger->accounts[account].plan;
    unsigned count = plan != NULL ? plan->owner_count : 1;
    json_t *owners = json_array();

    for (unsigned i = 0; i < count; i++)
        mk_json_append(&owners, make_owner(ledger, account, i));
    return owners;
}

/* A copy with exactly these members, null where the original has none. */
static json_t *complete(const json_t *original, const char *const *keys)
{
    json_t *copy = json_object();

    for (; *keys != NULL; keys++) {
        json_t *member = json_object_get(original, *keys);
        mk_json_set(&copy, *keys, member != NULL ? json_deep_copy(member) : json_null());
    }
    return copy;
}

static json_t *complete_all(const json_t *originals, const char *const *keys)
{
    json_t *list = json_array();
    size_t index;
    json_t *original;

    json_array_foreach(originals, index, original) {
        mk_json_append(&list, complete(original, keys));
    }
    return list;
}

static json_t *complete_owner(const json_t *owner)
{
    static const char *const address[] = { "city",   "country", "postal_code", "region",
                                           "street", "primary", NULL };
    static const char *const phone[] = { "number", "primary", "type", NULL };
    static const char *const email[] = { "address", "primary", NULL };

    return json_pack("{s:o, s:o, s:o, s:o}", "names",
                     json_deep_copy(json_object_get(owner, "names")), "addresses",
                     complete_all(json_object_get(owner, "addresses"), address), "phone_numbers",
                     complete_all(json_object_get(owner, "phone_numbers"), phone), "emails",
                     complete_all(json_object_get(owner, "emails"), email));
}

json_t *mk_people_owners(const struct mk_ledger *ledger, const struct mk_account *account)
{
    const json_t *given = json_object_get(ledger->link->custom_data, "owners");
    size_t index;
    json_t *owner;

    if (account->number >= ledger->account_count)
        return json_array();
    if (!json_is_array(given))
        return make_owners(ledger, account->number);

    json_t *owners = json_array();
    json_array_foreach(given, index, owner) {
        mk_json_append(&owners, complete_owner(owner));
    }
    return owners;
}
