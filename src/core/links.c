/* SPDX-License-Identifier: MIT */
#include "core/links.h"

#include "base/memory.h"
#include "core/history.h"

#include <stdlib.h>
#include <string.h>

struct mk_link *mk_links_at(const struct mk_links *links, uint32_t number)
{
    return mk_store_at(&links->store, number);
}

/*
 * Asks for the whole record at once: among a million of them each of its cache lines is far away,
 * and one after the other they cost a fifth of a call.
 */
static void prefetch(const struct mk_link *link)
{
    enum { CACHE_LINE = 64 };

    for (size_t i = 0; i < sizeof(*link); i += CACHE_LINE)
        __builtin_prefetch((const char *)link + i);
}

static bool has_id(const void *owner, uint32_t number, const void *key)
{
    const struct mk_link *link = mk_links_at(owner, number);

    prefetch(link);
    return memcmp(link->id, key, MK_SHORT_ID_LENGTH) == 0;
}

static bool has_token(const void *owner, uint32_t number, const void *key)
{
    const struct mk_link *link = mk_links_at(owner, number);

    prefetch(link);
    return memcmp(link->token, key, 16) == 0;
}

static uint64_t id_hash(const char *id)
{
    return mk_hash(id, MK_SHORT_ID_LENGTH);
}

static uint64_t token_hash(const unsigned char *token)
{
    return mk_hash(token, 16);
}

static uint32_t number_by_id(const struct mk_links *links, const char *id)
{
    return mk_map_find(&links->by_id, id_hash(id), has_id, links, id);
}

/* Every record is in the map of ids. */
uint32_t mk_links_number(const struct mk_links *links, const struct mk_link *link)
{
    return number_by_id(links, link->id);
}

/* A new link: nothing was fetched, and nothing falls due. */
static void begin(struct mk_link *link)
{
    link->state = MK_STATE_AWAITING_TOKEN_EXCHANGE;
    link->error = MK_LINK_ERROR_NONE;
    link->session = MK_NONE;
    link->scheduled = MK_NEVER_SECONDS;
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        link->products[i].refreshed = link->products[i].attempted = MK_NEVER_SECONDS;
}

static void start(struct mk_links *links)
{
    *links = (struct mk_links){ 0 };
    mk_store_init(&links->store, sizeof(struct mk_link));
    mk_chain_init(&links->pending, offsetof(struct mk_link, node));
    mk_chain_init(&links->active, offsetof(struct mk_link, node));
    mk_chain_init(&links->deleted, offsetof(struct mk_link, deleted_node));
}

void mk_links_init(struct mk_links *links, size_t chase)
{
    start(links);
    mk_links_add_example(links, chase);
}

void mk_links_clear(struct mk_links *links)
{
    mk_links_done(links);
    start(links);
}

uint32_t mk_links_place(struct mk_links *links, bool is_pending)
{
    uint32_t number = links->store.count < MK_LINKS_MAX ? mk_store_add(&links->store) : MK_NONE;

    if (number == MK_NONE)
        return MK_NONE;
    begin(mk_links_at(links, number));
    mk_chain_append(is_pending ? &links->pending : &links->active, &links->store, number);
    return number;
}

bool mk_links_enter(struct mk_links *links, uint32_t number)
{
    const struct mk_link *link = mk_links_at(links, number);
    bool is_pending = mk_link_is_pending(link);
    uint64_t hash = token_hash(link->token);

    if (number_by_id(links, link->id) != MK_NONE)
        return false;
    if (is_pending && mk_map_find(&links->by_token, hash, has_token, links, link->token) != MK_NONE)
        return false;
    mk_map_add(&links->by_id, id_hash(link->id), number);
    if (is_pending)
        mk_map_add(&links->by_token, hash, number);
    return true;
}

/* Frees what a deleted link no longer needs; all that GET /links/{id} tells stays. */
static void free_personal_data(struct mk_link *link)
{
    json_decref(link->custom_data);
    link->custom_data = NULL;
    if (link->history != NULL)
        mk_history_shed(link->history);
}

static void free_record(struct mk_link *link)
{
    json_decref(link->custom_data);
    mk_history_free(link->history);
    free(link->customer_user_id);
    free(link->webhook);
    mk_tags_done(&link->tags);
    for (size_t i = 0; link->reasons != NULL && i < MK_PRODUCT_COUNT; i++)
        free(link->reasons[i]);
    free(link->reasons);
}

