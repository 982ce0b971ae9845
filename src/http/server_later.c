/* SPDX-License-Identifier: MIT */
/*
 * Connections that wait for an answer, or for more of one. They are parked: libmicrohttpd has them
 * suspended, no deadline of a request counts, and what ends the wait is one of
 *
 *     the bell    any thread rings; the connection goes onto the loop's list, and the loop wakes
 *     the time    `until`, the connection's deadline while it is parked
 *     the client  its socket is watched for the end of what it sends
 *     the stop    which hurries everybody
 *
 * A client that only shuts its sending side down counts as gone, as it does for libmicrohttpd.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "http/server_private.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many who left are looked at in one turn. */
enum { EVENTS_MAX = 64, ROOM_MIN = 16 };

/* Whoever wants to be asked again at once waits for so long. */
#define SHORTEST_WAIT (MK_SECOND / 1000)

/* --- The heap of those who are parked --------------------------------------------------------- */

static void put(struct mk_parked *parked, size_t place, struct mk_connection *c)
{
    parked->items[place] = c;
    c->place = place + 1;
}

/* Puts a connection where it belongs, above or below a place that is free. */
static void settle(struct mk_parked *parked, size_t hole, struct mk_connection *c)
{
    struct mk_connection **items = parked->items;

    for (; hole > 0 && c->deadline < items[(hole - 1) / 2]->deadline; hole = (hole - 1) / 2)
        put(parked, hole, items[(hole - 1) / 2]);
    for (size_t child; (child = 2 * hole + 1) < parked->count; hole = child) {
        if (child + 1 < parked->count && items[child + 1]->deadline < items[child]->deadline)
            child++;
        if (c->deadline <= items[child]->deadline)
            break;
        put(parked, hole, items[child]);
    }
    put(parked, hole, c);
}

static void add(struct mk_parked *parked, struct mk_connection *c)
{
    if (parked->count == parked->room) {
        parked->room = parked->room > 0 ? 2 * parked->room : ROOM_MIN;
        parked->items = mk_resize(parked->items, parked->room, sizeof(*parked->items));
    }
    parked->count++;
    settle(parked, parked->count - 1, c);
}

static void take_out(struct mk_parked *parked, struct mk_connection *c)
{
    size_t hole = c->place - 1;
    struct mk_connection *last = parked->items[--parked->count];

    c->place = 0;
    if (last != c)
        settle(parked, hole, last);
}

/* --- Parking ---------------------------------------------------------------------------------- */

/* Its end is the only news; what else it sends is for libmicrohttpd, later. */
static void watch(struct mk_connection *c)
{
    struct epoll_event event = { .events = EPOLLRDHUP, .data.ptr = c };

    epoll_ctl(c->door->loop->watch_fd, EPOLL_CTL_ADD, c->fd, &event);
}

void mk_later_park(struct mk_connection *connection, int64_t until)
{
    struct mk_loop *loop = connection->door->loop;
    int64_t soonest = loop->now + SHORTEST_WAIT;
    bool is_parked = connection->place > 0;

    if (!is_parked)
        mk_loop_forget(connection);
    if (until == MK_NEVER)
        until = INT64_MAX;
    connection->deadline = until > soonest ? until : soonest;
    if (is_parked) {
        settle(&loop->parked, connection->place - 1, connection);
        return;
    }
    add(&loop->parked, connection);
    watch(connection);
    MHD_suspend_connection(connection->mhd);
}

void mk_later_unpark(struct mk_connection *connection)
{
    struct mk_loop *loop = connection->door->loop;

    if (connection->place == 0)
        return;
    take_out(&loop->parked, connection);
    epoll_ctl(loop->watch_fd, EPOLL_CTL_DEL, connection->fd, NULL);
}

void mk_later_resume(struct mk_connection *connection)
{
    mk_later_unpark(connection);
    mk_loop_serve(connection);
    connection->door->run_again = true;
    MHD_resume_connection(connection->mhd);
}

/* A feed is asked by libmicrohttpd, which has room for its bytes. */
static void look_after(struct mk_connection *c)
{
    if (c->feed.state != NULL)
        mk_later_resume(c);
    else
        mk_answer_again(c);
}

static void lose(struct mk_connection *c)
{
    c->lost = true;
    mk_answer_abandon(c); /* while its header fields are there */
    shutdown(c->fd, SHUT_RDWR);
    mk_later_resume(c);
}

