/* SPDX-License-Identifier: MIT */
#include "core/link_states.h"

#include "core/history.h"
#include "core/linking.h"
#include "core/notices.h"
#include "core/products.h"

/* An end of a refresh that no clock reaches. */
#define NEVER_ENDS INT32_MAX

static const struct mk_place body_place = { .key = "body" };

static enum mk_link_state state_after(const struct mk_link *link, const struct mk_link_wish *wish)
{
    return (enum mk_link_state)(wish->state < 0 ? link->state : wish->state);
}

/* --- What can't be ---------------------------------------------------------------------------- */

static void refuse_error_code(struct mk_issues *issues)
{
    const struct mk_place place = { .parent = &body_place, .key = "error_code" };

    mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE,
                  "An error_code goes with state error only", 0);
}

/* At ["body", "products", product, key], or without the key where it is NULL. */
static void refuse_product(struct mk_issues *issues, unsigned product, const char *key,
                           const char *sentence)
{
    const struct mk_place products = { .parent = &body_place, .key = "products" };
    const struct mk_place entry = { .parent = &products, .key = mk_product_names[product] };
    const struct mk_place place = { .parent = &entry, .key = key };

    mk_issues_add(issues, key != NULL ? &place : &entry, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
}

static void check_product(const struct mk_link *link, unsigned product,
                          const struct mk_product_wish *wish, enum mk_link_state state,
                          struct mk_issues *issues)
{
    bool is_failed = wish->state == MK_PRODUCT_STATE_FAILED;

    if (!link->products[product].granted)
        refuse_product(issues, product, NULL, "The end user did not grant this product");
    else if (!is_failed && state != MK_STATE_CONNECTED)
        refuse_product(issues, product, "state", "Only a link in state connected is refreshed");
    else if (is_failed && state != MK_STATE_CONNECTED && state != MK_STATE_ERROR)
        refuse_product(issues, product, "state",
                       "A refresh fails only in the states connected and error");
    if (!is_failed && wish->error != MK_PRODUCT_ERROR_NONE)
        refuse_product(issues, product, "error_code", "An error_code goes with state failed only");
}

static enum mk_err check_room(const struct mk_link *link, const struct mk_link_wish *wish,
                              struct mk_problem *problem)
{
    if (wish->products[MK_PRODUCT_TRANSACTIONS].state != MK_PRODUCT_STATE_COMPLETED ||
        mk_history_count(link) < MK_BATCHES_MAX)
        return MK_OK;
    return mk_fail(problem, MK_UNAVAILABLE,
                   "The data of this link has changed %u times, the sandbox's limit.",
                   MK_BATCHES_MAX);
}

static enum mk_err check(const struct mk_link *link, const struct mk_link_wish *wish,
                         struct mk_issues *issues, struct mk_problem *problem)
{
    enum mk_link_state state = state_after(link, wish);

    if (wish->error != MK_LINK_ERROR_NONE && state != MK_STATE_ERROR)
        refuse_error_code(issues);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (wish->products[i].state != MK_PRODUCT_STATE_COUNT)
            check_product(link, i, &wish->products[i], state, issues);
    }
    if (mk_issues_any(issues))
        return MK_INVALID;
    return check_room(link, wish, problem);
}

/* --- The state -------------------------------------------------------------------------------- */

static bool is_unready(enum mk_link_state state)
{
    return state == MK_STATE_CONNECTING || state == MK_STATE_AWAITING_TOKEN_EXCHANGE;
}

static void tell_state(struct mk_world *world, struct mk_link *link)
{
    mk_schedule_link(world, link);
    mk_notice_state(world, link, mk_world_now(world));
}

/* Its time is not over, or nobody could name it. */
static enum mk_err exchange(struct mk_world *world, struct mk_link *link)
{
    char token[MK_TOKEN_SIZE];

    mk_link_token_write(link, token);
    link->state = MK_STATE_AWAITING_TOKEN_EXCHANGE;
    return mk_linking_exchange(world, token, &link);
}

static void make_unready(struct mk_world *world, struct mk_link *link, enum mk_link_state state)
{
    if (!mk_link_is_pending(link))
        link->ends_at = MK_PARKED;
    for (size_t i = 0; link->history != NULL && i < MK_PRODUCT_COUNT; i++)
        link->history->ends[i] = MK_NEVER_SECONDS;
    link->state = (uint8_t)state;
    link->error = MK_LINK_ERROR_NONE;
    tell_state(world, link);
}

static void connect(struct mk_world *world, struct mk_link *link)
{
    link->state = MK_STATE_CONNECTED;
    link->error = MK_LINK_ERROR_NONE;
    tell_state(world, link);
}

