/* SPDX-License-Identifier: MIT */
/*
 * The steps from credentials to a connected link, as shortcuts that fail the test when a step
 * fails. The texts that they return are the last reply's: copy what has to outlive client_forget().
 */
#ifndef MK_TESTS_JOURNEY_H
#define MK_TESTS_JOURNEY_H

#include "support/expect.h"

/* What the documentation's page prints. */
#define EXAMPLE_TOKEN "c7318ff7-257c-490e-8242-03a815b223b7"
#define EXAMPLE_LINK "mk_eqkWN34UEoa2NxyALG8pcV"

/* The least that a link session needs. */
#define LEAST_SESSION "'customer_user': {'id': 'user-1'}, 'redirect_uri': 'http://localhost:3000/'"

/* No further members; not "", which GCC takes for a mistake in a format. */
#define NONE "%s", ""

/* Gets an access token with the client's id and secret; calls carry it from then on. */
void sign_in(struct client *client);

/* A new client that has signed in. */
struct client *signed_in(const char *id);

/* Creates a session whose body is LEAST_SESSION and these further members; returns its token. */
const char *create_session(struct client *client, const char *more, ...)
    __attribute__((format(printf, 2, 3)));

/* Finishes the session through /sandbox/connect as user_good; returns the reply. */
const struct reply *connect_session(struct client *client, const char *session);

/* Exchanges a token; returns the reply, a 201. */
const struct reply *exchange(struct client *client, const char *token);

/* All three: a connected link of a session with these further members; returns the exchange. */
const struct reply *connected_link(struct client *client, const char *more, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The id of a connected link: this user name at this institution, from a session with these further
 * members.
 */
const char *link_at(struct client *client, const char *institution, const char *username,
                    const char *more, ...) __attribute__((format(printf, 4, 5)));

/* "/links/ID"; good for the next few calls of this thread. */
const char *link_target(const char *link_id);

#endif
