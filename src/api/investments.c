/* SPDX-License-Identifier: MIT */
/* Investments: GET /links/{id}/investments/holdings and .../transactions. */
#include "core/investments.h"
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"

static const struct mk_field transactions_fields[] = {
    MK_PAGE_FIELDS,
    { .name = "account_ids", .type = MK_LIST, .item = &mk_text_field },
    MK_RANGE_FIELDS,
};

const struct mk_shape mk_investment_transactions_query = MK_SHAPE(NULL, transactions_fields);

enum mk_err mk_get_holdings(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_ledger ledger;
    struct mk_accounts accounts;
    json_t *holdings;
    json_t *securities;

    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_INVESTMENTS, &ledger));
    mk_accounts_list(&ledger, json_object_get(call->query, "account_ids"), &accounts);
    mk_investments_holdings(&ledger, &accounts, &holdings, &securities);
    json_t *view = json_pack("{s:o, s:o, s:o, s:o}", "holdings", holdings, "securities", securities,
                             "accounts", mk_accounts_view(&ledger, &accounts), "link",
                             mk_ledger_link_view(&ledger));
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, view);
}

enum mk_err mk_get_investment_transactions(const struct mk_call *call, struct mk_reply *reply)
{
    int64_t page = mk_get_integer(call->query, "page");
    int64_t size = mk_get_integer(call->query, "size");
    struct mk_range range;
    struct mk_ledger ledger;
    struct mk_accounts accounts;
    json_t *trades;
    json_t *securities;
    size_t total;

    MK_TRY(mk_call_range(call, reply, &range));
    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_INVESTMENTS, &ledger));
    mk_accounts_list(&ledger, json_object_get(call->query, "account_ids"), &accounts);
    mk_investments_trades(&ledger, &accounts, range.first_day, range.last_day, mk_call_skip(call),
                          (size_t)size, &trades, &securities, &total);
    json_t *view = json_pack(
        "{s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "total", (json_int_t)total, "page", (json_int_t)page,
        "size", (json_int_t)size, "investment_transactions", trades, "securities", securities,
        "accounts", mk_accounts_view(&ledger, &accounts), "link", mk_ledger_link_view(&ledger));
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, view);
}
