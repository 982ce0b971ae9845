/* SPDX-License-Identifier: MIT */
#include "support/events.h"

#include "base/clock.h"
#include "base/memory.h"
#include "support/transports.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT_MAX = 8 * 1024 * 1024, HEAD_SECONDS = 20, POLL_MILLISECONDS = 1000 };

struct events {
    struct reply reply;
    struct mk_text bearer;
    struct mk_text last_id;
    struct ask ask;
    const char *headers[ASK_HEADERS_MAX + 3];
    struct mk_text bytes; /* what has come and was not read yet, from `at` on */
    size_t at;
    bool has_ended;
    unsigned comments;

    struct event event;
    bool is_fresh;     /* `event` was handed out: the next line begins another one */
    struct mk_text id; /* of `event` */
    struct mk_text type;
    struct mk_text data;

    struct memory_call call; /* in memory */
    int64_t until;           /* the feed wants to be asked then */

    CURL *curl; /* over libcurl */
    CURLM *multi;
    struct curl_slist *list;
};

static bool is_over_curl(const struct events *events)
{
    return events->curl != NULL;
}

/* --- Bytes ------------------------------------------------------------------------------------ */

/* A little room at a time, as a slow connection has it. */
static bool read_feed(struct events *events)
{
    struct mk_feed *feed = &events->call.response.feed;
    char bytes[200];

    events->until = INT64_MAX;
    ptrdiff_t got = feed->read(feed->state, bytes, sizeof(bytes), &events->until);
    if (got > 0)
        mk_text_add(&events->bytes, bytes, (size_t)got);
    events->has_ended = got < 0;
    return got != 0;
}

static void receive_in_memory(struct events *events, int64_t deadline)
{
    if (read_feed(events))
        return;
    memory_wait(&events->call, events->until < deadline ? events->until : deadline);
    read_feed(events);
}

static void receive_over_curl(struct events *events, int64_t deadline)
{
    int64_t left = (deadline - mk_monotonic_now()) / 1000;
    int running = 0;

    if (left > 0)
        curl_multi_poll(events->multi, NULL, 0,
                        left < POLL_MILLISECONDS ? (int)left + 1 : POLL_MILLISECONDS, NULL);
    require(curl_multi_perform(events->multi, &running) == CURLM_OK, "curl_multi_perform");
    events->has_ended = running == 0;
}

