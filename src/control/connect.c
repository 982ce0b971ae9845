/* SPDX-License-Identifier: MIT */
/* POST /sandbox/connect: what a user does in Connect, in one call without a browser. Ours. */
#include "api/handlers.h"
#include "api/views.h"
#include "core/linking.h"

#include <string.h>

enum { CHOSEN_MAX = 64 };

static const struct mk_field product_item = { .type = MK_STRING,
                                              .choices = mk_product_names,
                                              .choices_name = "Product" };

/* clang-format off */
static const struct mk_field connect_fields[] = {
    { .name = "link_session_token", .type = MK_STRING, .required = true, .is_secret = true },
    { .name = "institution_id", .type = MK_STRING, .nullable = true },
    { .name = "username", .type = MK_STRING, .nullable = true, .is_secret = true },
    { .name = "password", .type = MK_STRING, .nullable = true, .is_secret = true },
    { .name = "mfa", .type = MK_STRING, .nullable = true, .is_secret = true },
    { .name = "accounts", .type = MK_LIST, .nullable = true, .max = CHOSEN_MAX,
      .item = &mk_text_field },
    { .name = "products", .type = MK_LIST, .nullable = true, .max = CHOSEN_MAX,
      .item = &product_item },
};
/* clang-format on */
const struct mk_shape mk_sandbox_connect_body = MK_SHAPE("SandboxConnectRequest", connect_fields);

static const json_t *list_or_null(const json_t *body, const char *key)
{
    const json_t *list = json_object_get(body, key);

    return json_is_array(list) ? list : NULL;
}

static enum mk_err read_institution(const struct mk_call *call, struct mk_issues *issues,
                                    uint16_t *ret)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = "institution_id" };
    const char *id = mk_get_text(call->body, "institution_id");

    *ret = MK_NO_INSTITUTION;
    if (id == NULL)
        return MK_OK;

    size_t found = mk_catalog_find(call->service->bank->catalog, id);
    if (found == mk_catalog_count(call->service->bank->catalog)) {
        mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, "There is no such institution", 0);
        return MK_INVALID;
    }
    *ret = (uint16_t)found;
    return MK_OK;
}

/* The token of a link that waits for its exchange; null after a relink. */
static json_t *result_view(const struct mk_call *call, const struct mk_link *link)
{
    char id[MK_LINK_ID_SIZE];
    char token[MK_TOKEN_SIZE];
    bool is_pending = link->state == MK_STATE_AWAITING_TOKEN_EXCHANGE;

    mk_link_id_write(link, id);
    mk_link_token_write(link, token);
    return json_pack(
        "{s:s?, s:s, s:o}", "exchangeable_token", is_pending ? token : NULL, "link_id", id,
        "institution",
        mk_institution_view(mk_catalog_at(call->service->bank->catalog, link->institution)));
}

enum mk_err mk_sandbox_connect(const struct mk_call *call, struct mk_reply *reply)
{
    const json_t *body = call->body;
    struct mk_choices choices = { .username = mk_get_text(body, "username"),
                                  .password = mk_get_text(body, "password"),
                                  .mfa = mk_get_text(body, "mfa"),
                                  .accounts = list_or_null(body, "accounts"),
                                  .products = list_or_null(body, "products") };
    struct mk_link *link;

    struct mk_session *session = mk_sessions_find(
        &call->world->sessions, mk_get_text(body, "link_session_token"), call->now);
    if (session == NULL)
        return MK_SESSION_NOT_FOUND;
    MK_TRY(read_institution(call, &reply->issues, &choices.institution));
    MK_TRY(
        mk_linking_finish(call->world, session, &choices, &reply->issues, &reply->problem, &link));
    return mk_reply_json(reply, 201, result_view(call, link));
}
