/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/memory.h"
#include "unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LIMIT = 10 };

static const struct {
    const char *bytes;
    size_t length;
    const char *complaint; /* NULL: it is read */
} files[] = {
    { "a", 1, NULL },
    { "0123456789", 10, NULL },
    { "0123456789a", 11, "not a readable file of 1 to 10 bytes" },
    { "", 0, "not a readable file of 1 to 10 bytes" },
    { "{}\0rest", 7, "byte 2: a text has no NUL" },
};

START_TEST(read__whole_or_not_at_all)
{
    char path[] = "/tmp/mk-file-XXXXXX";
    char wanted[128];
    char error[128] = "";
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, files[_i].bytes, files[_i].length), (ssize_t)files[_i].length);
    close(fd);
    char *text = mk_file_read(path, LIMIT, error, sizeof(error));
    unlink(path);
    if (files[_i].complaint == NULL) {
        ck_assert_pstr_eq(text, files[_i].bytes);
    } else {
        ck_assert_ptr_null(text);
        snprintf(wanted, sizeof(wanted), "%s: %s", path, files[_i].complaint);
        ck_assert_str_eq(error, wanted);
    }
    free(text);
}
END_TEST

START_TEST(read__ends_where_the_file_does_not)
{
    char error[128] = "";

    ck_assert_ptr_null(mk_file_read("/dev/zero", LIMIT, error, sizeof(error)));
    ck_assert_str_eq(error, "/dev/zero: not a readable file of 1 to 10 bytes");
}
END_TEST

Suite *file_suite(void)
{
    Suite *suite = suite_create("file");
    TCase *tcase = tcase_create("file");

    tcase_add_loop_test(tcase, read__whole_or_not_at_all, 0, (int)MK_COUNT(files));
    tcase_add_test(tcase, read__ends_where_the_file_does_not);
    suite_add_tcase(suite, tcase);
    return suite;
}
