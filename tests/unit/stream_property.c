/* SPDX-License-Identifier: MIT */
/*
 * Whatever happens to a link, whoever reads its stream in whatever pages: what the stream told adds
 * up to what the list of transactions shows.
 *
 * Each run is a link, several readers and a sequence of things that happen, all by a seed. Readers
 * only ever use what the stream gave them. That is checked again and again:
 *   - no id is created twice, and nothing is updated or removed before it was created or after it
 *     was removed
 *   - the rows that a reader at the end of the stream holds are the rows of the list, to the byte
 *   - the list is in the order of days, and within a day in the reverse order of creation
 *   - every row is found by its id
 *   - a page read before reads the same again, and goes on with what came since
 *   - what days and accounts select adds up to the whole
 *   - what the control API does to the rows moves the balances by as much
 */
#include "core/changes.h"
#include "core/stream.h"

#include "support/stream.h"
#include "unit/suites.h"

enum { READERS = 3, MEMORIES = 8, STEPS = 40 };

/* Under AddressSanitizer each takes four times as long. */
#ifdef __SANITIZE_ADDRESS__
enum { RUNS = 100 };
#else
enum { RUNS = 300 };
#endif

/* A client of the API: keeps the rows by id, and when it heard of each. */
struct reader {
    char cursor[MK_CURSOR_SIZE]; /* "": at the start */
    json_t *rows;
    json_t *order;
};

/* A page that was read once. */
struct memory {
    struct mk_cursor from;
    struct mk_cursor to;
    size_t size;
    bool more;
    uint32_t batches;
    json_t *page; /* NULL: none yet */
};

/* What there is on an account. */
struct sums {
    int64_t all[MK_ACCOUNTS_MAX];
    int64_t posted[MK_ACCOUNTS_MAX];
};

struct run {
    struct bank bank;
    struct mk_link *link;
    struct mk_random random;
    struct reader readers[READERS];
    struct memory memories[MEMORIES];
    json_t *removed; /* ids */
};

/* From 0 to below - 1. */
static unsigned draw(struct run *run, unsigned below)
{
    return (unsigned)(mk_random_next(&run->random) % below);
}

static size_t draw_size(struct run *run)
{
    return draw(run, 4) == 0 ? 1 + draw(run, 500) : 1 + draw(run, 9);
}

/* --- Readers ---------------------------------------------------------------------------------- */

static void apply(struct reader *reader, const json_t *change)
{
    json_t *row = change_row(change);
    bool is_known = json_object_get(reader->rows, row_id(row)) != NULL;

    MUST(is_known == (change_kind(change) != MK_CREATED));
    if (change_kind(change) == MK_REMOVED) {
        json_object_del(reader->rows, row_id(row));
        return;
    }
    if (!is_known) {
        MUST(json_object_get(reader->order, row_id(row)) == NULL);
        json_object_set_new(reader->order, row_id(row),
                            json_integer((json_int_t)json_object_size(reader->order)));
    }
    json_object_set(reader->rows, row_id(row), row);
}

/* One page; the cursor goes through its text, as it does with a client. */
static bool read_on(struct run *run, struct reader *reader)
{
    const struct mk_ledger ledger = stream_open(&run->bank, run->link);
    struct memory *memory = &run->memories[draw(run, MEMORIES)];
    struct mk_cursor cursor = { 0 };
    size_t index;
    json_t *change;

    if (reader->cursor[0] != '\0')
        MUST(mk_cursor_read(&ledger.key, reader->cursor, &cursor));
    json_decref(memory->page);
    *memory = (struct memory){ .from = cursor,
                               .size = draw_size(run),
                               .batches = mk_history_count(run->link) };
    memory->page = stream_page(&ledger, &cursor, memory->size, &memory->more);
    memory->to = cursor;
    mk_cursor_write(&ledger.key, &cursor, reader->cursor);
    json_array_foreach(memory->page, index, change)
        apply(reader, change);
    return memory->more;
}

/* What was read once reads the same; what has come since follows it. */
static void read_again(struct run *run)
{
    const struct mk_ledger ledger = stream_open(&run->bank, run->link);
    const struct memory *memory = &run->memories[draw(run, MEMORIES)];
    struct mk_cursor cursor = memory->from;
    size_t index;
    json_t *change;
    bool more;

    if (memory->page == NULL)
        return;
    json_t *page = stream_page(&ledger, &cursor, memory->size, &more);
    json_array_foreach(memory->page, index, change)
        MUST(json_equal(change, json_array_get(page, index)));
    if (memory->more || memory->batches == mk_history_count(run->link)) {
        MUST(json_array_size(page) == json_array_size(memory->page) && more == memory->more);
        MUST(cursor.batch == memory->to.batch && cursor.offset == memory->to.offset);
    }
    json_decref(page);
}

