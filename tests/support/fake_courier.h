/* SPDX-License-Identifier: MIT */
/*
 * A courier without a network, for tests of core/deliveries.h: it takes what is due, writes down
 * what it took, and brings back what the test says. The asserts are Check's.
 */
#ifndef MK_TESTS_FAKE_COURIER_H
#define MK_TESTS_FAKE_COURIER_H

#include "support/bank.h"

#include <stdio.h>

enum { FAKE_PARCELS_MAX = 256 };

struct fake_courier {
    struct mk_world *world;
    struct mk_parcel parcels[FAKE_PARCELS_MAX]; /* out, in the order of their taking */
    size_t count;
    const char *full; /* a receiver that takes no more; NULL: all do */
    size_t asked;     /* how often it was asked whether a receiver may take more */
    bool is_blocked;  /* what the last take said */
};

/* A link as far as deliveries look at one; `letter` makes its id. */
static inline struct mk_link fake_link(char letter, const char *webhook)
{
    struct mk_link link = { .state = MK_STATE_CONNECTED,
                            .error = MK_LINK_ERROR_NONE,
                            .webhook = (char *)webhook };

    memset(link.id, letter, sizeof(link.id));
    return link;
}

/* A new delivery with this body; `is_test` as the test endpoint makes them. */
static inline struct mk_delivery *fake_add(struct mk_world *world, const struct mk_link *link,
                                           const char *body, bool is_test)
{
    const struct mk_message message = { .link = link,
                                        .event = MK_NOTICE_STATE,
                                        .is_test = is_test,
                                        .idempotency_key = "key",
                                        .body = body,
                                        .length = strlen(body) };

    return mk_deliveries_add(world, &message);
}

static inline bool fake_may(void *context, const char *url)
{
    struct fake_courier *courier = context;

    courier->asked++;
    return courier->full == NULL || strcmp(courier->full, url) != 0;
}

static inline bool fake_take(struct fake_courier *courier)
{
    ck_assert_uint_lt(courier->count, FAKE_PARCELS_MAX);
    bool has_one = mk_deliveries_take(courier->world, fake_may, courier,
                                      &courier->parcels[courier->count], &courier->is_blocked);
    courier->count += has_one;
    return has_one;
}

/* Takes all that is due. */
static inline size_t fake_take_all(struct fake_courier *courier)
{
    size_t taken = 0;

    while (fake_take(courier))
        taken++;
    return taken;
}

static inline void fake_bring_outcome(struct fake_courier *courier, size_t place,
                                      const struct mk_delivery_outcome *outcome)
{
    ck_assert_uint_lt(place, courier->count);
    mk_deliveries_bring(courier->world, &courier->parcels[place], outcome);
    mk_parcel_done(&courier->parcels[place]);
    courier->count--;
    memmove(&courier->parcels[place], &courier->parcels[place + 1],
            (courier->count - place) * sizeof(courier->parcels[0]));
}

/* The receiver's answer to the parcel at a place, with this status; 0: it never answered. */
static inline void fake_bring(struct fake_courier *courier, size_t place, unsigned status)
{
    const struct mk_delivery_outcome outcome = { .status = status,
                                                 .problem = status == 0 ? "Timeout" : NULL,
                                                 .headers = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
                                                 .headers_length = status == 0 ? 0 : 30,
                                                 .answer = "fine",
                                                 .answer_length = status == 0 ? 0 : 4,
                                                 .span = -1 };

    fake_bring_outcome(courier, place, &outcome);
}

/* Takes and answers, one after the other, until nothing is due; says what: "a1 b1 a2 ". */
static inline const char *fake_run(struct fake_courier *courier, unsigned status)
{
    static char log[4096];
    size_t length = 0;

    log[0] = '\0';
    while (fake_take(courier)) {
        const struct mk_parcel *parcel = &courier->parcels[courier->count - 1];
        length += (size_t)snprintf(log + length, sizeof(log) - length, "%s%u ", parcel->body,
                                   parcel->attempt);
        ck_assert_uint_lt(length, sizeof(log));
        fake_bring(courier, courier->count - 1, status);
    }
    return log;
}

/* Gives up what is out. */
static inline void fake_done(struct fake_courier *courier)
{
    while (courier->count > 0)
        mk_parcel_done(&courier->parcels[--courier->count]);
}

#endif
