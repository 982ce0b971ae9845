/* SPDX-License-Identifier: MIT */
/* /sandbox/faults: the rules by which calls of a world fail. Ours. */
#include "api/faults.h"
#include "api/errors.h"
#include "api/handlers.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "json/build.h"

/* Bounds of ours. Without a word 429 says that the next second may try again. */
enum { NAME_MAX_SIZE = 100, RETRY_AFTER_MAX = 86400, RETRY_AFTER = 1 };

/* clang-format off */
static const struct mk_field fault_fields[] = {
    { .name = "operation", .type = MK_STRING, .nullable = true, .max = NAME_MAX_SIZE },
    { .name = "link_id", .type = MK_STRING, .nullable = true, .max = NAME_MAX_SIZE },
    { .name = "nth", .type = MK_INTEGER, .nullable = true, .min = 1, .max = INT32_MAX },
    { .name = "probability", .type = MK_NUMBER, .min = 0, .max = 1 },
    { .name = "count", .type = MK_INTEGER, .nullable = true, .min = 1, .max = INT32_MAX },
    { .name = "action", .type = MK_STRING, .choices = mk_fault_action_names,
      .choices_name = "SandboxFaultAction" },
    { .name = "status", .type = MK_INTEGER, .nullable = true, .min = 400, .max = 599 },
    { .name = "error_code", .type = MK_STRING, .nullable = true, .max = NAME_MAX_SIZE },
    { .name = "error_message", .type = MK_STRING, .nullable = true, .max = MK_FAULT_TEXT_MAX },
    { .name = "link_error_code", .type = MK_STRING, .nullable = true,
      .choices = mk_fault_link_error_names, .choices_name = "SandboxFaultLinkError" },
    { .name = "delay_ms", .type = MK_INTEGER, .min = 0, .max = MK_FAULT_DELAY_MAX_MS },
    { .name = "retry_after", .type = MK_INTEGER, .nullable = true, .min = 1,
      .max = RETRY_AFTER_MAX },
};
/* clang-format on */
const struct mk_shape mk_sandbox_fault_body = MK_SHAPE("SandboxFaultRequest", fault_fields);

/* --- Reading ---------------------------------------------------------------------------------- */

static void refuse(struct mk_issues *issues, const char *key, enum mk_issue issue, const char *text,
                   int64_t number)
{
    const struct mk_place body = { .key = "body" };
    const struct mk_place place = { .parent = &body, .key = key };

    mk_issues_add(issues, &place, issue, text, number);
}

/* The route of MoneyKit's operation with this name; NULL, with an issue, when there is none. */
static const struct mk_route *read_operation(const char *name, struct mk_issues *issues)
{
    struct mk_nearest nearest = { .wanted = name };
    struct mk_text sentence = MK_TEXT(1024);

    for (size_t i = 0; name != NULL && i < mk_route_count; i++) {
        if (!mk_fault_applies(&mk_routes[i]))
            continue;
        if (strcmp(mk_routes[i].operation, name) == 0)
            return &mk_routes[i];
        mk_nearest_try(&nearest, mk_routes[i].operation);
    }
    if (name == NULL)
        return NULL;
    mk_text_print(&sentence, "There is no such operation; the nearest is %s", nearest.best);
    refuse(issues, "operation", MK_ISSUE_UNKNOWN_VALUE, sentence.bytes, 0);
    mk_text_done(&sentence);
    return NULL;
}

/* Of the codes that two errors share only the first. */
static void refuse_code(const char *code, struct mk_issues *issues)
{
    struct mk_nearest nearest = { .wanted = code };
    struct mk_text sentence = MK_TEXT(4096);

    for (int err = MK_INTERNAL; err < MK_HOST_FORBIDDEN; err++)
        mk_nearest_try(&nearest, mk_error_row((enum mk_err)err)->code);
    mk_text_print(&sentence, "There is no such error; the nearest is %s of ", nearest.best);
    for (int err = MK_INTERNAL; err < MK_HOST_FORBIDDEN; err++) {
        const struct mk_error_row *row = mk_error_row((enum mk_err)err);
        if (mk_error_with_code(row->code) == row)
            mk_text_print(&sentence, "%s%s", err == MK_INTERNAL ? "" : ", ", row->code);
    }
    refuse(issues, "error_code", MK_ISSUE_UNKNOWN_VALUE, sentence.bytes, 0);
    mk_text_done(&sentence);
}

