/* SPDX-License-Identifier: MIT */
#include "support/client.h"

#include "api/routes.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/router.h"
#include "support/record.h"
#include "support/transports.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How long an event stream is listened to by who does not say. */
#define MOMENT (MK_SECOND / 2)

/* --- Clients ---------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct client *clients;

struct client *client_new(const char *id)
{
    struct client *client = mk_alloc_zero(1, sizeof(*client));
    struct mk_text secret = MK_TEXT(4096);

    mk_text_print(&secret, "secret-of-%s", id);
    client->id = mk_copy(id);
    client->secret = mk_text_steal(&secret);
    note_client(id);
    pthread_mutex_lock(&lock);
    client->previous = clients;
    clients = client;
    pthread_mutex_unlock(&lock);
    return client;
}

void forget_reply(struct reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        free(reply->headers[i].name);
        free(reply->headers[i].value);
    }
    free(reply->body);
    json_decref(reply->json);
}

void client_forget(struct client *client)
{
    while (client->replies != NULL) {
        struct reply *reply = client->replies;
        client->replies = reply->previous;
        forget_reply(reply);
        free(reply);
    }
}

static void client_free(struct client *client)
{
    client_forget(client);
    close_curl(client->curl);
    free(client->id);
    free(client->secret);
    free(client->token);
    free(client);
}

void clients_free(void)
{
    while (clients != NULL) {
        struct client *client = clients;
        clients = client->previous;
        client_free(client);
    }
}

/* --- Replies ---------------------------------------------------------------------------------- */

void add_reply_header(struct reply *reply, const char *name, size_t name_length, const char *value,
                      size_t value_length)
{
    require(reply->header_count < REPLY_HEADERS_MAX, "a reply with too many headers");
    reply->headers[reply->header_count].name = mk_copy_bytes(name, name_length);
    reply->headers[reply->header_count++].value = mk_copy_bytes(value, value_length);
}

const char *header_of(const struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, name) == 0)
            return reply->headers[i].value;
    }
    return NULL;
}

static const json_t *step(const json_t *from, const char *key, size_t length)
{
    char name[128];

    if (!json_is_array(from))
        return json_object_getn(from, key, length);
    require(length < sizeof(name), "a long step: %s", key);
    memcpy(name, key, length);
    name[length] = '\0';
    return json_array_get(from, (size_t)strtoul(name, NULL, 10));
}

const json_t *member(const struct reply *reply, const char *path)
{
    const json_t *at = reply->json;

    for (const char *key = path; at != NULL && *key != '\0';) {
        size_t length = strcspn(key, ".");
        at = step(at, key, length);
        key += length + (key[length] == '.');
    }
    require(at != NULL, "no %s in %u %s", path, reply->status, reply->body);
    return at;
}

const char *text_at(const struct reply *reply, const char *path)
{
    const json_t *value = member(reply, path);

    require(json_is_string(value), "%s is no text in %s", path, reply->body);
    return json_string_value(value);
}

/* --- What every reply has to have ------------------------------------------------------------- */

static void check_headers(const struct ask *ask, const struct reply *reply)
{
    const char *request_id = header_of(reply, "X-Request-Id");
    const char *origin = header_of(reply, "Access-Control-Allow-Origin");

    require(request_id != NULL && request_id[0] != '\0', "%s %s: no X-Request-Id", ask->method,
            ask->target);
    note_request_id(request_id);
    require(origin != NULL && strcmp(origin, "*") == 0, "%s %s: not for any origin", ask->method,
            ask->target);
}

static const char *wanted_type(const struct ask *ask, const struct reply *reply)
{
    if (ask->content_type != NULL)
        return ask->content_type;
    return ask->listens > 0 && reply->status == 200 ? "text/event-stream" : "application/json";
}

static void read_body(const struct ask *ask, struct reply *reply)
{
    const char *type = header_of(reply, "Content-Type");
    const char *wanted = wanted_type(ask, reply);

    if (reply->length == 0) {
        require(type == NULL || strcmp(ask->method, "HEAD") == 0, "%s %s: %u, no body but a type",
                ask->method, ask->target, reply->status);
        return;
    }
    require(type != NULL && strcmp(type, wanted) == 0, "%s %s: %u, content type %s", ask->method,
            ask->target, reply->status, type == NULL ? "none" : type);
    if (strcmp(wanted, "application/json") != 0)
        return;

    json_error_t error;
    reply->json = json_loadb(reply->body, reply->length, JSON_REJECT_DUPLICATES, &error);
    require(reply->json != NULL, "%s %s: %u, %s in %s", ask->method, ask->target, reply->status,
            error.text, reply->body);
}

