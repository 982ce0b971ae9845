/* SPDX-License-Identifier: MIT */
/*
 * What happened in a world, in order: exchanges with the API, changes of links, finished refreshes,
 * outcomes of deliveries, moves of the clock. GET /sandbox/requests, wait and the event stream read
 * it.
 *
 * Each happening has a number, counted from 1 for the world's life, also beyond a reset: so a
 * reader who remembers one misses nothing and sees nothing twice. The last ones are kept, as many
 * as fit the world's setting journal_bytes; older ones are forgotten. Secrets never come in: bodies
 * and queries are masked by whoever hands them over (json/mask.h). Adding rings the world's bells.
 * Guarded by the world's lock.
 */
#ifndef MK_CORE_JOURNAL_H
#define MK_CORE_JOURNAL_H

#include "core/links.h"

/* The setting journal_bytes: its default and bounds. */
#define MK_JOURNAL_BYTES ((size_t)1024 * 1024)
enum { MK_JOURNAL_BYTES_MIN = 64 * 1024, MK_JOURNAL_BYTES_MAX = 64 * 1024 * 1024 };

enum mk_happening_kind {
    MK_HAPPENED_REQUEST,
    MK_HAPPENED_LINK,         /* its state changed */
    MK_HAPPENED_PRODUCT,      /* a refresh finished */
    MK_HAPPENED_TRANSACTIONS, /* there are new ones to sync */
    MK_HAPPENED_DELIVERY,     /* a webhook was made, or an attempt has an outcome */
    MK_HAPPENED_CLOCK,        /* it was moved, frozen or let run */
    MK_HAPPENED_RESET,        /* the world was reset or loaded */
    MK_HAPPENED_COUNT
};
extern const char *const mk_happening_names[]; /* "request", "link", ...; NULL-ended */

/* The parts that only some kinds have are zero elsewhere. Texts are borrowed. */
struct mk_happening {
    uint64_t number;               /* given by the journal */
    int64_t moment;                /* of the world's clock */
    uint8_t kind;                  /* enum mk_happening_kind */
    char link[MK_SHORT_ID_LENGTH]; /* without mk_; link[0] is NUL: none */
    uint8_t state;                 /* link: enum mk_link_state; delivery: enum mk_delivery_state */
    uint8_t error;                 /* link: enum mk_link_error; product: enum mk_product_error */
    uint8_t product;               /* product */
    uint8_t event;                 /* delivery: enum mk_notice */
    unsigned char token[16];       /* delivery */
    uint32_t attempt;              /* delivery: 0 when it was made, then 1, 2, ... */
    uint16_t answer; /* delivery: the receiver's status; 0: none. request: the status */

    /* Of a request: the journal keeps what follows for no other kind. */
    uint16_t route; /* position in the route table; UINT16_MAX: it matched none */
    uint8_t method;
    uint8_t err;    /* enum mk_err */
    uint8_t ending; /* enum mk_ending */
    uint32_t fault; /* number of the rule that fired; 0: none */
    uint64_t began; /* the number that the first thing it caused has, or would have had */
    char request_id[24];
    int32_t span;      /* microseconds; -1 where it is not measured (--deterministic) */
    uint32_t received; /* bytes of its body, and of the answer's */
    uint32_t sent;

    /* Texts, last: the journal keeps them apart. */
    const char *target;       /* masked */
    const char *body;         /* masked; NULL when there was none or it is not shown */
    const char *reply;        /* the body of an error; NULL for other answers */
    const char *version;      /* moneykit-version of a call whose input was refused; or NULL */
    const char *content_type; /* the same */
};

struct mk_journal {
    char *ring; /* owned; grows up to `limit` */
    size_t room;
    size_t limit;
    size_t begin;   /* of the oldest record */
    size_t used;    /* from there on, round the end of the ring */
    size_t newest;  /* bytes of the newest record */
    uint64_t last;  /* number of the newest; 0: nothing has happened */
    uint64_t first; /* number of the oldest that is kept; last + 1: none is */
};

void mk_journal_init(struct mk_journal *journal);
void mk_journal_done(struct mk_journal *journal);

/* Forgets all, and goes on counting. */
void mk_journal_clear(struct mk_journal *journal);
void mk_journal_set_limit(struct mk_journal *journal, size_t bytes);

/* Adds a copy and returns the number that it was given. */
uint64_t mk_journal_add(struct mk_journal *journal, const struct mk_happening *happening);

/* A place in the journal; good until something is added. Zeroed: before the oldest. */
struct mk_journal_reader {
    size_t offset;   /* from `begin` */
    uint64_t number; /* of the next; 0: not begun */
};

/*
 * The next one with a number above `after`, oldest first; false at the end. Its texts are the
 * journal's: good until something is added.
 */
bool mk_journal_next(const struct mk_journal *journal, uint64_t after,
                     struct mk_journal_reader *reader, struct mk_happening *ret);

/* The request with this id, while it is kept. */
bool mk_journal_find_request(const struct mk_journal *journal, const char *request_id,
                             struct mk_happening *ret);

#endif
