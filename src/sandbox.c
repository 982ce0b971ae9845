/* SPDX-License-Identifier: MIT */
/* Plugs the parts together: options, data, worlds, routes, server. It decides nothing itself. */
#include "sandbox.h"

#include "api/dispatch.h"
#include "api/metrics.h"
#include "api/pages.h"
#include "api/routes.h"
#include "base/file.h"
#include "base/memory.h"
#include "courier.h"
#include "http/router.h"
#include "http/server.h"
#include "load.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

/* PEM files are small; a larger one is not a PEM file. */
enum { PEM_MAX = 1024 * 1024 };

struct moneykit_sandbox {
    struct mk_options options;
    struct mk_service service;
    struct mk_client *clients;
    struct mk_server *server;
    struct mk_courier *courier;
    char *public_url;
    char *admin_token;
};

static void split_clients(struct moneykit_sandbox *sandbox)
{
    const struct mk_names *names = &sandbox->options.clients;

    sandbox->clients = mk_alloc_zero(names->count, sizeof(*sandbox->clients));
    for (size_t i = 0; i < names->count; i++) {
        size_t length = strcspn(names->items[i], ":");
        sandbox->clients[i].id = mk_copy_bytes(names->items[i], length);
        sandbox->clients[i].secret = mk_copy(names->items[i] + length + 1);
    }
}

static void open_random(const struct mk_options *options, const char *label, struct mk_random *ret)
{
    if (options->deterministic)
        mk_random_seeded(ret, (uint64_t)options->seed, label);
    else
        mk_random_system(ret);
}

/* Never from the seed: who can foretell it has every client's world. No reply holds it. */
static char *draw_token(void)
{
    struct mk_random random;
    unsigned char bytes[16];
    char *token = mk_alloc(2 * sizeof(bytes) + 1);

    mk_random_system(&random);
    mk_random_fill(&random, bytes, sizeof(bytes));
    mk_hex(bytes, sizeof(bytes), token);
    return token;
}

struct moneykit_sandbox *moneykit_sandbox_create(const char *const *options, size_t count,
                                                 char error[MONEYKIT_SANDBOX_ERROR_SIZE])
{
    struct moneykit_sandbox *sandbox = mk_alloc_zero(1, sizeof(*sandbox));

    if (!mk_options_read((int)count, options, &sandbox->options, error)) {
        free(sandbox);
        return NULL;
    }
    const char *token = sandbox->options.admin_token;
    sandbox->admin_token = token != NULL ? mk_copy(token) : draw_token();
    split_clients(sandbox);
    return sandbox;
}

/* Worlds are made before their courier, who is there before anybody enters them. */
static void wake_courier(void *context)
{
    const struct moneykit_sandbox *sandbox = context;

    mk_courier_wake(sandbox->courier);
}

static struct mk_worlds *make_worlds(struct moneykit_sandbox *sandbox)
{
    const int64_t deterministic_start = INT64_C(1767225600) * MK_SECOND; /* 2026-01-01T00:00:00 */
    const struct mk_options *options = &sandbox->options;
    struct mk_worlds_config config = {
        .world = { .seed = (uint64_t)options->seed,
                   .deterministic = options->deterministic,
                   .start = options->now,
                   .timestamps = (enum mk_time_style)options->timestamps,
                   .has_rate_limits = options->rate_limits != 0,
                   .bank = sandbox->service.bank,
                   .signer = sandbox->service.signer,
                   .wake = wake_courier,
                   .wake_context = sandbox },
        .max_worlds = (size_t)options->max_worlds,
        .clients = sandbox->clients,
        .client_count = options->clients.count,
        .access_token = options->access_token,
    };

    if (options->deterministic && options->now == MK_NEVER)
        config.world.start = deterministic_start;
    return mk_worlds_new(&config);
}

static struct mk_courier *start_courier(const struct moneykit_sandbox *sandbox)
{
    const struct mk_options *options = &sandbox->options;
    const struct mk_courier_config config = {
        .worlds = sandbox->service.worlds,
        .issuer = options->issuer != NULL ? options->issuer : sandbox->public_url,
        .webhook_hosts = (const char *const *)options->webhook_hosts.items,
        .webhook_host_count = options->webhook_hosts.count,
        .deterministic = options->deterministic,
    };

    return mk_courier_start(&config);
}

bool mk_sandbox_load_key(struct moneykit_sandbox *sandbox, char error[MONEYKIT_SANDBOX_ERROR_SIZE])
{
    sandbox->service.signer = mk_open_signer(&sandbox->options, error);
    return sandbox->service.signer != NULL;
}

static bool load_worlds(struct moneykit_sandbox *sandbox, char *error)
{
    const char *path = sandbox->options.load;

    return path == NULL ||
           mk_load_worlds(path, sandbox->service.worlds, error, MONEYKIT_SANDBOX_ERROR_SIZE);
}

