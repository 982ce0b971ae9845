/* SPDX-License-Identifier: MIT */
/*
 * A ring of records, each in one piece:
 *
 *     | record | record | pad |       free       | record | record | pad |
 *                             ^ end              ^ begin
 *
 * What does not fit between the newest record and the end of the memory goes to its beginning, and
 * a pad, a record that says nothing, fills the rest. A record has its own size and that of the one
 * before it, so readers go both ways. Once the memory is as large as the limit,
 * the oldest records go.
 */
#include "core/journal.h"

#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const mk_happening_names[] = { "request",  "link",  "product", "transactions",
                                           "delivery", "clock", "reset",   NULL };

_Static_assert(MK_COUNT(mk_happening_names) == MK_HAPPENED_COUNT + 1, "every kind needs a name");

enum { TEXTS = 5, FIRST_ROOM = 8192, ALIGNMENT = 8, LIMIT_MIN = 65536, TEXT_MAX = 8192 };

/* A pad is this much of it. */
struct sizes {
    uint32_t own : 31; /* a multiple of ALIGNMENT */
    uint32_t is_pad : 1;
    uint32_t before; /* of the record or pad before it */
};

struct record {
    struct sizes sizes;
    uint16_t lengths[TEXTS]; /* with their NULs; 0: NULL */
};

/*
 * A record goes on with the members of the happening: a request has all, and then its texts; what
 * else happens, and that is most, has the first of them and no texts.
 */
enum {
    FIXED_SIZE = offsetof(struct mk_happening, target),
    SHORT_SIZE = offsetof(struct mk_happening, route),
    TEXTS_AT = sizeof(struct record) + FIXED_SIZE
};

_Static_assert(sizeof(struct sizes) == ALIGNMENT, "a pad fits wherever a record may begin");
_Static_assert(offsetof(struct mk_happening, content_type) ==
                   FIXED_SIZE + (TEXTS - 1) * sizeof(char *),
               "the texts are the last members");
_Static_assert(offsetof(struct mk_happening, number) == 0, "the number is the first");
_Static_assert(TEXTS_AT + TEXTS * TEXT_MAX < LIMIT_MIN, "the smallest journal has room for one");

void mk_journal_init(struct mk_journal *journal)
{
    *journal = (struct mk_journal){ .limit = MK_JOURNAL_BYTES, .first = 1 };
}

void mk_journal_done(struct mk_journal *journal)
{
    free(journal->ring);
    *journal = (struct mk_journal){ .first = 1 };
}

void mk_journal_clear(struct mk_journal *journal)
{
    free(journal->ring);
    *journal = (struct mk_journal){ .limit = journal->limit,
                                    .last = journal->last,
                                    .first = journal->last + 1 };
}

/* The place that is `offset` bytes after the oldest record. */
static char *at(const struct mk_journal *journal, size_t offset)
{
    size_t place = journal->begin + offset;

    return journal->ring + (place < journal->room ? place : place - journal->room);
}

static struct sizes sizes_at(const struct mk_journal *journal, size_t offset)
{
    struct sizes sizes;

    memcpy(&sizes, at(journal, offset), sizeof(sizes));
    return sizes;
}

static void drop_oldest(struct mk_journal *journal)
{
    struct sizes sizes = sizes_at(journal, 0);

    journal->begin += sizes.own;
    if (journal->begin == journal->room)
        journal->begin = 0;
    journal->used -= sizes.own;
    journal->first += !sizes.is_pad;
    if (journal->used == 0)
        journal->begin = journal->newest = 0;
}

/* Moves everything into memory of this size, the oldest record first. */
static void move(struct mk_journal *journal, size_t room)
{
    char *ring = mk_alloc(room);
    size_t to_end = journal->room - journal->begin;
    size_t straight = journal->used < to_end ? journal->used : to_end;

    if (journal->used > 0) {
        memcpy(ring, journal->ring + journal->begin, straight);
        memcpy(ring + straight, journal->ring, journal->used - straight);
    }
    free(journal->ring);
    journal->ring = ring;
    journal->room = room;
    journal->begin = 0;
}

void mk_journal_set_limit(struct mk_journal *journal, size_t bytes)
{
    if (bytes < LIMIT_MIN)
        bytes = LIMIT_MIN;
    journal->limit = bytes - bytes % ALIGNMENT;
    while (journal->used > journal->limit)
        drop_oldest(journal);
    if (journal->room > journal->limit)
        move(journal, journal->limit);
}

/* At once to the limit: memory that nothing was written to yet costs nothing. */
static void grow(struct mk_journal *journal, size_t need)
{
    move(journal, journal->room == 0 && need <= FIRST_ROOM ? FIRST_ROOM : journal->limit);
}

/* Takes `size` bytes after the newest record. */
static char *take(struct mk_journal *journal, size_t size, bool is_pad)
{
    char *place = at(journal, journal->used);
    const struct sizes sizes = { .own = (uint32_t)size & INT32_MAX,
                                 .is_pad = is_pad,
                                 .before = (uint32_t)journal->newest };

    memcpy(place, &sizes, sizeof(sizes));
    journal->used += size;
    journal->newest = size;
    return place;
}

