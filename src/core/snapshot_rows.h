/* SPDX-License-Identifier: MIT */
/*
 * What a snapshot says of a struct: one row per member, which saving and loading both walk, so that
 * neither can forget one. A part is the table of a struct; every byte of the struct but padding is
 * in one of its rows (tests/unit/snapshot_parts.c).
 *
 * A member that has nothing to say (0, false, NULL, no moment) is left out, unless its row is
 * `required`. What a row can't say has functions of its own.
 */
#ifndef MK_CORE_SNAPSHOT_ROWS_H
#define MK_CORE_SNAPSHOT_ROWS_H

#include "base/money.h"
#include "core/snapshot.h"

enum mk_cell_kind {
    MK_CELL_SKIP, /* derived from the rest, or not kept: the row has no key */
    MK_CELL_OWN,  /* its functions do it */
    MK_CELL_BOOL,
    MK_CELL_SIGNED,      /* an integer of `size` bytes, from min to max */
    MK_CELL_UNSIGNED,    /* the same */
    MK_CELL_REAL,        /* double, from min to max; always required */
    MK_CELL_HEX,         /* uint64_t of any value, as text: JSON's integers are shorter */
    MK_CELL_MOMENT,      /* int64_t; MK_NEVER: left out */
    MK_CELL_SECONDS,     /* int32_t, not negative; MK_NEVER_SECONDS: left out */
    MK_CELL_MONEY,       /* int64_t; MK_NO_MONEY: left out */
    MK_CELL_DAY,         /* int32_t */
    MK_CELL_CHOICE,      /* an unsigned integer of `size` bytes; the number of names: left out */
    MK_CELL_SET,         /* bits of `size` bytes, as a list of names */
    MK_CELL_INSTITUTION, /* uint16_t; MK_NO_INSTITUTION: left out */
    MK_CELL_PERSONA,     /* uint8_t */
    MK_CELL_BYTES,       /* an array, as hexadecimal digits; all 0: left out */
    MK_CELL_LETTERS,     /* an array of characters that fills up, a short id */
    MK_CELL_BUFFER,      /* an array that holds a NUL-ended text; "": left out */
    MK_CELL_TEXT,        /* char *, owned */
    MK_CELL_BLOB,   /* char *, owned, any bytes, as base64url; its length as a list's, if known */
    MK_CELL_TAGS,   /* struct mk_tags */
    MK_CELL_CUSTOM, /* json_t *: custom_sandbox_data */
    MK_CELL_RANDOM, /* struct mk_random; one that draws from the kernel is left out */
    MK_CELL_PART,   /* an embedded struct */
    MK_CELL_LIST,   /* a pointer to an owned array; its length is at count_offset */
};

struct mk_saver {
    struct mk_text *out;
    const struct mk_world *world;
    int64_t now;   /* of the world */
    void *context; /* of what is being saved */
};

struct mk_loader {
    struct mk_world *world; /* nobody else's */
    const struct mk_shape *custom;
    struct mk_issues *issues;
};

struct mk_row {
    const char *key;
    enum mk_cell_kind kind;
    uint32_t offset;
    uint32_t size;
    bool required;
    int64_t min;
    int64_t max;
    const char *const *names; /* NULL-ended */
    const struct mk_part *part;
    uint32_t count_offset; /* of a list, as the next */
    uint32_t count_size;

    /* Writes key and value, or nothing. */
    void (*save)(struct mk_saver *saver, const void *record);

    /* `value` is NULL where the key is missing. */
    bool (*load)(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                 void *record);
};

struct mk_part {
    const struct mk_row *rows;
    size_t count;
    size_t size; /* of the struct */
};

#define MK_PART(type, table) \
    { \
        .rows = (table), .count = sizeof(table) / sizeof((table)[0]), .size = sizeof(struct type) \
    }

/* The member of a struct that a row is of. */
#define MK_CELL_AT(type, member) \
    .offset = offsetof(struct type, member), .size = sizeof(((struct type *)0)->member)

/* Where the length of a list is. */
#define MK_CELL_COUNT_AT(type, member) \
    .count_offset = offsetof(struct type, member), .count_size = sizeof(((struct type *)0)->member)

/* What is derived, or has a row elsewhere. */
#define MK_CELL_NONE(type, member) \
    { \
        .kind = MK_CELL_SKIP, MK_CELL_AT(type, member) \
    }

/* Moments and days of the years 0000 to 9999, as base/clock.h writes them. */
#define MK_SNAPSHOT_MOMENT_MIN (INT64_C(-62167219200) * MK_SECOND)
#define MK_SNAPSHOT_MOMENT_MAX (INT64_C(253402300799) * MK_SECOND)
#define MK_SNAPSHOT_DAY_MIN (-719528)
#define MK_SNAPSHOT_DAY_MAX 2932896
#define MK_SNAPSHOT_MONEY_MAX INT64_C(1000000000000000) /* base/money.h */

#define MK_SNAPSHOT_SPAN_MAX (36600 * MK_DAY)

/* --- Saving ----------------------------------------------------------------------------------- */

void mk_save_key(struct mk_saver *saver, const char *key);
void mk_save_integer(struct mk_saver *saver, int64_t value);
void mk_save_text(struct mk_saver *saver, const char *text);

/* '{' '}' '[' ']'; an item of a list or an object needs no more. */
void mk_save_open(struct mk_saver *saver, char bracket);
void mk_save_close(struct mk_saver *saver, char bracket);

/* The struct as an object. */
void mk_save_part(struct mk_saver *saver, const struct mk_part *part, const void *record);

/* --- Loading ---------------------------------------------------------------------------------- */

/* Adds the issue; returns false, so that a failure is one line. */
bool mk_load_fail(struct mk_loader *loader, const struct mk_place *place, enum mk_issue issue,
                  const char *text, int64_t number);
bool mk_load_refuse(struct mk_loader *loader, const struct mk_place *place, const char *sentence);

bool mk_load_integer(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                     int64_t min, int64_t max, int64_t *ret);

bool mk_load_text(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                  const char **ret);

/* A list of at most `most` items; NULL is an empty one. */
bool mk_load_list(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                  size_t most, size_t *ret_count);

/* What is being read, and where it goes. */
struct mk_cell {
    const struct mk_row *row;
    const json_t *value;
    const struct mk_place *place;
    void *at;
    void *record;
};

/* By the row's kind; and what the member is of which nothing is said. */
bool mk_load_cell(struct mk_loader *loader, const struct mk_cell *cell);
void mk_load_silence(const struct mk_cell *cell);

/* Refuses a key of the object that there is not. */
bool mk_load_strange_key(struct mk_loader *loader, const struct mk_place *place, const char *key);

/* Fills the record in: all rows of it, also those whose key is missing. What it owns is NULL. */
bool mk_load_part(struct mk_loader *loader, const struct mk_part *part, const json_t *value,
                  const struct mk_place *place, void *record);

#endif
