/* SPDX-License-Identifier: MIT */
#include "support/found_ids.h"

#include "base/memory.h"
#include "support/expect.h"

static void add_text(const char *text, json_t *set)
{
    static const char *const prefixes[] = { "mk_", "acc_", "txn_", "itx_" };
    bool is_id = is_uuid(text);

    for (size_t i = 0; i < MK_COUNT(prefixes); i++)
        is_id |= is_short_id(text, prefixes[i]);
    if (is_id)
        json_object_set_new(set, text, json_true());
}

void add_ids(const json_t *value, json_t *set)
{
    const char *key;
    json_t *item;
    size_t index;

    if (json_is_string(value))
        add_text(json_string_value(value), set);
    json_array_foreach(value, index, item)
        add_ids(item, set);
    json_object_foreach((json_t *)value, key, item) {
        add_text(key, set);
        add_ids(item, set);
    }
}

const char *common_id(json_t *a, const json_t *b)
{
    const char *key;
    json_t *item;

    json_object_foreach(a, key, item) {
        if (json_object_get(b, key) != NULL)
            return key;
    }
    return NULL;
}
