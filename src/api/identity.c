/* SPDX-License-Identifier: MIT */
/* Identity: GET /links/{id}/identity. */
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/people.h"
#include "json/build.h"

/* AccountIdentity for each account. */
static json_t *accounts_view(const struct mk_ledger *ledger, const struct mk_accounts *accounts)
{
    bool is_fetched = mk_ledger_has(ledger, MK_PRODUCT_IDENTITY);
    json_t *list = json_array();

    for (size_t i = 0; i < accounts->count; i++) {
        const struct mk_account *account = &accounts->items[i];
        json_t *view = mk_account_view(ledger, account);
        mk_json_set(&view, "owners", is_fetched ? mk_people_owners(ledger, account) : json_array());
        mk_json_append(&list, view);
    }
    return list;
}

enum mk_err mk_get_identities(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_ledger ledger;
    struct mk_accounts accounts;

    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_IDENTITY, &ledger));
    mk_accounts_list(&ledger, json_object_get(call->query, "account_ids"), &accounts);
    json_t *view = json_pack("{s:o, s:o}", "accounts", accounts_view(&ledger, &accounts), "link",
                             mk_ledger_link_view(&ledger));
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, view);
}
