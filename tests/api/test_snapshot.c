/* SPDX-License-Identifier: MIT */
/* A world saved, reset, loaded, copied and deleted, as its client sees it. */
#include "api/tests.h"

#include "base/memory.h"
#include "core/snapshot.h"
#include "support/must.h"
#include "support/pages.h"
#include "support/walk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READS_MAX = 128, TARGET_SIZE = 256 };

/* --- Calls ------------------------------------------------------------------------------------ */

static const struct reply *put(struct client *client, const char *target, const char *body)
{
    return CALL(client, .method = "PUT", .target = target, .body = body,
                .headers = { "Content-Type: application/json" });
}

static const struct reply *reset(struct client *client)
{
    return CALL(client, .method = "POST", .target = "/sandbox/reset");
}

__attribute__((format(printf, 3, 4))) static const struct reply *as_admin(struct client *client,
                                                                          const char *method,
                                                                          const char *target, ...)
{
    char *token =
        quoted("Authorization: Bearer %s", moneykit_sandbox_admin_token(under_test.sandbox));
    va_list rest;
    char path[TARGET_SIZE];

    va_start(rest, target);
    vsnprintf(path, sizeof(path), target, rest);
    va_end(rest);
    const struct reply *reply =
        CALL(client, .method = method, .target = path, .anonymous = true, .headers = { token });
    free(token);
    return reply;
}

/* The document as it was sent, to free. */
static char *save(struct client *client)
{
    const struct reply *reply = get(client, "/sandbox/snapshot");

    expect_status(reply, 200);
    return mk_copy(reply->body);
}

static void load(struct client *client, const char *document)
{
    expect_status(put(client, "/sandbox/snapshot", document), 200);
}

/* A client with a key pair instead of a token. */
static struct client *keyed(const char *id)
{
    struct client *client = client_new(id);

    sign_in(client);
    return client;
}

/* --- Everything that can be read -------------------------------------------------------------- */

struct reads {
    char targets[READS_MAX][TARGET_SIZE];
    char *bodies[READS_MAX];
    unsigned statuses[READS_MAX];
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void add_read(struct reads *reads, const char *format,
                                                           ...)
{
    va_list arguments;

    MUST(reads->count < READS_MAX);
    va_start(arguments, format);
    vsnprintf(reads->targets[reads->count++], TARGET_SIZE, format, arguments);
    va_end(arguments);
}

static void add_link_reads(struct reads *reads, const char *link)
{
    static const char *const tails[] = {
        "",
        "/accounts",
        "/accounts/numbers",
        "/identity",
        "/products",
        "/transactions?size=200",
        "/transactions?start_date=2020-01-01&end_date=2026-12-31&size=500",
        "/transactions/sync?size=500",
        "/investments/holdings",
        "/investments/transactions",
    };

    for (size_t i = 0; i < MK_COUNT(tails); i++)
        add_read(reads, "/links/%s%s", link, tails[i]);
}

static struct reads all_reads(struct client *client)
{
    static const char *const targets[] = {
        "/links",
        "/users/user-1/links",
        "/users/user-1/accounts",
        "/users/user-1/transactions?size=200",
        "/sandbox/settings",
        "/sandbox/clock",
        "/sandbox/faults",
        "/sandbox/webhooks",
        "/sandbox/webhooks/mode",
        "/sandbox/snapshot",
        "/.well-known/jwks.json",
        "/auth/introspect",
        "/institutions?limit=5",
    };
    struct reads reads = { .count = 0 };
    const struct reply *links = get(client, "/links");
    size_t i;
    const json_t *link;

