/* SPDX-License-Identifier: MIT */
/* Where browsers find the server when --public-url does not say it; declared in options.h. */
#include "options.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/address.h"

#include <string.h>
#include <strings.h>

/* An address that the name localhost does not reach stands for itself. */
static bool is_reached_by_localhost(const char *host)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1", "::1", "0.0.0.0", "::" };

    for (size_t i = 0; i < MK_COUNT(hosts); i++) {
        if (strcasecmp(host, hosts[i]) == 0)
            return true;
    }
    return false;
}

char *mk_public_url(const struct mk_options *options, unsigned port)
{
    const char *scheme = options->tls_cert != NULL ? "https" : "http";
    struct mk_text url = MK_TEXT(4096);
    struct mk_address address;

    if (options->public_url != NULL)
        return mk_copy(options->public_url);
    bool is_own = mk_address_read(options->listen, &address) && !address.is_unix &&
                  !is_reached_by_localhost(address.host);
    bool is_v6 = is_own && strchr(address.host, ':') != NULL;
    mk_text_print(&url, "%s://%s%s%s", scheme, is_v6 ? "[" : "",
                  is_own ? address.host : "localhost", is_v6 ? "]" : "");
    if (port != 0)
        mk_text_print(&url, ":%u", port);
    return mk_text_steal(&url);
}
