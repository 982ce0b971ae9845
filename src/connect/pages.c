/* SPDX-License-Identifier: MIT */
/*
 * Connect's pages and the files they load, as they are compiled in.
 *
 * The policies keep a page to what comes from here. There is no X-Frame-Options, since the app
 * frames Connect, and no Cross-Origin-Opener-Policy, which would part the app's redirect page from
 * the window that opened the bank. The session's token stands in the address, so no referrer.
 */
#include "api/handlers.h"
#include "base/url.h"
#include "connect/call.h"

#include <stdio.h>
#include <string.h>

#define POLICY \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "

static const struct mk_field start_fields[] = {
    { .name = "origin", .type = MK_STRING, .fallback = "" },
};
const struct mk_shape mk_connect_page_query = MK_SHAPE(NULL, start_fields);

/*
 * Whether the text is an origin as browsers write it, and nothing that could end the header or its
 * part of the policy.
 */
static bool is_origin(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-+:/[]";
    struct mk_url url = { .origin = "" };

    return text[strspn(text, allowed)] == '\0' && mk_url_read(text, &url) && url.host[0] != '\0' &&
           strcmp(url.origin, text) == 0;
}

/*
 * How much of the origin frame-ancestors says. A policy can name neither an IPv6 address nor a host
 * with an underscore (compose services have some): only the scheme then.
 */
static int ancestor_length(const char *origin)
{
    size_t length = strpbrk(origin, "[_") != NULL ? strcspn(origin, ":") + 1 : strlen(origin);

    return (int)length;
}

static enum mk_err send_page(const struct mk_asset *page, const char *policy,
                             struct mk_reply *reply)
{
    mk_connect_uncached(reply);
    mk_reply_header(reply, "Content-Security-Policy", policy);
    mk_reply_header(reply, "Referrer-Policy", "no-referrer");
    mk_reply_header(reply, "X-Content-Type-Options", "nosniff");
    reply->status = 200;
    reply->asset = page;
    reply->content_type = "text/html; charset=utf-8";
    return MK_OK;
}

/* The launcher says who frames the page: /start, /relink and /continue. */
enum mk_err mk_get_connect_page(const struct mk_call *call, struct mk_reply *reply)
{
    const char *origin = mk_get_text(call->query, "origin");
    char policy[1024];

    if (!is_origin(origin))
        origin = "'self'";
    snprintf(policy, sizeof(policy), POLICY "frame-ancestors %.*s", ancestor_length(origin),
             origin);
    return send_page(&mk_asset_page_connect, policy, reply);
}

enum mk_err mk_get_oauth_bank_page(const struct mk_call *call, struct mk_reply *reply)
{
    (void)call;
    return send_page(&mk_asset_page_oauth_bank, POLICY "frame-ancestors 'none'", reply);
}

enum mk_err mk_get_demo(const struct mk_call *call, struct mk_reply *reply)
{
    (void)call;
    return send_page(&mk_asset_page_demo, POLICY "frame-src 'self'; frame-ancestors 'none'", reply);
}

static const char *content_type_of(const char *path)
{
    return strcmp(strrchr(path, '.'), ".css") == 0 ? "text/css; charset=utf-8"
                                                   : "text/javascript; charset=utf-8";
}

static enum mk_err send_file(const char *folder, const char *name, struct mk_reply *reply)
{
    const struct mk_asset_file *file = mk_asset_files_connect;
    size_t length = strlen(folder);

    while (file->path != NULL &&
           (strncmp(file->path, folder, length) != 0 || strcmp(file->path + length, name) != 0))
        file++;
    if (file->path == NULL)
        return MK_PATH_NOT_FOUND;
    mk_connect_uncached(reply);
    mk_reply_header(reply, "X-Content-Type-Options", "nosniff");
    reply->status = 200;
    reply->asset = &file->asset;
    reply->content_type = content_type_of(file->path);
    return MK_OK;
}

/* A name may hold a slash that was escaped, which leads to the same files. */
enum mk_err mk_get_connect_file(const struct mk_call *call, struct mk_reply *reply)
{
    return send_file("", call->path[0], reply);
}

enum mk_err mk_get_connect_screen(const struct mk_call *call, struct mk_reply *reply)
{
    return send_file("screens/", call->path[0], reply);
}
