/* SPDX-License-Identifier: MIT */
#include "core/links.h"

#include "base/memory.h"
#include "core/history.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

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

static void fetch_nothing(struct mk_link *link)
{
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        link->products[i].refreshed = link->products[i].attempted = MK_NEVER_SECONDS;
}

/* The link of the documentation's page, with the values printed there. */
static void add_example(struct mk_links *links, size_t chase)
{
    const int64_t synced_at = INT64_C(1676538851) * MK_SECOND; /* 2023-02-16T09:14:11 */
    uint32_t number = mk_store_add(&links->store);
    struct mk_link *link = mk_links_at(links, number);

    memcpy(link->id, "eqkWN34UEoa2NxyALG8pcV", MK_SHORT_ID_LENGTH);
    uuid_parse("c7318ff7-257c-490e-8242-03a815b223b7", link->token);
    link->state = MK_STATE_AWAITING_TOKEN_EXCHANGE;
    link->error = MK_LINK_ERROR_NONE;
    link->is_example = true;
    link->institution = (uint16_t)chase;
    link->session = MK_NONE;
    link->created_at = synced_at;
    link->ends_at = INT64_MAX;
    link->accounts = UINT64_MAX;
    link->tags = (struct mk_tags){ .text = mk_copy("user_type:admin"), .count = 1 };
    fetch_nothing(link);
    link->products[MK_PRODUCT_ACCOUNTS] = (struct mk_link_product){ .granted = true };
    link->products[MK_PRODUCT_IDENTITY] =
        (struct mk_link_product){ .granted = true, .required = true };
    mk_map_add(&links->by_id, id_hash(link->id), number);
    mk_map_add(&links->by_token, token_hash(link->token), number);
    mk_chain_append(&links->pending, &links->store, number);
    mk_links_join_user(links, link, mk_copy("documented-example"));
}

void mk_links_init(struct mk_links *links, size_t chase)
{
    *links = (struct mk_links){ 0 };
    mk_store_init(&links->store, sizeof(struct mk_link));
    mk_chain_init(&links->pending, offsetof(struct mk_link, node));
    mk_chain_init(&links->active, offsetof(struct mk_link, node));
    mk_chain_init(&links->deleted, offsetof(struct mk_link, deleted_node));
    add_example(links, chase);
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

static void forget_expired(struct mk_links *links, int64_t now)
{
    uint32_t number;

    while ((number = first_mortal(links)) != MK_NONE &&
           mk_links_at(links, number)->ends_at <= now) {
        mk_map_remove(&links->by_token, token_hash(mk_links_at(links, number)->token), number);
        forget(links, &links->pending, number);
    }
    while ((number = links->deleted.first) != MK_NONE &&
           mk_links_at(links, number)->ends_at <= now) {
        mk_chain_remove(&links->deleted, &links->store, number);
        forget(links, &links->active, number);
    }
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
    forget_expired(links, now);
    if (links->store.count >= MK_LINKS_MAX)
        return NULL;

    uint32_t number = mk_store_add(&links->store);
    struct mk_link *link = mk_links_at(links, number);
    draw_id(links, ids, link->id);
    mk_random_uuid(secrets, link->token);
    link->state = MK_STATE_AWAITING_TOKEN_EXCHANGE;
    link->error = MK_LINK_ERROR_NONE;
    link->session = MK_NONE;
    link->created_at = now;
    link->ends_at = now + MK_TOKEN_LIFE;
    fetch_nothing(link);
    mk_map_add(&links->by_id, id_hash(link->id), number);
    mk_map_add(&links->by_token, token_hash(link->token), number);
    mk_chain_append(&links->pending, &links->store, number);
    return link;
}

static bool is_pending(const struct mk_link *link)
{
    return link->state == MK_STATE_AWAITING_TOKEN_EXCHANGE;
}

/* Not to be seen by any call: its time is over, or it is the example before its exchange. */
static bool is_hidden(const struct mk_link *link, int64_t now)
{
    if (is_pending(link))
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
    if (is_pending(link)) {
        problem->link_error_code = mk_link_state_names[link->state];
        return mk_fail(problem, MK_LINK_BAD_STATE,
                       "The link waits for its exchangeable token to be exchanged.");
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
static bool read_token(const char *token, unsigned char ret[16])
{
    char digits[33];
    size_t count = 0;

    for (size_t i = 0; i < MK_TOKEN_SIZE - 1; i++) {
        bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        if (token[i] == '\0' || (token[i] == '-') != is_dash_place)
            return false;
        if (!is_dash_place)
            digits[count++] = token[i];
    }
    digits[count] = '\0';
    return token[MK_TOKEN_SIZE - 1] == '\0' && mk_unhex(digits, 16, ret);
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

    if (!read_token(token, key))
        return MK_TOKEN_NOT_EXCHANGEABLE;

    uint64_t hash = token_hash(key);
    uint32_t number = mk_map_find(&links->by_token, hash, has_token, links, key);
    if (number == MK_NONE || mk_links_at(links, number)->ends_at <= now)
        return MK_TOKEN_NOT_EXCHANGEABLE;

    struct mk_link *link = mk_links_at(links, number);
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

const struct mk_link *mk_links_next_active(const struct mk_links *links, const struct mk_link *link)
{
    uint32_t number = link == NULL ? MK_NONE : mk_links_number(links, link);

    while ((number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE) {
        if (mk_links_at(links, number)->state != MK_STATE_DELETED)
            return mk_links_at(links, number);
    }
    return NULL;
}
