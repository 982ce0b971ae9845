/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a snapshot. One that is taken is saved and taken again with the same bytes, and whatever
 * it holds can be read, every link and every session of Connect, with no answer of 500.
 */
#include "api/dispatch.h"
#include "api/metrics.h"
#include "api/routes.h"
#include "base/log.h"
#include "base/memory.h"
#include "core/flow.h"
#include "core/history.h"
#include "fuzz/fuzz.h"
#include "http/router.h"

#include <string.h>

#define START (INT64_C(1767225600) * MK_SECOND) /* 2026-01-01T00:00:00 */

/* What takes long is not looked at: centuries of daily refreshes, and hours of hourly ones. */
enum { LINKS_MOST = 6, SESSIONS_MOST = 6, BATCHES_MOST = 50 };
#define SPAN_MOST (1000 * MK_DAY)

static struct mk_service service;

static void open_service(void)
{
    struct mk_worlds_config config = { .world = { .deterministic = true, .start = START },
                                       .max_worlds = 1,
                                       .access_token = "token" };

    if (service.bank == NULL) {
        service.bank = mk_bank_new("http://localhost:8080");
        service.router = mk_routes_router();
        service.signer = mk_signer_seeded(7);
        mk_log_setup(MK_LOG_ERROR, MK_LOG_TEXT);
        service.metrics = mk_metrics_new();
        service.public_url = "http://localhost:8080";
    }
    FUZZ_REQUIRE(service.bank != NULL && service.router != NULL && service.signer != NULL);
    config.world.bank = service.bank;
    config.world.signer = service.signer;
    service.worlds = mk_worlds_new(&config);
}

/* The status; the body, or NULL where the caller does not want it. */
static unsigned ask(enum mk_method method, const char *target, const char *authorization,
                    const char *body, size_t length, char **ret_body)
{
    const struct mk_request request = {
        .method = method,
        .target = target,
        .header = { [MK_HEADER_AUTHORIZATION] = authorization, [MK_HEADER_HOST] = "localhost" },
        .body = body,
        .body_length = length
    };
    struct mk_response response;

    mk_response_init(&response);
    mk_api_dispatch(&service, &request, &response);
    unsigned status = response.status;
    FUZZ_REQUIRE(status != 500);
    if (ret_body != NULL)
        *ret_body = mk_copy_bytes(response.body, response.body_length);
    mk_response_done(&response);
    return status;
}

static unsigned get(const char *target)
{
    return ask(MK_GET, target, "Bearer token", NULL, 0, NULL);
}

static unsigned load(const char *document, size_t length)
{
    return ask(MK_PUT, "/sandbox/snapshot", "Bearer token", document, length, NULL);
}

/* Bytes of the world as it is now, to free. */
static char *save(void)
{
    char *document;

    FUZZ_REQUIRE(ask(MK_GET, "/sandbox/snapshot", "Bearer token", NULL, 0, &document) == 200);
    return document;
}

static void check_again(void)
{
    char *first = save();

    FUZZ_REQUIRE(load(first, strlen(first)) == 200);
    char *second = save();
    FUZZ_REQUIRE(strcmp(first, second) == 0);
    free(first);
    free(second);
}

static void read_link(const char *id)
{
    static const char *const tails[] = {
        "",
        "/accounts",
        "/accounts/numbers",
        "/identity",
        "/transactions",
        "/transactions/sync?size=500",
        "/investments/holdings",
        "/investments/transactions",
    };
    char target[256];

    for (size_t i = 0; i < MK_COUNT(tails); i++) {
        snprintf(target, sizeof(target), "/links/%s%s", id, tails[i]);
        get(target);
    }
}

static bool is_quick(const struct mk_world *world, const struct mk_link *link)
{
    int64_t age = mk_world_now(world) - link->created_at;
    int64_t daily = world->settings.auto_refresh_span;

    return age < SPAN_MOST && age > -SPAN_MOST && (daily == 0 || age / daily < BATCHES_MOST) &&
           mk_history_count(link) < BATCHES_MOST;
}

