/* SPDX-License-Identifier: MIT */
#include "api/errors.h"

#include <string.h>

static const struct mk_error_row rows[] = {
    [MK_OK] = { 200, "", "" },
    [MK_LATER] = { 0, "", "" },   /* no answer yet */
    [MK_FAULTED] = { 0, "", "" }, /* the problem has it all */
    [MK_INTERNAL] = { 500, "api_error.internal", "The sandbox failed to answer." },
    [MK_UNAVAILABLE] = { 503, "api_error.unavailable", "The sandbox is at one of its limits." },
    [MK_MALFORMED] = { 400, "api_error.request.malformed", "The request is not well-formed HTTP." },
    [MK_HEAD_TOO_LARGE] = { 431, "api_error.request.head_too_large",
                            "Request line and headers must fit 12 KiB, less with many fields." },
    [MK_BODY_TOO_LARGE] = { 413, "api_error.request.too_large", "The body must fit 1 MiB." },
    [MK_PATH_NOT_FOUND] = { 404, "api_error.request.not_found", "There is nothing at this path." },
    [MK_METHOD_NOT_ALLOWED] = { 405, "api_error.request.method_not_allowed",
                                "This path does not know the method; see the Allow header." },
    [MK_INVALID] = { 422, "api_error.request.validation_failed", "Request validation error" },
    [MK_UNAUTHORIZED] = { 401, "api_error.auth.unauthorized", "Credentials are missing." },
    [MK_BAD_GRANT] = { 400, "api_error.auth.unauthorized",
                       "Only the grant type client_credentials is supported." },
    [MK_BEARER_EXPIRED] = { 401, "api_error.auth.expired_access_token", "Access token expired" },
    [MK_INSTITUTION_NOT_FOUND] = { 404, "institution_error.not_found", "Institution not found" },
    [MK_LINK_NOT_FOUND] = { 404, "link_error.not_found", "Link not found." },
    [MK_LINK_OF_OTHER_CLIENT] = { 401, "link_error.unauthorized_access",
                                  "Unauthorized link access." },
    [MK_LINK_DELETED] = { 410, "link_error.deleted",
                          "This link was deleted at some earlier time." },
    [MK_LINK_BAD_STATE] = { 422, "link_error.bad_state", "The link's state does not allow this." },
    [MK_LINK_FORBIDDEN] = { 403, "link_error.forbidden_action",
                            "The end user did not grant this product." },
    [MK_LINK_BAD_CONFIG] = { 400, "link_error.bad_config", "The link has no webhook." },
    [MK_RATE_LIMITED] = { 429, "api_error.rate_limit_exceeded", "Rate limit exceeded" },
    [MK_SESSION_FORBIDDEN] = { 403, "link_session_error.forbidden_config",
                               "The link session's configuration is not allowed." },
    [MK_TOKEN_NOT_EXCHANGEABLE] = { 400, "link_session_error.invalid_token_exchange",
                                    "The exchangeable token is unknown, expired or already used." },
    [MK_HOST_FORBIDDEN] = { 403, "sandbox_error.forbidden_host",
                            "The control API answers only to loopback names, the public URL's and "
                            "those allowed with --allowed-host." },
    [MK_SESSION_NOT_FOUND] = { 404, "sandbox_error.link_session_not_found",
                               "The link session is unknown, expired or already exchanged." },
    [MK_CONNECT_FAILED] = { 422, "sandbox_error.connect_failed", "Connect failed." },
    [MK_REQUEST_NOT_FOUND] = { 404, "sandbox_error.request_not_found",
                               "The journal has no request of this id, or not any more." },
    [MK_DELIVERY_NOT_FOUND] = { 404, "sandbox_error.delivery_not_found",
                                "There is no webhook delivery with this token, or not any more." },
    [MK_FAULT_NOT_FOUND] = { 404, "sandbox_error.fault_not_found",
                             "There is no fault rule of this id." },
    [MK_WORLD_NOT_FOUND] = { 404, "sandbox_error.world_not_found",
                             "There is no world of this client." },
    [MK_WORLD_EXISTS] = { 409, "sandbox_error.world_exists", "This client has a world already." },
    [MK_WORLD_IN_USE] = { 409, "sandbox_error.world_in_use",
                          "This wants a world without links and sessions: reset it first." },
    [MK_TIME_BACKWARDS] = { 409, "sandbox_error.time_backwards",
                            "The clock of a world can't be moved back: reset it instead." },
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == MK_ERR_COUNT, "every error needs a row");

const struct mk_error_row *mk_error_row(enum mk_err err)
{
    return &rows[err];
}

/* From MK_HOST_FORBIDDEN on they are ours. */
enum { FIRST = MK_INTERNAL, END = MK_HOST_FORBIDDEN };

const struct mk_error_row *mk_error_with_code(const char *code)
{
    for (int err = FIRST; err < END; err++) {
        if (strcmp(rows[err].code, code) == 0)
            return &rows[err];
    }
    return NULL;
}

const struct mk_error_row *mk_error_with_status(unsigned status, const char *subject)
{
    const struct mk_error_row *first = NULL;

    for (int err = FIRST; err < END; err++) {
        const struct mk_error_row *row = &rows[err];
        if (row->status != status)
            continue;
        if (subject != NULL && strncmp(row->code, subject, strlen(subject)) == 0)
            return row;
        if (first == NULL)
            first = row;
    }
    return first;
}

/* What is left to say when there is no memory to say it with. */
static void fall_back(struct mk_reply *reply)
{
    static const char body[] = "{\"error_code\":\"api_error.internal\",\"error_message\":"
                               "\"The sandbox failed to answer.\",\"documentation_url\":null}";

    reply->status = 500;
    reply->page = body;
    reply->page_length = sizeof(body) - 1;
    reply->content_type = "application/json";
}

/* Of an error, as the row or the fault says. */
struct face {
    unsigned status;
    const char *code;
    const char *message;
};

static struct face face_of(const struct mk_problem *problem, enum mk_err err)
{
    bool is_fault = err == MK_FAULTED;
    const struct mk_error_row *row = mk_error_row(err);

    return (struct face){ .status = is_fault ? problem->status : row->status,
                          .code = is_fault ? problem->error_code : row->code,
                          .message =
                              problem->message[0] != '\0' ? problem->message : row->message };
}

void mk_reply_error(struct mk_reply *reply, enum mk_err err)
{
    const struct mk_place body = { .key = "body" };
    const struct face face = face_of(&reply->problem, err);
    bool has_issues = strcmp(face.code, rows[MK_INVALID].code) == 0;

    if (has_issues && err == MK_FAULTED) /* clients expect one at least */
        mk_issues_add(&reply->issues, &body, MK_ISSUE_FAULT, NULL, 0);
    json_t *issues = has_issues ? mk_issues_steal(&reply->issues) : NULL;
    json_t *link_code = json_string(reply->problem.link_error_code); /* NULL for NULL */
    bool is_lost = (has_issues && issues == NULL) ||
                   (reply->problem.link_error_code != NULL && link_code == NULL);

    json_decref(reply->json);
    mk_text_done(&reply->text);
    reply->asset = NULL;
    reply->status = face.status;
    reply->json = json_pack("{s:s, s:s, s:n, s:o*, s:o*}", "error_code", face.code, "error_message",
                            face.message, "documentation_url", "link_error_code", link_code,
                            "validation_errors", issues);
    if (reply->json == NULL || is_lost) {
        json_decref(reply->json);
        reply->json = NULL;
        fall_back(reply);
    }
}