/* --- The list --------------------------------------------------------------------------------- */

static void check_order(const struct reader *reader, const json_t *newer, const json_t *older)
{
    int days = strcmp(row_text(newer, "date"), row_text(older, "date"));

    MUST(days > 0 ||
         (days == 0 && json_integer_value(json_object_get(reader->order, row_id(newer))) >
                           json_integer_value(json_object_get(reader->order, row_id(older)))));
}

static void check_found(const struct mk_ledger *ledger, const json_t *row)
{
    struct mk_change change;

    MUST(mk_stream_find(ledger, row_id(row), &change));
    json_t *found = stream_row(ledger, &change, mk_history_count(ledger->link) - 1);
    MUST(json_equal(found, row));
    json_decref(found);
}

/* An id that was removed stays nobody's. */
static void check_removed(struct run *run, const struct mk_ledger *ledger)
{
    size_t count = json_array_size(run->removed);
    struct mk_change change;

    if (count > 0)
        MUST(!mk_stream_find(
            ledger, json_string_value(json_array_get(run->removed, draw(run, (unsigned)count))),
            &change));
}

static size_t count_rows(const struct mk_ledger *ledger, int32_t first, int32_t last,
                         const struct mk_accounts *accounts)
{
    const struct mk_transaction_query query = { first, last, accounts };
    struct mk_changes changes = { 0 };

    mk_stream_state(ledger, &query, &changes);
    size_t count = changes.count;
    mk_changes_done(&changes);
    return count;
}

static void check_parts(struct run *run, const struct mk_ledger *ledger, size_t total)
{
    int32_t day = mk_day_of(ledger->now) - (int32_t)draw(run, 100);
    struct mk_accounts accounts;
    size_t of_accounts = 0;

    MUST(count_rows(ledger, INT32_MIN, day - 1, NULL) + count_rows(ledger, day, day, NULL) +
             count_rows(ledger, day + 1, INT32_MAX, NULL) ==
         total);
    mk_accounts_list(ledger, NULL, &accounts);
    MUST(count_rows(ledger, INT32_MIN, INT32_MAX, &accounts) == total);
    for (size_t i = 0; i < accounts.count; i++) {
        const struct mk_accounts one = { .items = &accounts.items[i], .count = 1 };
        of_accounts += count_rows(ledger, INT32_MIN, INT32_MAX, &one);
    }
    MUST(of_accounts == total);
    mk_accounts_done(&accounts);
}

static void check_state(struct run *run, struct reader *reader)
{
    const struct mk_ledger ledger = stream_open(&run->bank, run->link);
    json_t *state = stream_state(&ledger);
    size_t total = json_array_size(state);

    while (read_on(run, reader)) {
    }
    MUST(json_object_size(reader->rows) == total);
    for (size_t i = 0; i < total; i++) {
        const json_t *row = json_array_get(state, i);
        MUST(json_equal(row, json_object_get(reader->rows, row_id(row))));
        if (i > 0)
            check_order(reader, json_array_get(state, i - 1), row);
    }
    if (total > 0)
        check_found(&ledger, json_array_get(state, draw(run, (unsigned)total)));
    check_removed(run, &ledger);
    check_parts(run, &ledger, total);
    json_decref(state);
}

/* --- What happens ----------------------------------------------------------------------------- */

static void pass_time(struct run *run)
{
    int64_t hours = draw(run, 100);

    bank_wait(&run->bank, (draw(run, 12) == 0 ? -hours : hours) * MK_HOUR);
}

static void grant(struct run *run)
{
    const struct mk_ledger ledger = stream_open(&run->bank, run->link);
    uint64_t account = UINT64_C(1) << draw(run, (unsigned)ledger.account_count);

    if (!(run->link->accounts & account))
        stream_grant(&run->bank, run->link, account);
}

static void import(struct run *run)
{
    if (run->link->history != NULL && run->link->history->account_count > 0)
        stream_import(&run->bank, run->link, draw(run, 6));
}

