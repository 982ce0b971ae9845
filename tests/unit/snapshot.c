/* SPDX-License-Identifier: MIT */
/* A world as a document and back, and documents that are none of ours. */
#include "core/snapshot.h"

#include "json/build.h"
#include "support/issue_lines.h"
#include "support/rich_world.h"
#include "unit/suites.h"

#include <stdlib.h>

static struct rich_world rich;
static struct mk_world *world;

static void open_world(void)
{
    rich = rich_open();
    world = rich.bank.world;
}

static void close_world(void)
{
    rich_close(&rich);
}

static char *save(struct mk_world *of)
{
    struct mk_text text = MK_TEXT(MK_SNAPSHOT_MAX);

    ck_assert(mk_snapshot_save(of, &text));
    return mk_text_steal(&text);
}

static struct mk_world *load_as(const char *client_id, const json_t *document,
                                struct mk_issues *issues)
{
    const struct mk_world_config config = rich_config(rich.signer);
    const struct mk_place place = { .key = "body" };
    const struct mk_snapshot_source source = { .config = &config,
                                               .client_id = client_id,
                                               .document = document,
                                               .place = &place,
                                               .custom = &mk_custom_data_shape };

    return mk_snapshot_load(&source, issues);
}

static struct mk_world *load_text(const char *text)
{
    struct mk_issues issues = { 0 };
    json_t *document = json_loads(text, 0, NULL);

    ck_assert_ptr_nonnull(document);
    struct mk_world *loaded = load_as("tester", document, &issues);
    char *lines = issue_lines(&issues);
    ck_assert_msg(loaded != NULL, "%s", lines);
    free(lines);
    json_decref(document);
    return loaded;
}

/* Saves, loads and saves; shows the place where the two begin to differ. */
static struct mk_world *reload(struct mk_world *of)
{
    char *first = save(of);
    struct mk_world *loaded = load_text(first);
    char *second = save(loaded);
    size_t at = 0;

    while (first[at] != '\0' && first[at] == second[at])
        at++;
    ck_assert_msg(strcmp(first, second) == 0, "%.200s\n became\n%.200s",
                  first + (at > 100 ? at - 100 : 0), second + (at > 100 ? at - 100 : 0));
    free(first);
    free(second);
    return loaded;
}

/* --- There and back --------------------------------------------------------------------------- */

START_TEST(saving_a_loaded_world_gives_the_same_bytes)
{
    struct mk_world *loaded = reload(world);

    mk_world_release(loaded);
}
END_TEST

START_TEST(a_new_world_is_a_document_too)
{
    struct mk_world *fresh = mk_world_new(&world->config, "tester", NULL);
    struct mk_world *loaded = reload(fresh);

    ck_assert_uint_eq(loaded->links.store.count, 1);
    ck_assert_uint_eq(mk_links_kept(&loaded->links), 0);
    mk_world_release(loaded);
    mk_world_release(fresh);
}
END_TEST

/* Everything has something to say in the document of this test. */
START_TEST(the_rich_world_is_rich)
{
    static const char *const keys[] = {
        "corrections", "added",     "edits",    "attempts",  "custom_data", "user_place",
        "ends",        "relink_id", "flow",     "requested", "counters",    "list",
        "is_example",  "deleted",   "provider", "headers",   "answer",      "link_error_code",
        "hostility",   "due",       "nickname", "failures",  "reason",      "secrets",
    };
    char *text = save(world);

    for (size_t i = 0; i < MK_COUNT(keys); i++)
        ck_assert_msg(strstr(text, keys[i]) != NULL || strcmp(keys[i], "failures") == 0,
                      "nothing in it has %s", keys[i]);
    free(text);
}
END_TEST

