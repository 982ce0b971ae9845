/* SPDX-License-Identifier: MIT */
#include "http/poster.h"

#include "base/clock.h"
#include "base/text.h"
#include "support/wire.h"
#include "unit/suites.h"

#include <pthread.h>

enum { SPAN_MAX = 20 }; /* seconds that a test waits for what has to come */

/* What came back, in the order of coming. */
struct result {
    unsigned status;
    char problem[256];
    char headers[8192];
    char answer[8192];
    size_t answer_length;
    int64_t span;
};

static struct {
    struct mk_poster *poster;
    size_t done;
    struct result results[64]; /* by context */
    size_t order[64];
} box;

static void note(void *owner, const struct mk_posted *posted)
{
    size_t number = (size_t)(uintptr_t)posted->context;
    struct result *result = &box.results[number];

    ck_assert_ptr_eq(owner, &box);
    box.order[box.done++] = number;
    result->status = posted->status;
    result->span = posted->span;
    mk_copy_into(result->problem, sizeof(result->problem),
                 posted->problem == NULL ? "" : posted->problem);
    ck_assert_uint_lt(posted->headers_length, sizeof(result->headers));
    ck_assert_uint_lt(posted->answer_length, sizeof(result->answer));
    if (posted->headers_length > 0)
        memcpy(result->headers, posted->headers, posted->headers_length);
    if (posted->answer_length > 0)
        memcpy(result->answer, posted->answer, posted->answer_length);
    result->answer_length = posted->answer_length;
}

static void open_box(const char *const *allowed, size_t count)
{
    const struct mk_poster_config config = {
        .allowed = allowed, .allowed_count = count, .done = note, .owner = &box
    };

    memset(&box, 0, sizeof(box));
    box.poster = mk_poster_new(&config);
}

static void setup(void)
{
    open_box(NULL, 0);
}

static void teardown(void)
{
    mk_poster_free(box.poster);
}

static void start(size_t number, const char *url)
{
    const struct mk_post post = { .url = url,
                                  .headers = { "Content-Type: application/json", "X-Mark: yes" },
                                  .body = "{\"a\":1}",
                                  .length = 7,
                                  .sender = &box,
                                  .context = (void *)(uintptr_t)number };

    mk_poster_start(box.poster, &post);
}

static void wait_for(size_t count)
{
    int64_t end = mk_monotonic_now() + SPAN_MAX * MK_SECOND;

    while (box.done < count && mk_monotonic_now() < end)
        mk_poster_wait(box.poster, end);
    ck_assert_uint_eq(box.done, count);
}

/* --- A receiver that does as the path says ---------------------------------------------------- */

struct receiver {
    int fd;
    pthread_t thread;
    char url[64];
    const char *answer; /* NULL: says nothing and keeps the connection */
    size_t connections;
    char request[4096]; /* the last one */
};

static void read_request(int fd, struct receiver *receiver)
{
    size_t used = 0;

    memset(receiver->request, 0, sizeof(receiver->request));
    while (strstr(receiver->request, "{\"a\":1}") == NULL) {
        ssize_t got = recv(fd, receiver->request + used, sizeof(receiver->request) - used - 1, 0);
        if (got <= 0)
            return;
        used += (size_t)got;
    }
}

static void *receive(void *argument)
{
    struct receiver *receiver = argument;
    int fd;

    while ((fd = accept(receiver->fd, NULL, NULL)) >= 0) {
        receiver->connections++;
        read_request(fd, receiver);
        if (receiver->answer != NULL)
            send(fd, receiver->answer, strlen(receiver->answer), MSG_NOSIGNAL);
        if (receiver->answer != NULL)
            close(fd);
    }
    return NULL;
}

static void open_receiver(struct receiver *receiver, const char *answer)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);

    *receiver = (struct receiver){ .answer = answer, .fd = socket(AF_INET, SOCK_STREAM, 0) };
    ck_assert_int_eq(bind(receiver->fd, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(receiver->fd, 64), 0);
    getsockname(receiver->fd, (struct sockaddr *)&address, &length);
    snprintf(receiver->url, sizeof(receiver->url), "http://127.0.0.1:%u/hook",
             ntohs(address.sin_port));
    ck_assert_int_eq(pthread_create(&receiver->thread, NULL, receive, receiver), 0);
}

