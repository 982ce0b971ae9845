/* SPDX-License-Identifier: MIT */
/*
 * The link sessions in a snapshot, with where each stands in Connect. The windows of a browser that
 * are open there are of real time, a matter of seconds, and not in it.
 */
#include "core/snapshot_private.h"

#include "base/memory.h"

#include <stdlib.h>

/* --- Products --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mk_row session_product_rows[] = {
    { .key = "asked", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_session_product, asked) },
    { .key = "required", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_session_product, required) },
    { .key = "require_permission", .kind = MK_CELL_BOOL,
      MK_CELL_AT(mk_session_product, require_permission) },
    { .key = "prefetch", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_session_product, prefetch) },
    { .key = "reason", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_session_product, reason) },
};
const struct mk_part mk_session_product_part = MK_PART(mk_session_product, session_product_rows);
/* clang-format on */

static bool says_nothing(const struct mk_session_product *product)
{
    return !product->asked && !product->required && !product->require_permission &&
           !product->prefetch && product->reason == NULL;
}

static void save_products(struct mk_saver *saver, const void *record)
{
    const struct mk_session *session = record;

    mk_save_key(saver, "products");
    mk_save_open(saver, '{');
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (says_nothing(&session->products[i]))
            continue;
        mk_save_key(saver, mk_product_names[i]);
        mk_save_part(saver, &mk_session_product_part, &session->products[i]);
    }
    mk_save_close(saver, '}');
}

static bool load_products(struct mk_loader *loader, const json_t *value,
                          const struct mk_place *place, void *record)
{
    struct mk_session *session = record;
    const char *key;
    json_t *item;

    if (!json_is_object(value))
        return mk_load_fail(loader, place, MK_ISSUE_OBJECT_TYPE, NULL, 0);
    json_object_foreach((json_t *)value, key, item) {
        const struct mk_place own = { .parent = place, .key = key };
        int index = mk_term_find(mk_product_names, key);
        if (index < 0)
            return mk_load_strange_key(loader, place, key);
        if (!mk_load_part(loader, &mk_session_product_part, item, &own, &session->products[index]))
            return false;
    }
    return true;
}

/* --- Countries -------------------------------------------------------------------------------- */

static void save_countries(struct mk_saver *saver, const void *record)
{
    const struct mk_session *session = record;

    mk_save_key(saver, "countries");
    mk_save_open(saver, '[');
    for (size_t i = 0; i < session->country_count; i++)
        mk_save_text(saver, mk_country_names[session->countries[i]]);
    mk_save_close(saver, ']');
}

