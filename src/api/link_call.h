/* SPDX-License-Identifier: MIT */
/*
 * The steps that calls on the data of a link begin with, in the order of the checks: first the
 * query's date range, then link exists, owner, deleted, permission, state. The first path value is
 * the link's id.
 */
#ifndef MK_API_LINK_CALL_H
#define MK_API_LINK_CALL_H

#include "api/call.h"
#include "core/accounts.h"

/* The link, exchanged and not deleted, brought up to date. */
enum mk_err mk_call_link(const struct mk_call *call, struct mk_reply *reply, struct mk_link **ret);

/* Answers with the link as it stands. */
enum mk_err mk_reply_link(const struct mk_call *call, struct mk_reply *reply, unsigned status,
                          const struct mk_link *link);

/* mk_call_link(), opened for reading; MK_LINK_FORBIDDEN when the product was not granted. */
enum mk_err mk_call_ledger(const struct mk_call *call, struct mk_reply *reply,
                           enum mk_product product, struct mk_ledger *ret);

/* Whether the product was ever fetched: what was not reads as empty. */
bool mk_ledger_has(const struct mk_ledger *ledger, enum mk_product product);

/* Both inclusive. */
struct mk_range {
    int32_t first_day;
    int32_t last_day;
};

/*
 * The query's start_date and end_date; without them the 90 days up to the world's today
 * (MoneyKit's documentation until 2024-08). MK_INVALID when they are the wrong way round.
 */
enum mk_err mk_call_range(const struct mk_call *call, struct mk_reply *reply, struct mk_range *ret);

/* The rows before the query's page. */
size_t mk_call_skip(const struct mk_call *call);

/*
 * The query's page and size, as rows of a field table: page from 1, size 1 to 1000, 50 unless told.
 */
#define MK_PAGE_FIELDS \
    { .name = "page", .type = MK_INTEGER, .min = 1, .max = MK_PAGE_MAX, .fallback = "1" }, \
    { \
        .name = "size", .type = MK_INTEGER, .min = 1, .max = 1000, .fallback = "50" \
    }
#define MK_RANGE_FIELDS \
    { .name = "start_date", .type = MK_DATE }, \
    { \
        .name = "end_date", .type = MK_DATE \
    }

/* Pages beyond are past every end anyway; it keeps page * size in its type. */
#define MK_PAGE_MAX 1000000000

#endif
