/* SPDX-License-Identifier: MIT */
#include "api/record.h"

#include "api/metrics.h"
#include "json/mask.h"

#include <string.h>

/* Longest values of header fields that are kept. */
enum { FIELD_MAX = 64 };

/*
 * Longer segments of paths are no words and no ids of links and accounts, which have 25 and 26
 * bytes: rather a token that came to the wrong place.
 */
enum { SEGMENT_MAX = 32 };

#define MASK "***"

/* The texts of one happening; the journal copies them. */
struct texts {
    char target[MK_KEPT_TARGET_MAX];
    char body[MK_KEPT_BODY_MAX];
    char reply[MK_KEPT_BODY_MAX];
    char version[FIELD_MAX];
    char content_type[FIELD_MAX];
};

_Static_assert(MK_REQUEST_ID_SIZE <= sizeof((struct mk_happening){ 0 }.request_id),
               "an id of a request fits a happening");

const struct mk_route *mk_recorded_route(const struct mk_happening *request)
{
    return request->route < mk_route_count ? &mk_routes[request->route] : NULL;
}

bool mk_route_is_control(const struct mk_route *route)
{
    return route != NULL && route->access == MK_ACCESS_CONTROL;
}

/* Who looks into the journal does not fill it. */
static bool is_kept(const struct mk_exchange *exchange)
{
    bool reads = exchange->request->method == MK_GET || exchange->request->method == MK_HEAD;

    return exchange->world != NULL && !(reads && mk_route_is_control(exchange->route));
}

/* An absolute target may have a password before its host: only the path counts. */
static const char *path_of(const char *target)
{
    const char *authority = target[0] == '/' ? NULL : strstr(target, "://");
    const char *path = authority == NULL ? NULL : strchr(authority + 3, '/');

    return path == NULL ? target : path;
}

/* With long segments masked, but where a route takes others' ids. Returns the length. */
static size_t write_path(const struct mk_route *route, const char *path, size_t length, char *out,
                         size_t room)
{
    bool is_checked = route == NULL || route->names_link;
    const char *end = path + length;
    size_t written = 0;

    while (path < end && written + 1 < room) {
        size_t size = *path == '/' ? 1 : strcspn(path, "/?");
        bool is_masked = is_checked && size > SEGMENT_MAX;
        size_t shown = is_masked ? strlen(MASK) : size;
        if (shown > room - 1 - written)
            shown = room - 1 - written;
        memcpy(out + written, is_masked ? MASK : path, shown);
        written += shown;
        path += size;
    }
    out[written] = '\0';
    return written;
}

static void write_target(const struct mk_exchange *exchange, struct texts *texts)
{
    const struct mk_shape *shape = exchange->route == NULL ? NULL : exchange->route->query;
    const char *path = path_of(exchange->request->target);
    const char *mark = strchrnul(path, '?');
    size_t room = sizeof(texts->target);
    size_t length = write_path(exchange->route, path, (size_t)(mark - path), texts->target, room);

    if (*mark == '\0' || length + 2 > room)
        return;
    texts->target[length++] = '?';
    texts->target[length] = '\0';
    mk_mask_form(shape, mark + 1, strlen(mark + 1), texts->target + length, room - length);
}

/* NULL when there is none, or nothing of it may be shown. */
static const char *write_body(const struct mk_exchange *exchange, struct texts *texts)
{
    const struct mk_request *request = exchange->request;
    const struct mk_route *route = exchange->route;
    size_t length;

    if (request->body_length == 0)
        return NULL;
    if (route != NULL && route->form != NULL)
        length = mk_mask_form(route->form, request->body, request->body_length, texts->body,
                              sizeof(texts->body));
    else
        length = mk_mask_json(route == NULL ? NULL : route->body, request->body,
                              request->body_length, texts->body, sizeof(texts->body));
    return length == 3 && texts->body[0] == '.' ? NULL : texts->body;
}

/* The last place where a list of problems may be cut so that it fits with its end. */
static const char *last_problem(const char *body)
{
    const char *next = strstr(body, "{\"location\":");
    const char *last = NULL;

    while (next != NULL && next - body < MK_KEPT_BODY_MAX - 8) {
        last = next;
        next = strstr(next + 1, "{\"location\":");
    }
    return last;
}

