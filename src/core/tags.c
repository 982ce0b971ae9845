/* SPDX-License-Identifier: MIT */
/* The tags of a link, declared in core/links.h: a million short lists have to stay small. */
#include "core/links.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static size_t text_size(const struct mk_tags *tags)
{
    const char *end = tags->text;

    for (uint32_t i = 0; i < tags->count; i++)
        end += strlen(end) + 1;
    return (size_t)(end - tags->text);
}

void mk_tags_copy(struct mk_tags *tags, const json_t *list)
{
    size_t index;
    size_t size = 0;
    json_t *tag;

    *tags = (struct mk_tags){ .count = (uint32_t)json_array_size(list) };
    if (tags->count == 0)
        return;
    json_array_foreach((json_t *)list, index, tag)
        size += json_string_length(tag) + 1;

    char *end = tags->text = mk_alloc(size);
    json_array_foreach((json_t *)list, index, tag) {
        size_t length = json_string_length(tag) + 1;
        memcpy(end, json_string_value(tag), length);
        end += length;
    }
}

void mk_tags_clone(struct mk_tags *tags, const struct mk_tags *from)
{
    *tags = *from;
    if (from->count == 0)
        return;
    tags->text = mk_alloc(text_size(from));
    memcpy(tags->text, from->text, text_size(from));
}

void mk_tags_done(struct mk_tags *tags)
{
    free(tags->text);
    *tags = (struct mk_tags){ 0 };
}
