/* SPDX-License-Identifier: MIT */
/*
 * POST /link-session: what it answers and refuses as a whole; test_link_session_fields.c has the
 * rows.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

#define FORBIDDEN "link_session_error.forbidden_config"

/* The decoded part `which` of a token of three base64url parts, as JSON. */
static json_t *token_part(const char *token, int which)
{
    unsigned char bytes[1024];

    for (; which > 0; which--)
        token = strchr(token, '.') + 1;
    ptrdiff_t length = mk_base64_decode(token, strcspn(token, "."), true, bytes, sizeof(bytes));
    require(length > 0, "no base64url: %s", token);
    json_t *json = json_loadb((const char *)bytes, (size_t)length, 0, NULL);
    require(json != NULL, "no JSON: %.*s", (int)length, bytes);
    return json;
}

static size_t dots(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '.';
    return count;
}

START_TEST(session__minimum)
{
    struct client *client = signed_in("alice");
    const struct reply *reply = post(client, "/link-session", "{" LEAST_SESSION "}");

    expect_status(reply, 201);
    ck_assert_uint_eq(json_object_size(reply->json), 1);
    const char *token = text_at(reply, "link_session_token");
    ck_assert_uint_eq(dots(token), 2);
    json_t *header = token_part(token, 0);
    ck_assert(json_is_string(json_object_get(header, "alg")));
    ck_assert_ptr_null(json_object_get(header, "institution_id"));
    json_decref(header);
    json_decref(token_part(token, 1));
}
END_TEST

START_TEST(session__institution_is_in_the_header)
{
    struct client *client = signed_in("alice");
    json_t *header = token_part(create_session(client, "'institution_id': 'bank_of_america'"), 0);

    ck_assert_str_eq(json_string_value(json_object_get(header, "institution_id")),
                     "bank_of_america");
    json_decref(header);
    header = token_part(create_session(client, "'institution_id': 'ins_56'"), 0); /* an alias */
    ck_assert_str_eq(json_string_value(json_object_get(header, "institution_id")), "chase");
    json_decref(header);
}
END_TEST

START_TEST(session__tokens_differ)
{
    struct client *client = signed_in("alice");
    const char *first = create_session(client, NONE);

    for (int i = 0; i < 10; i++)
        ck_assert_str_ne(first, create_session(client, NONE));
}
END_TEST

/* Everything that a request may hold, at once. */
static const char full[] =
    "{'settings': {'providers': ['moneykit', 'mx'], 'countries': ['GB', 'US', 'US'],"
    "  'products': {'account_numbers': {'required': true, 'prefetch': false},"
    "   'identity': {'require_permission': true, 'reason': 'know you'},"
    "   'transactions': {'prefetch': true, 'required': false, 'require_permission': false},"
    "   'investments': {}}},"
    " 'customer_user': {'id': 'user-1',"
    "  'email': {'address': 'a@b.example', 'customer_verified_at': '2023-02-16T09:14:11'},"
    "  'phone': {'number': '+1 555 0100', 'country': 'US',"
    "   'customer_verified_at': '2023-02-16T09:14:11.25+01:00'}},"
    " 'existing_link_id': null, 'institution_id': 'chase',"
    " 'redirect_uri': 'http://127.0.0.1:3000/done', 'webhook': 'https://hooks.example/x',"
    " 'link_tags': ['user_type:admin', '1'],"
    " 'connect_features': {'issue_reporter': true, 'enable_money_id': false,"
    "  'duplicate_institution_warning': true, 'duplicate_institution_rejected': false,"
    "  'connect_manually': true, 'permit_only_one_account': false,"
    "  'permit_only_depository_accounts': false},"
    " 'custom_sandbox_data': {'accounts': [{'account_type': 'depository.checking',"
    "   'name': 'Mine', 'account_number': '1', 'routing_number': '021000021'}],"
    "  'owners': [{'names': ['Ann'], 'addresses': [{'city': 'X', 'primary': true}],"
    "   'phone_numbers': [{'number': '1', 'type': 'mobile'}],"
    "   'emails': [{'address': 'a@b'}]}]},"
    " 'moneylink_features': {'bug_reporter': 1}, 'unknown': [[{}]]}";

START_TEST(session__everything)
{
    expect_status(post(signed_in("alice"), "/link-session", "%s", full), 201);
}
END_TEST

