/* SPDX-License-Identifier: MIT */
#include "api/html.h"

#include <assert.h>

static const char *find(const char *name, size_t length, const struct mk_html_mark *marks,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(marks[i].name) == length && memcmp(marks[i].name, name, length) == 0)
            return marks[i].html;
    }
    assert(false); /* a mark without a row */
    return "";
}

void mk_html_fill(struct mk_text *out, const struct mk_asset *template,
                  const struct mk_html_mark *marks, size_t count)
{
    const char *rest = template->bytes;

    for (const char *open; (open = strstr(rest, "{{")) != NULL;) {
        const char *name = open + 2;
        size_t length = strcspn(name, "}");
        mk_text_add(out, rest, (size_t)(open - rest));
        mk_text_add_text(out, find(name, length, marks, count));
        rest = name + length + 2;
    }
    mk_text_add_text(out, rest);
}

static const char *reference(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return "&quot;";
    }
}

void mk_html_add(struct mk_text *out, const char *text)
{
    for (size_t length; *text != '\0'; text += length) {
        length = strcspn(text, "&<>\"");
        mk_text_add(out, text, length);
        if (text[length] != '\0')
            mk_text_add_text(out, reference(text[length++]));
    }
}