/* One record's place, after a pad where it has to be; NULL when there is no such gap. */
static char *find_place(struct mk_journal *journal, size_t need)
{
    size_t end = journal->begin + journal->used;

    if (end >= journal->room)
        return journal->room - journal->used >= need ? take(journal, need, false) : NULL;
    if (journal->room - end >= need)
        return take(journal, need, false);
    if (journal->begin < need)
        return NULL;
    take(journal, journal->room - end, true);
    return take(journal, need, false);
}

static char *make_place(struct mk_journal *journal, size_t need)
{
    char *place;

    while ((place = find_place(journal, need)) == NULL) {
        if (journal->room < journal->limit)
            grow(journal, need);
        else
            drop_oldest(journal);
    }
    return place;
}

/* The texts' lengths as a record has them; returns their sum. */
static size_t measure(const char *const *texts, uint16_t lengths[TEXTS])
{
    size_t sum = 0;

    for (int i = 0; i < TEXTS; i++) {
        size_t length = texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
        if (length > TEXT_MAX)
            length = 0;
        lengths[i] = (uint16_t)length;
        sum += length;
    }
    return sum;
}

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static char *add_short(struct mk_journal *journal, const struct mk_happening *happening)
{
    char *place = make_place(journal, aligned(sizeof(struct record) + SHORT_SIZE));

    memcpy(place + sizeof(struct record), happening, SHORT_SIZE);
    return place;
}

static char *add_request(struct mk_journal *journal, const struct mk_happening *happening)
{
    const char *const *texts = &happening->target;
    uint16_t lengths[TEXTS];

    char *place = make_place(journal, aligned(TEXTS_AT + measure(texts, lengths)));
    memcpy(place + offsetof(struct record, lengths), lengths, sizeof(lengths));
    memcpy(place + sizeof(struct record), happening, FIXED_SIZE);
    char *text = place + TEXTS_AT;
    for (int i = 0; i < TEXTS; i++) {
        if (lengths[i] > 0)
            memcpy(text, texts[i], lengths[i]);
        text += lengths[i];
    }
    return place;
}

uint64_t mk_journal_add(struct mk_journal *journal, const struct mk_happening *happening)
{
    bool is_request = happening->kind == MK_HAPPENED_REQUEST;
    char *place = is_request ? add_request(journal, happening) : add_short(journal, happening);

    journal->last++;
    memcpy(place + sizeof(struct record), &journal->last, sizeof(journal->last));
    return journal->last;
}

static void read_record(const char *place, struct mk_happening *ret)
{
    const char *text = place + TEXTS_AT;
    const char **texts = &ret->target;
    struct record record;

    *ret = (struct mk_happening){ .number = 0 };
    memcpy(&record, place, sizeof(record));
    memcpy(ret, place + sizeof(record), SHORT_SIZE);
    if (ret->kind != MK_HAPPENED_REQUEST)
        return;
    memcpy(ret, place + sizeof(record), FIXED_SIZE);
    for (int i = 0; i < TEXTS; i++) {
        texts[i] = record.lengths[i] == 0 ? NULL : text;
        text += record.lengths[i];
    }
}

/* The offset of the record before the one at `offset`, or of the newest from journal->used. */
static size_t step_back(const struct mk_journal *journal, size_t offset)
{
    size_t before = journal->newest;

    do {
        if (offset < journal->used)
            before = sizes_at(journal, offset).before;
        offset -= before;
    } while (sizes_at(journal, offset).is_pad);
    return offset;
}

/* From the nearer end: readers mostly look for what is new. */
static void seek(const struct mk_journal *journal, uint64_t wanted,
                 struct mk_journal_reader *reader)
{
    *reader = (struct mk_journal_reader){ .offset = 0, .number = journal->first };
    if (wanted <= journal->first + (journal->last - journal->first) / 2)
        return;
    reader->offset = journal->used;
    reader->number = journal->last + 1;
    while (reader->number > wanted) {
        reader->offset = step_back(journal, reader->offset);
        reader->number--;
    }
}

bool mk_journal_next(const struct mk_journal *journal, uint64_t after,
                     struct mk_journal_reader *reader, struct mk_happening *ret)
{
    if (after >= journal->last)
        return false;
    if (reader->number == 0)
        seek(journal, after + 1, reader);
    while (reader->number <= journal->last) {
        const char *place = at(journal, reader->offset);
        struct sizes sizes = sizes_at(journal, reader->offset);
        reader->offset += sizes.own;
        reader->number += !sizes.is_pad;
        if (sizes.is_pad || reader->number <= after + 1)
            continue;
        read_record(place, ret);
        return true;
    }
    return false;
}

bool mk_journal_find_request(const struct mk_journal *journal, const char *request_id,
                             struct mk_happening *ret)
{
    size_t offset = journal->used;

    for (uint64_t number = journal->last; number >= journal->first && number > 0; number--) {
        offset = step_back(journal, offset);
        read_record(at(journal, offset), ret);
        if (ret->kind == MK_HAPPENED_REQUEST && strcmp(ret->request_id, request_id) == 0)
            return true;
    }
    return false;
}
