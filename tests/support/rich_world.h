/* SPDX-License-Identifier: MIT */
/*
 * A world with something of everything that a snapshot holds, for tests of core/snapshot.h. Its
 * clock stands still and its secrets repeat. The asserts are Check's.
 */
#ifndef MK_TESTS_RICH_WORLD_H
#define MK_TESTS_RICH_WORLD_H

#include "api/handlers.h"
#include "core/flow.h"
#include "core/imports.h"
#include "core/notices.h"
#include "core/products.h"
#include "core/snapshot.h"
#include "core/stream.h"
#include "support/fake_courier.h"

#include <stdlib.h>

struct rich_world {
    struct bank bank;
    struct mk_signer *signer;
    struct fake_courier courier;
    struct mk_link *connected;
    struct mk_link *custom;
    struct mk_link *imported;
};

static inline struct mk_world_config rich_config(struct mk_signer *signer)
{
    return (struct mk_world_config){
        .seed = 7, .deterministic = true, .start = BANK_NOW, .bank = bank_data(), .signer = signer
    };
}

/* JSON with ' for ". */
static inline json_t *rich_json(const char *text)
{
    char *quoted = mk_copy(text);

    for (char *at = quoted; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *json = json_loads(quoted, 0, NULL);
    ck_assert_msg(json != NULL, "%s", text);
    free(quoted);
    return json;
}

static inline struct mk_session *rich_session(struct rich_world *rich)
{
    struct mk_session *session = bank_session(&rich->bank);

    session->redirect_uri = mk_copy("http://localhost:1/back");
    session->webhook = mk_copy("http://localhost:1/hook");
    session->products[MK_PRODUCT_IDENTITY].required = true;
    session->products[MK_PRODUCT_IDENTITY].reason = mk_copy("to know you");
    session->features = 1U << MK_FEATURE_ISSUE_REPORTER;
    session->providers = 1U << MK_PROVIDER_MONEYKIT;
    session->tags = (struct mk_tags){ .text = mk_copy("tag \"\u00e4\""), .count = 1 };
    return session;
}

static inline void rich_correct(struct rich_world *rich, struct mk_link *link)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    struct mk_problem problem = { 0 };
    struct mk_changes state = { 0 };
    struct mk_changes changes = { 0 };
    struct mk_ledger ledger;

    mk_ledger_open(rich->bank.world, link, &ledger);
    mk_stream_state(&ledger, &query, &state);
    ck_assert_uint_gt(state.count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(mk_stream_correct(&ledger, link, &state.items[state.count - 1 - i], 3, -1,
                                           &problem, &changes),
                         MK_OK);
        mk_changes_done(&changes);
    }
    mk_changes_done(&state);
}

/* Added, changed, settled and removed by the control API. */
static inline void rich_change(struct rich_world *rich, struct mk_link *link)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    const struct mk_added_transaction added = { .description = mk_copy("added"),
                                                .category = mk_copy("travel"),
                                                .amount = -700,
                                                .day = (int32_t)(BANK_NOW / MK_DAY),
                                                .account = 1,
                                                .fetches = 1,
                                                .was_pending = true };
    struct mk_changes state = { 0 };
    struct mk_edit edits[2] = { 0 };
    struct mk_ledger ledger;

    mk_ledger_open(rich->bank.world, link, &ledger);
    mk_stream_state(&ledger, &query, &state);
    for (size_t i = 0; i < 2; i++)
        edits[i] = (struct mk_edit){ .transaction = state.items[i].key,
                                     .day = state.items[i].key.day,
                                     .amount = 12345,
                                     .description = mk_copy("edited"),
                                     .is_settled = true,
                                     .is_removed = i == 1 };
    ck_assert(mk_history_change(link, &added, 1, edits, 2, mk_world_now(rich->bank.world)));
    mk_changes_done(&state);
}

static inline struct mk_link *rich_import(struct rich_world *rich)
{
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_link *link = NULL;
    json_t *body = rich_json(
        "{'customer_user': {'id': 'user-1'}, 'institution_id': 'chase', 'provider': 'plaid',"
        " 'accounts': [{'account_id': 'a', 'name': 'Mine', 'nickname': 'n', 'type': 'checking',"
        " 'mask': '1234', 'balances': {'currency': 'USD', 'available': 1.5, 'current': 2,"
        " 'limit': 3, 'balance_date': '2025-12-31T00:00:00'}},"
        " {'account_id': 'b', 'name': 'Other', 'type': 'savings', 'balances': {}}],"
        " 'transactions': [{'account_id': 'b', 'transaction_id': 'one', 'description': 'first',"
        " 'amount': '-1.20', 'date': '2025-02-28'},"
        " {'account_id': 'a', 'amount': '8', 'date': '2025-03-01'}]}");

    ck_assert_int_eq(mk_import_link(rich->bank.world, body, &issues, &problem, &link), MK_OK);
    json_decref(body);
    return link;
}

static inline struct mk_link *rich_custom(struct rich_world *rich)
{
    struct mk_choices choices = bank_defaults();
    struct mk_session *session = rich_session(rich);

    session->custom_data =
        rich_json("{'accounts': [{'name': 'c', 'account_type': 'checking', 'account_number': '1'}],"
                  " 'owners': null}");
    choices.username = "user_custom";
    choices.institution = bank_institution(&rich->bank, "moneykit-creds-bank");
    struct mk_link *link = bank_finish(&rich->bank, session, &choices);
    bank_exchange(&rich->bank, link);
    return link;
}