/* What 403 and 404 are about at this route; NULL: can't be told. */
static const char *subject_of(const struct mk_route *route, int64_t status)
{
    if (route == NULL || (status != 403 && status != 404))
        return NULL;
    if (route->names_link)
        return "link_error.";
    return strncmp(route->path, "/link-session", 13) == 0 ? "link_session_error."
                                                          : "institution_error.";
}

/* The row of the code, or else of the status; NULL, with an issue, when there is none. */
static const struct mk_error_row *read_error(const json_t *body, const struct mk_route *route,
                                             struct mk_issues *issues)
{
    const char *code = mk_get_text(body, "error_code");
    int64_t status = mk_get_integer(body, "status");
    const struct mk_error_row *row =
        code != NULL ? mk_error_with_code(code)
                     : mk_error_with_status((unsigned)status, subject_of(route, status));

    if (code != NULL && row == NULL)
        refuse_code(code, issues);
    else if (status == 0 && row == NULL)
        refuse(issues, "status", MK_ISSUE_NEITHER, "status, error_code", 0);
    else if (row == NULL)
        refuse(issues, "error_code", MK_ISSUE_MISSING, NULL, 0);
    return row;
}

/* Texts are short enough in bytes as well; `what` has them where they belong. */
static void read_texts(const json_t *body, const struct mk_error_row *row, struct mk_fault *fault,
                       struct mk_issues *issues)
{
    bool has_link_code = strcmp(row->code, mk_error_row(MK_LINK_BAD_STATE)->code) == 0;
    const char *message = mk_get_text(body, "error_message");
    int link_code = mk_term_find(mk_fault_link_error_names, mk_get_text(body, "link_error_code"));

    if (message != NULL && strlen(message) > MK_FAULT_TEXT_MAX)
        refuse(issues, "error_message", MK_ISSUE_TOO_LONG, NULL, MK_FAULT_TEXT_MAX);
    if (link_code >= 0 && !has_link_code)
        refuse(issues, "link_error_code", MK_ISSUE_MISPLACED,
               "Only link_error.bad_state has a link_error_code", 0);
    fault->error_code = mk_copy(row->code);
    fault->message = mk_copy(message != NULL && message[0] != '\0' ? message : row->message);
    if (has_link_code)
        fault->link_error_code = link_code >= 0 ? mk_fault_link_error_names[link_code]
                                                : mk_link_error_names[MK_LINK_ERROR_AUTH_EXPIRED];
}

static void read_status(const json_t *body, const struct mk_error_row *row, struct mk_fault *fault,
                        struct mk_issues *issues)
{
    int64_t status = mk_get_integer(body, "status");

    fault->status = (uint16_t)(status != 0 ? status : row->status);
    fault->retry_after = mk_get_integer(body, "retry_after");
    if (fault->retry_after > 0 && fault->status != 429 && fault->status != 503)
        refuse(issues, "retry_after", MK_ISSUE_MISPLACED, "Only 429 and 503 have Retry-After", 0);
    if (fault->retry_after == 0 && fault->status == 429)
        fault->retry_after = RETRY_AFTER;
}

static void refuse_error_fields(const json_t *body, struct mk_issues *issues)
{
    static const char *const fields[] = { "status", "error_code", "error_message",
                                          "link_error_code", "retry_after" };

    for (size_t i = 0; i < MK_COUNT(fields); i++) {
        const json_t *value = json_object_get(body, fields[i]);
        if (value != NULL && !json_is_null(value))
            refuse(issues, fields[i], MK_ISSUE_MISPLACED, "Only the action error has it", 0);
    }
}

static void read_action(const json_t *body, const struct mk_route *route, struct mk_fault *fault,
                        struct mk_issues *issues)
{
    int action = mk_term_find(mk_fault_action_names, mk_get_text(body, "action"));

    fault->action = (uint8_t)(action >= 0 ? action : MK_FAULT_ERROR);
    fault->delay_ms = mk_get_integer(body, "delay_ms");
    if (fault->action == MK_FAULT_DELAY && fault->delay_ms == 0)
        refuse(issues, "delay_ms", MK_ISSUE_MISSING, NULL, 0);
    if (fault->action != MK_FAULT_ERROR) {
        refuse_error_fields(body, issues);
        return;
    }
    const struct mk_error_row *row = read_error(body, route, issues);
    if (row == NULL)
        return;
    read_status(body, row, fault, issues);
    read_texts(body, row, fault, issues);
}