/* What comes next is the same in both: ids, secrets, faults, keys, the next delivery. */
START_TEST(the_loaded_world_goes_on_as_the_other)
{
    struct mk_world *loaded = reload(world);
    char kids[2][MK_KID_SIZE];

    ck_assert_uint_eq(mk_random_next(&loaded->ids), mk_random_next(&world->ids));
    ck_assert_uint_eq(mk_random_next(&loaded->secrets), mk_random_next(&world->secrets));
    ck_assert_uint_eq(mk_random_next(&loaded->faults.random),
                      mk_random_next(&world->faults.random));
    for (int64_t span = 0; span <= 2 * MK_HOUR; span += MK_HOUR) {
        mk_signer_kid(mk_keys_signer(loaded, mk_world_now(loaded) + span), kids[0]);
        mk_signer_kid(mk_keys_signer(world, mk_world_now(world) + span), kids[1]);
        ck_assert_str_eq(kids[0], kids[1]);
    }
    ck_assert_int_eq(mk_schedule_next(loaded), mk_schedule_next(world));
    mk_world_release(loaded);
}
END_TEST

/* The order of a user's links is that of their making, not of their exchange. */
START_TEST(links_of_a_user_keep_their_order)
{
    struct mk_world *loaded = reload(world);
    struct mk_link *before = NULL;
    struct mk_link *after = NULL;
    size_t count = 0;

    do {
        before = mk_links_next_of_user(&world->links, "user-1", before);
        after = mk_links_next_of_user(&loaded->links, "user-1", after);
        ck_assert((before == NULL) == (after == NULL));
        ck_assert(before == NULL || memcmp(before->id, after->id, sizeof(before->id)) == 0);
        count += before != NULL;
    } while (before != NULL);
    ck_assert_uint_eq(count, 3);
    mk_world_release(loaded);
}
END_TEST

static void expect_state_alike(const struct mk_world *other)
{
    const struct mk_transaction_query query = { .first_day = INT32_MIN, .last_day = INT32_MAX };
    const struct mk_link *link = NULL;

    while ((link = mk_links_next_active(&world->links, link)) != NULL) {
        struct mk_changes changes[2] = { { 0 }, { 0 } };
        struct mk_ledger ledgers[2];
        char id[MK_LINK_ID_SIZE];
        mk_link_id_write(link, id);
        mk_ledger_open(world, link, &ledgers[0]);
        mk_ledger_open(other, mk_links_find(&other->links, id, mk_world_now(other)), &ledgers[1]);
        mk_stream_state(&ledgers[0], &query, &changes[0]);
        mk_stream_state(&ledgers[1], &query, &changes[1]);
        ck_assert_uint_eq(changes[0].count, changes[1].count);
        for (size_t i = 0; i < changes[0].count; i++) {
            struct mk_transaction rows[2];
            uint32_t last = mk_history_count(link) - 1;
            mk_stream_describe(&ledgers[0], &changes[0].items[i], last, &rows[0]);
            mk_stream_describe(&ledgers[1], &changes[1].items[i], last, &rows[1]);
            ck_assert_int_eq(rows[0].amount, rows[1].amount);
            ck_assert_int_eq(rows[0].enrichment.category, rows[1].enrichment.category);
        }
        mk_changes_done(&changes[0]);
        mk_changes_done(&changes[1]);
    }
}

START_TEST(transactions_are_as_they_were)
{
    struct mk_world *loaded = reload(world);

    expect_state_alike(loaded);
    mk_world_release(loaded);
}
END_TEST

/* What nobody can see any more is not in the document. */
START_TEST(what_is_over_is_left_out)
{
    bank_wait(&rich.bank, 91 * MK_DAY);
    struct mk_world *loaded = reload(world);

    ck_assert_uint_eq(loaded->sessions.store.count, 0);
    ck_assert_uint_eq(loaded->links.deleted.first, MK_NONE);
    ck_assert_uint_gt(world->sessions.store.count, 0);
    ck_assert_uint_eq(mk_links_kept(&loaded->links), 3);
    mk_world_release(loaded);
}
END_TEST

