/* SPDX-License-Identifier: MIT */
/* Links put into every state from every state, and their products. */
#include "core/link_states.h"

#include "base/memory.h"
#include "support/heard.h"
#include "support/stream.h"
#include "unit/suites.h"

static struct bank bank;
static uint64_t after_;
static struct mk_issues issues_;
static struct mk_problem problem_;

static void setup(void)
{
    bank = bank_open();
    after_ = 0;
    issues_ = (struct mk_issues){ 0 };
    problem_ = (struct mk_problem){ 0 };
}

static void teardown(void)
{
    mk_issues_done(&issues_);
    bank_close(&bank);
}

static struct mk_link_wish wish_of(int state, enum mk_link_error error)
{
    struct mk_link_wish wish = { .state = state, .error = error };

    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        wish.products[i] =
            (struct mk_product_wish){ MK_PRODUCT_STATE_COUNT, MK_PRODUCT_ERROR_NONE };
    return wish;
}

static enum mk_err put(struct mk_link *link, const struct mk_link_wish *wish)
{
    return mk_link_put(bank.world, link, wish, &issues_, &problem_);
}

static void put_state(struct mk_link *link, int state)
{
    const struct mk_link_wish wish = wish_of(state, MK_LINK_ERROR_NONE);

    ck_assert_int_eq(put(link, &wish), MK_OK);
}

static struct mk_link_wish product_wish(enum mk_product product, enum mk_product_state state,
                                        enum mk_product_error error)
{
    struct mk_link_wish wish = wish_of(-1, MK_LINK_ERROR_NONE);

    wish.products[product] = (struct mk_product_wish){ state, error };
    return wish;
}

static const char *news(void)
{
    return heard(bank.world, &after_, BANK_NOW);
}

static struct mk_link *pending_link(void)
{
    struct mk_choices choices = bank_defaults();

    return bank_finish(&bank, bank_session(&bank), &choices);
}

/* A link in this state; `pending`: never exchanged. */
static struct mk_link *link_in(enum mk_link_state state, bool pending)
{
    struct mk_link *link = pending ? pending_link() : stream_link(&bank, "user_good");

    put_state(link, (int)state);
    news();
    return link;
}

/* --- States ----------------------------------------------------------------------------------- */

struct way {
    enum mk_link_state from;
    bool pending;
    enum mk_link_state to;
    const char *news;
};

#define C MK_STATE_CONNECTING
#define A MK_STATE_AWAITING_TOKEN_EXCHANGE
#define G MK_STATE_CONNECTED
#define D MK_STATE_DELETED
#define E MK_STATE_ERROR

/* clang-format off */
static const struct way ways[] = {
    { A, true, C, "0:connecting " }, { A, true, A, "" }, { A, true, G, "0:connected " },
    { A, true, D, "0:connected 0:deleted " }, { A, true, E, "0:connected 0:error " },
    { C, true, C, "" }, { C, true, A, "0:awaiting_token_exchange " },
    { C, true, G, "0:connected " }, { C, true, D, "0:connected 0:deleted " },
    { C, true, E, "0:connected 0:error " },
    { C, false, C, "" }, { C, false, A, "0:awaiting_token_exchange " },
    { C, false, G, "0:connected " }, { C, false, D, "0:deleted " }, { C, false, E, "0:error " },
    { A, false, C, "0:connecting " }, { A, false, A, "" }, { A, false, G, "0:connected " },
    { A, false, D, "0:deleted " }, { A, false, E, "0:error " },
    { G, false, C, "0:connecting " }, { G, false, A, "0:awaiting_token_exchange " },
    { G, false, G, "" }, { G, false, D, "0:deleted " }, { G, false, E, "0:error " },
    { D, false, C, "0:connecting " }, { D, false, A, "0:awaiting_token_exchange " },
    { D, false, G, "0:connected " }, { D, false, D, "" }, { D, false, E, "0:error " },
    { E, false, C, "0:connecting " }, { E, false, A, "0:awaiting_token_exchange " },
    { E, false, G, "0:connected " }, { E, false, D, "0:deleted " }, { E, false, E, "" },
};
/* clang-format on */