void mk_later_end_waits(struct mk_loop *loop)
{
    const struct mk_parked *parked = &loop->parked;

    while (parked->count > 0 && parked->items[0]->deadline <= loop->now)
        look_after(parked->items[0]);
}

void mk_later_hurry(struct mk_loop *loop)
{
    for (size_t i = 0; i < loop->parked.count; i++)
        loop->parked.items[i]->deadline = loop->now;
}

void mk_later_give_up(struct mk_loop *loop)
{
    while (loop->parked.count > 0)
        lose(loop->parked.items[0]);
}

/* --- Bells ------------------------------------------------------------------------------------ */

void mk_later_wake(const struct mk_loop *loop)
{
    eventfd_write(loop->wake_fd, 1);
}

/* On the ringer's thread. Who finds others on the list knows that the loop is awake. */
static void hear(void *context)
{
    struct mk_connection *c = context;
    struct mk_rung *rung = &c->door->loop->rung;
    bool is_first = false;

    pthread_mutex_lock(&rung->lock);
    if (!c->is_rung) {
        c->is_rung = true;
        c->rung_next = NULL;
        c->rung_previous = rung->last;
        is_first = rung->last == NULL;
        if (is_first)
            rung->first = c;
        else
            rung->last->rung_next = c;
        rung->last = c;
        rung->count++;
    }
    pthread_mutex_unlock(&rung->lock);
    if (is_first)
        mk_later_wake(c->door->loop);
}

/* The lock is held. */
static void strike_off(struct mk_rung *rung, struct mk_connection *c)
{
    if (c->rung_previous != NULL)
        c->rung_previous->rung_next = c->rung_next;
    else
        rung->first = c->rung_next;
    if (c->rung_next != NULL)
        c->rung_next->rung_previous = c->rung_previous;
    else
        rung->last = c->rung_previous;
    c->is_rung = false;
    rung->count--;
}

static struct mk_connection *next_rung(struct mk_rung *rung)
{
    pthread_mutex_lock(&rung->lock);
    struct mk_connection *first = rung->first;
    if (first != NULL)
        strike_off(rung, first);
    pthread_mutex_unlock(&rung->lock);
    return first;
}

static size_t count_rung(struct mk_rung *rung)
{
    pthread_mutex_lock(&rung->lock);
    size_t count = rung->count;
    pthread_mutex_unlock(&rung->lock);
    return count;
}

/* Those who are rung meanwhile have their turn after others had theirs. */
static void look_after_rung(struct mk_loop *loop)
{
    size_t count = count_rung(&loop->rung);

    for (; count > 0; count--) {
        struct mk_connection *c = next_rung(&loop->rung);
        if (c != NULL && c->place > 0)
            look_after(c);
    }
    if (count_rung(&loop->rung) > 0)
        mk_later_wake(loop);
}

struct mk_bell *mk_later_bell(void *carrier)
{
    struct mk_connection *c = carrier;

    if (c->bell == NULL)
        c->bell = mk_bell_new(hear, c);
    return c->bell;
}

void mk_later_forget_bell(struct mk_connection *connection)
{
    struct mk_rung *rung = &connection->door->loop->rung;

    if (connection->bell == NULL)
        return;
    mk_bell_silence(connection->bell);
    mk_bell_release(connection->bell);
    connection->bell = NULL;
    pthread_mutex_lock(&rung->lock);
    if (connection->is_rung)
        strike_off(rung, connection);
    pthread_mutex_unlock(&rung->lock);
}

/* --- Of a loop -------------------------------------------------------------------------------- */

void mk_later_hear(struct mk_loop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(loop->watch_fd, events, EVENTS_MAX, 0);
    eventfd_t rings;

    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr != NULL)
            lose(events[i].data.ptr);
        else
            eventfd_read(loop->wake_fd, &rings);
    }
    look_after_rung(loop);
}

bool mk_later_open(struct mk_loop *loop)
{
    struct epoll_event event = { .events = EPOLLIN };

    pthread_mutex_init(&loop->rung.lock, NULL);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->watch_fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->wake_fd >= 0 && loop->watch_fd >= 0 &&
           epoll_ctl(loop->watch_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) == 0;
}

void mk_later_close(struct mk_loop *loop)
{
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    if (loop->watch_fd >= 0)
        close(loop->watch_fd);
    pthread_mutex_destroy(&loop->rung.lock);
    free(loop->parked.items);
}