static void free_chain(struct mk_links *links, const struct mk_chain *chain)
{
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(chain, &links->store, number)) != MK_NONE)
        free_record(mk_links_at(links, number));
}

void mk_links_done(struct mk_links *links)
{
    free_chain(links, &links->pending);
    free_chain(links, &links->active);
    mk_map_done(&links->by_id);
    mk_map_done(&links->by_token);
    mk_map_done(&links->by_user);
    mk_store_done(&links->store);
}

/* Takes a record that stands in `chain` out of everything. */
static void forget(struct mk_links *links, struct mk_chain *chain, uint32_t number)
{
    struct mk_link *link = mk_links_at(links, number);

    mk_links_leave_user(links, link);
    mk_chain_remove(chain, &links->store, number);
    mk_map_remove(&links->by_id, id_hash(link->id), number);
    free_record(link);
    link->session = MK_NONE; /* a session may still name this number: see core/linking.c */
    mk_store_remove(&links->store, number);
}

/* The example is the first of the pending ones until it is exchanged, and never expires. */
static uint32_t first_mortal(const struct mk_links *links)
{
    uint32_t number = links->pending.first;

    if (number != MK_NONE && mk_links_at(links, number)->is_example)
        return mk_chain_next(&links->pending, &links->store, number);
    return number;
}

/* INT64_MAX for MK_NONE. */
static int64_t end_of(const struct mk_links *links, uint32_t number)
{
    return number == MK_NONE ? INT64_MAX : mk_links_at(links, number)->ends_at;
}

int64_t mk_links_next_end(const struct mk_links *links)
{
    int64_t pending = end_of(links, first_mortal(links));
    int64_t deleted = end_of(links, links->deleted.first);

    return pending < deleted ? pending : deleted;
}

bool mk_links_forget(struct mk_links *links, int64_t now)
{
    uint32_t pending = first_mortal(links);
    uint32_t deleted = links->deleted.first;

    if (end_of(links, pending) <= now) {
        mk_map_remove(&links->by_token, token_hash(mk_links_at(links, pending)->token), pending);
        forget(links, &links->pending, pending);
        return true;
    }
    if (end_of(links, deleted) <= now) {
        mk_chain_remove(&links->deleted, &links->store, deleted);
        forget(links, &links->active, deleted);
        return true;
    }
    return false;
}

static void draw_id(const struct mk_links *links, struct mk_random *ids,
                    char id[MK_SHORT_ID_LENGTH])
{
    unsigned char uuid[16];

    do {
        mk_random_uuid(ids, uuid);
        mk_short_id(uuid, id);
    } while (number_by_id(links, id) != MK_NONE);
}

struct mk_link *mk_links_add(struct mk_links *links, struct mk_random *ids,
                             struct mk_random *secrets, int64_t now)
{
    while (mk_links_forget(links, now))
        ;
    uint32_t number = mk_links_place(links, true);
    if (number == MK_NONE)
        return NULL;

    struct mk_link *link = mk_links_at(links, number);
    draw_id(links, ids, link->id);
    mk_random_uuid(secrets, link->token);
    link->created_at = now;
    link->ends_at = now + MK_TOKEN_LIFE;
    mk_map_add(&links->by_id, id_hash(link->id), number);
    mk_map_add(&links->by_token, token_hash(link->token), number);
    return link;
}

static bool is_unready(const struct mk_link *link)
{
    return link->state == MK_STATE_AWAITING_TOKEN_EXCHANGE || link->state == MK_STATE_CONNECTING;
}

bool mk_link_is_pending(const struct mk_link *link)
{
    return is_unready(link) && link->ends_at != MK_PARKED;
}

bool mk_link_is_readable(const struct mk_link *link)
{
    return link->state == MK_STATE_CONNECTED || link->state == MK_STATE_ERROR;
}

/* Not to be seen by any call: its time is over, or it is the example before its exchange. */
static bool is_hidden(const struct mk_link *link, int64_t now)
{
    if (mk_link_is_pending(link))
        return link->is_example || link->ends_at <= now;
    return link->state == MK_STATE_DELETED && link->ends_at <= now;
}

struct mk_link *mk_links_find(const struct mk_links *links, const char *id, int64_t now)
{
    if (strncmp(id, "mk_", 3) != 0 || strlen(id) != MK_LINK_ID_SIZE - 1)
        return NULL;

