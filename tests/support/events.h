/* SPDX-License-Identifier: MIT */
/*
 * An event stream (text/event-stream) of the sandbox under test, read as it comes, over either
 * transport.
 *
 *     struct events *events = events_open(alice, "/sandbox/events", NULL);
 *     const struct event *event = events_next(events, 5 * MK_SECOND);
 *     require(event != NULL && strcmp(event->type, "webhook") == 0, "no webhook");
 *     events_close(events);
 *
 * A stream has a connection of its own, so that its client can make calls meanwhile.
 */
#ifndef MK_TESTS_EVENTS_H
#define MK_TESTS_EVENTS_H

#include "support/client.h"

/* Borrowed until the next call on its stream. */
struct event {
    const char *id;   /* "" when it has none */
    const char *type; /* "message" when it has none */
    const char *data; /* lines are joined by a newline */
};

struct events;

/* Fails the test when the answer is not such a stream. Last-Event-ID may be NULL. */
struct events *events_open(struct client *client, const char *target, const char *last_event_id);

/* The next one, NULL when none comes within so many microseconds or the stream has ended. */
const struct event *events_next(struct events *events, int64_t within);

/* Whether the stream ends within so many microseconds; events that come before are dropped. */
bool events_ended(struct events *events, int64_t within);

/* How many comments have come: they keep the connection alive. */
unsigned events_comments(const struct events *events);

/* Its answer so far: status and header fields. */
const struct reply *events_reply(const struct events *events);

void events_close(struct events *events);

#endif
