/* SPDX-License-Identifier: MIT */
#include "core/ledger.h"

void mk_ledger_open(const struct mk_world *world, const struct mk_link *link, struct mk_ledger *ret)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    ret->bank = world->bank;
    ret->link = link;
    ret->institution = mk_catalog_at(world->bank->catalog, link->institution);
    ret->persona = mk_persona_at(world->bank->personas, link->persona);
    ret->timestamps = world->settings.timestamps;
    ret->now = mk_world_now(world);
    ret->seed = mk_seed_derive(world->seed, id);
    mk_id_key_init(&ret->key, world->seed, link);
    ret->account_count = mk_bank_accounts(ret->persona, link->custom_data, ret->accounts);
}

uint64_t mk_ledger_seed(const struct mk_ledger *ledger, const char *label, uint64_t number)
{
    return mk_seed_derive(ledger->seed + number * UINT64_C(0x9E3779B97F4A7C15), label);
}
