/* SPDX-License-Identifier: MIT */
/*
 * GET /docs, ours: openapi.json for people. The page lists all operations by itself; where the
 * build has embedded the viewer (MK_DOCS_VIEWER) and the client runs it, that takes the list's
 * place. Its Content-Security-Policy keeps it from asking any other host for anything.
 */
#include "api/handlers.h"
#include "api/html.h"
#include "api/pages.h"
#include "base/memory.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- The page --------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = mk_get_text(object, key);

    return text == NULL ? "" : text;
}

static void add_statuses(struct mk_text *out, json_t *responses)
{
    const char *status;
    json_t *response;

    json_object_foreach(responses, status, response) {
        if (strcmp(status, "default") != 0)
            mk_text_print(out, "%s ", status);
    }
}

static void add_operation(struct mk_text *out, const char *method, const char *path,
                          const json_t *operation)
{
    mk_text_add_literal(out, "<li><code><b>");
    for (; *method != '\0'; method++)
        mk_text_add_char(out, (char)toupper((unsigned char)*method));
    mk_text_add_literal(out, "</b> ");
    mk_html_add(out, path);
    mk_text_add_literal(out, "</code> <span>");
    mk_html_add(out, text_of(operation, "summary"));
    mk_text_add_literal(out, "</span> <span class=\"soft\">");
    add_statuses(out, json_object_get(operation, "responses"));
    mk_text_add_literal(out, "</span></li>\n");
}

static bool has_tag(const json_t *operation, const char *wanted)
{
    size_t i;
    json_t *tag;

    json_array_foreach(json_object_get(operation, "tags"), i, tag) {
        if (strcmp(json_string_value(tag), wanted) == 0)
            return true;
    }
    return false;
}

static void add_operations(struct mk_text *out, json_t *paths, const char *tag)
{
    const char *path;
    const char *method;
    json_t *methods;
    json_t *operation;

    json_object_foreach(paths, path, methods) {
        json_object_foreach(methods, method, operation) {
            if (has_tag(operation, tag))
                add_operation(out, method, path, operation);
        }
    }
}

static void add_list(struct mk_text *out, const json_t *document)
{
    size_t i;
    json_t *tag;

    json_array_foreach(json_object_get(document, "tags"), i, tag) {
        mk_text_add_literal(out, "<h2>");
        mk_html_add(out, text_of(tag, "name"));
        mk_text_add_literal(out, "</h2>\n<p class=\"soft\">");
        mk_html_add(out, text_of(tag, "description"));
        mk_text_add_literal(out, "</p>\n<ul class=\"operations\">\n");
        add_operations(out, json_object_get(document, "paths"), text_of(tag, "name"));
        mk_text_add_literal(out, "</ul>\n");
    }
}

static bool is_embedded(void)
{
    return mk_asset_viewer_js.length > 0;
}

/* Written anew for each of its few readers, so that no start and no memory pays for it. */
enum mk_err mk_get_docs(const struct mk_call *call, struct mk_reply *reply)
{
    json_t *document = json_loadb(mk_asset_openapi.bytes, mk_asset_openapi.length, 0, NULL);
    struct mk_text list = MK_TEXT(MK_PAGE_MAX);

    (void)call;
    if (document == NULL)
        return MK_INTERNAL;
    add_list(&list, document);
    const struct mk_html_mark marks[] = {
        { "STYLE", mk_asset_style.bytes },
        { "VIEWER", is_embedded() ? "<link rel=\"stylesheet\" href=\"docs/viewer.css\">\n"
                                    "<script src=\"docs/viewer.js\" defer></script>\n"
                                  : "" },
        { "OPERATIONS", list.bytes },
    };
    mk_html_fill(&reply->text, &mk_asset_docs, marks, MK_COUNT(marks));
    mk_text_done(&list);
    json_decref(document);
    reply->status = 200;
    reply->content_type = "text/html; charset=utf-8";
    return MK_OK;
}

/* --- The viewer's files ----------------------------------------------------------------------- */

/* Whether the parameters of a coding are q=0, q=0.0 and so on. */
static bool is_refused(const char *parameters)
{
    const char *weight = parameters + strspn(parameters, "; \t");

    if (strncasecmp(weight, "q=", 2) != 0)
        return false;
    return strspn(weight + 2, "0.") == strcspn(weight + 2, ", \t");
}

/* RFC 9110, section 12.5.3. Without the field any coding will do. */
static bool accepts_gzip(const char *accepted)
{
    bool any = false;

    if (accepted == NULL)
        return true;
    for (; *accepted != '\0'; accepted += strcspn(accepted, ",")) {
        accepted += strspn(accepted, ", \t");
        size_t length = strcspn(accepted, ",; \t");
        if (length == 4 && strncasecmp(accepted, "gzip", length) == 0)
            return !is_refused(accepted + length);
        if (length == 1 && *accepted == '*')
            any = !is_refused(accepted + length);
    }
    return any;
}

/* They are there in one form, for those who take it; who does not has the list of the page. */
static enum mk_err send(const struct mk_call *call, const struct mk_asset *gzipped,
                        const char *content_type, struct mk_reply *reply)
{
    if (!is_embedded() || !accepts_gzip(call->request->header[MK_HEADER_ACCEPT_ENCODING]))
        return MK_PATH_NOT_FOUND;
    reply->status = 200;
    reply->asset = gzipped;
    reply->content_type = content_type;
    reply->content_encoding = "gzip";
    return MK_OK;
}

enum mk_err mk_get_viewer_js(const struct mk_call *call, struct mk_reply *reply)
{
    return send(call, &mk_asset_viewer_js, "text/javascript; charset=utf-8", reply);
}

enum mk_err mk_get_viewer_css(const struct mk_call *call, struct mk_reply *reply)
{
    return send(call, &mk_asset_viewer_css, "text/css; charset=utf-8", reply);
}
