/* SPDX-License-Identifier: MIT */
/* Fault rules: /sandbox/faults, which rule fires at which call, and what it does to the answer. */
#include "api/tests.h"

#include "api/dispatch.h"
#include "api/routes.h"
#include "base/memory.h"
#include "support/wire.h"

#define FAULTS "/sandbox/faults"

/* Adds a rule; returns the 201. */
__attribute__((format(printf, 2, 3))) static const struct reply *add_rule(struct client *client,
                                                                          const char *format, ...)
{
    struct mk_text body = MK_TEXT(4096);
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    mk_text_print(&body, "{%s}", text);
    const struct reply *reply = post(client, FAULTS, "%s", body.bytes);
    mk_text_done(&body);
    expect_status(reply, 201);
    return reply;
}

/* A call to which a rule may answer. */
static const struct reply *get_forced(struct client *client, const char *target)
{
    under_test.is_forced = true;
    const struct reply *reply = get(client, "%s", target);
    under_test.is_forced = false;
    return reply;
}

/* --- The rules themselves --------------------------------------------------------------------- */

START_TEST(faults__a_rule)
{
    struct client *client = signed_in("alice");
    const struct reply *rule =
        add_rule(client, "'operation': 'get_links', 'status': 503, 'count': 2, 'retry_after': 7");

    expect_value(rule, "",
                 "{'fault_id': 1, 'operation': 'get_links', 'link_id': null, 'nth': null,"
                 " 'probability': 1.0, 'count': 2, 'action': 'error', 'status': 503,"
                 " 'error_code': 'api_error.unavailable',"
                 " 'error_message': 'The sandbox is at one of its limits.',"
                 " 'link_error_code': null, 'delay_ms': 0, 'retry_after': 7, 'matched': 0,"
                 " 'fired': 0, 'left': 2}");
    const struct reply *reply = get_forced(client, "/links");
    expect_error(reply, 503, "api_error.unavailable");
    ck_assert_pstr_eq(header_of(reply, "Retry-After"), "7");
    ck_assert_pstr_eq(header_of(reply, "x-should-retry"), "false");
    reply = get(client, FAULTS "/1");
    expect_status(reply, 200);
    expect_part(reply, "", "{'fault_id': 1, 'count': 2, 'matched': 1, 'fired': 1, 'left': 1}");
    expect_error(get_forced(client, "/links"), 503, "api_error.unavailable");
    expect_status(get(client, "/links"), 200);
    expect_part(get(client, FAULTS), "faults.0", "{'matched': 3, 'fired': 2, 'left': 0}");
}
END_TEST

START_TEST(faults__list_and_delete)
{
    struct client *client = signed_in("alice");

    expect_value(get(client, FAULTS), "", "{'faults': []}");
    add_rule(client, "'status': 500, 'operation': 'get_links'");
    add_rule(client, "'action': 'delay', 'delay_ms': 5, 'link_id': 'mk_a'");
    add_rule(client, "'action': 'truncate', 'nth': 3, 'probability': 0.5");
    const struct reply *list = get(client, FAULTS);
    ck_assert_uint_eq(json_array_size(member(list, "faults")), 3);
    expect_part(list, "faults.1",
                "{'fault_id': 2, 'action': 'delay', 'delay_ms': 5, 'link_id': 'mk_a',"
                " 'status': null, 'error_code': null, 'error_message': null, 'count': null,"
                " 'left': null}");
    expect_part(list, "faults.2", "{'fault_id': 3, 'nth': 3, 'probability': 0.5, 'count': 1}");

    expect_status(delete_(client, FAULTS "/1"), 204);
    expect_error(delete_(client, FAULTS "/1"), 404, "sandbox_error.fault_not_found");
    expect_error(get(client, FAULTS "/1"), 404, "sandbox_error.fault_not_found");
    expect_error(get(client, FAULTS "/0x2"), 404, "sandbox_error.fault_not_found");
    expect_error(get(client, FAULTS "/4294967298"), 404, "sandbox_error.fault_not_found");
    expect_status(get(client, "/links"), 200);
    expect_status(delete_(client, FAULTS), 204);
    expect_value(get(client, FAULTS), "", "{'faults': []}");
    expect_value(add_rule(client, "'status': 500"), "fault_id", "4");
    expect_error(get(signed_in("bob"), FAULTS "/4"), 404, "sandbox_error.fault_not_found");
}
END_TEST

