/* SPDX-License-Identifier: MIT */
#include "core/profile.h"

#include "base/memory.h"
#include "core/investments.h"
#include "core/life.h"

#include <stdlib.h>
#include <string.h>

enum { OWNERS_MAX = 8 };

/* Decimal text, or null where the bank tells none. */
static bool read_money(const json_t *value, int64_t *ret)
{
    *ret = MK_NO_MONEY;
    if (json_is_null(value))
        return true;
    return json_is_string(value) && mk_money_read(json_string_value(value), ret);
}

static bool read_account(json_t *json, struct mk_profile_account *ret)
{
    json_t *available;
    json_t *current;
    json_t *limit;
    int owners = 1;
    int has_numbers = 0;

    if (json_unpack(json, "{s:s, s?s, s:s, s:o, s:o, s:o, s?i, s?b !}", "name", &ret->name,
                    "nickname", &ret->nickname, "type", &ret->type, "available", &available,
                    "current", &current, "limit", &limit, "owners", &owners, "has_numbers",
                    &has_numbers) != 0)
        return false;
    ret->owner_count = (unsigned)owners;
    ret->has_numbers = has_numbers;
    return owners >= 1 && owners <= OWNERS_MAX && read_money(available, &ret->available) &&
           read_money(current, &ret->current) && read_money(limit, &ret->limit);
}

static bool is_taken(const struct mk_profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->account_count; i++) {
        if (strcmp(profile->accounts[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Names are what Connect's choices go by, so each is there once. */
static bool read_accounts(struct mk_profile *profile, const json_t *list)
{
    size_t count = json_array_size(list);

    if (!json_is_array(list) || count > MK_ACCOUNTS_MAX)
        return false;
    profile->accounts = mk_alloc_zero(count + 1, sizeof(*profile->accounts));
    for (; profile->account_count < count; profile->account_count++) {
        struct mk_profile_account *account = &profile->accounts[profile->account_count];
        if (!read_account(json_array_get(list, profile->account_count), account) ||
            is_taken(profile, account->name))
            return false;
    }
    return true;
}

bool mk_profile_init(struct mk_profile *profile, const char *name, const json_t *file,
                     const json_t *transactions, const struct mk_merchants *merchants)
{
    json_t *accounts;
    json_t *investments = NULL;
    json_t *own;
    int is_recorded = 0;

    if (json_unpack((json_t *)file, "{s?b, s:o, s:o, s?o !}", "is_recorded", &is_recorded,
                    "accounts", &accounts, "transactions", &own, "investments", &investments) != 0)
        return false;
    profile->name = name;
    profile->is_recorded = is_recorded;
    if (!read_accounts(profile, accounts))
        return false;
    profile->life = mk_life_new(transactions, profile, merchants);
    if (investments != NULL)
        profile->portfolio = mk_portfolio_new(investments, profile);
    return profile->life != NULL && (investments == NULL || profile->portfolio != NULL);
}

void mk_profile_done(struct mk_profile *profile)
{
    if (profile->portfolio != NULL)
        mk_portfolio_free(profile->portfolio);
    mk_life_free(profile->life);
    free(profile->accounts);
}