/* Without a code of the wish an error stays what it is, and a new one is that of a reset. */
static void fail(struct mk_world *world, struct mk_link *link, enum mk_link_error error)
{
    if (error == MK_LINK_ERROR_NONE)
        error = link->state == MK_STATE_ERROR ? (enum mk_link_error)link->error
                                              : MK_LINK_ERROR_AUTH_EXPIRED;
    if (link->state != MK_STATE_ERROR || link->error != error)
        mk_products_disconnect(world, link, error);
}

/* From an active one that may be parked. */
static void put_active(struct mk_world *world, struct mk_link *link,
                       const struct mk_link_wish *wish)
{
    enum mk_link_state state = state_after(link, wish);

    if (state == MK_STATE_ERROR)
        fail(world, link, wish->error);
    else if (state == link->state)
        return;
    else if (state == MK_STATE_DELETED)
        mk_linking_delete(world, link);
    else if (is_unready(state))
        make_unready(world, link, state);
    else
        connect(world, link);
}

static enum mk_err put_state(struct mk_world *world, struct mk_link *link,
                             const struct mk_link_wish *wish)
{
    enum mk_link_state state = state_after(link, wish);

    if (link->state == MK_STATE_DELETED && state != MK_STATE_DELETED) {
        mk_links_revive(&world->links, link);
        if (state == MK_STATE_CONNECTED)
            tell_state(world, link);
    }
    if (mk_link_is_pending(link) && !is_unready(state))
        MK_TRY(exchange(world, link));
    put_active(world, link, wish);
    return MK_OK;
}

/* --- The products ----------------------------------------------------------------------------- */

static struct mk_link_wish with_enrichment(const struct mk_link *link,
                                           const struct mk_link_wish *wish)
{
    struct mk_link_wish whole = *wish;
    struct mk_product_wish *enrichment = &whole.products[MK_PRODUCT_ENRICHMENT];

    if (enrichment->state == MK_PRODUCT_STATE_COUNT &&
        link->products[MK_PRODUCT_ENRICHMENT].granted)
        *enrichment = whole.products[MK_PRODUCT_TRANSACTIONS];
    return whole;
}

/* Those whose daily refresh a link missed while it was away. */
static unsigned overdue(const struct mk_world *world, const struct mk_link *link)
{
    int64_t span = world->settings.auto_refresh_span;
    unsigned products = 0;

    for (unsigned i = 0; span > 0 && !link->is_example && i < MK_PRODUCT_COUNT; i++) {
        if (mk_link_refreshed_at(link, (enum mk_product)i) != MK_NEVER &&
            mk_link_attempted_at(link, (enum mk_product)i) + span <= mk_world_now(world))
            products |= 1U << i;
    }
    return products;
}

static void put_product(struct mk_link *link, unsigned product, const struct mk_product_wish *wish,
                        int64_t now)
{
    struct mk_link_product *record = &link->products[product];
    bool is_failed = wish->state == MK_PRODUCT_STATE_FAILED;
    enum mk_product_error error =
        wish->error == MK_PRODUCT_ERROR_NONE ? MK_PRODUCT_ERROR_UNKNOWN : wish->error;

    mk_history_of(link)->ends[product] = is_failed ? MK_NEVER_SECONDS : NEVER_ENDS;
    record->attempted = mk_link_seconds(link, now);
    if (is_failed)
        record->failure = (uint8_t)(1 + error);
}

/* `fetched`: for another reason than the wish. */
static void put_products(struct mk_world *world, struct mk_link *link,
                         const struct mk_link_wish *wish, unsigned fetched)
{
    int64_t now = mk_world_now(world);
    unsigned failed = 0;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        const struct mk_product_wish *product = &wish->products[i];
        if (product->state == MK_PRODUCT_STATE_COUNT)
            continue;
        fetched &= ~(1U << i);
        if (product->state == MK_PRODUCT_STATE_COMPLETED)
            fetched |= 1U << i;
        else
            put_product(link, i, product, now);
        if (product->state == MK_PRODUCT_STATE_FAILED)
            failed |= 1U << i;
    }
    mk_products_fetch(link, fetched, now);
    mk_schedule_link(world, link);
    mk_notice_products(world, link, fetched | failed, now);
    if (fetched & 1U << MK_PRODUCT_TRANSACTIONS)
        mk_notice_transactions(world, link, now);
}

enum mk_err mk_link_put(struct mk_world *world, struct mk_link *link,
                        const struct mk_link_wish *wish, struct mk_issues *issues,
                        struct mk_problem *problem)
{
    const struct mk_link_wish whole = with_enrichment(link, wish);
    bool was_away = link->state != MK_STATE_CONNECTED;

    MK_TRY(check(link, &whole, issues, problem));
    MK_TRY(put_state(world, link, &whole));
    bool is_back = was_away && link->state == MK_STATE_CONNECTED;
    put_products(world, link, &whole, is_back ? overdue(world, link) : 0);
    return MK_OK;
}
