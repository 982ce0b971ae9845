/* SPDX-License-Identifier: MIT */
/*
 * The tests of the API, one row each. A row X(NAME) stands for tests/api/test_NAME.c, which defines
 *
 *     void NAME_tests(TCase *tcase);
 *
 * and adds its tests to a case whose fixture gives each a sandbox of its own. What is in
 * MK_API_TESTS runs once in memory and once over libcurl; MK_MEMORY_TESTS only in memory.
 */
#ifndef MK_API_TESTS_H
#define MK_API_TESTS_H

#include "support/journey.h"

/* clang-format off */
#define MK_API_TESTS(X) \
    X(auth) \
    X(access) \
    X(institutions) \
    X(link_session) \
    X(link_session_fields) \
    X(exchange) \
    X(exchange_body) \
    X(links) \
    X(link_update) \
    X(link_object) \
    X(sandbox_connect) \
    X(relink) \
    X(sandbox_links) \
    X(sandbox_transactions) \
    X(settings) \
    X(clock) \
    X(clock_webhooks) \
    X(connect_pages) \
    X(connect_steps) \
    X(connect_finder) \
    X(oauth_bank) \
    X(accounts) \
    X(transactions) \
    X(sync) \
    X(enrichment) \
    X(products) \
    X(reset) \
    X(account_numbers) \
    X(identity) \
    X(investments) \
    X(rate_limits) \
    X(imports) \
    X(users) \
    X(webhooks) \
    X(sandbox_webhooks) \
    X(jwks) \
    X(keys) \
    X(wire) \
    X(docs) \
    X(options) \
    X(forced_errors) \
    X(faults) \
    X(metrics) \
    X(requests) \
    X(wait) \
    X(events) \
    X(worlds) \
    X(snapshot) \
    X(journey) \
    X(determinism) \
    X(threads)

#define MK_MEMORY_TESTS(X) \
    X(memory) \
    X(link_writer)
/* clang-format on */

#define X(name) void name##_tests(TCase *tcase);
MK_API_TESTS(X)
MK_MEMORY_TESTS(X)
#undef X

/* stress.c and stress_control.c, over libcurl, and coverage.c, without a sandbox. */
void stress_tests(TCase *tcase);
void stress_control_tests(TCase *tcase);
void coverage_tests(TCase *tcase);

#endif
