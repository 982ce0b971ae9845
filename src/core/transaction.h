/* SPDX-License-Identifier: MIT */
/* A transaction as the API shows it. Texts are borrowed from the bank's data or the history. */
#ifndef MK_CORE_TRANSACTION_H
#define MK_CORE_TRANSACTION_H

#include "core/ids.h"

/* Something that enrichment is sure of by so many per cent. */
struct mk_finding {
    const char *name; /* NULL: not found */
    int confidence;
};

struct mk_enrichment {
    bool is_known;   /* false: too little to go on, null in the reply */
    int category;    /* position in mk_category_names */
    int subcategory; /* position in mk_subcategory_names, or -1 */
    int confidence;  /* of the category; a correction's is 100 */
    struct mk_finding merchant;
    struct mk_finding processor;
    const char *frequency; /* "monthly"; NULL: does not recur */
    int32_t next_day;      /* predicted, where there is a frequency */
};

struct mk_transaction {
    struct mk_transaction_key key;
    uint32_t account; /* number, as in struct mk_account */
    int64_t amount;   /* positive: a credit */
    int32_t day;
    int64_t moment; /* MK_NEVER: the bank gave no time */
    const char *description;
    char raw_description[96]; /* "": as description */
    const char *category;     /* of the older taxonomy; NULL */
    const char *original_id;  /* NULL: not imported */
    bool is_pending;
    struct mk_enrichment enrichment;
};

#endif