static const struct {
    const char *body;
    const char *issues;
} invalid[] = {
    { "'operation': 'get_account_number', 'status': 500", "['body','operation'] unknown_value\n" },
    { "'operation': 'sandbox_reset', 'status': 500", "['body','operation'] unknown_value\n" },
    { "'operation': ''", "['body','operation'] unknown_value\n['body','status'] missing\n" },
    { "", "['body','status'] missing\n" },
    { "'action': 'error'", "['body','status'] missing\n" },
    { "'error_code': 'link_error.gone'", "['body','error_code'] unknown_value\n" },
    { "'error_code': 'sandbox_error.fault_not_found'", "['body','error_code'] unknown_value\n" },
    { "'status': 599", "['body','error_code'] missing\n" },
    { "'status': 399", "['body','status'] greater_than_equal\n" },
    { "'status': 600", "['body','status'] less_than_equal\n" },
    { "'status': 500, 'probability': 1.01", "['body','probability'] less_than_equal\n" },
    { "'status': 500, 'probability': -0.5", "['body','probability'] greater_than_equal\n" },
    { "'status': 500, 'probability': 'often'", "['body','probability'] number_type\n" },
    { "'status': 500, 'nth': 0", "['body','nth'] greater_than_equal\n" },
    { "'status': 500, 'count': 0", "['body','count'] greater_than_equal\n" },
    { "'status': 500, 'count': 2, 'nth': 2", "['body','count'] misplaced\n" },
    { "'status': 500, 'delay_ms': 600001", "['body','delay_ms'] less_than_equal\n" },
    { "'status': 500, 'retry_after': 3", "['body','retry_after'] misplaced\n" },
    { "'status': 503, 'retry_after': 0", "['body','retry_after'] greater_than_equal\n" },
    { "'status': 500, 'link_error_code': 'auth_expired'",
      "['body','link_error_code'] misplaced\n" },
    { "'error_code': 'link_error.bad_state', 'link_error_code': 'tired'",
      "['body','link_error_code'] enum\n" },
    { "'status': 500, 'operation': 'get_links', 'link_id': 'mk_a'",
      "['body','link_id'] misplaced\n" },
    { "'action': 'explode'", "['body','action'] enum\n" },
    { "'action': 'delay'", "['body','delay_ms'] missing\n" },
    { "'action': 'reset', 'status': 500, 'error_code': 'x', 'retry_after': 1",
      "['body','status'] misplaced\n['body','error_code'] misplaced\n"
      "['body','retry_after'] misplaced\n" },
    { "'operation': 5, 'link_id': 5, 'status': '5', 'error_message': 5",
      "['body','operation'] string_type\n['body','link_id'] string_type\n"
      "['body','status'] integer_type\n['body','error_message'] string_type\n" },
};

START_TEST(faults__what_is_refused)
{
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(invalid); i++)
        expect_issues(post(client, FAULTS, "{%s}", invalid[i].body), invalid[i].issues);
    expect_value(get(client, FAULTS), "", "{'faults': []}");
}
END_TEST

/* The message names what was meant. */
START_TEST(faults__nearest)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = post(
        client, FAULTS, "{'operation': 'get_accountnumbers', 'error_code': 'link_error.badstate'}");
    const char *operation = text_at(reply, "validation_errors.0.message");
    const char *code = text_at(reply, "validation_errors.1.message");

    ck_assert_ptr_nonnull(strstr(operation, "the nearest is get_account_numbers"));
    ck_assert_ptr_nonnull(
        strstr(code, "the nearest is link_error.bad_state of api_error.internal"));
    ck_assert_ptr_nonnull(strstr(code, ", institution_error.not_found, "));
    ck_assert_ptr_null(strstr(code, "sandbox_error"));
}
END_TEST

