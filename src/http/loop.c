/* SPDX-License-Identifier: MIT */
/*
 * An event thread. One turn: wait for the doors, the bells, the stop and the next deadline, let
 * libmicrohttpd work on what is ready, end what is overdue.
 *
 * A connection is ended by shutting its socket down: libmicrohttpd sees that on its next run and
 * cleans up by itself. Its own time limit can't do this, since it only counts silence.
 */
#include "base/clock.h"
#include "http/server_private.h"

#include <poll.h>
#include <sys/socket.h>

/*
 * After a stop: how long a connection without a request lives on, and how often it is looked at.
 * Behind TLS a handshake may be under way, and nobody can see what waits.
 */
#define GRACE (MK_SECOND / 5)
#define GRACE_TLS MK_SECOND
#define LOOK_AGAIN (MK_SECOND / 50)

/* Out of descriptors, libmicrohttpd stops accepting until it is run again. */
#define LONGEST_WAIT MK_SECOND

/*
 * libmicrohttpd wants to be run again at once for as long as the size line of a chunk does not fit
 * its pool. After so many turns in which nothing came of it, it has to wait a little.
 */
enum { VAIN_TURNS = 64, VAIN_MILLISECONDS = 20 };

/* Runs needed to accept a full backlog, ten at a time. */
enum { ACCEPT_RUNS = 1024 };

void mk_loop_forget(struct mk_connection *connection)
{
    struct mk_queue *queue = connection->queue;

    mk_later_unpark(connection);
    if (queue == NULL)
        return;
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        queue->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    else
        queue->last = connection->previous;
    connection->queue = NULL;
}

static void move(struct mk_connection *connection, struct mk_queue *queue, int64_t span)
{
    mk_loop_forget(connection);
    connection->door->loop->vain_turns = 0;
    connection->deadline = connection->door->loop->now + span;
    connection->queue = queue;
    connection->previous = queue->last;
    connection->next = NULL;
    if (queue->last != NULL)
        queue->last->next = connection;
    else
        queue->first = connection;
    queue->last = connection;
}

void mk_loop_wait(struct mk_connection *connection)
{
    struct mk_loop *loop = connection->door->loop;

    move(connection, &loop->waiting, loop->server->idle_span);
}

void mk_loop_serve(struct mk_connection *connection)
{
    struct mk_loop *loop = connection->door->loop;

    move(connection, &loop->serving, loop->server->request_span);
}

static void end_connection(struct mk_connection *connection)
{
    mk_loop_forget(connection);
    shutdown(connection->fd, SHUT_RDWR);
}

