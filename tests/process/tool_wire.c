/* SPDX-License-Identifier: MIT */
/*
 * Odd requests, and what must come back. A connection that is not ended must be in step: the next
 * request on it gets its own answer. A reader that takes a boundary elsewhere than a proxy would is
 * how requests are smuggled.
 */
#include "process/tool.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST
#define LIVEZ GET("/livez") "\r\n"
#define WHO "X-Client-Id: wire\r\nX-Client-Secret: wire\r\nContent-Type: application/json\r\n"
#define POST(fields, body) \
    "POST /link-session/exchange-token HTTP/1.1\r\n" HOST WHO fields "\r\n" body
#define BODY "{\"exchangeable_token\":\"no\"}" /* 27 bytes, 1b in hexadecimal */
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define BYTES(text) text, sizeof(text) - 1

/* Statuses in order; then the connection ends ("end"), may end ("any") or goes on. */
static const struct {
    const char *bytes;
    size_t length;
    const char *expected;
} cases[] = {
    { BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage\r\n\r\n"), "any" },
    { BYTES("hello\r\n\r\n"), "any" },
    { BYTES("\r\n\r\n" LIVEZ), "200" },
    { BYTES("GET /livez HTTP/1.0\r\n\r\n"), "200 end" },
    { BYTES("GET /livez HTTP/2.0\r\n" HOST "\r\n"), "505 end" },
    { BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505 end" },
    { BYTES("GET /livez HTTX/1.1\r\n" HOST "\r\n"), "400 end" },
    { BYTES("GET /livez HTTP/1.1\r\n\r\n"), "400 end" },
    { BYTES(GET("/livez") HOST "\r\n"), "400 end" },
    { BYTES(GET("/liv ez") "\r\n"), "400 end" },
    { BYTES(GET("/livez") "no colon\r\n\r\n"), "400 end" },
    { BYTES(GET("/livez") "X-A : b\r\n\r\n"), "400 end" },
    { BYTES(GET("http://localhost/livez") "\r\n"), "200" },
    { BYTES(GET("/livez%00") "\r\n"), "404" },
    { BYTES(GET("/livez%") "\r\n"), "404" },
    { BYTES(GET("/%2Flivez") "\r\n"), "404" },
    { BYTES(GET("//livez") "\r\n"), "404" },
    { BYTES(GET("/x/../livez") "\r\n"), "404" },
    { BYTES(GET("/\xff\xfe") "\r\n"), "404" },
    { BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), "404" },
    { BYTES("CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n"), "404" },
    { BYTES("get /livez HTTP/1.1\r\n" HOST "\r\n"), "405" },
    { BYTES("TRACE /livez HTTP/1.1\r\n" HOST "\r\n"), "405" },
    { BYTES(LIVEZ LIVEZ LIVEZ LIVEZ), "200 200 200 200" },
    { BYTES(GET("/livez") "Content-Length: 5\r\n\r\nhello" LIVEZ), "200 200" },
    { BYTES(GET("/livez") "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), "200" },
    { BYTES(GET("/links") "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"),
      "400 end" },
    { BYTES(GET("/links") WHO "MoneyKit-Version: 2023-02-18\r\nMoneyKit-Version:\r\n\r\n"),
      "400 end" },

    /* The boundary of a body. The answer to the body itself is 400: the token is unknown. */
    { BYTES(POST("Content-Length: 27\r\n", BODY)), "400" },
    { BYTES(POST("Content-Length: 27\r\n", BODY) POST("Content-Length: 27\r\n", BODY) LIVEZ),
      "400 400 200" },
    { BYTES(POST("Content-Length: 27\r\nContent-Length: 27\r\n", BODY)), "400 end" },
    { BYTES(POST("Content-Length: 0\r\nContent-Length: 27\r\n", BODY LIVEZ)), "400 end" },
    { BYTES(POST("Content-Length: 27, 27\r\n", BODY LIVEZ)), "400 any" },
    { BYTES(POST("Content-Length: +27\r\n", BODY LIVEZ)), "400 any" },
    { BYTES(POST("Content-Length: -1\r\n", BODY LIVEZ)), "400 any" },
    { BYTES(POST("Content-Length: 0x1b\r\n", BODY LIVEZ)), "400 any" },
    { BYTES(POST("Content-Length: 99999999999999999999999\r\n", BODY LIVEZ)), "413 any" },
    { BYTES(POST("Content-Length: 9223372036854775807\r\n", BODY LIVEZ)), "413 end" },
    { BYTES(POST("Content-Length: 27\r\n" CHUNKED, "1b\r\n" BODY "\r\n0\r\n\r\n" LIVEZ)),
      "400 end" },
    { BYTES(POST(CHUNKED, "1b\r\n" BODY "\r\n0\r\n\r\n" LIVEZ)), "400 200" },
    { BYTES(POST(CHUNKED, "1B;a=\"b\"\r\n" BODY "\r\n0\r\nX-T: v\r\n\r\n" LIVEZ)), "400 200" },
    { BYTES(POST("Transfer-Encoding: CHUNKED\r\n", "1b\r\n" BODY "\r\n0\r\n\r\n")), "400" },
    { BYTES(POST("Transfer-Encoding: xchunked\r\n", "1b\r\n" BODY "\r\n0\r\n\r\n")), "400 end" },
    { BYTES(POST("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" LIVEZ)), "400 end" },
    { BYTES(POST(CHUNKED "Transfer-Encoding: identity\r\n", "0\r\n\r\n" LIVEZ)), "400 end" },
    { BYTES(POST("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" LIVEZ)),
      "400 end" },
    { BYTES(POST(CHUNKED, "-1\r\n" BODY "\r\n0\r\n\r\n" LIVEZ)), "400 end" },
    { BYTES(POST(CHUNKED, "0x1b\r\n" BODY "\r\n0\r\n\r\n" LIVEZ)), "400 end" },
    { BYTES(POST(CHUNKED, "fffffffffffffffff\r\n" BODY "\r\n0\r\n\r\n" LIVEZ)), "413 end" },
    { BYTES(POST(CHUNKED, "1b\r\n" BODY "0\r\n\r\n" LIVEZ)), "400 end" },

    /* Expect */
    { BYTES(POST("Expect: 100-continue\r\nContent-Length: 27\r\n", BODY) LIVEZ), "400 200" },
    { BYTES(POST("Expect: 100-continue\r\nContent-Length: 2000000\r\n", "")), "413 end" },
    { BYTES(POST("Content-Length: 20000000\r\n", "{")), "413 end" },
};

/* Whether /livez is answered on this connection. */
static bool in_step(int fd)
{
    struct tool_answer answer;

    if (!tool_send(fd, BYTES(LIVEZ)))
        return false;
    tool_read(fd, &answer);
    return answer.status == 200 && strstr(answer.body, "ok") != NULL;
}

/* Reads answers and compares them. Returns NULL, or what is wrong. */
static const char *compare(int fd, const char *expected)
{
    static char wrong[64];
    struct tool_answer answer;

    for (; *expected >= '0' && *expected <= '9'; expected += strspn(expected, " ")) {
        char *rest;
        int status = (int)strtol(expected, &rest, 10);
        tool_read(fd, &answer);
        snprintf(wrong, sizeof(wrong), "%d instead of %d", answer.status, status);
        if (answer.status != status)
            return wrong;
        expected = rest;
    }
    if (strcmp(expected, "any") == 0)
        return NULL;
    if (expected[0] == '\0')
        return in_step(fd) ? NULL : "out of step";
    tool_read(fd, &answer);
    return answer.status == 0 ? NULL : "the connection goes on";
}

static int complain(const char *bytes, size_t length, const char *wrong)
{
    fprintf(stderr, "%s: ", wrong);
    for (size_t i = 0; i < length && i < 300; i++)
        fprintf(stderr, bytes[i] >= ' ' && bytes[i] <= '~' ? "%c" : "\\x%02x",
                (unsigned char)bytes[i]);
    fputc('\n', stderr);
    return 1;
}

/* How the bytes go out. */
enum manner { AT_ONCE, BYTE_BY_BYTE, HALF_CLOSED };

static int run_case(const char *port, const char *bytes, size_t length, const char *expected,
                    enum manner manner)
{
    int fd = tool_connect(port);
    const int one = 1;

    if (fd < 0)
        return complain(bytes, length, "no connection");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    for (size_t i = 0; manner == BYTE_BY_BYTE && i < length; i++)
        tool_send(fd, bytes + i, 1);
    if (manner != BYTE_BY_BYTE)
        tool_send(fd, bytes, length);
    if (manner == HALF_CLOSED)
        shutdown(fd, SHUT_WR);
    const char *wrong = compare(fd, expected);
    close(fd);
    return wrong == NULL ? 0 : complain(bytes, length, wrong);
}

/* A long target, query or field is answered, or refused with 431 or 414; never silence. */
static int run_length(const char *port, const char *before, size_t length, const char *after)
{
    char bytes[32768];
    struct tool_answer answer;
    int fd = tool_connect(port);

    size_t used = (size_t)snprintf(bytes, sizeof(bytes), "%s", before);
    memset(bytes + used, 'a', length);
    used += length;
    used += (size_t)snprintf(bytes + used, sizeof(bytes) - used, "%s", after);
    tool_send(fd, bytes, used);
    tool_read(fd, &answer);
    bool taken = (answer.status == 200 || answer.status == 404) && in_step(fd);
    bool refused = (answer.status == 431 || answer.status == 414) && answer.close;
    close(fd);
    if (length <= 11 * 1024 ? taken : length >= 12 * 1024 ? refused : taken || refused)
        return 0;
    return tool_fail("%s + %zu bytes: %d", before, length, answer.status);
}

int tool_wire(int count, char **arguments)
{
    const char *port = arguments[0];
    int failed = 0;

    if (count != 1)
        return tool_fail("which port?");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        failed += run_case(port, cases[i].bytes, cases[i].length, cases[i].expected, AT_ONCE);
    failed +=
        run_case(port, BYTES(POST(CHUNKED, "1b\r\n" BODY "\r\n0\r\n\r\n")), "400", BYTE_BY_BYTE);
    failed += run_case(port, BYTES(POST("Content-Length: 27\r\n", BODY)), "400", BYTE_BY_BYTE);
    failed += run_case(port, BYTES(LIVEZ POST("Content-Length: 27\r\n", BODY)), "200 400 any",
                       HALF_CLOSED);
    for (size_t length = 10 * 1024; length <= 20 * 1024; length += 256) {
        failed += run_length(port, "GET /", length, " HTTP/1.1\r\n" HOST "\r\n");
        failed += run_length(port, "GET /livez?", length, " HTTP/1.1\r\n" HOST "\r\n");
        failed += run_length(port, GET("/livez") "X-A: ", length, "\r\n\r\n");
    }
    return failed > 0;
}
