/* SPDX-License-Identifier: MIT */
/*
 * Link sessions: what POST /link-session creates and Connect works on.
 *
 *     created -> finished (a link was made, its token waits) -> forgotten, with the exchange
 *     created -> finished (a relink)
 *     any     -> forgotten, 30 minutes of the world's clock after its creation
 *
 * Finishing it again while its token waits repeats the result. Guarded by the world's lock; what is
 * returned is borrowed until the lock is released.
 */
#ifndef MK_CORE_SESSIONS_H
#define MK_CORE_SESSIONS_H

#include "base/random.h"
#include "base/text.h"
#include "core/links.h"

/* Sessions alive in one world; beyond it POST /link-session gets 503. */
#define MK_SESSIONS_MAX 2000000U

/* No institution chosen yet. */
#define MK_NO_INSTITUTION UINT16_MAX

struct mk_session_product {
    char *reason; /* owned; NULL */
    bool asked;
    bool required;
    bool require_permission;
    bool prefetch;
};

struct mk_session {
    unsigned char id[16];
    unsigned char secret[16];
    struct mk_node node;
    int64_t expires_at;
    uint16_t institution; /* position in the catalog; MK_NO_INSTITUTION */
    uint16_t providers;   /* bit 1 << mk_provider: only these; 0: any */
    uint16_t features;    /* bit 1 << mk_feature */
    uint8_t country_count;
    uint8_t countries[MK_COUNTRY_COUNT]; /* in the order of display */
    uint32_t link;                       /* number of the finished link in its store; MK_NONE */
    struct mk_flow *flow;                /* owned: core/flow.h; NULL until Connect opens */
    bool is_finished;
    bool is_relink;
    char relink_id[MK_LINK_ID_SIZE]; /* existing_link_id */
    char *customer_user_id;
    char *redirect_uri;
    char *webhook;
    struct mk_tags tags;
    json_t *custom_data;
    struct mk_session_product products[MK_PRODUCT_COUNT];
};

struct mk_sessions {
    struct mk_store store;
    struct mk_map by_id;
    struct mk_chain alive; /* in order of expiry */
};

void mk_sessions_init(struct mk_sessions *sessions);
void mk_sessions_done(struct mk_sessions *sessions);

/*
 * A new session with its ids drawn from `secrets`, nothing else filled in; NULL over
 * MK_SESSIONS_MAX. Forgets the expired ones first.
 */
struct mk_session *mk_sessions_add(struct mk_sessions *sessions, struct mk_random *secrets,
                                   int64_t now);

/*
 * The number of a new record, empty, last; MK_NONE over MK_SESSIONS_MAX. And makes the filled-in
 * record known; false when its id is another one's.
 */
uint32_t mk_sessions_place(struct mk_sessions *sessions);
bool mk_sessions_enter(struct mk_sessions *sessions, uint32_t number);

/*
 * When the next session expires, INT64_MAX: there is none; and forgets one whose time has come, or
 * tells that there is none.
 */
int64_t mk_sessions_next_end(const struct mk_sessions *sessions);
bool mk_sessions_expire(struct mk_sessions *sessions, int64_t now);

/*
 * Writes the token: three base64url parts, as a JWT has them, since an SDK splits it and reads
 * `institution_id` in the first; `handle` names the world.
 */
void mk_session_token_write(const struct mk_session *session, uint32_t handle,
                            const char *institution_id, struct mk_text *out);

/* The handle inside a token; false when it is not a session token. */
bool mk_session_token_handle(const char *token, uint32_t *ret);

/* The session with this token; NULL when it is unknown, expired or exchanged. */
struct mk_session *mk_sessions_find(const struct mk_sessions *sessions, const char *token,
                                    int64_t now);

/* The session with this id, for callers with a proof of their own; NULL as above. */
struct mk_session *mk_sessions_with_id(const struct mk_sessions *sessions,
                                       const unsigned char id[16], int64_t now);

/* Frees the texts and lists: what a finished session no longer needs, long before its end. */
void mk_session_shed(struct mk_session *session);

/* The record's number, for struct mk_link. */
uint32_t mk_sessions_number(const struct mk_sessions *sessions, const struct mk_session *session);

/* Forgets the session with this number if it is still the one that made the link `link`. */
void mk_sessions_forget(struct mk_sessions *sessions, uint32_t number, uint32_t link);

#endif
