/* SPDX-License-Identifier: MIT */
#include "core/sessions.h"

#include "base/memory.h"

#include <nettle/memops.h>
#include <stdlib.h>
#include <string.h>

/* What the third part of a token says: which world, which session, and the proof. */
struct token_parts {
    uint32_t handle;
    unsigned char id[16];
    unsigned char secret[16];
};

enum { PACKED_SIZE = 4 + 16 + 16 };

static struct mk_session *session_at(const struct mk_sessions *sessions, uint32_t number)
{
    return mk_store_at(&sessions->store, number);
}

static bool has_id(const void *owner, uint32_t number, const void *key)
{
    return memcmp(session_at(owner, number)->id, key, 16) == 0;
}

static uint32_t number_by_id(const struct mk_sessions *sessions, const unsigned char id[16])
{
    return mk_map_find(&sessions->by_id, mk_hash(id, 16), has_id, sessions, id);
}

void mk_sessions_init(struct mk_sessions *sessions)
{
    *sessions = (struct mk_sessions){ 0 };
    mk_store_init(&sessions->store, sizeof(struct mk_session));
    mk_chain_init(&sessions->alive, offsetof(struct mk_session, node));
}

void mk_session_shed(struct mk_session *session)
{
    free(session->customer_user_id);
    free(session->redirect_uri);
    free(session->webhook);
    mk_tags_done(&session->tags);
    json_decref(session->custom_data);
    session->customer_user_id = session->redirect_uri = session->webhook = NULL;
    session->custom_data = NULL;
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++) {
        free(session->products[i].reason);
        session->products[i].reason = NULL;
    }
}

static void free_all(struct mk_session *session)
{
    mk_session_shed(session);
    free(session->flow);
}

void mk_sessions_done(struct mk_sessions *sessions)
{
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(&sessions->alive, &sessions->store, number)) != MK_NONE)
        free_all(session_at(sessions, number));
    mk_map_done(&sessions->by_id);
    mk_store_done(&sessions->store);
}

static void forget(struct mk_sessions *sessions, uint32_t number)
{
    struct mk_session *session = session_at(sessions, number);

    mk_chain_remove(&sessions->alive, &sessions->store, number);
    mk_map_remove(&sessions->by_id, mk_hash(session->id, 16), number);
    free_all(session);
    session->link = MK_NONE; /* a link may still name this number: see mk_sessions_forget() */
    mk_store_remove(&sessions->store, number);
}

int64_t mk_sessions_next_end(const struct mk_sessions *sessions)
{
    uint32_t oldest = sessions->alive.first;

    return oldest == MK_NONE ? INT64_MAX : session_at(sessions, oldest)->expires_at;
}

bool mk_sessions_expire(struct mk_sessions *sessions, int64_t now)
{
    if (mk_sessions_next_end(sessions) > now)
        return false;
    forget(sessions, sessions->alive.first);
    return true;
}

uint32_t mk_sessions_place(struct mk_sessions *sessions)
{
    bool has_room = sessions->store.count < MK_SESSIONS_MAX;
    uint32_t number = has_room ? mk_store_add(&sessions->store) : MK_NONE;

    if (number == MK_NONE)
        return MK_NONE;
    session_at(sessions, number)->institution = MK_NO_INSTITUTION;
    session_at(sessions, number)->link = MK_NONE;
    mk_chain_append(&sessions->alive, &sessions->store, number);
    return number;
}

bool mk_sessions_enter(struct mk_sessions *sessions, uint32_t number)
{
    const unsigned char *id = session_at(sessions, number)->id;

    if (number_by_id(sessions, id) != MK_NONE)
        return false;
    mk_map_add(&sessions->by_id, mk_hash(id, 16), number);
    return true;
}

struct mk_session *mk_sessions_add(struct mk_sessions *sessions, struct mk_random *secrets,
                                   int64_t now)
{
    while (mk_sessions_expire(sessions, now))
        ;
    uint32_t number = mk_sessions_place(sessions);
    if (number == MK_NONE)
        return NULL;

    struct mk_session *session = session_at(sessions, number);
    mk_random_fill(secrets, session->id, sizeof(session->id));
    mk_random_fill(secrets, session->secret, sizeof(session->secret));
    session->expires_at = now + MK_TOKEN_LIFE;
    mk_sessions_enter(sessions, number);
    return session;
}

/* The first part of the token: a JWT header, with the institution when the session has one. */
static void write_header(const char *institution_id, struct mk_text *out)
{
    struct mk_text header = MK_TEXT(1024);

    mk_text_add_literal(&header, "{\"typ\":\"JWT\",\"alg\":\"none\"");
    if (institution_id != NULL) /* ids of the catalog need no escapes */
        mk_text_print(&header, ",\"institution_id\":\"%s\"", institution_id);
    mk_text_add_literal(&header, "}");
    mk_text_add_base64url(out, header.bytes, header.length);
    mk_text_done(&header);
}

void mk_session_token_write(const struct mk_session *session, uint32_t handle,
                            const char *institution_id, struct mk_text *out)
{
    static const char payload[] = "{\"use\":\"link_session\"}";
    unsigned char packed[PACKED_SIZE];

    memcpy(packed, &handle, 4);
    memcpy(packed + 4, session->id, 16);
    memcpy(packed + 20, session->secret, 16);
    write_header(institution_id, out);
    mk_text_add_char(out, '.');
    mk_text_add_base64url(out, payload, sizeof(payload) - 1);
    mk_text_add_char(out, '.');
    mk_text_add_base64url(out, packed, sizeof(packed));
}

static bool read_token(const char *token, struct token_parts *ret)
{
    unsigned char packed[PACKED_SIZE + 3];
    const char *first = strchr(token, '.');
    const char *last = first == NULL ? NULL : strchr(first + 1, '.');

    if (last == NULL)
        return false;
    if (mk_base64_decode(last + 1, strlen(last + 1), true, packed, sizeof(packed)) != PACKED_SIZE)
        return false;
    memcpy(&ret->handle, packed, 4);
    memcpy(ret->id, packed + 4, 16);
    memcpy(ret->secret, packed + 20, 16);
    return true;
}

bool mk_session_token_handle(const char *token, uint32_t *ret)
{
    struct token_parts parts;

    if (!read_token(token, &parts))
        return false;
    *ret = parts.handle;
    return true;
}

struct mk_session *mk_sessions_with_id(const struct mk_sessions *sessions,
                                       const unsigned char id[16], int64_t now)
{
    uint32_t number = number_by_id(sessions, id);

    if (number == MK_NONE)
        return NULL;
    struct mk_session *session = session_at(sessions, number);
    return session->expires_at <= now ? NULL : session;
}

struct mk_session *mk_sessions_find(const struct mk_sessions *sessions, const char *token,
                                    int64_t now)
{
    struct token_parts parts;

    if (!read_token(token, &parts))
        return NULL;
    struct mk_session *session = mk_sessions_with_id(sessions, parts.id, now);
    if (session == NULL || !memeql_sec(session->secret, parts.secret, 16))
        return NULL;
    return session;
}

uint32_t mk_sessions_number(const struct mk_sessions *sessions, const struct mk_session *session)
{
    return number_by_id(sessions, session->id);
}

void mk_sessions_forget(struct mk_sessions *sessions, uint32_t number, uint32_t link)
{
    if (number == MK_NONE || number >= sessions->store.used)
        return;
    if (session_at(sessions, number)->link == link)
        forget(sessions, number);
}
