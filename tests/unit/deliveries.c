/* SPDX-License-Identifier: MIT */
/* Deliveries: attempts, retries, the order of a link, bounds, replays. The courier is a fake. */
#include "core/deliveries.h"

#include "support/fake_courier.h"
#include "unit/suites.h"

#include <stdlib.h>
#include <uuid/uuid.h>

#define HOOK "http://localhost:1/hook"

static struct bank bank;
static struct mk_world *world;
static struct fake_courier courier;
static struct mk_link link_a;

static void open_all(void)
{
    bank = bank_open();
    world = bank.world;
    courier = (struct fake_courier){ .world = world };
    link_a = fake_link('a', HOOK);
}

static void close_all(void)
{
    fake_done(&courier);
    bank_close(&bank);
}

static struct mk_delivery *add(const char *body)
{
    return fake_add(world, &link_a, body, false);
}

static int64_t next_in(void)
{
    int64_t next = mk_deliveries_next(&world->deliveries, INT64_MIN);

    return next == INT64_MAX ? INT64_MAX : (next - mk_world_now(world)) / MK_SECOND;
}

static void expect_state(const struct mk_delivery *delivery, enum mk_delivery_state state)
{
    ck_assert_str_eq(mk_delivery_state_names[delivery->state], mk_delivery_state_names[state]);
}

START_TEST(parcel__holds_all)
{
    struct mk_delivery *delivery = add("{}");
    char token[MK_TOKEN_SIZE];

    expect_state(delivery, MK_DELIVERY_QUEUED);
    ck_assert(fake_take(&courier));
    const struct mk_parcel *parcel = &courier.parcels[0];
    uuid_unparse_lower(delivery->token, token);
    ck_assert_str_eq(parcel->token, token);
    ck_assert_str_eq(parcel->url, HOOK);
    ck_assert_str_eq(parcel->body, "{}");
    ck_assert_uint_eq(parcel->length, 2);
    ck_assert_uint_eq(parcel->attempt, 1);
    ck_assert_int_eq(parcel->iat, BANK_NOW);
    ck_assert_ptr_eq(parcel->world, world);
    expect_state(delivery, MK_DELIVERY_SENDING);
    ck_assert_uint_eq(world->deliveries.out, 1);
    ck_assert(!fake_take(&courier));
    ck_assert(!courier.is_blocked);
    fake_bring(&courier, 0, 204);
    expect_state(delivery, MK_DELIVERY_DELIVERED);
    ck_assert_int_eq(delivery->due, MK_NEVER);
    ck_assert_uint_eq(delivery->attempts[0].status, 204);
    ck_assert_str_eq(delivery->attempts[0].answer, "fine");
    ck_assert_ptr_nonnull(strstr(delivery->attempts[0].headers, "Server: x"));
    ck_assert_uint_eq(world->deliveries.out, 0);
    ck_assert_uint_eq(world->deliveries.waiting, 0);
    ck_assert_uint_eq(world->deliveries.delivered, 1);
    ck_assert_int_eq(mk_deliveries_next(&world->deliveries, INT64_MIN), INT64_MAX);
}
END_TEST

START_TEST(parcel__real_iat)
{
    world->settings.signature_clock = MK_CLOCK_REAL;
    add("{}");
    fake_take(&courier);
    ck_assert_int_le(mk_real_now() - courier.parcels[0].iat, MK_MINUTE);
}
END_TEST

static const struct {
    unsigned statuses[4]; /* of the attempts; the last one ends it */
    enum mk_delivery_state end;
} courses[] = {
    { { 200 }, MK_DELIVERY_DELIVERED },           { { 299 }, MK_DELIVERY_DELIVERED },
    { { 500, 500, 200 }, MK_DELIVERY_DELIVERED }, { { 0, 0, 202 }, MK_DELIVERY_DELIVERED },
    { { 199, 300, 200 }, MK_DELIVERY_DELIVERED }, { { 302, 404, 410, 200 }, MK_DELIVERY_DELIVERED },
};