/* Pending: in the list of the unexchanged, by its token. */
static bool is_exchangeable(struct mk_link *link)
{
    char token[MK_TOKEN_SIZE];
    struct mk_link *found = NULL;

    mk_link_token_write(link, token);
    return mk_links_exchange(&bank.world->links, token, BANK_NOW, &found) == MK_OK;
}

static size_t listed(void)
{
    const struct mk_link *link = NULL;
    size_t count = 0;

    while ((link = mk_links_next_active(&bank.world->links, link)) != NULL)
        count++;
    return count;
}

START_TEST(state__every_way)
{
    const struct way *way = &ways[_i];
    struct mk_link *link = link_in(way->from, way->pending);
    bool is_readable = way->to == G || way->to == E;
    bool is_code = way->to == E;
    char id[MK_LINK_ID_SIZE];
    struct mk_link *found = NULL;

    put_state(link, (int)way->to);
    ck_assert_str_eq(news(), way->news);
    ck_assert_int_eq(link->state, way->to);
    ck_assert_int_eq(link->error, is_code ? MK_LINK_ERROR_AUTH_EXPIRED : MK_LINK_ERROR_NONE);
    mk_link_id_write(link, id);
    ck_assert_ptr_eq(mk_links_find(&bank.world->links, id, BANK_NOW), link);
    ck_assert_int_eq(mk_links_usable(&bank.world->links, id, BANK_NOW, &problem_, &found),
                     is_readable    ? MK_OK
                     : way->to == D ? MK_LINK_DELETED
                                    : MK_LINK_BAD_STATE);
    ck_assert_uint_eq(listed(), is_readable);
    ck_assert(is_exchangeable(link) == (way->pending && way->to == A));
}
END_TEST

START_TEST(state__parked_links_never_end)
{
    struct mk_link *link = link_in(A, false);
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    bank_wait(&bank, 100 * MK_DAY);
    pending_link(); /* makes room */
    ck_assert_ptr_eq(mk_links_find(&bank.world->links, id, mk_world_now(bank.world)), link);
    put_state(link, G);
    ck_assert_int_eq(link->state, G);
}
END_TEST

START_TEST(state__pending_ones_do)
{
    struct mk_link *link = link_in(C, true);
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    bank_wait(&bank, MK_TOKEN_LIFE);
    ck_assert_ptr_null(mk_links_find(&bank.world->links, id, mk_world_now(bank.world)));
    pending_link(); /* forgets it */
}
END_TEST

START_TEST(state__away_for_days)
{
    struct mk_link *link = link_in(E, false);
    uint32_t batches = mk_history_count(link);

    bank_wait(&bank, 5 * MK_DAY);
    mk_products_settle(bank.world, link);
    ck_assert_uint_eq(mk_history_count(link), batches);
    put_state(link, G);
    ck_assert_uint_eq(mk_history_count(link), batches + 1);
    ck_assert_str_eq(news(), "432000:connected 432000:accounts 432000:account_numbers "
                             "432000:identity 432000:transactions 432000:investments "
                             "432000:enrichment 432000:updates ");
    mk_products_settle(bank.world, link);
    ck_assert_uint_eq(mk_history_count(link), batches + 1);
}
END_TEST

START_TEST(state__forgets_a_refresh)
{
    struct mk_link *link = stream_link(&bank, "user_good");

    ck_assert_int_eq(mk_products_refresh(bank.world, link, 1U << MK_PRODUCT_ACCOUNTS, &problem_),
                     MK_OK);
    put_state(link, C);
    ck_assert_int_eq(mk_products_next_end(link), INT64_MAX);
    ck_assert_int_eq(mk_products_next(bank.world, link), INT64_MAX);
    put_state(link, G);
    news();
    bank_wait(&bank, 10 * MK_SECOND);
    mk_products_settle(bank.world, link);
    ck_assert_str_eq(news(), "");
}
END_TEST

