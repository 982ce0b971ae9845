/* SPDX-License-Identifier: MIT */
/* The program: options, a sandbox, signals; and the sub-command `healthcheck`. */
#include "moneykit_sandbox.h"

#include "http/address.h"
#include "http/probe.h"
#include "options.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_BAD_OPTION = 2 };

static int complain(int status, const char *text)
{
    fprintf(stderr, "moneykit-sandbox: %s\n", text);
    return status;
}

/* Started without standard streams, a socket would take their numbers, and the log go into it. */
static void hold_standard_streams(void)
{
    int fd = open("/dev/null", O_RDWR);

    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = dup(fd);
    if (fd >= 0)
        close(fd);
}

/*
 * What a newcomer needs next. Only the admin token that was drawn is shown: nobody else knows it.
 */
static void introduce(const struct moneykit_sandbox *sandbox, const struct mk_options *options)
{
    const char *address = moneykit_sandbox_address(sandbox);
    const char *url = moneykit_sandbox_url(sandbox);
    bool is_closed = options->clients.count > 0;
    bool is_unix = strncmp(address, "unix:", 5) == 0;

    printf("moneykit-sandbox %s listens on %s\n", MK_VERSION, address);
    printf("Front page: %s/\n", url);
    printf("Try: curl -s %s%s%s%s'%s/institutions?featured=true' -H 'X-Client-Id: %.*s' "
           "-H 'X-Client-Secret: %s'\n",
           options->tls_cert != NULL ? "-k " : "", is_unix ? "--unix-socket '" : "",
           is_unix ? address + 5 : "", is_unix ? "' " : "", url,
           is_closed ? (int)strcspn(options->clients.items[0], ":") : 4,
           is_closed ? options->clients.items[0] : "demo", is_closed ? "..." : "demo-secret");
    if (options->admin_token == NULL)
        printf("Admin token: %s\n", moneykit_sandbox_admin_token(sandbox));
    fflush(stdout);
}

static int serve(int count, const char *const *arguments, const struct mk_options *options)
{
    char error[MONEYKIT_SANDBOX_ERROR_SIZE];
    sigset_t signals;
    int received;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    struct moneykit_sandbox *sandbox = moneykit_sandbox_create(arguments, (size_t)count, error);
    if (sandbox == NULL)
        return complain(EXIT_BAD_OPTION, error);
    if (!moneykit_sandbox_start(sandbox, error)) {
        moneykit_sandbox_destroy(sandbox);
        return complain(EXIT_FAILURE, error);
    }
    introduce(sandbox, options);
    sigwait(&signals, &received);
    mk_log(MK_LOG_INFO, "stopping");
    moneykit_sandbox_destroy(sandbox);
    return EXIT_SUCCESS;
}

/* The address that a server with these options answers on, as seen from this machine. */
static void own_url(const struct mk_options *options, char *url, size_t size, char *unix_path,
                    size_t path_size)
{
    const char *scheme = options->tls_cert != NULL ? "https" : "http";
    struct mk_address address;

    unix_path[0] = '\0';
    mk_address_read(options->listen, &address);
    if (address.is_unix) {
        snprintf(unix_path, path_size, "%s", address.host);
        snprintf(url, size, "%s://localhost/livez", scheme);
        return;
    }
    bool is_any = strcmp(address.host, "0.0.0.0") == 0 || strcmp(address.host, "::") == 0;
    const char *host = is_any ? "localhost" : address.host;
    bool is_v6 = strchr(host, ':') != NULL;
    snprintf(url, size, "%s://%s%s%s:%u/livez", scheme, is_v6 ? "[" : "", host, is_v6 ? "]" : "",
             address.port);
}

/* `healthcheck [--url URL]`: without a URL, the server that the environment's options describe. */
static int check_health(int count, const char *const *arguments)
{
    char error[MK_OPTIONS_ERROR_SIZE];
    char url[4096];
    char unix_path[256];
    struct mk_options options;
    const char *given = NULL;

    if (count == 2 && strcmp(arguments[0], "--url") == 0)
        given = arguments[1];
    if (count == 1 && strncmp(arguments[0], "--url=", 6) == 0)
        given = arguments[0] + 6;
    if (count > 0 && given == NULL)
        return complain(EXIT_BAD_OPTION, "usage: moneykit-sandbox healthcheck [--url URL]");
    if (!mk_options_read(0, NULL, &options, error))
        return complain(EXIT_BAD_OPTION, error);
    own_url(&options, url, sizeof(url), unix_path, sizeof(unix_path));
    if (given != NULL) {
        unix_path[0] = '\0';
        size_t length = strlen(given);
        bool has_slash = length > 0 && given[length - 1] == '/';
        snprintf(url, sizeof(url), "%s%s", given, has_slash ? "livez" : "/livez");
    }
    mk_options_done(&options);

    long status = mk_probe_get(url, unix_path[0] != '\0' ? unix_path : NULL, error);
    if (status == 200)
        return EXIT_SUCCESS;
    if (status != 0)
        snprintf(error, sizeof(error), "%.400s answers %ld", url, status);
    return complain(EXIT_FAILURE, error);
}

int main(int count, char **arguments)
{
    const char *const *rest = (const char *const *)arguments + 1;
    char error[MK_OPTIONS_ERROR_SIZE];
    struct mk_options options;

    hold_standard_streams();
    if (count > 1 && strcmp(rest[0], "healthcheck") == 0)
        return check_health(count - 2, rest + 1);
    if (!mk_options_read(count - 1, rest, &options, error))
        return complain(EXIT_BAD_OPTION, error);

    int status = EXIT_SUCCESS;
    if (options.wants_help)
        mk_options_help(stdout);
    else if (options.wants_version)
        puts("moneykit-sandbox " MK_VERSION);
    else
        status = serve(count - 1, rest, &options);
    mk_options_done(&options);
    return status;
}