/* A document with foreseeable secrets does not make those of another server foreseeable. */
START_TEST(secrets_repeat_only_where_they_do)
{
    struct mk_issues issues = { 0 };
    const struct mk_place place = { .key = "body" };
    struct mk_world_config config = rich_config(rich.signer);
    char *text = save(world);
    json_t *document = json_loads(text, 0, NULL);

    config.deterministic = false;
    const struct mk_snapshot_source source = { &config, "tester", document, &place,
                                               &mk_custom_data_shape };
    struct mk_world *loaded = mk_snapshot_load(&source, &issues);
    ck_assert_ptr_nonnull(loaded);
    ck_assert(loaded->secrets.system);
    mk_world_release(loaded);
    json_decref(document);
    free(text);
}
END_TEST

START_TEST(a_document_may_be_too_long)
{
    struct mk_text text = MK_TEXT(4000);

    ck_assert(!mk_snapshot_save(world, &text));
    mk_text_done(&text);
}
END_TEST

/* A clock that runs goes on by its distance from real time. */
START_TEST(a_running_clock_runs_on)
{
    mk_clock_start(&world->clock, BANK_NOW, false);
    struct mk_world *loaded = reload(world);

    ck_assert(!loaded->clock.frozen);
    ck_assert_int_eq(loaded->clock.offset, world->clock.offset);
    mk_world_release(loaded);
}
END_TEST

/* A post that is out is made again. */
START_TEST(posts_that_are_out_are_made_again)
{
    ck_assert_uint_gt(world->deliveries.out, 0);
    struct mk_world *loaded = reload(world);
    struct fake_courier courier = { .world = loaded };

    ck_assert_uint_eq(loaded->deliveries.out, 0);
    ck_assert_uint_eq(loaded->deliveries.waiting, world->deliveries.waiting);
    ck_assert(fake_take(&courier));
    fake_done(&courier);
    mk_world_release(loaded);
}
END_TEST

/* --- Broken documents ------------------------------------------------------------------------- */

/* What is set where: the document is refused there, or at `at`. */
struct broken {
    const char *path;
    const char *value; /* JSON with ' for "; NULL: the key is taken out */
    const char *line;
};

