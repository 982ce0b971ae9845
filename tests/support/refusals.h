/* SPDX-License-Identifier: MIT */
/*
 * What every call on the data of a link refuses, whichever product it reads.
 */
#ifndef MK_TESTS_REFUSALS_H
#define MK_TESTS_REFUSALS_H

#include "base/memory.h"
#include "support/journey.h"

#include <stdlib.h>
#include <string.h>

/* The user granted every other product. */
static inline const char *refusals_link_without(struct client *client, const char *product)
{
    static const char *const products[] = { "account_numbers", "identity", "transactions",
                                            "investments" };
    struct mk_text granted = MK_TEXT(256);

    for (size_t i = 0; i < MK_COUNT(products); i++) {
        if (strcmp(products[i], product) != 0)
            mk_text_print(&granted, "%s'%s': {}", granted.length > 0 ? ", " : "", products[i]);
    }
    const struct reply *reply =
        connected_link(client, "'settings': {'products': {%s}}", granted.bytes);
    mk_text_done(&granted);
    return text_at(reply, "link_id");
}

/* GET /links/{id}TAIL, which reads this product. */
static inline void expect_refusals(const char *tail, const char *product)
{
    struct client *client = signed_in("alice");
    struct client *other = signed_in("bob");
    const char *pending = text_at(connect_session(client, create_session(client, NONE)), "link_id");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    char *target = quoted("/links/%s%s", id, tail);
    char *reset = quoted("/links/%s/reset", id);

    expect_error(get(client, "/links/mk_0%s", tail), 404, "link_error.not_found");
    expect_error(get(other, "%s", target), 401, "link_error.unauthorized_access");
    expect_error(CALL(client, .target = target, .anonymous = true), 401,
                 "api_error.auth.unauthorized");
    expect_link_error(get(client, "/links/%s%s", pending, tail), "link_error.bad_state",
                      "awaiting_token_exchange");
    expect_error(get(client, "/links/%s%s", refusals_link_without(client, product), tail), 403,
                 "link_error.forbidden_action");

    /* A link that lost its connection tells what it knows. */
    expect_status(get(client, "%s", target), 200);
    expect_status(CALL(client, .method = "POST", .target = reset), 200);
    expect_status(get(client, "%s", target), 200);

    expect_status(delete_(client, "/links/%s", id), 204);
    expect_error(get(client, "%s", target), 410, "link_error.deleted");
    free(target);
    free(reset);
}

#endif
