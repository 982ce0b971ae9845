/* SPDX-License-Identifier: MIT */
#include "courier.h"

#include "base/log.h"
#include "base/memory.h"
#include "http/poster.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Forty characters, as a key's own: what no JWKS holds. */
#define UNKNOWN_KID "this-key-is-not-published-anywhere------"

/* A signature's claims and the longest issuer. */
#define SIGNATURE_MAX ((size_t)8 * 1024)

/* Looks at one world in a row; each is short. */
enum { STEPS_AT_ONCE = 64 };

/* A parcel on its way; alive from its start to its outcome. */
struct carriage {
    struct carriage *previous;
    struct carriage *next;
    struct mk_parcel parcel;
    struct mk_text signature; /* as a header field, as the next two */
    char token[64];
    char attempt[64];
};

struct garbage {
    struct garbage *next;
    struct mk_world *world;
};

struct mk_courier {
    struct mk_courier_config config;
    struct mk_poster *poster;
    pthread_t thread;
    atomic_bool stopping;
    _Atomic(struct garbage *) garbage;
    struct carriage *first;    /* all that are on their way */
    struct mk_world **blocked; /* held: wait for a receiver to have room */
    size_t blocked_count;
    size_t turn; /* whose it is to be first of the due ones */
};

/* What a world asks about a receiver. */
struct question {
    const struct mk_courier *courier;
    const struct mk_world *world;
};

/* --- One parcel ------------------------------------------------------------------------------- */

static void free_carriage(struct mk_courier *courier, struct carriage *carriage)
{
    if (carriage->previous != NULL)
        carriage->previous->next = carriage->next;
    else
        courier->first = carriage->next;
    if (carriage->next != NULL)
        carriage->next->previous = carriage->previous;
    mk_text_done(&carriage->signature);
    mk_parcel_done(&carriage->parcel);
    free(carriage);
}

static void sign(const struct mk_courier *courier, struct carriage *carriage)
{
    const struct mk_parcel *parcel = &carriage->parcel;
    const char *kid = parcel->hostility == MK_HOSTILE_UNKNOWN_KID ? UNKNOWN_KID : NULL;

    mk_text_add_literal(&carriage->signature, "MoneyKit-Signature: ");
    if (!mk_signer_sign(parcel->signer, kid, courier->config.issuer, parcel->iat, parcel->body,
                        parcel->length, &carriage->signature))
        mk_log(MK_LOG_ERROR, "a webhook could not be signed");
}

/* What was signed is not what is sent: one more member. */
static void tamper(struct mk_parcel *parcel)
{
    struct mk_text text = MK_TEXT(parcel->length + 64);

    mk_text_add(&text, parcel->body, parcel->length - 1);
    mk_text_add_literal(&text, ",\"tampered\":true}");
    free(parcel->body);
    parcel->length = text.length;
    parcel->body = mk_text_steal(&text);
}

/* Takes the parcel over. */
static void post(struct mk_courier *courier, const struct mk_parcel *parcel)
{
    struct carriage *carriage = mk_alloc_zero(1, sizeof(*carriage));

    carriage->parcel = *parcel;
    carriage->signature = MK_TEXT(SIGNATURE_MAX);
    carriage->next = courier->first;
    if (courier->first != NULL)
        courier->first->previous = carriage;
    courier->first = carriage;
    sign(courier, carriage);
    if (parcel->hostility == MK_HOSTILE_TAMPERED)
        tamper(&carriage->parcel);
    snprintf(carriage->token, sizeof(carriage->token), "MoneyKit-Delivery-Token: %s",
             parcel->token);
    snprintf(carriage->attempt, sizeof(carriage->attempt), "MoneyKit-Delivery-Attempt: %u",
             parcel->attempt);

    const struct mk_post out = { .url = carriage->parcel.url,
                                 .headers = { "Content-Type: application/json",
                                              carriage->signature.bytes, carriage->token,
                                              carriage->attempt },
                                 .body = carriage->parcel.body,
                                 .length = carriage->parcel.length,
                                 .sender = carriage->parcel.world,
                                 .context = carriage };
    mk_poster_start(courier->poster, &out);
}

/* Also makes its world due: a next step may have waited for this. */
static void take_back(void *owner, const struct mk_posted *posted)
{
    struct mk_courier *courier = owner;
    struct carriage *carriage = posted->context;
    struct mk_world *world = carriage->parcel.world;
    const struct mk_delivery_outcome outcome = {
        .status = posted->status,
        .problem = posted->problem,
        .headers = posted->headers,
        .headers_length = posted->headers_length,
        .answer = posted->answer,
        .answer_length = posted->answer_length,
        .span = courier->config.deterministic ? -1 : posted->span,
    };

    mk_world_lock(world);
    mk_deliveries_bring(world, &carriage->parcel, &outcome);
    atomic_store(&world->wake_at, 0);
    mk_world_unlock(world);
    free_carriage(courier, carriage);
}

/* --- One world -------------------------------------------------------------------------------- */

