/* SPDX-License-Identifier: MIT */
/* Bodies that go on. */
#include "http/server.h"

#include "base/clock.h"
#include "base/text.h"
#include "support/wire.h"
#include "unit/suites.h"

#include <pthread.h>

#define MIB ((size_t)1 << 20)

static struct mk_server *server;

/* What all feeds tell, each from the beginning. */
static struct {
    pthread_mutex_t lock;
    struct mk_bells bells;
    struct mk_text said;
    bool is_over;
    atomic_bool is_stopping;
    atomic_uint made;
    atomic_uint idle; /* reads that found nothing */
    atomic_uint done;
} source = { .lock = PTHREAD_MUTEX_INITIALIZER, .said = { .limit = 64 * 1024 * 1024 } };

struct feed {
    struct mk_bell *bell;
    size_t at;
    unsigned ticks;
    int64_t next_tick;
};

static void say(const char *bytes, size_t length)
{
    pthread_mutex_lock(&source.lock);
    mk_text_add(&source.said, bytes, length);
    mk_bells_ring(&source.bells);
    pthread_mutex_unlock(&source.lock);
}

static void end_source(void)
{
    pthread_mutex_lock(&source.lock);
    source.is_over = true;
    mk_bells_ring(&source.bells);
    pthread_mutex_unlock(&source.lock);
}

/* The lock is held. */
static ptrdiff_t read_said(struct feed *feed, char *out, size_t room)
{
    size_t left = source.said.length - feed->at;
    size_t size = left < room ? left : room;

    ck_assert_uint_gt(room, 0);
    if (size > 0)
        memcpy(out, source.said.bytes + feed->at, size);
    feed->at += size;
    return (ptrdiff_t)size;
}

static ptrdiff_t read_source(void *state, char *out, size_t room, int64_t *ret_until)
{
    struct feed *feed = state;

    (void)ret_until;
    pthread_mutex_lock(&source.lock);
    ptrdiff_t got = read_said(feed, out, room);
    if (got == 0 && (source.is_over || source.is_stopping))
        got = -1;
    if (got == 0) {
        mk_bells_add(&source.bells, feed->bell);
        source.idle++;
    }
    pthread_mutex_unlock(&source.lock);
    return got;
}

/* It has never heard of stops. */
static ptrdiff_t read_deaf(void *state, char *out, size_t room, int64_t *ret_until)
{
    (void)state;
    (void)out;
    (void)room;
    (void)ret_until;
    source.idle++;
    return 0;
}

static ptrdiff_t read_flood(void *state, char *out, size_t room, int64_t *ret_until)
{
    (void)state;
    (void)ret_until;
    memset(out, 'F', room);
    return (ptrdiff_t)room;
}

/* Three words, 100 ms between them. */
static ptrdiff_t read_clock(void *state, char *out, size_t room, int64_t *ret_until)
{
    struct feed *feed = state;
    int64_t now = mk_monotonic_now();

    ck_assert_uint_ge(room, 5);
    if (feed->ticks == 3)
        return -1;
    if (now < feed->next_tick) {
        *ret_until = feed->next_tick;
        return 0;
    }
    feed->ticks++;
    feed->next_tick = now + MK_SECOND / 10;
    memcpy(out, "tick\n", 5);
    return 5;
}

static void end_feed(void *state)
{
    struct feed *feed = state;

    mk_bell_release(feed->bell);
    free(feed);
    source.done++;
}

static void dispatch(void *context, const struct mk_request *request, struct mk_response *response)
{
    static const struct {
        const char *target;
        ptrdiff_t (*read)(void *state, char *out, size_t room, int64_t *ret_until);
    } feeds[] = { { "/feed", read_source },
                  { "/deaf", read_deaf },
                  { "/flood", read_flood },
                  { "/clock", read_clock } };

    for (size_t i = 0; i < MK_COUNT(feeds); i++) {
        if (strcmp(request->target, feeds[i].target) != 0)
            continue;
        struct feed *feed = mk_alloc_zero(1, sizeof(*feed));
        feed->bell = mk_bell_hold(mk_request_bell(request));
        response->status = 200;
        response->content_type = "text/event-stream";
        response->feed = (struct mk_feed){ .read = feeds[i].read, .done = end_feed, .state = feed };
        source.made++;
        return;
    }
    wire_echo(context, request, response);
}

