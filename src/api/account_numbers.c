/* SPDX-License-Identifier: MIT */
/* Account numbers: GET /links/{id}/accounts/numbers. */
#include "api/data_views.h"
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/numbers.h"
#include "json/build.h"

/* The four lists; those of forms that the account has not are empty. */
static json_t *numbers_view(const struct mk_numbers *numbers)
{
    const char *account = numbers->given != NULL ? numbers->given : numbers->account;
    const char *wire = numbers->wire_routing[0] != '\0' ? numbers->wire_routing : NULL;
    json_t *ach = json_array();
    json_t *eft = json_array();
    json_t *bacs = json_array();
    json_t *international = json_array();

    if (numbers->routing[0] != '\0')
        mk_json_append(&ach,
                       json_pack("{s:s, s:s, s:s?}", "account_number", account, "routing_number",
                                 numbers->routing, "wire_routing_number", wire));
    if (numbers->institution[0] != '\0')
        mk_json_append(&eft,
                       json_pack("{s:s, s:s, s:s}", "account_number", account, "institution_number",
                                 numbers->institution, "branch_number", numbers->branch));
    if (numbers->sort_code[0] != '\0')
        mk_json_append(&bacs, json_pack("{s:s, s:s}", "account_number", account, "sort_code",
                                        numbers->sort_code));
    if (numbers->iban[0] != '\0')
        mk_json_append(&international,
                       json_pack("{s:s, s:s}", "iban", numbers->iban, "bic", numbers->bic));
    return json_pack("{s:o, s:o, s:o, s:o}", "ach", ach, "eft", eft, "bacs", bacs, "international",
                     international);
}

/* AccountWithAccountNumbers for each account that has numbers. */
static json_t *accounts_view(const struct mk_ledger *ledger, const struct mk_accounts *accounts)
{
    json_t *list = json_array();
    struct mk_numbers numbers;

    for (size_t i = 0; i < accounts->count; i++) {
        if (!mk_numbers_of(ledger, &accounts->items[i], &numbers))
            continue;
        json_t *view = mk_account_view(ledger, &accounts->items[i]);
        mk_json_set(&view, "numbers", numbers_view(&numbers));
        mk_json_append(&list, view);
    }
    return list;
}

enum mk_err mk_get_account_numbers(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_ledger ledger;
    struct mk_accounts accounts = { .count = 0 };

    MK_TRY(mk_call_ledger(call, reply, MK_PRODUCT_ACCOUNT_NUMBERS, &ledger));
    if (mk_ledger_has(&ledger, MK_PRODUCT_ACCOUNT_NUMBERS))
        mk_accounts_list(&ledger, NULL, &accounts);
    json_t *view = json_pack("{s:o, s:o}", "accounts", accounts_view(&ledger, &accounts), "link",
                             mk_ledger_link_view(&ledger));
    mk_accounts_done(&accounts);
    return mk_reply_json(reply, 200, view);
}
