/* SPDX-License-Identifier: MIT */
#include "connect/state.h"

#include "base/memory.h"
#include "base/url.h"
#include "connect/visit.h"
#include "connect/words.h"
#include "core/accounts.h"
#include "json/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <uuid/uuid.h>

/* The page makes the picture's address absolute. */
json_t *mk_connect_institution_view(const struct mk_institution *institution, bool is_duplicate)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s++, s:n, s:n, s:n, s:s, s:b, s:[s], s:b}",
                     "id", institution->id, "name", institution->name, "country",
                     mk_country_names[institution->country], "domain", institution->domain, "color",
                     institution->color, "color_dark", institution->color_dark, "avatar", "connect",
                     "/avatars/", institution->id, "avatar_dark", "logo", "logo_dark",
                     "search_group", mk_search_group_names[institution->search_group],
                     "is_featured", institution->featured, "providers",
                     mk_provider_names[institution->provider], "duplicate", is_duplicate);
}

json_t *mk_connect_persona_view(const struct mk_persona *persona)
{
    const char *answer = persona->challenge == MK_ASKS_NOTHING ? NULL : MK_PERSONA_ANSWER;

    return json_pack("{s:s, s:s, s:s?, s:s}", "username", persona->username, "password",
                     MK_PERSONA_PASSWORD, "answer", answer, "meaning", persona->meaning);
}

static bool is_duplicate(const struct mk_connect *connect)
{
    bool *linked = mk_alloc_zero(mk_catalog_count(connect->world->bank->catalog), sizeof(*linked));

    mk_flow_duplicates(connect, linked);
    bool found = linked[connect->flow->institution];
    free(linked);
    return found;
}

static json_t *institution_view(const struct mk_connect *connect)
{
    const struct mk_institution *institution = mk_flow_institution(connect);

    if (institution == NULL)
        return json_null();
    return mk_connect_institution_view(institution, is_duplicate(connect));
}

static json_t *features_view(const struct mk_session *session)
{
    json_t *view = json_object();

    for (unsigned i = 0; i < MK_FEATURE_COUNT; i++)
        mk_json_set(&view, mk_feature_names[i], json_boolean(session->features >> i & 1U));
    return view;
}

/* For the strip that says "Sandbox", where something is typed. */
static json_t *personas_view(const struct mk_connect *connect)
{
    const struct mk_personas *personas = connect->world->bank->personas;
    json_t *list = json_array();

    switch (connect->flow->screen) {
    case MK_SCREEN_CREDENTIALS:
    case MK_SCREEN_DEVICE:
    case MK_SCREEN_CODE:
    case MK_SCREEN_QUESTION:
        for (size_t i = 0; i < mk_persona_count(personas); i++)
            mk_json_append(&list, mk_connect_persona_view(mk_persona_at(personas, i)));
        return list;
    default:
        return list;
    }
}

static json_t *product_view(const struct mk_session *session, unsigned product)
{
    const struct mk_session_product *asked = &session->products[product];
    const struct mk_product_words *words = mk_product_words((enum mk_product)product);

    return json_pack("{s:s, s:s, s:s, s:b, s:b, s:s?}", "name", mk_product_names[product], "title",
                     words->title, "detail", words->detail, "required",
                     asked->required || asked->require_permission, "selected", 1, "reason",
                     asked->reason);
}

static json_t *products_view(const struct mk_connect *connect)
{
    json_t *list = json_array();

    if (connect->flow->screen != MK_SCREEN_PERMISSIONS)
        return list;
    unsigned offered = mk_flow_products(connect);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (offered & 1U << i)
            mk_json_append(&list, product_view(connect->session, i));
    }
    return list;
}

/* The mask is a matter of the link, which is not made yet. */
static json_t *account_view(const struct mk_bank_account *account, unsigned number,
                            bool is_selected)
{
    char id[12];

    snprintf(id, sizeof(id), "%u", number);
    return json_pack("{s:s, s:s, s:s, s:n, s:b}", "id", id, "name", account->name, "type",
                     account->type, "mask", "selected", is_selected);
}

static json_t *accounts_view(const struct mk_connect *connect)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    bool only_one = connect->session->features & 1U << MK_FEATURE_PERMIT_ONLY_ONE_ACCOUNT;
    json_t *list = json_array();
    uint64_t offered;

    if (connect->flow->screen != MK_SCREEN_ACCOUNTS)
        return list;
    size_t count = mk_flow_accounts(connect, accounts, &offered);
    for (unsigned i = 0; i < count; i++) {
        bool is_first = (offered & ((UINT64_C(1) << i) - 1)) == 0;
        if (offered >> i & 1U)
            mk_json_append(&list, account_view(&accounts[i], i, is_first || !only_one));
    }
    return list;
}