/* The rows that it names say so, and they alone: they and the others are in the list. */
static void correct(struct run *run)
{
    const struct mk_ledger ledger = stream_open(&run->bank, run->link);
    json_t *state = stream_state(&ledger);
    struct mk_problem problem = { 0 };
    struct mk_changes changes = { 0 };
    struct mk_change change;
    size_t total = json_array_size(state);

    if (total > 0) {
        const json_t *row = json_array_get(state, draw(run, (unsigned)total));
        MUST(mk_stream_find(&ledger, row_id(row), &change));
        MUST(mk_stream_correct(&ledger, run->link, &change, (int)draw(run, 20), -1, &problem,
                               &changes) == MK_OK);
        MUST(changes.count > 0);
        mk_changes_done(&changes);
    }
    json_decref(state);
}

/* --- What the control API does ---------------------------------------------------------------- */

static int64_t row_amount(const json_t *row)
{
    int64_t amount;

    MUST(mk_money_read(row_text(row, "amount"), &amount));
    return strcmp(row_text(row, "type"), "credit") == 0 ? amount : -amount;
}

static struct sums sums_of(const struct mk_ledger *ledger)
{
    struct sums sums = { 0 };
    json_t *state = stream_state(ledger);
    uint32_t account;
    size_t index;
    json_t *row;

    json_array_foreach(state, index, row) {
        MUST(mk_account_id_read(&ledger->key, row_text(row, "account_id"), &account));
        if (account >= MK_ACCOUNTS_MAX)
            continue;
        sums.all[account] += row_amount(row);
        if (json_is_false(json_object_get(row, "pending")))
            sums.posted[account] += row_amount(row);
    }
    json_decref(state);
    return sums;
}

/* Of accounts that follow their transactions: all but imported ones and investments. */
static void check_balances(const struct mk_accounts *before, const struct mk_accounts *after,
                           const struct sums *old, const struct sums *new)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct mk_account *account = &before->items[i];
        const struct mk_account *now = &after->items[i];
        uint32_t number = account->number;
        int sign = mk_account_type_is(account->type, "liability") ? -1 : 1;
        if (number >= MK_ACCOUNTS_MAX || mk_account_type_is(account->type, "investment"))
            continue;
        if (account->available != MK_NO_MONEY)
            MUST(now->available - account->available == new->all[number] - old->all[number]);
        MUST(now->current - account->current == sign * (new->posted[number] - old->posted[number]));
    }
}

static json_t *drawn_row(struct run *run, const json_t *state)
{
    return json_array_get(state, draw(run, (unsigned)json_array_size(state)));
}

static json_t *drawn_amount(struct run *run)
{
    return json_sprintf("%s%u.%02u", draw(run, 2) == 0 ? "-" : "", draw(run, 50), draw(run, 100));
}

static json_t *drawn_date(struct run *run)
{
    char text[MK_DATE_SIZE];

    mk_date_write(text, mk_day_of(mk_world_now(run->bank.world)) - (int32_t)draw(run, 40));
    return json_string(text);
}

static json_t *drawn_additions(struct run *run, const struct mk_ledger *ledger)
{
    struct mk_accounts accounts;
    json_t *rows = json_array();

    mk_accounts_list(ledger, NULL, &accounts);
    for (unsigned left = accounts.count == 0 ? 0 : draw(run, 4); left > 0; left--) {
        json_t *row = json_pack("{s:s, s:o, s:s, s:b}", "account_id",
                                accounts.items[draw(run, (unsigned)accounts.count)].id, "amount",
                                drawn_amount(run), "description",
                                draw(run, 2) == 0 ? "Starbucks" : "Added", "pending", draw(run, 2));
        if (draw(run, 2) == 0)
            json_object_set_new(row, "date", drawn_date(run));
        json_array_append_new(rows, row);
    }
    mk_accounts_done(&accounts);
    return rows;
}

static json_t *drawn_change(struct run *run, const char *id)
{
    json_t *change = json_pack("{s:s}", "transaction_id", id);

    if (draw(run, 2) == 0)
        json_object_set_new(change, "amount", drawn_amount(run));
    if (draw(run, 2) == 0)
        json_object_set_new(change, "date", drawn_date(run));
    if (draw(run, 2) == 0)
        json_object_set_new(change, "description", json_sprintf("Changed %u", draw(run, 3)));
    return change;
}

