/* SPDX-License-Identifier: MIT */
/* The link object for every combination of products (differences.md, section 1) and institution. */
#include "api/tests.h"

#include "base/memory.h"

#include <string.h>

static const enum mk_product configurable[] = { MK_PRODUCT_ACCOUNT_NUMBERS, MK_PRODUCT_IDENTITY,
                                                MK_PRODUCT_TRANSACTIONS, MK_PRODUCT_INVESTMENTS };

/* What a session can say of a product: not named, named, and each flag. */
static const struct {
    const char *settings; /* NULL: not named */
    const char *reply;    /* its settings in the link */
    bool is_fetched;
} ways[] = {
    { NULL, NULL, false },
    { "{}", "{'required': false, 'require_permission': false, 'prefetch': false, 'reason': null}",
      false },
    { "{'prefetch': true, 'reason': 'show \\u0022you\\u0022'}",
      "{'required': false, 'require_permission': false, 'prefetch': true,"
      " 'reason': 'show \\u0022you\\u0022'}",
      true },
    { "{'required': true, 'require_permission': true}",
      "{'required': true, 'require_permission': true, 'prefetch': false, 'reason': null}", true },
};

enum { WAYS = MK_COUNT(ways), PRODUCTS = MK_COUNT(configurable) };

/* Combination number n, written in the base of WAYS: a digit for each product. */
static unsigned way_of(unsigned n, size_t product)
{
    while (product-- > 0)
        n /= WAYS;
    return n % WAYS;
}

static char *settings_of(unsigned n)
{
    struct mk_text text = MK_TEXT(4096);
    const char *comma = "";

    mk_text_add_literal(&text, "'settings': {'products': {");
    for (size_t i = 0; i < PRODUCTS; i++) {
        const char *settings = ways[way_of(n, i)].settings;
        if (settings == NULL)
            continue;
        mk_text_print(&text, "%s'%s': %s", comma, mk_product_names[configurable[i]], settings);
        comma = ", ";
    }
    mk_text_add_literal(&text, "}}");
    return mk_text_steal(&text);
}

