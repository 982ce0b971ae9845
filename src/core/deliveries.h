/* SPDX-License-Identifier: MIT */
/*
 * The webhooks of a world: what has to be sent, what became of it, and what the receivers said.
 *
 *     made -> queued -> sending -> delivered (any 2xx)
 *               ^          |
 *               +-retrying-+-> failed: the next attempt would be over two hours after its making
 *
 * Retries come 1, 2, 4, 8... times webhook_retry_seconds after the last attempt's end, with the
 * same body, idempotency key, timestamp and token; the attempt's number rises from 1. A link's
 * deliveries start in the order of their making: the next one's first attempt waits for the outcome
 * of the first attempt of the one before. No link waits for another. Test events, replays and what
 * is delayed on purpose stand in no line.
 *
 * Nothing is sent here: the courier (src/courier.c) takes what is due as parcels, posts them
 * without any lock and brings the outcomes back. Guarded by the world's lock.
 */
#ifndef MK_CORE_DELIVERIES_H
#define MK_CORE_DELIVERIES_H

#include "base/heap.h"
#include "core/links.h"

struct mk_world;
struct mk_signer;

/*
 * Limits of a world; ours. Over one of the first two new deliveries are dropped, and counted; what
 * receivers answer to deliveries that still wait is not kept over the second.
 */
#define MK_DELIVERIES_WAITING_MAX 10000U
#define MK_DELIVERIES_WAITING_BYTES ((size_t)32 * 1024 * 1024)
#define MK_DELIVERIES_KEPT_BYTES ((size_t)1024 * 1024) /* of finished ones; the newest stays */
#define MK_DELIVERY_LIFE (2 * MK_HOUR)                 /* MoneyKit's documentation */
#define MK_RETRY_SPAN (10 * MK_SECOND)                 /* default of webhook_retry_seconds */
#define MK_STALE_SPAN (2 * MK_DAY)                     /* how old the hostile signatures are */

/* Receivers without room that take() looks past; a courier that has more of them is full. */
enum { MK_PARKED_MAX = 64 };

enum mk_delivery_state {
    MK_DELIVERY_QUEUED,
    MK_DELIVERY_SENDING,
    MK_DELIVERY_RETRYING,
    MK_DELIVERY_DELIVERED,
    MK_DELIVERY_FAILED,
    MK_DELIVERY_STATE_COUNT
};
extern const char *const mk_delivery_state_names[]; /* NULL-ended */

/*
 * How a world's webhooks are spoiled, for tests of receivers. Ours. A delivery is as hostile as the
 * world was at its making, in all its attempts; a replay is always as it should be.
 */
enum mk_hostility {
    MK_HOSTILE_NONE,
    MK_HOSTILE_DUPLICATE,   /* each is posted twice, with the same token, attempt and body */
    MK_HOSTILE_REORDER,     /* it waits for the link's next one, which goes before it */
    MK_HOSTILE_DELAY,       /* so many seconds of the world's clock later */
    MK_HOSTILE_STALE,       /* signed two days ago, by its iat */
    MK_HOSTILE_UNKNOWN_KID, /* by a key that is not published */
    MK_HOSTILE_TAMPERED,    /* the body is not the signed one */
    MK_HOSTILITY_COUNT
};
extern const char *const mk_hostility_names[]; /* "none", "duplicate", ...; NULL-ended */

#define MK_HOSTILITY_SPAN (10 * MK_SECOND) /* default of the mode's delay_seconds */

/* One post and its outcome. Owned by its delivery. */
struct mk_attempt {
    uint32_t number; /* from 1; a replay goes on counting, a duplicate has the same */
    uint8_t hostility;
    bool is_replay;
    bool is_out;     /* under way: nothing below is known but `started` */
    int64_t started; /* world's clock, as the next */
    int64_t ended;
    int64_t span;    /* real microseconds; -1: not measured (--deterministic) */
    uint16_t status; /* 0: no answer, and */
    char *problem;   /* says why; else NULL */
    char *headers;   /* the receiver's, as they came; NULL */
    char *answer;    /* its first 4 KiB, may hold any bytes; NULL */
    size_t answer_length;
};

struct mk_delivery {
    uint32_t record; /* in the store; deliveries.c's own, as all below `attempt_count` */
    uint8_t event;   /* enum mk_notice */
    uint8_t state;   /* enum mk_delivery_state */
    uint8_t hostility;
    bool is_test;    /* asked for with the test endpoint */
    uint64_t number; /* in the order of making */
    unsigned char token[16];
    char link[MK_SHORT_ID_LENGTH];
    int64_t made;          /* world's clock, as the next */
    int64_t due;           /* of the next attempt, of the one that is out too; MK_NEVER: none */
    char *idempotency_key; /* owned, as the next */
    char *url;
    char *body; /* the bytes that are hashed and sent */
    size_t length;
    struct mk_attempt *attempts; /* owned, in the order of their starts */
    uint32_t attempt_count;

    uint32_t behind; /* the link's next one, which waits for this one's first outcome; or MK_NONE */
    uint32_t tries;  /* attempts that were no replays */
    uint8_t out;     /* posts under way */
    uint8_t copies;  /* posts of the attempt that have to be made yet */
    uint8_t before;  /* state that a replay found */
    bool is_replay;  /* the next attempt is one, or the one that is out */
    bool is_ready;   /* among those that wait for their time, or for a receiver */
    bool is_held;    /* waits for the one that is to overtake it */
    bool is_in_line; /* of its link, until its first outcome */
    int64_t resumes; /* when the next retry is due after a replay */
    size_t bytes;
    struct mk_node node;          /* in the order of making */
    struct mk_node finished_node; /* in the order of finishing */
};

