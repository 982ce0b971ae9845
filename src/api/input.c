/* SPDX-License-Identifier: MIT */
#include "api/input.h"

#include "api/access.h"
#include "json/form.h"

#include <string.h>
#include <strings.h>

#define FORM_TYPE "application/x-www-form-urlencoded"

void mk_input_done(struct mk_input *input)
{
    json_decref(input->query);
    json_decref(input->body);
}

bool mk_input_has_version(const struct mk_route *route, const struct mk_request *request)
{
    const char *version = request->header[MK_HEADER_VERSION];

    return !route->is_versioned || version == NULL || version[0] == '\0' ||
           strcmp(version, MK_API_VERSION) == 0;
}

static void check_version(const struct mk_route *route, const struct mk_request *request,
                          struct mk_issues *issues)
{
    const struct mk_place header = { .key = "header" };
    const struct mk_place place = { .parent = &header, .key = "moneykit-version" };

    if (!mk_input_has_version(route, request))
        mk_issues_add(issues, &place, MK_ISSUE_CHOICE, MK_API_VERSION, 0);
}

static void read_query(const struct mk_route *route, const char *text, struct mk_input *input,
                       struct mk_issues *issues)
{
    const struct mk_place place = { .key = "query" };

    if (route->query == NULL)
        return;
    input->query = mk_form_read(route->query, text, strlen(text), "query", issues);
    if (input->query != NULL)
        mk_shape_check(route->query, input->query, &place, issues);
}

/*
 * Whether the media type, parameters left aside, is `wanted` or ends in +json where JSON is wanted.
 */
static bool is_media_type(const char *field, const char *wanted, bool json)
{
    size_t length = strcspn(field, "; \t");

    if (length == strlen(wanted) && strncasecmp(field, wanted, length) == 0)
        return true;
    return json && length > 17 && strncasecmp(field, "application/", 12) == 0 &&
           strncasecmp(field + length - 5, "+json", 5) == 0;
}

/* A missing field counts as the right one: the body says it well enough. */
static bool check_content_type(const struct mk_route *route, const struct mk_request *request,
                               struct mk_issues *issues)
{
    const struct mk_place header = { .key = "header" };
    const struct mk_place place = { .parent = &header, .key = "content-type" };
    const char *wanted = route->form != NULL ? FORM_TYPE : "application/json";
    const char *field = request->header[MK_HEADER_CONTENT_TYPE];

    if (field == NULL || request->body_length == 0)
        return true;
    if (is_media_type(field, wanted, route->form == NULL))
        return true;
    mk_issues_add(issues, &place, MK_ISSUE_CONTENT_TYPE, wanted, 0);
    return false;
}

static void read_body(const struct mk_route *route, const struct mk_request *request,
                      struct mk_input *input, struct mk_issues *issues)
{
    const struct mk_place place = { .key = "body" };
    const struct mk_shape *shape = route->form != NULL ? route->form : route->body;

    if (shape == NULL || !check_content_type(route, request, issues))
        return;
    if (route->form != NULL)
        input->body = mk_form_read(shape, request->body, request->body_length, "body", issues);
    else
        input->body = mk_json_read(request->body, request->body_length, issues);
    if (input->body != NULL)
        mk_shape_check(shape, input->body, &place, issues);
}

enum mk_err mk_input_read(const struct mk_route *route, const struct mk_request *request,
                          const char *query, struct mk_input *input, struct mk_issues *issues)
{
    bool has_body = route->form != NULL || route->body != NULL;

    if (has_body && request->fault == MK_REQUEST_BODY_TOO_LARGE)
        return MK_BODY_TOO_LARGE;
    check_version(route, request, issues);
    read_query(route, query, input, issues);
    read_body(route, request, input, issues);
    if (issues->failed)
        return MK_INTERNAL;
    return mk_issues_any(issues) ? MK_INVALID : MK_OK;
}
