/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a JSON body: reading, checking, the list of problems, and writing it all again, which
 * has to give jansson's own bytes.
 */
#include "json/build.h"
#include "json/shape.h"

#include "fuzz/fuzz.h"
#include "support/rich_shape.h"

#include <string.h>

enum { FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY };

static void require_same_dump(const json_t *value)
{
    struct mk_text ours = MK_TEXT((size_t)1 << 26);
    char *theirs = json_dumps(value, FLAGS);

    FUZZ_REQUIRE(theirs != NULL);
    FUZZ_REQUIRE(mk_json_dump(value, &ours));
    FUZZ_REQUIRE(ours.length == strlen(theirs));
    FUZZ_REQUIRE(memcmp(ours.bytes, theirs, ours.length) == 0);
    free(theirs);
    mk_text_done(&ours);
}

/* Each problem: a location that starts in the body, a sentence, a kind. */
static void require_usable(const json_t *problems)
{
    size_t i;
    const json_t *problem;

    FUZZ_REQUIRE(json_array_size(problems) <= MK_ISSUES_MAX);
    json_array_foreach(problems, i, problem) {
        const json_t *location = json_object_get(problem, "location");
        const char *where = json_string_value(json_array_get(location, 0));
        FUZZ_REQUIRE(where != NULL && strcmp(where, "body") == 0);
        FUZZ_REQUIRE(json_string_length(json_object_get(problem, "message")) > 0);
        FUZZ_REQUIRE(json_string_length(json_object_get(problem, "type")) > 0);
    }
    require_same_dump(problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mk_place body = { .key = "body" };
    struct mk_issues issues = { 0 };
    json_t *value = mk_json_read((const char *)data, size, &issues);

    FUZZ_REQUIRE(!issues.failed);
    FUZZ_REQUIRE((value == NULL) == mk_issues_any(&issues));
    if (value != NULL) {
        mk_shape_check(&rich_body, value, &body, &issues);
        require_same_dump(value);
    }

    /* What passed may be read without looking at its type. */
    if (!mk_issues_any(&issues)) {
        FUZZ_REQUIRE(json_string_length(json_object_get(value, "id")) > 0);
        FUZZ_REQUIRE(json_object_get(value, "plain") != NULL);
    }
    json_t *problems = mk_issues_steal(&issues);
    FUZZ_REQUIRE(problems != NULL);
    require_usable(problems);
    json_decref(problems);
    json_decref(value);
    return 0;
}
