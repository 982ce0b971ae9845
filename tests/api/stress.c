/* SPDX-License-Identifier: MIT */
/*
 * 64 threads, 1,000 requests each, in 16 worlds against one server over libcurl. Every thread tags
 * what it makes with its world and itself and looks at every reply for a word of anybody else.
 *
 * MK_STRESS_REQUESTS in the environment sets another number of requests for each thread; under a
 * sanitizer a tenth is enough.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORLDS = 16, THREADS_EACH = 4, THREADS = WORLDS * THREADS_EACH };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { REQUESTS = 100 };
#else
enum { REQUESTS = 1000 };
#endif

enum { LIST_EVERY = 8, STEAL_EVERY = 4, DELETE_EVERY = 5 };

/* One client, shared by its threads: every link that one of them made. */
struct shared_world {
    char name[16];
    pthread_mutex_t lock;
    json_t *links; /* an object: link id -> true */
};

struct worker {
    pthread_t thread;
    int number;
    long requests; /* still to make */
    struct shared_world *world;
    struct shared_world *neighbour;
    struct client *client;
};

/* A link under way, and its session. */
struct cycle {
    char session[512];
    char token[64];
    char link[64];
};

static void remember(struct shared_world *world, const char *link)
{
    pthread_mutex_lock(&world->lock);
    json_object_set_new(world->links, link, json_true());
    pthread_mutex_unlock(&world->lock);
}

static bool knows(struct shared_world *world, const char *link)
{
    pthread_mutex_lock(&world->lock);
    bool known = json_object_get(world->links, link) != NULL;
    pthread_mutex_unlock(&world->lock);
    return known;
}

/* A link of another world, or false when there is none yet. */
static bool draw_foreign(struct shared_world *world, char out[64])
{
    pthread_mutex_lock(&world->lock);
    void *first = json_object_iter(world->links);
    if (first != NULL)
        snprintf(out, 64, "%s", json_object_iter_key(first));
    pthread_mutex_unlock(&world->lock);
    return first != NULL;
}

/* Whether the worker has a request left; counts it. */
static bool spend(struct worker *worker)
{
    return worker->requests-- > 0;
}

static void expect_mine(const struct worker *worker, const struct reply *reply, const char *path)
{
    char wanted[64];
    char hook[64];

    snprintf(wanted, sizeof(wanted), "%s.%d", worker->world->name, worker->number);
    snprintf(hook, sizeof(hook), "http://localhost/%s", worker->world->name);
    const json_t *link = member(reply, path);
    const json_t *tag = json_array_get(json_object_get(link, "tags"), 0);
    const json_t *webhook = json_object_get(link, "webhook");
    require(tag != NULL && strcmp(json_string_value(tag), wanted) == 0, "not mine: %s",
            reply->body);
    require(strcmp(json_string_value(webhook), hook) == 0, "not ours: %s", reply->body);
}

static bool make_session(struct worker *worker, struct cycle *cycle)
{
    if (!spend(worker))
        return false;
    const char *token =
        create_session(worker->client, "'webhook': 'http://localhost/%s', 'link_tags': ['%s.%d']",
                       worker->world->name, worker->world->name, worker->number);
    snprintf(cycle->session, sizeof(cycle->session), "%s", token);
    return true;
}

static bool finish_session(struct worker *worker, struct cycle *cycle)
{
    if (!spend(worker))
        return false;
    const struct reply *reply = connect_session(worker->client, cycle->session);
    snprintf(cycle->token, sizeof(cycle->token), "%s", text_at(reply, "exchangeable_token"));
    snprintf(cycle->link, sizeof(cycle->link), "%s", text_at(reply, "link_id"));
    remember(worker->world, cycle->link);
    return true;
}

static bool exchange_token(struct worker *worker, struct cycle *cycle)
{
    if (!spend(worker))
        return false;
    const struct reply *reply = exchange(worker->client, cycle->token);
    require(strcmp(text_at(reply, "link_id"), cycle->link) == 0, "another link: %s", reply->body);
    expect_mine(worker, reply, "link");
    return true;
}

static bool read_link(struct worker *worker, struct cycle *cycle)
{
    if (!spend(worker))
        return false;
    const struct reply *reply = get(worker->client, "/links/%s", cycle->link);
    expect_status(reply, 200);
    require(strcmp(text_at(reply, "link_id"), cycle->link) == 0, "another link: %s", reply->body);
    expect_mine(worker, reply, "");
    return true;
}

