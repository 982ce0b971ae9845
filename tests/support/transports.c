/* SPDX-License-Identifier: MIT */
/* The two ways of a request to the sandbox under test: a function call, and HTTP by libcurl. */
#include "support/client.h"

#include "api/dispatch.h"
#include "base/memory.h"
#include "support/failing_memory.h"

#include <curl/curl.h>
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

static void dispatch(const struct mk_request *request, struct mk_response *response)
{
    mk_response_init(response);
    if (under_test.failing_allocation < 0) {
        mk_api_dispatch(under_test.service, request, response);
        return;
    }
    failing_memory_start(under_test.failing_allocation);
    mk_api_dispatch(under_test.service, request, response);
    under_test.allocation_failed = failing_memory_stop();
    under_test.failing_allocation = -1;
}

void ask_in_memory(const struct ask *ask, const char *const *headers, struct reply *reply)
{
    struct mk_response response;
    struct mk_request request = { .method = mk_method_read(ask->method),
                                  .target = ask->target,
                                  .body = ask->body,
                                  .body_length = ask->length };
    size_t head = strlen(ask->target);

    for (; *headers != NULL; headers++) {
        take_field(&request, *headers);
        head += strlen(*headers) + 2;
    }
    if (request.header[MK_HEADER_HOST] == NULL)
        request.header[MK_HEADER_HOST] = "localhost:8080";
    if (ask->length > MK_BODY_MAX)
        request.fault = MK_REQUEST_BODY_TOO_LARGE;
    if (head > MK_HEAD_MAX)
        request.fault = MK_REQUEST_HEAD_TOO_LARGE;
    dispatch(&request, &response);

    reply->status = response.status;
    if (response.content_type != NULL)
        add_reply_header(reply, "Content-Type", 12, response.content_type,
                         strlen(response.content_type));
    for (size_t i = 0; i < response.header_count; i++)
        add_reply_header(reply, response.headers[i].name, strlen(response.headers[i].name),
                         response.headers[i].value, strlen(response.headers[i].value));
    reply->length = request.method == MK_HEAD ? 0 : response.body_length;
    reply->body = mk_copy_bytes(response.body_length > 0 ? response.body : "", reply->length);
    mk_response_done(&response);
}

/* --- Over libcurl ----------------------------------------------------------------------------- */

static size_t take_line(char *bytes, size_t size, size_t count, void *context)
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

static void set_up(CURL *curl, const struct ask *ask, struct curl_slist *headers)
{
    set_url(curl);
    curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, ask->target);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
    if (strcmp(ask->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (ask->body == NULL)
        return;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
}

void ask_over_curl(struct client *client, const struct ask *ask, const char *const *headers,
                   struct reply *reply)
{
    struct mk_text body = MK_TEXT(BODY_MAX);
    struct curl_slist *list = header_list(headers);
    long status = 0;

    if (client->curl == NULL)
        client->curl = curl_easy_init();
    require(client->curl != NULL, "curl_easy_init");
    curl_easy_reset(client->curl);
    set_up(client->curl, ask, list);
    curl_easy_setopt(client->curl, CURLOPT_FORBID_REUSE, client->reconnects ? 1L : 0L);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, take_line);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, reply);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &body);

    CURLcode code = curl_easy_perform(client->curl);
    require(code == CURLE_OK, "%s %s: %s", ask->method, ask->target, curl_easy_strerror(code));
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    require(!body.failed, "%s %s: a body without end", ask->method, ask->target);
    reply->status = (unsigned)status;
    reply->length = body.length;
    reply->body = body.length > 0 ? mk_text_steal(&body) : mk_copy("");
    mk_text_done(&body);
}

void close_curl(void *curl)
{
    if (curl != NULL)
        curl_easy_cleanup(curl);
}
