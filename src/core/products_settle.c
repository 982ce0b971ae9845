/* SPDX-License-Identifier: MIT */
/* What happens to the products of a link as time passes, declared in core/products.h. */
#include "core/products.h"

#include "core/history.h"
#include "core/notices.h"
#include "core/products_private.h"

/* Times here are seconds after the link's created_at, as its record keeps them. */
struct settling {
    struct mk_world *world;
    struct mk_link *link;
    int64_t now;
    int64_t at;    /* how far it has come */
    int64_t daily; /* between daily refreshes; 0: none */
    int64_t since; /* no daily one begins before */
};

static const struct mk_persona *persona_of(const struct mk_world *world, const struct mk_link *link)
{
    return mk_persona_at(world->bank->personas, link->persona);
}

static bool is_running(const struct mk_link *link, unsigned product)
{
    return link->history != NULL && link->history->ends[product] != MK_NEVER_SECONDS;
}

/* When a refresh that begins at this moment ends, to the nearest second. */
static int32_t end_of(const struct mk_link *link, int64_t moment, int64_t span)
{
    return mk_link_seconds(link, span > 0 ? moment + span + MK_SECOND / 2 : moment);
}

/*
 * Those under way stay so, but for one that a clock set back since would keep under way for long.
 * Enrichment comes with the transactions.
 */
void mk_products_start(const struct mk_world *world, struct mk_link *link, unsigned products,
                       int64_t moment)
{
    int64_t own = persona_of(world, link)->refresh_span;
    int64_t span = own > 0 ? own : world->settings.refresh_span;
    struct mk_history *history = mk_history_of(link);
    int32_t begin = mk_link_seconds(link, moment);

    if (products & 1U << MK_PRODUCT_TRANSACTIONS)
        products |= 1U << MK_PRODUCT_ENRICHMENT;
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        struct mk_link_product *product = &link->products[i];
        if (!(products & 1U << i) || !product->granted)
            continue;
        if (is_running(link, i) && product->attempted <= begin)
            continue;
        product->attempted = begin;
        history->ends[i] = end_of(link, moment, span);
    }
}

/* A flaky persona's refreshes fail with each error in turn, then succeed once. */
static enum mk_product_error outcome(const struct settling *settling)
{
    struct mk_link *link = settling->link;

    if (link->state == MK_STATE_ERROR)
        return MK_PRODUCT_ERROR_AUTH_EXPIRED;
    if (!persona_of(settling->world, link)->is_flaky)
        return MK_PRODUCT_ERROR_NONE;
    return (enum mk_product_error)(link->history->failures++ % (MK_PRODUCT_ERROR_COUNT + 1));
}

/*
 * Without a receiver only the last daily refreshes are told: a link that nobody looked at for years
 * would fill the journal with the others.
 */
static bool is_told(const struct settling *settling)
{
    return settling->link->webhook != NULL || settling->daily == 0 ||
           settling->at + settling->daily > settling->now;
}

static void tell(const struct settling *settling, unsigned products, bool is_fine)
{
    struct mk_link *link = settling->link;
    int64_t at = mk_link_moment(link, (int32_t)settling->at);

    if (!is_told(settling))
        return;
    mk_notice_products(settling->world, link, products, at);
    if (is_fine && products & 1U << MK_PRODUCT_TRANSACTIONS)
        mk_notice_transactions(settling->world, link, at);
}

/* What ends at the same time ends alike. */
static void end(const struct settling *settling, unsigned products)
{
    struct mk_link *link = settling->link;
    enum mk_product_error error = outcome(settling);
    bool is_fine = error == MK_PRODUCT_ERROR_NONE;

    if (is_fine && products & 1U << MK_PRODUCT_TRANSACTIONS)
        mk_history_fetched(link, mk_link_moment(link, (int32_t)settling->at));
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!(products & 1U << i))
            continue;
        link->history->ends[i] = MK_NEVER_SECONDS;
        link->products[i].failure = is_fine ? 0 : (uint8_t)(1 + error);
        if (is_fine)
            link->products[i].refreshed = (int32_t)settling->at;
    }
    tell(settling, products, is_fine);
}