static bool may_take(void *context, const char *url)
{
    const struct question *question = context;

    return mk_poster_may(question->courier->poster, question->world, url);
}

static void remember_blocked(struct mk_courier *courier, struct mk_world *world)
{
    for (size_t i = 0; i < courier->blocked_count; i++) {
        if (courier->blocked[i] == world)
            return;
    }
    courier->blocked =
        mk_resize(courier->blocked, courier->blocked_count + 1, sizeof(struct mk_world *));
    courier->blocked[courier->blocked_count++] = mk_world_hold(world);
}

/* There may be room now: those worlds are due again, each time another one first. */
static void look_at_blocked(struct mk_courier *courier)
{
    for (size_t i = 0; i < courier->blocked_count; i++) {
        atomic_store(&courier->blocked[i]->wake_at, 0);
        mk_world_release(courier->blocked[i]);
    }
    courier->turn += courier->blocked_count > 0;
    courier->blocked_count = 0;
}

/* Runs what is due and takes one parcel; true when there may be more to do at once. */
static bool step(struct mk_courier *courier, struct mk_world *world)
{
    struct question question = { .courier = courier, .world = world };
    struct mk_parcel parcel;
    bool is_blocked = false;

    mk_world_lock(world);
    bool has_more = mk_schedule_run(world);
    bool has_parcel = mk_deliveries_take(world, may_take, &question, &parcel, &is_blocked);
    bool goes_on = has_more || has_parcel;
    atomic_store(&world->wake_at, goes_on ? INT64_MAX : mk_schedule_wake_at(world, is_blocked));
    mk_world_unlock(world);

    if (has_parcel)
        post(courier, &parcel);
    if (is_blocked && !goes_on)
        remember_blocked(courier, world);
    return goes_on;
}

/* A while only: what is left makes the world due again, after the others and the posts. */
static void visit(struct mk_courier *courier, struct mk_world *world)
{
    for (size_t i = 0; i < STEPS_AT_ONCE; i++) {
        if (!step(courier, world))
            return;
    }
    atomic_store(&world->wake_at, 0);
}

static void go_round(struct mk_courier *courier)
{
    struct mk_world **due;
    size_t count = mk_worlds_list(courier->config.worlds, mk_monotonic_now(), &due);

    for (size_t i = 0; i < count; i++) {
        struct mk_world *world = due[(courier->turn + i) % count];
        visit(courier, world);
        mk_world_release(world);
    }
    free(due);
}

/* --- The thread ------------------------------------------------------------------------------- */

static void free_garbage(struct mk_courier *courier)
{
    struct garbage *garbage = atomic_exchange(&courier->garbage, NULL);

    while (garbage != NULL) {
        struct garbage *next = garbage->next;
        mk_world_release(garbage->world);
        free(garbage);
        garbage = next;
    }
}

static void *run(void *argument)
{
    struct mk_courier *courier = argument;

    while (!atomic_load(&courier->stopping)) {
        go_round(courier);
        free_garbage(courier);
        size_t before = mk_poster_count(courier->poster);
        mk_poster_wait(courier->poster, mk_worlds_wake_at(courier->config.worlds));
        if (mk_poster_count(courier->poster) < before)
            look_at_blocked(courier);
    }
    return NULL;
}

/* Signals are the main thread's. */
static bool start_thread(struct mk_courier *courier)
{
    sigset_t blocked;
    sigset_t before;

    sigfillset(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    bool started = pthread_create(&courier->thread, NULL, run, courier) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct mk_courier *mk_courier_start(const struct mk_courier_config *config)
{
    struct mk_courier *courier = mk_alloc_zero(1, sizeof(*courier));

    courier->config = *config;
    const struct mk_poster_config poster = { .allowed = config->webhook_hosts,
                                             .allowed_count = config->webhook_host_count,
                                             .done = take_back,
                                             .owner = courier };
    courier->poster = mk_poster_new(&poster);
    if (start_thread(courier))
        return courier;
    mk_poster_free(courier->poster);
    free(courier);
    return NULL;
}

void mk_courier_stop(struct mk_courier *courier)
{
    if (courier == NULL)
        return;
    atomic_store(&courier->stopping, true);
    mk_poster_wake(courier->poster);
    pthread_join(courier->thread, NULL);
    mk_poster_free(courier->poster);
    for (struct carriage *at = courier->first, *next; at != NULL; at = next) {
        next = at->next;
        free_carriage(courier, at);
    }
    look_at_blocked(courier);
    free(courier->blocked);
    free_garbage(courier);
    free(courier);
}

void mk_courier_wake(void *courier)
{
    if (courier != NULL)
        mk_poster_wake(((struct mk_courier *)courier)->poster);
}

void mk_courier_dispose(void *courier, struct mk_world *garbage)
{
    struct mk_courier *own = courier;
    struct garbage *item = mk_alloc_zero(1, sizeof(*item));

    item->world = garbage;
    item->next = atomic_load(&own->garbage);
    while (!atomic_compare_exchange_weak(&own->garbage, &item->next, item))
        continue;
    mk_courier_wake(courier);
}
