/* SPDX-License-Identifier: MIT */
/* The two ways of a request to the sandbox under test: a function call, and HTTP by libcurl. */
#include "support/transports.h"

#include "api/dispatch.h"
#include "base/clock.h"
#include "base/memory.h"
#include "support/failing_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BODY_MAX = 64 * 1024 * 1024, TIMEOUT_SECONDS = 60 };

static const char *value_of(const char *line)
{
    const char *colon = strchr(line, ':');

    require(colon != NULL, "no header field: %s", line);
    return colon + 1 + strspn(colon + 1, " ");
}

/* Takes the body; of an answer that broke off there is no status. */
static void set_reply_body(struct reply *reply, const struct ask *ask, struct mk_text *body)
{
    require(!body->failed, "%s %s: a body without end", ask->method, ask->target);
    reply->length = body->length;
    reply->body = body->length > 0 ? mk_text_steal(body) : mk_copy("");
    mk_text_done(body);
    if (reply->ending != MK_ENDING_WHOLE)
        reply->status = 0;
}

/* --- In memory -------------------------------------------------------------------------------- */

/*
 * What the server does with a field: those that nobody reads are dropped, of others the first
 * counts.
 */
static void take_field(struct mk_request *request, const char *line)
{
    enum mk_header header = mk_header_find(line, strcspn(line, ":"));

    if (header == MK_HEADER_COUNT)
        return;
    if (request->header[header] == NULL)
        request->header[header] = value_of(line);
    else
        request->repeated |= 1U << header;
}

static void ring(void *context)
{
    struct memory_call *call = context;

    pthread_mutex_lock(&call->lock);
    call->is_rung = true;
    pthread_cond_signal(&call->rung);
    pthread_mutex_unlock(&call->lock);
}

static struct mk_bell *bell_of(void *carrier)
{
    struct memory_call *call = carrier;

    if (call->bell == NULL)
        call->bell = mk_bell_new(ring, call);
    return call->bell;
}

void memory_wait(struct memory_call *call, int64_t until)
{
    struct timespec time = { .tv_sec = until / MK_SECOND,
                             .tv_nsec = until % MK_SECOND * (1000000000 / MK_SECOND) };

    pthread_mutex_lock(&call->lock);
    while (!call->is_rung && mk_monotonic_now() < until)
        pthread_cond_clockwait(&call->rung, &call->lock, CLOCK_MONOTONIC, &time);
    call->is_rung = false;
    pthread_mutex_unlock(&call->lock);
}

/* jansson's memory fails when it is asked for the first time only. */
static void dispatch(struct memory_call *call)
{
    mk_response_init(&call->response);
    if (under_test.failing_allocation < 0) {
        mk_api_dispatch(under_test.service, &call->request, &call->response);
        return;
    }
    failing_memory_start(under_test.failing_allocation);
    mk_api_dispatch(under_test.service, &call->request, &call->response);
    under_test.allocation_failed = failing_memory_stop();
    under_test.failing_allocation = -1;
}

static enum mk_request_fault fault_of(const struct mk_request *request, size_t head)
{
    if (head > MK_HEAD_MAX)
        return MK_REQUEST_HEAD_TOO_LARGE;
    if (request->body_length > MK_BODY_MAX &&
        request->body_length >
            mk_api_body_max(under_test.service, request->method, request->target))
        return MK_REQUEST_BODY_TOO_LARGE;
    return MK_REQUEST_FINE;
}

void memory_open(struct memory_call *call, const struct ask *ask, const char *const *headers)
{
    struct mk_request *request = &call->request;
    size_t head = strlen(ask->target);

    *call = (struct memory_call){ .request = { .method = mk_method_read(ask->method),
                                               .target = ask->target,
                                               .body = ask->body,
                                               .body_length = ask->length,
                                               .bell_of = bell_of,
                                               .carrier = call },
                                  .lock = PTHREAD_MUTEX_INITIALIZER,
                                  .rung = PTHREAD_COND_INITIALIZER };
    for (; *headers != NULL; headers++) {
        take_field(request, *headers);
        head += strlen(*headers) + 2;
    }
    if (request->header[MK_HEADER_HOST] == NULL)
        request->header[MK_HEADER_HOST] = "localhost:8080";
    request->fault = fault_of(request, head);
    dispatch(call);
    while (call->response.later) {
        memory_wait(call, call->response.until != MK_NEVER ? call->response.until : INT64_MAX);
        request->pending = call->response.pending;
        dispatch(call);
    }
}

void memory_close(struct memory_call *call)
{
    mk_response_done(&call->response);
    if (call->bell != NULL)
        mk_bell_silence(call->bell);
    mk_bell_release(call->bell);
    pthread_cond_destroy(&call->rung);
    pthread_mutex_destroy(&call->lock);
}

void memory_read_head(const struct memory_call *call, struct reply *reply)
{
    const struct mk_response *response = &call->response;

    reply->status = response->status;
    if (response->content_type != NULL)
        add_reply_header(reply, "Content-Type", 12, response->content_type,
                         strlen(response->content_type));
    for (size_t i = 0; i < response->header_count; i++)
        add_reply_header(reply, response->headers[i].name, strlen(response->headers[i].name),
                         response->headers[i].value, strlen(response->headers[i].value));
}