static void note(const struct ask *ask, const char *const *headers, struct reply *reply)
{
    struct mk_match match;
    const char *error_code = json_string_value(json_object_get(reply->json, "error_code"));
    bool is_error = reply->status >= 400;

    mk_router_find(under_test.service->router, mk_method_read(ask->method), ask->target, &match);
    reply->route = match.found ? match.route : mk_route_count;
    record_exchange(match.found ? mk_routes[match.route].operation : NULL, ask, headers, reply);
    if (strcmp(ask->method, "HEAD") == 0)
        return;
    require(!is_error || error_code != NULL, "%s %s: %u without error_code", ask->method,
            ask->target, reply->status);
    if (under_test.is_forced)
        return;
    if (match.found)
        seen_note(under_test.transport, match.route, reply->status, is_error ? error_code : NULL);
    else if (is_error)
        seen_note_error(under_test.transport, reply->status, error_code);
}

/* --- Calls ------------------------------------------------------------------------------------ */

static bool has_header(const struct ask *ask, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < ASK_HEADERS_MAX && ask->headers[i] != NULL; i++) {
        if (strncasecmp(ask->headers[i], name, length) == 0 && ask->headers[i][length] == ':')
            return true;
    }
    return false;
}

/* Tests that call every route meet this one, too; those who mean it use support/events.h. */
static bool is_stream(const char *target)
{
    static const char stream[] = "/sandbox/events";

    return strncmp(target, stream, sizeof(stream) - 1) == 0;
}

static void check_reply(const struct ask *ask, const char *const *headers, struct reply *reply)
{
    check_headers(ask, reply);
    read_body(ask, reply);
    note(ask, headers, reply);
}

void client_headers(const struct client *client, const struct ask *ask,
                    const char *headers[ASK_HEADERS_MAX + 3], struct mk_text *bearer)
{
    size_t count = 0;

    while (count < ASK_HEADERS_MAX && ask->headers[count] != NULL) {
        headers[count] = ask->headers[count];
        count++;
    }
    if (ask->body != NULL && !has_header(ask, "Content-Type"))
        headers[count++] = "Content-Type: application/json";
    if (!ask->anonymous && client->token != NULL) {
        mk_text_print(bearer, "Authorization: Bearer %s", client->token);
        headers[count++] = bearer->bytes;
    }
    headers[count] = NULL;
}

const struct reply *call(struct client *client, const struct ask *wanted)
{
    struct reply *reply = mk_alloc_zero(1, sizeof(*reply));
    const char *headers[ASK_HEADERS_MAX + 3];
    struct mk_text bearer = MK_TEXT(4096);
    struct ask ask = *wanted;

    if (ask.method == NULL)
        ask.method = "GET";
    if (ask.body != NULL && ask.length == 0)
        ask.length = strlen(ask.body);
    if (ask.listens == 0 && is_stream(ask.target))
        ask.listens = MOMENT;
    client_headers(client, &ask, headers, &bearer);

    reply->previous = client->replies;
    client->replies = reply;
    if (under_test.transport == TRANSPORT_CURL)
        ask_over_curl(client, &ask, headers, reply);
    else
        ask_in_memory(&ask, headers, reply);
    require(reply->ending == MK_ENDING_WHOLE || ask.breaks, "%s %s broke off", ask.method,
            ask.target);
    if (reply->ending == MK_ENDING_WHOLE)
        check_reply(&ask, headers, reply);
    mk_text_done(&bearer);
    return reply;
}

__attribute__((format(printf, 1, 0))) static char *quote(const char *format, va_list arguments)
{
    char *text;

    require(vasprintf(&text, format, arguments) >= 0, "no memory");
    for (char *at = text; (at = strchr(at, '\'')) != NULL;)
        *at = '"';
    return text;
}

char *quoted(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = quote(format, arguments);
    va_end(arguments);
    return text;
}

const struct reply *get(struct client *client, const char *target, ...)
{
    va_list arguments;

    va_start(arguments, target);
    char *text = quote(target, arguments);
    va_end(arguments);
    const struct reply *reply = CALL(client, .target = text);
    free(text);
    return reply;
}

const struct reply *delete_(struct client *client, const char *target, ...)
{
    va_list arguments;

    va_start(arguments, target);
    char *text = quote(target, arguments);
    va_end(arguments);
    const struct reply *reply = CALL(client, .method = "DELETE", .target = text);
    free(text);
    return reply;
}

const struct reply *post(struct client *client, const char *target, const char *body, ...)
{
    va_list arguments;

    va_start(arguments, body);
    char *text = quote(body, arguments);
    va_end(arguments);
    const struct reply *reply = CALL(client, .method = "POST", .target = target, .body = text);
    free(text);
    return reply;
}

const struct reply *patch(struct client *client, const char *target, const char *body, ...)
{
    va_list arguments;

    va_start(arguments, body);
    char *text = quote(body, arguments);
    va_end(arguments);
    const struct reply *reply = CALL(client, .method = "PATCH", .target = target, .body = text);
    free(text);
    return reply;
}
