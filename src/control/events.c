/* SPDX-License-Identifier: MIT */
/*
 * GET /sandbox/events: what happens, as server-sent events (WHATWG HTML, section 9.2). Ours.
 *
 * The id of an event is its number in the journal, so a reader that comes back with Last-Event-ID
 * misses nothing that is still kept, and is told when something is not. Events are copied under the
 * world's lock, a few at a time, and written without it.
 */
#include "api/handlers.h"
#include "base/memory.h"
#include "control/happenings.h"
#include "json/build.h"

#include <inttypes.h>
#include <stdlib.h>

#define HEARTBEAT (15 * MK_SECOND)

enum { BATCH = 16, WRITTEN_MAX = 256 * 1024 };

static const struct mk_field events_fields[] = {
    { .name = "since", .type = MK_STRING },
};
const struct mk_shape mk_sandbox_events_query = MK_SHAPE(NULL, events_fields);

struct stream {
    struct mk_service *service;
    struct mk_world *world; /* held, as the next */
    struct mk_bell *bell;
    uint64_t after;      /* number of the last event that was copied */
    uint64_t lost_until; /* events up to this number are gone; 0: none */
    bool has_ended;
    int64_t heartbeat_at;
    enum mk_time_style style;
    struct mk_kept_happening batch[BATCH];
    size_t batched;
    struct mk_text written; /* of this, `sent` bytes have gone */
    size_t sent;
};

/* --- What is read under the lock -------------------------------------------------------------- */

static void look(struct stream *stream)
{
    const struct mk_journal *journal = &stream->world->journal;
    struct mk_journal_reader reader = { .number = 0 };
    struct mk_happening happening;

    if (stream->after > journal->last) /* of a world before this one: the server started again */
        stream->after = 0;
    if (stream->after + 1 < journal->first)
        stream->after = stream->lost_until = journal->first - 1;
    stream->style = stream->world->settings.timestamps;
    while (stream->batched < BATCH &&
           mk_journal_next(journal, stream->after, &reader, &happening)) {
        mk_happening_keep(&happening, &stream->batch[stream->batched++]);
        stream->after = happening.number;
    }
    stream->has_ended = stream->world->is_gone || atomic_load(&stream->service->stopping);
    if (stream->batched == 0 && !stream->has_ended)
        mk_bells_add(&stream->world->bells, stream->bell);
}

/* --- What is written without it --------------------------------------------------------------- */

static void write_event(struct mk_text *out, uint64_t number, const char *name, json_t *data)
{
    mk_text_print(out, "id: %" PRIu64 "\nevent: %s\ndata: ", number, name);
    mk_json_dump(data, out);
    mk_text_add_literal(out, "\n\n");
    json_decref(data);
}

static void write_batch(struct stream *stream)
{
    if (stream->lost_until > 0)
        write_event(&stream->written, stream->lost_until, "lost",
                    json_pack("{s:s, s:I}", "kind", "lost", "last_event_id",
                              (json_int_t)stream->lost_until));
    for (size_t i = 0; i < stream->batched; i++) {
        const struct mk_happening *happening = &stream->batch[i].happening;
        write_event(&stream->written, happening->number, mk_happening_names[happening->kind],
                    mk_happening_view(happening, stream->style));
    }
    stream->lost_until = 0;
    stream->batched = 0;
}

/* A line that says nothing, so that nobody on the way takes the connection for dead. */
static void write_heartbeat(struct stream *stream)
{
    int64_t now = mk_monotonic_now();

    if (stream->written.length == 0 && now >= stream->heartbeat_at)
        mk_text_add_literal(&stream->written, ":\n\n");
    if (stream->written.length > 0)
        stream->heartbeat_at = now + HEARTBEAT;
}

static void refill(struct stream *stream)
{
    mk_text_clear(&stream->written);
    stream->sent = 0;
    mk_world_lock(stream->world);
    look(stream);
    mk_world_unlock(stream->world);
    write_batch(stream);
    write_heartbeat(stream);
}

/* --- The feed --------------------------------------------------------------------------------- */

static ptrdiff_t read_stream(void *state, char *out, size_t room, int64_t *ret_until)
{
    struct stream *stream = state;

    if (stream->sent == stream->written.length)
        refill(stream);
    if (stream->written.failed)
        return -1;
    size_t left = stream->written.length - stream->sent;
    if (left == 0 && stream->has_ended)
        return -1;
    *ret_until = stream->heartbeat_at;
    if (left > room)
        left = room;
    if (left > 0)
        memcpy(out, stream->written.bytes + stream->sent, left);
    stream->sent += left;
    return (ptrdiff_t)left;
}

static void end_stream(void *state)
{
    struct stream *stream = state;

    mk_bell_release(stream->bell);
    mk_world_release(stream->world);
    mk_text_done(&stream->written);
    free(stream);
}

/* --- The call --------------------------------------------------------------------------------- */

/* The header, which a browser sends when it comes back, beats the query. */
static enum mk_err read_after(const struct mk_call *call, struct mk_reply *reply, uint64_t *ret)
{
    const struct mk_place header = { .key = "header" };
    const struct mk_place place = { .parent = &header, .key = "last-event-id" };
    const char *field = call->request->header[MK_HEADER_LAST_EVENT_ID];
    const char *since = mk_get_text(call->query, "since");
    int64_t number;

    *ret = call->world->journal.last;
    if (field == NULL || *field == '\0')
        return since == NULL ? MK_OK : mk_read_since(call, reply, since, ret);
    if (!mk_read_integer(field, 0, INT64_MAX, &number)) {
        mk_issues_add(&reply->issues, &place, MK_ISSUE_INTEGER_TYPE, NULL, 0);
        return MK_INVALID;
    }
    *ret = (uint64_t)number;
    return MK_OK;
}

enum mk_err mk_sandbox_events(const struct mk_call *call, struct mk_reply *reply)
{
    uint64_t after;

    MK_TRY(read_after(call, reply, &after));
    struct stream *stream = mk_alloc_zero(1, sizeof(*stream));
    stream->service = call->service;
    stream->world = mk_world_hold(call->world);
    stream->bell = mk_bell_hold(mk_request_bell(call->request));
    stream->after = after;
    stream->written.limit = WRITTEN_MAX;
    stream->heartbeat_at = mk_monotonic_now() + HEARTBEAT;
    mk_text_add_literal(&stream->written, "retry: 1000\n\n"); /* the head leaves at once with it */
    reply->status = 200;
    reply->content_type = "text/event-stream";
    reply->feed = (struct mk_feed){ .read = read_stream, .done = end_stream, .state = stream };
    mk_reply_header(reply, "Cache-Control", "no-store");
    return MK_OK;
}
