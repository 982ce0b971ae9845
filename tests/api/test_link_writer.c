/* SPDX-License-Identifier: MIT */
/*
 * The second writer of the link object gives the bytes of the view that defines it: for many random
 * links here, and for every link of the suite in stop_sandbox().
 */
#include "api/tests.h"

#include "base/memory.h"
#include "base/random.h"
#include "core/history.h"
#include "support/link_writers.h"

#include <string.h>

enum { LINKS = 20000 };

/* Texts that an escaper could get wrong, as UTF-8. */
static const char *const pieces[] = {
    "a",
    "user_type:admin",
    "\"",
    "\\",
    "/",
    "\b\f\n\r\t",
    "\x01\x1f",
    "\x7f",
    "\xc2\x80",         /* U+0080 */
    "\xc3\xa9",         /* e acute */
    "\xe2\x80\xa8",     /* U+2028 */
    "\xef\xbf\xbf",     /* U+FFFF */
    "\xf0\x9f\x8f\xa6", /* a bank */
    "\xf4\x8f\xbf\xbf", /* the last one */
    "</script>",
    "%s%n",
    "http://localhost:3000/hook?a=b&c=d#e",
    "0123456789012345678901234567890123456789012345678901234567890123456789",
};

static size_t pick(struct mk_random *random, size_t count)
{
    return (size_t)(mk_random_next(random) % count);
}

static char *draw_text(struct mk_random *random)
{
    struct mk_text text = MK_TEXT(4096);
    size_t count = pick(random, 6);

    mk_text_add(&text, "", 0);
    while (count-- > 0)
        mk_text_add_text(&text, pieces[pick(random, MK_COUNT(pieces))]);
    return mk_text_steal(&text);
}

static void draw_tags(struct mk_random *random, struct mk_link *link)
{
    json_t *list = json_array();
    size_t count = pick(random, 5);

    while (count-- > 0) {
        char *text = draw_text(random);
        json_array_append_new(list, json_string(text == NULL ? "" : text));
        free(text);
    }
    mk_link_set_tags(link, list);
    json_decref(list);
}

static void draw_product(struct mk_random *random, struct mk_link *link, enum mk_product product)
{
    uint64_t bits = mk_random_next(random);
    int32_t late = (int32_t)(bits >> 32 & 0xffffff);

    link->products[product] = (struct mk_link_product){
        .refreshed = bits & 1   ? MK_NEVER_SECONDS
                     : bits & 2 ? 0
                                : late,
        .attempted = bits & 4   ? MK_NEVER_SECONDS
                     : bits & 8 ? 0
                                : late + 1,
        .failure = (uint8_t)(bits & 512 ? 0 : (bits >> 10) % (MK_PRODUCT_ERROR_COUNT + 1)),
        .granted = bits & 16,
        .required = bits & 32,
        .require_permission = bits & 64,
        .prefetch = bits & 128,
    };
    if (!(bits & 256))
        return;
    char *reason = draw_text(random);
    mk_link_set_reason(link, product, reason);
    free(reason);
}

/* An imported link names its provider itself. */
static void draw_history(struct mk_random *random, struct mk_link *link)
{
    struct mk_history *history = mk_history_of(link);

    history->is_imported = pick(random, 2) == 0;
    history->provider = (uint8_t)pick(random, MK_PROVIDER_COUNT);
}

static void draw_link(struct mk_random *random, struct mk_link *link)
{
    unsigned char uuid[16];

    mk_random_uuid(random, uuid);
    mk_short_id(uuid, link->id);
    link->state = (uint8_t)pick(random, MK_STATE_COUNT);
    link->error = (uint8_t)pick(random, MK_LINK_ERROR_COUNT + 1);
    link->created_at =
        (int64_t)(mk_random_next(random) % (uint64_t)(8000 * 365 * MK_DAY)) - 1000 * 365 * MK_DAY;
    if (pick(random, 2) == 0) {
        char *webhook = draw_text(random);
        mk_link_set_webhook(link, webhook);
        free(webhook);
    }
    draw_tags(random, link);
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++)
        draw_product(random, link, (enum mk_product)i);
    if (pick(random, 4) == 0)
        draw_history(random, link);
}

static void free_link(struct mk_link *link)
{
    mk_link_set_webhook(link, NULL);
    mk_tags_done(&link->tags);
    mk_history_free(link->history);
    for (size_t i = 0; link->reasons != NULL && i < MK_PRODUCT_COUNT; i++)
        free(link->reasons[i]);
    free(link->reasons);
}

START_TEST(writer__random_links)
{
    const struct mk_catalog *catalog = under_test.service->bank->catalog;
    struct mk_random random;

    mk_random_seeded(&random, 1, "links");
    for (int i = 0; i < LINKS; i++) {
        struct mk_link link = { .session = MK_NONE };
        draw_link(&random, &link);
        require(link_is_written_alike(
                    &link, mk_catalog_at(catalog, pick(&random, mk_catalog_count(catalog))),
                    (enum mk_time_style)pick(&random, 2)),
                "random link %d", i);
        free_link(&link);
    }
}
END_TEST

/* What a catalog could hold one day. */
START_TEST(writer__odd_institutions)
{
    const struct mk_catalog *catalog = under_test.service->bank->catalog;
    struct mk_random random;

    mk_random_seeded(&random, 2, "institutions");
    for (int i = 0; i < LINKS / 10; i++) {
        struct mk_link link = { .session = MK_NONE };
        struct mk_institution odd = *mk_catalog_at(catalog, 0);
        char *id = draw_text(&random);
        char *name = draw_text(&random);
        odd.id = id == NULL ? "" : id;
        odd.name = name == NULL ? "" : name;
        odd.provider = (enum mk_provider)pick(&random, MK_PROVIDER_COUNT);
        odd.products = (unsigned)pick(&random, 1U << MK_PRODUCT_COUNT);
        draw_link(&random, &link);
        require(link_is_written_alike(&link, &odd, MK_TIMES_SEED), "institution %d", i);
        free_link(&link);
        free(id);
        free(name);
    }
}
END_TEST

/* The largest link that a client can make. */
START_TEST(writer__largest_link)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");
    struct mk_text body = MK_TEXT((size_t)1 << 20);

    mk_text_add_literal(&body, "{'webhook': 'http://localhost/");
    for (int i = 0; i < 65536 - 17; i++)
        mk_text_add_literal(&body, "\xc2\x85");
    mk_text_add_literal(&body, "', 'link_tags': ['a");
    for (int i = 1; i < 9900; i++)
        mk_text_add_text(&body, i % 99 == 0 ? "', 'a" : "\xf0\x9f\x8f\xa6");
    mk_text_add_literal(&body, "']}");
    expect_status(patch(client, link_target(id), "%s", body.bytes), 200);
    mk_text_done(&body);
}
END_TEST

void link_writer_tests(TCase *tcase)
{
    tcase_add_test(tcase, writer__random_links);
    tcase_add_test(tcase, writer__odd_institutions);
    tcase_add_test(tcase, writer__largest_link);
}
