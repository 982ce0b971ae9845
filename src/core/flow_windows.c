/* SPDX-License-Identifier: MIT */
/* The windows of a session, declared in core/flow.h. */
#include "core/flow.h"

/* The window's own slot, or the one to give it: a free one, or that of the longest silence. */
static struct mk_window *slot_of(struct mk_flow *flow, uint64_t id)
{
    struct mk_window *slot = &flow->windows[0];

    for (size_t i = 0; i < MK_WINDOWS; i++) {
        struct mk_window *window = &flow->windows[i];
        if (window->id == id)
            return window;
        if (window->last < slot->last)
            slot = window;
    }
    return slot;
}

bool mk_flow_see_window(struct mk_flow *flow, uint64_t id, int64_t now)
{
    if (id == 0)
        return false;

    struct mk_window *slot = slot_of(flow, id);
    bool is_new = slot->id != id;
    if (is_new)
        *slot = (struct mk_window){ .id = id, .first = now };
    slot->last = now;
    return is_new;
}

enum mk_first_window mk_flow_first_window(const struct mk_flow *flow, uint64_t id, int64_t now)
{
    enum mk_first_window found = MK_FIRST_WINDOW_NONE;

    for (size_t i = 0; flow->answered_at != 0 && i < MK_WINDOWS; i++) {
        const struct mk_window *window = &flow->windows[i];
        if (window->id == 0 || window->id == id || window->first >= flow->answered_at)
            continue;
        if (window->last > flow->answered_at)
            return MK_FIRST_WINDOW_ALIVE;
        if (now - window->last < MK_WINDOW_SPAN)
            found = MK_FIRST_WINDOW_RECENT;
    }
    return found;
}