    json_array_foreach(member(links, "links"), i, link)
        add_link_reads(&reads, json_string_value(json_object_get(link, "link_id")));
    for (i = 0; i < MK_COUNT(targets); i++)
        add_read(&reads, "%s", targets[i]);
    return reads;
}

static void read_all(struct client *client, struct reads *reads)
{
    for (size_t i = 0; i < reads->count; i++) {
        const struct reply *reply = get(client, "%s", reads->targets[i]);
        reads->bodies[i] = mk_copy(reply->body);
        reads->statuses[i] = reply->status;
    }
}

static void expect_same_reads(struct client *client, const struct reads *reads)
{
    for (size_t i = 0; i < reads->count; i++) {
        const struct reply *reply = get(client, "%s", reads->targets[i]);
        require(reply->status == reads->statuses[i] && strcmp(reply->body, reads->bodies[i]) == 0,
                "%s was\n%.2000s\nand is\n%.2000s", reads->targets[i], reads->bodies[i],
                reply->body);
    }
}

static void forget_reads(struct reads *reads)
{
    for (size_t i = 0; i < reads->count; i++)
        free(reads->bodies[i]);
}

/* A world in which much has happened, and whose clock stands still. */
static struct client *busy(void)
{
    restart_sandbox("--deterministic", "--seed=7", "--public-url=http://localhost:8080", NULL);
    struct client *client = client_new("alice");

