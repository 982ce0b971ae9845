/* SPDX-License-Identifier: MIT */
/*
 * 64 threads, 1,000 requests each, in 16 worlds against one server over libcurl. Every thread tags
 * what it makes with its world and itself and looks at every reply for a word of anybody else. The
 * users have the same ids in all worlds. At the end no id of a link, an account or a transaction
 * was seen in two worlds.
 *
 * MK_STRESS_REQUESTS in the environment sets another number of requests for each thread; under a
 * sanitizer a tenth is enough.
 */
#include "api/tests.h"

#include "base/memory.h"
#include "base/text.h"
#include "support/found_ids.h"

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

enum { LIST_EVERY = 8, REFRESH_EVERY = 3, USER_EVERY = 4, IMPORT_EVERY = 6, STEAL_EVERY = 4 };
enum { DELETE_EVERY = 2 };

/* One client, shared by its threads: every link that one of them made. */
struct shared_world {
    char name[16];
    pthread_mutex_t lock;
    json_t *links; /* an object: link id -> true */
    json_t *ids;   /* all that its threads saw, after them */
};

struct worker {
    pthread_t thread;
    int number;
    long requests; /* still to make */
    struct shared_world *world;
    struct shared_world *neighbour;
    struct client *client;
    json_t *ids; /* support/found_ids.h: of all data that it read */
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

/* Each thread of a world has a user of its own. */
static int user_of(const struct worker *worker)
{
    return worker->number / WORLDS;
}

static bool make_session(struct worker *worker, struct cycle *cycle)
{
    if (!spend(worker))
        return false;
    const char *token =
        create_session(worker->client,
                       "'webhook': 'http://localhost/%s', 'link_tags': ['%s.%d'],"
                       " 'customer_user': {'id': 'user-%d'}",
                       worker->world->name, worker->world->name, worker->number, user_of(worker));
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

/* A read of data, whose ids are kept; NULL when the worker has no request left. */
static const struct reply *read_data(struct worker *worker, const char *base, const char *id,
                                     const char *tail)
{
    if (!spend(worker))
        return NULL;
    const struct reply *reply = get(worker->client, "/%s/%s%s", base, id, tail);
    expect_status(reply, 200);
    add_ids(reply->json, worker->ids);
    return reply;
}

static bool read_link_data(struct worker *worker, struct cycle *cycle)
{
    static const char *const tails[] = { "/accounts", "/transactions/sync", "/transactions?size=5",
                                         "/identity" };

    for (size_t i = 0; i < MK_COUNT(tails); i++) {
        const struct reply *reply = read_data(worker, "links", cycle->link, tails[i]);
        if (reply == NULL)
            return false;
        require(json_array_size(member(reply, "accounts")) == 3, "%s", reply->body);
    }
    return true;
}

static bool refresh(struct worker *worker, struct cycle *cycle)
{
    char target[128];

    if (!spend(worker))
        return false;
    snprintf(target, sizeof(target), "/links/%s/products", cycle->link);
    const struct reply *reply =
        post(worker->client, target, "{'products': ['transactions', 'accounts']}");
    expect_status(reply, 202);
    expect_mine(worker, reply, "");
    return true;
}

/* The user's links are this thread's; those of the same user in other worlds are not there. */
static bool read_user(struct worker *worker, struct cycle *cycle)
{
    static const char *const tails[] = { "/links", "/accounts", "/transactions?size=5" };
    char user[16];

    snprintf(user, sizeof(user), "user-%d", user_of(worker));
    for (size_t i = 0; i < MK_COUNT(tails); i++) {
        const struct reply *reply = read_data(worker, "users", user, tails[i]);
        if (reply == NULL)
            return false;
        const char *link;
        json_t *value;
        json_object_foreach(json_object_get(reply->json, "links"), link, value)
            require(knows(worker->world, link), "%s has a stranger's link %s", user, link);
        require(i == 2 || json_object_get(member(reply, "links"), cycle->link) != NULL,
                "%s lacks its link", user);
    }
    return true;
}

/*
 * Under the world's lock, so that the link is known before another thread that lists it may ask.
 */
static bool import(struct worker *worker, struct cycle *cycle)
{
    (void)cycle;
    if (!spend(worker))
        return false;
    pthread_mutex_lock(&worker->world->lock);
    const struct reply *reply =
        post(worker->client, "/links/import",
             "{'customer_user': {'id': 'user-%d'}, 'institution_id': 'chase', 'accounts':"
             " [{'account_id': 'a', 'name': '%s', 'type': 'checking', 'balances': {}}],"
             " 'transactions': [{'account_id': 'a', 'transaction_id': 't', 'amount': '1',"
             " 'date': '2020-01-01', 'description': '%s'}]}",
             user_of(worker), worker->world->name, worker->world->name);
    expect_status(reply, 200);
    const char *link = text_at(reply, "link_id");
    json_object_set_new(worker->world->links, link, json_true());
    pthread_mutex_unlock(&worker->world->lock);

    const struct reply *rows =
        read_data(worker, "links", link, "/transactions?start_date=2000-01-01");
    if (rows == NULL)
        return false;
    expect_part(rows, "", "{'accounts': [{'name': '%s'}], 'transactions': [{'description': '%s'}]}",
                worker->world->name, worker->world->name);
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
    if (!spend(worker))
        return false;
    expect_error(get(worker->client, "/links/%s/accounts", foreign), 401,
                 "link_error.unauthorized_access");
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
    { make_session, 1 },
    { finish_session, 1 },
    { exchange_token, 1 },
    { read_link, 1 },
    { read_link_data, 1 },
    { refresh, REFRESH_EVERY },
    { read_user, USER_EVERY },
    { import, IMPORT_EVERY },
    { list_links, LIST_EVERY },
    { reach_over, STEAL_EVERY },
    { ask_who, 2 },
    { drop_link, DELETE_EVERY },
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
        worlds[i].ids = json_object();
    }
}

static void close_worlds(struct shared_world *worlds)
{
    for (int i = 0; i < WORLDS; i++) {
        pthread_mutex_destroy(&worlds[i].lock);
        json_decref(worlds[i].links);
        json_decref(worlds[i].ids);
    }
}

/* The thread's ids go to its world's, once it has ended. */
static void hand_over(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
    json_object_update(worker->world->ids, worker->ids);
    json_decref(worker->ids);
}

static void expect_apart(const struct shared_world *worlds)
{
    for (int i = 0; i < WORLDS; i++) {
        require(json_object_size(worlds[i].ids) > 100, "%s saw little", worlds[i].name);
        for (int j = 0; j < i; j++) {
            const char *common = common_id(worlds[i].ids, worlds[j].ids);
            require(common == NULL, "%s and %s both have %s", worlds[i].name, worlds[j].name,
                    common);
        }
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
        worker->ids = json_object();
        require(pthread_create(&worker->thread, NULL, work, worker) == 0, "thread %d", i);
    }
    for (int i = 0; i < THREADS; i++)
        hand_over(&workers[i]);
    expect_apart(worlds);
    close_worlds(worlds);
}
END_TEST

void stress_tests(TCase *tcase)
{
    tcase_add_test(tcase, stress__no_cross_talk);
}
