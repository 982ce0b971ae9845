/* SPDX-License-Identifier: MIT */
#include "api/link_call.h"

#include "api/views.h"
#include "base/day.h"
#include "core/products.h"

enum { DEFAULT_RANGE_DAYS = 90 };

enum mk_err mk_call_link(const struct mk_call *call, struct mk_reply *reply, struct mk_link **ret)
{
    MK_TRY(mk_links_usable(&call->world->links, call->path[0], call->now, &reply->problem, ret));
    mk_products_settle(call->world, *ret);
    return MK_OK;
}

enum mk_err mk_reply_link(const struct mk_call *call, struct mk_reply *reply, unsigned status,
                          const struct mk_link *link)
{
    reply->status = status;
    mk_link_write(link, mk_catalog_at(call->service->bank->catalog, link->institution),
                  call->world->settings.timestamps, &reply->text);
    return MK_OK;
}

enum mk_err mk_call_ledger(const struct mk_call *call, struct mk_reply *reply,
                           enum mk_product product, struct mk_ledger *ret)
{
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    if (!link->products[product].granted)
        return mk_fail(&reply->problem, MK_LINK_FORBIDDEN, "The end user did not grant %s.",
                       mk_product_names[product]);
    mk_ledger_open(call->world, link, ret);
    return MK_OK;
}

bool mk_ledger_has(const struct mk_ledger *ledger, enum mk_product product)
{
    return mk_link_refreshed_at(ledger->link, product) != MK_NEVER;
}

/* A checked date of the query, or the fallback. */
static int32_t day_of_query(const struct mk_call *call, const char *key, int32_t fallback)
{
    const char *text = mk_get_text(call->query, key);
    int32_t day = fallback;

    if (text != NULL)
        mk_day_read(text, &day);
    return day;
}

enum mk_err mk_call_range(const struct mk_call *call, struct mk_reply *reply, struct mk_range *ret)
{
    ret->last_day = day_of_query(call, "end_date", mk_day_of(call->now));
    ret->first_day = day_of_query(call, "start_date", ret->last_day - DEFAULT_RANGE_DAYS);
    if (ret->first_day > ret->last_day)
        return mk_reply_bad_query(reply, "start_date", MK_ISSUE_DATE_ORDER);
    return MK_OK;
}

size_t mk_call_skip(const struct mk_call *call)
{
    size_t page = (size_t)mk_get_integer(call->query, "page");

    return (page - 1) * (size_t)mk_get_integer(call->query, "size");
}
