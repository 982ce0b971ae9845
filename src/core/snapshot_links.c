/* SPDX-License-Identifier: MIT */
/*
 * The links in a snapshot: those that wait for their exchange, then the others, each in the order
 * of their chain. Which link of its user a link is stands with it ("user_place"), since that is the
 * order of making.
 */
#include "core/snapshot_private.h"

#include "base/memory.h"

#include <stdlib.h>

/* --- What depends on the state ---------------------------------------------------------------- */

/* A token that was exchanged is none. */
static void save_token(struct mk_saver *saver, const void *record)
{
    const struct mk_link *link = record;
    char token[MK_TOKEN_SIZE];

    if (!mk_link_is_pending(link))
        return;
    mk_link_token_write(link, token);
    mk_save_key(saver, "token");
    mk_save_text(saver, token);
}

static bool load_token(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                       void *record)
{
    struct mk_link *link = record;
    const char *text;

    if (value == NULL)
        return true;
    if (!mk_load_text(loader, value, place, &text))
        return false;
    if (!mk_link_token_read(text, link->token))
        return mk_load_refuse(loader, place, "Expected a UUID in lower case");
    return true;
}

static bool has_end(const struct mk_link *link)
{
    return link->state != MK_STATE_CONNECTED && link->state != MK_STATE_ERROR;
}

/* Ends that are no moments: of parked links and of the example. Few programs read such numbers. */
static const struct {
    const char *name;
    int64_t ends_at;
} endless[] = { { "parked", MK_PARKED }, { "never", INT64_MAX } };

static void save_end(struct mk_saver *saver, const void *record)
{
    const struct mk_link *link = record;

    if (!has_end(link))
        return;
    mk_save_key(saver, "ends_at");
    for (size_t i = 0; i < MK_COUNT(endless); i++) {
        if (link->ends_at == endless[i].ends_at) {
            mk_save_text(saver, endless[i].name);
            return;
        }
    }
    mk_save_integer(saver, link->ends_at);
}

static bool load_endless(struct mk_loader *loader, const char *name, const struct mk_place *place,
                         int64_t *ret)
{
    for (size_t i = 0; i < MK_COUNT(endless); i++) {
        if (strcmp(name, endless[i].name) == 0) {
            *ret = endless[i].ends_at;
            return true;
        }
    }
    return mk_load_refuse(loader, place, "There is no such end of a link");
}

static bool load_end(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                     void *record)
{
    struct mk_link *link = record;

    if (has_end(link) && json_is_string(value))
        return load_endless(loader, json_string_value(value), place, &link->ends_at);
    if (has_end(link))
        return value != NULL ? mk_load_integer(loader, value, place, MK_SNAPSHOT_MOMENT_MIN,
                                               MK_SNAPSHOT_MOMENT_MAX, &link->ends_at)
                             : mk_load_fail(loader, place, MK_ISSUE_MISSING, NULL, 0);
    if (value != NULL)
        return mk_load_refuse(loader, place, "A link in this state has no end");
    return true;
}

/* --- Users ------------------------------------------------------------------------------------ */

/* Which one of its user a link is. */
struct places {
    const struct mk_links *links;
    uint32_t *list;  /* by number */
    uint32_t number; /* of the link that is being written */
};

static void count_user(const struct mk_links *links, uint32_t number, int64_t now, uint32_t *places)
{
    uint32_t place = 0;

    for (; number != MK_NONE; number = mk_links_at(links, number)->user_node.next) {
        if (mk_saves_link(mk_links_at(links, number), now))
            places[number] = place++;
    }
}

static void find_places(struct mk_saver *saver, const struct mk_chain *chain)
{
    const struct places *places = saver->context;
    const struct mk_links *links = places->links;
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(chain, &links->store, number)) != MK_NONE) {
        const struct mk_link *link = mk_links_at(links, number);
        if (link->customer_user_id != NULL &&
            mk_links_at(links, link->user_node.previous)->user_node.next == MK_NONE)
            count_user(links, number, saver->now, places->list);
    }
}

static void save_place(struct mk_saver *saver, const void *record)
{
    const struct places *places = saver->context;
    uint32_t place = places->list[places->number];

    (void)record;
    if (place == 0)
        return;
    mk_save_key(saver, "user_place");
    mk_save_integer(saver, place);
}

