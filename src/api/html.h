/* SPDX-License-Identifier: MIT */
/*
 * Writing HTML: templates with marks such as {{URL}}, and text that may hold anything.
 */
#ifndef MK_API_HTML_H
#define MK_API_HTML_H

#include "base/text.h"
#include "data/assets.h"

/* What stands for the mark {{name}}: HTML, added as it is. */
struct mk_html_mark {
    const char *name;
    const char *html;
};

/*
 * Adds the template, every mark replaced. Each mark in it has a row: it is compiled in, as we are.
 */
void mk_html_fill(struct mk_text *out, const struct mk_asset *template,
                  const struct mk_html_mark *marks, size_t count);

/* Adds a text so that it shows as it is, between tags or in a quoted attribute. */
void mk_html_add(struct mk_text *out, const char *text);

#endif
