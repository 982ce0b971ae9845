/* SPDX-License-Identifier: MIT */
/*
 * The links of a world: one end user's connection to one institution each.
 *
 *     created -> pending (awaiting_token_exchange, in order of expiry)
 *             -> connected (in order of the exchange; `error` and `deleted` stay in this chain)
 *             -> forgotten: pending ones when their token expires, deleted ones after 90 days
 *
 * The control API may put a link into any state: core/link_states.h. So `connecting` and
 * `awaiting_token_exchange` are found among the active ones too: such a link is "parked".
 *
 * Guarded by the world's lock. A record owns its texts. What is returned is borrowed until the lock
 * is released. Every new world holds the link of the documentation's example, hidden until its
 * token is exchanged.
 */
#ifndef MK_CORE_LINKS_H
#define MK_CORE_LINKS_H

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "core/catalog.h"
#include "core/error.h"
#include "core/store.h"
#include "core/terms.h"

/* Limits; beyond them a call gets 503. */
#define MK_LINKS_MAX 4000000U

#define MK_TOKEN_LIFE (30 * MK_MINUTE) /* session and exchangeable token; world's clock */
#define MK_DELETED_LIFE (90 * MK_DAY)  /* MoneyKit's documentation */
#define MK_PARKED (INT64_MAX - 1)      /* ends_at of a parked link; the example's is INT64_MAX */
#define MK_NEVER_SECONDS INT32_MIN     /* not yet, in struct mk_link_product */
#define MK_LINK_ID_SIZE (3 + MK_SHORT_ID_LENGTH + 1)
#define MK_TOKEN_SIZE 37 /* a UUID as text and its NUL */

/*
 * One product of a link. Its entry is in the reply only when it was granted. Times are whole
 * seconds after created_at, since six times two of 64 bits would be a third of the record: read and
 * write them through mk_link_refreshed_at() and its kin.
 */
struct mk_link_product {
    int32_t refreshed;
    int32_t attempted;
    uint8_t failure; /* of the last try: 1 + enum mk_product_error; 0: none */
    bool granted : 1;
    bool required : 1;
    bool require_permission : 1;
    bool prefetch : 1;
};

/* Tags one after the other, each NUL-ended. Zeroed memory is the empty list. */
struct mk_tags {
    char *text; /* owned; NULL when there are none */
    uint32_t count;
};

struct mk_link {
    char id[MK_SHORT_ID_LENGTH]; /* without mk_, not NUL-ended */
    unsigned char token[16];     /* exchangeable, while pending */
    uint8_t state;               /* enum mk_link_state */
    uint8_t error;               /* enum mk_link_error */
    uint8_t persona;             /* position in core/personas.c */
    bool is_example;
    uint16_t institution;        /* position in the catalog */
    uint32_t session;            /* the finished session that made it, while pending; or MK_NONE */
    struct mk_node node;         /* in `pending` or in `active` */
    struct mk_node deleted_node; /* in `deleted` */
    int64_t created_at;
    int64_t ends_at;        /* pending: its token expires; deleted: forgotten; parked: MK_PARKED */
    uint64_t accounts;      /* bit i: the user shared account i of the persona */
    char *customer_user_id; /* NULL: deleted, or deleted once */
    char *webhook;          /* NULL: none */
    struct mk_tags tags;
    json_t *custom_data;        /* `custom_sandbox_data` of user_custom; or NULL */
    char **reasons;             /* MK_PRODUCT_COUNT owned texts or NULLs; NULL when all are */
    struct mk_history *history; /* owned: core/history.h; NULL for most links */
    struct mk_node user_node;   /* among the links of its customer_user_id */
    int32_t scheduled;          /* when core/schedule.h looks at it; MK_NEVER_SECONDS: does not */
    struct mk_link_product products[MK_PRODUCT_COUNT];
};

struct mk_links {
    struct mk_store store;
    struct mk_map by_id;
    struct mk_map by_token;
    struct mk_map by_user; /* the first link of each customer_user_id: core/link_users.c */
    struct mk_chain pending;
    struct mk_chain active;
    struct mk_chain deleted;
};

/* With the example; `chase` is the position of its institution. */
void mk_links_init(struct mk_links *links, size_t chase);
void mk_links_done(struct mk_links *links);

/*
 * A new pending link with an id and a token, nothing else filled in; NULL over MK_LINKS_MAX.
 * Forgets pending links whose token has expired and deleted ones past their 90 days.
 */
struct mk_link *mk_links_add(struct mk_links *links, struct mk_random *ids,
                             struct mk_random *secrets, int64_t now);

/* For core/snapshot.h and the example: */

/* Forgets all, the example too. */
void mk_links_clear(struct mk_links *links);

/* The number of a new record, empty, in `pending` or in `active`; MK_NONE over MK_LINKS_MAX. */
uint32_t mk_links_place(struct mk_links *links, bool is_pending);

/* Makes the filled-in record known; false when its id, or its token, is another one's. */
bool mk_links_enter(struct mk_links *links, uint32_t number);

void mk_links_add_example(struct mk_links *links, size_t chase);

/*
 * When the next link is to be forgotten, INT64_MAX: never; and forgets one whose time has come, or
 * tells that there is none.
 */
int64_t mk_links_next_end(const struct mk_links *links);
bool mk_links_forget(struct mk_links *links, int64_t now);