/* Every optional member may be null. */
START_TEST(session__nulls)
{
    struct client *client = signed_in("alice");

    expect_status(post(client, "/link-session",
                       "{'settings': null, 'existing_link_id': null, 'institution_id': null,"
                       " 'webhook': null, 'link_tags': null, 'connect_features': null,"
                       " 'custom_sandbox_data': null, 'redirect_uri': 'myapp://done',"
                       " 'customer_user': {'id': 'user-1', 'email': null, 'phone': null}}"),
                  201);
    expect_status(post(client, "/link-session",
                       "{'settings': {'providers': null, 'products': null, 'countries': null},"
                       " 'redirect_uri': 'myapp://done', 'customer_user': {'id': 'user-1'}}"),
                  201);
    expect_status(post(client, "/link-session",
                       "{'settings': {'products': {'account_numbers': null, 'identity': null,"
                       "  'transactions': {'required': null, 'require_permission': null,"
                       "   'prefetch': null, 'reason': null}, 'investments': null}},"
                       " 'connect_features': {'issue_reporter': null},"
                       " 'redirect_uri': 'myapp://done', 'customer_user': {'id': 'user-1',"
                       "  'email': {'address': 'abcd', 'customer_verified_at': null},"
                       "  'phone': {'number': '1234', 'country': null}}}"),
                  201);
    expect_issues(post(client, "/link-session", "{'redirect_uri': null, 'customer_user': null}"),
                  "['body','customer_user'] not_null\n['body','redirect_uri'] not_null\n");
}
END_TEST

START_TEST(session__all_failures_at_once)
{
    expect_issues(
        post(signed_in("alice"), "/link-session",
             "{'settings': {'providers': ['sophtron', 7], 'countries': ['us'],"
             "  'products': {'identity': {'required': 'yes', 'reason': 1}, 'transactions': []}},"
             " 'customer_user': {'id': 'abc', 'email': {'address': 'a@b', "
             "   'customer_verified_at': 'today'}, 'phone': {'country': 'FR'}},"
             " 'webhook': 'ftp://x.example', 'link_tags': ['ok', '-no', 5],"
             " 'connect_features': {'issue_reporter': 'true'},"
             " 'custom_sandbox_data': {'accounts': [{'account_type': 'x', 'name': 'y'}],"
             "  'owners': [{'names': 'Ann', 'addresses': [{'primary': 1}],"
             "   'phone_numbers': [{'number': '1', 'type': 'fax'}], 'emails': [{}]}]}}"),
        "['body','settings','providers',0] enum\n"
        "['body','settings','providers',1] string_type\n"
        "['body','settings','products','identity','required'] boolean_type\n"
        "['body','settings','products','identity','reason'] string_type\n"
        "['body','settings','products','transactions'] object_type\n"
        "['body','settings','countries',0] enum\n"
        "['body','customer_user','id'] string_too_short\n"
        "['body','customer_user','email','address'] string_too_short\n"
        "['body','customer_user','email','customer_verified_at'] datetime_format\n"
        "['body','customer_user','phone','number'] missing\n"
        "['body','customer_user','phone','country'] enum\n"
        "['body','redirect_uri'] missing\n"
        "['body','webhook'] url_format\n"
        "['body','link_tags',1] string_pattern_mismatch\n"
        "['body','link_tags',2] string_type\n"
        "['body','connect_features','issue_reporter'] boolean_type\n"
        "['body','custom_sandbox_data','accounts',0,'account_number'] missing\n"
        "['body','custom_sandbox_data','owners',0,'names'] list_type\n"
        "['body','custom_sandbox_data','owners',0,'addresses',0,'primary'] boolean_type\n"
        "['body','custom_sandbox_data','owners',0,'phone_numbers',0,'type'] enum\n"
        "['body','custom_sandbox_data','owners',0,'emails',0,'address'] missing\n");
}
END_TEST

static const char *const allowed_uris[] = {
    "http://localhost",
    "http://localhost:3000/callback/",
    "https://localhost/x#part",
    "http://127.0.0.1:9999/",
    "http://127.8.9.10/",
    "http://[::1]:3000/",
    "http://app.localhost:3000/",
    "HTTP://LOCALHOST:3000/",
    "myapp://callback",
    "com.example.app:/oauth",
    "https://app.example:8443/done", /* --redirect-origin */
    "https://other.example/",
    "https://other.example:443/",
};

