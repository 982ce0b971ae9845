/* SPDX-License-Identifier: MIT */
/*
 * Makes calls that we have agreed not to make fail to compile.
 *
 * The build includes this file ahead of every source outside base/. The system headers that declare
 * the functions come first, so that the macros meet only calls. A test whose subject is time itself
 * defines MK_MAY_USE_CLOCK.
 */
#ifndef MK_BASE_BANNED_H
#define MK_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

/* An expression that does not compile and says why. */
#define MK_BANNED(what, instead) \
    ((int)sizeof(struct { \
        int unused; \
        _Static_assert(0, what " is banned: " instead); \
    }))

/* They write or read without knowing how much there is. */
#undef sprintf /* clang's fortified headers have macros of these names */
#undef vsprintf
#undef stpcpy
#undef strncpy
#undef strncat
#define strcpy(...) MK_BANNED("strcpy", "use mk_copy() or a struct mk_text")
#define strcat(...) MK_BANNED("strcat", "use a struct mk_text")
#define stpcpy(...) MK_BANNED("stpcpy", "use mk_copy_into()")
#define strncpy(...) MK_BANNED("strncpy", "use mk_copy_into()")
#define strncat(...) MK_BANNED("strncat", "use mk_copy_into()")
#define sprintf(...) MK_BANNED("sprintf", "use mk_text_print() or snprintf()")
#define vsprintf(...) MK_BANNED("vsprintf", "use mk_text_print() or vsnprintf()")

/* They keep their result in a place that all threads share. */
#define strtok(...) MK_BANNED("strtok", "use strspn() and strcspn()")
#define gmtime(...) MK_BANNED("gmtime", "use mk_time_write()")
#define localtime(...) MK_BANNED("localtime", "all times are UTC: use mk_time_write()")
#define ctime(...) MK_BANNED("ctime", "use mk_time_write()")
#define asctime(...) MK_BANNED("asctime", "use mk_time_write()")

/* They can't tell a number from no number. */
#define atoi(...) MK_BANNED("atoi", "use mk_read_integer()")
#define atol(...) MK_BANNED("atol", "use mk_read_integer()")
#define atoll(...) MK_BANNED("atoll", "use mk_read_integer()")
#define atof(...) MK_BANNED("atof", "money is whole minor units: use mk_read_integer()")

/* A world has a clock of its own; only base/clock.c asks the system. */
#ifndef MK_MAY_USE_CLOCK
#define time(...) MK_BANNED("time", "use mk_clock_now()")
#define clock(...) MK_BANNED("clock", "use mk_monotonic_now()")
#define clock_gettime(...) MK_BANNED("clock_gettime", "use base/clock.h")
#define gettimeofday(...) MK_BANNED("gettimeofday", "use base/clock.h")
#define timespec_get(...) MK_BANNED("timespec_get", "use base/clock.h")
#define ftime(...) MK_BANNED("ftime", "use base/clock.h")
#endif

/* A world has a seed of its own; only base/random.c asks the system. */
#define rand(...) MK_BANNED("rand", "use struct mk_random")
#define rand_r(...) MK_BANNED("rand_r", "use struct mk_random")
#define srand(...) MK_BANNED("srand", "use struct mk_random")
#define random(...) MK_BANNED("random", "use struct mk_random")
#define srandom(...) MK_BANNED("srandom", "use struct mk_random")
#define drand48(...) MK_BANNED("drand48", "use struct mk_random")
#define lrand48(...) MK_BANNED("lrand48", "use struct mk_random")
#define mrand48(...) MK_BANNED("mrand48", "use struct mk_random")
#define getrandom(...) MK_BANNED("getrandom", "use struct mk_random")
#define getentropy(...) MK_BANNED("getentropy", "use struct mk_random")
#define arc4random(...) MK_BANNED("arc4random", "use struct mk_random")
#define arc4random_buf(...) MK_BANNED("arc4random_buf", "use struct mk_random")
#define arc4random_uniform(...) MK_BANNED("arc4random_uniform", "use struct mk_random")
#define uuid_generate(...) MK_BANNED("uuid_generate", "use mk_random_uuid()")
#define uuid_generate_random(...) MK_BANNED("uuid_generate_random", "use mk_random_uuid()")
#define uuid_generate_time(...) MK_BANNED("uuid_generate_time", "use mk_random_uuid()")
#define uuid_generate_time_safe(...) MK_BANNED("uuid_generate_time_safe", "use mk_random_uuid()")

#endif
