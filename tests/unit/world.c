/* SPDX-License-Identifier: MIT */
/* What a world starts from: its seeds and its clock. */
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

static struct mk_world *enter(const char *id)
{
    struct mk_problem problem = { 0 };
    struct mk_caller caller;

    ck_assert_int_eq(mk_worlds_sign_in(worlds, id, "secret", &problem, &caller), MK_OK);
    return bank_borrow(caller.world);
}

static struct mk_link *add_link(struct mk_world *world, char id[MK_LINK_ID_SIZE])
{
    struct mk_link *link =
        mk_links_add(&world->links, &world->ids, &world->secrets, mk_world_now(world));

    mk_link_id_write(link, id);
    return link;
}

/* All that a world draws: its handle, two links with their tokens, a session, a bearer. */
static void draw(struct mk_world *world, struct mk_text *out)
{
    char id[MK_LINK_ID_SIZE];
    char token[MK_BEARER_SIZE];

    for (int i = 0; i < 2; i++) {
        struct mk_link *link = add_link(world, id);
        mk_text_add_text(out, id);
        mk_link_token_write(link, token);
        mk_text_add_text(out, token);
    }
    mk_session_token_write(mk_sessions_add(&world->sessions, &world->secrets, mk_world_now(world)),
                           world->handle, NULL, out);
    mk_bearers_issue(&world->bearers, &world->secrets, world->handle, NULL,
                     BANK_NOW + MK_BEARER_SECONDS * MK_SECOND, false, token);
    mk_text_add_text(out, token);
}

/* The same whatever other clients do, and in whatever order they come. */
START_TEST(deterministic__repeats)
{
    struct mk_text first = MK_TEXT(10000);
    struct mk_text second = MK_TEXT(10000);
    struct mk_text other = MK_TEXT(10000);

    draw(enter("a"), &first);
    draw(enter("b"), &other);
    open_with(&any);
    enter("c");
    enter("b");
    draw(enter("a"), &second);
    ck_assert_str_eq(first.bytes, second.bytes);
    ck_assert_str_ne(first.bytes, other.bytes);
    mk_text_clear(&other);
    draw(bank_borrow(mk_worlds_find(worlds, "b")), &other);
    mk_text_clear(&second);

    struct mk_worlds_config config = any;
    config.world.seed = 1;
    open_with(&config);
    draw(enter("a"), &second);
    ck_assert_str_ne(first.bytes, second.bytes);
    mk_text_done(&first);
    mk_text_done(&second);
    mk_text_done(&other);
}
END_TEST

/* Otherwise ids repeat, secrets do not. */
START_TEST(random__only_ids_repeat)
{
    struct mk_worlds_config config = any;
    char ids[2][MK_LINK_ID_SIZE];
    unsigned char tokens[2][16];

    config.world.deterministic = false;
    for (int i = 0; i < 2; i++) {
        open_with(&config);
        memcpy(tokens[i], add_link(enter("a"), ids[i])->token, 16);
    }
    ck_assert_str_eq(ids[0], ids[1]);
    ck_assert_mem_ne(tokens[0], tokens[1], 16);
}
END_TEST

START_TEST(clock__of_a_world)
{
    struct mk_world_config config = { .start = MK_NEVER,
                                      .timestamps = MK_TIMES_UTC,
                                      .bank = bank_data() };
    struct mk_world *world = mk_world_new(&config, "a", NULL);

    ck_assert_int_le(mk_world_now(world) - mk_real_now(), MK_SECOND);
    ck_assert(!world->clock.frozen);
    ck_assert_int_eq(world->settings.timestamps, MK_TIMES_UTC);
    mk_world_release(world);

    config.start = BANK_NOW;
    world = mk_world_new(&config, "a", NULL);
    ck_assert_int_ge(mk_world_now(world), BANK_NOW);
    ck_assert_int_lt(mk_world_now(world), BANK_NOW + MK_MINUTE);
    mk_world_release(world);

    config.deterministic = true;
    world = mk_world_new(&config, "a", NULL);
    ck_assert_int_eq(mk_world_now(world), BANK_NOW);
    ck_assert(world->clock.frozen);
    mk_world_release(world);
    mk_world_release(NULL);
}
END_TEST

/* Other clients' worlds have other ids, since the seed is the client's too. */
START_TEST(seed__is_the_clients)
{
    struct mk_world_config config = { .start = BANK_NOW, .seed = 3, .bank = bank_data() };
    struct mk_world *a = mk_world_new(&config, "a", NULL);
    struct mk_world *b = mk_world_new(&config, "b", NULL);

    ck_assert_uint_eq(a->seed, mk_seed_derive(3, "a"));
    ck_assert_uint_eq(b->seed, mk_seed_derive(3, "b"));
    ck_assert_uint_ne(mk_random_next(&a->ids), mk_random_next(&b->ids));
    ck_assert_ptr_null(a->secret);
    mk_world_release(a);
    mk_world_release(b);
}
END_TEST

/* Contents change hands; who the world is, its tokens and its journal stay. */
START_TEST(take__swaps_contents)
{
    struct mk_world *world = enter("a");
    struct mk_world_config config = world->config;
    char id[MK_LINK_ID_SIZE];
    char token[MK_BEARER_SIZE];
    const struct mk_bearer *bearer;
    uint32_t handle = world->handle;

    config.start = BANK_NOW - MK_DAY;
    struct mk_world *fresh = mk_world_new(&config, "b", "other");
    add_link(world, id);
    world->settings.refresh_span = 7 * MK_SECOND;
    mk_journal_set_limit(&fresh->journal, MK_JOURNAL_BYTES_MIN);
    mk_bearers_issue(&world->bearers, &world->secrets, handle, NULL, BANK_NOW + MK_HOUR, true,
                     token);
    mk_world_take(world, fresh, false);
    ck_assert_uint_eq(world->epoch, 1);
    ck_assert_uint_eq(world->handle, handle);
    ck_assert_str_eq(world->client_id, "a");
    ck_assert_str_eq(world->secret, "secret");
    ck_assert_int_eq(mk_world_now(world), BANK_NOW - MK_DAY);
    ck_assert_int_eq(world->settings.refresh_span, MK_REFRESH_SPAN);
    ck_assert_uint_eq(world->journal.limit, MK_JOURNAL_BYTES_MIN);
    ck_assert_ptr_null(mk_links_find(&world->links, id, BANK_NOW));
    ck_assert_ptr_nonnull(mk_links_find(&fresh->links, id, BANK_NOW));
    ck_assert_str_eq(fresh->client_id, "b");

    /* A token that goes by the world's clock is as good as before. */
    ck_assert_int_eq(
        mk_bearers_find(&world->bearers, token, 0, mk_world_now(world) + MK_HOUR - 1, &bearer),
        MK_OK);
    ck_assert_int_eq(
        mk_bearers_find(&world->bearers, token, 0, mk_world_now(world) + MK_HOUR, &bearer),
        MK_BEARER_EXPIRED);
    mk_world_release(fresh);
}
END_TEST

Suite *world_suite(void)
{
    Suite *suite = suite_create("world");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_worlds, close_worlds);
    tcase_add_test(all, deterministic__repeats);
    tcase_add_test(all, random__only_ids_repeat);
    tcase_add_test(all, seed__is_the_clients);
    tcase_add_test(all, clock__of_a_world);
    tcase_add_test(all, take__swaps_contents);
    suite_add_tcase(suite, all);
    return suite;
}
