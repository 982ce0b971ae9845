/* SPDX-License-Identifier: MIT */
#include "support/sync_copy.h"

#include "base/memory.h"
#include "support/expect.h"
#include "support/must.h"

#include <string.h>

enum { CURSOR_LENGTH = 40, LIST_SIZE = 1000 };

void sync_copy_done(struct sync_copy *copy)
{
    json_decref(copy->rows);
}

static const char *id_of(const json_t *row)
{
    return json_string_value(json_object_get(row, "transaction_id"));
}

/* No row is created twice, or updated or removed before it was created, or after it was removed. */
static void apply(struct sync_copy *copy, const struct reply *reply)
{
    const json_t *created = member(reply, "transactions.created");
    const json_t *updated = member(reply, "transactions.updated");
    const json_t *removed = member(reply, "transactions.removed");
    size_t index;
    json_t *row;
    json_t *id;

    json_array_foreach(created, index, row) {
        require(json_object_get(copy->rows, id_of(row)) == NULL, "%s is created twice", id_of(row));
        json_object_set(copy->rows, id_of(row), row);
    }
    json_array_foreach(updated, index, row) {
        require(json_object_get(copy->rows, id_of(row)) != NULL,
                "%s is updated before it is created", id_of(row));
        json_object_set(copy->rows, id_of(row), row);
    }
    json_array_foreach(removed, index, id)
        require(json_object_del(copy->rows, json_string_value(id)) == 0, "%s is not there to go",
                json_string_value(id));
    copy->created += json_array_size(created);
    copy->updated += json_array_size(updated);
}

void sync_copy_catch_up(struct sync_copy *copy, struct client *client, const char *link_id,
                        int size)
{
    bool more = true;

    if (copy->rows == NULL)
        copy->rows = json_object();
    copy->created = copy->updated = 0;
    while (more) {
        const struct reply *reply = get(client, "/links/%s/transactions/sync?cursor=%s&size=%d",
                                        link_id, copy->cursor, size);
        expect_status(reply, 200);
        apply(copy, reply);
        const char *next = text_at(reply, "cursor.next");
        MUST(strlen(next) == CURSOR_LENGTH);
        MUST(mk_copy_into(copy->cursor, sizeof(copy->cursor), next));
        more = json_is_true(member(reply, "has_more"));
    }
}

static size_t count_since(const struct sync_copy *copy, const char *first_day)
{
    size_t count = 0;
    const char *id;
    json_t *row;

    json_object_foreach(copy->rows, id, row)
        count += strcmp(json_string_value(json_object_get(row, "date")), first_day) >= 0;
    return count;
}

void sync_copy_expect_same(const struct sync_copy *copy, struct client *client, const char *link_id,
                           const char *first_day)
{
    size_t total = count_since(copy, first_day);
    size_t index;
    const json_t *row;

    for (size_t page = 1; (page - 1) * LIST_SIZE <= total; page++) {
        const struct reply *reply =
            get(client, "/links/%s/transactions?start_date=%s&size=%d&page=%zu", link_id, first_day,
                LIST_SIZE, page);
        expect_status(reply, 200);
        expect_value(reply, "total", "%zu", total);
        json_array_foreach(member(reply, "transactions"), index, row)
            require(json_equal(row, json_object_get(copy->rows, id_of(row))), "%s differs",
                    id_of(row));
    }
}
