/* SPDX-License-Identifier: MIT */
/* A visit to the bank: its name, and the way back. */
#include "connect/visit.h"

#include "support/flow.h"
#include "unit/suites.h"

#include <string.h>

static struct flow_test test;
static char state[MK_VISIT_SIZE];

static void open_visit(void)
{
    test = (struct flow_test){ .bank = bank_open() };
    struct mk_connect *connect = flow_opened(&test, bank_session(&test.bank));
    test.bank.world->handle = 77;
    flow_reach(connect, MK_SCREEN_OAUTH);
    mk_flow_visit(connect);
    mk_visit_write(connect, state);
}

static void close_visit(void)
{
    bank_close(&test.bank);
}

static bool is_open(const char *text)
{
    struct mk_visit visit;

    return mk_visit_read(text, &visit) && mk_visit_is_open(test.connect.session, &visit);
}

START_TEST(visit__name)
{
    struct mk_visit visit;

    ck_assert_uint_eq(strlen(state), MK_VISIT_SIZE - 1);
    ck_assert(mk_visit_read(state, &visit));
    ck_assert_uint_eq(visit.handle, 77);
    ck_assert_mem_eq(visit.session, test.connect.session->id, 16);
    ck_assert(mk_visit_is_open(test.connect.session, &visit));
}
END_TEST

/* Each character of it counts, but for those of the world's handle, which was used already. */
START_TEST(visit__forgeries)
{
    char forged[MK_VISIT_SIZE];

    for (size_t i = 6; i < MK_VISIT_SIZE - 1; i++) {
        memcpy(forged, state, sizeof(forged));
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        ck_assert_msg(!is_open(forged), "character %zu does not count", i);
    }
    ck_assert(!is_open(""));
    ck_assert(!is_open("AAAA"));
    memcpy(forged, state, sizeof(forged));
    forged[MK_VISIT_SIZE - 2] = '\0';
    ck_assert(!is_open(forged));
}
END_TEST

/* The name stays while the user is at the bank, and is good for one answer. */
START_TEST(visit__is_answered_once)
{
    char again[MK_VISIT_SIZE];

    mk_flow_visit(&test.connect);
    mk_visit_write(&test.connect, again);
    ck_assert_str_eq(again, state);
    ck_assert_int_eq(mk_flow_deny(&test.connect), MK_CONNECT_FAILED);
    ck_assert(!is_open(state));
    ck_assert_int_eq(mk_flow_retry(&test.connect), MK_OK);
    ck_assert(!is_open(state));
    mk_flow_visit(&test.connect);
    mk_visit_write(&test.connect, again);
    ck_assert_str_ne(again, state);
    ck_assert(!is_open(state));
    ck_assert(is_open(again));
}
END_TEST

START_TEST(visit__ends_with_back)
{
    mk_flow_back(&test.connect);
    ck_assert(!is_open(state));
}
END_TEST

START_TEST(visit__of_a_session_without_a_flow)
{
    struct mk_visit visit;

    mk_visit_read(state, &visit);
    ck_assert(!mk_visit_is_open(bank_session(&test.bank), &visit));
}
END_TEST

static const struct {
    const char *redirect_uri;
    bool is_denied;
    const char *address;
} ways_back[] = {
    { "http://localhost:3000/done", false, "http://localhost:3000/done?state=S" },
    { "http://localhost:3000/done", true,
      "http://localhost:3000/done?state=S&error=access_denied" },
    { "http://localhost:3000", false, "http://localhost:3000?state=S" },
    { "http://localhost/#/route", false, "http://localhost/?state=S#/route" },
    { "http://localhost/#/route?a=b", true,
      "http://localhost/?state=S&error=access_denied#/route?a=b" },
    { "myapp://done", false, "myapp://done?state=S" },
    { "com.app:/done#x", true, "com.app:/done?state=S&error=access_denied#x" },
};

START_TEST(way_back__is_written)
{
    struct mk_text text = MK_TEXT(1000);

    mk_visit_add_return(ways_back[_i].redirect_uri, "S", ways_back[_i].is_denied, &text);
    ck_assert_str_eq(text.bytes, ways_back[_i].address);
    mk_text_done(&text);
}
END_TEST

START_TEST(way_back__is_read_again)
{
    struct mk_text text = MK_TEXT(1000);
    struct mk_return found;

    mk_visit_add_return(ways_back[_i].redirect_uri, state, ways_back[_i].is_denied, &text);
    ck_assert(mk_return_read(text.bytes, &found));
    ck_assert(found.is_denied == ways_back[_i].is_denied);
    ck_assert(mk_visit_is_open(test.connect.session, &found.visit));
    mk_text_done(&text);
}
END_TEST

static const char *const no_ways_back[] = {
    "",
    "?",
    "#",
    "http://localhost/",
    "http://localhost/?state",
    "http://localhost/?state=",
    "http://localhost/?state=%",
    "http://localhost/?other=1",
    "http://localhost/#?state=S",
    "http://localhost/?error=access_denied",
};

START_TEST(way_back__that_is_none)
{
    struct mk_return found;

    ck_assert(!mk_return_read(no_ways_back[_i], &found));
}
END_TEST

Suite *visit_suite(void)
{
    Suite *suite = suite_create("visit");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, open_visit, close_visit);
    tcase_add_test(all, visit__name);
    tcase_add_test(all, visit__forgeries);
    tcase_add_test(all, visit__is_answered_once);
    tcase_add_test(all, visit__ends_with_back);
    tcase_add_test(all, visit__of_a_session_without_a_flow);
    tcase_add_loop_test(all, way_back__is_written, 0, (int)MK_COUNT(ways_back));
    tcase_add_loop_test(all, way_back__is_read_again, 0, (int)MK_COUNT(ways_back));
    tcase_add_loop_test(all, way_back__that_is_none, 0, (int)MK_COUNT(no_ways_back));
    suite_add_tcase(suite, all);
    return suite;
}
