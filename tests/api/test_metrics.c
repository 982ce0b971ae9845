/* SPDX-License-Identifier: MIT */
/* GET /metrics, read as strictly as a scraper may. */
#include "api/tests.h"

#include "api/metrics.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE "text/plain; version=0.0.4"
#define NAME "moneykit_sandbox_"

enum { SAMPLES_MAX = 5000, FAMILIES_MAX = 64 };

struct sample {
    char *name; /* with its labels, as written */
    char *value;
};

/* A page taken apart. */
struct page {
    char *text;
    struct sample samples[SAMPLES_MAX];
    size_t count;
    char *families[FAMILIES_MAX];
    size_t family_count;
};

static struct page page;

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        if (!is_letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return length > 0;
}

/* "{a="b",c="d"}" with its length; nothing we write needs an escape. */
static size_t labels_length(const char *text)
{
    const char *at = text;

    if (*at != '{')
        return 0;
    do {
        size_t name = strcspn(++at, "=");
        require(is_name(at, name), "a label in %.80s", text);
        at += name;
        require(at[1] == '"', "a label without quotes in %.80s", text);
        at += 2;
        at += strcspn(at, "\"\\\n");
        require(*at == '"', "a label's end in %.80s", text);
        at++;
    } while (*at == ',');
    require(*at == '}', "the labels' end in %.80s", text);
    return (size_t)(at + 1 - text);
}

static const char *const types[] = { "counter", "gauge", "histogram", NULL };

/* "# HELP name text" and "# TYPE name type", once for each family. Returns where they end. */
static char *read_head(char *line, const char **ret_type)
{
    char *name = line + strlen("# HELP ");
    size_t length = strcspn(name, " \n");

    require(strncmp(line, "# HELP ", 7) == 0 && is_name(name, length), "no HELP: %.80s", line);
    char *next = strchr(line, '\n') + 1;
    require(next - (name + length) > 3, "no help for %.80s", line);
    require(strncmp(next, "# TYPE ", 7) == 0 && strncmp(next + 7, name, length) == 0 &&
                next[7 + length] == ' ',
            "no TYPE after %.80s", line);
    char *type = next + 7 + length + 1;
    char *end = strchr(type, '\n');
    *end = '\0';
    int known = mk_term_find(types, type);
    require(known >= 0, "the type %s", type);
    *ret_type = types[known];
    name[length] = '\0';
    for (size_t i = 0; i < page.family_count; i++)
        require(strcmp(page.families[i], name) != 0, "%s comes twice", name);
    require(page.family_count < FAMILIES_MAX, "too many families");
    page.families[page.family_count++] = name;
    return end + 1;
}

/* Whether a sample may stand in this family. */
static bool belongs(const char *name, size_t length, const char *family, const char *type)
{
    static const char *const tails[] = { "_bucket", "_sum", "_count" };
    size_t stem = strlen(family);

    if (strcmp(type, "histogram") != 0)
        return length == stem && strncmp(name, family, stem) == 0;
    for (size_t i = 0; i < MK_COUNT(tails); i++) {
        if (length == stem + strlen(tails[i]) && strncmp(name, family, stem) == 0 &&
            strncmp(name + stem, tails[i], strlen(tails[i])) == 0)
            return true;
    }
    return false;
}

static char *read_sample(char *line, const char *family, const char *type)
{
    size_t length = strcspn(line, "{ \n");
    char *end = strchr(line, '\n');
    char *rest;

    require(belongs(line, length, family, type), "%.80s is not of %s", line, family);
    length += labels_length(line + length);
    require(line[length] == ' ', "no value: %.80s", line);
    line[length] = '\0';
    double value = strtod(line + length + 1, &rest);
    require(rest == end && value >= 0, "the value of %s", line);
    *end = '\0';
    for (size_t i = 0; i < page.count; i++)
        require(strcmp(page.samples[i].name, line) != 0, "%s comes twice", line);
    require(page.count < SAMPLES_MAX, "too many samples");
    page.samples[page.count++] = (struct sample){ .name = line, .value = line + length + 1 };
    return end + 1;
}

static void read_page(struct client *client)
{
    const char *type = NULL;
    const struct reply *reply =
        CALL(client, .target = "/metrics", .anonymous = true, .content_type = TYPE);

    expect_status(reply, 200);
    ck_assert_pstr_eq(header_of(reply, "Content-Type"), TYPE);
    free(page.text);
    page = (struct page){ .text = mk_copy(reply->body) };
    require(reply->length > 0 && page.text[reply->length - 1] == '\n', "no end of line at the end");
    for (char *at = page.text; *at != '\0';) {
        if (*at == '#')
            at = read_head(at, &type);
        require(page.family_count > 0, "a sample without a family");
        at = *at == '#' ? at : read_sample(at, page.families[page.family_count - 1], type);
    }
}

static void close_page(void)
{
    free(page.text);
    page = (struct page){ .text = NULL };
}

/* The value of a sample; an apostrophe stands for a quotation mark. NULL when there is none. */
static const char *value_of(const char *name)
{
    char *wanted = quoted("%s", name);
    const char *found = NULL;

    for (size_t i = 0; i < page.count; i++) {
        if (strcmp(page.samples[i].name, wanted) == 0)
            found = page.samples[i].value;
    }
    free(wanted);
    return found;
}

