/* SPDX-License-Identifier: MIT */
/*
 * Bytes as calls of Connect's pages, a line each: its first character says which call, the rest is
 * the body. One is the query of /start. Whatever comes, an answer is a state, a list, a page or a
 * refusal, never a 500; the page's policy stays one policy; and the session stays usable.
 */
#include "api/dispatch.h"
#include "api/metrics.h"
#include "api/routes.h"
#include "base/memory.h"
#include "fuzz/fuzz.h"
#include "http/router.h"
#include "json/build.h"

#include <string.h>

#define START (INT64_C(1767225600) * MK_SECOND) /* 2026-01-01T00:00:00 */

/* The call of a line; a space is the query of /start. */
static const struct {
    char letter;
    enum mk_method method;
    const char *target;
} calls[] = {
    { ' ', MK_GET, "/start" },
    { 'g', MK_GET, "/connect/session" },
    { 's', MK_GET, "/connect/institutions" },
    { 'i', MK_POST, "/connect/institution" },
    { 'b', MK_POST, "/connect/back" },
    { 'l', MK_POST, "/connect/login" },
    { 'd', MK_POST, "/connect/device" },
    { 'a', MK_POST, "/connect/answer" },
    { 'r', MK_POST, "/connect/resume" },
    { 'p', MK_POST, "/connect/permissions" },
    { 'c', MK_POST, "/connect/accounts" },
    { 't', MK_POST, "/connect/report" },
    { 'y', MK_POST, "/connect/retry" },
    { 'x', MK_POST, "/connect/exit" },
    { 'o', MK_POST, "/oauth-bank" },
    { 'q', MK_GET, "/oauth-bank/session" },
};

static struct mk_service service;

static void open_service(void)
{
    struct mk_worlds_config config = { .world = { .deterministic = true, .start = START },
                                       .max_worlds = 1,
                                       .access_token = "token" };

    if (service.bank == NULL) {
        service.bank = mk_bank_new("http://localhost:8080");
        service.router = mk_routes_router();
        service.metrics = mk_metrics_new();
        service.public_url = "http://localhost:8080";
    }
    FUZZ_REQUIRE(service.bank != NULL && service.router != NULL);
    config.world.bank = service.bank;
    service.worlds = mk_worlds_new(&config);
}

/* The reply's status; the body, NULL or a text to free. */
static unsigned ask(const struct mk_request *request, char **ret_body)
{
    struct mk_response response;

    mk_response_init(&response);
    mk_api_dispatch(&service, request, &response);
    unsigned status = response.status;
    FUZZ_REQUIRE(status == 200 || status == 201 || (status >= 400 && status < 500));
    FUZZ_REQUIRE(response.body_length > 0);
    if (strncmp(request->target, "/start", 6) == 0 && status == 200) {
        const char *policy = NULL;
        for (size_t i = 0; i < response.header_count; i++) {
            if (strcmp(response.headers[i].name, "Content-Security-Policy") == 0)
                policy = response.headers[i].value;
        }
        FUZZ_REQUIRE(policy != NULL);
        const char *ancestors = strstr(policy, "frame-ancestors ");
        FUZZ_REQUIRE(ancestors != NULL);
        FUZZ_REQUIRE(strpbrk(ancestors + strlen("frame-ancestors "), " ;,*\r\n\"") == NULL);
    }
    if (ret_body != NULL)
        *ret_body = mk_copy_bytes(response.body, response.body_length);
    mk_response_done(&response);
    return status;
}

/* A new link session of the fixed token's client, as an Authorization field to free. */
static char *new_session(void)
{
    static const char body[] = "{\"customer_user\":{\"id\":\"user\"},\"redirect_uri\":"
                               "\"http://localhost:3000/#x\"}";
    struct mk_request request = { .method = MK_POST,
                                  .target = "/link-session",
                                  .header = { [MK_HEADER_AUTHORIZATION] = "Bearer token" },
                                  .body = body,
                                  .body_length = sizeof(body) - 1 };
    struct mk_text field = MK_TEXT(10000);
    char *reply;

    FUZZ_REQUIRE(ask(&request, &reply) == 201);
    json_t *json = json_loads(reply, 0, NULL);
    mk_text_print(&field, "Bearer %s",
                  json_string_value(json_object_get(json, "link_session_token")));
    json_decref(json);
    free(reply);
    return mk_text_steal(&field);
}

/* The server lets no space and no control character through to a target. */
static bool is_target(const char *text)
{
    while ((unsigned char)*text > ' ' && *text != 0x7F)
        text++;
    return *text == '\0';
}

static void play(const char *authorization, const char *line)
{
    char target[4096];

    for (size_t i = 0; i < MK_COUNT(calls); i++) {
        bool is_post = calls[i].method == MK_POST;
        if (line[0] != calls[i].letter)
            continue;
        int length =
            snprintf(target, sizeof(target), is_post ? "%s" : "%s?%s", calls[i].target, line + 1);
        if (length < 0 || (size_t)length >= sizeof(target) || !is_target(target))
            return;
        ask(&(const struct mk_request){ .method = calls[i].method,
                                        .target = target,
                                        .header = { [MK_HEADER_AUTHORIZATION] = authorization,
                                                    [MK_HEADER_CONNECT_WINDOW] = "w" },
                                        .body = is_post ? line + 1 : NULL,
                                        .body_length = is_post ? strlen(line + 1) : 0 },
            NULL);
    }
}

/* The state that the page gets after all: with a screen, and a result on success only. */
static void require_state(const char *authorization)
{
    const struct mk_request request = { .method = MK_GET,
                                        .target = "/connect/session",
                                        .header = { [MK_HEADER_AUTHORIZATION] = authorization } };
    char *reply;

    FUZZ_REQUIRE(ask(&request, &reply) == 200);
    json_t *state = json_loads(reply, 0, NULL);
    const char *screen = json_string_value(json_object_get(state, "screen"));
    FUZZ_REQUIRE(screen != NULL);
    FUZZ_REQUIRE(json_is_object(json_object_get(state, "result")) ==
                 (strcmp(screen, "success") == 0));
    json_decref(state);
    free(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_service();
    char *authorization = new_session();
    char *input = mk_copy_bytes((const char *)data, size);
    char *rest = input;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        play(authorization, line);
    require_state(authorization);
    free(input);
    free(authorization);
    mk_worlds_free(service.worlds);
    return 0;
}
