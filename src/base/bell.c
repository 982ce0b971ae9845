/* SPDX-License-Identifier: MIT */
#include "base/bell.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct mk_bell {
    atomic_uint holders;
    pthread_mutex_t lock;
    void (*heard)(void *context); /* NULL: silent */
    void *context;
};

struct mk_bell *mk_bell_new(void (*heard)(void *context), void *context)
{
    struct mk_bell *bell = mk_alloc_zero(1, sizeof(*bell));

    atomic_init(&bell->holders, 1);
    pthread_mutex_init(&bell->lock, NULL);
    bell->heard = heard;
    bell->context = context;
    return bell;
}

struct mk_bell *mk_bell_hold(struct mk_bell *bell)
{
    atomic_fetch_add_explicit(&bell->holders, 1, memory_order_relaxed);
    return bell;
}

void mk_bell_release(struct mk_bell *bell)
{
    if (bell == NULL || atomic_fetch_sub_explicit(&bell->holders, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_destroy(&bell->lock);
    free(bell);
}

void mk_bell_ring(struct mk_bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    if (bell->heard != NULL)
        bell->heard(bell->context);
    pthread_mutex_unlock(&bell->lock);
}

void mk_bell_silence(struct mk_bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    bell->heard = NULL;
    pthread_mutex_unlock(&bell->lock);
}

void mk_bells_add(struct mk_bells *bells, struct mk_bell *bell)
{
    for (size_t i = 0; i < bells->count; i++) {
        if (bells->items[i] == bell)
            return;
    }
    if (bells->count == bells->room) {
        bells->room = bells->room > 0 ? 2 * bells->room : 4;
        bells->items = mk_resize(bells->items, bells->room, sizeof(struct mk_bell *));
    }
    bells->items[bells->count++] = mk_bell_hold(bell);
}

void mk_bells_ring(struct mk_bells *bells)
{
    for (size_t i = 0; i < bells->count; i++) {
        mk_bell_ring(bells->items[i]);
        mk_bell_release(bells->items[i]);
    }
    bells->count = 0;
}

void mk_bells_done(struct mk_bells *bells)
{
    mk_bells_ring(bells);
    free(bells->items);
    *bells = (struct mk_bells){ 0 };
}