static void setup(void)
{
    source.is_over = false;
    source.is_stopping = false;
    source.made = source.idle = source.done = 0;
    server = wire_start((struct mk_server_config){
        .dispatch = dispatch, .idle_seconds = 1, .request_seconds = 1, .stop_seconds = 3 });
}

static void stop(void)
{
    source.is_stopping = true;
    mk_server_stop(server);
    server = NULL;
}

static void teardown(void)
{
    stop();
    ck_assert_uint_eq(source.made, source.done);
    mk_bells_done(&source.bells);
    mk_text_done(&source.said);
}

static void expect(atomic_uint *number, unsigned wanted)
{
    int64_t end = mk_monotonic_now() + WIRE_PATIENCE_SECONDS * MK_SECOND;

    while (*number < wanted && mk_monotonic_now() < end)
        usleep(1000);
    ck_assert_uint_ge(*number, wanted);
}

/* Asks and reads the head. */
static int open_feed(const char *target, const char *version)
{
    char request[128];
    int fd = wire_connect(server);

    snprintf(request, sizeof(request), "GET %s HTTP/%s\r\nHost: h\r\n\r\n", target, version);
    ck_assert(wire_say(fd, request));
    struct wire_reply reply = wire_read(fd);
    ck_assert_int_eq(reply.status, 200);
    ck_assert(wire_says(&reply, "\r\nContent-Type: text/event-stream\r\n"));
    ck_assert(!wire_says(&reply, "Content-Length"));
    ck_assert_int_eq(wire_says(&reply, "\r\nTransfer-Encoding: chunked\r\n"), version[2] == '1');
    wire_forget(&reply);
    return fd;
}

/* Reads a line that ends like this; false when the connection ends first. */
static bool read_line(int fd, char *line, size_t size)
{
    for (size_t i = 0; i < size - 1; i++) {
        if (recv(fd, line + i, 1, 0) != 1)
            return false;
        line[i + 1] = '\0';
        if (line[i] == '\n')
            return true;
    }
    return false;
}

/* One chunk; -1 when the connection ended, 0 for the last chunk. */
static ssize_t read_chunk(int fd, char *bytes, size_t room)
{
    struct wire_reply chunk = { .bytes = bytes };
    char line[32];
    char end[3] = "";

    if (!read_line(fd, line, sizeof(line)))
        return -1;
    size_t size = strtoul(line, NULL, 16);
    ck_assert_uint_lt(size, room);
    if (!wire_gather(fd, &chunk, size))
        return -1;
    ck_assert(read_line(fd, end, sizeof(end)));
    ck_assert_str_eq(end, "\r\n");
    return (ssize_t)size;
}

/* What comes in chunks, until it is all of that. */
static void expect_bytes(int fd, const char *wanted)
{
    static char bytes[64 * 1024];

    for (size_t at = 0; at < strlen(wanted);) {
        ssize_t got = read_chunk(fd, bytes, sizeof(bytes));
        ck_assert_int_gt(got, 0);
        ck_assert_uint_le(at + (size_t)got, strlen(wanted));
        ck_assert(memcmp(bytes, wanted + at, (size_t)got) == 0);
        at += (size_t)got;
    }
}

static void expect_end(int fd)
{
    char bytes[16];

    ck_assert_int_eq(read_chunk(fd, bytes, sizeof(bytes)), 0);
}

