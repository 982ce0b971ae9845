/* SPDX-License-Identifier: MIT */
/*
 * Inside core/life.h: the rows that a profile's data file has, and the merchants that they name.
 *
 *     merchants.c       reads data/merchants.json and picks from it
 *     life_data.c       reads a profile's rows
 *     life_rhythm.c     says on which days a row happens, and for how much
 *     life.c            says what a fetch brings
 *     life_describe.c   writes it out
 *
 * Whatever differs from link to link or from day to day hangs on mk_life_hash(), so any of it is
 * computed from a transaction's key alone. All texts are borrowed from the data files.
 */
#ifndef MK_CORE_LIFE_PRIVATE_H
#define MK_CORE_LIFE_PRIVATE_H

#include "base/day.h"
#include "core/life.h"

#define MK_MONTHS 12

struct mk_merchant {
    const char *name;
    const char *processor; /* NULL: none */
    const char *prefix;    /* of bank texts, the processor's */
};

/* What an expense is for, and who takes the money. */
struct mk_role {
    const char *name;
    const char *older; /* category of the older taxonomy; NULL */
    int category;      /* -1: too little to go on */
    int subcategory;   /* -1: none */
    bool is_online;
    struct mk_merchant *merchants[MK_COUNTRY_COUNT];
    size_t merchant_counts[MK_COUNTRY_COUNT];
};

/* How the banks of a country write. */
struct mk_bank_words {
    const char *debit;
    const char *credit;
    const json_t *cities;
};

/* NULL when there is none. */
const struct mk_role *mk_role_find(const struct mk_merchants *merchants, const char *name);
const struct mk_bank_words *mk_bank_words_of(const struct mk_merchants *merchants,
                                             enum mk_country country);

/* Reads "primary" or "primary.subcategory"; NULL is none, -1 twice. False: there is no such. */
bool mk_category_read(const char *text, int *ret_category, int *ret_subcategory);

enum mk_style {
    MK_STYLE_PLAIN,    /* the bank's own text */
    MK_STYLE_PURCHASE, /* by card: has a time of day, is pending on the day of the fetch */
    MK_STYLE_DEBIT,    /* a merchant collects */
    MK_STYLE_CREDIT,   /* somebody pays in */
};

enum mk_beat {
    MK_BEAT_NONE,   /* not by the calendar */
    MK_BEAT_WITHIN, /* once within every `span` days, on any of them */
    MK_BEAT_WEEK,
    MK_BEAT_TWO_WEEKS,
    MK_BEAT_MONTH,
    MK_BEAT_YEAR,
};

struct mk_life_row {
    const char *text;           /* NULL: the merchant's name */
    const struct mk_role *role; /* NULL: none */
    const char *merchant;       /* of a row without a role; NULL */
    const char *older;
    const char *counter_text; /* on the other side */
    const json_t *types;      /* script: fits accounts of these types */
    int64_t least;            /* amount, before `steps` times `step` are added */
    int64_t step;
    uint32_t steps;
    int category; /* -1: none */
    int subcategory;
    int confidence;     /* 0: by the seed */
    int account;        /* position in the profile */
    int counter;        /* the same money on the other account; -1: none */
    int on;             /* weekday, or day of the month */
    int month;          /* of a yearly row */
    uint32_t span;      /* MK_BEAT_WITHIN */
    uint32_t back;      /* script: days before the fetch */
    unsigned countries; /* bit 1 << mk_country */
    /* Per cent: of a row without a fixed day how often it happens, of others how much of it. */
    unsigned season[MK_MONTHS];
    unsigned slot; /* of a purchase: its place among those of a day */
    enum mk_style style;
    enum mk_beat beat;
    bool is_credit;
    bool is_fixed;     /* the same amount every time */
    bool is_loyal;     /* the same merchant every time */
    bool is_statement; /* pays what was bought with the counter account */
    bool is_pending;   /* script */
};

struct mk_row_range {
    size_t first;
    size_t count;
};

/* A row's position is the `source` of its transactions. */
struct mk_life {
    struct mk_life_row *rows;
    size_t row_count;
    unsigned slot_count;
    struct mk_row_range *script; /* the rows of each list */
    size_t script_count;
    size_t cycle_from; /* after the last list comes this one */
    struct mk_row_range rhythm;
    struct mk_row_range bulk;
    struct mk_row_range later;
    uint32_t bulk_count;  /* transactions before the first fetch */
    uint32_t later_least; /* transactions of a later fetch's own day */
    uint32_t later_most;
    int32_t history_days;
};

/* More transactions on its own day a fetch does not have. */
#define MK_LATER_MAX 8U

/* What a hash is for, so that one choice does not decide another. */
enum mk_purpose {
    MK_FOR_DAY,
    MK_FOR_SEASON,
    MK_FOR_AMOUNT,
    MK_FOR_MERCHANT,
    MK_FOR_TEXT,
    MK_FOR_COUNT
};

/* Of the seed, a row and one of its occasions. */
uint64_t mk_life_hash(uint64_t seed, size_t source, uint64_t occasion, enum mk_purpose purpose);

/* One of the occasions of a row. */
uint64_t mk_life_occasion(const struct mk_transaction_key *key);

/* A day with its place in the calendar, for walking through many of them. */
struct mk_today {
    int32_t day;
    struct mk_date date;
    int weekday;
};

struct mk_today mk_today_of(int32_t day);
void mk_today_next(struct mk_today *today);

/* Whether a row of the rhythm happens that day. */
bool mk_row_happens(const struct mk_ledger *ledger, const struct mk_life_row *row, size_t source,
                    const struct mk_today *today);

/* When it comes next after that day, of rows with a fixed beat. */
int32_t mk_row_next(const struct mk_ledger *ledger, const struct mk_life_row *row, size_t source,
                    int32_t day);

const struct mk_life *mk_life_of(const struct mk_ledger *ledger);

#endif
