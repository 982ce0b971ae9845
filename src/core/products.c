/* SPDX-License-Identifier: MIT */
#include "core/products.h"

#include "core/history.h"

/* Times here are seconds after the link's created_at, as its record keeps them. */
struct settling {
    struct mk_link *link;
    int64_t now;
    int64_t at;    /* how far it has come */
    int64_t daily; /* between daily refreshes; 0: none */
    int64_t refresh_span;
    bool is_flaky;
};

static const struct mk_persona *persona_of(const struct mk_world *world, const struct mk_link *link)
{
    return mk_persona_at(world->bank->personas, link->persona);
}

static int64_t refresh_span(const struct mk_world *world, const struct mk_link *link)
{
    int64_t own = persona_of(world, link)->refresh_span;

    return own > 0 ? own : world->settings.refresh_span;
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
static void start(struct mk_link *link, unsigned products, int64_t moment, int64_t span)
{
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
    if (!settling->is_flaky)
        return MK_PRODUCT_ERROR_NONE;
    return (enum mk_product_error)(link->history->failures++ % (MK_PRODUCT_ERROR_COUNT + 1));
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
}

static bool is_full(const struct mk_link *link, unsigned product)
{
    return product == MK_PRODUCT_TRANSACTIONS && mk_history_count(link) >= MK_BATCHES_MAX;
}

/*
 * When the next daily refresh begins. Of more than a link can hold batches the first ones are left
 * out, which bounds the work.
 */
static int64_t next_daily(const struct settling *settling, unsigned product)
{
    int64_t due = settling->link->products[product].attempted + settling->daily;
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
        is_full(link, product))
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
        start(link, begun, mk_link_moment(link, (int32_t)settling->at), settling->refresh_span);
}

/* The documentation's example shows the values printed there: no daily refresh moves them. */
static int64_t daily_span(const struct mk_world *world, const struct mk_link *link)
{
    if (link->state != MK_STATE_CONNECTED || link->is_example)
        return 0;
    return (world->settings.auto_refresh_span + MK_SECOND - 1) / MK_SECOND;
}

void mk_products_settle(struct mk_world *world, struct mk_link *link)
{
    if (link->state != MK_STATE_CONNECTED && link->state != MK_STATE_ERROR)
        return;

    struct settling settling = { .link = link,
                                 .now = mk_link_seconds(link, mk_world_now(world)),
                                 .at = INT64_MIN,
                                 .daily = daily_span(world, link),
                                 .refresh_span = refresh_span(world, link),
                                 .is_flaky = persona_of(world, link)->is_flaky };
    for (int64_t next; (next = next_of_all(&settling)) <= settling.now;) {
        settling.at = next;
        step(&settling);
    }
}

void mk_products_fetch(struct mk_link *link, unsigned products, int64_t now)
{
    if (products & 1U << MK_PRODUCT_TRANSACTIONS)
        mk_history_fetched(link, now);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!(products & 1U << i))
            continue;
        mk_link_fetched(link, (enum mk_product)i, now);
        if (link->history != NULL)
            link->history->ends[i] = MK_NEVER_SECONDS;
    }
}

static enum mk_err check_granted(const struct mk_link *link, unsigned products,
                                 struct mk_problem *problem)
{
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (products & 1U << i && !link->products[i].granted)
            return mk_fail(problem, MK_LINK_FORBIDDEN, "The end user did not grant %s.",
                           mk_product_names[i]);
    }
    return MK_OK;
}

static enum mk_err check_state(const struct mk_link *link, struct mk_problem *problem)
{
    if (link->state != MK_STATE_ERROR)
        return MK_OK;
    problem->link_error_code = mk_link_error_names[link->error];
    return mk_fail(problem, MK_LINK_BAD_STATE, "%s", mk_link_unavailable(link));
}

/* Seconds from one refresh that a call asks for to the next: MoneyKit's documentation, and ours. */
static int64_t documented_gap(unsigned product)
{
    bool is_hourly = product == MK_PRODUCT_ACCOUNTS || product == MK_PRODUCT_TRANSACTIONS;

    return (is_hourly ? MK_HOUR : MK_DAY) / MK_SECOND;
}

static enum mk_err check_limits(const struct mk_link *link, unsigned products, int64_t now,
                                struct mk_problem *problem)
{
    for (unsigned i = 0; link->history != NULL && i < MK_PRODUCT_COUNT; i++) {
        int64_t passed = (int64_t)mk_link_seconds(link, now) - link->history->requested[i];
        int64_t left = documented_gap(i) - passed;
        if (products & 1U << i && passed >= 0 && left > problem->retry_after)
            problem->retry_after = left;
    }
    if (problem->retry_after == 0)
        return MK_OK;
    return mk_fail(problem, MK_RATE_LIMITED,
                   "Accounts and transactions of a link are refreshed once an hour, its other "
                   "products once a day.");
}

static enum mk_err check_room(const struct mk_link *link, unsigned products,
                              struct mk_problem *problem)
{
    if (!(products & 1U << MK_PRODUCT_TRANSACTIONS) || !is_full(link, MK_PRODUCT_TRANSACTIONS))
        return MK_OK;
    return mk_fail(problem, MK_UNAVAILABLE,
                   "The data of this link has changed %u times, the sandbox's limit.",
                   MK_BATCHES_MAX);
}

static void note_request(struct mk_link *link, unsigned products, int64_t now)
{
    struct mk_history *history = mk_history_of(link);

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (products & 1U << i)
            history->requested[i] = mk_link_seconds(link, now);
    }
}

enum mk_err mk_products_refresh(struct mk_world *world, struct mk_link *link, unsigned products,
                                struct mk_problem *problem)
{
    int64_t now = mk_world_now(world);

    MK_TRY(check_granted(link, products, problem));
    MK_TRY(check_state(link, problem));
    if (world->settings.has_rate_limits)
        MK_TRY(check_limits(link, products, now, problem));
    MK_TRY(check_room(link, products, problem));
    if (products == 0)
        return MK_OK;
    note_request(link, products, now);
    start(link, products, now, refresh_span(world, link));
    mk_products_settle(world, link); /* a refresh may take no time */
    return MK_OK;
}

void mk_products_disconnect(struct mk_world *world, struct mk_link *link, enum mk_link_error error)
{
    mk_products_settle(world, link);
    link->state = MK_STATE_ERROR;
    link->error = (uint8_t)error;
}

const char *mk_product_error_message(enum mk_product_error error)
{
    static const char *const messages[] = {
        [MK_PRODUCT_ERROR_RATE_LIMIT] = "The institution was asked too often.",
        [MK_PRODUCT_ERROR_AUTH_EXPIRED] = "The institution wants the end user to log in again.",
        [MK_PRODUCT_ERROR_NOT_SUPPORTED] = "The institution does not offer this product.",
        [MK_PRODUCT_ERROR_TIMEOUT] = "The institution did not answer in time.",
        [MK_PRODUCT_ERROR_UNKNOWN] = "The refresh failed for a reason that is not known.",
        [MK_PRODUCT_ERROR_NO_ACCOUNTS] = "The institution shows no account for this product.",
        [MK_PRODUCT_ERROR_INSTITUTION_ERROR] = "The institution has a problem of its own.",
        [MK_PRODUCT_ERROR_NO_PERMISSION] = "The institution does not permit this product.",
        [MK_PRODUCT_ERROR_NONE] = NULL,
    };

    return messages[error];
}

const char *mk_link_unavailable(const struct mk_link *link)
{
    return link->state == MK_STATE_ERROR
               ? "The connection is lost: the end user has to link this institution again."
               : NULL;
}
