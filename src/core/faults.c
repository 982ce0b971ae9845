/* SPDX-License-Identifier: MIT */
#include "core/faults.h"

#include "base/memory.h"
#include "core/terms.h"

#include <stdlib.h>
#include <string.h>

const char *const mk_fault_action_names[] = { "error", "reset", "truncate", "delay", NULL };

const char *const mk_fault_link_error_names[] = {
#define X(name, text) text,
    MK_LINK_STATES(X) MK_LINK_ERRORS(X) NULL
#undef X
};

void mk_faults_init(struct mk_faults *faults, uint64_t world_seed)
{
    mk_faults_reseed(faults, world_seed);
}

void mk_faults_reseed(struct mk_faults *faults, uint64_t world_seed)
{
    mk_random_seeded(&faults->random, world_seed, "faults");
}

void mk_fault_done(struct mk_fault *fault)
{
    free(fault->operation);
    free(fault->link);
    free(fault->error_code);
    free(fault->message);
    *fault = (struct mk_fault){ 0 };
}

void mk_faults_clear(struct mk_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        mk_fault_done(&faults->items[i]);
    free(faults->items);
    faults->items = NULL;
    faults->count = 0;
}

void mk_faults_done(struct mk_faults *faults)
{
    mk_faults_clear(faults);
}

/* It can't fire any more. */
static bool is_spent(const struct mk_fault *fault)
{
    return fault->left == 0 || (fault->nth > 0 && fault->matched >= fault->nth);
}

static void remove_at(struct mk_faults *faults, size_t position)
{
    struct mk_fault *at = &faults->items[position];

    mk_fault_done(at);
    faults->count--;
    memmove(at, at + 1, (faults->count - position) * sizeof(*at));
}

/* A test that adds rule after rule, each for one call, never comes to the limit. */
static void make_room(struct mk_faults *faults)
{
    for (size_t i = 0; faults->count >= MK_FAULTS_MAX && i < faults->count; i++) {
        if (is_spent(&faults->items[i]))
            remove_at(faults, i);
    }
}

enum mk_err mk_faults_add(struct mk_faults *faults, struct mk_fault *fault,
                          struct mk_problem *problem)
{
    make_room(faults);
    if (faults->count >= MK_FAULTS_MAX) {
        mk_fault_done(fault);
        return mk_fail(problem, MK_UNAVAILABLE, "A world has at most %u fault rules.",
                       MK_FAULTS_MAX);
    }
    if (fault->number == 0)
        fault->number = faults->last + 1;
    if (fault->number > faults->last)
        faults->last = fault->number;
    if (fault->nth > 0 && fault->left < 0)
        fault->left = 1;
    faults->items = mk_resize(faults->items, faults->count + 1, sizeof(*faults->items));
    faults->items[faults->count] = *fault;
    faults->count++;
    *fault = (struct mk_fault){ 0 };
    return MK_OK;
}

static size_t position_of(const struct mk_faults *faults, uint32_t number)
{
    size_t i = 0;

    while (i < faults->count && faults->items[i].number != number)
        i++;
    return i;
}

const struct mk_fault *mk_faults_find(const struct mk_faults *faults, uint32_t number)
{
    size_t position = position_of(faults, number);

    return position < faults->count ? &faults->items[position] : NULL;
}

void mk_faults_remove(struct mk_faults *faults, uint32_t number)
{
    size_t position = position_of(faults, number);

    if (position < faults->count)
        remove_at(faults, position);
}

void mk_faults_swap(struct mk_faults *a, struct mk_faults *b)
{
    struct mk_fault *items = a->items;
    struct mk_random random = a->random;
    size_t count = a->count;
    uint32_t last = a->last;

    a->items = b->items;
    a->random = b->random;
    a->last = b->last;
    a->count = b->count;
    b->items = items;
    b->random = random;
    b->last = last;
    b->count = count;
}

static bool matches(const struct mk_fault *fault, const char *operation, const char *link)
{
    if (fault->operation != NULL && strcmp(fault->operation, operation) != 0)
        return false;
    return fault->link == NULL || (link != NULL && strcmp(fault->link, link) == 0);
}

/* 53 random bits, as a number from 0 to below 1. */
static double draw(struct mk_random *random)
{
    return (double)(mk_random_next(random) >> 11) / (double)(UINT64_C(1) << 53);
}

/* Whether it fires at this call, which matches and is counted already. */
static bool fires(struct mk_faults *faults, const struct mk_fault *fault)
{
    if (fault->left == 0 || (fault->nth > 0 && fault->matched != fault->nth))
        return false;
    return fault->probability >= 1 || draw(&faults->random) < fault->probability;
}

const struct mk_fault *mk_faults_try(struct mk_faults *faults, const char *operation,
                                     const char *link)
{
    struct mk_fault *fired = NULL;

    for (size_t i = 0; i < faults->count; i++) {
        struct mk_fault *fault = &faults->items[i];
        if (!matches(fault, operation, link))
            continue;
        fault->matched++;
        if (fired == NULL && fires(faults, fault))
            fired = fault;
    }
    if (fired == NULL)
        return NULL;
    fired->fired++;
    if (fired->left > 0)
        fired->left--;
    return fired;
}
