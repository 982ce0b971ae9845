/* SPDX-License-Identifier: MIT */
/*
 * Bytes as what names a place or a thing in a link that has seen everything: fetches, a grant, an
 * import and corrections. The first byte says what the rest is:
 *
 *     c  the text of a cursor           p  a cursor's numbers, as if this link had written them
 *     i  the text of an id              k  a transaction's numbers, likewise
 *     s  the query string of a sync     t  that of the list of transactions
 *
 * What is read has to be the only spelling of what it says; a place that is in the stream reads the
 * same twice; a query that is fine is answered.
 */
#include "api/handlers.h"
#include "base/memory.h"
#include "core/linking.h"
#include "core/products.h"
#include "core/stream.h"
#include "fuzz/fuzz.h"
#include "json/build.h"
#include "json/form.h"

#include <string.h>

static struct mk_world *world;
static struct mk_link *link_;
static struct mk_ledger ledger;

/* --- The link --------------------------------------------------------------------------------- */

static void make_link(void)
{
    const struct mk_world_config config = { .seed = 7,
                                            .deterministic = true,
                                            .start = INT64_C(1767225600) * MK_SECOND,
                                            .bank = mk_bank_new("http://localhost:8080") };
    const struct mk_choices choices = { .institution = MK_NO_INSTITUTION };
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    char token[MK_TOKEN_SIZE];

    world = mk_world_new(&config, "fuzz", "secret");
    struct mk_session *session =
        mk_sessions_add(&world->sessions, &world->secrets, mk_world_now(world));
    session->customer_user_id = mk_copy("user-1");
    session->countries[session->country_count++] = MK_COUNTRY_US;
    session->products[MK_PRODUCT_TRANSACTIONS] =
        (struct mk_session_product){ .asked = true, .prefetch = true };
    FUZZ_REQUIRE(mk_linking_finish(world, session, &choices, &issues, &problem, &link_) == MK_OK);
    mk_link_token_write(link_, token);
    FUZZ_REQUIRE(mk_linking_exchange(world, token, &link_) == MK_OK);
    link_->accounts = 1;
}

static void import_rows(void)
{
    struct mk_history *history = mk_history_of(link_);

    history->account_count = 1;
    history->accounts = mk_alloc_zero(1, sizeof(*history->accounts));
    history->accounts[0] = (struct mk_imported_account){ .original_id = mk_copy("one"),
                                                         .name = mk_copy("One"),
                                                         .type = mk_copy("other"),
                                                         .balance_date = MK_NEVER };
    history->transactions = mk_alloc_zero(5, sizeof(*history->transactions));
    history->transaction_count = 5;
    for (int32_t i = 0; i < 5; i++)
        history->transactions[i].day = 20400 + i;
    mk_history_add(link_, (struct mk_batch){ .kind = MK_BATCH_IMPORT, .count = 5 },
                   mk_world_now(world));
}

static void correct_row(void)
{
    struct mk_cursor start = { 0 };
    struct mk_changes changes = { 0 };
    struct mk_changes corrected = { 0 };
    struct mk_problem problem = { 0 };
    bool more;

    FUZZ_REQUIRE(mk_stream_read(&ledger, &start, 1, &changes, &more) && changes.count == 1);
    FUZZ_REQUIRE(
        mk_stream_correct(&ledger, link_, &changes.items[0], 1, -1, &problem, &corrected) == MK_OK);
    mk_changes_done(&changes);
    mk_changes_done(&corrected);
}

/* Once: the link stays as it is. */
static void set_up(void)
{
    if (world != NULL)
        return;
    make_link();
    mk_ledger_open(world, link_, &ledger);
    mk_products_fetch(link_, 1U << MK_PRODUCT_TRANSACTIONS, mk_world_now(world));
    mk_history_granted(link_, 6, mk_world_now(world));
    link_->accounts |= 6;
    import_rows();
    correct_row();
    mk_products_fetch(link_, 1U << MK_PRODUCT_TRANSACTIONS, mk_world_now(world));
}

/* --- Places ----------------------------------------------------------------------------------- */

