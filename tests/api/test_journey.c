/* SPDX-License-Identifier: MIT */
/* All of MoneyKit's operations in one journey; support/walk.c is the journey. */
#include "api/tests.h"

#include "api/routes.h"
#include "support/walk.h"

enum { OPERATIONS = 28 }; /* of MoneyKit's API */

static bool has_succeeded(const struct client *client, size_t route)
{
    const struct reply *reply = client->replies;

    while (reply != NULL && (reply->route != route || reply->status >= 400))
        reply = reply->previous;
    return reply != NULL;
}

START_TEST(journey__every_operation)
{
    struct client *client = client_new("walker");
    int operations = 0;

    walk(client);
    for (size_t i = 0; i < mk_route_count; i++) {
        if (mk_routes[i].operation == NULL || mk_routes[i].access == MK_ACCESS_CONTROL ||
            mk_routes[i].access == MK_ACCESS_ADMIN)
            continue;
        require(has_succeeded(client, i), "%s was not called", mk_routes[i].operation);
        operations++;
    }
    ck_assert_int_eq(operations, OPERATIONS);
}
END_TEST

void journey_tests(TCase *tcase)
{
    tcase_add_test(tcase, journey__every_operation);
}
