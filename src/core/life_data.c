/* SPDX-License-Identifier: MIT */
/* Reads the rows of a profile. What a key of a row means is said in core/life_private.h. */
#include "core/life_private.h"

#include "base/memory.h"
#include "json/shape.h"

#include <stdlib.h>
#include <string.h>

/* More than enough for 24 months; keeps a fetch of any span cheap. */
enum { HISTORY_DAYS_MAX = 3660, BULK_MAX = 100000, ROWS_MAX = 1000, DAY_OF_MONTH_MAX = 28 };

static const char *const style_names[] = { "plain", "purchase", "debit", "credit", NULL };
static const char *const beat_names[] = { "", "", "week", "two weeks", "month", "year", NULL };

struct reader {
    const struct mk_profile *profile;
    const struct mk_merchants *merchants;
    const json_t *fits;
    struct mk_life *life;
};

/* A row as it stands in the file. */
struct raw_row {
    const char *fits;
    const char *account;
    const char *counter;
    const char *role;
    const char *category;
    const char *type;
    const char *style;
    const char *every;
    json_t *amount;
    json_t *season;
    json_t *countries;
    int on;
    int month;
    int within_days;
    int days_back;
    int confidence;
    int is_fixed;
    int is_loyal;
    int is_pending;
};

static bool unpack_row(json_t *json, struct raw_row *raw, struct mk_life_row *row)
{
    return json_unpack(json,
                       "{s?s, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s?s, s:o, s?o, "
                       "s?o, s?i, s?i, s?i, s?i, s?i, s?b, s?b, s?b !}",
                       "fits", &raw->fits, "account", &raw->account, "counter", &raw->counter,
                       "role", &raw->role, "category", &raw->category, "type", &raw->type, "style",
                       &raw->style, "every", &raw->every, "text", &row->text, "merchant",
                       &row->merchant, "older", &row->older, "counter_text", &row->counter_text,
                       "amount", &raw->amount, "season", &raw->season, "countries", &raw->countries,
                       "on", &raw->on, "month", &raw->month, "within_days", &raw->within_days,
                       "days_back", &raw->days_back, "confidence", &raw->confidence, "fixed",
                       &raw->is_fixed, "loyal", &raw->is_loyal, "is_pending",
                       &raw->is_pending) == 0;
}

static bool read_money(const json_t *text, int64_t *ret)
{
    return json_is_string(text) && mk_money_read(json_string_value(text), ret) && *ret >= 0;
}

/* "12.00", ["from", "to"], ["from", "to", "step"] or "statement". */
static bool read_amount(const json_t *json, struct mk_life_row *row)
{
    int64_t most;

    row->step = 1;
    row->steps = 1;
    if (json_is_string(json) && strcmp(json_string_value(json), "statement") == 0) {
        row->is_statement = true;
        return row->counter >= 0;
    }
    if (json_is_string(json))
        return read_money(json, &row->least);
    if (!read_money(json_array_get(json, 0), &row->least) ||
        !read_money(json_array_get(json, 1), &most) || most < row->least)
        return false;
    if (json_array_size(json) > 2 &&
        (!read_money(json_array_get(json, 2), &row->step) || row->step == 0))
        return false;
    row->steps = (uint32_t)((most - row->least) / row->step + 1);
    return true;
}

/* A role says what a row does not say itself. */
static bool read_subject(const struct reader *reader, const struct raw_row *raw,
                         struct mk_life_row *row)
{
    if (raw->role != NULL) {
        row->role = mk_role_find(reader->merchants, raw->role);
        if (row->role == NULL)
            return false;
    }
    if (row->role == NULL && row->text == NULL)
        return false;
    if (!mk_category_read(raw->category, &row->category, &row->subcategory))
        return false;
    if (row->role == NULL)
        return true;
    if (row->category < 0) {
        row->category = row->role->category;
        row->subcategory = row->role->subcategory;
    }
    if (row->older == NULL)
        row->older = row->role->older;
    return true;
}

/* Position of the profile's account of this type; -1 when there is none. */
static int find_account(const struct mk_profile *profile, const char *type)
{
    for (size_t i = 0; type != NULL && i < profile->account_count; i++) {
        if (strcmp(profile->accounts[i].type, type) == 0)
            return (int)i;
    }
    return -1;
}