START_TEST(state__error_codes)
{
    struct mk_link *link = stream_link(&bank, "user_good");

    news();
    for (unsigned i = 0; i < MK_LINK_ERROR_COUNT; i++) {
        const struct mk_link_wish wish = wish_of(i == 0 ? MK_STATE_ERROR : -1, i);
        ck_assert_int_eq(put(link, &wish), MK_OK);
        ck_assert_int_eq(link->error, i);
        ck_assert_str_eq(news(), "0:error ");
        ck_assert_int_eq(put(link, &wish), MK_OK);
        ck_assert_str_eq(news(), "");
    }
    put_state(link, E); /* keeps its code */
    ck_assert_int_eq(link->error, MK_LINK_ERROR_COUNT - 1);
}
END_TEST

/* What its deletion erased stays erased. */
START_TEST(state__back_to_life)
{
    struct mk_link *link = link_in(D, false);

    put_state(link, G);
    const struct mk_ledger ledger = stream_open(&bank, link);
    json_t *state = stream_state(&ledger);
    ck_assert_uint_eq(json_array_size(state), 11);
    ck_assert_ptr_null(link->customer_user_id);
    json_decref(state);
    ck_assert_int_eq(
        mk_products_refresh(bank.world, link, 1U << MK_PRODUCT_TRANSACTIONS, &problem_), MK_OK);
    put_state(link, D);
    put_state(link, E);
    bank_wait(&bank, MK_DELETED_LIFE);
    pending_link();
    ck_assert_uint_eq(listed(), 1);
}
END_TEST

/* --- Products --------------------------------------------------------------------------------- */

START_TEST(product__completed)
{
    struct mk_link *link = link_in(G, false);
    struct mk_link_wish wish =
        product_wish(MK_PRODUCT_TRANSACTIONS, MK_PRODUCT_STATE_COMPLETED, MK_PRODUCT_ERROR_NONE);

    bank_wait(&bank, MK_HOUR);
    ck_assert_int_eq(put(link, &wish), MK_OK);
    ck_assert_str_eq(news(), "3600:transactions 3600:enrichment 3600:updates ");
    ck_assert_uint_eq(mk_history_count(link), 2);
    wish = product_wish(MK_PRODUCT_IDENTITY, MK_PRODUCT_STATE_COMPLETED, MK_PRODUCT_ERROR_NONE);
    ck_assert_int_eq(put(link, &wish), MK_OK);
    ck_assert_str_eq(news(), "3600:identity ");
    ck_assert_int_eq(mk_link_refreshed_at(link, MK_PRODUCT_IDENTITY), BANK_NOW + MK_HOUR);
}
END_TEST

START_TEST(product__failed)
{
    struct mk_link *link = link_in(G, false);

    for (unsigned i = 0; i < MK_PRODUCT_ERROR_COUNT; i++) {
        const struct mk_link_wish wish =
            product_wish(MK_PRODUCT_ACCOUNTS, MK_PRODUCT_STATE_FAILED, i);
        bank_wait(&bank, MK_SECOND);
        ck_assert_int_eq(put(link, &wish), MK_OK);
        ck_assert_int_eq(mk_link_product_error(link, MK_PRODUCT_ACCOUNTS), i);
        ck_assert_int_eq(mk_link_attempted_at(link, MK_PRODUCT_ACCOUNTS),
                         BANK_NOW + (i + 1) * MK_SECOND);
        ck_assert_int_eq(mk_link_refreshed_at(link, MK_PRODUCT_ACCOUNTS), BANK_NOW);
    }
    ck_assert_str_eq(news(), "1:!accounts 2:!accounts 3:!accounts 4:!accounts 5:!accounts "
                             "6:!accounts 7:!accounts 8:!accounts ");
}
END_TEST

