/* SPDX-License-Identifier: MIT */
#include "support/seen.h"

#include "api/errors.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ROUTES_MAX = 64, STATUSES_MAX = 600 };

struct seen {
    atomic_bool answers[TRANSPORT_COUNT][ROUTES_MAX][STATUSES_MAX];
    atomic_bool errors[TRANSPORT_COUNT][MK_ERR_COUNT];
};

const char *const transport_names[TRANSPORT_COUNT] = { "in memory", "over libcurl" };

static struct seen *seen; /* NULL: nothing is kept */

void seen_open(void)
{
    void *memory =
        mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(EXIT_FAILURE);
    }
    seen = memory;
}

void seen_note_error(enum transport transport, unsigned status, const char *error_code)
{
    for (int err = MK_OK + 1; seen != NULL && err < MK_ERR_COUNT; err++) {
        const struct mk_error_row *row = mk_error_row((enum mk_err)err);
        if (row->status == status && strcmp(row->code, error_code) == 0)
            seen->errors[transport][err] = true;
    }
}

void seen_note(enum transport transport, size_t route, unsigned status, const char *error_code)
{
    if (seen != NULL && route < ROUTES_MAX && status < STATUSES_MAX)
        seen->answers[transport][route][status] = true;
    if (error_code != NULL)
        seen_note_error(transport, status, error_code);
}

bool seen_answer(enum transport transport, size_t route, unsigned status)
{
    return seen != NULL && route < ROUTES_MAX && status < STATUSES_MAX &&
           seen->answers[transport][route][status];
}

bool seen_error(enum transport transport, enum mk_err err)
{
    return seen != NULL && seen->errors[transport][err];
}
