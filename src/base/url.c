/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Copies in lower case; false when it does not fit. */
static bool copy_lower(char *out, size_t room, const char *text, size_t length)
{
    if (length >= room)
        return false;
    for (size_t i = 0; i < length; i++)
        out[i] = (char)tolower((unsigned char)text[i]);
    out[length] = '\0';
    return true;
}

static bool read_port(const char *text, size_t length, int *ret)
{
    char digits[6];
    int64_t port;

    if (length == 0) { /* "host:" is the default port */
        *ret = -1;
        return true;
    }
    if (!copy_lower(digits, sizeof(digits), text, length) || digits[0] == '-' ||
        !mk_read_integer(digits, 0, 65535, &port))
        return false;
    *ret = (int)port;
    return true;
}

/* Only an IPv6 address stands in brackets; written again as browsers write it. */
static bool copy_v6(char host[256], const char *text, size_t length)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr parsed;

    return copy_lower(address, sizeof(address), text, length) &&
           inet_pton(AF_INET6, address, &parsed) == 1 &&
           inet_ntop(AF_INET6, &parsed, host, 256) != NULL;
}

/* "name", "name:port", "[v6]" or "[v6]:port"; port is -1 when absent. */
static bool read_host_port(const char *text, size_t length, char host[256], int *port)
{
    size_t name = 0;

    *port = -1;
    if (length > 0 && text[0] == '[') {
        const char *end = memchr(text, ']', length);
        if (end == NULL || !copy_v6(host, text + 1, (size_t)(end - text) - 1))
            return false;
        name = (size_t)(end - text) + 1;
    } else {
        while (name < length && text[name] != ':')
            name++;
        if (!copy_lower(host, 256, text, name))
            return false;
    }
    if (host[0] == '\0' || strpbrk(host, " \t\"<>\\/?#@[]^|%") != NULL)
        return false;
    if (name == length)
        return true;
    return text[name] == ':' && read_port(text + name + 1, length - name - 1, port);
}

static bool is_default_port(const char *scheme, int port)
{
    return port < 0 || (port == 80 && strcmp(scheme, "http") == 0) ||
           (port == 443 && strcmp(scheme, "https") == 0);
}

static void write_origin(struct mk_url *url, int port)
{
    const char *form = strchr(url->host, ':') != NULL ? "%s://[%s]" : "%s://%s";
    size_t room = sizeof(url->origin);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = snprintf(url->origin, room, form, url->scheme, url->host);
#pragma GCC diagnostic pop
    if (!is_default_port(url->scheme, port) && length > 0 && (size_t)length < room)
        snprintf(url->origin + length, room - (size_t)length, ":%d", port);
}

static bool read_authority(const char *text, struct mk_url *url)
{
    size_t length = strcspn(text, "/?#");
    const char *user = memrchr(text, '@', length);
    int port;

    if (user != NULL) {
        length -= (size_t)(user + 1 - text);
        text = user + 1;
    }
    if (length == 0)
        return true;
    if (!read_host_port(text, length, url->host, &port))
        return false;
    write_origin(url, port);
    return true;
}

bool mk_url_read(const char *text, struct mk_url *ret)
{
    struct mk_url url = { .has_query = text[strcspn(text, "?#")] == '?',
                          .has_fragment = strchr(text, '#') != NULL };
    size_t scheme =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    if (scheme == 0 || text[scheme] != ':' || !isalpha((unsigned char)text[0]))
        return false;
    if (!copy_lower(url.scheme, sizeof(url.scheme), text, scheme))
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at <= ' ' || *at == 0x7F || *at == '\\')
            return false;
    }
    text += scheme + 1;
    if (strncmp(text, "//", 2) == 0 && !read_authority(text + 2, &url))
        return false;
    *ret = url;
    return true;
}

bool mk_host_read(const char *text, char ret[256])
{
    int port;

    return read_host_port(text, strlen(text), ret, &port);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);

    return length > end_length && strcasecmp(text + length - end_length, end) == 0;
}

bool mk_host_is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (strcasecmp(host, "localhost") == 0 || ends_with(host, ".localhost"))
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}
