/* SPDX-License-Identifier: MIT */
/*
 * Every unit suite, one row each. A row X(NAME) stands for tests/unit/NAME.c, which defines
 *
 *     Suite *NAME_suite(void);
 *
 * CMake reads this list too: it compiles the file and makes a test of it.
 */
#ifndef MK_UNIT_SUITES_H
#define MK_UNIT_SUITES_H

#include <check.h>

/* clang-format off */
#define MK_SUITES(X) \
    X(bell) \
    X(clock) \
    X(day) \
    X(encoding) \
    X(file) \
    X(heap) \
    X(log) \
    X(map) \
    X(memory) \
    X(money) \
    X(nearest) \
    X(random) \
    X(text) \
    X(url) \
    X(terms) \
    X(error) \
    X(store) \
    X(catalog) \
    X(personas) \
    X(bank) \
    X(life) \
    X(life_recorded) \
    X(life_rich) \
    X(life_data) \
    X(numbers) \
    X(people) \
    X(market) \
    X(portfolio) \
    X(investments) \
    X(redirect) \
    X(link) \
    X(links) \
    X(link_states) \
    X(links_example) \
    X(link_users) \
    X(signer) \
    X(snapshot) \
    X(snapshot_parts) \
    X(signatures) \
    X(keys) \
    X(ids) \
    X(history) \
    X(stream) \
    X(stream_property) \
    X(accounts) \
    X(sessions) \
    X(login) \
    X(flow) \
    X(flow_bank) \
    X(flow_windows) \
    X(visit) \
    X(linking) \
    X(linking_relink) \
    X(imports) \
    X(products) \
    X(products_daily) \
    X(notices_order) \
    X(schedule) \
    X(schedule_moves) \
    X(limits) \
    X(faults) \
    X(rates) \
    X(bearers) \
    X(journal) \
    X(world) \
    X(worlds) \
    X(worlds_threads) \
    X(worlds_come_and_go) \
    X(deliveries) \
    X(deliveries_hostile) \
    X(notices) \
    X(build) \
    X(form) \
    X(html) \
    X(issues) \
    X(mask) \
    X(read) \
    X(shape) \
    X(address) \
    X(message) \
    X(router) \
    X(reach) \
    X(poster) \
    X(server) \
    X(server_bodies) \
    X(server_endings) \
    X(server_feeds) \
    X(server_later) \
    X(server_later_ends) \
    X(server_limits) \
    X(server_listen) \
    X(server_stop) \
    X(openapi) \
    X(openapi_document) \
    X(openapi_terms) \
    X(schema) \
    X(options) \
    X(options_rules)
/* clang-format on */

#define X(name) Suite *name##_suite(void);
MK_SUITES(X)
#undef X

#endif