static bool read_season(const json_t *list, struct mk_life_row *row)
{
    for (size_t i = 0; i < MK_MONTHS; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t percent = list == NULL ? 100 : json_integer_value(item);
        if (percent < 0 || percent > 1000 || (list != NULL && !json_is_integer(item)))
            return false;
        row->season[i] = (unsigned)percent;
    }
    return list == NULL || json_array_size(list) == MK_MONTHS;
}

static bool read_countries(const json_t *list, struct mk_life_row *row)
{
    row->countries = list == NULL ? (1U << MK_COUNTRY_COUNT) - 1 : 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        int country = mk_term_find(mk_country_names, json_string_value(json_array_get(list, i)));
        if (country < 0)
            return false;
        row->countries |= 1U << country;
    }
    return row->countries != 0;
}

static bool read_beat(const struct raw_row *raw, struct mk_life_row *row)
{
    int beat = raw->every == NULL ? 0 : mk_term_find(beat_names, raw->every);

    if (raw->within_days != 0) {
        row->beat = MK_BEAT_WITHIN;
        row->span = (uint32_t)raw->within_days;
        return raw->every == NULL && raw->within_days > 0;
    }
    row->beat = (enum mk_beat)beat;
    row->on = raw->on;
    row->month = raw->month;
    switch (row->beat) {
    case MK_BEAT_NONE:
        return raw->every == NULL;
    case MK_BEAT_WEEK:
    case MK_BEAT_TWO_WEEKS:
        return raw->on >= 0 && raw->on <= 6;
    case MK_BEAT_YEAR:
        if (raw->month < 1 || raw->month > MK_MONTHS)
            return false;
        return raw->on >= 1 && raw->on <= DAY_OF_MONTH_MAX;
    case MK_BEAT_MONTH:
        return raw->on >= 1 && raw->on <= DAY_OF_MONTH_MAX;
    default:
        return false;
    }
}

static bool read_row(const struct reader *reader, json_t *json, struct mk_life_row *row)
{
    struct raw_row raw = { .type = "debit", .style = "plain" };

    if (!unpack_row(json, &raw, row))
        return false;

    int type = mk_term_find(mk_transaction_type_names, raw.type);
    int style = mk_term_find(style_names, raw.style);
    if (type < 0 || style < 0 || raw.days_back < 0)
        return false;
    row->is_credit = strcmp(raw.type, "credit") == 0;
    row->style = (enum mk_style)style;
    row->back = (uint32_t)raw.days_back;
    row->confidence = raw.confidence;
    row->is_fixed = raw.is_fixed;
    row->is_loyal = raw.is_loyal;
    row->is_pending = raw.is_pending;
    row->account = find_account(reader->profile, raw.account);
    row->counter = find_account(reader->profile, raw.counter);
    row->types = raw.fits == NULL ? NULL : json_object_get(reader->fits, raw.fits);
    if ((raw.account == NULL) == (raw.fits == NULL) || (raw.counter != NULL && row->counter < 0))
        return false;
    return read_subject(reader, &raw, row) && read_amount(raw.amount, row) &&
           read_season(raw.season, row) && read_countries(raw.countries, row) &&
           read_beat(&raw, row);
}

/* Whether a row is one for its list. */
typedef bool row_rule(const struct mk_life_row *row);

static bool fits_script(const struct mk_life_row *row)
{
    bool is_settled_then = row->back > 0 && row->is_pending;

    return json_array_size(row->types) > 0 && mk_json_is_texts(row->types) &&
           row->beat == MK_BEAT_NONE && !is_settled_then;
}

static bool fits_rhythm(const struct mk_life_row *row)
{
    return row->account >= 0 && row->beat != MK_BEAT_NONE;
}

static bool fits_single(const struct mk_life_row *row)
{
    return row->account >= 0 && row->beat == MK_BEAT_NONE && row->counter < 0;
}

/* Purchases, since those of a fetch's own day are pending. */
static bool fits_later(const struct mk_life_row *row)
{
    return fits_single(row) && row->style == MK_STYLE_PURCHASE;
}

static bool read_rows(const struct reader *reader, const json_t *list, row_rule *rule,
                      struct mk_row_range *ret)
{
    struct mk_life *life = reader->life;
    size_t count = json_array_size(list);

