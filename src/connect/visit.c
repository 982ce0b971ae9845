/* SPDX-License-Identifier: MIT */
#include "connect/visit.h"

#include "json/form.h"

#include <nettle/memops.h>
#include <string.h>

enum { PACKED_SIZE = 4 + 16 + 16 };

void mk_visit_write(const struct mk_connect *connect, char out[MK_VISIT_SIZE])
{
    unsigned char packed[PACKED_SIZE];
    struct mk_text text = MK_TEXT((size_t)2 * MK_VISIT_SIZE); /* base64 wants room for padding */

    memcpy(packed, &connect->world->handle, 4);
    memcpy(packed + 4, connect->session->id, 16);
    memcpy(packed + 20, connect->flow->secret, 16);
    mk_text_add_base64url(&text, packed, sizeof(packed));
    mk_copy_into(out, MK_VISIT_SIZE, text.bytes);
    mk_text_done(&text);
}

bool mk_visit_read(const char *text, struct mk_visit *ret)
{
    unsigned char packed[PACKED_SIZE + 3];

    if (mk_base64_decode(text, strlen(text), true, packed, sizeof(packed)) != PACKED_SIZE)
        return false;
    memcpy(&ret->handle, packed, 4);
    memcpy(ret->session, packed + 4, 16);
    memcpy(ret->secret, packed + 20, 16);
    return true;
}

bool mk_visit_is_open(const struct mk_session *session, const struct mk_visit *visit)
{
    const struct mk_flow *flow = session->flow;

    return flow != NULL && flow->has_visit && !session->is_finished &&
           memcmp(session->id, visit->session, 16) == 0 &&
           memeql_sec(flow->secret, visit->secret, 16);
}

void mk_visit_add_return(const char *redirect_uri, const char *state, bool is_denied,
                         struct mk_text *out)
{
    size_t length = strcspn(redirect_uri, "#");

    mk_text_add(out, redirect_uri, length);
    mk_text_print(out, "?state=%s%s", state, is_denied ? "&error=access_denied" : "");
    mk_text_add_text(out, redirect_uri + length);
}

bool mk_return_read(const char *address, struct mk_return *ret)
{
    static const struct mk_field fields[] = {
        { .name = "state", .type = MK_STRING },
        { .name = "error", .type = MK_STRING },
    };
    static const struct mk_shape shape = MK_SHAPE(NULL, fields);
    struct mk_issues ignored = { 0 };
    size_t start = strcspn(address, "?#");

    if (address[start] != '?')
        return false;
    const char *query = address + start + 1;
    json_t *values = mk_form_read(&shape, query, strcspn(query, "#"), "query", &ignored);
    const char *state = json_string_value(json_object_get(values, "state"));
    bool found = state != NULL && mk_visit_read(state, &ret->visit);
    ret->is_denied = json_object_get(values, "error") != NULL;
    json_decref(values);
    mk_issues_done(&ignored);
    return found;
}
