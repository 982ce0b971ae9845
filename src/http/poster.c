/* SPDX-License-Identifier: MIT */
#include "http/poster.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/url.h"
#include "http/curl.h"
#include "http/reach.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How much of an answer is read on after what is kept of it: then its status is answer enough. */
#define ANSWER_READ ((size_t)1024 * 1024)

/* A host and port that is being called by one sender. */
struct receiver {
    const void *sender;
    char origin[sizeof(((struct mk_url *)0)->origin)];
    unsigned count; /* posts under way; 0: the place is free */
};

/* A post under way. */
struct carriage {
    struct carriage *previous;
    struct carriage *next;
    struct mk_poster *poster;
    struct receiver *receiver;
    CURL *handle; /* NULL: it can't start */
    struct curl_slist *headers;
    void *context;
    int64_t started;
    bool may_go_anywhere; /* its host is listed */
    bool has_seen_enough; /* of the answer */
    size_t answer_seen;
    struct mk_text answer_headers;
    struct mk_text answer;
    char problem[CURL_ERROR_SIZE];
};

struct mk_poster {
    struct mk_poster_config config;
    const struct mk_curl *curl; /* NULL until the first post */
    CURLM *multi;
    int wake_fd;
    struct carriage *first; /* all that are under way */
    size_t count;
    size_t stillborn; /* of them, those without a handle */
    struct receiver receivers[MK_POSTS_MAX];
};

struct mk_poster *mk_poster_new(const struct mk_poster_config *config)
{
    struct mk_poster *poster = mk_alloc_zero(1, sizeof(*poster));

    poster->config = *config;
    poster->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return poster;
}

/* The receiver's place; with `wants_new` one is made. NULL: it has none. */
static struct receiver *find_receiver(struct mk_poster *poster, const void *sender,
                                      const char *origin, bool wants_new)
{
    struct receiver *free_place = NULL;

    for (size_t i = 0; i < MK_POSTS_MAX; i++) {
        struct receiver *receiver = &poster->receivers[i];
        if (receiver->count > 0 && receiver->sender == sender &&
            strcmp(receiver->origin, origin) == 0)
            return receiver;
        if (receiver->count == 0 && free_place == NULL)
            free_place = receiver;
    }
    if (!wants_new || free_place == NULL)
        return NULL;
    free_place->sender = sender;
    mk_copy_into(free_place->origin, sizeof(free_place->origin), origin);
    return free_place;
}

static void read_origin(const char *url, struct mk_url *ret)
{
    if (!mk_url_read(url, ret))
        *ret = (struct mk_url){ .origin = "" };
}

bool mk_poster_may(const struct mk_poster *poster, const void *sender, const char *url)
{
    struct mk_url parts;

    if (poster->count == 0 || poster->count >= MK_POSTS_MAX)
        return poster->count == 0;
    read_origin(url, &parts);
    const struct receiver *receiver =
        find_receiver((struct mk_poster *)poster, sender, parts.origin, false);
    return receiver == NULL || receiver->count < MK_POSTS_PER_RECEIVER_MAX;
}

size_t mk_poster_count(const struct mk_poster *poster)
{
    return poster->count;
}

void mk_poster_wake(struct mk_poster *poster)
{
    eventfd_write(poster->wake_fd, 1);
}

/* --- libcurl's callbacks ---------------------------------------------------------------------- */

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct carriage *carriage = context;
    size_t length = size * count;

    if (length > 5 && strncmp(bytes, "HTTP/", 5) == 0) /* of the last answer: a 100 came before */
        carriage->answer_headers.length = 0;
    if (carriage->answer_headers.length + length <= MK_POST_HEADERS_KEPT)
        mk_text_add(&carriage->answer_headers, bytes, length);
    return length;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct carriage *carriage = context;
    size_t length = size * count;
    size_t room = MK_POST_ANSWER_KEPT - carriage->answer.length;

    mk_text_add(&carriage->answer, bytes, length < room ? length : room);
    carriage->answer_seen += length;
    carriage->has_seen_enough = carriage->answer_seen > ANSWER_READ;
    return carriage->has_seen_enough ? 0 : length;
}

