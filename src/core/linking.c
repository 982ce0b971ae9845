/* SPDX-License-Identifier: MIT */
#include "core/linking.h"

#include "core/history.h"
#include "core/notices.h"
#include "core/products.h"

#include <string.h>

bool mk_session_offers(const struct mk_session *session, const struct mk_institution *institution)
{
    bool has_country = false;

    for (size_t i = 0; i < session->country_count; i++)
        has_country |= session->countries[i] == institution->country;
    if (!has_country)
        return false;
    if (session->providers != 0 && !(session->providers & 1U << institution->provider))
        return false;
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (session->products[i].required && !(institution->products & 1U << i))
            return false;
    }
    return true;
}

/* Enrichment rides on transactions (MoneyKit's documentation), with their settings. */
static unsigned settings_of(unsigned product)
{
    return product == MK_PRODUCT_ENRICHMENT ? MK_PRODUCT_TRANSACTIONS : product;
}

/* Fetches `fetched` and what is new and wanted at once; returns what was fetched. */
static unsigned grant(struct mk_link *link, const struct mk_session *session, unsigned products,
                      unsigned fetched, int64_t now)
{
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        const struct mk_session_product *asked = &session->products[settings_of(i)];
        struct mk_link_product *product = &link->products[i];
        if (!(products & 1U << i) || product->granted)
            continue;
        product->granted = true;
        product->required = asked->required;
        product->require_permission = asked->require_permission;
        product->prefetch = asked->prefetch || i == MK_PRODUCT_ACCOUNTS;
        mk_link_set_reason(link, (enum mk_product)i, asked->reason);
        if (product->prefetch || product->required)
            fetched |= 1U << i;
    }
    mk_products_fetch(link, fetched, now);
    return fetched;
}

/* The link takes the session's texts over: a finished session keeps only its result. */
static void hand_over(struct mk_links *links, struct mk_session *session, struct mk_link *link)
{
    mk_links_join_user(links, link, session->customer_user_id);
    link->webhook = session->webhook;
    link->tags = session->tags;
    link->custom_data = session->custom_data;
    session->customer_user_id = NULL;
    session->webhook = NULL;
    session->tags = (struct mk_tags){ 0 };
    session->custom_data = NULL;
    mk_session_shed(session);
}

static enum mk_err make_link(struct mk_world *world, struct mk_session *session,
                             const struct mk_outcome *outcome, struct mk_problem *problem,
                             struct mk_link **ret)
{
    int64_t now = mk_world_now(world);
    struct mk_link *link = mk_links_add(&world->links, &world->ids, &world->secrets, now);

    if (link == NULL)
        return mk_fail(problem, MK_UNAVAILABLE, "This client has %u links, the sandbox's limit.",
                       MK_LINKS_MAX);
    link->institution = outcome->institution;
    link->persona = outcome->persona;
    link->accounts = outcome->accounts;
    grant(link, session, outcome->products, 0, now);
    hand_over(&world->links, session, link);
    link->session = mk_sessions_number(&world->sessions, session);
    session->link = mk_links_number(&world->links, link);
    mk_notice_state(world, link, now);
    *ret = link;
    return MK_OK;
}

/* The products that were fetched before. */
static unsigned fetched_before(const struct mk_link *link)
{
    unsigned fetched = 0;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (link->products[i].refreshed != MK_NEVER_SECONDS)
            fetched |= 1U << i;
    }
    return fetched;
}

static void tell_fetched(struct mk_world *world, const struct mk_link *link, unsigned fetched,
                         int64_t now)
{
    mk_notice_products(world, link, fetched, now);
    if (fetched & 1U << MK_PRODUCT_TRANSACTIONS)
        mk_notice_transactions(world, link, now);
}

/* Whether bit i means the same account for both. */
static bool have_same_accounts(const struct mk_world *world, uint8_t a, uint8_t b)
{
    const struct mk_persona *first = mk_persona_at(world->bank->personas, a);
    const struct mk_persona *second = mk_persona_at(world->bank->personas, b);

    return first->is_custom == second->is_custom && first->profile == second->profile;
}

/*
 * Granted accounts stay and new ones come; an imported link gets its first ones from the bank
 * beside those that came with it.
 */
static void share_accounts(const struct mk_world *world, const struct mk_session *session,
                           const struct mk_outcome *outcome, int64_t now, struct mk_link *link)
{
    uint64_t new = outcome->accounts & ~link->accounts;

    if (link->accounts == 0) {
        link->persona = outcome->persona;
        link->custom_data = json_incref(session->custom_data);
    }
    if (new == 0 || !have_same_accounts(world, link->persona, outcome->persona))
        return;
    mk_history_granted(link, new, now);
    link->accounts |= new;
}

/*
 * Granted accounts and products stay, webhook and tags are replaced or removed (MoneyKit's
 * documentation). What was fetched before is fetched again, since nothing came while the link was
 * broken.
 */
static struct mk_link *mend_link(struct mk_world *world, struct mk_link *link,
                                 const struct mk_session *session, const struct mk_outcome *outcome,
                                 int64_t now)
{
    mk_products_settle(world, link);
    link->state = MK_STATE_CONNECTED;
    link->error = MK_LINK_ERROR_NONE;
    share_accounts(world, session, outcome, now, link);
    unsigned fetched = grant(link, session, outcome->products, fetched_before(link), now);
    mk_link_set_webhook(link, session->webhook);
    mk_tags_done(&link->tags);
    mk_tags_clone(&link->tags, &session->tags);
    mk_schedule_link(world, link);
    mk_notice_state(world, link, now);
    tell_fetched(world, link, fetched, now);
    return link;
}

enum mk_err mk_linking_complete(struct mk_world *world, struct mk_session *session,
                                struct mk_link *relink, const struct mk_outcome *outcome,
                                struct mk_problem *problem, struct mk_link **ret)
{
    if (relink == NULL)
        MK_TRY(make_link(world, session, outcome, problem, ret));
    else
        *ret = mend_link(world, relink, session, outcome, mk_world_now(world));
    session->is_finished = true;
    return MK_OK;
}

/* The main job: a link that nobody is told about is done in a few steps. */
enum mk_err mk_linking_exchange(struct mk_world *world, const char *token, struct mk_link **ret)
{
    int64_t now = mk_world_now(world);
    struct mk_link *link;

    MK_TRY(mk_links_exchange(&world->links, token, now, &link));
    if (link->session != MK_NONE)
        mk_sessions_forget(&world->sessions, link->session, mk_links_number(&world->links, link));
    link->session = MK_NONE;
    mk_notice_state(world, link, now);
    if (link->webhook != NULL) {
        tell_fetched(world, link, fetched_before(link), now);
        mk_schedule_link(world, link);
    }
    *ret = link;
    return MK_OK;
}

void mk_linking_delete(struct mk_world *world, struct mk_link *link)
{
    int64_t now = mk_world_now(world);

    mk_links_delete(&world->links, link, now);
    mk_schedule_link(world, link);
    mk_notice_state(world, link, now);
}