static const char *const forbidden_uris[] = {
    "https://app.example/done", /* the port differs */
    "http://other.example/",    /* the scheme differs */
    "https://other.example.evil/",
    "https://localhost.evil.example/",
    "http://127.0.0.1.evil.example/",
    "https://evil.example",
    "https://localhost@evil.example/",
    "http://localhost:3000/?a=1",
    "myapp://done?x",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "/relative",
    "localhost",
    "http:///nohost",
    "http://",
    "http://localhost:99999/",
    "not a uri",
};

static const struct reply *ask_redirect(struct client *client, const char *uri)
{
    return post(client, "/link-session",
                "{'customer_user': {'id': 'user-1'}, 'redirect_uri': '%s'}", uri);
}

START_TEST(session__redirect_uris)
{
    restart_sandbox("--redirect-origin=https://app.example:8443",
                    "--redirect-origin=https://other.example", NULL);
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(allowed_uris); i++)
        require(ask_redirect(client, allowed_uris[i])->status == 201, "%s", allowed_uris[i]);
    for (size_t i = 0; i < MK_COUNT(forbidden_uris); i++) {
        const struct reply *reply = ask_redirect(client, forbidden_uris[i]);
        require(reply->status == 403, "%s: %u", forbidden_uris[i], reply->status);
        expect_error(reply, 403, FORBIDDEN);
    }
}
END_TEST

START_TEST(session__unknown_institution)
{
    struct client *client = signed_in("alice");

    expect_error(post(client, "/link-session", "{" LEAST_SESSION ", 'institution_id': 'nobody'}"),
                 403, FORBIDDEN);
    expect_error(post(client, "/link-session", "{" LEAST_SESSION ", 'institution_id': ''}"), 403,
                 FORBIDDEN);
}
END_TEST

static void expect_no_relink(struct client *client, const char *link_id)
{
    expect_error(
        post(client, "/link-session", "{" LEAST_SESSION ", 'existing_link_id': '%s'}", link_id),
        403, FORBIDDEN);
}

START_TEST(session__existing_link)
{
    struct client *alice = signed_in("alice");
    struct client *bob = signed_in("bob");
    const char *mine = text_at(connected_link(alice, NONE), "link_id");
    const char *his = text_at(connected_link(bob, NONE), "link_id");
    const char *pending = text_at(connect_session(alice, create_session(alice, NONE)), "link_id");
    const char *deleted = text_at(connected_link(alice, NONE), "link_id");

    expect_status(delete_(alice, "/links/%s", deleted), 204);
    create_session(alice, "'existing_link_id': '%s'", mine);
    create_session(alice, "'existing_link_id': '%s', 'institution_id': 'ignored then'", mine);
    expect_no_relink(alice, his);
    expect_no_relink(alice, deleted);
    expect_no_relink(alice, pending);
    expect_no_relink(alice, "mk_2222222222222222222222");
    expect_no_relink(alice, EXAMPLE_LINK);
    expect_no_relink(alice, "");
    expect_no_relink(alice, "nonsense that is longer than any id of a link could ever get to be");
}
END_TEST

START_TEST(session__body_is_no_object)
{
    static const char *const bodies[] = { "[]", "'text'", "1", "null", "true", "[{}]" };
    struct client *client = signed_in("alice");

    for (size_t i = 0; i < MK_COUNT(bodies); i++)
        expect_issues(post(client, "/link-session", "%s", bodies[i]), "['body'] object_type\n");
    expect_issues(post(client, "/link-session", "{}"),
                  "['body','customer_user'] missing\n['body','redirect_uri'] missing\n");
    expect_issues(CALL(client, .method = "POST", .target = "/link-session"), "['body'] missing\n");
}
END_TEST

void link_session_tests(TCase *tcase)
{
    tcase_add_test(tcase, session__minimum);
    tcase_add_test(tcase, session__institution_is_in_the_header);
    tcase_add_test(tcase, session__tokens_differ);
    tcase_add_test(tcase, session__everything);
    tcase_add_test(tcase, session__nulls);
    tcase_add_test(tcase, session__all_failures_at_once);
    tcase_add_test(tcase, session__redirect_uris);
    tcase_add_test(tcase, session__unknown_institution);
    tcase_add_test(tcase, session__existing_link);
    tcase_add_test(tcase, session__body_is_no_object);
}