/* Retries after 10, 20, 40 s; the same body and token, the number rises. */
START_TEST(course__of_statuses)
{
    struct mk_delivery *delivery = add("{}");
    char token[MK_TOKEN_SIZE];
    int64_t span = 10;

    uuid_unparse_lower(delivery->token, token);
    for (uint32_t i = 0; i < 4 && (i == 0 || courses[_i].statuses[i] != 0 || i + 1 < 3); i++) {
        ck_assert_uint_eq(fake_take_all(&courier), 1);
        ck_assert_uint_eq(courier.parcels[0].attempt, i + 1);
        ck_assert_str_eq(courier.parcels[0].token, token);
        ck_assert_str_eq(courier.parcels[0].body, "{}");
        fake_bring(&courier, 0, courses[_i].statuses[i]);
        if (delivery->state != MK_DELIVERY_RETRYING)
            break;
        ck_assert_int_eq(next_in(), span);
        bank_wait(&bank, (span - 1) * MK_SECOND);
        ck_assert_uint_eq(fake_take_all(&courier), 0);
        bank_wait(&bank, MK_SECOND);
        span *= 2;
    }
    expect_state(delivery, courses[_i].end);
    ck_assert_uint_eq(world->deliveries.waiting, 0);
}
END_TEST

/* 0, 10, 30, 70 ... 5110 s: the eleventh attempt would come after two hours. */
START_TEST(course__two_hours)
{
    struct mk_delivery *delivery = add("{}");

    while (mk_deliveries_next(&world->deliveries, INT64_MIN) != INT64_MAX) {
        bank_wait(&bank, next_in() * MK_SECOND);
        ck_assert_uint_eq(fake_take_all(&courier), 1);
        fake_bring(&courier, 0, 500);
    }
    expect_state(delivery, MK_DELIVERY_FAILED);
    ck_assert_uint_eq(delivery->attempt_count, 10);
    ck_assert_int_eq(delivery->attempts[9].started - delivery->made, 5110 * MK_SECOND);
    ck_assert_uint_eq(world->deliveries.failed, 1);
    ck_assert_uint_eq(world->deliveries.waiting, 0);
}
END_TEST

/* A clock that jumps over the two hours leaves no retry; a first attempt is always made. */
START_TEST(course__jump)
{
    struct mk_delivery *delivery = add("{}");

    bank_wait(&bank, 3 * MK_HOUR);
    ck_assert_str_eq(fake_run(&courier, 500), "{}1 ");
    expect_state(delivery, MK_DELIVERY_FAILED);

    delivery = add("{}");
    ck_assert_str_eq(fake_run(&courier, 500), "{}1 ");
    expect_state(delivery, MK_DELIVERY_RETRYING);
    bank_wait(&bank, 3 * MK_HOUR);
    ck_assert_str_eq(fake_run(&courier, 200), "");
    expect_state(delivery, MK_DELIVERY_FAILED);
    ck_assert_uint_eq(world->deliveries.failed, 2);
}
END_TEST

START_TEST(course__setting)
{
    struct mk_delivery *delivery = add("{}");

    world->settings.webhook_retry_span = 3 * MK_SECOND;
    fake_run(&courier, 500);
    ck_assert_int_eq(next_in(), 3);
    world->settings.webhook_retry_span = 0; /* never in circles */
    bank_wait(&bank, 3 * MK_SECOND);
    fake_run(&courier, 500);
    ck_assert_int_eq(next_in(), 2);
    expect_state(delivery, MK_DELIVERY_RETRYING);
}
END_TEST

/* --- Order ------------------------------------------------------------------------------------ */

START_TEST(order__of_a_link)
{
    struct mk_link link_b = fake_link('b', HOOK);

    add("1");
    add("2");
    add("3");
    fake_add(world, &link_b, "x", false);
    ck_assert_uint_eq(fake_take_all(&courier), 2); /* 1 and x */
    ck_assert_str_eq(courier.parcels[0].body, "1");
    ck_assert_str_eq(courier.parcels[1].body, "x");
    fake_bring(&courier, 1, 200);
    ck_assert_uint_eq(fake_take_all(&courier), 0);
    fake_bring(&courier, 0, 500); /* any outcome will do */
    ck_assert_uint_eq(fake_take_all(&courier), 1);
    ck_assert_str_eq(courier.parcels[0].body, "2");
    fake_bring(&courier, 0, 200);
    ck_assert_str_eq(fake_run(&courier, 200), "31 ");
    bank_wait(&bank, 10 * MK_SECOND);
    ck_assert_str_eq(fake_run(&courier, 200), "12 ");
}
END_TEST