/* A body that goes on is read to its end, or for as long as the ask says. */
static void read_feed(struct memory_call *call, int64_t listens, struct mk_text *body)
{
    struct mk_feed *feed = &call->response.feed;
    int64_t deadline = listens > 0 ? mk_monotonic_now() + listens : INT64_MAX;
    char bytes[4096];
    ptrdiff_t got = 0;

    while (got >= 0 && mk_monotonic_now() < deadline) {
        int64_t until = INT64_MAX;
        got = feed->read(feed->state, bytes, sizeof(bytes), &until);
        if (got > 0)
            mk_text_add(body, bytes, (size_t)got);
        else if (got == 0)
            memory_wait(call, until < deadline ? until : deadline);
    }
}

/* What a client gets to see of it. */
static void read_body(struct memory_call *call, const struct ask *ask, struct reply *reply)
{
    const struct mk_response *response = &call->response;
    struct mk_text body = MK_TEXT(BODY_MAX);
    bool is_half = response->ending == MK_ENDING_TRUNCATED;

    if (call->request.method == MK_HEAD || response->ending == MK_ENDING_RESET)
        is_half = false;
    else if (response->feed.state != NULL)
        read_feed(call, ask->listens, &body);
    else
        mk_text_add(&body, response->body, response->body_length / (is_half ? 2 : 1));
    reply->ending = response->ending == MK_ENDING_RESET    ? MK_ENDING_RESET
                    : is_half && response->body_length > 0 ? MK_ENDING_TRUNCATED
                                                           : MK_ENDING_WHOLE;
    set_reply_body(reply, ask, &body);
}

void ask_in_memory(const struct ask *ask, const char *const *headers, struct reply *reply)
{
    struct memory_call call;

    memory_open(&call, ask, headers);
    memory_read_head(&call, reply);
    read_body(&call, ask, reply);
    memory_close(&call);
}

/* --- Over libcurl ----------------------------------------------------------------------------- */

size_t curl_take_line(char *bytes, size_t size, size_t count, void *context)
{
    struct reply *reply = context;
    size_t length = size * count;
    const char *colon = memchr(bytes, ':', length);

    if (colon == NULL || strncmp(bytes, "HTTP/", 5) == 0)
        return length;
    const char *value = colon + 1;
    const char *end = bytes + length;
    while (value < end && *value == ' ')
        value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n'))
        end--;
    add_reply_header(reply, bytes, (size_t)(colon - bytes), value, (size_t)(end - value));
    return length;
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    mk_text_add(context, bytes, size * count);
    return size * count;
}

/* libcurl drops "Name:" and sends the field without a value for "Name;". */
static struct curl_slist *header_list(const char *const *headers)
{
    struct curl_slist *list = NULL;
    bool has_type = false;

    for (; *headers != NULL; headers++) {
        char *line = mk_copy(*headers);
        if (*value_of(line) == '\0')
            *strchr(line, ':') = ';';
        has_type |= strncasecmp(line, "content-type", 12) == 0;
        list = curl_slist_append(list, line);
        free(line);
    }
    if (!has_type)
        list = curl_slist_append(list, "Content-Type:");
    return curl_slist_append(list, "Expect:");
}

/* Where the sandbox is bound, which its public URL need not say. */
static void set_url(CURL *curl)
{
    char url[128];

    snprintf(url, sizeof(url), "http://%s", moneykit_sandbox_address(under_test.sandbox));
    curl_easy_setopt(curl, CURLOPT_URL, url);
}

struct curl_slist *curl_prepare(CURL *curl, const struct ask *ask, const char *const *headers)
{
    struct curl_slist *list = header_list(headers);

    set_url(curl);
    curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, ask->target);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
    if (strcmp(ask->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (ask->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
    }
    return list;
}

/* libcurl asks again by itself when a connection that it has used before breaks. */
static CURLcode perform(const struct client *client, const struct ask *ask)
{
    curl_easy_setopt(client->curl, CURLOPT_FORBID_REUSE, client->reconnects ? 1L : 0L);
    curl_easy_setopt(client->curl, CURLOPT_FRESH_CONNECT, ask->breaks ? 1L : 0L);
    if (ask->listens > 0)
        curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, (long)(ask->listens / 1000));
    return curl_easy_perform(client->curl);
}

/* How an answer came over the wire, from what libcurl says of it. */
static enum mk_ending ending_of(const struct ask *ask, CURLcode code)
{
    if (ask->breaks && code == CURLE_RECV_ERROR)
        return MK_ENDING_RESET;
    if (ask->breaks && code == CURLE_PARTIAL_FILE)
        return MK_ENDING_TRUNCATED;
    bool is_fine = code == CURLE_OK || (ask->listens > 0 && code == CURLE_OPERATION_TIMEDOUT);
    require(is_fine, "%s %s: %s", ask->method, ask->target, curl_easy_strerror(code));
    return MK_ENDING_WHOLE;
}

void ask_over_curl(struct client *client, const struct ask *ask, const char *const *headers,
                   struct reply *reply)
{
    struct mk_text body = MK_TEXT(BODY_MAX);
    long status = 0;

    if (client->curl == NULL)
        client->curl = curl_easy_init();
    require(client->curl != NULL, "curl_easy_init");
    curl_easy_reset(client->curl);
    struct curl_slist *list = curl_prepare(client->curl, ask, headers);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, curl_take_line);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, reply);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &body);

    reply->ending = ending_of(ask, perform(client, ask));
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    require(status != 0 || reply->ending != MK_ENDING_WHOLE, "%s %s: no answer", ask->method,
            ask->target);
    reply->status = (unsigned)status;
    set_reply_body(reply, ask, &body);
}

void close_curl(void *curl)
{
    if (curl != NULL)
        curl_easy_cleanup(curl);
}
