/* SPDX-License-Identifier: MIT */
#include "http/reach.h"

#include "base/memory.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

static bool is_private_v4(uint32_t address)
{
    static const struct {
        uint32_t network;
        uint32_t mask;
    } networks[] = {
        { 0x7F000000, 0xFF000000 }, /* 127/8 */
        { 0x0A000000, 0xFF000000 }, /* 10/8 */
        { 0xAC100000, 0xFFF00000 }, /* 172.16/12 */
        { 0xC0A80000, 0xFFFF0000 }, /* 192.168/16 */
    };

    for (size_t i = 0; i < MK_COUNT(networks); i++) {
        if ((address & networks[i].mask) == networks[i].network)
            return true;
    }
    return false;
}

static bool is_private_v6(const struct in6_addr *address)
{
    uint32_t v4;

    if (IN6_IS_ADDR_V4MAPPED(address)) {
        memcpy(&v4, address->s6_addr + 12, sizeof(v4));
        return is_private_v4(ntohl(v4));
    }
    return IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_LINKLOCAL(address) ||
           (address->s6_addr[0] & 0xFE) == 0xFC;
}

bool mk_reach_is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return is_private_v4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return is_private_v6(&((const struct sockaddr_in6 *)address)->sin6_addr);
    return false;
}

static bool fits(const char *host, const char *pattern)
{
    size_t length = strlen(host);
    size_t tail = strlen(pattern);

    if (strcmp(pattern, "*") == 0)
        return true;
    if (pattern[0] != '*')
        return strcasecmp(host, pattern) == 0;
    return length >= tail && strcasecmp(host + length - (tail - 1), pattern + 1) == 0;
}

bool mk_reach_is_listed(const char *host, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(host, list[i]))
            return true;
    }
    return false;
}

void mk_reach_write(const struct sockaddr *address, char out[MK_REACH_TEXT_SIZE])
{
    const void *bytes = address->sa_family == AF_INET
                            ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
                            : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;

    if (inet_ntop(address->sa_family, bytes, out, MK_REACH_TEXT_SIZE) == NULL)
        mk_copy_into(out, MK_REACH_TEXT_SIZE, "an address of no known kind");
}
