/* SPDX-License-Identifier: MIT */
#include "api/call.h"

#include "base/memory.h"

#include <assert.h>

enum mk_err mk_reply_json(struct mk_reply *reply, unsigned status, json_t *json)
{
    if (json == NULL)
        return MK_INTERNAL;
    reply->status = status;
    reply->json = json;
    return MK_OK;
}

void mk_reply_header(struct mk_reply *reply, const char *name, const char *value)
{
    assert(reply->header_count < MK_REPLY_HEADERS_MAX);
    reply->headers[reply->header_count++] =
        (struct mk_reply_header){ .name = name, .value = mk_copy(value) };
}

enum mk_err mk_reply_bad_query(struct mk_reply *reply, const char *key, enum mk_issue issue)
{
    const struct mk_place query = { .key = "query" };
    const struct mk_place place = { .parent = &query, .key = key };

    mk_issues_add(&reply->issues, &place, issue, NULL, 0);
    return MK_INVALID;
}

const char *mk_get_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

bool mk_get_boolean(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

int64_t mk_get_integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}