/* The body of an error; a list of problems that is too long loses the last of them. */
static const char *write_reply(const struct mk_exchange *exchange, struct texts *texts)
{
    static const char end[] = "]}";
    const struct mk_response *response = exchange->response;

    if (exchange->err == MK_OK || response->body_length == 0)
        return NULL;
    if (response->body_length < sizeof(texts->reply)) {
        memcpy(texts->reply, response->body, response->body_length);
        texts->reply[response->body_length] = '\0';
        return texts->reply;
    }
    const char *last = last_problem(response->body);
    if (last == NULL)
        return NULL;
    size_t length = (size_t)(last - response->body);
    length -= response->body[length - 1] == ',';
    memcpy(texts->reply, response->body, length);
    memcpy(texts->reply + length, end, sizeof(end));
    return texts->reply;
}

/* A value without parameters that looks like a version or a media type; else NULL. */
static const char *write_field(const char *value, char out[FIELD_MAX])
{
    size_t length = value == NULL ? 0 : strcspn(value, "; \t");

    if (length == 0 || length >= FIELD_MAX)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (memchr("-+./_", value[i], 5) == NULL && !(value[i] >= '0' && value[i] <= '9') &&
            !((value[i] | 0x20) >= 'a' && (value[i] | 0x20) <= 'z'))
            return NULL;
    }
    memcpy(out, value, length);
    out[length] = '\0';
    return out;
}

static void add_texts(const struct mk_exchange *exchange, struct texts *texts,
                      struct mk_happening *happening)
{
    const char *const *header = exchange->request->header;

    write_target(exchange, texts);
    happening->target = texts->target;
    happening->body = write_body(exchange, texts);
    happening->reply = write_reply(exchange, texts);
    if (exchange->err != MK_INVALID)
        return;
    happening->version = write_field(header[MK_HEADER_VERSION], texts->version);
    happening->content_type = write_field(header[MK_HEADER_CONTENT_TYPE], texts->content_type);
}

/* The link that the path names, if it has the form of one. */
static void add_link(const struct mk_exchange *exchange, struct mk_happening *happening)
{
    unsigned char bits[16];
    char id[MK_SHORT_ID_LENGTH + 1] = "";

    if (exchange->route == NULL || !exchange->route->names_link)
        return;
    const char *found = strstr(happening->target, "/mk_");
    size_t length = found == NULL ? 0 : strcspn(found + 4, "/?");
    if (length != MK_SHORT_ID_LENGTH)
        return;
    memcpy(id, found + 4, length);
    if (mk_short_id_read(id, bits))
        memcpy(happening->link, id, length);
}

void mk_record(const struct mk_exchange *exchange)
{
    struct texts texts;

    mk_metrics_count(exchange->service->metrics, exchange->route, exchange->response->status,
                     exchange->span);
    if (!is_kept(exchange))
        return;

    struct mk_happening happening = {
        .moment = MK_NEVER,
        .kind = MK_HAPPENED_REQUEST,
        .answer = (uint16_t)exchange->response->status,
        .route = exchange->route == NULL ? UINT16_MAX : (uint16_t)(exchange->route - mk_routes),
        .method = (uint8_t)exchange->request->method,
        .err = (uint8_t)exchange->err,
        .ending = (uint8_t)exchange->response->ending,
        .fault = exchange->fault,
        .began = exchange->began,
        .span = exchange->service->deterministic ? -1 : (int32_t)exchange->span,
        .received = (uint32_t)exchange->request->body_length,
        .sent = (uint32_t)exchange->response->body_length,
    };
    memcpy(happening.request_id, exchange->request_id, MK_REQUEST_ID_SIZE);
    add_texts(exchange, &texts, &happening);
    add_link(exchange, &happening);
    mk_world_lock(exchange->world);
    if (happening.began == 0)
        happening.began = exchange->world->journal.last + 1;
    mk_world_happened(exchange->world, &happening);
    mk_schedule_note(exchange->world); /* the courier comes after the call is in the journal */
    mk_world_unlock(exchange->world);
}