START_TEST(order__test_events_do_not_wait)
{
    add("1");
    add("2");
    fake_add(world, &link_a, "t", true);
    ck_assert_uint_eq(fake_take_all(&courier), 2);
    ck_assert_str_eq(courier.parcels[1].body, "t");
    fake_bring(&courier, 1, 200);
    ck_assert_uint_eq(fake_take_all(&courier), 0);
}
END_TEST

/*
 * One of fifty receivers has no room: all others get theirs, in order, and it gets its own later.
 */
START_TEST(order__fifty_receivers)
{
    struct mk_link links[50];
    char urls[50][64];

    for (int i = 0; i < 50; i++) {
        snprintf(urls[i], sizeof(urls[i]), "http://localhost:%d/hook", 1000 + i);
        links[i] = fake_link((char)('0' + i), urls[i]);
        fake_add(world, &links[i], "1", false);
        fake_add(world, &links[i], "2", false);
    }
    courier.full = urls[7];
    ck_assert_uint_eq(fake_take_all(&courier), 49);
    ck_assert(courier.is_blocked);
    for (size_t i = 0; i < 49; i++)
        ck_assert_str_eq(courier.parcels[i].url, urls[i < 7 ? i : i + 1]);
    while (courier.count > 0)
        fake_bring(&courier, 0, 200);
    ck_assert_uint_eq(fake_take_all(&courier), 49);
    ck_assert_str_eq(courier.parcels[0].body, "2");
    courier.full = NULL;
    ck_assert_uint_eq(fake_take_all(&courier), 1);
    ck_assert(!courier.is_blocked);
    ck_assert_str_eq(courier.parcels[49].url, urls[7]);
    ck_assert_str_eq(courier.parcels[49].body, "1");
}
END_TEST

/* 10,000 that wait for one full receiver are asked about once a look, not one by one. */
START_TEST(order__many_blocked)
{
    char id[16];

    courier.full = HOOK;
    for (int i = 0; i < 10000; i++) {
        snprintf(id, sizeof(id), "%08d", i);
        memcpy(link_a.id, id, 8);
        ck_assert_ptr_nonnull(add("{}"));
    }
    for (int i = 0; i < 1000; i++)
        ck_assert(!fake_take(&courier));
    ck_assert_uint_le(courier.asked, 1001);
    courier.full = NULL;
    for (int i = 0; i < 10000; i++) {
        ck_assert(fake_take(&courier));
        ck_assert_uint_eq(courier.parcels[0].delivery, (uint64_t)i + 1);
        fake_bring(&courier, 0, 200);
    }
    ck_assert(!fake_take(&courier));
    ck_assert_uint_eq(world->deliveries.waiting, 0);
    ck_assert_uint_eq(world->deliveries.parked_count, 0);
}
END_TEST

static bool may_none(void *context, const char *url)
{
    (void)url;
    ++*(size_t *)context;
    return false;
}

