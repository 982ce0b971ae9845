/* SPDX-License-Identifier: MIT */
/*
 * How the rows of a snapshot are written: straight into the text, for 100,000 links are too many
 * for a tree of JSON values while a lock is held.
 */
#include "core/snapshot_rows.h"

#include "json/build.h"

#include <inttypes.h>
#include <stdio.h>

/* A comma where something stands before. */
static void separate(struct mk_saver *saver)
{
    const struct mk_text *out = saver->out;
    char last = out->length > 0 ? out->bytes[out->length - 1] : '{';

    if (last != '{' && last != '[' && last != ':')
        mk_text_add_char(saver->out, ',');
}

/* Keys of ours need no escapes. */
void mk_save_key(struct mk_saver *saver, const char *key)
{
    separate(saver);
    mk_text_add_char(saver->out, '"');
    mk_text_add_text(saver->out, key);
    mk_text_add_literal(saver->out, "\":");
}

void mk_save_open(struct mk_saver *saver, char bracket)
{
    separate(saver);
    mk_text_add_char(saver->out, bracket);
}

void mk_save_close(struct mk_saver *saver, char bracket)
{
    mk_text_add_char(saver->out, bracket);
}

/* By hand: a link holds twenty of them, and printf costs ten times as much. */
void mk_save_integer(struct mk_saver *saver, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    separate(saver);
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    mk_text_add(saver->out, digits + at, sizeof(digits) - at);
}

static void save_string(struct mk_saver *saver, const char *text, size_t length)
{
    separate(saver);
    mk_write_string(saver->out, text, length);
}

void mk_save_text(struct mk_saver *saver, const char *text)
{
    save_string(saver, text, strlen(text));
}

/* --- Values ----------------------------------------------------------------------------------- */

static uint64_t read_unsigned(const void *at, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, at, size); /* little-endian, as all that we run on */
    return value;
}

static int64_t read_signed(const void *at, size_t size)
{
    unsigned unused = 64 - 8 * (unsigned)size;

    return (int64_t)(read_unsigned(at, size) << unused) >> unused;
}

static int64_t count_of(const struct mk_row *row, const void *record)
{
    return (int64_t)read_unsigned((const char *)record + row->count_offset, row->count_size);
}

static const void *member(const struct mk_row *row, const void *record)
{
    return (const char *)record + row->offset;
}

static void save_hex(struct mk_saver *saver, const void *bytes, size_t length)
{
    char digits[2 * 32 + 1];

    mk_hex(bytes, length, digits);
    save_string(saver, digits, 2 * length);
}

static void save_blob(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    const char *bytes = *(char *const *)(const void *)((const char *)record + row->offset);
    size_t length = row->count_size > 0 ? (size_t)count_of(row, record) : strlen(bytes);

    separate(saver);
    mk_text_add_char(saver->out, '"');
    mk_text_add_base64url(saver->out, bytes, length);
    mk_text_add_char(saver->out, '"');
}

static void save_number_as_hex(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    char digits[17];
    int length =
        snprintf(digits, sizeof(digits), "%" PRIx64, read_unsigned(member(row, record), 8));

    save_string(saver, digits, (size_t)length);
}

static void save_real(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    json_t *real = json_real(*(const double *)member(row, record));

    separate(saver);
    if (!mk_json_dump(real, saver->out))
        saver->out->failed = true;
    json_decref(real);
}

static void save_set(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    uint64_t bits = read_unsigned(member(row, record), row->size);

    mk_save_open(saver, '[');
    for (unsigned i = 0; row->names[i] != NULL; i++) {
        if (bits >> i & 1U)
            mk_save_text(saver, row->names[i]);
    }
    mk_save_close(saver, ']');
}

static void save_tags(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    const struct mk_tags *tags = member(row, record);
    const char *tag = tags->text;

    mk_save_open(saver, '[');
    for (uint32_t i = 0; i < tags->count; i++, tag += strlen(tag) + 1)
        mk_save_text(saver, tag);
    mk_save_close(saver, ']');
}

static void save_custom(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    separate(saver);
    if (!mk_json_dump(*(json_t *const *)member(row, record), saver->out))
        saver->out->failed = true;
}

/* Four numbers, each with its highest digit first. */
static void save_random(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    const struct mk_random *random = member(row, record);
    char digits[4 * 16 + 1];

    snprintf(digits, sizeof(digits), "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
             random->state[0], random->state[1], random->state[2], random->state[3]);
    save_string(saver, digits, sizeof(digits) - 1);
}

static void save_list(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    const char *const *list = (const void *)((const char *)record + row->offset);
    int64_t count = count_of(row, record);

    mk_save_open(saver, '[');
    for (int64_t i = 0; i < count; i++)
        mk_save_part(saver, row->part, *list + (size_t)i * row->part->size);
    mk_save_close(saver, ']');
}