bool mk_products_are_full(const struct mk_link *link, unsigned product)
{
    return product == MK_PRODUCT_TRANSACTIONS && mk_history_count(link) >= MK_BATCHES_MAX;
}

/*
 * When the next daily refresh begins. Of more than a link can hold batches the first ones are left
 * out, which bounds the work.
 */
static int64_t next_daily(const struct settling *settling, unsigned product)
{
    int64_t own = settling->link->products[product].attempted + settling->daily;
    int64_t due = own > settling->since ? own : settling->since;
    int64_t spare = settling->now - due - settling->daily * MK_BATCHES_MAX;

    if (spare > 0)
        due += (spare + settling->daily - 1) / settling->daily * settling->daily;
    return due > settling->at ? due : settling->at;
}

/* When the product's refresh ends or its daily one begins; INT64_MAX: neither. */
static int64_t next_of(const struct settling *settling, unsigned product)
{
    const struct mk_link *link = settling->link;

    if (is_running(link, product))
        return link->history->ends[product];
    if (settling->daily == 0 || link->products[product].refreshed == MK_NEVER_SECONDS ||
        mk_products_are_full(link, product))
        return INT64_MAX;
    return next_daily(settling, product);
}

static int64_t next_of_all(const struct settling *settling)
{
    int64_t next = INT64_MAX;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        int64_t own = next_of(settling, i);
        next = own < next ? own : next;
    }
    return next;
}

static void step(struct settling *settling)
{
    struct mk_link *link = settling->link;
    unsigned ended = 0;
    unsigned begun = 0;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (next_of(settling, i) > settling->at)
            continue;
        if (is_running(link, i))
            ended |= 1U << i;
        else
            begun |= 1U << i;
    }
    if (ended != 0)
        end(settling, ended);
    if (begun != 0)
        mk_products_start(settling->world, link, begun,
                          mk_link_moment(link, (int32_t)settling->at));
}

/* The documentation's example shows the values printed there: no daily refresh moves them. */
static int64_t daily_span(const struct mk_world *world, const struct mk_link *link)
{
    if (link->state != MK_STATE_CONNECTED || link->is_example)
        return 0;
    return (world->settings.auto_refresh_span + MK_SECOND - 1) / MK_SECOND;
}

static bool is_exchanged(const struct mk_link *link)
{
    return link->state == MK_STATE_CONNECTED || link->state == MK_STATE_ERROR;
}

static struct settling settling_of(struct mk_world *world, struct mk_link *link, int64_t moment)
{
    return (struct settling){ .world = world,
                              .link = link,
                              .now = mk_link_seconds(link, moment),
                              .at = INT64_MIN,
                              .daily = daily_span(world, link),
                              .since = mk_link_seconds(link, world->settings.auto_refresh_since) };
}

void mk_products_settle_by(struct mk_world *world, struct mk_link *link, int64_t moment)
{
    if (!is_exchanged(link))
        return;

    struct settling settling = settling_of(world, link, moment);
    int64_t next = next_of_all(&settling);
    if (next > settling.now)
        return;
    for (; next <= settling.now; next = next_of_all(&settling)) {
        settling.at = next;
        step(&settling);
    }
    mk_schedule_link(world, link);
}

void mk_products_settle(struct mk_world *world, struct mk_link *link)
{
    mk_products_settle_by(world, link, mk_world_now(world));
}

/* --- When ------------------------------------------------------------------------------------- */

static int64_t moment_of(const struct mk_link *link, int64_t seconds)
{
    return seconds > INT32_MAX ? INT64_MAX : mk_link_moment(link, (int32_t)seconds);
}

int64_t mk_products_next(struct mk_world *world, struct mk_link *link)
{
    if (!is_exchanged(link))
        return INT64_MAX;

    const struct settling settling = settling_of(world, link, mk_world_now(world));
    return moment_of(link, next_of_all(&settling));
}

int64_t mk_products_next_end(const struct mk_link *link)
{
    int64_t next = INT64_MAX;

    for (unsigned i = 0; is_exchanged(link) && i < MK_PRODUCT_COUNT; i++) {
        if (is_running(link, i) && link->history->ends[i] < next)
            next = link->history->ends[i];
    }
    return moment_of(link, next);
}
