/* SPDX-License-Identifier: MIT */
/*
 * Bytes as import bodies, a line each: the first that is accepted makes a link, those after it are
 * transactions for it. Between them '=' is a relink and '.' a day with a fetch. Whatever was
 * accepted, the link's accounts and transactions can be listed, and replaying its stream gives what
 * there is. The first byte is the size of the pages.
 */
#include "core/imports.h"

#include "api/data_views.h"
#include "api/handlers.h"
#include "base/memory.h"
#include "core/products.h"
#include "core/stream.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define START (INT64_C(1767225600) * MK_SECOND) /* 2026-01-01T00:00:00 */

static struct mk_world *open_world(void)
{
    static struct mk_bank *bank;
    struct mk_world_config config = { .deterministic = true, .start = START };

    if (bank == NULL)
        bank = mk_bank_new("http://localhost:8080");
    FUZZ_REQUIRE(bank != NULL);
    config.bank = bank;
    return mk_world_new(&config, "fuzz", NULL);
}

/* --- What a link has to hold ------------------------------------------------------------------ */

static json_t *row_view(const struct mk_ledger *ledger, const struct mk_change *change,
                        uint32_t batch)
{
    struct mk_transaction row;

    mk_stream_describe(ledger, change, batch, &row);
    json_t *view = mk_transaction_view(ledger, &row);
    FUZZ_REQUIRE(view != NULL);
    return view;
}

static const char *id_of(const json_t *row)
{
    return json_string_value(json_object_get(row, "transaction_id"));
}

/* One change of the stream, onto the rows by id. */
static void replay(const struct mk_ledger *ledger, const struct mk_change *change, json_t *rows)
{
    json_t *row = row_view(ledger, change, change->batch);
    bool is_there = json_object_get(rows, id_of(row)) != NULL;

    FUZZ_REQUIRE(is_there == (change->kind == MK_UPDATED));
    FUZZ_REQUIRE(json_object_set(rows, id_of(row), row) == 0);
    json_decref(row);
}

/* The whole stream, page by page: a new map of rows by id. */
static json_t *replay_all(const struct mk_ledger *ledger, size_t size)
{
    struct mk_cursor cursor = { 0 };
    json_t *rows = json_object();
    bool has_more = true;

    while (has_more) {
        struct mk_changes changes = { 0 };
        FUZZ_REQUIRE(mk_stream_read(ledger, &cursor, size, &changes, &has_more));
        FUZZ_REQUIRE(changes.count == size || !has_more);
        for (size_t i = 0; i < changes.count; i++)
            replay(ledger, &changes.items[i], rows);
        mk_changes_done(&changes);
    }
    return rows;
}

static void check_row(const struct mk_ledger *ledger, const struct mk_change *change,
                      const json_t *rows)
{
    json_t *row = row_view(ledger, change, mk_history_count(ledger->link) - 1);
    struct mk_change found;

    FUZZ_REQUIRE(json_equal(row, json_object_get(rows, id_of(row))));
    FUZZ_REQUIRE(mk_stream_find(ledger, id_of(row), &found));
    json_decref(row);
}

/* The list is newest first, has every row of the stream, and every row that was imported. */
static void check_transactions(const struct mk_ledger *ledger, size_t size)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    struct mk_changes state = { 0 };
    json_t *rows = replay_all(ledger, size);
    uint32_t imported = 0;

    mk_stream_state(ledger, &query, &state);
    FUZZ_REQUIRE(state.count == json_object_size(rows));
    for (size_t i = 0; i < state.count; i++) {
        check_row(ledger, &state.items[i], rows);
        FUZZ_REQUIRE(i == 0 || state.items[i].key.day <= state.items[i - 1].key.day);
        imported += state.items[i].key.source == MK_IMPORTED;
    }
    FUZZ_REQUIRE(imported == ledger->link->history->transaction_count);
    mk_changes_done(&state);
    json_decref(rows);
}

static void check_accounts(const struct mk_ledger *ledger)
{
    struct mk_accounts accounts;

    mk_accounts_list(ledger, NULL, &accounts);
    FUZZ_REQUIRE(accounts.count >= ledger->link->history->account_count);
    json_t *view = mk_accounts_view(ledger, &accounts);
    FUZZ_REQUIRE(json_array_size(view) == accounts.count);
    json_decref(view);
    mk_accounts_done(&accounts);
}

