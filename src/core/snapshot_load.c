/* SPDX-License-Identifier: MIT */
/* How the rows of a snapshot are read. Nothing in the document is believed. */
#include "core/snapshot_rows.h"

bool mk_load_fail(struct mk_loader *loader, const struct mk_place *place, enum mk_issue issue,
                  const char *text, int64_t number)
{
    mk_issues_add(loader->issues, place, issue, text, number);
    return false;
}

bool mk_load_refuse(struct mk_loader *loader, const struct mk_place *place, const char *sentence)
{
    return mk_load_fail(loader, place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
}

bool mk_load_strange_key(struct mk_loader *loader, const struct mk_place *place, const char *key)
{
    const struct mk_place strange = { .parent = place, .key = key };

    return mk_load_refuse(loader, &strange, "There is no such key in a snapshot");
}

bool mk_load_integer(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                     int64_t min, int64_t max, int64_t *ret)
{
    int64_t number = json_integer_value(value);

    if (!json_is_integer(value))
        return mk_load_fail(loader, place, MK_ISSUE_INTEGER_TYPE, NULL, 0);
    if (number < min)
        return mk_load_fail(loader, place, MK_ISSUE_TOO_SMALL, NULL, min);
    if (number > max)
        return mk_load_fail(loader, place, MK_ISSUE_TOO_BIG, NULL, max);
    *ret = number;
    return true;
}

bool mk_load_text(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                  const char **ret)
{
    if (!json_is_string(value))
        return mk_load_fail(loader, place, MK_ISSUE_STRING_TYPE, NULL, 0);
    *ret = json_string_value(value);
    return true;
}

bool mk_load_list(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                  size_t most, size_t *ret_count)
{
    if (value != NULL && !json_is_array(value))
        return mk_load_fail(loader, place, MK_ISSUE_LIST_TYPE, NULL, 0);
    if (json_array_size(value) > most)
        return mk_load_fail(loader, place, MK_ISSUE_TOO_MANY, NULL, (int64_t)most);
    *ret_count = json_array_size(value);
    return true;
}

static bool load_row(struct mk_loader *loader, const struct mk_row *row, const json_t *object,
                     const struct mk_place *parent, void *record)
{
    const json_t *value = json_object_get(object, row->key);
    const struct mk_place place = { .parent = parent, .key = row->key };
    const struct mk_cell cell = { .row = row,
                                  .value = value,
                                  .place = &place,
                                  .at = (char *)record + row->offset,
                                  .record = record };

    if (value == NULL && row->required)
        return mk_load_fail(loader, &place, MK_ISSUE_MISSING, NULL, 0);
    if (row->kind == MK_CELL_OWN)
        return row->load(loader, value, &place, record);
    if (value != NULL)
        return mk_load_cell(loader, &cell);
    mk_load_silence(&cell);
    return true;
}

static bool refuse_strangers(struct mk_loader *loader, const struct mk_part *part,
                             const json_t *object, const struct mk_place *place)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value) {
        size_t i = 0;
        while (i < part->count &&
               (part->rows[i].key == NULL || strcmp(part->rows[i].key, key) != 0))
            i++;
        if (i == part->count)
            return mk_load_strange_key(loader, place, key);
    }
    return true;
}

bool mk_load_part(struct mk_loader *loader, const struct mk_part *part, const json_t *value,
                  const struct mk_place *place, void *record)
{
    size_t known = 0;

    if (!json_is_object(value))
        return mk_load_fail(loader, place, MK_ISSUE_OBJECT_TYPE, NULL, 0);
    for (size_t i = 0; i < part->count; i++) {
        const struct mk_row *row = &part->rows[i];
        if (row->key == NULL)
            continue;
        known += json_object_get(value, row->key) != NULL;
        if (!load_row(loader, row, value, place, record))
            return false;
    }
    return known == json_object_size(value) || refuse_strangers(loader, part, value, place);
}