    walk(client);
    link_at(client, "moneykit-creds-bank", "user_rich", NONE);
    link_at(client, "moneykit-creds-bank", "user_custom",
            "'custom_sandbox_data': {'accounts': [{'name': 'c', 'account_type': 'checking',"
            " 'account_number': '1'}]}");
    exchange(client, EXAMPLE_TOKEN);
    expect_status(patch(client, "/sandbox/settings",
                        "{'timestamps': 'utc', 'journal_bytes': 70000, 'refresh_seconds': 5}"),
                  200);
    expect_status(post(client, "/sandbox/keys/rotate", "{}"), 201);
    expect_status(post(client, "/sandbox/faults",
                       "{'operation': 'delete_link', 'nth': 1000, 'error_code':"
                       " 'api_error.rate_limit_exceeded'}"),
                  201);
    return client;
}

START_TEST(snapshot__every_read_answers_as_before)
{
    struct client *client = busy();
    struct reads reads = all_reads(client);

    read_all(client, &reads);
    char *document = save(client);
    link_at(client, "moneykit-creds-bank", "user_good", "'webhook': 'http://localhost:1/later'");
    expect_status(reset(client), 204);
    expect_value(get(client, "/links"), "links", "[]");
    load(client, document);
    expect_same_reads(client, &reads);
    MUST(reads.count > 40);
    forget_reads(&reads);
    free(document);
}
END_TEST

/* In the process of another sandbox, without what the first one knew. */
START_TEST(snapshot__another_server_answers_the_same)
{
    struct client *client = busy();
    struct reads reads = all_reads(client);

    read_all(client, &reads);
    char *document = save(client);
    restart_sandbox("--deterministic", "--seed=7", "--public-url=http://localhost:8080", NULL);
    sign_in(client);
    load(client, document);
    expect_same_reads(client, &reads);
    forget_reads(&reads);
    free(document);
}
END_TEST

/* --- What goes on ----------------------------------------------------------------------------- */

/* A token, a session and a place in a list from before are good after. */
START_TEST(snapshot__what_was_begun_goes_on)
{
    struct client *client = signed_in("alice");
    const char *session = create_session(client, NONE);
    const char *open = create_session(client, NONE);
    const char *token = text_at(connect_session(client, session), "exchangeable_token");
    const char *link = link_at(client, "moneykit-creds-bank", "user_rich", NONE);
    const char *cursor =
        text_at(get(client, "/links/%s/transactions/sync?size=100", link), "cursor.next");
    const struct reply *before =
        get(client, "/links/%s/transactions/sync?size=100&cursor=%s", link, cursor);

    char *document = save(client);
    reset(client);
    expect_error(get(client, "/links/%s", link), 404, "link_error.not_found");
    load(client, document);
    expect_part(connect_session(client, session), "", "{'exchangeable_token': '%s'}", token);
    exchange(client, token);
    exchange(client, text_at(connect_session(client, open), "exchangeable_token"));
    const struct reply *after =
        get(client, "/links/%s/transactions/sync?size=100&cursor=%s", link, cursor);
    ck_assert_str_eq(before->body, after->body);
    free(document);
}
END_TEST

/* Connect's pages stay where they are, also on the bank's own. */
START_TEST(snapshot__connect_goes_on)
{
    struct client *client = signed_in("alice");
    struct page page =
        page_open(client, create_session(client, "'institution_id': 'moneykit-oauth-bank'"));
    const struct reply *state = page_state(&page);
    char *visit = quoted("{'state': '%s', 'approve': true}", text_at(state, "oauth.state"));

    expect_screen(state, "oauth");
    char *document = save(client);
    reset(client);
    load(client, document);
    expect_screen(page_state(&page), "oauth");
    ck_assert_str_eq(page_state(&page)->body, state->body);
    expect_status(CALL(client, .method = "POST", .target = "/oauth-bank", .anonymous = true,
                       .body = visit, .headers = { "Content-Type: application/json" }),
                  200);
    page_close(&page);
    free(visit);
    free(document);
}
END_TEST

/* --- Broken documents ------------------------------------------------------------------------- */

/* `old` becomes `new` once; to free. */
static char *changed(const char *document, const char *old, const char *new)
{
    const char *at = strstr(document, old);

    ck_assert_ptr_nonnull(at);
    char *text = mk_alloc(strlen(document) + strlen(new) + 1);
    snprintf(text, strlen(document) + strlen(new) + 1, "%.*s%s%s", (int)(at - document), document,
             new, at + strlen(old));
    return text;
}

START_TEST(snapshot__a_broken_one_changes_nothing)
{
    struct client *client = signed_in("alice");
    const char *link = text_at(connected_link(client, NONE), "link_id");
    char *document = save(client);
    char *broken = changed(document, "\"connected\"", "\"conected\"");

    expect_issues(put(client, "/sandbox/snapshot", broken), "['body','links',0,'state'] enum\n");
    free(broken);
    broken = changed(document, "\"version\":1", "\"version\":2");
    expect_issues(put(client, "/sandbox/snapshot", broken), "['body','version'] less_than_equal\n");
    free(broken);
    broken = changed(document, "\"version\":1", "\"version\":1,\"more\":1");
    expect_issues(put(client, "/sandbox/snapshot", broken), "['body','more'] unknown_value\n");
    free(broken);
    expect_status(put(client, "/sandbox/snapshot", "[]"), 422);
    expect_status(put(client, "/sandbox/snapshot", "{"), 422);
    expect_part(get(client, "/links/%s", link), "", "{'state': 'connected'}");
    free(document);
}
END_TEST

START_TEST(snapshot__too_large)
{
    struct client *client = signed_in("alice");
    char *large = mk_alloc(MK_SNAPSHOT_MAX + 2);

    memset(large, ' ', MK_SNAPSHOT_MAX + 1);
    large[MK_SNAPSHOT_MAX + 1] = '\0';
    const struct reply *reply = put(client, "/sandbox/snapshot", large);
    expect_error(reply, 413, "api_error.request.too_large");
    expect_value(reply, "error_message", "'The body must fit 64 MiB.'");
    large[MK_SNAPSHOT_MAX] = '\0';
    expect_issues(put(client, "/sandbox/snapshot", large), "['body'] missing\n");
    free(large);
}
END_TEST

START_TEST(snapshot__summary_counts)
{
    struct client *client = signed_in("alice");

    connected_link(client, NONE);
    create_session(client, NONE);
    char *document = save(client);
    expect_value(put(client, "/sandbox/snapshot", document), "",
                 "{'links': 1, 'sessions': 1, 'deliveries': 0}");
    free(document);
}
END_TEST

/* --- Reset ------------------------------------------------------------------------------------ */

START_TEST(reset__starts_over)
{
    struct client *client = signed_in("alice");
    const char *session = create_session(client, NONE);
    const struct reply *fresh = get(client, "/sandbox/settings");
    const char *link = text_at(connected_link(client, NONE), "link_id");

    exchange(client, EXAMPLE_TOKEN);
    patch(client, "/sandbox/settings", "{'refresh_seconds': 7, 'journal_bytes': 70000}");
    expect_status(reset(client), 204);
    expect_value(get(client, "/links"), "links", "[]");
    expect_error(get(client, "/links/%s", link), 404, "link_error.not_found");
    expect_value(get(client, "/sandbox/faults"), "", "{'faults': []}");
    expect_error(post(client, "/sandbox/connect", "{'link_session_token': '%s'}", session), 404,
                 "sandbox_error.link_session_not_found");
    ck_assert_str_eq(get(client, "/sandbox/settings")->body, fresh->body);
    expect_part(exchange(client, EXAMPLE_TOKEN), "", "{'link_id': '" EXAMPLE_LINK "'}");
}
END_TEST

/* A reset takes back what the clock was moved, keys and tokens are as good as before. */
START_TEST(reset__keeps_secret_tokens_and_keys)
{
    struct client *client = signed_in("alice");

    patch(client, "/sandbox/settings", "{'token_clock': 'world', 'access_token_seconds': 100}");
    pass_seconds("alice", 1000000);
    sign_in(client);
    const char *kid = text_at(post(client, "/sandbox/keys/rotate", "{}"), "kid");
    expect_status(reset(client), 204);
    expect_status(get(client, "/links"), 200);
    struct mk_world *world = world_of("alice");
    char signs[MK_KID_SIZE];
    mk_world_lock(world);
    mk_signer_kid(mk_keys_signer(world, mk_world_now(world)), signs);
    mk_world_unlock(world);
    ck_assert_str_eq(signs, kid);
    pass_seconds("alice", 101);
    expect_error(get(client, "/links"), 401, "api_error.auth.expired_access_token");
    sign_in(client);
}
END_TEST

START_TEST(reset__others_notice_nothing)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *his = text_at(connected_link(bob, NONE), "link_id");

