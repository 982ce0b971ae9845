/* SPDX-License-Identifier: MIT */
/* Links: GET /links, and GET, PATCH and DELETE /links/{id}. */
#include "api/handlers.h"
#include "api/link_call.h"
#include "api/views.h"
#include "core/linking.h"
#include "core/products.h"
#include "json/build.h"

#include <string.h>

static const struct mk_field links_fields[] = {
    { .name = "cursor", .type = MK_STRING },
    { .name = "limit", .type = MK_INTEGER, .min = 500, .max = 5000, .fallback = "1000" },
};
const struct mk_shape mk_links_query = MK_SHAPE(NULL, links_fields);

/* clang-format off */
static const struct mk_field update_fields[] = {
    { .name = "webhook", .type = MK_URL, .nullable = true, .min = 1, .max = 65536 },
    { .name = "link_tags", .type = MK_LIST, .nullable = true, .max = MK_TAGS_MAX,
      .item = &mk_tag_field },
    { .name = "tags", .type = MK_LIST, .nullable = true, .deprecated = true, .max = MK_TAGS_MAX,
      .item = &mk_tag_field },
};
/* clang-format on */
const struct mk_shape mk_link_update_body = MK_SHAPE("UpdateLinkRequest", update_fields);

/* The cursor is the id of the last link seen, in base64url to keep it opaque. */
static json_t *cursor_after(const struct mk_link *link)
{
    struct mk_text cursor = MK_TEXT(64);

    mk_text_add_base64url(&cursor, link->id, sizeof(link->id));
    json_t *json = json_string(cursor.bytes);
    mk_text_done(&cursor);
    return json;
}

/*
 * Sets *ret to the link that the cursor stands at, NULL for the start; false when it is none of
 * ours.
 */
static bool read_cursor(const struct mk_call *call, const struct mk_link **ret)
{
    const char *cursor = mk_get_text(call->query, "cursor");
    char id[MK_LINK_ID_SIZE + 3] = "mk_";

    *ret = NULL;
    if (cursor == NULL || cursor[0] == '\0')
        return true;
    ptrdiff_t length = mk_base64_decode(cursor, strlen(cursor), true, (unsigned char *)id + 3,
                                        MK_SHORT_ID_LENGTH + 2);
    if (length != MK_SHORT_ID_LENGTH)
        return false;
    id[MK_LINK_ID_SIZE - 1] = '\0';
    *ret = mk_links_find(&call->world->links, id, call->now);
    return *ret != NULL && !mk_link_is_pending(*ret);
}

static json_t *row_view(const struct mk_call *call, const struct mk_link *link)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    return json_pack("{s:s, s:o}", "link_id", id, "created_at",
                     mk_time_view(link->created_at, call->world->settings.timestamps));
}

enum mk_err mk_get_links(const struct mk_call *call, struct mk_reply *reply)
{
    const struct mk_links *links = &call->world->links;
    const struct mk_link *last;

    if (!read_cursor(call, &last))
        return mk_reply_bad_query(reply, "cursor", MK_ISSUE_CURSOR);

    json_t *list = json_array();
    const struct mk_link *link = mk_links_next_active(links, last);
    for (int64_t room = mk_get_integer(call->query, "limit"); link != NULL && room > 0; room--) {
        mk_json_append(&list, row_view(call, link));
        last = link;
        link = mk_links_next_active(links, link);
    }
    json_t *next = link != NULL ? cursor_after(last) : json_string("");
    return mk_reply_json(reply, 200, json_pack("{s:o, s:o}", "links", list, "next_cursor", next));
}

enum mk_err mk_get_link(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_links_known(&call->world->links, call->path[0], call->now, &reply->problem, &link));
    mk_products_settle(call->world, link);
    return mk_reply_link(call, reply, 200, link);
}

/* A link with a webhook is refreshed daily at its time, others when somebody looks. */
static void change_webhook(struct mk_world *world, struct mk_link *link, const char *webhook)
{
    mk_link_set_webhook(link, webhook);
    mk_schedule_link(world, link);
}

/* Absent leaves a value, null removes it; link_tags wins over its old spelling. */
enum mk_err mk_update_link(const struct mk_call *call, struct mk_reply *reply)
{
    const json_t *webhook = json_object_get(call->body, "webhook");
    const json_t *link_tags = json_object_get(call->body, "link_tags");
    const json_t *tags = link_tags != NULL ? link_tags : json_object_get(call->body, "tags");
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    if (webhook != NULL)
        change_webhook(call->world, link, json_string_value(webhook));
    if (tags != NULL)
        mk_link_set_tags(link, tags);
    return mk_reply_link(call, reply, 200, link);
}

enum mk_err mk_delete_link(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    mk_linking_delete(call->world, link);
    reply->status = 204;
    return MK_OK;
}
