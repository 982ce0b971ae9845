/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a raw request target, with every method. A match has to be a fixed point: its template
 * filled with its own values, each character of them escaped, matches the same route with the same
 * values.
 */
#include "http/router.h"

#include "base/memory.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

#include <string.h>

static const enum mk_method methods[] = {
    MK_GET, MK_POST,   MK_GET, MK_GET, MK_POST, MK_GET,  MK_PATCH, MK_DELETE, MK_GET,
    MK_GET, MK_DELETE, MK_GET, MK_GET, MK_POST, MK_POST, MK_GET,   MK_PUT,    MK_GET,
};

static const char *const templates[] = {
    "/",
    "/auth/token",
    "/institutions",
    "/institutions/{institution_id}",
    "/link-session/exchange-token",
    "/links/{id}",
    "/links/{id}",
    "/links/{id}",
    "/links/{id}/accounts",
    "/links/{id}/accounts/numbers",
    "/links/{id}/accounts/{account_id}",
    "/links/{id}/accounts/{account_id}",
    "/links/{id}/transactions/{transaction_id}/enrichment",
    "/links/{id}/import/transactions",
    "/links/import",
    "/a/{a}/{b}/{c}/{d}",
    "/a/b/{b}/c/{d}",
    "/{any}/literal",
};

enum { COUNT = MK_COUNT(templates) };

_Static_assert(MK_COUNT(methods) == COUNT, "a method for each template");

static size_t parameters_of(const char *template)
{
    size_t count = 0;

    for (; *template != '\0'; template ++)
        count += *template == '{';
    return count;
}

static void add_escaped(struct mk_text *target, const char *value)
{
    for (; *value != '\0'; value++)
        mk_text_print(target, "%%%02X", (unsigned)(unsigned char)*value);
}

/* The target of a match, in its longest spelling. */
static void rebuild(const struct mk_match *match, struct mk_text *target)
{
    const char *at = templates[match->route];
    size_t value = 0;

    while (*at != '\0') {
        size_t literal = strcspn(at, "{");
        mk_text_add(target, at, literal);
        at += literal;
        if (*at == '\0')
            return;
        add_escaped(target, match->values[value++]);
        at += strcspn(at, "}") + 1;
    }
}

static void require_fixed_point(const struct mk_router *router, enum mk_method method,
                                const struct mk_match *match)
{
    static struct mk_match again;
    struct mk_text target = MK_TEXT(4 * MK_HEAD_MAX);

    rebuild(match, &target);
    FUZZ_REQUIRE(!target.failed);
    if (target.length < MK_HEAD_MAX) {
        mk_router_find(router, method, target.bytes, &again);
        FUZZ_REQUIRE(again.found && again.route == match->route);
        FUZZ_REQUIRE(again.allowed == match->allowed && again.value_count == match->value_count);
        FUZZ_REQUIRE(*again.query == '\0');
        for (size_t i = 0; i < match->value_count; i++)
            FUZZ_REQUIRE(strcmp(again.values[i], match->values[i]) == 0);
    }
    mk_text_done(&target);
}

static void find(const struct mk_router *router, enum mk_method method, const char *target)
{
    static struct mk_match match;

    mk_router_find(router, method, target, &match);
    FUZZ_REQUIRE(match.query != NULL);
    FUZZ_REQUIRE(*match.query == '\0' || (match.query > target && match.query[-1] == '?'));
    if (!match.found)
        return;
    FUZZ_REQUIRE(match.route < COUNT && (match.allowed & 1U << method) != 0);
    FUZZ_REQUIRE(methods[match.route] == (method == MK_HEAD ? MK_GET : method));
    FUZZ_REQUIRE(match.value_count == parameters_of(templates[match.route]));
    for (size_t i = 0; i < match.value_count; i++) {
        FUZZ_REQUIRE(match.values[i][0] != '\0');
        FUZZ_REQUIRE(mk_is_utf8(match.values[i], strlen(match.values[i])));
    }
    require_fixed_point(router, method, &match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mk_router *router = mk_router_new(methods, templates, COUNT);
    char *target = mk_copy_bytes((const char *)data, size);

    for (int method = 0; method <= MK_METHOD_OTHER; method++)
        find(router, (enum mk_method)method, target);
    free(target);
    mk_router_free(router);
    return 0;
}
