/* SPDX-License-Identifier: MIT */
/*
 * The links of each customer user: declared in core/links.h.
 *
 *     by_user -> first <-> second <-> ... <-> last     through user_node, in order of making
 *                  '----- its `previous` -----^
 *
 * The map holds the first one, whose `previous` is the last. So a link joins and leaves at once
 * however many its user has, and the index needs no memory but the map's entry.
 */
#include "core/links.h"

#include <stdlib.h>
#include <string.h>

static bool has_user(const void *owner, uint32_t number, const void *key)
{
    return strcmp(mk_links_at(owner, number)->customer_user_id, key) == 0;
}

static uint64_t user_hash(const char *customer_user_id)
{
    return mk_hash(customer_user_id, strlen(customer_user_id));
}

static uint32_t first_of(const struct mk_links *links, const char *customer_user_id)
{
    return mk_map_find(&links->by_user, user_hash(customer_user_id), has_user, links,
                       customer_user_id);
}

static struct mk_node *node_at(const struct mk_links *links, uint32_t number)
{
    return &mk_links_at(links, number)->user_node;
}

void mk_links_join_user(struct mk_links *links, struct mk_link *link, char *customer_user_id)
{
    uint32_t number = mk_links_number(links, link);
    uint32_t first = first_of(links, customer_user_id);

    link->customer_user_id = customer_user_id;
    link->user_node = (struct mk_node){ .previous = number, .next = MK_NONE };
    if (first == MK_NONE) {
        mk_map_add(&links->by_user, user_hash(customer_user_id), number);
        return;
    }
    link->user_node.previous = node_at(links, first)->previous;
    node_at(links, link->user_node.previous)->next = number;
    node_at(links, first)->previous = number;
}

/* The second one takes the place of the first in the map. */
static void remove_first(struct mk_links *links, const struct mk_link *link)
{
    uint64_t hash = user_hash(link->customer_user_id);
    uint32_t second = link->user_node.next;

    mk_map_remove(&links->by_user, hash, mk_links_number(links, link));
    if (second == MK_NONE)
        return;
    node_at(links, second)->previous = link->user_node.previous;
    mk_map_add(&links->by_user, hash, second);
}

static void remove_later(struct mk_links *links, const struct mk_link *link)
{
    const struct mk_node *node = &link->user_node;
    uint32_t behind = node->next != MK_NONE ? node->next : first_of(links, link->customer_user_id);

    node_at(links, node->previous)->next = node->next;
    node_at(links, behind)->previous = node->previous;
}

void mk_links_leave_user(struct mk_links *links, struct mk_link *link)
{
    if (link->customer_user_id == NULL)
        return;
    bool is_first = node_at(links, link->user_node.previous)->next == MK_NONE;
    if (is_first)
        remove_first(links, link);
    else
        remove_later(links, link);
    free(link->customer_user_id);
    link->customer_user_id = NULL;
}

struct mk_link *mk_links_next_of_user(const struct mk_links *links, const char *customer_user_id,
                                      const struct mk_link *link)
{
    uint32_t number = link == NULL ? first_of(links, customer_user_id) : link->user_node.next;

    for (; number != MK_NONE; number = node_at(links, number)->next) {
        struct mk_link *found = mk_links_at(links, number);
        if (mk_link_is_readable(found))
            return found;
    }
    return NULL;
}
