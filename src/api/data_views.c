/* SPDX-License-Identifier: MIT */
#include "api/data_views.h"

#include "base/day.h"
#include "base/money.h"
#include "core/categories.h"
#include "core/history.h"
#include "json/build.h"

#include <ctype.h>
#include <stdlib.h>

json_t *mk_ledger_link_view(const struct mk_ledger *ledger)
{
    return mk_link_view(ledger->link, ledger->institution, ledger->timestamps);
}

json_t *mk_date_view(int32_t day)
{
    char text[MK_DATE_SIZE];

    mk_date_write(text, day);
    return json_string(text);
}

json_t *mk_money_view(int64_t minor)
{
    char text[MK_MONEY_SIZE];

    if (minor == MK_NO_MONEY)
        return json_null();
    mk_money_write(text, minor);
    return json_string(text);
}

/* --- Accounts --------------------------------------------------------------------------------- */

/* Balances are numbers where all other money is text (MoneyKit's documentation). */
static json_t *number_view(int64_t minor)
{
    return minor == MK_NO_MONEY ? json_null() : json_real(mk_money_to_number(minor));
}

static json_t *balances_view(const struct mk_ledger *ledger, const struct mk_account *account)
{
    return json_pack("{s:s?, s:o, s:o, s:o, s:o}", "currency", account->currency, "available",
                     number_view(account->available), "current", number_view(account->current),
                     "limit", number_view(account->limit), "balance_date",
                     mk_time_view(account->balance_date, ledger->timestamps));
}

json_t *mk_account_view(const struct mk_ledger *ledger, const struct mk_account *account)
{
    const char *mask = account->mask[0] != '\0' ? account->mask : NULL;

    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o, s:s?, s:b}", "account_id", account->id,
                     "account_type", account->type, "name", account->name, "nickname",
                     account->nickname, "account_mask", mask, "balances",
                     balances_view(ledger, account), "original_id", account->original_id, "closed",
                     0);
}

json_t *mk_accounts_view(const struct mk_ledger *ledger, const struct mk_accounts *accounts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < accounts->count; i++)
        mk_json_append(&list, mk_account_view(ledger, &accounts->items[i]));
    return list;
}

/* --- Transactions ----------------------------------------------------------------------------- */

static json_t *category_view(const char *value, int confidence)
{
    return json_pack("{s:s, s:i}", "value", value, "confidence", confidence);
}

/* The same name has the same id everywhere. */
static void write_finding_id(const char *name, char out[MK_DATA_ID_SIZE])
{
    unsigned char bytes[16];
    struct mk_random random;

    mk_random_seeded(&random, 0, name);
    mk_random_fill(&random, bytes, sizeof(bytes));
    memcpy(out, "mrc_", 4);
    mk_short_id(bytes, out + 4);
    out[MK_DATA_ID_SIZE - 1] = '\0';
}

/* A disc with the first letter of the name: there are no logos that we may give away. */
static json_t *logo_view(const char *name)
{
    char logo[] = "data:image/svg+xml,"
                  "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E"
                  "%3Ccircle cx='32' cy='32' r='32' fill='%2336c'/%3E"
                  "%3Ctext x='32' y='43' font-size='32' text-anchor='middle' "
                  "fill='%23fff'%3E*%3C/text%3E%3C/svg%3E";
    unsigned char first = (unsigned char)name[0];

    if (isascii(first) && isalnum(first))
        *strchr(logo, '*') = (char)toupper(first);
    return json_string(logo);
}

static json_t *finding_view(const struct mk_finding *finding)
{
    char id[MK_DATA_ID_SIZE];

    if (finding->name == NULL)
        return json_null();
    write_finding_id(finding->name, id);
    return json_pack("{s:s, s:s, s:o, s:i}", "id", id, "name", finding->name, "logo",
                     logo_view(finding->name), "confidence", finding->confidence);
}

static json_t *recurrence_view(const struct mk_enrichment *enrichment)
{
    if (enrichment->frequency == NULL)
        return json_null();
    return json_pack("{s:s, s:o}", "frequency", enrichment->frequency, "next_predicted_date",
                     mk_date_view(enrichment->next_day));
}

static json_t *subcategory_view(const struct mk_enrichment *enrichment)
{
    if (enrichment->subcategory < 0)
        return json_null();
    return category_view(mk_subcategory_names[enrichment->subcategory], enrichment->confidence);
}

static json_t *enrichment_view(const struct mk_enrichment *enrichment)
{
    if (!enrichment->is_known)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "category",
                     category_view(mk_category_names[enrichment->category], enrichment->confidence),
                     "subcategory", subcategory_view(enrichment), "merchant",
                     finding_view(&enrichment->merchant), "processor",
                     finding_view(&enrichment->processor), "recurrence",
                     recurrence_view(enrichment));
}

/* Required where an imported account may have none: then the country's. */
static const char *currency_of(const struct mk_ledger *ledger,
                               const struct mk_transaction *transaction)
{
    const char *currency = NULL;

    if (transaction->account >= MK_IMPORTED_ACCOUNT_FIRST)
        currency = ledger->link->history->accounts[transaction->account - MK_IMPORTED_ACCOUNT_FIRST]
                       .currency;
    return currency != NULL ? currency : mk_currency_of(ledger->institution->country);
}

json_t *mk_transaction_view(const struct mk_ledger *ledger,
                            const struct mk_transaction *transaction)
{
    const struct mk_transaction *row = transaction;
    const char *raw = row->raw_description[0] != '\0' ? row->raw_description : row->description;
    char id[MK_DATA_ID_SIZE];
    char account_id[MK_DATA_ID_SIZE];

    mk_transaction_id_write(&ledger->key, &row->key, id);
    mk_account_id_write(&ledger->key, row->account, account_id);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:s?, s:s?, s:b, s:s?, s:o, s:s?}", "transaction_id",
        id, "account_id", account_id, "amount", mk_money_view(llabs(row->amount)), "type",
        mk_transaction_type_names[row->amount < 0], "currency", currency_of(ledger, row), "date",
        mk_date_view(row->day), "datetime", mk_time_view(row->moment, ledger->timestamps),
        "description", row->description, "raw_description", raw, "pending", row->is_pending,
        "category", row->category, "enrichment", enrichment_view(&row->enrichment), "original_id",
        row->original_id);
}
