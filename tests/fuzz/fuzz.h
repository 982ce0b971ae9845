/* SPDX-License-Identifier: MIT */
/*
 * What every fuzz target includes. A target defines LLVMFuzzerTestOneInput(); libFuzzer calls it
 * with inputs of its own, replay.c with the stored corpus.
 */
#ifndef MK_FUZZ_FUZZ_H
#define MK_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(), and never compiled away. */
#define FUZZ_REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

#endif
