/* SPDX-License-Identifier: MIT */
/* On which days a row of the rhythm happens, and for how much. */
#include "core/life_private.h"

#include "core/catalog.h"

/* No clock is set before this many days ahead of 1970, so days counted from there are positive. */
enum { DAYS_AHEAD = 1000000, DAYS_OF_WEEK = 7, SHORTEST_MONTH = 28, YEAR_AND_A_DAY = 367 };

/* The finalizer of splitmix64 (public domain). */
static uint64_t mix(uint64_t word)
{
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return word ^ word >> 31;
}

uint64_t mk_life_hash(uint64_t seed, size_t source, uint64_t occasion, enum mk_purpose purpose)
{
    uint64_t place = (uint64_t)source << 8 | (uint64_t)purpose;

    return mix(mix(seed + place * UINT64_C(0x9E3779B97F4A7C15)) ^ occasion);
}

uint64_t mk_life_occasion(const struct mk_transaction_key *key)
{
    return (uint64_t)(uint32_t)key->day << 32 | key->ordinal;
}

static uint64_t hash_of_day(const struct mk_ledger *ledger, size_t source, uint32_t number,
                            enum mk_purpose purpose)
{
    return mk_life_hash(ledger->seed, source, number, purpose);
}

struct mk_today mk_today_of(int32_t day)
{
    return (struct mk_today){ .day = day, .date = mk_date_of(day), .weekday = mk_weekday_of(day) };
}

void mk_today_next(struct mk_today *today)
{
    today->day++;
    today->weekday = (today->weekday + 1) % DAYS_OF_WEEK;
    if (today->date.day < SHORTEST_MONTH)
        today->date.day++;
    else
        today->date = mk_date_of(today->day);
}

/* Of every `span` days one, by the seed, and in a lean season not even that. */
static bool happens_within(const struct mk_ledger *ledger, const struct mk_life_row *row,
                           size_t source, const struct mk_today *today)
{
    uint32_t number = (uint32_t)(today->day + DAYS_AHEAD);
    uint32_t stretch = number / row->span;
    unsigned season = row->season[today->date.month - 1];

    if (season == 0)
        return false;
    /* Scaled down rather than divided: most of a fetch's time goes by here. */
    uint64_t chosen = (hash_of_day(ledger, source, stretch, MK_FOR_DAY) >> 32) * row->span >> 32;
    if (chosen != number - stretch * row->span)
        return false;
    return season >= 100 || hash_of_day(ledger, source, stretch, MK_FOR_SEASON) % 100 < season;
}

static bool is_pay_week(const struct mk_ledger *ledger, size_t source, int32_t day)
{
    uint64_t week = (uint64_t)(day + DAYS_AHEAD) / DAYS_OF_WEEK;

    return (week + mk_life_hash(ledger->seed, source, 0, MK_FOR_DAY)) % 2 == 0;
}

bool mk_row_happens(const struct mk_ledger *ledger, const struct mk_life_row *row, size_t source,
                    const struct mk_today *today)
{
    if ((row->countries & 1U << ledger->institution->country) == 0)
        return false;
    switch (row->beat) {
    case MK_BEAT_WITHIN:
        return happens_within(ledger, row, source, today);
    case MK_BEAT_WEEK:
        return today->weekday == row->on;
    case MK_BEAT_TWO_WEEKS:
        return today->weekday == row->on && is_pay_week(ledger, source, today->day);
    case MK_BEAT_MONTH:
        return today->date.day == row->on;
    case MK_BEAT_YEAR:
        return today->date.day == row->on && today->date.month == row->month;
    default:
        return false;
    }
}

int32_t mk_row_next(const struct mk_ledger *ledger, const struct mk_life_row *row, size_t source,
                    int32_t day)
{
    struct mk_today today = mk_today_of(day);

    do {
        mk_today_next(&today);
    } while (!mk_row_happens(ledger, row, source, &today) && today.day < day + YEAR_AND_A_DAY);
    return today.day;
}

/* Money that goes the row's way, always positive; of any row but a statement. */
static int64_t plain_amount(const struct mk_ledger *ledger, const struct mk_life_row *row,
                            const struct mk_transaction_key *key)
{
    uint64_t occasion = row->is_fixed ? 0 : mk_life_occasion(key);
    int64_t amount = row->least;

    if (row->steps > 1)
        amount +=
            row->step * (int64_t)(mk_life_hash(ledger->seed, key->source, occasion, MK_FOR_AMOUNT) %
                                  row->steps);
    /* Of a row without a fixed day the season says how often it happens. */
    if (row->beat == MK_BEAT_WITHIN || row->beat == MK_BEAT_NONE)
        return amount;
    unsigned season = row->season[mk_date_of(key->day).month - 1];
    return season == 100 ? amount : amount * season / 100;
}

/* What one day added to the debt of an account. */
static int64_t spent_on(const struct mk_ledger *ledger, const struct mk_life *life, int account,
                        const struct mk_today *today)
{
    int64_t spent = 0;

    for (size_t i = 0; i < life->rhythm.count; i++) {
        size_t source = life->rhythm.first + i;
        const struct mk_life_row *row = &life->rows[source];
        if (row->account != account || !mk_row_happens(ledger, row, source, today))
            continue;
        const struct mk_transaction_key key = { .day = today->day, .source = (uint16_t)source };
        int64_t amount = plain_amount(ledger, row, &key);
        spent += row->is_credit ? -amount : amount;
    }
    return spent;
}

/* The statement paid on a day closed so long before. */
enum { DAYS_TO_PAY = 20 };

static int64_t statement_amount(const struct mk_ledger *ledger, const struct mk_life *life,
                                const struct mk_life_row *row, int32_t day)
{
    int32_t closing = day - DAYS_TO_PAY;
    int32_t month = mk_date_of(day - row->on).day; /* days of the month before */
    struct mk_today today = mk_today_of(closing - month + 1);
    int64_t spent = 0;

    for (; today.day <= closing; mk_today_next(&today))
        spent += spent_on(ledger, life, row->counter, &today);
    return spent;
}

int64_t mk_life_amount(const struct mk_ledger *ledger, const struct mk_transaction_key *key)
{
    const struct mk_life *life = mk_life_of(ledger);
    const struct mk_life_row *row = &life->rows[key->source];
    bool is_other_side = row->counter >= 0 && key->account == row->counter;
    int64_t amount = row->is_statement ? statement_amount(ledger, life, row, key->day)
                                       : plain_amount(ledger, row, key);

    return row->is_credit != is_other_side ? amount : -amount;
}
