/* SPDX-License-Identifier: MIT */
#include "http/address.h"

#include "base/text.h"
#include "base/url.h"

#include <stdint.h>
#include <string.h>

static bool keep_host(struct mk_address *address, const char *text, size_t length)
{
    if (length == 0 || length >= sizeof(address->host))
        return false;
    memcpy(address->host, text, length);
    address->host[length] = '\0';
    return true;
}

static bool keep_port(struct mk_address *address, const char *text)
{
    int64_t port;

    if (!mk_read_integer(text, 0, 65535, &port))
        return false;
    address->port = (unsigned)port;
    return true;
}

/* [V6]:PORT; what is between the brackets is judged when it is bound. */
static bool read_bracketed(const char *text, struct mk_address *address)
{
    const char *end = strchr(text, ']');

    if (end == NULL || end[1] != ':' || memchr(text, ':', (size_t)(end - text)) == NULL)
        return false;
    return keep_host(address, text + 1, (size_t)(end - text) - 1) && keep_port(address, end + 2);
}

static bool read_plain(const char *text, struct mk_address *address)
{
    const char *colon = strchr(text, ':');

    if (colon == NULL || strcspn(text, " /[]@?#") < (size_t)(colon - text))
        return false;
    return keep_host(address, text, (size_t)(colon - text)) && keep_port(address, colon + 1);
}

bool mk_address_read(const char *text, struct mk_address *ret)
{
    struct mk_address address = { 0 };

    if (strncmp(text, "unix:", 5) == 0) {
        if (!keep_host(&address, text + 5, strlen(text + 5)))
            return false;
        address.is_unix = true;
        address.is_loopback = true;
        *ret = address;
        return true;
    }
    if (!(text[0] == '[' ? read_bracketed(text, &address) : read_plain(text, &address)))
        return false;
    address.is_loopback = mk_host_is_loopback(address.host);
    *ret = address;
    return true;
}
