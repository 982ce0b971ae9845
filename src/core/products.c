/* SPDX-License-Identifier: MIT */
#include "core/products.h"

#include "core/history.h"
#include "core/notices.h"
#include "core/products_private.h"

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
    if (!(products & 1U << MK_PRODUCT_TRANSACTIONS) ||
        !mk_products_are_full(link, MK_PRODUCT_TRANSACTIONS))
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
    mk_products_start(world, link, products, now);
    mk_products_settle(world, link); /* a refresh may take no time */
    mk_schedule_link(world, link);
    return MK_OK;
}

void mk_products_disconnect(struct mk_world *world, struct mk_link *link, enum mk_link_error error)
{
    mk_products_settle(world, link);
    link->state = MK_STATE_ERROR;
    link->error = (uint8_t)error;
    mk_schedule_link(world, link);
    mk_notice_state(world, link, mk_world_now(world));
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