static void read_match(const json_t *body, const struct mk_route *route, struct mk_fault *fault,
                       struct mk_issues *issues)
{
    const json_t *probability = json_object_get(body, "probability");
    int64_t count = mk_get_integer(body, "count");

    fault->operation = route != NULL ? mk_copy(route->operation) : NULL;
    fault->link = mk_copy(mk_get_text(body, "link_id"));
    fault->nth = (uint32_t)mk_get_integer(body, "nth");
    fault->probability = probability != NULL ? json_number_value(probability) : 1;
    fault->left = count > 0 ? count : -1;
    if (fault->link != NULL && route != NULL && !route->names_link)
        refuse(issues, "link_id", MK_ISSUE_MISPLACED, "This operation has no link in its path", 0);
    if (fault->nth > 0 && count > 1)
        refuse(issues, "count", MK_ISSUE_MISPLACED, "The n-th call comes once", 0);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static json_t *number_or_null(int64_t number, bool has_one)
{
    return has_one ? json_integer(number) : json_null();
}

static json_t *view_of(const struct mk_fault *fault)
{
    bool is_error = fault->action == MK_FAULT_ERROR;
    bool has_end = fault->left >= 0;

    return json_pack(
        "{s:i, s:s?, s:s?, s:o, s:f, s:o, s:s, s:o, s:s?, s:s?, s:s?, s:I, s:o, s:I, s:I, s:o}",
        "fault_id", (int)fault->number, "operation", fault->operation, "link_id", fault->link,
        "nth", number_or_null(fault->nth, fault->nth > 0), "probability", fault->probability,
        "count", number_or_null(fault->left + (int64_t)fault->fired, has_end), "action",
        mk_fault_action_names[fault->action], "status", number_or_null(fault->status, is_error),
        "error_code", fault->error_code, "error_message", fault->message, "link_error_code",
        fault->link_error_code, "delay_ms", (json_int_t)fault->delay_ms, "retry_after",
        number_or_null(fault->retry_after, fault->retry_after > 0), "matched",
        (json_int_t)fault->matched, "fired", (json_int_t)fault->fired, "left",
        number_or_null(fault->left, has_end));
}

/* --- Calls ------------------------------------------------------------------------------------ */

enum mk_err mk_sandbox_add_fault(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_faults *faults = &call->world->faults;
    struct mk_fault fault = { 0 };
    const struct mk_route *route =
        read_operation(mk_get_text(call->body, "operation"), &reply->issues);

    read_match(call->body, route, &fault, &reply->issues);
    read_action(call->body, route, &fault, &reply->issues);
    if (mk_issues_any(&reply->issues)) {
        mk_fault_done(&fault);
        return MK_INVALID;
    }
    MK_TRY(mk_faults_add(faults, &fault, &reply->problem));
    return mk_reply_json(reply, 201, view_of(mk_faults_find(faults, faults->last)));
}

enum mk_err mk_sandbox_get_faults(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_faults *faults = &call->world->faults;
    json_t *list = json_array();

    for (size_t i = 0; i < faults->count; i++)
        mk_json_append(&list, view_of(&faults->items[i]));
    return mk_reply_json(reply, 200, json_pack("{s:o}", "faults", list));
}

/* The rule that the path names. */
static enum mk_err find_fault(const struct mk_call *call, const struct mk_fault **ret)
{
    int64_t number;

    if (!mk_read_integer(call->path[0], 1, UINT32_MAX, &number))
        return MK_FAULT_NOT_FOUND;
    *ret = mk_faults_find(&call->world->faults, (uint32_t)number);
    return *ret != NULL ? MK_OK : MK_FAULT_NOT_FOUND;
}

enum mk_err mk_sandbox_get_fault(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_fault *fault;

    MK_TRY(find_fault(call, &fault));
    return mk_reply_json(reply, 200, view_of(fault));
}

enum mk_err mk_sandbox_delete_fault(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_fault *fault;

    MK_TRY(find_fault(call, &fault));
    mk_faults_remove(&call->world->faults, fault->number);
    reply->status = 204;
    return MK_OK;
}

enum mk_err mk_sandbox_delete_faults(const struct mk_call *call, struct mk_reply *reply)
{
    mk_faults_clear(&call->world->faults);
    reply->status = 204;
    return MK_OK;
}