/* Only links of this world's threads are listed, and the one just exchanged is among them. */
static bool list_links(struct worker *worker, struct cycle *cycle)
{
    size_t index;
    const json_t *row;
    bool found = false;

    if (!spend(worker))
        return false;
    const struct reply *reply = get(worker->client, "/links?limit=5000");
    expect_status(reply, 200);
    json_array_foreach(member(reply, "links"), index, row) {
        const char *id = json_string_value(json_object_get(row, "link_id"));
        require(knows(worker->world, id), "%s lists a stranger's link %s", worker->world->name, id);
        found |= strcmp(id, cycle->link) == 0;
    }
    require(found, "%s is not in the list of %s", cycle->link, worker->world->name);
    return true;
}

/* A link of the neighbour's is his: known to be there, and no more. */
static bool reach_over(struct worker *worker, struct cycle *cycle)
{
    char foreign[64];

    (void)cycle;
    if (!draw_foreign(worker->neighbour, foreign))
        return true;
    if (!spend(worker))
        return false;
    expect_error(get(worker->client, "/links/%s", foreign), 401, "link_error.unauthorized_access");
    return true;
}

static bool ask_who(struct worker *worker, struct cycle *cycle)
{
    (void)cycle;
    if (!spend(worker))
        return false;
    const struct reply *reply = get(worker->client, "/auth/introspect");
    require(strcmp(text_at(reply, "client_id"), worker->world->name) == 0, "%s", reply->body);
    return true;
}

static bool drop_link(struct worker *worker, struct cycle *cycle)
{
    if (!spend(worker))
        return false;
    expect_status(delete_(worker->client, "/links/%s", cycle->link), 204);
    return true;
}

/* Steps of a cycle; those with a stride are taken in some cycles only. */
static const struct {
    bool (*take)(struct worker *worker, struct cycle *cycle);
    long every;
} steps[] = {
    { make_session, 1 }, { finish_session, 1 },       { exchange_token, 1 },
    { read_link, 1 },    { list_links, LIST_EVERY },  { reach_over, STEAL_EVERY },
    { ask_who, 2 },      { drop_link, DELETE_EVERY },
};

static void *work(void *context)
{
    struct worker *worker = context;

    for (long round = 0; worker->requests > 0; round++) {
        struct cycle cycle;
        for (size_t i = 0; i < MK_COUNT(steps); i++) {
            if (round % steps[i].every == steps[i].every - 1 && !steps[i].take(worker, &cycle))
                break;
        }
        client_forget(worker->client);
    }
    return NULL;
}

static long requests_each(void)
{
    const char *text = getenv("MK_STRESS_REQUESTS");
    int64_t number = REQUESTS;

    require(text == NULL || mk_read_integer(text, 1, 1000000, &number), "MK_STRESS_REQUESTS");
    return (long)number;
}

static void open_worlds(struct shared_world *worlds)
{
    for (int i = 0; i < WORLDS; i++) {
        snprintf(worlds[i].name, sizeof(worlds[i].name), "world-%d", i);
        pthread_mutex_init(&worlds[i].lock, NULL);
        worlds[i].links = json_object();
    }
}

static void close_worlds(struct shared_world *worlds)
{
    for (int i = 0; i < WORLDS; i++) {
        pthread_mutex_destroy(&worlds[i].lock);
        json_decref(worlds[i].links);
    }
}

START_TEST(stress__no_cross_talk)
{
    static struct shared_world worlds[WORLDS];
    static struct worker workers[THREADS];
    long requests = requests_each();

    open_worlds(worlds);
    for (int i = 0; i < THREADS; i++) {
        struct worker *worker = &workers[i];
        worker->number = i;
        worker->requests = requests;
        worker->world = &worlds[i % WORLDS];
        worker->neighbour = &worlds[(i + 1) % WORLDS];
        worker->client = signed_in(worker->world->name);
        require(pthread_create(&worker->thread, NULL, work, worker) == 0, "thread %d", i);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    close_worlds(worlds);
}
END_TEST

void stress_tests(TCase *tcase)
{
    tcase_add_test(tcase, stress__no_cross_talk);
}
