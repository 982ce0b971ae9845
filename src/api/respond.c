/* SPDX-License-Identifier: MIT */
#include "api/respond.h"

#include "api/errors.h"
#include "api/record.h"
#include "base/log.h"
#include "base/memory.h"
#include "json/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Drops the JSON of a reply that can't be dumped and says so instead. */
static void dump(struct mk_reply *reply)
{
    if (reply->json == NULL)
        return;
    if (!mk_json_dump(reply->json, &reply->text)) {
        reply->problem = (struct mk_problem){ 0 }; /* it was of the reply that is lost */
        mk_reply_error(reply, MK_INTERNAL);
        if (reply->json != NULL && !mk_json_dump(reply->json, &reply->text))
            reply->status = 500;
    }
    json_decref(reply->json);
    reply->json = NULL;
}

static void set_static(struct mk_response *response, const char *bytes, size_t length,
                       const char *content_type)
{
    response->body = (char *)bytes;
    response->body_length = length;
    response->static_body = true;
    response->content_type = content_type;
}

static void set_body(struct mk_reply *reply, struct mk_response *response)
{
    dump(reply);
    response->status = reply->status;
    response->feed = reply->feed;
    if (reply->feed.state != NULL) {
        response->content_type = reply->content_type;
    } else if (reply->asset != NULL) {
        set_static(response, reply->asset->bytes, reply->asset->length, reply->content_type);
    } else if (reply->page != NULL) {
        set_static(response, reply->page, reply->page_length, reply->content_type);
    } else if (reply->text.length > 0) {
        response->content_type =
            reply->content_type != NULL ? reply->content_type : "application/json";
        response->body_length = reply->text.length;
        response->body = mk_text_steal(&reply->text);
    }
}

void mk_request_id_write(struct mk_service *service, char out[MK_REQUEST_ID_SIZE])
{
    uint64_t count = atomic_fetch_add_explicit(&service->request_count, 1, memory_order_relaxed);
    uint64_t id = service->request_seed + (count + 1) * UINT64_C(0x9E3779B97F4A7C15);
    unsigned char bytes[8];

    id = (id ^ id >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    id = (id ^ id >> 27) * UINT64_C(0x94D049BB133111EB);
    id ^= id >> 31;
    memcpy(bytes, &id, sizeof(bytes));
    memcpy(out, "req_", 4);
    mk_hex(bytes, sizeof(bytes), out + 4);
}

static void add_methods(struct mk_response *response, const char *field, unsigned allowed)
{
    char list[64] = "";
    size_t used = 0;

    for (unsigned i = 0; i < MK_METHOD_COUNT; i++) {
        if (allowed & 1U << i)
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "",
                                     mk_method_name((enum mk_method)i));
    }
    mk_response_header_copy(response, field, list);
}

static void add_cors(const struct mk_request *request, unsigned allowed,
                     struct mk_response *response)
{
    mk_response_header(response, "Access-Control-Allow-Origin", "*");
    if (request->header[MK_HEADER_ORIGIN] == NULL)
        return;
    mk_response_header(response, "Access-Control-Expose-Headers",
                       "X-Request-Id, Retry-After, x-should-retry");
    if (request->method != MK_OPTIONS)
        return;
    add_methods(response, "Access-Control-Allow-Methods", allowed);
    mk_response_header(response, "Access-Control-Allow-Headers",
                       "Authorization, Content-Type, MoneyKit-Version, X-Client-Id, "
                       "X-Client-Secret, X-Sandbox-Client");
    mk_response_header(response, "Access-Control-Max-Age", "600");
}

/* Copies the reply's own header fields and frees them. */
static void add_headers(struct mk_reply *reply, struct mk_response *response)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        mk_response_header_copy(response, reply->headers[i].name, reply->headers[i].value);
        free(reply->headers[i].value);
    }
    reply->header_count = 0;
}

void mk_respond(const char *request_id, const struct mk_request *request, unsigned allowed,
                enum mk_err err, struct mk_reply *reply, struct mk_response *response)
{
    set_body(reply, response);
    mk_response_header_copy(response, "X-Request-Id", request_id);
    add_headers(reply, response);
    add_cors(request, allowed, response);
    if (err == MK_METHOD_NOT_ALLOWED || request->method == MK_OPTIONS)
        add_methods(response, "Allow", allowed);
    if (reply->problem.retry_after > 0) { /* Stainless clients repeat the call unless told not to */
        char seconds[24];
        snprintf(seconds, sizeof(seconds), "%" PRId64, reply->problem.retry_after);
        mk_response_header_copy(response, "Retry-After", seconds);
        mk_response_header(response, "x-should-retry", "false");
    }
    if (reply->content_encoding != NULL) {
        mk_response_header(response, "Content-Encoding", reply->content_encoding);
        mk_response_header(response, "Vary", "Accept-Encoding");
    }
    if (response->status == 401)
        mk_response_header(response, "WWW-Authenticate", "Bearer");
    response->close = err == MK_MALFORMED || err == MK_HEAD_TOO_LARGE;
    mk_issues_done(&reply->issues);
    mk_text_done(&reply->text);
}

void mk_respond_log(const struct mk_exchange *exchange)
{
    if (!mk_log_wants(MK_LOG_INFO))
        return;

    const struct mk_log_field fields[] = {
        { .name = "method", .text = mk_method_name(exchange->request->method) },
        { .name = "route", .text = exchange->route == NULL ? "(none)" : exchange->route->path },
        { .name = "status", .number = exchange->response->status },
        { .name = "bytes", .number = (int64_t)exchange->response->body_length },
        { .name = "us", .number = exchange->span },
        { .name = "client", .text = exchange->world == NULL ? "-" : exchange->world->client_id },
        { .name = "request_id", .text = exchange->request_id },
    };
    mk_log_fields(MK_LOG_INFO, "request", fields, MK_COUNT(fields));
}
