/* SPDX-License-Identifier: MIT */
/* Rows and rules that several field tables share. */
#include "api/handlers.h"

#include <ctype.h>

static enum mk_issue check_tag(const char *text)
{
    return isascii((unsigned char)text[0]) && isalnum((unsigned char)text[0]) ? MK_ISSUE_COUNT
                                                                              : MK_ISSUE_PATTERN;
}

/* MoneyKit's documentation: under 100 characters, the first a letter or a digit. */
const struct mk_field mk_tag_field = {
    .type = MK_STRING, .min = 1, .max = 99, .pattern = "^[A-Za-z0-9]", .rule = check_tag
};

const struct mk_field mk_text_field = { .type = MK_STRING };