static bool load_countries(struct mk_loader *loader, const json_t *value,
                           const struct mk_place *place, void *record)
{
    struct mk_session *session = record;
    size_t count;

    if (!mk_load_list(loader, value, place, MK_COUNTRY_COUNT, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        int country = mk_term_find(mk_country_names, json_string_value(json_array_get(value, i)));
        if (country < 0)
            return mk_load_refuse(loader, &own, "There is no such country");
        session->countries[session->country_count++] = (uint8_t)country;
    }
    return true;
}

/* --- The link that it made -------------------------------------------------------------------- */

/* The pending link of a finished session; NULL: none, or its time is over. */
static const struct mk_link *link_of(const struct mk_saver *saver, const struct mk_session *session)
{
    const struct mk_world *world = saver->world;

    if (session->link == MK_NONE || session->link >= world->links.store.used)
        return NULL;
    const struct mk_link *link = mk_links_at(&world->links, session->link);
    bool is_its = link->session == mk_sessions_number(&world->sessions, session);
    return is_its && mk_saves_link(link, saver->now) ? link : NULL;
}

static void save_link(struct mk_saver *saver, const void *record)
{
    const struct mk_link *link = link_of(saver, record);
    char id[MK_LINK_ID_SIZE];

    if (link == NULL)
        return;
    mk_link_id_write(link, id);
    mk_save_key(saver, "link");
    mk_save_text(saver, id);
}

static bool load_link(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    const struct mk_links *links = &loader->world->links;
    struct mk_session *session = record;
    const char *id;

    session->link = MK_NONE;
    if (value == NULL)
        return true;
    if (!mk_load_text(loader, value, place, &id))
        return false;
    const struct mk_link *link = mk_links_find(links, id, MK_NEVER);
    if (link == NULL || !mk_link_is_pending(link))
        return mk_load_refuse(loader, place, "There is no such pending link");
    if (link->session != MK_NONE)
        return mk_load_refuse(loader, place, "Another session made this link");
    session->link = mk_links_number(links, link);
    return true;
}

/* --- Where it stands in Connect --------------------------------------------------------------- */

/* clang-format off */
static const struct mk_row flow_rows[] = {
    { .key = "screen", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_flow, screen), .required = true,
      .names = mk_screen_names },
    { .key = "error", .kind = MK_CELL_CHOICE, MK_CELL_AT(mk_flow, error),
      .names = mk_link_error_names },
    { .key = "persona", .kind = MK_CELL_PERSONA, MK_CELL_AT(mk_flow, persona), .required = true },
    { .key = "institution", .kind = MK_CELL_INSTITUTION, MK_CELL_AT(mk_flow, institution) },
    { .key = "products", .kind = MK_CELL_SET, MK_CELL_AT(mk_flow, products),
      .names = mk_product_names },
    { .key = "has_visit", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_flow, has_visit) },
    { .key = "secret", .kind = MK_CELL_BYTES, MK_CELL_AT(mk_flow, secret) },
    { .key = "request_id", .kind = MK_CELL_BUFFER, MK_CELL_AT(mk_flow, request_id) },
    MK_CELL_NONE(mk_flow, answered_at), /* for the windows */
    MK_CELL_NONE(mk_flow, windows),
};
const struct mk_part mk_flow_part = MK_PART(mk_flow, flow_rows);
/* clang-format on */

static void save_flow(struct mk_saver *saver, const void *record)
{
    const struct mk_session *session = record;

    if (session->flow == NULL)
        return;
    mk_save_key(saver, "flow");
    mk_save_part(saver, &mk_flow_part, session->flow);
}

/* Where the steps of core/flow.c would have led it. */
static bool check_flow(struct mk_loader *loader, const struct mk_place *place,
                       const struct mk_session *session)
{
    const struct mk_flow *flow = session->flow;
    const struct mk_persona *persona = mk_persona_at(loader->world->bank->personas, flow->persona);
    bool is_at_bank = flow->screen != MK_SCREEN_FINDER && flow->screen != MK_SCREEN_CLOSED;
    bool is_in = flow->screen == MK_SCREEN_PERMISSIONS || flow->screen == MK_SCREEN_ACCOUNTS;

    if (is_at_bank && flow->institution == MK_NO_INSTITUTION)
        return mk_load_refuse(loader, place, "This screen is of an institution");
    if (flow->screen == MK_SCREEN_SUCCESS && !session->is_finished)
        return mk_load_refuse(loader, place, "A session that succeeded is finished");
    if (is_in && persona->profile == NULL)
        return mk_load_refuse(loader, place, "This persona's logins fail");
    return true;
}

static bool load_flow(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    struct mk_session *session = record;

    if (value == NULL)
        return true;
    session->flow = mk_alloc_zero(1, sizeof(*session->flow));
    return mk_load_part(loader, &mk_flow_part, value, place, session->flow) &&
           check_flow(loader, place, session);
}