/* Until the links are joined to their users the place is where the user's chain will be. */
static bool load_place(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                       void *record)
{
    struct mk_link *link = record;
    int64_t number = 0;

    if (value != NULL && !mk_load_integer(loader, value, place, 0, MK_LINKS_MAX, &number))
        return false;
    link->user_node.previous = (uint32_t)number;
    return true;
}

/* --- A link ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mk_row link_rows[] = {
    { .key = "id", .kind = MK_CELL_LETTERS, MK_CELL_AT(mk_link, id), .required = true },
    { .key = "state", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_link, state), .required = true,
      .names = mk_link_state_names },
    { .key = "error", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_link, error),
      .names = mk_link_error_names },
    { .key = "token", .kind = MK_CELL_OWN, MK_CELL_AT(mk_link, token), .save = save_token,
      .load = load_token },
    { .key = "ends_at", .kind = MK_CELL_OWN, MK_CELL_AT(mk_link, ends_at), .save = save_end,
      .load = load_end },
    { .key = "created_at", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_link, created_at),
      .required = true },
    { .key = "is_example", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_link, is_example) },
    { .key = "institution", .kind = MK_CELL_INSTITUTION, MK_CELL_AT(mk_link, institution),
      .required = true },
    { .key = "persona", .kind = MK_CELL_PERSONA, MK_CELL_AT(mk_link, persona), .required = true },
    { .key = "accounts", .kind = MK_CELL_HEX, MK_CELL_AT(mk_link, accounts) },
    { .key = "customer_user_id", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_link, customer_user_id) },
    { .key = "user_place", .kind = MK_CELL_OWN, MK_CELL_AT(mk_link, user_node),
      .save = save_place, .load = load_place },
    { .key = "webhook", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_link, webhook) },
    { .key = "tags", .kind = MK_CELL_TAGS, MK_CELL_AT(mk_link, tags) },
    { .key = "custom_data", .kind = MK_CELL_CUSTOM, MK_CELL_AT(mk_link, custom_data) },
    { .key = "products", .kind = MK_CELL_OWN, MK_CELL_AT(mk_link, products), .required = true,
      .save = mk_save_products, .load = mk_load_products },
    { .key = "history", .kind = MK_CELL_OWN, MK_CELL_AT(mk_link, history), .save = mk_save_history,
      .load = mk_load_history },
    MK_CELL_NONE(mk_link, reasons),      /* with the products */
    MK_CELL_NONE(mk_link, session),      /* the session names the link */
    MK_CELL_NONE(mk_link, node),
    MK_CELL_NONE(mk_link, deleted_node), /* in the order of ends_at */
    MK_CELL_NONE(mk_link, scheduled),    /* computed */
};
const struct mk_part mk_link_part = MK_PART(mk_link, link_rows);
/* clang-format on */

bool mk_saves_link(const struct mk_link *link, int64_t now)
{
    return !has_end(link) || link->ends_at > now;
}

static void save_chain(struct mk_saver *saver, const char *key, const struct mk_chain *chain)
{
    struct places *places = saver->context;
    const struct mk_links *links = places->links;
    uint32_t number = MK_NONE;

    mk_save_key(saver, key);
    mk_save_open(saver, '[');
    while ((number = mk_chain_next(chain, &links->store, number)) != MK_NONE &&
           !saver->out->failed) {
        places->number = number;
        if (mk_saves_link(mk_links_at(links, number), saver->now))
            mk_save_part(saver, &mk_link_part, mk_links_at(links, number));
    }
    mk_save_close(saver, ']');
}

void mk_save_links(struct mk_saver *saver, const void *record)
{
    const struct mk_links *links = &((const struct mk_world *)record)->links;
    struct places *places = mk_alloc_zero(1, sizeof(*places));

    places->links = links;
    places->list = mk_alloc_zero(links->store.used, sizeof(uint32_t));
    saver->context = places;
    find_places(saver, &links->pending);
    find_places(saver, &links->active);
    save_chain(saver, "pending_links", &links->pending);
    save_chain(saver, "links", &links->active);
    saver->context = NULL;
    free(places->list);
    free(places);
}

/* --- Loading ---------------------------------------------------------------------------------- */

