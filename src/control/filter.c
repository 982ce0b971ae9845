/* SPDX-License-Identifier: MIT */
#include "control/filter.h"

#include "core/notices.h"
#include "json/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <uuid/uuid.h>

const char *const mk_request_method_names[] = { "GET",   "HEAD",   "POST",    "PUT",
                                                "PATCH", "DELETE", "OPTIONS", NULL };

const char *const mk_request_include_names[] = { "control", NULL };
const char *const mk_wait_kind_names[] = { "request", "link", "delivery", NULL };

/* The value of a happening that has one; NULL: none. May write into `room`. */
typedef const char *reader(const struct mk_happening *happening, char room[MK_FILTER_TEXT_SIZE]);

static const char *read_operation(const struct mk_happening *happening, char *room)
{
    const struct mk_route *route = mk_recorded_route(happening);

    (void)room;
    return route == NULL ? NULL : route->operation;
}

static const char *read_method(const struct mk_happening *happening, char *room)
{
    (void)room;
    return mk_method_name((enum mk_method)happening->method);
}

static const char *write_number(int64_t number, char *room)
{
    snprintf(room, MK_FILTER_TEXT_SIZE, "%" PRId64, number);
    return room;
}

static const char *read_status(const struct mk_happening *happening, char *room)
{
    return happening->answer == 0 ? NULL : write_number(happening->answer, room);
}

static const char *read_link(const struct mk_happening *happening, char *room)
{
    return mk_happening_link_id(happening, room) ? room : NULL;
}

static const char *read_error(const struct mk_happening *happening, char *room)
{
    if (happening->kind == MK_HAPPENED_LINK)
        return happening->error < MK_LINK_ERROR_COUNT ? mk_link_error_names[happening->error]
                                                      : NULL;
    json_t *code = mk_happening_error_view(happening);
    bool is_text =
        json_is_string(code) && mk_copy_into(room, MK_FILTER_TEXT_SIZE, json_string_value(code));
    json_decref(code);
    return is_text ? room : NULL;
}

static const char *read_event(const struct mk_happening *happening, char *room)
{
    (void)room;
    return mk_notice_names[happening->event];
}

static const char *read_state(const struct mk_happening *happening, char *room)
{
    (void)room;
    return happening->kind == MK_HAPPENED_LINK ? mk_link_state_names[happening->state]
                                               : mk_delivery_state_names[happening->state];
}

static const char *read_attempt(const struct mk_happening *happening, char *room)
{
    return write_number(happening->attempt, room);
}

static const char *read_token(const struct mk_happening *happening, char *room)
{
    uuid_unparse_lower(happening->token, room);
    return room;
}

#define OF(kind) (1U << MK_HAPPENED_##kind)

static const struct row {
    const char *name;
    unsigned kinds; /* that have it */
    const char *only;
    reader *read;
} rows[MK_FILTER_FIELDS] = {
    { "operation", OF(REQUEST), "Only a request has this", read_operation },
    { "method", OF(REQUEST), "Only a request has this", read_method },
    { "status", OF(REQUEST) | OF(DELIVERY), "Only requests and deliveries have this", read_status },
    { "link_id", OF(REQUEST) | OF(LINK) | OF(DELIVERY), "", read_link },
    { "error_code", OF(REQUEST) | OF(LINK), "Only requests and links have this", read_error },
    { "webhook_event", OF(DELIVERY), "Only a delivery has this", read_event },
    { "state", OF(LINK) | OF(DELIVERY), "Only links and deliveries have this", read_state },
    { "attempt", OF(DELIVERY), "Only a delivery has this", read_attempt },
    { "delivery_token", OF(DELIVERY), "Only a delivery has this", read_token },
};

static bool is_operation(const char *name)
{
    for (size_t i = 0; i < mk_route_count; i++) {
        if (mk_routes[i].operation != NULL && strcmp(mk_routes[i].operation, name) == 0)
            return true;
    }
    return false;
}

