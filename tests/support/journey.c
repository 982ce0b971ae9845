/* SPDX-License-Identifier: MIT */
#include "support/journey.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sign_in(struct client *client)
{
    struct mk_text form = MK_TEXT(4096);

    mk_text_print(&form, "grant_type=client_credentials&client_id=%s&client_secret=%s", client->id,
                  client->secret);
    const struct reply *reply =
        CALL(client, .method = "POST", .target = "/auth/token", .body = form.bytes,
             .anonymous = true, .headers = { "Content-Type: application/x-www-form-urlencoded" });
    expect_status(reply, 201);
    free(client->token);
    client->token = mk_copy(text_at(reply, "access_token"));
    mk_text_done(&form);
}

struct client *signed_in(const char *id)
{
    struct client *client = client_new(id);

    sign_in(client);
    return client;
}

__attribute__((format(printf, 2, 0))) static const char *create_session_with(struct client *client,
                                                                             const char *more,
                                                                             va_list arguments)
{
    char *members;

    require(vasprintf(&members, more, arguments) >= 0, "no memory");
    const struct reply *reply = post(client, "/link-session", "{" LEAST_SESSION "%s%s}",
                                     members[0] != '\0' ? ", " : "", members);
    free(members);
    expect_status(reply, 201);
    return text_at(reply, "link_session_token");
}

const char *create_session(struct client *client, const char *more, ...)
{
    va_list arguments;

    va_start(arguments, more);
    const char *token = create_session_with(client, more, arguments);
    va_end(arguments);
    return token;
}

const struct reply *connect_session(struct client *client, const char *session)
{
    const struct reply *reply =
        post(client, "/sandbox/connect", "{'link_session_token': '%s'}", session);

    expect_status(reply, 201);
    return reply;
}

const struct reply *exchange(struct client *client, const char *token)
{
    const struct reply *reply =
        post(client, "/link-session/exchange-token", "{'exchangeable_token': '%s'}", token);

    expect_status(reply, 201);
    expect_link_object(member(reply, "link"));
    require(strcmp(text_at(reply, "link_id"), text_at(reply, "link.link_id")) == 0, "link_id");
    return reply;
}

const struct reply *connected_link(struct client *client, const char *more, ...)
{
    va_list arguments;

    va_start(arguments, more);
    const char *session = create_session_with(client, more, arguments);
    va_end(arguments);
    return exchange(client, text_at(connect_session(client, session), "exchangeable_token"));
}

const char *link_at(struct client *client, const char *institution, const char *username,
                    const char *more, ...)
{
    va_list arguments;

    va_start(arguments, more);
    const char *session = create_session_with(client, more, arguments);
    va_end(arguments);
    const struct reply *reply = post(client, "/sandbox/connect",
                                     "{'link_session_token': '%s', 'institution_id': '%s',"
                                     " 'username': '%s'}",
                                     session, institution, username);
    expect_status(reply, 201);
    return text_at(exchange(client, text_at(reply, "exchangeable_token")), "link_id");
}

const char *link_target(const char *link_id)
{
    static _Thread_local char targets[8][128];
    static _Thread_local unsigned next;
    char *target = targets[next++ % MK_COUNT(targets)];

    snprintf(target, sizeof(targets[0]), "/links/%s", link_id);
    return target;
}