    connected_link(alice, NONE);
    expect_status(reset(alice), 204);
    expect_part(get(bob, "/links"), "", "{'links': [{'link_id': '%s'}]}", his);
}
END_TEST

/* --- Fork ------------------------------------------------------------------------------------- */

START_TEST(fork__is_a_world_of_its_own)
{
    struct client *alice = signed_in("alice");
    const char *link = text_at(connected_link(alice, NONE), "link_id");
    const char *session = create_session(alice, NONE);
    const struct reply *before = get(alice, "/links/%s/transactions", link);

    expect_status(before, 200);
    const struct reply *forked =
        post(alice, "/sandbox/fork", "{'client_id': 'bob', 'client_secret': 'secret-of-bob'}");
    expect_status(forked, 201);
    expect_value(forked, "", "{'client_id': 'bob', 'links': 1, 'sessions': 1, 'deliveries': 0}");
    struct client *bob = keyed("bob");
    ck_assert_str_eq(get(bob, "/links/%s/transactions", link)->body, before->body);
    expect_status(connect_session(bob, session), 201);
    expect_status(delete_(bob, "/links/%s", link), 204);
    expect_part(get(alice, "/links/%s", link), "", "{'state': 'connected'}");
    expect_status(connect_session(alice, session), 201);
}
END_TEST

START_TEST(fork__refuses)
{
    struct client *alice = signed_in("alice");
    char *name = mk_alloc(201);

    memset(name, 'n', 201);
    name[200] = '\0';
    signed_in("bob");
    expect_error(post(alice, "/sandbox/fork", "{'client_id': 'bob', 'client_secret': 'x'}"), 409,
                 "sandbox_error.world_exists");
    expect_error(post(alice, "/sandbox/fork", "{'client_id': 'alice', 'client_secret': 'x'}"), 409,
                 "sandbox_error.world_exists");
    expect_issues(post(alice, "/sandbox/fork", "{'client_id': ''}"),
                  "['body','client_id'] string_too_short\n['body','client_secret'] missing\n");
    expect_issues(
        post(alice, "/sandbox/fork", "{'client_id': '\xc3\xa4%s', 'client_secret': 'x'}", name + 1),
        "['body','client_id'] unknown_value\n");
    free(name);
}
END_TEST

START_TEST(fork__only_clients_that_are_admitted)
{
    restart_sandbox("--client=alice:secret-of-alice", "--client=bob:secret-of-bob", NULL);
    struct client *alice = signed_in("alice");

    expect_error(post(alice, "/sandbox/fork", "{'client_id': 'carol', 'client_secret': 'x'}"), 401,
                 "api_error.auth.unauthorized");
    expect_error(post(alice, "/sandbox/fork", "{'client_id': 'bob', 'client_secret': 'x'}"), 401,
                 "api_error.auth.unauthorized");
    expect_status(
        post(alice, "/sandbox/fork", "{'client_id': 'bob', 'client_secret': 'secret-of-bob'}"),
        201);
}
END_TEST

