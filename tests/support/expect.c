/* SPDX-License-Identifier: MIT */
#include "support/expect.h"

#include "base/memory.h"
#include "core/terms.h"
#include "json/build.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void expect_status(const struct reply *reply, unsigned status)
{
    require(reply->status == status, "wanted %u, got %u %s", status, reply->status, reply->body);
}

/* --- Errors ----------------------------------------------------------------------------------- */

static bool has_text(const json_t *object, const char *key)
{
    return json_string_length(json_object_get(object, key)) > 0;
}

/* The one member beside the three of every error, which some of them have; NULL: none. */
static const char *extra_of(const char *error_code)
{
    if (strcmp(error_code, "api_error.request.validation_failed") == 0)
        return "validation_errors";
    if (strcmp(error_code, "link_error.bad_state") == 0 ||
        strcmp(error_code, "sandbox_error.connect_failed") == 0)
        return "link_error_code";
    return NULL;
}

/* {"location": [text or integer, ...], "message": text, "type": text} */
static bool is_issue(const json_t *issue)
{
    size_t index;
    const json_t *where;
    const json_t *location = json_object_get(issue, "location");

    json_array_foreach(location, index, where) {
        if (!json_is_string(where) && !json_is_integer(where))
            return false;
    }
    return json_object_size(issue) == 3 && json_array_size(location) > 0 &&
           has_text(issue, "message") && has_text(issue, "type");
}

static void check_issues(const struct reply *reply)
{
    size_t index;
    const json_t *issue;
    const json_t *issues = member(reply, "validation_errors");

    require(json_array_size(issues) > 0, "no validation_errors in %s", reply->body);
    json_array_foreach(issues, index, issue)
        require(is_issue(issue), "a malformed problem in %s", reply->body);
}

void expect_error(const struct reply *reply, unsigned status, const char *error_code)
{
    const json_t *json = reply->json;
    const char *extra = extra_of(error_code);
    const char *code = json_string_value(json_object_get(json, "error_code"));

    require(reply->status == status && code != NULL && strcmp(code, error_code) == 0,
            "wanted %u %s, got %u %s", status, error_code, reply->status, reply->body);
    require(has_text(json, "error_message"), "no error_message in %s", reply->body);
    require(json_is_null(json_object_get(json, "documentation_url")),
            "documentation_url is not null in %s", reply->body);
    require(json_object_size(json) == (extra == NULL ? 3 : 4), "other members in %s", reply->body);
    if (extra != NULL && strcmp(extra, "validation_errors") == 0)
        check_issues(reply);
    if (extra != NULL && strcmp(extra, "link_error_code") == 0)
        require(has_text(json, extra), "no link_error_code in %s", reply->body);
    if (status == 401)
        require(header_of(reply, "WWW-Authenticate") != NULL, "401 without WWW-Authenticate");
    if (status == 405)
        require(header_of(reply, "Allow") != NULL, "405 without Allow");
}

void expect_link_error(const struct reply *reply, const char *error_code,
                       const char *link_error_code)
{
    expect_error(reply, 422, error_code);
    require(strcmp(text_at(reply, "link_error_code"), link_error_code) == 0, "wanted %s, got %s",
            link_error_code, reply->body);
}

void expect_issues(const struct reply *reply, const char *lines)
{
    struct mk_text found = MK_TEXT((size_t)1 << 20);
    char *wanted = mk_copy(lines);
    size_t index;
    const json_t *issue;

    for (char *at = wanted; (at = strchr(at, '\'')) != NULL;)
        *at = '"';
    expect_error(reply, 422, "api_error.request.validation_failed");
    json_array_foreach(member(reply, "validation_errors"), index, issue) {
        require(mk_json_dump(json_object_get(issue, "location"), &found), "a location");
        mk_text_print(&found, " %s\n", json_string_value(json_object_get(issue, "type")));
    }
    require(strcmp(wanted, found.bytes) == 0, "wanted\n%s\ngot\n%s", wanted, found.bytes);
    free(wanted);
    mk_text_done(&found);
}

