/* SPDX-License-Identifier: MIT */
/*
 * Posts webhooks: many at a time on one thread, over libcurl's multi interface, which is loaded
 * at the first post (its libraries would be half of an idle server's memory).
 *
 * A poster belongs to the thread that calls it, but for mk_poster_wake(). It knows nothing of
 * worlds. http and https; no redirect is followed, no proxy is asked, no cookie kept; certificates
 * are not checked, since receivers on a developer's machine sign their own.
 */
#ifndef MK_HTTP_POSTER_H
#define MK_HTTP_POSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits, ours. */
#define MK_POST_SECONDS 10           /* from the start to the end of an answer */
#define MK_POSTS_MAX 512U            /* under way at a time */
#define MK_POSTS_PER_RECEIVER_MAX 8U /* of them for one sender to one host and port */
#define MK_POST_HEADERS_KEPT ((size_t)4 * 1024)
#define MK_POST_ANSWER_KEPT ((size_t)4 * 1024)

struct mk_poster;

enum { MK_POST_HEADERS = 4 };

struct mk_post {
    const char *url;                      /* borrowed until it is done, as all here */
    const char *headers[MK_POST_HEADERS]; /* "Name: value"; NULL after the last */
    const char *body;
    size_t length;
    const void *sender; /* no sender's posts take the room of another's at a receiver */
    void *context;      /* comes back with the result */
};

/* How it went. Borrowed by the callback. */
struct mk_posted {
    void *context;
    unsigned status;     /* 0: there was no answer, and */
    const char *problem; /* says why: "Connection refused"; else NULL */
    const char *headers; /* of the answer, as they came, at most MK_POST_HEADERS_KEPT */
    size_t headers_length;
    const char *answer; /* its body's first MK_POST_ANSWER_KEPT bytes */
    size_t answer_length;
    int64_t span; /* how long it took, real microseconds */
};

/* Which hosts may be called; `allowed` has more of them: names, addresses, *.suffix or *. */
struct mk_poster_config {
    const char *const *allowed; /* NULL-free list, borrowed */
    size_t allowed_count;       /* 0: loopback and private addresses only */
    void (*done)(void *owner, const struct mk_posted *posted);
    void *owner;
};

struct mk_poster *mk_poster_new(const struct mk_poster_config *config);

/* Gives up what is under way (`done` is not called for it) and frees everything. */
void mk_poster_free(struct mk_poster *poster);

/* Whether there is room for one more post, of this sender to this receiver and in all. */
bool mk_poster_may(const struct mk_poster *poster, const void *sender, const char *url);

/*
 * Starts a post. One that can't even start, or whose host or the address that its name stands for
 * must not be called, is done at the next mk_poster_wait(), with a problem.
 */
void mk_poster_start(struct mk_poster *poster, const struct mk_post *post);

/* Moves everything on until something is done, woken up or `until` (mk_monotonic_now()). */
void mk_poster_wait(struct mk_poster *poster, int64_t until);

/* Ends the wait, or the next one. Any thread. */
void mk_poster_wake(struct mk_poster *poster);

/* Posts under way. */
size_t mk_poster_count(const struct mk_poster *poster);

#endif