static json_t *oauth_view(const struct mk_connect *connect)
{
    char state[MK_VISIT_SIZE];
    struct mk_url url = { .origin = "" };

    if (connect->flow->screen != MK_SCREEN_OAUTH)
        return json_null();
    mk_visit_write(connect, state);
    mk_url_read(connect->session->redirect_uri, &url);
    return json_pack("{s:s+, s:s, s:s}", "url", "oauth-bank?state=", state, "state", state,
                     "redirect_origin", url.origin);
}

static json_t *auto_view(const struct mk_world *world)
{
    const struct mk_settings *settings = &world->settings;

    if (settings->auto_institution == MK_NO_INSTITUTION)
        return json_null();
    const struct mk_institution *institution =
        mk_catalog_at(world->bank->catalog, settings->auto_institution);
    const struct mk_persona *persona = mk_persona_at(world->bank->personas, settings->auto_persona);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "institution_id", institution->id,
                     "institution_name", institution->name, "username", persona->username,
                     "password", MK_PERSONA_PASSWORD, "answer", MK_PERSONA_ANSWER);
}

static json_t *error_view(const struct mk_flow *flow)
{
    enum mk_link_error error = (enum mk_link_error)flow->error;

    if (error == MK_LINK_ERROR_NONE)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:b}", "error_id", mk_link_error_names[error],
                     "displayed_message", mk_link_error_words(error), "request_id",
                     flow->request_id, "can_retry", mk_flow_can_retry(flow));
}

static json_t *selected_accounts(const struct mk_world *world, const struct mk_link *link)
{
    struct mk_ledger ledger;
    struct mk_accounts accounts;
    json_t *list = json_array();

    mk_ledger_open(world, link, &ledger);
    mk_accounts_list(&ledger, NULL, &accounts);
    for (size_t i = 0; i < accounts.count; i++) {
        const struct mk_account *account = &accounts.items[i];
        mk_json_append(&list,
                       json_pack("{s:s, s:s, s:s, s:s?}", "account_id", account->id, "account_type",
                                 account->type, "name", account->name, "account_mask",
                                 account->mask[0] == '\0' ? NULL : account->mask));
    }
    mk_accounts_done(&accounts);
    return list;
}

/* A relink needs no exchange, so it has no token. */
static json_t *result_view(const struct mk_connect *connect, const struct mk_link *link)
{
    char id[MK_LINK_ID_SIZE];
    char token[MK_TOKEN_SIZE];

    if (link == NULL)
        return json_null();
    json_t *institution = mk_connect_institution_view(mk_flow_institution(connect), false);
    mk_json_set(&institution, "selectedAccounts", selected_accounts(connect->world, link));
    json_object_del(institution, "duplicate");
    mk_link_id_write(link, id);
    mk_link_token_write(link, token);
    return json_pack("{s:s?, s:s, s:o}", "exchangeable_token",
                     connect->relink == NULL ? token : NULL, "link_id", id, "institution",
                     institution);
}

json_t *mk_connect_state_view(const struct mk_connect *connect, enum mk_first_window first,
                              const struct mk_link *link)
{
    static const char *const first_names[] = { [MK_FIRST_WINDOW_NONE] = NULL,
                                               [MK_FIRST_WINDOW_RECENT] = "recent",
                                               [MK_FIRST_WINDOW_ALIVE] = "alive" };
    const struct mk_flow *flow = connect->flow;
    char session_id[MK_TOKEN_SIZE];

    uuid_unparse_lower(connect->session->id, session_id);
    return json_pack(
        "{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:s?, s:o, s:o, s:o, s:s?, s:o, s:o, s:o}",
        "screen", mk_screen_names[flow->screen], "link_type",
        connect->session->is_relink ? "relink" : "link", "link_session_id", session_id,
        "institution_fixed", mk_flow_fixed_institution(connect) != MK_NO_INSTITUTION, "features",
        features_view(connect->session), "institution", institution_view(connect), "personas",
        personas_view(connect), "devices",
        flow->screen == MK_SCREEN_DEVICE ? mk_devices_view() : json_array(), "question",
        flow->screen == MK_SCREEN_QUESTION ? mk_security_question : NULL, "products",
        products_view(connect), "accounts", accounts_view(connect), "oauth", oauth_view(connect),
        "first_window", first_names[first], "auto", auto_view(connect->world), "error",
        error_view(flow), "result", result_view(connect, link));
}