static bool has(const json_t *list, const char *name)
{
    size_t index;
    const json_t *item;

    json_array_foreach(list, index, item) {
        if (strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

static void expect_product(const struct reply *reply, const char *name, unsigned way)
{
    const json_t *products = member(reply, "link.products");
    const json_t *entry = json_object_get(products, name);
    char *path = quoted("link.products.%s.settings", name);

    ck_assert_int_eq(entry != NULL, ways[way].settings != NULL);
    ck_assert_int_eq(has(member(reply, "link.available_products"), name), entry == NULL);
    if (entry != NULL) {
        expect_value(reply, path, "%s", ways[way].reply);
        ck_assert_int_eq(json_is_string(json_object_get(entry, "refreshed_at")),
                         ways[way].is_fetched);
        ck_assert_int_eq(json_is_string(json_object_get(entry, "last_attempted_at")),
                         ways[way].is_fetched);
    }
    free(path);
}

/* It rides on transactions: granted and fetched with them, with their settings. */
static void expect_enrichment(const struct reply *reply)
{
    const json_t *products = member(reply, "link.products");
    const json_t *enrichment = json_object_get(products, "enrichment");
    json_t *transactions = json_copy(json_object_get(products, "transactions"));

    json_object_del(transactions, "has_history");
    ck_assert_int_eq(enrichment != NULL, transactions != NULL);
    ck_assert(enrichment == NULL || json_equal(enrichment, transactions));
    ck_assert(!has(member(reply, "link.available_products"), "enrichment"));
    json_decref(transactions);
}

START_TEST(object__every_combination_of_products)
{
    struct client *client = signed_in("alice");
    unsigned combinations = WAYS * WAYS * WAYS * WAYS;

    for (unsigned n = 0; n < combinations; n++) {
        char *settings = settings_of(n);
        const struct reply *reply = connected_link(client, "%s", settings);
        for (size_t i = 0; i < PRODUCTS; i++)
            expect_product(reply, mk_product_names[configurable[i]], way_of(n, i));
        expect_enrichment(reply);
        ck_assert(json_is_string(member(reply, "link.products.accounts.refreshed_at")));
        ck_assert(json_is_string(member(reply, "link.last_synced_at")));
        free(settings);
        client_forget(client);
    }
}
END_TEST

/* Without settings.products a session asks for all four, not required and prefetched. */
START_TEST(object__default_products)
{
    static const char *const sessions[] = { "", "'settings': null", "'settings': {}",
                                            "'settings': {'products': null}" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(sessions); i++) {
        const struct reply *reply = connected_link(client, "%s", sessions[i]);
        ck_assert_uint_eq(json_object_size(member(reply, "link.products")), MK_PRODUCT_COUNT);
        expect_value(reply, "link.available_products", "[]");
        expect_value(reply, "link.products.identity.settings",
                     "{'required': false, 'require_permission': false, 'prefetch': true,"
                     " 'reason': null}");
        expect_value(reply, "link.products.transactions.has_history", "true");
    }
}
END_TEST

/* Accounts always, enrichment with transactions. */
static size_t products_of(const struct mk_institution *institution)
{
    size_t count = institution->products & 1U << MK_PRODUCT_TRANSACTIONS ? 2 : 1;

    for (size_t i = 0; i < PRODUCTS; i++)
        count += institution->products >> configurable[i] & 1U;
    return count;
}

/*
 * Each of the catalog, with what it has: products that it lacks are neither granted nor available.
 */
START_TEST(object__every_institution)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < mk_catalog_count(under_test.service->bank->catalog); i++) {
        const struct mk_institution *institution =
            mk_catalog_at(under_test.service->bank->catalog, i);
        const struct reply *reply = connected_link(
            client, "'institution_id': '%s', 'settings': {'countries': ['GB', 'CA', 'US']}",
            institution->id);
        expect_part(reply, "link",
                    "{'institution_id': '%s', 'institution_name': '%s', 'provider': '%s',"
                    " 'institution_avatar': '%s', 'available_products': []}",
                    institution->id, institution->name, mk_provider_names[institution->provider],
                    institution->avatar);
        ck_assert_uint_eq(json_object_size(member(reply, "link.products")),
                          products_of(institution));
    }
}
END_TEST

/* The avatar's address works, and nothing but a picture is there. */
START_TEST(object__avatar_is_served)
{
    struct client *client = signed_in("alice");
    const struct reply *link = connected_link(client, NONE);
    const char *avatar = text_at(link, "link.institution_avatar");
    const char *url = moneykit_sandbox_url(under_test.sandbox);

    ck_assert_int_eq(strncmp(avatar, url, strlen(url)), 0);
    const struct reply *reply = CALL(client, .target = avatar + strlen(url), .anonymous = true,
                                     .content_type = "image/svg+xml");
    expect_status(reply, 200);
    ck_assert_int_eq(strncmp(reply->body, "<svg ", 5), 0);
}
END_TEST

START_TEST(object__utc_times)
{
    restart_sandbox("--timestamps=utc", NULL);
    struct client *client = signed_in("alice");
    const struct reply *reply = exchange(client, EXAMPLE_TOKEN);

    expect_value(reply, "link.last_synced_at", "'2023-02-16T09:14:11Z'");
    expect_value(reply, "link.products.identity.refreshed_at", "'2023-02-16T09:14:11Z'");
    expect_value(reply, "link.products.accounts.last_attempted_at", "'2023-02-16T09:14:11Z'");
    expect_value(get(client, "/links"), "links.0.created_at", "'2023-02-16T09:14:11Z'");
    reply = connected_link(client, NONE);
    ck_assert(is_time_text(text_at(reply, "link.last_synced_at"), true));
}
END_TEST

void link_object_tests(TCase *tcase)
{
    tcase_add_test(tcase, object__every_combination_of_products);
    tcase_add_test(tcase, object__default_products);
    tcase_add_test(tcase, object__every_institution);
    tcase_add_test(tcase, object__avatar_is_served);
    tcase_add_test(tcase, object__utc_times);
}