/* Neither time nor another refresh ends it. */
START_TEST(product__under_way_for_ever)
{
    static const enum mk_product_state states[] = { MK_PRODUCT_STATE_PENDING,
                                                    MK_PRODUCT_STATE_IN_PROGRESS };
    struct mk_link *link = link_in(G, false);
    struct mk_link_wish wish =
        product_wish(MK_PRODUCT_TRANSACTIONS, states[_i], MK_PRODUCT_ERROR_NONE);

    ck_assert_int_eq(put(link, &wish), MK_OK);
    ck_assert_str_eq(news(), "");
    bank_wait(&bank, 10 * MK_HOUR);
    ck_assert_int_eq(
        mk_products_refresh(bank.world, link, 1U << MK_PRODUCT_TRANSACTIONS, &problem_), MK_OK);
    bank_wait(&bank, 100 * MK_DAY);
    mk_products_settle(bank.world, link);
    ck_assert_uint_eq(mk_history_count(link), 1);
    ck_assert_int_eq(mk_link_attempted_at(link, MK_PRODUCT_TRANSACTIONS), BANK_NOW);
    wish.products[MK_PRODUCT_TRANSACTIONS].state = MK_PRODUCT_STATE_COMPLETED;
    news();
    ck_assert_int_eq(put(link, &wish), MK_OK);
    ck_assert_str_eq(news(), "8676000:transactions 8676000:enrichment 8676000:updates ");
}
END_TEST

START_TEST(together__in_the_documented_order)
{
    struct mk_link *link = link_in(E, false);
    struct mk_link_wish wish = wish_of(MK_STATE_CONNECTED, MK_LINK_ERROR_NONE);

    wish.products[MK_PRODUCT_TRANSACTIONS].state = MK_PRODUCT_STATE_COMPLETED;
    wish.products[MK_PRODUCT_ACCOUNTS].state = MK_PRODUCT_STATE_FAILED;
    wish.products[MK_PRODUCT_ENRICHMENT].state = MK_PRODUCT_STATE_FAILED;
    ck_assert_int_eq(put(link, &wish), MK_OK);
    ck_assert_str_eq(news(), "0:connected 0:!accounts 0:transactions 0:!enrichment 0:updates ");
    ck_assert_int_eq(mk_link_product_error(link, MK_PRODUCT_ACCOUNTS), MK_PRODUCT_ERROR_UNKNOWN);
}
END_TEST

START_TEST(refused__over_the_limit)
{
    struct mk_link *link = link_in(E, false);
    struct mk_link_wish wish = wish_of(MK_STATE_CONNECTED, MK_LINK_ERROR_NONE);

    wish.products[MK_PRODUCT_TRANSACTIONS].state = MK_PRODUCT_STATE_COMPLETED;
    while (mk_history_add(link, (struct mk_batch){ .kind = MK_BATCH_FETCH }, BANK_NOW)) {
    }
    ck_assert_int_eq(put(link, &wish), MK_UNAVAILABLE);
    ck_assert_int_eq(link->state, MK_STATE_ERROR);
    ck_assert_str_eq(news(), "");
}
END_TEST

Suite *link_states_suite(void)
{
    Suite *suite = suite_create("link_states");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, state__every_way, 0, (int)MK_COUNT(ways));
    tcase_add_test(all, state__parked_links_never_end);
    tcase_add_test(all, state__pending_ones_do);
    tcase_add_test(all, state__away_for_days);
    tcase_add_test(all, state__forgets_a_refresh);
    tcase_add_test(all, state__error_codes);
    tcase_add_test(all, state__back_to_life);
    tcase_add_test(all, product__completed);
    tcase_add_test(all, product__failed);
    tcase_add_loop_test(all, product__under_way_for_ever, 0, 2);
    tcase_add_test(all, together__in_the_documented_order);
    tcase_add_test(all, refused__over_the_limit);
    suite_add_tcase(suite, all);
    return suite;
}