static bool check_link(struct mk_loader *loader, const struct mk_link *link, bool is_pending,
                       const struct mk_place *place)
{
    bool is_deleted = link->state == MK_STATE_DELETED;

    if (mk_persona_at(loader->world->bank->personas, link->persona)->profile == NULL)
        return mk_load_refuse(loader, place, "This persona's logins fail");
    if (mk_link_is_pending(link) != is_pending)
        return mk_load_refuse(loader, place,
                              is_pending ? "A pending link awaits its token's exchange"
                                         : "A link that awaits its token's exchange is pending");
    if (is_pending && link->customer_user_id == NULL)
        return mk_load_refuse(loader, place, "A pending link has a customer_user_id");
    if (is_deleted && link->customer_user_id != NULL)
        return mk_load_refuse(loader, place, "A deleted link has no customer_user_id");
    return true;
}

/* The record stands in its chain first, so that it is freed with the world whatever comes. */
static bool load_link(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      bool is_pending)
{
    struct mk_links *links = &loader->world->links;
    uint32_t number = mk_links_place(links, is_pending);

    if (number == MK_NONE)
        return mk_load_refuse(loader, place, "There are too many links");
    struct mk_link *link = mk_links_at(links, number);
    if (!mk_load_part(loader, &mk_link_part, value, place, link) ||
        !check_link(loader, link, is_pending, place))
        return false;
    if (!mk_links_enter(links, number))
        return mk_load_refuse(loader, place, "Another link has the same id or token");
    return true;
}

static bool load_chain(struct mk_loader *loader, const json_t *list, const struct mk_place *place,
                       bool is_pending)
{
    size_t count;

    if (!mk_load_list(loader, list, place, MK_LINKS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        if (!load_link(loader, json_array_get(list, i), &own, is_pending))
            return false;
    }
    return true;
}

/* What is put in order when all links are there. */
struct entry {
    int64_t key;
    uint32_t number;
};

struct entries {
    struct entry *list;
    size_t count;
};

static int order_entries(const void *a, const void *b)
{
    const struct entry *first = a;
    const struct entry *second = b;

    if (first->key != second->key)
        return first->key > second->key ? 1 : -1;
    return (first->number > second->number) - (first->number < second->number);
}

static void sort(struct entries *entries)
{
    if (entries->count > 1)
        qsort(entries->list, entries->count, sizeof(*entries->list), order_entries);
}

static void add_members(const struct mk_links *links, const struct mk_chain *chain,
                        struct entries *entries)
{
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(chain, &links->store, number)) != MK_NONE) {
        const struct mk_link *link = mk_links_at(links, number);
        if (link->customer_user_id != NULL)
            entries->list[entries->count++] =
                (struct entry){ .key = link->user_node.previous, .number = number };
    }
}

/* The first of each user, then the second ones, ... */
static void join_users(struct mk_links *links)
{
    struct entries entries = { .list = mk_alloc_zero(links->store.count, sizeof(struct entry)) };

    add_members(links, &links->pending, &entries);
    add_members(links, &links->active, &entries);
    sort(&entries);
    for (size_t i = 0; i < entries.count; i++) {
        struct mk_link *link = mk_links_at(links, entries.list[i].number);
        mk_links_join_user(links, link, link->customer_user_id);
    }
    free(entries.list);
}

/* Deleted ones are forgotten in the order of their ends. */
static void line_up_deleted(struct mk_links *links)
{
    struct entries entries = { .list = mk_alloc_zero(links->store.count, sizeof(struct entry)) };
    uint32_t number = MK_NONE;

    while ((number = mk_chain_next(&links->active, &links->store, number)) != MK_NONE) {
        const struct mk_link *link = mk_links_at(links, number);
        if (link->state == MK_STATE_DELETED)
            entries.list[entries.count++] =
                (struct entry){ .key = link->ends_at, .number = number };
    }
    sort(&entries);
    for (size_t i = 0; i < entries.count; i++)
        mk_chain_append(&links->deleted, &links->store, entries.list[i].number);
    free(entries.list);
}

bool mk_load_pending_links(struct mk_loader *loader, const json_t *value,
                           const struct mk_place *place, void *record)
{
    (void)record;
    mk_links_clear(&loader->world->links);
    return load_chain(loader, value, place, true);
}

bool mk_load_links(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                   void *record)
{
    (void)record;
    if (!load_chain(loader, value, place, false))
        return false;
    join_users(&loader->world->links);
    line_up_deleted(&loader->world->links);
    return true;
}