    uint32_t number = number_by_id(links, id + 3);
    if (number == MK_NONE || is_hidden(mk_links_at(links, number), now))
        return NULL;
    __builtin_prefetch(mk_links_at(links, number)->tags.text);
    return mk_links_at(links, number);
}

enum mk_err mk_links_known(const struct mk_links *links, const char *id, int64_t now,
                           struct mk_problem *problem, struct mk_link **ret)
{
    struct mk_link *link = mk_links_find(links, id, now);

    if (link == NULL)
        return MK_LINK_NOT_FOUND;
    if (is_unready(link)) {
        problem->link_error_code = mk_link_state_names[link->state];
        return mk_fail(problem, MK_LINK_BAD_STATE, "%s",
                       link->state == MK_STATE_CONNECTING
                           ? "The end user has not finished Connect."
                           : "The link waits for its exchangeable token to be exchanged.");
    }
    *ret = link;
    return MK_OK;
}

enum mk_err mk_links_usable(const struct mk_links *links, const char *id, int64_t now,
                            struct mk_problem *problem, struct mk_link **ret)
{
    struct mk_link *link = NULL;

    MK_TRY(mk_links_known(links, id, now, problem, &link));
    if (link->state == MK_STATE_DELETED)
        return MK_LINK_DELETED;
    *ret = link;
    return MK_OK;
}

/*
 * A UUID in the one spelling that we give out: tokens are opaque, so another spelling of the same
 * UUID is another token. uuid_parse() takes any, at seven times the instructions.
 */
bool mk_link_token_read(const char *token, unsigned char ret[16])
{
    char digits[33] = "";

    if (strlen(token) != MK_TOKEN_SIZE - 1)
        return false;
    if (token[8] != '-' || token[13] != '-' || token[18] != '-' || token[23] != '-')
        return false;
    memcpy(digits, token, 8);
    memcpy(digits + 8, token + 9, 4);
    memcpy(digits + 12, token + 14, 4);
    memcpy(digits + 16, token + 19, 4);
    memcpy(digits + 20, token + 24, 12);
    return mk_unhex(digits, 16, ret);
}

void mk_links_activate(struct mk_links *links, struct mk_link *link)
{
    uint32_t number = mk_links_number(links, link);

    mk_map_remove(&links->by_token, token_hash(link->token), number);
    mk_chain_remove(&links->pending, &links->store, number);
    mk_chain_append(&links->active, &links->store, number);
}

enum mk_err mk_links_exchange(struct mk_links *links, const char *token, int64_t now,
                              struct mk_link **ret)
{
    unsigned char key[16];

    if (!mk_link_token_read(token, key))
        return MK_TOKEN_NOT_EXCHANGEABLE;

    uint64_t hash = token_hash(key);
    uint32_t number = mk_map_find(&links->by_token, hash, has_token, links, key);
    if (number == MK_NONE || mk_links_at(links, number)->ends_at <= now)
        return MK_TOKEN_NOT_EXCHANGEABLE;

    struct mk_link *link = mk_links_at(links, number);
    if (link->state != MK_STATE_AWAITING_TOKEN_EXCHANGE)
        return MK_TOKEN_NOT_EXCHANGEABLE;
    mk_map_remove(&links->by_token, hash, number);
    mk_chain_remove(&links->pending, &links->store, number);
    mk_chain_append(&links->active, &links->store, number);
    link->state = MK_STATE_CONNECTED;
    *ret = link;
    return MK_OK;
}

void mk_links_delete(struct mk_links *links, struct mk_link *link, int64_t now)
{
    link->state = MK_STATE_DELETED;
    link->error = MK_LINK_ERROR_NONE;
    link->ends_at = now + MK_DELETED_LIFE;
    mk_links_leave_user(links, link);
    free_personal_data(link);
    mk_chain_append(&links->deleted, &links->store, mk_links_number(links, link));
}

void mk_links_revive(struct mk_links *links, struct mk_link *link)
{
    mk_chain_remove(&links->deleted, &links->store, mk_links_number(links, link));
    mk_history_revive(link);
    link->state = MK_STATE_CONNECTED;
}

const struct mk_link *mk_links_next_active(const struct mk_links *links, const struct mk_link *link)
{
    uint32_t number = link == NULL ? MK_NONE : mk_links_number(links, link);

    while ((number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE) {
        if (mk_link_is_readable(mk_links_at(links, number)))
            return mk_links_at(links, number);
    }
    return NULL;
}