START_TEST(faults__long_sentence)
{
    struct client *client = signed_in("alice");

    expect_issues(post(client, FAULTS, "{'status': 500, 'error_message': '%0201d'}", 1),
                  "['body','error_message'] string_too_long\n");
    expect_issues(post(client, FAULTS, "{'status': 500, 'error_message': '%099d%s%s'}", 1,
                       "€€€€€€€€€€€€€€€€€", "€€€€€€€€€€€€€€€€€"),
                  "['body','error_message'] string_too_long\n");
    const struct reply *rule = add_rule(client, "'status': 500, 'error_message': '%0197d€'", 1);
    const char *sentence = text_at(rule, "error_message");
    ck_assert_uint_eq(strlen(sentence), 200);
    ck_assert_str_eq(text_at(get_forced(client, "/links"), "error_message"), sentence);
}
END_TEST

START_TEST(faults__too_many)
{
    struct client *client = signed_in("alice");

    for (unsigned i = 0; i < MK_FAULTS_MAX; i++)
        add_rule(client, "'status': 500, 'operation': 'get_link'");
    expect_error(post(client, FAULTS, "{'status': 500}"), 503, "api_error.unavailable");
}
END_TEST

/* --- Which fires ------------------------------------------------------------------------------ */

START_TEST(faults__first_match_fires)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    char *link = quoted("/links/%s", id);
    char *accounts = quoted("/links/%s/accounts", id);
    char *other = quoted("/links/%s", text_at(connected_link(client, NONE), "link_id"));

    add_rule(client, "'operation': 'get_accounts', 'status': 410, 'nth': 2");
    add_rule(client, "'link_id': '%s', 'error_code': 'link_error.bad_state'", id);
    expect_status(get(client, "%s", other), 200);
    expect_error(get_forced(client, link), 422, "link_error.bad_state");
    expect_error(get_forced(client, accounts), 422, "link_error.bad_state");
    expect_error(get_forced(client, accounts), 410, "link_error.deleted");
    expect_error(get_forced(client, accounts), 422, "link_error.bad_state");
    expect_part(get(client, FAULTS), "faults.0", "{'matched': 3, 'fired': 1, 'left': 0}");
    expect_part(get(client, FAULTS), "faults.1", "{'matched': 4, 'fired': 3, 'left': null}");
    free(link);
    free(accounts);
    free(other);
}
END_TEST

START_TEST(faults__other_worlds_notice_nothing)
{
    struct client *client = signed_in("alice");
    struct client *bob = signed_in("bob");

    add_rule(client, "'status': 500");
    expect_error(get_forced(client, "/links"), 500, "api_error.internal");
    expect_status(get(bob, "/links"), 200);
    sign_in(bob);
    expect_status(get(bob, "/.well-known/jwks.json"), 200);
}
END_TEST

/* Pages, the control API and calls of nobody go on, or no rule could be taken back. */
START_TEST(faults__only_the_api)
{
    struct client *client = signed_in("alice");

    add_rule(client, "'status': 500");
    expect_status(get(client, "/livez"), 200);
    expect_status(get(client, "/openapi.json"), 200);
    expect_status(get(client, "/sandbox/settings"), 200);
    expect_error(get(client, "/nothing"), 404, "api_error.request.not_found");
    expect_error(CALL(client, .target = "/links", .anonymous = true), 401,
                 "api_error.auth.unauthorized");
    expect_status(CALL(client, .target = "/.well-known/jwks.json", .anonymous = true), 200);
    expect_part(get(client, FAULTS), "faults.0", "{'matched': 0}");
    expect_error(get_forced(client, "/.well-known/jwks.json"), 500, "api_error.internal");
    expect_status(delete_(client, FAULTS), 204);
    expect_status(get(client, "/links"), 200);
}
END_TEST