/* Sessions on their way: at the question, at the bank's page, finished, a relink. */
static inline void rich_flows(struct rich_world *rich)
{
    struct mk_world *world = rich->bank.world;
    static const char *const banks[] = { "moneykit-creds-bank", "moneykit-oauth-bank",
                                         "moneykit-instant-bank" };

    for (size_t i = 0; i < MK_COUNT(banks); i++) {
        struct mk_issues issues = { 0 };
        struct mk_problem problem = { 0 };
        struct mk_connect connect = {
            .world = world, .session = rich_session(rich), .issues = &issues, .problem = &problem
        };
        connect.session->institution = bank_institution(&rich->bank, banks[i]);
        ck_assert_int_eq(mk_flow_open(&connect), MK_OK);
        mk_flow_visit(&connect);
        if (i == 0)
            mk_flow_login(&connect, "user_mfa_question", MK_PERSONA_PASSWORD);
    }
    struct mk_session *relink = rich_session(rich);
    relink->is_relink = true;
    mk_link_id_write(rich->imported, relink->relink_id);
    bank_finish(&rich->bank, rich_session(rich),
                &(struct mk_choices){ .institution = MK_NO_INSTITUTION });
}

static inline void rich_rest(struct rich_world *rich)
{
    struct mk_world *world = rich->bank.world;
    struct mk_problem problem = { 0 };
    struct mk_fault fault = { .action = MK_FAULT_ERROR,
                              .operation = mk_copy("get_link"),
                              .probability = 0.25,
                              .left = -1,
                              .status = 422,
                              .error_code = mk_copy("link_error.bad_state"),
                              .message = mk_copy("as you wished"),
                              .link_error_code = mk_link_error_names[MK_LINK_ERROR_AUTH_EXPIRED],
                              .retry_after = 7 };
    const struct mk_key *key;

    ck_assert_int_eq(mk_faults_add(&world->faults, &fault, &problem), MK_OK);
    mk_faults_try(&world->faults, "get_link", NULL);
    ck_assert_int_eq(mk_limits_count(&world->limits, 3, "a", 9, BANK_NOW, &problem), MK_OK);
    ck_assert_int_eq(mk_limits_count(&world->limits, 3, "a", 9, BANK_NOW, &problem), MK_OK);
    ck_assert_int_eq(mk_limits_count(&world->limits, 4, "b", 9, BANK_NOW, &problem), MK_OK);
    ck_assert_int_eq(mk_keys_rotate(world, 0, &problem, &key), MK_OK);
    ck_assert_int_eq(mk_keys_rotate(world, MK_HOUR, &problem, &key), MK_OK);
    mk_deliveries_set_mode(&world->deliveries, MK_HOSTILE_DELAY, MK_MINUTE, 3);
    world->settings.token_clock = MK_CLOCK_WORLD;
    world->settings.auto_institution = 1;
}

/* One that is through, one that is tried again, some that wait. */
static inline void rich_deliveries(struct rich_world *rich)
{
    rich->courier.world = rich->bank.world;
    mk_notice_state(rich->bank.world, rich->connected, BANK_NOW);
    mk_notice_state(rich->bank.world, rich->custom, BANK_NOW);
    ck_assert_uint_gt(fake_take_all(&rich->courier), 1);
    fake_bring(&rich->courier, 0, 204);
    fake_bring(&rich->courier, 0, 500);
    mk_notice_state(rich->bank.world, rich->connected, BANK_NOW);
}

static inline struct rich_world rich_open(void)
{
    struct rich_world rich = { .bank = bank_open(), .signer = mk_signer_seeded(7) };
    struct mk_choices rich_choices = bank_defaults();
    struct mk_problem problem = { 0 };
    const struct mk_world_config config = rich_config(rich.signer);

    mk_world_release(rich.bank.world);
    rich.bank.world = mk_world_new(&config, "tester", "secret");
    mk_journal_set_limit(&rich.bank.world->journal, 2 * MK_JOURNAL_BYTES_MIN);
    rich_choices.username = "user_rich";
    rich.connected = bank_finish(&rich.bank, rich_session(&rich), &rich_choices);
    bank_exchange(&rich.bank, rich.connected);
    rich.imported = rich_import(&rich);
    rich.custom = rich_custom(&rich);
    bank_wait(&rich.bank, 2 * MK_DAY + 1);
    mk_products_settle(rich.bank.world, rich.connected);
    rich_correct(&rich, rich.connected);
    rich_change(&rich, rich.connected);
    ck_assert_int_eq(mk_products_refresh(rich.bank.world, rich.connected,
                                         1U << MK_PRODUCT_TRANSACTIONS, &problem),
                     MK_OK);
    struct mk_link *deleted = bank_connected(&rich.bank);
    mk_links_delete(&rich.bank.world->links, deleted, mk_world_now(rich.bank.world));
    rich_flows(&rich);
    rich_deliveries(&rich);
    rich_rest(&rich);
    return rich;
}

static inline void rich_close(struct rich_world *rich)
{
    fake_done(&rich->courier);
    bank_close(&rich->bank);
    mk_signer_release(rich->signer);
}

#endif
