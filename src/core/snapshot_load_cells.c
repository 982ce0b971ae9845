/* SPDX-License-Identifier: MIT */
/* How each kind of member is read from a snapshot; declared in core/snapshot_rows.h. */
#include "core/snapshot_rows.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

static void put(const struct mk_cell *cell, uint64_t value)
{
    memcpy(cell->at, &value, cell->row->size); /* little-endian, as all that we run on */
}

static bool load_bool(struct mk_loader *loader, const struct mk_cell *cell)
{
    if (!json_is_boolean(cell->value))
        return mk_load_fail(loader, cell->place, MK_ISSUE_BOOLEAN_TYPE, NULL, 0);
    *(bool *)cell->at = json_is_true(cell->value);
    return true;
}

static bool load_number(struct mk_loader *loader, const struct mk_cell *cell)
{
    int64_t number;

    if (!mk_load_integer(loader, cell->value, cell->place, cell->row->min, cell->row->max, &number))
        return false;
    put(cell, (uint64_t)number);
    return true;
}

static bool load_moment(struct mk_loader *loader, const struct mk_cell *cell)
{
    return mk_load_integer(loader, cell->value, cell->place, MK_SNAPSHOT_MOMENT_MIN,
                           MK_SNAPSHOT_MOMENT_MAX, cell->at);
}

static bool load_seconds(struct mk_loader *loader, const struct mk_cell *cell)
{
    int64_t number;

    if (!mk_load_integer(loader, cell->value, cell->place, 0, INT32_MAX, &number))
        return false;
    put(cell, (uint64_t)number);
    return true;
}

static bool load_money(struct mk_loader *loader, const struct mk_cell *cell)
{
    return mk_load_integer(loader, cell->value, cell->place, -MK_SNAPSHOT_MONEY_MAX,
                           MK_SNAPSHOT_MONEY_MAX, cell->at);
}

static bool load_day(struct mk_loader *loader, const struct mk_cell *cell)
{
    int64_t day;

    if (!mk_load_integer(loader, cell->value, cell->place, MK_SNAPSHOT_DAY_MIN, MK_SNAPSHOT_DAY_MAX,
                         &day))
        return false;
    put(cell, (uint64_t)day);
    return true;
}

static bool load_real(struct mk_loader *loader, const struct mk_cell *cell)
{
    double number = json_number_value(cell->value);

    if (!json_is_number(cell->value))
        return mk_load_fail(loader, cell->place, MK_ISSUE_NUMBER_TYPE, NULL, 0);
    if (number < (double)cell->row->min)
        return mk_load_fail(loader, cell->place, MK_ISSUE_TOO_SMALL, NULL, cell->row->min);
    if (number > (double)cell->row->max)
        return mk_load_fail(loader, cell->place, MK_ISSUE_TOO_BIG, NULL, cell->row->max);
    *(double *)cell->at = number;
    return true;
}

static bool is_hex(const char *text, size_t min, size_t max)
{
    size_t length = strlen(text);

    return length >= min && length <= max && strspn(text, "0123456789abcdef") == length;
}

static bool load_hex(struct mk_loader *loader, const struct mk_cell *cell)
{
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    if (!is_hex(text, 1, 16))
        return mk_load_refuse(loader, cell->place, "Expected 1 to 16 digits 0-9 a-f");
    *(uint64_t *)cell->at = strtoull(text, NULL, 16);
    return true;
}

static bool load_choice(struct mk_loader *loader, const struct mk_cell *cell)
{
    int choice = mk_term_find(cell->row->names, json_string_value(cell->value));
    struct mk_text list = MK_TEXT(4096);

    if (choice >= 0) {
        put(cell, (uint64_t)choice);
        return true;
    }
    for (size_t i = 0; cell->row->names[i] != NULL; i++)
        mk_text_print(&list, "%s%s", i > 0 ? ", " : "", cell->row->names[i]);
    mk_load_fail(loader, cell->place, MK_ISSUE_CHOICE, list.bytes, 0);
    mk_text_done(&list);
    return false;
}