bool mk_sandbox_open(struct moneykit_sandbox *sandbox, unsigned port,
                     char error[MONEYKIT_SANDBOX_ERROR_SIZE])
{
    struct mk_service *service = &sandbox->service;
    const struct mk_options *options = &sandbox->options;
    struct mk_random random;

    sandbox->public_url = mk_public_url(options, port);
    open_random(options, "request ids", &random);
    service->request_seed = mk_random_next(&random);
    service->public_url = sandbox->public_url;
    service->admin_token = sandbox->admin_token;
    service->redirect_origins = (const char *const *)options->redirect_origins.items;
    service->redirect_origin_count = options->redirect_origins.count;
    service->allowed_hosts = (const char *const *)options->allowed_hosts.items;
    service->allowed_host_count = options->allowed_hosts.count;
    service->router = mk_routes_router();
    service->bank = mk_bank_new(sandbox->public_url);
    service->metrics = mk_metrics_new();
    service->deterministic = options->deterministic;
    service->started = mk_real_now();
    service->worlds = make_worlds(sandbox);
    sandbox->courier = start_courier(sandbox);
    service->dispose = mk_courier_dispose;
    service->dispose_context = sandbox->courier;
    mk_front_page_write(sandbox->public_url, &service->front_page);
    return load_worlds(sandbox, error);
}

struct mk_service *mk_sandbox_service(struct moneykit_sandbox *sandbox)
{
    return &sandbox->service;
}

/* The port is known and nobody is served yet. */
static bool open_bound(void *context, const struct mk_server *server, char *error)
{
    struct moneykit_sandbox *sandbox =
        (void *)((char *)context - offsetof(struct moneykit_sandbox, service));

    return mk_sandbox_open(sandbox, mk_server_port(server), error);
}

static bool start_server(struct moneykit_sandbox *sandbox, const char *cert, const char *key,
                         char *error)
{
    struct mk_server_config config = { .listen = sandbox->options.listen,
                                       .threads = (unsigned)sandbox->options.threads,
                                       .tls_cert = cert,
                                       .tls_key = key,
                                       .dispatch = mk_api_dispatch,
                                       .body_max = mk_api_body_max,
                                       .context = &sandbox->service,
                                       .bound = open_bound };

    sandbox->server = mk_server_start(&config, error);
    return sandbox->server != NULL;
}

bool moneykit_sandbox_start(struct moneykit_sandbox *sandbox,
                            char error[MONEYKIT_SANDBOX_ERROR_SIZE])
{
    const struct mk_options *options = &sandbox->options;
    char *cert = NULL;
    char *key = NULL;

    mk_log_setup((enum mk_log_level)options->log_level, (enum mk_log_format)options->log_format);
    if (!mk_sandbox_load_key(sandbox, error))
        return false;
    if (options->tls_cert == NULL)
        return start_server(sandbox, NULL, NULL, error);
    cert = mk_file_read(options->tls_cert, PEM_MAX, error, MONEYKIT_SANDBOX_ERROR_SIZE);
    if (cert != NULL)
        key = mk_file_read(options->tls_key, PEM_MAX, error, MONEYKIT_SANDBOX_ERROR_SIZE);
    bool started = key != NULL && start_server(sandbox, cert, key, error);
    free(cert);
    free(key);
    return started;
}

const char *moneykit_sandbox_address(const struct moneykit_sandbox *sandbox)
{
    return mk_server_address(sandbox->server);
}

const char *moneykit_sandbox_url(const struct moneykit_sandbox *sandbox)
{
    return sandbox->public_url;
}

const char *moneykit_sandbox_admin_token(const struct moneykit_sandbox *sandbox)
{
    return sandbox->admin_token;
}

void moneykit_sandbox_stop(struct moneykit_sandbox *sandbox)
{
    sandbox->service.stopping = true;
    mk_server_stop(sandbox->server);
    sandbox->server = NULL;
}

void moneykit_sandbox_destroy(struct moneykit_sandbox *sandbox)
{
    if (sandbox == NULL)
        return;
    moneykit_sandbox_stop(sandbox);
    mk_courier_stop(sandbox->courier);
    mk_worlds_free(sandbox->service.worlds);
    mk_metrics_free(sandbox->service.metrics);
    mk_bank_free(sandbox->service.bank);
    mk_signer_release(sandbox->service.signer);
    mk_router_free(sandbox->service.router);
    mk_text_done(&sandbox->service.front_page);
    for (size_t i = 0; i < sandbox->options.clients.count; i++) {
        free(sandbox->clients[i].id);
        free(sandbox->clients[i].secret);
    }
    free(sandbox->clients);
    free(sandbox->public_url);
    free(sandbox->admin_token);
    mk_options_done(&sandbox->options);
    free(sandbox);
}
