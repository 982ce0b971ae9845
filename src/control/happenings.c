/* SPDX-License-Identifier: MIT */
#include "control/happenings.h"

#include "api/errors.h"
#include "api/views.h"
#include "core/notices.h"
#include "json/build.h"

#include <uuid/uuid.h>

void mk_happening_keep(const struct mk_happening *happening, struct mk_kept_happening *ret)
{
    bool is_fault = happening->err == MK_FAULTED && happening->reply != NULL;

    ret->happening = *happening;
    ret->happening.body = ret->happening.version = ret->happening.content_type = NULL;
    ret->happening.target = NULL;
    ret->happening.reply = NULL;
    if (happening->target != NULL &&
        mk_copy_into(ret->target, sizeof(ret->target), happening->target))
        ret->happening.target = ret->target;
    if (is_fault && mk_copy_into(ret->reply, sizeof(ret->reply), happening->reply))
        ret->happening.reply = ret->reply;
}

bool mk_happening_link_id(const struct mk_happening *happening, char out[MK_LINK_ID_SIZE])
{
    if (happening->link[0] == '\0')
        return false;
    memcpy(out, "mk_", 3);
    memcpy(out + 3, happening->link, MK_SHORT_ID_LENGTH);
    out[MK_LINK_ID_SIZE - 1] = '\0';
    return true;
}

static json_t *link_view(const struct mk_happening *happening)
{
    char id[MK_LINK_ID_SIZE];

    return mk_happening_link_id(happening, id) ? json_string(id) : json_null();
}

/* Only a fault's code is not in the error table. */
static json_t *fault_code(const struct mk_happening *happening)
{
    json_t *reply = happening->reply == NULL ? NULL : json_loads(happening->reply, 0, NULL);
    json_t *code = json_incref(json_object_get(reply, "error_code"));

    json_decref(reply);
    return json_is_string(code) ? code : json_null();
}

json_t *mk_happening_error_view(const struct mk_happening *happening)
{
    enum mk_err err = (enum mk_err)happening->err;

    if (err == MK_OK)
        return json_null();
    return err == MK_FAULTED ? fault_code(happening) : json_string(mk_error_row(err)->code);
}

json_t *mk_target_view(const char *target)
{
    struct mk_text text = MK_TEXT(3 * MK_KEPT_TARGET_MAX);

    for (; *target != '\0'; target++) {
        if (*target > ' ' && *target <= '~')
            mk_text_add_char(&text, *target);
        else
            mk_text_print(&text, "%%%02X", (unsigned)(unsigned char)*target);
    }
    json_t *json = json_string(text.bytes == NULL ? "" : text.bytes);

    mk_text_done(&text);
    return json;
}

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static void add_request(const struct mk_happening *happening, json_t **view)
{
    static const char *const endings[] = { [MK_ENDING_WHOLE] = "whole",
                                           [MK_ENDING_RESET] = "reset",
                                           [MK_ENDING_TRUNCATED] = "truncated" };
    const struct mk_route *route = mk_recorded_route(happening);
    bool is_timed = happening->span >= 0;

    mk_json_set(view, "request_id", json_string(happening->request_id));
    mk_json_set(view, "operation", text_or_null(route == NULL ? NULL : route->operation));
    mk_json_set(view, "method", json_string(mk_method_name((enum mk_method)happening->method)));
    mk_json_set(view, "path", text_or_null(route == NULL ? NULL : route->path));
    mk_json_set(view, "target", mk_target_view(happening->target == NULL ? "" : happening->target));
    mk_json_set(view, "link_id", link_view(happening));
    mk_json_set(view, "status", json_integer(happening->answer));
    mk_json_set(view, "error_code", mk_happening_error_view(happening));
    mk_json_set(view, "fault_id",
                happening->fault == 0 ? json_null() : json_integer(happening->fault));
    mk_json_set(view, "ending", json_string(endings[happening->ending]));
    mk_json_set(view, "duration_ms", is_timed ? json_real(happening->span / 1000.0) : json_null());
    mk_json_set(view, "bytes_received", json_integer(happening->received));
    mk_json_set(view, "bytes_sent", json_integer(happening->sent));
}