/* One function for each kind of member, as snapshot_load_cells.c has. */
typedef void save_kind(struct mk_saver *saver, const struct mk_row *row, const void *record);

static void save_bool(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    separate(saver);
    mk_text_add_text(saver->out, *(const bool *)member(row, record) ? "true" : "false");
}

static void save_signed(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    mk_save_integer(saver, read_signed(member(row, record), row->size));
}

static void save_unsigned(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    mk_save_integer(saver, (int64_t)read_unsigned(member(row, record), row->size));
}

static void save_choice(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    mk_save_text(saver, row->names[read_unsigned(member(row, record), row->size)]);
}

static void save_institution(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    const struct mk_catalog *catalog = saver->world->bank->catalog;

    mk_save_text(saver, mk_catalog_at(catalog, *(const uint16_t *)member(row, record))->id);
}

static void save_persona(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    const struct mk_personas *personas = saver->world->bank->personas;

    mk_save_text(saver, mk_persona_at(personas, *(const uint8_t *)member(row, record))->username);
}

static void save_bytes(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    save_hex(saver, member(row, record), row->size);
}

static void save_letters(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    save_string(saver, member(row, record), row->size);
}

static void save_buffer(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    mk_save_text(saver, member(row, record));
}

static void save_text(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    mk_save_text(saver, *(char *const *)member(row, record));
}

static void save_part(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    mk_save_part(saver, row->part, member(row, record));
}

static void save_nothing(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    (void)saver;
    (void)row;
    (void)record;
}

static save_kind *const save_kinds[] = {
    [MK_CELL_BOOL] = save_bool,         [MK_CELL_SIGNED] = save_signed,
    [MK_CELL_MOMENT] = save_signed,     [MK_CELL_SECONDS] = save_signed,
    [MK_CELL_MONEY] = save_signed,      [MK_CELL_DAY] = save_signed,
    [MK_CELL_UNSIGNED] = save_unsigned, [MK_CELL_REAL] = save_real,
    [MK_CELL_HEX] = save_number_as_hex, [MK_CELL_CHOICE] = save_choice,
    [MK_CELL_SET] = save_set,           [MK_CELL_INSTITUTION] = save_institution,
    [MK_CELL_PERSONA] = save_persona,   [MK_CELL_BYTES] = save_bytes,
    [MK_CELL_LETTERS] = save_letters,   [MK_CELL_BUFFER] = save_buffer,
    [MK_CELL_TEXT] = save_text,         [MK_CELL_BLOB] = save_blob,
    [MK_CELL_TAGS] = save_tags,         [MK_CELL_CUSTOM] = save_custom,
    [MK_CELL_RANDOM] = save_random,     [MK_CELL_PART] = save_part,
    [MK_CELL_LIST] = save_list,         [MK_CELL_SKIP] = save_nothing,
    [MK_CELL_OWN] = save_nothing,
};

static bool is_zero(const void *at, size_t size)
{
    const unsigned char *bytes = at;
    size_t i = 0;

    while (i < size && bytes[i] == 0)
        i++;
    return i == size;
}

/* Whether the member says nothing, so that loading sets it without being told. */
static bool is_silent(const struct mk_row *row, const void *record)
{
    const void *at = (const char *)record + row->offset;

    switch (row->kind) {
    case MK_CELL_MOMENT:
    case MK_CELL_MONEY: /* MK_NO_MONEY is the same number */
        return *(const int64_t *)at == MK_NEVER;
    case MK_CELL_SECONDS:
        return *(const int32_t *)at == MK_NEVER_SECONDS;
    case MK_CELL_CHOICE:
        return row->names[read_unsigned(at, row->size)] == NULL;
    case MK_CELL_INSTITUTION:
        return *(const uint16_t *)at == MK_NO_INSTITUTION;
    case MK_CELL_RANDOM:
        return ((const struct mk_random *)at)->system;
    case MK_CELL_BUFFER:
        return *(const char *)at == '\0';
    case MK_CELL_TAGS:
        return ((const struct mk_tags *)at)->count == 0;
    case MK_CELL_LIST:
        return count_of(row, record) == 0;
    default:
        return is_zero(at, row->size);
    }
}

static void save_row(struct mk_saver *saver, const struct mk_row *row, const void *record)
{
    if (row->kind == MK_CELL_OWN)
        row->save(saver, record);
    if (row->kind == MK_CELL_SKIP || row->kind == MK_CELL_OWN)
        return;
    if (!row->required && is_silent(row, record))
        return;
    mk_save_key(saver, row->key);
    save_kinds[row->kind](saver, row, record);
}

void mk_save_part(struct mk_saver *saver, const struct mk_part *part, const void *record)
{
    mk_save_open(saver, '{');
    for (size_t i = 0; i < part->count; i++)
        save_row(saver, &part->rows[i], record);
    mk_save_close(saver, '}');
}