/* --- Parts ------------------------------------------------------------------------------------ */

static void compare(const json_t *actual, const json_t *expected, struct mk_text *difference);

static void compare_objects(const json_t *actual, json_t *expected, struct mk_text *difference)
{
    const char *key;
    json_t *value;

    json_object_foreach(expected, key, value) {
        const json_t *found = json_object_get(actual, key);
        if (found == NULL)
            mk_text_print(difference, "no member %s; ", key);
        else
            compare(found, value, difference);
    }
}

static void compare_lists(const json_t *actual, const json_t *expected, struct mk_text *difference)
{
    size_t index;
    const json_t *value;

    if (json_array_size(actual) != json_array_size(expected)) {
        mk_text_print(difference, "%zu items for %zu; ", json_array_size(actual),
                      json_array_size(expected));
        return;
    }
    json_array_foreach(expected, index, value)
        compare(json_array_get(actual, index), value, difference);
}

static void compare(const json_t *actual, const json_t *expected, struct mk_text *difference)
{
    bool same_type = json_typeof(actual) == json_typeof(expected);

    if (same_type && json_is_object(expected)) {
        compare_objects(actual, (json_t *)expected, difference);
    } else if (same_type && json_is_array(expected)) {
        compare_lists(actual, expected, difference);
    } else if (!json_equal(actual, expected)) {
        mk_json_dump(actual, difference);
        mk_text_add_literal(difference, " is not ");
        mk_json_dump(expected, difference);
        mk_text_add_literal(difference, "; ");
    }
}

char *missing_part(const json_t *actual, const json_t *expected)
{
    struct mk_text difference = MK_TEXT((size_t)1 << 20);

    compare(actual, expected, &difference);
    return mk_text_steal(&difference);
}

__attribute__((format(printf, 1, 0))) static json_t *parse(const char *format, va_list arguments)
{
    char *text;
    json_error_t error;

    require(vasprintf(&text, format, arguments) >= 0, "no memory");
    for (char *at = text; (at = strchr(at, '\'')) != NULL;)
        *at = '"';
    json_t *json = json_loads(text, JSON_DECODE_ANY, &error);
    require(json != NULL, "%s in the test's own %s", error.text, text);
    free(text);
    return json;
}

void expect_part(const struct reply *reply, const char *path, const char *expected, ...)
{
    va_list arguments;

    va_start(arguments, expected);
    json_t *json = parse(expected, arguments);
    va_end(arguments);
    char *missing = missing_part(member(reply, path), json);
    require(missing == NULL, "%s in %u %s", missing, reply->status, reply->body);
    json_decref(json);
}

void expect_value(const struct reply *reply, const char *path, const char *expected, ...)
{
    va_list arguments;

    va_start(arguments, expected);
    json_t *json = parse(expected, arguments);
    va_end(arguments);
    if (!json_equal(member(reply, path), json)) {
        char *wanted = json_dumps(json, JSON_ENCODE_ANY);
        ck_abort_msg("%s is not %s in %s", path, wanted, reply->body);
    }
    json_decref(json);
}

/* --- Forms ------------------------------------------------------------------------------------ */

bool is_time_text(const char *text, bool utc)
{
    static const char form[] = "0000-00-00T00:00:00";
    size_t length = sizeof(form) - 1;

    for (size_t i = 0; i < length; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != form[i])
            return false;
    }
    return strcmp(text + length, utc ? "Z" : "") == 0;
}

bool is_short_id(const char *text, const char *prefix)
{
    static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 && strlen(text) == length + 22 &&
           strspn(text + length, alphabet) == 22;
}

bool is_uuid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        bool digit = text[i] != '\0' && strchr("0123456789abcdef", text[i]) != NULL;
        if (form[i] == 'x' ? !digit : text[i] != '-')
            return false;
    }
    return text[sizeof(form) - 1] == '\0';
}

/* --- Links ------------------------------------------------------------------------------------ */

static bool is_one_of(const json_t *value, const char *const *names)
{
    return json_is_string(value) && mk_term_find(names, json_string_value(value)) >= 0;
}

