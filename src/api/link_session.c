/* SPDX-License-Identifier: MIT */
/* LinkSession: POST /link-session and POST /link-session/exchange-token. */
#include "api/handlers.h"
#include "api/rates.h"
#include "api/views.h"
#include "base/memory.h"
#include "core/linking.h"
#include "core/redirect.h"

#include <string.h>

/* An existing link, of this client and not deleted; another client's looks like none. */
static enum mk_err check_relink(const struct mk_call *call, const char *link_id,
                                struct mk_problem *problem)
{
    struct mk_problem ignored;
    struct mk_link *link;

    if (link_id == NULL)
        return MK_OK;
    if (mk_links_usable(&call->world->links, link_id, call->now, &ignored, &link) == MK_OK)
        return MK_OK;
    return mk_fail(problem, MK_SESSION_FORBIDDEN,
                   "existing_link_id names no connected link of this client.");
}

/*
 * The name of a product that the session requires and the institution lacks; NULL: there is none.
 */
static const char *lacking_product(const json_t *body, const struct mk_institution *institution)
{
    const json_t *products = json_object_get(json_object_get(body, "settings"), "products");

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        const json_t *settings = json_object_get(products, mk_product_names[i]);
        if (mk_get_boolean(settings, "required") && !(institution->products & 1U << i))
            return mk_product_names[i];
    }
    return NULL;
}

/* Ignored for a relink (MoneyKit's documentation). */
static enum mk_err find_institution(const struct mk_call *call, struct mk_problem *problem,
                                    uint16_t *ret)
{
    const char *id = mk_get_text(call->body, "institution_id");

    *ret = MK_NO_INSTITUTION;
    if (id == NULL || mk_get_text(call->body, "existing_link_id") != NULL)
        return MK_OK;

    size_t found = mk_catalog_find(call->service->bank->catalog, id);
    if (found == mk_catalog_count(call->service->bank->catalog))
        return mk_fail(problem, MK_SESSION_FORBIDDEN,
                       "institution_id names no institution of this sandbox.");
    const char *lacking =
        lacking_product(call->body, mk_catalog_at(call->service->bank->catalog, found));
    if (lacking != NULL)
        return mk_fail(problem, MK_SESSION_FORBIDDEN,
                       "The institution does not offer %s, which the session requires.", lacking);
    *ret = (uint16_t)found;
    return MK_OK;
}

static void read_product(const json_t *settings, struct mk_session_product *product)
{
    product->asked = json_is_object(settings);
    product->required = mk_get_boolean(settings, "required");
    product->require_permission = mk_get_boolean(settings, "require_permission");
    product->prefetch = mk_get_boolean(settings, "prefetch");
    product->reason = mk_copy(mk_get_text(settings, "reason"));
}

/*
 * Without settings.products a session asks for all four, prefetched; a relink session then for
 * none.
 */
static void read_products(const json_t *products, struct mk_session *session)
{
    static const unsigned configurable = 1U << MK_PRODUCT_ACCOUNT_NUMBERS |
                                         1U << MK_PRODUCT_IDENTITY | 1U << MK_PRODUCT_TRANSACTIONS |
                                         1U << MK_PRODUCT_INVESTMENTS;

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!(configurable & 1U << i))
            continue;
        if (json_is_object(products))
            read_product(json_object_get(products, mk_product_names[i]), &session->products[i]);
        else
            session->products[i].asked = session->products[i].prefetch = !session->is_relink;
    }
}

/* Each country once, in the order given; US when there is none (MoneyKit's documentation). */
static void read_countries(const json_t *countries, struct mk_session *session)
{
    size_t index;
    json_t *item;
    unsigned seen = 0;

    json_array_foreach((json_t *)countries, index, item) {
        unsigned country = (unsigned)mk_term_find(mk_country_names, json_string_value(item));
        if (!(seen & 1U << country))
            session->countries[session->country_count++] = (uint8_t)country;
        seen |= 1U << country;
    }
    if (session->country_count == 0)
        session->countries[session->country_count++] = MK_COUNTRY_US;
}

static uint16_t read_providers(const json_t *providers)
{
    size_t index;
    json_t *item;
    unsigned bits = 0;

    json_array_foreach((json_t *)providers, index, item)
        bits |= 1U << mk_term_find(mk_provider_names, json_string_value(item));
    return (uint16_t)bits;
}

static uint16_t read_features(const json_t *features)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < MK_FEATURE_COUNT; i++) {
        if (mk_get_boolean(features, mk_feature_names[i]))
            bits |= 1U << i;
    }
    return (uint16_t)bits;
}

static void fill_session(const struct mk_call *call, uint16_t institution,
                         struct mk_session *session)
{
    const json_t *body = call->body;
    const json_t *settings = json_object_get(body, "settings");
    const char *relink = mk_get_text(body, "existing_link_id");
    json_t *custom_data = json_object_get(body, "custom_sandbox_data");

    session->institution = institution;
    session->is_relink = relink != NULL;
    if (relink != NULL)
        mk_copy_into(session->relink_id, sizeof(session->relink_id), relink);
    session->customer_user_id = mk_copy(mk_get_text(json_object_get(body, "customer_user"), "id"));
    session->redirect_uri = mk_copy(mk_get_text(body, "redirect_uri"));
    session->webhook = mk_copy(mk_get_text(body, "webhook"));
    mk_tags_copy(&session->tags, json_object_get(body, "link_tags"));
    if (json_is_object(custom_data))
        session->custom_data = json_incref(custom_data);
    read_products(json_object_get(settings, "products"), session);
    read_countries(json_object_get(settings, "countries"), session);
    session->providers = read_providers(json_object_get(settings, "providers"));
    session->features = read_features(json_object_get(body, "connect_features"));
}

static json_t *session_view(const struct mk_call *call, const struct mk_session *session)
{
    const char *institution_id = NULL;
    struct mk_text token = MK_TEXT(4096);

    if (session->institution != MK_NO_INSTITUTION)
        institution_id = mk_catalog_at(call->service->bank->catalog, session->institution)->id;
    mk_session_token_write(session, call->world->handle, institution_id, &token);
    json_t *view = json_pack("{s:s}", "link_session_token", token.bytes);
    mk_text_done(&token);
    return view;
}

enum mk_err mk_create_link_session(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_world *world = call->world;
    const struct mk_service *service = call->service;
    const char *user_id = mk_get_text(json_object_get(call->body, "customer_user"), "id");
    uint16_t institution;

    MK_TRY(mk_rates_count_user(world, call->route, user_id, &reply->problem));
    MK_TRY(mk_redirect_check(mk_get_text(call->body, "redirect_uri"), service->redirect_origins,
                             service->redirect_origin_count, &reply->problem));
    MK_TRY(check_relink(call, mk_get_text(call->body, "existing_link_id"), &reply->problem));
    MK_TRY(find_institution(call, &reply->problem, &institution));

    struct mk_session *session = mk_sessions_add(&world->sessions, &world->secrets, call->now);
    if (session == NULL)
        return mk_fail(&reply->problem, MK_UNAVAILABLE,
                       "This client has %u link sessions alive, the sandbox's limit.",
                       MK_SESSIONS_MAX);
    fill_session(call, institution, session);
    return mk_reply_json(reply, 201, session_view(call, session));
}

/* The main job. */
enum mk_err mk_exchange_token(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_linking_exchange(call->world, mk_get_text(call->body, "exchangeable_token"), &link));
    reply->status = 201;
    mk_exchange_write(link, mk_catalog_at(call->service->bank->catalog, link->institution),
                      call->world->settings.timestamps, &reply->text);
    return MK_OK;
}
