/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include "support/must.h"
#include "unit/suites.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(memory__nothing_is_something)
{
    void *none = mk_alloc(0);
    void *zero = mk_alloc_zero(0, 0);

    ck_assert_ptr_nonnull(none);
    ck_assert_ptr_nonnull(zero);
    none = mk_resize(none, 0, 8);
    ck_assert_ptr_nonnull(none);
    free(none);
    free(zero);
}
END_TEST

START_TEST(memory__zeroed)
{
    unsigned char *bytes = mk_alloc_zero(100, 7);

    for (size_t i = 0; i < 700; i++)
        MUST(bytes[i] == 0);
    free(bytes);
}
END_TEST

START_TEST(memory__resize_keeps_what_was_there)
{
    uint32_t *words = NULL;

    for (uint32_t count = 1; count <= 1000; count++) {
        words = mk_resize(words, count, sizeof(*words));
        words[count - 1] = count;
    }
    for (uint32_t i = 0; i < 1000; i++)
        MUST(words[i] == i + 1);
    free(words);
}
END_TEST

START_TEST(memory__copies)
{
    char *copy = mk_copy("text");
    char *part = mk_copy_bytes("a\0bc", 3);
    char *none = mk_copy_bytes(NULL, 0);

    ck_assert_str_eq(copy, "text");
    ck_assert_mem_eq(part, "a\0b", 4);
    ck_assert_str_eq(none, "");
    ck_assert_ptr_null(mk_copy(NULL));
    free(copy);
    free(part);
    free(none);
}
END_TEST

/* A product that wraps around would be a small block. */
START_TEST(memory__overflow_ends_the_process)
{
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    mk_resize(NULL, SIZE_MAX / 8 + 2, 8);
}
END_TEST

START_TEST(memory__count_of_array)
{
    static const int three[] = { 1, 2, 3 };

    ck_assert_uint_eq(MK_COUNT(three), 3);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *all = tcase_create("all");

    tcase_add_test(all, memory__nothing_is_something);
    tcase_add_test(all, memory__zeroed);
    tcase_add_test(all, memory__resize_keeps_what_was_there);
    tcase_add_test(all, memory__copies);
    tcase_add_test_raise_signal(all, memory__overflow_ends_the_process, SIGABRT);
    tcase_add_test(all, memory__count_of_array);
    suite_add_tcase(suite, all);
    return suite;
}