/* More full receivers than a look passes by: it ends, and nothing is lost. */
START_TEST(order__many_full_receivers)
{
    enum { COUNT = MK_PARKED_MAX + 9 };
    struct mk_parcel parcel;
    bool is_blocked = false;
    size_t asked = 0;
    char url[64];

    for (int i = 0; i < COUNT; i++) {
        snprintf(url, sizeof(url), "http://h%d.localhost/hook", i);
        const struct mk_link link = fake_link((char)('!' + i), url);
        fake_add(world, &link, "{}", false);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert(!mk_deliveries_take(world, may_none, &asked, &parcel, &is_blocked));
        ck_assert(is_blocked);
    }
    ck_assert_uint_eq(world->deliveries.parked_count, MK_PARKED_MAX);
    ck_assert_uint_le(asked, 3 * (MK_PARKED_MAX + 1));
    ck_assert_uint_eq(fake_take_all(&courier), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_uint_eq(courier.parcels[i].delivery, i + 1);
    ck_assert_uint_eq(world->deliveries.parked_count, 0);
}
END_TEST

/* What waits for a full receiver does not hide when the others are due. */
START_TEST(order__full_receiver_hides_nothing)
{
    const struct mk_link other = fake_link('b', "http://localhost:2/hook");

    fake_add(world, &other, "{}", false);
    ck_assert_uint_eq(fake_take_all(&courier), 1);
    fake_bring(&courier, 0, 500);
    courier.full = HOOK;
    add("{}");
    ck_assert_uint_eq(fake_take_all(&courier), 0);
    ck_assert(courier.is_blocked);
    ck_assert_int_eq(mk_deliveries_next(&world->deliveries, INT64_MIN), BANK_NOW);
    ck_assert_int_eq(mk_deliveries_next(&world->deliveries, BANK_NOW), BANK_NOW + 10 * MK_SECOND);
    mk_clock_freeze(&world->clock, false);
    ck_assert_int_eq(mk_schedule_wake_at(world, false), 0);
    int64_t left = mk_schedule_wake_at(world, true) - mk_monotonic_now();
    ck_assert(left > 8 * MK_SECOND && left <= 10 * MK_SECOND);
}
END_TEST

/* --- Bounds ----------------------------------------------------------------------------------- */

START_TEST(bounds__of_the_queue)
{
    for (unsigned i = 0; i < MK_DELIVERIES_WAITING_MAX; i++)
        ck_assert_ptr_nonnull(add("{}"));
    ck_assert_ptr_null(add("{}"));
    ck_assert_uint_eq(world->deliveries.dropped, 1);
    ck_assert_uint_eq(world->deliveries.made, MK_DELIVERIES_WAITING_MAX);
    fake_take(&courier);
    fake_bring(&courier, 0, 200);
    ck_assert_ptr_nonnull(add("{}"));
    ck_assert_ptr_null(add("{}"));
    ck_assert_uint_eq(world->deliveries.dropped, 2);
}
END_TEST

START_TEST(bounds__of_waiting_bytes)
{
    char *body = mk_alloc_zero(1, 1024 * 1024 + 1);
    size_t count = 0;

    memset(body, 'x', 1024 * 1024);
    while (add(body) != NULL)
        count++;
    ck_assert_uint_eq(count, MK_DELIVERIES_WAITING_BYTES / 1024 / 1024 - 1);
    ck_assert_uint_eq(world->deliveries.dropped, 1);
    free(body);
}
END_TEST

START_TEST(bounds__of_finished_ones)
{
    char *body = mk_alloc_zero(1, 10 * 1024 + 1);
    char tokens[200][MK_TOKEN_SIZE];
    size_t kept = 0;

    memset(body, 'x', 10 * 1024);
    for (int i = 0; i < 200; i++) {
        uuid_unparse_lower(add(body)->token, tokens[i]);
        fake_take(&courier);
        fake_bring(&courier, 0, 200);
        ck_assert_uint_le(world->deliveries.kept_bytes, MK_DELIVERIES_KEPT_BYTES);
    }
    for (int i = 0; i < 200; i++) {
        bool is_kept = mk_deliveries_find(&world->deliveries, tokens[i]) != NULL;
        ck_assert(is_kept || kept == 0); /* the oldest go */
        kept += is_kept;
    }
    ck_assert_uint_ge(kept, 90);
    ck_assert_uint_lt(kept, 103);
    ck_assert_uint_eq(world->deliveries.waiting_bytes, 0);
    free(body);
}
END_TEST

/* Those that wait are not forgotten, and the newest that ended is not either. */
START_TEST(bounds__keep_the_newest)
{
    char *body = mk_alloc_zero(1, 2 * 1024 * 1024 + 1);
    const struct mk_delivery *waiting = add("{}");

    memset(body, 'x', 2 * 1024 * 1024);
    fake_run(&courier, 500);
    struct mk_link link_b = fake_link('b', HOOK);
    struct mk_delivery *large = fake_add(world, &link_b, body, false);
    fake_take(&courier);
    fake_bring(&courier, 0, 200);
    ck_assert_ptr_eq(mk_deliveries_before(&world->deliveries, NULL), large);
    ck_assert_ptr_eq(mk_deliveries_before(&world->deliveries, large), waiting);
    ck_assert_ptr_eq(mk_deliveries_after(&world->deliveries, NULL), waiting);
    ck_assert_ptr_null(mk_deliveries_after(&world->deliveries, large));
    free(body);
}
END_TEST

/* --- Replay ----------------------------------------------------------------------------------- */

static void replay(struct mk_delivery *delivery, enum mk_err wanted)
{
    struct mk_problem problem = { 0 };

    ck_assert_int_eq(mk_deliveries_replay(world, delivery, &problem), wanted);
}

START_TEST(replay__of_a_delivered_one)
{
    struct mk_delivery *delivery = add("1");

    replay(delivery, MK_UNAVAILABLE); /* it has not begun */
    fake_take(&courier);
    replay(delivery, MK_UNAVAILABLE);
    fake_bring(&courier, 0, 200);
    replay(delivery, MK_OK);
    replay(delivery, MK_UNAVAILABLE);
    add("2");
    ck_assert_uint_eq(fake_take_all(&courier), 2); /* no line for either */
    fake_bring(&courier, 0, 500);
    expect_state(delivery, MK_DELIVERY_DELIVERED);
    ck_assert_uint_eq(delivery->attempt_count, 2);
    ck_assert_uint_eq(delivery->attempts[1].number, 2);
    ck_assert(delivery->attempts[1].is_replay);
    ck_assert(!delivery->attempts[0].is_replay);
    replay(delivery, MK_OK);
    fake_take(&courier);
    fake_bring(&courier, 1, 200);
    ck_assert_uint_eq(world->deliveries.delivered, 1);
    ck_assert_uint_eq(world->deliveries.waiting, 1);
}
END_TEST

START_TEST(replay__of_a_failed_one)
{
    struct mk_delivery *delivery = add("1");

    bank_wait(&bank, 3 * MK_HOUR);
    fake_run(&courier, 0);
    expect_state(delivery, MK_DELIVERY_FAILED);
    replay(delivery, MK_OK);
    ck_assert_str_eq(fake_run(&courier, 400), "12 ");
    expect_state(delivery, MK_DELIVERY_FAILED);
    ck_assert_uint_eq(world->deliveries.failed, 1);
    replay(delivery, MK_OK);
    ck_assert_str_eq(fake_run(&courier, 200), "13 ");
    expect_state(delivery, MK_DELIVERY_DELIVERED);
    ck_assert_int_eq(mk_deliveries_next(&world->deliveries, INT64_MIN), INT64_MAX);
}
END_TEST

/* The retries go on as they would have, if it fails. */
START_TEST(replay__of_a_retrying_one)
{
    struct mk_delivery *delivery = add("1");

    fake_run(&courier, 500);
    replay(delivery, MK_OK);
    ck_assert_str_eq(fake_run(&courier, 500), "12 ");
    expect_state(delivery, MK_DELIVERY_RETRYING);
    ck_assert_int_eq(next_in(), 10);
    bank_wait(&bank, 10 * MK_SECOND);
    ck_assert_str_eq(fake_run(&courier, 500), "13 ");
    ck_assert_int_eq(next_in(), 20);
    replay(delivery, MK_OK);
    ck_assert_str_eq(fake_run(&courier, 200), "14 ");
    expect_state(delivery, MK_DELIVERY_DELIVERED);
    bank_wait(&bank, MK_HOUR);
    ck_assert_str_eq(fake_run(&courier, 200), "");
    ck_assert_int_eq(mk_deliveries_next(&world->deliveries, INT64_MIN), INT64_MAX);
}
END_TEST

START_TEST(replay__wants_room)
{
    struct mk_delivery *delivery = add("1");

    fake_run(&courier, 200);
    for (unsigned i = 0; i < MK_DELIVERIES_WAITING_MAX; i++)
        add("{}");
    replay(delivery, MK_UNAVAILABLE);
    expect_state(delivery, MK_DELIVERY_DELIVERED);
}
END_TEST

/* --- Reset ------------------------------------------------------------------------------------ */

/* What is out comes back to nobody, though the new one has its record and its number. */
START_TEST(reset__while_out)
{
    struct mk_world *fresh = mk_world_new(&world->config, "tester", NULL);

    uint64_t number = add("1")->number;
    add("2");
    fake_take(&courier);
    mk_world_take(world, fresh, false);
    mk_world_release(fresh);
    struct mk_delivery *delivery = add("3");
    ck_assert_uint_eq(delivery->number, number);
    ck_assert_uint_eq(world->deliveries.out, 0);
    fake_bring(&courier, 0, 200);
    expect_state(delivery, MK_DELIVERY_QUEUED);
    ck_assert_uint_eq(delivery->attempt_count, 0);
    ck_assert_uint_eq(world->deliveries.out, 0);
    ck_assert_str_eq(fake_run(&courier, 200), "31 ");
}
END_TEST

/* --- Restore ---------------------------------------------------------------------------------- */

/* A copy that owns its texts, as a snapshot's reader makes one. */
static struct mk_delivery copy_of(const struct mk_delivery *delivery)
{
    struct mk_delivery copy = *delivery;

    copy.idempotency_key = mk_copy(delivery->idempotency_key);
    copy.url = mk_copy(delivery->url);
    copy.body = mk_copy_bytes(delivery->body, delivery->length);
    copy.attempts = mk_alloc_zero(delivery->attempt_count + 1, sizeof(struct mk_attempt));
    for (uint32_t i = 0; i < delivery->attempt_count; i++) {
        copy.attempts[i] = delivery->attempts[i];
        copy.attempts[i].problem = mk_copy(delivery->attempts[i].problem);
        copy.attempts[i].headers = mk_copy(delivery->attempts[i].headers);
        copy.attempts[i].answer = mk_copy(delivery->attempts[i].answer);
    }
    return copy;
}

static void swap_by_restore(void)
{
    struct mk_world *fresh = mk_world_new(&world->config, "tester", NULL);
    const struct mk_delivery *delivery = NULL;

    fresh->clock = world->clock;
    while ((delivery = mk_deliveries_after(&world->deliveries, delivery)) != NULL) {
        const struct mk_delivery copy = copy_of(delivery);
        mk_deliveries_restore(&fresh->deliveries, &copy);
    }
    mk_world_take(world, fresh, false);
    mk_world_release(fresh);
}

START_TEST(restore__each_state)
{
    struct mk_link link_b = fake_link('b', HOOK);
    struct mk_link link_c = fake_link('c', HOOK);

    add("done");
    fake_run(&courier, 200);
    fake_add(world, &link_b, "retry", false);
    fake_run(&courier, 500);
    fake_add(world, &link_c, "out", false);
    fake_take(&courier);
    add("1");
    add("2");
    swap_by_restore();
    fake_bring(&courier, 0, 200); /* of before: to nobody */
    ck_assert_uint_eq(world->deliveries.waiting, 4);
    ck_assert_uint_eq(world->deliveries.out, 0);
    ck_assert_str_eq(fake_run(&courier, 200), "out1 11 21 ");
    ck_assert_int_eq(next_in(), 10);
    bank_wait(&bank, 10 * MK_SECOND);
    ck_assert_str_eq(fake_run(&courier, 500), "retry2 ");
    ck_assert_int_eq(next_in(), 20);
}
END_TEST

Suite *deliveries_suite(void)
{
    Suite *suite = suite_create("deliveries");
    TCase *all = tcase_create("all");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, open_all, close_all);
    tcase_add_test(all, parcel__holds_all);
    tcase_add_test(all, parcel__real_iat);
    tcase_add_loop_test(all, course__of_statuses, 0, (int)MK_COUNT(courses));
    tcase_add_test(all, course__two_hours);
    tcase_add_test(all, course__jump);
    tcase_add_test(all, course__setting);
    tcase_add_test(all, order__of_a_link);
    tcase_add_test(all, order__test_events_do_not_wait);
    tcase_add_test(all, order__fifty_receivers);
    tcase_add_test(all, order__many_blocked);
    tcase_add_test(all, order__many_full_receivers);
    tcase_add_test(all, order__full_receiver_hides_nothing);
    tcase_add_test(all, bounds__of_the_queue);
    tcase_add_test(all, bounds__of_waiting_bytes);
    tcase_add_test(all, bounds__of_finished_ones);
    tcase_add_test(all, bounds__keep_the_newest);
    tcase_add_test(all, replay__of_a_delivered_one);
    tcase_add_test(all, replay__of_a_failed_one);
    tcase_add_test(all, replay__of_a_retrying_one);
    tcase_add_test(all, replay__wants_room);
    tcase_add_test(all, reset__while_out);
    tcase_add_test(all, restore__each_state);
    suite_add_tcase(suite, all);
    return suite;
}