static bool is_text_or_null(const json_t *value)
{
    return json_is_null(value) || json_is_string(value);
}

static bool is_time_or_null(const json_t *value)
{
    const char *text = json_string_value(value);

    return json_is_null(value) ||
           (text != NULL && (is_time_text(text, false) || is_time_text(text, true)));
}

static bool are_settings(const json_t *settings)
{
    return json_object_size(settings) == 4 &&
           json_is_boolean(json_object_get(settings, "required")) &&
           json_is_boolean(json_object_get(settings, "require_permission")) &&
           json_is_boolean(json_object_get(settings, "prefetch")) &&
           is_text_or_null(json_object_get(settings, "reason"));
}

/* Only a link in state error has products that can't be refreshed now. */
static void expect_product(const char *name, const json_t *entry, bool is_lost)
{
    const json_t *error_code = json_object_get(entry, "error_code");
    const json_t *unavailable = json_object_get(entry, "unavailable");
    const json_t *settings = json_object_get(entry, "settings");
    const json_t *has_history = json_object_get(entry, "has_history");
    bool is_accounts = strcmp(name, "accounts") == 0;
    bool is_transactions = strcmp(name, "transactions") == 0;

    require(mk_term_find(mk_product_names, name) >= 0, "no product: %s", name);
    require(is_time_or_null(json_object_get(entry, "refreshed_at")), "%s.refreshed_at", name);
    require(is_time_or_null(json_object_get(entry, "last_attempted_at")), "%s.last_attempted_at",
            name);
    require(json_is_null(error_code) || is_one_of(error_code, mk_product_error_names),
            "%s.error_code", name);
    require(json_typeof(json_object_get(entry, "error_message")) == json_typeof(error_code),
            "%s.error_message", name);
    require(is_lost ? json_is_string(unavailable) : json_is_null(unavailable), "%s.unavailable",
            name);
    require(is_accounts ? settings == NULL : are_settings(settings), "%s.settings", name);
    require(is_transactions ? json_is_boolean(has_history) : has_history == NULL, "%s.has_history",
            name);
}

static void expect_products(json_t *products, const json_t *available, bool is_lost)
{
    const char *name;
    json_t *entry;
    size_t index;
    const json_t *item;

    require(json_is_object(products) && json_object_get(products, "accounts") != NULL,
            "products without accounts");
    json_object_foreach(products, name, entry)
        expect_product(name, entry, is_lost);
    require(json_is_array(available), "available_products");
    json_array_foreach(available, index, item) {
        require(is_one_of(item, mk_product_names), "available_products");
        require(json_object_get(products, json_string_value(item)) == NULL,
                "%s is granted and available", json_string_value(item));
    }
}

void expect_link_object(const json_t *link)
{
    static const char *const texts[] = { "institution_id", "institution_name",
                                         "institution_avatar" };
    const json_t *tags = json_object_get(link, "tags");
    const json_t *state = json_object_get(link, "state");
    const json_t *error = json_object_get(link, "error_code");
    bool is_lost = json_is_string(state) && strcmp(json_string_value(state), "error") == 0;

    require(json_object_size(link) == 13, "a link of %zu members", json_object_size(link));
    require(is_short_id(json_string_value(json_object_get(link, "link_id")), "mk_"), "link_id");
    for (size_t i = 0; i < MK_COUNT(texts); i++)
        require(has_text(link, texts[i]), "%s", texts[i]);
    require(is_one_of(json_object_get(link, "provider"), mk_provider_names), "provider");
    require(is_one_of(state, mk_link_state_names), "state");
    require(is_lost ? is_one_of(error, mk_link_error_names) : json_is_null(error), "error_code");
    require(is_time_or_null(json_object_get(link, "last_synced_at")), "last_synced_at");
    require(json_is_array(tags), "tags");
    require(json_equal(tags, json_object_get(link, "link_tags")), "tags and link_tags differ");
    require(is_text_or_null(json_object_get(link, "webhook")), "webhook");
    expect_products(json_object_get(link, "products"), json_object_get(link, "available_products"),
                    is_lost);
}