/* --- A session -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mk_row session_rows[] = {
    { .key = "id", .kind = MK_CELL_BYTES, MK_CELL_AT(mk_session, id), .required = true },
    { .key = "secret", .kind = MK_CELL_BYTES, MK_CELL_AT(mk_session, secret), .required = true },
    { .key = "expires_at", .kind = MK_CELL_MOMENT, MK_CELL_AT(mk_session, expires_at),
      .required = true },
    { .key = "is_finished", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_session, is_finished) },
    { .key = "link", .kind = MK_CELL_OWN, MK_CELL_AT(mk_session, link), .save = save_link,
      .load = load_link },
    { .key = "is_relink", .kind = MK_CELL_BOOL, MK_CELL_AT(mk_session, is_relink) },
    { .key = "relink_id", .kind = MK_CELL_BUFFER, MK_CELL_AT(mk_session, relink_id) },
    { .key = "institution", .kind = MK_CELL_INSTITUTION, MK_CELL_AT(mk_session, institution) },
    { .key = "customer_user_id", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_session, customer_user_id) },
    { .key = "redirect_uri", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_session, redirect_uri) },
    { .key = "webhook", .kind = MK_CELL_TEXT, MK_CELL_AT(mk_session, webhook) },
    { .key = "tags", .kind = MK_CELL_TAGS, MK_CELL_AT(mk_session, tags) },
    { .key = "custom_data", .kind = MK_CELL_CUSTOM, MK_CELL_AT(mk_session, custom_data) },
    { .key = "providers", .kind = MK_CELL_SET, MK_CELL_AT(mk_session, providers),
      .names = mk_provider_names },
    { .key = "features", .kind = MK_CELL_SET, MK_CELL_AT(mk_session, features),
      .names = mk_feature_names },
    { .key = "countries", .kind = MK_CELL_OWN, MK_CELL_AT(mk_session, countries),
      .save = save_countries, .load = load_countries },
    { .key = "products", .kind = MK_CELL_OWN, MK_CELL_AT(mk_session, products), .required = true,
      .save = save_products, .load = load_products },
    { .key = "flow", .kind = MK_CELL_OWN, MK_CELL_AT(mk_session, flow), .save = save_flow,
      .load = load_flow },
    MK_CELL_NONE(mk_session, country_count),
    MK_CELL_NONE(mk_session, node),
};
const struct mk_part mk_session_part = MK_PART(mk_session, session_rows);
/* clang-format on */

/* Those that nobody can use any more are left out. */
static bool is_of_use(const struct mk_saver *saver, const struct mk_session *session)
{
    bool has_result = session->is_relink || link_of(saver, session) != NULL;

    return session->expires_at > saver->now && (!session->is_finished || has_result);
}

void mk_save_sessions(struct mk_saver *saver, const void *record)
{
    const struct mk_sessions *sessions = &((const struct mk_world *)record)->sessions;
    uint32_t number = MK_NONE;

    mk_save_key(saver, "sessions");
    mk_save_open(saver, '[');
    while ((number = mk_chain_next(&sessions->alive, &sessions->store, number)) != MK_NONE &&
           !saver->out->failed) {
        const struct mk_session *session = mk_store_at(&sessions->store, number);
        if (is_of_use(saver, session))
            mk_save_part(saver, &mk_session_part, session);
    }
    mk_save_close(saver, ']');
}

static bool check_session(struct mk_loader *loader, const struct mk_place *place,
                          const struct mk_session *session)
{
    bool has_link = session->link != MK_NONE;

    if (has_link != (session->is_finished && !session->is_relink))
        return mk_load_refuse(loader, place, "A finished session that is no relink has a link");
    if (session->is_finished)
        return true;
    if (session->customer_user_id == NULL || session->redirect_uri == NULL)
        return mk_load_refuse(loader, place,
                              "An open session has a customer_user_id and a redirect_uri");
    return true;
}

static bool load_session(struct mk_loader *loader, const json_t *value,
                         const struct mk_place *place)
{
    struct mk_world *world = loader->world;
    uint32_t number = mk_sessions_place(&world->sessions);

    if (number == MK_NONE)
        return mk_load_refuse(loader, place, "There are too many sessions");
    struct mk_session *session = mk_store_at(&world->sessions.store, number);
    if (!mk_load_part(loader, &mk_session_part, value, place, session) ||
        !check_session(loader, place, session))
        return false;
    if (!mk_sessions_enter(&world->sessions, number))
        return mk_load_refuse(loader, place, "Another session has the same id");
    if (session->link != MK_NONE)
        mk_links_at(&world->links, session->link)->session = number;
    return true;
}

bool mk_load_sessions(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    size_t count;

    (void)record;
    if (!mk_load_list(loader, value, place, MK_SESSIONS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct mk_place own = { .parent = place, .index = (int64_t)i };
        if (!load_session(loader, json_array_get(value, i), &own))
            return false;
    }
    return true;
}
