/* SPDX-License-Identifier: MIT */
#include "core/redirect.h"

#include "base/url.h"

#include <string.h>

static bool is_web(const struct mk_url *url)
{
    return strcmp(url->scheme, "http") == 0 || strcmp(url->scheme, "https") == 0;
}

/* Schemes that run in the page that opens them instead of opening an app. */
static bool is_dangerous(const struct mk_url *url)
{
    static const char *const schemes[] = { "javascript", "data", "vbscript", "blob", "file" };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strcmp(url->scheme, schemes[i]) == 0)
            return true;
    }
    return false;
}

/* "myapp://done" and "com.app:/done", not "localhost:3000", whose writer forgot the scheme. */
static bool has_path(const char *uri)
{
    return strstr(uri, ":/") == strchr(uri, ':');
}

static bool is_listed(const struct mk_url *url, const char *const *origins, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mk_url listed;
        if (mk_url_read(origins[i], &listed) && strcmp(listed.origin, url->origin) == 0)
            return true;
    }
    return false;
}

enum mk_err mk_redirect_check(const char *uri, const char *const *origins, size_t count,
                              struct mk_problem *problem)
{
    struct mk_url url;

    if (!mk_url_read(uri, &url) || !has_path(uri) || (is_web(&url) && url.host[0] == '\0') ||
        is_dangerous(&url))
        return mk_fail(problem, MK_SESSION_FORBIDDEN,
                       "redirect_uri must be an absolute http, https or app URI.");
    if (url.has_query)
        return mk_fail(problem, MK_SESSION_FORBIDDEN, "redirect_uri must not have a query.");
    if (is_web(&url) && !mk_host_is_loopback(url.host) && !is_listed(&url, origins, count))
        return mk_fail(
            problem, MK_SESSION_FORBIDDEN,
            "The origin of redirect_uri is not allowed here: use a loopback one or add it "
            "with --redirect-origin.");
    return MK_OK;
}
