/* SPDX-License-Identifier: MIT */
/*
 * The line for a POSIX shell. What is fixed stands in single quotes; where a secret was, the quotes
 * end and a variable in double quotes follows: '{"password":"'"$PASSWORD"'"}'.
 */
#include "control/explain.h"

#include <ctype.h>

/* A target, a body, and what quoting adds to them. */
#define LINE_MAX_SIZE ((size_t)64 * 1024)

enum { VARIABLE_MAX = 48 };

static bool is_name_byte(char byte)
{
    return isascii((unsigned char)byte) && (isalnum((unsigned char)byte) || byte == '_');
}

/* The name that stands before a masked value, as a shell's variable; SECRET where there is none. */
static void add_variable(struct mk_text *line, const char *start, const char *mask)
{
    const char *end = mask;

    while (end > start && memchr("\":= ", end[-1], 4) != NULL)
        end--;
    const char *name = end;
    while (name > start && is_name_byte(name[-1]) && end - name < VARIABLE_MAX)
        name--;
    mk_text_add_literal(line, "'\"$");
    if (name == end || isdigit((unsigned char)*name))
        mk_text_add_literal(line, "SECRET");
    else
        for (; name < end; name++)
            mk_text_add_char(line, (char)toupper((unsigned char)*name));
    mk_text_add_literal(line, "\"'");
}

/* In single quotes, with the masked values as variables. */
static void add_quoted(struct mk_text *line, const char *text)
{
    mk_text_add_char(line, '\'');
    for (const char *at = text; *at != '\0'; at++) {
        if (strncmp(at, "***", 3) == 0) {
            add_variable(line, text, at);
            at += 2;
        } else if (*at == '\'')
            mk_text_add_literal(line, "'\\''");
        else
            mk_text_add_char(line, *at);
    }
    mk_text_add_char(line, '\'');
}

static void add_credentials(struct mk_text *line, const struct mk_explained *explained)
{
    const struct mk_route *route = explained->route;
    enum mk_access access = route == NULL ? MK_ACCESS_CLIENT : route->access;

    if (route != NULL && route->form != NULL &&
        json_object_get(explained->body, "client_secret") == NULL)
        mk_text_add_literal(line, " -u \"$CLIENT_ID:$CLIENT_SECRET\"");
    if (access == MK_ACCESS_CLIENT || access == MK_ACCESS_CONTROL)
        mk_text_add_literal(line, " -H \"Authorization: Bearer $TOKEN\"");
    if (access == MK_ACCESS_SESSION)
        mk_text_add_literal(line, " -H \"Authorization: Bearer $LINK_SESSION_TOKEN\"");
}

static void add_field(struct mk_text *line, const char *name, const char *value)
{
    if (value == NULL)
        return;
    mk_text_print(line, " -H '%s: ", name);
    mk_text_add_text(line, value);
    mk_text_add_char(line, '\'');
}

/* What is too long, or broken, is kept up to a cut. */
static bool is_whole(const char *body)
{
    size_t length = body == NULL ? 0 : strlen(body);

    return length > 0 && (length < 3 || strcmp(body + length - 3, "...") != 0);
}

static void add_body(struct mk_text *line, const struct mk_explained *explained)
{
    const struct mk_happening *request = explained->request;
    bool is_form = explained->route != NULL && explained->route->form != NULL;
    const char *type = request->content_type != NULL ? request->content_type : "application/json";

    if (request->received == 0)
        return;
    if (!is_form || request->content_type != NULL) /* curl says itself that it sends a form */
        add_field(line, "Content-Type", type);
    mk_text_add_literal(line, " --data-binary ");
    if (is_whole(request->body))
        add_quoted(line, request->body);
    else
        mk_text_add_literal(line, "\"$BODY\"");
}

static void add_method(struct mk_text *line, const struct mk_happening *request)
{
    enum mk_method method = (enum mk_method)request->method;

    if (method == MK_HEAD)
        mk_text_add_literal(line, " --head");
    else if (method != MK_GET || request->received > 0)
        mk_text_print(line, " -X %s", mk_method_name(method));
}

/* What curl would make of some bytes of an address by itself. */
static void add_url(struct mk_text *line, const char *url)
{
    if (strpbrk(url, "[]{}") != NULL)
        mk_text_add_literal(line, " --globoff");
    if (strstr(url, "/.") != NULL)
        mk_text_add_literal(line, " --path-as-is");
    mk_text_add_char(line, ' ');
    add_quoted(line, url);
}

json_t *mk_explain_curl(const struct mk_explained *explained)
{
    const struct mk_happening *request = explained->request;
    json_t *target = mk_target_view(request->target);
    struct mk_text line = MK_TEXT(LINE_MAX_SIZE);
    struct mk_text url = MK_TEXT(LINE_MAX_SIZE);

    mk_text_add_text(&url, explained->call->service->public_url);
    mk_text_add_text(&url, target == NULL ? "" : json_string_value(target));
    mk_text_add_literal(&line, "curl");
    add_method(&line, request);
    add_url(&line, url.bytes == NULL ? "" : url.bytes);
    add_credentials(&line, explained);
    add_field(&line, "moneykit-version", request->version);
    add_body(&line, explained);
    json_t *json = line.failed ? json_null() : json_string(line.bytes);
    mk_text_done(&line);
    mk_text_done(&url);
    json_decref(target);
    return json;
}