/* Each row is used once, but some are changed and settled. */
static json_t *drawn_body(struct run *run, const struct mk_ledger *ledger, const json_t *state)
{
    json_t *lists[] = { json_array(), json_array(), json_array() };
    json_t *used = json_object();

    for (unsigned left = json_array_size(state) == 0 ? 0 : draw(run, 5); left > 0; left--) {
        const json_t *row = drawn_row(run, state);
        bool is_pending = json_is_true(json_object_get(row, "pending"));
        if (json_object_get(used, row_id(row)) != NULL)
            continue;
        json_object_set_new(used, row_id(row), json_true());
        if (draw(run, 3) == 0) {
            json_array_append_new(lists[2], json_string(row_id(row)));
            json_array_append_new(run->removed, json_string(row_id(row)));
            continue;
        }
        if (draw(run, 2) == 0)
            json_array_append_new(lists[0], drawn_change(run, row_id(row)));
        if (is_pending && draw(run, 2) == 0)
            json_array_append_new(lists[1], json_string(row_id(row)));
    }
    json_decref(used);
    return json_pack("{s:o, s:o, s:o, s:o}", "add", drawn_additions(run, ledger), "change",
                     lists[0], "settle", lists[1], "remove", lists[2]);
}

static void change(struct run *run)
{
    const struct mk_ledger ledger = stream_open(&run->bank, run->link);
    const struct sums old = sums_of(&ledger);
    json_t *state = stream_state(&ledger);
    json_t *body = drawn_body(run, &ledger, state);
    struct mk_problem problem = { 0 };
    struct mk_issues issues = { 0 };
    struct mk_accounts before;
    struct mk_accounts after;

    mk_accounts_list(&ledger, NULL, &before);
    MUST(mk_change_transactions(run->bank.world, run->link, body, &issues, &problem) == MK_OK);
    mk_accounts_list(&ledger, NULL, &after);
    const struct sums new = sums_of(&ledger);
    check_balances(&before, &after, &old, &new);
    mk_accounts_done(&before);
    mk_accounts_done(&after);
    json_decref(body);
    json_decref(state);
}

static void step(struct run *run)
{
    struct reader *reader = &run->readers[draw(run, READERS)];

    switch (draw(run, 10)) {
    case 0:
        pass_time(run);
        stream_fetch(&run->bank, run->link);
        break;
    case 1:
        pass_time(run);
        break;
    case 2:
        grant(run);
        break;
    case 3:
        import(run);
        break;
    case 4:
        correct(run);
        break;
    case 8:
    case 9:
        change(run);
        break;
    case 5:
        check_state(run, reader);
        break;
    case 6:
        read_again(run);
        break;
    default:
        read_on(run, reader);
    }
}

/* --- Runs ------------------------------------------------------------------------------------- */

static const char *draw_persona(struct run *run)
{
    switch (draw(run, 16)) {
    case 0:
        return "user_rich";
    case 1:
        return "user_empty";
    default:
        return "user_good";
    }
}

/* Some of the accounts are shared from the start, and half of the links have imported ones. */
static void begin(struct run *run, int number)
{
    *run = (struct run){ .bank = bank_open() };
    mk_random_seeded(&run->random, (uint64_t)number, "stream");
    run->removed = json_array();
    run->link = stream_link(&run->bank, draw_persona(run));
    run->link->accounts &= mk_random_next(&run->random);
    if (draw(run, 2) == 0)
        stream_import_accounts(run->link);
    for (size_t i = 0; i < READERS; i++) {
        run->readers[i].rows = json_object();
        run->readers[i].order = json_object();
    }
}

static void end(struct run *run)
{
    for (size_t i = 0; i < READERS; i++) {
        json_decref(run->readers[i].rows);
        json_decref(run->readers[i].order);
    }
    for (size_t i = 0; i < MEMORIES; i++)
        json_decref(run->memories[i].page);
    json_decref(run->removed);
    bank_close(&run->bank);
}

START_TEST(stream__adds_up)
{
    struct run run;

    begin(&run, _i);
    for (int i = 0; i < STEPS; i++)
        step(&run);
    for (size_t i = 0; i < READERS; i++)
        check_state(&run, &run.readers[i]);
    end(&run);
}
END_TEST

Suite *stream_property_suite(void)
{
    Suite *suite = suite_create("stream_property");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, stream__adds_up, 0, RUNS);
    suite_add_tcase(suite, all);
    return suite;
}