static void expect_sample(const char *name, const char *value)
{
    const char *found = value_of(name);

    require(found != NULL, "there is no %s", name);
    require(strcmp(found, value) == 0, "%s is %s, not %s", name, found, value);
}

static double number_of(const char *name)
{
    const char *found = value_of(name);

    require(found != NULL, "there is no %s", name);
    return strtod(found, NULL);
}

START_TEST(metrics__requests)
{
    struct client *client = signed_in("alice");
    const char *id = text_at(connected_link(client, NONE), "link_id");

    for (int i = 0; i < 3; i++)
        expect_status(get(client, "/links/%s", id), 200);
    expect_status(get(client, "/links/mk_0"), 404);
    expect_status(get(client, "/nothing"), 404);
    expect_status(get(client, "/livez"), 200);
    expect_status(get(client, "/livez"), 200);
    expect_status(CALL(client, .method = "PUT", .target = "/livez"), 405);
    read_page(client);
    expect_sample(NAME "requests_total{operation='get_link',status='200'}", "3");
    expect_sample(NAME "requests_total{operation='get_link',status='404'}", "1");
    expect_sample(NAME "requests_total{operation='create_access_token',status='201'}", "1");
    expect_sample(NAME "requests_total{operation='GET /livez',status='200'}", "2");
    expect_sample(NAME "requests_total{operation='none',status='404'}", "1");
    expect_sample(NAME "requests_total{operation='none',status='405'}", "1");
    ck_assert_ptr_null(value_of(NAME "requests_total{operation='get_link',status='500'}"));
    expect_sample(NAME "request_duration_seconds_count{operation='get_link'}", "4");
    read_page(client);
    expect_sample(NAME "requests_total{operation='GET /metrics',status='200'}", "1");
    close_page();
}
END_TEST

/* Each bucket holds those before it, and the last one is the count. */
START_TEST(metrics__histogram)
{
    static const char *const bounds[] = { "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005",
                                          "0.01",   "0.025",   "0.05",   "0.1",   "0.25",   "0.5",
                                          "1",      "2.5",     "5",      "10",    "+Inf" };
    struct client *client = signed_in("alice");
    double last = 0;
    char name[128];

    /* Spans at and around the bounds, so that each bucket gets some. */
    for (size_t i = 0; i < MK_METRICS_BOUNDS; i++) {
        mk_metrics_count(under_test.service->metrics, NULL, 404, mk_metrics_bounds[i]);
        mk_metrics_count(under_test.service->metrics, NULL, 404, mk_metrics_bounds[i] + 1);
    }
    read_page(client);
    for (size_t i = 0; i < MK_COUNT(bounds); i++) {
        snprintf(name, sizeof(name),
                 NAME "request_duration_seconds_bucket{operation='none',le='%s'}", bounds[i]);
        double count = number_of(name);
        ck_assert_double_eq(count, i == MK_METRICS_BOUNDS ? 2.0 * (double)i : 2.0 * (double)i + 1);
        ck_assert_double_ge(count, last);
        last = count;
    }
    expect_sample(NAME "request_duration_seconds_count{operation='none'}", "32");
    expect_sample(NAME "request_duration_seconds_sum{operation='none'}", "38.888716");
    close_page();
}
END_TEST

START_TEST(metrics__worlds)
{
    struct client *client = signed_in("alice");

    connected_link(client, NONE);
    create_session(client, NONE);
    connected_link(signed_in("bob"), NONE);
    expect_status(post(client, "/sandbox/faults", "{'status': 503, 'count': 1}"), 201);
    under_test.is_forced = true;
    expect_status(get(client, "/links"), 503);
    under_test.is_forced = false;
    read_page(client);
    expect_sample(NAME "worlds", "2");
    expect_sample(NAME "links", "4"); /* and the example of each world */
    expect_sample(NAME "link_sessions", "1");
    expect_sample(NAME "fault_rules", "1");
    expect_sample(NAME "faults_fired_total{action='error'}", "1");
    expect_sample(NAME "faults_fired_total{action='reset'}", "0");
    expect_sample(NAME "requests_total{operation='get_links',status='503'}", "1");
    expect_sample(NAME "waiting_calls", "0");
    expect_sample(NAME "webhooks{state='dropped'}", "0");
    expect_sample(NAME "webhooks_waiting", "0");
    expect_sample(NAME "webhooks_in_flight", "0");
    ck_assert_double_gt(number_of(NAME "journal_bytes"), 0);
    close_page();
}
END_TEST

START_TEST(metrics__process)
{
    struct client *client = client_new("alice");

    read_page(client);
    ck_assert_double_gt(number_of("process_resident_memory_bytes"), 1e6);
    ck_assert_double_gt(number_of("process_open_fds"), 2);
    ck_assert_double_ge(number_of("process_cpu_seconds_total"), 0);
    double now = (double)mk_real_now() / (double)MK_SECOND;
    ck_assert_double_le(number_of("process_start_time_seconds"), now);
    ck_assert_double_gt(number_of("process_start_time_seconds"), now - 600);
    expect_sample(NAME "build_info{version='" MK_VERSION "'}", "1");
    close_page();
}
END_TEST

void metrics_tests(TCase *tcase)
{
    tcase_add_test(tcase, metrics__requests);
    tcase_add_test(tcase, metrics__histogram);
    tcase_add_test(tcase, metrics__worlds);
    tcase_add_test(tcase, metrics__process);
}