START_TEST(fork__a_full_sandbox)
{
    restart_sandbox("--max-worlds=1", NULL);
    struct client *alice = signed_in("alice");

    expect_error(post(alice, "/sandbox/fork", "{'client_id': 'bob', 'client_secret': 'x'}"), 503,
                 "api_error.unavailable");
}
END_TEST

/* --- Worlds ----------------------------------------------------------------------------------- */

START_TEST(worlds__are_listed)
{
    struct client *alice = signed_in("alice");

    connected_link(alice, NONE);
    create_session(alice, NONE);
    const struct reply *reply = as_admin(alice, "GET", "/sandbox/worlds");
    expect_status(reply, 200);
    expect_part(reply, "",
                "{'worlds': [{'client_id': 'alice', 'frozen': false, 'links': 1,"
                " 'sessions': 1, 'deliveries_waiting': 0}]}");
    MUST(json_integer_value(member(reply, "worlds.0.events")) > 3);
    MUST(strstr(reply->body, alice->secret) == NULL);
    pass_seconds("alice", 100 * 86400);
    expect_part(as_admin(alice, "GET", "/sandbox/worlds"), "",
                "{'worlds': [{'links': 1, 'sessions': 0}]}");
}
END_TEST

START_TEST(worlds__want_the_admin_token)
{
    struct client *alice = signed_in("alice");

    expect_error(get(alice, "/sandbox/worlds"), 401, "api_error.auth.unauthorized");
    expect_error(delete_(alice, "/sandbox/worlds/alice"), 401, "api_error.auth.unauthorized");
    expect_status(get(alice, "/links"), 200);
}
END_TEST

START_TEST(worlds__are_deleted)
{
    struct client *alice = signed_in("alice");
    const char *link = text_at(connected_link(alice, NONE), "link_id");

    expect_status(as_admin(alice, "DELETE", "/sandbox/worlds/alice"), 204);
    expect_error(get(alice, "/links/%s", link), 401, "api_error.auth.unauthorized");
    expect_error(as_admin(alice, "DELETE", "/sandbox/worlds/alice"), 404,
                 "sandbox_error.world_not_found");
    expect_value(as_admin(alice, "GET", "/sandbox/worlds"), "worlds", "[]");
    sign_in(alice);
    expect_value(get(alice, "/links"), "links", "[]");
}
END_TEST

/* --- --load ----------------------------------------------------------------------------------- */

