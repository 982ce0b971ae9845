/* SPDX-License-Identifier: MIT */
/*
 * What the pretend bank knows before anybody calls: institutions, personas, and the names that
 * generated data is made of. Read once from the compiled-in files of src/data; immutable afterwards
 * and shared by all worlds and threads.
 */
#ifndef MK_CORE_BANK_H
#define MK_CORE_BANK_H

#include "core/catalog.h"
#include "core/personas.h"

struct mk_bank {
    struct mk_catalog *catalog;
    struct mk_personas *personas;
    struct mk_merchants *merchants; /* core/life.h */
    struct mk_people *people;       /* core/people.h */
    struct mk_market *market;       /* core/investments.h */
};

/* NULL when a data file is broken, which tests rule out. */
struct mk_bank *mk_bank_new(const char *public_url);
void mk_bank_free(struct mk_bank *bank);

#endif
