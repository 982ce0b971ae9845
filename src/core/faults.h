/* SPDX-License-Identifier: MIT */
/*
 * Faults on demand: rules that a test sets for its world, tried in order at each call of the API
 * once it is known who calls; the first that matches fires instead of the handler, before it (a
 * delay) or on its answer. Each rule counts every call that it matches, also when one before it
 * fired: so "the second call" means the same whatever other rules there are. Ours.
 *
 * Guarded by the world's lock, but for `count`, which dispatch reads without it.
 */
#ifndef MK_CORE_FAULTS_H
#define MK_CORE_FAULTS_H

#include "base/random.h"
#include "core/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Limits, ours. */
#define MK_FAULTS_MAX 100U
#define MK_FAULT_DELAY_MAX_MS 600000
#define MK_FAULT_TEXT_MAX 200 /* bytes of a code or sentence */

enum mk_fault_action {
    MK_FAULT_ERROR,    /* status and error_code instead of the answer */
    MK_FAULT_RESET,    /* the handler runs; the connection is reset instead of the answer */
    MK_FAULT_TRUNCATE, /* the handler runs; half of the answer's body, then the end */
    MK_FAULT_DELAY,    /* the handler runs, later */
    MK_FAULT_ACTION_COUNT
};
extern const char *const mk_fault_action_names[]; /* NULL-ended */

/* What a link_error.bad_state may name: a state of the link or its error. NULL-ended. */
extern const char *const mk_fault_link_error_names[];

struct mk_fault {
    uint32_t number;             /* from 1; never used twice */
    uint8_t action;              /* enum mk_fault_action */
    char *operation;             /* operationId; NULL: any of the API's */
    char *link;                  /* "mk_..."; NULL: any, calls without a link too */
    uint32_t nth;                /* only the n-th call that matches the two above, from 1; 0: all */
    double probability;          /* 0 to 1, from the world's seed */
    int64_t left;                /* how often it may fire still; -1: without end */
    int64_t delay_ms;            /* before whatever the action is */
    uint16_t status;             /* of an error */
    char *error_code;            /* of an error; owned */
    char *message;               /* of an error; owned */
    const char *link_error_code; /* one of mk_fault_link_error_names; NULL: it has none */
    int64_t retry_after;         /* seconds; 0: no such header */
    uint64_t matched;            /* calls that matched operation and link */
    uint64_t fired;
};

struct mk_faults {
    struct mk_fault *items; /* owned, in order */
    atomic_size_t count;
    uint32_t last;           /* number of the newest */
    struct mk_random random; /* for probabilities */
};

void mk_faults_init(struct mk_faults *faults, uint64_t world_seed);

/* Probabilities start anew from this seed; the rules stay. */
void mk_faults_reseed(struct mk_faults *faults, uint64_t world_seed);
void mk_faults_done(struct mk_faults *faults);

/*
 * Adds a rule, last, and numbers it unless it has a number; takes over what it owns, also on
 * failure. Over the limit the oldest that can't fire any more goes; MK_UNAVAILABLE when all can.
 */
enum mk_err mk_faults_add(struct mk_faults *faults, struct mk_fault *fault,
                          struct mk_problem *problem);
const struct mk_fault *mk_faults_find(const struct mk_faults *faults, uint32_t number);
void mk_faults_remove(struct mk_faults *faults, uint32_t number);
void mk_faults_clear(struct mk_faults *faults);
void mk_faults_swap(struct mk_faults *a, struct mk_faults *b);

/*
 * The rule that fires at this call, counted as fired; NULL: none. `link` is the id in the path or
 * NULL. Borrowed until the lock is released.
 */
const struct mk_fault *mk_faults_try(struct mk_faults *faults, const char *operation,
                                     const char *link);

void mk_fault_done(struct mk_fault *fault);

#endif