static char *write_file(const char *text)
{
    char *path = mk_copy("/tmp/mk-load-XXXXXX");
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void drop_file(char *path)
{
    unlink(path);
    free(path);
}

START_TEST(load__worlds_are_there_from_the_start)
{
    struct client *alice = signed_in("alice");
    const char *link = text_at(connected_link(alice, NONE), "link_id");
    const char *session = create_session(alice, NONE);
    char *document = save(alice);
    char *path = write_file(document);
    char *option = quoted("--load=%s", path);

    restart_sandbox(option, NULL);
    expect_part(as_admin(alice, "GET", "/sandbox/worlds"), "",
                "{'worlds': [{'client_id': 'alice', 'links': 1}]}");
    sign_in(alice);
    expect_part(get(alice, "/links/%s", link), "", "{'state': 'connected'}");
    expect_status(connect_session(alice, session), 201);
    drop_file(path);
    free(option);
    free(document);
}
END_TEST

START_TEST(load__several_with_secrets)
{
    struct client *alice = signed_in("alice");
    struct client *bob = client_new("bob");

    connected_link(alice, NONE);
    char *document = save(alice);
    char *first = changed(document, "\"client_id\":\"alice\"",
                          "\"client_id\":\"alice\",\"client_secret\":\"secret-of-alice\"");
    char *second = changed(document, "\"client_id\":\"alice\"",
                           "\"client_id\":\"bob\",\"client_secret\":\"another\"");
    size_t size = strlen(first) + strlen(second) + 64;
    char *both = mk_alloc(size);
    snprintf(both, size, "{\"worlds\": [%s,%s]}", first, second);
    char *path = write_file(both);
    char *option = quoted("--load=%s", path);

    restart_sandbox(option, NULL);
    sign_in(alice);
    MUST(json_array_size(member(get(alice, "/links"), "links")) == 1);
    expect_error(post(bob, "/links/import", "{}"), 401, "api_error.auth.unauthorized");
    MUST(world_of("alice")->handle != world_of("bob")->handle);
    drop_file(path);
    free(option);
    free(both);
    free(first);
    free(second);
    free(document);
}
END_TEST

static const struct {
    const char *text;
    const char *complaint;
} broken_files[] = {
    { "{\n  \"version\": }", "line 2, column 14: unexpected token near '}'" },
    { "{\"version\": 1, \"version\": 1}",
      "line 1, column 24: duplicate object key near '\"version\"'" },
    { "{}", "/client_id: Field required" },
    { "{\"client_id\": \"a\"}", "/version: Field required" },
    { "{\"client_id\": \"a\", \"version\": 2}",
      "/version: This sandbox reads snapshots of version 1" },
    { "{\"worlds\": 1}", "/worlds: Expected a list of snapshots, and nothing beside it" },
    { "{\"worlds\": [], \"a\": 1}",
      "/worlds: Expected a list of snapshots, and nothing beside it" },
    { "{\"worlds\": [1]}", "/worlds/0: Input should be an object" },
    { "{\"worlds\": [{\"client_id\": \"\"}]}",
      "/worlds/0/client_id: String should have at least 1 characters" },
};

START_TEST(load__a_broken_file_is_one_line)
{
    char error[MONEYKIT_SANDBOX_ERROR_SIZE] = "";
    char *path = write_file(broken_files[_i].text);
    char *load_option = quoted("--load=%s", path);
    const char *options[] = { "--listen=localhost:0", "--log-level=error", load_option };
    struct moneykit_sandbox *sandbox = moneykit_sandbox_create(options, 3, error);
    char *wanted = quoted("%s: ", path);

    ck_assert_msg(sandbox != NULL, "%s", error);
    ck_assert(!moneykit_sandbox_start(sandbox, error));
    ck_assert_msg(strncmp(error, wanted, strlen(wanted)) == 0, "%s", error);
    ck_assert_str_eq(error + strlen(wanted), broken_files[_i].complaint);
    moneykit_sandbox_destroy(sandbox);
    free(wanted);
    free(load_option);
    drop_file(path);
}
END_TEST

void snapshot_tests(TCase *tcase)
{
    tcase_add_test(tcase, snapshot__every_read_answers_as_before);
    tcase_add_test(tcase, snapshot__another_server_answers_the_same);
    tcase_add_test(tcase, snapshot__what_was_begun_goes_on);
    tcase_add_test(tcase, snapshot__connect_goes_on);
    tcase_add_test(tcase, snapshot__a_broken_one_changes_nothing);
    tcase_add_test(tcase, snapshot__too_large);
    tcase_add_test(tcase, snapshot__summary_counts);
    tcase_add_test(tcase, reset__starts_over);
    tcase_add_test(tcase, reset__keeps_secret_tokens_and_keys);
    tcase_add_test(tcase, reset__others_notice_nothing);
    tcase_add_test(tcase, fork__is_a_world_of_its_own);
    tcase_add_test(tcase, fork__refuses);
    tcase_add_test(tcase, fork__only_clients_that_are_admitted);
    tcase_add_test(tcase, fork__a_full_sandbox);
    tcase_add_test(tcase, worlds__are_listed);
    tcase_add_test(tcase, worlds__want_the_admin_token);
    tcase_add_test(tcase, worlds__are_deleted);
    tcase_add_test(tcase, load__worlds_are_there_from_the_start);
    tcase_add_test(tcase, load__several_with_secrets);
    tcase_add_loop_test(tcase, load__a_broken_file_is_one_line, 0, (int)MK_COUNT(broken_files));
}