static const struct reply *ask_token(struct client *client, const char *form, const char *basic)
{
    under_test.is_forced = true;
    const struct reply *reply =
        CALL(client, .method = "POST", .target = "/auth/token", .body = form, .anonymous = true,
             .headers = { "Content-Type: application/x-www-form-urlencoded", basic });
    under_test.is_forced = false;
    return reply;
}

#define GOOD_FORM "client_id=alice&client_secret=secret-of-alice"

/* Found by form and by HTTP Basic; who can't sign in meets no rule. */
START_TEST(faults__of_the_token_call)
{
    struct client *client = signed_in("alice");

    add_rule(client, "'operation': 'create_access_token', 'status': 503");
    expect_error(ask_token(client, GOOD_FORM, NULL), 503, "api_error.unavailable");
    expect_error(ask_token(client, NULL, "Authorization: Basic YWxpY2U6c2VjcmV0LW9mLWFsaWNl"), 503,
                 "api_error.unavailable");
    expect_error(ask_token(client, "client_id=alice&client_secret=wrong", NULL), 401,
                 "api_error.auth.unauthorized");
    expect_error(ask_token(client, "grant_type=password&" GOOD_FORM, NULL), 400,
                 "api_error.auth.unauthorized");
    expect_issues(ask_token(client, "client_id=%zz", NULL), "['body','client_id'] encoding\n");
    expect_part(get(client, FAULTS), "faults.0", "{'matched': 2, 'fired': 2}");
    expect_status(delete_(client, FAULTS), 204);
    expect_status(ask_token(client, GOOD_FORM, NULL), 201);
}
END_TEST

/* How many calls of the route the client's world remembers with this status. */
static size_t count_remembered(const char *operation, unsigned status)
{
    struct mk_world *world = world_of("alice");
    struct mk_journal_reader reader = { 0 };
    struct mk_happening happening;
    size_t count = 0;

    mk_world_lock(world);
    while (mk_journal_next(&world->journal, 0, &reader, &happening)) {
        bool is_request = happening.kind == MK_HAPPENED_REQUEST && happening.route != UINT16_MAX;
        const char *name = is_request ? mk_routes[happening.route].operation : NULL;
        if (name == NULL || strcmp(name, operation) != 0 || happening.answer != status)
            continue;
        count++;
        ck_assert(happening.body == NULL || strstr(happening.body, "secret-of") == NULL);
    }
    mk_world_unlock(world);
    return count;
}

START_TEST(faults__token_calls_in_the_journal)
{
    struct client *client = signed_in("alice");

    ck_assert_uint_eq(count_remembered("create_access_token", 201), 1);
    add_rule(client, "'operation': 'create_access_token', 'status': 503, 'count': 1");
    ask_token(client, GOOD_FORM, NULL);
    ask_token(client, GOOD_FORM, NULL);
    expect_status(get(client, "/.well-known/jwks.json"), 200);
    ck_assert_uint_eq(count_remembered("create_access_token", 503), 1);
    ck_assert_uint_eq(count_remembered("create_access_token", 201), 2);
    ck_assert_uint_eq(count_remembered("get_well_known_jwks", 200), 1);
}
END_TEST

/* A fault stands where the vendor's own gateway does: ahead of all that is wrong with the call. */
START_TEST(faults__come_before_the_input)
{
    struct client *client = signed_in("alice");

    add_rule(client, "'status': 503");
    under_test.is_forced = true;
    expect_error(get(client, "/links/mk_0"), 503, "api_error.unavailable");
    expect_error(post(client, "/link-session", "{}"), 503, "api_error.unavailable");
    expect_error(CALL(client, .target = "/links", .headers = { "moneykit-version: 1999-01-01" }),
                 503, "api_error.unavailable");
    under_test.is_forced = false;
}
END_TEST

