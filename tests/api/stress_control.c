/* SPDX-License-Identifier: MIT */
/*
 * 64 threads, each a client of its own, go through the whole journey again and again: reset, link,
 * fault, data, a day by the clock with its webhooks, journal. Every reply and every webhook is
 * looked at for a word of another client. Over libcurl, against one server.
 *
 * MK_STRESS_SECONDS in the environment says for how long; from 30 seconds on the memory of the
 * process has to be flat, too.
 */
#include "api/tests.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS = 64, SECONDS = 4, FLAT_FROM_SECONDS = 30, NAME_SIZE = 16 };

struct worker {
    pthread_t thread;
    char name[NAME_SIZE]; /* client id, tag and path of the webhook */
    int64_t end;          /* mk_monotonic_now() */
    struct client *client;
    char link[64];
    unsigned rounds;
    atomic_uint received; /* webhooks */
};

static struct worker workers[WORKERS];
static char hook_base[128];

/* --- The receiver ----------------------------------------------------------------------------- */

static struct worker *worker_of(const char *target)
{
    for (size_t i = 0; i < WORKERS; i++) {
        if (strcmp(target + 1, workers[i].name) == 0)
            return &workers[i];
    }
    return NULL;
}

/* The path names the client, and so has the tag inside to. */
static void receive(void *context, const struct mk_request *request, struct mk_response *response)
{
    struct worker *worker = worker_of(request->target);
    char tag[NAME_SIZE + 2];

    (void)context;
    require(worker != NULL, "a webhook came to %s", request->target);
    snprintf(tag, sizeof(tag), "\"%s\"", worker->name);
    require(memmem(request->body, request->body_length, tag, strlen(tag)) != NULL,
            "%s got a stranger's webhook: %.*s", worker->name, (int)request->body_length,
            request->body);
    atomic_fetch_add(&worker->received, 1);
    response->status = 200;
}

static struct mk_server *open_receiver(void)
{
    const struct mk_server_config config = { .listen = "127.0.0.1:0",
                                             .threads = 1,
                                             .dispatch = receive };
    char error[MK_SERVER_ERROR_SIZE];
    struct mk_server *server = mk_server_start(&config, error);

    require(server != NULL, "%s", error);
    snprintf(hook_base, sizeof(hook_base), "http://127.0.0.1:%u", mk_server_port(server));
    return server;
}

/* --- The steps -------------------------------------------------------------------------------- */

static void expect_mine(const struct worker *worker, const struct reply *reply)
{
    expect_status(reply, 200);
    require(strcmp(text_at(reply, "link_id"), worker->link) == 0, "another link: %s", reply->body);
    const char *tag = json_string_value(json_array_get(member(reply, "link_tags"), 0));
    require(tag != NULL && strcmp(tag, worker->name) == 0, "not mine: %s", reply->body);
}

static void start_over(struct worker *worker)
{
    expect_status(post(worker->client, "/sandbox/reset", NONE), 204);
    const struct reply *reply = get(worker->client, "/links");
    require(json_array_size(member(reply, "links")) == 0, "not empty: %s", reply->body);
}

static void link_bank(struct worker *worker)
{
    const struct reply *reply =
        connected_link(worker->client, "'webhook': '%s/%s', 'link_tags': ['%s']", hook_base,
                       worker->name, worker->name);

    snprintf(worker->link, sizeof(worker->link), "%s", text_at(reply, "link_id"));
    expect_status(exchange(worker->client, EXAMPLE_TOKEN), 201);
    expect_mine(worker, get(worker->client, "/links/%s", worker->link));
}

/* Asked for by one, and no one else's reads fail. */
static void meet_fault(struct worker *worker)
{
    const struct reply *reply = post(worker->client, "/sandbox/faults",
                                     "{'operation': 'get_link', 'count': 1, 'status': 503,"
                                     " 'error_code': 'api_error.unavailable'}");

    expect_status(reply, 201);
    expect_error(get(worker->client, "/links/%s", worker->link), 503, "api_error.unavailable");
    expect_mine(worker, get(worker->client, "/links/%s", worker->link));
}