static bool load_set(struct mk_loader *loader, const struct mk_cell *cell)
{
    uint64_t bits = 0;
    size_t count;

    if (!mk_load_list(loader, cell->value, cell->place, 64, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place place = { .parent = cell->place, .index = (int64_t)i };
        int found =
            mk_term_find(cell->row->names, json_string_value(json_array_get(cell->value, i)));
        if (found < 0)
            return mk_load_refuse(loader, &place, "There is no such name");
        bits |= UINT64_C(1) << found;
    }
    put(cell, bits);
    return true;
}

static bool load_institution(struct mk_loader *loader, const struct mk_cell *cell)
{
    const struct mk_catalog *catalog = loader->world->bank->catalog;
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    size_t found = mk_catalog_find(catalog, text);
    if (found == mk_catalog_count(catalog))
        return mk_load_refuse(loader, cell->place, "There is no such institution");
    put(cell, found);
    return true;
}

static bool load_persona(struct mk_loader *loader, const struct mk_cell *cell)
{
    const struct mk_personas *personas = loader->world->bank->personas;
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    size_t found = mk_persona_find(personas, text);
    if (found == mk_persona_count(personas))
        return mk_load_refuse(loader, cell->place, "There is no such persona");
    put(cell, found);
    return true;
}

static bool load_bytes(struct mk_loader *loader, const struct mk_cell *cell)
{
    char sentence[64];
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    if (mk_unhex(text, cell->row->size, cell->at))
        return true;
    snprintf(sentence, sizeof(sentence), "Expected %u digits 0-9 a-f", 2 * cell->row->size);
    return mk_load_refuse(loader, cell->place, sentence);
}

/* The only letters there are: a short id. */
static bool load_letters(struct mk_loader *loader, const struct mk_cell *cell)
{
    unsigned char bytes[16];
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    if (!mk_short_id_read(text, bytes))
        return mk_load_refuse(loader, cell->place, "Expected an id's 22 characters");
    memcpy(cell->at, text, cell->row->size);
    return true;
}

static bool load_buffer(struct mk_loader *loader, const struct mk_cell *cell)
{
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    if (!mk_copy_into(cell->at, cell->row->size, text))
        return mk_load_fail(loader, cell->place, MK_ISSUE_TOO_LONG, NULL, cell->row->size - 1);
    return true;
}

static bool load_text(struct mk_loader *loader, const struct mk_cell *cell)
{
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    *(char **)cell->at = mk_copy(text);
    return true;
}

/* A length that nobody keeps ends with the first NUL. */
static bool load_blob(struct mk_loader *loader, const struct mk_cell *cell)
{
    const struct mk_row *row = cell->row;
    const char *text;

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    size_t room = strlen(text) + 4;
    char *bytes = mk_alloc(room);
    ptrdiff_t length = mk_base64_decode(text, strlen(text), true, (unsigned char *)bytes, room);
    if (length < 0) {
        free(bytes);
        return mk_load_refuse(loader, cell->place, "Expected base64url");
    }
    bytes[length] = '\0';
    *(char **)cell->at = bytes;
    if (row->count_size > 0)
        memcpy((char *)cell->record + row->count_offset, &length, row->count_size);
    return true;
}

static bool load_tags(struct mk_loader *loader, const struct mk_cell *cell)
{
    size_t count;

    if (!mk_load_list(loader, cell->value, cell->place, SIZE_MAX, &count))
        return false;
    if (!mk_json_is_texts(cell->value))
        return mk_load_refuse(loader, cell->place, "Expected a list of texts");
    mk_tags_copy(cell->at, cell->value);
    return true;
}

static bool load_custom(struct mk_loader *loader, const struct mk_cell *cell)
{
    mk_shape_check(loader->custom, cell->value, cell->place, loader->issues);
    if (mk_issues_any(loader->issues))
        return false;
    *(json_t **)cell->at = json_incref((json_t *)cell->value);
    return true;
}

static bool load_random(struct mk_loader *loader, const struct mk_cell *cell)
{
    struct mk_random random = { .system = false };
    const char *text;
    char digits[17];

    if (!mk_load_text(loader, cell->value, cell->place, &text))
        return false;
    if (!is_hex(text, 64, 64))
        return mk_load_refuse(loader, cell->place, "Expected 64 digits 0-9 a-f");
    for (size_t i = 0; i < 4; i++) {
        snprintf(digits, sizeof(digits), "%.16s", text + 16 * i);
        random.state[i] = strtoull(digits, NULL, 16);
    }
    *(struct mk_random *)cell->at = random;
    return true;
}

static bool load_embedded(struct mk_loader *loader, const struct mk_cell *cell)
{
    return mk_load_part(loader, cell->row->part, cell->value, cell->place, cell->at);
}

static bool load_records(struct mk_loader *loader, const struct mk_cell *cell)
{
    const struct mk_row *row = cell->row;
    size_t count;

    if (!mk_load_list(loader, cell->value, cell->place, (size_t)row->max, &count))
        return false;
    char *list = mk_alloc_zero(count, row->part->size);
    *(void **)cell->at = list;
    memcpy((char *)cell->record + row->count_offset, &count, row->count_size);
    for (size_t i = 0; i < count; i++) {
        const struct mk_place place = { .parent = cell->place, .index = (int64_t)i };
        if (!mk_load_part(loader, row->part, json_array_get(cell->value, i), &place,
                          list + i * row->part->size))
            return false;
    }
    return true;
}

static bool (*const load_kinds[])(struct mk_loader *, const struct mk_cell *) = {
    [MK_CELL_BOOL] = load_bool,       [MK_CELL_SIGNED] = load_number,
    [MK_CELL_UNSIGNED] = load_number, [MK_CELL_REAL] = load_real,
    [MK_CELL_HEX] = load_hex,         [MK_CELL_MOMENT] = load_moment,
    [MK_CELL_SECONDS] = load_seconds, [MK_CELL_MONEY] = load_money,
    [MK_CELL_DAY] = load_day,         [MK_CELL_CHOICE] = load_choice,
    [MK_CELL_SET] = load_set,         [MK_CELL_INSTITUTION] = load_institution,
    [MK_CELL_PERSONA] = load_persona, [MK_CELL_BYTES] = load_bytes,
    [MK_CELL_LETTERS] = load_letters, [MK_CELL_BUFFER] = load_buffer,
    [MK_CELL_TEXT] = load_text,       [MK_CELL_BLOB] = load_blob,
    [MK_CELL_TAGS] = load_tags,       [MK_CELL_CUSTOM] = load_custom,
    [MK_CELL_RANDOM] = load_random,   [MK_CELL_PART] = load_embedded,
    [MK_CELL_LIST] = load_records,
};

bool mk_load_cell(struct mk_loader *loader, const struct mk_cell *cell)
{
    return load_kinds[cell->row->kind](loader, cell);
}

/* What a member is of which nothing is said. */
void mk_load_silence(const struct mk_cell *cell)
{
    const struct mk_row *row = cell->row;
    void *at = cell->at;
    uint64_t names = 0;

    switch (row->kind) {
    case MK_CELL_MOMENT:
    case MK_CELL_MONEY: /* MK_NO_MONEY is the same number */
        *(int64_t *)at = MK_NEVER;
        break;
    case MK_CELL_SECONDS:
        *(int32_t *)at = MK_NEVER_SECONDS;
        break;
    case MK_CELL_INSTITUTION:
        *(uint16_t *)at = MK_NO_INSTITUTION;
        break;
    case MK_CELL_CHOICE:
        while (row->names[names] != NULL)
            names++;
        put(cell, names);
        break;
    case MK_CELL_RANDOM: /* stays as it is */
        break;
    default:
        memset(at, 0, row->size);
        break;
    }
}