/* The seed decides, so a run is like the one before. */
static char *roll(void)
{
    struct mk_text results = MK_TEXT(256);

    clients_free();
    restart_sandbox("--deterministic", "--seed=7", NULL);
    struct client *client = signed_in("alice");
    add_rule(client, "'operation': 'get_links', 'status': 500, 'probability': 0.5");
    for (int i = 0; i < 40; i++)
        mk_text_add_char(&results, get_forced(client, "/links")->status == 500 ? 'x' : '.');
    return mk_text_steal(&results);
}

START_TEST(faults__probability)
{
    char *first = roll();
    char *second = roll();

    ck_assert_str_eq(first, second);
    ck_assert_ptr_nonnull(strchr(first, 'x'));
    ck_assert_ptr_nonnull(strchr(first, '.'));
    free(first);
    free(second);
}
END_TEST

START_TEST(faults__go_with_a_reset)
{
    struct client *client = signed_in("alice");

    add_rule(client, "'status': 500");
    ck_assert_uint_lt(CALL(client, .method = "POST", .target = "/sandbox/reset")->status, 300);
    expect_value(get(client, FAULTS), "", "{'faults': []}");
    expect_status(get(client, "/links"), 200);
}
END_TEST

/* --- What it does ----------------------------------------------------------------------------- */

START_TEST(faults__limits_and_sentences)
{
    struct client *client = signed_in("alice");

    add_rule(client, "'status': 429, 'count': 1");
    add_rule(client, "'error_code': 'link_error.bad_state', 'link_error_code': 'connecting',"
                     " 'error_message': 'Later.'");
    const struct reply *reply = get_forced(client, "/links");
    expect_error(reply, 429, "api_error.rate_limit_exceeded");
    ck_assert_pstr_eq(header_of(reply, "Retry-After"), "1");
    ck_assert_pstr_eq(header_of(reply, "x-should-retry"), "false");
    reply = get_forced(client, "/links/mk_0");
    expect_status(reply, 422);
    expect_value(reply, "",
                 "{'error_code': 'link_error.bad_state', 'error_message': 'Later.',"
                 " 'documentation_url': null, 'link_error_code': 'connecting'}");
    ck_assert_ptr_null(header_of(reply, "Retry-After"));
}
END_TEST

/* In memory: one request, whatever becomes of it. */
struct direct {
    struct mk_request request;
    struct mk_response response;
    char authorization[128];
};

static void ask_directly(struct direct *direct, const struct client *client, enum mk_method method,
                         const char *target)
{
    snprintf(direct->authorization, sizeof(direct->authorization), "Bearer %s", client->token);
    direct->request = (struct mk_request){
        .method = method,
        .target = target,
        .header = { [MK_HEADER_AUTHORIZATION] = direct->authorization,
                    [MK_HEADER_HOST] = "localhost:8080" },
    };
    mk_response_init(&direct->response);
    mk_api_dispatch(under_test.service, &direct->request, &direct->response);
}

static void ask_again(struct direct *direct, bool is_abandoned)
{
    direct->request.pending = direct->response.pending;
    direct->request.is_abandoned = is_abandoned;
    mk_response_init(&direct->response);
    mk_api_dispatch(under_test.service, &direct->request, &direct->response);
}

static void expect_deadline(const struct direct *direct, int64_t asked, int64_t delay)
{
    ck_assert(direct->response.later);
    ck_assert_int_ge(direct->response.until, asked + delay);
    ck_assert_int_le(direct->response.until, mk_monotonic_now() + delay);
}

/* Any status may come with any code, also where the document has neither. */
START_TEST(faults__undocumented)
{
    struct client *client = signed_in("alice");
    struct direct direct;

    add_rule(client, "'error_code': 'link_error.deleted', 'status': 418");
    ask_directly(&direct, client, MK_GET, "/links");
    ck_assert_uint_eq(direct.response.status, 418);
    json_t *body = json_loadb(direct.response.body, direct.response.body_length, 0, NULL);
    ck_assert_pstr_eq(json_string_value(json_object_get(body, "error_code")), "link_error.deleted");
    json_decref(body);
    mk_response_done(&direct.response);
}
END_TEST

