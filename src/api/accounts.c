/* SPDX-License-Identifier: MIT */
/* GET /links/{id}/accounts and /links/{id}/accounts/{account_id}. */
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"

static const struct mk_field accounts_fields[] = {
    { .name = "account_ids", .type = MK_LIST, .item = &mk_text_field },
};
const struct mk_shape mk_accounts_query = MK_SHAPE(NULL, accounts_fields);

enum mk_err mk_get_accounts(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_accounts accounts;
    struct mk_ledger ledger;

    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_ACCOUNTS, &ledger));
    mk_accounts_list(&ledger, json_object_get(call->query, "account_ids"), &accounts);
    json_t *json = json_pack("{s:o, s:o}", "accounts", mk_accounts_view(&ledger, &accounts), "link",
                             mk_ledger_link_view(&ledger));
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, json);
}

enum mk_err mk_get_account(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_accounts accounts;
    struct mk_ledger ledger;
    json_t *json = NULL;
    uint32_t number;

    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_ACCOUNTS, &ledger));
    mk_accounts_list(&ledger, NULL, &accounts);

    const struct mk_account *account = NULL;
    if (mk_account_id_read(&ledger.key, call->path[1], &number))
        account = mk_accounts_find(&accounts, number);
    if (account != NULL)
        json = json_pack("{s:o, s:o}", "account", mk_account_view(&ledger, account), "link",
                         mk_ledger_link_view(&ledger));
    mk_accounts_done(&accounts);
    if (account == NULL)
        return mk_fail(&reply->problem, MK_LINK_NOT_FOUND, "The link has no such account.");
    return mk_reply_json(reply, 200, json);
}