/* What waits for one receiver that has no room. */
struct mk_parked {
    char *origin; /* scheme, host and port; owned */
    bool is_free; /* has room, in this look */
    struct mk_heap due;
};

/* Fields are deliveries.c's own but for the counters and the hostility. */
struct mk_deliveries {
    struct mk_store store;
    struct mk_map by_token;
    struct mk_map tails; /* by link: the last in its line */
    struct mk_map held;  /* by link: the one that waits to be overtaken */
    struct mk_chain made_chain;
    struct mk_chain finished_chain;
    struct mk_heap due;       /* what: the record; order: the number */
    struct mk_parked *parked; /* owned */
    size_t parked_count;
    size_t waiting;       /* not finished */
    size_t waiting_bytes; /* of those */
    size_t out;           /* posts under way */
    size_t kept_bytes;    /* of finished ones */
    uint64_t last;        /* number of the newest */
    uint64_t made;        /* counters, for ever */
    uint64_t dropped;
    uint64_t delivered;
    uint64_t failed;
    uint8_t hostility;      /* enum mk_hostility, of the deliveries made from now on */
    int64_t hostility_span; /* of `delay`; of `reorder`, the longest wait */
    int64_t hostility_left; /* so many deliveries more; -1: without end */
};

void mk_deliveries_init(struct mk_deliveries *deliveries);
void mk_deliveries_done(struct mk_deliveries *deliveries);

/* Frees what one owns; its record is its owner's. */
void mk_delivery_done(struct mk_delivery *delivery);

/* What a new delivery is about; everything is copied. */
struct mk_message {
    const struct mk_link *link; /* has a webhook */
    uint8_t event;              /* enum mk_notice */
    bool is_test;
    const char *idempotency_key;
    const char *body;
    size_t length;
};

/* Whether a new one would be dropped, whatever its size: then its body need not be written. */
bool mk_deliveries_are_full(const struct mk_deliveries *deliveries);

/* A new delivery to the link's webhook, borrowed; NULL when it was dropped. */
struct mk_delivery *mk_deliveries_add(struct mk_world *world, const struct mk_message *message);

/*
 * One that a snapshot remembers, after those that were made before it: what stands above `behind`
 * is taken over, but for `record`. A post that was out then is made again. Counters are the
 * caller's.
 */
void mk_deliveries_restore(struct mk_deliveries *deliveries, const struct mk_delivery *saved);

/* The delivery with this token (UUID text), or NULL. Borrowed until the lock is released. */
struct mk_delivery *mk_deliveries_find(const struct mk_deliveries *deliveries, const char *token);

/* The one made after it (NULL: the oldest), or before it (NULL: the newest); NULL at the end. */
struct mk_delivery *mk_deliveries_after(const struct mk_deliveries *deliveries,
                                        const struct mk_delivery *delivery);
struct mk_delivery *mk_deliveries_before(const struct mk_deliveries *deliveries,
                                         const struct mk_delivery *delivery);

/*
 * One more attempt, now, to where it went before, whatever became of it. A delivered or failed one
 * is that again afterwards, or delivered. MK_UNAVAILABLE while an attempt is under way or the first
 * one has not begun.
 */
enum mk_err mk_deliveries_replay(struct mk_world *world, struct mk_delivery *delivery,
                                 struct mk_problem *problem);

/* The mode of those made from now on; `left` of them, -1: without end. */
void mk_deliveries_set_mode(struct mk_deliveries *deliveries, enum mk_hostility hostility,
                            int64_t span, int64_t left);

/*
 * When the next attempt falls due after that moment, world's clock; INT64_MAX: none does. What is
 * due and waits for its receiver hides nothing else.
 */
int64_t mk_deliveries_next(const struct mk_deliveries *deliveries, int64_t after);

/* Everything that one attempt needs; owns it all, and outlives the delivery. */
struct mk_parcel {
    struct mk_world *world; /* held */
    uint32_t epoch;         /* of the world, then */
    uint32_t record;        /* of the delivery, as the next */
    uint64_t delivery;      /* number */
    uint32_t place;         /* among its attempts */
    uint32_t attempt;       /* number */
    uint8_t hostility;
    int64_t iat;              /* of the signature, as the world's setting says */
    struct mk_signer *signer; /* held; NULL where the world has none (tests) */
    char token[MK_TOKEN_SIZE];
    char *url;
    char *body;
    size_t length;
};

/*
 * The next attempt that is due and whose receiver `may` take one more; false when there is none.
 * It counts as under way from here on. *ret_blocked is set when only receivers stand in the way.
 */
bool mk_deliveries_take(struct mk_world *world, bool (*may)(void *context, const char *url),
                        void *context, struct mk_parcel *ret, bool *ret_blocked);

/* What became of a parcel. Nothing happens when its delivery is gone (a reset). */
struct mk_delivery_outcome {
    unsigned status;     /* 0: no answer, and */
    const char *problem; /* says why */
    const char *headers;
    size_t headers_length;
    const char *answer;
    size_t answer_length;
    int64_t span;
};
void mk_deliveries_bring(struct mk_world *world, const struct mk_parcel *parcel,
                         const struct mk_delivery_outcome *outcome);

/* Without the world's lock, since it may free the world. */
void mk_parcel_done(struct mk_parcel *parcel);

#endif