static void read_data(struct worker *worker)
{
    static const char *const tails[] = { "/accounts", "/transactions/sync", "/identity",
                                         "/accounts/numbers", "/investments/holdings" };

    for (size_t i = 0; i < MK_COUNT(tails); i++)
        expect_status(get(worker->client, "/links/%s%s", worker->link, tails[i]), 200);
}

/* The link refreshes once, and everything has an outcome when the call is answered. */
static void pass_a_day(struct worker *worker)
{
    const struct reply *reply =
        post(worker->client, "/sandbox/clock/advance", "{'seconds': %d}", 86400 + 60);

    expect_status(reply, 200);
    reply = get(worker->client, "/sandbox/webhooks?limit=1000");
    expect_status(reply, 200);
    size_t index;
    const json_t *row;
    json_array_foreach(member(reply, "deliveries"), index, row) {
        const char *link = json_string_value(json_object_get(row, "link_id"));
        require(strcmp(link, worker->link) == 0, "a stranger's delivery: %s", reply->body);
    }
    require(index >= 8, "few webhooks: %s", reply->body);
}

static void read_journal(struct worker *worker)
{
    const struct reply *reply = get(worker->client, "/sandbox/requests?limit=1000");
    size_t index;
    const json_t *row;
    size_t reads = 0;

    expect_status(reply, 200);
    json_array_foreach(member(reply, "requests"), index, row) {
        const char *target = json_string_value(json_object_get(row, "target"));
        if (strncmp(target, "/links/mk_", 10) != 0)
            continue;
        require(strncmp(target + 7, worker->link, strlen(worker->link)) == 0,
                "a stranger's request: %s", target);
        reads++;
    }
    require(reads >= 8, "the journal has %zu reads", reads);
}

static void go_round(struct worker *worker)
{
    start_over(worker);
    link_bank(worker);
    meet_fault(worker);
    read_data(worker);
    pass_a_day(worker);
    read_journal(worker);
    client_forget(worker->client);
    worker->rounds++;
}

static void *work(void *context)
{
    struct worker *worker = context;

    while (mk_monotonic_now() < worker->end)
        go_round(worker);
    return NULL;
}

/* --- The whole -------------------------------------------------------------------------------- */

static long seconds_wanted(void)
{
    const char *text = getenv("MK_STRESS_SECONDS");
    int64_t number = SECONDS;

    require(text == NULL || mk_read_integer(text, 1, 86400, &number), "MK_STRESS_SECONDS");
    return (long)number;
}

static long resident_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long size = 0;
    long resident = 0;

    require(file != NULL && fscanf(file, "%ld %ld", &size, &resident) == 2, "statm");
    fclose(file);
    return resident;
}

static void watch_memory(long seconds)
{
    sleep((unsigned)(seconds / 3));
    long before = resident_pages();
    sleep((unsigned)(seconds / 2));
    long after = resident_pages();
    require(after < before + before / 5, "memory grew from %ld to %ld pages", before, after);
}

START_TEST(stress__worlds_apart_while_they_are_reset_moved_and_faulty)
{
    struct mk_server *receiver = open_receiver();
    long seconds = seconds_wanted();

    for (int i = 0; i < WORKERS; i++) {
        struct worker *worker = &workers[i];
        snprintf(worker->name, sizeof(worker->name), "solo-%d", i);
        worker->client = signed_in(worker->name);
        worker->end = mk_monotonic_now() + seconds * MK_SECOND;
    }
    for (int i = 0; i < WORKERS; i++)
        require(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread");
    if (seconds >= FLAT_FROM_SECONDS)
        watch_memory(seconds);
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(workers[i].thread, NULL);
        require(workers[i].rounds > 0, "%s did nothing", workers[i].name);
        require(workers[i].received >= 8 * workers[i].rounds, "%s: %u webhooks in %u rounds",
                workers[i].name, workers[i].received, workers[i].rounds);
    }
    mk_server_stop(receiver);
}
END_TEST

void stress_control_tests(TCase *tcase)
{
    tcase_add_test(tcase, stress__worlds_apart_while_they_are_reset_moved_and_faulty);
}