static void end_overdue(struct mk_loop *loop)
{
    /* What a client does not read would stay in the kernel for long after the close. */
    const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    struct mk_connection *first;

    while ((first = loop->waiting.first) != NULL && first->deadline <= loop->now)
        end_connection(first);
    while ((first = loop->serving.first) != NULL && first->deadline <= loop->now) {
        setsockopt(first->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        end_connection(first);
    }
}

/* Whether bytes have come that libmicrohttpd has not read yet; behind TLS that says nothing. */
static bool has_bytes(const struct mk_connection *connection)
{
    char byte;

    return !connection->door->loop->server->tls &&
           recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Whether the client of a request that is not all there has left; behind TLS nobody knows. */
static bool is_abandoned(const struct mk_connection *connection)
{
    char byte;

    return !connection->answered && !connection->door->loop->server->tls &&
           recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* A request that is on its way when the stop comes has the grace to arrive and is then answered. */
static void end_idle(struct mk_loop *loop)
{
    struct mk_connection *next;

    for (struct mk_connection *at = loop->waiting.first; at != NULL; at = next) {
        next = at->next;
        if (!has_bytes(at))
            end_connection(at);
    }
    for (struct mk_connection *at = loop->serving.first; at != NULL; at = next) {
        next = at->next;
        if (is_abandoned(at))
            end_connection(at);
    }
}

static void sweep(struct mk_loop *loop)
{
    end_overdue(loop);
    mk_later_end_waits(loop);
    if (loop->stopping && loop->now >= loop->grace_end)
        end_idle(loop);
}

static unsigned count_connections(const struct mk_loop *loop)
{
    unsigned count = 0;

    for (size_t i = 0; i < loop->door_count; i++)
        count += loop->doors[i].connections;
    return count;
}

static bool has_work(struct mk_door *door)
{
    MHD_UNSIGNED_LONG_LONG milliseconds;

    return door->run_again ||
           (MHD_get_timeout(door->daemon, &milliseconds) == MHD_YES && milliseconds == 0);
}

static bool any_work(struct mk_loop *loop)
{
    for (size_t i = 0; i < loop->door_count; i++) {
        if (has_work(&loop->doors[i]))
            return true;
    }
    return false;
}

static int64_t sooner(int64_t time, const struct mk_queue *queue)
{
    return queue->first != NULL && queue->first->deadline < time ? queue->first->deadline : time;
}

/* Milliseconds until something falls due, -1 for never. */
static int time_to_wait(const struct mk_loop *loop)
{
    int64_t until = loop->now + LONGEST_WAIT;

    if (!loop->stopping && count_connections(loop) == 0)
        return -1;
    until = sooner(until, &loop->waiting);
    until = sooner(until, &loop->serving);
    if (loop->parked.count > 0 && loop->parked.items[0]->deadline < until)
        until = loop->parked.items[0]->deadline;
    if (loop->stopping)
        until = loop->now + LOOK_AGAIN;
    return until <= loop->now ? 0 : (int)((until - loop->now + 999) / 1000);
}

static void run_door(struct mk_door *door)
{
    door->run_again = false;
    MHD_run(door->daemon);
}

static void run_all(struct mk_loop *loop)
{
    for (size_t i = 0; i < loop->door_count; i++)
        run_door(&loop->doors[i]);
}

/*
 * Waits, then runs the doors that are ready or have become so; all of them when nothing happened,
 * to be sure.
 */
static void wait_and_run(struct mk_loop *loop, int milliseconds)
{
    struct pollfd polled[MK_LISTEN_ADDRESSES + 1];
    nfds_t count = 0;

    for (; count < loop->door_count; count++)
        polled[count] = (struct pollfd){ .fd = loop->doors[count].epoll_fd, .events = POLLIN };
    polled[count++] = (struct pollfd){ .fd = loop->watch_fd, .events = POLLIN };

    int ready = poll(polled, count, milliseconds);
    loop->now = mk_monotonic_now();
    if (ready == 0) {
        run_all(loop);
        return;
    }
    if (polled[loop->door_count].revents != 0)
        mk_later_hear(loop);
    for (size_t i = 0; i < loop->door_count && ready > 0; i++) {
        if (polled[i].revents != 0 || loop->doors[i].run_again)
            run_door(&loop->doors[i]);
    }
}

static void turn(struct mk_loop *loop)
{
    bool has_work = any_work(loop);

    if (has_work && loop->vain_turns++ < VAIN_TURNS) {
        loop->now = mk_monotonic_now();
        run_all(loop);
    } else {
        wait_and_run(loop, has_work ? VAIN_MILLISECONDS : time_to_wait(loop));
    }
    sweep(loop);
}

/* Nobody new comes in any more (mk_listen_bar()); those who stand at the door do. */
static void close_door(struct mk_door *door)
{
    struct pollfd polled = { .fd = *door->listen_fd, .events = POLLIN };

    for (int i = 0; i < ACCEPT_RUNS && poll(&polled, 1, 0) == 1; i++)
        MHD_run(door->daemon);
    MHD_quiesce_daemon(door->daemon);
    mk_listen_close(door->listen_fd);
}

static void begin_stop(struct mk_loop *loop)
{
    loop->stopping = true;
    for (size_t i = 0; i < loop->door_count; i++)
        close_door(&loop->doors[i]);
    loop->now = mk_monotonic_now();
    loop->grace_end = loop->now + (loop->server->tls ? GRACE_TLS : GRACE);
    loop->stop_end = loop->now + loop->server->stop_span;
    mk_later_hurry(loop);
}

void *mk_loop_run(void *argument)
{
    struct mk_loop *loop = argument;

    loop->now = mk_monotonic_now();
    while (!mk_server_stopping(loop->server))
        turn(loop);
    begin_stop(loop);
    while (count_connections(loop) > 0 && loop->now < loop->stop_end)
        turn(loop);
    mk_later_give_up(loop);
    return NULL;
}
