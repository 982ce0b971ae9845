/* SPDX-License-Identifier: MIT */
/*
 * What the option table can't say: the forms of addresses and URLs, and the rules between options.
 */
#include "options.h"

#include "base/text.h"
#include "base/url.h"
#include "http/address.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { PUBLIC_URL_MAX = 2048 };

static bool complain(char *error, const char *text)
{
    snprintf(error, MK_OPTIONS_ERROR_SIZE, "%s", text);
    return false;
}

/* Length of the id of ID:SECRET; 0 when it has not that form, or what no caller could send. */
static size_t id_length(const char *client)
{
    size_t length = strcspn(client, ":");
    size_t secret = client[length] == ':' ? strlen(client + length + 1) : 0;
    bool is_good = secret > 0 && secret <= MK_CLIENT_SECRET_MAX && length <= MK_CLIENT_ID_MAX &&
                   mk_is_utf8(client, strlen(client));

    return is_good ? length : 0;
}

static bool check_clients(const struct mk_options *options, char *error)
{
    char *const *clients = options->clients.items;

    for (size_t i = 0; i < options->clients.count; i++) {
        size_t length = id_length(clients[i]);
        if (length == 0)
            return complain(error, "--client: expected ID:SECRET");
        for (size_t j = 0; j < i; j++) {
            if (strncmp(clients[i], clients[j], length + 1) == 0)
                return complain(error, "--client: a client has one secret, and one is named twice");
        }
    }
    return true;
}

/* What a Host field is compared with has no port. */
static bool check_hosts(const struct mk_options *options, char *error)
{
    char host[256];

    for (size_t i = 0; i < options->allowed_hosts.count; i++) {
        const char *name = options->allowed_hosts.items[i];
        if (!mk_host_read(name, host) || strcasecmp(host, name) != 0)
            return complain(error, "--allowed-host: expected a name, without scheme and port");
    }
    return true;
}

/* "*", or a name or address, maybe with "*." before it. */
static bool is_host_pattern(const char *text)
{
    struct in6_addr address;
    char host[256];

    if (strcmp(text, "*") == 0 || inet_pton(AF_INET6, text, &address) == 1)
        return true;
    if (strncmp(text, "*.", 2) == 0)
        text += 2;
    return strchr(text, '*') == NULL && mk_host_read(text, host) && strcasecmp(host, text) == 0;
}

static bool check_webhook_hosts(const struct mk_options *options, char *error)
{
    for (size_t i = 0; i < options->webhook_hosts.count; i++) {
        if (!is_host_pattern(options->webhook_hosts.items[i]))
            return complain(error, "--webhook-hosts: expected a name or an address without scheme "
                                   "and port, *.NAME or *");
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

/* It is written into JSON, HTML and SVG as it stands. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || strchr("\"<>'`{}", *at) != NULL)
            return false;
    }
    return strlen(text) <= PUBLIC_URL_MAX;
}

static bool check_public_url(const struct mk_options *options, char *error)
{
    const char *text = options->public_url;
    struct mk_url url;

    if (text == NULL || (is_plain(text) && read_web_url(text, &url) && !url.has_query &&
                         !url.has_fragment && text[strlen(text) - 1] != '/'))
        return true;
    return complain(error, "--public-url: expected a URL like https://a.test, no slash at its end");
}

/* It is written into a JSON text and read by every receiver. */
static bool check_issuer(const struct mk_options *options, char *error)
{
    struct mk_url url;

    if (options->issuer == NULL ||
        (is_plain(options->issuer) && read_web_url(options->issuer, &url)))
        return true;
    return complain(error, "--issuer: expected a URL like https://api.moneykit.com");
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
    return check_clients(options, error) && check_hosts(options, error) &&
           check_origins(options, error) && check_public_url(options, error) &&
           check_webhook_hosts(options, error) && check_issuer(options, error);
}
