/* SPDX-License-Identifier: MIT */
/* GET /connect/institutions: what the finder shows, in its groups. */
#include "api/handlers.h"
#include "base/memory.h"
#include "connect/call.h"
#include "connect/state.h"
#include "core/linking.h"
#include "json/build.h"

#include <stdlib.h>

static const struct mk_field query_fields[] = {
    { .name = "search", .type = MK_STRING, .fallback = "" },
};
const struct mk_shape mk_connect_institutions_query = MK_SHAPE(NULL, query_fields);

static bool is_shown(const struct mk_session *session, const struct mk_institution *institution,
                     bool is_duplicate, const char *search)
{
    bool rejects_second = session->features & 1U << MK_FEATURE_DUPLICATE_INSTITUTION_REJECTED;

    if (is_duplicate && rejects_second)
        return false;
    return mk_session_offers(session, institution) && mk_institution_name_has(institution, search);
}

/* The catalog has featured ones first, so each group does. */
static json_t *group_view(const struct mk_connect *connect, enum mk_search_group group,
                          const char *search, const bool *linked)
{
    const struct mk_catalog *catalog = connect->world->bank->catalog;
    json_t *list = json_array();

    for (size_t i = 0; i < mk_catalog_count(catalog); i++) {
        const struct mk_institution *institution = mk_catalog_at(catalog, i);
        if (institution->search_group == group &&
            is_shown(connect->session, institution, linked[i], search))
            mk_json_append(&list, mk_connect_institution_view(institution, linked[i]));
    }
    return list;
}

static json_t *groups_view(const struct mk_connect *connect, const char *search)
{
    bool *linked = mk_alloc_zero(mk_catalog_count(connect->world->bank->catalog), sizeof(*linked));
    json_t *groups = json_object();

    mk_flow_duplicates(connect, linked);
    for (int i = 0; i < MK_SEARCH_GROUP_COUNT; i++)
        mk_json_set(&groups, mk_search_group_names[i],
                    group_view(connect, (enum mk_search_group)i, search, linked));
    free(linked);
    return groups;
}

enum mk_err mk_connect_institutions(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_connect connect;

    MK_TRY(mk_connect_open(call, reply, &connect));
    json_t *groups = groups_view(&connect, mk_get_text(call->query, "search"));
    return mk_reply_json(reply, 200, json_pack("{s:o}", "groups", groups));
}