static const struct broken brokens[] = {
    { "version", "2", "['body','version'] unknown_value" },
    { "version", NULL, "['body','version'] missing" },
    { "new", "1", "['body','new'] unknown_value" },
    { "clock.frozen", "1", "['body','clock','frozen'] boolean_type" },
    { "clock.hand", "9e18", "['body','clock','hand'] integer_type" },
    { "clock.hand", "9000000000000000000", "['body','clock','hand'] less_than_equal" },
    { "root_seed", "-1", "['body','root_seed'] greater_than_equal" },
    { "seed", "'xyz'", "['body','seed'] unknown_value" },
    { "seed", "''", "['body','seed'] unknown_value" },
    { "ids", "'12'", "['body','ids'] unknown_value" },
    { "settings", "[]", "['body','settings'] object_type" },
    { "settings.other", "null", "['body','settings','other'] unknown_value" },
    { "settings.auto_persona", "'nobody'", "['body','settings','auto_persona'] unknown_value" },
    { "journal_bytes", "1", "['body','journal_bytes'] greater_than_equal" },
    { "links", "{}", "['body','links'] list_type" },
    { "links.0", "1", "['body','links',0] object_type" },
    { "links.0.id", "'mk_'", "['body','links',0,'id'] unknown_value" },
    { "links.0.state", "'gone'", "['body','links',0,'state'] enum" },
    { "links.0.state", "'deleted'", "['body','links',0,'ends_at'] missing" },
    { "links.0.ends_at", "5", "['body','links',0,'ends_at'] unknown_value" },
    { "links.0.persona", "'user_auth_expired'",
      "['body','links',0,'history','added',0] unknown_value" },
    { "links.2.persona", "'user_auth_expired'", "['body','links',2] unknown_value" },
    { "links.0.institution", "'none'", "['body','links',0,'institution'] unknown_value" },
    { "links.0.tags", "[1]", "['body','links',0,'tags'] unknown_value" },
    { "links.0.webhook", "1", "['body','links',0,'webhook'] string_type" },
    { "links.0.products.loans", "{}", "['body','links',0,'products','loans'] unknown_value" },
    { "links.0.products.accounts.refreshed", "-1",
      "['body','links',0,'products','accounts','refreshed'] greater_than_equal" },
    { "links.0.products.accounts.granted", "false",
      "['body','links',0,'products','accounts'] unknown_value" },
    { "links.0.products.accounts.attempted", "-2147483648",
      "['body','links',0,'products','accounts','attempted'] greater_than_equal" },
    { "links.0.products.accounts.failure", "'bad'",
      "['body','links',0,'products','accounts','failure'] enum" },
    { "links.0.history.batches.0.kind", "'x'",
      "['body','links',0,'history','batches',0,'kind'] enum" },
    { "links.0.history.batches.3.first", "5",
      "['body','links',0,'history','batches',3] unknown_value" },
    { "links.0.history.corrections.0.transaction.source", "65000",
      "['body','links',0,'history','corrections',0] unknown_value" },
    { "links.0.history.corrections.0.batch", "0",
      "['body','links',0,'history','corrections',0] unknown_value" },
    { "links.0.history.edits.0.transaction.day", "1",
      "['body','links',0,'history','edits',0] unknown_value" },
    { "links.0.history.added.0.account", "63",
      "['body','links',0,'history','added',0] unknown_value" },
    { "links.0.history.accounts", "[{'original_id': 'a', 'name': 'a', 'type': 'x'}]",
      "['body','links',0,'history'] unknown_value" },
    { "links.1.history.transactions.0.account", "2",
      "['body','links',1,'history','transactions',0] unknown_value" },
    { "links.1.history.transactions.1.original_id", "'one'",
      "['body','links',1,'history','transactions',1] unknown_value" },
    { "links.1.history.accounts.0.type", "'none'",
      "['body','links',1,'history','accounts',0] unknown_value" },
    { "links.2.custom_data.accounts.0.name", "1",
      "['body','links',2,'custom_data','accounts',0,'name'] string_type" },
    { "pending_links.0.state", "'connected'",
      "['body','pending_links',0,'ends_at'] unknown_value" },
    { "pending_links.0.token", "'x'", "['body','pending_links',0,'token'] unknown_value" },
    { "pending_links.1.token", "'c7318ff7-257c-490e-8242-03a815b223b7'",
      "['body','pending_links',1] unknown_value" },
    { "pending_links.1.id", "'eqkWN34UEoa2NxyALG8pcV'",
      "['body','pending_links',1] unknown_value" },
    { "pending_links.1.customer_user_id", NULL, "['body','pending_links',1] unknown_value" },
    { "sessions.0.id", "'00'", "['body','sessions',0,'id'] unknown_value" },
    { "sessions.0.countries", "['FR']", "['body','sessions',0,'countries',0] unknown_value" },
    { "sessions.0.redirect_uri", NULL, "['body','sessions',0] unknown_value" },
    { "sessions.0.is_finished", "true", "['body','sessions',0] unknown_value" },
    { "sessions.0.features", "['none']", "['body','sessions',0,'features',0] unknown_value" },
    { "sessions.0.flow.screen", "'success'", "['body','sessions',0,'flow'] unknown_value" },
    { "sessions.0.flow.institution", NULL, "['body','sessions',0,'flow'] unknown_value" },
    { "sessions.0.flow.request_id", "'req_0123456789012345678901234567890'",
      "['body','sessions',0,'flow','request_id'] string_too_long" },
    { "sessions.4.link", "'mk_eqkWN34UEoa2NxyALG8pcW'",
      "['body','sessions',4,'link'] unknown_value" },
    { "sessions.4.link", NULL, "['body','sessions',4] unknown_value" },
    { "limits.counters.0.count", "0", "['body','limits','counters',0,'count'] greater_than_equal" },
    { "faults.rules.0.status", "0", "['body','faults','rules',0] unknown_value" },
    { "faults.rules.0.probability", "2",
      "['body','faults','rules',0,'probability'] less_than_equal" },
    { "faults.rules.0.link_error_code", "'x'",
      "['body','faults','rules',0,'link_error_code'] unknown_value" },
    { "keys.list.0.retires", "'x'", "['body','keys','list',0,'retires'] integer_type" },
    { "keys.list.0.active", "9000000000000000", "['body','keys','list',1] unknown_value" },
    { "deliveries.list.0.body", NULL, "['body','deliveries','list',0,'body'] missing" },
    { "deliveries.list.0.event", "'x'", "['body','deliveries','list',0,'event'] enum" },
    { "deliveries.list.1.number", "1", "['body','deliveries','list',1] unknown_value" },
    { "deliveries.list.0.state", "'sending'",
      "['body','deliveries','list',0,'state'] unknown_value" },
    { "deliveries.list.0.attempts.0.answer", "'*'",
      "['body','deliveries','list',0,'attempts',0,'answer'] unknown_value" },
};