/* A sentence when no happening of this kind could ever have the value; NULL when one could. */
static const char *objection(const struct row *row, enum mk_happening_kind kind, const char *value)
{
    bool is_link = kind == MK_HAPPENED_LINK;

    if ((row->kinds & 1U << kind) == 0)
        return row->only;
    if (row->read == read_operation && !is_operation(value))
        return "There is no such operation";
    if (row->read == read_state &&
        mk_term_find(is_link ? mk_link_state_names : mk_delivery_state_names, value) < 0)
        return is_link ? "There is no such state of a link"
                       : "There is no such state of a delivery";
    if (row->read == read_error && is_link && mk_term_find(mk_link_error_names, value) < 0)
        return "There is no such error of a link";
    return NULL;
}

static void refuse(struct mk_issues *issues, const char *key, const char *sentence)
{
    const struct mk_place query = { .key = "query" };
    const struct mk_place place = { .parent = &query, .key = key };

    mk_issues_add(issues, &place, MK_ISSUE_UNKNOWN_VALUE, sentence, 0);
}

enum mk_err mk_filter_read(const struct mk_call *call, enum mk_happening_kind kind,
                           struct mk_issues *issues, struct mk_filter *ret)
{
    *ret = (struct mk_filter){ .kind = kind };
    for (int i = 0; i < MK_FILTER_FIELDS; i++) {
        const json_t *value = json_object_get(call->query, rows[i].name);
        if (value == NULL)
            continue;
        ret->wanted[i] = json_string_value(value);
        if (json_is_integer(value)) {
            snprintf(ret->numbers[i], sizeof(ret->numbers[i]), "%" PRId64,
                     (int64_t)json_integer_value(value));
            ret->wanted[i] = ret->numbers[i];
        }
        const char *sentence = objection(&rows[i], kind, ret->wanted[i]);
        if (sentence != NULL)
            refuse(issues, rows[i].name, sentence);
    }
    ret->with_control = mk_get_text(call->query, "include") != NULL ||
                        mk_get_text(call->query, "operation") != NULL;
    return mk_issues_any(issues) ? MK_INVALID : MK_OK;
}

static bool is_of_kind(const struct mk_filter *filter, const struct mk_happening *happening)
{
    if (happening->kind != filter->kind)
        return false;
    return filter->with_control || happening->kind != MK_HAPPENED_REQUEST ||
           !mk_route_is_control(mk_recorded_route(happening));
}

static bool is_wanted(const struct mk_filter *filter, int field, const char *value)
{
    const char *wanted = filter->wanted[field];

    return wanted == NULL || (value != NULL && strcmp(value, wanted) == 0);
}

bool mk_filter_matches(const struct mk_filter *filter, const struct mk_happening *happening)
{
    char room[MK_FILTER_TEXT_SIZE];

    if (!is_of_kind(filter, happening))
        return false;
    for (int i = 0; i < MK_FILTER_FIELDS; i++) {
        if (filter->wanted[i] != NULL && !is_wanted(filter, i, rows[i].read(happening, room)))
            return false;
    }
    return true;
}

static json_t *difference(const char *field, const char *wanted, const char *was)
{
    return json_pack("{s:s, s:s, s:s?}", "field", field, "wanted", wanted, "was", was);
}

json_t *mk_filter_differences(const struct mk_filter *filter, const struct mk_happening *happening)
{
    char room[MK_FILTER_TEXT_SIZE];
    json_t *list = json_array();

    if (happening->kind != filter->kind) {
        mk_json_append(&list, difference("kind", mk_happening_names[filter->kind],
                                         mk_happening_names[happening->kind]));
        return list;
    }
    if (!is_of_kind(filter, happening))
        mk_json_append(&list, difference("include", "MoneyKit's own operations", "control"));
    for (int i = 0; i < MK_FILTER_FIELDS; i++) {
        if (filter->wanted[i] == NULL)
            continue;
        const char *was = rows[i].read(happening, room);
        if (!is_wanted(filter, i, was))
            mk_json_append(&list, difference(rows[i].name, filter->wanted[i], was));
    }
    return list;
}
