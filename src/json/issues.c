/* SPDX-License-Identifier: MIT */
#include "json/issues.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* A sentence with all its choices stays below this; a longer one is replaced by its kind. */
#define SENTENCE_MAX ((size_t)16 * 1024)

struct wording {
    const char *kind;
    const char *sentence;
};

static const struct wording wordings[] = {
#define X(name, kind, sentence) [MK_ISSUE_##name] = { kind, sentence },
    MK_ISSUES(X)
#undef X
};

void mk_issues_done(struct mk_issues *issues)
{
    if (issues == NULL)
        return;
    json_decref(issues->list);
    *issues = (struct mk_issues){ 0 };
}

bool mk_issues_any(const struct mk_issues *issues)
{
    return issues->list != NULL || issues->failed;
}

json_t *mk_issues_steal(struct mk_issues *issues)
{
    json_t *list = issues->failed ? NULL : json_incref(issues->list);
    bool empty = !mk_issues_any(issues);

    mk_issues_done(issues);
    return empty ? json_array() : list;
}

static json_t *location_json(const struct mk_place *place)
{
    json_t *location = json_array();

    for (; location != NULL && place != NULL; place = place->parent) {
        json_t *step = place->key != NULL ? json_string(place->key) : json_integer(place->index);
        if (json_array_insert_new(location, 0, step) == 0)
            continue;
        json_decref(location);
        return NULL;
    }
    return location;
}

/*
 * The sentence with its one %s or %lld filled in: a format of the table is never handed to printf.
 */
static json_t *message_json(const struct wording *wording, const char *text, int64_t number)
{
    struct mk_text message = MK_TEXT(SENTENCE_MAX);
    const char *hole = strchr(wording->sentence, '%');

    if (hole == NULL)
        return json_string(wording->sentence);

    bool takes_text = hole[1] == 's';
    mk_text_add(&message, wording->sentence, (size_t)(hole - wording->sentence));
    if (takes_text)
        mk_text_add_text(&message, text != NULL ? text : "");
    else
        mk_text_print(&message, "%" PRId64, number);
    mk_text_add_text(&message, hole + strlen(takes_text ? "%s" : "%lld"));

    bool usable = !message.failed && mk_is_utf8(message.bytes, message.length);
    json_t *json = json_string(usable ? message.bytes : wording->kind);
    mk_text_done(&message);
    return json;
}

/* A field whose value could not even be decoded is not missing as well. */
static bool has_problem_at(const json_t *list, const json_t *location)
{
    size_t i;
    const json_t *problem;

    json_array_foreach(list, i, problem) {
        if (json_equal(json_object_get(problem, "location"), location))
            return true;
    }
    return false;
}

static bool add(struct mk_issues *issues, json_t *location, const struct wording *wording,
                const char *text, int64_t number)
{
    if (issues->list == NULL)
        issues->list = json_array();

    json_t *problem = json_pack("{s:O, s:o, s:s}", "location", location, "message",
                                message_json(wording, text, number), "type", wording->kind);
    return json_array_append_new(issues->list, problem) == 0;
}

void mk_issues_add(struct mk_issues *issues, const struct mk_place *place, enum mk_issue issue,
                   const char *text, int64_t number)
{
    if (issues->failed || json_array_size(issues->list) >= MK_ISSUES_MAX)
        return;

    json_auto_t *location = location_json(place);
    if (location == NULL) {
        issues->failed = true;
        return;
    }
    if (issue == MK_ISSUE_MISSING && has_problem_at(issues->list, location))
        return;
    if (!add(issues, location, &wordings[issue], text, number))
        issues->failed = true;
}