/*
 * The call waits without a thread, and nothing happens before its time, or before its client has
 * left.
 */
START_TEST(faults__delay_in_memory)
{
    struct client *client = signed_in("alice");
    struct direct direct;
    char *target = quoted("/links/%s", text_at(connected_link(client, NONE), "link_id"));

    add_rule(client, "'action': 'delay', 'delay_ms': 600000, 'count': 1");
    add_rule(client, "'status': 500, 'delay_ms': 30");
    int64_t asked = mk_monotonic_now();
    ask_directly(&direct, client, MK_DELETE, target);
    expect_deadline(&direct, asked, 600 * MK_SECOND);
    int64_t until = direct.response.until;
    ask_again(&direct, false);
    ck_assert(direct.response.later);
    ck_assert_int_eq(direct.response.until, until);
    ask_again(&direct, true);
    mk_response_done(&direct.response);

    asked = mk_monotonic_now();
    ask_directly(&direct, client, MK_DELETE, target);
    expect_deadline(&direct, asked, 30 * MK_SECOND / 1000);
    while (direct.response.later)
        ask_again(&direct, false);
    ck_assert_int_ge(mk_monotonic_now(), asked + 30 * MK_SECOND / 1000);
    ck_assert_uint_eq(direct.response.status, 500);
    mk_response_done(&direct.response);
    expect_status(delete_(client, FAULTS), 204);
    expect_value(get(client, "%s", target), "state", "'deleted'");
    free(target);
}
END_TEST

static void expect_deleted(struct client *client, const char *link)
{
    expect_status(delete_(client, FAULTS), 204);
    expect_part(get(client, "%s", link), "", "{'state': 'deleted'}");
}

/* The handler ran: the client does not learn it. */
START_TEST(faults__endings_in_memory)
{
    static const struct {
        const char *action;
        enum mk_ending ending;
    } cases[] = { { "reset", MK_ENDING_RESET }, { "truncate", MK_ENDING_TRUNCATED } };
    struct client *client = signed_in("alice");
    struct direct direct;

    for (size_t i = 0; i < MK_COUNT(cases); i++) {
        char *target = quoted("/links/%s", text_at(connected_link(client, NONE), "link_id"));
        add_rule(client, "'action': '%s'", cases[i].action);
        ask_directly(&direct, client, MK_DELETE, target);
        ck_assert(!direct.response.later);
        ck_assert_int_eq(direct.response.ending, cases[i].ending);
        ck_assert_uint_eq(direct.response.status, 204);
        mk_response_done(&direct.response);
        expect_deleted(client, target);
        ask_directly(&direct, client, MK_GET, "/links");
        ck_assert_int_eq(direct.response.ending, MK_ENDING_WHOLE);
        mk_response_done(&direct.response);
        free(target);
    }
}
END_TEST

/* Over the wire: what came before the end of the connection. */
static struct wire_reply talk(const struct client *client, const char *method, const char *target)
{
    const char *port = strrchr(moneykit_sandbox_address(under_test.sandbox), ':') + 1;
    char request[1024];
    int fd = wire_try_port((unsigned)strtoul(port, NULL, 10));

    ck_assert_int_ge(fd, 0);
    snprintf(request, sizeof(request),
             "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", method, target,
             client->token);
    ck_assert(wire_say(fd, request));
    struct wire_reply reply = wire_read(fd);
    close(fd);
    return reply;
}

START_TEST(faults__reset_on_the_wire)
{
    struct client *client = signed_in("alice");
    char *target = quoted("/links/%s", text_at(connected_link(client, NONE), "link_id"));

    if (under_test.transport == TRANSPORT_CURL) {
        add_rule(client, "'action': 'reset'");
        struct wire_reply reply = talk(client, "DELETE", target);
        ck_assert_int_eq(reply.status, 0); /* not a byte */
        wire_forget(&reply);
        expect_deleted(client, target);
    }
    free(target);
}
END_TEST