/* The address is known now, whatever the name said before: a name may change its mind. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct carriage *carriage = context;
    char text[MK_REACH_TEXT_SIZE];

    (void)purpose;
    if (carriage->may_go_anywhere || mk_reach_is_private(&address->addr))
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    mk_reach_write(&address->addr, text);
    snprintf(carriage->problem, sizeof(carriage->problem),
             "%s is neither loopback nor private: webhooks may go there with --webhook-hosts",
             text);
    return CURL_SOCKET_BAD;
}

/* --- Starting --------------------------------------------------------------------------------- */

static bool load_curl(struct mk_poster *poster)
{
    if (poster->multi == NULL) {
        poster->curl = mk_curl_load();
        poster->multi = poster->curl != NULL ? poster->curl->multi_init() : NULL;
    }
    return poster->multi != NULL;
}

static struct curl_slist *header_list(const struct mk_curl *curl, const struct mk_post *post)
{
    struct curl_slist *list = curl->slist_append(NULL, "Expect:");

    for (size_t i = 0; i < MK_POST_HEADERS && post->headers[i] != NULL; i++)
        list = curl->slist_append(list, post->headers[i]);
    return list;
}

/* A connection of its own for each: one that was kept may be dead, and a retry on it a double. */
static void set_options(const struct mk_curl *curl, struct carriage *carriage,
                        const struct mk_post *post)
{
    CURL *handle = carriage->handle;

    curl->easy_setopt(handle, CURLOPT_URL, post->url);
    curl->easy_setopt(handle, CURLOPT_POST, 1L);
    curl->easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->length);
    curl->easy_setopt(handle, CURLOPT_POSTFIELDS, post->body);
    curl->easy_setopt(handle, CURLOPT_HTTPHEADER, carriage->headers);
    curl->easy_setopt(handle, CURLOPT_USERAGENT, "moneykit-sandbox/" MK_VERSION);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    curl->easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    curl->easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L); /* its end waits for no name server */
    curl->easy_setopt(handle, CURLOPT_TIMEOUT, (long)MK_POST_SECONDS);
    curl->easy_setopt(handle, CURLOPT_CAINFO, NULL);
    curl->easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    curl->easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(handle, CURLOPT_HEADERDATA, carriage);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_answer);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, carriage);
    curl->easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl->easy_setopt(handle, CURLOPT_OPENSOCKETDATA, carriage);
    curl->easy_setopt(handle, CURLOPT_PRIVATE, carriage);
}

static void send_off(struct mk_poster *poster, struct carriage *carriage,
                     const struct mk_post *post)
{
    if (load_curl(poster))
        carriage->handle = poster->curl->easy_init();
    if (carriage->handle == NULL) {
        mk_copy_into(carriage->problem, sizeof(carriage->problem), "libcurl can't be loaded");
        poster->stillborn++;
        return;
    }
    carriage->headers = header_list(poster->curl, post);
    set_options(poster->curl, carriage, post);
    poster->curl->multi_add_handle(poster->multi, carriage->handle);
}

void mk_poster_start(struct mk_poster *poster, const struct mk_post *post)
{
    struct carriage *carriage = mk_alloc_zero(1, sizeof(*carriage));
    struct mk_url url;

    read_origin(post->url, &url);
    carriage->poster = poster;
    carriage->context = post->context;
    carriage->started = mk_monotonic_now();
    carriage->may_go_anywhere =
        mk_reach_is_listed(url.host, poster->config.allowed, poster->config.allowed_count);
    carriage->receiver = find_receiver(poster, post->sender, url.origin, true);
    if (carriage->receiver != NULL)
        carriage->receiver->count++;
    carriage->answer_headers = MK_TEXT(MK_POST_HEADERS_KEPT);
    carriage->answer = MK_TEXT(MK_POST_ANSWER_KEPT);
    carriage->next = poster->first;
    if (poster->first != NULL)
        poster->first->previous = carriage;
    poster->first = carriage;
    poster->count++;
    send_off(poster, carriage, post);
}

/* --- Ending ----------------------------------------------------------------------------------- */

static void unlink_carriage(struct mk_poster *poster, struct carriage *carriage)
{
    if (carriage->previous != NULL)
        carriage->previous->next = carriage->next;
    else
        poster->first = carriage->next;
    if (carriage->next != NULL)
        carriage->next->previous = carriage->previous;
    if (carriage->receiver != NULL)
        carriage->receiver->count--;
    poster->count--;
    poster->stillborn -= carriage->handle == NULL;
}

