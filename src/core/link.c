/* SPDX-License-Identifier: MIT */
/* One link's own properties, declared in core/links.h. */
#include "core/links.h"

#include "base/memory.h"
#include "core/history.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

void mk_link_id_write(const struct mk_link *link, char out[MK_LINK_ID_SIZE])
{
    memcpy(out, "mk_", 3);
    memcpy(out + 3, link->id, MK_SHORT_ID_LENGTH);
    out[MK_LINK_ID_SIZE - 1] = '\0';
}

void mk_link_token_write(const struct mk_link *link, char out[MK_TOKEN_SIZE])
{
    uuid_unparse_lower(link->token, out);
}

int64_t mk_link_synced_at(const struct mk_link *link)
{
    int64_t latest = MK_NEVER;

    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++) {
        int64_t refreshed_at = mk_link_refreshed_at(link, (enum mk_product)i);
        if (link->products[i].granted && refreshed_at > latest)
            latest = refreshed_at;
    }
    return latest;
}

unsigned mk_link_available_products(const struct mk_link *link,
                                    const struct mk_institution *institution)
{
    unsigned available = institution->products;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (link->products[i].granted)
            available &= ~(1U << i);
    }
    return available & ~(1U << MK_PRODUCT_ACCOUNTS);
}

void mk_link_set_webhook(struct mk_link *link, const char *webhook)
{
    free(link->webhook);
    link->webhook = mk_copy(webhook);
}

void mk_link_set_tags(struct mk_link *link, const json_t *tags)
{
    mk_tags_done(&link->tags);
    mk_tags_copy(&link->tags, tags);
}

/* Rounded down, also before 1970, as mk_time_write() does. */
static int64_t whole_seconds(int64_t moment)
{
    int64_t fraction = moment % MK_SECOND;

    return moment - (fraction < 0 ? fraction + MK_SECOND : fraction);
}

int64_t mk_link_moment(const struct mk_link *link, int32_t seconds)
{
    return seconds == MK_NEVER_SECONDS ? MK_NEVER
                                       : whole_seconds(link->created_at + seconds * MK_SECOND);
}

int64_t mk_link_refreshed_at(const struct mk_link *link, enum mk_product product)
{
    return mk_link_moment(link, link->products[product].refreshed);
}

int64_t mk_link_attempted_at(const struct mk_link *link, enum mk_product product)
{
    return mk_link_moment(link, link->products[product].attempted);
}

/* A clock moved by more than 68 years stops here. */
int32_t mk_link_seconds(const struct mk_link *link, int64_t moment)
{
    int64_t seconds = (whole_seconds(moment) - whole_seconds(link->created_at)) / MK_SECOND;

    return seconds > INT32_MAX ? INT32_MAX : seconds < 0 ? 0 : (int32_t)seconds;
}

void mk_link_fetched(struct mk_link *link, enum mk_product product, int64_t now)
{
    link->products[product].refreshed = mk_link_seconds(link, now);
    link->products[product].attempted = mk_link_seconds(link, now);
    link->products[product].failure = 0;
}

enum mk_product_error mk_link_product_error(const struct mk_link *link, enum mk_product product)
{
    uint8_t failure = link->products[product].failure;

    return failure == 0 ? MK_PRODUCT_ERROR_NONE : (enum mk_product_error)(failure - 1);
}

enum mk_provider mk_link_provider(const struct mk_link *link,
                                  const struct mk_institution *institution)
{
    const struct mk_history *history = link->history;

    return history != NULL && history->is_imported ? (enum mk_provider)history->provider
                                                   : institution->provider;
}

const char *mk_link_reason(const struct mk_link *link, enum mk_product product)
{
    return link->reasons == NULL ? NULL : link->reasons[product];
}

void mk_link_set_reason(struct mk_link *link, enum mk_product product, const char *reason)
{
    if (link->reasons == NULL && reason == NULL)
        return;
    if (link->reasons == NULL)
        link->reasons = mk_alloc_zero(MK_PRODUCT_COUNT, sizeof(*link->reasons));
    free(link->reasons[product]);
    link->reasons[product] = mk_copy(reason);
}