    if (count == 0 || count > ROWS_MAX || life->row_count + count > MK_IMPORTED)
        return false;
    *ret = (struct mk_row_range){ .first = life->row_count, .count = count };
    life->rows = mk_resize(life->rows, life->row_count + count, sizeof(*life->rows));
    for (size_t i = 0; i < count; i++) {
        struct mk_life_row *row = &life->rows[life->row_count++];
        *row = (struct mk_life_row){ .text = NULL };
        if (!read_row(reader, json_array_get(list, i), row) || !rule(row))
            return false;
        if (row->style == MK_STYLE_PURCHASE)
            row->slot = life->slot_count++;
    }
    return true;
}

/* The rows of a list stand in the order of their days. */
static bool is_in_order(const struct mk_life *life, struct mk_row_range range)
{
    for (size_t i = range.first + 1; i < range.first + range.count; i++) {
        if (life->rows[i].back > life->rows[i - 1].back)
            return false;
    }
    return true;
}

static bool read_script(const struct reader *reader, const json_t *lists, int cycle_from)
{
    struct mk_life *life = reader->life;
    size_t count = json_array_size(lists);

    if (lists == NULL)
        return true;
    if (cycle_from < 0 || (size_t)cycle_from >= count)
        return false;
    life->cycle_from = (size_t)cycle_from;
    life->script = mk_alloc_zero(count, sizeof(*life->script));
    for (; life->script_count < count; life->script_count++) {
        struct mk_row_range *range = &life->script[life->script_count];
        if (!read_rows(reader, json_array_get(lists, life->script_count), fits_script, range) ||
            !is_in_order(life, *range))
            return false;
    }
    return true;
}

static bool read_bulk(const struct reader *reader, json_t *bulk)
{
    json_t *rows;
    int count;

    if (bulk == NULL)
        return true;
    if (json_unpack(bulk, "{s:i, s:o !}", "count", &count, "rows", &rows) != 0 || count < 1 ||
        count > BULK_MAX)
        return false;
    reader->life->bulk_count = (uint32_t)count;
    return read_rows(reader, rows, fits_single, &reader->life->bulk);
}

static bool read_later(const struct reader *reader, json_t *later)
{
    json_t *rows;
    int least;
    int most;

    if (later == NULL)
        return true;
    if (json_unpack(later, "{s:i, s:i, s:o !}", "least", &least, "most", &most, "rows", &rows) !=
            0 ||
        least < 1 || least > most || most > (int)MK_LATER_MAX)
        return false;
    reader->life->later_least = (uint32_t)least;
    reader->life->later_most = (uint32_t)most;
    return read_rows(reader, rows, fits_later, &reader->life->later);
}

static bool read_section(struct reader *reader, json_t *section)
{
    json_t *fits = NULL;
    json_t *script = NULL;
    json_t *rhythm = NULL;
    json_t *bulk = NULL;
    json_t *later = NULL;
    int cycle_from = 0;
    int history_days = 0;

    if (json_unpack(section, "{s?o, s?i, s?o, s?i, s?o, s?o, s?o !}", "fits", &fits, "cycle_from",
                    &cycle_from, "script", &script, "history_days", &history_days, "rhythm",
                    &rhythm, "bulk", &bulk, "later", &later) != 0)
        return false;
    if (history_days < 0 || history_days > HISTORY_DAYS_MAX)
        return false;
    /* A script's rows are dated into the past, so with others they would be out of order. */
    if (script != NULL && (rhythm != NULL || bulk != NULL || later != NULL))
        return false;
    if ((rhythm != NULL && bulk != NULL) ||
        ((rhythm != NULL || bulk != NULL) && (history_days == 0 || later == NULL)))
        return false;
    reader->fits = fits;
    reader->life->history_days = history_days;
    return read_script(reader, script, cycle_from) &&
           (rhythm == NULL || read_rows(reader, rhythm, fits_rhythm, &reader->life->rhythm)) &&
           read_bulk(reader, bulk) && read_later(reader, later);
}

struct mk_life *mk_life_new(const json_t *section, const struct mk_profile *profile,
                            const struct mk_merchants *merchants)
{
    struct reader reader = { .profile = profile,
                             .merchants = merchants,
                             .life = mk_alloc_zero(1, sizeof(*reader.life)) };

    if (json_is_object(section) && read_section(&reader, (json_t *)section))
        return reader.life;
    mk_life_free(reader.life);
    return NULL;
}

void mk_life_free(struct mk_life *life)
{
    if (life == NULL)
        return;
    free(life->script);
    free(life->rows);
    free(life);
}