static void free_carriage(struct mk_poster *poster, struct carriage *carriage)
{
    unlink_carriage(poster, carriage);
    if (carriage->handle != NULL) {
        poster->curl->multi_remove_handle(poster->multi, carriage->handle);
        poster->curl->easy_cleanup(carriage->handle);
        poster->curl->slist_free_all(carriage->headers);
    }
    mk_text_done(&carriage->answer_headers);
    mk_text_done(&carriage->answer);
    free(carriage);
}

/* The carriage is gone when the owner hears of it, so that its place is free. */
static void report(struct mk_poster *poster, struct carriage *carriage, unsigned status,
                   const char *problem)
{
    struct mk_text headers = carriage->answer_headers;
    struct mk_text answer = carriage->answer;
    const struct mk_posted posted = { .context = carriage->context,
                                      .status = status,
                                      .problem = status == 0 ? problem : NULL,
                                      .headers = headers.bytes,
                                      .headers_length = headers.length,
                                      .answer = answer.bytes,
                                      .answer_length = answer.length,
                                      .span = mk_monotonic_now() - carriage->started };

    carriage->answer_headers = MK_TEXT(0);
    carriage->answer = MK_TEXT(0);
    free_carriage(poster, carriage);
    poster->config.done(poster->config.owner, &posted);
    mk_text_done(&headers);
    mk_text_done(&answer);
}

static void finish(struct mk_poster *poster, CURL *handle, CURLcode code)
{
    struct carriage *carriage = NULL;
    long status = 0;
    char problem[CURL_ERROR_SIZE];

    poster->curl->easy_getinfo(handle, CURLINFO_PRIVATE, (char **)&carriage);
    poster->curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_WRITE_ERROR && carriage->has_seen_enough)
        code = CURLE_OK;
    mk_copy_into(problem, sizeof(problem), carriage->problem);
    if (problem[0] == '\0')
        mk_copy_into(problem, sizeof(problem), poster->curl->easy_strerror(code));
    if (code == CURLE_OPERATION_TIMEDOUT)
        snprintf(problem, sizeof(problem), "No whole answer within %d seconds", MK_POST_SECONDS);
    report(poster, carriage, code == CURLE_OK ? (unsigned)status : 0, problem);
}

static bool report_stillborn(struct mk_poster *poster)
{
    bool is_any = poster->stillborn > 0;

    while (poster->stillborn > 0) {
        struct carriage *carriage = poster->first;
        while (carriage->handle != NULL)
            carriage = carriage->next;
        char problem[CURL_ERROR_SIZE];
        mk_copy_into(problem, sizeof(problem), carriage->problem);
        report(poster, carriage, 0, problem);
    }
    return is_any;
}

static bool report_done(struct mk_poster *poster)
{
    const CURLMsg *message;
    bool is_any = report_stillborn(poster);
    int left;

    if (poster->multi == NULL)
        return is_any;
    poster->curl->multi_perform(poster->multi, &left);
    while ((message = poster->curl->multi_info_read(poster->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        finish(poster, message->easy_handle, message->data.result);
        is_any = true;
    }
    return is_any;
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static int milliseconds_until(int64_t until)
{
    const int64_t longest = MK_HOUR;
    int64_t now = mk_monotonic_now();
    int64_t left = until <= now ? 0 : until - now;

    return (int)(((left < longest ? left : longest) + 999) / 1000);
}

static void wait_quietly(const struct mk_poster *poster, int milliseconds)
{
    struct pollfd polled = { .fd = poster->wake_fd, .events = POLLIN };

    poll(&polled, 1, milliseconds);
}

void mk_poster_wait(struct mk_poster *poster, int64_t until)
{
    struct curl_waitfd extra = { .fd = poster->wake_fd, .events = CURL_WAIT_POLLIN };
    int milliseconds = milliseconds_until(until);
    eventfd_t value;
    int ready;

    if (report_done(poster))
        return;
    if (poster->count == 0)
        wait_quietly(poster, milliseconds);
    else
        poster->curl->multi_poll(poster->multi, &extra, 1, milliseconds, &ready);
    eventfd_read(poster->wake_fd, &value);
    report_done(poster);
}

void mk_poster_free(struct mk_poster *poster)
{
    if (poster == NULL)
        return;
    for (struct carriage *at = poster->first, *next; at != NULL; at = next) {
        next = at->next;
        free_carriage(poster, at);
    }
    if (poster->multi != NULL)
        poster->curl->multi_cleanup(poster->multi);
    close(poster->wake_fd);
    free(poster);
}
