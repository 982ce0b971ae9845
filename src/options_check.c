/* SPDX-License-Identifier: MIT */
/*
 * What the option table can't say: the forms of addresses and URLs, and the rules between options.
 */
#include "options.h"

#include "base/url.h"
#include "http/address.h"

#include <string.h>

static bool complain(char *error, const char *text)
{
    snprintf(error, MK_OPTIONS_ERROR_SIZE, "%s", text);
    return false;
}

static bool check_clients(const struct mk_options *options, char *error)
{
    for (size_t i = 0; i < options->clients.count; i++) {
        const char *colon = strchr(options->clients.items[i], ':');
        if (colon == NULL || colon == options->clients.items[i] || colon[1] == '\0')
            return complain(error, "--client: expected ID:SECRET");
    }
    return true;
}

static bool read_web_url(const char *text, struct mk_url *ret)
{
    return mk_url_read(text, ret) && ret->host[0] != '\0' &&
           (strcmp(ret->scheme, "http") == 0 || strcmp(ret->scheme, "https") == 0);
}

static bool check_origins(const struct mk_options *options, char *error)
{
    struct mk_url url;

    for (size_t i = 0; i < options->redirect_origins.count; i++) {
        const char *text = options->redirect_origins.items[i];
        if (!read_web_url(text, &url) || strpbrk(strstr(text, "//") + 2, "/?#@") != NULL)
            return complain(error, "--redirect-origin: expected an origin like https://app.test");
    }
    return true;
}

static bool check_public_url(const struct mk_options *options, char *error)
{
    const char *text = options->public_url;
    struct mk_url url;

    if (text == NULL || (read_web_url(text, &url) && !url.has_query && !url.has_fragment &&
                         text[strlen(text) - 1] != '/'))
        return true;
    return complain(error, "--public-url: expected a URL like https://a.test, no slash at its end");
}

bool mk_options_check(const struct mk_options *options, char error[MK_OPTIONS_ERROR_SIZE])
{
    struct mk_address address;

    if (!mk_address_read(options->listen, &address))
        return complain(error, "--listen: expected HOST:PORT, [IPV6]:PORT or unix:PATH");
    if ((options->tls_cert == NULL) != (options->tls_key == NULL))
        return complain(error, "--tls-cert and --tls-key go together");
    if (options->deterministic && !address.is_loopback && options->clients.count == 0)
        return complain(error, "--deterministic: secrets can be foretold, so an address that "
                               "others reach needs --client");
    return check_clients(options, error) && check_origins(options, error) &&
           check_public_url(options, error);
}