static void receive(struct events *events, int64_t deadline)
{
    if (is_over_curl(events))
        receive_over_curl(events, deadline);
    else
        receive_in_memory(events, deadline);
    require(!events->bytes.failed, "events without end");
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    mk_text_add(context, bytes, size * count);
    return size * count;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void begin_event(struct events *events)
{
    mk_text_clear(&events->id);
    mk_text_clear(&events->type);
    mk_text_clear(&events->data);
}

static bool is_field(const char *line, size_t length, const char *name, const char **ret_value)
{
    size_t size = strlen(name);

    if (length < size || strncmp(line, name, size) != 0 || (length > size && line[size] != ':'))
        return false;
    *ret_value = line + size + (length > size);
    *ret_value += *ret_value < line + length && **ret_value == ' ';
    return true;
}

/* An event without data is none. */
static bool end_event(struct events *events)
{
    bool is_event = events->data.length > 0;

    if (!is_event)
        begin_event(events);
    return is_event;
}

/* Returns whether the line, the empty one, ends an event. */
static bool take_line(struct events *events, const char *line, size_t length)
{
    const char *end = line + length;
    const char *value;

    if (length == 0)
        return end_event(events);
    if (line[0] == ':') {
        events->comments++;
    } else if (is_field(line, length, "id", &value)) {
        mk_text_clear(&events->id);
        mk_text_add(&events->id, value, (size_t)(end - value));
    } else if (is_field(line, length, "event", &value)) {
        mk_text_clear(&events->type);
        mk_text_add(&events->type, value, (size_t)(end - value));
    } else if (is_field(line, length, "data", &value)) {
        if (events->data.length > 0)
            mk_text_add_literal(&events->data, "\n");
        mk_text_add(&events->data, value, (size_t)(end - value));
    } else {
        require(is_field(line, length, "retry", &value), "no field of an event: %.*s", (int)length,
                line);
    }
    return false;
}

/* Returns whether an event is complete. */
static bool parse(struct events *events)
{
    const char *end;

    while (events->at < events->bytes.length) {
        const char *line = events->bytes.bytes + events->at;
        end = memchr(line, '\n', events->bytes.length - events->at);
        if (end == NULL)
            return false;
        events->at += (size_t)(end - line) + 1;
        if (take_line(events, line, (size_t)(end - line)))
            return true;
    }
    mk_text_clear(&events->bytes);
    events->at = 0;
    return false;
}

static const char *text_or(const struct mk_text *text, const char *otherwise)
{
    return text->length > 0 ? text->bytes : otherwise;
}

const struct event *events_next(struct events *events, int64_t within)
{
    int64_t deadline = mk_monotonic_now() + within;

    if (events->is_fresh)
        begin_event(events);
    events->is_fresh = false;
    while (!parse(events)) {
        if (events->has_ended || mk_monotonic_now() > deadline)
            return NULL;
        receive(events, deadline);
    }
    events->is_fresh = true;
    events->event = (struct event){ .id = text_or(&events->id, ""),
                                    .type = text_or(&events->type, "message"),
                                    .data = text_or(&events->data, "") };
    return &events->event;
}

bool events_ended(struct events *events, int64_t within)
{
    int64_t deadline = mk_monotonic_now() + within;

    while (!events->has_ended && mk_monotonic_now() <= deadline)
        events_next(events, deadline - mk_monotonic_now());
    return events->has_ended;
}

unsigned events_comments(const struct events *events)
{
    return events->comments;
}

const struct reply *events_reply(const struct events *events)
{
    return &events->reply;
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static void open_in_memory(struct events *events)
{
    memory_open(&events->call, &events->ask, events->headers);
    memory_read_head(&events->call, &events->reply);
    require(events->call.response.feed.state != NULL, "%s: %u, no feed", events->ask.target,
            events->reply.status);
}

static void open_over_curl(struct events *events)
{
    int64_t deadline = mk_monotonic_now() + HEAD_SECONDS * MK_SECOND;
    long status = 0;

    events->curl = curl_easy_init();
    events->multi = curl_multi_init();
    require(events->curl != NULL && events->multi != NULL, "curl_easy_init");
    events->list = curl_prepare(events->curl, &events->ask, events->headers);
    curl_easy_setopt(events->curl, CURLOPT_TIMEOUT, 0L);
    curl_easy_setopt(events->curl, CURLOPT_HEADERFUNCTION, curl_take_line);
    curl_easy_setopt(events->curl, CURLOPT_HEADERDATA, &events->reply);
    curl_easy_setopt(events->curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(events->curl, CURLOPT_WRITEDATA, &events->bytes);
    curl_multi_add_handle(events->multi, events->curl);
    while (header_of(&events->reply, "Transfer-Encoding") == NULL && !events->has_ended &&
           mk_monotonic_now() < deadline)
        receive(events, deadline);
    curl_easy_getinfo(events->curl, CURLINFO_RESPONSE_CODE, &status);
    events->reply.status = (unsigned)status;
}

struct events *events_open(struct client *client, const char *target, const char *last_event_id)
{
    struct events *events = mk_alloc_zero(1, sizeof(*events));

    events->bearer = events->last_id = events->id = events->type = MK_TEXT(4096);
    events->bytes = events->data = MK_TEXT(EVENT_MAX);
    events->ask = (struct ask){ .method = "GET", .target = target };
    if (last_event_id != NULL) {
        mk_text_print(&events->last_id, "Last-Event-ID: %s", last_event_id);
        events->ask.headers[0] = events->last_id.bytes;
    }
    client_headers(client, &events->ask, events->headers, &events->bearer);
    if (under_test.transport == TRANSPORT_CURL)
        open_over_curl(events);
    else
        open_in_memory(events);
    const char *type = header_of(&events->reply, "Content-Type");
    require(events->reply.status == 200 && type != NULL && strcmp(type, "text/event-stream") == 0,
            "%s: %u %s %s", target, events->reply.status, type != NULL ? type : "no type",
            events->bytes.length > 0 ? events->bytes.bytes : "");
    return events;
}

static void close_stream(struct events *events)
{
    if (!is_over_curl(events)) {
        memory_close(&events->call);
        return;
    }
    curl_multi_remove_handle(events->multi, events->curl);
    curl_easy_cleanup(events->curl);
    curl_multi_cleanup(events->multi);
    curl_slist_free_all(events->list);
}

void events_close(struct events *events)
{
    close_stream(events);
    forget_reply(&events->reply);
    mk_text_done(&events->bearer);
    mk_text_done(&events->last_id);
    mk_text_done(&events->bytes);
    mk_text_done(&events->id);
    mk_text_done(&events->type);
    mk_text_done(&events->data);
    free(events);
}
