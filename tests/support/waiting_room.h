/* SPDX-License-Identifier: MIT */
/*
 * A dispatch whose answers come later: for tests of a server's waits.
 *
 *     /room     answered "called" when the room is opened, "stop" when it closes for good
 *     /clock/N  answered "time" after N milliseconds
 *     /stay     never answered: asked until nobody is there
 *     /busy     rings its own bell whenever it is asked; answered "busy" the tenth time
 *     /reset    resets the connection when the room is opened
 *
 * All else goes to the echo. Answers end with the request's body.
 */
#ifndef MK_TESTS_WAITING_ROOM_H
#define MK_TESTS_WAITING_ROOM_H

#include "base/clock.h"
#include "support/wire.h"

#include <pthread.h>

/* Longer than any test takes. */
#define ROOM_PATIENCE (10 * MK_MINUTE)

static struct {
    pthread_mutex_t lock;
    struct mk_bells bells;
    bool is_open;
    atomic_bool is_stopping;
    atomic_uint asked;
    atomic_uint waiting;   /* have been told `later` */
    atomic_uint abandoned; /* or that they are no longer waited for */
} room = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* What is kept between two turns. */
struct room_guest {
    int64_t until;
    unsigned turns;
};

static inline void room_ring(void)
{
    pthread_mutex_lock(&room.lock);
    mk_bells_ring(&room.bells);
    pthread_mutex_unlock(&room.lock);
}

static inline void room_set(bool is_open)
{
    pthread_mutex_lock(&room.lock);
    room.is_open = is_open;
    mk_bells_ring(&room.bells);
    pthread_mutex_unlock(&room.lock);
}

static inline void room_clear(void)
{
    room_set(false);
    mk_bells_done(&room.bells);
    room.is_stopping = false;
    room.asked = room.waiting = room.abandoned = 0;
}

/* NULL while there is nothing to say. */
static inline const char *room_word(const struct mk_request *request,
                                    const struct room_guest *guest)
{
    const char *target = request->target;

    if (strcmp(target, "/stay") == 0)
        return NULL;
    if (strncmp(target, "/clock/", 7) == 0)
        return mk_monotonic_now() >= guest->until ? "time" : NULL;
    if (strcmp(target, "/busy") == 0)
        return guest->turns == 10 ? "busy" : NULL;
    if (room.is_stopping)
        return "stop";
    return room.is_open ? "called" : NULL;
}

static inline struct room_guest *room_enter(const struct mk_request *request)
{
    struct room_guest *guest = mk_alloc_zero(1, sizeof(*guest));
    int64_t wait = ROOM_PATIENCE;

    if (strncmp(request->target, "/clock/", 7) == 0)
        wait = strtol(request->target + 7, NULL, 10) * (MK_SECOND / 1000);
    guest->until = mk_monotonic_now() + wait;
    return guest;
}

static inline void room_answer(const struct mk_request *request, const char *word,
                               struct mk_response *response)
{
    size_t length = strlen(word);

    response->status = 200;
    response->content_type = "text/plain";
    response->body_length = length + request->body_length;
    response->body = mk_alloc(response->body_length);
    memcpy(response->body, word, length);
    if (request->body_length > 0)
        memcpy(response->body + length, request->body, request->body_length);
    if (strcmp(request->target, "/reset") == 0)
        response->ending = MK_ENDING_RESET;
}

/* The lock is held. */
static inline void room_ask(const struct mk_request *request, struct mk_response *response)
{
    struct room_guest *guest = request->pending != NULL ? request->pending : room_enter(request);
    const char *word = room_word(request, guest);

    guest->turns++;
    if (word != NULL) {
        room_answer(request, word, response);
        free(guest);
        return;
    }
    mk_bells_add(&room.bells, mk_request_bell(request));
    if (guest->turns == 1)
        room.waiting++;
    if (strcmp(request->target, "/busy") == 0)
        mk_bells_ring(&room.bells);
    response->later = true;
    response->until = guest->until;
    response->pending = guest;
}

static inline void room_dispatch(void *context, const struct mk_request *request,
                                 struct mk_response *response)
{
    static const char *const rooms[] = { "/room", "/clock/", "/stay", "/busy", "/reset" };

    if (request->is_abandoned) {
        room.abandoned++;
        free(request->pending);
        return;
    }
    for (size_t i = 0; i < MK_COUNT(rooms); i++) {
        if (strncmp(request->target, rooms[i], strlen(rooms[i])) == 0) {
            pthread_mutex_lock(&room.lock);
            room_ask(request, response);
            room.asked++;
            pthread_mutex_unlock(&room.lock);
            return;
        }
    }
    wire_echo(context, request, response);
}

/* Waits for a number to grow to `wanted`. */
static inline void room_expect(atomic_uint *number, unsigned wanted)
{
    int64_t end = mk_monotonic_now() + WIRE_PATIENCE_SECONDS * MK_SECOND;

    while (*number < wanted && mk_monotonic_now() < end)
        usleep(1000);
    ck_assert_uint_eq(*number, wanted);
}

#endif