static void require_same(const struct mk_changes *a, const struct mk_changes *b)
{
    FUZZ_REQUIRE(a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        FUZZ_REQUIRE(a->items[i].batch == b->items[i].batch &&
                     a->items[i].kind == b->items[i].kind &&
                     a->items[i].key.ordinal == b->items[i].key.ordinal);
}

static void read_place(struct mk_cursor place, size_t size)
{
    struct mk_cursor next = place;
    struct mk_cursor again = place;
    struct mk_changes changes = { 0 };
    struct mk_changes repeated = { 0 };
    bool more;

    bool is_in = mk_stream_read(&ledger, &next, size, &changes, &more);
    FUZZ_REQUIRE(mk_stream_read(&ledger, &again, size, &repeated, &more) == is_in);
    if (is_in) {
        FUZZ_REQUIRE(place.batch <= mk_history_count(link_));
        FUZZ_REQUIRE(changes.count <= size && (changes.count == size || !more));
        FUZZ_REQUIRE(next.batch > place.batch ||
                     (next.batch == place.batch && next.offset == place.offset + changes.count));
        FUZZ_REQUIRE(next.batch == again.batch && next.offset == again.offset);
        require_same(&changes, &repeated);
    }
    mk_changes_done(&changes);
    mk_changes_done(&repeated);
}

static void read_cursor(const char *text, size_t size)
{
    char again[MK_CURSOR_SIZE];
    struct mk_cursor place;

    if (!mk_cursor_read(&ledger.key, text, &place))
        return;
    mk_cursor_write(&ledger.key, &place, again);
    FUZZ_REQUIRE(strcmp(text, again) == 0);
    read_place(place, size);
}

/* --- Ids -------------------------------------------------------------------------------------- */

static void find_transaction(const char *id)
{
    struct mk_transaction_key key;
    struct mk_transaction row;
    struct mk_change change;
    char again[MK_DATA_ID_SIZE];

    bool is_id = mk_transaction_id_read(&ledger.key, id, &key);
    if (is_id) {
        mk_transaction_id_write(&ledger.key, &key, again);
        FUZZ_REQUIRE(strcmp(id, again) == 0);
    }
    if (!mk_stream_find(&ledger, id, &change))
        return;
    FUZZ_REQUIRE(is_id && change.key.ordinal == key.ordinal && change.key.day == key.day);
    mk_stream_describe(&ledger, &change, mk_history_count(link_) - 1, &row);
}

static void read_id(const char *id)
{
    char again[MK_DATA_ID_SIZE];
    uint32_t number;

    find_transaction(id);
    if (!mk_account_id_read(&ledger.key, id, &number))
        return;
    mk_account_id_write(&ledger.key, number, again);
    FUZZ_REQUIRE(strcmp(id, again) == 0);
}

static void read_key(const uint8_t bytes[14])
{
    struct mk_transaction_key key = { .fetch = bytes[0] };
    char id[MK_DATA_ID_SIZE];

    memcpy(&key.ordinal, bytes + 1, 4);
    memcpy(&key.day, bytes + 5, 4);
    memcpy(&key.source, bytes + 9, 2);
    key.account = bytes[11];
    mk_transaction_id_write(&ledger.key, &key, id);
    find_transaction(id);
}

/* --- Queries ---------------------------------------------------------------------------------- */

static void ask(const struct mk_shape *shape, mk_handler *handle, const char *text)
{
    const struct mk_place place = { .key = "query" };
    char id[MK_LINK_ID_SIZE];
    const char *path[] = { id };
    struct mk_reply reply = { 0 };
    struct mk_text dump = MK_TEXT(MK_REPLY_MAX);
    json_t *query = mk_form_read(shape, text, strlen(text), "query", &reply.issues);

    mk_link_id_write(link_, id);
    mk_shape_check(shape, query, &place, &reply.issues);
    if (!mk_issues_any(&reply.issues)) {
        const struct mk_call call = {
            .path = path, .query = query, .world = world, .now = mk_world_now(world)
        };
        enum mk_err err = handle(&call, &reply);
        FUZZ_REQUIRE(err == MK_OK || err == MK_INVALID);
        FUZZ_REQUIRE(mk_issues_any(&reply.issues) == (err == MK_INVALID));
        FUZZ_REQUIRE(err != MK_OK || mk_json_dump(reply.json, &dump));
    }
    mk_text_done(&dump);
    mk_issues_done(&reply.issues);
    json_decref(reply.json);
    json_decref(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t numbers[3] = { 0 };
    uint8_t key[14] = { 0 };

    set_up();
    if (size == 0)
        return 0;
    char *text = mk_copy_bytes((const char *)data + 1, size - 1);
    memcpy(numbers, text, size - 1 < sizeof(numbers) ? size - 1 : sizeof(numbers));
    memcpy(key, text, size - 1 < sizeof(key) ? size - 1 : sizeof(key));
    if (data[0] == 'c')
        read_cursor(text, 7);
    else if (data[0] == 'p')
        read_place((struct mk_cursor){ numbers[0], numbers[1] }, 1 + numbers[2] % 100);
    else if (data[0] == 'i')
        read_id(text);
    else if (data[0] == 'k')
        read_key(key);
    else if (data[0] == 's')
        ask(&mk_sync_query, mk_get_transactions_sync, text);
    else if (data[0] == 't')
        ask(&mk_transactions_query, mk_get_transactions, text);
    free(text);
    return 0;
}
