/* SPDX-License-Identifier: MIT */
/* One world per client, and the door to them. Threads are in worlds_threads.c. */
#include "core/worlds.h"

#include "support/bank.h"
#include "unit/suites.h"

#include <string.h>

static struct mk_worlds *worlds;

static const struct mk_worlds_config any = { .world = { .deterministic = true, .start = BANK_NOW },
                                             .max_worlds = 100 };

static void open_with(const struct mk_worlds_config *config)
{
    struct mk_worlds_config complete = *config;

    complete.world.bank = bank_data();
    mk_worlds_free(worlds);
    worlds = mk_worlds_new(&complete);
}

static void open_worlds(void)
{
    open_with(&any);
}

static void close_worlds(void)
{
    mk_worlds_free(worlds);
    worlds = NULL;
}

/* Signs in; what is returned is set when the error is MK_OK and untouched otherwise. */
static enum mk_err sign_in(const char *id, const char *secret, struct mk_world **ret)
{
    struct mk_problem problem = { 0 };
    struct mk_caller caller = { .world = NULL, .scope = "untouched" };
    enum mk_err err = mk_worlds_sign_in(worlds, id, secret, &problem, &caller);

    ck_assert((caller.world != NULL) == (err == MK_OK));
    ck_assert_str_eq(caller.scope, err == MK_OK ? "" : "untouched");
    ck_assert((problem.message[0] != '\0') == (err != MK_OK));
    *ret = bank_borrow(caller.world);
    return err;
}

static struct mk_world *enter(const char *id)
{
    struct mk_world *world;

    ck_assert_int_eq(sign_in(id, "secret", &world), MK_OK);
    ck_assert_str_eq(world->client_id, id);
    return world;
}

static enum mk_err bearer(const char *token, bool expired_too, struct mk_caller *ret)
{
    struct mk_problem problem = { 0 };

    *ret = (struct mk_caller){ .world = NULL };
    enum mk_err err = mk_worlds_bearer(worlds, token, expired_too, &problem, ret);
    ck_assert((ret->world != NULL) == (err == MK_OK || err == MK_BEARER_EXPIRED));
    bank_borrow(ret->world);
    return err;
}

static void issue(struct mk_world *world, const char *scope, int64_t now,
                  char token[MK_BEARER_SIZE])
{
    mk_bearers_issue(&world->bearers, &world->secrets, world->handle, scope,
                     now + MK_BEARER_SECONDS * MK_SECOND, false, token);
}

START_TEST(sign_in__makes_one_world_per_client)
{
    struct mk_world *a = enter("a");
    struct mk_world *b = enter("b");

    ck_assert_ptr_ne(a, b);
    ck_assert_uint_ne(a->handle, b->handle);
    ck_assert_uint_ne(a->seed, b->seed);
    ck_assert_ptr_eq(enter("a"), a);
    ck_assert_ptr_eq(bank_borrow(mk_worlds_find(worlds, "a")), a);
    ck_assert_ptr_null(mk_worlds_find(worlds, "A"));
    ck_assert_ptr_null(mk_worlds_find(worlds, ""));
}
END_TEST

