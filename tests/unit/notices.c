/* SPDX-License-Identifier: MIT */
/* Notices: the exact bytes of each event, and its line in the journal. */
#include "core/notices.h"

#include "support/bank.h"
#include "unit/suites.h"

#include <stdio.h>
#include <stdlib.h>

#define AT (BANK_NOW - MK_MINUTE)
#define HEAD \
    "{\"webhook_major_version\":1,\"webhook_minor_version\":0,\"webhook_idempotency_key\":\"%s\"," \
    "\"webhook_timestamp\":\"%s\",\"link_id\":\"mk_2222222222222222222222\",\"link_tags\":%s," \
    "\"webhook_event\":"

static struct bank bank;
static struct mk_world *world;
static struct mk_link subject;
static uint64_t begin;

static void open_all(void)
{
    bank = bank_open();
    world = bank.world;
    begin = world->journal.last;
    subject = (struct mk_link){ .state = MK_STATE_CONNECTED,
                                .error = MK_LINK_ERROR_NONE,
                                .created_at = AT,
                                .webhook = "http://localhost:1/hook" };
    memset(subject.id, '2', sizeof(subject.id));
}

static void close_all(void)
{
    mk_tags_done(&subject.tags);
    bank_close(&bank);
}

static const struct mk_delivery *newest(void)
{
    return mk_deliveries_before(&world->deliveries, NULL);
}

/* The newest body is HEAD with its own key, this time and these tags, and this rest. */
static void expect_body(const char *time, const char *tags, const char *rest)
{
    char wanted[2048];
    const struct mk_delivery *delivery = newest();

    ck_assert_ptr_nonnull(delivery);
    int length =
        snprintf(wanted, sizeof(wanted), HEAD "%s", delivery->idempotency_key, time, tags, rest);
    ck_assert_int_lt(length, (int)sizeof(wanted));
    ck_assert_str_eq(delivery->body, wanted);
    ck_assert_uint_eq(delivery->length, (size_t)length);
}

static void expect_happenings(const char *kinds)
{
    struct mk_journal_reader reader = { 0 };
    struct mk_happening happening;
    char seen[512] = "";
    size_t length = 0;

    while (mk_journal_next(&world->journal, begin, &reader, &happening)) {
        length += (size_t)snprintf(seen + length, sizeof(seen) - length, "%s ",
                                   mk_happening_names[happening.kind]);
        ck_assert_mem_eq(happening.link, subject.id, sizeof(subject.id));
        if (happening.kind != MK_HAPPENED_DELIVERY)
            ck_assert_int_eq(happening.moment, AT);
    }
    ck_assert_str_eq(seen, kinds);
}

#define TIME "2025-12-31T23:59:00"

START_TEST(state__bytes)
{
    mk_notice_state(world, &subject, AT);
    expect_body(TIME, "[]",
                "\"link.state_changed\",\"state\":\"connected\",\"error\":null,"
                "\"error_message\":null}");
    ck_assert_uint_eq(newest()->event, MK_NOTICE_STATE);
    ck_assert_int_eq(newest()->made, BANK_NOW);
    ck_assert_uint_eq(strlen(newest()->idempotency_key), 36);
    ck_assert_str_eq(newest()->url, subject.webhook);
    ck_assert(!newest()->is_test);
    expect_happenings("link delivery ");
}
END_TEST

START_TEST(state__error)
{
    subject.state = MK_STATE_ERROR;
    subject.error = MK_LINK_ERROR_AUTH_EXPIRED;
    world->settings.timestamps = MK_TIMES_UTC;
    json_t *tags = json_pack("[s, s]", "a \"b\"", "\xC3\xBC");
    mk_link_set_tags(&subject, tags);
    json_decref(tags);
    mk_notice_state(world, &subject, AT);
    expect_body(TIME "Z", "[\"a \\\"b\\\"\",\"\xC3\xBC\"]",
                "\"link.state_changed\",\"state\":\"error\",\"error\":\"auth_expired\","
                "\"error_message\":\"The end user has to log in to the institution again.\"}");
}
END_TEST

START_TEST(state__every_error_has_a_sentence)
{
    for (int i = 0; i < MK_LINK_ERROR_COUNT; i++) {
        subject.error = (uint8_t)i;
        mk_notice_state(world, &subject, AT);
        char *code = strstr(newest()->body, "\"error\":\"");
        ck_assert_ptr_nonnull(code);
        ck_assert_int_eq(strncmp(code + 9, mk_link_error_names[i], strlen(mk_link_error_names[i])),
                         0);
        ck_assert_ptr_null(strstr(newest()->body, "null"));
    }
}
END_TEST

