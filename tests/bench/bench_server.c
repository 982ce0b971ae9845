/* SPDX-License-Identifier: MIT */
/*
 * The real server for the bench, with a control pipe beside it: what a test can't ask over HTTP.
 *
 *     bench_server [options of moneykit-sandbox]     prints "listening 127.0.0.1:PORT"
 *
 * One command a line on standard input, one JSON object a line on standard output; the end of the
 * input stops the server as SIGTERM stops the binary.
 *
 *     mint COUNT FILE   that many new links of the fixed client wait for their exchange; their
 *                       tokens are appended to FILE -> {"total_ns", "worst_ns", "worst_cpu_ns"}
 *     grow COUNT        that many more, each exchanged at once -> the same
 *     products COUNT    how many configurable products the sessions of new links ask for, at first
 *                       all 4 as without settings; the documented example has 1 -> {}
 *     feed PIPE FILE    a thread keeps the pipe full of tokens, chosen at random among those of
 *                       FILE, each replaced by a new one, so their number stays -> {"task"}
 *     report            -> {"links", "pending", "connected"}
 */
#include "sandbox.c" /* the file itself: nobody else sees the inside of a moneykit_sandbox */

#include "core/linking.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum {
    WORD_SIZE = 512,
    FEED_BATCH = 16,
    PRODUCTS = MK_PRODUCT_INVESTMENTS - MK_PRODUCT_ACCOUNTS, /* those that a session may ask for */
};

/* Where links are added. */
struct mint {
    struct mk_world *world;
    const struct mk_catalog *catalog;
    uint16_t chase;
    size_t products; /* asked for, besides accounts */
};

/* What it took to add links one by one: by the wall's clock, and by the thread's own, which stands
 * still while another process has the CPU. */
struct pace {
    int64_t total_ns;
    int64_t worst_ns;
    int64_t worst_cpu_ns;
};