static void add_link(const struct mk_happening *happening, json_t **view)
{
    bool is_error = happening->error < MK_LINK_ERROR_COUNT;

    mk_json_set(view, "link_id", link_view(happening));
    mk_json_set(view, "state", json_string(mk_link_state_names[happening->state]));
    mk_json_set(view, "error_code",
                text_or_null(is_error ? mk_link_error_names[happening->error] : NULL));
}

static void add_product(const struct mk_happening *happening, json_t **view)
{
    bool is_error = happening->error < MK_PRODUCT_ERROR_COUNT;

    mk_json_set(view, "link_id", link_view(happening));
    mk_json_set(view, "product", json_string(mk_product_names[happening->product]));
    mk_json_set(view, "state", json_string(is_error ? "failed" : "completed"));
    mk_json_set(view, "error_code",
                text_or_null(is_error ? mk_product_error_names[happening->error] : NULL));
}

static void add_transactions(const struct mk_happening *happening, json_t **view)
{
    mk_json_set(view, "link_id", link_view(happening));
}

static void add_delivery(const struct mk_happening *happening, json_t **view)
{
    char token[MK_TOKEN_SIZE];

    uuid_unparse_lower(happening->token, token);
    mk_json_set(view, "link_id", link_view(happening));
    mk_json_set(view, "delivery_token", json_string(token));
    mk_json_set(view, "webhook_event", json_string(mk_notice_names[happening->event]));
    mk_json_set(view, "state", json_string(mk_delivery_state_names[happening->state]));
    mk_json_set(view, "attempt", json_integer(happening->attempt));
    mk_json_set(view, "status",
                happening->answer == 0 ? json_null() : json_integer(happening->answer));
}

json_t *mk_happening_view(const struct mk_happening *happening, enum mk_time_style style)
{
    static void (*const adders[MK_HAPPENED_COUNT])(const struct mk_happening *, json_t **) = {
        [MK_HAPPENED_REQUEST] = add_request,   [MK_HAPPENED_LINK] = add_link,
        [MK_HAPPENED_PRODUCT] = add_product,   [MK_HAPPENED_TRANSACTIONS] = add_transactions,
        [MK_HAPPENED_DELIVERY] = add_delivery,
    };
    json_t *view = json_object();

    mk_json_set(&view, "number", json_integer((json_int_t)happening->number));
    mk_json_set(&view, "kind", json_string(mk_happening_names[happening->kind]));
    mk_json_set(&view, "at", mk_time_view(happening->moment, style));
    if (adders[happening->kind] != NULL)
        adders[happening->kind](happening, &view);
    return view;
}

static enum mk_err refuse_since(struct mk_reply *reply, const char *sentence)
{
    const struct mk_place query = { .key = "query" };
    const struct mk_place place = { .parent = &query, .key = "since" };

    mk_issues_add(&reply->issues, &place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
    return MK_INVALID;
}

enum mk_err mk_read_since(const struct mk_call *call, struct mk_reply *reply, const char *text,
                          uint64_t *ret)
{
    const struct mk_journal *journal = &call->world->journal;
    struct mk_happening request;
    int64_t number;

    if (strncmp(text, "req_", 4) == 0) {
        if (!mk_journal_find_request(journal, text, &request))
            return refuse_since(reply, "The journal has no request of this id, or not any more");
        *ret = request.began - 1;
        return MK_OK;
    }
    if (!mk_read_integer(text, 0, INT64_MAX, &number))
        return refuse_since(reply, "This is neither the number of an event nor a request's id");
    if ((uint64_t)number > journal->last)
        return refuse_since(reply, "There is no event of this number yet");
    *ret = (uint64_t)number;
    return MK_OK;
}