/* In the order of the products. */
START_TEST(products__bytes)
{
    subject.products[MK_PRODUCT_TRANSACTIONS].failure = 1 + MK_PRODUCT_ERROR_TIMEOUT;
    mk_notice_products(world, &subject, 1U << MK_PRODUCT_TRANSACTIONS | 1U << MK_PRODUCT_ACCOUNTS,
                       AT);
    expect_body(TIME, "[]",
                "\"link.product_refresh\",\"product\":\"transactions\",\"state\":\"failed\","
                "\"state_changed_at\":\"" TIME "\","
                "\"error_message\":\"The institution did not answer in time.\"}");
    const struct mk_delivery *first = mk_deliveries_after(&world->deliveries, NULL);
    ck_assert_ptr_nonnull(strstr(first->body,
                                 "\"product\":\"accounts\",\"state\":\"completed\","
                                 "\"state_changed_at\":\"" TIME "\",\"error_message\":null}"));
    ck_assert_str_ne(first->idempotency_key, newest()->idempotency_key);
    expect_happenings("product delivery product delivery ");
}
END_TEST

START_TEST(transactions__bytes)
{
    mk_notice_transactions(world, &subject, AT);
    expect_body(TIME, "[]", "\"transactions.updates_available\",\"has_history\":true}");
    ck_assert_uint_eq(newest()->event, MK_NOTICE_TRANSACTIONS);
    expect_happenings("transactions delivery ");
}
END_TEST

/* Only into the journal; nothing is drawn, so ids do not depend on webhooks of other links. */
START_TEST(without_webhook)
{
    const struct mk_random ids = world->ids;

    subject.webhook = NULL;
    mk_notice_state(world, &subject, AT);
    mk_notice_products(world, &subject, 1U << MK_PRODUCT_ACCOUNTS, AT);
    mk_notice_transactions(world, &subject, AT);
    ck_assert_ptr_null(newest());
    ck_assert_mem_eq(&ids, &world->ids, sizeof(ids));
    expect_happenings("link product transactions ");
}
END_TEST

/* The key is the caller's, any text; a broken link's accounts are fine all the same. */
START_TEST(test__events)
{
    static const char *const parts[] = {
        "\"link.state_changed\",\"state\":\"error\",\"error\":\"no_accounts\","
        "\"error_message\":\"The institution shows no account.\"}",
        "\"link.product_refresh\",\"product\":\"accounts\",\"state\":\"completed\","
        "\"state_changed_at\":\"2026-01-01T00:00:00\",\"error_message\":null}",
        "\"transactions.updates_available\",\"has_history\":true}",
    };
    struct mk_problem problem = { 0 };
    char token[MK_TOKEN_SIZE];

    subject.state = MK_STATE_ERROR;
    subject.error = MK_LINK_ERROR_NO_ACCOUNTS;
    subject.products[MK_PRODUCT_ACCOUNTS].failure = 1 + MK_PRODUCT_ERROR_TIMEOUT;
    ck_assert_int_eq(mk_notice_test(world, &subject, (enum mk_notice)_i, "", &problem, token),
                     MK_OK);
    expect_body("2026-01-01T00:00:00", "[]", parts[_i]);
    ck_assert_ptr_eq(mk_deliveries_find(&world->deliveries, token), newest());
    ck_assert(newest()->is_test);
    ck_assert_int_eq(mk_notice_test(world, &subject, (enum mk_notice)_i, "a\"\n", &problem, token),
                     MK_OK);
    ck_assert_ptr_nonnull(strstr(newest()->body, "\"webhook_idempotency_key\":\"a\\\"\\n\","));
    expect_happenings("delivery delivery ");
}
END_TEST

START_TEST(test__refused)
{
    struct mk_problem problem = { 0 };
    char token[MK_TOKEN_SIZE];

    for (unsigned i = 0; i < MK_DELIVERIES_WAITING_MAX; i++)
        mk_notice_transactions(world, &subject, AT);
    ck_assert_int_eq(mk_notice_test(world, &subject, MK_NOTICE_STATE, "", &problem, token),
                     MK_UNAVAILABLE);
    ck_assert_str_ne(problem.message, "");
    ck_assert_uint_eq(world->deliveries.dropped, 1);
    subject.webhook = NULL;
    ck_assert_int_eq(mk_notice_test(world, &subject, MK_NOTICE_STATE, "", &problem, token),
                     MK_LINK_BAD_CONFIG);
}
END_TEST

Suite *notices_suite(void)
{
    Suite *suite = suite_create("notices");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_all, close_all);
    tcase_add_test(all, state__bytes);
    tcase_add_test(all, state__error);
    tcase_add_test(all, state__every_error_has_a_sentence);
    tcase_add_test(all, products__bytes);
    tcase_add_test(all, transactions__bytes);
    tcase_add_test(all, without_webhook);
    tcase_add_loop_test(all, test__events, 0, MK_NOTICE_COUNT);
    tcase_add_test(all, test__refused);
    suite_add_tcase(suite, all);
    return suite;
}
