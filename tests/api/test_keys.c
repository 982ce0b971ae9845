/* SPDX-License-Identifier: MIT */
/* POST /sandbox/keys/rotate; unit/keys.c looks at what becomes of the keys. */
#include "api/tests.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define JWKS "/.well-known/jwks.json"
#define ROTATE "/sandbox/keys/rotate"

/* The kid of the server's key, a copy to free. */
static char *server_kid(struct client *client)
{
    return mk_copy(text_at(get(client, JWKS), "keys.0.kid"));
}

static const struct reply *rotate(struct client *client, const char *body)
{
    const struct reply *reply = post(client, ROTATE, "%s", body);

    expect_status(reply, 201);
    ck_assert_uint_eq(strlen(text_at(reply, "kid")), 40);
    return reply;
}

START_TEST(keys__rotation)
{
    restart_sandbox("--deterministic", NULL);
    struct client *client = signed_in("alice");
    char *server = server_kid(client);
    const struct reply *reply = rotate(client, "{}");
    char *first = mk_copy(text_at(reply, "kid"));

    ck_assert_uint_eq(json_object_size(reply->json), 4);
    expect_part(reply, "",
                "{'published_at': '2026-01-01T00:00:00',"
                " 'active_at': '2026-01-01T00:00:00'}");
    expect_value(reply, "previous", "{'kid': '%s', 'retires_at': null}", server);

    expect_status(patch(client, "/sandbox/settings", "{'timestamps': 'utc'}"), 200);
    reply = rotate(client, "{'activate_after_seconds': 61}");
    ck_assert_str_ne(text_at(reply, "kid"), first);
    expect_part(reply, "",
                "{'published_at': '2026-01-01T00:00:00Z',"
                " 'active_at': '2026-01-01T00:01:01Z'}");
    expect_value(reply, "previous", "{'kid': '%s', 'retires_at': '2026-01-02T00:01:01Z'}", first);
    free(server);
    free(first);
}
END_TEST

/* All worlds' keys behind the server's, in the order of the worlds. */
START_TEST(keys__published)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    char *server = server_kid(alice);
    char *of_bob = mk_copy(text_at(rotate(bob, "{'activate_after_seconds': 60}"), "kid"));
    char *of_alice = mk_copy(text_at(rotate(alice, "{}"), "kid"));
    const struct reply *reply = get(bob, JWKS);

    ck_assert_uint_eq(json_array_size(member(reply, "keys")), 3);
    ck_assert_str_eq(text_at(reply, "keys.0.kid"), server);
    ck_assert_str_eq(text_at(reply, "keys.1.kid"), of_alice);
    ck_assert_str_eq(text_at(reply, "keys.2.kid"), of_bob);
    expect_part(reply, "keys.2", "{'kty': 'EC', 'crv': 'P-256', 'alg': 'ES256', 'use': 'sig'}");
    ck_assert_uint_eq(json_object_size(member(reply, "keys.2")), 7);
    free(server);
    free(of_bob);
    free(of_alice);
}
END_TEST

static const struct {
    const char *body;
    const char *issues;
} wrong[] = {
    { "{'activate_after_seconds': -1}", "['body','activate_after_seconds'] greater_than_equal\n" },
    { "{'activate_after_seconds': 31622401}",
      "['body','activate_after_seconds'] less_than_equal\n" },
    { "{'activate_after_seconds': 0.5}", "['body','activate_after_seconds'] integer_type\n" },
    { "{'activate_after_seconds': null}", "['body','activate_after_seconds'] not_null\n" },
    { "[]", "['body'] object_type\n" },
};

/* Nothing is rotated then. */
START_TEST(keys__wrong_bodies)
{
    struct client *client = signed_in("alice");

    expect_issues(post(client, ROTATE, "%s", wrong[_i].body), wrong[_i].issues);
    ck_assert_uint_eq(json_array_size(member(get(client, JWKS), "keys")), 1);
}
END_TEST

START_TEST(keys__limit)
{
    struct client *client = signed_in("alice");

    for (unsigned i = 0; i < MK_KEYS_MAX; i++)
        rotate(client, "{}");
    expect_error(post(client, ROTATE, "{}"), 503, "api_error.unavailable");
    ck_assert_uint_eq(json_array_size(member(get(client, JWKS), "keys")), 1 + MK_KEYS_MAX);
    rotate(signed_in("bob"), "{}");
}
END_TEST

void keys_tests(TCase *tcase)
{
    tcase_add_test(tcase, keys__rotation);
    tcase_add_test(tcase, keys__published);
    tcase_add_loop_test(tcase, keys__wrong_bodies, 0, (int)MK_COUNT(wrong));
    tcase_add_test(tcase, keys__limit);
}
