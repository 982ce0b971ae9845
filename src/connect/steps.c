/* SPDX-License-Identifier: MIT */
/* The steps of Connect's pages: POST /connect/..., and GET /connect/session. */
#include "api/handlers.h"
#include "connect/call.h"
#include "connect/visit.h"
#include "connect/words.h"

enum { REPORT_MAX = 1000 };

/* clang-format off */
static const struct mk_field institution_fields[] = {
    { .name = "institution_id", .type = MK_STRING, .required = true },
};
static const struct mk_field login_fields[] = {
    { .name = "username", .type = MK_STRING, .required = true, .is_secret = true },
    { .name = "password", .type = MK_STRING, .required = true, .is_secret = true },
};
static const struct mk_field device_fields[] = {
    { .name = "device_id", .type = MK_STRING, .required = true },
};
static const struct mk_field answer_fields[] = {
    { .name = "answer", .type = MK_STRING, .required = true, .is_secret = true },
};
static const struct mk_field resume_fields[] = {
    { .name = "redirect_url", .type = MK_STRING, .required = true, .is_secret = true },
};
static const struct mk_field permissions_fields[] = {
    { .name = "products", .type = MK_LIST, .required = true, .max = MK_PRODUCT_COUNT,
      .item = &mk_text_field },
};
static const struct mk_field accounts_fields[] = {
    { .name = "accounts", .type = MK_LIST, .required = true, .min = 1, .max = MK_ACCOUNTS_MAX,
      .item = &mk_text_field },
};
static const struct mk_field report_fields[] = {
    { .name = "message", .type = MK_STRING, .required = true, .max = REPORT_MAX },
};
/* clang-format on */
const struct mk_shape mk_connect_institution_body = MK_SHAPE(NULL, institution_fields);
const struct mk_shape mk_connect_login_body = MK_SHAPE(NULL, login_fields);
const struct mk_shape mk_connect_device_body = MK_SHAPE(NULL, device_fields);
const struct mk_shape mk_connect_answer_body = MK_SHAPE(NULL, answer_fields);
const struct mk_shape mk_connect_resume_body = MK_SHAPE(NULL, resume_fields);
const struct mk_shape mk_connect_permissions_body = MK_SHAPE(NULL, permissions_fields);
const struct mk_shape mk_connect_accounts_body = MK_SHAPE(NULL, accounts_fields);
const struct mk_shape mk_connect_report_body = MK_SHAPE(NULL, report_fields);

static enum mk_err refuse(struct mk_issues *issues, const char *key, const char *sentence)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = key };

    mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
    return MK_INVALID;
}

/* Also for calls that only tell what the user did: the state is the answer to all. */
enum mk_err mk_connect_session(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    return mk_connect_answer(call, &connect, MK_OK, reply);
}

enum mk_err mk_connect_choose(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_catalog *catalog = call->service->bank->catalog;
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    size_t found = mk_catalog_find(catalog, mk_get_text(call->body, "institution_id"));
    if (found == mk_catalog_count(catalog))
        return refuse(&reply->issues, "institution_id", "There is no such institution");
    return mk_connect_answer(call, &connect, mk_flow_choose(&connect, (uint16_t)found), reply);
}

enum mk_err mk_connect_back(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    mk_flow_back(&connect);
    return mk_connect_answer(call, &connect, MK_OK, reply);
}

enum mk_err mk_connect_login(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    enum mk_err err = mk_flow_login(&connect, mk_get_text(call->body, "username"),
                                    mk_get_text(call->body, "password"));
    return mk_connect_answer(call, &connect, err, reply);
}

enum mk_err mk_connect_device(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    if (!mk_device_is_known(mk_get_text(call->body, "device_id")))
        return refuse(&reply->issues, "device_id", "There is no such device");
    return mk_connect_answer(call, &connect, mk_flow_pick_device(&connect), reply);
}

enum mk_err mk_connect_answer_question(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    enum mk_err err = mk_flow_answer(&connect, mk_get_text(call->body, "answer"));
    return mk_connect_answer(call, &connect, err, reply);
}

/*
 * The user came back from the bank. Approval was told by the bank's page itself; a refusal is
 * believed here too.
 */
enum mk_err mk_connect_resume(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;
    struct mk_return way_back;
    enum mk_err err = MK_OK;

    MK_TRY(mk_connect_open(call, reply, &connect));
    if (mk_return_read(mk_get_text(call->body, "redirect_url"), &way_back) && way_back.is_denied &&
        mk_visit_is_open(connect.session, &way_back.visit)) {
        connect.flow->answered_at = mk_monotonic_now();
        err = mk_flow_deny(&connect);
    }
    return mk_connect_answer(call, &connect, err, reply);
}

enum mk_err mk_connect_permit(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    enum mk_err err = mk_flow_permit(&connect, json_object_get(call->body, "products"));
    return mk_connect_answer(call, &connect, err, reply);
}

/* Adds an issue for each id that the page did not offer. */
static uint64_t read_accounts(const json_t *ids, uint64_t offered, struct mk_issues *issues)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place list = { .parent = &body, .key = "accounts" };
    uint64_t wanted = 0;
    size_t i;
    json_t *id;

    json_array_foreach((json_t *)ids, i, id) {
        const struct mk_place place = { .parent = &list, .index = (int64_t)i };
        int64_t number;
        if (mk_read_integer(json_string_value(id), 0, MK_ACCOUNTS_MAX - 1, &number) &&
            offered >> number & 1U)
            wanted |= UINT64_C(1) << number;
        else
            mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, "There is no such account", 0);
    }
    return wanted;
}

static enum mk_err share(const struct mk_call *call, struct mk_connect *connect)
{
    struct mk_bank_account accounts[MK_ACCOUNTS_MAX];
    uint64_t offered;

    if (connect->flow->screen != MK_SCREEN_ACCOUNTS)
        return MK_OK;
    mk_flow_accounts(connect, accounts, &offered);
    uint64_t wanted =
        read_accounts(json_object_get(call->body, "accounts"), offered, connect->issues);
    return mk_issues_any(connect->issues) ? MK_INVALID : mk_flow_share(connect, wanted);
}

enum mk_err mk_connect_share(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    return mk_connect_answer(call, &connect, share(call, &connect), reply);
}

enum mk_err mk_connect_retry(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    return mk_connect_answer(call, &connect, mk_flow_retry(&connect), reply);
}

enum mk_err mk_connect_exit(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    mk_flow_leave(&connect);
    return mk_connect_answer(call, &connect, MK_OK, reply);
}
