/* SPDX-License-Identifier: MIT */
/*
 * Problems as text, a line each: the location as JSON, a space, the kind. For tests to compare.
 */
#ifndef MK_TESTS_ISSUE_LINES_H
#define MK_TESTS_ISSUE_LINES_H

#include "json/build.h"
#include "json/issues.h"

#include <check.h>

/* Empties the issues; the caller frees the text, which is "" when there was nothing wrong. */
static inline char *issue_lines(struct mk_issues *issues)
{
    struct mk_text lines = MK_TEXT((size_t)1 << 20);
    json_t *list = mk_issues_steal(issues);
    size_t i;
    const json_t *problem;

    ck_assert_ptr_nonnull(list);
    mk_text_add(&lines, "", 0);
    json_array_foreach(list, i, problem) {
        ck_assert(mk_json_dump(json_object_get(problem, "location"), &lines));
        mk_text_print(&lines, " %s\n", json_string_value(json_object_get(problem, "type")));
    }
    json_decref(list);
    ck_assert(!lines.failed);
    return mk_text_steal(&lines);
}

#endif