static void close_receiver(struct receiver *receiver)
{
    shutdown(receiver->fd, SHUT_RDWR);
    pthread_join(receiver->thread, NULL);
    close(receiver->fd);
}

/* --- Tests ------------------------------------------------------------------------------------ */

START_TEST(a_post_arrives_as_it_was_given)
{
    struct receiver receiver;

    open_receiver(&receiver, "HTTP/1.1 202 Accepted\r\nX-From: receiver\r\nContent-Length: 4\r\n"
                             "\r\nfine");
    start(1, receiver.url);
    ck_assert_uint_eq(mk_poster_count(box.poster), 1);
    wait_for(1);
    ck_assert_uint_eq(mk_poster_count(box.poster), 0);
    close_receiver(&receiver);
    ck_assert_uint_eq(box.results[1].status, 202);
    ck_assert_str_eq(box.results[1].problem, "");
    ck_assert_str_eq(box.results[1].answer, "fine");
    ck_assert_ptr_nonnull(strstr(box.results[1].headers, "X-From: receiver\r\n"));
    ck_assert_int_ge(box.results[1].span, 0);
    ck_assert(strncmp(receiver.request, "POST /hook HTTP/1.1\r\n", 21) == 0);
    ck_assert_ptr_nonnull(strstr(receiver.request, "\r\nContent-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(receiver.request, "\r\nX-Mark: yes\r\n"));
    ck_assert_ptr_nonnull(strstr(receiver.request, "\r\nContent-Length: 7\r\n"));
    ck_assert_ptr_null(strstr(receiver.request, "Expect"));
    ck_assert_ptr_nonnull(strstr(receiver.request, "\r\n\r\n{\"a\":1}"));
}
END_TEST

START_TEST(redirects_are_an_answer_like_others)
{
    struct receiver receiver;

    open_receiver(&receiver, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
                             "Content-Length: 0\r\n\r\n");
    start(1, receiver.url);
    wait_for(1);
    close_receiver(&receiver);
    ck_assert_uint_eq(box.results[1].status, 302);
    ck_assert_uint_eq(receiver.connections, 1);
}
END_TEST

START_TEST(each_post_has_a_connection_of_its_own)
{
    struct receiver receiver;

    open_receiver(&receiver, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (size_t i = 1; i <= 3; i++) {
        start(i, receiver.url);
        wait_for(i);
    }
    close_receiver(&receiver);
    ck_assert_uint_eq(receiver.connections, 3);
}
END_TEST

START_TEST(what_fails_says_why)
{
    struct receiver closes;
    char nobody[64];

    open_receiver(&closes, "");
    mk_copy_into(nobody, sizeof(nobody), closes.url);
    start(1, closes.url);
    wait_for(1);
    close_receiver(&closes);
    start(2, nobody);
    start(3, "ftp://127.0.0.1/");
    start(4, "nonsense");
    wait_for(4);
    for (size_t i = 1; i <= 4; i++) {
        ck_assert_uint_eq(box.results[i].status, 0);
        ck_assert_str_ne(box.results[i].problem, "");
    }
    ck_assert_ptr_nonnull(strstr(box.results[1].problem, "nothing"));
    ck_assert_ptr_nonnull(strstr(box.results[2].problem, "connect"));
}
END_TEST

START_TEST(the_internet_is_out_of_reach_unless_it_is_listed)
{
    static const char *const listed[] = { "203.0.113.7" };

    start(1, "http://203.0.113.7/");
    start(2, "http://169.254.169.254/latest");
    wait_for(2);
    ck_assert_ptr_nonnull(strstr(box.results[1].problem, "203.0.113.7 is neither loopback"));
    ck_assert_ptr_nonnull(strstr(box.results[2].problem, "--webhook-hosts"));
    teardown();

    open_box(listed, 1);
    start(3, "http://203.0.113.8/");
    wait_for(1);
    ck_assert_ptr_nonnull(strstr(box.results[3].problem, "--webhook-hosts"));
    start(4, "http://203.0.113.7/"); /* a documentation address: nobody answers */
    mk_poster_wait(box.poster, mk_monotonic_now() + MK_SECOND / 5);
    if (box.done == 2)
        ck_assert_ptr_null(strstr(box.results[4].problem, "--webhook-hosts"));
}
END_TEST

START_TEST(long_answers_are_cut)
{
    enum { LENGTH = 3 * 1024 * 1024 };
    struct receiver receiver;
    char *answer = mk_alloc(LENGTH + 64);
    int head = snprintf(answer, 64, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", LENGTH);

    memset(answer + head, 'x', LENGTH);
    answer[head + LENGTH] = '\0';
    open_receiver(&receiver, answer);
    start(1, receiver.url);
    wait_for(1);
    close_receiver(&receiver);
    free(answer);
    ck_assert_uint_eq(box.results[1].status, 200);
    ck_assert_uint_eq(box.results[1].answer_length, MK_POST_ANSWER_KEPT);
}
END_TEST

START_TEST(a_silent_receiver_keeps_nobody_else_waiting)
{
    struct receiver silent;
    struct receiver quick;
    int64_t began = mk_monotonic_now();

    open_receiver(&silent, NULL);
    open_receiver(&quick, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (size_t i = 1; i <= MK_POSTS_PER_RECEIVER_MAX; i++) {
        ck_assert(mk_poster_may(box.poster, &box, silent.url));
        start(i, silent.url);
    }
    ck_assert(!mk_poster_may(box.poster, &box, silent.url));
    ck_assert(mk_poster_may(box.poster, &box, quick.url));
    ck_assert(mk_poster_may(box.poster, &silent, silent.url)); /* of another sender */
    start(20, quick.url);
    wait_for(1);
    ck_assert_uint_eq(box.order[0], 20);
    ck_assert_uint_eq(box.results[20].status, 200);
    ck_assert_int_lt(mk_monotonic_now() - began, MK_POST_SECONDS * MK_SECOND);
    teardown(); /* with posts under way */
    setup();
    close_receiver(&silent);
    close_receiver(&quick);
}
END_TEST

START_TEST(a_receiver_has_ten_seconds)
{
    struct receiver silent;

    open_receiver(&silent, NULL);
    start(1, silent.url);
    wait_for(1);
    close_receiver(&silent);
    ck_assert_uint_eq(box.results[1].status, 0);
    ck_assert_str_eq(box.results[1].problem, "No whole answer within 10 seconds");
    ck_assert_int_ge(box.results[1].span, MK_POST_SECONDS * MK_SECOND - MK_SECOND / 10);
}
END_TEST

static void *wake_soon(void *poster)
{
    usleep(20000);
    mk_poster_wake(poster);
    return NULL;
}

START_TEST(a_wait_ends_when_it_is_woken_or_over)
{
    pthread_t thread;
    int64_t began = mk_monotonic_now();

    mk_poster_wait(box.poster, began + MK_SECOND / 20);
    ck_assert_int_ge(mk_monotonic_now() - began, MK_SECOND / 20 - 2000);
    mk_poster_wake(box.poster); /* before the wait */
    mk_poster_wait(box.poster, INT64_MAX);
    ck_assert_int_eq(pthread_create(&thread, NULL, wake_soon, box.poster), 0);
    mk_poster_wait(box.poster, INT64_MAX);
    pthread_join(thread, NULL);
    mk_poster_wait(box.poster, 0);
    ck_assert_uint_eq(box.done, 0);
}
END_TEST

Suite *poster_suite(void)
{
    Suite *suite = suite_create("poster");
    TCase *tcase = tcase_create("poster");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_post_arrives_as_it_was_given);
    tcase_add_test(tcase, redirects_are_an_answer_like_others);
    tcase_add_test(tcase, each_post_has_a_connection_of_its_own);
    tcase_add_test(tcase, what_fails_says_why);
    tcase_add_test(tcase, the_internet_is_out_of_reach_unless_it_is_listed);
    tcase_add_test(tcase, long_answers_are_cut);
    tcase_add_test(tcase, a_silent_receiver_keeps_nobody_else_waiting);
    tcase_add_test(tcase, a_receiver_has_ten_seconds);
    tcase_add_test(tcase, a_wait_ends_when_it_is_woken_or_over);
    suite_add_tcase(suite, tcase);
    return suite;
}
