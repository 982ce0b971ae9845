/* SPDX-License-Identifier: MIT */
#include "http/router.h"

#include "unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GET_BIT (1u << MK_GET | 1u << MK_HEAD)
#define OPTIONS_BIT (1u << MK_OPTIONS)

enum route {
    ROOT,
    GET_LINKS,
    POST_IMPORT,
    GET_LINK,
    PATCH_LINK,
    DELETE_LINK,
    GET_ACCOUNTS,
    GET_NUMBERS,
    GET_ACCOUNT,
    GET_IDENTITY,
    HEAD_PROBE,
    GET_PROBE,
    GET_SLASHED,
    PUT_DEEP,
    ROUTE_COUNT,
    NONE = -1,
};

static const struct {
    enum mk_method method;
    const char *template;
} routes[ROUTE_COUNT] = {
    [ROOT] = { MK_GET, "/" },
    [GET_LINKS] = { MK_GET, "/links" },
    [POST_IMPORT] = { MK_POST, "/links/import" },
    [GET_LINK] = { MK_GET, "/links/{id}" },
    [PATCH_LINK] = { MK_PATCH, "/links/{id}" },
    [DELETE_LINK] = { MK_DELETE, "/links/{link_id}" },
    [GET_ACCOUNTS] = { MK_GET, "/links/{id}/accounts" },
    [GET_NUMBERS] = { MK_GET, "/links/{id}/accounts/numbers" },
    [GET_ACCOUNT] = { MK_GET, "/links/{id}/accounts/{account_id}" },
    [GET_IDENTITY] = { MK_GET, "/links/import/identity" },
    [HEAD_PROBE] = { MK_HEAD, "/probe" },
    [GET_PROBE] = { MK_GET, "/probe" },
    [GET_SLASHED] = { MK_GET, "/slashed/" },
    [PUT_DEEP] = { MK_PUT, "/{a}/b/{c}/d/{e}/{f}" },
};

