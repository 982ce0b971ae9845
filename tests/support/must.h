/* SPDX-License-Identifier: MIT */
/*
 * MUST(condition): as ck_assert(), for loops. Check notes every assert that holds in a file, which
 * takes microseconds; this one costs nothing until it fails.
 */
#ifndef MK_TESTS_MUST_H
#define MK_TESTS_MUST_H

#include <check.h>

#define MUST(condition) ((condition) ? (void)0 : ck_abort_msg("MUST(%s)", #condition))

#endif
