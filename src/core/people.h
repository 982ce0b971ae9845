/* SPDX-License-Identifier: MIT */
/*
 * Who owns an account: names, addresses, phone numbers and e-mail addresses made from the lists of
 * data/people.json by seed and country. Telephone numbers and domains are ones kept for examples.
 */
#ifndef MK_CORE_PEOPLE_H
#define MK_CORE_PEOPLE_H

#include "core/accounts.h"

struct mk_people;

struct mk_people *mk_people_new(const char *json, size_t length);
void mk_people_free(struct mk_people *people);

/*
 * The owners of an account in the form of the API's Owner, a new list: those of
 * `custom_sandbox_data` as they were given, else made. Imported accounts have none. NULL without
 * memory.
 */
json_t *mk_people_owners(const struct mk_ledger *ledger, const struct mk_account *account);

#endif