START_TEST(faults__truncated_on_the_wire)
{
    struct client *client = signed_in("alice");

    if (under_test.transport != TRANSPORT_CURL)
        return;
    size_t whole = get(client, "/institutions")->length;
    add_rule(client, "'action': 'truncate'");
    struct wire_reply reply = talk(client, "GET", "/institutions");
    ck_assert_int_eq(reply.status, -1); /* less than Content-Length says */
    ck_assert(wire_says(&reply, "HTTP/1.1 200 "));
    ck_assert_uint_ge(reply.body_length, whole / 2 - 1);
    ck_assert_uint_le(reply.body_length, whole / 2 + 1);
    wire_forget(&reply);
}
END_TEST

/* Who gives up waiting does not know it, but the call does its work. */
START_TEST(faults__delay_outlasts_the_client)
{
    struct client *client = signed_in("alice");
    char *target = quoted("/links/%s", text_at(connected_link(client, NONE), "link_id"));
    char request[1024];

    if (under_test.transport == TRANSPORT_CURL) {
        add_rule(client, "'action': 'delay', 'delay_ms': 600000, 'operation': 'delete_link'");
        const char *port = strrchr(moneykit_sandbox_address(under_test.sandbox), ':') + 1;
        int fd = wire_try_port((unsigned)strtoul(port, NULL, 10));
        snprintf(request, sizeof(request),
                 "DELETE %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", target,
                 client->token);
        ck_assert(wire_say(fd, request));
        while (json_integer_value(member(get(client, FAULTS "/1"), "fired")) == 0)
            ;
        close(fd);
        expect_value(get(client, "/sandbox/wait?for=request&operation=delete_link&since=0"),
                     "event.status", "204");
        expect_deleted(client, target);
    }
    free(target);
}
END_TEST

START_TEST(faults__delay_on_the_wire)
{
    struct client *client = signed_in("alice");
    const int64_t delay = 100 * MK_SECOND / 1000;

    if (under_test.transport != TRANSPORT_CURL)
        return;
    add_rule(client, "'action': 'delay', 'delay_ms': 100, 'operation': 'get_links'");
    int64_t asked = mk_monotonic_now();
    expect_status(get(client, "/links"), 200);
    ck_assert_int_ge(mk_monotonic_now() - asked, delay);
}
END_TEST

void faults_tests(TCase *tcase)
{
    tcase_add_test(tcase, faults__a_rule);
    tcase_add_test(tcase, faults__list_and_delete);
    tcase_add_test(tcase, faults__what_is_refused);
    tcase_add_test(tcase, faults__nearest);
    tcase_add_test(tcase, faults__long_sentence);
    tcase_add_test(tcase, faults__too_many);
    tcase_add_test(tcase, faults__first_match_fires);
    tcase_add_test(tcase, faults__other_worlds_notice_nothing);
    tcase_add_test(tcase, faults__only_the_api);
    tcase_add_test(tcase, faults__of_the_token_call);
    tcase_add_test(tcase, faults__token_calls_in_the_journal);
    tcase_add_test(tcase, faults__come_before_the_input);
    tcase_add_test(tcase, faults__probability);
    tcase_add_test(tcase, faults__go_with_a_reset);
    tcase_add_test(tcase, faults__limits_and_sentences);
    tcase_add_test(tcase, faults__undocumented);
    tcase_add_test(tcase, faults__delay_in_memory);
    tcase_add_test(tcase, faults__endings_in_memory);
    tcase_add_test(tcase, faults__reset_on_the_wire);
    tcase_add_test(tcase, faults__truncated_on_the_wire);
    tcase_add_test(tcase, faults__delay_on_the_wire);
    tcase_add_test(tcase, faults__delay_outlasts_the_client);
}
