/* SPDX-License-Identifier: MIT */
/*
 * The stop under load. Many clients call at once: half keep their connection, half open one for
 * each call. Amid this the server gets SIGTERM. A call whose last byte was written before that must
 * be answered as a whole; a later one must be answered as a whole or not at all.
 */
#include "process/tool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIENTS = 48, CALLS_BEFORE_THE_SIGNAL = 4000 };

static const char *port;
static atomic_bool signalled;
static atomic_int whole;   /* answers */
static atomic_int cut;     /* began and did not end */
static atomic_int dropped; /* written before the signal, not answered */
static atomic_int late;    /* written after it, not answered */
static atomic_int wrong;   /* not the answer to this call */

static const char call[] =
    "POST /link-session/exchange-token HTTP/1.1\r\nHost: localhost\r\nX-Client-Id: load\r\n"
    "X-Client-Secret: load\r\nContent-Type: application/json\r\nContent-Length: 32\r\n\r\n"
    "{\"exchangeable_token\":\"unknown\"}";

/* Makes one call and counts what became of it. Returns whether the connection can be used again. */
static bool call_once(int fd)
{
    struct tool_answer answer;

    bool sent = tool_send(fd, call, sizeof(call) - 1);
    bool early = !atomic_load(&signalled);
    tool_read(fd, &answer);
    if (answer.status > 0) {
        atomic_fetch_add(answer.status == 400 ? &whole : &wrong, 1);
        return !answer.close;
    }
    if (answer.status < 0)
        atomic_fetch_add(&cut, 1);
    else
        atomic_fetch_add(sent && early ? &dropped : &late, 1);
    return false;
}

/* Calls until the server has gone. */
static void *run_client(void *argument)
{
    bool keeps = argument != NULL;
    int fd;

    while ((fd = tool_connect(port)) >= 0) {
        bool usable = call_once(fd);
        while (keeps && usable)
            usable = call_once(fd);
        close(fd);
        if (!usable && atomic_load(&signalled))
            break;
    }
    return NULL;
}

/* Waits for enough answers, with a limit, and sends the signal. */
static int send_signal(pid_t pid)
{
    for (int i = 0; i < TOOL_PATIENCE_SECONDS * 1000; i++) {
        if (atomic_load(&whole) >= CALLS_BEFORE_THE_SIGNAL) {
            atomic_store(&signalled, true);
            return kill(pid, SIGTERM);
        }
        usleep(1000);
    }
    atomic_store(&signalled, true);
    kill(pid, SIGTERM);
    return tool_fail("the load does not get going");
}

int tool_load(int count, char **arguments)
{
    pthread_t clients[CLIENTS];

    if (count != 2)
        return tool_fail("port and pid are wanted");
    port = arguments[0];
    for (int i = 0; i < CLIENTS; i++)
        pthread_create(&clients[i], NULL, run_client, i % 2 == 0 ? &signalled : NULL);
    int failed = send_signal((pid_t)strtol(arguments[1], NULL, 10));
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    printf("whole %d, cut %d, dropped %d, wrong %d; after the signal, unanswered: %d\n", whole, cut,
           dropped, wrong, late);
    return failed != 0 || cut != 0 || dropped != 0 || wrong != 0;
}
