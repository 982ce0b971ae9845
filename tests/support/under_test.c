/* SPDX-License-Identifier: MIT */
#include "support/under_test.h"

#include "base/log.h"
#include "base/memory.h"
#include "support/client.h"
#include "support/link_writers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ID_SIZE = 24, PORT_IN_MEMORY = 8080, OPTIONS_MAX = 16, CLIENTS_MAX = 128 };

struct under_test under_test;

/* What the calls of this sandbox have left for its end. */
static struct {
    pthread_mutex_t lock;
    char (*ids)[ID_SIZE]; /* of requests */
    size_t count;
    size_t capacity;
    char *clients[CLIENTS_MAX];
    size_t client_count;
} noted = { .lock = PTHREAD_MUTEX_INITIALIZER };

void note_request_id(const char *id)
{
    require(strlen(id) < ID_SIZE, "the request id %s is long", id);
    pthread_mutex_lock(&noted.lock);
    if (noted.count == noted.capacity) {
        noted.capacity = noted.capacity > 0 ? 2 * noted.capacity : 256;
        noted.ids = mk_resize(noted.ids, noted.capacity, ID_SIZE);
    }
    mk_copy_into(noted.ids[noted.count++], ID_SIZE, id);
    pthread_mutex_unlock(&noted.lock);
}

void note_client(const char *id)
{
    size_t i = 0;

    pthread_mutex_lock(&noted.lock);
    while (i < noted.client_count && strcmp(noted.clients[i], id) != 0)
        i++;
    require(i < CLIENTS_MAX, "too many clients");
    if (i == noted.client_count)
        noted.clients[noted.client_count++] = mk_copy(id);
    pthread_mutex_unlock(&noted.lock);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void check_request_ids(void)
{
    if (noted.count > 1)
        qsort(noted.ids, noted.count, ID_SIZE, compare_ids);
    for (size_t i = 1; i < noted.count; i++)
        require(strcmp(noted.ids[i - 1], noted.ids[i]) != 0, "two replies have the X-Request-Id %s",
                noted.ids[i]);
    free(noted.ids);
    noted.ids = NULL;
    noted.count = noted.capacity = 0;
}

static void start_server(struct moneykit_sandbox *sandbox)
{
    char error[MONEYKIT_SANDBOX_ERROR_SIZE];

    require(moneykit_sandbox_start(sandbox, error), "start: %s", error);
}

static void start_without_server(struct moneykit_sandbox *sandbox)
{
    char error[MONEYKIT_SANDBOX_ERROR_SIZE];

    mk_log_setup(MK_LOG_ERROR, MK_LOG_TEXT);
    require(mk_sandbox_load_key(sandbox, error), "key: %s", error);
    require(mk_sandbox_open(sandbox, PORT_IN_MEMORY, error), "open: %s", error);
}

void start_sandbox(enum transport transport, const char *const *options)
{
    const char *all[OPTIONS_MAX] = { "--listen=localhost:0", "--log-level=error" };
    size_t count = 2;
    char error[MONEYKIT_SANDBOX_ERROR_SIZE];

    setenv("XDG_STATE_HOME", "/dev/null", 1); /* a folder that can't be: no test keeps a key */
    for (; *options != NULL; options++) {
        require(count < OPTIONS_MAX, "too many options");
        all[count++] = *options;
    }
    struct moneykit_sandbox *sandbox = moneykit_sandbox_create(all, count, error);
    require(sandbox != NULL, "create: %s", error);
    if (transport == TRANSPORT_CURL)
        start_server(sandbox);
    else
        start_without_server(sandbox);
    under_test = (struct under_test){ .transport = transport,
                                      .sandbox = sandbox,
                                      .service = mk_sandbox_service(sandbox),
                                      .failing_allocation = -1 };
}

void restart_sandbox(const char *option, ...)
{
    const char *options[OPTIONS_MAX] = { option };
    size_t count = 1;
    va_list rest;

    va_start(rest, option);
    while (options[count - 1] != NULL && count < OPTIONS_MAX)
        options[count++] = va_arg(rest, const char *);
    va_end(rest);
    stop_sandbox();
    start_sandbox(under_test.transport, options);
}

static void check_link(const struct mk_world *world, const struct mk_link *link)
{
    const struct mk_institution *institution =
        mk_catalog_at(under_test.service->bank->catalog, link->institution);

    require(link_is_written_alike(link, institution, world->settings.timestamps),
            "the link mk_%.22s of %s is not written as its view says", link->id, world->client_id);
}

static void check_chain(struct mk_world *world, const struct mk_chain *chain)
{
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(chain, &world->links.store, number)) != MK_NONE)
        check_link(world, mk_links_at(&world->links, number));
}

/* Every link that the test has made, in whatever state it was left. */
static void check_links(void)
{
    for (size_t i = 0; i < noted.client_count; i++) {
        struct mk_world *world = mk_worlds_find(under_test.service->worlds, noted.clients[i]);
        if (world != NULL) {
            mk_world_lock(world); /* the courier goes on */
            check_chain(world, &world->links.pending);
            check_chain(world, &world->links.active);
            mk_world_unlock(world);
        }
        mk_world_release(world);
        free(noted.clients[i]);
    }
    noted.client_count = 0;
}

void stop_sandbox(void)
{
    moneykit_sandbox_stop(under_test.sandbox);
    check_links();
    moneykit_sandbox_destroy(under_test.sandbox);
    under_test.sandbox = NULL;
    check_request_ids();
}

void setup_memory(void)
{
    start_sandbox(TRANSPORT_MEMORY, (const char *const[]){ NULL });
}

void setup_curl(void)
{
    start_sandbox(TRANSPORT_CURL, (const char *const[]){ NULL });
}

void setup_threads(void)
{
    start_sandbox(TRANSPORT_CURL, (const char *const[]){ "--threads=4", NULL });
}

void teardown(void)
{
    clients_free();
    stop_sandbox();
}

struct mk_world *world_of(const char *client_id)
{
    struct mk_world *world = mk_worlds_find(under_test.service->worlds, client_id);

    require(world != NULL, "the client %s has no world", client_id);
    mk_world_release(world); /* the table of worlds holds it */
    return world;
}

void pass_seconds(const char *client_id, int64_t seconds)
{
    struct mk_world *world = world_of(client_id);

    mk_world_lock(world);
    world->clock.offset += seconds * MK_SECOND;
    world->clock.frozen_at += seconds * MK_SECOND;
    mk_world_unlock(world);
}

void expire_bearers(const char *client_id)
{
    struct mk_world *world = world_of(client_id);

    mk_world_lock(world);
    for (size_t i = 0; i < world->bearers.capacity; i++)
        world->bearers.ring[i].expires_at = mk_real_now() - 1;
    mk_world_unlock(world);
}