/*
 * The link with this id ("mk_..."), deleted ones included; NULL when there is none or it is hidden.
 */
struct mk_link *mk_links_find(const struct mk_links *links, const char *id, int64_t now);

/*
 * The link that an API call names, in a state that any call may work on: MK_LINK_NOT_FOUND,
 * or MK_LINK_BAD_STATE while its token is not exchanged. Deleted links are returned.
 */
enum mk_err mk_links_known(const struct mk_links *links, const char *id, int64_t now,
                           struct mk_problem *problem, struct mk_link **ret);

/* The same, and MK_LINK_DELETED for deleted ones. */
enum mk_err mk_links_usable(const struct mk_links *links, const char *id, int64_t now,
                            struct mk_problem *problem, struct mk_link **ret);

/* An imported link's way in: from the start among the active ones, without a token. */
void mk_links_activate(struct mk_links *links, struct mk_link *link);

/*
 * Consumes an exchangeable token: its link becomes connected. MK_TOKEN_NOT_EXCHANGEABLE, with
 * nothing changed, when the token is unknown, used, expired or not a token at all; nobody learns
 * which.
 */
enum mk_err mk_links_exchange(struct mk_links *links, const char *token, int64_t now,
                              struct mk_link **ret);

/* The state becomes deleted; what is personal is freed at once, the rest in 90 days. */
void mk_links_delete(struct mk_links *links, struct mk_link *link, int64_t now);

/*
 * A deleted link is back, connected, with what is left of it: no user, no custom data, and of its
 * history nothing but the last fetch.
 */
void mk_links_revive(struct mk_links *links, struct mk_link *link);

/*
 * The next link of the list of active ones, after `link` (NULL: from the start): a readable one.
 * NULL at the end.
 */
const struct mk_link *mk_links_next_active(const struct mk_links *links,
                                           const struct mk_link *link);

/*
 * Gives the link to a user: takes the id over and enters the link among the user's, last. Once per
 * link; mk_links_leave_user() takes it out again and frees the id.
 */
void mk_links_join_user(struct mk_links *links, struct mk_link *link, char *customer_user_id);
void mk_links_leave_user(struct mk_links *links, struct mk_link *link);

/*
 * The next link of this user after `link` (NULL: from the start), in the order of their making: a
 * readable one. NULL at the end.
 */
struct mk_link *mk_links_next_of_user(const struct mk_links *links, const char *customer_user_id,
                                      const struct mk_link *link);

/* Whether the link was never exchanged: it stands in `pending`. */
bool mk_link_is_pending(const struct mk_link *link);

/* Whether API calls may read it: connected or error. Deleted ones in part. */
bool mk_link_is_readable(const struct mk_link *link);

/* How many there are: pending and deleted ones too, but not the example while nobody sees it. */
size_t mk_links_kept(const struct mk_links *links);

/* The record's number in its store, and back. */
uint32_t mk_links_number(const struct mk_links *links, const struct mk_link *link);
struct mk_link *mk_links_at(const struct mk_links *links, uint32_t number);

void mk_link_id_write(const struct mk_link *link, char out[MK_LINK_ID_SIZE]);
void mk_link_token_write(const struct mk_link *link, char out[MK_TOKEN_SIZE]);
bool mk_link_token_read(const char *token, unsigned char ret[16]); /* false: it is none */

/* When the product was last fetched, or tried, to the second; MK_NEVER: not yet. */
int64_t mk_link_refreshed_at(const struct mk_link *link, enum mk_product product);
int64_t mk_link_attempted_at(const struct mk_link *link, enum mk_product product);

/* The product was fetched now, with success. */
void mk_link_fetched(struct mk_link *link, enum mk_product product, int64_t now);

/* Why the last try failed; MK_PRODUCT_ERROR_NONE when it did not. */
enum mk_product_error mk_link_product_error(const struct mk_link *link, enum mk_product product);

/* A moment as seconds after created_at, as the record keeps times; and back, to the second. */
int32_t mk_link_seconds(const struct mk_link *link, int64_t moment);
int64_t mk_link_moment(const struct mk_link *link, int32_t seconds);

/* Where its data comes from: the institution's provider, or the one that an import named. */
enum mk_provider mk_link_provider(const struct mk_link *link,
                                  const struct mk_institution *institution);

/* What the product's data is used for, as the session said; NULL: nothing was said. */
const char *mk_link_reason(const struct mk_link *link, enum mk_product product);
void mk_link_set_reason(struct mk_link *link, enum mk_product product, const char *reason);

/* The latest refreshed_at of the products, MK_NEVER when none was fetched. */
int64_t mk_link_synced_at(const struct mk_link *link);

/* Configurable products that the institution has and the link lacks, as bits. */
unsigned mk_link_available_products(const struct mk_link *link,
                                    const struct mk_institution *institution);

/* Replaces the text or list by a copy; NULL and an empty list remove it. */
void mk_link_set_webhook(struct mk_link *link, const char *webhook);
void mk_link_set_tags(struct mk_link *link, const json_t *tags);

void mk_tags_copy(struct mk_tags *tags, const json_t *list);
void mk_tags_clone(struct mk_tags *tags, const struct mk_tags *from);
void mk_tags_done(struct mk_tags *tags);

#endif