/* A feeder thread: its own pool of tokens and the pipe that it fills. */
struct feeder {
    const struct mint *mint;
    int pipe;
    size_t count;
    char (*tokens)[MK_TOKEN_SIZE];
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* What POST /link-session leaves of a request with one tag, for Chase. */
static void ask(struct mk_session *session, const struct mint *mint)
{
    session->institution = mint->chase;
    session->country_count = 1; /* US */
    session->customer_user_id = mk_copy("bench-customer");
    session->redirect_uri = mk_copy("http://localhost:3000/callback");
    session->tags = (struct mk_tags){ .text = mk_copy("user_type:admin"), .count = 1 };
    for (size_t i = 0; i < mint->products; i++)
        session->products[MK_PRODUCT_ACCOUNT_NUMBERS + i] =
            (struct mk_session_product){ .asked = true, .prefetch = true };
}

/* A user finishes Connect: one more pending link with its session. */
static bool connect_user(const struct mint *mint, char token[MK_TOKEN_SIZE])
{
    const struct mk_choices choices = { .institution = MK_NO_INSTITUTION };
    struct mk_world *world = mint->world;
    struct mk_issues issues = { 0 };
    struct mk_problem problem = { 0 };
    struct mk_session *session =
        mk_sessions_add(&world->sessions, &world->secrets, mk_world_now(world));
    struct mk_link *link;

    if (session == NULL)
        return false;
    ask(session, mint);
    if (mk_linking_finish(world, session, &choices, &issues, &problem, &link) != MK_OK)
        return false;
    mk_link_token_write(link, token);
    return true;
}

static bool mint_one(const struct mint *mint, char token[MK_TOKEN_SIZE])
{
    mk_world_lock(mint->world);
    bool fine = connect_user(mint, token);
    mk_world_unlock(mint->world);
    return fine;
}

static bool exchange_one(const struct mint *mint, const char *token)
{
    struct mk_link *link;

    mk_world_lock(mint->world);
    bool fine = mk_linking_exchange(mint->world, token, &link) == MK_OK;
    mk_world_unlock(mint->world);
    return fine;
}

/* Mints, and writes the tokens or, without a file, exchanges them; only the minting is timed. */
static bool mint_many(const struct mint *mint, size_t count, FILE *tokens, struct pace *pace)
{
    char token[MK_TOKEN_SIZE];

    for (size_t i = 0; i < count; i++) {
        int64_t start = now_ns(CLOCK_MONOTONIC);
        int64_t cpu_start = now_ns(CLOCK_THREAD_CPUTIME_ID);
        bool fine = mint_one(mint, token);
        int64_t cpu_taken = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_start;
        int64_t taken = now_ns(CLOCK_MONOTONIC) - start;

        if (!fine)
            return false;
        if (tokens == NULL ? !exchange_one(mint, token) : fprintf(tokens, "%s\n", token) < 0)
            return false;
        pace->total_ns += taken;
        if (taken > pace->worst_ns)
            pace->worst_ns = taken;
        if (cpu_taken > pace->worst_cpu_ns)
            pace->worst_cpu_ns = cpu_taken;
    }
    return true;
}

static void say_error(const char *what)
{
    printf("{\"error\": \"%s: %s\"}\n", what, strerror(errno));
}

static void say_pace(const struct pace *pace, bool fine)
{
    if (!fine)
        say_error("cannot mint");
    else
        printf("{\"total_ns\": %" PRId64 ", \"worst_ns\": %" PRId64 ", \"worst_cpu_ns\": %" PRId64
               "}\n",
               pace->total_ns, pace->worst_ns, pace->worst_cpu_ns);
}

static void command_mint(const struct mint *mint, const char *count, const char *path)
{
    struct pace pace = { 0 };
    FILE *file = fopen(path, "ae");

    if (file == NULL) {
        say_error("cannot open the token file");
        return;
    }

    bool fine = mint_many(mint, strtoul(count, NULL, 10), file, &pace);
    say_pace(&pace, fclose(file) == 0 && fine);
}

static void command_grow(const struct mint *mint, const char *count)
{
    struct pace pace = { 0 };
    bool fine = mint_many(mint, strtoul(count, NULL, 10), NULL, &pace);

    say_pace(&pace, fine);
}

static void command_products(struct mint *mint, const char *count)
{
    size_t asked = strtoul(count, NULL, 10);

    mint->products = asked < PRODUCTS ? asked : PRODUCTS;
    printf("{}\n");
}

static void command_report(struct mk_world *world)
{
    mk_world_lock(world);

    size_t links = world->links.store.count;
    size_t pending = mk_map_count(&world->links.by_token);

    mk_world_unlock(world);
    printf("{\"links\": %zu, \"pending\": %zu, \"connected\": %zu}\n", links, pending,
           links - pending);
}

/* Reads the tokens of a file into the feeder's pool. */
static bool load_pool(struct feeder *feeder, const char *path)
{
    FILE *file = fopen(path, "re");
    size_t room = 0;

    if (file == NULL)
        return false;
    for (;;) {
        if (feeder->count == room) {
            room = room == 0 ? 1024 : 2 * room;
            feeder->tokens = mk_resize(feeder->tokens, room, MK_TOKEN_SIZE);
        }
        if (fread(feeder->tokens[feeder->count], MK_TOKEN_SIZE, 1, file) != 1)
            break;
        feeder->count++;
    }
    fclose(file);
    return feeder->count > 0;
}

/* Never returns: the process ends around it. The pool's entries end with a newline, not a NUL. */
static void *feed(void *argument)
{
    struct feeder *feeder = argument;
    char batch[FEED_BATCH][MK_TOKEN_SIZE];
    struct mk_random random;

    mk_random_seeded(&random, 1, "bench feeder");
    for (;;) {
        for (size_t i = 0; i < FEED_BATCH; i++) {
            char *token = feeder->tokens[mk_random_next(&random) % feeder->count];

            memcpy(batch[i], token, MK_TOKEN_SIZE);
            if (!mint_one(feeder->mint, token))
                abort();
            token[MK_TOKEN_SIZE - 1] = '\n';
        }
        if (write(feeder->pipe, batch, sizeof(batch)) != (ssize_t)sizeof(batch))
            abort();
    }
}

struct feeder_start {
    struct feeder feeder;
    pthread_barrier_t started;
    pid_t task;
};

static void *start_feeding(void *argument)
{
    struct feeder_start *start = argument;

    start->task = gettid();
    pthread_barrier_wait(&start->started);
    return feed(&start->feeder);
}

static void command_feed(const struct mint *mint, const char *pipe_path, const char *token_path)
{
    static struct feeder_start start;
    pthread_t thread;

    /* Open for both ways: the pipe and what is in it outlive each reader. A small one holds few. */
    start.feeder = (struct feeder){ .mint = mint, .pipe = open(pipe_path, O_RDWR | O_CLOEXEC) };
    if (start.feeder.pipe < 0 || fcntl(start.feeder.pipe, F_SETPIPE_SZ, 4096) < 0 ||
        !load_pool(&start.feeder, token_path)) {
        say_error("cannot feed");
        return;
    }
    pthread_barrier_init(&start.started, NULL, 2);
    if (pthread_create(&thread, NULL, start_feeding, &start) != 0) {
        say_error("cannot start the feeder");
        return;
    }
    pthread_barrier_wait(&start.started);
    pthread_detach(thread);
    printf("{\"task\": %d}\n", (int)start.task);
}

static void obey(struct mint *mint, const char *line)
{
    char verb[WORD_SIZE] = "";
    char first[WORD_SIZE] = "";
    char second[WORD_SIZE] = "";
    int words = sscanf(line, "%511s %511s %511s", verb, first, second);

    if (words == 3 && strcmp(verb, "mint") == 0)
        command_mint(mint, first, second);
    else if (words == 2 && strcmp(verb, "grow") == 0)
        command_grow(mint, first);
    else if (words == 2 && strcmp(verb, "products") == 0)
        command_products(mint, first);
    else if (words == 3 && strcmp(verb, "feed") == 0)
        command_feed(mint, first, second);
    else if (words == 1 && strcmp(verb, "report") == 0)
        command_report(mint->world);
    else
        printf("{\"error\": \"unknown command\"}\n");
    fflush(stdout);
}

/* The world that the fixed token opens, and the bank that the links are at. */
static bool open_mint(const struct moneykit_sandbox *sandbox, struct mint *ret)
{
    const struct mk_service *service = &sandbox->service;
    const char *token = sandbox->options.access_token;
    struct mk_problem problem = { 0 };
    struct mk_caller caller;

    if (token == NULL ||
        mk_worlds_bearer(service->worlds, token, false, &problem, &caller) != MK_OK)
        return false;
    *ret = (struct mint){ .world = caller.world,
                          .catalog = service->bank->catalog,
                          .chase = (uint16_t)mk_catalog_find(service->bank->catalog, "chase"),
                          .products = PRODUCTS };
    return true;
}

int main(int count, char **arguments)
{
    char error[MONEYKIT_SANDBOX_ERROR_SIZE] = "needs --access-token";
    char line[3 * WORD_SIZE];
    struct mint mint;

    signal(SIGPIPE, SIG_IGN);

    struct moneykit_sandbox *sandbox =
        moneykit_sandbox_create((const char *const *)arguments + 1, (size_t)count - 1, error);
    if (sandbox == NULL || !moneykit_sandbox_start(sandbox, error) || !open_mint(sandbox, &mint)) {
        fprintf(stderr, "bench_server: %s\n", error);
        return 1;
    }
    printf("listening %s\n", moneykit_sandbox_address(sandbox));
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin) != NULL)
        obey(&mint, line);
    moneykit_sandbox_stop(sandbox);
    return 0;
}