/* Ids first: reads settle links, and whoever calls holds no lock. */
static size_t links_of(const struct mk_world *world, char ids[LINKS_MOST][MK_LINK_ID_SIZE])
{
    const struct mk_links *links = &world->links;
    uint32_t number = MK_NONE;
    size_t count = 0;

    while (count < LINKS_MOST &&
           (number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE) {
        const struct mk_link *link = mk_links_at(links, number);
        if (is_quick(world, link))
            mk_link_id_write(link, ids[count++]);
    }
    return count;
}

static size_t sessions_of(const struct mk_world *world, char *tokens[SESSIONS_MOST])
{
    const struct mk_sessions *sessions = &world->sessions;
    uint32_t number = MK_NONE;
    size_t count = 0;

    while (count < SESSIONS_MOST &&
           (number = mk_chain_next(&sessions->alive, &sessions->store, number)) != MK_NONE) {
        struct mk_text token = MK_TEXT(1024);
        mk_text_add_literal(&token, "Bearer ");
        mk_session_token_write(mk_store_at(&sessions->store, number), world->handle, NULL, &token);
        tokens[count++] = mk_text_steal(&token);
    }
    return count;
}

/* The steps that may be next on any screen. */
static void go_on(const char *token)
{
    static const struct {
        const char *target;
        const char *body;
    } steps[] = {
        { "/connect/retry", NULL },
        { "/connect/institution", "{\"institution_id\":\"moneykit-creds-bank\"}" },
        { "/connect/login", "{\"username\":\"user_good\",\"password\":\"pass_good\"}" },
        { "/connect/device", "{\"device\":\"phone\"}" },
        { "/connect/answer", "{\"answer\":\"1234\"}" },
        { "/connect/permissions", "{\"products\":[\"identity\"]}" },
        { "/connect/accounts", "{\"accounts\":[\"0\"]}" },
    };

    ask(MK_GET, "/connect/session", token, NULL, 0, NULL);
    for (size_t i = 0; i < MK_COUNT(steps); i++) {
        size_t length = steps[i].body == NULL ? 0 : strlen(steps[i].body);
        ask(MK_POST, steps[i].target, token, steps[i].body, length, NULL);
    }
    ask(MK_GET, "/connect/session", token, NULL, 0, NULL);
}

static void read_all(struct mk_world *world)
{
    static const char *const targets[] = {
        "/links",
        "/sandbox/settings",
        "/sandbox/clock",
        "/sandbox/faults",
        "/sandbox/webhooks",
        "/.well-known/jwks.json",
        "/sandbox/webhooks/mode",
    };
    char ids[LINKS_MOST][MK_LINK_ID_SIZE];
    char *tokens[SESSIONS_MOST];
    size_t link_count = links_of(world, ids);
    size_t session_count = sessions_of(world, tokens);

    mk_faults_clear(&world->faults); /* they would answer instead */
    for (size_t i = 0; i < link_count; i++)
        read_link(ids[i]);
    for (size_t i = 0; i < session_count; i++) {
        go_on(tokens[i]);
        free(tokens[i]);
    }
    for (size_t i = 0; i < MK_COUNT(targets); i++)
        get(targets[i]);
}

/* A list of all links settles all of them. */
static bool all_are_quick(const struct mk_world *world)
{
    const struct mk_links *links = &world->links;
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE) {
        if (!is_quick(world, mk_links_at(links, number)))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_service();
    if (load((const char *)data, size) == 200) {
        struct mk_world *world = mk_worlds_find(service.worlds, MK_FIXED_CLIENT);
        FUZZ_REQUIRE(world != NULL);
        if (all_are_quick(world)) {
            check_again();
            read_all(world);
            free(save());
        }
        mk_world_release(world);
    }
    mk_worlds_free(service.worlds);
    return 0;
}
