/* SPDX-License-Identifier: MIT */
#include "core/bank.h"

#include "base/memory.h"
#include "core/investments.h"
#include "core/life.h"
#include "core/people.h"
#include "core/portfolio.h"
#include "data/assets.h"

#include <stdlib.h>

/* Personas of failing logins have no profile. */
static bool portfolios_fit(const struct mk_bank *bank)
{
    for (size_t i = 0; i < mk_persona_count(bank->personas); i++) {
        const struct mk_profile *profile = mk_persona_at(bank->personas, i)->profile;
        if (profile != NULL && !mk_portfolio_fits(profile->portfolio, bank->market))
            return false;
    }
    return true;
}

struct mk_bank *mk_bank_new(const char *public_url)
{
    struct mk_bank *bank = mk_alloc_zero(1, sizeof(*bank));

    bank->catalog =
        mk_catalog_new(mk_asset_institutions.bytes, mk_asset_institutions.length, public_url);
    bank->merchants = mk_merchants_new(mk_asset_merchants.bytes, mk_asset_merchants.length);
    bank->people = mk_people_new(mk_asset_people.bytes, mk_asset_people.length);
    bank->market = mk_market_new(mk_asset_securities.bytes, mk_asset_securities.length);
    if (bank->merchants != NULL)
        bank->personas = mk_personas_new(bank->merchants);
    if (bank->catalog != NULL && bank->merchants != NULL && bank->people != NULL &&
        bank->market != NULL && bank->personas != NULL && portfolios_fit(bank))
        return bank;
    mk_bank_free(bank);
    return NULL;
}

void mk_bank_free(struct mk_bank *bank)
{
    if (bank == NULL)
        return;
    mk_personas_free(bank->personas);
    mk_market_free(bank->market);
    mk_people_free(bank->people);
    mk_merchants_free(bank->merchants);
    mk_catalog_free(bank->catalog);
    free(bank);
}