static void check_link(const struct mk_world *world, const struct mk_link *link, size_t size)
{
    struct mk_ledger ledger;

    mk_ledger_open(world, link, &ledger);
    check_accounts(&ledger);
    check_transactions(&ledger, size);
}

/* --- Steps ------------------------------------------------------------------------------------ */

/* The body when its field table takes it, else NULL. */
static json_t *read_body(const struct mk_shape *shape, const char *line, size_t length)
{
    const struct mk_place place = { .key = "body" };
    struct mk_issues issues = { 0 };
    json_t *body = mk_json_read(line, length, &issues);

    if (body != NULL)
        mk_shape_check(shape, body, &place, &issues);
    if (mk_issues_any(&issues)) {
        json_decref(body);
        body = NULL;
    }
    mk_issues_done(&issues);
    return body;
}

/* Refused with reasons and without a trace, or a link. */
static struct mk_link *import_link(struct mk_world *world, const char *line, size_t length)
{
    json_t *body = read_body(&mk_import_link_body, line, length);
    uint32_t before = world->links.store.count;
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_link *link = NULL;

    if (body == NULL)
        return NULL;
    enum mk_err err = mk_import_link(world, body, &issues, &problem, &link);
    FUZZ_REQUIRE(err == MK_OK || err == MK_INVALID);
    FUZZ_REQUIRE((err == MK_OK) == (link != NULL));
    FUZZ_REQUIRE((err == MK_INVALID) == mk_issues_any(&issues));
    FUZZ_REQUIRE(world->links.store.count == before + (err == MK_OK));
    mk_issues_done(&issues);
    json_decref(body);
    return link;
}

static void import_transactions(struct mk_world *world, struct mk_link *link, const char *line,
                                size_t length)
{
    json_t *body = read_body(&mk_import_transactions_body, line, length);
    uint32_t before = link->history->transaction_count;
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };

    if (body == NULL)
        return;
    enum mk_err err = mk_import_transactions(world, link, body, &issues, &problem);
    size_t added = err == MK_OK ? json_array_size(json_object_get(body, "transactions")) : 0;
    FUZZ_REQUIRE(err == MK_OK || err == MK_INVALID);
    FUZZ_REQUIRE((err == MK_INVALID) == mk_issues_any(&issues));
    FUZZ_REQUIRE(link->history->transaction_count == before + added);
    mk_issues_done(&issues);
    json_decref(body);
}

/* What core/linking.c does with an imported link. */
static void relink(const struct mk_world *world, struct mk_link *link)
{
    int64_t now = mk_world_now(world);

    if (link->accounts == 0)
        link->persona = (uint8_t)mk_persona_find(world->bank->personas, "user_good");
    mk_history_granted(link, 7 & ~link->accounts, now);
    link->state = MK_STATE_CONNECTED;
    link->error = MK_LINK_ERROR_NONE;
    link->accounts = 7;
    mk_products_fetch(link, 1U << MK_PRODUCT_TRANSACTIONS, now);
}

static void pass_day(struct mk_world *world, struct mk_link *link)
{
    world->clock.frozen_at += MK_DAY;
    mk_products_fetch(link, 1U << MK_PRODUCT_TRANSACTIONS, mk_world_now(world));
}

static void step(struct mk_world *world, struct mk_link **link, const char *line, size_t length)
{
    if (*link == NULL)
        *link = import_link(world, line, length);
    else if (length == 1 && *line == '=')
        relink(world, *link);
    else if (length == 1 && *line == '.')
        pass_day(world, *link);
    else
        import_transactions(world, *link, line, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { STEPS_MAX = 30 };
    struct mk_world *world = open_world();
    struct mk_link *link = NULL;
    size_t page = size > 0 ? data[0] + 1U : 1;
    const char *rest = (const char *)data + (size > 0);
    const char *end = (const char *)data + size;

    for (int steps = 0; rest < end && steps < STEPS_MAX; steps++) {
        const char *newline = memchr(rest, '\n', (size_t)(end - rest));
        const char *stop = newline != NULL ? newline : end;
        step(world, &link, rest, (size_t)(stop - rest));
        rest = newline != NULL ? newline + 1 : end;
    }
    if (link != NULL)
        check_link(world, link, page);
    mk_world_release(world);
    return 0;
}
