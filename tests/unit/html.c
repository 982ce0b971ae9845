/* SPDX-License-Identifier: MIT */
#include "api/html.h"

#include "unit/suites.h"

static void expect_filled(const char *template, const char *wanted)
{
    static const struct mk_html_mark marks[] = {
        { "URL", "http://x" },
        { "URLS", "<b>{{URL}}</b>" },
        { "NONE", "" },
    };
    const struct mk_asset asset = { template, strlen(template) };
    struct mk_text out = MK_TEXT(1024);

    mk_html_fill(&out, &asset, marks, 3);
    ck_assert_str_eq(out.length > 0 ? out.bytes : "", wanted);
    mk_text_done(&out);
}

START_TEST(fill__marks)
{
    expect_filled("", "");
    expect_filled("plain { } }}", "plain { } }}");
    expect_filled("{{URL}}", "http://x");
    expect_filled("a{{URL}}b{{NONE}}c{{URL}}", "ahttp://xbchttp://x");
    expect_filled("{{URLS}}", "<b>{{URL}}</b>"); /* what was filled in is not read again */
}
END_TEST

static void expect_text(const char *text, const char *wanted)
{
    struct mk_text out = MK_TEXT(1024);

    mk_html_add(&out, text);
    ck_assert_str_eq(out.length > 0 ? out.bytes : "", wanted);
    mk_text_done(&out);
}

START_TEST(add__escapes)
{
    expect_text("", "");
    expect_text("caf\xc3\xa9's", "caf\xc3\xa9's");
    expect_text("<a href=\"x\">&amp;</a>", "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;");
    expect_text("&", "&amp;");
}
END_TEST

Suite *html_suite(void)
{
    Suite *suite = suite_create("html");
    TCase *tcase = tcase_create("html");

    tcase_add_test(tcase, fill__marks);
    tcase_add_test(tcase, add__escapes);
    suite_add_tcase(suite, tcase);
    return suite;
}