/* The member that a path leads to but for its last step, which is returned. */
static const char *walk_to(const char *path, json_t **at)
{
    char step[64];
    const char *dot;

    while ((dot = strchr(path, '.')) != NULL) {
        snprintf(step, sizeof(step), "%.*s", (int)(dot - path), path);
        json_t *next = json_is_array(*at) ? json_array_get(*at, strtoul(step, NULL, 10))
                                          : json_object_get(*at, step);
        ck_assert_msg(next != NULL, "there is no %s", step);
        *at = next;
        path = dot + 1;
    }
    return path;
}

static void set_at(json_t *document, const struct broken *broken)
{
    const char *key = walk_to(broken->path, &document);
    char *quoted = mk_copy(broken->value != NULL ? broken->value : "");

    for (char *at = quoted; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    if (broken->value == NULL)
        ck_assert_int_eq(json_object_del(document, key), 0);
    else if (json_is_array(document))
        json_array_set_new(document, strtoul(key, NULL, 10),
                           json_loads(quoted, JSON_DECODE_ANY, NULL));
    else
        json_object_set_new(document, key, json_loads(quoted, JSON_DECODE_ANY, NULL));
    free(quoted);
}

START_TEST(a_broken_document_is_refused_at_its_place)
{
    const struct broken *broken = &brokens[_i];
    struct mk_issues issues = { 0 };
    char *text = save(world);
    json_t *document = json_loads(text, 0, NULL);
    char wanted[256];

    set_at(document, broken);
    struct mk_world *loaded = load_as("tester", document, &issues);
    char *lines = issue_lines(&issues);
    ck_assert_msg(loaded == NULL, "%s was taken", broken->path);
    snprintf(wanted, sizeof(wanted), "%s\n", broken->line);
    for (char *at = wanted; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    ck_assert_str_eq(lines, wanted);
    free(lines);
    json_decref(document);
    free(text);
}
END_TEST

START_TEST(what_is_no_object_is_refused)
{
    struct mk_issues issues = { 0 };
    json_t *list = json_array();

    ck_assert_ptr_null(load_as("tester", list, &issues));
    char *lines = issue_lines(&issues);
    ck_assert_str_eq(lines, "[\"body\"] object_type\n");
    free(lines);
    json_decref(list);
}
END_TEST

Suite *snapshot_suite(void)
{
    Suite *suite = suite_create("snapshot");
    TCase *cases = tcase_create("snapshot");

    tcase_add_checked_fixture(cases, open_world, close_world);
    tcase_add_test(cases, saving_a_loaded_world_gives_the_same_bytes);
    tcase_add_test(cases, a_new_world_is_a_document_too);
    tcase_add_test(cases, the_rich_world_is_rich);
    tcase_add_test(cases, the_loaded_world_goes_on_as_the_other);
    tcase_add_test(cases, links_of_a_user_keep_their_order);
    tcase_add_test(cases, transactions_are_as_they_were);
    tcase_add_test(cases, what_is_over_is_left_out);
    tcase_add_test(cases, secrets_repeat_only_where_they_do);
    tcase_add_test(cases, a_document_may_be_too_long);
    tcase_add_test(cases, a_running_clock_runs_on);
    tcase_add_test(cases, posts_that_are_out_are_made_again);
    tcase_add_loop_test(cases, a_broken_document_is_refused_at_its_place, 0,
                        (int)MK_COUNT(brokens));
    tcase_add_test(cases, what_is_no_object_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
