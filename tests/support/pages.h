/* SPDX-License-Identifier: MIT */
/*
 * What Connect's pages do, for the tests of the API: calls with a session's token and the name of a
 * window. The replies are states, or what a refusal says.
 */
#ifndef MK_TESTS_PAGES_H
#define MK_TESTS_PAGES_H

#include "support/journey.h"

/* One page load. */
struct page {
    struct client *client;
    char *session; /* owned */
    const char *window;
};

static inline struct page page_open(struct client *client, const char *session)
{
    return (struct page){ .client = client, .session = quoted("%s", session), .window = "w-1" };
}

static inline void page_close(struct page *page)
{
    free(page->session);
}

static inline const struct reply *page_call(const struct page *page, const char *method,
                                            const char *target, const char *body)
{
    char *token = quoted("Authorization: Bearer %s", page->session);
    char *window = quoted("X-Connect-Window: %s", page->window);
    char *text = body == NULL ? NULL : quoted("%s", body);
    const struct reply *reply =
        CALL(page->client, .method = method, .target = target, .anonymous = true, .body = text,
             .headers = { token, window, body == NULL ? NULL : "Content-Type: application/json" });

    free(token);
    free(window);
    free(text);
    return reply;
}

static inline const struct reply *page_state(const struct page *page)
{
    return page_call(page, "GET", "/connect/session", NULL);
}

/* POST /connect/STEP */
static inline const struct reply *page_step(const struct page *page, const char *step,
                                            const char *body)
{
    char *target = quoted("/connect/%s", step);
    const struct reply *reply = page_call(page, "POST", target, body);

    free(target);
    return reply;
}

static inline const struct reply *expect_screen(const struct reply *reply, const char *screen)
{
    expect_status(reply, 200);
    expect_value(reply, "screen", "'%s'", screen);
    return reply;
}

#define PAGE_CHOOSE(id) "institution", "{'institution_id': '" id "'}"
#define PAGE_LOGIN(name) "login", "{'username': '" name "', 'password': 'pass_good'}"

#endif