START_TEST(a_feed_tells_as_it_happens)
{
    int fd = open_feed("/feed", "1.1");

    expect(&source.idle, 1); /* the head came before anything was said */
    say("one", 3);
    expect_bytes(fd, "one");
    say("two", 3);
    expect_bytes(fd, "two");
    end_source();
    expect_end(fd);
    expect(&source.done, 1);
    wire_expect(fd, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /next ");
    close(fd);
}
END_TEST

START_TEST(a_feed_names_the_time)
{
    int64_t start = mk_monotonic_now();
    int fd = open_feed("/clock", "1.1");

    expect_bytes(fd, "tick\ntick\ntick\n");
    expect_end(fd);
    ck_assert(mk_monotonic_now() - start >= MK_SECOND / 5);
    close(fd);
}
END_TEST

START_TEST(an_old_client_reads_to_the_end)
{
    char bytes[16] = "";
    struct wire_reply body = { .bytes = bytes };
    int fd = open_feed("/feed", "1.0");

    expect(&source.idle, 1);
    say("abc", 3);
    expect(&source.idle, 2);
    say("def", 3);
    end_source();
    ck_assert(wire_gather(fd, &body, 6));
    ck_assert_str_eq(bytes, "abcdef");
    ck_assert(wire_ended(fd));
    close(fd);
}
END_TEST

START_TEST(a_head_has_no_feed)
{
    int fd = wire_connect(server);

    ck_assert(wire_say(fd, "HEAD /feed HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct wire_reply reply = wire_read_as(fd, true);
    ck_assert_int_eq(reply.status, 200);
    wire_forget(&reply);
    expect(&source.done, 1);
    ck_assert_uint_eq(source.idle, 0);
    ck_assert(wire_ended(fd));
    close(fd);
}
END_TEST

START_TEST(an_idle_feed_has_no_time_limit)
{
    int fd = open_feed("/feed", "1.1");

    usleep(2500000);
    say("late", 4);
    expect_bytes(fd, "late");
    usleep(1500000);
    say("later", 5);
    expect_bytes(fd, "later");
    close(fd);
}
END_TEST

START_TEST(who_reads_gets_all_of_it)
{
    enum { SIZE = 4 * 1024 * 1024 };
    static char bytes[64 * 1024];
    char *all = mk_alloc(SIZE);
    size_t at = 0;

    for (size_t i = 0; i < SIZE; i++)
        all[i] = (char)(i * 31 >> 3);
    say(all, SIZE);
    end_source();
    int fd = open_feed("/feed", "1.1");
    ssize_t got;
    while ((got = read_chunk(fd, bytes, sizeof(bytes))) > 0) {
        ck_assert_uint_le(at + (size_t)got, SIZE);
        ck_assert(memcmp(all + at, bytes, (size_t)got) == 0);
        at += (size_t)got;
    }
    ck_assert_int_eq(got, 0);
    ck_assert_uint_eq(at, SIZE);
    close(fd);
    free(all);
}
END_TEST

/* While it takes nothing, others are served; who takes its time but takes it is left alone. */
START_TEST(who_does_not_read_is_dropped)
{
    static char bytes[64 * 1024];
    int64_t start = mk_monotonic_now();
    int lazy = open_feed("/flood", "1.1");
    int slow = open_feed("/flood", "1.1");
    int good = wire_connect(server);

    while (source.done == 0) {
        ck_assert(mk_monotonic_now() - start < WIRE_PATIENCE_SECONDS * MK_SECOND);
        wire_expect(good, "GET /good HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /good ");
        for (int i = 0; i < 100; i++)
            ck_assert_int_gt(read_chunk(slow, bytes, sizeof(bytes)), 0);
        usleep(10000);
    }
    ck_assert(mk_monotonic_now() - start >= MK_SECOND);
    ck_assert_uint_eq(source.done, 1);
    ck_assert_int_gt(read_chunk(slow, bytes, sizeof(bytes)), 0);
    close(slow);
    expect(&source.done, 2);
    close(lazy);
    close(good);
}
END_TEST

START_TEST(a_client_that_leaves_is_noticed)
{
    struct linger reset = { .l_onoff = 1 };

    for (unsigned i = 0; i < 6; i++) {
        int fd = open_feed(i % 3 == 0 ? "/feed" : i % 3 == 1 ? "/deaf" : "/flood", "1.1");
        if (i % 2 == 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        close(fd);
        expect(&source.done, i + 1);
    }
    say("to nobody", 9);
}
END_TEST

START_TEST(a_stop_ends_feeds_at_once)
{
    static const char *const targets[] = { "/feed", "/deaf" };
    static char bytes[64 * 1024];
    int fds[MK_COUNT(targets)];
    int64_t start = mk_monotonic_now();

    for (size_t i = 0; i < MK_COUNT(targets); i++)
        fds[i] = open_feed(targets[i], "1.1");
    expect(&source.idle, 2);
    stop();
    ck_assert(mk_monotonic_now() - start < 2 * MK_SECOND);
    ck_assert_uint_eq(source.done, 2);
    for (size_t i = 0; i < MK_COUNT(targets); i++) {
        ck_assert_int_eq(read_chunk(fds[i], bytes, sizeof(bytes)), 0);
        ck_assert(wire_ended(fds[i]));
        close(fds[i]);
    }
}
END_TEST

static void *read_all(void *argument)
{
    static char bytes[64 * 1024];
    const int *fd = argument;
    ssize_t got;

    while ((got = read_chunk(*fd, bytes, sizeof(bytes))) > 0)
        ;
    ck_assert_int_eq(got, 0);
    return NULL;
}

START_TEST(a_stop_ends_a_feed_that_never_would)
{
    int fd = open_feed("/flood", "1.1");
    pthread_t reader;
    int64_t start = mk_monotonic_now();

    ck_assert_int_eq(pthread_create(&reader, NULL, read_all, &fd), 0);
    usleep(50000);
    stop();
    pthread_join(reader, NULL);
    ck_assert(mk_monotonic_now() - start < 2 * MK_SECOND);
    close(fd);
}
END_TEST

START_TEST(a_stop_does_not_wait_for_who_does_not_read)
{
    int fd = open_feed("/flood", "1.1");
    int64_t start = mk_monotonic_now();

    usleep(50000);
    stop();
    ck_assert(mk_monotonic_now() - start < 5 * MK_SECOND);
    ck_assert_uint_eq(source.done, 1);
    close(fd);
}
END_TEST

static void *say_much(void *argument)
{
    (void)argument;
    for (int i = 0; i < 500; i++)
        say("0123456789", 10);
    return NULL;
}

START_TEST(many_feeds_tell_the_same)
{
    enum { FEEDS = 100, SPEAKERS = 4 };
    static char bytes[64 * 1024];
    int fds[FEEDS];
    pthread_t speakers[SPEAKERS];

    for (size_t i = 0; i < FEEDS; i++)
        fds[i] = open_feed("/feed", "1.1");
    for (size_t i = 0; i < SPEAKERS; i++)
        ck_assert_int_eq(pthread_create(&speakers[i], NULL, say_much, NULL), 0);
    for (size_t i = 0; i < SPEAKERS; i++)
        pthread_join(speakers[i], NULL);
    end_source();
    for (size_t i = 0; i < FEEDS; i++) {
        size_t total = 0;
        ssize_t got;
        while ((got = read_chunk(fds[i], bytes, sizeof(bytes))) > 0)
            total += (size_t)got;
        ck_assert_int_eq(got, 0);
        ck_assert_uint_eq(total, SPEAKERS * 5000);
        close(fds[i]);
    }
}
END_TEST

Suite *server_feeds_suite(void)
{
    Suite *suite = suite_create("server_feeds");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_feed_tells_as_it_happens);
    tcase_add_test(all, a_feed_names_the_time);
    tcase_add_test(all, an_old_client_reads_to_the_end);
    tcase_add_test(all, a_head_has_no_feed);
    tcase_add_test(all, an_idle_feed_has_no_time_limit);
    tcase_add_test(all, who_reads_gets_all_of_it);
    tcase_add_test(all, who_does_not_read_is_dropped);
    tcase_add_test(all, a_client_that_leaves_is_noticed);
    tcase_add_test(all, a_stop_ends_feeds_at_once);
    tcase_add_test(all, a_stop_ends_a_feed_that_never_would);
    tcase_add_test(all, a_stop_does_not_wait_for_who_does_not_read);
    tcase_add_test(all, many_feeds_tell_the_same);
    suite_add_tcase(suite, all);
    return suite;
}