START_TEST(sign_in__pins_the_first_secret)
{
    struct mk_world *world;

    ck_assert_int_eq(sign_in("a", "first", &world), MK_OK);
    ck_assert_int_eq(sign_in("a", "second", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("a", "first ", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("a", "First", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("b", "second", &world), MK_OK);
    ck_assert_int_eq(sign_in("a", "first", &world), MK_OK);
}
END_TEST

START_TEST(sign_in__says_that_it_is_pinned)
{
    struct mk_problem problem = { 0 };
    struct mk_caller caller;

    enter("a");
    ck_assert_int_eq(mk_worlds_sign_in(worlds, "a", "wrong", &problem, &caller), MK_UNAUTHORIZED);
    ck_assert_ptr_nonnull(strstr(problem.message, "pinned"));
    ck_assert_ptr_null(strstr(problem.message, "wrong"));
    ck_assert_ptr_null(strstr(problem.message, "\"secret\""));
}
END_TEST

START_TEST(sign_in__lengths)
{
    struct mk_world *world;
    char longest_id[MK_CLIENT_ID_MAX + 2];
    char longest_secret[MK_CLIENT_SECRET_MAX + 2];

    ck_assert_int_eq(sign_in("", "secret", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("a", "", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("", "", &world), MK_UNAUTHORIZED);
    memset(longest_id, 'i', sizeof(longest_id));
    memset(longest_secret, 's', sizeof(longest_secret));
    longest_id[MK_CLIENT_ID_MAX + 1] = '\0';
    ck_assert_int_eq(sign_in(longest_id, "secret", &world), MK_UNAUTHORIZED);
    longest_id[MK_CLIENT_ID_MAX] = '\0';
    longest_secret[MK_CLIENT_SECRET_MAX + 1] = '\0';
    ck_assert_int_eq(sign_in(longest_id, longest_secret, &world), MK_UNAUTHORIZED);
    longest_secret[MK_CLIENT_SECRET_MAX] = '\0';
    ck_assert_int_eq(sign_in(longest_id, longest_secret, &world), MK_OK);
    ck_assert_ptr_null(mk_worlds_find(worlds, "a"));
}
END_TEST

static const struct mk_client clients[] = { { .id = "a", .secret = "secret" },
                                            { .id = "b", .secret = "b:b" },
                                            { .id = "b", .secret = "older" } };

START_TEST(configured__only_they_get_in)
{
    struct mk_worlds_config config = any;
    struct mk_world *world;

    config.clients = clients;
    config.client_count = MK_COUNT(clients);
    open_with(&config);
    ck_assert_int_eq(sign_in("c", "secret", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("a", "wrong", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("b", "secret", &world), MK_UNAUTHORIZED);
    ck_assert_ptr_null(mk_worlds_find(worlds, "a")); /* a stranger makes no world */
    ck_assert_ptr_null(mk_worlds_find(worlds, "c"));
    ck_assert_int_eq(sign_in("a", "secret", &world), MK_OK);
    ck_assert_int_eq(sign_in("b", "b:b", &world), MK_OK);
}
END_TEST

START_TEST(limit__one_client_too_many)
{
    struct mk_worlds_config config = any;
    struct mk_world *world;

    config.max_worlds = 2;
    open_with(&config);
    enter("a");
    enter("b");
    ck_assert_int_eq(sign_in("c", "secret", &world), MK_UNAVAILABLE);
    ck_assert_ptr_null(mk_worlds_find(worlds, "c"));
    enter("a"); /* those who are in stay in */
    ck_assert_int_eq(sign_in("b", "wrong", &world), MK_UNAUTHORIZED);
}
END_TEST

START_TEST(fixed_token__has_a_world)
{
    struct mk_worlds_config config = any;
    struct mk_caller caller;
    struct mk_world *world;

    config.access_token = "my-fixed-token";
    open_with(&config);
    ck_assert_int_eq(bearer("my-fixed-tokem", false, &caller), MK_UNAUTHORIZED);
    ck_assert_ptr_null(mk_worlds_find(worlds, MK_FIXED_CLIENT));
    ck_assert_int_eq(bearer("my-fixed-token", false, &caller), MK_OK);
    ck_assert_str_eq(caller.world->client_id, MK_FIXED_CLIENT);
    ck_assert_str_eq(caller.scope, "");

    /* Nothing was pinned yet: the first secret is. */
    ck_assert_int_eq(sign_in(MK_FIXED_CLIENT, "first", &world), MK_OK);
    ck_assert_ptr_eq(world, caller.world);
    ck_assert_int_eq(sign_in(MK_FIXED_CLIENT, "second", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(bearer("my-fixed-token", true, &caller), MK_OK);
}
END_TEST

/* The token opens its world although the client is not among the configured ones. */
START_TEST(fixed_token__beside_configured_clients)
{
    struct mk_worlds_config config = any;
    struct mk_caller caller;
    struct mk_world *world;

    config.access_token = "my-fixed-token";
    config.clients = clients;
    config.client_count = MK_COUNT(clients);
    config.max_worlds = 1;
    open_with(&config);
    ck_assert_int_eq(bearer("my-fixed-token", false, &caller), MK_OK);
    ck_assert_int_eq(sign_in(MK_FIXED_CLIENT, "any", &world), MK_UNAUTHORIZED);
    ck_assert_int_eq(sign_in("a", "secret", &world), MK_UNAVAILABLE);
}
END_TEST

START_TEST(fixed_token__none)
{
    struct mk_caller caller;

    ck_assert_int_eq(bearer("", false, &caller), MK_UNAUTHORIZED);
    ck_assert_int_eq(bearer("(null)", true, &caller), MK_UNAUTHORIZED);
}
END_TEST

START_TEST(bearer__names_its_world)
{
    static const char *const scopes[] = { NULL, "", "links" };
    struct mk_world *a = enter("a");
    char token[MK_BEARER_SIZE];
    struct mk_caller caller;

    enter("b");
    for (size_t i = 0; i < MK_COUNT(scopes); i++) {
        issue(a, scopes[i], mk_real_now(), token);
        ck_assert_int_eq(bearer(token, false, &caller), MK_OK);
        ck_assert_ptr_eq(caller.world, a);
        ck_assert_str_eq(caller.scope, scopes[i] == NULL ? "" : scopes[i]);
    }
}
END_TEST

START_TEST(bearer__expired)
{
    struct mk_world *world = enter("a");
    char token[MK_BEARER_SIZE];
    struct mk_caller caller;

    issue(world, "links", mk_real_now() - MK_HOUR, token);
    ck_assert_int_eq(bearer(token, false, &caller), MK_BEARER_EXPIRED);
    ck_assert_int_eq(bearer(token, true, &caller), MK_OK);
    ck_assert_ptr_eq(caller.world, world);
    ck_assert_str_eq(caller.scope, "links");
}
END_TEST

/* The handle of one world before the number and secret of another's token, and of no world. */
START_TEST(bearer__forged)
{
    struct mk_world *a = enter("a");
    struct mk_world *b = enter("b");
    char token_a[MK_BEARER_SIZE];
    char token_b[MK_BEARER_SIZE];
    struct mk_caller caller;

    issue(a, NULL, mk_real_now(), token_a);
    issue(b, NULL, mk_real_now(), token_b);
    memcpy(token_a, token_b, 8);
    ck_assert_int_eq(bearer(token_a, true, &caller), MK_UNAUTHORIZED);
    token_b[0] = token_b[0] == '0' ? '1' : '0';
    ck_assert_int_eq(bearer(token_b, true, &caller), MK_UNAUTHORIZED);
    ck_assert_int_eq(bearer("0123", true, &caller), MK_UNAUTHORIZED);
}
END_TEST

/* The longest that POST /auth/token takes, in characters of four bytes. */
START_TEST(bearer__longest_scope_comes_whole)
{
    struct mk_world *world = enter("a");
    char token[MK_BEARER_SIZE];
    char scope[MK_SCOPE_SIZE];
    struct mk_caller caller;

    for (size_t i = 0; i < MK_SCOPE_MAX; i++)
        memcpy(scope + 4 * i, "\xF0\x9F\x98\x80", 5);
    issue(world, scope, mk_real_now(), token);
    ck_assert_int_eq(bearer(token, false, &caller), MK_OK);
    ck_assert_str_eq(caller.scope, scope);
}
END_TEST

static struct mk_link *add_link(struct mk_world *world, char id[MK_LINK_ID_SIZE])
{
    struct mk_link *link =
        mk_links_add(&world->links, &world->ids, &world->secrets, mk_world_now(world));

    mk_link_id_write(link, id);
    return link;
}

static bool other_has(const struct mk_world *mine, const char *id)
{
    return mk_worlds_other_has_link(worlds, mine, id);
}

/* In every state in which its own world would see it. */
START_TEST(other_has_link__while_it_is_in_sight)
{
    struct mk_world *mine = enter("a");
    struct mk_world *other = enter("b");
    char id[MK_LINK_ID_SIZE];
    char token[MK_TOKEN_SIZE];
    struct mk_link *link = add_link(other, id);

    ck_assert(other_has(mine, id));
    ck_assert(!other_has(other, id));
    ck_assert(!other_has(mine, "mk_2222222222222222222222"));
    ck_assert(!other_has(mine, ""));
    mk_link_token_write(link, token);
    ck_assert_int_eq(mk_linking_exchange(other, token, &link), MK_OK);
    ck_assert(other_has(mine, id));
    mk_links_delete(&other->links, link, mk_world_now(other));
    ck_assert(other_has(mine, id));
    other->clock.frozen_at += MK_DELETED_LIFE;
    ck_assert(!other_has(mine, id));

    add_link(other, id);
    other->clock.frozen_at += MK_TOKEN_LIFE;
    ck_assert(!other_has(mine, id));
}
END_TEST

/* Every world has the example, so it tells nothing of others, exchanged or not. */
START_TEST(other_has_link__never_the_example)
{
    struct mk_world *mine = enter("a");
    struct mk_world *other = enter("b");
    struct mk_link *link;

    ck_assert(!other_has(mine, EXAMPLE_ID));
    ck_assert_int_eq(mk_linking_exchange(other, EXAMPLE_TOKEN, &link), MK_OK);
    ck_assert(!other_has(mine, EXAMPLE_ID));
    ck_assert_int_eq(mk_linking_exchange(mine, EXAMPLE_TOKEN, &link), MK_OK); /* each has its own */
    mk_links_delete(&other->links, mk_links_find(&other->links, EXAMPLE_ID, BANK_NOW), BANK_NOW);
    ck_assert_ptr_nonnull(mk_links_find(&mine->links, EXAMPLE_ID, BANK_NOW));
}
END_TEST

Suite *worlds_suite(void)
{
    Suite *suite = suite_create("worlds");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_worlds, close_worlds);
    tcase_add_test(all, sign_in__makes_one_world_per_client);
    tcase_add_test(all, sign_in__pins_the_first_secret);
    tcase_add_test(all, sign_in__says_that_it_is_pinned);
    tcase_add_test(all, sign_in__lengths);
    tcase_add_test(all, configured__only_they_get_in);
    tcase_add_test(all, limit__one_client_too_many);
    tcase_add_test(all, fixed_token__has_a_world);
    tcase_add_test(all, fixed_token__beside_configured_clients);
    tcase_add_test(all, fixed_token__none);
    tcase_add_test(all, bearer__names_its_world);
    tcase_add_test(all, bearer__expired);
    tcase_add_test(all, bearer__forged);
    tcase_add_test(all, bearer__longest_scope_comes_whole);
    tcase_add_test(all, other_has_link__while_it_is_in_sight);
    tcase_add_test(all, other_has_link__never_the_example);
    suite_add_tcase(suite, all);
    return suite;
}