static const struct {
    const char *target;
    int route;
    unsigned allowed;
    const char *values; /* each followed by a bar */
    const char *query;
    enum mk_method method;
} cases[] = {
    { "/", ROOT, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/links", GET_LINKS, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/links?page=1&x=%2F?y", GET_LINKS, GET_BIT | OPTIONS_BIT, "", "page=1&x=%2F?y", MK_GET },
    { "/links?", GET_LINKS, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/?a/b", ROOT, GET_BIT | OPTIONS_BIT, "", "a/b", MK_GET },

    /* A literal beats a parameter, whatever the order of the routes. */
    { "/links/a/accounts/numbers", GET_NUMBERS, GET_BIT | OPTIONS_BIT, "a|", "", MK_GET },
    { "/links/a/accounts/number", GET_ACCOUNT, GET_BIT | OPTIONS_BIT, "a|number|", "", MK_GET },
    { "/links/a/accounts", GET_ACCOUNTS, GET_BIT | OPTIONS_BIT, "a|", "", MK_GET },
    { "/links/import/identity", GET_IDENTITY, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/links/import", POST_IMPORT,
      GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE | 1u << MK_POST, "", "", MK_POST },
    /* But only a route that has the method can be found. */
    { "/links/import", GET_LINK,
      GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE | 1u << MK_POST, "import|", "",
      MK_GET },
    /* The literal leads nowhere, the parameter does. */
    { "/links/import/accounts", GET_ACCOUNTS, GET_BIT | OPTIONS_BIT, "import|", "", MK_GET },

    /* 405 is not 404. */
    { "/links", NONE, GET_BIT | OPTIONS_BIT, "", "", MK_POST },
    { "/links/a", NONE, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "", "", MK_PUT },
    { "/links/a", NONE, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "", "",
      MK_METHOD_OTHER },
    { "/links/a", NONE, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "", "",
      MK_OPTIONS },
    { "/link", NONE, 0, "", "", MK_GET },
    { "/linkss", NONE, 0, "", "", MK_GET },
    { "/Links", NONE, 0, "", "", MK_GET },

    /* HEAD is GET's, unless it has a route of its own. */
    { "/links/a", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "a|", "",
      MK_HEAD },
    { "/probe", HEAD_PROBE, GET_BIT | OPTIONS_BIT, "", "", MK_HEAD },
    { "/probe", GET_PROBE, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/links/import/identity/", NONE, 0, "", "", MK_HEAD },

    /* Empty segments match nothing but a template that ends in a slash. */
    { "/links/", NONE, 0, "", "", MK_GET },
    { "/links//", NONE, 0, "", "", MK_GET },
    { "//links", NONE, 0, "", "", MK_GET },
    { "/links//accounts", NONE, 0, "", "", MK_GET },
    { "/links/a/", NONE, 0, "", "", MK_GET },
    { "//", NONE, 0, "", "", MK_GET },
    { "/slashed/", GET_SLASHED, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/slashed", NONE, 0, "", "", MK_GET },

    /* Escapes stay inside their segment. */
    { "/links/a%2Fb", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "a/b|",
      "", MK_GET },
    { "/links/a%2Faccounts", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE,
      "a/accounts|", "", MK_GET },
    { "/links/a%3Fb", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "a?b|",
      "", MK_GET },
    { "/link%73", GET_LINKS, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "/links/a+b", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "a+b|", "",
      MK_GET },
    { "/links/%C3%A9", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE,
      "\xC3\xA9|", "", MK_GET },
    { "/links/\xC3\xA9", GET_LINK, GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE,
      "\xC3\xA9|", "", MK_GET },
    { "/links%2Fa", NONE, 0, "", "", MK_GET },
    { "/links/a%00b", NONE, 0, "", "", MK_GET },
    { "/links/%00", NONE, 0, "", "", MK_GET },
    { "/links/a%", NONE, 0, "", "", MK_GET },
    { "/links/a%4", NONE, 0, "", "", MK_GET },
    { "/links/a%zz", NONE, 0, "", "", MK_GET },
    { "/links/%FF", NONE, 0, "", "", MK_GET },
    { "/links/\xFF", NONE, 0, "", "", MK_GET },
    { "/links%00", NONE, 0, "", "", MK_GET },
    { "/links?a=%00", GET_LINKS, GET_BIT | OPTIONS_BIT, "", "a=%00", MK_GET },

    /* Other forms of target. */
    { "http://localhost:8080/links/a?x", GET_LINK,
      GET_BIT | OPTIONS_BIT | 1u << MK_PATCH | 1u << MK_DELETE, "a|", "x", MK_GET },
    { "HTTPS://u@h/links", GET_LINKS, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "http://localhost", ROOT, GET_BIT | OPTIONS_BIT, "", "", MK_GET },
    { "http://localhost?x=/links", ROOT, GET_BIT | OPTIONS_BIT, "", "x=/links", MK_GET },
    { "localhost:8080", NONE, 0, "", "", MK_GET },
    { "*", NONE, 0, "", "", MK_OPTIONS },
    { "links", NONE, 0, "", "", MK_GET },
    { "", NONE, 0, "", "", MK_GET },

    /* Four values, and more segments than any template has. */
    { "/1/b/2/d/3/4", PUT_DEEP, OPTIONS_BIT | 1u << MK_PUT, "1|2|3|4|", "", MK_PUT },
    { "/1/2/3/4/5/6/7/8/9/10/11/12/13/14", NONE, 0, "", "", MK_GET },
};

static struct mk_router *router;

static void setup(void)
{
    enum mk_method methods[ROUTE_COUNT];
    const char *templates[ROUTE_COUNT];

    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        methods[i] = routes[i].method;
        templates[i] = routes[i].template;
    }
    router = mk_router_new(methods, templates, ROUTE_COUNT);
}

static void teardown(void)
{
    mk_router_free(router);
}

START_TEST(targets_find_their_routes)
{
    struct mk_match match;
    char values[128] = "";
    size_t length = 0;

    memset(&match, 0xA5, sizeof(match));
    mk_router_find(router, cases[_i].method, cases[_i].target, &match);
    ck_assert_msg(match.found == (cases[_i].route != NONE), "%s", cases[_i].target);
    ck_assert_msg(match.allowed == cases[_i].allowed, "%s: %x", cases[_i].target, match.allowed);
    ck_assert_str_eq(match.query, cases[_i].query);
    if (!match.found)
        return;
    ck_assert_int_eq((int)match.route, cases[_i].route);
    for (size_t i = 0; i < match.value_count; i++)
        length +=
            (size_t)snprintf(values + length, sizeof(values) - length, "%s|", match.values[i]);
    ck_assert_str_eq(values, cases[_i].values);
}
END_TEST

START_TEST(a_target_as_long_as_the_buffer_is_refused_not_cut)
{
    struct mk_match match;
    char target[MK_HEAD_MAX + 16];

    for (size_t length = MK_HEAD_MAX - 4; length < MK_HEAD_MAX + 4; length++) {
        memset(target, 'x', sizeof(target));
        memcpy(target, "/links/", 7);
        target[length] = '\0';
        mk_router_find(router, MK_GET, target, &match);
        ck_assert_int_eq(match.found, length < MK_HEAD_MAX);
        if (match.found)
            ck_assert_uint_eq(strlen(match.values[0]), length - 7);
    }
}
END_TEST

START_TEST(the_order_of_routes_does_not_matter)
{
    enum mk_method methods[ROUTE_COUNT];
    const char *templates[ROUTE_COUNT];
    struct mk_match match;

    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        methods[i] = routes[ROUTE_COUNT - 1 - i].method;
        templates[i] = routes[ROUTE_COUNT - 1 - i].template;
    }
    struct mk_router *reversed = mk_router_new(methods, templates, ROUTE_COUNT);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        mk_router_find(reversed, cases[i].method, cases[i].target, &match);
        ck_assert_int_eq(match.found ? ROUTE_COUNT - 1 - (int)match.route : NONE, cases[i].route);
        ck_assert_uint_eq(match.allowed, cases[i].allowed);
    }
    mk_router_free(reversed);
}
END_TEST

START_TEST(a_router_without_routes_finds_nothing)
{
    struct mk_match match;
    struct mk_router *empty = mk_router_new(NULL, NULL, 0);

    mk_router_find(empty, MK_GET, "/", &match);
    ck_assert(!match.found);
    ck_assert_uint_eq(match.allowed, 0);
    mk_router_free(empty);
    mk_router_free(NULL);
}
END_TEST

Suite *router_suite(void)
{
    Suite *suite = suite_create("router");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, targets_find_their_routes, 0, (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(all, a_target_as_long_as_the_buffer_is_refused_not_cut);
    tcase_add_test(all, the_order_of_routes_does_not_matter);
    tcase_add_test(all, a_router_without_routes_finds_nothing);
    suite_add_tcase(suite, all);
    return suite;
}
