/* SPDX-License-Identifier: MIT */
/* What needs no credentials: the front page, the API document, probes and avatars. All ours. */
#include "api/pages.h"

#include "api/handlers.h"
#include "api/html.h"
#include "base/memory.h"

#include <ctype.h>

void mk_front_page_write(const char *public_url, struct mk_text *out)
{
    const struct mk_html_mark marks[] = {
        { "STYLE", mk_asset_style.bytes },
        { "URL", public_url },
    };

    *out = MK_TEXT(MK_PAGE_MAX);
    mk_html_fill(out, &mk_asset_front, marks, MK_COUNT(marks));
}

enum mk_err mk_get_front_page(const struct mk_call *call, struct mk_reply *reply)
{
    reply->status = 200;
    reply->page = call->service->front_page.bytes;
    reply->page_length = call->service->front_page.length;
    reply->content_type = "text/html; charset=utf-8";
    return MK_OK;
}

enum mk_err mk_get_openapi(const struct mk_call *call, struct mk_reply *reply)
{
    (void)call;
    reply->status = 200;
    reply->asset = &mk_asset_openapi;
    reply->content_type = "application/json";
    return MK_OK;
}

enum mk_err mk_get_livez(const struct mk_call *call, struct mk_reply *reply)
{
    (void)call;
    return mk_reply_json(reply, 200, json_pack("{s:s}", "status", "ok"));
}

enum mk_err mk_get_readyz(const struct mk_call *call, struct mk_reply *reply)
{
    if (call->service->stopping)
        return mk_fail(&reply->problem, MK_UNAVAILABLE, "The sandbox is stopping.");
    return mk_reply_json(reply, 200, json_pack("{s:s}", "status", "ok"));
}

/* A rounded square in the institution's colour with the first letter of its name. */
enum mk_err mk_get_avatar(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_catalog *catalog = call->service->bank->catalog;
    size_t found = mk_catalog_find(catalog, call->path[0]);

    if (found == mk_catalog_count(catalog))
        return MK_INSTITUTION_NOT_FOUND;

    const struct mk_institution *institution = mk_catalog_at(catalog, found);
    mk_text_print(&reply->text,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" role=\"img\">"
                  "<rect width=\"64\" height=\"64\" rx=\"14\" fill=\"%s\"/>"
                  "<text x=\"32\" y=\"43\" font-family=\"system-ui, sans-serif\" font-size=\"32\" "
                  "font-weight=\"600\" text-anchor=\"middle\" fill=\"#ffffff\">%c</text></svg>",
                  institution->color, toupper((unsigned char)institution->name[0]));
    reply->status = 200;
    reply->content_type = "image/svg+xml";
    return MK_OK;
}
