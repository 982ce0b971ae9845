/* SPDX-License-Identifier: MIT */
/* The link of the documentation's page, with the values printed there: declared in core/links.h. */
#include "core/links.h"

#include "base/memory.h"

#include <string.h>
#include <uuid/uuid.h>

void mk_links_add_example(struct mk_links *links, size_t chase)
{
    const int64_t synced_at = INT64_C(1676538851) * MK_SECOND; /* 2023-02-16T09:14:11 */
    uint32_t number = mk_links_place(links, true);
    struct mk_link *link = mk_links_at(links, number);

    memcpy(link->id, "eqkWN34UEoa2NxyALG8pcV", MK_SHORT_ID_LENGTH);
    uuid_parse("c7318ff7-257c-490e-8242-03a815b223b7", link->token);
    link->is_example = true;
    link->institution = (uint16_t)chase;
    link->created_at = synced_at;
    link->ends_at = INT64_MAX;
    link->accounts = UINT64_MAX;
    link->tags = (struct mk_tags){ .text = mk_copy("user_type:admin"), .count = 1 };
    link->products[MK_PRODUCT_ACCOUNTS] = (struct mk_link_product){ .granted = true };
    link->products[MK_PRODUCT_IDENTITY] =
        (struct mk_link_product){ .granted = true, .required = true };
    mk_links_enter(links, number);
    mk_links_join_user(links, link, mk_copy("documented-example"));
}

size_t mk_links_kept(const struct mk_links *links)
{
    uint32_t first = links->pending.first;
    bool has_hidden = first != MK_NONE && mk_links_at(links, first)->is_example;

    return links->store.count - has_hidden;
}
