/* SPDX-License-Identifier: MIT */
#include "http/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const method_names[MK_METHOD_COUNT] = {
    [MK_GET] = "GET",     [MK_HEAD] = "HEAD",     [MK_POST] = "POST",       [MK_PUT] = "PUT",
    [MK_PATCH] = "PATCH", [MK_DELETE] = "DELETE", [MK_OPTIONS] = "OPTIONS",
};

static const struct {
    const char *text;
    size_t length;
} headers[MK_HEADER_COUNT] = {
#define X(name, literal) [MK_HEADER_##name] = { literal, sizeof(literal) - 1 },
    MK_HEADERS(X)
#undef X
};

struct mk_bell *mk_request_bell(const struct mk_request *request)
{
    return request->bell_of(request->carrier);
}

/* The values need no clearing: headers point only at what was written. */
void mk_response_init(struct mk_response *response)
{
    response->status = 0;
    response->content_type = NULL;
    response->body = NULL;
    response->body_length = 0;
    response->static_body = false;
    response->later = false;
    response->ending = MK_ENDING_WHOLE;
    response->feed.state = NULL;
    response->close = false;
    response->header_count = 0;
    response->values_length = 0;
}

void mk_response_done(struct mk_response *response)
{
    if (response == NULL)
        return;
    if (!response->static_body)
        free(response->body);
    response->body = NULL;
    response->body_length = 0;
    if (response->feed.state != NULL)
        response->feed.done(response->feed.state);
    response->feed.state = NULL;
}

void mk_response_header(struct mk_response *response, const char *name, const char *literal)
{
    assert(response->header_count < MK_RESPONSE_HEADERS_MAX);
    if (response->header_count == MK_RESPONSE_HEADERS_MAX)
        return;
    response->headers[response->header_count].name = name;
    response->headers[response->header_count].value = literal;
    response->header_count++;
}

void mk_response_header_copy(struct mk_response *response, const char *name, const char *value)
{
    size_t size = strlen(value) + 1;

    if (size > sizeof(response->values) - response->values_length)
        return;
    char *copy = response->values + response->values_length;
    memcpy(copy, value, size);
    response->values_length += size;
    mk_response_header(response, name, copy);
}

enum mk_method mk_method_read(const char *text)
{
    for (int method = 0; method < MK_METHOD_COUNT; method++) {
        if (strcmp(text, method_names[method]) == 0)
            return (enum mk_method)method;
    }
    return MK_METHOD_OTHER;
}

const char *mk_method_name(enum mk_method method)
{
    return method < MK_METHOD_COUNT ? method_names[method] : "OTHER";
}

/* Length and first letter settle nearly every field of a request before anything is compared. */
enum mk_header mk_header_find(const char *name, size_t length)
{
    for (int header = 0; header < MK_HEADER_COUNT; header++) {
        const char *text = headers[header].text;
        if (headers[header].length == length && (name[0] | 0x20) == text[0] &&
            strncasecmp(name, text, length) == 0)
            return (enum mk_header)header;
    }
    return MK_HEADER_COUNT;
}

enum mk_header mk_header_read(const char *name)
{
    return mk_header_find(name, strlen(name));
}

const char *mk_header_name(enum mk_header header)
{
    return header < MK_HEADER_COUNT ? headers[header].text : "";
}
