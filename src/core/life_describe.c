/* SPDX-License-Identifier: MIT */
/* Writes a transaction out. */
#include "core/life_private.h"
#include "core/transaction.h"

#include <stdio.h>

/* When people buy things, and how sure enrichment is of what it found. */
#define SHOPS_OPEN (7 * MK_HOUR)
#define SHOPPING_SPAN (15 * MK_HOUR)
enum { CONFIDENCE_LEAST = 86, CONFIDENCE_SPREAD = 14 };

static const char *const frequencies[] = { [MK_BEAT_WEEK] = "weekly",
                                           [MK_BEAT_TWO_WEEKS] = "biweekly",
                                           [MK_BEAT_MONTH] = "monthly",
                                           [MK_BEAT_YEAR] = "yearly" };

/* All that the parts of a transaction are computed from. */
struct subject {
    const struct mk_ledger *ledger;
    const struct mk_life *life;
    const struct mk_life_row *row;
    const struct mk_transaction_key *key;
    const struct mk_merchant *merchant; /* NULL: the row has no role */
};

static uint64_t hash_of(const struct subject *subject, uint64_t occasion, enum mk_purpose purpose)
{
    return mk_life_hash(subject->ledger->seed, subject->key->source, occasion, purpose);
}

static const struct mk_merchant *merchant_of(const struct subject *subject)
{
    const struct mk_role *role = subject->row->role;
    enum mk_country country = subject->ledger->institution->country;
    uint64_t occasion = subject->row->is_loyal ? 0 : mk_life_occasion(subject->key);

    if (role == NULL)
        return NULL;
    return &role->merchants[country][hash_of(subject, occasion, MK_FOR_MERCHANT) %
                                     role->merchant_counts[country]];
}

static const char *description_of(const struct subject *subject)
{
    const struct mk_life_row *row = subject->row;
    bool is_other_side = row->counter >= 0 && subject->key->account == row->counter;

    if (is_other_side && row->counter_text != NULL)
        return row->counter_text;
    return row->text != NULL ? row->text : subject->merchant->name;
}

/*
 * The recorded sandbox tells the last microsecond of the fetch's day, and no time for days before.
 * Of the others only purchases have a time. It goes up with the rows of a day, or, in bulk, evenly.
 */
static int64_t moment_of(const struct subject *subject)
{
    const struct mk_life *life = subject->life;
    const struct mk_transaction_key *key = subject->key;
    int64_t midnight = mk_day_start(key->day);

    if (subject->row->types != NULL)
        return subject->row->back == 0 ? midnight + MK_DAY - 1 : MK_NEVER;
    if (subject->row->style != MK_STYLE_PURCHASE)
        return MK_NEVER;
    if (key->source - life->bulk.first < life->bulk.count) {
        int64_t days_by_count = (int64_t)key->ordinal * life->history_days;
        return midnight + days_by_count % life->bulk_count * MK_DAY / life->bulk_count;
    }
    int64_t span = SHOPPING_SPAN / life->slot_count;
    uint64_t within = hash_of(subject, mk_life_occasion(key), MK_FOR_TEXT) % (uint64_t)span;
    return midnight + SHOPS_OPEN + subject->row->slot * span + (int64_t)within;
}

/* Mostly the same city, by the seed. */
static const char *city_of(const struct subject *subject, const json_t *cities, uint64_t choice)
{
    uint64_t city = choice % 8 == 0 ? choice >> 8 : subject->ledger->seed;

    return json_string_value(json_array_get(cities, city % json_array_size(cities)));
}

static void write_purchase(const struct subject *subject, const struct mk_bank_words *words,
                           char *out, size_t room)
{
    const struct mk_merchant *merchant = subject->merchant;
    uint64_t choice = hash_of(subject, mk_life_occasion(subject->key), MK_FOR_TEXT);
    const char *city = city_of(subject, words->cities, choice);

    if (merchant->prefix != NULL)
        snprintf(out, room, "%s%s %s", merchant->prefix, merchant->name, city);
    else if (subject->row->role->is_online)
        snprintf(out, room, "%s*%06X", merchant->name, (unsigned)(choice >> 40));
    else
        snprintf(out, room, "%s #%04u %s", merchant->name, (unsigned)(choice >> 32) % 10000, city);
}

/* As banks write: all capitals. Names in the data files are ASCII. */
static void capitalize(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
    }
}

static void write_raw(const struct subject *subject, const char *description, char *out,
                      size_t room)
{
    const struct mk_bank_words *words =
        mk_bank_words_of(subject->ledger->bank->merchants, subject->ledger->institution->country);
    unsigned reference = (unsigned)hash_of(subject, 0, MK_FOR_TEXT) % 100000000;

    switch (subject->merchant == NULL ? MK_STYLE_PLAIN : subject->row->style) {
    case MK_STYLE_PURCHASE:
        write_purchase(subject, words, out, room);
        break;
    case MK_STYLE_DEBIT:
        snprintf(out, room, "%s %s %08u", words->debit, description, reference);
        break;
    case MK_STYLE_CREDIT:
        snprintf(out, room, "%s %s %08u", words->credit, description, reference);
        break;
    default:
        snprintf(out, room, "%s", description);
    }
    capitalize(out);
}

static void find(const struct subject *subject, struct mk_enrichment *ret)
{
    const struct mk_life_row *row = subject->row;
    uint64_t choice = hash_of(subject, mk_life_occasion(subject->key), MK_FOR_COUNT);
    int sure = CONFIDENCE_LEAST + (int)(choice % CONFIDENCE_SPREAD);

    ret->is_known = row->category >= 0;
    ret->category = row->category;
    ret->subcategory = row->subcategory;
    if (!ret->is_known)
        return;
    ret->confidence = row->confidence != 0 ? row->confidence : sure;
    ret->merchant.name = subject->merchant != NULL ? subject->merchant->name : row->merchant;
    if (ret->merchant.name != NULL)
        ret->merchant.confidence = ret->confidence;
    if (subject->merchant != NULL && subject->merchant->processor != NULL)
        ret->processor = (struct mk_finding){ .name = subject->merchant->processor,
                                              .confidence = ret->confidence };
    if (row->beat < MK_BEAT_WEEK)
        return;
    ret->frequency = frequencies[row->beat];
    ret->next_day = mk_row_next(subject->ledger, row, subject->key->source, subject->key->day);
}

void mk_life_describe(const struct mk_ledger *ledger, const struct mk_transaction_key *key,
                      struct mk_transaction *ret)
{
    struct subject subject = { .ledger = ledger, .life = mk_life_of(ledger), .key = key };

    subject.row = &subject.life->rows[key->source];
    subject.merchant = merchant_of(&subject);
    *ret = (struct mk_transaction){ .key = *key,
                                    .account = key->account,
                                    .amount = mk_life_amount(ledger, key),
                                    .day = key->day,
                                    .moment = moment_of(&subject),
                                    .description = description_of(&subject),
                                    .category = subject.row->older };
    if (subject.row->types == NULL)
        write_raw(&subject, ret->description, ret->raw_description, sizeof(ret->raw_description));
    find(&subject, &ret->enrichment);
}
